-- obstetrix.newborn: each row of nyfodd with its key, its unit and its place
create or replace temp table placed as
with keyed as (
select *,
       "matning_id" as vs_key,
       getvariable('extracted_at')::timestamptz as extracted_at
  from extract
)
select keyed.*,
       unit_place.unit as vs_unit,
       coalesce(unit_place.place, 'no_unit') as vs_place
  from keyed
  left join unit_place on unit_place.value = keyed."enhet_hsaid";

-- obstetrix.newborn: nyfodd becomes child_measurement; every item with its fate, lines of mappings/obstetrix/newborn.yaml
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
       count(distinct row(placed."matning_id", placed."enhet_hsaid", placed."vikt", placed."langd", placed."huvud", placed."tid",
            placed."struken", placed."barn_id", placed."anteckning")) over (partition by placed.vs_key) as contents,
       row_number() over (partition by placed.vs_key order by
            row(placed."matning_id", placed."enhet_hsaid", placed."vikt", placed."langd", placed."huvud", placed."tid",
            placed."struken", placed."barn_id", placed."anteckning"), placed.vs_row) as place
  from placed
  join repeated_key on repeated_key.vs_key = placed.vs_key
),
-- rows of this wave, with the mapping's exclusions
held as (
select placed.*,
       '' as vs_item,
       coalesce(copy.contents, 1) as vs_contents,
       coalesce(copy.place, 1) as vs_copy,
       -- exclude, line 14
       try({'v': coalesce((struken = 'J'), false)}) as vs_excluded1,
       try({'v': list_filter([case when coalesce((vikt <> ''), false) then struct_pack(item := 'weight', "typ" := ('VIKT')::varchar, "varde" := (vikt)::varchar, "matt_i" := ('kg')::varchar) end, case when coalesce((langd <> ''), false) then struct_pack(item := 'length', "typ" := ('LÄNGD')::varchar, "varde" := (langd)::varchar, "matt_i" := ('cm')::varchar) end, case when coalesce((huvud <> ''), false) then struct_pack(item := 'head', "typ" := ('HUVUD')::varchar, "varde" := (huvud)::varchar, "matt_i" := ('cm')::varchar) end], lambda piece: piece is not null)}) as vs_pieces
  from placed
  left join copy on copy.vs_row = placed.vs_row
 where placed.vs_place = 'in_wave'
),
parted as (
select *,
       unnest(case when len(vs_pieces.v) > 0 then vs_pieces.v else [null] end) as vs_piece
  from held
),
item as (
select * exclude (vs_item, vs_pieces, vs_piece),
       coalesce(vs_piece.item, '') as vs_item,
       vs_piece is null as vs_no_item,
       vs_pieces is null as vs_torn_apart,
       vs_piece."typ" as "typ",
       vs_piece."varde" as "varde",
       vs_piece."matt_i" as "matt_i"
  from parted
),
-- what values of level 1 are made of, each named once
parsed1a as (
select *,
       case when regexp_full_match("varde", '\s*(<=|>=|<|>|≤|≥|=)?\s*([-+]?[0-9]+(?:,[0-9]+)?)\s*([^\s0-9<>=,.;](?:.*\S)?)?\s*') then regexp_extract("varde", '^\s*(<=|>=|<|>|≤|≥|=)?\s*([-+]?[0-9]+(?:,[0-9]+)?)\s*([^\s0-9<>=,.;](?:.*\S)?)?\s*$', ['comparator', 'number', 'unit']) end as vs_varde_882c_parts,
       (case when "tid" not in ('') then "tid" end) as vs_tid_afaf_text,
       try_strptime(vs_tid_afaf_text, '%Y-%m-%d %H:%M') as vs_tid_afaf_time,
       case when strftime(vs_tid_afaf_time, '%Y-%m-%d %H:%M') = vs_tid_afaf_text and vs_tid_afaf_time >= timestamp '0001-01-02' then vs_tid_afaf_time end as vs_tid_afaf_whole,
       vs_tid_afaf_whole - cycles_of(vs_tid_afaf_whole) as vs_tid_afaf_local
  from item
),
-- level 1 of the fields: each value, and the reason that speaks against it
level1 as (
select parsed1a.*,
       -- patient_id (line 16)
       vs1_parent.id as vs1_value,
       coalesce(
         case vs1_parent.fate when 'rejected' then 'PARENT_REJECTED' when 'excluded' then 'PARENT_EXCLUDED' end,
         case when "barn_id" is not null and vs1_parent.key is null then 'PARENT_MISSING' end,
         case when vs1_value is null then 'REQUIRED_EMPTY' end
       ) as vs1_reason1,
       -- unit (line 17)
       nullif("enhet_hsaid", '') as vs2_value,
       coalesce(
         case when "enhet_hsaid" <> '' and not regexp_full_match("enhet_hsaid", 'SE[0-9]{10}-[A-Za-z0-9]{1,18}') then 'HSA_FORMAT' end,
         case when vs2_value is null then 'REQUIRED_EMPTY' end
       ) as vs2_reason1,
       -- kind (line 18)
       vs_typ_b627_book.target as vs3_value,
       coalesce(
         case when "typ" <> '' and vs_typ_b627_book.target is null then 'UNMAPPED_CODE' end,
         case when vs3_value is null then 'REQUIRED_EMPTY' end
       ) as vs3_reason1,
       -- value (line 19)
       replace(ltrim(vs_varde_882c_parts.number, '+'), ',', '.') as vs4_value,
       coalesce(
         case when trim("varde") <> '' and vs_varde_882c_parts is null then 'INVALID_NUMBER' end,
         case when vs4_value is null then 'REQUIRED_EMPTY' end
       ) as vs4_reason1,
       -- comparator (line 20)
       nullif(replace(replace(vs_varde_882c_parts.comparator, '≤', '<='), '≥', '>='), '') as vs5_value,
       case when trim("varde") <> '' and vs_varde_882c_parts is null then 'INVALID_NUMBER' end as vs5_reason1,
       -- measured_in (line 21)
       vs_matti_862f_book.target as vs6_value,
       coalesce(
         case when "matt_i" <> '' and vs_matti_862f_book.target is null then 'UNMAPPED_CODE' end,
         case when vs6_value is null then 'REQUIRED_EMPTY' end
       ) as vs6_reason1,
       -- measured_at (line 22)
       case when vs_tid_afaf_zone.odd_until is null or vs_tid_afaf_local < vs_tid_afaf_zone.odd_until then (vs_tid_afaf_whole - to_seconds(vs_tid_afaf_zone.offset_before))
            else (vs_tid_afaf_whole - to_seconds(vs_tid_afaf_zone.offset_after)) end as vs7_value,
       coalesce(
         case when vs_tid_afaf_text is not null and vs_tid_afaf_local is null then 'INVALID_DATE'
              when vs_tid_afaf_local >= vs_tid_afaf_zone.odd_from and vs_tid_afaf_local < vs_tid_afaf_zone.odd_until and vs_tid_afaf_zone.odd = 'missing' then 'MISSING_HOUR' end,
         case when vs7_value is null then 'REQUIRED_EMPTY' end
       ) as vs7_reason1,
       -- comment (line 23)
       "anteckning" as vs8_value,
       case when length(vs8_value) > 4000 then 'TOO_LONG' end as vs8_reason1,
       -- source_system (line 24)
       'obstetrix' as vs9_value,
       case when vs9_value is null then 'REQUIRED_EMPTY' end as vs9_reason1,
       "barn_id" as vs1_value_by
  from parsed1a
  left join parent as vs1_parent
    on vs1_parent.mapping = 'obstetrix.child' and vs1_parent.key = "barn_id"
  left join codebook as vs_typ_b627_book
    on vs_typ_b627_book.codebook = 'growth_kind' and vs_typ_b627_book.source = "typ"
  left join codebook as vs_matti_862f_book
    on vs_matti_862f_book.codebook = 'growth_unit' and vs_matti_862f_book.source = "matt_i"
  left join zone_week as vs_tid_afaf_zone
    on vs_tid_afaf_zone.zone = 'Europe/Stockholm' and vs_tid_afaf_zone.week = week_of(vs_tid_afaf_local)
),
-- the record's columns under their own names
shown as (
select *,
       vs1_value as "patient_id",
       vs2_value as "unit",
       vs3_value as "kind",
       try_cast(vs4_value as decimal(38, 9)) as "value",
       vs5_value as "comparator",
       vs6_value as "measured_in",
       vs7_value as "measured_at",
       vs8_value as "comment",
       vs9_value as "source_system"
  from level1
),
-- which exclusion takes it out, and what the mapping's own rules say against it
ruled as (
select *,
       case when vs_key is null or vs_damaged is not null or vs_contents > 1 or vs_excluded1 is null or vs_torn_apart then null
            when vs_no_item then 'NO_ITEM'
            when vs_excluded1.v then 'Struck out in Obstetrix; kept in the archive.' end as vs_because
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
            when vs_torn_apart then 'SQL_FAILED'
            when vs_because is null
            then coalesce(vs1_reason1, vs2_reason1, vs3_reason1, vs4_reason1, vs5_reason1, vs6_reason1, vs7_reason1, vs8_reason1,
            vs9_reason1) end as vs_reason
  from ruled
),
identified as (
select *,
       uuid5(unhex('76cfa8a13cd95c0fb0c4a8dbb8b71b9f'), '9:obstetrix17:obstetrix.newborn' || part(vs_key) || part(vs_item)) as vs_id,
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
            when vs3_reason1 then 'kind'
            when vs4_reason1 then 'value'
            when vs5_reason1 then 'comparator'
            when vs6_reason1 then 'measured_in'
            when vs7_reason1 then 'measured_at'
            when vs8_reason1 then 'comment'
            when vs9_reason1 then 'source_system' end end as vs_field,
       case when vs_reason is null or not starts_with(vs_reason, 'PARENT_') then null
            when vs1_reason1 = vs_reason then vs1_value_by
            else vs1_value_by end as vs_parent,
       vs_id,
       unhex(sha256(concat(tagged('u', vs1_value), tagged('t', vs2_value), tagged('t', vs3_value), tagged('n', number_text(vs4_value)),
            tagged('t', vs5_value), tagged('t', vs6_value), tagged('z', instant_text(vs7_value)), tagged('t', vs8_value),
            tagged('t', vs9_value)))) as vs_digest,
       vs1_value as "patient_id",
       vs2_value as "unit",
       vs3_value as "kind",
       vs4_value as "value",
       vs5_value as "comparator",
       vs6_value as "measured_in",
       vs7_value as "measured_at",
       vs8_value as "comment",
       vs9_value as "source_system"
  from identified
 order by vs_row;
