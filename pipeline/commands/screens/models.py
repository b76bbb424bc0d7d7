"""The terminal output of `retention models`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from pipeline.commands.screens.parts import figure_text, gates_table
from pipeline.registry.ledger import SERVES, LedgerEntry

if TYPE_CHECKING:  # they import MLflow, which takes seconds, or Jinja
    from pipeline.registry.promotion import Offer
    from pipeline.registry.versions import VersionRow


def models_screen(versions: Sequence["VersionRow"], history: Sequence[LedgerEntry]) -> RenderableType:
    """The versions in the registry, newest first, and which version served from when."""
    if not versions:
        return "There is no model yet. Train one: retention train SOURCE"
    table = Table("version", "source", "trained", "AUC", "average precision", "gate", title="model versions")
    for entry in versions:
        table.add_row(
            f"{entry.version} ✓ champion" if entry.champion else entry.version,
            escape(entry.source),
            f"{entry.registered_at:%Y-%m-%d}",
            *map(figure_text, (entry.auc, entry.average_precision)),
            escape(entry.gate) + (" [bold](overridden)[/]" if entry.reason else ""),
        )
    champion = next((entry.version for entry in versions if entry.champion), None)
    return Group(table, *_history(history, champion))


def _history(history: Sequence[LedgerEntry], champion: str | None) -> list[RenderableType]:
    served = [entry for entry in history if entry.event in SERVES]
    if not served:
        return []
    table = Table("from", "version", "how", "by", "reason", title="versions in service")
    for entry in served:
        table.add_row(
            f"{entry.at:%Y-%m-%d %H:%M}", entry.version, entry.event, escape(entry.who), escape(entry.reason or "")
        )
    moved = champion is not None and served[-1].version != champion
    warning = f"[red]The alias was moved to version {champion} without the gate[/], or a promotion was interrupted."
    return [table, *[warning] * moved]


def promotion_screen(offered: "Offer") -> RenderableType:
    """The result of the gate, and which version serves now."""
    if offered.event is None:
        return f"Model version {offered.version} is the champion already."
    instead = f" in place of version {offered.replaces}" if offered.replaces else ""
    how = "Against the gate, with the reason given, model" if offered.event == "overridden" else "Model"
    return Group(
        gates_table(offered.gates),
        f"\n{how} version {offered.version} is now the champion{instead}.",
        "Next: retention score SOURCE",
    )
