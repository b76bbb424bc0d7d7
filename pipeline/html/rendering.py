"""Where Jinja is set up, for the templates here and for the server's, and where style sheets are read."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from math import isnan
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pipeline.language.translator import ENGLISH, Language

BASE: Final = "base.css"
"""The sheet that everything shares; files carry it inside them, and the server sends it as a file."""


def rendered(template: str, language: Language = ENGLISH, **values: Any) -> str:
    """A template of `pipeline/html/templates` with its values, its texts in a language."""
    page = _documents().get_template(template)
    return page.render(language=language, _=language.text, ngettext=language.plural, **values)


def environment(package: str, extensions: Sequence[str] = ()) -> Environment:
    """Of the templates in a package's folder `templates`.

    Whatever is put into HTML is escaped; a name that is not there raises UndefinedError.
    """
    return Environment(
        loader=PackageLoader(package),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=extensions,
    )


@cache
def style_sheet(name: str) -> str:
    """A style sheet by its file's name."""
    return (files("pipeline.html") / "styles" / name).read_text(encoding="utf-8")


@cache
def _documents() -> Environment:
    documents = environment("pipeline.html")
    documents.tests["known"] = lambda value: value is not None and not isnan(value)
    documents.globals["style_sheet"] = style_sheet
    return documents
