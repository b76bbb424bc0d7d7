"""Of a source that has changed, a run with stored tables reads the new rows of facts, or changed files as a whole."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from features.errors import BadInput
from features.reading import raw_tables
from features.source import Source, load_source

PEOPLE = [f"p{number}" for number in range(10)]
EMPLOYEES = "employee_id,hire_date\n" + "".join(f"{person},2020-01-15\n" for person in PEOPLE)
EXITS = "employee_id,exit_date,kind\np9,2021-11-05,voluntary\n"
SURVEYS = "employee_id,survey_date,item,score\n" + "".join(
    f"{person},2021-0{month}-28,mood,7\n" for month in range(1, 7) for person in PEOPLE
)
REVIEWS = "employee_id,review_date,rating\n" + "".join(f"{person},2020-12-31,4\n" for person in PEOPLE)
TOML = 'name = "tiny"\ncomplete_until = 2021-12-31\n[surveys.mood]\ndriver = "conditions"\n'
NEW = "p1,2021-07-28,mood,5\nnobody,2021-07-28,mood,4\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "company"
    folder.mkdir()
    texts = {"employees": EMPLOYEES, "exits": EXITS, "surveys": SURVEYS, "performance": REVIEWS}
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    (folder / "source.toml").write_text(TOML)
    return folder


@pytest.fixture
def stored(tmp_path: Path, source: Path) -> Path:
    """The folder of a run that has read the source."""
    folder = tmp_path / "stored"
    load(source, folder)
    return folder


@pytest.fixture
def read(stored: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """The number of rows that are read of each table of facts, after that run."""
    rows: dict[str, int] = {}
    given = raw_tables.csv_to_parquet

    def spy(file: Path, form: object, out: Path) -> list[str]:
        refused = given(file, form, out)  # type: ignore[arg-type]
        if out.stem not in ("employees", "exits"):
            rows[out.stem] = pq.read_metadata(out).num_rows
        return refused

    monkeypatch.setattr(raw_tables, "csv_to_parquet", spy)
    return rows  # type: ignore[return-value]


def load(source: Path, stored: Path | None) -> Source:
    loaded = load_source(source, source.parent / "staging", stored=stored)
    assert isinstance(loaded, Source)
    return loaded


def test_only_the_rows_at_the_end_of_a_file_are_read(source: Path, stored: Path, read: dict[str, int]) -> None:
    (source / "surveys.csv").write_text(SURVEYS + NEW)
    loaded = load(source, stored)
    assert read == {"surveys": 2}
    assert loaded.report.tables["surveys"] == 62
    assert loaded.report.used["surveys"] == 61
    assert [finding.rows for finding in loaded.report.warnings if finding.table == "surveys"] == [1]
    scores = pl.read_parquet(loaded.tables["surveys"])["score"]
    assert scores.to_list() == [7.0] * 60 + [5.0]


def test_each_month_adds_to_those_before(source: Path, stored: Path, read: dict[str, int]) -> None:
    text = SURVEYS
    for month in (7, 8, 9):
        text += f"p1,2021-0{month}-28,mood,5\n"
        (source / "surveys.csv").write_text(text)
        loaded = load(source, stored)
        assert read == {"surveys": 1}
    assert loaded.report.tables["surveys"] == 63
    assert loaded == load(source, None)


def test_facts_are_not_read_because_people_or_the_period_change(
    source: Path, stored: Path, read: dict[str, int]
) -> None:
    (source / "surveys.csv").write_text(SURVEYS + NEW)
    load(source, stored)
    read.clear()
    (source / "employees.csv").write_text(EMPLOYEES + "nobody,2021-01-15\n")
    (source / "source.toml").write_text(TOML.replace("2021-12-31", "2021-11-30"))
    loaded = load(source, stored)
    assert read == {}
    assert loaded.report.used["surveys"] == 62  # somebody who was unknown is in employees now


@pytest.mark.parametrize(
    "text",
    [
        SURVEYS.replace("\n", "\np1,2021-01-30,mood,3\n", 1),  # a late row among those known
        SURVEYS.replace("mood,7", "mood,8", 1),
        SURVEYS[: SURVEYS.rindex("p9")],
        SURVEYS + "p1,2021-07-28,mood,5",  # no line break at the end
        SURVEYS + "p1,31/07/2021,mood,5\n",  # the order of day and month is decided for the whole column
        SURVEYS + "p1,2021-07-28,mood,n/a\n",  # a warning that the rows before had not
    ],
)
def test_another_change_of_a_file_reads_it_whole(source: Path, stored: Path, read: dict[str, int], text: str) -> None:
    (source / "surveys.csv").write_bytes(text.encode())
    loaded = load(source, stored)
    assert read.keys() == {"surveys"}
    assert read["surveys"] == loaded.report.tables["surveys"]
    read.clear()
    assert loaded == load(source, None)


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        (TOML + 'label = "Mood"\n', {}),
        (TOML + "[files.surveys]\ndecimal = '.'\n", {"surveys": 60}),
        ("ignore = ['surveys.pulse']\n" + TOML, {"surveys": 60}),
        ("ignore = ['pulse']\n" + TOML, {"surveys": 60, "performance": 10}),
        ("protected = ['pulse']\n" + TOML, {"surveys": 60, "performance": 10}),
    ],
)
def test_a_mapping_reads_the_tables_that_it_is_about(
    source: Path, stored: Path, read: dict[str, int], toml: str, expected: dict[str, int]
) -> None:
    (source / "source.toml").write_text(toml)
    load(source, stored)
    assert read == expected


def test_an_upgrade_reads_every_table(
    source: Path, stored: Path, read: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.validated.fingerprint.code_version", lambda: "another version")
    load(source, stored)
    assert read == {"surveys": 60, "performance": 10}


def test_few_rows_and_text_in_which_a_byte_is_no_line_break_are_read_whole(
    source: Path, stored: Path, read: dict[str, int]
) -> None:
    (source / "performance.csv").write_text(REVIEWS + "p1,2021-06-30,3\n")
    (source / "source.toml").write_text(TOML + "[files.surveys]\nencoding = 'utf-16'\n")
    (source / "surveys.csv").write_text(SURVEYS, encoding="utf-16")
    load(source, stored)
    assert read == {"performance": 11, "surveys": 60}
    with (source / "surveys.csv").open("ab") as file:
        file.write("p1,2021-07-28,mood,5\n".encode("utf-16-le"))
    load(source, stored)
    assert read == {"performance": 11, "surveys": 61}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("p1,2021-07-28,mood\n", r"surveys\.csv: line 62 has 3 fields"),
        ('p1,2021-07-28,"mood,5\n', r"surveys\.csv: line 62 opens a quote"),
        ("p1,2021-07-28,mood,77\n", "surveys.score: is not within 0 to 10"),
    ],
)
def test_a_mistake_in_a_new_row_is_that_of_the_file(source: Path, stored: Path, row: str, message: str) -> None:
    (source / "surveys.csv").write_bytes((SURVEYS + row).encode())
    for folder in (stored, None):
        with pytest.raises(BadInput, match=message):
            load(source, folder)


def test_new_rows_with_another_line_break_are_read_with_the_whole_file(
    source: Path, stored: Path, read: dict[str, int]
) -> None:
    (source / "surveys.csv").write_bytes((SURVEYS + "p1,2021-07-28,mood,5\r\n").encode())
    assert load(source, stored) == load(source, None)
    assert read["surveys"] == 61


def test_a_run_that_fails_leaves_what_is_stored(source: Path, stored: Path, read: dict[str, int]) -> None:
    (source / "surveys.csv").write_text(SURVEYS.replace("mood,7", "mood,3"))
    (source / "exits.csv").write_text("employee_id,kind\np9,voluntary\n")
    with pytest.raises(BadInput, match="exit_date"):
        load(source, stored)
    (source / "exits.csv").write_text(EXITS)
    (source / "surveys.csv").write_text(SURVEYS + NEW)
    read.clear()
    loaded = load(source, stored)
    assert read == {"surveys": 2}
    assert loaded == load(source, None)


def test_a_lost_file_of_the_first_pass_reads_every_table(source: Path, stored: Path, read: dict[str, int]) -> None:
    (stored / "tables" / "checked" / "surveys.0.parquet").unlink()
    (source / "surveys.csv").write_text(SURVEYS + NEW)
    loaded = load(source, stored)
    assert read == {"surveys": 62, "performance": 10}
    assert loaded == load(source, None)


def test_what_is_left_out_is_in_the_order_of_the_contract(source: Path, stored: Path) -> None:
    (source / "source.toml").write_text(f"ignore = ['pulse']\n{TOML}")
    (source / "measures.csv").write_text("employee_id,measured_at,name,value\np1,2021-06-30,pulse,1\n")
    load(source, stored)
    (source / "surveys.csv").write_text(SURVEYS.replace("mood", "pulse", 1))
    left_out = [list(load(source, folder).report.left_out) for folder in (stored, None)]
    assert left_out == [["surveys", "measures"]] * 2
