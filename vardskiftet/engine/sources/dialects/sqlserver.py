"""How does SQL Server write a value as text, and put keys in order?

Types are named as `sys.dm_exec_describe_first_result_set` names them: `nvarchar(50)`, `decimal(10,2)`, `datetime2(7)`.
"""

from __future__ import annotations

from vardskiftet.engine.sources.dialects.dialect import Dialect, Form

_WIDE = "cast({c} as nvarchar(max))"
_FORMS = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint", "bit"), "cast({c} as nvarchar(20))"),
    **dict.fromkeys(("decimal", "numeric"), "cast({c} as nvarchar(41))"),
    # Style 2 has the four decimals that money has; the plain cast two of them.
    **dict.fromkeys(("money", "smallmoney"), "convert(nvarchar(30), {c}, 2)"),
    "date": "convert(nvarchar(10), {c}, 23)",
    **dict.fromkeys(("datetime", "smalldatetime", "datetime2", "datetimeoffset"), "convert(nvarchar(34), {c}, 121)"),
    "time": "cast({c} as nvarchar(16))",
    "uniqueidentifier": "cast({c} as nvarchar(36))",
    **dict.fromkeys(("varchar", "nvarchar"), _WIDE),
    # Blanks at the end fill the column; PostgreSQL and MySQL leave them out as well.
    **dict.fromkeys(("char", "nchar"), "cast(rtrim({c}) as nvarchar(max))"),
}
"""Types that can be compared as they are, to their text."""
_FLOATS = ("real", "float")
_BYTES = ("binary", "varbinary", "timestamp", "rowversion")
_LONG = {"text": _WIDE, "ntext": _WIDE, "xml": _WIDE, "sql_variant": "cast({c} as nvarchar(4000))"}
"""Types that cannot be compared, to their text, which can."""
_OBJECTS = ("hierarchyid", "geography", "geometry")


def _form(declared: str) -> Form:
    plain = declared.partition("(")[0]
    if plain in _FORMS:
        return Form(_FORMS[plain], bound=f"cast({{v}} as {declared})")
    if plain in _FLOATS:
        # Fetched as it is, and written in its shortest digits on this side; style 3 has them all.
        return Form("{c}", told="convert(nvarchar(32), {c}, 3)", bound=f"cast({{v}} as {declared})")
    if plain in _BYTES:
        return Form(
            "cast({c} as varbinary(max))",
            told="convert(nvarchar(max), cast({c} as varbinary(8000)), 1)",
            bound="convert(varbinary(8000), {v}, 1)",
        )
    if plain == "image":
        return Form(
            "cast({c} as varbinary(max))",
            order="cast({c} as varbinary(8000))",
            told="convert(nvarchar(max), cast({c} as varbinary(8000)), 1)",
            bound="convert(varbinary(8000), {v}, 1)",
        )
    text = "{c}.ToString()" if plain in _OBJECTS else _LONG.get(plain, _WIDE)
    return Form(text, order=text)


SQLSERVER = Dialect("sqlserver", _form, marks="[]", bound="?")
