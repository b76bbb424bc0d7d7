"""An export as it was handed over -> its tables as text, through the readers of `features.reading`.

A file, a sheet of a workbook, or several files or sheets with nearly the same columns (a month a file, a department a
sheet) is one table. Encoding, delimiter and the row of the header are found, and declared in the draft.
"""

import csv
import gzip
import io
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import polars as pl

from features.contract.vocabulary import snake_case
from features.errors import BadInput, Finding
from features.reading.files import likely_encoding
from features.reading.inputs import read_input
from features.reading.sheet_layout import HEAD_ROWS, find_header
from features.reading.source_toml import InputFile
from features.reading.workbook import workbook_sheets

TEXT_FORMS: Final = (".csv", ".tsv", ".txt", ".csv.gz")
FORMS: Final = (*TEXT_FORMS, ".xlsx")
FILE_COLUMN: Final = "filename"

DERIVED: Final = frozenset("people spells states versions changes_of_state pictures people_by_name".split())
"""Names of views that a draft derives: no table of an export has one."""

_DELIMITERS: Final = ",;\t|"
_SAME_TABLE: Final = 0.6
"""Files with this share of their columns in common, and names that differ in a part only, are one table."""
_WORDS: Final = re.compile(r"\d+|[^\W\d_]+|[\W_]+")


@dataclass(frozen=True)
class Part:
    """One section of [inputs]: its name, and where the text is."""

    name: str
    declared: InputFile


@dataclass(frozen=True)
class ExportTable:
    """One table of the export: all values are text, trimmed, and empty ones are null.

    parts: the sections of [inputs] that it is read from; several where it is spread over sheets. titles: the lines
    above the header. refused: the columns that are never read. reshaped: SQL that makes these rows of the parts, for a
    log with a row a changed field; empty where the rows are those of the files. unshaped: those of the files, then.
    """

    name: str
    parts: tuple[Part, ...]
    frame: pl.DataFrame
    files: tuple[str, ...]
    titles: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    reshaped: str = ""
    unshaped: pl.DataFrame | None = None

    @property
    def columns(self) -> list[str]:
        return [name for name in self.frame.columns if name != FILE_COLUMN]


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
    for files in _groups(_files(path), work, export):
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
        twin = next(
            (each for each in merged if each.files == table.files and _alike(each.columns, table.columns)), None
        )
        if twin is None or not table.parts[0].declared.sheet:
            merged.append(table)
            continue
        both = pl.concat([twin.frame, table.frame], how="diagonal")
        merged[next(place for place, each in enumerate(merged) if each is twin)] = replace(
            twin, name=_stem(twin.files[0]), parts=(*twin.parts, *table.parts), frame=both
        )
    return Export(merged, export.left_out)


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise BadInput(Finding("the export does not exist", path.name, remedy="Name a file or a folder with files"))
    if path.is_file():
        return [path]
    try:
        every = sorted(each for each in path.rglob("*") if each.is_file())
    except OSError:
        raise BadInput(Finding("cannot be opened", path.name, remedy="Give read permission for it")) from None
    return [each for each in every if not each.name.startswith((".", "~$")) and each.suffix != ".toml"]


def _groups(files: Sequence[Path], work: Path, export: Export) -> Iterator[list[Path]]:
    """The files that belong together: names that differ in words or numbers at the same places, and alike headers."""
    groups: list[tuple[list[Path], list[str]]] = []
    for file in files:
        if not file.name.lower().endswith(FORMS):
            export.left_out.append(f"{file.name}: not one of {', '.join(FORMS)}")
            continue
        header = _header(file)
        home = next((each for each in groups if _one_pattern([*each[0], file]) and _alike(each[1], header)), None)
        if home:
            home[0].append(file)
        else:
            groups.append(([file], header))
    yield from (group for group, _ in groups)


def _header(file: Path) -> list[str]:
    """The names of the columns, as far as they can be read; for a workbook, of its first sheet."""
    if file.suffix.lower() == ".xlsx":
        import fastexcel

        try:
            sheet = fastexcel.read_excel(file).load_sheet(0, header_row=None, n_rows=HEAD_ROWS, dtypes="string")
        except (fastexcel.FastExcelError, OSError):
            return []
        rows: list[list[str | None]] = [list(row) for row in sheet.to_polars().rows()]
    else:
        rows, *_ = _head(file)
    return [cell for cell in rows[find_header(rows, frozenset())[-1] - 1] if cell] if rows else []


def _alike(some: Sequence[str], others: Sequence[str]) -> bool:
    one, other = set(some), set(others)
    return bool(one) and len(one & other) >= _SAME_TABLE * len(one | other)


def _one_pattern(files: Sequence[Path]) -> str:
    """The pattern that matches these files and no other of their folder; empty where there is none."""
    words = [_WORDS.findall(file.name) for file in files]
    if len({file.parent for file in files}) > 1 or len({len(each) for each in words}) > 1:
        return ""
    places = ["*" if len(set(same)) > 1 else same[0] for same in zip(*words, strict=True)]
    if any(sign in file.name for file in files for sign in "[]?*"):
        return ""
    return "".join(places) if "*" in places else ""


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
    relative = _relative(files[0].parent, folder)
    shown = str(relative / (pattern or files[0].name))
    if files[0].suffix.lower() != ".xlsx":
        yield from _table(_text_file(files[0], shown), (), files, folder, work, names, export)
        return
    try:
        sheets = workbook_sheets(files[0])
    except BadInput as bad:
        export.left_out += [str(finding) for finding in bad.findings]
        return
    wanted: list[str | None] = [None] if len(sheets) == 1 else [*sheets]
    for sheet in wanted:
        yield from _table(InputFile(file=shown, sheet=sheet), (), files, folder, work, names, export)


