"""Whatever bytes a source contains, the command ends with 0 or 2 and a report: no traceback, nothing half-written.

`retention check` and the loading that every other command begins with, in process, over a folder of dirty files.
"""

import io
import json
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import polars as pl
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.errors import BadInput
from features.source import load_source
from pipeline.commands import main as entry

HEADERS = {
    "employees": "employee_id,hire_date,observed_from,gender",
    "exits": "employee_id,exit_date,kind,recorded_at",
    "compensation": "employee_id,effective_date,base_pay,currency",
    "collaboration": "client_id,provider_id,opened_at,closed_at,rating",
    "working_time": "employee_id,month,worked_hours",
    "surveys": "employee_id,survey_date,item,score",
}
SECRET = "Zephyrine"
CELLS = (
    *("ann bob cleo 2019-01-01 2020-03-31 2020-12-31 voluntary 5 30000 mood".split() * 3),
    *("", " ", "NULL", "31/12/2019", "02/03/2020", "2020-02-30", "0001-01-01", "9999-12-31", "99999-01-01", "-5-01-01"),
    *("1e308", "1e400", "-0", "1.234,5", "1 000", "0x10", "nan", "inf", "9" * 400, "-9223372036854775809", "1_000"),
    *('"', '""', "'", "\\", ";", "\t", "a\nb", "=1+1", "\u202e", "\ufeff", "ё", "🙂", "\0", SECRET, "x" * 5000),
)
COLUMNS = ("Employee ID", "employee_id", "HIRE_DATE", "comment", "", " ", "売上", "a.b", '"', "recorded_at", "x" * 300)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "windows-1251", "windows-1252", "shift_jis")
SETTINGS = (
    *('delimiter = ";"', 'encoding = "windows-1251"', 'encoding = "utf-16"', 'decimal = ","', 'thousands = " "'),
    *('date_format = "%d.%m.%Y"', 'date_format = "%m/%d/%y"', 'encoding = "rot13"', "decimal = 1", 'thousand = ","'),
)
TOP = (
    *('name = "x"', "complete_until = 2020-12-31", "complete_from = 2021-01-01", "horizon_months = 99", "x", "[", "\0"),
    *('ignore = ["mood", ""]', 'employee_features = ["売上", "gender"]', 'protected = [""]', "complete_until = 1-1-1"),
    *("complete_until = 0001-01-01", "complete_until = 9999-12-31", "name = ''"),
)


SOUND = {
    "hire_date": ("2018-01-01", "2019-01-01"),
    "exit_date": ("2020-03-31", "2020-12-31"),
    "kind": ("voluntary", "Other"),
    "gender": ("f", ""),
    "item": ("mood", "売上", "comment"),
    "currency": ("EUR",),
    **dict.fromkeys(("score", "rating", "worked_hours", "base_pay"), ("1", "5", "3.5")),
}


@st.composite
def sound_csv(draw: st.DrawFn, table: str) -> bytes:
    """Valid values in each column, so that only rules of warnings can break; each person has one spell."""
    header = HEADERS[table].split(",")
    day = ("2019-05-31", "2020-02-29", "2020-06-30", "9999-12-31")
    who = ("ann", "bob", "cleo")
    people = who if table in ("employees", "exits") else draw(st.lists(st.sampled_from((*who, "nobody")), max_size=5))
    lines = [",".join(header)]
    for person in people[: len(people) - (table == "exits")]:
        cells = [person, *(draw(st.sampled_from(SOUND.get(name, day))) for name in header[1:])]
        if table == "collaboration":
            cells[1] = draw(st.sampled_from([other for other in who if other != person]))
        lines.append(",".join(cells))
    end = draw(st.sampled_from(("\n", "\r\n")))
    return (end.join(lines) + end).encode(draw(st.sampled_from(("utf-8", "utf-8-sig"))))


@st.composite
def csv_file(draw: st.DrawFn, table: str) -> bytes:
    """Rows mostly of the right length; sometimes an odd column, encoding or separator, truncation or flipped bytes."""
    header = HEADERS[table].split(",")
    if draw(st.booleans()):
        header.insert(draw(st.integers(0, len(header))), draw(st.sampled_from(COLUMNS)))
    rows = draw(st.lists(st.lists(st.sampled_from(CELLS), min_size=len(header), max_size=len(header)), max_size=5))
    mark = draw(st.sampled_from((",", ",", ",", ";", "\t")))
    is_quoted = draw(st.booleans())
    lines = [header, *([quoted(cell) if is_quoted else cell for cell in row] for row in rows)]
    end = draw(st.sampled_from(("\n", "\n", "\r\n", "\r")))
    text = end.join(mark.join(line) for line in lines) + end
    content = text.encode(draw(st.sampled_from(("utf-8",) * 6 + ENCODINGS)), errors="replace")
    return damaged(draw, content) if draw(st.integers(0, 2)) == 0 else content


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    place = draw(st.integers(0, len(content)))
    junk = draw(st.sampled_from((b"", b"\0", b"\xff\xfe", b"\x1f\x8b", b"PAR1", b"\n\n", b'"', b"\r", b"\xc3")))
    tail = content[place:] if draw(st.booleans()) else b""
    return content[:place] + junk + tail


