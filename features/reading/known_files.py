"""Files of tables that an earlier run has read: which are unchanged, and which only have further rows at their end.

Only CSV grows at its end. Its further rows are read as a file of their own, below the same names of columns, where
that gives what the whole file would: in the encoding of the text, the byte of a line break stands for nothing else, and
neither the known rows nor the further ones need a decision about a whole column. Otherwise the whole file is read.
"""

import codecs
import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from features.errors import Finding
from features.reading.column_names import ROWS_BELOW
from features.reading.definition.source_toml import TextFormat
from features.reading.limits import LONGEST_HEADER

_LARGEST_ADDITION: Final = 1 << 28
"""Bytes. They are held in memory; more is read with the whole file, as a stream."""
_BREAKS_STAND_ALONE: Final = re.compile(r"utf-8|ascii|cp125\d|iso8859-\d+|koi8-[ru]")
_BLOCK: Final = 1 << 20


@dataclass(frozen=True)
class KnownFile:
    """The file of a table as it was read, and what reading found in it.

    about: the name of the file, and how its text is read. length and digest: of its bytes. rows: the number read.
    refused: `table.column`, never read.
    """

    about: str
    length: int
    digest: str
    rows: int = 0
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """It as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The opposite of `as_dict`."""
        lists = {name: tuple(document[name]) for name in ("refused", "notes")}
        return cls(**{**document, **lists, "warnings": tuple(map(Finding.from_dict, document["warnings"]))})

    def is_same_as(self, now: "KnownFile") -> bool:
        """Whether a file has the same bytes, and is read in the same way."""
        return (self.about, self.length, self.digest) == (now.about, now.length, now.digest)

    def goes_on_in(self, file: Path, now: "KnownFile") -> bool:
        """Whether a file begins with the same bytes, and is read in the same way."""
        return self.about == now.about and self.length < now.length and _digest(file, self.length) == self.digest

    def with_rows_of(self, added: "KnownFile") -> "KnownFile | None":
        """What reading the whole file would have found, with the length and digest of `added`; None if not known.

        A note tells of a decision about a column, or of a line without an end; warnings are in the order of columns.
        """
        warned = {(finding.rule, finding.column): finding for finding in self.warnings}
        more = {(finding.rule, finding.column): finding.rows for finding in added.warnings}
        if self.notes or added.notes or self.refused != added.refused or not more.keys() <= warned.keys():
            return None
        warnings = [replace(finding, rows=finding.rows + more.get(key, 0)) for key, finding in warned.items()]
        return replace(added, rows=self.rows + added.rows, warnings=tuple(warnings))


def known_file(file: Path, form: TextFormat) -> KnownFile:
    """A file as it is now; nothing has been found in it yet."""
    length = file.stat().st_size
    return KnownFile(_about(file, form), length, _digest(file, length))


def write_addition(before: KnownFile, file: Path, form: TextFormat, out: Path) -> bool:
    """Write the rows after those known, below the names of the columns; False where they cannot be read alone."""
    can_be_cut = file.suffix.lower() == ".csv" and form.header_row in (None, [1]) and _stand_alone(form.encoding)
    if not can_be_cut or before.rows < ROWS_BELOW or file.stat().st_size - before.length > _LARGEST_ADDITION:
        return False
    with file.open("rb") as opened:
        header = opened.readline(LONGEST_HEADER)
        opened.seek(before.length - 1)
        ends_a_line = opened.read(1) == b"\n"
        added = opened.read()
    is_one_line = header.endswith(b"\n") and header.count(b'"') % 2 == 0 and len(header) < before.length
    if not ends_a_line or not is_one_line or not _breaks_lines_alike(header, added):
        return False
    out.write_bytes(header + added)
    return True


def _stand_alone(encoding: str | None) -> bool:
    """Whether the byte of a line break is one wherever it stands."""
    return bool(_BREAKS_STAND_ALONE.fullmatch(codecs.lookup(encoding or "utf-8").name))


def _breaks_lines_alike(header: bytes, added: bytes) -> bool:
    returns = added.count(b"\r")
    if not header.endswith(b"\r\n"):
        return returns == 0
    return returns == added.count(b"\n") == added.count(b"\r\n")


def _about(file: Path, form: TextFormat) -> str:
    return f"{file.name} {form!r}"


def _digest(file: Path, length: int) -> str:
    """The digest of the first bytes of a file."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while length and (block := opened.read(min(length, _BLOCK))):
            digest.update(block)
            length -= len(block)
    return digest.hexdigest()
