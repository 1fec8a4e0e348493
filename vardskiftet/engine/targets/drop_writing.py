"""How do a batch's rows and books become files of the entry that comes next? What must hold of them is looked at before."""

from __future__ import annotations

import pyarrow as pa

from vardskiftet.engine.targets.changes import beside, entry_table
from vardskiftet.engine.targets.drop_entries import Entries, FileLine, Line
from vardskiftet.engine.targets.drop_files import csv_of, parquet_of
from vardskiftet.engine.targets.drop_options import FileDropOptions
from vardskiftet.engine.targets.drop_reading import IN_ENTRIES, DropReading
from vardskiftet.engine.targets.drop_rules import demand_rows, new_identifiers
from vardskiftet.engine.targets.drop_types import ENTRY, in_form
from vardskiftet.engine.targets.protocol import Outcome
from vardskiftet.model.record import Record


class DropWriting:
    """Writes the files of an entry; they are nothing until it stands."""

    def __init__(self, record: Record, options: FileDropOptions, reading: DropReading) -> None:
        self.record = record
        self.options = options
        self.reading = reading
        self.place, self.layout, self.files = reading.place, reading.layout, reading.files

    def books(self, outcome: Outcome) -> dict[str, pa.Table]:
        """The books' lines that an outcome brings, in their tables' own form."""
        given = {name: rows for name, rows in (("vs_batch", entry_table(outcome)), *beside(outcome)) if rows.num_rows}
        return {name: in_form(self.layout.tables[name], rows) for name, rows in given.items()}

    def joined(self, entries: Entries, outcome: Outcome) -> list[FileLine]:
        """Look whether rows and identifiers may join what stands, and write their files."""
        table = self.layout.tables[outcome.table.table]
        fresh, renewed = in_form(table, outcome.fresh), in_form(table, outcome.renewed)
        known = pa.table({})
        asked = {table.name, *(column.references for column in outcome.table.columns if column.references)}
        with self.reading.opened(entries, sorted(asked | {"vs_identity"})) as duck:
            duck.register("fresh_rows", fresh)
            duck.register("renewed_rows", renewed)
            demand_rows(duck, outcome, self.reading.keys)
            if outcome.identities.num_rows:
                duck.register("linked", in_form(self.layout.tables["vs_identity"], outcome.identities))
                known = new_identifiers(duck)
        written = (("new", table.name, fresh), ("renewed", table.name, renewed), ("books", "vs_identity", known))
        return [one for holds, name, rows in written for one in self.written(entries, name, holds, rows)]

    def of_books(self, entries: Entries, books: dict[str, pa.Table]) -> list[FileLine]:
        """The files of those books whose lines are many."""
        return [one for name, rows in books.items() if name not in IN_ENTRIES for one in self.written(entries, name, "books", rows)]

    def written(self, entries: Entries, name: str, holds: str, rows: pa.Table) -> tuple[FileLine, ...]:
        """The files of one table of the entry that comes next; none for no rows."""
        if not rows.num_rows:
            return ()
        number, table = entries.last + 1, self.layout.tables[name]
        if holds == "books":
            return (self.files.write(self.place.books_file(name, number), name, holds, rows.num_rows, parquet_of(in_form(table, rows))),)
        kept = rows if holds == "removed" else in_form(table, rows)
        numbered = kept.append_column(ENTRY, pa.array([number] * rows.num_rows, pa.int64()))
        contents = {"parquet": parquet_of(numbered)}
        if "csv" in self.options.formats:
            contents["csv"] = csv_of(self.record.table(name), kept, self.options.csv)
        names = {form: self.place.rows_file(name, number, holds, form) for form in contents}
        return tuple(self.files.write(names[form], name, holds, rows.num_rows, content) for form, content in contents.items())


def few(books: dict[str, pa.Table]) -> dict[str, list[Line]]:
    """Lines of the books that stand in the entry itself."""
    return {name: rows.to_pylist() for name, rows in books.items() if name in IN_ENTRIES}
