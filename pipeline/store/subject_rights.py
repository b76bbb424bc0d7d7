"""A person's rights: to see what is held about them, to contest it, and to have it erased."""

import csv
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from pipeline.store.audit import StoredEntry, page
from pipeline.store.feature_sums import forget_feature_sums
from pipeline.store.list_folders import INDEX, delete_folder, list_folders
from pipeline.store.schema import AUDIT, CONTEST, DELIVERY, GROUP_FIGURE, LIST_ANSWER, PUBLICATION, ROLLOUT, SCORE

Ground = Literal["wrong", "outdated", "not_about_me", "unfair", "objection"]
"""The value is wrong; outdated; about someone else; should not count; the person objects to being scored."""

ABOUT_PEOPLE: Final = (SCORE, LIST_ANSWER, CONTEST)
"""Every table whose rows are about one person (`employee_id`): erasure deletes the person's rows. A test compares this
with the schema, so that no new table about people is forgotten."""

NAMES_MANAGERS: Final = (SCORE,)
"""Every table whose rows name a manager (`manager_id`): erasure removes the name and leaves the row."""

ABOUT_MANAGERS: Final = (DELIVERY, ROLLOUT)
"""Every table whose rows are only about a manager: erasure deletes the manager's rows."""

MOST_LOOKS: Final = 1_000
"""Most looks at a person that a receipt lists, latest first; `looks` counts all of them."""


@dataclass(frozen=True)
class HeldScore:
    """A score that is held about a person."""

    snapshot_date: date
    model_version: str
    horizon_months: int
    risk: float
    evidence: str
    publication_id: int


@dataclass(frozen=True)
class Contest:
    """A person's statement that something held about them is wrong."""

    at: datetime
    who: str
    employee_id: str
    ground: Ground
    feature: str | None
    statement: str


@dataclass(frozen=True)
class Held:
    """Everything held about a person, newest first; `looks` counts the audit rows, `looked` lists the latest."""

    scores: Sequence[HeldScore]
    answers: Sequence[Mapping[str, Any]]
    contests: Sequence[Contest]
    looks: int
    looked: Sequence[StoredEntry]

    @property
    def is_anything(self) -> bool:
        return bool(self.scores or self.answers or self.contests)


def held_of(connection: Connection, employee_id: str) -> Held:
    """What is held about a person, and who looked at it."""
    looks = select(func.count()).select_from(AUDIT).where(AUDIT.c.whom == employee_id)
    return Held(
        scores=_scores(connection, employee_id),
        answers=_rows(connection, LIST_ANSWER, employee_id),
        contests=[Contest(**row) for row in _rows(connection, CONTEST, employee_id)],
        looks=connection.execute(looks).scalar_one(),
        looked=page(connection, [AUDIT.c.whom == employee_id], None, MOST_LOOKS),
    )


def is_held(connection: Connection, employee_id: str) -> bool:
    """Whether the store holds a row about a person."""
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

    The sums of features are deleted with their key: sums from before, less those from after, are the person's figures.
    Returns the number of folders, or files of sums, by kind. Folders that `list_folders` counts as out of reach stay.
    """
    lists = [folder for folder in list_folders(var).within_reach if _names(folder / INDEX, employee_id)]
    for folder in lists:
        delete_folder(var, folder)
    months = [folder for folder in (var / "months").glob("*") if folder.is_dir()]
    for folder in months:
        shutil.rmtree(folder)
    return {"lists": len(lists), "monthly_sums": len(months), "feature_sums": forget_feature_sums(var)}


def _names(index: Path, employee_id: str) -> bool:
    if not index.exists():
        return False
    with index.open(encoding="utf-8-sig", newline="") as file:
        ids = {row[name].removeprefix("'") for row in csv.DictReader(file) for name in ("employee_id", "manager_id")}
    return employee_id.removeprefix("'") in ids


def _scores(connection: Connection, employee_id: str) -> list[HeldScore]:
    columns = [PUBLICATION.c[name] for name in ("snapshot_date", "model_version", "horizon_months")]
    rows = connection.execute(
        select(*columns, SCORE.c.risk, SCORE.c.evidence, SCORE.c.publication_id)
        .join(PUBLICATION, PUBLICATION.c.id == SCORE.c.publication_id)
        .where(SCORE.c.employee_id == employee_id)
        .order_by(SCORE.c.publication_id.desc())
    )
    return [HeldScore(**row) for row in rows.mappings()]


def _rows(connection: Connection, table: Table, employee_id: str) -> list[dict[str, Any]]:
    columns = [column for column in table.c if column.name != "id"]
    query = select(*columns).where(table.c.employee_id == employee_id).order_by(table.c.id.desc())
    return [dict(row) for row in connection.execute(query).mappings()]
