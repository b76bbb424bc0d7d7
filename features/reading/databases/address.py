"""The URL of a database, from the environment variable that `url_env` names. No message ever holds a part of it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from features.errors import BadInput, Finding
from features.reading.definition.source_definition import FILE_NAME

PLACE: Final = "database.url_env"
CONNECT_SECONDS: Final = 15

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9.-]*)(?:\+[A-Za-z0-9_]+)?://(.*)", re.DOTALL)


@dataclass(frozen=True)
class Address:
    """The parts of a URL, decoded. variable: the name of the environment variable. rest: what follows `scheme://`."""

    variable: str
    scheme: str
    rest: str = field(repr=False)
    user: str = field(repr=False)
    password: str = field(repr=False)
    host: str
    port: int | None
    path: str
    options: Mapping[str, str] = field(repr=False)

    def options_among(self, *known: str) -> dict[str, str]:
        """The options after `?`. Raises BadInput for one that is not among the known."""
        if unknown := [name for name in self.options if name not in known]:
            names = ", ".join(known) or "none"
            rule = f"the URL in the environment variable {self.variable} has {len(unknown)} unknown options"
            raise BadInput(Finding(rule, FILE_NAME, PLACE, 0, f"Options of {self.scheme} that are known: {names}"))
        return dict(self.options)


def address_of(variable: str, examples: Mapping[str, str]) -> Address:
    """The address in an environment variable. examples: a URL by known scheme.

    Raises BadInput where the variable is not set, holds no URL, or one of an unknown scheme.
    """
    url = os.environ.get(variable, "").strip()
    if not url:
        raise _wrong(variable, "is not set", f"export {variable}={examples['postgresql']}")
    match = _SCHEME.fullmatch(url)
    scheme = match[1].lower() if match else ""
    if match is None or scheme not in examples:
        known = ", ".join(sorted(set(examples)))
        raise _wrong(variable, "does not hold the URL of a known database", f"Schemes that are known: {known}")
    try:
        parts = urlsplit(f"{scheme}://{match[2]}")
        port, host = parts.port, unquote(parts.hostname or "")
    except ValueError:
        raise _wrong(variable, "holds a URL that cannot be read", f"Write it as {examples[scheme]}") from None
    return Address(
        variable,
        scheme,
        match[2],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        host,
        port,
        unquote(parts.path),
        dict(parse_qsl(parts.query, keep_blank_values=True)),
    )


def _wrong(variable: str, rule: str, remedy: str) -> BadInput:
    return BadInput(Finding(f"the environment variable {variable} {rule}", FILE_NAME, PLACE, 0, remedy))
