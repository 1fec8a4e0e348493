-- count
select count(*) from `besök`

-- columns
select * from (select * from besök -- all of them
) vs_rows where 1 = 0

-- distinct
select count(distinct vs_rows.`bild`), count(distinct cast(vs_rows.`fritext` as char)), count(distinct (vs_rows.`kod` + 0)) from `besök` vs_rows

-- borders
select vs_0, vs_1 from (select cast(vs_rows.`id` as char) as vs_0, cast(vs_rows.`nr` as char) as vs_1, row_number() over (order by vs_rows.`id`, vs_rows.`nr`) as vs_place from `besök` vs_rows where vs_rows.`id` is not null and vs_rows.`nr` is not null) vs_placed where vs_place % 1000 = 1 and vs_place > 1 order by vs_place

-- nulls
select count(*) from `besök` vs_rows where not (vs_rows.`id` is not null and vs_rows.`nr` is not null)

-- count of a range
select count(*) from `besök` vs_rows where vs_rows.`id` is not null and vs_rows.`nr` is not null and vs_rows.`id` >= cast(%s as unsigned) and (vs_rows.`id` > cast(%s as unsigned) or (vs_rows.`nr` >= cast(%s as decimal(65,2)))) and vs_rows.`id` <= cast(%s as unsigned) and (vs_rows.`id` < cast(%s as unsigned) or (vs_rows.`nr` < cast(%s as decimal(65,2))))
-- bound: 7, 7, 1.50, it's, it's, \

-- cut of a range
select vs_0, vs_1 from (select cast(vs_rows.`id` as char) as vs_0, cast(vs_rows.`nr` as char) as vs_1, row_number() over (order by vs_rows.`id`, vs_rows.`nr`) as vs_place, count(*) over () as vs_all from `besök` vs_rows where vs_rows.`id` is not null and vs_rows.`nr` is not null and vs_rows.`id` >= cast(%s as unsigned) and (vs_rows.`id` > cast(%s as unsigned) or (vs_rows.`nr` >= cast(%s as decimal(65,2)))) and vs_rows.`id` <= cast(%s as unsigned) and (vs_rows.`id` < cast(%s as unsigned) or (vs_rows.`nr` < cast(%s as decimal(65,2))))) vs_placed where (vs_place * 4) %% vs_all < 4 and vs_place > 1 order by vs_place
-- bound: 7, 7, 1.50, it's, it's, \

-- read
select vs_rows.`id` as `id`, vs_rows.`nr` as `nr`, concat(vs_rows.`tid`, '+00') as `tid`, vs_rows.`bild` as `bild`, vs_rows.`fritext` as `fritext`, vs_rows.`kod` as `kod`, vs_rows.`värde` + 0e0 as `värde` from `besök` vs_rows where vs_rows.`id` is not null and vs_rows.`nr` is not null and vs_rows.`id` >= cast(%s as unsigned) and (vs_rows.`id` > cast(%s as unsigned) or (vs_rows.`nr` >= cast(%s as decimal(65,2)))) and vs_rows.`id` <= cast(%s as unsigned) and (vs_rows.`id` < cast(%s as unsigned) or (vs_rows.`nr` < cast(%s as decimal(65,2)))) order by vs_rows.`id`, vs_rows.`nr`
-- bound: 7, 7, 1.50, it's, it's, \

-- read the keys with a null
select vs_rows.`id` as `id`, vs_rows.`nr` as `nr`, concat(vs_rows.`tid`, '+00') as `tid`, vs_rows.`bild` as `bild`, vs_rows.`fritext` as `fritext`, vs_rows.`kod` as `kod`, vs_rows.`värde` + 0e0 as `värde` from (select * from besök -- all of them
) vs_rows where not (vs_rows.`id` is not null and vs_rows.`nr` is not null) order by vs_rows.`id`, vs_rows.`nr`
