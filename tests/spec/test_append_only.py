"""What triggers refuse on the audit and on the ledger of models, beyond a plain UPDATE and DELETE."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from pipeline.store.audit.audit import AuditEntry, Link
from pipeline.store.store import Store

AUDIT_COLUMNS = "(id, at, request_id, who, role, what, result, hash)"
AUDIT_VALUES = "'2026-10-01 09:30:00', 'r', 'nobody', 'hr', 'GET', 'released', 'x'"
LEDGER_COLUMNS = "(id, at, event, version, source, run_id, who, gate)"
LEDGER_VALUES = "'2026-10-01 09:30:00', 'promoted', '1', 'tiny', 'r', 'nobody', '[]'"
HALT_COLUMNS, HALT_VALUES = "(id, at, event, who, role)", "'2026-10-01 09:30:00', 'halted', 'nobody', 'hr'"
SETTINGS_COLUMNS = "(id, at, program, setting, command, is_first)"
SETTINGS_VALUES = "'2026-10-01 09:30:00', 'server', 'language', 'nobody', false"
ROWS = {
    "audit": (AUDIT_COLUMNS, AUDIT_VALUES),
    "model_ledger": (LEDGER_COLUMNS, LEDGER_VALUES),
    "halt_ledger": (HALT_COLUMNS, HALT_VALUES),
    "settings_ledger": (SETTINGS_COLUMNS, SETTINGS_VALUES),
}

WHO = {"settings_ledger": "command"}
"""The column in which the attacks write, where it is not `who`."""

ON_SQLITE = {
    "replace": "REPLACE INTO {table} {columns} VALUES (2, {values})",
    "insert or replace": "INSERT OR REPLACE INTO {table} {columns} VALUES (2, {values})",
    "replace by rowid": "INSERT OR REPLACE INTO {table} (rowid, {rest}) VALUES (2, {values})",
    "replace from a query": "REPLACE INTO {table} {columns} SELECT 2, {values}",
    "update or replace": "UPDATE OR REPLACE {table} SET id = 1 WHERE id = 2",
    "upsert": "INSERT INTO {table} {columns} VALUES (2, {values}) ON CONFLICT (id) DO UPDATE SET {who} = 'nobody'",
    "below the others": "INSERT INTO {table} {columns} VALUES (0, {values})",
    "the id that SQLite's trigger sees for a chosen one": "INSERT INTO {table} {columns} VALUES (-1, {values})",
}
ON_POSTGRESQL = {
    "upsert": ON_SQLITE["upsert"],
    "merge": (
        "MERGE INTO {table} USING (SELECT 2 AS number) AS one ON id = number "
        "WHEN MATCHED THEN UPDATE SET {who} = 'nobody'"
    ),
    "as a replica": "SET LOCAL session_replication_role = replica; UPDATE {table} SET {who} = 'nobody' WHERE id = 2",
}


def entry(who: str) -> AuditEntry:
    return AuditEntry(datetime(2026, 10, 1, tzinfo=UTC), "r", who, "hr", "GET", None, None, "released")


def filled(store: Store, engine: Engine, table: str) -> None:
    """Two rows, by H1 and H2."""
    if table == "audit":
        store.append_audit([entry("H1"), entry("H2")])
        return
    assert store.is_ready()  # its first use makes the tables
    columns, values = (text.replace("(id, ", "(") for text in ROWS[table])
    with engine.begin() as connection:
        for who in ("H1", "H2"):
            connection.execute(text(f"INSERT INTO {table} {columns} VALUES ({values.replace('nobody', who)})"))


@pytest.mark.parametrize("table", ROWS)
def test_no_statement_replaces_a_row(store: Store, engine: Engine, table: str) -> None:
    filled(store, engine, table)
    columns, values = ROWS[table]
    attacks = ON_SQLITE if engine.dialect.name == "sqlite" else ON_POSTGRESQL
    for name, attack in attacks.items():
        rest, who = columns.removeprefix("(id, ")[:-1], WHO.get(table, "who")
        statement = attack.format(table=table, columns=columns, values=values, rest=rest, who=who)
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
        with engine.connect() as connection:
            rows = connection.execute(text(f"SELECT id, {who} FROM {table} ORDER BY id")).all()
        assert [tuple(row) for row in rows] == [(1, "H1"), (2, "H2")], name


def test_the_head_of_the_chain_cannot_be_replaced_by_a_row_that_also_follows(store: Store, engine: Engine) -> None:
    """Nothing follows the last row, so another one with a right hash would leave the chain whole."""
    store.append_audit([entry("H1"), entry("H2")])
    head = store.verify_audit().head
    attack = ON_SQLITE["replace"] if engine.dialect.name == "sqlite" else ON_POSTGRESQL["upsert"]
    statement = attack.format(table="audit", columns=AUDIT_COLUMNS, values=AUDIT_VALUES, who="who")
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.exec_driver_sql(statement)
    store.append_audit([entry("H3")])
    chain = store.verify_audit(head)
    assert isinstance(head, Link)
    assert (chain.rows, chain.is_whole) == (3, True)
