"""`compensation` and `working_time`: what is paid brought to a year of full time, and the hours of a month."""

from typing import Final

import polars as pl

from features.contract.currencies import is_code, possible_codes, spellings
from features.contract.tables import HOURS_IN_A_MONTH
from features.drafting.context import KEEP, LEAVE_OUT, Drafting, case, counts_of
from features.drafting.employment.posts import dated_rows, dated_views, day_of, fte_sql
from features.drafting.questions import EMPTY, Question
from features.drafting.recognition.names import matches
from features.drafting.row_kind import effective_role
from features.drafting.views import Line, Select, View
from features.drafting.vocabulary.value_words import PER_YEAR
from features.sql import literal, quoted

HOURLY: Final = 1000
"""With more payments a year than this, pay is by the hour."""
AS_PAID, FULL_TIME = "as paid", "full time"
YEARLY: Final = "annual annual* year* jahr* ansal per_annum annuel* anual* annuo* annuale rocz* jaar* год* годов*"
MONTHLY: Final = "month* monat* mensuel* mensual* mensile* mensal* miesi* maand* месяч*"
PER_HOUR: Final = "hour hourly stunde* stundlich heure horaire hora hour* oraria uurloon uur godzin* час часов*"
MASS: Final = 0.2
"""A day on which this share of the rows was entered was no day of entry: a program touched them."""


def draft_compensation(drafting: Drafting) -> None:
    """Drafts the table from the histories of pay, else from monthly lists; today's pay alone is not dated back."""
    view = next((view for view in dated_views(drafting) if view.has("pay")), None)
    people = next(iter(drafting.of_kind("person")), None)
    if view:
        _dated(drafting, view, people)
    elif people and people.has("pay"):
        _today(drafting, people)


def draft_working_time(drafting: Drafting) -> None:
    """Drafts the hours of each month, summed where it has several rows."""
    hours = ("contracted_hours", "worked_hours", "overtime_hours")
    view = next((view for view in dated_views(drafting) if any(view.has(role) for role in hours)), None)
    if view is None or drafting.kinds[view.name] != "month":
        return
    day = f"last_day({day_of(drafting, view)})"
    kept = _paid_rows(drafting, view) if view.has("pay") else ""
    rest = dated_rows(drafting, view).format(join="") + _and(kept) + "\ngroup by all"
    lines = [
        Line("employee_id", "f.employee_id", view.line("employee_id").source, 0.95),
        Line("month", day, view.name, 0.9),
    ]
    for role in (role for role in hours if view.has(role)):
        summed = drafting.bench.rows(f"select f.employee_id, {day} as month, sum({quoted(role)}) as hours {rest}")[
            "hours"
        ]
        if (summed.min() or 0) < 0 or (summed.max() or 0) > HOURS_IN_A_MONTH:  # type: ignore[operator]
            drafting.notes.append(f"{view.line(role).source}: the hours of some month are impossible; not used")
        else:
            lines.append(drafting.take(view, role, sql=f"sum({quoted(role)})", why="summed over the month"))
    if len(lines) > 2:
        drafting.add("working_time", Select(tuple(lines), rest))


def _dated(drafting: Drafting, view: View, people: View | None) -> None:
    day = day_of(drafting, view)
    drafting.use(view, *[role for role in [effective_role(view)] if role])
    base, why, join = _base_pay(drafting, view, people, day)
    lines = [
        Line("employee_id", "f.employee_id", view.line("employee_id").source, 0.95),
        Line("effective_date", day, view.name, 0.9),
        drafting.take(view, "pay", "base_pay", base, why),
        *_currency(drafting, view),
        *_market(drafting, view),
        *_entered(drafting, view, day),
    ]
    rows = dated_rows(drafting, view).format(join=join) + _and(_paid_rows(drafting, view))
    drafting.add("compensation", Select(tuple(lines), rows, drafting.kinds[view.name] == "month"))


def _today(drafting: Drafting, people: View) -> None:
    """The pay of a list with a row a person: from the day of the export on."""
    day = f"date '{drafting.complete_until}'"
    base, why, join = _base_pay(drafting, people, people, day)
    lines = [
        Line("employee_id", "f.employee_id", people.line("employee_id").source, 0.95),
        Line("effective_date", day, "", 0.9, "the day of the export: today's pay is not dated back"),
        drafting.take(people, "pay", "base_pay", base, why),
        *_currency(drafting, people),
    ]
    still = f" and (f.exit_date is null or f.exit_date > {day})" if people.has("exit_date") else ""
    rest = f"from {quoted(people.name)} as f{join}\nwhere f.employee_id in (select employee_id from spells){still}"
    drafting.add("compensation", Select(tuple(lines), rest))
    drafting.notes.append(
        f"{people.line('pay').source}: known as of today only; used from {drafting.complete_until} on"
    )


