"""Likely wrong mappings of eight exports: the check names the cause of each, and finds none in a right one.

`wrong_mappings/LAYOUT.toml` says how each differs from the mapping by hand, and what the check must find. With `-s`,
the test prints a line for each: caught or silent. The layouts lie in the folder that RETENTION_LAYOUTS names, or in
`../shared/layouts`; the public sources in RETENTION_DATA or `../shared/data`.
"""

import os
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from features.drafting.second_opinion import with_second_opinion
from features.simulation.run import simulate
from features.source import check_source
from features.validation.plausibility import rules
from features.validation.report import Report
from features.validation.rules import Rule

SHARED = Path(__file__).parents[3] / "shared"
LAYOUTS = Path(os.environ.get("RETENTION_LAYOUTS", SHARED / "layouts"))
DATA = Path(os.environ.get("RETENTION_DATA", SHARED / "data"))
WRONG = {
    file.stem: tomllib.loads(file.read_text())["wrong"] for file in Path(__file__).parent.glob("wrong_mappings/*.toml")
}
PLAUSIBILITY = {rule.sentence for rule in vars(rules).values() if isinstance(rule, Rule)}

with_layouts = pytest.mark.skipif(
    not LAYOUTS.is_dir(), reason="the layouts are not here (RETENTION_LAYOUTS names them)"
)


def copied(layout: str, folder: Path) -> Path:
    """The export of a layout with its mapping by hand, in a folder that can be written."""
    shutil.copytree(LAYOUTS / layout / "export", folder / "export", copy_function=shutil.copyfile)
    shutil.copyfile(LAYOUTS / layout / "reference.toml", folder / "source.toml")
    return folder


def text_of(right: str, wrong: dict[str, Any]) -> str:
    """The text of a wrong mapping. A text that the right one no longer holds is an error of the test."""
    for old, new in wrong.get("change", ()):
        assert old in right, wrong["what"]
        right = right.replace(old, new)
    for table, query in wrong.get("tables", {}).items():
        of_table = re.compile(rf'^{table} = """.*?"""', re.DOTALL | re.MULTILINE)
        assert of_table.search(right), wrong["what"]
        right = of_table.sub(lambda _: f'{table} = """{query}"""', right)  # noqa: B023 (used within the loop)
    return right


def checked(folder: Path, work: Path, *, opinion: bool) -> Report:
    report = check_source(folder, work / "staging")
    return with_second_opinion(folder, report, work / "opinion") if opinion else report


def found(report: Report) -> list[str]:
    return [f"{each.place}: {each.rule}" for each in (*report.errors, *report.warnings)]


def implausible(report: Report) -> list[str]:
    return [f"{each.place}: {each.rule}" for each in report.warnings if each.rule in PLAUSIBILITY]


@with_layouts
@pytest.mark.parametrize("layout", sorted(WRONG))
def test_a_wrong_mapping_is_named_by_its_cause(layout: str, tmp_path: Path) -> None:
    folder = copied(layout, tmp_path / "source")
    right = (folder / "source.toml").read_text()
    missed = []
    for number, wrong in enumerate(WRONG[layout]):
        (folder / "source.toml").write_text(text_of(right, wrong))
        needs_draft = wrong.get("by_draft", False) or "silent" in wrong
        findings = found(checked(folder, tmp_path / str(number), opinion=needs_draft))
        is_caught = any(each.startswith(wrong.get("finds", "nothing")) for each in findings)
        print(f"{'caught' if is_caught else 'SILENT'} | {layout} | {wrong['what']}")  # noqa: T201 (with -s, the table)
        missed += [wrong["what"]] if is_caught != ("finds" in wrong) else []
    assert missed == []


@with_layouts
@pytest.mark.parametrize("layout", sorted(WRONG))
def test_a_mapping_by_hand_is_plausible(layout: str, tmp_path: Path) -> None:
    folder = copied(layout, tmp_path / "source")
    assert implausible(checked(folder, tmp_path / "work", opinion=True)) == []


@pytest.mark.skipif(not DATA.is_dir(), reason="the public data are not here (RETENTION_DATA names them)")
@pytest.mark.parametrize("source", ["baltimore", "happyforce", "ibm_hr", "jobathon"])
def test_a_public_source_is_plausible(source: str, tmp_path: Path) -> None:
    assert implausible(checked(DATA / source, tmp_path, opinion=True)) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_simulated_company_is_plausible(seed: int, tmp_path: Path) -> None:
    simulate(tmp_path / "company", 300, 24, seed)
    assert implausible(checked(tmp_path / "company", tmp_path / "work", opinion=True)) == []
