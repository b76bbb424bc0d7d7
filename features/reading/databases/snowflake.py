"""Snowflake through ADBC."""

from contextlib import AbstractContextManager
from typing import Final

from features.reading.databases.address import CONNECT_SECONDS, Address
from features.reading.databases.connector import Connector, tables_of
from features.reading.databases.dialect import COMMENT, ESCAPED_TEXT, LINE_COMMENT, NAME, Dialect
from features.reading.databases.warehouse import Warehouse, given, opened

_DIALECT: Final = Dialect(
    skipped=(r"\$\$.*?\$\$", ESCAPED_TEXT, NAME, LINE_COMMENT, r"//[^\n]*", COMMENT), upper_case=True
)


def _connect(address: Address) -> AbstractContextManager[Warehouse]:
    import adbc_driver_snowflake.dbapi as snowflake
    from adbc_driver_snowflake import AuthType
    from adbc_driver_snowflake import DatabaseOptions as Option

    options = address.options_among("warehouse", "role", "private_key_file")
    database, _, schema = address.path.removeprefix("/").partition("/")
    key = options.get("private_key_file", "")
    settings = {
        "username": address.user,
        "password": address.password,
        Option.ACCOUNT.value: address.host,
        Option.DATABASE.value: database,
        Option.SCHEMA.value: schema,
        Option.WAREHOUSE.value: options.get("warehouse", ""),
        Option.ROLE.value: options.get("role", ""),
        Option.AUTH_TYPE.value: AuthType.JWT.value if key else "",
        Option.JWT_PRIVATE_KEY.value: key,
        Option.LOGIN_TIMEOUT.value: f"{CONNECT_SECONDS}s",
        Option.USE_HIGH_PRECISION.value: "false",  # whole numbers and doubles
        Option.DISABLE_TELEMETRY.value: "true",
    }
    errors = (snowflake.Error,)

    def made(connection: object) -> Warehouse:
        return Warehouse(connection, _DIALECT, errors, lambda schema: tables_of(schema, "current_schema()"))

    return opened(lambda: snowflake.connect(db_kwargs=given(settings)), errors, made)


CONNECTOR: Final = Connector(
    schemes=("snowflake",),
    package="adbc_driver_snowflake",
    extra="snowflake",
    example="snowflake://user:password@account/database/schema?warehouse=name&role=name",
    dialect=_DIALECT,
    connect=_connect,
)
