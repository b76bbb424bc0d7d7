"""The version of the store's schema, and its upgrade by the migrations."""

from pathlib import Path
from threading import Lock
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from features.errors import BadInput, Finding
from pipeline.store.database import begun

_ONE_IN_A_PROCESS: Final = Lock()
"""What a migration works on is global in Alembic, and threads of a server may open the store together."""


def upgrade(engine: Engine) -> None:
    """Upgrade the schema to this version in one transaction; processes that start together take turns.

    Raises BadInput for a store of a newer version.
    """
    with begun(engine, "read") as connection:  # usually there is nothing to do, so no lock to wait for
        if is_newest(connection):
            return
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
    newest = ScriptDirectory.from_config(_scripts()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == newest


def alembic_config(connection: Connection) -> Config:
    """The Alembic configuration to run our migrations on a connection, inside its transaction."""
    config = _scripts()
    config.attributes["connection"] = connection
    return config


def _scripts() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
