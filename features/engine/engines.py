"""Where the definitions of the features run: Polars in this process, or Spark on one machine or many.

A definition is Narwhals expressions, the same on each engine. What those cannot say stands here: how Parquet is read
and written, how a frame is worked out once for the many that read it, and how a table reaches this process.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

import narwhals as nw
import polars as pl

from features.calendar import Frame
from features.contract.vocabulary import EngineName
from features.engine.packing import Packing, grouped


class Engine(Protocol):
    """What runs the definitions. Every engine gives the same features, to 1e-9."""

    name: EngineName
    services_at_a_time: float
    """How many internal services are summed together, in whole months."""
    at_a_time: int
    """How many snapshot dates, or groups of months, of a small company are worked out side by side."""
    holds_between_dates: bool
    """Whether what is held may still be used after `release`."""

    def scan(self, files: Path) -> Frame:
        """The rows of a Parquet file, or of all that a pattern names, as far as they are asked for."""

    def seconds(self, column: str) -> nw.Expr:
        """Whole seconds of a column of times, since a moment that is the same for all."""

    def hold(self, frame: Frame, *, of_many: bool = False) -> Frame:
        """The frame worked out now: a plan that names it many times would be planned, and partly run, many times.

        `of_many` says that it is made of far more rows than there are people.
        """

    def look_up(self, rows: Frame, person: str, table: Frame) -> Frame:
        """Adds what `table`, with one row a person (`employee_id`), says of the people in a column of codes.

        Null where it has no row. For far more rows than there are people.
        """

    def with_codes(self, rows: Frame, roles: Sequence[str], people: Path) -> Frame:
        """Adds for each role the code of who is in `{role}_id`: null where a file of `people.numbered` has none."""

    def sum_by(self, parts: Sequence[Frame], keys: Packing) -> Frame:
        """What `packing.grouped` gives, of keys without null. For far more rows than there are people."""

    def add_pairs(self, sums: Frame | None, rows: Frame) -> Frame:
        """Sums by `pair` of ASKS and of `rows`, without which a pair goes: of `rows`, and of `sums`, given before.

        Worked out now. For far more rows than there are people.
        """

    def count_partners(self, pairs: Frame, people: Frame) -> Frame:
        """What `partners.by_groups` gives, of pairs and people as it describes them."""

    def fill_forward(self, rows: Frame, names: Sequence[str], by: Sequence[str]) -> Frame:
        """A null in the named columns becomes what the person's row before says, ordered `by`."""

    def with_row_before(self, rows: Frame, names: Sequence[str], by: str) -> Frame:
        """Adds `{name}_before`: what each person's row before says, by a date that is unique within the person."""

    def release(self) -> None:
        """Let go of all that is held; unless `holds_between_dates`, no frame made of it may be used any more."""

    def write(self, frame: Frame, path: Path) -> None:
        """Write Parquet that `scan` reads."""

    def to_polars(self, frame: Frame) -> pl.LazyFrame:
        """The whole frame for Polars in this process; what another engine runs is run now."""


_IS_FIRST: Final = pl.col("employee_id").ne_missing(pl.col("employee_id").shift(1))
"""Whether a row is the first of its person, in rows sorted by person."""