def _and(condition: str) -> str:
    return f" and {condition}" if condition else ""


def _paid_rows(drafting: Drafting, view: View) -> str:
    """The rows of base pay, as answered: without bonuses and other payments, and those that say nothing of pay."""
    conditions = ["f.pay is not null"] if view.frame["pay"].null_count() else []
    text = "Which of these rows are base pay? Leave out bonuses, holiday paid out, corrections and the like."
    if view.has("row_type"):
        none = view.frame.group_by("row_type").agg((pl.col("pay").fill_null(0) <= 0).mean().alias("none"))
        without = {str(value) for value, share in none.drop_nulls().rows() if share > 0.5}
        suggested = {value: LEAVE_OUT if value in without else KEEP for value in counts_of(view.frame["row_type"])}
        conditions.append(drafting.kept_rows(view, "row_type", text, suggested))
    if view.has("pay_type") and not _follows(view, "pay_type", "interval"):
        conditions.append(drafting.kept_rows(view, "pay_type", text, {}))
    return " and ".join(filter(None, conditions))


def _follows(view: View, role: str, other: str) -> bool:
    """Whether a column says no more than another one: each value of `other` has one of `role`."""
    if not view.has(other):
        return False
    pairs = view.frame.select(role, other).unique()
    return pairs[other].n_unique() == pairs.height


def _base_pay(drafting: Drafting, view: View, people: View | None, day: str) -> tuple[str, str, str]:
    """SQL for the pay of a year of full time, why, and the join that it needs; `day` is SQL for the day of the pay."""
    factor, why = _per_year(drafting, view)
    sql = f"f.pay * {factor}" if factor != "1" else "f.pay"
    if _has_share(view):
        share, join, rows = fte_sql(drafting, view, "f.")[0], "", view
    elif dated := next(filter(_has_share, dated_views(drafting)), None):
        share, rows = "h.share", dated
        since = f"{fte_sql(drafting, dated)[0]} as share, {day_of(drafting, dated)} as since"
        own = f"select employee_id as person, {since} from {quoted(dated.name)}"
        join = f"\nasof left join ({own}) as h on h.person = f.employee_id and h.since <= {day}"
    elif people and _has_share(people):
        share, rows = "h.share", people
        latest = "qualify row_number() over (partition by employee_id order by hire_date desc) = 1"
        own = (
            f"select employee_id as person, {fte_sql(drafting, people)[0]} as share from {quoted(people.name)} {latest}"
        )
        join = f"\nleft join ({own}) as h on h.person = f.employee_id"
    else:
        return sql, why, ""
    role = "fte" if rows.has("fte") else "weekly_hours"
    if rows.frame[role].n_unique() < 2:
        return sql, why, ""
    if matches(PER_HOUR, view.line("pay").source.partition(".")[2]) and not view.has("interval"):
        return sql, f"{why}; an hour's pay is for an hour, whatever the hours of the week", ""
    question = Question(
        "pay_basis",
        f"Is {view.line('pay').source} of part-time staff what is paid, or the pay for full time?",
        "one",
        (AS_PAID, FULL_TIME),
        suggested=_basis(view, rows, role),
        why="the pay of part-time staff compared with that of the others",
    )
    if drafting.interview.ask(question) == AS_PAID:
        if rows is people and view is not people:
            source = rows.line(role).source
            drafting.notes.append(f"{source}: known as of today only; past pay is divided by it all the same")
        drafting.use(rows, role)
        return f"{sql} / ({_unless_hourly(drafting, view, share)})", f"{why}; divided by the share of full time", join
    return sql, f"{why}; it is for full time", ""


def _unless_hourly(drafting: Drafting, view: View, share: str) -> str:
    """SQL for the share of full time, which is 1 for pay by the hour: that is the same for part-time staff."""
    if not view.has("interval"):
        return share
    answers = drafting.interview.answers.get("payments_per_year", {})
    times = {each: answers.get(each) or _payments(each) or 0 for each in counts_of(view.frame["interval"])}
    hourly = [each for each, number in times.items() if number >= HOURLY]
    if not hourly:
        return share
    return f"case when f.interval in ({', '.join(map(literal, hourly))}) then 1 else {share} end"


def _has_share(view: View) -> bool:
    return view.has("employee_id") and (view.has("fte") or view.has("weekly_hours"))


def _basis(view: View, rows: View, role: str) -> str | None:
    """What the pay of part-time staff suggests, beside that of full-time staff."""
    shares = rows.frame.group_by("employee_id").agg(pl.col(role).max().alias("share"))
    both = view.frame.select("employee_id", "pay").drop_nulls().join(shares, on="employee_id")
    full = both["share"].max()
    part, whole = (
        both.filter(pl.col("share") < full)["pay"].median(),
        both.filter(pl.col("share") == full)["pay"].median(),
    )
    if not part or not whole:
        return None
    return AS_PAID if float(part) < 0.85 * float(whole) else FULL_TIME  # type: ignore[arg-type]


