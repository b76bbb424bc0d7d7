"""Whether enough is known of a person for the score to be relied on, or why not."""

from typing import Final

import numpy as np
import polars as pl

from pipeline.language.translator import marked

LEAST_TENURE_MONTHS: Final = 1.0
MOST_UNKNOWN: Final = 0.6
"""If more than this share of a person's features is unknown, the score reflects averages, not evidence."""
MOST_NEW: Final = 0.5
"""If more than this share of a person's categories is rare or new, the model learned from different people."""
WIDEST: Final = 0.4
"""A range wider than this, such as one in twenty to one in two, is no basis for a conversation if it begins below the
risk of the average person: then not even that is known, whether the risk is above it."""


def evidence_of(X: pl.DataFrame, new: np.ndarray, too_wide: pl.Series) -> pl.Series:
    """`enough`, or the reason why a score should not be relied on.

    `new` (n,) is the share of the person's categories not known in training; `too_wide` (n,) says that of the range,
    null if there is none.
    """
    unknown = pl.sum_horizontal(pl.all().is_null()) / max(X.width, 1)
    recent = pl.col("tenure_months") < LEAST_TENURE_MONTHS if "tenure_months" in X.columns else pl.lit(False)
    return X.select(
        evidence=pl.when(recent)
        .then(pl.lit(marked("employed for less than a month")))
        .when(unknown > MOST_UNKNOWN)
        .then(pl.lit(marked("too little is known")))
        .when(pl.lit(pl.Series(new)) > MOST_NEW)
        .then(pl.lit(marked("most of the categories were not known in training")))
        .when(pl.lit(too_wide))
        .then(pl.lit(marked("the range is too wide")))
        .otherwise(pl.lit(marked("enough")))
    )["evidence"]


def is_too_wide(low: pl.Series, high: pl.Series, average: float) -> pl.Series:
    """Whether a range is too wide for a conversation; null without a range. `average` is the average person's risk."""
    return (high - low > WIDEST) & (low < average)
