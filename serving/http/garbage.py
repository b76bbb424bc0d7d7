"""Python's garbage collector in a server: objects that were loaded to stay are not traversed again and again."""

import gc
from functools import cache


@cache
def freeze(what: str) -> None:
    """Exclude the objects now in memory from collection, once per `what`, a label that only readers use.

    A full collection traverses every object. With a server's libraries in memory that delays all answers by a fifth of
    a second, several times a minute under load, and frees none of them.
    """
    gc.collect()
    gc.freeze()


def unfreeze() -> None:
    """Undo `freeze` when the server stops: some libraries warn about objects that are never finalised."""
    gc.unfreeze()
