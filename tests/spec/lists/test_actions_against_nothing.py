"""An action beside nothing: who is held out, who counts, and the effect; figures by hand."""

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
from scipy.stats import t
from sqlalchemy import insert, select
from stores import month_of_scores

from pipeline.commands.screens.trials import offers_screen
from pipeline.language.actions import Action
from pipeline.lists.offers.against_nothing import RECORDED, Arm, EffectOfAction, effects, recorded_in
from pipeline.lists.offers.effect import OffersReport, as_json
from pipeline.lists.offers.registered import draw_first_offers
from pipeline.lists.offers.verdict import NOT_HELD_OUT
from pipeline.lists.rollout import allocations
from pipeline.lists.trial.comparison import Plan
from pipeline.settings import Settings
from pipeline.store.erasure import erase
from pipeline.store.held import held_of
from pipeline.store.schema import AUDIT, ROLLOUT
from pipeline.store.store import Store
from pipeline.store.trials.first_offers import FirstOffer, first_offers, store_first_offers
from pipeline.store.trials.held_out import HeldOut, held_out, store_held_out

AT = datetime(2024, 4, 1, tzinfo=UTC)
PAY = ("enough", {"pay_against_market": ("-0.2", "0", 1.5)})
OVERTIME = ("enough", {"overtime_3m": ("0.4", "0.1", 1.5)})
CALM = ("enough", {"pay_against_market": ("0.1", "0", -1.0)})
PLAN = Plan("2024-03", 3)
TWO = {"pay": (Action("a", "pay", "A."), Action("b", "pay", "B."))}


def allocated(source: str, month: str, until: str | None = None, **gets: bool) -> list[dict[str, Any]]:
    """Rows of the roll-out: whether each manager gets lists."""
    row = {"source": source, "stratum": "Sales", "share": 0.5, "seed": 3, "from_month": month, "until_month": until}
    return [row | {"at": AT, "manager_id": manager, "gets_lists": each} for manager, each in gets.items()]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("RETENTION_FIRST_OFFERS", raising=False)
    return Settings(var=tmp_path / "var", listed_from=1.5, first_offers=True, rollout_seed=3, rollout_share=0.5)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """M1 gets lists and has A for pay; M2 waits and has B for pay, C for overtime and G with no reason."""
    manager_of = {"A": "M1", "D": "M1", "B": "M2", "C": "M2", "E": "M2", "F": "M2", "G": "M2", "M1": None, "M2": None}
    people = dict.fromkeys(manager_of, CALM) | {"A": PAY, "B": PAY, "C": OVERTIME}
    people["G"] = ("enough", {"tenure_months": ("1", "30", 1.5)})
    with Store.of(settings) as store:
        store.publish(publication(date(2026, 8, 31), people, manager_of=manager_of))
        with store.changing() as connection:
            connection.execute(insert(ROLLOUT), allocated("tiny", "2026-08", M1=True, M2=False))
        yield store


def head(store: Store, month: str) -> Any:
    with store.reading() as scores:
        return scores.of_month(month)


def recorded(store: Store) -> tuple[list[str], dict[str, tuple[str, str, str]]]:
    """Who has a first offer, and (manager, month, driver) of those held out."""
    with store.reading() as scores:
        without = held_out(scores.connection, "tiny")
        offered = list(first_offers(scores.connection, "tiny"))
    return offered, {name: (each.manager_id, each.month, each.driver) for name, each in without.items()}


def test_people_of_a_waiting_manager_are_held_out_with_their_strongest_reason_and_once(
    store: Store, settings: Settings
) -> None:
    held = {"B": ("M2", "2026-08", "pay"), "C": ("M2", "2026-08", "conditions")}
    assert draw_first_offers(store, settings, head(store, "2026-08")) == 1
    assert recorded(store) == (["A"], held)
    assert draw_first_offers(store, settings, head(store, "2026-08")) == 0
    with store.reading() as scores:
        results = list(scores.connection.execute(select(AUDIT.c.result)).scalars())
        assert results.count("drawn") == 1
        of_b = held_of(scores, "tiny", "B")
    assert of_b.held_out is not None
    assert (of_b.held_out.driver, of_b.first_offer) == ("pay", None)


