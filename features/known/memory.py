"""What is worked out once a snapshot date, however many definitions ask for it."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from features.calendar import Frame
from features.known.facts import Definition, Known

Found = TypeVar("Found")


def shared(define: Definition) -> Definition:
    """Declare that a definition gives a frame which several families read: it is worked out once a snapshot date."""
    name = f"{define.__module__}.{define.__qualname__}"

    @wraps(define)
    def from_memory(known: Known) -> Frame:
        return known.once(name, define)

    return from_memory


def figure(find: Callable[[Known], Found]) -> Callable[[Known], Found]:
    """Declare that a function finds one figure that many definitions ask for: it is looked up once a date."""
    name = f"{find.__module__}.{find.__qualname__}"

    @wraps(find)
    def from_memory(known: Known) -> Found:
        return known.figure_once(name, find)

    return from_memory
