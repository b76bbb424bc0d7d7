"""Coined and archaic words stay out of what people read: each has a plain word that the field uses.

Docstrings, messages, templates and documents are searched, word by word and without regard to case. `CLEAN` names the
trees that have been edited: add a tree once it has no hits.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
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
)
"""Still to come: features, pipeline, serving and tests, with their templates and catalogues of messages."""
GENERATED: Final = {"docs/features.md", "docs/api.md"}
"""Their words come from the code."""

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
    r"(?:holds?|held|holding) (?:[\w']+ ){1,4}against": "compare with",
    r"(?:turns?|turned) up in": "appears in",
    r"come(?:s)? about": "is made",
    r"thither|hither|hence|thereof|therein|whereof|wherein|lest": "(a modern word)",
}
"""A pattern of whole words, and what to write."""
INNOCENT: Final = ("services on both sides",)
"""Expressions that contain such a word and are fine."""


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that people read, with their numbers.

    Of Python these are strings and comments. Of a document, what a program prints (a block of `text`) is left out: its
    words are those of the program.
    """
    text = path.read_text()
    if path.suffix != ".py":
        printed = re.sub(r"^```text\n.*?^```", lambda block: "\n" * block[0].count("\n"), text, flags=re.M | re.S)
        yield from enumerate(printed.splitlines(), 1)
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, " ".join(node.value.split())
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def hits(line: str) -> list[str]:
    """The plain words for what a line should not say."""
    messages = []
    for phrase in INNOCENT:
        line = line.replace(phrase, "")
    for pattern, plain in PLAIN.items():
        if match := re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", line, re.IGNORECASE):
            messages.append(f"{match[0]!r}: write {plain}")
    return messages


def files() -> list[Path]:
    paths = {path for pattern in CLEAN for path in ROOT.glob(pattern) if path.is_file()}
    readable = {path for path in paths if path.suffix in {".md", ".py", ".html", ".toml", ".po", ""}}
    return sorted(readable - {ROOT / name for name in GENERATED})


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_text_uses_a_coined_or_archaic_word(path: Path) -> None:
    assert not [f"{path.name}:{number} {hit}" for number, line in prose(path) for hit in hits(line)]


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
    ],
)
def test_whole_words_are_found_and_parts_of_words_are_not(line: str, is_coined: bool) -> None:
    assert bool(hits(line)) == is_coined
