"""Numbers as people write them -> plain numbers. What can be read in two ways must be declared, in both directions."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from features.contract.tables import TABLES
from features.errors import Finding
from features.reading.definition.source_definition import FILE_NAME
from features.reading.definition.source_toml import TextFormat
from features.reading.text.columns import TextColumns
from features.sql import literal, quoted

_PLAIN_NUMBER: Final = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_SPACES: Final = " \u00a0\u202f"
"""The characters that `thousands = " "` covers: the space and the two no-break spaces."""
_MARKED: Final = rf"[+-]?\d[\d.,'{_SPACES}]*"
_ONE_NUMBER: Final = rf"[+-]?(\d+([.,]\d+)?|\d{{1,3}}([.,'{_SPACES}]\d{{3}})+([.,]\d+)?)"
"""A number however it is written; dates and lists such as 1,2,3 are not."""
_THREE_DIGITS: Final = r"[+-]?[1-9]\d{0,2}\.\d{3}"
"""`42.700`: forty-two and a bit, or forty-two thousand."""
_DECIMAL_POINT: Final = r"[+-]?(\d+\.(\d{0,2}|\d{4,})|\.\d+|(0\d*|\d{4,})\.\d{3})([eE][+-]?\d+)?"
"""A number in which the point cannot group thousands."""
_CODE: Final = r"0\d+"
"""Digits that begin with a zero name something; they do not count."""


def read_numbers(
    texts: TextColumns, names: Sequence[str], form: TextFormat, small: Collection[str], plain_too: Collection[str]
) -> tuple[dict[str, str], list[Finding]]:
    """The expressions that rewrite these columns as plain numbers, and the errors.

    `small` are the columns whose values never reach one thousand, so that a point never groups digits in them. Those
    in `plain_too` (Excel) hold cells of plain numbers beside text as declared.
    """
    if not form.decimal and not form.thousands:
        marked = _with_marks(texts, names)
        large = [name for name in names if name not in small and name not in {found.column for found in marked}]
        return {}, [*marked, *_with_three_digits(texts, large)]
    declared = {name: _matches(name, _pattern(form)) for name in names}
    plain = {name: _matches(name, _PLAIN_NUMBER) if name in plain_too else "false" for name in names}
    wrong = texts.counts(
        {name: f"{_matches(name, _MARKED)} and not {declared[name]} and not {plain[name]}" for name in names}
    )
    both = {name: f"{declared[name]} and {plain[name]} and {_matches(name, _THREE_DIGITS)}" for name in names}
    mixed = texts.counts(both) if form.thousands == "." else {}
    converted = {
        name: f"case when {declared[name]} and not {plain[name]} then {_plain(name, form)} else {quoted(name)} end"
        for name in names
    }
    errors = [_not_as_declared(texts.table, name, rows) for name, rows in wrong.items()]
    return converted, errors + [_mixed(texts.table, name, rows) for name, rows in mixed.items()]


def has_only_numbers(texts: TextColumns, names: Sequence[str]) -> list[str]:
    """The columns whose values are all numbers, plain or with marks between the digits, and no codes like 007."""
    return texts.all_match(
        names,
        lambda text: (
            f"(regexp_full_match({text}, {literal(_PLAIN_NUMBER)}) or "
            f"regexp_full_match({text}, {literal(_ONE_NUMBER)})) and not regexp_full_match({text}, {literal(_CODE)})"
        ),
    )


def ambiguous_point(name: str) -> tuple[str, str]:
    """SQL for 'a point before three digits can group thousands', and for 'here it cannot'."""
    return _matches(name, _THREE_DIGITS), _matches(name, _DECIMAL_POINT)


def _with_marks(texts: TextColumns, names: Sequence[str]) -> list[Finding]:
    no_number = {name: f"try_cast({quoted(name)} as double) is null" for name in names}
    suspects = texts.counts({name: f"{quoted(name)} is not null and {no_number[name]}" for name in names})
    grouped = texts.counts({name: f"{_matches(name, _MARKED)} and {no_number[name]}" for name in suspects})
    rule = "numbers with a comma or grouped digits, which can mean two things"
    return [_undeclared(rule, texts.table, name, rows) for name, rows in grouped.items()]


def _with_three_digits(texts: TextColumns, names: Sequence[str]) -> list[Finding]:
    """Columns in which every point stands before three digits, so that it may as well group them."""
    found = texts.counts({name: ambiguous_point(name)[0] for name in names})
    decimal = texts.counts({name: ambiguous_point(name)[1] for name in found})
    rule = "numbers with a point before three digits, which can mean two things"
    return [_undeclared(rule, texts.table, name, rows) for name, rows in found.items() if name not in decimal]


def _matches(name: str, pattern: str) -> str:
    return f"regexp_full_match(trim({quoted(name)}), {literal(pattern)})"


def _pattern(form: TextFormat) -> str:
    decimal = re.escape(form.decimal or ".")
    marks = _SPACES if form.thousands == " " else form.thousands or ""
    groups = rf"\d{{1,3}}([{marks}]\d{{3}})+|" if marks else ""
    return rf"[+-]?({groups}\d+)({decimal}\d*)?"


def _plain(name: str, form: TextFormat) -> str:
    marks = _SPACES if form.thousands == " " else form.thousands or ""
    text = f"trim({quoted(name)})"
    for mark in marks:
        text = f"replace({text}, {literal(mark)}, '')"
    return f"replace({text}, {literal(form.decimal or '.')}, '.')"


def _undeclared(rule: str, table: str, name: str, rows: int) -> Finding:
    remedy = (
        f'Write decimal = "." or decimal = "," under {_section(table)} in {FILE_NAME}, and thousands = "," (or ".", '
        """" ", "'") if digits are grouped"""
    )
    return Finding(rule, table, name, rows, remedy)


def _not_as_declared(table: str, name: str, rows: int) -> Finding:
    remedy = f"Fix them, or decimal and thousands under {_section(table)} in {FILE_NAME}"
    return Finding("numbers that are not written as declared", table, name, rows, remedy)


def _mixed(table: str, name: str, rows: int) -> Finding:
    rule = "cells of numbers and cells of text in one column, with a point before three digits"
    return Finding(rule, table, name, rows, "In Excel, make every cell of the column a number, or every cell text")


def _section(table: str) -> str:
    return f"[files.{table}]" if table in TABLES else "[files]"
