"""The second pass over a table of facts: what is left of its rows beside the people of the source and each other."""

from collections.abc import Iterable, Iterator

import polars as pl

from features.contract.currencies import spellings
from features.validation.checked_table import ROW_KEY, CheckedTable
from features.validation.cross_checks import (
    Contradictions,
    Duplicates,
    People,
    leave_out_after_exit,
    leave_out_unknown_people,
)
from features.validation.currency_checks import with_currency_codes
from features.validation.id_spellings import Spellings
from features.validation.rules import Tally


def usable_rows(
    found: CheckedTable, rows: Iterable[pl.DataFrame], people: People, tally: Tally, ids: Spellings
) -> Iterator[pl.DataFrame]:
    """The canonical rows of a table, of which `rows` are those that the first pass has kept.

    `found` says which of their keys repeat. Unknown ids are counted in `ids`, all other broken rules in `tally`.
    """
    duplicates, contradictions = Duplicates(found.repeated_keys), Contradictions(found.repeated_facts)
    codes = spellings(found.currencies)
    for batch in rows:
        frame = duplicates.leave_out(found.table, batch, tally)
        frame = leave_out_unknown_people(found.table, frame, people, tally, ids)
        frame = leave_out_after_exit(found.table, frame, people, tally)
        frame = with_currency_codes(frame, codes)
        yield contradictions.set_aside(frame).drop(ROW_KEY)
    if (decided := contradictions.decided(found.table, tally)) is not None:
        yield decided
