"""First offers: the draw's balance, the register, the list and the comparison; figures by hand."""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from published import publication
from rich.console import Console
from sqlalchemy import select
from stores import month_of_scores

from features.errors import BadInput
from pipeline.commands.screens.trials import offers_screen
from pipeline.language.actions import Action, action_of, actions, comparisons
from pipeline.language.translator import language
from pipeline.lists.offered import offered
from pipeline.lists.offers.draw import draw
from pipeline.lists.offers.effect import DRAWN, OffersReport, compared, drawn_in
from pipeline.lists.offers.power import Power, powers
from pipeline.lists.offers.registered import draw_first_offers
from pipeline.lists.offers.verdict import NOT_DRAWN
from pipeline.lists.reach import lists_for_managers
from pipeline.lists.trial.comparison import Plan
from pipeline.lists.written.pages import list_page, list_text
from pipeline.settings import Settings
from pipeline.store.answers import ListAnswer, store_answer
from pipeline.store.erasure import erase
from pipeline.store.schema import AUDIT
from pipeline.store.store import Store
from pipeline.store.trials.first_offers import FirstOffer, first_offers, store_first_offers

KEYS = {"pay": ("a", "b"), "growth": ("x", "y", "z")}
PAY = ("enough", {"pay_against_market": ("-0.2", "0", 1.5)})
OVERTIME = ("enough", {"overtime_3m": ("0.4", "0.1", 1.5)})
CALM = ("enough", {"pay_against_market": ("0.1", "0", -1.0)})


def people(*teams: tuple[str, str, int]) -> pl.DataFrame:
    """Teams of (manager, driver, number of people)."""
    rows = [(f"{manager}-{driver}-{n}", manager, driver) for manager, driver, size in teams for n in range(size)]
    return pl.DataFrame(rows, schema=["employee_id", "manager_id", "driver"], orient="row")


def spread(counts: pl.DataFrame) -> int:
    return int(counts["len"].max() - counts["len"].min())  # type: ignore[operator]


@pytest.mark.parametrize("seed", range(20))
def test_two_actions_differ_by_at_most_one_person_over_a_driver_and_within_a_manager(seed: int) -> None:
    # 3 + 4 + 5 people for pay and two actions: 6 each; 7 + 1 for growth and three: 3, 3 and 2
    drawn = draw(
        people(("M1", "pay", 3), ("M2", "pay", 4), ("M3", "pay", 5), ("M1", "growth", 7), ("M2", "growth", 1)),
        KEYS,
        seed,
        "month",
    )
    totals = drawn.group_by("driver", "action").len()
    assert sorted(totals.filter(pl.col("driver") == "pay")["len"]) == [6, 6]
    assert sorted(totals.filter(pl.col("driver") == "growth")["len"]) == [2, 3, 3]
    of_m3 = drawn.filter(pl.col("manager_id") == "M3").group_by("action").len()
    assert sorted(of_m3["len"]) == [2, 3]
    of_m1 = drawn.filter((pl.col("manager_id") == "M1") & (pl.col("driver") == "growth")).group_by("action").len()
    assert sorted(of_m1["len"]) == [2, 2, 3]


def test_each_person_gets_each_action_with_the_same_probability() -> None:
    # 3,000 draws for a team of two: the first person gets each of three actions in a third; four standard errors
    team = people(("M1", "growth", 2))
    got = [draw(team, KEYS, seed, "m")["action"][0] for seed in range(3000)]
    assert [got.count(action) / 3000 for action in "xyz"] == pytest.approx([1 / 3] * 3, abs=0.035)


def test_the_same_seed_draws_alike_in_any_row_order_and_another_seed_or_month_differently() -> None:
    rows = people(*((f"M{n}", "growth", 3) for n in range(20)))
    assert draw(rows, KEYS, 7, "m").equals(draw(rows.reverse(), KEYS, 7, "m"))
    assert not draw(rows, KEYS, 7, "m").equals(draw(rows, KEYS, 8, "m"))
    assert not draw(rows, KEYS, 7, "m").equals(draw(rows, KEYS, 7, "n"))


