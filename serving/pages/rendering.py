"""Templates, their language, and what every page is sent with."""

import hashlib
import io
import math
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations
from fastapi import Request
from jinja2 import Environment
from jinja2.utils import markupsafe  # type: ignore[attr-defined]
from starlette.responses import HTMLResponse, Response

from pipeline.html import rendering as documents
from pipeline.language.translator import catalogue_of, marked
from pipeline.language.wording import BAND_NAMES, DRIVER_NAMES
from serving.access.permissions import Purpose
from serving.pages import charts
from serving.pages.session import session_of

LANGUAGES: Final = {"en": "English", "ru": "Русский"}
LOCALES: Final = {"en": "en_GB", "ru": "ru"}
"""How each language writes numbers and dates."""
LANGUAGE_COOKIE: Final = "retention-language"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
}
"""Nothing runs and nothing is styled but what the server sends as a file of its own."""

_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")

PAGES_OF: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "hr": (
        ("/overview", marked("Overview")),
        ("/services", marked("Internal services")),
        ("/people", marked("People")),
        ("/lists", marked("Lists")),
        ("/model", marked("Model")),
    ),
    "manager": (("/list", marked("My list")),),
    "data_scientist": (
        ("/model", marked("Model")),
        ("/overview", marked("Overview")),
        ("/services", marked("Internal services")),
    ),
    "auditor": (("/audit", marked("Audit")), ("/model", marked("Model"))),
}
"""Where each role's menu leads; the first is where one arrives."""


def language_of(request: Request) -> str:
    """The language that was chosen, else the browser's first that we have, else English."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    for part in request.headers.get("Accept-Language", "").split(","):
        name = part.split(";")[0].strip()[:2].lower()
        if name in LANGUAGES:
            return name
    return "en"


def render(request: Request, template: str, status: int = 200, **told: Any) -> Response:
    """A page in the reader's language."""
    language = language_of(request)
    session = getattr(request.state, "session", None) or session_of(request)
    asker = session.asker if session else None
    path = request.url.path
    context = {
        "language": language,
        "languages": LANGUAGES,
        "session": session,
        "asker": asker,
        "form_token": session.form_token if session else "",
        "menu": PAGES_OF[asker.role] if asker else (),
        "path": path,
        "purposes": PURPOSES,
        "roles": ROLES,
        "results": RESULTS,
        "bands": BAND_NAMES,
        "assets": asset_tag(),
        "here": path + (f"?{request.url.query}" if request.url.query else "") if request.method == "GET" else "/",
    }
    text = environment(language).get_template(template).render(context | told)
    return HTMLResponse(text, status, HEADERS | {"Vary": "Cookie, Accept-Language"})


PURPOSES: Final = {
    Purpose.RETENTION_CONVERSATION: marked("To prepare a conversation about staying"),
    Purpose.WORKFORCE_PLANNING: marked("To plan the work of a group"),
    Purpose.MODEL_REVIEW: marked("To check that the model is right"),
    Purpose.DATA_SUBJECT_REQUEST: marked("To answer a person who asks about themselves"),
}
ROLES: Final = {
    "hr": marked("HR"),
    "manager": marked("Manager"),
    "data_scientist": marked("Data scientist"),
    "auditor": marked("Auditor"),
}
RESULTS: Final = {
    "released": marked("shown"),
    "answered": marked("answered"),
    "answered before": marked("answered before"),
    "contested": marked("contested"),
    "contested before": marked("contested before"),
    "erased": marked("erased"),
}
"""What the audit says came of a request; a refusal is told by its own code."""


