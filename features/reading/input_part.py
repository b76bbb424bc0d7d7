"""One Parquet file of an input, as its view reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

FILE_COLUMN: Final = "filename"
SHEET_COLUMN: Final = "sheet"


@dataclass(frozen=True)
class InputPart:
    """A file, a sheet or a table, and the columns with one value for all its rows: where they come from."""

    path: Path
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The place for a note; a sheet is not named, as it may be called after a person."""
        return self.constants.get(FILE_COLUMN, self.path.name)
