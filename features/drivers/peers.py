"""Comparisons of a person with a group: peers at work, the team under one manager, the department."""

from typing import Final

import narwhals as nw

from features.calendar import Frame
from features.known.facts import Known
from features.known.memory import shared
from features.known.posts import staff

FEWEST_PEERS: Final = 5
"""The fewest others for a meaningful comparison."""
PEERS: Final = "same job and level, at least 5; else same level in the department"


@shared
def peer_groups(known: Known) -> Frame:
    """employee_id and `peers`: the same job and level, or if these are too few, the same level in the department.

    Null where neither has FEWEST_PEERS others. Where the source lacks a column, the others define the group.
    """
    rows = staff(known)
    groups = [_group(known, ("job", "level")), _group(known, ("department", "level"))]
    names = []
    for number, columns in enumerate(groups):
        if columns and columns != ["level"]:
            name = f"group_{number}"
            label = nw.concat_str(
                [nw.lit(name), *(nw.col(column).cast(nw.String) for column in columns)], separator="|"
            )
            rows = rows.with_columns(label.alias(name))
            rows = rows.with_columns(nw.when(nw.len().over(name) > FEWEST_PEERS).then(name).alias(name))
            names.append(name)
    group = nw.coalesce(*names) if names else nw.lit(None, nw.String)
    return rows.select("employee_id", group.alias("peers"))


def _group(known: Known, columns: tuple[str, ...]) -> list[str]:
    return [column for column in columns if known.has(f"assignments.{column}")]


def over_median(value: str, *group: str) -> nw.Expr:
    """A figure minus its median in the person's group, the person included.

    Null with fewer than FEWEST_PEERS others, and where the group is null.
    """
    enough = nw.col(value).count().over(*group) > FEWEST_PEERS
    return nw.when(enough & ~nw.col(group[0]).is_null()).then(nw.col(value) - nw.col(value).median().over(*group))


def rank_in(value: str, *group: str) -> nw.Expr:
    """Share of the others in the group whose figure is lower, ties counting half.

    Null with fewer than FEWEST_PEERS others, and where the group is null.
    """
    rank = nw.col(value).rank("average").over(*group)
    others = nw.col(value).count().over(*group) - 1
    return nw.when((others >= FEWEST_PEERS) & ~nw.col(group[0]).is_null()).then((rank - 1) / others)


def mean_of_others(value: str, group: str, fewest: int) -> nw.Expr:
    """Mean of a figure over the others in the group; null where fewer than `fewest` of them have one."""
    own = nw.col(value).fill_null(0.0)
    others = nw.col(value).count().over(group) - (~nw.col(value).is_null()).cast(nw.Int64)
    total = nw.col(value).sum().over(group) - own
    return nw.when((others >= fewest) & ~nw.col(group).is_null()).then(total / others)
