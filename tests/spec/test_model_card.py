"""The model card of a small report: every expected part is there, and nothing is loaded."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.registry.card.model_card import ModelCard, model_card
from pipeline.registry.ledger import Event, LedgerEntry
from pipeline.registry.report_json import report_of


def figure(value: float | None) -> dict[str, float | None]:
    return {"value": value, "low": value and value - 0.125, "high": value and value + 0.125}


SHOWN = dict.fromkeys(("selection_rate", "recall", "false_positive_rate", "base_rate"), figure(0.25))
WOMEN = {"group": "woman", "is_suppressed": False, "people": 40, "calibration": figure(1.0), **SHOWN}
OTHERS = {"group": "other", "is_suppressed": True, "people": None, "calibration": None, **dict.fromkeys(SHOWN)}
NOTHING = {"n": 0, **dict.fromkeys(("risk", "low", "high", "happened", "least", "most"))}
REPORT: dict[str, Any] = {
    "source": "A <b>company</b>",
    "horizon_months": 6,
    "rows": 1200,
    "people": 90,
    "voluntary_exits": 55,
    "base_rate": 0.1,
    "metrics": {"auc": figure(0.75), "recall_10": figure(0.3), "calibration_slope": figure(1.0), "ece": figure(None)},
    "by_origin": [{"origin": "2026-03-31", "n": 80, "base_rate": 0.1, "auc": 0.7}],
    "baselines": {"tenure": {"auc": 0.6}},
    "ablation": {"without relationships": {"auc": figure(0.02), "average_precision": figure(0.01)}},
    "by_group": [
        {"by": "level", "group": "1", "is_suppressed": True},
        {
            "by": "level",
            "group": "2",
            "is_suppressed": False,
            "n": 76,
            "base_rate": 0.1,
            **dict.fromkeys(("auc", "average_precision", "calibration_slope"), figure(0.61)),
        },
    ],
    "true_hazard": {"rows": 80, "oracle_auc": 0.8, "auc": 0.75, "share": 0.8333},
    "range_coverage": {
        "inside": 0.4,
        "inside_allowing_for_chance": 0.9,
        "mean_width": 0.0123,
        "groups": [NOTHING] * 10,
    },
    "factor_stability": {"rows": 80, "features": 0.77, "within_people": 0.78, "scores": 0.98},
    "monotone_cost": None,
    "moved_features": [{"feature": "reorganised_12m", "psi": 2.48, "limit": 0.72}],
    "shuffled_auc": figure(0.5),
    "suspects": ["badge_colour"],
    "fairness": [
        {
            "attribute": "gender",
            "is_pair": False,
            "people": 90,
            "not_recorded": 7,
            "ratios": {"selection_rate": {"group": "woman", "against": "man", **figure(0.9)}, "recall": None},
            "groups": [WOMEN, OTHERS],
        }
    ],
    "proxies": [],
    "features": [
        {"name": "tenure", "label": "Time | here", "driver": "context", "unit": "months", "window": "now"},
    ],
    "gate": [
        {"gate": "calibration slope", "passed": False, "value": 0.5, "limit": "0.8 to 1.25", "short_by": 0.3},
    ],
}


def entry(event: Event, version: str = "2", reason: str | None = None) -> LedgerEntry:
    at = datetime(2026, 11, 3, 8, 30, tzinfo=UTC)
    return LedgerEntry(at, event, version, "1", "tiny", "run", "retention", reason, [])


@pytest.fixture(scope="module")
def card() -> ModelCard:
    history = [entry("refused"), entry("overridden", reason="Agreed with the works council.")]
    return model_card(
        "2", report_of(REPORT), history, {"reliability.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
    )


def test_the_page_and_markdown_have_the_same_parts(card: ModelCard) -> None:
    parts = re.findall(r"<h2>(.*?)</h2>", card.html)
    assert parts == re.findall(r"^## (.*)$", card.markdown, flags=re.MULTILINE)
    assert {"Purpose", "Never for", "Who is affected, and their rights", "Fairness", "Limits"} <= set(parts)


def test_every_item_of_annex_iv_has_a_place(card: ModelCard) -> None:
    places = card.markdown.partition("Technical documentation, item by item")[2]
    assert {int(item) for item in re.findall(r"^\| (\d)", places, flags=re.MULTILINE)} == set(range(1, 10))


def test_figures_come_with_their_interval_and_n(card: ModelCard) -> None:
    auc = "| AUC: of one who left and one who stayed, how often the first had the higher risk; 0.5 is chance | 0.750 "
    assert auc + "(0.625\u00a0to\u00a00.875) | 0.600 |" in card.markdown
    assert "All test rows together (n = 80)" in card.markdown


def test_suppressed_groups_have_no_figures_and_shown_groups_have(card: ModelCard) -> None:
    assert "| other | suppressed | – | – | – | – | – |" in card.markdown
    assert "| woman | 40 | 25.0% (12.5%\u00a0to\u00a037.5%) |" in card.markdown
    assert "Not recorded for 7 people." in card.markdown


def test_levels_are_evaluated_separately_except_for_a_few_people(card: ModelCard) -> None:
    assert "| 1 | suppressed | – | – | – | – |" in card.markdown
    assert "| 2 | 76 | 10.0% | 0.610 (" in card.markdown


def test_the_card_says_how_far_to_rely_on_scores_ranges_and_factors(card: ModelCard) -> None:
    diagnostics = card.markdown.partition("## Diagnostics")[2].partition("##")[0]
    assert "AUC 0.800 by the true hazard; this model's 0.750 is 83% of the way there from 0.5" in diagnostics
    assert (
        "90% had a number of leavers within its 90 % range, and 40% within one that does not allow for chance"
        in diagnostics
    )
    assert "a person's range is 1.2 points wide" in diagnostics
    assert "0.770 of the features' weights, 0.780 of the factors within a person, 0.980 of the scores" in diagnostics
    assert "reorganised_12m (PSI 2.48)" in diagnostics
    assert "monotone constraints" not in diagnostics, "there are none"


def test_the_card_says_who_promoted_it_against_the_gate_and_why(card: ModelCard) -> None:
    assert "Champion since 3 November 2026, against the gate" in card.html
    assert "promoted against the gate | 1 | retention | Agreed with the works council. |" in card.markdown
    assert "| calibration slope | 0.500 | 0.8 to 1.25 | 0.300 | refused |" in card.markdown


@pytest.mark.parametrize(
    ("history", "status"),
    [
        ([], "Not submitted to the gate, not in use"),
        ([entry("refused")], "Refused by the gate on 3 November 2026, not in use"),
        ([entry("promoted")], "Champion since 3 November 2026"),
        ([entry("promoted"), entry("promoted", version="3")], "Former champion, until 3 November 2026"),
    ],
)
def test_the_card_says_whether_the_version_serves(history: list[LedgerEntry], status: str) -> None:
    assert f"· {status}\n" in model_card("2", report_of(REPORT), history).markdown


def test_an_allowed_suspect_is_named(card: ModelCard) -> None:
    assert "allowed by name: badge_colour" in card.markdown


def test_the_page_loads_nothing_runs_nothing_and_escapes_its_texts(card: ModelCard) -> None:
    assert not re.search(r"<script|<link|@import|url\(|(src|href)=\"(?!#|data:)", card.html)
    assert "A &lt;b&gt;company&lt;/b&gt;" in card.html
    assert "data:image/svg+xml;base64," in card.html
    assert "Time \\| here" in card.markdown


def test_names_of_the_source_are_never_markup_in_the_card() -> None:
    names = {"source": "*A* [x](y) $z$ <b>", "suspects": ["`code`_", "a_b"]}
    text = model_card("2", report_of(REPORT | names), []).markdown
    assert r"\*A\* \[x\](y) \$z\$ \<b\>" in text
    assert r"allowed by name: \`code\`\_, a_b" in text
    assert "`retention monitor`" in text, "the card's own words keep their markup"


def test_the_card_names_what_could_not_be_illustrated_and_what_was_expected() -> None:
    more = {
        "missing_illustrations": [{"name": "gain.svg", "fault": "ValueError"}],
        "expected_exits": {
            "tested": figure(1.0),
            "latest": figure(1.1),
            "latest_people": 90,
            "latest_rate": 0.11,
            "highest_rate": 0.1,
        },
    }
    text = model_card("2", report_of(REPORT | more), []).markdown
    assert "**could not be illustrated**: gain.svg (ValueError)" in text
    assert "on the latest date 11.0% of 90 people, where at most 10.0% ever left" in text


def test_missing_protected_attributes_are_called_a_gap() -> None:
    assert "That is a gap, not a sign of fairness" in model_card("2", report_of(REPORT | {"fairness": []}), []).markdown


def test_the_card_shows_own_features_and_other_models_with_their_intervals() -> None:
    own = {"name": "courses_12m", "label": "Courses in a year", "driver": "growth", "is_own": True}
    less = {"auc": figure(-0.25)}
    estimator = {"name": "mine", "takes_tables": True, "factors": "add up", "is_servable": True}
    other = {"name": "theirs.parquet", "rows": 70, "people": 60, "missing": 10, "unused": 3}
    report = REPORT | {
        "features": [*REPORT["features"], own],
        "estimator": estimator | {"against_blend": less, "blend": {"auc": 0.875}},
        "other_system": other | {"metrics": {"auc": figure(0.625)}, "own": {"auc": 0.75}, "differences": less},
    }
    text = model_card("2", report_of(report), []).markdown
    assert "**the company's own**: Courses in a year (courses_12m)." in text
    assert "The classifier mine, which is this model, and the blend on the same rows" in text
    assert "| 0.750 (0.625\u00a0to\u00a00.875) | 0.875 | −0.2500 (−0.3750\u00a0to\u00a0−0.1250) |" in text
    assert "Another system (theirs.parquet) and this model on the same rows (n = 70)" in text
    assert "Test rows without its prediction: 10; predictions of no test row: 3." in text
    assert "the company's own" not in model_card("2", report_of(REPORT), []).markdown
