"""Levers: the features that a change moves, by how much, and those that it leaves alone."""

import math
from typing import Any

import pytest

from features.catalogue.catalogue import fixed_features
from pipeline.scoring.levers import FULL_TIME_HOURS_A_MONTH
from pipeline.scoring.records import Record
from pipeline.scoring.what_if import Levers, changed


def after(before: Record, /, **levers: Any) -> Record:
    fixed = fixed_features()
    names = (*before, "last_raise", "months_since_raise", "overtime_12m", "high_overtime_months_12m", "tenure_months")
    return changed(before, Levers(**levers), {name: fixed[name] for name in names})


def test_a_raise_changes_every_comparison_of_pay_and_is_the_last_raise() -> None:
    before = {"pay_against_market": -0.2, "pay_against_peers": None, "pay_of_newer_peers": 0.1, "tenure_months": 30.0}
    rise = math.log(1.1)
    assert after(before, raise_percent=10) == {
        "pay_against_market": pytest.approx(-0.2 + rise),
        "pay_against_peers": None,
        "pay_of_newer_peers": pytest.approx(0.1 - rise),
        "tenure_months": 30.0,
        "last_raise": pytest.approx(rise),
        "months_since_raise": 0.0,
    }


def test_a_promotion_is_one_level_and_restarts_the_time_in_level() -> None:
    before = {"level": 3.0, "promotions_36m": 0.0, "months_in_level_against_usual": 1.4, "months_since_promotion": None}
    assert after(before, promotion=True) == {
        "level": 4.0,
        "promotions_36m": 1.0,
        "months_in_level_against_usual": 0.0,
        "months_since_promotion": 0.0,
    }


def test_overtime_follows_the_persons_contract_and_is_set_for_a_whole_year() -> None:
    before = {"full_time_share": 0.5, "overtime_now": 0.3, "overtime_trend": 0.1, "overtime_against_team": 0.25}
    assert after(before, overtime_hours=0.06 * FULL_TIME_HOURS_A_MONTH) == {
        "full_time_share": 0.5,
        "overtime_now": pytest.approx(0.12),
        "overtime_12m": pytest.approx(0.12),
        "overtime_trend": 0.0,
        "overtime_against_team": pytest.approx(0.07),
        "high_overtime_months_12m": 1.0,
    }


def test_better_service_also_improves_on_peers_within_the_scale() -> None:
    before = {"client_rating_12m": 1.0, "client_rating_trend": -1.0, "client_rating_against_peers": 2.0}
    assert after(before, service_rating=5) == {
        "client_rating_12m": 5.0,
        "client_rating_trend": 0.0,
        "client_rating_against_peers": 4.0,  # the most that one rating can be above another
    }


def test_every_changed_figure_stays_within_its_limits() -> None:
    before = {"remote_share_3m": 0.9, "remote_share_change": -0.4, "pay_against_market": 19.95, "level": 1e15}
    moved = after(before, remote_share=40, raise_percent=10, promotion=True, overtime_hours=-20)
    assert moved["remote_share_3m"] == 1.0, "a share"
    assert moved["remote_share_change"] == 1.0, "a difference of shares"
    assert moved["pay_against_market"] == 20.0, "a log ratio"
    assert moved["level"] == 1e15, "the levels are the source's own, but there is a largest number"
    assert moved["overtime_12m"] == 0.0, "nobody works less than no overtime"


def test_a_new_manager_and_more_work_from_home_change_their_features() -> None:
    before = {"months_with_manager": 40.0, "manager_changes_12m": 0.0, "manager_has_left": 1.0, "remote_share_3m": 0.2}
    more = {"remote_share_change": -0.1}
    assert after(before | more, manager_change=True, remote_share=0.6) == {
        "months_with_manager": 0.0,
        "manager_changes_12m": 1.0,
        "manager_has_left": 0.0,
        "remote_share_3m": 0.6,
        "remote_share_change": pytest.approx(0.3),
    }
