"""Which dialects of SQL are sources read in? A new one is a module here and one line below."""

from __future__ import annotations

from vardskiftet.engine.sources.dialects.dialect import Dialect
from vardskiftet.engine.sources.dialects.mysql import MYSQL
from vardskiftet.engine.sources.dialects.oracle import ORACLE
from vardskiftet.engine.sources.dialects.postgresql import POSTGRESQL
from vardskiftet.engine.sources.dialects.sqlite import SQLITE
from vardskiftet.engine.sources.dialects.sqlserver import SQLSERVER

DIALECTS: dict[str, Dialect] = {one.name: one for one in (MYSQL, ORACLE, POSTGRESQL, SQLITE, SQLSERVER)}
