"""`[inputs.NAME]` of `source.toml`: files in formats that SQL alone cannot read -> Parquet of text for a view."""

from dataclasses import replace
from pathlib import Path

from features.errors import BadInput, Finding
from features.reading.files import csv_to_parquet, workbook_sheets, xlsx_to_parquet
from features.reading.source_definition import FILE_NAME, did_you_mean
from features.reading.source_toml import InputFile, TextFormat


def read_input(folder: Path, name: str, declared: InputFile, out_dir: Path) -> tuple[dict[str, Path], list[str]]:
    """The Parquet of each matching file, by file name; and the refused columns, which are not read.

    Every column is text under the file's own name; numbers from Excel are plain and dates ISO. Raises BadInput where
    no file matches, where one cannot be read, and where a workbook lacks the sheet.
    """
    out_dir.mkdir()
    parts: dict[str, Path] = {}
    refused: set[str] = set()
    for file in _files(folder, name, declared):
        part = out_dir / f"{len(parts)}.parquet"
        refused |= set(_read(file, name, declared, part))
        parts[file.name] = part
    return parts, sorted(refused)


def _files(folder: Path, name: str, declared: InputFile) -> list[Path]:
    if (folder / declared.file).is_file():
        return [folder / declared.file]
    pattern = Path(declared.file)
    base = Path(pattern.anchor) if pattern.is_absolute() else folder
    files = sorted(path for path in base.glob(str(pattern.relative_to(pattern.anchor))) if path.is_file())
    if not files:
        near = did_you_mean(declared.file, [path.name for path in folder.iterdir() if path.is_file()])
        rule = f"no file '{declared.file}' in the folder of {FILE_NAME}"
        raise BadInput(Finding(rule, FILE_NAME, f"inputs.{name}.file", 0, f"{near}Name a file of that folder"))
    return files


def _read(file: Path, name: str, declared: InputFile, part: Path) -> list[str]:
    if file.suffix.lower() != ".xlsx":
        return _read_csv(file, name, declared, part)
    sheets = workbook_sheets(file)
    wanted = (declared.sheet or name).strip().lower()
    if declared.sheet and wanted not in sheets:
        remedy = f"{did_you_mean(wanted, sheets)}Name one of the workbook's sheets"
        raise BadInput(Finding(f"no sheet of that name in {file.name}", FILE_NAME, f"inputs.{name}.sheet", 0, remedy))
    return xlsx_to_parquet(file, wanted, part)


def _read_csv(file: Path, name: str, declared: InputFile, part: Path) -> list[str]:
    form = TextFormat(encoding=declared.encoding, delimiter=declared.delimiter)
    try:
        return csv_to_parquet(file, form, part)
    except BadInput as bad:
        section = f"[inputs.{name}]"  # where this file's encoding and delimiter are declared
        raise BadInput(
            [replace(finding, remedy=finding.remedy.replace("[files]", section)) for finding in bad.findings]
        ) from None
