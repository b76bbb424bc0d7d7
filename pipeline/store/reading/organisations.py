"""A manager's organisation: the manager and everyone who reports to them, directly or through others, as groups.

The manager belongs to it, because a department includes its head: without the head, the published figure of the
department could not be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection

from pipeline.store.reading.figures import group_figures, of_departments, service_figures
from pipeline.store.reading.heads import Published
from pipeline.store.reading.within import organisation, whole_groups_below

Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Organisation:
    """people: employee_id, department, manager_id, of everyone in it.

    departments, teams: the published figures of groups that lie wholly in it. services: those that its departments ask
    and answer.
    """

    people: pl.DataFrame
    departments: Rows
    teams: Rows
    services: Rows


def organisation_of(connection: Connection, published: Published, manager_id: str) -> Organisation:
    """The organisation of a manager; without people where nobody reports to the manager."""
    departments, teams = (_whole(connection, published, name, manager_id) for name in ("department", "manager"))
    own: set[str | None] = {row["value"] for row in departments}
    services = of_departments(service_figures(connection, published, None), own)
    people = organisation(connection, published, manager_id)
    has_reports = people.filter(manager_id=manager_id).height > 0
    return Organisation(people if has_reports else people.clear(), departments, teams, services)


def _whole(connection: Connection, published: Published, dimension: str, manager_id: str) -> Rows:
    whole = whole_groups_below(connection, published, dimension, manager_id) - {None}
    return [row for row in group_figures(connection, published, None, dimension) if row["value"] in whole]
