"""Which figures of services between departments are not shown: pairs, what a pair tells of its mirror, and kinds."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from features.collaboration.department_services import KEY, OTHER
from pipeline.disclosure.derivation import LEAST_PEOPLE

BALANCE: Final = "balance"
"""The one figure of a pair that depends on its mirror too: with the services of one it gives those of the other."""


def pairs_shown(services: pl.DataFrame, figures: Sequence[str]) -> list[dict[str, Any]]:
    """`KEY`, the figures and `kinds` of each pair; None where fewer than `LEAST_PEOPLE` ask, or fewer answer.

    services: as `collaboration.department_services` gives it. The balance is None too where the mirror, provider as
    client, has services and is not shown.
    """
    is_shown = pl.min_horizontal("clients", "providers") >= LEAST_PEOPLE
    mirror = services.select(
        client_department="provider_department", provider_department="client_department", mirror_is_shown=is_shown
    )
    told = (
        services.join(mirror, on=KEY, how="left", maintain_order="left")
        .with_columns(pl.when(pl.col("mirror_is_shown").fill_null(True)).then(BALANCE).alias(BALANCE))
        .select(*KEY, *(pl.when(is_shown).then(name).alias(name) for name in (*figures, "kinds")))
    )
    return [row | {"kinds": kinds_shown(row["kinds"])} for row in told.to_dicts()]


def kinds_shown(kinds: Sequence[Mapping[str, Any]] | None) -> dict[str, int] | None:
    """Services by kind, most first. None where nothing is known, or each kind is of too few people.

    A kind that too few people ask for, or answer, counts under `other` together with the rarest of those that enough
    people do: so what lies there is never of a few people alone, nor is what taking the rest from all gives.
    """
    ordered = sorted(kinds or (), key=lambda each: (-each["services"], each["kind"]))
    large = [each for each in ordered if min(each["clients"], each["providers"]) >= LEAST_PEOPLE]
    if not large:
        return None
    shown = large if len(large) == len(ordered) else large[:-1]
    told: dict[str, int] = {each["kind"]: each["services"] for each in shown}
    if len(shown) < len(ordered):
        rest = sum(each["services"] for each in ordered) - sum(told.values())
        told[OTHER] = told.get(OTHER, 0) + rest
    return told
