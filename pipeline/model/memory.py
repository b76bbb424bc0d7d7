"""Memory that was freed, and that the C library keeps for the next who asks."""

import ctypes
import sys


def give_back() -> None:
    """Returns it to the system, where the C library can (glibc): after some large fits it is as much as is in use."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)
