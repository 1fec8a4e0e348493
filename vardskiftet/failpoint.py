"""Where can a test stop the tool dead? On both sides of every write, sync, rename, commit and store event.

Silent unless VARDSKIFTET_FAILPOINT is set: `NAME`, `NAME:exit`, `NAME:enospc`, or `NAME:ACTION:N` for the N-th pass.
tests/story walks all names; tests/test_house.py holds them against the calls in the code.
"""

from __future__ import annotations

import errno
import os

VARIABLE = "VARDSKIFTET_FAILPOINT"

NAMES: dict[str, str] = {
    "plan.write.before": "the plan's file, before its temporary copy is written",
    "plan.rename.before": "the plan's file, written and synced, before it gets its name",
    "plan.rename.after": "the plan's file stands under its name",
    "file.write.before": "any file of the work folder, before its temporary copy is written",
    "file.rename.before": "any file of the work folder, written and synced, before it gets its name",
    "file.rename.after": "any file of the work folder stands under its name",
    "report.write.before": "a report, before its temporary copy is written",
    "report.rename.before": "a report, written and synced, before it gets its name",
    "report.rename.after": "a report stands under its name",
    "hold.copy.before": "a source, before its copy is made",
    "hold.rename.before": "a source's copy, written and synced, before it gets its name",
    "hold.rename.after": "a source's copy stands under its name",
    "batch.read.before": "a batch, before its rows are read from the source",
    "batch.read.after": "a batch's rows are read and counted, nothing else has happened to them",
    "manifest.write.before": "a batch's manifest, before its temporary copy is written",
    "manifest.rename.before": "a batch's manifest, written and synced, before it gets its name",
    "manifest.rename.after": "a batch's manifest stands under its name",
    "target.create.before": "the record's tables, before they are created",
    "target.create.after": "the record's tables are created",
    "target.bare.before": "a table's indexes and references are taken off, not committed",
    "target.bare.after": "a table has no indexes and references but its key",
    "target.whole.before": "an index or a reference is built, not committed",
    "target.whole.after": "an index or a reference is built",
    "target.rows.before": "a batch's transaction is open, no row written",
    "target.rows.after": "a batch's rows are written, not its entry in the books",
    "target.commit.before": "a batch's rows and entry are written, not committed",
    "target.commit.after": "a batch is committed, the store does not know it yet",
    "target.amend.before": "what became of corrected rows is written into a batch, not committed",
    "target.amend.after": "a batch is amended, the store does not know it yet",
    "target.lock.before": "the wave's lock, before it is taken",
    "target.lock.after": "the wave's lock is taken",
    "target.unlock.before": "the wave's lock, before it is given back",
    "target.unlock.after": "the wave's lock is given back",
    "undo.commit.before": "a batch's rows are taken out, not committed",
    "undo.commit.after": "a batch is taken back, the store does not know it yet",
    "rehearsal.discard.before": "a rehearsal's record, before it is thrown away",
    "rehearsal.discard.after": "a rehearsal's record is thrown away, its folder is not",
    "drop.seed.before": "rows of other waves lie in a scratch drop, without their entry",
    "drop.seed.after": "their entry is written and synced, before it gets its name",
    "drop.manifest.before": "a drop's manifest over all entries, before its temporary copy is written",
    "drop.manifest.after": "a drop's manifest stands under its name",
    "drop.sweep.before": "files of a drop that are nothing any more, before they are deleted",
    "drop.sweep.after": "files of a drop that were nothing any more are deleted",
    "list.write.before": "a list of rows, before its temporary copy is written",
    "list.rename.before": "a list of rows, written and synced, before it gets its name",
    "list.rename.after": "a list of rows stands under its name",
    "stage.commit.before": "a part of a verification is worked out, not committed to its private file",
    "stage.commit.after": "a part of a verification is committed to its private file",
    "differences.write.before": "the file of differences, before its temporary copy is begun",
    "differences.rename.before": "the file of differences, written, before it gets its name",
    "differences.rename.after": "the file of differences stands under its name",
    "store.event.before": "an event of the store, before it is committed",
    "store.event.after": "an event of the store is committed",
}

_passes: dict[str, int] = {}


def reach(name: str) -> None:
    """Stop here if the environment says so. Costs one look-up otherwise."""
    wanted = os.environ.get(VARIABLE)
    if wanted is None:
        return
    aim, _, rest = wanted.partition(":")
    action, _, nth = rest.partition(":")
    if NAMES[aim] and aim != name:
        return
    _passes[name] = _passes.get(name, 0) + 1
    if _passes[name] != int(nth or "1"):
        return
    if action == "enospc":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os._exit(137)
