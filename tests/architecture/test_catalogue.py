"""The catalogue describes every feature completely, and the page in docs matches the catalogue."""

import re
from dataclasses import asdict
from pathlib import Path

import pytest

from features.catalogue.catalogue import catalogue, families
from features.catalogue.feature import Feature
from features.catalogue.item_labels import LABEL_FORMS, MEAN
from features.catalogue.page import example_source, page
from features.catalogue.units import UNITS, Beside, Display, unit_named
from features.contract.tables import OWN_DATE
from features.source import Source

PAGE = Path(__file__).parents[2] / "docs/features.md"
ROOT = Path(__file__).parents[2]
NO_PART_OF_A_WHOLE = {
    **dict.fromkeys(["overtime_now", "overtime_12m", "reports_overtime_3m"], (0, None)),
    "bonus_target": (0, None),
    "full_time_share": (0, 2),
    "unanswered_requests_3m": (None, 1),
}
"""Percentages that are not a share of a whole, with their limits; the catalogue gives the reason for each."""
COUNTED = {
    *("months", "hours", "days a month", "people", "moves", "changes", "promotions", "departments"),
    *("services a month", "count", "ratio"),
}
SIDES = ("client", "provider")
WINDOW = re.compile(r"now|\((?:\d+|start), (?:0|now)\]")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return example_source(tmp_path_factory.mktemp("example"))


def test_the_page_of_features_is_current(source: Source) -> None:
    current = PAGE.read_text(encoding="utf-8") == page(catalogue(source))
    assert current, "run: python -m features.catalogue.page > docs/features.md"


def test_the_example_source_has_every_table_of_facts(source: Source) -> None:
    assert set(source.tables) == set(OWN_DATE)


def test_no_two_families_give_the_same_feature(source: Source) -> None:
    names = [feature.name for family in families(source) for feature in family.features]
    assert sorted(names) == sorted(set(names))


def test_no_two_features_have_the_same_label(source: Source) -> None:
    labels = [feature.label for feature in catalogue(source).values()]
    assert sorted(labels) == sorted(set(labels))


def test_every_feature_states_its_unit_window_and_meaning_of_null(source: Source) -> None:
    features = catalogue(source).values()
    assert not [feature.name for feature in features if not (feature.unit and feature.null_means)]
    assert not [feature.name for feature in features if not WINDOW.fullmatch(feature.window)]


def test_context_features_are_never_actionable(source: Source) -> None:
    context = [feature for feature in catalogue(source).values() if feature.driver == "context"]
    assert not [feature.name for feature in context if feature.actionable]


def numbers(source: Source) -> list[Feature]:
    return [feature for feature in catalogue(source).values() if feature.kind == "number"]


def test_every_unit_is_in_the_catalogue(source: Source) -> None:
    used = {feature.unit for feature in catalogue(source).values()}
    assert used | {""} == set(UNITS), "a column of a cross-section has no unit"


def test_a_share_lies_between_0_and_1(source: Source) -> None:
    shares = [feature for feature in numbers(source) if unit_named(feature.unit).display is Display.PERCENT]
    others = {name: limits for name, *limits in ((each.name, each.lower, each.upper) for each in shares)}
    parts = {each.name: [each.lower, each.upper] for each in shares if not each.is_difference}
    assert {name: tuple(limits) for name, limits in parts.items() if limits != [0, 1]} == NO_PART_OF_A_WHOLE
    assert {name: limits for name, limits in others.items() if name not in parts} == {
        "overtime_trend": [None, None],
        "overtime_against_team": [None, None],
        "remote_share_change": [-1, 1],
    }


def test_counts_are_never_negative(source: Source) -> None:
    counts = [feature for feature in numbers(source) if feature.unit in COUNTED and not feature.is_difference]
    assert {feature.unit for feature in counts} == COUNTED
    assert not [feature.name for feature in counts if feature.lower != 0]


