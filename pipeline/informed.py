"""Who has been informed that they are scored: notices by establishment and hire date, and acknowledgements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Discriminator, Tag, model_validator

WHERE_AND_SINCE: Final = {
    "employee_id": pl.String,
    "department": pl.String,
    "location": pl.String,
    "hire_date": pl.Date,
}
"""What decides which notices a person was given: the columns of `people` here, one row per person."""


class Notice(BaseModel):
    """One notice: on the day `given`, the people of an establishment were informed that they are scored, and why.

    department, location: the establishment; without them, everyone. hired_from, hired_until: only people hired between
    these days, both included. Nobody hired after `given` was there to be informed, unless `at_hire`: then new people
    get the notice with their contract.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    given: date
    department: str | None = None
    location: str | None = None
    hired_from: date | None = None
    hired_until: date | None = None
    at_hire: bool = False

    @model_validator(mode="after")
    def _require_order(self) -> Self:
        if self.hired_from and self.hired_until and self.hired_from > self.hired_until:
            raise ValueError("hired_from is later than hired_until")
        return self

    def includes(self) -> pl.Expr:
        """Whether a person was given the notice; false where an establishment or a hire date it asks for is unknown.

        A hire date is unknown in a cross-section, and in months published by earlier versions. Without limits on it,
        an unknown one counts as before the notice.
        """
        hired = pl.col("hire_date")
        conditions = [pl.col(name) == value for name, value in self._establishment() if value is not None]
        conditions += [hired >= self.hired_from] if self.hired_from else []
        conditions += [hired <= self.hired_until] if self.hired_until else []
        conditions += [] if self.at_hire else [(hired <= self.given).fill_null(True)]
        return pl.all_horizontal(pl.lit(True), *conditions).fill_null(False)

    @property
    def words(self) -> str:
        """The notice for the operator, such as `2026-09-01 (department Sales; new people with their contract)`."""
        limits = [f"{name} {value}" for name, value in self._establishment() if value is not None]
        limits += [f"hired from {self.hired_from}"] if self.hired_from else []
        limits += [f"hired until {self.hired_until}"] if self.hired_until else []
        limits += ["new people with their contract"] if self.at_hire else []
        return f"{self.given} ({'; '.join(limits)})" if limits else f"{self.given}"

    def _establishment(self) -> tuple[tuple[str, str | None], ...]:
        return ("department", self.department), ("location", self.location)


def _form_of(given: Any) -> str:
    if isinstance(given, list | tuple):
        return "notices"
    return "notice" if isinstance(given, dict | Notice) else "day"


NoticeGiven = Annotated[
    Annotated[date, Tag("day")] | Annotated[Notice, Tag("notice")] | Annotated[list[Notice], Tag("notices")],
    Discriminator(_form_of),
]
"""The notices of a source as settings hold them: a day, a notice, or several. A day is a notice to everyone."""


def notices_of(given: NoticeGiven | None) -> tuple[Notice, ...]:
    """The notices in the form of the settings."""
    if given is None:
        return ()
    if isinstance(given, list):
        return tuple(given)
    return (given if isinstance(given, Notice) else Notice(given=given),)


@dataclass(frozen=True)
class NoticeInForce:
    """The notices of a source whose day has come, and the people who acknowledged theirs."""

    notices: tuple[Notice, ...]
    acknowledged: frozenset[str] = frozenset()

    @property
    def is_to_nobody(self) -> bool:
        """Whether nobody can have been informed."""
        return not self.notices and not self.acknowledged

    @property
    def is_to_everyone(self) -> bool:
        """Whether everyone has been informed, whatever their establishment and hire date."""
        return any(each == Notice(given=each.given, at_hire=True) for each in self.notices)

    def not_informed(self, people: pl.DataFrame) -> pl.DataFrame:
        """Those of `people` (`WHERE_AND_SINCE`, and any other columns) who were neither given a notice nor have
        acknowledged one."""
        if self.is_to_everyone:
            return people.clear()
        has_acknowledged = pl.col("employee_id").is_in(sorted(self.acknowledged))
        is_informed = pl.any_horizontal(has_acknowledged, *(each.includes() for each in self.notices))
        return people.filter(~is_informed.fill_null(False))


def in_force(notices: Iterable[Notice], acknowledged: Iterable[str], today: date) -> NoticeInForce:
    """The notices whose day has come, with the people who have acknowledged theirs."""
    return NoticeInForce(tuple(each for each in notices if each.given <= today), frozenset(acknowledged))
