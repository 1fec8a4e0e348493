"""What lets the newest event of a check or of a wave be found without reading all of history? An index over two words of payloads."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision: str | None = "0002"

SQLITE = """
    create index ix_event_told on event (
        kind,
        case when json_valid(payload) then json_extract(payload, '$.wave') end,
        case when json_valid(payload) then json_extract(payload, '$.check') end
    )
"""

POSTGRESQL = """
    create index ix_event_told on event (kind, ((payload)::jsonb ->> 'wave'), ((payload)::jsonb ->> 'check'), seq)
"""


def upgrade() -> None:
    """Create the index of the dialect at hand."""
    op.execute({"sqlite": SQLITE, "postgresql": POSTGRESQL}[op.get_context().dialect.name])
