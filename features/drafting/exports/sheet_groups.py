"""The sheets of workbooks that are one table: nearly the same columns, and a pattern that names them and no other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import fastexcel

from features.contract.vocabulary import folded, word_pattern
from features.drafting.vocabulary.words import TEXTS
from features.reading.definition.source_toml import InputFile
from features.reading.workbooks.layout import HEAD_ROWS, find_header
from features.reading.workbooks.sheets import IS_PATTERN
from features.reading.workbooks.workbook import sheet_states

DEPARTMENT: Final = "sheet department"
"""The name of the column of sheets that are called after departments."""
_SAME_TABLE: Final = 0.6
"""Files and sheets with this share of their columns in common are one table."""
_WORDS: Final = re.compile(r"\d+|[^\W\d_]+|[\W_]+")
_SAYS_NOTHING: Final = re.compile(
    r"(sheet|tabelle|blatt|лист|feuil|hoja|foglio|planilha|arkusz|blad)\s*\d*", re.IGNORECASE
)
_MONTHS: Final = re.compile(
    "jan(uary|uar)?|feb(ruary|ruar)?|mar(ch)?|märz|mrz|apr(il)?|may|mai|june?|juni|july?|juli|aug(ust)?|sept?(ember)?|"
    "o[ck]t(ober)?|nov(ember)?|de[cz](ember)?|янв.*|фев.*|марта?|апр.*|мая|май|июн.*|июл.*|авг.*|сен.*|окт.*|ноя.*|дек.*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _SheetHead:
    file: Path
    title: str
    header: list[str]


def is_pattern(sheet: str | None) -> bool:
    """Whether a declared sheet stands for several."""
    return bool(sheet and IS_PATTERN.search(sheet))


def alike(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two headers are those of one table."""
    one, other = set(some), set(others)
    return bool(one) and len(one & other) >= _SAME_TABLE * len(one | other)


def head_of_sheet(file: Path, place: int | str) -> list[list[str | None]]:
    """The first rows of a sheet, as text; none where it cannot be read."""
    try:
        sheet = fastexcel.read_excel(file).load_sheet(place, header_row=None, n_rows=HEAD_ROWS, dtypes="string")
    except (fastexcel.FastExcelError, OSError):
        return []
    return [list(row) for row in sheet.to_polars().rows()]


def workbook_inputs(files: Sequence[Path], shown: str) -> list[InputFile]:
    """An input for each table in workbooks that belong together. Raises BadInput for one that cannot be read."""
    states = {file: sheet_states(file) for file in files}
    sheets = [
        _SheetHead(file, state.title, _header(file, state.title))
        for file, each in states.items()
        for state in each
        if not (state.is_hidden or state.is_blank)
    ]
    if len(sheets) > len(files):
        groups = _groups(sheets)
        patterns = [_pattern(group, sheets) for group in groups]
        if all(patterns):
            return [_input(shown, pattern, group) for pattern, group in zip(patterns, groups, strict=True)]
    first = states[files[0]]
    wanted = [None] if len(first) == 1 else [state.name for state in first]
    return [InputFile(file=[shown], sheet=sheet) for sheet in wanted]


def _input(shown: str, pattern: str, group: Sequence[_SheetHead]) -> InputFile:
    if not is_pattern(pattern):
        return InputFile(file=[shown], sheet=pattern.lower())
    column = DEPARTMENT if _says_departments(group) else None
    return InputFile(file=[shown], sheet=pattern, sheet_column=column)


def _header(file: Path, title: str) -> list[str]:
    rows = head_of_sheet(file, title)
    return [cell for cell in rows[find_header(rows, frozenset())[-1] - 1] if cell] if rows else []


def _groups(sheets: Sequence[_SheetHead]) -> list[list[_SheetHead]]:
    groups: list[list[_SheetHead]] = []
    for sheet in sheets:
        home = next((group for group in groups if alike(group[0].header, sheet.header)), None)
        if home:
            home.append(sheet)
        else:
            groups.append([sheet])
    return groups


def _pattern(group: Sequence[_SheetHead], sheets: Sequence[_SheetHead]) -> str:
    """A name or a pattern for these sheets of all files and for no other; empty where there is none."""
    files = {sheet.file for sheet in sheets}
    if {sheet.file for sheet in group} != files:
        return ""
    titles = list(dict.fromkeys(sheet.title for sheet in group))
    for pattern in [pattern_of(titles), *(["*"] if len(titles) > 1 else [])]:
        if pattern and [sheet for sheet in sheets if fnmatchcase(sheet.title.lower(), pattern.lower())] == list(group):
            return pattern
    return ""


def pattern_of(names: Sequence[str]) -> str:
    """The names with `*` for each word or number in which they differ; empty where their words are not as many."""
    words = [_WORDS.findall(name) for name in names]
    if len({len(each) for each in words}) > 1:
        return ""
    return "".join("*" if len(set(same)) > 1 else same[0] for same in zip(*words, strict=True))


def _says_departments(group: Sequence[_SheetHead]) -> bool:
    """Whether the names of sheets are words that are no months and no default, and no column names a department."""
    titles = {sheet.title for sheet in group}
    has_own = any(
        word_pattern(TEXTS["department"]).search(f"_{folded(name)}_") for sheet in group for name in sheet.header
    )
    are_words = all(
        not any(map(str.isdigit, title))
        and not _SAYS_NOTHING.fullmatch(title)
        and not _MONTHS.fullmatch(_WORDS.findall(title)[0])
        for title in titles
    )
    return len(titles) > 1 and are_words and not has_own
