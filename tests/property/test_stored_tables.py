"""Whatever happens to a source between runs, stored tables and findings equal those of a run that reads everything."""

import shutil
import tempfile
from pathlib import Path

import polars as pl
import pytest
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from features.errors import BadInput, Finding
from features.source import Source, load_source
from features.validation.report import Report

EMPLOYEES = "employee_id,hire_date\n" + "".join(f"p{n},2020-0{n + 1}-15\n" for n in range(5))
EXITS = "employee_id,exit_date,kind\np0,2021-03-05,voluntary\n"
SURVEYS = "employee_id,survey_date,item,score\np1,2020-06-30,mood,7\n"
TOML = "complete_until = 2021-06-30\n[surveys.mood]\ndriver = 'conditions'\n"
ROWS = st.tuples(
    st.sampled_from(["p1", "p2", "nobody", ""]),
    st.sampled_from(["2020-06-30", "2021-01-31", "2031-01-31", "never"]),
    st.sampled_from(["7", "11", ""]),
    st.sampled_from(["", "2021-02-28"]),
)


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, object]:
    kind = draw(st.sampled_from(["append", "late", "edit", "delete", "mapping", "upgrade", "rewrite", "nothing"]))
    return kind, draw(ROWS)


def apply(change: tuple[str, object], source: Path, patch: pytest.MonkeyPatch, step: int) -> None:
    """One change of the files, of the mapping, or of the version."""
    kind, (person, day, score, recorded) = change  # type: ignore[misc]
    surveys = source / "surveys.csv"
    lines = surveys.read_text().splitlines() if surveys.exists() else SURVEYS.splitlines()
    match kind:
        case "append":
            surveys.write_text("\n".join([*lines, f"{person},{day},mood,{score}"]) + "\n")
        case "late":
            table = source / "performance.csv"
            table.write_text(f"employee_id,review_date,rating,recorded_at\n{person},{day},{score},{recorded}\n")
        case "edit":
            surveys.write_text("\n".join([lines[0], *lines[2:], f"p1,2020-06-30,mood,{step}"]) + "\n")
        case "delete":
            surveys.unlink(missing_ok=True)
        case "mapping":
            (source / "source.toml").write_text(f"{TOML}# {step}\nlabel = 'Mood {step % 2}'\n")
        case "upgrade":
            patch.setattr("features.validated.fingerprint.code_version", lambda: f"version {step}")
        case "rewrite":
            (source / "employees.csv").write_text(EMPLOYEES)


def loaded(source: Path, staging: Path, stored: Path | None) -> Source | list[Finding]:
    try:
        found = load_source(source, staging, stored=stored)
    except BadInput as bad:
        return list(bad.findings)
    assert isinstance(found, Source)
    return found


def content(found: Source) -> tuple[dict[str, pl.DataFrame], Report, str]:
    return {name: pl.read_parquet(path) for name, path in found.tables.items()}, found.report, found.data_hash


@given(sequence=st.lists(changes(), min_size=1, max_size=6))
@settings(max_examples=at_most(12), deadline=None)
def test_runs_that_store_tables_equal_runs_that_read_everything(sequence: list[tuple[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        source, stored = Path(name) / "company", Path(name) / "stored"
        source.mkdir()
        for table, text in (("employees", EMPLOYEES), ("exits", EXITS), ("surveys", SURVEYS)):
            (source / f"{table}.csv").write_text(text)
        (source / "source.toml").write_text(TOML)
        for step, change in enumerate(sequence):
            apply(change, source, patch, step)
            kept, read = (loaded(source, Path(name) / out, folder) for out, folder in (("a", stored), ("b", None)))
            assert isinstance(kept, Source) == isinstance(read, Source)
            if not (isinstance(kept, Source) and isinstance(read, Source)):
                assert kept == read
                continue
            (tables, *rest), (rebuilt, *rest_of_rebuilt) = content(kept), content(read)
            assert rest == rest_of_rebuilt
            assert tables.keys() == rebuilt.keys()
            for table, frame in tables.items():
                assert_frame_equal(frame, rebuilt[table])
            shutil.rmtree(Path(name) / "a")
