"""`evaluate`: any risks compared with what happened."""

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from pipeline.judgement.statistics.metrics import metrics_with_intervals
from pipeline.judgement.statistics.resampling import RESAMPLES


def evaluate(
    left: ArrayLike,
    risk: ArrayLike,
    person: ArrayLike | None = None,
    *,
    seed: int = 1,
    resamples: int = RESAMPLES,
) -> pl.DataFrame:
    """Compare risks with what happened: each metric with a 95 % interval from resampling people.

    Parameters
    ----------
    left
        (n,) True for a voluntary exit within the horizon.
    risk
        (n,) probabilities.
    person
        (n,) the person of each row; rows of one person are alike and are resampled together. By default each row is a
        person.
    seed
        Seed of the resampling.
    resamples
        Number of resamples.

    Returns
    -------
    polars.DataFrame
        A row for each metric: metric, value, low, high. NaN if a figure is not defined.

    Raises
    ------
    ValueError
        For arrays of unequal length, or risks that are not probabilities.

    Examples
    --------
    Of the four pairs of a leaver and a stayer, three are in the right order:

    >>> judged = evaluate([False, False, True, True], [0.1, 0.4, 0.35, 0.8])
    >>> judged.row(0, named=True)["metric"], judged.row(0, named=True)["value"]
    ('auc', 0.75)
    """
    people = np.arange(np.size(left)) if person is None else person
    figures = metrics_with_intervals(left, risk, people, seed, resamples)
    return pl.DataFrame([{"metric": name, **vars(bounds)} for name, bounds in figures.items()])
