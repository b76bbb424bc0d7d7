"""The summary and the evidence of a scoring run."""

import io
from datetime import date

import numpy as np
import polars as pl
from rich.console import Console

from pipeline.commands.screens.months import scoring_screen
from pipeline.data_counts import DataCheck, DataCounts
from pipeline.model.encoding import fit_encoding
from pipeline.scoring.evidence import evidence_of, is_too_wide
from pipeline.scoring.job import Scored
from pipeline.store.publication import Publication


def test_categories_unseen_in_training_become_other_and_are_counted() -> None:
    trained = pl.DataFrame({"job": ["clerk"] * 20 + ["pilot"] * 19, "level": [1.0] * 39})
    scored = pl.DataFrame({"job": ["clerk", "pilot", "nurse", None], "level": [1.0, 2.0, 3.0, None]})
    assert fit_encoding(trained).taken_as_other(scored) == {"job": 2}
    assert fit_encoding(trained).taken_as_other(scored.head(1)) == {}
    assert fit_encoding(trained).share_of_other(scored).tolist() == [0.0, 1.0, 1.0, 0.0]
    assert fit_encoding(trained.select("level")).share_of_other(scored).tolist() == [0.0] * 4


def test_evidence_is_the_first_reason_not_to_rely_on_a_score() -> None:
    X = pl.DataFrame(
        {
            "tenure_months": [0.5, 5.0, 5.0, 5.0, 5.0],
            "job": ["cook", None, "cook", "cook", "cook"],
            "pay": [1.0, None, 1, 1, 1],
        }
    )
    too_wide = pl.Series([True, True, True, True, False])
    result = evidence_of(X, new=np.array([1.0, 0.0, 0.6, 0.5, 0.5]), too_wide=too_wide)
    assert result.to_list() == [
        "employed for less than a month",
        "too little is known",
        "most of the categories were not known in training",
        "the range is too wide",
        "enough",
    ]


def test_a_range_is_too_wide_if_it_may_also_be_the_risk_of_the_average_person() -> None:
    """The average person's risk is .1: from .05 to .5 is too wide; from .11 on, up to .45, and without a range not."""
    low, high = pl.Series([0.05, 0.11, 0.05, None]), pl.Series([0.5, 0.9, 0.45, None])
    assert is_too_wide(low, high, 0.1).to_list() == [True, False, False, None]
    X = pl.DataFrame({"pay": [1.0] * 4})
    evidence = evidence_of(X, new=np.zeros(4), too_wide=is_too_wide(low, high, 0.1))
    assert evidence.to_list() == ["the range is too wide", "enough", "enough", "enough"]


def test_the_summary_counts_unseen_categories_only_if_there_are_any() -> None:
    assert "treated as 'other': job of 1,200 people, location of 1 person." in summary({"job": 1200, "location": 1})
    assert "other" not in summary({})


def summary(taken_as_other: dict[str, int]) -> str:
    scores = pl.DataFrame({"risk": [0.25, 0.75], "evidence": ["enough", "too little is known"]})
    manifest = {"taken_as_other": taken_as_other}
    published = Publication("company", date(2024, 6, 30), "1", 6, manifest, scores, pl.DataFrame())
    console = Console(file=io.StringIO(), width=200, record=True)
    console.print(scoring_screen(Scored(published, DataCheck(DataCounts()))))
    return console.export_text()
