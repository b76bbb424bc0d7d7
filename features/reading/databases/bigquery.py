"""BigQuery through ADBC. Who asks is what Google's own variables say, such as GOOGLE_APPLICATION_CREDENTIALS."""

from contextlib import AbstractContextManager
from typing import Final

from features.reading.databases.address import Address
from features.reading.databases.connector import Connector
from features.reading.databases.dialect import COMMENT, ESCAPED_NAME, ESCAPED_TEXT, LINE_COMMENT, Dialect
from features.reading.databases.warehouse import Warehouse, given, opened

_DIALECT: Final = Dialect(
    marks="``",
    skipped=(
        r"'''(?:[^\\]|\\.)*?'''",
        r'"""(?:[^\\]|\\.)*?"""',
        ESCAPED_TEXT,
        ESCAPED_NAME,
        r"`(?:[^`\\]|\\.)*`",
        LINE_COMMENT,
        r"#[^\n]*",
        COMMENT,
    ),
)


def _connect(address: Address) -> AbstractContextManager[Warehouse]:
    import adbc_driver_bigquery.dbapi as bigquery
    from adbc_driver_bigquery import DatabaseOptions as Option

    options = address.options_among("location")
    dataset = address.path.removeprefix("/")
    settings = {
        Option.PROJECT_ID.value: address.host,
        Option.DATASET_ID.value: dataset,
        Option.LOCATION.value: options.get("location", ""),
        Option.AUTH_TYPE.value: Option.AUTH_VALUE_BIGQUERY.value,
    }
    errors = (bigquery.Error,)

    def tables_sql(schema: str) -> str:
        place = _DIALECT.table(schema or dataset, "INFORMATION_SCHEMA")
        return f"select table_name from {place}.TABLES"  # noqa: S608 (a name in quotes)

    def made(connection: object) -> Warehouse:
        return Warehouse(connection, _DIALECT, errors, tables_sql)

    return opened(lambda: bigquery.connect(db_kwargs=given(settings)), errors, made)


CONNECTOR: Final = Connector(
    schemes=("bigquery",),
    package="adbc_driver_bigquery",
    extra="bigquery",
    example="bigquery://project/dataset?location=EU",
    dialect=_DIALECT,
    connect=_connect,
)
