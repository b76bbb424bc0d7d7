"""The first pass over all tables of a source. Of a table that an earlier run has checked, only new rows are checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from features.contract.tables import REQUIRED_TABLES, TABLES
from features.validation.checked_table import CheckedTable
from features.validation.expectations import Expectations
from features.validation.parts.in_parts import InParts
from features.validation.rules import NO_TABLE, UNREADABLE_FILE, Tally
from features.validation.table_checks import check_table


@dataclass
class FirstPass:
    """The tables that have been checked on their own, and the rules that their rows broke.

    folder: for the interim files. is_stored: whether these are for a later run, so that they stay. Tables that are
    here before `check` are those of an earlier run: the raw rows of such a table are further rows. in_parts: tables
    that an engine checks.
    """

    folder: Path
    is_stored: bool = False
    in_parts: InParts | None = None
    checked: dict[str, CheckedTable] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)

    def check(self, raw: Mapping[str, Path], expectations: Expectations) -> Tally:
        """Check the raw rows of each table; returns what all rows broke.

        A table that cannot be read to its end is an error and left out of the results.
        """
        every = Tally()
        for table in TABLES:
            if self.in_parts and table in self.in_parts.tables:
                tally = self.tallies.setdefault(table, Tally())
                self.checked[table] = self.in_parts.check(table, expectations, tally)
            elif table in raw:
                self._check(table, raw[table], expectations)
            elif table in REQUIRED_TABLES:
                every.missing(NO_TABLE, table)
        for table in TABLES:
            every.merge(self.tallies.get(table, Tally()))
        self.checked = {table: self.checked[table] for table in TABLES if table in self.checked}
        return every

    def keep_only(self, tables: set[str]) -> None:
        """Drop the other tables of an earlier run: they are checked from their first row on."""
        self.checked = {table: found for table, found in self.checked.items() if table in tables}
        self.tallies = {table: tally for table, tally in self.tallies.items() if table in tables}

    def is_done_with(self, found: CheckedTable) -> None:
        """Delete the interim files of a table, unless they are stored."""
        for path in [] if self.is_stored else found.paths:
            path.unlink()

    def _check(self, table: str, raw: Path, expectations: Expectations) -> None:
        before, tally = self.checked.pop(table, None), self.tallies.setdefault(table, Tally())
        interim = self.folder / f"{table}.{len(before.paths) if before else 0}.parquet"
        interim.unlink(missing_ok=True)  # it may be a link to one that an earlier run has stored
        try:
            found = check_table(table, raw, interim, expectations, tally)
        except pa.ArrowException:
            tally.missing(UNREADABLE_FILE, table)
        except OSError as fault:
            if fault.errno is not None:  # the machine failed; the file is not at fault
                raise
            tally.missing(UNREADABLE_FILE, table)
        else:
            self.checked[table] = before.followed_by(found) if before else found
