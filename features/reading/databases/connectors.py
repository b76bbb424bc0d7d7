"""The databases that are known, by the scheme of the URL; and the opening of the one that a source names."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import Final

from features.errors import BadInput, Finding
from features.reading.databases import (
    bigquery,
    databricks,
    duckdb_file,
    mssql,
    mysql,
    oracle,
    postgresql,
    snowflake,
    sqlite,
)
from features.reading.databases.address import PLACE, address_of
from features.reading.databases.connector import Connector, NotConnectedError, Snapshot
from features.reading.definition.source_definition import FILE_NAME
from features.reading.definition.source_toml import Database

CONNECTORS: Final[dict[str, Connector]] = {
    scheme: module.CONNECTOR
    for module in (postgresql, sqlite, duckdb_file, mysql, mssql, oracle, snowflake, bigquery, databricks)
    for scheme in module.CONNECTOR.schemes
}
RETRY: Final = "Nothing was written. Check that the server is up and reachable, then run the same command again"


@contextmanager
def opened(database: Database) -> Iterator[tuple[Connector, Snapshot]]:
    """The database that a source names, and its connector.

    Raises BadInput for a missing or unknown URL, where the database driver is not installed, and where nobody answers.
    """
    address = address_of(database.url_env, {scheme: connector.example for scheme, connector in CONNECTORS.items()})
    connector = CONNECTORS[address.scheme]
    if not _is_installed(connector.package):
        rule = f"the database driver of {address.scheme} is not installed"
        raise BadInput(Finding(rule, FILE_NAME, PLACE, 0, f"pip install 'retention[{connector.extra}]'"))
    with ExitStack() as stack:
        try:
            snapshot = stack.enter_context(connector.connect(address))
        except NotConnectedError as failure:
            raise _not_connected(failure) from None
        yield connector, snapshot


def _not_connected(failure: NotConnectedError) -> BadInput:
    rule = "the database refuses the connection" if failure.is_refused else "the database cannot be reached"
    rights = f"Check that user, password and database in the URL are right. {RETRY}"
    advice = failure.advice or (rights if failure.is_refused else RETRY)
    return BadInput(Finding(rule, FILE_NAME, PLACE, 0, advice))


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False