def test_after_the_roll_out_those_held_out_are_offered_too_and_stay_held_out(store: Store, settings: Settings) -> None:
    draw_first_offers(store, settings, head(store, "2026-08"))
    before = recorded(store)[1]
    with store.changing() as connection:
        connection.execute(ROLLOUT.update().values(until_month="2026-09"))
    people = dict.fromkeys("DEFG", CALM) | {"B": PAY, "H": PAY, "M2": CALM}
    store.publish(publication(date(2026, 9, 30), people, manager_of=dict.fromkeys("BDEFGH", "M2") | {"M2": None}))
    assert draw_first_offers(store, settings, head(store, "2026-09")) == 2
    assert recorded(store) == (["A", "B", "H"], before)


def test_nobody_is_held_out_without_first_offers(store: Store, settings: Settings) -> None:
    draw_first_offers(store, settings.model_copy(update={"first_offers": False}), head(store, "2026-08"))
    assert recorded(store) == ([], {})


def test_erasure_removes_who_was_held_out_and_clears_the_manager(store: Store, settings: Settings) -> None:
    draw_first_offers(store, settings, head(store, "2026-08"))
    with store.changing() as connection:
        erase(connection, "B")
        erase(connection, "M2")
    assert recorded(store)[1] == {"C": ("", "2026-08", "conditions")}


def test_only_months_in_which_the_manager_was_allocated_count_and_each_person_once(url: str, source_of: Any) -> None:
    """H gets lists, I waits, J joined later and is not allocated. P0 was offered an action under H and left, P1 under
    J. P2 was held out under I and left, P3 too and left not voluntarily; P4 was held out first and offered later."""
    people = [f"P{n}" for n in range(5)]
    managers = dict(zip(people, "HJIIH", strict=True))
    offers = [FirstOffer(each, managers[each], "2024-03", "growth", "mentor", 1, AT) for each in ("P0", "P1", "P4")]
    without = [HeldOut(each, managers[each], "2024-03", "growth", AT) for each in ("P2", "P3")]
    without.append(HeldOut("P4", "I", "2024-02", "growth", AT))
    exits = "employee_id exit_date kind\n" + "\n".join(
        f"{each} 2024-05-10 {kind}" for each, kind in (("P0", "voluntary"), ("P2", "voluntary"), ("P3", "involuntary"))
    )
    hired = "\n".join(f"{each} 2010-01-01" for each in (*people, "H", "I", "J"))
    later = "\nQ 2024-12-31"
    source = source_of({"employees": f"employee_id hire_date\n{hired}{later}", "exits": exits})
    with Store(url) as store:
        store.publish(month_of_scores(date(2024, 3, 31), dict.fromkeys(people, 0.0), managers, "company"))
        with store.changing() as connection:
            connection.execute(insert(ROLLOUT), allocated("company", "2024-03", H=True, I=False))
            store_first_offers(connection, "company", offers)
            store_held_out(connection, "company", without)
        with store.reading() as scores:
            rows = recorded_in(
                source,
                scores,
                scores.of_month("2024-03"),
                allocations(scores.connection, "company"),  # type: ignore[arg-type]
            )
    assert rows.select("employee_id", "action", "left", "risk", "month").rows() == [
        ("P0", "mentor", True, 0.5, "2024-03"),
        ("P2", None, True, 0.5, "2024-03"),
        ("P3", None, False, 0.5, "2024-03"),
    ]


def side(action: str | None, teams: list[tuple[int, int]], risk: float = 0.3, month: str = "2024-03") -> pl.DataFrame:
    """Teams of (people, of whom left) with one action, or held out."""
    rows = [
        (f"{action}{team}-{n}", f"{action}{team}", "pay", action, n < left, risk, month)
        for team, (size, left) in enumerate(teams)
        for n in range(size)
    ]
    return pl.DataFrame(rows, schema=RECORDED, orient="row")


