"""The register of the embedded issuer's tokens, by which they are listed and revoked.

It holds neither a token's text nor its person: a subject is stored as `identity.keys.subject_mark`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from pipeline.store.schema import EMBEDDED_TOKEN


@dataclass(frozen=True)
class RegisteredToken:
    """A token that was issued; `role` and the rest are None for one that was revoked without being registered."""

    id: str
    role: str | None
    subject_mark: str | None
    issued_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None = None


def register(connection: Connection, token: RegisteredToken, now: datetime) -> None:
    """Add a token. Tokens that have expired leave the register."""
    connection.execute(delete(EMBEDDED_TOKEN).where(EMBEDDED_TOKEN.c.expires_at <= now))
    connection.execute(insert(EMBEDDED_TOKEN).values(asdict(token)))


def revoke(connection: Connection, token_id: str, now: datetime, expires_at: datetime) -> bool:
    """Revoke a token; returns whether it is registered. One that is not counts as expiring at `expires_at`."""
    if _revoke_where(connection, EMBEDDED_TOKEN.c.id == token_id, now):
        return True
    if not connection.execute(select(EMBEDDED_TOKEN.c.id).where(EMBEDDED_TOKEN.c.id == token_id)).first():
        register(connection, RegisteredToken(token_id, None, None, None, expires_at, now), now)
        return False
    return True


def revoke_all_of(connection: Connection, subject_mark: str, now: datetime) -> int:
    """Revoke all tokens of a subject; returns the number of those that were not revoked yet."""
    return _revoke_where(connection, EMBEDDED_TOKEN.c.subject_mark == subject_mark, now)


def registered(connection: Connection, now: datetime) -> Sequence[RegisteredToken]:
    """The tokens that have not expired, latest first."""
    query = select(EMBEDDED_TOKEN).where(EMBEDDED_TOKEN.c.expires_at > now)
    rows = connection.execute(query.order_by(EMBEDDED_TOKEN.c.issued_at.desc(), EMBEDDED_TOKEN.c.id))
    return [RegisteredToken(**row) for row in rows.mappings()]


def revoked_ids(connection: Connection) -> frozenset[str]:
    """The ids of all revoked tokens."""
    query = select(EMBEDDED_TOKEN.c.id).where(EMBEDDED_TOKEN.c.revoked_at.is_not(None))
    return frozenset(connection.execute(query).scalars())


def _revoke_where(connection: Connection, condition: ColumnElement[bool], now: datetime) -> int:
    still_valid = condition & EMBEDDED_TOKEN.c.revoked_at.is_(None)
    return connection.execute(update(EMBEDDED_TOKEN).where(still_valid).values(revoked_at=now)).rowcount
