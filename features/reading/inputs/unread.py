"""What lies in the folder of a source and is read by nothing: files, and sheets of workbooks that are read."""

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from features.errors import counted
from features.reading.files import FORMS
from features.reading.inputs.inputs import ReadInput
from features.reading.inputs.typed_files import JSON_FORMS
from features.reading.union import NAMED_AT_MOST
from features.reading.workbooks.workbook import sheet_states

_READABLE: Final = (*FORMS, *JSON_FORMS, ".tsv", ".txt")
_QUOTED: Final = re.compile(r"'([^']+)'")


def unread_notes(folder: Path, inputs: Iterable[ReadInput], queries: Sequence[str]) -> list[str]:
    """Notes on the files that no input and no query names, and on the sheets that no input reads.

    Sheets are counted and told by their number, since one may be called after a person.
    """
    sheets: dict[Path, set[int]] = {}
    for read in inputs:
        for file, numbers in read.files.items():
            sheets.setdefault(file, set()).update(numbers)
    return [*_files(folder, sheets, queries), *_sheets(sheets)]


def _files(folder: Path, read: Mapping[Path, set[int]], queries: Sequence[str]) -> list[str]:
    named = [name for sql in queries for name in _QUOTED.findall(sql)]
    resolved = {file.resolve() for file in read}
    unread = [
        file.name
        for file in sorted(folder.iterdir())
        if file.is_file()
        and file.name.lower().endswith(_READABLE)
        and not file.name.startswith((".", "~$"))
        and file.resolve() not in resolved
        and not any(fnmatchcase(file.name, name) or str(file) == name for name in named)
    ]
    if not unread:
        return []
    more = f" and {len(unread) - NAMED_AT_MOST} more" if len(unread) > NAMED_AT_MOST else ""
    number = counted(len(unread), "file")
    return [f"{number} of the folder not read, as nothing names them: {', '.join(unread[:NAMED_AT_MOST])}{more}."]


def _sheets(read: Mapping[Path, set[int]]) -> list[str]:
    notes = []
    for file, numbers in read.items():
        if not numbers:
            continue
        states = sheet_states(file, measures=False)
        unread = [number for number, state in enumerate(states, 1) if number not in numbers and not state.is_hidden]
        hidden = sum(state.is_hidden for number, state in enumerate(states, 1) if number not in numbers)
        if unread:
            places = ", ".join(map(str, unread[:NAMED_AT_MOST])) + ("…" if len(unread) > NAMED_AT_MOST else "")
            notes.append(f"{file.name}: {counted(len(unread), 'sheet')} of {len(states)} not read (number {places}).")
        if hidden:
            notes.append(f"{file.name}: {counted(hidden, 'hidden sheet')} not read.")
    return notes
