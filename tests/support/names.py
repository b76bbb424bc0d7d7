"""Names that are hard to show, and a directory of any people."""

from collections.abc import Mapping
from typing import Any

import polars as pl

ODD_NAMES = {
    "one letter": "Ю",
    "one word": "Madonna",
    "apostrophe": "Seán O'Brien-d’Arcy",
    "markup": "<script>alert(1)</script>",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "right to left": "محمد عبد الرحمن",
    "emoji": "👩‍👩‍👧 Nima",
    "template": "{{ 7 * 7 }} {name} %(num)s",
    "long": "Wolfeschlegelsteinhausenbergerdorff " * 5 + "x" * 20,
    "one long word": "x" * 200,
}
"""By what is odd about them; every one is accepted by the contract."""


def directory(names: Mapping[str, str], **columns: Mapping[str, str]) -> pl.DataFrame:
    """The directory of people by id; `email` and `language` by id, null where they are left out."""
    rows: list[dict[str, Any]] = [
        {
            "employee_id": employee_id,
            "name": name,
            **{column: columns.get(column, {}).get(employee_id) for column in ("email", "language")},
        }
        for employee_id, name in names.items()
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("employee_id", "name", "email", "language"), pl.String))
