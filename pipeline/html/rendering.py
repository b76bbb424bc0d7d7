"""The Jinja environment of these and the server's templates, and the reading of style sheets."""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from math import isnan
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pipeline.language.translator import ENGLISH, Language

BASE: Final = "base.css"
"""The common style sheet; written files include it, and the server sends it as a file."""
RECEIPT: Final = "receipt.css"
"""That of a person's receipt, which is a page and a file too."""


def rendered(template: str, language: Language = ENGLISH, **values: Any) -> str:
    """A template of `pipeline/html/templates`, rendered with values and texts in a language."""
    page = _documents().get_template(template)
    return page.render(language=language, _=language.text, ngettext=language.plural, **values)


def environment(
    package: str, extensions: Sequence[str] = (), finalize: Callable[[Any], Any] | None = None
) -> Environment:
    """The environment for the templates in a package's folder `templates`.

    Values are escaped in HTML; an undefined name raises UndefinedError. `finalize` is applied to every value.
    """
    return Environment(
        loader=PackageLoader(package),
        autoescape=select_autoescape(("html", "htm", "xml", "md")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=extensions,
        finalize=finalize,
    )


@cache
def style_sheet(name: str) -> str:
    """A style sheet by file name."""
    return (files("pipeline.html") / "styles" / name).read_text(encoding="utf-8")


@cache
def _documents() -> Environment:
    documents = environment("pipeline.html")
    documents.tests["known"] = lambda value: value is not None and not isnan(value)
    documents.globals["style_sheet"] = style_sheet
    return documents
