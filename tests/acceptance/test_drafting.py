"""`retention draft`: its exit codes and files; and eight exports of known systems, compared with a mapping by hand."""

import importlib.util
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from features.drafting.draft import Draft, draft_source

LAYOUTS = Path(os.environ.get("RETENTION_LAYOUTS", Path(__file__).parents[3] / "shared" / "layouts"))

with_layouts = pytest.mark.skipif(
    not LAYOUTS.is_dir(), reason="the layouts are not here (RETENTION_LAYOUTS names them)"
)

PERIOD = {"complete_from": "2019-02-01", "complete_until": "2021-12-31"}
BY_THE_HOUSE: dict[str, dict[str, Any]] = {
    "1c_zup": PERIOD | {"never_changes": ["Ставка"], "pay_per_year": 12, "pay_basis": "full time"},
    "adp": PERIOD,
    "bamboohr": PERIOD,
    "headcount_snapshots": {"missing_people": "other"},
    "ibm_flat": {},
    "personio": PERIOD
    | {"never_changes": ["Abteilung", "Standort"], "payments_per_year": {"monatlich": 13, "jährlich": 1}},
    "sap_infotypes": PERIOD,
    "workday": PERIOD,
}
"""What only the company knows, from the questions of each layout; everything else is as the draft suggests."""
UNSUGGESTED = {"exit_kinds": {"I / Introductory Period": "involuntary"}}


def draft_of(layout: str, toml: Path, answers: dict[str, Any], work: Path) -> Draft:
    work.mkdir()
    return draft_source(LAYOUTS / layout / "export", toml, answers, work, lambda _: None)


def answered(layout: str, tmp_path: Path) -> Path:
    """The source.toml of a layout with the right answers."""
    given, toml = dict(BY_THE_HOUSE[layout]), tmp_path / "source.toml"
    draft = draft_of(layout, toml, given, tmp_path / "first")
    asked = {question.key: question for question in draft.questions}
    for key in draft.open:
        suggested = asked[key].suggested
        missing = {value: UNSUGGESTED[key][value] for value in asked[key].values if value not in (suggested or {})}
        given[key] = {**suggested, **missing} if missing else "suggested"
    draft = draft_of(layout, toml, given, tmp_path / "second")
    assert draft.open == []
    toml.write_text(draft.text, encoding="utf-8")
    return toml


def scorer() -> Callable[[Path, Path], bool]:
    spec = importlib.util.spec_from_file_location("layout_score", LAYOUTS / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main  # type: ignore[no-any-return]


def questions_of(layout: str) -> int:
    """The number of questions that nobody can answer from the files."""
    listed = (LAYOUTS / layout / "questions.md").read_text(encoding="utf-8")
    return len(re.findall(r"^\| (?!question|---)", listed, re.MULTILINE))


@with_layouts
@pytest.mark.parametrize("layout", BY_THE_HOUSE)
def test_with_the_right_answers_a_layout_is_mapped_as_by_hand(layout: str, tmp_path: Path) -> None:
    assert scorer()(LAYOUTS / layout, answered(layout, tmp_path))


@with_layouts
@pytest.mark.parametrize("layout", BY_THE_HOUSE)
def test_without_answers_the_period_and_the_kinds_are_open_and_not_too_much_is_asked(
    layout: str, tmp_path: Path
) -> None:
    draft = draft_of(layout, tmp_path / "source.toml", {}, tmp_path / "work")
    must = {"left_values"} if layout == "ibm_flat" else {"complete_from", "complete_until", "exit_kinds"}
    assert must <= set(draft.open)
    assert len(draft.questions) <= 2 * questions_of(layout)


ROSTER = "employee_id,hire_date,termination_date,termination_reason\n1,2018-01-01,2020-03-31,Better offer\n"
ROSTER += "".join(f"{n},2018-0{n}-01,,\n" for n in range(2, 9))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "staff.csv").write_text(ROSTER)
    return folder


def test_the_answers_are_asked_for_then_read(retention, export: Path, tmp_path: Path) -> None:
    out, answers, var = tmp_path / "source.toml", tmp_path / "answers.toml", tmp_path / "var"
    arguments = ("draft", export, "--out", out, "--answers", answers)
    written = retention(*arguments, "--json", "-", var=var, exit_code=3)
    document = json.loads(written.stdout)
    assert set(document) == {"layout", "tables", "questions", "unused", "refused", "protected"}
    assert set(document["questions"][0]) >= {"key", "text", "choices", "counts", "answer"}
    assert set(document["tables"]["employees"]["hire_date"]) == {"from", "confidence", "why"}
    refused = retention("check", out, "--json", "-", var=var, exit_code=2)
    assert {error["rule"] for error in json.loads(refused.stdout)["errors"]} == {"an open question"}
    answers.write_text(
        'exit_day = "last day"\ncomplete_from = 2020-01-01\ncomplete_until = 2021-12-31\n'
        '[exit_kinds]\n"Better offer" = "voluntary"\n'
    )
    retention(*arguments, var=var)
    retention("check", out, var=var)
    answers.unlink()
    retention("draft", export, "--out", out, var=var)  # the answers stand in the draft


def test_the_answers_to_fill_in_stand_beside_the_draft_where_no_file_is_named(retention, export, tmp_path) -> None:
    out, var = tmp_path / "mapping" / "source.toml", tmp_path / "var"
    out.parent.mkdir()
    first = retention("draft", export, "--out", out, var=var, exit_code=3)
    answers = out.with_name("answers.toml")
    assert str(answers) in first.stderr.replace("\n", "")
    answers.write_text(answers.read_text().replace('= ""', '= "suggested"'))
    retention("draft", export, "--out", out, var=var)


def test_the_folder_of_the_draft_is_made(retention, export: Path, tmp_path: Path) -> None:
    out = tmp_path / "acme" / "new" / "source.toml"
    retention("draft", export, "--out", out, var=tmp_path / "var", exit_code=3)
    assert out.is_file()


def test_a_source_written_by_hand_is_not_replaced(retention, export: Path, tmp_path: Path) -> None:
    out = tmp_path / "source.toml"
    out.write_text('name = "mine"\n')
    retention("draft", export, "--out", out, var=tmp_path / "var", exit_code=2)
    assert out.read_text() == 'name = "mine"\n'


def test_where_nothing_can_be_made_of_it_nothing_is_written(retention, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "colours.csv").write_text("colour,shade\nred,dark\nblue,light\n")
    failed = retention("draft", tmp_path / "export", "--out", tmp_path / "s.toml", var=tmp_path / "var", exit_code=2)
    assert "no column names people" in failed.stderr
    assert not (tmp_path / "s.toml").exists()


def test_an_unknown_template_lists_those_there_are(retention, export: Path, tmp_path: Path) -> None:
    out = tmp_path / "source.toml"
    failed = retention("draft", export, "--template", "sapp", "--out", out, var=tmp_path / "var", exit_code=2)
    assert "sap_infotypes" in failed.stderr
    assert not out.exists()


def test_a_template_of_ones_own_is_a_file(retention, export: Path, tmp_path: Path) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text('title = "Ours"\n[[tables]]\nhas = ["employee_id", "hire_date"]\n')
    arguments = ("draft", export, "--template", ours, "--out", tmp_path / "source.toml", "--json", "-")
    written = retention(*arguments, var=tmp_path / "var", exit_code=3)
    assert json.loads(written.stdout)["layout"] == "ours; staff: person"
