"""Python's garbage collector in a server: what was loaded to stay is not walked through again and again."""

import gc
from functools import cache


@cache
def keep(what: str) -> None:
    """Set aside what is in memory now, once for each `what` that was loaded (for a reader; it is not looked at).

    A full collection walks through every object there is. With the libraries of a server that holds all answers up for
    a fifth of a second, several times a minute under load, to find that none of them can go.
    """
    gc.collect()
    gc.freeze()


def let_go() -> None:
    """At the end of the server: libraries complain of objects that are never taken down."""
    gc.unfreeze()
