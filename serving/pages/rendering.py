"""Templates, their language, and what every page is sent with."""

import hashlib
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from pipeline.wording import DRIVER_NAMES
from serving.pages import charts
from serving.pages.session import session_of
from serving.permissions import Purpose

LANGUAGES: Final = {"en": "English", "ru": "Русский"}
LANGUAGE_COOKIE: Final = "retention-language"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
}
"""Nothing runs and nothing is styled but what the server sends as a file of its own."""

PAGES_OF: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "hr": (
        ("/overview", "Overview"),
        ("/services", "Internal services"),
        ("/people", "People"),
        ("/lists", "Lists"),
        ("/model", "Model"),
    ),
    "manager": (("/list", "My list"),),
    "data_scientist": (("/model", "Model"), ("/overview", "Overview"), ("/services", "Internal services")),
    "auditor": (("/audit", "Audit"), ("/model", "Model")),
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
        "assets": asset_tag(),
        "here": path + (f"?{request.url.query}" if request.url.query else "") if request.method == "GET" else "/",
    }
    text = environment(language).get_template(template).render(context | told)
    return HTMLResponse(text, status, HEADERS | {"Vary": "Cookie, Accept-Language"})


PURPOSES: Final = {
    Purpose.RETENTION_CONVERSATION: "To prepare a conversation about staying",
    Purpose.WORKFORCE_PLANNING: "To plan the work of a group",
    Purpose.MODEL_REVIEW: "To check that the model is right",
    Purpose.DATA_SUBJECT_REQUEST: "To answer a person who asks about themselves",
}


@cache
def environment(language: str) -> Environment:
    """The templates in a language; texts of data stay as they are."""
    pages = Environment(
        loader=PackageLoader("serving.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    translations = translations_of(language)
    pages.install_gettext_translations(translations, newstyle=False)  # type: ignore[attr-defined]
    pages.globals |= {"charts": charts, "driver_names": DRIVER_NAMES}
    pages.globals["count"] = lambda one, many, number: translations.ungettext(one, many, number) % {"num": number}
    pages.filters |= {
        "percent": percent,
        "figure": figure,
        "month": lambda day: format_date(day, "LLLL y", locale=language),
        "day": lambda day: format_date(day, "long", locale=language),
        "moment": lambda at: format_datetime(at, "medium", locale=language),
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
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def percent(share: float | None) -> str:
    """A probability, to the whole percent; below ten with one digit."""
    if share is None:
        return "–"
    return f"{share:.0%}" if share >= 0.0995 else f"{share:.1%}"


def figure(number: float | None, digits: int = 1) -> str:
    """A number, a dash where it is not known."""
    return "–" if number is None else f"{number:,.{digits}f}".replace("-", "−")


@cache
def assets() -> dict[str, bytes]:
    """The files of all pages, by name."""
    return {each.name: each.read_bytes() for each in (files("serving.pages") / "static").iterdir()}


@cache
def asset_tag() -> str:
    """Changes with the files, so that browsers may keep them for ever."""
    return hashlib.sha256(b"".join(body for _, body in sorted(assets().items()))).hexdigest()[:12]
