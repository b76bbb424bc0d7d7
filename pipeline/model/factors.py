"""Factors: each feature's contribution to a score, with the person's figure and that of their peers."""

from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEWEST_PEERS: Final = 5
"""A figure of fewer people is not shown: it would reveal too much about each of them."""
_DIGITS: Final = 6
_GROUPS: Final = ("peers", "same_level")


class HasDriver(Protocol):
    """A feature of the catalogue; only the driver is needed here."""

    @property
    def driver(self) -> str: ...


def peers_of(people: pl.DataFrame) -> pl.DataFrame:
    """The peer groups of each person (n rows with `department` and `level`), closest first.

    `peers` names those of the same department and level, `same_level` those of the same level anywhere; null where
    these are not known. A person with neither is compared with everyone.
    """
    department, level = (pl.col(column).cast(pl.String) for column in ("department", "level"))
    return people.select(peers=pl.concat_str([level, department], separator="|"), same_level=level)


def peer_figures(features: pl.DataFrame, peers: pl.DataFrame) -> pl.DataFrame:
    """The peers' figure of each feature, in the shape of `features` (n rows, aligned with `peers`).

    The median of a number, the most frequent of a category (of equals, the first by name), the person included, in the
    closest group with at least 5 known figures; null where fewer than 5 are known in the whole company.
    """
    table = pl.concat([features, peers.select(pl.all().name.prefix("\0"))], how="horizontal")
    return table.select(_among_peers(name, dtype).alias(name) for name, dtype in features.schema.items())


def factor_table(
    people: pl.DataFrame,
    features: pl.DataFrame,
    contributions: Floats,
    catalogue: Mapping[str, HasDriver],
    peers: pl.DataFrame,
) -> pl.DataFrame:
    """One row for each person and feature: employee_id, feature, driver, value, peer_value, contribution.

    `people` (with employee_id), `features`, `contributions` (n, features; log-odds, above 0 raises the risk) and
    `peers` are aligned. Values are text (6 significant digits), null where unknown. Rows go feature by feature.
    """
    figures = peer_figures(features, peers)
    return pl.concat(
        pl.DataFrame(
            {
                "employee_id": people["employee_id"],
                "feature": pl.repeat(name, len(people), eager=True),
                "driver": pl.repeat(catalogue[name].driver, len(people), eager=True),
                "value": _text(features[name]),
                "peer_value": _text(figures[name]),
                "contribution": contributions[:, position],
            }
        )
        for position, name in enumerate(features.columns)
    )


def _among_peers(name: str, dtype: pl.DataType) -> pl.Expr:
    figure = pl.col(name)
    typical = figure.median() if dtype.is_numeric() else figure.drop_nulls().mode().sort().first()
    enough = figure.count() >= FEWEST_PEERS
    closest: pl.Expr = pl.when(enough).then(typical)
    for group in reversed(_GROUPS):
        key = pl.col(f"\0{group}")
        closest = pl.when(key.is_not_null() & enough.over(key)).then(typical.over(key)).otherwise(closest)
    return closest


def _text(values: pl.Series) -> pl.Series:
    return (values.round_sig_figs(_DIGITS) if values.dtype.is_numeric() else values).cast(pl.String)
