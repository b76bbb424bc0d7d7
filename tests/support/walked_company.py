"""The company of `led_company` with ids and names by which each person can be found in a text, in two places.

HEAD's twenty people are in Riga, the others in Kyiv. Of the six whom M1 leads, A0 and A1 are listed.
"""

from dataclasses import replace
from itertools import product
from typing import Final

import polars as pl
from led_company import MANAGER_OF, led_company
from names import directory

from pipeline.store.publication import Publication

_FIRST: Final = ("Ilze", "Marta", "Pavel", "Oleh", "Anna", "Janis")
_LAST: Final = ("Ozolins", "Kravets", "Bondar", "Liepa", "Sokolova")

IDS: Final = {short: f"emp-{4100 + number}" for number, short in enumerate(MANAGER_OF)}
"""The id of each person, by the short name in `led_company`."""
NAMES: Final = {
    IDS[short]: f"{first} {last}" for short, (last, first) in zip(IDS, product(_LAST, _FIRST), strict=False)
}
"""The name of each person, by id."""
IN_KYIV: Final = ("OTHER", *(short for short in IDS if short.startswith("X")))


def walked_company() -> Publication:
    """Its month, September 2026."""
    month = led_company()
    renamed = pl.col("employee_id").replace(IDS)
    is_in_kyiv = pl.col("employee_id").is_in([IDS[short] for short in IN_KYIV])
    scores = month.scores.with_columns(renamed, pl.col("manager_id").replace(IDS)).with_columns(
        location=pl.when(is_in_kyiv).then(pl.lit("Kyiv")).otherwise(pl.lit("Riga"))
    )
    return replace(month, scores=scores, factors=month.factors.with_columns(renamed), directory=directory(NAMES))
