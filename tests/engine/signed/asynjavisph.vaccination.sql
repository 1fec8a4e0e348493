-- asynjavisph.vaccination: each row of vaccination with its key, its unit and its place
create or replace temp table placed as
with keyed as (
select *,
       "vaccination_id" as vs_key,
       getvariable('extracted_at')::timestamptz as extracted_at
  from extract
)
select keyed.*,
       unit_place.unit as vs_unit,
       coalesce(unit_place.place, 'no_unit') as vs_place
  from keyed
  left join unit_place on unit_place.value = keyed."enhet_hsaid";

-- asynjavisph.vaccination: vaccination becomes vaccination; every item with its fate, lines of mappings/asynjavisph/vaccination.yaml
create or replace temp table outcome as
with -- keys that come more than once
repeated_key as (
select vs_key
  from placed
 where vs_key is not null
 group by vs_key
having count(*) > 1
),
-- their rows: how many different ones there are, and which goes first
copy as (
select placed.vs_row,
       count(distinct row(placed."vaccination_id", placed."enhet_hsaid", placed."vaccin", placed."dos", placed."given", placed."struken",
            placed."patient_id", placed."sats", placed."anmarkning")) over (partition by placed.vs_key) as contents,
       row_number() over (partition by placed.vs_key order by
            row(placed."vaccination_id", placed."enhet_hsaid", placed."vaccin", placed."dos", placed."given", placed."struken",
            placed."patient_id", placed."sats", placed."anmarkning"), placed.vs_row) as place
  from placed
  join repeated_key on repeated_key.vs_key = placed.vs_key
),
-- rows of this wave, with the mapping's exclusions
item as (
select placed.*,
       '' as vs_item,
       coalesce(copy.contents, 1) as vs_contents,
       coalesce(copy.place, 1) as vs_copy,
       -- exclude, line 8
       try({'v': coalesce((struken = 'J'), false)}) as vs_excluded1
  from placed
  left join copy on copy.vs_row = placed.vs_row
 where placed.vs_place = 'in_wave'
),
-- what values of level 1 are made of, each named once
parsed1a as (
select *,
       try({'v': (replace(upper(vaccin), ' ', '-'))::varchar}) as vs3_tried,
       trim("dos") as vs_dos_29be_text,
       regexp_full_match(vs_dos_29be_text, '[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?(0?[0-9]|[1-3][0-9]|40))?') as vs_dos_29be_fits,
       (case when strftime(try_strptime((case when "given" not in ('') then "given" end), '%Y%m%d'), '%Y%m%d') = (case when "given" not in ('') then "given" end) and try_strptime((case when "given" not in ('') then "given" end), '%Y%m%d') >= timestamp '0001-01-01' then try_strptime((case when "given" not in ('') then "given" end), '%Y%m%d') end) as vs_given_40ff_day
  from item
),
-- level 1 of the fields: each value, and the reason that speaks against it
level1 as (
select parsed1a.*,
       -- patient_id (line 10)
       vs1_parent.id as vs1_value,
       coalesce(
         case vs1_parent.fate when 'rejected' then 'PARENT_REJECTED' when 'excluded' then 'PARENT_EXCLUDED' end,
         case when "patient_id" is not null and vs1_parent.key is null then 'PARENT_MISSING' end,
         case when vs1_value is null then 'REQUIRED_EMPTY' end
       ) as vs1_reason1,
       -- unit (line 11)
       nullif("enhet_hsaid", '') as vs2_value,
       coalesce(
         case when "enhet_hsaid" <> '' and not regexp_full_match("enhet_hsaid", 'SE[0-9]{10}-[A-Za-z0-9]{1,18}') then 'HSA_FORMAT' end,
         case when vs2_value is null then 'REQUIRED_EMPTY' end
       ) as vs2_reason1,
       -- vaccine (line 12)
       vs3_tried.v as vs3_value,
       case when vs3_tried is null then 'SQL_FAILED' end as vs3_reason1,
       -- dose (line 13)
       case when vs_dos_29be_fits then plain_number(replace(ltrim(vs_dos_29be_text, '+'), ',', '.')) end as vs4_value,
       case when vs_dos_29be_text <> '' and not vs_dos_29be_fits then 'INVALID_NUMBER' end as vs4_reason1,
       -- given_on (line 14)
       vs_given_40ff_day::date as vs5_value,
       coalesce(
         case when (case when "given" not in ('') then "given" end) is not null and vs_given_40ff_day is null then 'INVALID_DATE' end,
         case when vs5_value is null then 'REQUIRED_EMPTY' end
       ) as vs5_reason1,
       -- batch (line 15)
       "sats" as vs6_value,
       case when length(vs6_value) > 20 then 'TOO_LONG' end as vs6_reason1,
       -- comment (line 16)
       "anmarkning" as vs7_value,
       case when length(vs7_value) > 4000 then 'TOO_LONG' end as vs7_reason1,
       -- source_system (line 17)
       'asynjavisph' as vs8_value,
       case when vs8_value is null then 'REQUIRED_EMPTY' end as vs8_reason1,
       "patient_id" as vs1_value_by
  from parsed1a
  left join parent as vs1_parent
    on vs1_parent.mapping = 'asynjavisph.person' and vs1_parent.key = "patient_id"
),
-- level 2 of the fields: each value, and the reason that speaks against it
level2 as (
select level1.* exclude (vs3_value),
       -- vaccine (line 12)
       vs3_1_book.target as vs3_value,
       coalesce(
         case when vs3_value <> '' and vs3_1_book.target is null then 'UNMAPPED_CODE' end,
         case when vs3_1_book.target is null then 'REQUIRED_EMPTY' end
       ) as vs3_reason2
  from level1
  left join codebook as vs3_1_book
    on vs3_1_book.codebook = 'vaccine' and vs3_1_book.source = vs3_value
),
-- the record's columns under their own names
shown as (
select * exclude ("patient_id"),
       vs1_value as "patient_id",
       vs2_value as "unit",
       vs3_value as "vaccine",
       try_cast(vs4_value as decimal(38, 9)) as "dose",
       vs5_value as "given_on",
       vs6_value as "batch",
       vs7_value as "comment",
       vs8_value as "source_system"
  from level2
),
-- which exclusion takes it out, and what the mapping's own rules say against it
ruled as (
select *,
       case when vs_key is null or vs_damaged is not null or vs_contents > 1 or vs_excluded1 is null then null
            when vs_excluded1.v then 'Struck out in AsynjaVisph; kept in the archive.' end as vs_because,
       -- reject, line 19
       try({'v': coalesce((given_on > date '2024-11-12'), false)}) as vs_asked1,
       case when vs_asked1 is null then 'SQL_FAILED'
            when (vs_asked1).v then 'FUTURE_DATE' end as vs_doubt1
  from shown
),
-- the first reason that speaks against it
judged as (
select *,
       case when starts_with(vs_damaged, 'row:') then 'MALFORMED_ROW'
            when vs_damaged is not null then 'INVALID_ENCODING'
            when vs_key is null then 'KEY_MISSING'
            when vs_contents > 1 then 'DUPLICATE_KEY'
            when vs_excluded1 is null then 'SQL_FAILED'
            when vs_because is null
            then coalesce(vs1_reason1, vs2_reason1, vs3_reason1, vs3_reason2, vs4_reason1, vs5_reason1, vs6_reason1, vs7_reason1,
            vs8_reason1, vs_doubt1) end as vs_reason
  from ruled
),
identified as (
select *,
       uuid5(unhex('76cfa8a13cd95c0fb0c4a8dbb8b71b9f'), '11:asynjavisph23:asynjavisph.vaccination' || part(vs_key) || part(vs_item)) as vs_id,
       false as vs_second
  from judged
)
select vs_row,
       vs_key,
       vs_item,
       vs_unit,
       vs_copy,
       case when vs_reason is not null then 'rejected'
            when vs_because is not null then 'excluded'
            when vs_copy > 1 or vs_second then 'merged'
            else 'loaded' end as vs_fate,
       case when vs_because is not null then vs_because else vs_reason end as vs_reason,
       case when vs_reason is not null then case vs_reason
            when vs1_reason1 then 'patient_id'
            when vs2_reason1 then 'unit'
            when vs3_reason1 then 'vaccine'
            when vs3_reason2 then 'vaccine'
            when vs4_reason1 then 'dose'
            when vs5_reason1 then 'given_on'
            when vs6_reason1 then 'batch'
            when vs7_reason1 then 'comment'
            when vs8_reason1 then 'source_system' end end as vs_field,
       case when vs_reason is null or not starts_with(vs_reason, 'PARENT_') then null
            when vs1_reason1 = vs_reason then vs1_value_by
            else vs1_value_by end as vs_parent,
       vs_id,
       unhex(sha256(concat(tagged('u', vs1_value), tagged('t', vs2_value), tagged('t', vs3_value), tagged('n', number_text(vs4_value)),
            tagged('d', strftime(vs5_value, '%Y-%m-%d')), tagged('t', vs6_value), tagged('t', vs7_value),
            tagged('t', vs8_value)))) as vs_digest,
       vs1_value as "patient_id",
       vs2_value as "unit",
       vs3_value as "vaccine",
       vs4_value as "dose",
       vs5_value as "given_on",
       vs6_value as "batch",
       vs7_value as "comment",
       vs8_value as "source_system"
  from identified
 order by vs_row;