def test_a_scale_has_limits_and_its_differences_have_both_signs(source: Source) -> None:
    scales = [feature for feature in numbers(source) if unit_named(feature.unit).beside is Beside.SCALE]
    assert {feature.unit for feature in scales} == {"0 to 10", "0 to 5", "1 to 5", "-1 to 1"}
    for feature in scales:
        unit = unit_named(feature.unit)
        of_difference = (-1, 1) if feature.name == "performance_against_pay" else unit.difference()
        ends = of_difference if feature.is_difference else (unit.lower, unit.upper)
        assert (feature.lower, feature.upper) == ends, feature.name


def test_a_difference_is_symmetric(source: Source) -> None:
    differences = [feature for feature in numbers(source) if feature.is_difference]
    assert len(differences) > 30
    for feature in differences:
        assert (feature.lower is None) == (feature.upper is None), feature.name
        assert feature.lower is None or -feature.lower == feature.upper, feature.name


def test_every_number_without_a_limit_has_a_reason(source: Source) -> None:
    for feature in numbers(source):
        assert bool(feature.no_limit) == (None in (feature.lower, feature.upper)), feature.name


def test_only_features_of_surveys_are_confidential(source: Source) -> None:
    of_surveys = {
        feature.name for family in families(source) if "surveys" in family.needs for feature in family.features
    }
    assert len(of_surveys) > 30
    assert {feature.name for feature in catalogue(source).values() if feature.is_confidential} == of_surveys


def test_an_item_features_label_is_data(source: Source) -> None:
    of_items = [
        feature
        for family in families(source)
        if {"surveys", "measures", "competencies"} & set(family.needs)
        for feature in family.features
    ]
    for feature in of_items:
        assert feature.label_form in LABEL_FORMS, feature.name
        assert feature.label == feature.label_form.format(item=feature.item, months=feature.label_months)
    names = {feature.name for feature in of_items}
    assert not [feature.name for feature in catalogue(source).values() if feature.item and feature.name not in names]


def test_monotone_features_have_an_expected_direction(source: Source) -> None:
    held = [feature for feature in catalogue(source).values() if feature.monotone]
    assert len(held) == 15
    assert all(feature.worse for feature in held)


def test_a_trend_whose_quarter_follows_names_a_figure_of_a_year_in_the_same_unit(source: Source) -> None:
    of_all = catalogue(source)
    trends = {name: feature for name, feature in of_all.items() if feature.trend_of}
    assert {name for name in trends if not trends[name].item} == {
        "overtime_trend",
        *(f"{side}_{what}_trend" for side in SIDES for what in ("services", "rating", "hours", "effort")),
    }
    assert {feature.item for feature in trends.values() if feature.item} == {
        feature.item for feature in of_all.values() if feature.label_form == MEAN and feature.label_months == 3
    }
    for feature in trends.values():
        year = of_all[feature.trend_of]
        assert feature.is_difference
        assert (year.unit, year.window) == (feature.unit, feature.window)


def test_a_feature_survives_json(source: Source) -> None:
    assert all(Feature(**asdict(feature)) == feature for feature in catalogue(source).values())


READERS = (
    *sorted((ROOT / "features/catalogue").glob("*.py")),
    *sorted((ROOT / "features/drivers").glob("*.py")),
    *(ROOT / "pipeline/model" / name for name in ("stored_model.py", "factors.py", "related.py")),
    *(ROOT / "pipeline/scoring" / name for name in ("job.py", "levers.py", "records.py", "what_if.py")),
    *(ROOT / name for name in ("pipeline/language/wording.py", "pipeline/dataset/rows.py")),
    *(ROOT / name for name in ("pipeline/lists/risk_list.py", "serving/pages/people.py")),
)
"""Modules that use the metadata of features."""
PARSING = re.compile(
    r"^import re$|(?:unit|label|name|feature)\.(?:startswith|endswith|split|partition)\(", re.MULTILINE
)


@pytest.mark.parametrize(
    "path", [path for path in READERS if path.name != "version_0_1.py"], ids=lambda path: path.name
)
def test_no_module_infers_meaning_from_names_units_or_labels(path: Path) -> None:
    assert not PARSING.findall(path.read_text(encoding="utf-8"))
