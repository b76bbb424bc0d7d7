"""Loops that no library offers, compiled by numba.

Modules with such loops are imported only when needed: importing numba and its first call take more than half a second
of processor time, in which NumPy and Polars are done with the rows of one month of thousands of people.
"""

from collections.abc import Callable
from typing import Any

import numba


def compiled(**options: Any) -> Callable[[Any], Any]:
    """Compile at the first call, with numba's options. The compiled function releases the GIL.

    Numba caches what it compiles on disk or, where no folder is writable, in the process.
    """

    def decorate(function: Any) -> Any:
        try:
            return numba.njit(cache=True, nogil=True, **options)(function)
        except RuntimeError:
            return numba.njit(nogil=True, **options)(function)

    return decorate
