"""Where the tables of a mapping and those of a draft part."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from features.drafting.draft import Draft
from features.drafting.employment.exits import FIRST_DAY_AWAY
from features.errors import Finding
from features.source import Source
from features.validation.plausibility.rules import (
    LESS_EXITS,
    MARKED_EXITS,
    MARKED_PEOPLE,
    MORE_EXITS,
    OTHER_EXIT_DAY,
    OTHER_HIRE,
    OTHER_KIND,
    OTHER_UNIT,
    UNUSED_CURRENCY,
    UNUSED_DAY_OF_ENTRY,
)
from features.validation.rules import Rule

SAME_PEOPLE = 0.9
"""The share of the people by id whom both must have: else their ids are not the same."""
FEW = 0.2
"""The share of people up to whom a mark can set apart; more are another company."""
FEWEST = 3
HALF = 0.5
A_MONTH = 31
UNIT = 2.2
"""Pay this many times higher or lower is in another unit; half a working week makes twice."""
UNITS = 0.05
SAME_UNIT = 0.01
ENTERED = 0.05


@dataclass(frozen=True)
class Drafted:
    """A draft and its tables. guessed: the questions that it suggests no answer for, or not for every value."""

    source: Source
    draft: Draft
    guessed: frozenset[str]

    def asked(self, pattern: str) -> list[str]:
        return [question.key for question in self.draft.questions if re.fullmatch(pattern, question.key)]

    def guessed_about(self, pattern: str) -> bool:
        """Whether the draft suggests nothing for a question of this kind."""
        return any(re.fullmatch(pattern, key) for key in self.guessed)

    def suggests(self, key: str) -> object:
        return next((each.suggested for each in self.draft.questions if each.key == key), None)

    def evidence(self, table: str, column: str) -> str:
        """Where the draft has a column from, and why."""
        line = next((each for each in self.draft.tables.get(table, ()) if each.name == column), None)
        if line is None or not line.source:
            return ""
        why = f" ({line.why})" if line.why and not line.why.startswith(("open", "as answered")) else ""
        return f" The draft takes {line.source}{why}."


def differences(given: Source, drafted: Drafted) -> tuple[Finding, ...]:
    """A warning for each way in which the tables part, with the evidence of the draft in the remedy."""
    both = _people(given).join(_people(drafted.source), on="employee_id", suffix="_drafted")
    if both.height < SAME_PEOPLE * min(_people(given).height, _people(drafted.source).height):
        return ()
    checks = (_marked, _hires, _exit_days, _kinds, _units, _entered)
    return tuple(finding for check in checks for finding in check(given, drafted))


def _at(rule: Rule, table: str, column: str, rows: int, evidence: str = "") -> Finding:
    finding = rule.at(table, column, rows, is_error=False)
    return replace(finding, remedy=finding.remedy + evidence)


def _people(source: Source) -> pl.DataFrame:
    """employee_id and the latest hire_date."""
    return _table(source, "employees").group_by("employee_id").agg(pl.col("hire_date").max())


def _leavers(source: Source) -> pl.DataFrame:
    """employee_id, exit_date, kind, reason: the last exit of everyone who left within the period."""
    exits = _table(source, "exits").filter(pl.col("exit_date").is_between(source.complete_from, source.complete_until))
    reason = pl.col("reason") if "reason" in exits.columns else pl.lit(None, pl.String)
    return (
        exits.sort("exit_date")
        .group_by("employee_id")
        .agg(pl.col("exit_date", "kind").last(), reason.last().alias("reason"))
    )


def _table(source: Source, table: str) -> pl.DataFrame:
    scan = source.scan(table)
    return pl.DataFrame() if scan is None else scan.collect()


def _marked(given: Source, drafted: Drafted) -> Iterator[Finding]:
    """People and exits that the files mark as external, as second jobs or as locked, and exits that are missing."""
    people = _people(given).join(_people(drafted.source), on="employee_id", how="anti").height
    workers = [key for key in drafted.asked("rows_.*_worker_type") if key not in drafted.guessed]
    everyone = _people(given).height
    if workers and 0 < people <= FEW * everyone:
        yield _at(MARKED_PEOPLE, "employees", "employee_id", people)
    own, other = _leavers(given), _leavers(drafted.source)
    known = _people(given).join(_people(drafted.source), on="employee_id", how="semi")
    extra = _more_exits(given, drafted.source, known)
    is_list = not drafted.asked("missing_people")  # of monthly lists, the tables themselves show who vanishes
    locked = [key for key in drafted.asked("rows_.*_locked") if key not in drafted.guessed]
    if locked and 0 < extra <= FEW * own.height:
        yield _at(MARKED_EXITS, "exits", "exit_date", extra)
    elif extra >= FEWEST and is_list and not drafted.guessed_about("states_.*"):
        yield _at(MORE_EXITS, "exits", "exit_date", extra, drafted.evidence("exits", "exit_date"))
    less = other.join(own, on="employee_id", how="anti").join(known, on="employee_id", how="semi").height
    if less >= FEWEST and is_list:
        yield _at(LESS_EXITS, "exits", "exit_date", less, drafted.evidence("exits", "exit_date"))


def _more_exits(given: Source, other: Source, people: pl.DataFrame) -> int:
    """How many exits of these people the first source has more than the second."""
    own, drafted = (_table(source, "exits").group_by("employee_id").agg(n=pl.len()) for source in (given, other))
    both = own.join(people, on="employee_id", how="semi").join(drafted, on="employee_id", how="left", suffix="_drafted")
    return int((both["n"] - both["n_drafted"].fill_null(0)).clip(0).sum())


def _hires(given: Source, drafted: Drafted) -> Iterator[Finding]:
    both = _people(given).join(_people(drafted.source), on="employee_id", suffix="_drafted")
    apart = (pl.col("hire_date") - pl.col("hire_date_drafted")).dt.total_days().abs()
    rows = both.filter(apart > A_MONTH).height
    if rows >= FEWEST and "hire_column" not in drafted.guessed:
        yield _at(OTHER_HIRE, "employees", "hire_date", rows, drafted.evidence("employees", "hire_date"))


def _exit_days(given: Source, drafted: Drafted) -> Iterator[Finding]:
    both = _leavers(given).join(_leavers(drafted.source), on="employee_id", suffix="_drafted")
    days = both.select(days=(pl.col("exit_date") - pl.col("exit_date_drafted")).dt.total_days())["days"]
    apart = int((days != 0).sum())
    is_shift_by_a_day = int((days.abs() == 1).sum()) > HALF * len(days)
    is_sure = drafted.suggests("exit_day") == FIRST_DAY_AWAY or not is_shift_by_a_day
    if apart >= FEWEST and apart > HALF * len(days) and is_sure:
        yield _at(OTHER_EXIT_DAY, "exits", "exit_date", apart, drafted.evidence("exits", "exit_date"))


def _kinds(given: Source, drafted: Drafted) -> Iterator[Finding]:
    """Exits that are voluntary here, and of another kind by the words of their reason."""
    question = next((each for each in drafted.draft.questions if each.key == "exit_kinds"), None)
    labels = (question.suggested or {}) if question else {}
    words = [*labels, *(label.partition(" ")[0] for label in labels)]  # a reason, or its code with a text
    both = _leavers(given).join(_leavers(drafted.source), on="employee_id", suffix="_drafted")
    is_known = pl.col("reason_drafted").is_in(words)
    rows = both.filter(pl.col("kind") == "voluntary", pl.col("kind_drafted") != "voluntary", is_known).height
    if rows:
        yield _at(OTHER_KIND, "exits", "kind", rows, drafted.evidence("exits", "kind"))


def _units(given: Source, drafted: Drafted) -> Iterator[Finding]:
    """Pay in another unit: for some people, or, where the files show how many periods a year has, for all."""
    if "pay_per_year" in drafted.guessed or "payments_per_year" in drafted.guessed:
        return
    own, other = _table(given, "compensation"), _table(drafted.source, "compensation")
    if own.is_empty() or other.is_empty():
        return
    codes = other["currency"].n_unique() if "currency" in other.columns else 0
    if codes > 1 and "currency" not in own.columns and not drafted.guessed_about("currencies"):
        yield _at(UNUSED_CURRENCY, "compensation", "currency", own.height, drafted.evidence("compensation", "currency"))
    last = [rows.sort("effective_date").group_by("employee_id").agg(pl.col("base_pay").last()) for rows in (own, other)]
    both = last[0].join(last[1], on="employee_id", suffix="_drafted")
    step = both.select(step=pl.col("base_pay") / pl.col("base_pay_drafted"))["step"]
    far = int(((step > UNIT) | (step < 1 / UNIT)).sum())
    periods = drafted.suggests("pay_per_year")
    off = int(((step - 1).abs() > SAME_UNIT).sum())
    if len(step) and far > UNITS * len(step):
        yield _at(OTHER_UNIT, "compensation", "base_pay", far, drafted.evidence("compensation", "base_pay"))
    elif len(step) and periods in (24.0, 26.0, 52.0) and off > HALF * len(step):
        yield _at(OTHER_UNIT, "compensation", "base_pay", off, drafted.evidence("compensation", "base_pay"))


def _entered(given: Source, drafted: Drafted) -> Iterator[Finding]:
    """Tables without the day of entry that the files hold, where it is later than the rows' own date."""
    for table, own_date in (
        ("compensation", "effective_date"),
        ("assignments", "effective_date"),
        ("exits", "exit_date"),
    ):
        own, other = _table(given, table), _table(drafted.source, table)
        if own.is_empty() or other.is_empty() or own["recorded_at"].count() or not other["recorded_at"].count():
            continue
        late = (
            other.filter(pl.col("recorded_at") > pl.col(own_date))
            if table != "exits"
            else other.drop_nulls("recorded_at")
        )
        if late.height > ENTERED * other.height:
            yield _at(UNUSED_DAY_OF_ENTRY, table, "recorded_at", late.height, drafted.evidence(table, "recorded_at"))
