"""What `retention draft` makes of an export, written down and read back as a source."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from features.contract.tables import DIRECTORY
from features.drafting.draft import Draft
from features.source import Source, load_source


@dataclass(frozen=True)
class Drafted:
    """A draft, and where its source.toml was written."""

    draft: Draft
    toml: Path
    work: Path

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """The rows of a table that the draft gives, in order."""
        source = load_source(self.toml, self.work / "staging")
        assert isinstance(source, Source)
        if table == DIRECTORY:
            assert source.directory, "no directory"
            return sorted(pl.read_parquet(source.directory, columns=list(columns)).rows())
        frame = source.scan(table)
        assert isinstance(frame, pl.LazyFrame), f"no table {table}"
        return sorted(frame.select(columns).collect().rows())

    def question(self, key: str) -> Any:
        return next(each for each in self.draft.questions if each.key == key)


Draw = Callable[..., Drafted]
