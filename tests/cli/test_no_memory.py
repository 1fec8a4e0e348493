"""What is a person told whose machine has no memory left? One line and code 9: never a finding, and never a bug."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import duckdb
import pytest

from vardskiftet.__main__ import main
from vardskiftet.cli.boundary import told
from vardskiftet.errors import NoRoom


class Starved:
    """Finds no memory for the command line."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "vardskiftet.cli.main":
            raise MemoryError


@pytest.mark.parametrize("error", [MemoryError(), duckdb.OutOfMemoryException("could not allocate block of size 256.0 KiB")])
def test_an_allocation_that_failed_is_no_bug(error: Exception) -> None:
    said = told(error, lambda: datetime(2024, 11, 5, tzinfo=UTC))
    assert isinstance(said, NoRoom) and said.exit_code == 9
    assert "memory" in said.message and "same command again" in said.hint


def test_memory_that_does_not_suffice_to_begin_is_no_finding(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delitem(sys.modules, "vardskiftet.cli.main", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Starved(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 9
    assert "not enough memory" in capsys.readouterr().err
