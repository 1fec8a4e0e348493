"""Which SQL would somebody write by hand for this journal? One SELECT a table, with the reason beside the row."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A table on its way: where its rows come from, the SELECT, and the columns of the record that it gives."""

    reads: str
    source_columns: tuple[str, ...]
    into: str
    typed: tuple[tuple[str, str], ...]
    """The record's columns with their tags in the digest."""
    select: str
    remembered: bool = False
    """Whether later tables look for its rows."""

    @property
    def columns(self) -> str:
        """What is written."""
        return ", ".join(["id", *(name for name, _ in self.typed), "key", "digest"])

    @property
    def sql(self) -> str:
        """The SELECT, with the digest of what it gives."""
        digest = " || ".join(f"tagged('{tag}', {name})" for name, tag in self.typed)
        return f"select *, unhex(sha256({digest})) as digest from ({self.select})"


_MACROS = (
    f"uuid_variant(d) as (substr('89ab89ab89{'-' * 39}ab89ab', ord(d) - 47, 1))",
    ("uuid_of(h) as ((substr(h, 1, 12) || '5' || substr(h, 14, 3) || uuid_variant(substr(h, 17, 1)) || substr(h, 18, 15))::uuid::varchar)"),
    "id_of(name) as (uuid_of(sha1(unhex('76cfa8a13cd95c0fb0c4a8dbb8b71b9f') || encode(name))))",
    "part(t) as (strlen(t)::varchar || ':' || t)",
    "tagged(tag, t) as (concat(tag, coalesce(strlen(t) || ':', '-'), t))",
    "local_time(t, form) as (case when strftime(try_strptime(nullif(t, ''), form), form) = t then try_strptime(t, form) end)",
    "is_missing(t, begins) as (t >= begins and t < begins + interval 1 hour)",
    # The repeated hour is the first of the two; after it comes winter.
    (
        "instant(t, begins, ends) as (strftime(t - case when t >= begins and t < ends then interval 2 hour else interval 1 hour end,"
        " '%Y-%m-%dT%H:%M:%SZ'))"
    ),
)
_DIGITS = [f"(n // {10**k} % 10)" for k in range(10)]
_SUM = " + ".join(d if k % 2 == 0 else f"2 * {d} - case when {d} > 4 then 9 else 0 end" for k, d in enumerate(_DIGITS))
MACROS = (*_MACROS, f"luhn(n) as (({_SUM}) % 10 = 0)")

_PERSON = """
select person_id as key, id_of('7:patient12:personnummer' || part(number)) as id, number as identifier, fornamn as given_name,
       efternamn as family_name, strftime(born, '%Y-%m-%d') as birth_date, sex.target as sex, adress as street_address,
       case skyddad when 'J' then '1' when 'N' then '0' end as protected_identity,
       case when number is null then 'IDENTITY_FORMAT'
            when try_strptime(substr(number, 1, 8), '%Y%m%d') is null then 'IDENTITY_DATE'
            when not luhn(substr(number, 3)::bigint) then 'IDENTITY_CHECKSUM'
            when born is null then 'INVALID_DATE'
            when sex.target is null then 'UNMAPPED_CODE' end as reason
  from (select *, case when regexp_full_match(personnummer, '[0-9]{8}-[0-9]{4}') then replace(personnummer, '-', '') end as number,
               try_strptime(fodelsedatum, '%Y-%m-%d') as born from extract)
  left join code as sex on sex.book = 'sex' and sex.source = kon
"""

_CONTACT = """
select kontakt_id as key, id_of('7:journal15:journal.contact' || part(kontakt_id) || '0:') as id, patient.id as patient_id,
       enhet_hsaid as unit, kind.target as contact_type, instant(started, s.begins, s.ends) as starts_at,
       instant(ended, e.begins, e.ends) as ends_at, orsak as reason_text,
       case when patient.id is null then 'PARENT_REJECTED'
            when not regexp_full_match(enhet_hsaid, 'SE[0-9]{10}-[A-Za-z0-9]{1,18}') then 'HSA_FORMAT'
            when kind.target is null then 'UNMAPPED_CODE'
            when started is null then 'INVALID_DATE' when is_missing(started, s.begins) then 'MISSING_HOUR'
            when slut_tid <> '' and ended is null then 'INVALID_DATE' when is_missing(ended, e.begins) then 'MISSING_HOUR' end as reason
  from (select *, local_time(start_tid, '%Y-%m-%d %H:%M') as started, local_time(slut_tid, '%Y-%m-%d %H:%M') as ended from extract)
  left join patient on patient.key = person_id
  left join code as kind on kind.book = 'contact_type' and kind.source = typ
  left join clock as s on s.year = year(started)
  left join clock as e on e.year = year(ended)
"""