@st.composite
def parquet_file(draw: st.DrawFn, table: str) -> bytes:
    """Text or odd types under the right names, sometimes truncated."""
    column = st.sampled_from(
        (
            pl.Series([1, None], dtype=pl.Int64),
            pl.Series(["ann", None]),
            pl.Series(["2019-01-01", "2020-01-01"]).str.to_date(),
            pl.Series([1.5, float("nan")]),
            pl.Series([[1], None]),
            pl.Series([b"\xff", None]),
            pl.Series([True, None]),
            pl.Series([3_000_000, -3_000_000], dtype=pl.Int32).cast(pl.Date),
            pl.Series([2**31 - 1, -(2**31)], dtype=pl.Int32).cast(pl.Date),
        )
    )
    out = io.BytesIO()
    frame = pl.DataFrame({name: draw(column) for name in HEADERS[table].split(",")})
    frame.write_parquet(out)
    return damaged(draw, out.getvalue()) if draw(st.booleans()) else out.getvalue()


@st.composite
def nearly_sound_files(draw: st.DrawFn) -> dict[str, bytes]:
    """Valid files, one of which may be dirty (not employees or exits)."""
    tables = ["employees", "exits", *(table for table in list(HEADERS)[2:] if draw(st.booleans()))]
    files = {f"{table}.csv": draw(sound_csv(table)) for table in tables}
    if len(tables) > 2 and draw(st.integers(0, 2)) == 0:
        files[f"{tables[-1]}.csv"] = draw(csv_file(tables[-1]))
    return files


@st.composite
def source_files(draw: st.DrawFn) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for table in HEADERS:
        if draw(st.integers(0, 9 if table in ("employees", "exits") else 1)):
            form = draw(st.sampled_from(("csv", "csv", "csv", "csv", "CSV", "parquet", "csv.gz", "xlsx", "txt")))
            make = parquet_file if form == "parquet" else csv_file
            files[f"{table}.{form}"] = draw(make(table))
    if draw(st.booleans()):
        lines = [draw(st.sampled_from(TOP)) for _ in range(draw(st.integers(0, 2)))]
        if draw(st.booleans()):
            lines += ["[files]", *{draw(st.sampled_from(SETTINGS)) for _ in range(2)}]
        if draw(st.integers(0, 4)) == 0:
            lines += ["[tables]", "employees = \"from 'employees.csv'\"", 'exits = "select 1 as kind"']
        files["source.toml"] = "\n".join(lines).encode()
    return files


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def errors_of_loading(source: Path, staging: Path) -> list[dict[str, str | int]]:
    try:
        load_source(source, staging)
    except BadInput as bad:
        return [finding.as_dict() for finding in bad.findings]
    return []


def retention(*arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command, run in this process."""
    output, errors, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["retention", *arguments]
    try:
        with redirect_stdout(output), redirect_stderr(errors):
            entry.main()
    except SystemExit as end:
        return int(str(end.code or 0)), output.getvalue(), errors.getvalue()
    finally:
        sys.argv = before
    return 0, output.getvalue(), errors.getvalue()


@settings(max_examples=at_most(20), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(source_files(), nearly_sound_files()))
def test_any_files_end_in_a_report_and_nothing_half_written(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as home:
        source, staging = Path(home) / "company", Path(home) / "staging"
        source.mkdir()
        for name, content in files.items():
            (source / name).write_bytes(content)
        given_files = everything_in(Path(home))
        code, output, text = retention("check", str(source), "--json", "-")
        assert code in (0, 2)
        report = json.loads(output)
        assert bool(report["errors"]) == (code == 2)
        assert "Traceback" not in text
        assert SECRET not in output + text
        assert all(finding["rule"] and finding["remedy"] for finding in (*report["errors"], *report["warnings"]))
        assert everything_in(Path(home)) == given_files
        errors = errors_of_loading(source, staging)
        assert errors == report["errors"]
        if errors:
            assert everything_in(Path(home)) == given_files
        else:
            assert {"employees.parquet", "exits.parquet"} <= set(everything_in(staging))