def _per_year(drafting: Drafting, view: View) -> tuple[str, str]:
    """What brings the pay to a year: by the interval of each row, or one number for all."""
    name = view.line("pay").source.partition(".")[2]
    if view.has("interval"):
        counts = counts_of(view.frame["interval"])
        suggested = {value: number for value in counts if (number := _payments(value))}
        if set(suggested.values()) == {1.0} and len(suggested) == len(counts):
            drafting.use(view, "interval")
            return "1", "paid by the year"
        text = (
            "How many of these make a year? By the hour: the hours of a year of full time; by the month: 12, 13 or 14."
        )
        source = view.line("interval").source
        question = Question("payments_per_year", text, "values", (), counts, suggested, source, ("interval",))
        answers = drafting.interview.ask(question)
        drafting.use(view, "interval")
        return case("f.interval", answers), f"by {view.line('interval').source}"
    if matches(YEARLY, name):
        return "1", "the name says a year"
    suggested_number, why = _suggested_number(drafting, view, name)
    source = view.line("pay").source
    text = f"How many payments of {source} make a year? 1 for yearly, 12 for monthly pay, 2080 by the hour."
    question = Question("pay_per_year", text, "number", suggested=suggested_number, why=why)
    number = drafting.interview.ask(question) or 1.0
    return f"{float(number):g}", f"{float(number):g} a year"


def _suggested_number(drafting: Drafting, view: View, name: str) -> tuple[float | None, str]:
    if matches(MONTHLY, name):
        return 12.0, "the name says a month"
    if matches(PER_HOUR, name):
        return 2080.0, "the name says an hour"
    if drafting.kinds[view.name] == "month":
        role = "file_date" if view.has("file_date") else "period"
        days = view.frame[role].drop_nulls().unique() if view.has(role) else pl.Series([], dtype=pl.Date)
        a_year = days.dt.year().rename("year").value_counts()["count"].median() if len(days) else None
        return (float(a_year), "as many periods a year") if a_year else (None, "")  # type: ignore[arg-type]
    return None, "the export does not say it"


def _payments(value: str) -> float | None:
    found = {number: matches(words, value) for number, words in PER_YEAR.items()}
    best = max(found, key=lambda number: found[number])
    return best if found[best] else None


def _currency(drafting: Drafting, view: View) -> list[Line]:
    """The currency; a name or sign that several currencies share is asked."""
    if not view.has("currency"):
        return []
    counts = counts_of(view.frame["currency"])
    open_ones = {text: possible_codes(text) for text, code in spellings(counts).items() if not is_code(code)}
    asked = {text: codes for text, codes in open_ones.items() if codes}
    without = view.frame["currency"].null_count()
    if without and counts and view.line("currency").source == view.line("pay").source:  # some cells hold a bare number
        asked[EMPTY] = next(iter(asked.values()), [*spellings(counts).values()])
        counts = {**counts, EMPTY: without}
    if not asked:
        return [drafting.take(view, "currency")]
    question = Question(
        "currencies",
        "Which currency is meant?",
        "values",
        tuple(sorted({code for codes in asked.values() for code in codes})),
        {text: counts[text] for text in asked},
        {text: codes[0] for text, codes in asked.items()},
        "several currencies are written so",
    )
    text = "coalesce(currency, '')" if EMPTY in asked else quoted("currency")
    sql = case(text, drafting.interview.ask(question), quoted("currency"))
    return [drafting.take(view, "currency", sql=sql, why="as answered in currencies")]


def _market(drafting: Drafting, view: View) -> list[Line]:
    return [drafting.take(view, "market_pay", why="taken as a year of full time")] if view.has("market_pay") else []


def _entered(drafting: Drafting, view: View, day: str) -> list[Line]:
    """`recorded_at`: the day on which a row was entered, as answered. A day of a mass change is none."""
    if not view.has("entered_at"):
        return []
    entered = view.frame["entered_at"].drop_nulls()
    most = entered.rename("day").value_counts(sort=True)["count"][0] / len(entered) if len(entered) else 1
    source = view.line("entered_at").source
    if most > MASS:
        drafting.notes.append(f"{source}: {most:.0%} on one day, so a program wrote it; not used as the day of entry")
        return []
    question = Question(
        f"entered_{view.name}",
        f"Is {source} the day on which the row was entered or decided? Then a raise is not known before it.",
        "one",
        ("yes", "no"),
        suggested="yes",
        why="it differs from row to row",
    )
    if drafting.interview.ask(question) != "yes":
        return []
    return [drafting.take(view, "entered_at", "recorded_at", why="the day of entry")]
