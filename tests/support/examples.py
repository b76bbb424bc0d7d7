"""The number of generated examples for a property."""

import os


def at_most(number: int) -> int:
    """That number, times EXAMPLES if the environment sets it: before a release, or overnight."""
    return number * int(os.environ.get("EXAMPLES", "1"))
