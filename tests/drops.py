"""What does a drop hold, read as its receiver would: entry after entry, in an own hand? And what if somebody else adds an entry?"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

KINDS = {
    "uuid": pa.string(),
    "text": pa.string(),
    "decimal": pa.string(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "instant": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
    "bytes": pa.binary(),
}
TINY = ("vs_batch", "vs_tally", "vs_rows", "vs_mark")
Row = dict[str, Any]


def entries_of(drop: Path) -> list[Row]:
    """All entries, in order."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((drop / "entries").glob("*.json"))]


def described(drop: Path) -> Row:
    """What the drop says of itself."""
    found: Row = json.loads((drop / "record.json").read_text(encoding="utf-8"))
    return found


def received(drop: Path) -> dict[str, list[Row]]:
    """Table to its rows, as one gets them who carries out the entries one after the other; the books' tables too."""
    said = described(drop)
    tables: dict[str, dict[Any, Row]] = {name: {} for name in said["tables"]}
    books: dict[str, list[Row]] = {name: [] for name in said["books"]}
    entries = entries_of(drop)
    gone = {name for entry in entries for name in entry.get("withdraws", [])}
    undone = {entry["takes_back"]: entry["entry"] for entry in entries if entry.get("takes_back") is not None}
    amended = {entry["amends"]: entry["entry"] for entry in entries if entry.get("amends") is not None}
    for entry in entries:
        for line in entry["files"]:
            if line["file"] in gone or not line["file"].endswith(".parquet"):
                continue
            rows = pq.read_table(drop / line["file"]).to_pylist()
            if line["holds"] == "books":
                books[line["table"]] += rows
                continue
            key = said["tables"][line["table"]]["key"]
            for row in rows:
                assert row.pop("_entry") == entry["entry"]
                tables[line["table"]].pop(row[key], None)
                if line["holds"] != "removed":
                    tables[line["table"]][row[key]] = row
        for name, lines in entry["lines"].items():
            anew = amended if name in ("vs_batch", "vs_tally") else {}
            books[name] += [
                one for one in lines if undone.get(one["batch"], 0) < entry["entry"] and anew.get(one["batch"], 0) <= entry["entry"]
            ]
    locks = sorted((drop / "books" / "locks").glob("*.json"))
    books["vs_lock"] = [json.loads(path.read_text(encoding="utf-8")) for path in locks]
    books["vs_meta"] = [{"name": name, "value": value} for name, value in said["marks"].items()]
    return {name: list(rows.values()) for name, rows in tables.items()} | books


def opened(drop: Path, sql: str) -> duckdb.DuckDBPyConnection:
    """What was received of the tables that a statement names, as tables."""
    said, found = described(drop), received(drop)
    duck = duckdb.connect(config={"threads": 1})
    duck.execute("set timezone = 'UTC'")
    for name, table in (said["tables"] | said["books"]).items():
        if name not in sql:
            continue
        schema = pa.schema([(column, KINDS[kind]) for column, kind in table["columns"].items()])
        duck.register("given", pa.Table.from_pylist(found[name], schema))
        instants = [column for column, kind in table["columns"].items() if kind == "instant"]
        replaced = ", ".join(f"timezone('UTC', {column}) as {column}" for column in instants)
        duck.execute(f'create table "{name}" as select * {f"replace ({replaced})" if replaced else ""} from given')
        duck.unregister("given")
    return duck


def asked(drop: Path, query: str) -> list[tuple[Any, ...]]:
    """An answer from what was received."""
    with opened(drop, query) as duck:
        return duck.execute(query).fetchall()


def appended(drop: Path, statement: str) -> None:
    """An entry by somebody else: the rows of a record table that a statement adds or changes, as a file with its digest."""
    words = statement.replace('"', " ").replace("(", " ").split()
    name = words[2] if words[0] == "insert" else words[1]
    table = described(drop)["tables"][name]
    number = len(entries_of(drop)) + 1
    with opened(drop, statement) as duck:
        duck.execute(f'create table before as select * from "{name}"')
        duck.execute(statement)
        changed = duck.sql(f'select * from "{name}" except all select * from before').to_arrow_table()
    schema = pa.schema([(column, KINDS[kind]) for column, kind in table["columns"].items()])
    rows = changed.cast(schema).append_column("_entry", pa.array([number] * changed.num_rows, pa.int64()))
    holds = "new" if words[0] == "insert" else "renewed"
    if not rows.num_rows:
        return
    file = drop / "rows" / name / f"{number:06}-{holds}.parquet"
    file.parent.mkdir(exist_ok=True)
    pq.write_table(rows, file)
    content = file.read_bytes()
    line = {"file": file.relative_to(drop).as_posix(), "table": name, "holds": holds, "rows": rows.num_rows, "bytes": len(content)}
    before = drop / "entries" / f"{number - 1:06}.json"
    entry = {
        "entry": number,
        "kind": "batch",
        "before": hashlib.sha256(before.read_bytes()).hexdigest() if number > 1 else "",
        "files": [line | {"sha256": hashlib.sha256(content).hexdigest()}],
        "lines": {},
    }
    (drop / "entries" / f"{number:06}.json").write_text(json.dumps(entry), encoding="utf-8")
