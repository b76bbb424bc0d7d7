"""The fairness review: figures by protected group, computed by hand; suppression; proxies."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from features.source import Source
from pipeline.disclosure.attributes import suppressed
from pipeline.judgement.fairness.protected import ProtectedGroups, protected_groups
from pipeline.judgement.fairness.proxies import proxies
from pipeline.judgement.fairness.review import Judged, fairness_review, selection
from pipeline.judgement.reporting.report import FairnessRow
from pipeline.judgement.statistics.figures import Bounded
from pipeline.judgement.statistics.resampling import RESAMPLES
from pipeline.listing.rules import ListRules


def judged(left: list[int], is_listed: list[int], risk: float = 0.25) -> Judged:
    rows = len(left)
    return Judged(np.arange(rows), np.array(left, bool), np.full(rows, risk), np.array(is_listed, bool))


@pytest.fixture(scope="module")
def review() -> tuple[FairnessRow, ...]:
    """Ten women: five left, and four of them and one other were listed. Ten men: five left, one listed;
    four of another gender; age crossed with it so that no woman is over 50."""
    gender = ["woman"] * 10 + ["man"] * 10 + ["other"] * 4
    age = ["under 50"] * 15 + ["50 and over"] * 9
    left = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0] + [1, 0] * 5 + [0] * 4
    is_listed = [1, 1, 1, 1, 0, 1, 0, 0, 0, 0] + [1] + [0] * 9 + [0] * 4
    return reviewed(pl.DataFrame({"gender": gender, "age": age}), judged(left, is_listed), seed=1)


def reviewed(groups: pl.DataFrame, rows: Judged, seed: int, resamples: int = RESAMPLES) -> tuple[FairnessRow, ...]:
    return fairness_review(ProtectedGroups(groups), rows, seed, resamples)


def group(entry: FairnessRow, name: str) -> Any:
    return next(each for each in entry.groups if each.group == name)


def test_each_attribute_and_each_pair_is_reviewed(review: tuple[FairnessRow, ...]) -> None:
    assert [(entry.attribute, entry.is_pair) for entry in review] == [
        ("gender", False),
        ("age", False),
        ("gender × age", True),
    ]


def test_rates_are_those_counted_by_hand() -> None:
    left, is_listed = [1] * 5 + [0] * 5 + [1] * 5 + [0] * 5, [1] * 4 + [0] + [1] + [0] * 4 + [1] + [0] * 9
    groups = pl.DataFrame({"gender": ["woman"] * 10 + ["man"] * 10})
    [entry] = reviewed(groups, judged(left, is_listed), seed=1)
    names = ("selection_rate", "recall", "false_positive_rate", "base_rate", "mean_risk", "calibration")
    women, men = ({name: getattr(group(entry, who), name).value for name in names} for who in ("woman", "man"))
    assert women == pytest.approx(dict(zip(names, (0.5, 0.8, 0.2, 0.5, 0.25, 2.0), strict=True)))
    assert men == pytest.approx(dict(zip(names, (0.1, 0.2, 0.0, 0.5, 0.25, 2.0), strict=True)))
    ratio = entry.ratios.selection_rate
    assert ratio is not None
    assert (ratio.group, ratio.against, ratio.figure.value) == ("man", "woman", pytest.approx(0.2))
    assert entry.ratios.recall is None, "of five who left, recall says too little to compare"

    [entry] = reviewed(pl.concat([groups] * 6), judged(left * 6, is_listed * 6), seed=1)
    assert entry.ratios.recall.figure.value == pytest.approx(0.25)
    assert group(entry, "woman").recall_ratio == Bounded(1.0, 1.0, 1.0)


def test_the_interval_of_the_two_most_different_groups_holds_for_all_pairs() -> None:
    """Of two groups it is the usual one; of three there are three pairs, and 95 % of all needs 98.3 % of each."""
    groups = pl.DataFrame({"gender": ["woman"] * 200 + ["man"] * 200})
    is_listed = [1, 0] * 100 + [1, 0, 0, 0] * 50
    [two] = reviewed(groups, judged([1, 0] * 200, is_listed), seed=1)
    usual = group(two, "man").selection_rate_ratio
    assert two.ratios.selection_rate.figure == usual
    others = pl.DataFrame({"gender": ["other"] * 200})
    [three] = reviewed(pl.concat([groups, others]), judged([1, 0] * 300, is_listed + [1, 0] * 100), seed=1)
    furthest, alone = three.ratios.selection_rate.figure, group(three, "man").selection_rate_ratio
    assert furthest.low < alone.low < furthest.value < alone.high < furthest.high


def test_a_group_under_five_and_the_one_that_would_reveal_it_have_no_figure(
    review: tuple[FairnessRow, ...],
) -> None:
    hidden = {each.group for each in review[0].groups if each.is_suppressed}
    assert "other" in hidden
    assert len(hidden) == 2
    for each in review[0].groups:
        if each.is_suppressed:
            assert {vars(each)[name] for name in vars(each).keys() - {"group", "is_suppressed", "parts"}} == {None}


def test_a_pair_of_groups_that_is_empty_is_unknown_and_not_zero(review: tuple[FairnessRow, ...]) -> None:
    names = {"woman × 50 and over", "other × under 50"}
    empty = [each for each in review[2].groups if each.group in names and not each.is_suppressed]
    for each in empty:
        assert each.people == 0
        assert np.isnan(each.selection_rate.value)
    left, is_listed = [1, 0] * 10, [1, 0] * 10
    groups = pl.DataFrame({"gender": ["woman"] * 10 + ["man"] * 10, "age": ["old"] * 10 + ["old", "young"] * 5})
    pair = reviewed(groups, judged(left, is_listed), seed=1)[2]
    assert group(pair, "woman × young").people == 0
    assert all(np.isnan(bound) for bound in vars(group(pair, "woman × young").recall).values())


@pytest.mark.parametrize(
    ("people", "hidden"),
    [
        ({("a",): 9, ("b",): 5}, set()),
        ({("a",): 9, ("b",): 7, ("c",): 4}, {("c",), ("b",)}),
        ({("a",): 9, ("b",): 3, ("c",): 4}, {("c",), ("b",)}),
        ({("a",): 9, ("b",): 0}, set()),
    ],
    ids=["all are large", "one alone would follow from the sum", "two small ones hide each other", "nobody is no one"],
)
def test_hidden_groups_hold_at_least_five_people_together(people: dict[tuple[str, ...], int], hidden: set[Any]) -> None:
    assert suppressed(people) == hidden


def test_every_row_and_column_of_a_pair_hides_five_or_none() -> None:
    people = {("w", "x"): 2, ("w", "y"): 20, ("w", "z"): 9, ("m", "x"): 8, ("m", "y"): 20, ("m", "z"): 30}
    hidden = suppressed(people)
    for place, name in [(0, "w"), (0, "m"), (1, "x"), (1, "y"), (1, "z")]:
        together = sum(size for key, size in people.items() if key[place] == name and key in hidden)
        assert together == 0 or together >= 5
    assert ("w", "x") in hidden
    assert ("m", "y") not in hidden


def test_rows_whose_group_is_not_recorded_are_left_out_and_counted() -> None:
    groups = pl.DataFrame({"gender": ["woman"] * 10 + ["man"] * 7 + [None] * 3})
    [entry] = reviewed(groups, judged([1, 0] * 10, [0] * 20), seed=1)
    assert (entry.people, entry.not_recorded) == (17, 3)


def test_a_share_of_fewer_than_five_people_is_withheld() -> None:
    groups = pl.DataFrame({"gender": ["woman"] * 20 + ["man"] * 20})
    [entry] = reviewed(groups, judged([1] * 4 + [0] * 16 + [1] * 20, [1] * 40), seed=1)
    assert np.isnan(group(entry, "woman").recall.value)
    assert np.isnan(group(entry, "man").false_positive_rate.value)
    assert group(entry, "woman").false_positive_rate.value == 1
    assert entry.ratios.recall is None


def test_a_group_of_less_than_two_percent_is_shown_but_not_compared() -> None:
    groups = pl.DataFrame({"gender": ["woman"] * 400 + ["man"] * 400 + ["other"] * 6})
    [entry] = reviewed(groups, judged([1, 0] * 403, [1, 0, 0, 0] * 200 + [1] * 6), seed=1, resamples=50)
    assert group(entry, "other").selection_rate.value == 1
    assert np.isnan(group(entry, "other").selection_rate_ratio.value)
    assert entry.ratios.selection_rate.figure.value == 1


def test_a_dozen_people_of_whom_none_is_listed_are_not_shown_to_be_treated_unequally() -> None:
    # 12 of 600: the interval of their selection rate ends near a quarter, and that of the ratio beyond four fifths.
    groups = pl.DataFrame({"age": ["60 and over"] * 12 + ["under 60"] * 588})
    is_listed = [0] * 12 + ([1] + [0] * 9) * 58 + [0] * 8
    [entry] = reviewed(groups, judged([1, 0] * 300, is_listed), seed=1)
    rate = group(entry, "60 and over").selection_rate
    assert (rate.value, rate.low) == (0.0, 0.0)
    assert rate.high == pytest.approx(3.8415 / 15.8415, abs=1e-3)
    ratio = entry.ratios.selection_rate
    assert ratio is not None
    assert (ratio.group, ratio.figure.value) == ("60 and over", 0.0)
    assert ratio.figure.high > 0.8


def test_a_hundred_people_of_whom_none_is_listed_are_shown_to_be_treated_unequally() -> None:
    groups = pl.DataFrame({"age": ["60 and over"] * 100 + ["under 60"] * 500})
    [entry] = reviewed(groups, judged([1, 0] * 300, [0] * 100 + ([1] + [0] * 9) * 50), seed=1)
    assert entry.ratios.selection_rate.figure.high < 0.8


def test_fewer_than_ten_people_are_shown_and_not_compared() -> None:
    groups = pl.DataFrame({"age": ["60 and over"] * 9 + ["under 60"] * 91})
    [entry] = reviewed(groups, judged([1, 0] * 50, [0] * 9 + [1] * 91), seed=1)
    assert group(entry, "60 and over").selection_rate.value == 0
    assert np.isnan(group(entry, "60 and over").selection_rate_ratio.value)
    assert entry.ratios.selection_rate is None


def test_where_nobody_is_listed_nobody_is_treated_unequally() -> None:
    groups = pl.DataFrame({"gender": ["woman"] * 50 + ["man"] * 50})
    [entry] = reviewed(groups, judged([1, 0] * 50, [0] * 100), seed=1)
    assert entry.ratios.selection_rate is None


def test_intervals_resample_people_and_not_rows() -> None:
    left, is_listed = [1, 0] * 100, [1, 0, 0, 0] * 50
    groups = pl.DataFrame({"gender": ["woman"] * 200})
    once = reviewed(groups, judged(left, is_listed), seed=1)[0]
    five_times = judged(left * 5, is_listed * 5)
    rows = replace(five_times, person=np.tile(np.arange(200), 5))
    [again] = reviewed(pl.concat([groups] * 5), rows, seed=1)
    assert vars(group(again, "woman").recall) == pytest.approx(vars(group(once, "woman").recall))
    assert (again.people, group(again, "woman").rows) == (200, 1000)


def test_resamples_vary_as_a_share_does() -> None:
    groups = pl.DataFrame({"gender": ["woman"] * 400})
    bounds = group(reviewed(groups, judged([1, 0] * 200, [1, 0] * 200), 1, resamples=2000)[0], "woman")
    width = bounds.selection_rate.high - bounds.selection_rate.low
    assert width == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 400), rel=0.08)


def test_the_list_takes_no_more_of_a_team_than_its_managers_capacity() -> None:
    risk = np.array([0.9, 0.8, 0.7, 0.1, 0.1, 0.6, 0.1, 0.1, 0.1, 0.1])
    places = pl.DataFrame({"manager_id": ["M1"] * 5 + ["M2"] * 4 + [None], "level": [1, 1, 3, 1, 1, *[2] * 5]})
    person, one_round = np.arange(10), np.zeros(10, dtype=int)
    assert np.flatnonzero(selection(risk, person, one_round, places, ListRules(2, 1.5, {1: 0.2}))).tolist() == [0, 1, 5]
    assert np.flatnonzero(selection(risk, person, one_round, places, ListRules(2, 1.5, {1: 0.2, 3: 0.3}))).tolist() == [
        0,
        2,
        5,
    ]


def test_the_list_that_is_reviewed_is_sorted_as_the_monthly_one() -> None:
    risk, person, one_round = np.array([0.9, 0.8, 0.7, 0.1, 0.1, 0.1]), np.arange(6), np.zeros(6, dtype=int)
    posts = pl.DataFrame({"manager_id": ["M1"] * 6, "level": [1] * 6, "criticality": [None, 1.0, 2.0, 5.0, None, None]})
    rules = ListRules(1, 1.5, {1: 0.2}, by="risk_and_criticality")
    assert np.flatnonzero(selection(risk, person, one_round, posts, rules)).tolist() == [2]
    assert np.flatnonzero(selection(risk, person, one_round, posts, replace(rules, by="risk"))).tolist() == [0]


def test_the_riskiest_tenth_of_each_split_is_listed_without_managers() -> None:
    risk = np.concatenate([np.linspace(0.1, 0.5, 20), np.linspace(0.9, 0.6, 20)])
    chosen = selection(risk, np.arange(40), np.repeat([0, 1], 20), None, ListRules())
    assert np.flatnonzero(chosen).tolist() == [18, 19, 20, 21]


@pytest.fixture
def with_protected(source_of: Callable[..., Source], tmp_path: Path) -> Source:
    """Ann is rehired as a man; Bob's gender is not recorded; both have known years of birth."""
    frame = pl.DataFrame(
        {
            "employee_id": ["Ann", "Ann", "Bob"],
            "hire_date": [date(2010, 1, 1), date(2021, 1, 1), date(2010, 1, 1)],
            "gender": ["woman", "man", None],
            "birth_year": [1992, 1992, 1950],
        }
    )
    frame.write_parquet(tmp_path / "protected.parquet")
    source = source_of({"employees": "employee_id hire_date\nAnn 2010-01-01\nBob 2010-01-01"})
    return replace(source, protected=tmp_path / "protected.parquet", protected_names=("gender", "birth_year"))


