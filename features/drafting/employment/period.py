"""Since when and until when exits are complete: asked, with what the export says about its period as a suggestion."""

import re
from datetime import date, timedelta
from typing import Any

import polars as pl

from features.drafting.context import Drafting
from features.drafting.exports.file_dates import day_in_name
from features.drafting.questions import Question
from features.drafting.row_kind import effective_role
from features.drafting.views import View

_TITLE_DATE = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./]((?:19|20)\d\d)\b|\b((?:19|20)\d\d)-(\d\d)-(\d\d)\b")
_GAP = timedelta(days=366)


def ask_period(drafting: Drafting, pictures: View | None) -> None:
    """Asks complete_from and complete_until, and keeps them in the draft."""
    exits = " union all by name ".join(f"({select.sql})" for select in drafting.tables["exits"])
    days = drafting.bench.rows(f"select exit_date from ({exits}) as e").to_series().drop_nulls().sort()
    titled = _titled(drafting)
    spells = drafting.bench.rows("select hire_date, first_seen from spells")
    seen = spells["first_seen"].drop_nulls()
    since: Any
    if titled:
        since, why = titled[0], "the period in the title"
    elif pictures is not None and len(seen):
        since, why = seen.min(), "the first monthly list"
    elif len(days):
        since, why = _first_exit(days).replace(day=1), "the month of the first exit"
    else:
        since, why = None, "there is no exit"
    text = "Since when does the export name everyone who left? People who left before may be missing from it."
    answer = drafting.interview.ask(Question("complete_from", text, "date", suggested=since, why=why))
    drafting.complete_from = answer or drafting.complete_from
    until, why = _until(drafting, titled, spells, pictures, days)
    if since and until < since and len(days):
        until, why = _month_end(days.max()), "the month of the last exit"  # type: ignore[arg-type]
    text = "Up to which day are exits fully recorded? Usually the day of the export; later ones are planned."
    answer = drafting.interview.ask(Question("complete_until", text, "date", suggested=until, why=why))
    drafting.complete_until = answer or until


def _until(
    drafting: Drafting,
    titled: tuple[date, date] | None,
    spells: pl.DataFrame,
    pictures: View | None,
    exits: pl.Series,
) -> tuple[date, str]:
    if titled:
        return titled[1], "the period in the title"
    dated = [named for view in drafting.views if (named := day_in_name(view.table.table.files))]
    if pictures is not None:
        last = drafting.bench.rows("select max(picture) as day from pictures").item()
        return last, "the last monthly list"
    if dated:
        return max(dated), "the date in the name of the file"
    days = [spells["hire_date"].drop_nulls()]
    days += [
        view.frame[day].drop_nulls() for view in drafting.of_kind("change", "month") if (day := effective_role(view))
    ]
    days.append(_usual_exits(exits))
    every = pl.concat(days).sort()
    typical = every[int(0.99 * (len(every) - 1))] if len(every) else date.today()
    believed = every.filter(every <= typical + _GAP)
    latest = believed.max() if len(believed) else typical
    return _month_end(latest), "the month of the latest hire, change or exit"  # type: ignore[arg-type]


def _usual_exits(exits: pl.Series) -> pl.Series:
    """The exits without the last few, which may be planned ones."""
    return exits.head(len(exits) - int(0.03 * len(exits)))


def _titled(drafting: Drafting) -> tuple[date, date] | None:
    """The period that all titles above the tables state, such as 01.02.2019 - 31.12.2021."""
    periods = set()
    for view in drafting.views:
        for title in view.table.table.titles:
            days = [_day(match) for match in _TITLE_DATE.finditer(title)]
            if len(days) == 2 and None not in days and days[0] < days[1]:  # type: ignore[operator]
                periods.add((days[0], days[1]))
    return periods.pop() if len(periods) == 1 else None  # type: ignore[return-value]


def _day(match: re.Match[str]) -> date | None:
    day, month, year, iso_year, iso_month, iso_day = match.groups()
    try:
        return date(int(iso_year or year), int(iso_month or month), int(iso_day or day))
    except ValueError:
        return None


def _first_exit(days: pl.Series) -> date:
    """The first exit after which no gap of a year follows among the first ones: a mistyped year starts no period."""
    first = days.head(1 + max(1, len(days) // 20)).to_list()
    start = 0
    for place in range(1, len(first)):
        if first[place] - first[place - 1] > _GAP:
            start = place
    return first[start]  # type: ignore[no-any-return]


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
