"""`[inputs.NAME]` of `source.toml`: files in formats that SQL alone cannot read -> Parquet of text for a view.

Tables of a lakehouse keep their types (`lakehouse/`).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow.parquet as pq

from features.contract.table_version import TableVersion
from features.errors import BadInput, Finding, counted
from features.reading.definition.source_definition import FILE_NAME, did_you_mean
from features.reading.definition.source_toml import InputFile, TextFormat
from features.reading.files import csv_to_parquet, nameless_columns
from features.reading.input_part import FILE_COLUMN, SHEET_COLUMN, InputPart
from features.reading.inputs.csv_rows import write_plain
from features.reading.inputs.typed_files import JSON_FORMS, json_as_text, parquet_as_text
from features.reading.lakehouse.read import kind_of, read_table
from features.reading.shaping import Shaping, left_out
from features.reading.union import missing_columns
from features.reading.workbooks.sheets import IS_PATTERN, sheets_to_read
from features.reading.workbooks.workbook import Sheet, letters, xlsx_to_parquet


@dataclass
class ReadInput:
    """The Parquet of each file or sheet; the columns that are refused; the notes and warnings about them.

    files: what was read of each file: the numbers of its sheets, none for text. version: of a table of a lakehouse.
    skipped: the number of rows left out, by the key that says so. nameless: the columns with values and no name.
    """

    parts: list[InputPart] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    files: dict[Path, set[int]] = field(default_factory=dict)
    version: TableVersion | None = None
    skipped: Counter[str] = field(default_factory=Counter)
    nameless: set[int] = field(default_factory=set)


def read_input(
    folder: Path, name: str, declared: InputFile, out_dir: Path, is_used: Callable[[str], bool] = lambda _: True
) -> ReadInput:
    """The files of one input as Parquet, without the refused columns.

    Every column of a file is text under the file's own name; numbers from Excel are plain and dates ISO. Of a table of
    a lakehouse only the columns that `is_used` are read. Raises BadInput where no file matches, where one cannot be
    read, and where a workbook lacks the sheet.
    """
    out_dir.mkdir()
    if kind_of(declared):
        part = out_dir / "0.parquet"
        table = read_table(folder, name, declared, is_used, part)
        return ReadInput([InputPart(part)], sorted(table.refused), table.notes, version=table.version)
    read = ReadInput()
    for file in input_files(folder, name, declared):
        _read_file(file, name, declared, out_dir, read)
    read.refused = sorted(set(read.refused))
    read.warnings += left_out(f"inputs.{name}", read.skipped)
    columns = {
        f"{part.shown} ({number + 1})": pq.read_schema(part.path).names for number, part in enumerate(read.parts)
    }
    if len({part.shown for part in read.parts}) == len(read.parts):
        columns = {part.shown: pq.read_schema(part.path).names for part in read.parts}
    read.notes += missing_columns(f"inputs.{name}", columns)
    return read


def input_files(folder: Path, name: str, declared: InputFile) -> list[Path]:
    """The files that an input names, in its order. Raises BadInput where one is not there."""
    found: dict[Path, None] = {}
    missing = []
    for given in declared.file or []:
        try:
            files = _matching(folder, given)
        except (OSError, ValueError, NotImplementedError):  # no file can have that name
            files = []
        found |= dict.fromkeys(files)
        missing += [] if files else [given]
    if missing:
        raise BadInput([_no_file(folder, name, given) for given in missing])
    return list(found)


def _no_file(folder: Path, name: str, given: str) -> Finding:
    near = did_you_mean(given, [path.name for path in folder.iterdir() if path.is_file()])
    rule = f"no file '{given}' in the folder of {FILE_NAME}"
    return Finding(rule, FILE_NAME, f"inputs.{name}.file", 0, f"{near}Name a file of that folder")


def _matching(folder: Path, given: str) -> list[Path]:
    if (folder / given).is_file():
        return [folder / given]
    pattern = Path(given)
    base = Path(pattern.anchor) if pattern.is_absolute() else folder
    found = (path for path in base.glob(str(pattern.relative_to(pattern.anchor))) if path.is_file())
    return sorted(path for path in found if not path.name.startswith("~$"))


def _read_file(file: Path, name: str, declared: InputFile, out_dir: Path, read: ReadInput) -> None:
    read.files.setdefault(file, set())
    if file.suffix.lower() == ".xlsx":
        _read_workbook(file, name, declared, out_dir, read)
        return
    part = out_dir / f"{len(read.parts)}.parquet"
    if file.suffix.lower() == ".parquet":
        read.refused += parquet_as_text(file, part)
    elif file.name.lower().endswith(JSON_FORMS):
        read.refused += json_as_text(file, part)
    else:
        read.refused += _read_csv(file, name, declared, part, read)
    read.parts.append(InputPart(part, {FILE_COLUMN: file.name}))


def _read_workbook(file: Path, name: str, declared: InputFile, out_dir: Path, read: ReadInput) -> None:
    is_pattern = bool(declared.sheet and IS_PATTERN.search(declared.sheet))
    wanted = sheets_to_read(file, declared.sheet or name, f"inputs.{name}", is_named=declared.sheet is not None)
    read.notes += wanted.notes
    below = sheets_with_more = 0
    for number, sheet_name in wanted.sheets.items():
        part = out_dir / f"{len(read.parts)}.parquet"
        sheet = xlsx_to_parquet(
            file, Sheet(sheet_name, frozenset(), f"inputs.{name}", is_pattern), declared, part, Shaping.of(declared)
        )
        read.refused += sheet.refused
        read.notes += [note for note in sheet.notes if note not in read.notes]
        read.warnings += [replace(finding, table=f"inputs.{name}") for finding in sheet.warnings]
        read.skipped += sheet.skipped
        below, sheets_with_more = below + sheet.below, sheets_with_more + (sheet.below > 0)
        read.nameless |= sheet.nameless
        read.files[file].add(number)
        column = declared.sheet_column or SHEET_COLUMN
        if is_pattern and column.lower() in (name.lower() for name in (*pq.read_schema(part).names, FILE_COLUMN)):
            rule = f"a column named '{column}', as the one that says which sheet a row is from"
            raise BadInput(Finding(rule, file.name, "", 0, "Give the one of the sheets another name by sheet_column"))
        read.parts.append(
            InputPart(part, {FILE_COLUMN: file.name} | ({column: wanted.titles[number]} if is_pattern else {}))
        )
    if is_pattern and below:
        ends = f"{counted(below, 'row')} at the end of {counted(sheets_with_more, 'sheet')}"
        advice = f"skip_rows or skip_last under [inputs.{name}] in source.toml declares them"
        read.notes.append(f"{file.name}: {ends} not read, as totals or remarks; {advice}.")


def _read_csv(file: Path, name: str, declared: InputFile, part: Path, read: ReadInput) -> list[str]:
    try:
        if not _is_shaped(declared):
            given = {key: getattr(declared, key) for key in ("encoding", "delimiter", "header_row")}
            form = TextFormat(**given)
            refused = csv_to_parquet(file, form, part)
            _note_nameless(file, nameless_columns(file, form), read)
            return refused
        (part.parent / part.stem).mkdir()
        plain = part.parent / part.stem / file.name.removesuffix(".gz")
        done = write_plain(file, declared, plain)
        read.skipped += done.skipped
        _note_nameless(file, done.nameless, read)
        refused = csv_to_parquet(plain, TextFormat(), part)
        plain.unlink()
        return refused
    except BadInput as bad:
        section = f"[inputs.{name}]"  # where this file's encoding and delimiter are declared
        raise BadInput(
            [replace(finding, remedy=finding.remedy.replace("[files]", section)) for finding in bad.findings]
        ) from None


def _is_shaped(declared: InputFile) -> bool:
    shape = (declared.header_rows, declared.names, declared.skip_rows, declared.skip_last, declared.last_row)
    return any(shape) or declared.header_row == [0]


def _note_nameless(file: Path, columns: set[int], read: ReadInput) -> None:
    read.nameless |= columns
    if columns:
        listed = ", ".join(map(letters, sorted(columns)))
        read.notes.append(
            f"{file.name}: column {listed} has no name; not read. `names` in source.toml can give it one."
        )
