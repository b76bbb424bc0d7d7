"""What a works council or a data protection officer sees of groups: none of fewer than ten people."""

from collections.abc import Mapping
from typing import Final

from pipeline.disclosure.attributes import suppressed

LEAST_FOR_REPRESENTATIVES: Final = 10
"""The fewest people of a group that representatives see."""

_UNKNOWN: Final = 1
"""The size that counts for a group that is suppressed for everyone: the least, so that more is hidden with it."""


def small_groups(
    people: Mapping[tuple[str, ...], int | None], alone: Mapping[str, set[str]] | None = None
) -> set[tuple[str, ...]]:
    """The groups of an attribute, or of a pair, that representatives do not see (`attributes.suppressed`).

    people: None for a group that is suppressed for everyone. alone: what each attribute hides by itself.
    """
    sizes = {name: _UNKNOWN if number is None else number for name, number in people.items()}
    return suppressed(sizes, alone, LEAST_FOR_REPRESENTATIVES)
