"""What nobody can know is asked; the answers are data of the source; an open question lets nothing be read."""

import io
import json
import sys
import tomllib
from datetime import date

import pytest
from drafts import Draw
from rich.console import Console

from features.drafting.questions import Interview, Question
from features.errors import BadInput
from features.source import check_source
from pipeline.commands.screens.drafting import prompt

ROSTER = """employee_id,hire_date,termination_date,termination_reason,worker_type
1,2018-01-01,2020-03-31,Better offer,Employee
2,2018-02-01,2020-04-30,Better offer,Employee
3,2018-03-01,2020-05-31,Retirement,Employee
4,2018-04-01,,,Contractor
5,2018-05-01,,,Employee
"""
ANSWERS = {
    "exit_day": "last day",
    "complete_from": "2020-01-01",
    "complete_until": "2021-12-31",
    "exit_kinds": {"Better offer": "voluntary", "Retirement": "other"},
    "rows_staff_worker_type": {"Employee": "keep", "Contractor": "leave out"},
}


def test_without_answers_everything_that_matters_is_open(drafted: Draw) -> None:
    made = drafted({"staff.csv": ROSTER}, suggested=False)
    assert set(made.draft.open) == set(ANSWERS)


def test_a_draft_with_open_questions_is_not_read(drafted: Draw) -> None:
    made = drafted({"staff.csv": ROSTER}, suggested=False)
    errors = check_source(made.toml, made.work / "staging").errors
    assert {(error.rule, error.column) for error in errors} == {("an open question", f"draft.{key}") for key in ANSWERS}


def test_one_missing_answer_of_several_values_keeps_the_question_open(drafted: Draw) -> None:
    made = drafted({"staff.csv": ROSTER}, ANSWERS | {"exit_kinds": {"Better offer": "voluntary"}}, suggested=False)
    assert made.draft.open == ["exit_kinds"]


def test_the_answers_stand_in_the_source_as_data(drafted: Draw) -> None:
    made = drafted({"staff.csv": ROSTER}, ANSWERS, suggested=False)
    written = tomllib.loads(made.toml.read_text(encoding="utf-8"))
    assert written["draft"]["open"] == []
    assert written["draft"]["answers"]["exit_kinds"] == ANSWERS["exit_kinds"]
    assert made.rows("exits", "kind") == [("other",), ("voluntary",), ("voluntary",)]


def test_a_reason_that_was_not_answered_is_an_error_and_no_exit_kind(drafted: Draw) -> None:
    made = drafted({"staff.csv": ROSTER}, ANSWERS, suggested=False)
    export = made.work / "export" / "staff.csv"
    export.write_text(export.read_text().replace("Retirement", "Moved abroad"))
    errors = check_source(made.toml, made.work / "staging").errors
    assert [(error.place, error.rows) for error in errors] == [("exits.kind", 1)]


def test_the_questions_can_be_filled_in_and_read(drafted: Draw) -> None:
    made = drafted({"staff.csv": ROSTER}, {"exit_day": "last day"}, suggested=False)
    asked = tomllib.loads(made.draft.questions_text)
    assert set(asked) == set(ANSWERS)
    assert asked["exit_day"] == "last day"
    assert asked["exit_kinds"] == {"Better offer": "", "Retirement": ""}


def test_counts_below_five_are_not_shown(drafted: Draw) -> None:
    made = drafted({"staff.csv": ROSTER}, suggested=False)
    shown = json.dumps(made.draft.as_dict()) + made.draft.questions_text
    assert made.question("exit_kinds").as_dict(None)["counts"] == {"Better offer": None, "Retirement": None}
    assert "2 rows" not in shown
    assert "fewer than 5 rows" in shown


@pytest.mark.parametrize("people", [5, 28])
def test_texts_that_differ_from_row_to_row_are_never_shown(drafted: Draw, people) -> None:
    roster = "employee_id,full name,hire_date,termination_date,termination_reason\n"
    roster += "".join(
        f"{n},Person N{n},2018-01-{n:02d},2020-03-{n:02d},told me story {n} of X\n" for n in range(1, people + 1)
    )
    made = drafted({"staff.csv": roster}, suggested=False)
    shown = made.draft.text + made.draft.questions_text + json.dumps(made.draft.as_dict())
    assert "story" not in shown
    assert "Person N" not in shown


@pytest.mark.parametrize(
    "answer",
    [
        {"exit_day": "the last one"},
        {"complete_from": "01.02.2020"},
        {"complete_from": 2020},
        {"exit_kinds": "voluntary"},
        {"exit_kinds": {"Retirement": "retired"}},
        {"exit_day": ["last day"]},
    ],
)
def test_an_answer_in_another_form_is_an_error_that_names_the_question(drafted: Draw, answer) -> None:
    with pytest.raises(BadInput, match=next(iter(answer))):
        drafted({"staff.csv": ROSTER}, answer, suggested=False)


@pytest.mark.parametrize("number", [0, -1, float("nan"), True, "12"])
def test_a_number_is_above_zero(number) -> None:
    with pytest.raises(BadInput):
        Interview({"pay_per_year": number}).ask(Question("pay_per_year", "How many?", "number"))


def test_on_a_terminal_the_open_questions_are_asked_until_the_answer_has_its_form(drafted: Draw, monkeypatch) -> None:
    made = drafted({"staff.csv": ROSTER}, suggested=False)
    typed = {
        "rows_staff_worker_type": ["keep", "leave out"],
        "exit_day": ["yesterday", ""],
        "exit_kinds": ["voluntary", ""],
        "complete_from": ["01.02.2020", "2020-02-01"],
        "complete_until": ["2021-12-31"],
    }
    lines = [line for key in made.draft.open for line in typed[key]]
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    assert prompt(made.draft, Console(file=io.StringIO())) == {
        "rows_staff_worker_type": {"Employee": "keep", "Contractor": "leave out"},
        "exit_day": "last day",
        "exit_kinds": {"Better offer": "voluntary", "Retirement": "other"},
        "complete_from": date(2020, 2, 1),
        "complete_until": date(2021, 12, 31),
    }


def test_where_the_input_ends_the_rest_stays_open(drafted: Draw, monkeypatch) -> None:
    made = drafted({"staff.csv": ROSTER}, suggested=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO("keep\nleave out\n"))
    assert set(prompt(made.draft, Console(file=io.StringIO()))) == {"rows_staff_worker_type"}
