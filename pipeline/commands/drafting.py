"""The command that drafts a source.toml from an export or a database that nobody described."""

import shlex
import sys
import tempfile
from dataclasses import dataclass
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


@dataclass(frozen=True)
class _Subject:
    """What is drafted: an export, or tables of a database."""

    path: Path | None
    url_env: str | None
    schema: str | None
    tables: tuple[str, ...]

    @property
    def arguments(self) -> str:
        """As the command line names it."""
        if self.path:
            return shlex.quote(str(self.path))
        options = [("--database-url-env", self.url_env), ("--schema", self.schema)]
        options += [("--table", table) for table in self.tables]
        return " ".join(f"{name} {shlex.quote(value)}" for name, value in options if value)


@app.command()
def draft(
    path: Annotated[
        Path | None, typer.Argument(help="A file or a folder, as the HR system exported it.", metavar="PATH")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The source.toml to write.")] = Path("source.toml"),
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers", help="TOML with the answers, written to be filled in. Default: answers.toml beside --out."
        ),
    ] = None,
    url_env: Annotated[
        str | None,
        typer.Option("--database-url-env", help="Instead of PATH: the variable that holds the URL of a database."),
    ] = None,
    schema: Annotated[str | None, typer.Option("--schema", help="The schema of the database.")] = None,
    tables: Annotated[
        list[str] | None, typer.Option("--table", help="A table to read; repeat it. Default: all of the schema.")
    ] = None,
    template: Annotated[
        str | None, typer.Option("--template", help="A known system by its name, or a file .toml; found by itself.")
    ] = None,
    json_file: JsonOption = None,
) -> None:
    """Draft a source.toml for an export or a database: show the evidence, and ask what the data cannot say."""
    from features.drafting.questions import read_answers, unknown_keys
    from features.drafting.templates.template import template_named
    from pipeline.commands.screens.drafting import draft_lines, prompt
    from pipeline.files import write_text

    system = template_named(template) if template is not None else None
    subject = _subject(path, url_env, schema, tables or [])
    answers = answers or out.with_name("answers.toml")
    given = _answers_of(out) | (read_answers(answers) if answers.is_file() else {})
    out.parent.mkdir(parents=True, exist_ok=True)  # the draft is read from there before it is written
    drafted = _draft(subject, out, given, system)
    while drafted.open and sys.stdin.isatty() and err.is_terminal:
        asked = prompt(drafted, err)
        if not asked:
            break
        given |= asked
        drafted = _draft(subject, out, given, system)
    write_text(drafted.text, out)
    if drafted.open:
        write_text(drafted.questions_text, answers)
    write_json(json_file, drafted.as_dict())
    left_over = unknown_keys(given, [question.key for question in drafted.questions])
    for line in draft_lines(drafted, left_over, subject.arguments, out, answers):
        err.print(line, soft_wrap=True)
    if drafted.open or not _is_accepted(out):
        raise typer.Exit(Refused.exit_code)


def _subject(path: Path | None, url_env: str | None, schema: str | None, tables: list[str]) -> _Subject:
    """Raises BadInput unless there is either a path or a database, and for options that do not apply."""
    if (path is None) == (url_env is None):
        rule = "two things to draft" if path else "nothing to draft"
        raise BadInput(Finding(rule, "command line", "PATH", remedy="Name either PATH or --database-url-env"))
    if path and (schema or tables):
        option = "--schema" if schema else "--table"
        raise BadInput(Finding("no effect on files", "command line", option, remedy="Leave it out"))
    return _Subject(path, url_env, schema, tuple(tables))


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


def _draft(subject: _Subject, out: Path, given: dict[str, Any], system: "Template | None") -> "Draft":
    from features.drafting.draft import draft_database, draft_source

    with tempfile.TemporaryDirectory() as work, progress() as report:
        if subject.path:
            return draft_source(subject.path, out, given, Path(work), report, system)
        return draft_database(subject.url_env or "", subject.schema, subject.tables, given, Path(work), report, system)


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
