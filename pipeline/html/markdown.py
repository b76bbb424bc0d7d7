"""Markdown documents: templates whose values are never read as markup, and their form as HTML."""

import re
from functools import cache
from itertools import pairwise
from typing import Any, Final

from jinja2 import Environment
from jinja2.utils import markupsafe  # type: ignore[attr-defined]
from markdown_it import MarkdownIt

from pipeline.html.rendering import environment

_SPECIAL: Final = re.compile(r"[\\`*\[\]<>&|$~#]|(?<!\w)_|_(?!\w)")
"""What CommonMark, its tables and its mathematics give a meaning to; an underscore inside a word has none."""


def plain(text: str) -> str:
    """The text as Markdown shows it unchanged: names come from the source and are never markup or mathematics."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split("\n")))


def rendered_markdown(template: str, **values: Any) -> str:
    """A Markdown template of `pipeline/html/templates`, with its values as plain text and no empty lines in a row."""
    text = _templates().get_template(template).render(**values)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def as_html(markdown: str) -> str:
    """Markdown as HTML; what looks like HTML in it is shown as text. A cell of a table names its column for phones."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(markdown)
    columns: list[str] = []
    cell = 0
    for token, content in pairwise(tokens):
        if token.type == "table_open":
            columns = []
        elif token.type == "th_open":
            columns.append(content.content)
        elif token.type == "tr_open":
            cell = 0
        elif token.type == "td_open":
            token.attrSet("data-label", columns[cell])
            cell += 1
    return str(parser.renderer.render(tokens, parser.options, {}))


@cache
def _templates() -> Environment:
    return environment("pipeline.html", finalize=_finalized)


def _finalized(value: Any) -> Any:
    """What a macro returns is Markdown already; everything else is text."""
    return value if isinstance(value, markupsafe.Markup) else markupsafe.Markup(plain(str(value)))
