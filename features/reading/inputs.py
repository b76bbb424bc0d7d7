"""`[inputs.NAME]` of `source.toml`: files in formats that SQL alone cannot read -> Parquet of text for a view."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow.parquet as pq

from features.errors import BadInput, Finding
from features.reading.files import csv_to_parquet
from features.reading.source_definition import FILE_NAME, did_you_mean
from features.reading.source_toml import InputFile, TextFormat
from features.reading.union import missing_columns
from features.reading.workbook import Sheet, workbook_sheets, xlsx_to_parquet


@dataclass
class ReadInput:
    """The Parquet of each matching file, by file name; the columns that are refused; the notes about them."""

    parts: dict[str, Path] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


def read_input(folder: Path, name: str, declared: InputFile, out_dir: Path) -> ReadInput:
    """The files of one input as Parquet, without the refused columns.

    Every column is text under the file's own name; numbers from Excel are plain and dates ISO. Raises BadInput where
    no file matches, where one cannot be read, and where a workbook lacks the sheet.
    """
    out_dir.mkdir()
    read = ReadInput()
    for file in _files(folder, name, declared):
        part = out_dir / f"{len(read.parts)}.parquet"
        read.refused += [column for column in _read(file, name, declared, part, read) if column not in read.refused]
        read.parts[file.name] = part
    read.refused.sort()
    columns = {file: pq.read_schema(part).names for file, part in read.parts.items()}
    read.notes += missing_columns(f"inputs.{name}", columns)
    return read


def _files(folder: Path, name: str, declared: InputFile) -> list[Path]:
    try:
        files = _matching(folder, declared.file)
    except (OSError, ValueError):  # no file can have that name
        files = []
    if not files:
        near = did_you_mean(declared.file, [path.name for path in folder.iterdir() if path.is_file()])
        rule = f"no file '{declared.file}' in the folder of {FILE_NAME}"
        raise BadInput(Finding(rule, FILE_NAME, f"inputs.{name}.file", 0, f"{near}Name a file of that folder"))
    return files


def _matching(folder: Path, given: str) -> list[Path]:
    if (folder / given).is_file():
        return [folder / given]
    pattern = Path(given)
    base = Path(pattern.anchor) if pattern.is_absolute() else folder
    return sorted(path for path in base.glob(str(pattern.relative_to(pattern.anchor))) if path.is_file())


def _read(file: Path, name: str, declared: InputFile, part: Path, read: ReadInput) -> list[str]:
    if file.suffix.lower() != ".xlsx":
        return _read_csv(file, name, declared, part)
    sheets = workbook_sheets(file)
    wanted = (declared.sheet or name).strip().lower()
    if declared.sheet and wanted not in sheets:
        remedy = f"{did_you_mean(wanted, sheets)}Name one of the workbook's sheets"
        raise BadInput(Finding(f"no sheet of that name in {file.name}", FILE_NAME, f"inputs.{name}.sheet", 0, remedy))
    sheet = xlsx_to_parquet(file, Sheet(wanted, section=f"inputs.{name}"), declared, part)
    read.notes += sheet.notes
    read.warnings += [replace(finding, table=f"inputs.{name}") for finding in sheet.warnings]
    return sheet.refused


def _read_csv(file: Path, name: str, declared: InputFile, part: Path) -> list[str]:
    form = TextFormat(encoding=declared.encoding, delimiter=declared.delimiter, header_row=declared.header_row)
    try:
        return csv_to_parquet(file, form, part)
    except BadInput as bad:
        section = f"[inputs.{name}]"  # where this file's encoding and delimiter are declared
        raise BadInput(
            [replace(finding, remedy=finding.remedy.replace("[files]", section)) for finding in bad.findings]
        ) from None
