"""Memory that was freed, and that the C library would otherwise keep for itself."""

import ctypes
import sys


def release_free_memory() -> None:
    """Return it to the system, where the C library can (glibc): after large fits it is as much as is in use."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)
