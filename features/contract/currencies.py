"""Currencies as payrolls spell them, and their ISO 4217 codes."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Final

from babel import Locale
from babel.numbers import list_currencies

LANGUAGES: Final = ("en", "de", "ru", "fr", "es", "it", "pt", "pl", "nl")
"""The languages in which names of currencies are recognised."""

CODES_OF: Final[Mapping[str, str]] = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "евро": "EUR",
    "us$": "USD", "$us": "USD", "r$": "BRL", "a$": "AUD", "c$": "CAD", "hk$": "HKD", "nt$": "TWD", "nz$": "NZD",
    "₽": "RUB", "rur": "RUB", "₺": "TRY", "tl": "TRY", "₴": "UAH", "грн": "UAH", "₸": "KZT", "тенге": "KZT",
    "zł": "PLN", "zl": "PLN", "złoty": "PLN", "kč": "CZK", "ft": "HUF", "forint": "HUF", "sfr": "CHF", "лв": "BGN",
    "₹": "INR", "₪": "ILS", "₩": "KRW", "₫": "VND", "฿": "THB", "₦": "NGN", "₾": "GEL", "֏": "AMD", "₼": "AZN",
    "£": "GBP EGP LBP SYP FKP GIP SHP SDG", "pound": "GBP EGP LBP SYP FKP GIP SHP SDG",
    "$": "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP BRL", "dollar": "USD CAD AUD NZD SGD HKD TWD",
    "dollars": "USD CAD AUD NZD SGD HKD TWD",
    "доллар": "USD CAD AUD NZD SGD HKD TWD", "peso": "MXN ARS CLP COP PHP UYU DOP CUP",
    "kr": "SEK NOK DKK ISK", "krona": "SEK ISK", "krone": "NOK DKK", "¥": "JPY CNY",
    "yuan": "CNY", "yen": "JPY", "rmb": "CNY",
    "руб": "RUB BYN", "р": "RUB BYN", "рубль": "RUB BYN", "рубли": "RUB BYN", "рублей": "RUB BYN",
    "rubel": "RUB BYN", "rubles": "RUB BYN",
    "ruble": "RUB BYN", "lira": "TRY", "franc": "CHF XAF XOF", "franken": "CHF", "fr": "CHF XAF XOF",
    "rs": "INR PKR LKR NPR MUR", "rupee": "INR PKR LKR NPR MUR", "lei": "RON MDL", "leu": "RON MDL",
    "dinar": "RSD KWD JOD BHD IQD TND DZD", "real": "BRL", "rand": "ZAR",
}  # fmt: skip
"""Signs and short names with the codes that each may stand for: one where it is clear, else all that use it."""

_CODE: Final = re.compile(r"(?<![^\W\d_])[A-Za-z]{3}(?![^\W\d_])")


def spellings(given: Iterable[str]) -> dict[str, str]:
    """Each spelling in a table, with the code that it stands for.

    A sign that several currencies use, such as $ or kr, stands for the one that the table also names by code. Where it
    names none of them, or two, the sign stays a currency of its own, as does any text that is not recognised.
    """
    known = {text: possible_codes(text) for text in given}
    certain = {codes[0] for codes in known.values() if len(codes) == 1}
    return {text: _one(text, codes, certain) for text, codes in known.items()}


def is_code(currency: str) -> bool:
    """True for an ISO 4217 code in capitals, past ones included."""
    return currency in _every_code()


def _one(text: str, codes: Collection[str], certain: Collection[str]) -> str:
    possible = list(codes) if len(codes) == 1 else [code for code in codes if code in certain]
    return possible[0] if len(possible) == 1 else " ".join(text.upper().split())


def possible_codes(text: str) -> list[str]:
    """The codes that a text may stand for, the most likely first."""
    plain = " ".join(text.casefold().replace(".", " ").split())
    if is_code(plain.upper()) and plain not in CODES_OF:
        return [plain.upper()]
    if plain in CODES_OF:
        return CODES_OF[plain].split()
    if named := _names().get(plain):
        return sorted(named)
    inside = {word.upper() for word in _CODE.findall(text) if word.isupper() and is_code(word)}
    return sorted(inside) if len(inside) == 1 else []  # such as "EUR (€)"


@cache
def _every_code() -> frozenset[str]:
    return frozenset(list_currencies())


@cache
def _names() -> Mapping[str, set[str]]:
    """The names of today's currencies in some languages; `Rubel` alone is not among them, `Russischer Rubel` is."""
    names: dict[str, set[str]] = defaultdict(set)
    for language in LANGUAGES:
        for code, name in Locale(language).currencies.items():
            if not any(character.isdigit() for character in name):  # past ones have their years behind them
                names[name.casefold()].add(code)
    return names
