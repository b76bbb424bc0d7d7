"""Which tables an engine of several machines checks, which columns it gets, and what the report says about it."""

from pathlib import Path

import pytest
from parted_engine import PartedEngine

from features.calendar import Frame
from features.source import Source, check_source, load_source

FILES = {
    "employees": "employee_id,hire_date\na,2020-01-15\nb,2020-02-15\n",
    "exits": "employee_id,exit_date,kind\nb,2021-03-05,voluntary\n",
    "directory": "employee_id,name\na,Anna\n",
    "surveys": "employee_id,survey_date,item,score,note,gender,plan\na,2020-06-30,mood,7,x,f,\n",
    "compensation": "employee_id,effective_date,base_pay\na,2020-06-30,1000\n",
}
TOML = 'complete_until = 2021-06-30\nignore = ["plan"]\n[surveys.mood]\ndriver = "conditions"\n'


class Watched(PartedEngine):
    """Remembers the columns of the files that it scans."""

    def __init__(self) -> None:
        super().__init__(parts=2)
        self.scanned: dict[str, list[str]] = {}

    def scan(self, files: Path) -> Frame:
        frame = super().scan(files)
        self.scanned[files.name.partition(".")[0]] = frame.collect_schema().names()
        return frame


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "company"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text)
    (folder / "source.toml").write_text(TOML)
    return folder


def loaded(source: Path, engine: PartedEngine, stored: Path | None = None) -> Source:
    found = load_source(source, source.parent / "staging", engine=engine, stored=stored)
    assert isinstance(found, Source)
    return found


def test_an_engine_gets_facts_alone_without_columns_that_are_left_out(source: Path) -> None:
    """A column that is not used may tell two rows apart; gender and what `ignore` lists are not read."""
    engine = Watched()
    report = loaded(source, engine).report
    assert engine.scanned == {
        "surveys": ["employee_id", "survey_date", "item", "score", "note"],
        "compensation": ["employee_id", "effective_date", "base_pay"],
    }
    assert "surveys.gender" in report.refused
    assert "surveys: plan: dropped, as `ignore` in source.toml asks." in report.notes


def test_the_report_names_the_tables_that_an_engine_checks(source: Path) -> None:
    assert "Checked by Polars: compensation, surveys." in loaded(source, Watched()).report.notes
    notes = check_source(source, source.parent / "staging").notes
    assert not [note for note in notes if note.startswith("Checked")]


def test_facts_of_stored_tables_are_checked_in_this_process(source: Path) -> None:
    engine = Watched()
    stored = loaded(source, engine, stored=source.parent / "stored")
    assert not engine.scanned
    assert "Checked in this process: every table, because RETENTION_STORED_TABLES stores them." in stored.report.notes


def test_unknown_ids_are_judged_over_all_parts(source: Path) -> None:
    """Nineteen of twenty have the digits of somebody's id: the rest is a prefix, in every part."""
    people = "".join(f"x{number},2020-01-15\n" for number in range(100, 120))
    (source / "employees.csv").write_text(FILES["employees"] + people)
    ids = [f"HR-{number}" for number in range(100, 119)] + ["nobody"]
    rows = "".join(f"{name},2020-06-30,mood,7\n" for name in ids)
    (source / "surveys.csv").write_text(f"employee_id,survey_date,item,score\n{rows}")
    warnings = loaded(source, Watched()).report.warnings
    assert [finding.rows for finding in warnings if "differ only in their spelling" in finding.rule] == [19]
