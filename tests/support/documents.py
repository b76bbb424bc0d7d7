"""The fenced blocks and tables of the documents, for the tests that run and check them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def page(name: str) -> str:
    """The text of a document, named from the root of the repository."""
    return (ROOT / name).read_text()


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[str]:
    """The commands of a text's `sh` blocks, continued lines joined, comments left out."""
    joined = "".join(blocks(text, "sh")).replace("\\\n", " ")
    lines = (re.split(r"(?:^|\s)#", line, maxsplit=1)[0] for line in joined.splitlines())
    return [" ".join(line.split()) for line in lines if line.strip()]


def section(text: str, heading: str) -> str:
    """The text under a heading, up to the next heading of its level or above."""
    [(marks, rest)] = re.findall(rf"^(#+) {re.escape(heading)}\n(.*)", text, flags=re.MULTILINE | re.DOTALL)
    return re.split(rf"^#{{1,{len(marks)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def table_lines(text: str) -> list[str]:
    """The lines of a section's tables, their headings left out."""
    tables = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
    return [line for table in tables for line in table.splitlines()[2:]]


def named_tests(text: str) -> list[str]:
    """The tests that a text names as `test_file.py::test_name`; fails if one of them does not exist."""
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", text)
    for file, test in named:
        [path] = (ROOT / "tests").rglob(file)
        assert f"def {test}(" in path.read_text(), (file, test)
    return [test for _, test in named]
