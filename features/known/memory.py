"""Frames and figures computed once per snapshot date, however many definitions use them."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from features.calendar import Frame
from features.known.facts import Definition, Known

Figure = TypeVar("Figure")


def shared(define: Definition) -> Definition:
    """Declare that several families read the frame of a definition: it is computed once per snapshot date."""
    name = f"{define.__module__}.{define.__qualname__}"

    @wraps(define)
    def from_memory(known: Known) -> Frame:
        return known.once(name, define)

    return from_memory


def figure(compute: Callable[[Known], Figure]) -> Callable[[Known], Figure]:
    """Declare that many definitions use the figure of a function: it is computed once per snapshot date."""
    name = f"{compute.__module__}.{compute.__qualname__}"

    @wraps(compute)
    def from_memory(known: Known) -> Figure:
        return known.figure_once(name, compute)

    return from_memory
