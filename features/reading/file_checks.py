"""Checks of a file before it is read: it holds what its name says, fits into memory, and its columns have names."""

import errno
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from features.contract.vocabulary import is_refused, snake_case
from features.errors import BadInput, Finding, RetentionError
from features.reading.column_names import CONTRACT_NAMES
from features.reading.limits import ALWAYS_UNPACKED, LARGEST_RATIO, MOST_COLUMNS

_BLOCK: Final = 1 << 20
_OF_THE_MACHINE: Final = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EMFILE,
    errno.ENFILE,
}
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
    check_number_of_columns(header, file_name)
    names = [(position, name.strip()) for position, name in enumerate(header) if name.strip()]
    times = Counter(name.lower() for _, name in names)
    last = {name.lower(): position for position, name in names}
    twice = [
        name if snake_case(name) in CONTRACT_NAMES else f"column {last[name] + 1}" for name in times if times[name] > 1
    ]
    remedy = "Keep one; the names of columns are not case-sensitive"
    if twice:
        raise BadInput([Finding("a column twice", file_name, name, 0, remedy) for name in twice])
    wanted = [(position, name) for position, name in names if not is_refused(name)]
    if not wanted:
        raise BadInput(Finding("no column", file_name, "", 0, "Write the names of the columns in the first row"))
    return wanted, [name for _, name in names if is_refused(name)]


def check_number_of_columns(names: Sequence[str], place: str) -> None:
    """Raises BadInput for more columns than fit into memory, with all their rows."""
    if len(names) > MOST_COLUMNS:
        rule, remedy = f"more than {MOST_COLUMNS:,} columns", "Keep the columns that are needed"
        raise BadInput(Finding(rule, place, "", 0, remedy))


@contextmanager
def damage_is(finding: Finding) -> Iterator[None]:
    """Whatever a library raises on a damaged file becomes the finding, also a panic, which is no Exception.

    What the machine causes, such as a full disk, is raised as it is.
    """
    try:
        yield
    except (RetentionError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except OSError as error:
        if error.errno in _OF_THE_MACHINE:
            raise
        raise BadInput(finding) from None
    except BaseException:
        raise BadInput(finding) from None


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


def check_compression(file: Path) -> None:
    """Raises BadInput for a gzip file that unpacks to far more than its size; other files are not looked at."""
    if not is_gzip(file):
        return
    most = max(ALWAYS_UNPACKED, LARGEST_RATIO * file.stat().st_size)
    unpacked = 0
    try:
        with gzip.open(file) as opened:
            while block := opened.read(_BLOCK):
                unpacked += len(block)
                if unpacked > most:
                    rule = "too large to be read: it unpacks to far more than its size"
                    raise BadInput(Finding(rule, file.name, "", 0, "Export it again, with the rows that are needed"))
    except (EOFError, OSError, zlib.error):
        raise BadInput(cut_gzip(file)) from None


def is_gzip(file: Path) -> bool:
    """Whether the name says so."""
    return file.name.lower().endswith(".gz")


def cut_gzip(file: Path) -> Finding:
    """The finding for a gzip file that ends early."""
    return Finding("truncated", file.name, "", 0, "The gzip stream ends early or is damaged: export it again")
