"""Whom the lists of a month name: of each team, without the people who object, were not informed, or are gone.

These stay in the team and in its size, so a list does not show that somebody is missing.
"""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from pipeline.listing.rules import ListRules
from pipeline.listing.selection import listed, standing_out
from pipeline.score_record import ENOUGH
from pipeline.store.reading import Published, PublishedScores


@dataclass(frozen=True)
class Selection:
    """Whom the lists of a month name: people `listed` now, `before` (last month), and of these now `resolved`.

    sizes: manager_id and the size of the whole team, in order of id.
    """

    sizes: pl.DataFrame
    listed: pl.DataFrame
    before: pl.DataFrame
    resolved: pl.DataFrame


def selection(
    scores: PublishedScores,
    published: Published,
    previous: Published | None,
    rules: ListRules,
    manager_id: str | None,
    line_now: pl.DataFrame | None = None,
    until: datetime | None = None,
) -> Selection:
    """Whom the lists of a month name; `previous` is the month before. See `risk_lists` for `line_now`.

    Last month's list is taken as managers saw it until this month was published. Objections and answers made since then
    do not change who was on it: otherwise somebody who moved up would count as listed before. With `until`, later ones
    do not change this month's list either.

    Within a scope, each list is that of the whole team, without the people outside the scope.
    """
    made = _selection(scores.whole(), published, previous, rules, manager_id, line_now, until)
    if scores.scope is None:
        return made
    shown = scores.teams(published, manager_id)
    parts = (part.join(shown, on="employee_id", how="semi", maintain_order="left") for part in _people(made))
    return Selection(made.sizes.join(shown, on="manager_id", how="semi", maintain_order="left"), *parts)


def _people(made: Selection) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    return made.listed, made.before, made.resolved


def _selection(
    scores: PublishedScores,
    published: Published,
    previous: Published | None,
    rules: ListRules,
    manager_id: str | None,
    line_now: pl.DataFrame | None,
    until: datetime | None,
) -> Selection:
    teams = scores.teams(published, manager_id)
    able = candidates(scores, published, teams, until)
    chosen, before = listed(able, published.mean_risk, rules), teams.clear()
    if previous is not None:
        team = candidates(scores, previous, scores.teams(previous, manager_id), scores.first_published_at(published))
        before = listed(team, previous.mean_risk, rules)
    gone = _resolved(able, before, standing_out(able, published.mean_risk, rules.listed_from))
    sizes = teams.group_by("manager_id").len().sort("manager_id")
    if line_now is not None:
        both = ["manager_id", "employee_id"]
        sizes = sizes.join(line_now, on="manager_id", how="semi", maintain_order="left")
        chosen = chosen.join(line_now, on=both, how="semi", maintain_order="left")
        gone = gone.join(line_now, on=both, how="semi", maintain_order="left")
    return Selection(sizes, chosen, before, gone)


def candidates(
    scores: PublishedScores, published: Published, team: pl.DataFrame, until: datetime | None = None
) -> pl.DataFrame:
    """The rows of `PublishedScores.teams` that a list can name. With `until`, as they were at that moment."""
    gone = scores.answered_as_left(published, until)
    return willing(scores, published, team, until).filter(~pl.col("employee_id").is_in(sorted(gone)))


def willing(
    scores: PublishedScores, published: Published, team: pl.DataFrame, until: datetime | None = None
) -> pl.DataFrame:
    """The rows of people who do not object and have been informed. With `until`, as managers saw them at that moment:
    later objections do not count, and those who were scored then had been informed."""
    if until is None:
        return team.filter(~pl.col("employee_id").is_in(sorted(scores.hidden(published, team["employee_id"]))))
    objected = scores.objections.among(published.source, team["employee_id"])
    taken_off = [person for person, since in objected.items() if since < until]
    return team.filter(~pl.col("employee_id").is_in(taken_off))


def _resolved(teams: pl.DataFrame, before: pl.DataFrame, outstanding: pl.DataFrame) -> pl.DataFrame:
    """Listed before, still in the team, and no longer standing out, with enough evidence. Displaced people stay."""
    calm = teams.filter(pl.col("evidence") == ENOUGH).join(outstanding, on="employee_id", how="anti")
    return before.join(calm, on=["manager_id", "employee_id"], how="semi").sort("employee_id")
