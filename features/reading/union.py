"""Files that are read as one table: their columns are joined by name, and what a file lacks is unknown for its rows."""

from collections.abc import Mapping, Sequence
from typing import Final

from features.reading.column_names import looks_like_a_name

NAMED_AT_MOST: Final = 4


def missing_columns(place: str, columns: Mapping[str, Sequence[str]]) -> list[str]:
    """A note for each column that is not in every file; capitals do not matter."""
    by_file = {file: {name.lower() for name in names} for file, names in columns.items()}
    spelt = {name.lower(): name for names in columns.values() for name in names}
    notes = []
    for key, name in spelt.items():
        if lacking := [file for file, names in by_file.items() if key not in names]:
            notes.append(f"{place}: {_shown(name)} is missing in {_listed(lacking)}, so it is unknown there.")
    return notes


def _shown(name: str) -> str:
    return f"the column '{name}'" if looks_like_a_name(name) else "a column named like data"


def _listed(files: Sequence[str]) -> str:
    more = f" and {len(files) - NAMED_AT_MOST} more files" if len(files) > NAMED_AT_MOST else ""
    return ", ".join(files[:NAMED_AT_MOST]) + more
