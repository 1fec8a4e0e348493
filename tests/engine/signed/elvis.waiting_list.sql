-- elvis.waiting_list: each row of vantelista with its key, its unit and its place
create or replace temp table placed as
with keyed as (
select *,
       "vantelista_id" as vs_key,
       getvariable('extracted_at')::timestamptz as extracted_at
  from extract
)
select keyed.*,
       unit_place.unit as vs_unit,
       coalesce(unit_place.place, 'no_unit') as vs_place
  from keyed
  left join unit_place on unit_place.value = keyed."enhet_hsaid";

-- elvis.waiting_list: vantelista becomes waiting_list_entry; every item with its fate, lines of mappings/elvis/waiting_list.yaml
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
       count(distinct row(placed."vantelista_id", placed."andrad_tid", placed."enhet_hsaid", placed."uppsatt_datum", placed."maldatum",
            placed."atgard", placed."prioritet", placed."makulerad", placed."person_id", placed."remiss_id",
            placed."kommentar")) over (partition by placed.vs_key) as contents,
       row_number() over (partition by placed.vs_key order by
            row(placed."vantelista_id", placed."andrad_tid", placed."enhet_hsaid", placed."uppsatt_datum", placed."maldatum",
            placed."atgard", placed."prioritet", placed."makulerad", placed."person_id", placed."remiss_id",
            placed."kommentar"), placed.vs_row) as place
  from placed
  join repeated_key on repeated_key.vs_key = placed.vs_key
),
-- rows of this wave, with the mapping's exclusions
item as (
select placed.*,
       '' as vs_item,
       coalesce(copy.contents, 1) as vs_contents,
       coalesce(copy.place, 1) as vs_copy,
       -- exclude, line 9
       try({'v': coalesce((makulerad = 'J'), false)}) as vs_excluded1
  from placed
  left join copy on copy.vs_row = placed.vs_row
 where placed.vs_place = 'in_wave'
),
-- what values of level 1 are made of, each named once
parsed1a as (
select *,
       (case when strftime(try_strptime((case when "uppsatt_datum" not in ('') then "uppsatt_datum" end), '%Y-%m-%d'), '%Y-%m-%d') = (case when "uppsatt_datum" not in ('') then "uppsatt_datum" end) and try_strptime((case when "uppsatt_datum" not in ('') then "uppsatt_datum" end), '%Y-%m-%d') >= timestamp '0001-01-01' then try_strptime((case when "uppsatt_datum" not in ('') then "uppsatt_datum" end), '%Y-%m-%d') end) as vs_uppsattdatum_1781_day,
       (case when strftime(try_strptime((case when "maldatum" not in ('', '0000-00-00', '1900-01-01') then "maldatum" end), '%Y-%m-%d'), '%Y-%m-%d') = (case when "maldatum" not in ('', '0000-00-00', '1900-01-01') then "maldatum" end) and try_strptime((case when "maldatum" not in ('', '0000-00-00', '1900-01-01') then "maldatum" end), '%Y-%m-%d') >= timestamp '0001-01-01' then try_strptime((case when "maldatum" not in ('', '0000-00-00', '1900-01-01') then "maldatum" end), '%Y-%m-%d') end) as vs_maldatum_5b95_day
  from item
),
-- level 1 of the fields: each value, and the reason that speaks against it
level1 as (
select parsed1a.*,
       -- patient_id (line 11)
       vs1_parent.id as vs1_value,
       coalesce(
         case vs1_parent.fate when 'rejected' then 'PARENT_REJECTED' when 'excluded' then 'PARENT_EXCLUDED' end,
         case when "person_id" is not null and vs1_parent.key is null then 'PARENT_MISSING' end,
         case when vs1_value is null then 'REQUIRED_EMPTY' end
       ) as vs1_reason1,
       -- referral_id (line 12)
       vs2_parent.id as vs2_value,
       coalesce(
         case vs2_parent.fate when 'rejected' then 'PARENT_REJECTED' when 'excluded' then 'PARENT_EXCLUDED' end,
         case when "remiss_id" is not null and vs2_parent.key is null then 'PARENT_MISSING' end
       ) as vs2_reason1,
       -- unit (line 13)
       nullif("enhet_hsaid", '') as vs3_value,
       coalesce(
         case when "enhet_hsaid" <> '' and not regexp_full_match("enhet_hsaid", 'SE[0-9]{10}-[A-Za-z0-9]{1,18}') then 'HSA_FORMAT' end,
         case when vs3_value is null then 'REQUIRED_EMPTY' end
       ) as vs3_reason1,
       -- listed_on (line 14)
       vs_uppsattdatum_1781_day::date as vs4_value,
       coalesce(
         case when (case when "uppsatt_datum" not in ('') then "uppsatt_datum" end) is not null and vs_uppsattdatum_1781_day is null then 'INVALID_DATE' end,
         case when vs4_value is null then 'REQUIRED_EMPTY' end
       ) as vs4_reason1,
       -- target_date (line 15)
       vs_maldatum_5b95_day::date as vs5_value,
       case when (case when "maldatum" not in ('', '0000-00-00', '1900-01-01') then "maldatum" end) is not null and vs_maldatum_5b95_day is null then 'INVALID_DATE' end as vs5_reason1,
       -- procedure (line 16)
       vs_atgard_3277_book.target as vs6_value,
       case when "atgard" <> '' and vs_atgard_3277_book.target is null then 'UNMAPPED_CODE' end as vs6_reason1,
       -- priority (line 17)
       vs_prioritet_c905_book.target as vs7_value,
       case when "prioritet" <> '' and vs_prioritet_c905_book.target is null then 'UNMAPPED_CODE' end as vs7_reason1,
       -- comment (line 18)
       "kommentar" as vs8_value,
       case when length(vs8_value) > 4000 then 'TOO_LONG' end as vs8_reason1,
       -- source_system (line 19)
       'elvis' as vs9_value,
       case when vs9_value is null then 'REQUIRED_EMPTY' end as vs9_reason1,
       "person_id" as vs1_value_by,
       "remiss_id" as vs2_value_by
  from parsed1a
  left join parent as vs1_parent
    on vs1_parent.mapping = 'elvis.person' and vs1_parent.key = "person_id"
  left join parent as vs2_parent
    on vs2_parent.mapping = 'elvis.referral' and vs2_parent.key = "remiss_id"
  left join codebook as vs_atgard_3277_book
    on vs_atgard_3277_book.codebook = 'procedure' and vs_atgard_3277_book.source = "atgard"
  left join codebook as vs_prioritet_c905_book
    on vs_prioritet_c905_book.codebook = 'priority' and vs_prioritet_c905_book.source = "prioritet"
),
-- the record's columns under their own names
shown as (
select *,
       vs1_value as "patient_id",
       vs2_value as "referral_id",
       vs3_value as "unit",
       vs4_value as "listed_on",
       vs5_value as "target_date",
       vs6_value as "procedure",
       vs7_value as "priority",
       vs8_value as "comment",
       vs9_value as "source_system"
  from level1
),
-- which exclusion takes it out, and what the mapping's own rules say against it
ruled as (
select *,
       case when vs_key is null or vs_damaged is not null or vs_contents > 1 or vs_excluded1 is null then null
            when vs_excluded1.v then 'Struck out in Elvis; kept in the archive.' end as vs_because
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
            then coalesce(vs1_reason1, vs2_reason1, vs3_reason1, vs4_reason1, vs5_reason1, vs6_reason1, vs7_reason1, vs8_reason1,
            vs9_reason1) end as vs_reason
  from ruled
),
identified as (
select *,
       uuid5(unhex('76cfa8a13cd95c0fb0c4a8dbb8b71b9f'), '5:elvis18:elvis.waiting_list' || part(vs_key) || part(vs_item)) as vs_id,
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
            when vs2_reason1 then 'referral_id'
            when vs3_reason1 then 'unit'
            when vs4_reason1 then 'listed_on'
            when vs5_reason1 then 'target_date'
            when vs6_reason1 then 'procedure'
            when vs7_reason1 then 'priority'
            when vs8_reason1 then 'comment'
            when vs9_reason1 then 'source_system' end end as vs_field,
       case when vs_reason is null or not starts_with(vs_reason, 'PARENT_') then null
            when vs1_reason1 = vs_reason then vs1_value_by
            when vs2_reason1 = vs_reason then vs2_value_by
            else null end as vs_parent,
       vs_id,
       unhex(sha256(concat(tagged('u', vs1_value), tagged('u', vs2_value), tagged('t', vs3_value),
            tagged('d', strftime(vs4_value, '%Y-%m-%d')), tagged('d', strftime(vs5_value, '%Y-%m-%d')),
            tagged('t', vs6_value), tagged('t', vs7_value), tagged('t', vs8_value), tagged('t', vs9_value)))) as vs_digest,
       vs1_value as "patient_id",
       vs2_value as "referral_id",
       vs3_value as "unit",
       vs4_value as "listed_on",
       vs5_value as "target_date",
       vs6_value as "procedure",
       vs7_value as "priority",
       vs8_value as "comment",
       vs9_value as "source_system"
  from identified
 order by vs_row;
