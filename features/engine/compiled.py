"""Loops that no library has, compiled by numba: what stands in a module of its own is imported when it is first needed.

To import numba takes a fifth of a second, which most commands need not wait for.
"""

from collections.abc import Callable
from typing import Any

import numba


def compiled(**options: Any) -> Callable[[Any], Any]:
    """Compile at the first call, with numba's options; others run meanwhile.

    Numba keeps what it compiled on disk or, where no folder can be written, in the process.
    """

    def decorate(function: Any) -> Any:
        try:
            return numba.njit(cache=True, nogil=True, **options)(function)
        except RuntimeError:
            return numba.njit(nogil=True, **options)(function)

    return decorate
