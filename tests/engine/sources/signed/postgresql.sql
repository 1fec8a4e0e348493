-- count
select count(*) from "journal"."besök"

-- columns
select * from (select * from besök -- all of them
) vs_rows where 1 = 0

-- distinct
select count(distinct vs_rows."bild"), count(distinct cast(vs_rows."fritext" as text)), count(distinct vs_rows."kod") from "journal"."besök" vs_rows

-- borders
select vs_0, vs_1 from (select cast(vs_rows."id" as text) as vs_0, cast(vs_rows."nr" as text) as vs_1, row_number() over (order by vs_rows."id", vs_rows."nr") as vs_place from "journal"."besök" vs_rows where vs_rows."id" is not null and vs_rows."nr" is not null) vs_placed where vs_place % 1000 = 1 and vs_place > 1 order by vs_place

-- nulls
select count(*) from "journal"."besök" vs_rows where not (vs_rows."id" is not null and vs_rows."nr" is not null)

-- count of a range
select count(*) from "journal"."besök" vs_rows where vs_rows."id" is not null and vs_rows."nr" is not null and (vs_rows."id", vs_rows."nr") >= (cast(%s as bigint), cast(%s as numeric(10,2))) and (vs_rows."id", vs_rows."nr") < (cast(%s as bigint), cast(%s as numeric(10,2)))
-- bound: 7, 1.50, it's, \
-- or: select count(*) from "journal"."besök" vs_rows where vs_rows."id" is not null and vs_rows."nr" is not null and (vs_rows."id", vs_rows."nr") >= (cast('7' as bigint), cast('1.50' as numeric(10,2))) and (vs_rows."id", vs_rows."nr") < (cast('it''s' as bigint), cast('\' as numeric(10,2)))

-- cut of a range
select vs_0, vs_1 from (select cast(vs_rows."id" as text) as vs_0, cast(vs_rows."nr" as text) as vs_1, row_number() over (order by vs_rows."id", vs_rows."nr") as vs_place, count(*) over () as vs_all from "journal"."besök" vs_rows where vs_rows."id" is not null and vs_rows."nr" is not null and (vs_rows."id", vs_rows."nr") >= (cast(%s as bigint), cast(%s as numeric(10,2))) and (vs_rows."id", vs_rows."nr") < (cast(%s as bigint), cast(%s as numeric(10,2)))) vs_placed where (vs_place * 4) %% vs_all < 4 and vs_place > 1 order by vs_place
-- bound: 7, 1.50, it's, \
-- or: select vs_0, vs_1 from (select cast(vs_rows."id" as text) as vs_0, cast(vs_rows."nr" as text) as vs_1, row_number() over (order by vs_rows."id", vs_rows."nr") as vs_place, count(*) over () as vs_all from "journal"."besök" vs_rows where vs_rows."id" is not null and vs_rows."nr" is not null and (vs_rows."id", vs_rows."nr") >= (cast('7' as bigint), cast('1.50' as numeric(10,2))) and (vs_rows."id", vs_rows."nr") < (cast('it''s' as bigint), cast('\' as numeric(10,2)))) vs_placed where (vs_place * 4) % vs_all < 4 and vs_place > 1 order by vs_place

-- read
select cast(vs_rows."id" as text) as "id", cast(vs_rows."nr" as text) as "nr", cast(vs_rows."tid" as text) as "tid", vs_rows."bild" as "bild", cast(vs_rows."fritext" as text) as "fritext", cast(vs_rows."kod" as text) as "kod", cast(vs_rows."värde" as text) as "värde" from "journal"."besök" vs_rows where vs_rows."id" is not null and vs_rows."nr" is not null and (vs_rows."id", vs_rows."nr") >= (cast(%s as bigint), cast(%s as numeric(10,2))) and (vs_rows."id", vs_rows."nr") < (cast(%s as bigint), cast(%s as numeric(10,2))) order by vs_rows."id", vs_rows."nr"
-- bound: 7, 1.50, it's, \
-- or: select cast(vs_rows."id" as text) as "id", cast(vs_rows."nr" as text) as "nr", cast(vs_rows."tid" as text) as "tid", vs_rows."bild" as "bild", cast(vs_rows."fritext" as text) as "fritext", cast(vs_rows."kod" as text) as "kod", cast(vs_rows."värde" as text) as "värde" from "journal"."besök" vs_rows where vs_rows."id" is not null and vs_rows."nr" is not null and (vs_rows."id", vs_rows."nr") >= (cast('7' as bigint), cast('1.50' as numeric(10,2))) and (vs_rows."id", vs_rows."nr") < (cast('it''s' as bigint), cast('\' as numeric(10,2))) order by vs_rows."id", vs_rows."nr"

-- read the keys with a null
select cast(vs_rows."id" as text) as "id", cast(vs_rows."nr" as text) as "nr", cast(vs_rows."tid" as text) as "tid", vs_rows."bild" as "bild", cast(vs_rows."fritext" as text) as "fritext", cast(vs_rows."kod" as text) as "kod", cast(vs_rows."värde" as text) as "värde" from (select * from besök -- all of them
) vs_rows where not (vs_rows."id" is not null and vs_rows."nr" is not null) order by vs_rows."id", vs_rows."nr"
