"""Is the SQL of the shipped mappings what was read and signed? A change of it is a change of these files, to be read again.

python tests/engine/test_signed_sql.py        writes them anew
"""

from __future__ import annotations

from pathlib import Path

import pytest

from vardskiftet.declare import read
from vardskiftet.engine.compile import compile_mapping
from vardskiftet.engine.compile.named import named_columns
from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.shipped import shipped

SIGNED = Path(__file__).with_name("signed")
PROGRAMME = read(shipped(), vocabulary())
NAMES = [mapping.mapping for mapping in PROGRAMME.mappings]


def compiled(name: str) -> str:
    """The SQL over the columns that the mapping itself names."""
    mapping = PROGRAMME.mapping(name)
    return compile_mapping(PROGRAMME, mapping, named_columns(mapping)).text


@pytest.mark.parametrize("name", NAMES)
def test_the_sql_is_the_one_that_was_signed(name: str) -> None:
    assert compiled(name) == (SIGNED / f"{name}.sql").read_text(encoding="utf-8")


def test_each_signed_text_belongs_to_a_mapping() -> None:
    assert sorted(path.stem for path in SIGNED.glob("*.sql")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_two_statements(name: str) -> None:
    with open_duck() as duck:
        assert len(duck.extract_statements(compiled(name))) == 2


if __name__ == "__main__":
    for named in NAMES:
        (SIGNED / f"{named}.sql").write_text(compiled(named), encoding="utf-8")
