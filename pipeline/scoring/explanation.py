"""Scored records with their factors, also in the form that the plots of shap take."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from features.errors import BadInput, Finding


@dataclass(frozen=True)
class Scored:
    """Scores and their factors; ``employee_id`` is the number of the record, starting at "0".

    Attributes
    ----------
    scores
        A row for each record, in their order: risk, risk_3m to risk_12m, risk_low, risk_high, evidence,
        base_log_odds, log_odds.
    factors
        A row for each record and feature: driver, value, peer_value and contribution, in log-odds.
    """

    scores: pl.DataFrame
    factors: pl.DataFrame

    def explanation(self) -> Any:
        """The factors as a ``shap.Explanation`` for beeswarm, waterfall and the like; a row for each record, no ids.

        ``values`` and ``base_values`` are log-odds, exact and not sampled; ``data`` are the figures, NaN where unknown
        and text for a category. Raises BadInput where shap is not installed.
        """
        try:
            import shap
        except ImportError as error:
            remedy = "Install it with the extra shap of this package; requirements-bench.lock names a version."
            raise BadInput(Finding("shap is not installed", "Python", remedy=remedy)) from error
        names = self.factors["feature"].unique(maintain_order=True).to_list()
        shape = (len(names), self.scores.height)  # rows go feature by feature
        return shap.Explanation(
            values=self.factors["contribution"].to_numpy().reshape(shape).T,
            base_values=self.scores["base_log_odds"].to_numpy(),
            data=np.array([_figures(values) for values in self.factors["value"].to_numpy().reshape(shape)]).T,
            feature_names=names,
        )


def _figures(texts: Any) -> "np.ndarray[Any, Any]":
    """The numbers of a feature's texts, or the texts of a category."""
    values = pl.Series(texts.tolist(), dtype=pl.String)
    numbers = values.cast(pl.Float64, strict=False)
    is_number = numbers.null_count() == values.null_count()
    return (numbers if is_number else values).to_numpy().astype(object)
