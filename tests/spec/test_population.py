"""Who is scored of a cross-section: those who are still there."""

import io
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from features.errors import BadInput
from features.source import CrossSection, load_source
from pipeline.commands.screens.months import scoring_screen
from pipeline.data_counts import DataCheck, DataCounts
from pipeline.scoring.job import Scored
from pipeline.scoring.population import Population, population_of
from pipeline.settings import Settings
from pipeline.store.publication import Publication

TODAY = date(2024, 6, 12)
TOML = '[cross_section]\nquery = "select * from \'people.csv\'"\nemployee_id = "id"\nleft = "gone"\n'


def population(folder: Path, people: str) -> Population:
    source = folder / "book"
    source.mkdir()
    (source / "people.csv").write_text(f"id,gone,pay\n{people}")
    (source / "source.toml").write_text(TOML)
    loaded = load_source(source, folder / "staging")
    assert isinstance(loaded, CrossSection)
    return population_of(loaded, None, TODAY, folder, Settings(), print)


def test_those_who_have_left_are_not_scored_and_are_counted(tmp_path: Path) -> None:
    scored = population(tmp_path, "a,true,10\nb,false,20\nc,true,30\nd,false,40\n")
    assert scored.day == date(2024, 6, 30)
    assert scored.people["employee_id"].to_list() == ["b", "d"]
    assert scored.X.to_dict(as_series=False) == {"pay": [20.0, 40.0]}
    assert scored.have_left == 2


def test_a_cross_section_of_people_who_have_all_left_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="everyone has left, so there is nobody to score"):
        population(tmp_path, "a,true,10\nb,true,20\n")


@pytest.mark.parametrize(
    ("have_left", "line"), [(0, ""), (1, "having left: 1 person."), (100, "having left: 100 people.")]
)
def test_the_summary_says_how_many_were_not_scored(have_left: int, line: str) -> None:
    scores = pl.DataFrame({"risk": [0.25], "evidence": ["enough"]})
    manifest = {"have_left": have_left} if have_left else {}
    console = Console(file=io.StringIO(), width=200, record=True)
    publication = Publication("book", TODAY, "1", None, manifest, scores, pl.DataFrame())
    console.print(scoring_screen(Scored(publication, DataCheck(DataCounts()))))
    text = console.export_text()
    assert line in text
    assert ("Not scored" in text) == bool(have_left)
