"""Currencies of pay: one code for each, and how much of the pay cannot be compared."""

from collections.abc import Collection, Mapping

import polars as pl

from features.contract.currencies import is_code, spellings
from features.contract.tables import CURRENCY
from features.errors import counted
from features.validation.rules import CURRENCY_CHANGE, NO_CURRENCY, ODD_CURRENCY, Tally

TABLE = "compensation"


def with_currency_codes(frame: pl.DataFrame, codes: Mapping[str, str]) -> pl.DataFrame:
    """The frame with one spelling of each currency."""
    return frame.with_columns(pl.col(CURRENCY).replace(dict(codes))) if CURRENCY in frame.columns else frame


def count_currencies(pay: pl.LazyFrame, tally: Tally) -> None:
    """Counts the rows that cannot be compared with others, where pay is in more than one currency."""
    rows = pay.group_by(CURRENCY).agg(pl.len()).collect()
    named = rows.drop_nulls()
    if named.is_empty() or rows.height < 2:
        return
    odd = [currency for currency in named[CURRENCY] if not is_code(currency)]
    tally.add(NO_CURRENCY, TABLE, CURRENCY, int(rows.filter(pl.col(CURRENCY).is_null())["len"].sum()))
    tally.add(ODD_CURRENCY, TABLE, CURRENCY, int(rows.filter(pl.col(CURRENCY).is_in(odd))["len"].sum()))
    order = ["employee_id", "effective_date", "recorded_at"]
    ordered = pay.select(*order, pl.col(CURRENCY).fill_null("")).sort(order, nulls_last=False)
    before = pl.col(CURRENCY).shift(1).over("employee_id")
    changes = ordered.select((pl.col(CURRENCY) != before).sum()).collect().item()
    tally.add(CURRENCY_CHANGE, TABLE, CURRENCY, int(changes))


def currency_notes(table: str, given: Collection[str]) -> list[str]:
    """Notes on the spellings of currencies and on what is compared, for the report."""
    codes = spellings(given)
    different = sorted({code for code in codes.values() if is_code(code)})
    others = len({code for code in codes.values() if not is_code(code)})
    notes = []
    if respelt := [text for text, code in codes.items() if text != code and is_code(code)]:
        number = counted(len(respelt), "spelling")
        notes.append(f"{table}.{CURRENCY}: {number} read as the ISO 4217 code: {', '.join(different)}.")
    if len(different) + others > 1:
        more = f" and {others} more" if others else ""
        notes.append(f"{table}.{CURRENCY}: pay is compared only within one currency: {', '.join(different)}{more}.")
    return notes
