-- asynjavisph.person: each row of patient with its key, its unit and its place
create or replace temp table placed as
with keyed as (
select *,
       "patient_id" as vs_key,
       getvariable('extracted_at')::timestamptz as extracted_at
  from extract
)
select keyed.*,
       '*' as vs_unit,
       case when care.in_wave then 'in_wave' when care.in_any then 'other_wave' when care.in_excluded then 'excluded_unit'
            when care.key is not null then 'no_unit' else 'no_care' end as vs_place
  from keyed
  left join care on care.key = keyed.vs_key;

-- asynjavisph.person: patient becomes patient; every item with its fate, lines of mappings/asynjavisph/person.yaml
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
       count(distinct row(placed."patient_id", placed."pnr", placed."andrad", placed."fodd", placed."avliden", placed."kon",
            placed."struken", placed."fornamn", placed."efternamn", placed."adress", placed."postnr", placed."ort",
            placed."skydd")) over (partition by placed.vs_key) as contents,
       row_number() over (partition by placed.vs_key order by
            row(placed."patient_id", placed."pnr", placed."andrad", placed."fodd", placed."avliden", placed."kon",
            placed."struken", placed."fornamn", placed."efternamn", placed."adress", placed."postnr", placed."ort",
            placed."skydd"), placed.vs_row) as place
  from placed
  join repeated_key on repeated_key.vs_key = placed.vs_key
),
-- rows of this wave, with the mapping's exclusions
item as (
select placed.*,
       '' as vs_item,
       coalesce(copy.contents, 1) as vs_contents,
       coalesce(copy.place, 1) as vs_copy,
       -- exclude, line 12
       try({'v': coalesce((struken = 'J'), false)}) as vs_excluded1
  from placed
  left join copy on copy.vs_row = placed.vs_row
 where placed.vs_place = 'in_wave'
),
-- what values of level 1 are made of, each named once
parsed1a as (
select *,
       identity_spelling(trim("pnr"), '2024-11-12') as vs_pnr_3151_spelled,
       (case when strftime(try_strptime((case when "fodd" not in ('') then "fodd" end), '%Y%m%d'), '%Y%m%d') = (case when "fodd" not in ('') then "fodd" end) and try_strptime((case when "fodd" not in ('') then "fodd" end), '%Y%m%d') >= timestamp '0001-01-01' then try_strptime((case when "fodd" not in ('') then "fodd" end), '%Y%m%d') end) as vs_fodd_e7cb_day,
       (case when strftime(try_strptime((case when "avliden" not in ('', '') then "avliden" end), '%Y%m%d'), '%Y%m%d') = (case when "avliden" not in ('', '') then "avliden" end) and try_strptime((case when "avliden" not in ('', '') then "avliden" end), '%Y%m%d') >= timestamp '0001-01-01' then try_strptime((case when "avliden" not in ('', '') then "avliden" end), '%Y%m%d') end) as vs_avliden_0453_day
  from item
),
-- what values of level 1 are made of, each named once
parsed1b as (
select *,
       identity_domain(vs_pnr_3151_spelled) as vs_pnr_3151_domain
  from parsed1a
),
-- what values of level 1 are made of, each named once
parsed1c as (
select *,
       identity_reason(trim("pnr"), vs_pnr_3151_spelled, vs_pnr_3151_domain) as vs_pnr_3151_reason
  from parsed1b
),
-- level 1 of the fields: each value, and the reason that speaks against it
level1 as (
select parsed1c.*,
       -- identifier (line 14)
       vs_pnr_3151_spelled as vs1_value,
       coalesce(
         vs_pnr_3151_reason,
         case when vs1_value is null then 'REQUIRED_EMPTY' end
       ) as vs1_reason1,
       -- identifier_domain (line 15)
       vs_pnr_3151_domain as vs2_value,
       coalesce(
         vs_pnr_3151_reason,
         case when vs2_value is null then 'REQUIRED_EMPTY' end
       ) as vs2_reason1,
       -- given_name (line 16)
       "fornamn" as vs3_value,
       null as vs3_reason1,
       -- family_name (line 17)
       "efternamn" as vs4_value,
       null as vs4_reason1,
       -- birth_date (line 18)
       vs_fodd_e7cb_day::date as vs5_value,
       case when (case when "fodd" not in ('') then "fodd" end) is not null and vs_fodd_e7cb_day is null then 'INVALID_DATE' end as vs5_reason1,
       -- deceased_on (line 19)
       vs_avliden_0453_day::date as vs6_value,
       case when (case when "avliden" not in ('', '') then "avliden" end) is not null and vs_avliden_0453_day is null then 'INVALID_DATE' end as vs6_reason1,
       -- sex (line 20)
       vs_kon_a210_book.target as vs7_value,
       case when "kon" <> '' and vs_kon_a210_book.target is null then 'UNMAPPED_CODE' end as vs7_reason1,
       -- street_address (line 21)
       "adress" as vs8_value,
       null as vs8_reason1,
       -- postal_code (line 22)
       "postnr" as vs9_value,
       null as vs9_reason1,
       -- city (line 23)
       "ort" as vs10_value,
       null as vs10_reason1,
       -- protected_identity (line 24)
       case when "skydd" in ('J') then true when "skydd" in ('N') then false end as vs11_value,
       coalesce(
         case when "skydd" not in ('J', 'N', '') then 'INVALID_BOOLEAN' end,
         case when vs11_value is null then 'REQUIRED_EMPTY' end
       ) as vs11_reason1,
       -- source_system (line 25)
       'asynjavisph' as vs12_value,
       case when vs12_value is null then 'REQUIRED_EMPTY' end as vs12_reason1,
       vs_pnr_3151_spelled as vs_identifier1,
       identity_domain(vs_pnr_3151_spelled) as vs_domain1,
       vs_pnr_3151_reason as vs_identity_reason1,
       vsi1_known.id as known1_id,
       self.id as self_id
  from parsed1c
  left join codebook as vs_kon_a210_book
    on vs_kon_a210_book.codebook = 'sex' and vs_kon_a210_book.source = "kon"
  left join person as vsi1_known
    on vsi1_known.record_table = 'patient' and vsi1_known.domain = identity_domain(vs_pnr_3151_spelled) and vsi1_known.identifier = vs_pnr_3151_spelled
  left join person as self
    on self.record_table = 'patient' and self.domain = 'asynjavisph' and self.identifier = vs_key
),
-- the record's columns under their own names
shown as (
select *,
       vs1_value as "identifier",
       vs2_value as "identifier_domain",
       vs3_value as "given_name",
       vs4_value as "family_name",
       vs5_value as "birth_date",
       vs6_value as "deceased_on",
       vs7_value as "sex",
       vs8_value as "street_address",
       vs9_value as "postal_code",
       vs10_value as "city",
       vs11_value as "protected_identity",
       vs12_value as "source_system"
  from level1
),
-- which exclusion takes it out, and what the mapping's own rules say against it
ruled as (
select *,
       case when vs_key is null or vs_damaged is not null or vs_excluded1 is null then null
            when vs_excluded1.v then 'Struck out in AsynjaVisph; kept in the archive.' end as vs_because
  from shown
),
-- the first reason that speaks against it
judged as (
select *,
       case when starts_with(vs_damaged, 'row:') then 'MALFORMED_ROW'
            when vs_damaged is not null then 'INVALID_ENCODING'
            when vs_key is null then 'KEY_MISSING'
            when vs_excluded1 is null then 'SQL_FAILED'
            when vs_because is null
            then coalesce(vs_identity_reason1, vs1_reason1, vs2_reason1, vs3_reason1, vs4_reason1, vs5_reason1, vs6_reason1, vs7_reason1,
            vs8_reason1, vs9_reason1, vs10_reason1, vs11_reason1, vs12_reason1) end as vs_reason
  from ruled
),
-- who it is: as a person decided, else by whom its key or its numbers lead to, else by its first number
named as (
select judged.*,
       coalesce(decided.id, self_id, known1_id, case when vs_identifier1 is not null then uuid5(unhex('76cfa8a13cd95c0fb0c4a8dbb8b71b9f'), '7:patient' || part(vs_domain1) || part(vs_identifier1)) else uuid5(unhex('76cfa8a13cd95c0fb0c4a8dbb8b71b9f'), '7:patient11:asynjavisph' || part(vs_key)) end) as vs_id,
       vs_reason is null and vs_because is null as vs_sound,
       decided.id is null and (self_id <> known1_id or self_id is not null and brought.key is null and vs_identifier1 is not null and known1_id is null) is true as vs_torn,
       decided.id is not null as vs_decided,
       coalesce(decided.apart, false) as vs_apart
  from judged
  left join brought on brought.key = vs_key
  left join decided on decided.mapping = 'asynjavisph.person' and decided.key = vs_key
    and decided.numbers = sha256('' || tagged('t', vs_identifier1))
),
claim as (
select vs_row,
       vs_id,
       unnest([vs_identifier1]) as number,
       unnest([vs_domain1]) as domain
  from named
 where vs_sound and not vs_torn and not vs_decided
),
contested as (
select vs_row,
       bool_or(other) as other
  from (select vs_row,
               number is not null and vs_id <> first_value(vs_id)
                 over (partition by domain, number order by vs_row) as other
          from claim)
 group by vs_row
),
settled as (
select named.* exclude (vs_torn),
       named.vs_torn or coalesce(contested.other, false) as vs_torn
  from named
  left join contested on contested.vs_row = named.vs_row
),
claimed as (
select *,
       row_number() over (partition by vs_id, vs_sound and not vs_torn order by vs_decided, exists (select 1 from guarded where guarded.mapping = 'asynjavisph.person' and guarded.key = vs_key), vs_row) as vs_claim,
       (origin.mapping <> 'asynjavisph.person' or origin.key <> vs_key) is true as vs_taken
  from settled
  left join origin on origin.record_table = 'patient' and origin.id = vs_id
),
identified as (
select * exclude (vs_reason, vs_identifier1),
       case when not vs_apart then vs_identifier1 end as vs_identifier1,
       case when vs_reason is not null then vs_reason
            when vs_sound and vs_torn then 'IDENTITY_REVIEW'
            when vs_sound and not vs_decided and (vs_claim > 1 or vs_taken) and exists (select 1 from guarded where guarded.mapping = 'asynjavisph.person' and guarded.key = vs_key) then 'IDENTITY_REVIEW' end as vs_reason,
       vs_sound and not vs_torn and (vs_claim > 1 or vs_taken) as vs_second
  from claimed
)
select vs_row,
       vs_key,
       vs_item,
       vs_unit,
       vs_copy,
       case when vs_reason is not null then 'rejected'
            when vs_because is not null then 'excluded'
            when vs_copy > 1 and not bool_or(vs_copy = 1 and vs_reason is null and vs_because is null) over (partition by vs_key, vs_item) then 'rejected'
            when vs_copy > 1 or vs_second then 'merged'
            else 'loaded' end as vs_fate,
       case when vs_because is not null then vs_because
            when vs_reason is null and vs_copy > 1 and not bool_or(vs_copy = 1 and vs_reason is null and vs_because is null) over (partition by vs_key, vs_item) then 'CHOSEN_LEFT_OUT' else vs_reason end as vs_reason,
       case when vs_reason is not null then case vs_reason
            when vs1_reason1 then 'identifier'
            when vs2_reason1 then 'identifier_domain'
            when vs5_reason1 then 'birth_date'
            when vs6_reason1 then 'deceased_on'
            when vs7_reason1 then 'sex'
            when vs11_reason1 then 'protected_identity'
            when vs12_reason1 then 'source_system' end end as vs_field,
       null::varchar as vs_parent,
       vs_id,
       unhex(sha256(concat(tagged('t', vs1_value), tagged('t', vs2_value), tagged('t', vs3_value), tagged('t', vs4_value),
            tagged('d', strftime(vs5_value, '%Y-%m-%d')), tagged('d', strftime(vs6_value, '%Y-%m-%d')),
            tagged('t', vs7_value), tagged('t', vs8_value), tagged('t', vs9_value), tagged('t', vs10_value),
            tagged('t', null::varchar), tagged('b', (vs11_value)::integer::varchar), tagged('t', vs12_value)))) as vs_digest,
       vs1_value as "identifier",
       vs2_value as "identifier_domain",
       vs3_value as "given_name",
       vs4_value as "family_name",
       vs5_value as "birth_date",
       vs6_value as "deceased_on",
       vs7_value as "sex",
       vs8_value as "street_address",
       vs9_value as "postal_code",
       vs10_value as "city",
       null::varchar as "phone",
       vs11_value as "protected_identity",
       vs12_value as "source_system",
       vs_identifier1,
       vs_domain1
  from identified
 order by vs_row;
