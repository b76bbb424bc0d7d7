"""The terminal output of `retention draft`: what was recognised, what is left out, what is asked; and the prompts."""

import math
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.prompt import Prompt

from features.drafting.draft import Draft
from features.drafting.questions import FEWEST, Question
from features.validation.report import Report
from pipeline.commands.screens.parts import copyable, narrow_table

_SKIP: Final = ""


def draft_lines(
    draft: Draft, left_over: Sequence[str], subject: str, out: Path, answers: Path
) -> Iterator[RenderableType]:
    """The result, from what was recognised to the next command. `subject` is how the command names the export."""
    if draft.template:
        yield f"[bold]system[/] {escape(draft.template)}, by its columns"
    for table, lines in draft.tables.items():
        shown = narrow_table(f"\n{table}")
        for column in ("column", "from", "sure", "why"):
            shown.add_column(column, overflow="fold")
        for line in lines:
            shown.add_row(
                escape(line.name), escape(line.source), f"{line.confidence:.0%}", f"[dim]{escape(line.why)}[/]"
            )
        yield shown
    yield ""
    for title, names in (("not used", draft.unused), ("refused", draft.refused), ("protected", draft.protected)):
        if names:
            yield f"[bold]{title}[/] {escape(', '.join(names))}"
    for note in draft.notes:
        yield f"[yellow]note[/] {escape(note)}"
    for key in left_over:
        yield f"[yellow]note[/] {escape(key)}: an answer to a question that is not asked; not used"
    asked = {question.key: question for question in draft.questions}
    for key in draft.open:
        yield f"[bold yellow]open[/] {escape(key)}: {escape(asked[key].text)}"
    yield f"Wrote {escape(str(out))}."
    if draft.open:
        yield f"Open questions: {len(draft.open)}. Fill in {escape(str(answers))}, then run it again:"
        yield copyable(f"retention draft {subject} --out {out} --answers {answers}")


def check_lines(report: Report, out: Path) -> Iterator[RenderableType]:
    """The errors of the check, or the next command."""
    for finding in report.errors:
        yield f"[bold red]error[/] {escape(str(finding))}"
    yield copyable(f"Next: retention check {out}")


def prompt(draft: Draft, console: Console) -> dict[str, Any]:
    """Asks the open questions on the console. Empty where the input ends."""
    questions = {question.key: question for question in draft.questions}
    answers: dict[str, Any] = {}
    try:
        for key in draft.open:
            console.print(f"\n[bold]{escape(questions[key].text)}[/]")
            if questions[key].why:
                console.print(f"[dim]{escape(questions[key].why)}[/]")
            answers[key] = _answer(questions[key], console)
    except (EOFError, KeyboardInterrupt):
        console.print("\nThe rest stays open.")
    return {key: answer for key, answer in answers.items() if answer not in (_SKIP, {})}


def _answer(question: Question, console: Console) -> Any:
    if question.kind == "values":
        suggested = question.suggested or {}
        return {
            value: _one(console, question, _counted(question, value), suggested.get(value)) for value in question.values
        }
    if question.kind == "several":
        console.print(f"Any of: {escape(', '.join(question.choices))}; separated by commas, or empty for none")
        given = Prompt.ask("", console=console, default="", show_default=False)
        return [each.strip() for each in given.split(",") if each.strip() in question.choices]
    return _one(console, question, "", question.suggested)


def _one(console: Console, question: Question, label: str, suggested: Any) -> Any:
    """One answer; asked again until it has the right form."""
    default = None if suggested is None else str(suggested)
    choices = list(question.choices) or None
    while True:
        text = (
            Prompt.ask(escape(label), console=console, choices=choices, default=default)
            if default
            else Prompt.ask(escape(label), console=console, choices=choices)
        )
        if choices:
            return text
        try:
            return date.fromisoformat(text) if question.kind == "date" else _positive(text)
        except ValueError:
            console.print("Write a date such as 2024-12-31." if question.kind == "date" else "Write a number above 0.")


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < math.inf:
        raise ValueError(text)
    return number


def _counted(question: Question, value: str) -> str:
    rows = question.values[value]
    return f"{value} ({rows:,} rows)" if rows >= FEWEST else f"{value} (fewer than {FEWEST})"
