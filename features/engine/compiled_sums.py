"""The loop of `table_sums` for many rows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.engine.compiled import compiled


@compiled()
def add(keys: NDArray[np.int64], values: NDArray[Any], sums: NDArray[Any]) -> None:
    """Add each value to the entry of its key, in their order."""
    for row in range(len(keys)):
        sums[keys[row]] += values[row]
