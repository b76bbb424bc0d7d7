"""Operations on far more rows than there are people, as fast as the engine allows.

The definitions are Narwhals, which any engine runs (`Defined`). Where the frames are in this process, look-ups by
position and compiled passes give the same results (`Compiled`); tests compare them with the definitions. Other modules
never check which engine runs: they call `fast_paths`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import narwhals as nw
import polars as pl

from features.calendar import Frame
from features.collaboration.pairs import ASKS
from features.collaboration.partners import by_groups
from features.engine.few_rows import FEW_ROWS
from features.engine.packing import Packing, grouped
from features.engine.protocol import Engine


class FastPaths(Protocol):
    """The operations on many rows; both implementations give the same figures."""

    def look_up(self, rows: Frame, person: str, table: Frame) -> Frame:
        """Adds the columns of `table`, with one row per person (`employee_id`), for the people in a column of codes.

        Null for people who are not in the table.
        """

    def with_codes(self, rows: Frame, roles: Sequence[str], people: Path) -> Frame:
        """Adds for each role the code of the person in `{role}_id`: null where a file of `codes.numbered` has none."""

    def sum_by(self, parts: Sequence[Frame], keys: Packing) -> Frame:
        """The result of `packing.grouped`, for keys without null."""

    def add_pairs(self, sums: Frame | None, rows: Frame) -> Frame:
        """`sums` (from an earlier call, if any) plus `rows`: sums by `pair` of ASKS and of `rows`, computed now.

        A pair whose sum of `rows` is 0 is dropped.
        """

    def count_partners(self, pairs: Frame, people: Frame) -> Frame:
        """The result of `partners.by_groups`, for pairs and people in its format."""


def fast_paths(engine: Engine) -> FastPaths:
    """The fastest implementation that the engine allows."""
    return Compiled() if engine.in_process else Defined(engine)


class Defined:
    """The definitions: joins and groupings, which any engine runs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def look_up(self, rows: Frame, person: str, table: Frame) -> Frame:
        return rows.join(table.rename({"employee_id": person}), on=person, how="left")

    def with_codes(self, rows: Frame, roles: Sequence[str], people: Path) -> Frame:
        for role in roles:
            codes = self._engine.scan(people).rename({"employee_id": f"{role}_id", "person": role})
            rows = rows.join(codes, on=f"{role}_id", how="left")
        return rows

    def sum_by(self, parts: Sequence[Frame], keys: Packing) -> Frame:
        return grouped(parts, keys)

    def add_pairs(self, sums: Frame | None, rows: Frame) -> Frame:
        both = rows if sums is None else nw.concat([sums, rows])
        added = both.group_by("pair").agg(nw.col(ASKS, "rows").sum())
        return self._engine.hold(added.filter(nw.col("rows") > 0))

    def count_partners(self, pairs: Frame, people: Frame) -> Frame:
        return by_groups(pairs, people, self.look_up)


class Compiled:
    """By position and in compiled passes, over Polars' columns.

    Up to `few_rows`, the definitions: they are done before numba is imported.
    """

    def __init__(self, few_rows: int = FEW_ROWS) -> None:
        self._few_rows = few_rows

    def look_up(self, rows: Frame, person: str, table: Frame) -> Frame:
        """By position: a code is an index into a short column, where a join would have to hash."""
        known = _as_held(table)
        highest: int = known.select(pl.col("employee_id").max()).item() or 0
        codes = pl.int_range(highest + 2, dtype=pl.Int32, eager=True)
        by_code = pl.DataFrame({"employee_id": codes}).join(known, on="employee_id", how="left", maintain_order="left")
        code = pl.col(person).clip(upper_bound=highest + 1)  # the last row is nobody's
        looked_up = (
            code.map_batches(column.gather, return_dtype=column.dtype, is_elementwise=True).alias(column.name)
            for column in by_code.drop("employee_id")
        )
        wider: Frame = nw.from_native(nw.to_native(rows).with_columns(*looked_up))
        return wider

    def with_codes(self, rows: Frame, roles: Sequence[str], people: Path) -> Frame:
        """As positions in an enumeration: a join would move all columns of the rows."""
        ids = pl.Enum(pl.read_parquet(people)["employee_id"])
        codes = {role: pl.col(f"{role}_id").cast(ids, strict=False).to_physical().cast(pl.Int32) for role in roles}
        wider: Frame = nw.from_native(nw.to_native(rows).with_columns(**codes))
        return wider

    def sum_by(self, parts: Sequence[Frame], keys: Packing) -> Frame:
        """In a table with an entry for each key, if that is not too large."""
        from features.engine.table_sums import MOST_KEYS, sums_by_key

        if keys.room > MOST_KEYS:
            return grouped(parts, keys)
        sums = sums_by_key([nw.to_native(keys.pack(part)) for part in parts], keys.keys[0], keys.room)
        return keys.unpack(nw.from_native(sums.lazy()))

    def add_pairs(self, sums: Frame | None, rows: Frame) -> Frame:
        """Sorted by the lower person: readers find a person's pairs together, and more rows are merged in one pass."""
        more: pl.LazyFrame = nw.to_native(rows)
        if sums is None:
            return nw.from_native(_summed(more).lazy())
        held, added = _as_held(sums), more.collect(engine="streaming")
        if held.height + added.height <= self._few_rows:
            return nw.from_native(_summed(pl.concat([held, added]).lazy()).lazy())
        from features.collaboration.pair_merge import merged

        return nw.from_native(merged(held, added).lazy())

    def count_partners(self, pairs: Frame, people: Frame) -> Frame:
        held = _as_held(pairs)
        if held.height <= self._few_rows:
            return by_groups(nw.from_native(held.lazy()), people, self.look_up)
        from features.collaboration.partners_compiled import in_one_pass

        return nw.from_native(in_one_pass(held, _as_held(people)).lazy())


def _summed(rows: pl.LazyFrame) -> pl.DataFrame:
    """Sums by `pair`, ascending; without pairs of no `rows`."""
    sums = rows.group_by("pair").agg(pl.all().sum()).filter(pl.col("rows") > 0).sort("pair")
    return sums.collect(engine="streaming")


def _as_held(frame: Frame) -> pl.DataFrame:
    """The frame, collected in memory: it is already held, or short."""
    held: pl.DataFrame = nw.to_native(frame).collect(engine="in-memory")
    return held
