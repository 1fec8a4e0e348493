"""What makes the events append-only? Triggers that refuse to change, to remove, or to write anywhere but at the end.

The trigger on insert also stops SQLite's `replace into`, which removes a row without asking a delete trigger.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision: str | None = "0001"

SQLITE = (
    """
    create trigger event_never_changes before update on event
    begin select raise(abort, 'events are never changed'); end
    """,
    """
    create trigger event_never_goes before delete on event
    begin select raise(abort, 'events are never removed'); end
    """,
    """
    create trigger event_comes_last before insert on event
    when new.seq is not (select coalesce(max(seq), 0) + 1 from event)
    begin select raise(abort, 'events are only appended'); end
    """,
)

POSTGRESQL = (
    """
    create function event_is_append_only() returns trigger language plpgsql as $$
    begin
        raise exception 'events are never changed or removed' using errcode = 'integrity_constraint_violation';
    end $$
    """,
    """
    create function event_comes_last() returns trigger language plpgsql set search_path from current as $$
    begin
        if new.seq is distinct from (select coalesce(max(seq), 0) + 1 from event) then
            raise exception 'events are only appended' using errcode = 'integrity_constraint_violation';
        end if;
        return new;
    end $$
    """,
    "create trigger event_never_changes before update or delete on event for each row execute function event_is_append_only()",
    "create trigger event_never_goes before truncate on event for each statement execute function event_is_append_only()",
    "create trigger event_comes_last before insert on event for each row execute function event_comes_last()",
)


def upgrade() -> None:
    """Create the triggers of the dialect at hand."""
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
    for statement in statements[op.get_context().dialect.name]:
        op.execute(statement)
