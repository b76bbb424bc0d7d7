"""Files of one kind, one a year, whose columns were renamed on the way: `FY2016.csv` and `FY2017.csv` are one table.

A column is found again by its name without case and signs, by its values, or by its place between columns that were
found. On which day of its year a file was written is asked.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Final

import polars as pl

from features.contract.vocabulary import folded
from features.drafting.exports.export import Export, ExportTable
from features.drafting.exports.file_dates import YEAR, dates_in_names
from features.drafting.questions import Interview, Question
from features.reading.input_part import FILE_COLUMN

_YEAR: Final = r"(?<!\d)(?:19|20)\d\d(?!\d)"
_SHARED: Final = 0.5
"""Two columns with this share of their values in common are one."""
_FOUND: Final = 0.6
"""Two files are of one kind where this share of the columns of the one with fewer is found again."""
_FISCAL: Final = r"(?i)(?<![a-z])(?:fy|fiscal|gj|wj)(?![a-z])"
DAYS: Final = ("06-30", "12-31", "03-31", "09-30", "01-01", "04-01", "07-01", "10-01")


def unite_years(export: Export, interview: Interview) -> list[ExportTable]:
    """The tables of the export, with those of several years as one."""
    groups: dict[str, list[ExportTable]] = defaultdict(list)
    for table in export.tables:
        names = {re.sub(_YEAR, "#", name) for name in table.files}
        is_yearly = len(names) == 1 and "#" in next(iter(names)) and not table.parts[0].declared.sheet
        groups[names.pop() if is_yearly else f"{table.name}/"].append(table)
    united = [_one_table(tables, export) for tables in groups.values()]
    return [_with_day(table, interview) for tables in united for table in tables]


def _one_table(tables: Sequence[ExportTable], export: Export) -> list[ExportTable]:
    """The tables as one, where each has the columns of the first under other names; else as they are."""
    first, *others = tables
    parts, frames, notes = [*first.parts], [first.frame], list[str]()
    for table in others:
        renames = _found_again(table, frames)
        if renames is None:
            return [*tables]
        parts += [replace(part, renames=renames) for part in table.parts]
        frames.append(table.frame.rename(renames))
        listed = ", ".join(f"{old} is read as {new}" for old, new in renames.items() if folded(old) != folded(new))
        notes += [f"{table.files[0]}: {listed}"] if listed else []
    if not others:
        return [first]
    export.left_out += notes
    frame = pl.concat(frames, how="diagonal")
    name = first.name.rstrip("_0123456789") or first.name
    name = first.name if any(name == other.name for other in export.tables) else name
    files = tuple(file for table in tables for file in table.files)
    return [replace(first, name=name, parts=tuple(parts), frame=frame, files=files)]


def _found_again(table: ExportTable, frames: Sequence[pl.DataFrame]) -> dict[str, str] | None:
    """The new names of the columns of a table, as the frames before it have them; None if it is of another kind."""
    before = pl.concat(frames, how="diagonal")
    known = [name for name in before.columns if name != FILE_COLUMN]
    renames = {name: name for name in table.columns if name in known}
    for name in table.columns:
        free = [other for other in known if other not in renames.values()]
        same = [other for other in free if _letters(other) == _letters(name)]
        same = same or _by_values(table.frame[name], before, free)
        if name not in renames and same:
            renames[name] = same[0]
    renames |= _by_place(table.columns, known, renames)
    if len(renames) < _FOUND * min(len(table.columns), len(known)):
        return None
    return {old: new for old, new in renames.items() if old != new}


def _by_values(values: pl.Series, before: pl.DataFrame, names: Sequence[str]) -> list[str]:
    """The column with most of the values of another one, if it has enough of them."""
    own = set(values.drop_nulls().to_list())
    shares = {name: len(own & set(before[name].drop_nulls().to_list())) / max(len(own), 1) for name in names}
    best = max(shares, key=lambda name: shares[name], default="")
    return [best] if best and len(own) > 2 and shares[best] >= _SHARED else []


def _by_place(own: Sequence[str], known: Sequence[str], renames: dict[str, str]) -> dict[str, str]:
    """Columns that stand between the same neighbours, and share letters with each other."""
    found: dict[str, str] = {}
    for place, name in enumerate(own):
        known_by = renames | found
        before = known_by.get(own[place - 1]) if place else None
        after = known_by.get(own[place + 1]) if place + 1 < len(own) else None
        free = [other for other in known if other not in {*renames.values(), *found.values()}]
        beside = [
            other
            for other in free
            if (before and known.index(other) == known.index(before) + 1)
            or (after and known.index(other) == known.index(after) - 1)
        ]
        if name not in renames and len(beside) == 1 and _is_like(name, beside[0]):
            found[name] = beside[0]
    return found


def _is_like(one: str, other: str) -> bool:
    return SequenceMatcher(None, _letters(one), _letters(other)).ratio() >= _SHARED


def _letters(name: str) -> str:
    return folded(name).replace("_", "")


def _with_day(table: ExportTable, interview: Interview) -> ExportTable:
    """The table with the day of its fiscal year that each file shows, as answered; others are as they are."""
    found = dates_in_names(table.files) if len(set(table.files)) > 1 else None
    if not found or found[1] != YEAR or not all(re.search(_FISCAL, name) for name in table.files):
        return table
    question = Question(
        "year_end",
        f"The files of {table.name} hold a year of accounts each. Which day of it do they show? Month and day.",
        "one",
        DAYS,
        suggested=DAYS[0],
        why="the names say a fiscal year",
    )
    return replace(table, year_end=interview.ask(question))
