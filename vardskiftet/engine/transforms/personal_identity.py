"""Is this text a person's identifier, and of which domain? personnummer, samordningsnummer, VGR and national reserve ids.

Rules: domain facts §6 [L1] to [L4], [V20], [V21]. A person is found by domain + identifier, never by name or date of birth.
The check digit of a national reserve id is not tested: its rule stands in no source that we could read.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import field_validator

from vardskiftet.engine.names import literal
from vardskiftet.engine.transforms.protocol import Example, Expression, Setting
from vardskiftet.model.frozen import Frozen
from vardskiftet.model.record import ColumnType

MAIN = "gives"
SHARED = ("gives",)
"""Options that do not change what is parsed: fields that differ in them alone share it."""

SAYS = "A person's identifier, checked and in twelve characters; or its domain; or the birth date where the number holds a whole one."


class Options(Frozen):
    """`gives`: identifier, domain, or birth date. `as_of`: the date (YYYY-MM-DD) that tells the century of ten digits."""

    gives: Literal["id", "domain", "birth_date"] = "id"
    as_of: str = ""

    @field_validator("as_of")
    @classmethod
    def _a_day(cls, text: str) -> str:
        if text and date.fromisoformat(text).isoformat() != text:
            raise ValueError("a date is wanted, as 2024-11-12")
        return text


PERSONNUMMER = "personnummer"
SAMORDNINGSNUMMER = "samordningsnummer"
VGR_RESERVE = "vgr-reserve"
NATIONAL_RESERVE = "national-reserve"

TURNED_A_HUNDRED = "24"
"""The last two digits of the youngest year of birth that a plus sign tells of, where no date is declared."""

# Of ten digits every other one, from the first, is doubled, and its digits added; in whole numbers, which is five times as
# fast as cutting texts.
_DIGITS = [f"(n // {10**place} % 10)" for place in range(9, -1, -1)]
_LUHN = " + ".join(
    f"2 * {digit} - case when {digit} > 4 then 9 else 0 end" if place % 2 == 0 else digit for place, digit in enumerate(_DIGITS)
)
MACROS = (
    f"luhn_sum(n) as ({_LUHN})",
    "luhn_ok(d) as (luhn_sum(d::bigint) % 10 = 0)",
    "real_century(y) as (substr(y, 1, 2) in ('18', '19', '20'))",
    (
        "real_day(y) as (real_century(y)"
        " and try_cast(substr(y, 1, 4) || '-' || substr(y, 5, 2) || '-' || substr(y, 7, 2) as date) is not null)"
    ),
    # Born in the century that makes the person younger than 100 on the day, or, with a plus sign, a century older.
    (
        "century_of(yy, sign, day) as (case"
        # Written in 1989 or later, `89…+` was born in 1889: only who has turned a hundred by now can be of the 1900s.
        f" when day = '' and sign = '+' and yy <= '{TURNED_A_HUNDRED}' then '19'"
        " when day = '' then null"
        " else lpad((((substr(day, 1, 4)::integer - yy::integer) // 100) - case when sign = '+' then 1 else 0 end)::varchar, 2, '0') end)"
    ),
    # Twelve characters without separator; NULL where the spelling is none that we know; '?' where the century cannot be told.
    (
        r"identity_spelling(t, day) as (case"
        r" when regexp_full_match(t, '[0-9]{8}[-+]?[0-9]{4}') then substr(t, 1, 8) || right(t, 4)"
        r" when regexp_full_match(t, '[0-9]{6}[-+]?[0-9]{4}') then coalesce("
        r"century_of(substr(t, 1, 2), substr(t, 7, 1), day) || substr(t, 1, 6) || right(t, 4), '?')"
        r" when regexp_full_match(t, '[0-9]{8}-?([KMXkmx][0-9]|[A-HJ-NPR-UX-Za-hj-npr-ux-z]{2})[0-9]{2}')"
        r" then upper(substr(t, 1, 8) || right(t, 4)) end)"
    ),
    # Gender digit of a VGR reserve id: 06 to 79, odd for M, even for K; 80 to 89 for X.
    (
        "vgr_serial_ok(s) as (case substr(s, 9, 1)"
        " when 'X' then substr(s, 10, 2) between '80' and '89'"
        " when 'M' then substr(s, 10, 2) between '06' and '79' and (ascii(substr(s, 11, 1)) % 2 = 1)"
        " else substr(s, 10, 2) between '06' and '79' and (ascii(substr(s, 11, 1)) % 2 = 0) end)"
    ),
    (
        f"identity_domain(s) as (case"
        f" when regexp_full_match(s, '[0-9]{{8}}[KMX][0-9]{{3}}') then '{VGR_RESERVE}'"
        f" when regexp_full_match(s, '(00|2[0-9])[0-9]{{6}}[A-Z]{{2}}[0-9]{{2}}') then '{NATIONAL_RESERVE}'"
        f" when not regexp_full_match(s, '[0-9]{{12}}') then null"
        f" when substr(s, 7, 2) between '60' and '91' then '{SAMORDNINGSNUMMER}'"
        f" else '{PERSONNUMMER}' end)"
    ),
    (
        f"identity_reason(t, s, domain) as (case"
        f" when t is null or t = '' then 'IDENTITY_MISSING'"
        f" when s = '?' then 'AMBIGUOUS_CENTURY'"
        f" when s is null or domain is null then 'IDENTITY_FORMAT'"
        f" else case domain"
        f" when '{PERSONNUMMER}' then case when not real_day(s) then 'IDENTITY_DATE'"
        f" when substr(s, 9, 3) = '000' then 'IDENTITY_FORMAT' when not luhn_ok(substr(s, 3, 10)) then 'IDENTITY_CHECKSUM' end"
        # A coordination number may lack parts of the date: no calendar test (design §4).
        f" when '{SAMORDNINGSNUMMER}' then case when substr(s, 5, 2) > '12' or not real_century(s) then 'IDENTITY_DATE'"
        f" when substr(s, 9, 3) = '000' then 'IDENTITY_FORMAT' when not luhn_ok(substr(s, 3, 10)) then 'IDENTITY_CHECKSUM' end"
        f" when '{VGR_RESERVE}' then case when not real_day(s) then 'IDENTITY_DATE' when not vgr_serial_ok(s) then 'IDENTITY_FORMAT'"
        f" when not luhn_ok(substr(s, 3, 6) || translate(substr(s, 9, 1), 'KMX', '578') || substr(s, 10, 3)) then 'IDENTITY_CHECKSUM' end"
        f" end end)"
    ),
    (
        f"identity_birth_date(s, domain) as (case when domain in ('{PERSONNUMMER}', '{VGR_RESERVE}') then"
        " try_cast(substr(s, 1, 4) || '-' || substr(s, 5, 2) || '-' || substr(s, 7, 2) as date) end)"
    ),
)


def to_sql(source: str, options: Options, setting: Setting) -> Expression:
    """SQL of identifier, domain or birth date. Reasons: IDENTITY_MISSING, _FORMAT, _DATE, _CHECKSUM, AMBIGUOUS_CENTURY."""
    spelled, domain, reason = (f"{setting.prefix}_{part}" for part in ("spelled", "domain", "reason"))
    stages = (
        ((spelled, f"identity_spelling(trim({source}), {literal(options.as_of)})"),),
        ((domain, f"identity_domain({spelled})"),),
        ((reason, f"identity_reason(trim({source}), {spelled}, {domain})"),),
    )
    match options.gives:
        case "id":
            return Expression(spelled, reason, stages=stages)
        case "domain":
            return Expression(domain, reason, stages=stages)
        case "birth_date":
            return Expression(f"identity_birth_date({spelled}, {domain})", reason, ColumnType.DATE, stages)


EXAMPLES = (
    Example("19811228-9874", value="198112289874"),
    Example("198112289874", value="198112289874"),
    Example("198112289874", {"gives": "domain"}, value=PERSONNUMMER),
    Example("811228-9874", reason="AMBIGUOUS_CENTURY"),
    Example("811228-9874", {"as_of": "2024-11-12"}, value="198112289874"),
    Example("090527+1474", value="190905271474"),
    Example("090527+1474", {"as_of": "2024-11-12"}, value="190905271474"),
    Example("198112289875", reason="IDENTITY_CHECKSUM"),
    Example("198113289874", reason="IDENTITY_DATE"),
    Example("201509160006", reason="IDENTITY_FORMAT"),  # birth numbers begin at 001
    Example("191401682396", {"gives": "domain"}, value=SAMORDNINGSNUMMER),
    Example("191401682396", {"gives": "birth_date"}, value=None),
    Example("19810829M071", value="19810829M071"),
    Example("19450829K088", {"gives": "domain"}, value=VGR_RESERVE),
    Example("19930829X802", value="19930829X802"),
    Example("19930829X803", reason="IDENTITY_CHECKSUM"),
    Example("22810829AB12", {"gives": "domain"}, value=NATIONAL_RESERVE),
    Example("hemlig", reason="IDENTITY_FORMAT"),
    Example("", reason="IDENTITY_MISSING"),
    Example(None, reason="IDENTITY_MISSING"),
)