def test_nobody_to_draw_for_is_no_error() -> None:
    assert draw(people(), KEYS, 1, "m").is_empty()


def test_every_driver_has_two_to_four_actions_with_a_key_of_its_own_in_every_language() -> None:
    every = [action for each in actions().values() for action in each]
    assert {len(each) for each in actions().values()} <= {2, 3, 4}
    assert len({action.key for action in every}) == len(every)
    assert all(language("ru").knows(action.text) for action in every)
    assert (action_of("mentor"), action_of("gone")) == (actions()["growth"][1], None)
    assert comparisons({"pay": actions()["pay"], "growth": actions()["growth"]}) == 4  # 1 of two, and 3


def test_the_drawn_action_comes_first_and_all_others_for_the_reasons_stay() -> None:
    first = FirstOffer("P", "M", "2026-09", "pay", "pay_explained", 1, at=None)  # type: ignore[arg-type]
    shown = offered(first, ["conditions", "pay"])
    assert [each.key for each in shown] == [
        *("pay_explained", "pause_overtime", "flexible_hours", "clear_priorities", "pay_review")
    ]
    assert [each.is_first for each in shown] == [True, False, False, False, False]
    assert offered(first, ["growth"]) == ()  # its driver is no longer a reason
    assert offered(None, ["pay"]) == ()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("RETENTION_FIRST_OFFERS", raising=False)
    return Settings(var=tmp_path / "var", listed_from=1.5, first_offers=True, rollout_seed=3)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """M1 has A for pay, B for overtime and C with no reason; three calm people."""
    manager_of = dict.fromkeys("ABCDEF", "M1") | {"M1": None}
    known = {"A": PAY, "B": OVERTIME, "C": ("enough", {"tenure_months": ("1", "30", 1.5)})}
    known |= dict.fromkeys(("D", "E", "F", "M1"), CALM)
    with Store.of(settings) as store:
        store.publish(publication(date(2026, 8, 31), known, manager_of=manager_of))
        yield store


def publish_as_well(store: Store, day: date, *new: str) -> Any:
    """A month in which these people stand out for pay, and only they."""
    names = (*new, "D", "E", "F", "M1")
    people = dict.fromkeys(names, CALM) | dict.fromkeys(new, PAY)
    store.publish(publication(day, people, manager_of=dict.fromkeys(names, "M1") | {"M1": None}))
    return head(store, f"{day:%Y-%m}")


def drawn(store: Store) -> dict[str, FirstOffer]:
    with store.reading() as scores:
        return first_offers(scores.connection, "tiny")


def head(store: Store, month: str) -> Any:
    with store.reading() as scores:
        return scores.of_month(month)


def test_a_first_offer_is_drawn_once_for_the_strongest_reason_and_recorded_in_the_audit(
    store: Store, settings: Settings
) -> None:
    assert draw_first_offers(store, settings, head(store, "2026-08")) == 2  # C has no reason that a manager can act on
    before = drawn(store)
    assert {name: (each.driver, each.manager_id, each.month) for name, each in before.items()} == {
        "A": ("pay", "M1", "2026-08"),
        "B": ("conditions", "M1", "2026-08"),
    }
    assert draw_first_offers(store, settings, publish_as_well(store, date(2026, 9, 30), "A")) == 0
    assert drawn(store) == before
    with store.reading() as scores:
        results = list(scores.connection.execute(select(AUDIT.c.result).order_by(AUDIT.c.id)).scalars())
    assert results.count("drawn") == 1


def test_nothing_is_drawn_unless_asked_for_and_another_seed_is_refused(store: Store, settings: Settings) -> None:
    off = settings.model_copy(update={"first_offers": False})
    assert draw_first_offers(store, off, head(store, "2026-08")) == 0
    assert drawn(store) == {}
    draw_first_offers(store, settings, head(store, "2026-08"))
    with pytest.raises(BadInput, match="drawn with another seed"):
        draw_first_offers(store, settings.model_copy(update={"rollout_seed": 4}), head(store, "2026-08"))


