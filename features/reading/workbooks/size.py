"""How much memory a workbook takes when it is read, which its size on disk does not show.

A sheet is read as a full rectangle, so two cells in opposite corners take as much memory as all between them; a text
that many cells share takes memory for each of them; and zeros compress a thousandfold.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from features.errors import BadInput, Finding
from features.reading.file_checks import damage_is
from features.reading.limits import (
    ALWAYS_UNPACKED,
    LARGEST_RATIO,
    LARGEST_TEXTS,
    LARGEST_WORKBOOK,
    LONGEST_TEXT,
    MOST_SPANNED,
    SPANNED_PER_FILLED,
)

NOT_EXCEL: Final = "It is truncated or not an Excel workbook: save it again as .xlsx"

_BLOCK: Final = 1 << 20
_OVERLAP: Final = 64
"""Bytes that are searched again with the next block, so that a place which a block ends within is found."""

_PLACE: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})(\d{1,9})["']""")
_SHARED: Final = re.compile(rb"""\bt\s*=\s*["']s["']""")
_INDEX: Final = re.compile(_SHARED.pattern + rb"[^>]*>\s*<(?:\w+:)?v[^>]*>\s*(\d{1,9})")
_TEXT_ENDS: Final = re.compile(rb"</(?:\w+:)?si\s*>")


@dataclass
class _Span:
    """The places that a part of a workbook names, and the rectangle that they span."""

    places: int = 0
    columns: set[bytes] = field(default_factory=set)
    first_row: int = 1 << 40
    last_row: int = 0

    def add(self, block: bytes) -> None:
        places = _PLACE.findall(block)
        if places:
            rows = [int(row) for _, row in places]
            self.first_row, self.last_row = min(self.first_row, *rows), max(self.last_row, *rows)
            self.columns.update(letters for letters, _ in places if letters)
            self.places += len(places)

    @property
    def cells(self) -> int:
        numbers = [_number(letters) for letters in self.columns] or [1]
        return max(self.last_row - self.first_row + 1, 0) * (max(numbers) - min(numbers) + 1)


def check_workbook_size(file: Path) -> None:
    """Raises BadInput for a workbook that takes far more memory than its content, or is no whole archive."""
    damaged = Finding("cannot be read as Excel", file.name, "", 0, NOT_EXCEL)
    with damage_is(damaged), zipfile.ZipFile(file) as parts:
        _check_parts(file, parts)


def _check_parts(file: Path, parts: zipfile.ZipFile) -> None:
    if len({part.filename.lower() for part in parts.infolist()}) < len(parts.infolist()):
        raise zipfile.BadZipFile  # readers differ in which of two parts of one name they take
    unpacked = shared = longest = 0
    most = min(max(ALWAYS_UNPACKED, LARGEST_RATIO * file.stat().st_size), LARGEST_WORKBOOK)
    for part in parts.infolist():
        span, open_text = _Span(), 0
        for block in _blocks(parts, part):
            unpacked += len(block) - _OVERLAP
            if unpacked > most:
                raise _too_large(file, "it unpacks to far more than its size")
            span.add(block)
            shared += len(_SHARED.findall(block))
            texts = [len(text) for text in _TEXT_ENDS.split(block)] if b"si>" in block or open_text else [0]
            longest = max(longest, open_text + texts[0], *texts)
            open_text = texts[-1] if len(texts) > 1 else open_text + texts[0]
            if longest > LONGEST_TEXT:
                raise _too_large(file, "a text is longer than a cell can hold")
        if span.cells > max(MOST_SPANNED, SPANNED_PER_FILLED * span.places):
            raise _too_large(file, "a sheet spans far more cells than it fills")
    if shared * longest > LARGEST_TEXTS and _shared_bytes(parts, longest) > LARGEST_TEXTS:
        raise _too_large(file, "its cells repeat long texts")


def _shared_bytes(parts: zipfile.ZipFile, longest: int) -> int:
    """The bytes of all cells with a shared text; one whose text cannot be told counts as the longest."""
    lengths: list[int] = []
    named = shared = total = 0
    for part in parts.infolist():
        if "sharedstrings" in part.filename.lower():
            lengths = [len(text) for text in _TEXT_ENDS.split(parts.read(part))]
    for part in parts.infolist():
        for block in _blocks(parts, part):
            shared += len(_SHARED.findall(block))
            indices = [int(index) for index in _INDEX.findall(block)]
            named += len(indices)
            total += sum(lengths[index] for index in indices if index < len(lengths))
    return total + max(shared - named, 0) * longest


def _blocks(parts: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part, each block after the last bytes of the one before."""
    before = b" " * _OVERLAP
    with parts.open(part) as opened:
        while block := opened.read(_BLOCK):
            yield before + block
            before = (before + block)[-_OVERLAP:]


def _number(letters: bytes) -> int:
    """The number of a column from its letters: 1 for A."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _too_large(file: Path, rule: str) -> BadInput:
    remedy = "Copy the cells with data into a new workbook, or save the sheet as CSV"
    return BadInput(Finding(f"too large to be read: {rule}", file.name, "", 0, remedy))
