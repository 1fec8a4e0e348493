-- count
select count(*) from [journal].[besök]

-- columns
select * from (select * from besök -- all of them
) vs_rows where 1 = 0

-- distinct
select count(distinct vs_rows.[bild]), count(distinct cast(vs_rows.[fritext] as nvarchar(max))), count(distinct vs_rows.[kod]) from [journal].[besök] vs_rows

-- borders
select vs_0, vs_1 from (select cast(vs_rows.[id] as nvarchar(20)) as vs_0, cast(vs_rows.[nr] as nvarchar(41)) as vs_1, row_number() over (order by vs_rows.[id], vs_rows.[nr]) as vs_place from [journal].[besök] vs_rows where vs_rows.[id] is not null and vs_rows.[nr] is not null) vs_placed where vs_place % 1000 = 1 and vs_place > 1 order by vs_place

-- nulls
select count(*) from [journal].[besök] vs_rows where not (vs_rows.[id] is not null and vs_rows.[nr] is not null)

-- count of a range
select count(*) from [journal].[besök] vs_rows where vs_rows.[id] is not null and vs_rows.[nr] is not null and vs_rows.[id] >= cast(? as bigint) and (vs_rows.[id] > cast(? as bigint) or (vs_rows.[nr] >= cast(? as decimal(10,2)))) and vs_rows.[id] <= cast(? as bigint) and (vs_rows.[id] < cast(? as bigint) or (vs_rows.[nr] < cast(? as decimal(10,2))))
-- bound: 7, 7, 1.50, it's, it's, \

-- cut of a range
select vs_0, vs_1 from (select cast(vs_rows.[id] as nvarchar(20)) as vs_0, cast(vs_rows.[nr] as nvarchar(41)) as vs_1, row_number() over (order by vs_rows.[id], vs_rows.[nr]) as vs_place, count(*) over () as vs_all from [journal].[besök] vs_rows where vs_rows.[id] is not null and vs_rows.[nr] is not null and vs_rows.[id] >= cast(? as bigint) and (vs_rows.[id] > cast(? as bigint) or (vs_rows.[nr] >= cast(? as decimal(10,2)))) and vs_rows.[id] <= cast(? as bigint) and (vs_rows.[id] < cast(? as bigint) or (vs_rows.[nr] < cast(? as decimal(10,2))))) vs_placed where (vs_place * 4) % vs_all < 4 and vs_place > 1 order by vs_place
-- bound: 7, 7, 1.50, it's, it's, \

-- read
select cast(vs_rows.[id] as nvarchar(20)) as [id], cast(vs_rows.[nr] as nvarchar(41)) as [nr], convert(nvarchar(34), vs_rows.[tid], 121) as [tid], cast(vs_rows.[bild] as varbinary(max)) as [bild], cast(vs_rows.[fritext] as nvarchar(max)) as [fritext], cast(rtrim(vs_rows.[kod]) as nvarchar(max)) as [kod], vs_rows.[värde] as [värde] from [journal].[besök] vs_rows where vs_rows.[id] is not null and vs_rows.[nr] is not null and vs_rows.[id] >= cast(? as bigint) and (vs_rows.[id] > cast(? as bigint) or (vs_rows.[nr] >= cast(? as decimal(10,2)))) and vs_rows.[id] <= cast(? as bigint) and (vs_rows.[id] < cast(? as bigint) or (vs_rows.[nr] < cast(? as decimal(10,2)))) order by vs_rows.[id], vs_rows.[nr]
-- bound: 7, 7, 1.50, it's, it's, \

-- read the keys with a null
select cast(vs_rows.[id] as nvarchar(20)) as [id], cast(vs_rows.[nr] as nvarchar(41)) as [nr], convert(nvarchar(34), vs_rows.[tid], 121) as [tid], cast(vs_rows.[bild] as varbinary(max)) as [bild], cast(vs_rows.[fritext] as nvarchar(max)) as [fritext], cast(rtrim(vs_rows.[kod]) as nvarchar(max)) as [kod], vs_rows.[värde] as [värde] from (select * from besök -- all of them
) vs_rows where not (vs_rows.[id] is not null and vs_rows.[nr] is not null) order by vs_rows.[id], vs_rows.[nr]
