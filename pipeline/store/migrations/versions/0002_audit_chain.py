"""Each audit row's hash covers the previous row."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COVERED: Final = ("request_id", "who", "role", "what", "whom", "purpose", "result")
"""What a hash covers besides the previous hash and the time."""


def upgrade() -> None:
    """Add the hash and compute it for existing rows; the triggers are dropped meanwhile and created again."""
    _drop_triggers()
    op.add_column("audit", sa.Column("hash", sa.String, nullable=False, server_default=""))
    _link_rows()
    op.create_index("ix_audit_who", "audit", ["who", "id"])
    _create_triggers()


def _link_rows() -> None:
    audit = sa.Table("audit", sa.MetaData(), autoload_with=op.get_bind())
    previous = ""
    for row in op.get_bind().execute(sa.select(audit).order_by(audit.c.id)).mappings().all():
        previous = _row_hash(previous, row)
        op.execute(audit.update().where(audit.c.id == row["id"]).values(hash=previous))


def _row_hash(previous: str, row: Mapping[Any, Any]) -> str:
    """`pipeline.store.audit.audit.row_hash` as it was when this migration was written."""
    covered = [previous, _in_utc(row["at"]).isoformat(), *(row[name] for name in _COVERED)]
    return hashlib.sha256(json.dumps(covered, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def _in_utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _drop_triggers() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_refuses_update")
        op.execute("DROP TRIGGER audit_refuses_delete")
    else:
        op.execute("DROP TRIGGER audit_refuses_change ON audit")


def _create_triggers() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_refuses_{event.lower()} BEFORE {event} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()"
        )
