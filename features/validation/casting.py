"""From a source's own column types to the canonical ones, counting the values that could not be read.

Files and databases differ in types (CSV has only text), but the same facts give the same values. Empty text, blank
text and not-a-number are null. Nothing is guessed: a date in text is ISO or unreadable.
"""

from collections.abc import Mapping

import polars as pl

ISO_DAY = r"^\d{4}-\d{2}-\d{2}([T ].*)?$"
YEARS = (1, 9999)  # the range of Python's dates; databases write infinity as a date outside it
OFFSET = r"(Z|[+-]\d{2}(:?\d{2})?)$"
TRUE = ("true", "yes", "1", "t", "y")
FALSE = ("false", "no", "0", "f", "n")
MOMENTS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")


def to_canonical(raw: pl.DataFrame, types: Mapping[str, pl.DataType]) -> tuple[pl.DataFrame, dict[str, int]]:
    """Cast each column to its type in `types`. Also returns the number of unreadable values of each."""
    given = raw.select(_without_blanks(name, raw.schema[name]) for name in types)
    cast = given.select(_cast(name, given.schema[name], dtype) for name, dtype in types.items())
    unreadable = {name: cast[name].null_count() - given[name].null_count() for name in types}
    return cast, unreadable


def natural(text: pl.Series) -> pl.Series:
    """Text that holds only numbers becomes Float64; other text is returned unchanged."""
    numbers = text.cast(pl.Float64, strict=False)
    return numbers if numbers.null_count() == text.null_count() < len(text) else text


def _without_blanks(name: str, given: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if given in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    if given in (pl.String, pl.Categorical, pl.Enum):
        stripped = column.str.strip_chars()
        return pl.when(stripped != "").then(stripped).alias(name)
    return column.fill_nan(None) if given.is_float() else column


def _cast(name: str, given: pl.DataType, wanted: pl.DataType) -> pl.Expr:
    if given.is_nested() or given in (pl.Binary, pl.Object, pl.Duration):
        return _nothing(wanted).alias(name)
    # first of all: Polars panics when it casts a day far outside these years to text or to a time
    column = _within_years(pl.col(name)) if given in (pl.Date, pl.Datetime) else pl.col(name)
    if wanted == pl.Boolean:
        return _as_boolean(column, given).alias(name)
    if wanted == pl.String:
        return _as_text(column, given).alias(name)
    if wanted.is_temporal():
        moment = _as_moment(column, given, wanted)
        return (_within_years(moment) if given == pl.String else moment).alias(name)
    number = _as_number(column, given)
    if wanted.is_integer():
        number = pl.when(number == number.floor()).then(number).cast(wanted, strict=False)
    return number.alias(name)


def _within_years(moment: pl.Expr) -> pl.Expr:
    return pl.when(moment.dt.year().is_between(*YEARS)).then(moment)


def _as_text(column: pl.Expr, given: pl.DataType) -> pl.Expr:
    """Text, with whole numbers written without a fraction: pandas turns ids with gaps into floats."""
    if not (given.is_float() or given.is_decimal()):
        return column.cast(pl.String, strict=False)
    whole = column.cast(pl.Int64, strict=False)
    return (
        pl.when(whole.cast(given, strict=False) == column)
        .then(whole.cast(pl.String))
        .otherwise(column.cast(pl.String, strict=False))
    )


def _as_boolean(column: pl.Expr, given: pl.DataType) -> pl.Expr:
    """True and false as themselves, as 1 and 0, or in words; anything else is unreadable."""
    if given == pl.Boolean:
        return column
    text = column.cast(pl.String, strict=False).str.to_lowercase().str.strip_suffix(".0")
    return pl.when(text.is_in(TRUE)).then(pl.lit(True)).when(text.is_in(FALSE)).then(pl.lit(False))


def _as_number(column: pl.Expr, given: pl.DataType) -> pl.Expr:
    if given.is_temporal():
        return _nothing(pl.Float64())
    number = column.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _as_moment(column: pl.Expr, given: pl.DataType, wanted: pl.DataType) -> pl.Expr:
    """The local date or time as written: a time zone is dropped, not converted."""
    if given == pl.Null:
        return column.cast(wanted)
    if given == pl.Date:
        return column.cast(wanted, strict=False)
    if given == pl.Datetime:
        return column.dt.replace_time_zone(None).cast(wanted, strict=False)
    if given != pl.String:
        return _nothing(wanted)
    iso = pl.when(column.str.contains(ISO_DAY)).then(column)
    if wanted == pl.Date:
        return iso.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    plain = iso.str.replace("T", " ", literal=True)
    plain = pl.when(plain.str.contains(":")).then(plain.str.replace(OFFSET, "").str.strip_chars()).otherwise(plain)
    return pl.coalesce(plain.str.to_datetime(form, time_unit="us", strict=False) for form in MOMENTS)


def _nothing(wanted: pl.DataType) -> pl.Expr:
    return pl.repeat(None, pl.len(), dtype=wanted)
