"""Does every example of mappings/README.md come out as it says there?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from landing import desk, fates, landed, project, rows
from ward import Ward

from vardskiftet.declare.mapping import MAY, NEEDS
from vardskiftet.engine.reasons import REASONS
from vardskiftet.engine.sources import KINDS as SOURCES
from vardskiftet.engine.transforms import KINDS
from vardskiftet.run.mappings import run_examples

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLAIN = "reads: d\ninto: finding\nkey: [id]\nunit: {is: ward}\nfields:\n  code: {from: id}\n"
UNDER = "# base/"
COLUMNS = ("code", "noted_at", "day", "number", "whole", "sure")


class Trial(NamedTuple):
    title: str
    source: str
    mappings: dict[str, str]
    base: dict[str, str]
    """Path of each file that others extend to its text."""
    codes: str
    code: str
    result: list[str]


def trials() -> list[Trial]:
    guide = (ROOT / "mappings" / "README.md").read_text(encoding="utf-8")
    found: list[Trial] = []
    for section in re.split(r"^## ", guide, flags=re.MULTILINE)[1:]:
        title, pending = section.partition("\n")[0], dict[str, list[str]]()
        for kind, text in BLOCK.findall(section):
            pending.setdefault(kind, []).append(text)
            if kind == "text" and "sql" in pending:
                mappings = {_name(one): _body(one) for one in pending["yaml"] if not one.startswith(UNDER)}
                base = {one[2:].partition("\n")[0]: _body(one) for one in pending["yaml"] if one.startswith(UNDER)}
                codes, code = pending.get("csv", [""])[0], pending.get("python", [""])[0]
                found.append(Trial(title, pending["sql"][0], mappings, base, codes, code, text.splitlines()))
                pending = {}
    return found


def _name(text: str) -> str:
    named = re.match(r"# mappings/old/(\w+)\.yaml", text)
    return named[1] if named else "finding"


def _body(text: str) -> str:
    return re.sub(r"\A# (base/)?mappings/.*\n", "", text)


def record() -> str:
    guide = (ROOT / "mappings" / "README.md").read_text(encoding="utf-8")
    (text,) = (text for kind, text in BLOCK.findall(guide) if kind == "yaml" and text.startswith("record:"))
    return text[text.index("code_systems:") :]


def test_the_guide_has_an_example_for_every_word_of_the_language() -> None:
    said = (ROOT / "mappings" / "README.md").read_text(encoding="utf-8")
    for word in (*NEEDS, *MAY, *KINDS):
        assert f"{word}:" in said or f"`{word}`" in said, word
    assert len(trials()) >= 8


@pytest.mark.parametrize("trial", trials(), ids=lambda trial: trial.title)
def test_an_example_comes_out_as_the_guide_says(trial: Trial, tmp_path: Path) -> None:
    names = dict(re.findall(r"create table (\w+) \((.*)\);", trial.source))
    for path, text in trial.base.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    project(
        tmp_path,
        source=[one for one in trial.source.split(";\n") if one.strip()],
        record=record(),
        mappings=trial.mappings,
        code={"streets": trial.code} if trial.code else None,
        codes={"kinds": trial.codes} if trial.codes else None,
        ignored=[name for name in names if not any(name in text for text in (*trial.mappings.values(), *trial.base.values()))],
    )
    books = landed(tmp_path).books
    assert books.closes
    query = f"select _key, {', '.join(COLUMNS)} from finding order by cast(_key as integer), code"
    told = [
        f"{key}: " + " ".join(f"{name}={value}" for name, value in zip(COLUMNS, values, strict=True) if value is not None)
        for key, *values in rows(tmp_path, query)
    ]
    told += [f"{key or '(no key)'}: {fate} {reason or ''}".rstrip() for key, _, fate, reason in fates(tmp_path)]
    told += [f"{key}: flagged {flag}" for key, flag in rows(tmp_path, "select source_key, flag from vs_flag")]
    assert sorted(told) == sorted(trial.result)
    assert not [one for one in run_examples(desk(tmp_path), tuple(f"old.{name}" for name in trial.mappings)) if one.shortfalls]


def test_every_reason_is_explained_in_the_guide_as_the_engine_means_it() -> None:
    said = (ROOT / "mappings" / "README.md").read_text(encoding="utf-8")
    missing = [reason for reason, means in REASONS.items() if f"| `{reason}` | {means} |" not in said]
    assert missing == []


def declared_servers() -> list[str]:
    """Every example of a database on a server."""
    guide = (ROOT / "mappings" / "README.md").read_text(encoding="utf-8")
    section = guide.partition("### A database on a server")[2].partition("\n### ")[0]
    return [text for kind, text in BLOCK.findall(section) if kind == "yaml"]


@pytest.mark.parametrize("example", declared_servers())
def test_an_example_of_a_server_is_a_source_as_it_stands(example: str, tmp_path: Path) -> None:
    project(tmp_path, source=["create table d (id integer)"], record=record(), mappings={"finding": PLAIN})
    system = tmp_path / "mappings" / "old" / "system.yaml"
    system.write_text(system.read_text(encoding="utf-8").replace("source: {kind: sqlite, path: old.sqlite}\n", example), encoding="utf-8")
    variable = re.search(r"url_from: (\w+)", example)
    assert variable is not None
    done = Ward(tmp_path).ask("validate")
    assert done.code == 0, done.told
    plan = Ward(tmp_path).ask("plan", "first")
    assert plan.code == 6 and f"environment variable {variable[1]} " in plan.told


def test_every_kind_on_a_server_and_each_of_its_options_is_in_the_guide() -> None:
    guide = (ROOT / "mappings" / "README.md").read_text(encoding="utf-8").partition("### A database on a server")[2]
    for kind in ("postgresql", "mysql", "sqlserver", "oracle", "sqlalchemy"):
        assert f"| `{kind}` |" in guide
        for name, field in SOURCES[kind].OPTIONS.model_fields.items():
            assert f"{field.alias or name}" in guide.partition("### Files")[0], name