def test_nothing_is_drawn_after_the_planned_months_or_for_an_earlier_month(store: Store, settings: Settings) -> None:
    short = settings.model_copy(update={"rollout_months": 3})
    august = head(store, "2026-08")
    draw_first_offers(store, short, august)
    for day, person, number in ((date(2026, 10, 31), "G", 1), (date(2026, 11, 30), "I", 0)):  # the third, the fourth
        assert draw_first_offers(store, short, publish_as_well(store, day, person)) == number
    with store.changing() as connection:
        erase(connection, "A")
    assert draw_first_offers(store, short, august) == 0


def test_page_and_text_show_the_first_offer_before_the_others(store: Store, settings: Settings) -> None:
    draw_first_offers(store, settings, head(store, "2026-08"))
    published = head(store, "2026-08")
    with store.reading() as scores:
        [mine] = lists_for_managers(scores, published, settings.list_rules)
    [of_a] = [entry for entry in mine.entries if entry.employee_id == "A"]
    first, other = (each.text for each in of_a.offers)
    for shown in (list_page(published, mine), list_text(published, mine)):
        assert 0 < shown.index(first) < shown.index(other)
        assert "Consider first:" in shown


PLAN = Plan("2024-03", 3)
TWO = {"pay": (Action("a", "pay", "A."), Action("b", "pay", "B."))}


def outcomes(action: str, managers: int, size: int, left: int) -> pl.DataFrame:
    """`left` of `size` people of each manager left, all of whom were drawn the action, at one risk."""
    rows = [
        (f"{action}{m}-{n}", f"M{m}", "pay", action, n == 0, n < left, 0.3, "2024-03")
        for m in range(managers)
        for n in range(size)
    ]
    return pl.DataFrame(rows, schema=DRAWN, orient="row")


def test_an_action_is_compared_with_the_others_of_its_driver_over_managers() -> None:
    # every one of 40 managers has 5 people with each action, and 1 left with a, 2 with b: no spread over managers
    a, b = compared(pl.concat([outcomes("a", 40, 5, 1), outcomes("b", 40, 5, 2)]), PLAN, "2024-05", TWO)
    assert (a.people, a.managers, a.left, a.done) == (200, 40, 40, 40)
    assert (a.share, b.share) == (pytest.approx(0.2), pytest.approx(0.4))
    assert a.difference is not None
    assert b.difference is not None
    assert a.difference.value == pytest.approx(-0.2)
    assert b.difference.value == pytest.approx(0.2)
    assert (a.found_in, b.found_in) == ("2024-05", "2024-05")
    assert a.verdict.startswith("Helps more: 20.0 percentage points fewer left than with the other actions")
    assert b.verdict.startswith("Helps less: 20.0 percentage points more left")


def test_with_too_few_managers_or_before_a_look_it_says_that_nothing_can_be_said() -> None:
    few = pl.concat([outcomes("a", 19, 5, 1), outcomes("b", 19, 5, 2)])
    enough = pl.concat([outcomes("a", 40, 5, 1), outcomes("b", 40, 5, 2)])
    for rows, until in ((few, "2024-05"), (enough, "2024-04")):
        a, _ = compared(rows, PLAN, until, TWO)
        assert (a.difference, a.found_in) == (None, None)
        assert a.verdict.startswith("Cannot be said yet")


def test_an_interval_that_contains_zero_is_no_finding_and_states_what_would_be_found() -> None:
    other = pl.format("N{}", "manager_id").alias("manager_id")
    ones, twos = (outcomes("a", 20, 4, 1), outcomes("b", 20, 4, 2)), (outcomes("a", 20, 4, 2), outcomes("b", 20, 4, 1))
    alike = pl.concat([*ones, *(each.with_columns(other) for each in twos)])
    a, _ = compared(alike, PLAN, "2024-05", TWO)
    assert a.difference is not None
    assert a.difference.value == pytest.approx(0)
    assert a.detectable is not None
    assert a.verdict.endswith(f"As much data would detect {100 * a.detectable:.1f} points.")


