"""The model card, as a page and as Markdown, for works councils, auditors and annex IV of the EU AI Act.

It is made from the training report, the ledger and the plots of the run, and holds no personal data.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.html.markdown import plain
from pipeline.html.rendering import rendered
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.language.translator import ENGLISH
from pipeline.registry.card import words
from pipeline.registry.card.blocks import Block, Facts, Items, Picture, Section, Table, Text, bounds, number
from pipeline.registry.card.comparisons import other_model_tables, own_features
from pipeline.registry.card.diagnostics import diagnostic_facts, guard_facts
from pipeline.registry.card.figures import (
    ablation_table,
    comparison_table,
    data_facts,
    fairness_blocks,
    feature_table,
    gate_table,
    group_tables,
    ledger_table,
    metric_table,
    origin_table,
    version_facts,
)
from pipeline.registry.ledger import SERVES, LedgerEntry

_TYPES: Final = {"svg": "image/svg+xml", "png": "image/png"}


@dataclass(frozen=True)
class ModelCard:
    """A card in both forms; the page is self-contained and loads nothing."""

    version: str
    html: str
    markdown: str

    def files(self) -> dict[str, str]:
        """The card by the file names under which a run stores it."""
        return {"model_card.html": self.html, "model_card.md": self.markdown}


def model_card(
    version: str, report: TrainingReport, history: Sequence[LedgerEntry], plots: Mapping[str, bytes] | None = None
) -> ModelCard:
    """The card of a version from its training report, its entries in the ledger and its run's plots by file name."""
    head = {
        "title": _title(report),
        "version": version,
        "source": report.source,
        "status": _status(version, history),
        "lead": _lead(report),
        "sections": _sections(version, report, history, _pictures(plots or {})),
    }
    return ModelCard(version, rendered("model_card.html", ENGLISH, **head), _markdown(head))


def _title(report: TrainingReport) -> str:
    months = report.horizon_months
    return f"Risk of leaving voluntarily within {months} months" if months else "Risk of leaving voluntarily"


def _status(version: str, history: Sequence[LedgerEntry]) -> str:
    """Whether the version serves, according to its entries in the ledger."""
    if not history:
        return "Not submitted to the gate, not in use"
    last = history[-1]
    served = [entry for entry in history if entry.event in SERVES]
    if served and served[-1].version == version:
        past = ", against the gate" if served[-1].event == "overridden" else ""
        return f"Champion since {served[-1].at:%-d %B %Y}{past}"
    if served:
        return f"Former champion, until {served[-1].at:%-d %B %Y}"
    return f"Refused by the gate on {last.at:%-d %B %Y}, not in use"


def _lead(report: TrainingReport) -> str:
    """The most important figures, in two sentences; empty if the report lacks them."""
    recall, auc = report.metrics.recall_10, report.metrics.auc
    if not recall or not auc:
        return ""
    return (
        f"Of those who left, {number(recall.value, '.0%')} were in the tenth with the highest risk; by chance, 10% "
        f"would be. Of one who left and one who stayed, it ranked the first higher {number(auc.value, '.0%')} of "
        "the time; by chance, 50%."
    )


def _sections(
    version: str, report: TrainingReport, history: Sequence[LedgerEntry], pictures: Sequence[Picture]
) -> list[Section]:
    protocol = words.DATED_PROTOCOL if report.horizon_months else words.CROSS_PROTOCOL
    return [
        Section("purpose", "Purpose", [Text(words.PURPOSE)]),
        Section("never", "Never for", [Items(words.NEVER)]),
        Section("people", "Who is affected, and their rights", [Items(words.AFFECTED)]),
        Section("ledger", "Ledger: who promoted it, and why", ledger_table(history)),
        Section("gate", "Gate", [gate_table(report), *comparison_table(report)]),
        Section("figures", "Figures", _figures(report)),
        *([Section("plots", "Plots", pictures)] if pictures else []),
        Section("protocol", "Protocol", [Items(protocol)]),
        Section("calibration", "Calibration, curve and range", [Text(_calibration(report)), Items(words.CURVE)]),
        Section("diagnostics", "Diagnostics", [diagnostic_facts(report)]),
        Section("drivers", "What each driver adds", [ablation_table(report)]),
        Section("fairness", "Fairness", fairness_blocks(report)),
        Section("guards", "Guards", [guard_facts(report)]),
        Section("data", "Data", [data_facts(report), Items(words.LEFT_OUT)]),
        Section("design", "Design", [Items(words.DESIGN)]),
        Section("limits", "Limits", [Items(words.LIMITS)]),
        Section("oversight", "Oversight by people", [Items(words.OVERSIGHT)]),
        Section("monitoring", "Monitoring", [Items(words.MONITORING)]),
        Section("versions", "Versions", [version_facts(version, report)]),
        Section("features", "Features", [feature_table(report), *own_features(report)]),
        Section("annex-iv", "Where annex IV of the EU AI Act is met", _annex_iv()),
    ]


def _figures(report: TrainingReport) -> list[Block]:
    return [metric_table(report), *other_model_tables(report), origin_table(report), *group_tables(report)]


def _annex_iv() -> list[Block]:
    columns = ["item", "requires", "met in"]
    return [
        Text(words.ANNEX_IV_LEAD),
        Table("Technical documentation, item by item", columns, words.ANNEX_IV, is_words=True),
    ]


def _calibration(report: TrainingReport) -> str:
    slope, error = report.metrics.calibration_slope, report.metrics.ece
    return (
        f"Slope {bounds(slope)}: 1 is right; below 1 the risks are too extreme. Risks and the share who left differ by "
        f"{bounds(error, '.1%')} on average."
    )


def _pictures(plots: Mapping[str, bytes]) -> list[Picture]:
    return [
        Picture(
            name.rpartition(".")[0].replace("_", " ").replace("-", " ").capitalize(),
            f"plots/{name}",
            f"data:{_TYPES[name.rpartition('.')[2]]};base64,{b64encode(content).decode()}",
        )
        for name, content in sorted(plots.items())
    ]


def _markdown(head: Mapping[str, Any]) -> str:
    """The card in Markdown. `Text` and `Items` are not escaped: they hold this product's own words (`card.words`)."""
    parts = [
        f"# {head['title']}",
        f"Model version {head['version']} · {plain(head['source'])} · {head['status']}",
        head["lead"],
    ]
    for section in head["sections"]:
        parts += [f"## {section.title}", *(_block_in_markdown(block) for block in section.blocks)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _block_in_markdown(block: Block) -> str:
    match block:
        case Text(text):
            return text
        case Items(items):
            return "\n".join(f"- {item}" for item in items)
        case Facts(facts):
            return "\n".join(f"- **{name}**: {plain(text)}" for name, text in facts)
        case Picture(title, file):
            return f"![{title}]({file})"
        case Table(title, columns, rows, note):
            lines = [[*map(plain, columns)], ["---"] * len(columns), *([*map(plain, row)] for row in rows)]
            table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
            return "\n\n".join(part for part in (title and f"**{plain(title)}**", table, plain(note)) if part)
