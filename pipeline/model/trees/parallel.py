"""Fits in parallel: one core each, the same figures whatever the number of cores."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_AT_ONCE = 4
MOST_BYTES = 10_000_000_000
"""Of all parallel fits, beside the data set."""
BYTES_A_FIGURE = 52
"""That a fit holds at its peak for each row and feature, in its matrix, its design and copies of them: 2.2 GB were
measured with 260,000 rows of 163 features."""


def bytes_of_fit(rows: int, features: int) -> int:
    """The memory that a fit of this size takes at its peak."""
    return BYTES_A_FIGURE * rows * features


def in_parallel(work: Callable[[Item], Result], items: Iterable[Item], bytes_each: int = 0) -> list[Result]:
    """`work` of each item, in the order of the items, on as many threads as there are cores.

    Fewer threads where items of `bytes_each` would together exceed `MOST_BYTES`. LightGBM and the linear algebra
    release the interpreter lock while they compute. Each item keeps to one core, so that every sum has the same order
    and the same last digit. An item that raises cancels those that have not begun.
    """
    at_once = max(1, min(MOST_AT_ONCE, cores(), MOST_BYTES // max(1, bytes_each)))
    with threadpool_limits(1), ThreadPoolExecutor(at_once) as pool:
        running = [pool.submit(work, item) for item in items]
        try:
            return [one.result() for one in running]
        finally:
            for one in running:
                one.cancel()


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
