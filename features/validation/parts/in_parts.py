"""Tables of facts that an engine of several machines checks, for validation in this process.

Rows stay on the engine's machines until they are canonical. This process gets what was noted of them, which grows with
people and days, and not with rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from features.calendar import Frame
from features.engine.protocol import ClusterEngine
from features.validation.batches import join_parts
from features.validation.checked_table import CheckedTable
from features.validation.cross_checks import People
from features.validation.expectations import Expectations
from features.validation.id_spellings import Spellings
from features.validation.parts.noted import Noted, added_up, rows_of
from features.validation.parts.passes import FirstPassOfPart, SecondPassOfPart, key_of
from features.validation.rules import Tally
from features.validation.table_checks import checked_columns


@dataclass(frozen=True)
class RawFrame:
    """A raw table as a frame of an engine. columns: the names of all that the source has, also of those not in it."""

    rows: Frame
    columns: list[str]


@dataclass
class InParts:
    """Raw tables as frames of an engine. They are checked as `check_table` and `usable_rows` check those of files."""

    engine: ClusterEngine
    tables: Mapping[str, RawFrame]
    _kept: dict[str, Frame] = field(default_factory=dict)

    def check(self, table: str, expectations: Expectations, tally: Tally) -> CheckedTable:
        """The first pass: broken rules are counted in `tally`."""
        raw = self.tables[table]
        columns = checked_columns(table, raw.columns, expectations, tally)
        checked = CheckedTable(table, [], columns)
        given = [*columns.read.values(), *columns.unused.values()]
        if given:
            done = self.engine.map_parts(raw.rows, given, FirstPassOfPart(table, columns, expectations))
            found = self._noted(done)
            found.give(checked)
            tally.merge(found.tally())
            self._kept[table] = rows_of(done)
        return checked

    def write(self, found: CheckedTable, people: People, path: Path, tally: Tally, ids: Spellings) -> None:
        """The second pass: the canonical rows as one file."""
        kept = self._kept.pop(found.table)
        columns = kept.collect_schema().names()
        needed = People(people.everyone, people.employees.clear(), people.exits.clear(), people.absences)
        work = SecondPassOfPart(found.table, needed, frozenset(found.currencies))
        done = self.engine.map_parts(kept, columns, work, key_of(columns))
        noted = self._noted(done)
        tally.merge(noted.tally())
        ids.rows.update(noted.spellings().rows)
        parts = path.with_suffix(".parts")
        self.engine.write(rows_of(done), parts)
        join_parts(parts, path)

    def _noted(self, done: Frame) -> Noted:
        return Noted(self.engine.to_polars(added_up(done)).collect())
