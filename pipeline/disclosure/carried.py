"""For which pairs of departments the mean risk of those who ask may be shown.

Such a mean is a sum over the clients, weighted by how often each asked. Ten pairs of a department of eight give ten
equations for eight risks, and each of them may be about five people or more. A reader can know the weights, and the
members of the shown groups.

A combination of these sums and of the groups' gives every person f = (weights of the pairs) x (services asked for) +
(the same for everyone who is in the same shown groups). Take away any four people: if, among those left who are in the
same groups, the numbers of services still differ in every combination of the pairs, then f is not zero for all of them,
so it is about five people or more. To check this for all fours at once, services are centred within the groups, and a
person's leverage is the share of their scatter, in the direction that depends on the person most. Taking away t people
of a group of n loses at most n / (n - t) times their leverage, since the mean moves too, and never more than all of the
group's. While the worst four lose less than one, the scatter cannot vanish. Sound, not exact: a small department may
show fewer pairs than it could.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.collaboration.department_services import KEY
from pipeline.disclosure.derivation import LEAST_PEOPLE
from pipeline.disclosure.services import Pair

_FEW: Final = LEAST_PEOPLE - 1
_NO_SCATTER: Final = 1e-9
"""Scatter below this share of the largest is rounding."""
_ROUNDING: Final = 1e-6


def pairs_that_carry(askers: pl.DataFrame, people: pl.DataFrame) -> set[Pair]:
    """The pairs whose weighted means over their clients reveal nothing about fewer than five, busiest first.

    askers: client_id, `KEY`, services. people: person, department, and one column per dimension with the person's shown
    group, null where it is not shown.
    """
    groups = [name for name in people.columns if name not in ("person", "department")]
    profiles = people.with_columns(profile=pl.concat_list(groups).hash())
    members = {str(name[0]): part for name, part in profiles.group_by("department") if name[0] is not None}
    return {
        pair
        for (client,), asked in askers.group_by("client_department")
        if str(client) in members
        for pair in _of_department(asked, members[str(client)].sort("person"))
    }


def _of_department(asked: pl.DataFrame, members: pl.DataFrame) -> Iterator[Pair]:
    position = members.select(client_id="person").with_row_index("position")
    profile = members["profile"].to_numpy()
    chosen: list[NDArray[np.float64]] = []
    busiest = asked.group_by(KEY).agg(pl.col("services").sum()).sort("services", *KEY, descending=[True, False, False])
    for client, provider in busiest.select(KEY).rows():
        services = np.zeros(members.height)
        of_pair = asked.filter(pl.col("provider_department") == provider).join(position, on="client_id")
        services[of_pair["position"].to_numpy()] = of_pair["services"].to_numpy()
        if _reveals_nobody(np.column_stack([*chosen, services]), profile):
            chosen.append(services)
            yield client, provider


def _reveals_nobody(services: NDArray[np.float64], profile: NDArray[Any]) -> bool:
    """Whether no combination of the columns, with a constant for each profile, is about fewer than five people."""
    _, number, people = np.unique(profile, return_inverse=True, return_counts=True)
    means = np.column_stack([np.bincount(number, column) for column in services.T]) / people[:, None]
    centred = services - means[number]
    left, scatter, _ = np.linalg.svd(centred, full_matrices=False)
    if len(scatter) < services.shape[1] or scatter[-1] <= _NO_SCATTER * max(scatter[0], 1.0):
        return False
    return _most_lost((left**2).sum(axis=1), number) < 1 - _ROUNDING


def _most_lost(leverage: NDArray[np.float64], profile: NDArray[np.intp]) -> float:
    """The most leverage that any `_FEW` people can take away, by the numbers of people taken from each profile."""
    most = np.zeros(_FEW + 1)
    order = np.lexsort((-leverage, profile))
    for part in np.split(leverage[order], np.flatnonzero(np.diff(profile[order])) + 1):
        taken = np.arange(1, min(_FEW, len(part) - 1) + 1)
        lost = np.minimum(np.cumsum(part)[: len(taken)] * len(part) / (len(part) - taken), part.sum())
        before = most.copy()
        for number, loss in zip(taken, lost, strict=True):
            most[number:] = np.maximum(most[number:], before[: _FEW + 1 - number] + loss)
    return float(most[-1])
