"""Renders templates in the reader's language, with the headers of every page."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from functools import cache, partial
from importlib.resources import files
from typing import Any, Final

from babel import Locale
from fastapi import Request
from jinja2 import Environment
from jinja2.utils import markupsafe  # type: ignore[attr-defined]
from starlette.responses import HTMLResponse, Response

from pipeline.html import rendering as documents
from pipeline.identity.tokens import Identity, Role
from pipeline.language import numbers
from pipeline.language.direction import isolated
from pipeline.language.record_words import PURPOSES, RESULTS, ROLES
from pipeline.language.translator import Language, language, languages, marked
from pipeline.language.wording import BAND_NAMES, DRIVER_NAMES
from pipeline.store.operations.halts import HaltEvent
from pipeline.store.settings_ledger import IS_SET
from serving.http.language import asked_language
from serving.pages import charts
from serving.pages.session import session_of
from serving.settings import ServerSettings

LANGUAGE_COOKIE: Final = "retention-language"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
}
"""Scripts and styles come only from this server's own files."""

_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")

PAGES_OF: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "hr": (
        ("/overview", marked("Overview")),
        ("/turnover", marked("Turnover")),
        ("/outlook", marked("Outlook")),
        ("/services", marked("Internal services")),
        ("/plans", marked("Plans")),
        ("/people", marked("People")),
        ("/lists", marked("Lists")),
        ("/model", marked("Model")),
    ),
    "manager": (
        ("/list", marked("My list")),
        ("/organisation", marked("My organisation")),
        ("/turnover", marked("Turnover")),
        ("/outlook", marked("Outlook")),
    ),
    "data_scientist": (
        ("/model", marked("Model")),
        ("/overview", marked("Overview")),
        ("/turnover", marked("Turnover")),
        ("/outlook", marked("Outlook")),
        ("/services", marked("Internal services")),
    ),
    "auditor": (("/audit", marked("Audit")), ("/model", marked("Model"))),
    "representative": (
        ("/representation", marked("Representation")),
        ("/turnover", marked("Turnover")),
        ("/outlook", marked("Outlook")),
    ),
    "employee": (("/me", marked("My data")),),
}
"""Each role's menu."""


def menu_of(asker: Identity, settings: ServerSettings) -> tuple[tuple[str, str], ...]:
    """The pages of an asker's roles, in order; the first is the start page. None for employees without access."""
    roles = [role for role in asker.roles if role != Role.EMPLOYEE or settings.employee_access]
    return tuple(dict.fromkeys(page for role in roles for page in PAGES_OF[role]))


def language_of(request: Request) -> Language:
    """The language that the reader chose on a page, else that of the directory, else the one the browser prefers."""
    session = getattr(request.state, "session", None) or session_of(request)
    for code in (request.cookies.get(LANGUAGE_COOKIE), session.language if session else None):
        if code in languages():
            return language(code)
    return asked_language(request)


def render(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page in the reader's language."""
    language = language_of(request)
    session = getattr(request.state, "session", None) or session_of(request)
    asker = session.asker if session else None
    path = request.url.path
    context = {
        "language": language.code,
        "languages": _names_of_languages(),
        "session": session,
        "asker": asker,
        "form_token": session.form_token if session else "",
        "menu": menu_of(asker, request.app.state.settings) if asker else (),
        "path": path,
        "halt": _halt(request) if asker else None,
        "may_halt": asker is not None and any(map(asker.has, request.app.state.settings.halt_roles)),
        "purposes": PURPOSES,
        "roles": ROLES,
        "results": RESULTS,
        "bands": BAND_NAMES,
        "assets": asset_tag(),
        "searched_for": "",
        "here": path + (f"?{request.url.query}" if request.url.query else "") if request.method == "GET" else "/",
    }
    text = environment(language).get_template(template).render(context | values)
    return HTMLResponse(text, status, HEADERS | {"Vary": "Cookie, Accept-Language"})


def _halt(request: Request) -> HaltEvent | None:
    """The halt that the page's own data was read under, else the latest known one."""
    if hasattr(request.state, "halt"):
        return request.state.halt  # type: ignore[no-any-return]
    return request.app.state.halts.current()  # type: ignore[no-any-return]


@cache
def environment(language: Language) -> Environment:
    """The templates in a language; texts from the data are not translated."""
    pages = documents.environment("serving.pages", ["jinja2.ext.i18n"])
    pages.install_gettext_callables(language.text, language.form, newstyle=False)  # type: ignore[attr-defined]
    locale = language.locale
    pages.globals |= {
        "charts": charts,
        "driver_names": DRIVER_NAMES,
        "count": partial(_count, language),
        "isolated": isolated,
        "percent_sign": numbers.percent_sign(locale),
    }
    pages.filters |= {
        "percent": lambda share, is_signed=False: numbers.percent_or_dash(share, locale, is_signed),
        "to": lambda low, high: numbers.percent_range(low, high, locale),
        "figure": lambda number, digits=1, is_signed=False: numbers.decimal_or_dash(number, digits, locale, is_signed),
        "when": lambda label: _when(label, locale),
        "minus": numbers.with_minus,
        "code": _code,
        "setting": lambda value: _setting(language, value),
        "short": lambda number: numbers.trimmed(number, 3, locale),
        "month": language.month,
        "day": language.day,
        "moment": lambda at: numbers.moment(at, locale),
    }
    return pages


@cache
def _names_of_languages() -> dict[str, str]:
    """The languages that a reader can choose, by code, each in its own name."""
    return {code: str(Locale.parse(code).get_display_name()).capitalize() for code in languages()}


def _count(language: Language, one: str, many: str, number: int) -> str:
    return language.form(one, many, number) % {"num": numbers.decimal(number, 0, language.locale)}


def _setting(language: Language, value: Any) -> str:
    """The value of a setting as a reader sees it; a dash for none."""
    if isinstance(value, bool):
        return language.text(marked("yes") if value else marked("no"))
    if isinstance(value, float | int):
        return numbers.trimmed(value, 3, language.locale)
    if isinstance(value, dict):
        value = [f"{key}: {_setting(language, each)}" for key, each in value.items()]
    if isinstance(value, list):
        value = ", ".join(_setting(language, each) for each in value)
    return language.text(marked("set, not shown")) if value == IS_SET else value or numbers.UNKNOWN


def _when(label: str, locale: str) -> str:
    """A month, YYYY-MM, in short form for a chart; any other label unchanged."""
    return numbers.short_month(date.fromisoformat(f"{label}-01"), locale) if _MONTH.fullmatch(label) else label


def _code(text: str) -> markupsafe.Markup:
    """The text with what is between backticks set as code."""
    parts = text.split("`")
    marked_up = [
        f"<code>{markupsafe.escape(p)}</code>" if n % 2 else str(markupsafe.escape(p)) for n, p in enumerate(parts)
    ]
    return markupsafe.Markup("".join(marked_up))


@cache
def assets() -> dict[str, bytes]:
    """The files of all pages, by name. Lists and reports share the base style sheet."""
    own = {each.name: each.read_bytes() for each in (files("serving.pages") / "static").iterdir()}
    return own | {name: documents.style_sheet(name).encode() for name in (documents.BASE, documents.RECEIPT)}


@cache
def asset_tag() -> str:
    """A hash of the files, so that browsers may cache each version for ever."""
    return hashlib.sha256(b"".join(body for _, body in sorted(assets().items()))).hexdigest()[:12]
