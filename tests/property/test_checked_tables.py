"""A run that knows what an earlier one has read finds what one that reads everything finds, and reads only changes."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
from examples import at_most
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from features.errors import BadInput, Finding
from features.reading import raw_tables
from features.source import Source, load_source

PEOPLE = [f"p{number}" for number in range(6)]
DAYS = [f"2021-{month:02}-28" for month in range(1, 11)]
TABLES = {
    "employees": "employee_id,hire_date\n" + "".join(f"{person},2020-01-15\n" for person in PEOPLE),
    "exits": "employee_id,exit_date,kind\np0,2021-11-05,voluntary\n",
    "surveys": "employee_id,survey_date,item,score\n"
    + "".join(f"{person},{day},mood,7\n" for day in DAYS for person in PEOPLE),
    "compensation": "employee_id,effective_date,base_pay,currency,note\n"
    + "".join(f"{person},{day},100{place},EUR,\n" for place, day in enumerate(DAYS) for person in PEOPLE),
    "assignments": "employee_id,effective_date,department,job,grade,manager_id\n"
    + "".join(f"{person},{day},d,j,1,p0\n" for day in DAYS for person in PEOPLE),
}
FACTS = ("surveys", "compensation", "assignments")
TOML = "complete_until = 2021-12-31\n[surveys.mood]\ndriver = 'conditions'\n"
ROWS = {
    "surveys": [
        "p1,2021-11-30,mood,8",
        "p1,2021-01-28,mood,9",  # late, and contradicts
        "p1,2021-01-28,mood,7",  # repeats
        "nobody,2021-11-30,mood,8",
        "p0,2021-12-30,mood,8",  # after the exit
        "p1,30/11/2021,mood,8",
        "p1,2021-11-30,mood,n/a",
        'p1,"2021-11-30",mood,8',
        "p1,2021-11-30,mood,77",
        "p1,2021-11-30,mood",
        "p1,2021-11-30,gender,1",
        "p1,2021-11-30,salary,1",
    ],
    "compensation": [
        "p2,2021-11-30,2000,EUR,",
        "p2,2021-11-30,2000,EUR,why",
        "p2,2021-11-30,2000,Euro,",
        "p2,2021-10-28,2100,usd,",
        "p2,2021-11-30,2.000,EUR,",
        "p2,2021-11-30,-,EUR,",
        'p2,2021-11-30,2000,EUR,"a\nb"',
        "p2,2021-11-30,-5,EUR,",
        "p2,,2000,EUR,",
    ],
    "assignments": ["p3,2021-11-30,e,j,2,p1", "p3,2021-10-28,e,j,2,nobody", "P3,2021-11-30,e,j,2,p1"],
    "employees": ["nobody,2020-03-01", "p7,2021-11-01"],
    "exits": ["p1,2021-06-05,voluntary", "p2,2021-12-05,other"],
}
MAPPINGS = ["", "ignore = ['mood']\n", "ignore = ['surveys.mood']\n", "allow = ['compensation.note']\n", "label"]

Change = tuple[str, str, int]


def rows_added() -> st.SearchStrategy[Change]:
    tables = st.sampled_from(sorted(ROWS))
    return tables.flatmap(
        lambda table: st.tuples(
            st.sampled_from(["end", "end", "end", "middle", "without line break", "carriage return"]),
            st.just(table),
            st.integers(0, len(ROWS[table]) - 1),
        )
    )


def other_changes() -> st.SearchStrategy[Change]:
    kinds = st.sampled_from(["edit", "cut", "delete", "mapping", "format", "month", "upgrade", "nothing"])
    return st.tuples(kinds, st.sampled_from(FACTS), st.integers(0, 4))


def apply(change: Change, source: Path, patch: pytest.MonkeyPatch) -> None:
    """One change of a file, of source.toml or of the version."""
    kind, table, which = change
    file, toml = source / f"{table}.csv", source / "source.toml"
    text = file.read_bytes() if file.exists() else TABLES[table].encode()
    row = ROWS[table][which % len(ROWS[table])].encode()
    changed: dict[str, Callable[[], bytes]] = {
        "end": lambda: text + row + b"\n",
        "middle": lambda: text.replace(b"\n", b"\n" + row + b"\n", 1),
        "without line break": lambda: text + row,
        "carriage return": lambda: text + row + b"\r\n",
        "edit": lambda: text.replace(b"2021-01-28", b"2021-01-2%d" % which, 1),
        "cut": lambda: text[: text.rindex(b"\n", 0, -1) + 1],
    }
    if kind in changed:
        file.write_bytes(changed[kind]())
    match kind:
        case "delete":
            file.unlink(missing_ok=True)
        case "mapping":
            toml.write_text(MAPPINGS[which] + TOML if which < 4 else f"{TOML}label = 'Mood'\n")
        case "format":
            toml.write_text(f"{TOML}[files.{table}]\ndate_format = '%Y/%m/%d'\n")
        case "month":
            toml.write_text(TOML.replace("2021-12-31", f"2021-{which + 8:02}-28"))
        case "upgrade":
            patch.setattr("features.validated.fingerprint.code_version", lambda: f"version {which}")


@contextmanager
def reading() -> Iterator[list[str]]:
    """The names of the files that are read as CSV within it."""
    read: list[str] = []
    given = raw_tables.csv_to_parquet
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raw_tables, "csv_to_parquet", lambda file, *rest: read.append(file.name) or given(file, *rest))
        yield read


def loaded(source: Path, staging: Path, stored: Path | None) -> Source | list[Finding]:
    try:
        found = load_source(source, staging, stored=stored)
    except BadInput as bad:
        return list(bad.findings)
    assert isinstance(found, Source)
    return found


def assert_equal(kept: Source | list[Finding], rebuilt: Source | list[Finding]) -> None:
    if not (isinstance(kept, Source) and isinstance(rebuilt, Source)):
        assert kept == rebuilt
        return
    assert kept.report == rebuilt.report
    assert kept.data_hash == rebuilt.data_hash
    assert kept.tables.keys() == rebuilt.tables.keys()
    for table, path in kept.tables.items():
        assert_frame_equal(pl.read_parquet(path), pl.read_parquet(rebuilt.tables[table]), check_row_order=False)


def company(folder: Path) -> Path:
    source = folder / "company"
    source.mkdir()
    for table, text in TABLES.items():
        (source / f"{table}.csv").write_text(text)
    (source / "source.toml").write_text(TOML)
    return source


@given(sequence=st.lists(rows_added() | other_changes(), min_size=1, max_size=7))
@example([("end", "surveys", 0), ("end", "surveys", 1), ("end", "employees", 0), ("end", "exits", 0)])
@example([("end", "compensation", 2), ("end", "compensation", 3), ("end", "compensation", 6), ("month", "surveys", 1)])
@example([("end", "surveys", 6), ("end", "surveys", 6), ("without line break", "surveys", 0), ("end", "surveys", 0)])
@example([("mapping", "surveys", 2), ("end", "surveys", 3), ("mapping", "surveys", 0), ("delete", "surveys", 0)])
@settings(max_examples=at_most(12), deadline=None)
def test_runs_that_know_earlier_ones_equal_runs_that_read_everything(sequence: list[Change]) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        source, stored = company(Path(name)), Path(name) / "stored"
        known: dict[str, bytes] = {}
        for change in [("nothing", "surveys", 0), *sequence]:
            apply(change, source, patch)
            with reading() as read:
                kept = loaded(source, Path(name) / "a", stored)
            assert_equal(kept, loaded(source, Path(name) / "b", None))
            files = {table: (source / f"{table}.csv") for table in FACTS}
            now = {table: file.read_bytes() for table, file in files.items() if file.exists()}
            if change[0] not in ("mapping", "format", "upgrade", "month"):
                unchanged = {table for table in FACTS if table in now and known.get(table) == now[table]}
                assert not unchanged & {file.partition(".")[0] for file in read}
            if isinstance(kept, Source):
                known = now
                shutil.rmtree(Path(name) / "a")
            if change[0] in ("mapping", "format", "upgrade", "month"):
                known = {} if not isinstance(kept, Source) else now