@cache
def environment(language: str) -> Environment:
    """The templates in a language; texts of data stay as they are."""
    pages = documents.environment("serving.pages", ["jinja2.ext.i18n"])
    translations = translations_of(language)
    pages.install_gettext_translations(translations, newstyle=False)  # type: ignore[attr-defined]
    pages.globals |= {"charts": charts, "driver_names": DRIVER_NAMES}
    locale = LOCALES[language]
    pages.globals["count"] = lambda one, many, number: _count(translations, locale, one, many, number)
    pages.globals["percent_sign"] = _percent_sign(locale)
    pages.filters |= {
        "percent": lambda share, is_signed=False: percent(share, locale, is_signed),
        "to": lambda low, high: percent(low, locale).removesuffix(_percent_sign(locale)) + "–" + percent(high, locale),
        "figure": lambda number, digits=1, is_signed=False: figure(number, digits, locale, is_signed),
        "when": lambda label: _when(label, locale),
        "minus": lambda said: re.sub(r"(?<![\w)])-(?=\d)", "−", said),
        "code": _code,
        "short": lambda number: format_decimal(number, "#,##0.###", locale),
        "month": lambda day: format_date(day, "LLLL y", locale=locale),
        "day": lambda day: format_date(day, "long", locale=locale),
        "moment": lambda at: format_datetime(at, "d MMM y, HH:mm", locale=locale),
    }
    return pages


@cache
def translations_of(language: str) -> NullTranslations:
    """The catalogue of a language, read from its text: nothing is compiled beforehand."""
    path = files("serving") / "locale" / language / "LC_MESSAGES" / "pages.po"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as text:
        catalogue = read_po(text, locale=language)
    for message in catalogue_of(language):  # what the lists and factors say, in the same words here
        if message.id and catalogue.get(message.id) is None and not message.context:
            catalogue.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def percent(share: float | None, locale: str, is_signed: bool = False) -> str:
    """A share, to the whole percent; below ten with one digit; a dash where it is not known."""
    if share is None or math.isnan(share):
        return "–"
    unit = _percent_sign(locale)
    return _signed(
        format_percent(share, f"0{unit}" if abs(share) >= 0.0995 else f"0.0{unit}", locale), share, is_signed
    )


def figure(number: float | None, digits: int, locale: str, is_signed: bool = False) -> str:
    """A number, a dash where it is not known."""
    if number is None or math.isnan(number):
        return "–"
    form = "#,##0" + "." * bool(digits) + "0" * digits
    return _signed(format_decimal(number, form, locale), number, is_signed)


def _count(texts: NullTranslations, locale: str, one: str, many: str, number: int) -> str:
    return texts.ungettext(one, many, number) % {"num": figure(number, 0, locale)}


def _when(label: str, locale: str) -> str:
    """A month, YYYY-MM, as a chart has room for it; any other label as it is."""
    return format_date(date.fromisoformat(f"{label}-01"), "LLL y", locale=locale) if _MONTH.fullmatch(label) else label


def _code(said: str) -> markupsafe.Markup:
    """What stands between backticks set as code."""
    parts = said.split("`")
    marked_up = [
        f"<code>{markupsafe.escape(p)}</code>" if n % 2 else str(markupsafe.escape(p)) for n, p in enumerate(parts)
    ]
    return markupsafe.Markup("".join(marked_up))


def _percent_sign(locale: str) -> str:
    return "\u00a0%" if locale == "ru" else "%"


def _signed(said: str, number: float, is_signed: bool) -> str:
    said = said.replace("-", "−")
    if not re.search("[1-9]", said):  # what rounds to nothing has no sign
        return said.removeprefix("−")
    return f"+{said}" if is_signed and number > 0 else said


@cache
def assets() -> dict[str, bytes]:
    """The files of all pages, by name; the base sheet is the one that lists and reports carry too."""
    own = {each.name: each.read_bytes() for each in (files("serving.pages") / "static").iterdir()}
    return own | {documents.BASE: documents.style_sheet(documents.BASE).encode()}


@cache
def asset_tag() -> str:
    """Changes with the files, so that browsers may keep them for ever."""
    return hashlib.sha256(b"".join(body for _, body in sorted(assets().items()))).hexdigest()[:12]
