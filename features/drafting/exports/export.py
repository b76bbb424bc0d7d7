"""An export as it was handed over -> its tables as text, through the readers of `features.reading`.

A file, a sheet of a workbook, or several files or sheets with nearly the same columns (a month a file, a department a
sheet) is one table. Encoding, delimiter and the row of the header are found, and declared in the draft.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import polars as pl

from features.contract.vocabulary import snake_case
from features.drafting.exports.sheet_groups import alike, head_of_sheet, is_pattern, pattern_of, workbook_inputs
from features.drafting.exports.text_layout import head_of, patterns_of_totals, text_input, titles_of
from features.errors import BadInput, Finding, counted
from features.reading.definition.source_toml import Database, InputFile
from features.reading.input_part import FILE_COLUMN
from features.reading.inputs.inputs import ReadInput, read_input
from features.reading.inputs.typed_files import JSON_FORMS
from features.reading.workbooks.layout import find_header
from features.reading.workbooks.workbook import letters

TEXT_FORMS: Final = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
TYPED_FORMS: Final = (".parquet", *JSON_FORMS)
FORMS: Final = (*TEXT_FORMS, ".xlsx", *TYPED_FORMS)

DERIVED: Final = frozenset("people spells states versions changes_of_state pictures people_by_name".split())
"""Names of views that a draft derives: no table of an export has one."""


@dataclass(frozen=True)
class Part:
    """One section of [inputs]: its name, and where the text is.

    files: what the rows of the part have in the column of files. columns: their names in the file. renames: those of
    them that have another name in the table. database: where `declared.file` is a table of it.
    """

    name: str
    declared: InputFile
    files: tuple[str, ...]
    columns: tuple[str, ...]
    renames: Mapping[str, str] = field(default_factory=dict)
    database: Database | None = None

    @property
    def sheet(self) -> str:
        """The one sheet that the part is; empty where it is a file or every sheet of a pattern."""
        return self.declared.sheet if self.declared.sheet and not is_pattern(self.declared.sheet) else ""


@dataclass(frozen=True)
class ExportTable:
    """One table of the export: all values are text, trimmed, and empty ones are null.

    parts: the sections of [inputs] that it is read from; several where it is spread over sheets. titles: the lines
    above the header. refused: the columns that are never read. reshaped: SQL that makes these rows of the parts, for a
    log with a row a changed field; empty where the rows are those of the files. unshaped: those of the files, then.
    year_end: the month and day of the year that the name of a file holds.
    """

    name: str
    parts: tuple[Part, ...]
    frame: pl.DataFrame
    files: tuple[str, ...]
    titles: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    year_end: str = ""
    reshaped: str = ""
    unshaped: pl.DataFrame | None = None

    @property
    def columns(self) -> list[str]:
        return [name for name in self.frame.columns if name != FILE_COLUMN]

    @property
    def sheet_column(self) -> str:
        """The column that says which sheet a row is from; empty where the table is no union of sheets by a pattern."""
        declared = self.parts[0].declared
        return declared.sheet_column or "sheet" if is_pattern(declared.sheet) else ""


@dataclass
class Export:
    """The tables of an export, and what was left out of it with the reason."""

    tables: list[ExportTable] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def read_export(path: Path, folder: Path, work: Path) -> Export:
    """Reads an export, which is a file or a folder. `folder` is that of the source.toml, to which its files relate.

    Files that cannot be read are named in `left_out`. Raises BadInput where there is nothing to read.
    """
    export = Export()
    names: Counter[str] = Counter()
    for files in _groups(_files(path, export), export):
        for table in _read(files, folder, work, names, export):
            export.tables.append(table)
    if not export.tables:
        remedy = "; ".join(export.left_out) or f"It holds no file ending in {', '.join(FORMS)}"
        raise BadInput(Finding("nothing to read", path.name, remedy=remedy))
    return replace_sheets(export)


def replace_sheets(export: Export) -> Export:
    """Sheets of one workbook with nearly the same columns become one table."""
    merged: list[ExportTable] = []
    for table in export.tables:
        twin = next((each for each in merged if each.files == table.files and alike(each.columns, table.columns)), None)
        if twin is None or not table.parts[0].declared.sheet or is_pattern(twin.parts[0].declared.sheet):
            merged.append(table)
            continue
        both = pl.concat([twin.frame, table.frame], how="diagonal")
        merged[next(place for place, each in enumerate(merged) if each is twin)] = replace(
            twin, name=_stem(twin.files[0]), parts=(*twin.parts, *table.parts), frame=both
        )
    return Export(merged, export.left_out)


def _files(path: Path, export: Export) -> list[Path]:
    if not path.exists():
        raise BadInput(Finding("the export does not exist", path.name, remedy="Name a file or a folder with files"))
    if path.is_file():
        return [path]
    try:
        every = sorted(each for each in path.rglob("*") if each.is_file())
    except OSError:
        raise BadInput(Finding("cannot be opened", path.name, remedy="Give read permission for it")) from None
    lakes = {each.parent.parent for each in every if each.parent.name == "_delta_log"}
    lakes |= {each.parent.parent for each in every if each.name.endswith(".metadata.json")}
    export.left_out += [
        f"{lake.name}: a table of a lakehouse; name it by `delta` or `iceberg` under [inputs.NAME]"
        for lake in sorted(lakes)
    ]
    return [
        each
        for each in every
        if not each.name.startswith((".", "~$")) and each.suffix != ".toml" and not lakes & set(each.parents)
    ]


def _groups(files: Sequence[Path], export: Export) -> Iterator[list[Path]]:
    """The files that belong together: names that differ in words or numbers at the same places, and alike headers."""
    groups: list[tuple[list[Path], list[str]]] = []
    for file in files:
        if not file.name.lower().endswith(FORMS):
            export.left_out.append(f"{file.name}: not one of {', '.join(FORMS)}")
            continue
        header = _header(file)
        home = next((each for each in groups if _one_pattern([*each[0], file]) and alike(each[1], header)), None)
        if home:
            home[0].append(file)
        else:
            groups.append(([file], header))
    yield from (group for group, _ in groups)


def _header(file: Path) -> list[str]:
    """The names of the columns, as far as they can be read; for a workbook, of its first sheet."""
    name = file.name.lower()
    if name.endswith(JSON_FORMS):
        return [file.suffix]
    if name.endswith(".parquet"):
        try:
            return list(pl.read_parquet_schema(file))
        except (pl.exceptions.PolarsError, OSError):
            return []
    rows = head_of_sheet(file, 0) if name.endswith(".xlsx") else head_of(file)[0]
    return [cell for cell in rows[find_header(rows, frozenset())[-1] - 1] if cell] if rows else []


def _one_pattern(files: Sequence[Path]) -> str:
    """The pattern that matches these files and no other of their folder; empty where there is none."""
    if len({(file.parent, file.suffix.lower()) for file in files}) > 1:
        return ""
    if any(sign in file.name for file in files for sign in "[]?*"):
        return ""
    pattern = pattern_of([file.name for file in files])
    return pattern if "*" in pattern else ""


def _read(
    files: Sequence[Path], folder: Path, work: Path, names: Counter[str], export: Export
) -> Iterator[ExportTable]:
    """The tables of files that belong together; more than one for a workbook with several sheets."""
    pattern = _one_pattern(files) if len(files) > 1 else ""
    matching = [file for file in sorted(files[0].parent.glob(pattern)) if file.is_file()] if pattern else []
    if len(files) > 1 and matching != sorted(files):
        for file in files:
            yield from _read([file], folder, work, names, export)
        return
    shown = str(_relative(files[0].parent, folder) / (pattern or files[0].name))
    for declared in _declared(files, shown, export):
        yield from _table(declared, files, folder, work, names, export)


def _declared(files: Sequence[Path], shown: str, export: Export) -> list[InputFile]:
    """How the files are to be read: an input for each table in them."""
    name = files[0].name.lower()
    if name.endswith(TYPED_FORMS):
        return [InputFile(file=[shown])]
    if name.endswith(TEXT_FORMS):
        declared = text_input(files, shown)
        export.left_out += [] if declared else [f"{files[0].name}: no table in it"]
        return [declared] if declared else []
    try:
        return workbook_inputs(files, shown)
    except BadInput as bad:
        export.left_out += [str(finding) for finding in bad.findings]
        return []


def _table(
    declared: InputFile, files: Sequence[Path], folder: Path, work: Path, names: Counter[str], export: Export
) -> Iterator[ExportTable]:
    name = _name(files, declared, names)
    try:
        declared, read, frame = _shaped(declared, name, folder, work / f"export-{sum(names.values())}")
    except BadInput as bad:
        export.left_out += [str(finding) for finding in bad.findings]
        return
    if frame.is_empty():
        export.left_out.append(f"{files[0].name}: no rows")
        return
    export.left_out += [f"{counted(warning.rows, 'row')} of {name}: {warning.rule}" for warning in read.warnings]
    above = titles_of(files[0], declared) if files[0].name.lower().endswith(TEXT_FORMS) else ()
    own = tuple(each for each in frame.columns if each != FILE_COLUMN)
    part = Part(f"{name}_file", declared, tuple(frame[FILE_COLUMN].unique()), own)
    yield ExportTable(name, (part,), frame, tuple(file.name for file in files), above, tuple(read.refused))


def _shaped(declared: InputFile, name: str, folder: Path, work: Path) -> tuple[InputFile, ReadInput, pl.DataFrame]:
    """The input with names for columns that have none and without rows of totals, and what it gives then."""
    read, frame = _rows(declared, name, folder, work)
    update: dict[str, object] = {}
    if read.nameless:
        update["names"] = {letters(place): f"column {letters(place)}" for place in sorted(read.nameless)}
    rows = frame.select(pl.exclude(FILE_COLUMN, declared.sheet_column or "sheet")).rows()
    if not declared.skip_rows and (patterns := patterns_of_totals(rows)):
        update["skip_rows"] = patterns
    if update:
        declared = declared.model_copy(update=update)
        read, frame = _rows(declared, name, folder, work.with_name(f"{work.name}-shaped"))
    return declared, read, frame


def _rows(declared: InputFile, name: str, folder: Path, work: Path) -> tuple[ReadInput, pl.DataFrame]:
    read = read_input(folder, f"{name}_file", declared, work)
    named = {} if declared.sheet is None or is_pattern(declared.sheet) else {FILE_COLUMN: declared.sheet}
    frames = [
        pl.read_parquet(part.path).with_columns(
            pl.lit(text).alias(column) for column, text in {**part.constants, **named}.items()
        )
        for part in read.parts
    ]
    frame = pl.concat(frames, how="diagonal")
    return read, frame.with_columns(pl.col(pl.String).str.strip_chars().replace("", None))


def _name(files: Sequence[Path], declared: InputFile, names: Counter[str]) -> str:
    """A name for SQL, from the file or the sheet."""
    is_named = declared.sheet and not is_pattern(declared.sheet)
    stem = str(declared.sheet) if is_named else (_one_pattern(files) if len(files) > 1 else files[0].name)
    return name_for_sql(stem, names)


def name_for_sql(given: str, names: Counter[str]) -> str:
    """The name of a view for a file, a sheet or a table; numbered where it is not the first of that name."""
    name = _stem(given)
    names[name] += 1
    return name if names[name] == 1 else f"{name}_{names[name]}"


def _stem(name: str) -> str:
    words = [word for word in snake_case(re.sub(r"\.\w+(\.gz)?$", "", name)).split("_") if not word.isdigit()]
    stem = "_".join(words)[:40].strip("_") or "export"
    return f"t_{stem}" if stem[0].isdigit() or stem in DERIVED else stem


def _relative(target: Path, folder: Path) -> Path:
    return Path(os.path.relpath(target.resolve(), folder.resolve()))
