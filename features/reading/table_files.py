"""The files of a source's folder that are named after tables."""

from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from features.contract.tables import TABLES
from features.errors import BadInput, Finding
from features.reading.definition.source_definition import FILE_NAME, did_you_mean
from features.reading.files import FORMS, WORKBOOK
from features.reading.workbooks.workbook import workbook_sheets

OTHER_FORMS: Final = (".xls", ".xlsm", ".ods", ".txt", ".tsv", ".json", ".feather", ".csv.zip", ".zip", ".csv.bz2")


@dataclass(frozen=True)
class TableFiles:
    """The file of each table, in the contract's order; tables with several files, which are errors; near misses."""

    files: dict[str, Path]
    twice: list[Finding]
    near_misses: list[Finding]


def table_files(folder: Path, elsewhere: Set[str]) -> TableFiles:
    """The files of a folder that are named after a table. `elsewhere` are the tables that something else reads.

    Raises BadInput where there is no table at all.
    """
    try:
        visible = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "~$")))
    except OSError:
        raise BadInput(Finding("cannot be opened", folder.name, "", 0, "Give read permission for it")) from None
    files: dict[str, list[Path]] = {}
    others: list[tuple[str, str, str]] = []
    for path in visible:
        stem, suffix = stem_and_suffix(path)
        if suffix in FORMS and stem in TABLES:
            files.setdefault(stem, []).append(path)
        elif suffix == ".xlsx" and stem == WORKBOOK:
            sheets = workbook_sheets(path)
            others += [(f"{path.name}.{sheet}", sheet, suffix) for sheet in sheets if sheet not in TABLES]
            for sheet in TABLES.keys() & sheets:
                files.setdefault(sheet, []).append(path)
        else:
            others.append((path.name, stem, suffix))
    near_misses = [_near_miss(*other, missing=TABLES.keys() - files - elsewhere) for other in others]
    if not files and not elsewhere:
        raise BadInput([_no_tables(folder, bool(visible)), *filter(None, near_misses)])
    twice = [_twice(table, paths) for table, paths in files.items() if len(paths) > 1]
    twice += [_also_elsewhere(table, files[table][0]) for table in files if table in elsewhere]
    one = {table: files[table][0] for table in TABLES if table in files and table not in {each.table for each in twice}}
    return TableFiles(one, twice, [finding for finding in near_misses if finding])


def stem_and_suffix(path: Path) -> tuple[str, str]:
    """The name of a file and its form, in lower case."""
    name = path.name.lower()
    suffix = next((form for form in (*FORMS, *OTHER_FORMS) if name.endswith(form)), path.suffix.lower())
    return name.removesuffix(suffix), suffix


def _near_miss(place: str, stem: str, suffix: str, missing: Set[str]) -> Finding | None:
    if stem in missing and suffix in OTHER_FORMS:
        return Finding("not a format that is read", place, "", 0, f"Save it as one of: {', '.join(FORMS)}")
    guess = did_you_mean(stem, missing) if suffix in (*FORMS, *OTHER_FORMS) else ""
    if guess:
        return Finding("not the name of a table; left out", place, "", 0, f"{guess}Rename it if so")
    return None


def _twice(table: str, paths: list[Path]) -> Finding:
    names = " and ".join(path.name for path in paths)
    return Finding("two files for one table", table, "", 0, f"Keep one of {names}")


def _also_elsewhere(table: str, file: Path) -> Finding:
    rule = "a file, and a query under [spark.tables]"
    return Finding(rule, table, "", 0, f"Keep one of them: remove the query, or {file.name} from the folder")


def _no_tables(folder: Path, has_files: bool) -> Finding:
    rule = "no file is named after a table" if has_files else "the folder is empty"
    remedy = f"Add employees.csv and exits.csv (or .parquet, .xlsx) and other tables, or a {FILE_NAME} with [tables]"
    return Finding(rule, folder.name, "", 0, remedy)
