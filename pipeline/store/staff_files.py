"""What plans are computed from: everyone's post and figures of the month that is served, as columns, in a file.

The store has the same figures, a text per person: reading those of 100,000 people takes a minute. The file is beside
the store, under `var`, and is named after the publication and its content, so that no other is taken for it. Only the
month that a source serves has one. Erasure removes the person's row; a reader also leaves out anyone whom the store no
longer holds.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.files import locked, write_whole
from pipeline.listing.rules import USUAL
from pipeline.store.publication import Publication

FOLDER: Final = "staff"
"""The folder under `var`."""

POSTS: Final = ("department", "location", "level", "job")
"""The columns of a post, as texts."""
OWN: Final = ("employee_id", *POSTS, "replacement_weight", "log_odds", "trees")
"""The columns beside the figures, which are named by their position among the model's features."""


def replacement_weights(criticality: pl.Series) -> pl.Series:
    """How hard each person is to replace, divided by the mean of everyone: 1 where the source does not say for anybody.

    Those of whom it says nothing count as usual.
    """
    weights = criticality.cast(pl.Float64).fill_null(USUAL)
    return (weights / (weights.to_numpy().mean() if len(weights) else USUAL)).alias("replacement_weight")


def staff_of(publication: Publication, scores: pl.DataFrame) -> pl.DataFrame | None:
    """`OWN` and a column for each figure, by position; None if the publication has no `encoded` figures."""
    if publication.encoded is None:
        return None
    texts = [pl.col(name).cast(pl.String) for name in POSTS]
    posts = scores.select("employee_id", "log_odds", *texts, replacement_weights(scores["criticality"]))
    people = posts.join(publication.encoded, on="employee_id", how="inner")
    return people.select(*OWN, pl.exclude(*OWN))


def write_staff_file(var: Path, number: int, fingerprint: str, staff: pl.DataFrame) -> None:
    """Write the figures of a publication; `fingerprint` is the hash of its content."""
    write_whole(staff_file(var, number, fingerprint), lambda part: staff.write_parquet(part, compression="lz4"))


def staff_file(var: Path, number: int, fingerprint: str) -> Path:
    """Where the figures of a publication are, if they were written."""
    return var / FOLDER / f"{number}-{fingerprint[:16]}.parquet"


@contextmanager
def writing_staff_files(var: Path) -> Iterator[None]:
    """One writer at a time: of two erasures neither may bring the other's person back."""
    (var / FOLDER).mkdir(parents=True, exist_ok=True)
    with locked(var / FOLDER):
        yield


def delete_others(var: Path, served: Collection[Path]) -> None:
    """Delete the files of all publications but those served."""
    for file in _files(var):
        if file not in served:
            file.unlink()


def staff_files_name(var: Path, employee_id: str) -> bool:
    """Whether a file has a row of a person."""
    return any(_holds(file, employee_id) for file in _files(var))


def erase_from_staff_files(var: Path, employee_id: str) -> int:
    """Remove a person's rows; returns the number of files that had one."""
    if not _files(var):
        return 0
    with writing_staff_files(var):
        found = [file for file in _files(var) if _holds(file, employee_id)]
        for file in found:
            left = pl.read_parquet(file, memory_map=False).filter(pl.col("employee_id") != employee_id)
            write_whole(file, lambda part, left=left: left.write_parquet(part, compression="lz4"))  # type: ignore[misc]
    return len(found)


def _files(var: Path) -> list[Path]:
    return sorted((var / FOLDER).glob("*.parquet"))


def _holds(file: Path, employee_id: str) -> bool:
    rows = pl.scan_parquet(file).filter(pl.col("employee_id") == employee_id).select(pl.len()).collect()
    return bool(rows.item())
