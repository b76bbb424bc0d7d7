"""How many generated examples a property is held against."""

import os


def at_most(number: int) -> int:
    """So many, or EXAMPLES times as many where the environment says so: before a release, or over night."""
    return number * int(os.environ.get("EXAMPLES", "1"))
