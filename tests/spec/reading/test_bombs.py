"""Small files that would take all memory, and damaged ones, are errors; a large file of data is read."""

import gzip
import io
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from source_files import write

from features.errors import BadInput, Finding
from features.reading.file_checks import damage_is
from features.source import check_source

EXITS = "employee_id,exit_date,kind\nE1,2022-03-31,voluntary\n"
SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
Change = Callable[[bytes], bytes]
MB = b"a" * (1 << 20)


def workbook(changes: dict[str, Change], people: int = 1) -> bytes:
    """A workbook of employees whose parts are changed."""
    book, plain, changed = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    del book["Sheet"]
    sheet = book.create_sheet("employees")
    sheet.append(["employee_id", "hire_date"])
    for person in range(people):
        sheet.append([f"E{person + 1}", "2020-01-31"])
    book.save(plain)
    with zipfile.ZipFile(plain) as parts, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in parts.namelist():
            copy.writestr(name, changes.get(name, bytes)(parts.read(name)))
    return changed.getvalue()


def with_rows(xml: bytes) -> dict[str, Change]:
    return {SHEET: lambda part: part.replace(b"</sheetData>", xml + b"</sheetData>")}


def with_shared_text(text: bytes, cells: int) -> bytes:
    """A workbook in which many cells share one text, as Excel writes it."""
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relation = b'<Relationship Id="rIdT" Type="' + kind + b'" Target="/xl/sharedStrings.xml"/></Relationships>'
    rows = b'<row r="9"><c r="A9" t="s"><v>0</v></c></row>' * cells
    changed = workbook(
        with_rows(rows) | {"xl/_rels/workbook.xml.rels": lambda part: part.replace(b"</Relationships>", relation)},
    )
    out = io.BytesIO(changed)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as parts:
        main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        parts.writestr(TEXTS, b'<sst xmlns="' + main + b'"><si><t>' + text + b"</t></si></sst>")
    return out.getvalue()


def packed(*parts: bytes) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1) as file:
        for part in parts:
            file.write(part)
    return out.getvalue()


def wide_parquet() -> bytes:
    out = io.BytesIO()
    pl.DataFrame({f"c{number}": [1] for number in range(6_000)}).write_parquet(out)
    return out.getvalue()


def tall_parquet() -> bytes:
    out = io.BytesIO()
    ids = pl.select(pl.repeat("E1", 20_000_000).alias("employee_id"))
    ids.write_parquet(out, row_group_size=20_000_000, statistics=False)
    return out.getvalue()


BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "two cells in opposite corners": (
        "employees.xlsx",
        lambda: workbook(with_rows(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        "spans far more cells",
    ),
    "a row without places of its cells": (
        "employees.xlsx",
        lambda: workbook(with_rows(b"<row r='1048576'><c><v>1</v></c><c r='ZZ1048576'><v>1</v></c></row>")),
        "spans far more cells",
    ),
    "a part that is blank": (
        "employees.xlsx",
        lambda: workbook({"xl/styles.xml": lambda part: part + b" " * (100 << 20)}),
        "unpacks to far more",
    ),
    "a text that many cells repeat": (
        "employees.xlsx",
        lambda: with_shared_text(b"E" * 30_000, 200_000),
        "its cells repeat long texts",
    ),
    "a text without end": (
        "employees.xlsx",
        lambda: with_shared_text(MB, 1),
        "a text is longer than a cell can hold",
    ),
    "a line of a gigabyte": (
        "employees.csv.gz",
        lambda: packed(b"employee_id,hire_date\n", *[MB] * 1024),
        "unpacks to far more",
    ),
    "a header of a gigabyte": ("employees.csv.gz", lambda: packed(*[MB] * 1024), "unpacks to far more"),
    "a header of 20 MB": ("employees.csv", lambda: b"a," * (10 << 20), "row 1 is longer than 4 MB"),
    "a name of 5 MB": ("employees.csv", lambda: MB * 5, "is longer than 131,072 characters"),
    "a quote that is not closed": ("employees.csv", lambda: b'employee_id,"' + MB * 5, "is longer than 131,072"),
    "a cell of 5 MB": (
        "employees.csv",
        lambda: b'employee_id,hire_date\nE1,2020-01-31\nE2,"' + MB * 5 + b'"\n',
        "line 3 is longer than 2 MB",
    ),
    "200,000 columns": (
        "employees.csv",
        lambda: ",".join(["employee_id", *(f"c{number}" for number in range(200_000))]).encode() + b"\n",
        "more than 5,000 columns",
    ),
    "6,000 columns of Parquet": ("employees.parquet", wide_parquet, "more than 5,000 columns"),
    "rows without size": ("employees.parquet", tall_parquet, "far more rows than its size allows"),
}
BY_NAME = {
    "200,000 columns": ("staff.csv", "out of memory"),
    "a line of a gigabyte": ("staff.csv.gz", "unpacks to far more"),
}
CHECK = """
import resource, sys
from pathlib import Path
from features.source import check_source
resource.setrlimit(resource.RLIMIT_DATA, (4 << 30, 4 << 30))
for folder in sys.argv[1:]:
    report = check_source(Path(folder), Path(folder).parent / "staging")
    print(Path(folder).name, [error.rule for error in report.errors])
"""


def test_a_file_made_to_exhaust_memory_is_an_error_within_bounds(tmp_path: Path) -> None:
    expected = {}
    for number, (file, content, rule) in enumerate(BOMBS.values()):
        expected[f"bomb-{number}"] = rule
        (tmp_path / f"bomb-{number}").mkdir()
        write(tmp_path / f"bomb-{number}", {"exits.csv": EXITS, file: content()})
    for number, (bomb, (file, rule)) in enumerate(BY_NAME.items()):
        expected[f"named-{number}"] = rule
        toml = f"[tables]\nemployees = \"from '{file}'\"\n"
        (tmp_path / f"named-{number}").mkdir()
        write(tmp_path / f"named-{number}", {"source.toml": toml, file: BOMBS[bomb][1]()})
    command = [sys.executable, "-c", CHECK, *(str(tmp_path / name) for name in expected)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert {name: rule for name, rule in expected.items() if rule not in said[name]} == {}


def rules_of(folder: Path, staging: Path) -> list[str]:
    return [error.rule for error in check_source(folder, staging).errors]


def test_large_files_of_real_data_are_not_bombs(tmp_path: Path) -> None:
    people = "".join(f"E{number},2020-01-{number % 28 + 1:02},Sales and Marketing\n" for number in range(100_000))
    write(
        tmp_path,
        {
            "employees.xlsx": workbook({}, people=2_000),
            "exits.csv": EXITS,
            "assignments.csv.gz": gzip.compress(f"employee_id,effective_date,department\n{people}".encode()),
        },
    )
    assert not [rule for rule in rules_of(tmp_path, tmp_path / "staging") if "large" in rule or "longer" in rule]


def test_a_sheet_with_a_remark_far_below_is_read(tmp_path: Path) -> None:
    far = b'<row r="90000"><c r="D90000" t="inlineStr"><is><t>x</t></is></c></row>'
    write(tmp_path, {"employees.xlsx": workbook(with_rows(far)), "exits.csv": EXITS})
    assert not [rule for rule in rules_of(tmp_path, tmp_path / "staging") if "large" in rule]


def test_nested_json_without_end_is_an_error(tmp_path: Path) -> None:
    toml = "[tables]\nemployees = \"from 'staff.json'\"\n"
    write(tmp_path, {"source.toml": toml, "staff.json": '{"employee_id":' * 100_000 + "1" + "}" * 100_000})
    assert check_source(tmp_path, tmp_path / "staging").errors


PEOPLE = pl.DataFrame(
    {
        "employee_id": [f"E{number}" for number in range(1, 300)],
        "hire_date": ["2020-01-31"] * 299,
        "note": ["Josephine Baker", "Zoë Müller", None] * 99 + ["x", "y"],
        "pay": [number / 7 for number in range(299)],
    }
)


def content_of(form: str) -> bytes:
    out = io.BytesIO()
    if form == "parquet":
        PEOPLE.write_parquet(out, compression="snappy")
    elif form == "csv.gz":
        out.write(gzip.compress(PEOPLE.write_csv().encode()))
    else:
        out.write(workbook({}, people=50))
    return out.getvalue()


def damaged(good: bytes, chance: random.Random) -> bytes:
    """A file with changed bytes, more often near the end, where Parquet and zip keep their directories; or cut."""
    content = bytearray(good)
    start = chance.choice([0, len(good) * 2 // 3])
    for _ in range(chance.choice([1, 3, 20])):
        content[chance.randrange(start, len(content))] = chance.randrange(256)
    return bytes(content[: chance.randrange(len(content))] if chance.random() < 0.2 else content)


def test_a_text_that_cells_share_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"employees.xlsx": with_shared_text(b"E2", 3), "exits.csv": EXITS})
    assert "an empty value in a required column" not in (rules := rules_of(tmp_path, tmp_path / "staging"))
    assert not [rule for rule in rules if "Excel" in rule or "large" in rule]


def damaged_part(chance: random.Random) -> bytes:
    """A whole archive in which a part is damaged."""

    def change(part: bytes) -> bytes:
        content = bytearray(part)
        for _ in range(chance.choice([1, 3, 10])):
            content[chance.randrange(len(content))] = chance.choice(b'0123456789<>"=/AZ\x00\xff')
        return bytes(content)

    return workbook({chance.choice([SHEET, "xl/workbook.xml", "xl/styles.xml"]): change}, people=5)


@pytest.mark.parametrize("form", ["parquet", "csv.gz", "xlsx", "part of xlsx", "parquet in SQL"])
def test_a_damaged_file_is_read_or_is_an_error_without_values(form: str, tmp_path: Path) -> None:
    chance = random.Random(f"damage to {form}")
    suffix = form.split()[0] if form != "part of xlsx" else "xlsx"
    good = content_of(suffix)
    toml = {"source.toml": f"[tables]\nemployees = \"from 'e.{suffix}'\"\n"} if "SQL" in form else {}
    for _ in range(12):
        content = damaged_part(chance) if form == "part of xlsx" else damaged(good, chance)
        write(tmp_path, {"exits.csv": EXITS, f"{'e' if toml else 'employees'}.{suffix}": content, **toml})
        report = check_source(tmp_path, tmp_path / "staging")
        said = str(report.as_dict())
        assert "Josephine" not in said
        assert "Müller" not in said


class Panic(BaseException):
    """As libraries in Rust raise it."""


@pytest.mark.parametrize("raised", [Panic, ValueError, RecursionError, UnicodeError, OSError])
def test_whatever_a_library_raises_on_a_damaged_file_is_the_finding(raised: type[BaseException]) -> None:
    finding = Finding("damaged", "x.parquet", remedy="Export it again")
    with pytest.raises(BadInput) as bad, damage_is(finding):
        raise raised("Josephine")
    assert bad.value.findings == [finding]
    assert bad.value.__suppress_context__


def test_a_full_disk_is_not_taken_for_damage() -> None:
    with pytest.raises(OSError, match="No space"), damage_is(Finding("damaged", "x", remedy="y")):
        raise OSError(28, "No space left on device")


def test_a_parquet_file_whose_footer_lies_is_an_error(tmp_path: Path) -> None:
    content: Any = bytearray(content_of("parquet"))
    content[-8:-4] = (2**31 - 1).to_bytes(4, "little")
    write(tmp_path, {"exits.csv": EXITS, "employees.parquet": bytes(content)})
    assert "cannot be read as Parquet" in rules_of(tmp_path, tmp_path / "staging")