def test_the_effect_against_nothing_is_a_difference_and_a_share_of_those_who_would_have_left() -> None:
    """With a: half of 20 teams of 2 lose one, 10 of 40. Held out: one in ten teams loses none, one in ten both, and
    eight in ten one, 20 of 40. Residual sums of teams are ±0.5 of all 20, and ±1 of four: v = 20/19 · Σ / 40².
    Two actions share the 5 %, and one look is planned: t(38) at 0.9875, nearly.
    """
    held = side(None, [(2, 0)] * 2 + [(2, 2)] * 2 + [(2, 1)] * 16)
    a, b = effects(pl.concat([side("a", [(2, n % 2) for n in range(20)]), held]), PLAN, "2024-05", TWO)
    assert (a.offered, a.held_out) == (Arm(20, 40, 10, 0.25), Arm(20, 40, 20, 0.5))
    assert (a.months, a.until, a.is_final, a.found_in) == (3, "2024-05", True, "2024-05")
    variance = [20 / 19 * squares / 40**2 for squares in (20 * 0.5**2, 4 * 1.0)]
    critical = t.isf(0.0125, 38)
    assert a.difference is not None
    assert a.difference.value == pytest.approx(-0.25)
    assert a.difference.high + 0.25 == pytest.approx(critical * math.sqrt(sum(variance)), rel=1e-3)
    assert a.relative is not None
    assert a.relative.value == pytest.approx(-0.5)  # 0.25 / 0.5 less 1
    of_ratio = math.sqrt(variance[0] + 0.5**2 * variance[1]) / 0.5
    assert a.relative.high + 0.5 == pytest.approx(critical * of_ratio, rel=1e-3)
    assert a.verdict.startswith("Helps: 25.0 percentage points fewer left than without a list")
    assert "-50% of those who would have left" in a.verdict
    assert (b.offered.people, b.held_out.people, b.difference, b.relative) == (0, 40, None, None)
    assert b.verdict.startswith("Cannot be said yet: 0 managers")


def test_people_of_a_higher_published_risk_are_compared_at_equal_risk() -> None:
    """Everyone leaves as published: of 5, one at a risk of 0.2, three at 0.6; offered are more of the second."""
    offered = [side("a", [(5, 1)] * 10, 0.2), side("a", [(5, 3)] * 20, 0.6)]
    held = [side(None, [(5, 1)] * 20, 0.2), side(None, [(5, 3)] * 10, 0.6)]
    rows = pl.concat([each.with_columns(pl.format("{}-{}", "manager_id", "risk").alias("manager_id"))
                      for each in (*offered, *held)])  # fmt: skip
    a, _ = effects(rows, PLAN, "2024-05", TWO)
    assert a.relative is not None
    assert (a.offered.share, a.held_out.share) == (pytest.approx(14 / 30), pytest.approx(10 / 30))
    assert a.relative.value == pytest.approx(0, abs=1e-9)


def test_nothing_is_said_before_a_look_and_months_after_the_last_look_do_not_count() -> None:
    plan = Plan("2024-03", 6)
    first = [side("a", [(2, n % 2) for n in range(20)]), side(None, [(2, 1)] * 20)]
    later = side("a", [(2, 2)] * 20, month="2024-07").with_columns(pl.format("{}+", "employee_id").alias("employee_id"))
    early, _ = effects(pl.concat(first), plan, "2024-04", TWO)
    assert (early.difference, early.months) == (None, None)
    a, _ = effects(pl.concat([*first, later]), plan, "2024-07", TWO)
    assert (a.months, a.until, a.is_final) == (3, "2024-05", False)
    assert a.relative is not None
    assert a.relative.value == pytest.approx(-0.5)


def found(action: str = "a") -> list[EffectOfAction]:
    rows = [side(action, [(2, n % 2) for n in range(20)]), side(None, [(2, 1)] * 20)]
    return effects(pl.concat(rows), PLAN, "2024-05", TWO)


def test_the_screen_and_the_json_have_both_sides_or_say_why_there_is_none() -> None:
    report = OffersReport("tiny", PLAN, 1, [], [], "", against_nothing=found(), held_out=40)
    shown = printed(offers_screen(report))
    assert "pay, a: Helps: 25.0 percentage points fewer left than without a list" in shown
    assert "all 2 actions together" in shown
    assert as_json(report)["against_nothing"][0]["relative"]["value"] == pytest.approx(-0.5)
    assert NOT_HELD_OUT[:50] in printed(offers_screen(OffersReport("tiny", PLAN, 1, [], [], "")))


def printed(screen: Any) -> str:
    console = Console(width=200, record=True, file=StringIO())
    console.print(screen)
    return console.export_text()
