"""The documents in Russian are translated by hand; these tests say when the English has moved on without them."""

import hashlib
import re

import pytest
from documents import blocks, commands, page

TRANSLATIONS = {"README.md": "README.ru.md", "docs/quick-start.md": "docs/ru/quick-start.md"}

pairs = pytest.mark.parametrize(("english", "russian"), TRANSLATIONS.items())


@pairs
def test_the_english_has_not_changed_since_it_was_translated(english: str, russian: str) -> None:
    now = hashlib.sha256(page(english).encode()).hexdigest()[:16]
    [translated] = re.findall(r"\A<!-- Translates \S+, sha256 (\w+) -->", page(russian))
    assert translated == now, f"{english} has changed: bring {russian} up to date, then put {now} into its first line"


@pairs
def test_both_have_the_same_headings_commands_examples_and_pictures(english: str, russian: str) -> None:
    for kind in (headings, commands, examples, pictures, table_rows):
        assert kind(page(russian)) == kind(page(english))


@pairs
def test_both_lead_to_the_same_documents(english: str, russian: str) -> None:
    each_other = {"README.md", "README.ru.md"}
    assert targets(page(russian)) - each_other == targets(page(english)) - each_other


def headings(text: str) -> list[int]:
    """The level of each heading, in order; a comment in a block of code is none."""
    return [len(marks) for marks in re.findall(r"^(#+) ", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)]


def examples(text: str) -> list[str]:
    return blocks(text, "csv") + blocks(text, "toml")


def pictures(text: str) -> list[str]:
    return re.findall(r'<img src="([^"]+)"', text)


def table_rows(text: str) -> int:
    return len(re.findall(r"^\|", text, re.M))


def targets(text: str) -> set[str]:
    """What the links lead to, by file name, without sections."""
    return {target.rsplit("/", 1)[-1].partition("#")[0] or "itself" for target in re.findall(r"\]\(([^)]+)\)", text)}
