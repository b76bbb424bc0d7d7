"""An error states the rule, the location and the remedy; only `column` and `rows` are optional."""

import ast
from collections.abc import Iterator
from pathlib import Path

from features.errors import Finding

ROOT = Path(__file__).parents[2]


def findings() -> Iterator[tuple[str, ast.Call]]:
    for package in ("features", "pipeline", "serving"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_every_finding_has_a_remedy() -> None:
    calls = list(findings())
    assert calls
    silent = [
        place
        for place, call in calls
        if len(call.args) < 5 and "remedy" not in {keyword.arg for keyword in call.keywords}
    ]
    assert not silent


def test_column_and_rows_are_optional() -> None:
    assert Finding("no date", "exits", remedy="Add one.") == Finding("no date", "exits", "", 0, "Add one.")
    assert str(Finding("no date", "exits", rows=2, remedy="Add one.")) == "exits: no date (2 rows). Add one."
