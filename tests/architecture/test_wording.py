"""Coined and archaic words stay out of what people read: each has a plain word that the field uses.

Docstrings, comments, messages, templates, documents and a few names are searched, by whole words and without regard to
case. `CLEAN` names the trees that have been edited: add a tree once `hits_of` finds nothing in it.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from babel.messages.pofile import read_po
from documents import ROOT

CLEAN: Final = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "GLOSSARY.md",
    "docs/*.md",
    "docs/decisions/*.md",
    "notebooks/*",
    "Makefile",
    "pyproject.toml",
    ".ci/run",
    "features/**/*",
    "pipeline/**/*",
    "serving/**/*",
)
"""Still to come: tests/**/*, bench/**/*."""
READ: Final = {".md", ".py", ".html", ".txt", ".css", ".js", ".toml", ".po", ""}
"""The kinds of files that people read."""
GENERATED: Final = {"docs/features.md", "docs/api.md"}
"""Their words come from the code."""
THIS: Final = "tests/architecture/test_wording.py"
"""Lists all the words that it searches for."""

PLAIN: Final = {
    r"anew": "again",
    r"mend(?:s|ed|ing)?": "fix",
    r"by lot|drawn by lot": "at random",
    r"so many": "the number, or: that many",
    r"whoever|whosoever": "anyone who, people who",
    r"of (?:their|its|his|her) own accord": "voluntarily",
    r"too dear|dearest|dearer": "too expensive; of a feature: drop-column importance too high",
    r"(?:stands?|stood|lies|lay) behind": "the factors behind it, drives",
    r"(?:is|are|was|were) told": "is shown, is reported",
    r"(?:is|are|was|were) said of": "describes",
    r"dealt(?: out)?": "permuted; allocated at random",
    r"on both sides": "in training and test",
    r"held directions?": "monotone constraints",
    r"at stake": "context",
    r"for want of": "without",
    r"let(?:s)? go of": "releases",
    r"nought": "zero",
    r"a month that is done is done": "a finished month is not repeated",
    r"not for you": "you do not have access",
    r"nobody matches": "no matches",
    r"takes? a filter away": "remove a filter",
    r"(?:holds?|held|holding) (?:[\w']+ ){1,4}against": "compare with",
    r"(?:turns?|turned) up in": "appears in",
    r"come(?:s)? about": "is made",
    r"(?<=, )for (?:it|they|he|she|there|nobody|these|figures)": "because",
    r"thus|thither|hither|hence|thereof|therein|whereof|wherein|lest": "(a modern word)",
}
"""A pattern of whole words, and what to write."""
INNOCENT: Final = (
    r"services on both sides",
    r"dealt with",
    r"told apart",
    r"(?:people|person|employees?|managers?|HR|nobody|everyone|somebody|who) (?:is|are|was|were) told",  # informed
)
"""Expressions that contain such a word and are fine."""

NAMES: Final = {
    "told": "progress, results, text",
    "Told": "Progress",
    "said": "text, label",
    "said_in": "language",
    "anew": "again",
    "deal": "allocate",
    "dealt": "allocated, permuted",
    "too_dear": "drop_column_importance_too_high",
    "on_both_sides": "train_test_overlap",
    "held_directions": "monotone_constraints",
}
"""Names in code, and what to write."""


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """The paragraphs of a file that people read, each in one line, with the number of its first line.

    Of Python these are strings and comments, of a catalogue of messages the English texts. Of a document, what a
    program prints (a block of `text`) is left out: its words are those of the program.
    """
    text = path.read_text()
    if path.suffix == ".po":
        messages = [message for message in read_po(io.StringIO(text)) if message.id]
        yield from ((message.lineno or 0, " ".join(_forms(message.id).split())) for message in messages)
    elif path.suffix == ".py":
        yield from _strings(text)
        yield from _paragraphs(_comments(text))
    else:
        printed = re.sub(r"^```text\n.*?^```", lambda block: "\n" * block[0].count("\n"), text, flags=re.M | re.S)
        yield from _paragraphs(enumerate(printed.splitlines(), 1))


def _forms(text: str | list[str] | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else " ".join(text)


def _strings(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, " ".join(node.value.split())


def _comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.lstrip("# ")


def _paragraphs(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Lines that follow one another become one, since an expression may be broken anywhere.

    An empty line ends a paragraph; an entry of a list, a row of a table and a heading begin one.
    """
    first, last, paragraph = 0, 0, ""
    for number, line in lines:
        if paragraph and (number != last + 1 or not line.strip() or line.lstrip().startswith(("- ", "|", "#"))):
            yield first, paragraph
            paragraph = ""
        if line.strip():
            first = first if paragraph else number
            paragraph = f"{paragraph} {line.strip()}".strip()
        last = number
    if paragraph:
        yield first, paragraph


def names(path: Path) -> Iterator[tuple[int, str]]:
    """The names that a Python file defines or uses: variables, parameters, functions, classes, attributes."""
    for node in ast.walk(ast.parse(path.read_text())) if path.suffix == ".py" else ():
        for kind in ("id", "arg", "name", "attr"):
            if isinstance(name := getattr(node, kind, None), str):
                yield getattr(node, "lineno", 0), name


def hits(line: str) -> list[str]:
    """The plain words for what a line should not say."""
    for innocent in INNOCENT:
        line = re.sub(innocent, "", line, flags=re.IGNORECASE)
    searched = {rf"(?<![\w-])(?:{pattern})(?![\w-])": plain for pattern, plain in PLAIN.items()}
    matches = [(match, plain) for pattern, plain in searched.items() for match in re.finditer(pattern, line, re.I)]
    return [f"{match[0]!r}: write {plain}" for match, plain in matches]


def hits_of(path: Path) -> list[str]:
    """Every hit in a file, with its place."""
    place = path.relative_to(ROOT).as_posix()
    words = [f"{place}:{number} {hit}" for number, line in prose(path) for hit in hits(line)]
    return words + [f"{place}:{number} {name}: write {NAMES[name]}" for number, name in names(path) if name in NAMES]


def files() -> list[Path]:
    left_out = {ROOT / name for name in (*GENERATED, THIS)}
    matching = {path for pattern in CLEAN for path in ROOT.glob(pattern) if path.is_file()} - left_out
    return sorted(path for path in matching if path.suffix in READ and "__pycache__" not in path.parts)


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_text_uses_a_coined_or_archaic_word(path: Path) -> None:
    assert not hits_of(path)


@pytest.mark.parametrize(
    ("line", "is_coined"),
    [
        ("Whoever leaves is listed.", True),
        ("Anyone who leaves is listed.", False),
        ("The model is fitted anew.", True),
        ("The renewal of the lock.", False),
        ("Outcomes dealt out at random", True),
        ("An amendment to the contract", False),
        ("Hours of services on both sides", False),
        ("Nobody is told apart", False),
        ("HR is told that data are contested", False),
        ("The refusal is told by its code", True),
    ],
)
def test_whole_words_are_found_and_parts_of_words_are_not(line: str, is_coined: bool) -> None:
    assert bool(hits(line)) == is_coined


def test_an_expression_is_found_across_lines_and_a_name_in_code(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("# leaves of their\n# own accord\ntold = 'more than so' ' many'\n")
    assert [hit.partition(":")[0] for _, line in prose(source) for hit in hits(line)] == [
        "'so many'",
        "'of their own accord'",
    ]
    assert [name for _, name in names(source)] == ["told"]
    page = tmp_path / "page.html"
    page.write_text("<p>People of their own\n  accord</p>\n\n<p>leave</p>\n")
    assert [number for number, _ in prose(page)] == [1, 4]
