"""Which items does a row hold? `split:` as a list of named pieces, or as each part of a cell."""

from __future__ import annotations

from vardskiftet.declare import scalars
from vardskiftet.declare.fields import read_sql
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import Keys, Text
from vardskiftet.declare.reading import Reading
from vardskiftet.declare.words import quoted
from vardskiftet.model.mapping import Piece, Split

OWN = ("item", "when")


def read_split(form: Form, reading: Reading) -> Split | None:
    """The split of a mapping; None if its rows are one item each, or after a fault."""
    if "split" not in form:
        return None
    node = form.at("split")
    if isinstance(node, Keys):
        each = Form(node, reading.faults, ("each", "as"), ("by",))
        return Split(each=each.text("each"), by=each.text("by") or ",", column=each.text("as"))
    pieces: list[Piece] = []
    for one in form.items("split"):
        entry = Form(one, reading.faults, OWN, tuple(one.keys) if isinstance(one, Keys) else ())
        piece = Piece(item=entry.text("item", scalars.slug), when=read_sql(entry, "when", reading), columns=_columns(entry, reading))
        if any(other.item == piece.item for other in pieces):
            reading.faults.at(entry.at("item"), f"{quoted(piece.item)} stands twice among the items.", "Give each a name of its own.")
        pieces.append(piece)
    return Split(pieces=tuple(pieces)) if pieces else None


def _columns(entry: Form, reading: Reading) -> tuple[tuple[str, str], ...]:
    """What a piece's own columns say: SQL over the row."""
    return tuple((name, read_sql(entry, name, reading)) for name, node in entry.keys.items() if name not in OWN and isinstance(node, Text))
