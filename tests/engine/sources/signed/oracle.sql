-- count
select count(*) from "journal"."besök"

-- columns
select * from (select * from besök -- all of them
) vs_rows where 1 = 0

-- distinct
select count(distinct vs_rows."bild"), count(distinct cast(dbms_lob.substr(vs_rows."fritext", 1000, 1) as varchar2(4000))), count(distinct rtrim(vs_rows."kod")) from "journal"."besök" vs_rows

-- borders
select vs_0, vs_1 from (select regexp_replace(to_char(vs_rows."id", 'TM9'), '^(-?)[.]', '\10.') as vs_0, regexp_replace(to_char(vs_rows."nr", 'TM9'), '^(-?)[.]', '\10.') as vs_1, row_number() over (order by vs_rows."id", vs_rows."nr") as vs_place from "journal"."besök" vs_rows where vs_rows."id" is not null and vs_rows."nr" is not null) vs_placed where mod(vs_place, 1000) = 1 and vs_place > 1 order by vs_place

-- nulls
select count(*) from "journal"."besök" vs_rows where not (vs_rows."id" is not null and vs_rows."nr" is not null)

-- count of a range
select count(*) from "journal"."besök" vs_rows where vs_rows."id" is not null and vs_rows."nr" is not null and vs_rows."id" >= to_number(:1) and (vs_rows."id" > to_number(:2) or (vs_rows."nr" >= to_number(:3))) and vs_rows."id" <= to_number(:4) and (vs_rows."id" < to_number(:5) or (vs_rows."nr" < to_number(:6)))
-- bound: 7, 7, 1.50, it's, it's, \

-- cut of a range
select vs_0, vs_1 from (select regexp_replace(to_char(vs_rows."id", 'TM9'), '^(-?)[.]', '\10.') as vs_0, regexp_replace(to_char(vs_rows."nr", 'TM9'), '^(-?)[.]', '\10.') as vs_1, row_number() over (order by vs_rows."id", vs_rows."nr") as vs_place, count(*) over () as vs_all from "journal"."besök" vs_rows where vs_rows."id" is not null and vs_rows."nr" is not null and vs_rows."id" >= to_number(:1) and (vs_rows."id" > to_number(:2) or (vs_rows."nr" >= to_number(:3))) and vs_rows."id" <= to_number(:4) and (vs_rows."id" < to_number(:5) or (vs_rows."nr" < to_number(:6)))) vs_placed where mod((vs_place * 4), vs_all) < 4 and vs_place > 1 order by vs_place
-- bound: 7, 7, 1.50, it's, it's, \

-- read
select regexp_replace(to_char(vs_rows."id", 'TM9'), '^(-?)[.]', '\10.') as "id", regexp_replace(to_char(vs_rows."nr", 'TM9'), '^(-?)[.]', '\10.') as "nr", to_char(sys_extract_utc(cast(vs_rows."tid" as timestamp with time zone)), 'YYYY-MM-DD HH24:MI:SS.FF9') || '+00' as "tid", vs_rows."bild" as "bild", vs_rows."fritext" as "fritext", rtrim(vs_rows."kod") as "kod", vs_rows."värde" as "värde" from "journal"."besök" vs_rows where vs_rows."id" is not null and vs_rows."nr" is not null and vs_rows."id" >= to_number(:1) and (vs_rows."id" > to_number(:2) or (vs_rows."nr" >= to_number(:3))) and vs_rows."id" <= to_number(:4) and (vs_rows."id" < to_number(:5) or (vs_rows."nr" < to_number(:6))) order by vs_rows."id", vs_rows."nr"
-- bound: 7, 7, 1.50, it's, it's, \

-- read the keys with a null
select regexp_replace(to_char(vs_rows."id", 'TM9'), '^(-?)[.]', '\10.') as "id", regexp_replace(to_char(vs_rows."nr", 'TM9'), '^(-?)[.]', '\10.') as "nr", to_char(sys_extract_utc(cast(vs_rows."tid" as timestamp with time zone)), 'YYYY-MM-DD HH24:MI:SS.FF9') || '+00' as "tid", vs_rows."bild" as "bild", vs_rows."fritext" as "fritext", rtrim(vs_rows."kod") as "kod", vs_rows."värde" as "värde" from (select * from besök -- all of them
) vs_rows where not (vs_rows."id" is not null and vs_rows."nr" is not null) order by vs_rows."id", vs_rows."nr"
