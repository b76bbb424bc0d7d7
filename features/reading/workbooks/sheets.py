"""Which sheets of a workbook an input reads: one by name, the only one, or those that match a pattern."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from features.errors import BadInput, Finding, counted
from features.reading.definition.source_definition import FILE_NAME, did_you_mean
from features.reading.workbooks.workbook import SheetState, sheet_states

IS_PATTERN: Final = re.compile(r"[*?\[]")
"""No sheet has one of these in its name: Excel forbids them."""


@dataclass
class Wanted:
    """The names of the sheets to read, in lower case and as written, by their number from 1; and notes."""

    sheets: dict[int, str]
    titles: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def sheets_to_read(file: Path, wanted: str, section: str, *, is_named: bool) -> Wanted:
    """The sheets for a name or a pattern. Hidden and blank ones match no pattern, and a note counts them."""
    states = sheet_states(file, measures=bool(IS_PATTERN.search(wanted)))
    name = wanted.strip().lower()
    if IS_PATTERN.search(name):
        return _matching(file, name, section, states)
    number = next((number for number, state in enumerate(states, 1) if state.name == name), 0)
    if is_named and not number:
        remedy = f"{did_you_mean(name, [state.name for state in states])}Name one of the workbook's sheets"
        rule = f"no sheet of that name in {file.name}"
        raise BadInput(Finding(rule, FILE_NAME, f"{section}.sheet", 0, remedy))
    visible = [number for number, state in enumerate(states, 1) if not state.is_hidden] or [1]
    return Wanted({number or visible[0]: name})


def _matching(file: Path, pattern: str, section: str, states: Sequence[SheetState]) -> Wanted:
    found = {number: state for number, state in enumerate(states, 1) if fnmatchcase(state.name, pattern)}
    read = {number: state.name for number, state in found.items() if not (state.is_hidden or state.is_blank)}
    if not read:
        remedy = "Correct the pattern; * stands for any text, and hidden or blank sheets match no pattern"
        rule = f"no sheet of {file.name} matches"
        raise BadInput(Finding(rule, FILE_NAME, f"{section}.sheet", 0, remedy))
    unread = len(found) - len(read)
    titles = {number: states[number - 1].title for number in read}
    return Wanted(
        read, titles, [f"{file.name}: {counted(unread, 'hidden or blank sheet')} not read."] if unread else []
    )
