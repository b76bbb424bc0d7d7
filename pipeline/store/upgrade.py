"""The version of the store's schema, and its upgrade by the migrations."""

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, inspect, text

from features.errors import BadInput, Finding
from pipeline.store.database import begun

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_VERSION_TABLE: Final = "alembic_version"
_ONE_IN_A_PROCESS: Final = Lock()
"""What a migration works on is global in Alembic, and threads of a server may open the store together."""


def upgrade(engine: Engine) -> None:
    """Upgrade the schema to this version in one transaction; processes that start together take turns.

    Raises BadInput for a store of a newer version.
    """
    with begun(engine, "read") as connection:  # usually there is nothing to do, so no lock to wait for
        if is_newest(connection):
            return
    from alembic import command  # a third of a second to import, for which a store of this version need not wait
    from alembic.util import CommandError

    with _ONE_IN_A_PROCESS, begun(engine, "publish") as connection:
        if is_newest(connection):
            return
        try:
            command.upgrade(alembic_config(connection), "head")
        except CommandError as unknown_revision:
            remedy = "Install that version, or set RETENTION_DATABASE_URL to another store."
            raise BadInput(Finding("made by a newer version", "store", remedy=remedy)) from unknown_revision


def is_newest(connection: Connection) -> bool:
    """Whether the store has this version's schema."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return False
    found = connection.execute(text(f"select version_num from {_VERSION_TABLE}")).scalars().all()  # noqa: S608
    return list(found) == [newest_revision()]


def newest_revision() -> str:
    """The revision of this version's schema: migrations follow each other, and their files are named by number."""
    return max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def alembic_config(connection: Connection) -> "Config":
    """The Alembic configuration to run our migrations on a connection, inside its transaction."""
    config = _scripts()
    config.attributes["connection"] = connection
    return config


def _scripts() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