def _table(
    declared: InputFile | None,
    titles: tuple[str, ...],
    files: Sequence[Path],
    folder: Path,
    work: Path,
    names: Counter[str],
    export: Export,
) -> Iterator[ExportTable]:
    if declared is None:
        export.left_out.append(f"{files[0].name}: no table in it")
        return
    name = _name(files, declared, names)
    try:
        read = read_input(folder, f"{name}_file", declared, work / f"export-{sum(names.values())}")
        frames = [
            pl.read_parquet(part).with_columns(pl.lit(declared.sheet or file).alias(FILE_COLUMN))
            for file, part in read.parts.items()
        ]
    except BadInput as bad:
        export.left_out += [str(finding) for finding in bad.findings]
        return
    frame = pl.concat(frames, how="diagonal").with_columns(pl.col(pl.String).str.strip_chars().replace("", None))
    if frame.is_empty():
        export.left_out.append(f"{files[0].name}: no rows")
        return
    above = () if declared.sheet or files[0].suffix.lower() == ".xlsx" else _titles(files[0], declared)
    part = Part(f"{name}_file", declared)
    yield ExportTable(name, (part,), frame, tuple(file.name for file in files), above, tuple(read.refused))


def _name(files: Sequence[Path], declared: InputFile, names: Counter[str]) -> str:
    """A name for SQL, from the file or the sheet."""
    stem = declared.sheet if declared.sheet else (_one_pattern(files) if len(files) > 1 else files[0].name)
    name = _stem(stem)
    names[name] += 1
    return name if names[name] == 1 else f"{name}_{names[name]}"


def _stem(name: str) -> str:
    words = [word for word in snake_case(re.sub(r"\.\w+(\.gz)?$", "", name)).split("_") if not word.isdigit()]
    stem = "_".join(words)[:40].strip("_") or "export"
    return f"t_{stem}" if stem[0].isdigit() or stem in DERIVED else stem


def _relative(target: Path, folder: Path) -> Path:
    return Path(os.path.relpath(target.resolve(), folder.resolve()))


def _text_file(file: Path, shown: str) -> InputFile | None:
    """How a text file is to be read; None for one without rows."""
    rows, encoding, delimiter = _head(file)
    if not rows:
        return None
    header = find_header(rows, frozenset())[-1]
    return InputFile(
        file=shown,
        encoding=encoding,
        delimiter=None if delimiter == "," else delimiter,
        header_row=None if header == 1 else [header],
    )


def _titles(file: Path, declared: InputFile) -> tuple[str, ...]:
    above = (declared.header_row or [1])[-1] - 1
    return tuple(" ".join(cell for cell in row if cell) for row in _head(file)[0][:above])


def _head(file: Path) -> tuple[list[list[str | None]], str | None, str]:
    """The first rows of a text file, its encoding if that is not UTF-8, and its delimiter."""
    try:
        data = file.read_bytes()
        data = gzip.decompress(data) if file.name.lower().endswith(".gz") else data
    except (OSError, EOFError, zlib.error):
        return [], None, ","
    encoding = None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        encoding = _encoding(file)
        text = data.decode(encoding, errors="replace")
    if "\0" in text:
        return [], None, ","
    lines = "\n".join(text.splitlines()[:HEAD_ROWS])
    counts = {mark: _columns(lines, mark) for mark in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda mark: counts[mark])
    rows = [[cell.strip() or None for cell in row] for row in _parsed(lines, delimiter)]
    return rows, encoding, delimiter


def _encoding(file: Path) -> str:
    """The likely encoding; one of Central Europe if a file beside it has that: a short file shows too little of it."""
    own = likely_encoding(file) or "windows-1252"
    if own != "windows-1252":
        return own
    folder = file.parent
    return "windows-1250" if _is_central_european(folder, folder.stat().st_mtime_ns) else own


@lru_cache(maxsize=16)
def _is_central_european(folder: Path, changed: int) -> bool:
    """Whether a text of a folder is in the encoding of Central Europe; `changed` is when the folder last changed."""
    texts = [each for each in folder.iterdir() if each.suffix.lower() in (".csv", ".txt", ".tsv")]
    return any(likely_encoding(each) == "windows-1250" for each in texts if not _is_utf8(each))


def _is_utf8(file: Path) -> bool:
    try:
        file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    return True


def _parsed(lines: str, mark: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(lines), delimiter=mark))
    except csv.Error:
        return []


def _columns(lines: str, mark: str) -> tuple[int, int]:
    """How many rows have the most common number of columns (at least two), and that number."""
    counts = Counter(len(row) for row in _parsed(lines, mark) if len(row) > 1)
    columns, rows = counts.most_common(1)[0] if counts else (0, 0)
    return rows, columns