_DIAGNOSIS = """
select diagnos_id as key, id_of('7:journal17:journal.diagnosis' || part(diagnos_id) || '0:') as id, patient.id as patient_id,
       icd.target as code, try_cast(rang as bigint)::varchar as rank, instant(noted, begins, ends) as recorded_at,
       case when patient.id is null then 'PARENT_REJECTED' when icd.target is null then 'UNMAPPED_CODE'
            when try_cast(rang as bigint) is null then 'INVALID_NUMBER'
            when noted is null then 'INVALID_DATE' when is_missing(noted, begins) then 'MISSING_HOUR' end as reason
  from (select *, local_time(satt_tid, '%Y-%m-%d %H:%M') as noted from extract)
  left join patient on patient.key = person_id
  left join code as icd on icd.book = 'diagnosis' and icd.source = kod
  left join clock on clock.year = year(noted)
"""

_RESULT = """
select svar_id as key, id_of('7:journal14:journal.result' || part(svar_id) || '0:') as id, patient.id as patient_id,
       analysis.target as analysis, number as value, unit.target as measured_in, instant(taken, begins, ends) as taken_at,
       case when patient.id is null then 'PARENT_REJECTED' when analysis.target is null then 'UNMAPPED_CODE'
            when number is null then 'INVALID_NUMBER' when unit.target is null then 'UNMAPPED_CODE'
            when taken is null then 'INVALID_DATE' when is_missing(taken, begins) then 'MISSING_HOUR' end as reason
  from (select *, local_time(prov_tid, '%Y-%m-%d %H:%M:%S') as taken,
               case when regexp_full_match(varde, '[0-9]+(,[0-9]+)?') then replace(varde, ',', '.') end as number from extract)
  left join patient on patient.key = person_id
  left join code as analysis on analysis.book = 'analysis' and analysis.source = analys
  left join code as unit on unit.book = 'unit' and unit.source = matt_i
  left join clock on clock.year = year(taken)
"""

_NOTE = """
select anteckning_id as key, id_of('7:journal12:journal.note' || part(anteckning_id) || '0:') as id, patient.id as patient_id,
       encounter.id as encounter_id, instant(written, begins, ends) as written_at, skriven_av as author, "text" as note_text,
       case when patient.id is null or encounter.id is null then 'PARENT_REJECTED'
            when written is null then 'INVALID_DATE' when is_missing(written, begins) then 'MISSING_HOUR'
            when length("text") > 8000 then 'TOO_LONG' end as reason
  from (select *, local_time(skriven, '%Y-%m-%d %H:%M') as written from extract)
  left join patient on patient.key = person_id
  left join encounter on encounter.key = kontakt_id
  left join clock on clock.year = year(written)
"""


def _tags(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, tag) for tag, name in (word.split(":") for word in text.split()))


TABLES = (
    Table(
        "person",
        ("person_id", "personnummer", "fornamn", "efternamn", "fodelsedatum", "kon", "adress", "skyddad"),
        "patient",
        _tags("t:identifier t:given_name t:family_name d:birth_date t:sex t:street_address b:protected_identity"),
        _PERSON,
        remembered=True,
    ),
    Table(
        "vardkontakt",
        ("kontakt_id", "person_id", "enhet_hsaid", "typ", "start_tid", "slut_tid", "orsak"),
        "encounter",
        _tags("u:patient_id t:unit t:contact_type z:starts_at z:ends_at t:reason_text"),
        _CONTACT,
        remembered=True,
    ),
    Table(
        "diagnos",
        ("diagnos_id", "person_id", "kod", "rang", "satt_tid"),
        "condition",
        _tags("u:patient_id t:code i:rank z:recorded_at"),
        _DIAGNOSIS,
    ),
    Table(
        "labsvar",
        ("svar_id", "person_id", "analys", "varde", "matt_i", "prov_tid"),
        "lab_result",
        _tags("u:patient_id t:analysis n:value t:measured_in z:taken_at"),
        _RESULT,
    ),
    Table(
        "anteckning",
        ("anteckning_id", "person_id", "kontakt_id", "skriven", "skriven_av", "text"),
        "note",
        _tags("u:patient_id u:encounter_id z:written_at t:author t:note_text"),
        _NOTE,
    ),
)
