"""Large Parquet files, read and written in batches of rows, so that memory does not grow with their size."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

BATCH_ROWS: Final = 500_000


def column_names(path: Path) -> list[str]:
    """The column names in the file's footer. Raises pyarrow's errors where it is truncated or not Parquet."""
    return list(pq.read_schema(path).names)


def read_batches(path: Path, names: Mapping[str, str]) -> Iterator[pl.DataFrame]:
    """Frames of the columns in `names` (ours -> the file's), in the file's order; at least one, which may be empty."""
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        empty = {name: pa.nulls(0, schema.field(schema.names.index(given)).type) for name, given in names.items()}
        yield _frame(empty)
        if not names:
            return
        for batch in file.iter_batches(BATCH_ROWS, columns=list(names.values())):
            yield _frame({name: batch.column(batch.schema.names.index(given)) for name, given in names.items()})


def _frame(columns: Mapping[str, pa.Array]) -> pl.DataFrame:
    """A frame, with 256-bit decimals as floats: Polars has no such type."""
    readable = {
        name: array.cast(pa.float64()) if pa.types.is_decimal256(array.type) else array
        for name, array in columns.items()
    }
    frame = pl.from_arrow(pa.table(readable))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 (narrows the type of a table, which is never a series)
    return frame


def join_parts(folder: Path, out: Path) -> None:
    """Write the Parquet files of a folder, all with the same columns, as one file, and delete the folder."""
    with BatchWriter(out) as writer:
        for part in sorted(folder.glob("*.parquet")):
            for batch in read_batches(part, {name: name for name in column_names(part)}):
                writer.write(batch)
    shutil.rmtree(folder)


class BatchWriter:
    """A Parquet file written batch by batch; the first batch, which may be empty, defines its columns."""

    def __init__(self, path: Path, compression: str = "zstd") -> None:
        self._path = path
        self._compression = compression
        self._writer: pq.ParquetWriter | None = None

    def write(self, frame: pl.DataFrame) -> None:
        rows = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, rows.schema, compression=self._compression)
        if rows.num_rows:
            self._writer.write_table(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()
