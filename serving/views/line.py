"""A manager's organisation, as whole published groups (`pipeline.disclosure.whole`)."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from pipeline.disclosure import disjoint_groups, hidden_beside
from pipeline.identity.tokens import Identity, Role
from pipeline.lists.below import CountedList, counted_lists
from pipeline.lists.reach import waits
from pipeline.settings import Settings
from pipeline.store.groups.group_figures import added
from pipeline.store.reading import Organisation, Published, PublishedScores
from serving.http.problems import Refusal
from serving.schemas.groups import ServicesBetween
from serving.schemas.line import LineAnswer, TeamInLine
from serving.views.groups import group_of


def line_of(scores: PublishedScores, published: Published, asker: Identity, settings: Settings) -> LineAnswer:
    """The asker's organisation. Raises 404 where nobody reports to the asker, and for one who waits in the roll-out."""
    manager_id = str(asker.person)
    if waits(scores.whole(), published, manager_id):
        raise Refusal(404, "no-list-yet", "Some managers receive lists first. Yours start later.")
    found = scores.organisation(published, manager_id)
    if found.people.is_empty():
        raise Refusal(404, "no-team", "Nobody who was scored in this month reports to this manager.")
    departments, teams = _shown(found, "departments"), _shown(found, "teams")
    if asker.has(Role.HR):
        departments, teams = _beside_scope(scores, published, found.people, departments, teams)
    parts = disjoint_groups(found.people, departments.keys(), teams.keys())
    names = scores.directory(published.source).names(row["value"] for row in found.teams)
    lists = counted_lists(scores.whole(), published, settings.list_rules, teams.keys())
    return LineAnswer(
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        people=found.people.height,
        total=group_of(added([*(departments[name] for name in parts[0]), *(teams[name] for name in parts[1])])),
        departments=[group_of(departments.get(row["value"], _suppressed(row))) for row in found.departments],
        teams=[_team(teams.get(row["value"], _suppressed(row)), manager_id, lists, names) for row in found.teams],
        services=[
            ServicesBetween(**row, is_suppressed=row["services"] is None)
            for row in found.services
            if {row["client_department"], row["provider_department"]} & departments.keys()
        ],
    )


def _shown(found: Organisation, name: str) -> dict[str, dict[str, Any]]:
    return {row["value"]: row for row in getattr(found, name) if row["people"] is not None}


def _suppressed(row: Mapping[str, Any]) -> dict[str, Any]:
    return added([]) | {"value": row["value"]}


def _beside_scope(
    scores: PublishedScores,
    published: Published,
    people: pl.DataFrame,
    departments: dict[str, dict[str, Any]],
    teams: dict[str, dict[str, Any]],
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """The groups that reveal nobody to a reader who also sees, as HR, the risks of the people within a scope."""
    if scores.scope is None:
        return departments, teams
    known = set(scores.risks(published)["employee_id"])
    hidden = hidden_beside(people, known, {"department": set(departments), "manager_id": set(teams)})
    return (
        {name: row for name, row in departments.items() if name not in hidden["department"]},
        {name: row for name, row in teams.items() if name not in hidden["manager_id"]},
    )


def _team(
    row: Mapping[str, Any], manager_id: str, lists: Mapping[str, CountedList], names: Mapping[str, str]
) -> TeamInLine:
    """A team with its counts. A count is a sum over the team, so it is shown where the team is; never of everyone."""
    group = group_of(row)
    counted = None if group.people is None else lists.get(row["value"])
    is_everyone = counted is not None and counted.listed == group.people
    return TeamInLine(
        **group.model_dump(),
        manager_name=names.get(row["value"]),
        is_own=row["value"] == manager_id,
        listed=None if counted is None or is_everyone else counted.listed,
        answered=None if counted is None or is_everyone else counted.answered,
    )
