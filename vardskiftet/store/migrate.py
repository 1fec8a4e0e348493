"""Is the store of this tool's age, and how is an older one brought up to it?"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select

from vardskiftet import errors
from vardskiftet.store.connect import begin_writing
from vardskiftet.store.tables import REVISION, REVISIONS

FOLDER = Path(__file__).parent / "migrations"


def age(connection: Connection, where: str) -> str:
    """The store's revision; empty where there is none yet. errors.Stale for a newer store, and for one that is not ours."""
    tables = set(inspect(connection).get_table_names())
    revision = connection.scalar(select(REVISION.c.version_num)) if "alembic_version" in tables else None
    if revision is None:
        strange = tables - {"alembic_version"} if connection.dialect.name == "sqlite" else tables & {"event"}
        if strange:
            raise errors.Stale("The file holds tables that are not the store's.", where=where, hint="Move it away, or name another.")
        return ""
    if revision not in REVISIONS:
        raise errors.Stale(
            f"The store was written by a newer tool: its revision {revision} is not known here.", where=where, hint="Upgrade the tool."
        )
    return str(revision)


def upgrade(engine: Engine, where: str) -> None:
    """Bring the store to the newest revision in one transaction; one that is there already is only looked at."""
    with engine.connect() as connection:
        if age(connection, where) == REVISIONS[-1]:
            return
    with engine.connect() as connection:
        begin_writing(connection)
        if age(connection, where) != REVISIONS[-1]:  # somebody may have been quicker
            upgrade_to(connection, "head")
        connection.commit()


def upgrade_to(connection: Connection, revision: str) -> None:
    """Run the migrations up to one revision inside the transaction at hand. Prints and logs nothing."""
    with _silent():
        from alembic import command  # slow to import, seldom needed, and talkative from its import on
        from alembic.config import Config

        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
        command.upgrade(config, revision)


@contextmanager
def _silent() -> Iterator[None]:
    logger = logging.getLogger("alembic")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