class PolarsEngine:
    """In this process, on all its cores, a snapshot date in memory."""

    name: EngineName = "polars"
    services_at_a_time: float = 600_000  # some 0.25 GB with all that is summed from them
    at_a_time = 3  # where one waits for a single core, the others have work for the rest
    holds_between_dates = True

    def scan(self, files: Path) -> Frame:
        return nw.from_native(pl.scan_parquet(files))

    def seconds(self, column: str) -> nw.Expr:
        return nw.col(column).dt.timestamp("ms") // 1000

    def hold(self, frame: Frame, *, of_many: bool = False) -> Frame:
        """To set the streaming engine up takes longer than to work out what has a row a person; many rows it halves."""
        held: pl.DataFrame = nw.to_native(frame).collect(engine="streaming" if of_many else "in-memory")
        return nw.from_native(held.lazy())

    def look_up(self, rows: Frame, person: str, table: Frame) -> Frame:
        """By position: a code is a place in a short column, which a join would have to hash."""
        said = nw.to_native(table).collect(engine="in-memory")
        places = pl.int_range((said["employee_id"].max() or 0) + 2, dtype=pl.Int32, eager=True)
        said = pl.DataFrame({"employee_id": places}).join(said, on="employee_id", how="left", maintain_order="left")
        code = pl.col(person).clip(upper_bound=len(places) - 1)  # the last place is nobody's
        found = (
            code.map_batches(column.gather, return_dtype=column.dtype, is_elementwise=True).alias(column.name)
            for column in said.drop("employee_id")
        )
        wider: Frame = nw.from_native(nw.to_native(rows).with_columns(*found))
        return wider

    def with_codes(self, rows: Frame, roles: Sequence[str], people: Path) -> Frame:
        """As places in a list of words: a join would move all columns of the rows."""
        ids = pl.Enum(pl.read_parquet(people)["employee_id"])
        codes = {role: pl.col(f"{role}_id").cast(ids, strict=False).to_physical().cast(pl.Int32) for role in roles}
        wider: Frame = nw.from_native(nw.to_native(rows).with_columns(**codes))
        return wider

    def sum_by(self, parts: Sequence[Frame], keys: Packing) -> Frame:
        """In a table with a place for each key, where that is not too large."""
        from features.engine.table_sums import PLACES, sums_by_place

        if keys.room > PLACES:
            return grouped(parts, keys)
        sums = sums_by_place([nw.to_native(keys.pack(part)) for part in parts], keys.keys[0], keys.room)
        return keys.unpack(nw.from_native(sums.lazy()))

    def add_pairs(self, sums: Frame | None, rows: Frame) -> Frame:
        """By the lower person: what reads them finds a person's side by side, and more is merged in one pass."""
        from features.collaboration.pair_merge import merged

        more: pl.LazyFrame = nw.to_native(rows)
        if sums is None:
            all_of_them = more.group_by("pair").agg(pl.all().sum()).filter(pl.col("rows") > 0).sort("pair")
            return nw.from_native(all_of_them.collect(engine="streaming").lazy())
        held: pl.DataFrame = nw.to_native(sums).collect(engine="in-memory")  # as it is
        return nw.from_native(merged(held, more.collect(engine="streaming")).lazy())

    def count_partners(self, pairs: Frame, people: Frame) -> Frame:
        from features.collaboration.partners_compiled import in_one_pass

        both = (nw.to_native(table).collect(engine="in-memory") for table in (pairs, people))  # as they are held
        return nw.from_native(in_one_pass(*both).lazy())

    def fill_forward(self, rows: Frame, names: Sequence[str], by: Sequence[str]) -> Frame:
        """On all rows sorted once: a window of each person's would sort each person's few rows for each column."""
        row = pl.int_range(pl.len())
        first = pl.when(_IS_FIRST).then(row).forward_fill()
        said = {name: pl.when(pl.col(name).is_not_null()).then(row).forward_fill() for name in names}
        filled = (pl.when(said[name] >= first).then(pl.col(name).forward_fill()).alias(name) for name in names)
        return _sorted(rows, *by, columns=filled)

    def with_row_before(self, rows: Frame, names: Sequence[str], by: str) -> Frame:
        before = (pl.when(~_IS_FIRST).then(pl.col(name).shift(1)).alias(f"{name}_before") for name in names)
        return _sorted(rows, by, columns=before)

    def release(self) -> None:
        """What is held goes when nothing names it."""

    def write(self, frame: Frame, path: Path) -> None:
        nw.to_native(frame).sink_parquet(path, compression="uncompressed")  # read at every snapshot date

    def to_polars(self, frame: Frame) -> pl.LazyFrame:
        native: pl.LazyFrame = nw.to_native(frame)
        return native


def _sorted(rows: Frame, *by: str, columns: Iterable[pl.Expr]) -> Frame:
    """The rows by person and what follows, with columns that look at the row before."""
    result: Frame = nw.from_native(nw.to_native(rows).sort("employee_id", *by).with_columns(*columns))
    return result


POLARS: Final = PolarsEngine()


@contextmanager
def engine_named(name: EngineName, folder: Path) -> Iterator[Engine]:
    """The engine of that name; what it must keep on disk meanwhile lies under `folder`, which all its machines see.

    Raises BadInput where Spark or Java is not installed.
    """
    if name == "polars":
        yield POLARS
        return
    from features.engine.spark import spark_engine

    with spark_engine(folder) as engine:
        yield engine
