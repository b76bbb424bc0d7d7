"""How well figures separate two outcomes, by ranks."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def rank_auc(values: NDArray[np.float64], outcome: NDArray[np.bool_]) -> Any:
    """AUC by ranks (Mann and Whitney, 1947), of any figures (n,) or of each column of (n, columns).

    Needs rows with the outcome and rows without, and no NaN.
    """
    from scipy.stats import rankdata  # half a second to import, for which scoring need not wait

    with_it = int(outcome.sum())
    ranks = rankdata(values, axis=0)[outcome].sum(axis=0)
    return (ranks - with_it * (with_it + 1) / 2) / (with_it * (len(outcome) - with_it))
