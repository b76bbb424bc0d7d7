"""The catalogue says all of every feature, and the page in docs says what the catalogue says."""

import re
from pathlib import Path

import pytest

from features.catalogue.catalogue import catalogue, families
from features.catalogue.page import example_source, page
from features.contract.tables import TABLES
from features.source import Source

PAGE = Path(__file__).parents[2] / "docs/features.md"
WINDOW = re.compile(r"now|\((?:\d+|start), (?:0|now)\]")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return example_source(tmp_path_factory.mktemp("example"))


def test_the_page_of_features_is_current(source: Source) -> None:
    current = PAGE.read_text(encoding="utf-8") == page(catalogue(source))
    assert current, "run: python -m features.catalogue.page > docs/features.md"


def test_the_pages_example_has_every_table_of_the_contract(source: Source) -> None:
    assert set(source.tables) == set(TABLES)


def test_no_two_families_give_the_same_feature(source: Source) -> None:
    names = [feature.name for family in families(source) for feature in family.features]
    assert sorted(names) == sorted(set(names))


def test_no_two_features_have_the_same_label(source: Source) -> None:
    labels = [feature.label for feature in catalogue(source).values()]
    assert sorted(labels) == sorted(set(labels))


def test_every_feature_says_its_unit_window_and_what_null_means(source: Source) -> None:
    features = catalogue(source).values()
    assert not [feature.name for feature in features if not (feature.unit and feature.null_means)]
    assert not [feature.name for feature in features if not WINDOW.fullmatch(feature.window)]


def test_nobody_can_act_on_context(source: Source) -> None:
    context = [feature for feature in catalogue(source).values() if feature.driver == "context"]
    assert not [feature.name for feature in context if feature.actionable]
