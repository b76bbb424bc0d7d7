"""Figures of groups. No employee is named, and no small group is shown."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from features.contract.vocabulary import CONTEXT, DRIVERS
from pipeline.identity.scopes import Scope
from pipeline.store.reading import Published, PublishedScores
from serving.http.answers import Table
from serving.http.problems import Refusal
from serving.schemas.groups import Group, GroupPage
from serving.schemas.risks import Range

Dimension = Literal["department", "location", "level", "manager"]

GROUP_COLUMNS: Final = [
    *("group", "people", "expected_exits", "low", "high", "is_suppressed"),
    *(f"{driver}_log_odds" for driver in (*DRIVERS, CONTEXT)),
]


def kinds_first(scope: Scope | None) -> list[Dimension]:
    """The kinds of groups to try in turn: departments first, within a scope those that it names."""
    kinds: list[Dimension] = ["department", "location", "level"]
    return sorted(kinds, key=lambda kind: not getattr(scope, kind, ()))


def first_shown(scores: PublishedScores, published: Published) -> GroupPage:
    """The first kind of groups of which one is shown: within a scope often not the departments. Raises 404 where no
    groups were published.
    """
    pages = [group_page(scores, published, kind) for kind in kinds_first(scores.scope)]
    return next((page for page in pages if any(group.people is not None for group in page.groups)), pages[0])


def group_page(scores: PublishedScores, published: Published, dimension: Dimension) -> GroupPage:
    """The groups of a dimension in a publication. Raises 404 where it has no figures of groups."""
    return page_of(published, dimension, group_rows(scores, published, dimension))


def group_rows(scores: PublishedScores, published: Published, dimension: Dimension) -> list[dict[str, Any]]:
    """The published figures of the groups of a dimension, within a scope those of whole groups. Raises 404 where none
    were published.
    """
    rows = scores.group_figures(published, dimension)
    if not rows and not scores.whole().group_figures(published, dimension):
        raise Refusal(404, "no-groups", "This month was scored by an earlier version. Run `retention score` again.")
    return rows


def page_of(published: Published, dimension: Dimension, rows: list[dict[str, Any]]) -> GroupPage:
    """The rows as an answer."""
    return GroupPage(
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        dimension=dimension,
        groups=[group_of(row) for row in rows],
    )


def group_table(dimension: Dimension, rows: list[dict[str, Any]]) -> Table:
    """The rows as a table."""
    return Table(dimension, GROUP_COLUMNS, map(_cells, rows))


def group_of(row: Mapping[str, Any]) -> Group:
    """A row of the figures of groups as an answer."""
    is_suppressed = row["people"] is None
    return Group(
        group=row.get("value"),
        is_suppressed=is_suppressed,
        people=row["people"],
        expected_exits=row["expected_exits"],
        range=None if is_suppressed else Range(low=row["low"], high=row["high"]),
        drivers=None if is_suppressed else {driver: row[f"{driver}_log_odds"] for driver in (*DRIVERS, CONTEXT)},
    )


def _cells(row: dict[str, Any]) -> list[Any]:
    cells = row | {"group": row["value"], "is_suppressed": row["people"] is None}
    return [cells[name] for name in GROUP_COLUMNS]