def test_groups_come_from_the_current_spell_and_the_age_on_the_snapshot_date(with_protected: Source) -> None:
    keys = pl.DataFrame(
        {
            "employee_id": ["Ann", "Bob", "Ann"],
            "snapshot_date": [
                date(2022, 6, 30),
                date(2020, 6, 30),
                date(2020, 12, 31),
            ],
        }
    )
    assert protected_groups(with_protected, keys).names.to_dict(as_series=False) == {
        "gender": ["man", None, "woman"],
        "age": ["30 to under 40", "60 and over", "under 30"],
    }


def test_a_source_without_protected_attributes_has_no_groups(source_of: Callable[..., Source]) -> None:
    keys = pl.DataFrame({"employee_id": ["Ann"], "snapshot_date": [date(2022, 6, 30)]})
    assert protected_groups(source_of({"employees": "employee_id hire_date\nAnn 2010-01-01"}), keys).names.width == 0


def test_a_proxy_for_a_group_is_named() -> None:
    random = np.random.default_rng(1)
    gender = np.where(random.random(600) < 0.5, "man", "woman")
    X = pl.DataFrame(
        {
            "noise": random.normal(size=600),
            "height": random.normal(size=600) + 2.0 * (gender == "man"),
            "shift": np.where(random.random(600) < 0.5, "day", "night"),
        }
    )
    [result] = proxies(X, pl.DataFrame({"gender": gender}), seed=1)
    assert (result.attribute, result.group) == ("gender", "man")
    assert result.auc.low > 0.85  # two normal curves two standard deviations apart: AUC .92
    assert result.features[0].feature == "height"
    assert result.features[1].auc < 0.6


def test_features_unrelated_to_a_group_are_not_proxies() -> None:
    random = np.random.default_rng(2)
    X = pl.DataFrame({"pay": random.normal(size=500), "hours": random.normal(size=500)})
    groups = pl.DataFrame({"gender": random.choice(["man", "woman"], 500), "rare": ["x"] * 10 + [None] * 490})
    [result] = proxies(X, groups, seed=1)
    assert result.auc.low <= 0.5 <= result.auc.high
