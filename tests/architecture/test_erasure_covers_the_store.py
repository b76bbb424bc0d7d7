"""A table about people that erasure misses would hold a person who was assured that nothing is held."""

import pytest
from sqlalchemy import Table

from pipeline.store.schema import AUDIT
from pipeline.store.subject_rights import ABOUT_MANAGERS, ABOUT_PEOPLE, NAMES_MANAGERS


@pytest.mark.parametrize(
    ("column", "covered"), [("employee_id", ABOUT_PEOPLE), ("manager_id", NAMES_MANAGERS + ABOUT_MANAGERS)]
)
def test_erasure_covers_every_table_that_names_a_person(column: str, covered: tuple[Table, ...]) -> None:
    tables = {table.name for table in AUDIT.metadata.tables.values() if column in table.c}
    assert tables, f"no table has {column}: the test looks for a name that is gone"
    assert {table.name for table in covered} == tables
