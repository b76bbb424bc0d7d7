"""Retention curves by hand, and beside the estimators of libraries as far as these go.

scikit-survival has competing exits with ties, without delayed entry; lifelines has Kaplan-Meier with delayed entry, and
Aalen-Johansen with delayed entry but without ties, which it moves apart at random.
"""

import warnings

import numpy as np
import pytest

from pipeline.turnover.retention.curve import retention_curve

KINDS = ("voluntary", "involuntary")


def test_a_curve_by_hand() -> None:
    """Five people. One enters at 2; exits: voluntary at 1 and 3, involuntary at 3; two are still employed at 4.

    At 1: four at risk, S = 3/4, voluntary 1/4. At 3: three of them and the late one, S = 3/4 × 2/4 = 3/8; voluntary
    and involuntary each 3/4 × 1/4 = 3/16 more.
    """
    entry = np.array([0.0, 0, 0, 0, 2])
    time = np.array([1.0, 3, 3, 4, 4])
    kind = np.array(["voluntary", "voluntary", "involuntary", "", ""])
    curve = retention_curve(entry, time, kind, KINDS)
    assert curve.times.tolist() == [1, 3]
    assert curve.at_risk.tolist() == [4, 4]
    assert curve.still_here.tolist() == [3 / 4, 3 / 8]
    assert curve.left["voluntary"].tolist() == [1 / 4, 7 / 16]
    assert curve.left["involuntary"].tolist() == [0, 3 / 16]
    assert curve.at(0.5) == (1.0, {"voluntary": 0.0, "involuntary": 0.0})
    assert curve.at(2.9)[0] == 3 / 4
    assert (curve.quantile(0.5), curve.quantile(0.7)) == (3, None)


def simulated(people: int, *, ties: bool, late: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    of_kind = {"voluntary": rng.exponential(900, people), "involuntary": rng.exponential(3000, people)}
    end, entry = rng.uniform(30, 1500, people), rng.uniform(0, 700, people) * rng.integers(0, 2, people) * late
    first = np.minimum(of_kind["voluntary"], of_kind["involuntary"])
    time = np.minimum(first, end)
    kind = np.where(first > end, "", np.where(of_kind["voluntary"] == first, "voluntary", "involuntary"))
    if ties:
        time = np.ceil(time / 10) * 10
    observed = time > entry
    return entry[observed], time[observed], kind[observed]


@pytest.mark.parametrize("late", [False, True])
def test_shares_add_up_to_everyone(late: bool) -> None:
    curve = retention_curve(*simulated(20_000, ties=True, late=late), KINDS)
    total = curve.still_here + curve.left["voluntary"] + curve.left["involuntary"]
    assert np.allclose(total, 1)
    assert (np.diff(curve.still_here) <= 0).all()


def test_delayed_entry_does_not_bend_the_curve() -> None:
    """Hazards of 1/900 and 1/3000 a day: after 600 days exp(−600/900 − 600/3000) = 0.420 are still employed."""
    curve = retention_curve(*simulated(60_000, ties=False, late=True), KINDS)
    assert curve.at(600)[0] == pytest.approx(np.exp(-600 / 900 - 600 / 3000), abs=0.01)
    as_if_seen_all_along = simulated(60_000, ties=False, late=True)
    naive = retention_curve(np.zeros(len(as_if_seen_all_along[0])), *as_if_seen_all_along[1:], KINDS)
    assert naive.at(600)[0] > 0.45  # those who left unseen are missing: too many seem to stay


def test_the_curve_is_that_of_scikit_survival_where_everyone_is_seen_from_the_start() -> None:
    nonparametric = pytest.importorskip("sksurv.nonparametric", reason="scikit-survival is not installed")
    entry, time, kind = simulated(20_000, ties=True, late=False)
    code = np.select([kind == "voluntary", kind == "involuntary"], [1, 2], 0)
    times, incidence = nonparametric.cumulative_incidence_competing_risks(code, time)
    curve = retention_curve(entry, time, kind, KINDS)
    at = np.searchsorted(times, curve.times)
    assert np.allclose(incidence[1][at], curve.left["voluntary"], atol=1e-9)
    assert np.allclose(incidence[2][at], curve.left["involuntary"], atol=1e-9)


def test_the_curve_is_that_of_lifelines_with_delayed_entry() -> None:
    lifelines = pytest.importorskip("lifelines", reason="lifelines is not installed")
    entry, time, kind = simulated(5_000, ties=False, late=True)
    curve = retention_curve(entry, time, kind, KINDS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kaplan_meier = lifelines.KaplanMeierFitter().fit(time, kind != "", entry=entry)
        johansen = lifelines.AalenJohansenFitter(calculate_variance=False).fit(
            time, np.select([kind == "voluntary", kind == "involuntary"], [1, 2], 0), 1, entry=entry
        )
    days = np.array([100, 300, 500, 800, 1200])
    assert np.allclose(kaplan_meier.predict(days), [curve.at(day)[0] for day in days], atol=1e-9)
    assert np.allclose(johansen.predict(days), [curve.at(day)[1]["voluntary"] for day in days], atol=1e-6)
