"""The terminal output of `retention turnover`."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.markup import escape

from pipeline.commands.screens.parts import narrow_table, people_text
from pipeline.turnover.groups.monthly import EVERYONE
from pipeline.turnover.rates import Rate
from pipeline.turnover.report import ExpectedSegment, GroupRow, Segment, Turnover

_MOST_ROWS = 25


def turnover_screen(turnover: Turnover, by: Sequence[str]) -> RenderableType:
    """The company, the groups of the named dimensions, those that lose more than expected, and what is left out."""
    rows = [row for row in turnover.groups if row.by in by]
    return Group(
        *_company(turnover),
        *(_table(name, [row for row in rows if row.by == name]) for name in by if name != EVERYONE),
        "",
        *_alarms(turnover, rows),
        *_segments(turnover),
        *_expected(turnover),
        *_early(turnover),
        *_reasons(turnover),
        *(f"[dim]{escape(note)}[/]" for note in turnover.notes),
    )


def _company(turnover: Turnover) -> list[str]:
    whole = next(row for row in turnover.groups if row.by == EVERYONE)
    period = f"{turnover.window_first:%Y-%m} to {turnover.window_last:%Y-%m}"
    if whole.voluntary is None or whole.voluntary_rate is None:
        return [f"[bold]{escape(turnover.source)}[/], {period}: too few exits to show how people left."]
    lines = [
        f"[bold]{escape(turnover.source)}[/], {period}: {whole.voluntary:,} voluntary exits, "
        f"{_rate(whole.voluntary_rate)} a year; {whole.involuntary:,} involuntary, {whole.other:,} other; "
        f"{people_text(whole.people_end or 0)} at the end."
    ]
    if whole.year_before:
        lines.append(f"Compared with the twelve months before: {_ratio(whole)}.")
    if whole.replacement and whole.replacement.median_days is not None:
        days = f"{whole.replacement.median_days:,.0f}"
        lines.append(f"Half of the places are filled within {days} days of the exit, by a hire or a transfer.")
    return lines


def _table(by: str, rows: Sequence[GroupRow]) -> RenderableType:
    table = narrow_table(f"by {by}, most voluntary exits per person first")
    table.add_column(by)
    for column in ("people", "exits", "voluntary", "a year (95 %)", "to year before"):
        table.add_column(column, justify="right")
    ordered = sorted(rows, key=lambda row: -(row.voluntary_rate.value if row.voluntary_rate else -1))
    for row in [each for each in ordered if not each.is_suppressed][:_MOST_ROWS]:
        table.add_row(
            escape(row.group or "not known"),
            f"{row.people_end:,}",
            f"{row.exits:,}",
            "·" if row.voluntary is None else f"{row.voluntary:,}",
            _rate(row.voluntary_rate) if row.voluntary_rate else "·",
            f"× {row.year_before.ratio:.2f}" if row.year_before else "–",
        )
    return table


def _alarms(turnover: Turnover, rows: Sequence[GroupRow]) -> list[str]:
    than = "published scores expected" if turnover.expectation == "scores" else "in the year before"
    found = [f"{row.by} {row.group or 'not known'}" for row in rows if row.is_more_than_expected and row.by != EVERYONE]
    lines = (
        [f"[red]More than {than}[/]: {escape(', '.join(found))}."] if found else [f"No group lost more than {than}."]
    )
    hidden = sum(row.voluntary is None for row in rows)
    note = f"· {hidden} of {len(rows)} groups have too few people or exits to show how people left."
    return [*lines, *([note] if hidden else [])]


def _segments(turnover: Turnover) -> list[str]:
    return [
        f"[red]More than the groups explain[/]: {escape(_conditions(each))}: {each.voluntary:,} voluntary exits, "
        f"{each.expected:.1f} explained, {people_text(each.people)} on average. Found in earlier months."
        for each in turnover.segments
    ]


def _expected(turnover: Turnover) -> list[str]:
    about = turnover.scored_segments
    if about is None:
        return []
    return [
        f"[red]More are expected to leave than the groups explain[/]: {escape(_conditions(each))}: {each.expected:.1f} "
        f"voluntary exits within {about.horizon_months} months, {each.explained:.1f} explained, "
        f"{people_text(each.people)}."
        for each in about.expected
    ]


def _conditions(segment: Segment | ExpectedSegment) -> str:
    return " and ".join(f"{each.by} {each.group}" for each in segment.conditions)


def _early(turnover: Turnover) -> list[str]:
    everyone = next((row for row in turnover.cohorts if row.cohort is None), None)
    if everyone is None or not everyone.followed_90_days or everyone.left_90_days is None:
        return []
    left, of = everyone.left_90_days, everyone.followed_90_days
    return [f"Within 90 days of the hire {left:,} of {of:,} left again ({left / of:.1%})."]


def _reasons(turnover: Turnover) -> list[str]:
    named = [f"{row.reason} {row.share:.0%}" for row in turnover.reasons if row.reason][:4]
    return [f"Stated reasons: {escape(', '.join(named))}."] if named else []


def _ratio(row: GroupRow) -> str:
    found = row.year_before
    if found is None:
        return "–"
    high = "any" if found.high is None else f"{found.high:.2f}"
    return f"× {found.ratio:.2f} ({found.low:.2f} to {high})"


def _rate(rate: Rate) -> str:
    return f"{rate.value:.1%} ({rate.low:.1%} to {rate.high:.1%})"
