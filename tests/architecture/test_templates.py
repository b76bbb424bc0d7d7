"""Templates and style sheets are read by people: short lines, one element a line, no rule twice, Jinja set up once."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(
    path
    for folder in ("pipeline/html/templates", "serving/pages/templates")
    for path in (ROOT / folder).rglob("*")
    if path.is_file()
)
STYLES = sorted([*(ROOT / "pipeline/html/styles").iterdir(), *(ROOT / "serving/pages/static").glob("*.css")])
LONGEST = 140
INDENT = 2
BLOCKS = (
    "html head body header main footer nav section div form fieldset legend select option "
    "h1 h2 h3 p ul ol li dl dt dd table caption thead tbody tr th td figure figcaption details summary blockquote"
).split()
ELEMENT = re.compile(rf"<({'|'.join(BLOCKS)})\b")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*TEMPLATES, *STYLES], ids=name_of)
def test_no_line_is_too_long_to_review(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > LONGEST or line != line.rstrip()] == []


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.suffix == ".html"], ids=name_of)
def test_each_block_element_starts_its_own_line(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert [line for line in lines if len(ELEMENT.findall(line)) > 1] == []
    inside = [line for line in lines if (result := ELEMENT.search(line)) and line[: result.start()].strip()]
    assert inside == []


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.suffix == ".html"], ids=name_of)
def test_indents_are_of_two_spaces(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    indents = [len(line) - len(line.lstrip()) for line in text.splitlines() if line.strip()]
    assert "\t" not in text
    assert [indent for indent in indents if indent % INDENT] == []


def rules(path: Path) -> set[tuple[str, str]]:
    """(media and selector, declaration) of each declaration of a sheet."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    pairs, around, start = set(), [], 0
    for mark in re.finditer(r"[{};]", text):
        shown, start = " ".join(text[start : mark.start()].split()), mark.end()
        if mark[0] == "{":
            around.append(shown)
        elif shown:
            pairs.add((" ".join(around), shown))
        if mark[0] == "}":
            around.pop()
    return pairs


@pytest.mark.parametrize("path", [path for path in STYLES if path.name != "base.css"], ids=name_of)
def test_no_style_sheet_repeats_the_base_sheet(path: Path) -> None:
    assert rules(path) & rules(ROOT / "pipeline/html/styles/base.css") == set()


def test_every_colour_is_named_in_the_base_sheet_or_for_the_map() -> None:
    named = {name for path in STYLES for where, text in rules(path) if (name := text.split(":")[0]).startswith("--")}
    base = {text.split(":")[0] for _, text in rules(ROOT / "pipeline/html/styles/base.css")}
    assert named - base == {"--edge", "--page", "--s1", "--s2", "--s3", "--s4", "--s5"}


def test_jinja_is_set_up_in_one_place() -> None:
    makers = [
        name_of(path)
        for package in ("features", "pipeline", "serving")
        for path in sorted((ROOT / package).rglob("*.py"))
        if re.search(r"\bEnvironment\(|PackageLoader\(", path.read_text())
    ]
    assert makers == ["pipeline/html/rendering.py"]
