-- melior.referral: each row of remiss with its key, its unit and its place
create or replace temp table placed as
with keyed as (
select *,
       "remiss_id" as vs_key,
       getvariable('extracted_at')::timestamptz as extracted_at
  from extract
)
select keyed.*,
       unit_place.unit as vs_unit,
       coalesce(unit_place.place, 'no_unit') as vs_place
  from keyed
  left join unit_place on unit_place.value = keyed."mottagare_hsaid";

-- melior.referral: remiss becomes referral; every item with its fate, lines of mappings/melior/referral.yaml
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
       count(distinct row(placed."remiss_id", placed."mottagare_hsaid", placed."skickad", placed."prioritet", placed."diagnos",
            placed."makulerad", placed."patnr", placed."avsandare_hsaid", placed."fragestallning", placed."status")) over (partition by placed.vs_key) as contents,
       row_number() over (partition by placed.vs_key order by
            row(placed."remiss_id", placed."mottagare_hsaid", placed."skickad", placed."prioritet", placed."diagnos",
            placed."makulerad", placed."patnr", placed."avsandare_hsaid", placed."fragestallning", placed."status"), placed.vs_row) as place
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
       (case when "skickad" not in ('') then "skickad" end) as vs_skickad_787d_text,
       try_strptime(vs_skickad_787d_text, '%Y%m%d%H%M') as vs_skickad_787d_time,
       case when strftime(vs_skickad_787d_time, '%Y%m%d%H%M') = vs_skickad_787d_text and vs_skickad_787d_time >= timestamp '0001-01-02' then vs_skickad_787d_time end as vs_skickad_787d_whole,
       vs_skickad_787d_whole - cycles_of(vs_skickad_787d_whole) as vs_skickad_787d_local,
       try({'v': (replace(upper(trim(diagnos)), '.', ''))::varchar}) as vs6_tried,
       try({'v': (case status when 'S' then 'sent' when 'M' then 'received' end)::varchar}) as vs8_tried
  from item
),
-- level 1 of the fields: each value, and the reason that speaks against it
level1 as (
select parsed1a.*,
       -- patient_id (line 11)
       vs1_parent.id as vs1_value,
       coalesce(
         case vs1_parent.fate when 'rejected' then 'PARENT_REJECTED' when 'excluded' then 'PARENT_EXCLUDED' end,
         case when "patnr" is not null and vs1_parent.key is null then 'PARENT_MISSING' end,
         case when vs1_value is null then 'REQUIRED_EMPTY' end
       ) as vs1_reason1,
       -- referring_unit (line 12)
       nullif("avsandare_hsaid", '') as vs2_value,
       case when "avsandare_hsaid" <> '' and not regexp_full_match("avsandare_hsaid", 'SE[0-9]{10}-[A-Za-z0-9]{1,18}') then 'HSA_FORMAT' end as vs2_reason1,
       -- receiving_unit (line 13)
       nullif("mottagare_hsaid", '') as vs3_value,
       coalesce(
         case when "mottagare_hsaid" <> '' and not regexp_full_match("mottagare_hsaid", 'SE[0-9]{10}-[A-Za-z0-9]{1,18}') then 'HSA_FORMAT' end,
         case when vs3_value is null then 'REQUIRED_EMPTY' end
       ) as vs3_reason1,
       -- sent_at (line 14)
       case when vs_skickad_787d_zone.odd_until is null or vs_skickad_787d_local < vs_skickad_787d_zone.odd_until then (vs_skickad_787d_whole - to_seconds(vs_skickad_787d_zone.offset_before))
            else (vs_skickad_787d_whole - to_seconds(vs_skickad_787d_zone.offset_after)) end as vs4_value,
       coalesce(
         case when vs_skickad_787d_text is not null and vs_skickad_787d_local is null then 'INVALID_DATE'
              when vs_skickad_787d_local >= vs_skickad_787d_zone.odd_from and vs_skickad_787d_local < vs_skickad_787d_zone.odd_until and vs_skickad_787d_zone.odd = 'missing' then 'MISSING_HOUR' end,
         case when vs4_value is null then 'REQUIRED_EMPTY' end
       ) as vs4_reason1,
       -- priority (line 15)
       vs_prioritet_c905_book.target as vs5_value,
       case when "prioritet" <> '' and vs_prioritet_c905_book.target is null then 'UNMAPPED_CODE' end as vs5_reason1,
       -- diagnosis (line 16)
       vs6_tried.v as vs6_value,
       case when vs6_tried is null then 'SQL_FAILED' end as vs6_reason1,
       -- reason_text (line 17)
       "fragestallning" as vs7_value,
       case when length(vs7_value) > 4000 then 'TOO_LONG' end as vs7_reason1,
       -- status (line 18)
       vs8_tried.v as vs8_value,
       coalesce(
         case when vs8_tried is null then 'SQL_FAILED' end,
         case when vs8_value is null then 'REQUIRED_EMPTY' end
       ) as vs8_reason1,
       -- source_system (line 19)
       'melior' as vs9_value,
       case when vs9_value is null then 'REQUIRED_EMPTY' end as vs9_reason1,
       "patnr" as vs1_value_by
  from parsed1a
  left join parent as vs1_parent
    on vs1_parent.mapping = 'melior.person' and vs1_parent.key = "patnr"
  left join zone_week as vs_skickad_787d_zone
    on vs_skickad_787d_zone.zone = 'Europe/Stockholm' and vs_skickad_787d_zone.week = week_of(vs_skickad_787d_local)
  left join codebook as vs_prioritet_c905_book
    on vs_prioritet_c905_book.codebook = 'priority' and vs_prioritet_c905_book.source = "prioritet"
),
-- level 2 of the fields: each value, and the reason that speaks against it
level2 as (
select level1.* exclude (vs6_value),
       -- diagnosis (line 16)
       vs6_1_book.target as vs6_value,
       case when (case when vs6_value not in ('') then vs6_value end) <> '' and vs6_1_book.target is null then 'UNMAPPED_CODE' end as vs6_reason2
  from level1
  left join codebook as vs6_1_book
    on vs6_1_book.codebook = 'icd10se' and vs6_1_book.source = (case when vs6_value not in ('') then vs6_value end)
),
-- the record's columns under their own names
shown as (
select * exclude ("status"),
       vs1_value as "patient_id",
       vs2_value as "referring_unit",
       vs3_value as "receiving_unit",
       vs4_value as "sent_at",
       vs5_value as "priority",
       vs6_value as "diagnosis",
       vs7_value as "reason_text",
       vs8_value as "status",
       vs9_value as "source_system"
  from level2
),
-- which exclusion takes it out, and what the mapping's own rules say against it
ruled as (
select *,
       case when vs_key is null or vs_damaged is not null or vs_contents > 1 or vs_excluded1 is null then null
            when vs_excluded1.v then 'Struck out in Melior; kept in the archive.' end as vs_because
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
            then coalesce(vs1_reason1, vs2_reason1, vs3_reason1, vs4_reason1, vs5_reason1, vs6_reason1, vs6_reason2, vs7_reason1,
            vs8_reason1, vs9_reason1) end as vs_reason
  from ruled
),
identified as (
select *,
       uuid5(unhex('76cfa8a13cd95c0fb0c4a8dbb8b71b9f'), '6:melior15:melior.referral' || part(vs_key) || part(vs_item)) as vs_id,
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
            when vs2_reason1 then 'referring_unit'
            when vs3_reason1 then 'receiving_unit'
            when vs4_reason1 then 'sent_at'
            when vs5_reason1 then 'priority'
            when vs6_reason1 then 'diagnosis'
            when vs6_reason2 then 'diagnosis'
            when vs7_reason1 then 'reason_text'
            when vs8_reason1 then 'status'
            when vs9_reason1 then 'source_system' end end as vs_field,
       case when vs_reason is null or not starts_with(vs_reason, 'PARENT_') then null
            when vs1_reason1 = vs_reason then vs1_value_by
            else vs1_value_by end as vs_parent,
       vs_id,
       unhex(sha256(concat(tagged('u', vs1_value), tagged('t', vs2_value), tagged('t', vs3_value), tagged('z', instant_text(vs4_value)),
            tagged('t', vs5_value), tagged('t', vs6_value), tagged('t', vs7_value), tagged('t', vs8_value),
            tagged('t', vs9_value)))) as vs_digest,
       vs1_value as "patient_id",
       vs2_value as "referring_unit",
       vs3_value as "receiving_unit",
       vs4_value as "sent_at",
       vs5_value as "priority",
       vs6_value as "diagnosis",
       vs7_value as "reason_text",
       vs8_value as "status",
       vs9_value as "source_system"
  from identified
 order by vs_row;
