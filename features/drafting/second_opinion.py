"""A second opinion on a mapping: what a draft from the same files comes to, where its evidence is sure.

The files that a source.toml reads are drafted as `retention draft` does, every question answered as it suggests, and
the two results are compared. Only differences that the files themselves show are reported, as warnings: which rows are
marked as external or locked, which of two dates ends the employment, how often pay is paid, when a row was entered.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from features.drafting.comparison import Drafted, differences
from features.drafting.draft import Draft, draft_source
from features.drafting.questions import SUGGESTED, Question
from features.errors import BadInput
from features.reading.definition.source_definition import SourceDefinition, read_definition
from features.source import Source, load_source
from features.validation.report import Report

MOST_BYTES: Final = 10_000_000
"""Of larger files a draft takes longer than the check itself."""
UNPACKED: Final = 6
"""Times the size of a compressed file that its text has."""
MOST_FILES: Final = 200
FALLBACK: Final = {"exit_kinds": "other"}
"""Answers for values of which nothing is suggested; what depends on them is not compared."""
_LITERAL: Final = re.compile(r"'((?:[^'\n]|'')+\.(?:csv|csv\.gz|txt|tsv|xlsx|parquet))'", re.IGNORECASE)


@dataclass(frozen=True)
class Files:
    """The folder with the files that a source reads, and their size."""

    folder: Path
    number: int
    size: int


def with_second_opinion(source: Path, report: Report, work: Path) -> Report:
    """The report of a source without errors, with a warning for each difference; notes where nothing is compared.

    `work` is an empty folder. Never raises for what is in the files.
    """
    if report.errors:
        return report
    definition = read_definition(source)
    files = None if definition.settings.draft else files_of(definition)
    if files is None:
        return report
    if files.size > MOST_BYTES or files.number > MOST_FILES:
        note = f"The mapping was not compared with a draft: its files hold more than {MOST_BYTES // 1_000_000} MB."
        return replace(report, notes=(*report.notes, note))
    given = load_source(source, work / "given")
    try:
        drafted = _drafted(definition, files.folder, report, work)
    except Exception:
        note = "The mapping was not compared with a draft: none can be made of its files without answers."
        return replace(report, notes=(*report.notes, note))
    found = differences(given, drafted) if isinstance(given, Source) and drafted else ()
    return replace(report, warnings=(*report.warnings, *found))


def files_of(definition: SourceDefinition) -> Files | None:
    """The files that [inputs] and the queries name, by the folder that holds them all; None where there is none."""
    settings = definition.settings
    if settings.database or settings.spark or not settings.tables:
        return None
    named = [name for each in settings.inputs.values() for name in each.file or ()]
    named += [each.replace("''", "'") for each in _LITERAL.findall(definition.text)]
    files = {file for name in named for file in definition.folder.glob(name) if file.is_file()}
    if not files:
        return None
    folders = {file.parent for file in files}
    folder = min(folders, key=lambda each: len(each.parts))
    if any(not each.is_relative_to(folder) for each in folders):
        return None
    every = [each for each in folder.rglob("*") if each.is_file() and each.suffix != ".toml"]
    return Files(folder, len(every), sum(map(_size, every)))


def _size(file: Path) -> int:
    return file.stat().st_size * (UNPACKED if file.suffix.lower() in (".gz", ".xlsx", ".parquet") else 1)


def _drafted(definition: SourceDefinition, folder: Path, report: Report, work: Path) -> Drafted | None:
    """The source that a draft comes to with every question answered as it suggests; None where it has errors."""
    toml = work / "draft" / "source.toml"
    answers: dict[str, Any] = {"complete_from": report.complete_from, "complete_until": report.complete_until}
    first = _draft(folder, toml, answers, work / "first")
    guessed = [question.key for question in first.questions if question.key in first.open and _is_guess(question)]
    answers |= {question.key: _answer(question) for question in first.questions if question.key in first.open}
    second = _draft(folder, toml, answers, work / "second")
    toml.write_text(second.text, encoding="utf-8")
    try:
        loaded = load_source(toml, work / "drafted")
    except BadInput:
        return None
    return Drafted(loaded, second, frozenset(guessed)) if isinstance(loaded, Source) else None


def _draft(folder: Path, toml: Path, answers: Mapping[str, Any], work: Path) -> Draft:
    work.mkdir(parents=True)
    toml.parent.mkdir(exist_ok=True)
    return draft_source(folder, toml, answers, work, lambda _: None)


def _is_guess(question: Question) -> bool:
    """Whether the draft suggests nothing for the question, or nothing for one of its values."""
    if question.kind == "values":
        return len(question.suggested or {}) < len(question.values)
    return question.suggested is None


def _answer(question: Question) -> Any:
    if question.kind == "values":
        otherwise = FALLBACK.get(question.key, _first(question.choices))
        return {value: (question.suggested or {}).get(value, otherwise) for value in question.values}
    if question.suggested is None:
        return [] if question.kind == "several" else _first(question.choices)
    return SUGGESTED


def _first(choices: Sequence[str]) -> Any:
    return choices[0] if choices else 1.0
