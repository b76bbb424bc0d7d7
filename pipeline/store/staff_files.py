"""What plans are computed from: everyone's post and figures of the month that is served, as columns, in a file.

The store has the same figures, a text per person: reading those of 100,000 people takes a minute. The file is beside
the store, under `var`, and is named after the publication and its content, so that no other is taken for it. Only the
month that a source serves has one. Erasure removes the person's row, and deletes a file that cannot be read; a reader
also leaves out anyone whom the store no longer holds. Scoring the month again writes the file again. Beside it is what
plans may be about (`outlook.parts`): names of jobs and of groups, and of nobody.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl
from polars.exceptions import PanicException, PolarsError

from features.errors import BadInput, Finding
from pipeline.files import json_text, locked, write_text, write_whole
from pipeline.listing.rules import USUAL
from pipeline.store.publication import Publication

FOLDER: Final = "staff"
"""The folder under `var`."""

POSTS: Final = ("department", "location", "level", "job")
"""The columns of a post, as texts."""
OWN: Final = ("employee_id", *POSTS, "replacement_weight", "log_odds", "trees")
"""The columns beside the figures, which are named by their position among the model's features."""

_UNREADABLE: Final = (PolarsError, PanicException, OSError)
"""What reading a damaged file raises."""


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


def read_staff_file(file: Path, figures: int) -> pl.DataFrame:
    """What `write_staff_file` wrote, with that number of figures. Raises BadInput if the file is absent or damaged."""
    try:
        people = pl.read_parquet(file, memory_map=False)
        if "replacement_weight" not in people.columns:  # published before there were weights
            people = people.with_columns(replacement_weight=pl.lit(1.0))
        return people.select(*OWN, *map(str, range(figures)))
    except _UNREADABLE:
        rule = "the figures that plans are computed from are missing or damaged"
        remedy = "Run `retention score` for the month again, with the state folder that the server reads."
        raise BadInput(Finding(rule, FOLDER, file.name, remedy=remedy)) from None


def parts_file(staff: Path) -> Path:
    """The file beside a staff file that names the jobs and intersections that are shown."""
    return staff.with_suffix(".json")


def write_parts_file(file: Path, parts: Mapping[str, Collection[str]]) -> None:
    """Write the jobs and intersections of a publication."""
    write_text(json_text({name: sorted(groups) for name, groups in parts.items()}), file)


def read_parts_file(file: Path) -> dict[str, set[str]] | None:
    """What `write_parts_file` wrote; None if the file is absent or damaged, which a search can replace."""
    try:
        return {name: set(groups) for name, groups in json.loads(file.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return None


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
            parts_file(file).unlink(missing_ok=True)


def staff_files_name(var: Path, employee_id: str) -> bool:
    """Whether a file has a row of a person, or cannot be read and may have one."""
    return any(_holds(file, employee_id) for file in _files(var))


def erase_from_staff_files(var: Path, employee_id: str) -> int:
    """Remove a person's rows, and files that cannot be read; returns the number of files that may have had one."""
    if not _files(var):
        return 0
    with writing_staff_files(var):
        found = [file for file in _files(var) if _holds(file, employee_id)]
        for file in found:
            _erase_from(file, employee_id)
    return len(found)


def _erase_from(file: Path, employee_id: str) -> None:
    try:
        left = pl.read_parquet(file, memory_map=False).filter(pl.col("employee_id") != employee_id)
    except _UNREADABLE:
        file.unlink()
    else:
        write_whole(file, lambda part: left.write_parquet(part, compression="lz4"))


def _files(var: Path) -> list[Path]:
    return sorted((var / FOLDER).glob("*.parquet"))


def _holds(file: Path, employee_id: str) -> bool:
    try:
        rows = pl.scan_parquet(file).filter(pl.col("employee_id") == employee_id).select(pl.len()).collect()
    except _UNREADABLE:
        return True
    return bool(rows.item())
