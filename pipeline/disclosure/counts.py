"""Counts of what a part of a group did, such as the managers who opened their lists."""

from pipeline.disclosure.derivation import LEAST_PEOPLE


def part_shown(part: int, whole: int) -> int | None:
    """The part, unless the whole has fewer than `LEAST_PEOPLE`, or the part or the rest is one to four."""
    is_few = whole < LEAST_PEOPLE or any(0 < number < LEAST_PEOPLE for number in (part, whole - part))
    return None if is_few else part
