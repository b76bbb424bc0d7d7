"""The version of a table that a run read, which makes it possible to read the same rows again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True)
class TableVersion:
    """kind: delta, iceberg or parquet. version: of Delta, the snapshot of Iceberg, or a digest of the files' state."""

    kind: str
    address: str
    version: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, str]) -> Self:
        """The opposite of `as_dict`."""
        return cls(**document)
