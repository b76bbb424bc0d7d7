"""Exports hold data and no formulas, whatever they are opened with."""

import csv
import io
import re
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formulas import without_formula
from pipeline.lists.written.spreadsheet import csv_bytes, xlsx_bytes

ATTACKS = [
    "=1+1",
    ";=1+1",
    "Sales;=1+1",
    "Sales, @SUM(A1)",
    "a\t-2+3",
    "a\r\n=1+1",
    "\t=1+1",
    ' "=1+1"',
    ';"=1+1"',
    '";"=1+1',
    "＝1+1",
    "|+1",
    '=HYPERLINK("http://x","y")',
    "+cmd|' /C calc'!A0",
    "\tx",
]
LIKE_A_FORMULA = re.compile(r"[\s\"]*[=+\-@＝＋－＠]")


def cells(content: bytes, separator: str) -> list[str]:
    text = content.decode("utf-8-sig")
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]


def broken(content: bytes, separator: str) -> list[str]:
    """The cells of a reader that does not know about quotes."""
    return re.split(rf"[{separator}\r\n]", content.decode("utf-8-sig"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_is_a_formula_under_any_separator(attack: str) -> None:
    content = csv_bytes(["a", "b", "c"], [["E1", attack, "x"], [attack, "y", None]])
    for separator in ",;|\t":
        opened = cells(content, separator) + broken(content, separator)
        assert not [cell for cell in opened if LIKE_A_FORMULA.match(cell)]


@given(st.lists(st.text(alphabet="=+-@;,|\t\r\n\"' a1", max_size=12), min_size=2, max_size=2))
def test_no_text_is_a_formula_under_any_separator(texts: list[str]) -> None:
    content = csv_bytes(["a", "b"], [texts])
    for separator in ",;|\t":
        assert not [cell for cell in cells(content, separator) if LIKE_A_FORMULA.match(cell)]


@given(st.text(alphabet="=+-@;,|\t\r\n\"' a1", max_size=12))
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    once = without_formula(text)
    assert without_formula(once) == once
    assert re.sub("'", "", once) == re.sub("'", "", text)


def test_all_text_is_in_quotes_and_numbers_and_gaps_are_not() -> None:
    content = csv_bytes(["id", "n"], [["007", -0.5], ['say "x"', None], ["", 3]])
    assert content.decode("utf-8-sig") == '"id","n"\r\n"007",-0.5\r\n"say ""x""",\r\n"",3\r\n'


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_workbook_holds_text_as_text(attack: str) -> None:
    content = xlsx_bytes([attack, "b"], [[attack, 1]], "t")
    sheet = openpyxl.load_workbook(io.BytesIO(content))["t"]
    assert [cell.data_type for cell in (sheet["A1"], sheet["A2"])] == ["s", "s"]
    assert sheet["A2"].hyperlink is None
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        assert not [name for name in parts.namelist() if "external" in name.lower()]


def test_half_a_character_does_not_break_an_export() -> None:
    assert b"a?b" in csv_bytes(["x"], [["a\ud800b"]])
    assert xlsx_bytes(["x"], [["a\ud800b"]], "t")
