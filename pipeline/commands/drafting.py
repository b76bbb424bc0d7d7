"""The command that drafts a source.toml from an export that nobody described."""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.errors import BadInput, Finding, Refused
from pipeline.commands.options import JsonOption, err, progress, write_json
from pipeline.settings import Settings

if TYPE_CHECKING:
    from features.drafting.draft import Draft
    from features.drafting.templates.template import Template

app = typer.Typer()


@app.command()
def draft(
    path: Annotated[Path, typer.Argument(help="A file or a folder, as the HR system exported it.", metavar="PATH")],
    out: Annotated[Path, typer.Option("--out", help="The source.toml to write.")] = Path("source.toml"),
    answers: Annotated[
        Path | None,
        typer.Option("--answers", help="TOML with the answers; written to be filled in if it is not there."),
    ] = None,
    template: Annotated[
        str | None, typer.Option("--template", help="A known system by its name, or a file .toml; found by itself.")
    ] = None,
    json_file: JsonOption = None,
) -> None:
    """Draft a source.toml for an export: show the evidence, and ask what the files cannot say."""
    from features.drafting.questions import read_answers, unknown_keys
    from features.drafting.templates.template import template_named
    from pipeline.commands.screens.drafting import draft_lines, prompt
    from pipeline.files import write_text

    system = template_named(template) if template is not None else None
    given = _answers_of(out) | (read_answers(answers) if answers and answers.is_file() else {})
    drafted = _draft(path, out, given, system)
    while drafted.open and sys.stdin.isatty() and err.is_terminal:
        asked = prompt(drafted, err)
        if not asked:
            break
        given |= asked
        drafted = _draft(path, out, given, system)
    write_text(drafted.text, out)
    if answers and (drafted.open or not answers.exists()):
        write_text(drafted.questions_text, answers)
    write_json(json_file, drafted.as_dict())
    left_over = unknown_keys(given, [question.key for question in drafted.questions])
    for line in draft_lines(drafted, left_over, path, out, answers):
        err.print(line, soft_wrap=True)
    if drafted.open or not _is_accepted(out):
        raise typer.Exit(Refused.exit_code)


def _answers_of(out: Path) -> dict[str, Any]:
    """The answers in an earlier draft. Raises BadInput for a file that was not drafted: it is not overwritten."""
    import tomllib

    if not out.exists():
        return {}
    try:
        written = tomllib.loads(out.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
        written = {}
    if "draft" not in written:
        remedy = "Name another file with --out, or move that one away"
        raise BadInput(Finding("it was written by hand, and would be replaced", out.name, remedy=remedy))
    answers: dict[str, Any] = written["draft"].get("answers", {})
    return answers


def _draft(path: Path, out: Path, given: dict[str, Any], system: "Template | None") -> "Draft":
    from features.drafting.draft import draft_source

    with tempfile.TemporaryDirectory() as work, progress() as report:
        return draft_source(path, out, given, Path(work), report, system)


def _is_accepted(out: Path) -> bool:
    """Whether the check accepts the draft; shows its errors where it does not."""
    from features.source import check_source
    from pipeline.commands.screens.drafting import check_lines
    from pipeline.dataset.workspace import workspace

    with workspace(Settings()) as folder, progress() as report:
        report("checking the draft")
        findings = check_source(out, folder / "tables")
    for line in check_lines(findings, out):
        err.print(line, soft_wrap=True)
    return not findings.errors
