"""The revision of the store: a random mark that every change replaces, except for rows added to the audit.

An answer that was kept with the mark of its transaction is still what the store gives as long as that mark is the
current one. It is random and not a number, so that a store restored from a backup is not taken for a later one.
"""

from typing import Final
from uuid import uuid4

from sqlalchemy import Connection, bindparam, select, update

from pipeline.store.operations.tables import REVISION

_MARK: Final = select(REVISION.c.mark)
_RENEW: Final = update(REVISION).values(mark=bindparam("new"))
"""Built once, because building a statement takes longer than running it."""


def mark_of(connection: Connection) -> str:
    """The mark as the transaction sees it."""
    return str(connection.execute(_MARK).scalar_one())


def renew(connection: Connection) -> None:
    """Replace the mark. Last in a transaction: on PostgreSQL other changes wait for it from here on."""
    connection.execute(_RENEW, {"new": uuid4().hex})
