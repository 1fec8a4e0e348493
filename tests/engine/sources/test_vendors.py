"""What is said of SQL Server and Oracle where their drivers are not installed, or nobody answers? One clear line, and no secret."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import pytest

from vardskiftet.engine.sources import open_source
from vardskiftet.engine.sources.protocol import Extract
from vardskiftet.errors import Unreachable
from vardskiftet.model.system import SourceSpec, System


@pytest.mark.parametrize(("kind", "library", "extra"), [("oracle", "oracledb", "oracle"), ("sqlserver", "mssql_python", "sqlserver")])
def test_a_driver_that_is_not_installed_is_one_clear_line(
    kind: str, library: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setenv("OLD_URL", "anna/Hemligt-123@db/journal")
    system = System(system="old", title="Old", source=SourceSpec(kind=kind, options={"url_from": "OLD_URL"}), timezone="Europe/Stockholm")
    with pytest.raises(Unreachable, match="is not installed") as missing:
        open_source(system, tmp_path)
    assert missing.value.hint == f"pip install 'vardskiftet[{extra}]'"
    assert "Hemligt" not in str(missing.value)


@pytest.mark.parametrize(
    ("kind", "where"),
    [("oracle", "anna/Hemligt-123@127.0.0.1:1/journal"), ("sqlserver", "Server=127.0.0.1,1;Database=x;UID=anna;PWD=Hemligt-123")],
)
def test_a_server_that_does_not_answer_is_unreachable_by_the_vendors_driver_too(
    kind: str, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = {"oracle": "oracledb", "sqlserver": "mssql_python"}[kind]
    pytest.importorskip(library, reason=f"not examined: {kind}")
    monkeypatch.setenv("OLD_URL", where)
    system = System(system="old", title="Old", source=SourceSpec(kind=kind, options={"url_from": "OLD_URL"}), timezone="Europe/Stockholm")
    with closing(open_source(system, tmp_path)) as source, pytest.raises(Unreachable, match="cannot be read") as away:
        source.schema()
    assert "Hemligt" not in str(away.value) + away.value.hint
    with closing(open_source(system, tmp_path)) as source, pytest.raises(Unreachable):
        list(source.read(Extract("t", ("a",)), None))
