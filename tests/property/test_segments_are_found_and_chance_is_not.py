"""Simulated companies: a planted segment is found with its size, and companies without one get none."""

from datetime import date

import numpy as np
import polars as pl

from features.calendar import month_end
from pipeline.turnover.segments import segments_of
from pipeline.turnover.segments.expected import expected_segments
from pipeline.turnover.segments.search import FEWEST_PEOPLE

MONTHS = [month_end(date(2022, 1, 31), number) for number in range(36)]
COMPANIES = 60
GROUPS = {
    "department": ["Sales", "Plant", "Office", "Lab", "Store"],
    "level": ["1", "2", "3", "4"],
    "location": ["Riga", "Oslo", "Bern"],
    "contract": ["permanent", "fixed_term"],
    "tenure": ["under 3 months", "1 to 2 years", "5 to 10 years"],
}


def company(seed: int, people: int = 1200, times: float = 1.0) -> pl.DataFrame:
    """Person-months of a company whose groups have a factor each; in Sales in Riga `times` as many leave."""
    generator = np.random.default_rng(seed)
    chosen = {name: generator.choice(len(groups), people) for name, groups in GROUPS.items()}
    rate = np.full(people, 0.02)
    for name, groups in GROUPS.items():
        rate *= np.exp(generator.normal(0, 0.25, len(groups)))[chosen[name]]
    rate[(chosen["department"] == 0) & (chosen["location"] == 0)] *= times
    posts = {name: np.array(groups)[chosen[name]] for name, groups in GROUPS.items()}
    parts = []
    for month in MONTHS:
        left = generator.random(people) < np.minimum(rate, 0.5)
        kind = np.where(left, np.where(generator.random(people) < 0.8, "voluntary", "involuntary"), None)
        parts.append(pl.DataFrame(posts | {"month": [month] * people, "days_share": 1.0, "kind": kind.tolist()}))
    return pl.concat(parts)


def test_at_most_one_company_of_twenty_without_a_segment_gets_one() -> None:
    assert sum(bool(segments_of(company(seed), MONTHS)) for seed in range(COMPANIES)) <= COMPANIES // 20


def test_a_planted_segment_is_found_and_said_to_have_about_its_size() -> None:
    found = [segments_of(company(seed, times=3.0), MONTHS) for seed in range(20)]
    planted = {("department", "Sales"), ("location", "Riga")}
    is_found = [each for each in found if each and {(c.by, c.group) for c in each[0].conditions} == planted]
    assert len(is_found) >= 16
    ratios = []
    for segments in is_found:
        last = segments[0].last
        assert last is not None
        assert segments[0].people >= FEWEST_PEOPLE
        ratios.append(last.ratio)
        assert last.p_adjusted is not None
        assert last.p_adjusted <= 0.05
    assert 2 < np.median(ratios) < 4


def test_a_segment_of_fewer_than_twenty_people_is_never_named() -> None:
    for seed in range(5):
        for each in segments_of(company(seed, people=250, times=8.0), MONTHS):  # about 17 people in Sales in Riga
            assert each.people >= FEWEST_PEOPLE
            assert not {("department", "Sales"), ("location", "Riga")} <= {(c.by, c.group) for c in each.conditions}


def test_less_than_two_years_show_no_segment() -> None:
    rows = company(1, times=3.0).filter(pl.col("month") > MONTHS[12])
    assert segments_of(rows, MONTHS[13:]) == ()


def test_the_order_of_rows_does_not_matter() -> None:
    rows = company(3, times=3.0)
    assert segments_of(rows, MONTHS) == segments_of(rows.sample(fraction=1, shuffle=True, seed=1), MONTHS) != ()


def scored(seed: int, people: int = 1200, times: float = 1.0) -> list[pl.DataFrame]:
    """Risks of the same people on two days, of which four fifths of what is their own stays; teams lie within
    departments and have a factor each; in Sales in Riga the risk is `times` as high."""
    generator = np.random.default_rng(seed)
    chosen = {name: generator.choice(len(groups), people) for name, groups in GROUPS.items()}
    team = chosen["department"] * 1000 + generator.integers(0, people // 40, people)
    log_risk = np.log(0.08) + generator.normal(0, 0.3, 5000)[team]
    for name, groups in GROUPS.items():
        log_risk += generator.normal(0, 0.25, len(groups))[chosen[name]]
    log_risk += np.log(times) * ((chosen["department"] == 0) & (chosen["location"] == 0))
    own = generator.normal(0, 0.6, people)
    posts = {name: np.array(groups)[chosen[name]] for name, groups in GROUPS.items()}
    days = [np.exp(log_risk + 0.8 * own + 0.6 * generator.normal(0, 0.6, people)) for _ in range(2)]
    return [pl.DataFrame(posts | {"risk": np.minimum(day, 0.95), "team": team.astype(str)}) for day in days]


def test_at_most_one_company_of_twenty_without_a_segment_is_expected_to_have_one() -> None:
    assert sum(bool(expected_segments(*scored(seed))) for seed in range(COMPANIES)) <= COMPANIES // 20


def test_a_planted_segment_is_expected_with_about_its_size() -> None:
    found = [expected_segments(*scored(seed, times=3.0)) for seed in range(20)]
    planted = {("department", "Sales"), ("location", "Riga")}
    is_found = [each[0] for each in found if each and {(c.by, c.group) for c in each[0].conditions} == planted]
    assert len(is_found) >= 18
    assert 2.3 < np.median([each.expected / each.explained for each in is_found]) < 3.6
    assert all(each.people >= FEWEST_PEOPLE for each in is_found)


def test_what_only_one_of_two_days_expects_is_no_segment() -> None:
    for seed in range(5):
        usual, planted = scored(seed)[0], scored(seed, times=3.0)[1]
        assert expected_segments(usual, planted) == ()
        assert expected_segments(planted, usual) == ()
        assert expected_segments(scored(seed, times=3.0)[0], planted) != ()
