"""Sums of internal services kept between runs: which are still valid for the source, and which must be redone.

A month is summed again unless its services are, row by row, those that were summed before. Their number and the sum of
their 64-bit hashes are compared, so late, changed and deleted rows are all noticed. Hashing every row takes about a
twentieth of the time of summing.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import polars as pl

from features.calendar import month_index
from features.collaboration.pairs import BASE
from features.files import delete, locked_at_once, write_whole
from features.known.codes import everyone, numbered
from features.known.source_columns import columns_of
from features.sql import connect, parquet, quoted, select_from

if TYPE_CHECKING:
    from features.source import Source

LAYOUT: Final = 4
"""Increase it with every change of what `monthly_sums` writes: sums of another layout are not read."""
KINDS_OF_SUMS: Final = ("services", "pairs")
NEEDED_MONTHS: Final = 12
"""The longest window of a feature over sums. What reaches further back, such as a person's last service, is summed
again from the source where a run needs it."""

_PEOPLE: Final = "people.parquet"
_MANIFEST: Final = "manifest.json"
_LOCK: Final = "lock"

Fingerprint = tuple[int, str]


class MonthStore:
    """A folder of monthly sums of one source.

    `people` is the file of codes (employee_id, person: Int32), `codes` the first and the last of them, `stale` the
    months to sum, ascending, each with its number of services. Files from another source, another layout or a changed
    month are deleted. If the source no longer holds one of the people, everything is deleted: a person who was erased
    there must not remain here.
    """

    def __init__(self, source: "Source", folder: Path, engine: str, *, is_persistent: bool) -> None:
        self._folder = folder
        self._about = _about(source) | {"engine": engine}
        self._now = _fingerprints(source, folder, is_persistent)
        self.people = folder / _PEOPLE
        ids = everyone(source)
        self._finished = self._still_valid(ids)
        self._write_manifest()  # before any file changes: a month whose files are being written is not finished
        self._keep_only_finished()
        self.codes = (0, self._write_people(ids) - 1)
        self.stale = [(month, rows) for month, (rows, _) in sorted(self._now.items()) if month not in self._finished]

    def file(self, kind: str, month: int) -> Path:
        """The path for the sums of one kind over the services opened in one month (year × 12 + month)."""
        return self._folder / kind / f"{month}.parquet"

    def finish(self, month: int) -> None:
        """Record that all files of a month are written."""
        self._finished[month] = self._now[month]
        self._write_manifest()

    def _still_valid(self, ids: pl.Series) -> dict[int, Fingerprint]:
        """The months that need not be summed again."""
        manifest = _manifest_in(self._folder)
        try:
            coded = pl.read_parquet(self.people)["employee_id"]
        except FileNotFoundError:
            return {}
        if manifest is None or manifest["about"] != self._about or not coded.is_in(ids.implode()).all():
            return {}
        summed = {int(month): (rows, hashes) for month, (rows, hashes) in manifest["months"].items()}
        return {month: was for month, was in summed.items() if self._now.get(month) == was and self._has_files(month)}

    def _has_files(self, month: int) -> bool:
        return all(self.file(kind, month).exists() for kind in KINDS_OF_SUMS)

    def _keep_only_finished(self) -> None:
        current = {self.file(kind, month) for kind in KINDS_OF_SUMS for month in self._finished}
        for kind in KINDS_OF_SUMS:
            (self._folder / kind).mkdir(exist_ok=True)
            for path in (self._folder / kind).iterdir():
                if path not in current:
                    delete(path)  # Spark writes a folder

    def _write_people(self, ids: pl.Series) -> int:
        """Writes the codes and returns their number: old ones stay while a finished month uses them."""
        coded = pl.read_parquet(self.people)["employee_id"] if self._finished else ids.clear()
        table = numbered(pl.concat([coded, ids.filter(~ids.is_in(coded.implode()))]))
        write_whole(self.people, table.write_parquet)
        return len(table)

    def _write_manifest(self) -> None:
        _write_manifest(self._folder, {"about": self._about, "months": self._finished})


@contextmanager
def month_folder(persistent: Path | None, work: Path) -> Iterator[Path]:
    """The folder `persistent`, locked for this process; if it is None or in use, a temporary one under `work`."""
    with ExitStack() as stack:
        if persistent and stack.enter_context(locked_at_once(persistent / _LOCK)):
            yield persistent
        else:
            yield Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".months-", dir=work)))


def may_hold(folder: Path, employee_id: str) -> bool:
    """Whether the sums in a folder may be about a person: also if a killed run left its people file unfinished."""
    left = [path for path in folder.iterdir() if path.name != _LOCK]
    if any(path.suffix == ".part" for path in left):
        return True
    try:
        return employee_id in pl.read_parquet(folder / _PEOPLE)["employee_id"]
    except FileNotFoundError:
        return bool(left)


def forget(folder: Path) -> bool:
    """Delete the sums in a folder; the next run sums again what it needs. False if a run is using them."""
    with locked_at_once(folder / _LOCK) as is_free:
        if not is_free:
            return False
        for path in folder.iterdir():
            if path.name != _LOCK:
                delete(path)
        return True


def months_before(folder: Path, first: int) -> list[int]:
    """The months (year × 12 + month) before `first` whose sums are in a folder."""
    manifest = _manifest_in(folder)
    return sorted(int(month) for month in manifest["months"] if int(month) < first) if manifest else []


def forget_before(folder: Path, first: int) -> bool:
    """Delete the sums of services opened before a month, and the ids of people whom no later sums are about.

    The next run sums again what it needs and the source still holds. False if a run is using the sums.
    """
    with locked_at_once(folder / _LOCK) as is_free:
        if not is_free:
            return False
        manifest = _manifest_in(folder) or {"months": {}}
        old = months_before(folder, first)
        left = {month: was for month, was in manifest["months"].items() if int(month) not in old}
        files = [folder / kind / f"{month}.parquet" for kind in KINDS_OF_SUMS for month in left]
        if left and all(file.is_file() for file in files):  # Spark writes folders
            _write_manifest(folder, manifest | {"months": {}})  # a run that is killed from here on leaves nothing half
            for file in (folder / kind / f"{month}.parquet" for kind in KINDS_OF_SUMS for month in old):
                delete(file)
            _recode(folder, left)
            _write_manifest(folder, manifest | {"months": left})
            return True
    return forget(folder)


def _recode(folder: Path, months: Iterable[str]) -> None:
    """Number the people again, in the same order, without those whom the sums of these months are not about."""
    services, pairs = ([folder / kind / f"{month}.parquet" for month in months] for kind in KINDS_OF_SUMS)
    low, high = (pl.col("pair") // BASE).cast(pl.Int32), (pl.col("pair") % BASE).cast(pl.Int32)
    codes = pl.concat(
        [
            pl.scan_parquet(services).select(person="employee_id"),
            pl.scan_parquet(pairs).select(person=low),
            pl.scan_parquet(pairs).select(person=high),
        ]
    )
    people = pl.scan_parquet(folder / _PEOPLE).join(codes.unique(), on="person", how="semi").sort("person").collect()
    now = numbered(people["employee_id"])
    if people["person"].equals(now["person"]) and people.height == pl.read_parquet(folder / _PEOPLE).height:
        return

    def new(code: pl.Expr) -> pl.Expr:
        return code.replace_strict(people["person"], now["person"])

    for file in services:
        _rewrite(file, pl.read_parquet(file).with_columns(new(pl.col("employee_id"))))
    for file in pairs:
        _rewrite(file, pl.read_parquet(file).with_columns(pair=new(low).cast(pl.Int64) * BASE + new(high)))
    write_whole(folder / _PEOPLE, now.write_parquet)


def _rewrite(file: Path, rows: pl.DataFrame) -> None:
    write_whole(file, partial(rows.write_parquet, compression="uncompressed"))


def _manifest_in(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder; None if there is none that can be read."""
    try:
        manifest: dict[str, Any] = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return manifest


