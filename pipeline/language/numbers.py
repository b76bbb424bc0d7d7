"""Numbers, percentages and dates as a language writes them, for the API, lists, mails, pages and reports.

`locale` is the locale's name in CLDR, `en_GB` or `ru`. Numbers are rounded in decimal, halves to even.
"""

import math
import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

UNKNOWN: Final = "–"
"""Shown for an unknown figure."""

_ORDINAL_DAY: Final = frozenset({"de"})
"""Locales that write the day of a month with a full stop: `30. November 2026`."""

_WHOLE: Final = "#,##0"
_PLACES: Final = [Decimal(1).scaleb(-places) for places in range(8)]
_HUGE: Final = 1e15
_TENTH: Final = 0.0995
"""A share that is 10 % once rounded."""


def number(value: float, locale: str) -> str:
    """Whole from 100 on, otherwise with up to two decimal places: `1,204`, `3.25`."""
    places = 0 if abs(value) >= 100 else 2
    return _trimmed(_rounded(value, places), 2, locale)


def trimmed(value: float, places: int, locale: str) -> str:
    """With up to `places` decimal places, without trailing zeros: `0.125`, `0.5`."""
    return _trimmed(_rounded(value, places), places, locale)


def decimal(value: float, places: int, locale: str) -> str:
    """Always with `places` decimal places: `0.720`."""
    return str(format_decimal(Decimal(_rounded(value, places)), _WHOLE + _zeros(places), locale=locale))


def percent(share: float, places: int, locale: str) -> str:
    """`13%`, with `places` decimal places."""
    return _percent(_rounded(share, places + 2), places, locale)


def decimal_or_dash(value: float | None, places: int, locale: str, is_signed: bool = False) -> str:
    """As a table shows a figure: `+0.72`, `−0.72`; a dash for None or NaN, no sign if it rounds to zero."""
    if value is None or math.isnan(value):
        return UNKNOWN
    return _with_sign(decimal(value, places, locale), is_signed and value > 0)


def percent_or_dash(share: float | None, locale: str, is_signed: bool = False) -> str:
    """As a table shows a share: whole percent from 10 % on, below with one decimal place; a dash for None or NaN."""
    if share is None or math.isnan(share):
        return UNKNOWN
    return _with_sign(percent(share, 0 if abs(share) >= _TENTH else 1, locale), is_signed and share > 0)


def percent_range(low: float | None, high: float | None, locale: str) -> str:
    """`4.2–11%`."""
    return percent_or_dash(low, locale).removesuffix(percent_sign(locale)) + "–" + percent_or_dash(high, locale)


@cache
def with_minus(text: str) -> str:
    """The text with a minus sign for each hyphen that begins a number."""
    return re.sub(r"(?<![\w)])-(?=\d)", "−", text)


def percent_sign(locale: str) -> str:
    """The percent sign, with the space that the language puts before it."""
    return _percent_pattern(locale).removeprefix(_WHOLE)


def day(of: date, locale: str) -> str:
    """`30 September 2026`."""
    return str(format_date(of, f"{_day_pattern(locale)} MMMM y", locale=locale))


def month(of: date, locale: str) -> str:
    """`September 2026`, in the standalone form."""
    return str(format_date(of, "LLLL y", locale=locale))


def short_month(of: date, locale: str) -> str:
    """`Sept 2026`, for narrow places."""
    return str(format_date(of, "LLL y", locale=locale))


def moment(at: datetime, locale: str) -> str:
    """`30 Sept 2026, 14:05`, in the time zone of `at`."""
    return str(format_datetime(at, f"{_day_pattern(locale)} MMM y, HH:mm", locale=locale))


def _day_pattern(locale: str) -> str:
    return "d." if locale in _ORDINAL_DAY else "d"


def _rounded(value: float, places: int) -> str:
    """Rounded to `places`, as babel rounds; huge numbers are left as they are."""
    exact = Decimal(str(value))
    return str(exact.quantize(_PLACES[places]) + 0 if abs(value) < _HUGE else exact)  # + 0: there is no -0


def _zeros(places: int) -> str:
    return "." * bool(places) + "0" * places


def _with_sign(text: str, is_plus: bool) -> str:
    """With a minus sign instead of the hyphen, and a plus sign if `is_plus`."""
    is_zero = not re.search("[1-9]", text)
    return f"+{text}" if is_plus and not is_zero else text.replace("-", "−")


@lru_cache(maxsize=65_536)  # babel is slow, and few different numbers are left after rounding
def _trimmed(rounded: str, places: int, locale: str) -> str:
    return str(format_decimal(Decimal(rounded), format=_WHOLE + "." + "#" * places, locale=locale))


@lru_cache(maxsize=65_536)
def _percent(rounded: str, places: int, locale: str) -> str:
    form = _percent_pattern(locale).replace(_WHOLE, _WHOLE + _zeros(places))
    return str(format_percent(Decimal(rounded), format=form, locale=locale))


@cache
def _percent_pattern(locale: str) -> str:
    return str(Locale.parse(locale).percent_formats[None].pattern)
