"""Checks of a file before it is read: that it holds what its name says, and that its columns have names."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from features.contract.vocabulary import is_refused
from features.errors import BadInput, Finding

_MAGIC: Final = {
    b"PAR1": "Parquet",
    b"PK\x03\x04": "Excel (.xlsx) or zip",
    b"\x1f\x8b": "gzip",
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "old Excel (.xls), or Excel with a password",
    b"\x89PNG": "a picture",
    b"<!DOCTYPE": "a web page",
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b"<?xml": "XML",
    b"[{": "JSON",
    b"{": "JSON",
}


def readable_columns(header: Sequence[str], file_name: str) -> tuple[list[tuple[int, str]], list[str]]:
    """Position and name of the columns to read, and the refused names. A column without a name is left out."""
    names = [(position, name.strip()) for position, name in enumerate(header) if name.strip()]
    seen = Counter(name.lower() for _, name in names)
    twice = [name for name, times in seen.items() if times > 1]
    remedy = "Keep one; the names of columns are not case-sensitive"
    if twice:
        raise BadInput([Finding("a column twice", file_name, name, 0, remedy) for name in twice])
    wanted = [(position, name) for position, name in names if not is_refused(name)]
    if not wanted:
        raise BadInput(Finding("no column", file_name, "", 0, "Write the names of the columns in the first row"))
    return wanted, [name for _, name in names if is_refused(name)]


def check_magic(file: Path, expected: bytes) -> None:
    """Checks that the file's first bytes fit its format; `expected` is empty for plain text. Raises BadInput."""
    try:
        with file.open("rb") as opened:
            start = opened.read(16)
    except OSError:
        raise BadInput(Finding("cannot be opened", file.name, "", 0, "Give read permission for it")) from None
    if not start:
        raise BadInput(Finding("an empty file", file.name, "", 0, "It holds no bytes: export it again")) from None
    actual = next((name for magic, name in _MAGIC.items() if start.startswith(magic)), "")
    if start.startswith(expected) and (expected or not actual):
        return
    remedy = f"It holds {actual or 'something else'}: export it again in the format of its name, or rename it"
    raise BadInput(Finding("not in the format of its name", file.name, "", 0, remedy))