def _write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    text = json.dumps(manifest, indent=1)
    write_whole(folder / _MANIFEST, lambda path: path.write_text(text, encoding="utf-8"))


def _about(source: "Source") -> dict[str, Any]:
    """What else decides whether sums are still valid. DuckDB's hashes differ between versions."""
    columns = columns_of(source, "collaboration")
    return {"source": source.name, "layout": LAYOUT, "columns": columns, "hashed_by": f"duckdb {duckdb.__version__}"}


def _fingerprints(source: "Source", work: Path, is_persistent: bool) -> dict[int, Fingerprint]:
    """By month of opening: the number of services, and the sum of their hashes as text.

    Sums in a temporary folder are never compared, so nothing is hashed for them.
    """
    columns = ", ".join(quoted(name) for name in columns_of(source, "collaboration"))
    hashes = f"sum(hash({columns}))::varchar" if is_persistent else "''"
    figures = f"year(opened_at) * 12 + month(opened_at) as opened, count(*), {hashes}"
    with connect(work) as connection:
        query = select_from(figures, parquet(source.tables["collaboration"]))
        months = connection.execute(f"{query} group by all").fetchall()
    nothing = (month_index(source.complete_until), 0, "")  # so that there is a file to read, without rows
    return {month: (rows, hashes) for month, rows, hashes in months or [nothing]}
