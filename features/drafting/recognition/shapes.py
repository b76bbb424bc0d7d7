"""What the values of a column look like: dates with their format, numbers with their marks, codes, e-mails, yes or no.

The same shape gives the SQL that reads the column, so that what was recognised is what is read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from features.contract.currencies import possible_codes
from features.contract.vocabulary import folded
from features.drafting.vocabulary.value_words import NO, YES
from features.reading.text.columns import UNKNOWN
from features.sql import literal

FEW: Final = 60
"""A column of text with up to this number of different values can be a list of codes."""
CODE_SHARE: Final = 0.34
"""More different values than this share of the rows are no list of codes, unless there are only a few."""
FEW_OF_FEW: Final = 12
REPEATED: Final = 0.8
"""In a small table up to twelve values are a list, if some of them repeat."""
SHORT, FEWEST, ONE_LINE = 6, 3, 40
"""Codes have up to this mean number of letters; three values of a line can be a list even if none repeats."""
MOST: Final = 0.97

_TIME: Final = r"[ T]\d{1,2}:\d{2}(:\d{2})?([.,]\d+)?( ?[AaPp][Mm])?(Z|[+-]\d{2}:?\d{2})?$"
_WRITTEN: Final = (
    (r"\d{4}-\d{1,2}-\d{1,2}", "%Y-%m-%d"),
    (r"\d{4}/\d{1,2}/\d{1,2}", "%Y/%m/%d"),
    (r"\d{4}\.\d{1,2}\.\d{1,2}", "%Y.%m.%d"),
    (r"(19|20|99)\d{6}", "%Y%m%d"),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
    (r"\d{1,2}/\d{1,2}/\d{4}", "%d/%m/%Y"),
    (r"\d{1,2}-\d{1,2}-\d{4}", "%d-%m-%Y"),
    (r"\d{1,2}\.\d{1,2}\.\d{2}", "%d.%m.%y"),
    (r"\d{1,2}/\d{1,2}/\d{2}", "%d/%m/%y"),
    (r"\d{1,2}-\d{1,2}-\d{2}", "%d-%m-%y"),
    (r"\d{1,2} [A-Za-z]{3} \d{4}", "%d %b %Y"),
    (r"\d{1,2}-[A-Za-z]{3}-\d{4}", "%d-%b-%Y"),
    (r"\d{1,2}-[A-Za-z]{3}-\d{2}", "%d-%b-%y"),
    (r"\d{1,2} [A-Za-z]{4,} \d{4}", "%d %B %Y"),
    (r"[A-Za-z]{3} \d{1,2}, \d{4}", "%b %d, %Y"),
    (r"[A-Za-z]{4,} \d{1,2}, \d{4}", "%B %d, %Y"),
    (r"(19|20)\d{2}-\d{2}", "%Y-%m"),
    (r"\d{2}\.(19|20)\d{2}", "%m.%Y"),
    (r"\d{2}/(19|20)\d{2}", "%m/%Y"),
    (r"[A-Za-z]{3} (19|20)\d{2}", "%b %Y"),
    (r"[A-Za-z]{3}-(19|20)\d{2}", "%b-%Y"),
)
_NO_DAY: Final = ("00.00.0000", "00000000", "0:00:00", "0", "0000-00-00", "00/00/0000", "1899-12-30", "1899-12-31")
"""How systems write that there is no date."""
_FAR: Final = 2150
_AHEAD: Final = 10
"""A year of two digits further ahead is of the century before."""
_SERIALS: Final = (15_000, 73_050)

_AFFIX: Final = r"[^\d.,'\-+]"
_UNITS: Final = frozenset("% h hr hrs hours std stunden ч час".split())
_NUMBER: Final = re.compile(r"[+-]?\d[\d.,']*-?")


@dataclass(frozen=True)
class DateShape:
    """Dates of one column. formats: of DuckDB's strptime. sentinels: far dates that stand for 'open'.

    ambiguous: the day and the month can be exchanged in every value. whole_month: there is no day.
    """

    formats: tuple[str, ...]
    has_time: bool
    sentinels: tuple[date, ...]
    ambiguous: bool = False
    whole_month: bool = False
    is_serial: bool = False

    def sql(self, text: str) -> str:
        """SQL for the day, null where there is none."""
        if self.is_serial:
            return f"date '1899-12-30' + floor(try_cast({text} as double))::int"
        given = f"regexp_replace({text}, {literal(_TIME)}, '')" if self.has_time else text
        forms = [literal(form) for form in sorted(self.formats, key=lambda form: "%y" not in form)]  # %Y reads 79 too
        day = f"try_strptime({given}, {forms[0] if len(forms) == 1 else '[' + ', '.join(forms) + ']'})::date"
        if any("%y" in form for form in self.formats):
            last = date.today().year + _AHEAD
            day = f"(case when year({day}) > {last} then {day} - interval 100 year else {day} end)::date"
        for sentinel in self.sentinels:
            day = f"nullif({day}, date '{sentinel}')"
        return f"last_day({day})" if self.whole_month else day

    def days(self, texts: pl.Series) -> pl.Series:
        """The days of a column of text, null where there is none."""
        if self.is_serial:
            numbers = texts.cast(pl.Float64, strict=False).cast(pl.Int32, strict=False)
            return pl.select(pl.lit(date(1899, 12, 30)) + pl.duration(days=pl.lit(numbers))).to_series()
        given = texts.str.replace(_TIME, "") if self.has_time else texts
        every = pl.select(pl.coalesce(*(_parsed(given, form) for form in self.formats))).to_series()
        return every.set(every.is_in(self.sentinels), None) if self.sentinels else every

    def __str__(self) -> str:
        return "day numbers of Excel" if self.is_serial else " or ".join(self.formats)


@dataclass(frozen=True)
class NumberShape:
    """Numbers of one column: the marks between their digits, and whether signs or words stand around them."""

    decimal: str
    thousands: str
    has_affix: bool
    low: float
    high: float
    is_whole: bool
    affixes: tuple[str, ...] = ()

    def sql(self, text: str) -> str:
        """SQL for the number, null where there is none."""
        if self.has_affix or self.thousands == " ":
            text = f"regexp_replace({text}, {literal(_AFFIX)}, '', 'g')"
        for mark in {",": ",", ".": ".", "'": "'"}.get(self.thousands, ""):
            text = f"replace({text}, {literal(mark)}, '')"
        if self.decimal == ",":
            text = f"replace({text}, ',', '.')"
        return f"try_cast({text} as double)"


@dataclass(frozen=True)
class Shape:
    """One column. values: how often each value occurs, for lists of codes only."""

    name: str
    rows: int
    filled: int
    distinct: int
    as_date: DateShape | None
    as_number: NumberShape | None
    values: Mapping[str, int]
    is_email: bool
    is_yes_no: bool
    length: float

    @property
    def is_code_list(self) -> bool:
        return bool(self.values)

    @property
    def share(self) -> float:
        return self.filled / self.rows if self.rows else 0.0


def shape_of(name: str, given: pl.Series) -> Shape:
    """The shape of a column of text. Marks for 'unknown', such as `--`, do not count as values."""
    values = given.drop_nulls()
    values = values.filter(~values.str.to_lowercase().is_in(UNKNOWN))
    counts = values.rename("value").value_counts(sort=True)
    distinct = counts.height
    length = float(values.str.len_chars().mean() or 0)  # type: ignore[arg-type]
    few = _is_code_list(len(values), distinct, length)
    words = {folded(value) for value in counts["value"]} if few else set()
    return Shape(
        name=name,
        rows=len(given),
        filled=len(values),
        distinct=distinct,
        as_date=_dates(counts),
        as_number=_numbers(counts),
        values=dict(counts.rows()) if few else {},
        is_email=bool(len(values)) and bool(values.str.contains(r"^[^@\s]+@[^@\s]+\.\w+$").mean() > MOST),  # type: ignore[operator]
        is_yes_no=bool(words) and words <= YES | NO and bool(words & YES) and len(words) <= 3,
        length=length,
    )


def _is_code_list(filled: int, distinct: int, length: float) -> bool:
    """Whether values repeat as those of a list do; what people wrote freely differs from row to row, or is long."""
    if distinct > FEW:
        return False
    repeat = distinct <= CODE_SHARE * filled or (distinct <= FEW_OF_FEW and distinct <= REPEATED * filled)
    return repeat or length <= SHORT or (distinct <= FEWEST and length <= ONE_LINE)


def is_written_date(shape: Shape) -> bool:
    """True for a column of dates; numbers of days count only where the name says so."""
    return shape.as_date is not None and not shape.as_date.is_serial


def with_order(shape: Shape, *, month_first: bool) -> Shape:
    """The same column with the order of day and month that other dates have, where its own leave it open."""
    dates = shape.as_date
    if dates is None or not dates.ambiguous:
        return shape
    formats = tuple(_month_first(form) if month_first else form for form in dates.formats)
    return replace(shape, as_date=replace(dates, formats=formats, ambiguous=False))


def _dates(counts: pl.DataFrame) -> DateShape | None:
    if counts.is_empty():
        return None
    text, times = counts.columns
    counts = counts.filter(~counts[text].str.replace(_TIME, "").is_in(_NO_DAY))
    days = counts[text].str.replace(_TIME, "")
    weights, total = counts[times].cast(pl.Float64), float(counts[times].sum())
    fitting = [(form, days.str.contains(f"^(?:{pattern})$")) for pattern, form in _WRITTEN]
    found = [(form, fits) for form, fits in fitting if fits.any()]
    if not found or _sum(weights, _any([fits for _, fits in found])) < MOST * total:
        return _serials(days, weights, total) if total else None
    formats, parsed, ambiguous = [], [], False
    for form, fits in found:
        chosen, values, open_order = _ordered(form, days.filter(fits))
        formats.append(chosen)
        parsed.append(values)
        ambiguous |= open_order
    every = pl.concat(parsed)
    if every.null_count() > (1 - MOST) * len(every) or every.null_count() == len(every):
        return None
    far = tuple(sorted(day for day in every.drop_nulls().unique() if day.year > _FAR or day.year <= 1900))
    whole_month = all("%d" not in form for form in formats)
    return DateShape(tuple(formats), bool((days != counts[text]).any()), far[:4], ambiguous, whole_month)


def _ordered(form: str, days: pl.Series) -> tuple[str, pl.Series, bool]:
    """The format with the order of day and month that fits all values, the days, and whether both orders do."""
    if not re.match(r"%d[./-]%m", form):
        return form, _parsed(days, form), False
    other = _month_first(form)
    first, second = _parsed(days, form), _parsed(days, other)
    if first.null_count() > second.null_count():
        return other, second, False
    is_open = first.null_count() == second.null_count() and bool((first != second).any()) and "." not in form
    return form, first, is_open


def _month_first(form: str) -> str:
    return re.sub(r"^%d([./-])%m", r"%m\1%d", form)


def _parsed(days: pl.Series, form: str) -> pl.Series:
    if "%d" not in form:
        return ("01 " + days).str.to_date(f"%d {form}", strict=False)
    return days.str.to_date(form, strict=False)


def _serials(days: pl.Series, weights: pl.Series, total: float) -> DateShape | None:
    numbers = days.cast(pl.Float64, strict=False)
    low, high = _SERIALS
    is_serial = numbers.is_between(low, high) & days.str.contains(r"^\d{5}(\.\d+)?$")
    return DateShape((), False, (), is_serial=True) if _sum(weights, is_serial) >= MOST * total else None


def _numbers(counts: pl.DataFrame) -> NumberShape | None:
    if counts.is_empty():
        return None
    texts = [str(value) for value in counts[counts.columns[0]]]
    bare = [re.sub(r"[^\d.,'\-+]", "", text) for text in texts]
    affixes = tuple(sorted({re.sub(r"[\d.,'\-+\s\u00a0\u202f]", "", text) for text in texts} - {""}))
    is_number = [bool(_NUMBER.fullmatch(text)) for text in bare]
    weights = counts[counts.columns[1]].to_list()
    fit = sum(weight for weight, fits in zip(weights, is_number, strict=True) if fits)
    if fit < MOST * sum(weights) or not all(map(_stands_beside_numbers, affixes)):
        return None
    if any(re.fullmatch(r"0\d+", text) for text in bare) or any("-" in text[1:] for text in bare):
        return None
    grouped = any(re.search(r"\d[ \u00a0\u202f]\d", text) for text in texts)
    decimal, thousands = _marks(bare, " " if grouped else "")
    plain = [text.replace(thousands, "") if thousands.strip() else text for text in bare]
    values = [_float(text.replace(decimal, ".")) for text in plain]
    known = [value for value in values if value is not None]
    if not known:
        return None
    whole = all(value == int(value) for value in known)
    return NumberShape(decimal, thousands, bool(affixes), min(known), max(known), whole, affixes)


def _stands_beside_numbers(affix: str) -> bool:
    """True for a currency, a per cent sign or a unit of time."""
    return affix.lower() in _UNITS or bool(possible_codes(affix))


def _marks(texts: list[str], grouped: str) -> tuple[str, str]:
    """The decimal mark and that of the thousands; a mark before three digits only groups them where others show it."""
    both = [text for text in texts if "," in text and "." in text]
    if both:
        last = max(both[0].rfind(","), both[0].rfind("."))
        return (",", ".") if both[0][last] == "," else (".", ",")
    if any("'" in text for text in texts):
        return ("," if any("," in text for text in texts) else "."), "'"
    for mark, other in ((",", "."), (".", ",")):
        marked = [text for text in texts if mark in text]
        if not marked:
            continue
        groups = all(re.fullmatch(rf"[+-]?\d{{1,3}}(\{mark}\d{{3}})+", text) for text in marked)
        several = any(text.count(mark) > 1 for text in marked)
        if several or (groups and mark == ","):
            return other, mark
        return mark, grouped or ""
    return ".", grouped


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _any(masks: list[pl.Series]) -> pl.Series:
    joined = masks[0]
    for mask in masks[1:]:
        joined = joined | mask
    return joined


def _sum(weights: pl.Series, mask: pl.Series) -> float:
    return float(weights.filter(mask).sum())
