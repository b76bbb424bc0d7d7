"""Adds to a report without errors what makes the tables of its source implausible."""

from dataclasses import replace
from pathlib import Path

from features.validation.plausibility.canonical import Canonical
from features.validation.plausibility.exits import count_exits
from features.validation.plausibility.pay import count_pay
from features.validation.plausibility.people import count_people
from features.validation.plausibility.period import count_period
from features.validation.plausibility.posts import count_posts
from features.validation.report import Report
from features.validation.rules import Tally


def with_plausibility(report: Report, tables: Path) -> Report:
    """The report with warnings about what a right mapping hardly ever gives. `tables` holds the canonical tables."""
    if report.errors or report.complete_from is None or report.complete_until is None:
        return report
    source, tally = Canonical(tables, report.complete_from, report.complete_until), Tally()
    for count in (count_exits, count_period, count_people, count_posts, count_pay):
        count(source, tally)
    return replace(report, warnings=(*report.warnings, *tally.warnings()))
