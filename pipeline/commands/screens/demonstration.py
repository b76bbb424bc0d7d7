"""What `retention demo` prints at its end: the year by month, its models, the effect of the lists, and what to open."""

from collections import Counter
from typing import TYPE_CHECKING, Final

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from features.errors import counted
from pipeline.commands.screens.parts import copyable
from pipeline.settings import Settings

if TYPE_CHECKING:  # they import MLflow, which takes seconds
    from pipeline.demo.year import DemoYear, OfferedModel

MOST_MANAGERS: Final = 3


def demo_screen(year: "DemoYear", settings: Settings) -> RenderableType:
    """The year in figures, then the commands that open it; managers are simulated, so they are named."""
    return Group(
        _months(year),
        *(_model(model) for model in year.models),
        *([f"Effect of the lists: {escape(year.effect.verdict)}"] if year.effect else []),
        "",
        "Open next:",
        copyable(f"  the managers' lists   {settings.var / 'lists' / year.months[-1].month / 'index.html'}"),
        copyable(f"  monitoring            {settings.var / 'monitoring.html'}"),
        copyable(f"  runs and models       mlflow ui --backend-store-uri {settings.tracking_uri}"),
        "  the server            make serve, or: uvicorn serving.app:create_app --factory",
        "Sign in with a token:",
        *_sign_in(year),
    )


def _months(year: "DemoYear") -> Table:
    table = Table("month", "model", "people", "lists", "waiting", "answers", "alerts", box=None, pad_edge=False)
    for month in year.months:
        answers = Counter(month.answers)
        most = ", ".join(f"{escape(outcome)} {number}" for outcome, number in answers.most_common(2))
        shown = f"{answers.total()}" + (f" ({most})" if most else "")
        table.add_row(
            month.month,
            month.model_version,
            f"{month.people:,}",
            f"{month.lists}",
            f"{month.waiting}",
            shown,
            f"{month.alerts}",
        )
    return table


def _model(model: "OfferedModel") -> str:
    gate = "passed the gate" if model.passed_gate else "did not pass the gate"
    serves = "served from the next month on" if model.serves else "did not serve"
    return f"Model version {model.version}, trained on what was known on {model.known_until}: {gate}, {serves}."


def _sign_in(year: "DemoYear") -> list[str | RenderableType]:
    """The commands that print tokens: for HR, for managers with a list, and for the roles that see no person."""
    roles = [("HR", "--role hr"), ("works council", "--role representative"), ("auditor", "--role auditor")]
    managers = list(year.managers.items())[:MOST_MANAGERS]
    people = [(name or "a manager", f"--role manager --person {manager}") for manager, name in managers]
    rest = len(year.managers) - len(managers)
    more = [f"  and {counted(rest, 'more manager')}, named in the lists"] if rest > 0 else []
    return [*(copyable(f"  {who:<21} retention token {how}") for who, how in (*roles, *people)), *more]
