"""Fits in parallel: one core each, the same figures whatever the number of cores."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_AT_ONCE = 4
ROWS_AT_A_TIME = 3_000_000
"""Of all parallel fits, each of which holds a matrix and a design of its own: about 10 GB with 160 features."""


def in_parallel(work: Callable[[Item], Result], items: Iterable[Item], rows: int = 1) -> list[Result]:
    """`work` of each item, in the order of the items, on as many threads as there are cores.

    Fewer threads where the `rows` of the items would together exceed `ROWS_AT_A_TIME`. LightGBM and the linear algebra
    release the interpreter lock while they compute. Each item keeps to one core, so that every sum has the same order
    and the same last digit. An item that raises cancels those that have not begun.
    """
    at_once = max(1, min(MOST_AT_ONCE, cores(), ROWS_AT_A_TIME // max(1, rows)))
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
