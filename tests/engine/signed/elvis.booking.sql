-- elvis.booking: each row of bokning with its key, its unit and its place
create or replace temp table placed as
with keyed as (
select *,
       "bokning_id" as vs_key,
       getvariable('extracted_at')::timestamptz as extracted_at
  from extract
)
select keyed.*,
       unit_place.unit as vs_unit,
       coalesce(unit_place.place, 'no_unit') as vs_place
  from keyed
  left join unit_place on unit_place.value = keyed."enhet_hsaid";

-- elvis.booking: bokning becomes appointment; every item with its fate, lines of mappings/elvis/booking.yaml
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
       count(distinct row(placed."bokning_id", placed."andrad_tid", placed."enhet_hsaid", placed."starttid", placed."langd_min",
            placed."besokstyp", placed."status", placed."makulerad", placed."person_id", placed."remiss_id",
            placed."anteckning")) over (partition by placed.vs_key) as contents,
       row_number() over (partition by placed.vs_key order by
            row(placed."bokning_id", placed."andrad_tid", placed."enhet_hsaid", placed."starttid", placed."langd_min",
            placed."besokstyp", placed."status", placed."makulerad", placed."person_id", placed."remiss_id",
            placed."anteckning"), placed.vs_row) as place
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
       try({'v': coalesce((makulerad = 'J'), false)}) as vs_excluded1,
       -- exclude, line 10
       try({'v': coalesce((starttid >= '1900-01-01' and starttid < '2024-11-12'), false)}) as vs_excluded2
  from placed
  left join copy on copy.vs_row = placed.vs_row
 where placed.vs_place = 'in_wave'
),
-- what values of level 1 are made of, each named once
parsed1a as (
select *,
       (case when "starttid" not in ('') then "starttid" end) as vs_starttid_8cb7_text,
       try_strptime(vs_starttid_8cb7_text, '%Y-%m-%d %H:%M') as vs_starttid_8cb7_time,
       case when strftime(vs_starttid_8cb7_time, '%Y-%m-%d %H:%M') = vs_starttid_8cb7_text and vs_starttid_8cb7_time >= timestamp '0001-01-02' then vs_starttid_8cb7_time end as vs_starttid_8cb7_whole,
       vs_starttid_8cb7_whole - cycles_of(vs_starttid_8cb7_whole) as vs_starttid_8cb7_local,
       trim("langd_min") as vs_langdmin_b402_text,
       regexp_full_match(vs_langdmin_b402_text, '[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?(0?[0-9]|[1-3][0-9]|40))?') as vs_langdmin_b402_fits,
       try({'v': (case status when 'B' then 'booked' when 'K' then 'called' when 'P' then 'preliminary' end)::varchar}) as vs7_tried
  from item
),
-- level 1 of the fields: each value, and the reason that speaks against it
level1 as (
select parsed1a.*,
       -- patient_id (line 12)
       vs1_parent.id as vs1_value,
       coalesce(
         case vs1_parent.fate when 'rejected' then 'PARENT_REJECTED' when 'excluded' then 'PARENT_EXCLUDED' end,
         case when "person_id" is not null and vs1_parent.key is null then 'PARENT_MISSING' end,
         case when vs1_value is null then 'REQUIRED_EMPTY' end
       ) as vs1_reason1,
       -- referral_id (line 13)
       vs2_parent.id as vs2_value,
       coalesce(
         case vs2_parent.fate when 'rejected' then 'PARENT_REJECTED' when 'excluded' then 'PARENT_EXCLUDED' end,
         case when "remiss_id" is not null and vs2_parent.key is null then 'PARENT_MISSING' end
       ) as vs2_reason1,
       -- unit (line 14)
       nullif("enhet_hsaid", '') as vs3_value,
       coalesce(
         case when "enhet_hsaid" <> '' and not regexp_full_match("enhet_hsaid", 'SE[0-9]{10}-[A-Za-z0-9]{1,18}') then 'HSA_FORMAT' end,
         case when vs3_value is null then 'REQUIRED_EMPTY' end
       ) as vs3_reason1,
       -- starts_at (line 15)
       case when vs_starttid_8cb7_zone.odd_until is null or vs_starttid_8cb7_local < vs_starttid_8cb7_zone.odd_until then (vs_starttid_8cb7_whole - to_seconds(vs_starttid_8cb7_zone.offset_before))
            else (vs_starttid_8cb7_whole - to_seconds(vs_starttid_8cb7_zone.offset_after)) end as vs4_value,
       coalesce(
         case when vs_starttid_8cb7_text is not null and vs_starttid_8cb7_local is null then 'INVALID_DATE'
              when vs_starttid_8cb7_local >= vs_starttid_8cb7_zone.odd_from and vs_starttid_8cb7_local < vs_starttid_8cb7_zone.odd_until and vs_starttid_8cb7_zone.odd = 'missing' then 'MISSING_HOUR' end,
         case when vs4_value is null then 'REQUIRED_EMPTY' end
       ) as vs4_reason1,
       -- minutes (line 16)
       case when vs_langdmin_b402_fits then plain_number(replace(ltrim(vs_langdmin_b402_text, '+'), ',', '.')) end as vs5_value,
       case when vs_langdmin_b402_text <> '' and not vs_langdmin_b402_fits then 'INVALID_NUMBER' end as vs5_reason1,
       -- visit_type (line 17)
       vs_besokstyp_436a_book.target as vs6_value,
       coalesce(
         case when "besokstyp" <> '' and vs_besokstyp_436a_book.target is null then 'UNMAPPED_CODE' end,
         case when vs6_value is null then 'REQUIRED_EMPTY' end
       ) as vs6_reason1,
       -- status (line 18)
       vs7_tried.v as vs7_value,
       coalesce(
         case when vs7_tried is null then 'SQL_FAILED' end,
         case when vs7_value is null then 'REQUIRED_EMPTY' end
       ) as vs7_reason1,
       -- note (line 19)
       "anteckning" as vs8_value,
       case when length(vs8_value) > 4000 then 'TOO_LONG' end as vs8_reason1,
       -- source_system (line 20)
       'elvis' as vs9_value,
       case when vs9_value is null then 'REQUIRED_EMPTY' end as vs9_reason1,
       "person_id" as vs1_value_by,
       "remiss_id" as vs2_value_by
  from parsed1a
  left join parent as vs1_parent
    on vs1_parent.mapping = 'elvis.person' and vs1_parent.key = "person_id"
  left join parent as vs2_parent
    on vs2_parent.mapping = 'elvis.referral' and vs2_parent.key = "remiss_id"
  left join zone_week as vs_starttid_8cb7_zone
    on vs_starttid_8cb7_zone.zone = 'Europe/Stockholm' and vs_starttid_8cb7_zone.week = week_of(vs_starttid_8cb7_local)
  left join codebook as vs_besokstyp_436a_book
    on vs_besokstyp_436a_book.codebook = 'visit_type' and vs_besokstyp_436a_book.source = "besokstyp"
),
-- the record's columns under their own names
shown as (
select * exclude ("status"),
       vs1_value as "patient_id",
       vs2_value as "referral_id",
       vs3_value as "unit",
       vs4_value as "starts_at",
       try_cast(vs5_value as decimal(38, 9)) as "minutes",
       vs6_value as "visit_type",
       vs7_value as "status",
       vs8_value as "note",
       vs9_value as "source_system"
  from level1
),
-- which exclusion takes it out, and what the mapping's own rules say against it
ruled as (
select *,
       case when vs_key is null or vs_damaged is not null or vs_contents > 1 or vs_excluded1 is null or vs_excluded2 is null then null
            when vs_excluded1.v then 'Struck out in Elvis; kept in the archive.'
            when vs_excluded2.v then 'Past bookings stay in Elvis, readable for at least one year.' end as vs_because,
       -- reject, line 22
       try({'v': coalesce((starts_at > timestamptz '2030-01-01 00:00:00+00'), false)}) as vs_asked1,
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
            when vs_excluded2 is null then 'SQL_FAILED'
            when vs_because is null
            then coalesce(vs1_reason1, vs2_reason1, vs3_reason1, vs4_reason1, vs5_reason1, vs6_reason1, vs7_reason1, vs8_reason1,
            vs9_reason1, vs_doubt1) end as vs_reason
  from ruled
),
identified as (
select *,
       uuid5(unhex('76cfa8a13cd95c0fb0c4a8dbb8b71b9f'), '5:elvis13:elvis.booking' || part(vs_key) || part(vs_item)) as vs_id,
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
            when vs4_reason1 then 'starts_at'
            when vs5_reason1 then 'minutes'
            when vs6_reason1 then 'visit_type'
            when vs7_reason1 then 'status'
            when vs8_reason1 then 'note'
            when vs9_reason1 then 'source_system' end end as vs_field,
       case when vs_reason is null or not starts_with(vs_reason, 'PARENT_') then null
            when vs1_reason1 = vs_reason then vs1_value_by
            when vs2_reason1 = vs_reason then vs2_value_by
            else null end as vs_parent,
       vs_id,
       unhex(sha256(concat(tagged('u', vs1_value), tagged('u', vs2_value), tagged('t', vs3_value), tagged('z', instant_text(vs4_value)),
            tagged('n', number_text(vs5_value)), tagged('t', vs6_value), tagged('t', vs7_value), tagged('t', vs8_value),
            tagged('t', vs9_value)))) as vs_digest,
       vs1_value as "patient_id",
       vs2_value as "referral_id",
       vs3_value as "unit",
       vs4_value as "starts_at",
       vs5_value as "minutes",
       vs6_value as "visit_type",
       vs7_value as "status",
       vs8_value as "note",
       vs9_value as "source_system"
  from identified
 order by vs_row;