def test_the_power_is_that_of_two_shares_at_the_last_bound() -> None:
    # one month of 100 people with risk 0.2 and two actions: sqrt(0.16 / 100 · 4) = 0.08; one look at 5 %: 1.96 + 0.8416
    month = pl.DataFrame({"employee_id": [f"P{n}" for n in range(100)], "driver": "pay", "risk": 0.2})
    [pay, growth] = powers([month], {"pay": 2, "growth": 3}, 3, 0.05)
    assert (pay.people, pay.expected) == (100, pytest.approx(0.2))
    assert pay.detectable == pytest.approx((1.95996 + 0.84162) * 0.08, rel=1e-4)
    assert (growth.people, growth.expected, growth.detectable) == (0, None, None)
    [three] = powers([month], {"pay": 3}, 3, 0.05)  # a third against two thirds: 1 / (1/3) + 1 / (2/3) = 4.5
    assert three.detectable == pytest.approx((1.95996 + 0.84162) * math.sqrt(0.16 / 100 * 4.5), rel=1e-4)


def test_everyone_counts_in_the_month_of_the_draw_with_outcome_and_recorded_action(url: str, source_of: Any) -> None:
    """P0 leaves within six months of March, P1 not voluntarily, P2 later; P0's answer records the drawn action, P1's
    another one; P3's was drawn in April."""
    at = datetime(2024, 4, 1, tzinfo=UTC)
    people = [f"P{n}" for n in range(4)]
    drawn = [
        FirstOffer(each, "H", "2024-04" if each == "P3" else "2024-03", "growth", "mentor", 1, at) for each in people
    ]
    exits = "employee_id exit_date kind\nP0 2024-05-10 voluntary\nP1 2024-05-10 involuntary\nP2 2024-12-10 voluntary"
    hired = "\n".join(f"{each} 2010-01-01" for each in (*people, "H"))
    source = source_of({"employees": f"employee_id hire_date\n{hired}", "exits": exits})
    with Store(url) as store:
        manager_of = dict.fromkeys(people, "H")
        store.publish(month_of_scores(date(2024, 3, 31), dict.fromkeys(people, 0.0), manager_of, "company"))
        march = head(store, "2024-03")
        with store.changing() as connection:
            store_first_offers(connection, "company", drawn)
            for person, action in (("P0", "mentor"), ("P1", "new_task")):
                store_answer(connection, march, ListAnswer(at, "H", person, "acted", [], action=action))
        with store.reading() as scores:
            rows = drawn_in(source, scores, march)
    assert rows.select("employee_id", "action", "is_done", "left", "risk", "month").rows() == [
        ("P0", "mentor", True, True, 0.5, "2024-03"),
        ("P1", "mentor", False, False, 0.5, "2024-03"),
        ("P2", "mentor", False, False, 0.5, "2024-03"),
    ]


def test_the_screen_names_what_can_be_said_and_what_the_months_would_show() -> None:
    effects = compared(pl.concat([outcomes("a", 40, 5, 1), outcomes("b", 40, 5, 2)]), PLAN, "2024-05", TWO)
    power = [Power("pay", 12, 100, 0.2, 0.22), Power("growth", 12, 0, None, None)]
    report = OffersReport("tiny", PLAN, 1, effects, power, "")
    shown = printed(offers_screen(report))
    assert "pay, a: Helps more: 20.0 percentage points fewer left" in shown
    assert "12 months of lists have about 100 people, of whom 20.0% are expected to leave" in shown
    assert "growth: nobody on the lists" in shown
    before = printed(offers_screen(OffersReport("tiny", None, 1, [], [], NOT_DRAWN)))
    assert before.startswith("No first offers were drawn, so which action helps is unknown")


def printed(screen: Any) -> str:
    console = Console(width=200, record=True, file=StringIO())
    console.print(screen)
    return console.export_text()
