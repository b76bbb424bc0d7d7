"""What `retention demo` prints at its end."""

from datetime import date
from io import StringIO
from pathlib import Path

from rich.console import Console

from pipeline.commands.screens.demonstration import demo_screen
from pipeline.demo.year import DemoMonth, DemoYear, OfferedModel
from pipeline.settings import Settings


def test_the_screen_shows_months_models_and_a_token_command_for_each_role() -> None:
    month = DemoMonth("2025-12", "2", 700, 24, 0, {"talked": 10, "disagree": 3, "left": 1}, 2)
    models = [OfferedModel("1", date(2024, 12, 31), False, True), OfferedModel("2", date(2025, 6, 30), True, True)]
    managers = {f"E{number}": f"Manager {number}" for number in range(5)}
    year = DemoYear("simulated", Path("var/demo"), models, [month], None, managers)
    console = Console(width=100, file=(printed := StringIO()))
    console.print(demo_screen(year, Settings(var=Path("var"))))
    text = printed.getvalue()
    assert "14 (talked 10, disagree 3)" in text
    assert "Model version 1, trained on what was known on 2024-12-31: did not pass the gate" in text
    assert "Model version 2, trained on what was known on 2025-06-30: passed the gate" in text
    assert "Manager 0             retention token --role manager --person E0" in text
    assert "and 2 more managers, named in the lists" in text
    for role in ("hr", "representative", "auditor"):
        assert f"retention token --role {role}\n" in text
