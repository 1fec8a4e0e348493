"""Are the guide's files read as the guide says?"""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from vardskiftet.engine.encoding import DAMAGED
from vardskiftet.engine.sources import KINDS, open_source
from vardskiftet.engine.sources.protocol import Extract
from vardskiftet.model.system import SourceSpec, System

GUIDE = Path(__file__).parents[2] / "mappings" / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Delivery(NamedTuple):
    declared: dict[str, Any]
    files: dict[str, str]
    result: list[str]


def deliveries() -> list[Delivery]:
    """A `source:` in YAML, the files, and what is read of them."""
    (section,) = re.findall(r"^### Files instead of a database\n(.*?)^## ", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    found: list[Delivery] = []
    for kind, text in BLOCK.findall(section):
        if kind == "yaml":
            found.append(Delivery(yaml.load(text, yaml.BaseLoader), {}, []))
        elif kind == "drop":
            name, _, content = text.partition("\n")
            found[-1].files[name.strip("[]")] = content
        else:
            found[-1].result.extend(text.splitlines())
    return found


def shown(row: dict[str, Any]) -> str:
    if row[DAMAGED] is not None:
        return f"damaged {row[DAMAGED]}"
    cells = {name: value for name, value in row.items() if not name.startswith("vs_")}
    return " ".join(f"{name}={'(null)' if value is None else value}" for name, value in cells.items()).replace("\n", "⏎")


@pytest.mark.parametrize("delivery", deliveries(), ids=lambda one: one.declared["source"]["kind"])
def test_files_are_read_as_the_guide_says(delivery: Delivery, tmp_path: Path) -> None:
    encoding = delivery.declared["encoding"]
    (tmp_path / "drop").mkdir()
    for name, content in delivery.files.items():
        (tmp_path / "drop" / name).write_text(content, encoding=encoding, newline="")
    given = dict(delivery.declared["source"])
    spec = SourceSpec(kind=given.pop("kind"), options=given)
    live = open_source(System(system="old", title="Old", source=spec, encoding=encoding, timezone="Europe/Stockholm"), tmp_path)
    with closing(live), closing(live.hold(tmp_path / "held")) as held:
        told = [
            f"{table}: {shown(row)}".rstrip()
            for table, columns in held.schema().items()
            for batch in held.read(Extract(table, tuple(column.name for column in columns)), None)
            for row in batch.to_pylist()
        ]
    assert told == [line.rstrip() for line in delivery.result]


def test_every_kind_and_every_option_of_a_source_is_in_the_guide() -> None:
    said = GUIDE.read_text(encoding="utf-8")
    for kind, module in KINDS.items():
        assert f"`{kind}`" in said or f"kind: {kind}" in said, kind
        for option in (field.alias or name for name, field in module.OPTIONS.model_fields.items()):
            assert f"`{option}" in said or f"{option}:" in said, f"{kind}: {option}"
