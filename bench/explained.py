"""What the sides of the part `factors` share: the files, and how factors are timed. Needs numpy only."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

TREES: Final = 300
LEAVES: Final = 31
FEATURES: Final = 50
MODEL: Final = "tree.txt"
LEARNED: Final = "learned.npz"
ROWS: Final = "rows.npy"
OUT: Final = "factors.npy"
CALLS: Final = 5
SINGLE_CALLS: Final = 50

Explain = Callable[[np.ndarray], np.ndarray]


def explained(
    explain: Explain, rows: np.ndarray, out: Path, calls: int = CALLS, single_calls: int = SINGLE_CALLS
) -> dict[str, float]:
    """Write the factors of all rows; return the rows per second, a row's CPU time, and the time for a single row."""
    np.save(out / OUT, explain(rows))
    explain(rows[:1])
    spent = time.process_time()
    all_rows = seconds(lambda: explain(rows), calls)
    spent = time.process_time() - spent
    return {
        "rows_a_second": len(rows) / all_rows,
        "row_cpu_us": 1e6 * spent / calls / len(rows),
        "scoring_seconds": all_rows,
        "row_ms": 1000 * seconds(lambda: explain(rows[:1]), single_calls),
    }


def seconds(call: Callable[[], object], times: int) -> float:
    """Median seconds of several calls. The caller has already made a first call."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return median(taken)
