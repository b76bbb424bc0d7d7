"""The merged cells of a sheet's first rows, which the reader of Excel files does not tell."""

import html
import posixpath
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_BLOCK: Final = 1 << 20
_OVERLAP: Final = 64
_MERGED: Final = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")

NO_PART: Final = (KeyError, OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)
"""What reading a part of a workbook raises where it is missing, damaged, encrypted or packed in an unknown way."""

Cells = list[str | None]


def fill_merged(file: Path, sheet: str, head: Sequence[Cells]) -> bool:
    """Writes the text of each merged cell into all places that it covers. Returns whether there was one."""
    ranges = [place for place in _merged(file, sheet) if place[0] <= len(head)]
    for top, left, bottom, right in ranges:
        row = head[top - 1]
        text = row[left - 1] if left <= len(row) else None
        for each in head[top - 1 : bottom]:
            each += [None] * (right - len(each))
            each[left - 1 : right] = [text] * (right - left + 1)
    return bool(ranges)


def column_number(letters: str) -> int:
    """The number of a column from its letters: 1 for A."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _merged(file: Path, sheet: str) -> list[tuple[int, int, int, int]]:
    """Top, left, bottom and right of each merged cell, counted from 1."""
    try:
        with zipfile.ZipFile(file) as parts, parts.open(_part_of(parts, sheet)) as opened:
            found, before = set(), b""
            while block := opened.read(_BLOCK):
                found |= set(_MERGED.findall(before + block))
                before = block[-_OVERLAP:]
    except NO_PART:
        return []
    places = [(int(top), left.decode(), int(bottom), right.decode()) for left, top, right, bottom in found]
    return sorted((top, column_number(left), bottom, column_number(right)) for top, left, bottom, right in places)


def _part_of(parts: zipfile.ZipFile, sheet: str) -> str:
    """The part of the archive that holds a sheet. Raises KeyError where it is not told."""
    text = parts.read("xl/workbook.xml").decode("utf-8", errors="replace")
    links = parts.read("xl/_rels/workbook.xml.rels").decode("utf-8", errors="replace")
    given = {html.unescape(_attribute(each, "name")): _attribute(each, r"\w+:id") for each in _elements(text, "sheet")}
    targets = {_attribute(each, "Id"): _attribute(each, "Target") for each in _elements(links, "Relationship")}
    return posixpath.normpath(posixpath.join("/xl", targets[given[sheet]])).lstrip("/")


def _elements(text: str, name: str) -> list[str]:
    return re.findall(rf"<(?:\w+:)?{name}\s[^>]*>", text)


def _attribute(element: str, name: str) -> str:
    found = re.search(rf"""\s{name}=["']([^"']*)["']""", element)
    return found[1] if found else ""
