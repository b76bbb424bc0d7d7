"""How the simulated managers of the demo answer their lists."""

from collections import Counter
from datetime import UTC, date, datetime

from pipeline.demo.habits import HABITS, answers_to, habit_of
from pipeline.lists.risk_list import Entry, Reason, RiskList
from pipeline.store.answers import DONE

JUNE = date(2025, 6, 30)
REASONS = (Reason("growth", "no promotion"), Reason("pay", "pay has fallen behind"))
MANAGERS = [f"M{number}" for number in range(2000)]


def listing(manager: str, *people: str) -> RiskList:
    entries = tuple(Entry(each, "high", "new", None, None, None, None, REASONS, ()) for each in people)
    return RiskList(manager, 5, entries, (), "")


def manager_with(habit: str) -> str:
    return next(manager for manager in MANAGERS if habit_of(manager, 1).name == habit)


def test_managers_have_each_habit_in_its_share() -> None:
    found = Counter(habit_of(manager, 1).name for manager in MANAGERS)
    assert sum(habit.managers for habit in HABITS) == 1
    for habit in HABITS:
        assert abs(found[habit.name] / len(MANAGERS) - habit.managers) < 0.05


def test_a_silent_manager_answers_nothing() -> None:
    assert not answers_to(listing(manager_with("silent"), *MANAGERS[:50]), JUNE, {}, 1)


def test_a_diligent_manager_answers_about_nearly_everyone_within_the_month() -> None:
    manager = manager_with("diligent")
    answers = answers_to(listing(manager, *MANAGERS[:200]), JUNE, {}, 1)
    assert 180 <= len(answers) < 200
    assert {answer.who for answer in answers} == {manager}
    assert min(answer.at for answer in answers) == datetime(2025, 7, 3, 9, tzinfo=UTC)
    assert max(answer.at for answer in answers) == datetime(2025, 7, 24, 9, tzinfo=UTC)


def test_what_was_done_concerns_the_first_driver_and_disagreement_has_a_reason() -> None:
    answers = answers_to(listing(manager_with("diligent"), *MANAGERS[:200]), JUNE, {}, 1)
    assert {tuple(answer.drivers) for answer in answers if answer.outcome in DONE} == {("growth",)}
    assert {tuple(answer.drivers) for answer in answers if answer.outcome not in DONE} == {()}
    assert all((answer.because is not None) == (answer.outcome == "disagree") for answer in answers)


def test_a_manager_who_answers_after_the_notice_says_that_the_person_leaves() -> None:
    manager, people = manager_with("diligent"), MANAGERS[:50]
    known, unknown = (
        answers_to(listing(manager, *people), JUNE, dict.fromkeys(people, date(2025, 7, day)), 1) for day in (3, 31)
    )
    assert {answer.outcome for answer in known} == {"left"}
    assert "left" not in {answer.outcome for answer in unknown}


def test_answers_do_not_depend_on_who_else_is_on_the_list() -> None:
    manager = manager_with("diligent")
    both, one = answers_to(listing(manager, "A", "B"), JUNE, {}, 1), answers_to(listing(manager, "B"), JUNE, {}, 1)
    assert [answer for answer in both if answer.employee_id == "B"] == list(one)
