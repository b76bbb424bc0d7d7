"""One clear message, exit code 2, and nothing written, for each way a source can be unusable."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EMPLOYEES = "employee_id,hire_date\na,2020-01-01\nb,2020-01-01\n"
EXITS = "employee_id,exit_date,kind\na,2022-03-31,voluntary\n"


def folder(path: Path, **tables: str) -> Path:
    path.mkdir()
    for name, text in tables.items():
        (path / f"{name}.{'toml' if name == 'source' else 'csv'}").write_text(text)
    return path


CASES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a missing folder": (lambda path: path, "does not exist"),
    "an empty folder": (lambda path: folder(path), "no table|empty"),
    "a missing table": (lambda path: folder(path, employees=EMPLOYEES), "exits"),
    "a missing column": (
        lambda path: folder(path, employees=EMPLOYEES.replace("hire_date", "hired_on"), exits=EXITS),
        "employees.hire_date",
    ),
    "an unreadable date": (
        lambda path: folder(path, employees=EMPLOYEES, exits=EXITS.replace("2022-03-31", "soon")),
        "exits.exit_date",
    ),
    "a typo in a key": (
        lambda path: folder(path, employees=EMPLOYEES, exits=EXITS, source="complete_untill = 2024-01-01\n"),
        "complete_until",
    ),
    "a typo in SQL": (
        lambda path: folder(path, source="[tables]\nemployees = 'selec 1'\nexits = 'select 1'\n"),
        "tables.employees",
    ),
    "no voluntary exit": (
        lambda path: folder(path, employees=EMPLOYEES, exits=EXITS.replace("voluntary", "other")),
        "voluntary exit",
    ),
    "fewer than 50 exits": (lambda path: folder(path, employees=EMPLOYEES, exits=EXITS), "voluntary exit"),
}


@pytest.mark.parametrize(("make", "expected"), CASES.values(), ids=CASES.keys())
def test_training_reports_the_problem_and_writes_nothing(
    retention: Callable[..., Any], make: Callable[[Path], Path], expected: str, tmp_path: Path
) -> None:
    var = tmp_path / "var"
    done = retention("train", make(tmp_path / "source"), var=var, exit_code=2)
    assert any(part in done.stderr for part in expected.split("|")), done.stderr
    assert done.stdout == ""
    assert not var.exists()
