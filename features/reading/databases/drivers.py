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
from features.reading.databases.driver import Driver, NotConnectedError, Snapshot
from features.reading.source_definition import FILE_NAME
from features.reading.source_toml import Database

DRIVERS: Final[dict[str, Driver]] = {
    scheme: module.DRIVER
    for module in (postgresql, sqlite, duckdb_file, mysql, mssql, oracle, snowflake, bigquery, databricks)
    for scheme in module.DRIVER.schemes
}
RETRY: Final = "Nothing was written. Check that the server is up and reachable, then run the same command again"


@contextmanager
def opened(database: Database) -> Iterator[tuple[Driver, Snapshot]]:
    """The database that a source names, and its driver.

    Raises BadInput for a missing or unknown URL, where the driver is not installed, and where nobody answers.
    """
    address = address_of(database.url_env, {scheme: driver.example for scheme, driver in DRIVERS.items()})
    driver = DRIVERS[address.scheme]
    if not _is_installed(driver.package):
        remedy = f"pip install 'retention[{driver.extra}]'"
        raise BadInput(Finding(f"the driver of {address.scheme} is not installed", FILE_NAME, PLACE, 0, remedy))
    with ExitStack() as stack:
        try:
            snapshot = stack.enter_context(driver.connect(address))
        except NotConnectedError as failure:
            raise _not_connected(failure) from None
        yield driver, snapshot


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
