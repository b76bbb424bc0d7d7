"""A person's rights: to see what is held about them, to contest it, and to have it erased."""

import csv
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Connection, delete, insert, select, update

from pipeline.store.list_folders import INDEX, delete_folder, list_folders
from pipeline.store.schema import CONTEST, DELIVERY, GROUP_FIGURE, LIST_ANSWER, ROLLOUT, SCORE

Ground = Literal["wrong", "outdated", "not_about_me", "unfair", "objection"]
"""The value is wrong; outdated; about someone else; should not count; the person objects to being scored."""

ABOUT_PEOPLE: Final = (SCORE, LIST_ANSWER, CONTEST)
"""Every table whose rows are about one person (`employee_id`): erasure deletes the person's rows. A test compares this
with the schema, so that no new table about people is forgotten."""

NAMES_MANAGERS: Final = (SCORE, LIST_ANSWER)
"""Every table whose rows name a manager (`manager_id`): erasure removes the name and leaves the row."""

ABOUT_MANAGERS: Final = (DELIVERY, ROLLOUT)
"""Every table whose rows are only about a manager: erasure deletes the manager's rows."""


@dataclass(frozen=True)
class Contest:
    """A person's statement that something held about them is wrong."""

    at: datetime
    who: str
    employee_id: str
    ground: Ground
    feature: str | None
    statement: str
    source: str = ""
    """Empty where it is unknown; then the contest counts for every source."""


def is_held(connection: Connection, employee_id: str) -> bool:
    """Whether the store holds a row about a person, in any source."""
    return any(
        connection.execute(select(table.c.employee_id).where(table.c.employee_id == employee_id).limit(1)).first()
        for table in ABOUT_PEOPLE
    )


def contest(connection: Connection, contested: Contest) -> int:
    """Store a contest; returns its id."""
    stored = connection.execute(insert(CONTEST).values(asdict(contested)).returning(CONTEST.c.id))
    return int(stored.scalar_one())


def erase(connection: Connection, employee_id: str) -> dict[str, int]:
    """Delete everything about a person from the store except the audit; returns the number of rows of each kind.

    If the person is named as a manager, the name is removed and the scores of the others stay. Figures of groups of
    five or more people stay, because they reveal no one.
    """
    removed = {
        table.name: connection.execute(delete(table).where(table.c.employee_id == employee_id)).rowcount
        for table in ABOUT_PEOPLE
    }
    removed["manager_of"] = sum(
        connection.execute(update(table).where(table.c.manager_id == employee_id).values(manager_id=None)).rowcount
        for table in NAMES_MANAGERS
    )
    for table in ABOUT_MANAGERS:
        connection.execute(delete(table).where(table.c.manager_id == employee_id))
    connection.execute(
        delete(GROUP_FIGURE).where(GROUP_FIGURE.c.dimension == "manager", GROUP_FIGURE.c.value == employee_id)
    )
    return removed


def erase_files(var: Path, employee_id: str) -> dict[str, int]:
    """Delete the folders of lists that name a person, and the monthly sums, which the next run computes again.

    Returns the number of deleted folders of each kind. Folders that `list_folders` counts as out of reach stay.
    """
    lists = [folder for folder in list_folders(var).within_reach if _names(folder / INDEX, employee_id)]
    for folder in lists:
        delete_folder(var, folder)
    months = [folder for folder in (var / "months").glob("*") if folder.is_dir()]
    for folder in months:
        shutil.rmtree(folder)
    return {"lists": len(lists), "monthly_sums": len(months)}


def _names(index: Path, employee_id: str) -> bool:
    if not index.exists():
        return False
    with index.open(encoding="utf-8-sig", newline="") as file:
        ids = {row[name].removeprefix("'") for row in csv.DictReader(file) for name in ("employee_id", "manager_id")}
    return employee_id.removeprefix("'") in ids
