"""What the pages say, and that every other language says all of it with the same places."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from pipeline.language.translator import catalogue_of
from serving.pages.rendering import LANGUAGES, environment

SERVING = Path(__file__).parents[2] / "serving"
KEYWORDS = {"_": None, "marked": None, "count": (1, 2), "gettext": None}


def said_by_the_pages() -> Iterator[str]:
    """The English of templates, of marked texts, and of every refusal that a page may show."""
    for path in sorted((SERVING / "pages" / "templates").iterdir()):
        for _, message, _, _ in extract_from_file("jinja2", path, keywords=KEYWORDS):
            yield message if isinstance(message, str) else message[0]
    for path in sorted((SERVING / "pages").glob("*.py")):
        for _, message, _, _ in extract_from_file("python", path, keywords=KEYWORDS):
            yield message if isinstance(message, str) else message[0]
    for path in sorted(SERVING.rglob("*.py")):
        yield from refusals(ast.parse(path.read_text()))
    yield from ("enough", "too little is known", "employed for less than a month")  # `scoring` says why of a score
    yield from ("most of the categories were not known in training", "the range is too wide")


def refusals(tree: ast.AST) -> Iterator[str]:
    """The details of the refusals that a module raises, as far as they are one text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and [t.id for t in node.targets if isinstance(t, ast.Name)] == ["detail"]:
            yield from texts(node.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
            for argument in node.args[2:3]:
                yield from texts(argument)


def texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def places(said: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]", said))


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_a_language_says_everything_that_the_pages_say(code: str) -> None:
    with (SERVING / "locale" / code / "LC_MESSAGES" / "pages.po").open("rb") as text:
        pages = read_po(text, locale=code)
    lists = catalogue_of(code)
    missing = []
    for said in dict.fromkeys(said_by_the_pages()):
        told = pages.get(said) or lists.get(said)
        forms = [] if told is None else [told.string] if isinstance(told.string, str) else list(told.string)
        if not forms or not all(forms) or any(places(form) != places(said) for form in forms):
            missing.append(said)
    assert not missing


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [("en", 1, "1 person"), ("en", 2204, "2,204 people"), ("ru", 2204, "2\xa0204 человека")],
)
def test_a_count_is_said_as_the_language_writes_numbers(language: str, number: int, said: str) -> None:
    assert environment(language).globals["count"]("%(num)s person", "%(num)s people", number) == said
