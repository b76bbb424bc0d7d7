"""Figures from which a person could learn what a colleague said, or a fact about one other person."""

import pytest

from features.catalogue.catalogue import fixed_features, stored_shows_another
from features.drivers.item_figures import KINDS


def test_what_clients_and_managers_are_in_shows_another_and_ones_own_working_life_does_not() -> None:
    features = fixed_features()
    assert {name for name, feature in features.items() if feature.shows_another} == {
        "provider_rating_12m",
        "provider_rating_trend",
        "provider_rating_against_peers",
        "provider_effort_12m",
        "provider_effort_trend",
        "provider_effort_against_peers",
        "department_pair_rating_12m",
        "manager_level",
        "manager_tenure",
        "reports_overtime_3m",
    }
    assert {kind.table for kind in KINDS if kind.is_by_others} == {"competencies"}


@pytest.mark.parametrize(
    ("name", "entry", "shows_another"),
    [
        ("anything", {"shows_another": False, "driver": "relationships"}, False),
        ("anything", {"shows_another": True, "driver": "pay"}, True),
        # stored before features declared it: today's catalogue by name and unit, else by driver
        ("manager_level", {"driver": "relationships", "unit": "level"}, True),
        ("team_size", {"driver": "relationships", "unit": "people"}, False),
        ("team_size", {"driver": "relationships", "unit": ""}, True),  # a column of that name in a cross-section
        ("competency_coaching_last", {"driver": "growth", "unit": "0 to 5"}, True),
        ("measure_deals_last", {"driver": "context", "unit": "as recorded"}, False),
    ],
)
def test_what_was_stored_before_gets_the_safe_answer(name: str, entry: dict[str, object], shows_another: bool) -> None:
    assert stored_shows_another(name, entry) is shows_another
