"""Who has been informed that they are scored: notices by establishment and hire date, and acknowledgements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from pipeline.notices import Notice

WHERE_AND_SINCE: Final = {
    "employee_id": pl.String,
    "department": pl.String,
    "location": pl.String,
    "hire_date": pl.Date,
}
"""What decides which notices a person was given: the columns of `people` here, one row per person."""


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
        is_informed = pl.any_horizontal(has_acknowledged, *map(_was_given, self.notices))
        return people.filter(~is_informed.fill_null(False))


def in_force(notices: Iterable[Notice], acknowledged: Iterable[str], today: date) -> NoticeInForce:
    """The notices whose day has come, with the people who have acknowledged theirs."""
    return NoticeInForce(tuple(each for each in notices if each.given <= today), frozenset(acknowledged))


def _was_given(notice: Notice) -> pl.Expr:
    """Whether a person was given the notice; false where an establishment or a hire date it asks for is unknown.

    A hire date is unknown in a cross-section, and in months published by earlier versions. Without limits on it, an
    unknown one counts as before the notice.
    """
    hired = pl.col("hire_date")
    conditions = [pl.col(name) == value for name, value in notice.establishment() if value is not None]
    conditions += [hired >= notice.hired_from] if notice.hired_from else []
    conditions += [hired <= notice.hired_until] if notice.hired_until else []
    conditions += [] if notice.at_hire else [(hired <= notice.given).fill_null(True)]
    return pl.all_horizontal(pl.lit(True), *conditions).fill_null(False)
