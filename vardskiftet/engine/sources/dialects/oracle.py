"""How does Oracle write a value as text, and put keys in order? An empty text is NULL there: nothing can tell the two apart.

Types are named as python-oracledb names them, without `DB_TYPE_`: `number`, `varchar`, `timestamp_tz`.
"""

from __future__ import annotations

from vardskiftet.engine.sources.dialects.dialect import Dialect, Form

_DAY = "'YYYY-MM-DD HH24:MI:SS'"
_MOMENT = "'YYYY-MM-DD HH24:MI:SS.FF9'"
_UTC = "sys_extract_utc(cast({c} as timestamp with time zone))"
_HEAD = "cast(dbms_lob.substr({c}, 1000, 1) as varchar2(4000))"

# All digits, none more, no power of ten; Oracle leaves out the nought before the point.
_NUMBER = "regexp_replace(to_char({c}, 'TM9'), '^(-?)[.]', '\\10.')"

_JSON = "json_serialize({c} returning varchar2(4000) truncate)"
_XML = "xmlserialize(content {c} as varchar2(4000))"

_FORMS = {
    "number": Form(_NUMBER, bound="to_number({v})"),
    # Fetched as they are, and written in their shortest digits on this side.
    "binary_float": Form("{c}", told="to_char({c}, 'TM9')", bound="to_binary_float({v})"),
    "binary_double": Form("{c}", told="to_char({c}, 'TM9')", bound="to_binary_double({v})"),
    "varchar": Form("{c}"),
    "nvarchar": Form("{c}"),
    # Blanks at the end fill the column; a bound text beside it would be compared with them.
    "char": Form("rtrim({c})", order="rtrim({c})"),
    "nchar": Form("rtrim({c})", order="rtrim({c})"),
    "date": Form(f"to_char({{c}}, {_DAY})", bound=f"to_date({{v}}, {_DAY})"),
    "timestamp": Form(f"to_char({{c}}, {_MOMENT})", bound=f"to_timestamp({{v}}, {_MOMENT})"),
    **dict.fromkeys(
        ("timestamp_tz", "timestamp_ltz"),
        Form(
            f"to_char({_UTC}, {_MOMENT}) || '+00'", order=_UTC, told=f"to_char({_UTC}, {_MOMENT})", bound=f"to_timestamp({{v}}, {_MOMENT})"
        ),
    ),
    **dict.fromkeys(("interval_ds", "interval_ym", "boolean"), Form("to_char({c})", order="to_char({c})")),
    "raw": Form("{c}", told="rawtohex({c})", bound="hextoraw({v})"),
    "blob": Form("{c}", order="dbms_lob.substr({c}, 2000, 1)", told="rawtohex(dbms_lob.substr({c}, 2000, 1))", bound="hextoraw({v})"),
    **dict.fromkeys(("clob", "nclob"), Form("{c}", order=_HEAD, told=_HEAD)),
    "rowid": Form("rowidtochar({c})", bound="chartorowid({v})"),
    "json": Form("json_serialize({c} returning clob)", order=_JSON, told=_JSON),
    "xmltype": Form("xmlserialize(content {c} as clob)", order=_XML, told=_XML),
}


def _form(declared: str) -> Form:
    return _FORMS.get(declared, Form("to_char({c})", order="to_char({c})"))


ORACLE = Dialect("oracle", _form, bound=":{n}", modulo="mod({a}, {b})")
