"""Which figures of services between departments are not shown: pairs, what a pair reveals of its mirror, kinds."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from features.collaboration.department_services import KEY, OTHER
from pipeline.disclosure.derivation import LEAST_PEOPLE

CARRIED: Final = ("risk", "relationships_log_odds")
"""The figures of a pair that are means over its clients, weighted by how often each asked."""

BALANCE: Final = "balance"
"""The one figure of a pair that also depends on its mirror: with the services of one it reveals the other's."""


Pair = tuple[str, str]
"""Client department and provider department."""


@dataclass(frozen=True)
class ServicesBefore:
    """What an earlier publication of the same date showed: the people of each department, and each pair's services."""

    departments: Mapping[str, Set[str]]
    services: Mapping[Pair, int]


def pairs_shown(services: pl.DataFrame, figures: Sequence[str], hidden: Collection[Pair] = ()) -> list[dict[str, Any]]:
    """`KEY`, the figures and `kinds` of each pair; None if fewer than `LEAST_PEOPLE` ask, or answer, or it is `hidden`.

    services: as returned by `collaboration.department_services`. The balance is None too if the mirror pair, with the
    provider as client, has services and is not shown.
    """
    is_hidden = (
        pl.struct(KEY).is_in([dict(zip(KEY, pair, strict=True)) for pair in hidden]) if hidden else pl.lit(False)
    )
    is_shown = (pl.min_horizontal("clients", "providers") >= LEAST_PEOPLE) & ~is_hidden
    mirror = services.select(
        client_department="provider_department", provider_department="client_department", mirror_is_shown=is_shown
    )
    shown = (
        services.join(mirror, on=KEY, how="left", maintain_order="left")
        .with_columns(pl.when(pl.col("mirror_is_shown").fill_null(True)).then(BALANCE).alias(BALANCE))
        .select(*KEY, *(pl.when(is_shown).then(name).alias(name) for name in (*figures, "kinds")))
    )
    return [row | {"kinds": kinds_shown(row["kinds"])} for row in shown.to_dicts()]


def incomparable_pairs(
    services: Mapping[Pair, int], departments: Mapping[str, Set[str]], before: Sequence[ServicesBefore]
) -> set[Pair]:
    """The pairs whose figures, less those of an earlier publication of the date, would be about too few people.

    Either department has fewer than `LEAST_PEOPLE` people more or less than before, or the same people have fewer than
    `LEAST_PEOPLE` services more or less. Without a difference, nothing new is shown.
    """
    nobody: Set[str] = frozenset()
    return {
        pair
        for pair, number in services.items()
        for earlier in before
        if pair in earlier.services
        and any(
            0 < difference < LEAST_PEOPLE
            for difference in (
                *(len(departments.get(name, nobody) ^ earlier.departments.get(name, nobody)) for name in pair),
                abs(number - earlier.services[pair]),
            )
        )
    }


def kinds_shown(kinds: Sequence[Mapping[str, Any]] | None) -> dict[str, int] | None:
    """Services by kind, most frequent first. None if nothing is known, or every kind involves too few people.

    Kinds that too few people ask for, or answer, count as `other`, together with the rarest of the larger kinds: so
    `other` never concerns a few people alone, nor does subtracting the shown kinds from the total.
    """
    ordered = sorted(kinds or (), key=lambda each: (-each["services"], each["kind"]))
    large = [each for each in ordered if min(each["clients"], each["providers"]) >= LEAST_PEOPLE]
    if not large:
        return None
    shown = large if len(large) == len(ordered) else large[:-1]
    counts: dict[str, int] = {each["kind"]: each["services"] for each in shown}
    if len(shown) < len(ordered):
        rest = sum(each["services"] for each in ordered) - sum(counts.values())
        counts[OTHER] = counts.get(OTHER, 0) + rest
    return counts
