"""`exits`: the ends of spells, from the list of people or of leavers, a history, or monthly pictures."""

from typing import Final

from features.drafting.context import Drafting
from features.drafting.employment.exit_kinds import exit_lines
from features.drafting.employment.versions import ENDED, ends_are_exclusive
from features.drafting.questions import Question
from features.drafting.recognition.names import matches
from features.drafting.row_kind import effective_role
from features.drafting.views import Line, Select, View
from features.errors import BadInput, Finding, counted
from features.sql import literal, quoted

LAST_DAY, FIRST_DAY_AWAY = "last day", "first day away"
NOT_AN_EXIT: Final = "not an exit"
_TELLING: Final = ("exit_reason", "exit_type")
_DAYS_APART: Final = 31
"""Two lists of one exit may state the last day at work and the last of the employment."""
_LAST_DAY_WORDS: Final = "last_day* letzter* dernier* ultimo* ostatni* laatste* последн*"


def draft_exits(drafting: Drafting, start: str, people: View | None, events: View | None, months: View | None) -> None:
    """Drafts the table; `start` is what the spells come from: a history (event),
    versions (version), a list (person) or lists (month)."""
    leavers = next(iter(drafting.of_kind("exit")), None)
    if start == "event" and events:
        condition = "state = 'gone' and before = 'employed'"
        _exits_of_rows(drafting, events, "changes_of_state", _day_of_exit(drafting, events, condition), condition)
    elif start == "version" and events:
        _exits_of_rows(drafting, events, "versions", "valid_to", ENDED)
    elif people and start == "person" and people.has("exit_date"):
        role = _exit_column(drafting, people)
        telling = leavers if leavers and _only_leavers_tell(people, leavers) else None
        rows = _with_reasons(drafting, people, role, telling) if telling else "people"
        _exits_of_rows(drafting, people, rows, role, f"{quoted(role)} is not null", telling)
    elif leavers:
        role = _exit_column(drafting, leavers)
        _exits_of_rows(drafting, leavers, quoted(leavers.name), role, f"{quoted(role)} is not null")
    elif start != "month":
        raise nobody_leaves()
    if start == "month" and months:
        if months.has("exit_date") or months.has("last_day_worked"):
            _in_pictures(drafting, months)
        _missing(drafting, months)


def _only_leavers_tell(people: View, leavers: View) -> bool:
    """Whether the list of people dates the exits, and only that of leavers says how they came about."""
    says_why = [any(role.startswith(_TELLING) for role in view.roles) for view in (people, leavers)]
    return leavers.has("exit_date") and says_why == [False, True]


def _with_reasons(drafting: Drafting, people: View, role: str, leavers: View) -> str:
    """A view of the people, each exit with what the list of leavers says of it: the same person, and nearly the day."""
    own = [name for name in leavers.roles if name.startswith(_TELLING) or name == "notice_date"]
    reasons = ", ".join(f"gone.{quoted(name)} as {quoted(name)}" for name in own if not people.has(name))
    apart = f"abs(gone.exit_date - p.{quoted(role)})"
    same = f"gone.employee_id = p.employee_id and {apart} <= {_DAYS_APART}"
    drafting.use(leavers, "exit_date")
    drafting.bench.prepare(
        "people_with_reasons",
        f"select p.*, {reasons}\nfrom people as p left join {quoted(leavers.name)} as gone on {same}\n"
        f"qualify row_number() over (partition by p.employee_id, p.hired, p.{quoted(role)} order by {apart}) = 1",
    )
    unknown = drafting.bench.rows(
        f"select 1 from {quoted(leavers.name)} as gone where not exists (select 1 from people as p where {same})"
    ).height
    if unknown:
        where = f"{leavers.name}: {counted(unknown, 'row')}"
        drafting.notes.append(f"{where} without an exit of the person about that day in {people.name}; not used")
    return "people_with_reasons"


def _day_of_exit(drafting: Drafting, events: View, condition: str) -> str:
    """The column with the day of the exit in a history: a date of exit, where each row that ends a stay has one."""
    if not events.has("exit_date"):
        return "day"
    dated = drafting.bench.rows(f"select exit_date from changes_of_state where {condition}")["exit_date"]
    return "exit_date" if len(dated) and dated.null_count() == 0 else "day"


def _in_pictures(drafting: Drafting, months: View) -> None:
    """Exits whose day stands in the monthly rows of the person: the last row that states it counts."""
    role = _exit_column(drafting, months)
    drafting.bench.prepare(
        "leaving",
        f"select * from pictures where {quoted(role)} is not null\n"
        f"qualify row_number() over (partition by employee_id, {quoted(role)} order by picture desc) = 1",
    )
    _exits_of_rows(drafting, months, "leaving", role, f"{quoted(role)} is not null")


def nobody_leaves() -> BadInput:
    """The error for an export in which nothing says who left."""
    remedy = "Add the list of leavers with the last day of each, or a history with the end of employment"
    return BadInput(Finding("nothing says who left, and when", "export", remedy=remedy))


def _exit_column(drafting: Drafting, view: View) -> str:
    """The column with the last day of employment; asked where there are several dates of an end."""
    roles = [role for role in view.roles if role.startswith("exit_date")]
    roles += [role for role in ("last_day_worked",) if view.has(role)]
    if len(roles) == 1:
        return roles[0]
    names = {view.line(role).source: role for role in roles}
    question = Question(
        "exit_column",
        "Which of these dates is the end of the employment? The last day at work can lie weeks before it.",
        "one",
        tuple(names),
        suggested=view.line(roles[0]).source,
    )
    return names[drafting.interview.ask(question)]


def _exits_of_rows(
    drafting: Drafting, view: View, rows: str, role: str, condition: str, telling: View | None = None
) -> None:
    """Exits of rows that each end a spell. `role` is the column of the day; `telling` is the view that says how they
    came about, by default the same.
    """
    source = effective_role(view) if role == "day" else role
    day = _last_day(drafting, view, quoted(role), source or role)
    lines = [Line("employee_id", "employee_id", view.line("employee_id").source, 0.95)]
    lines.append(drafting.take(view, source or role, "exit_date", day))
    notice = _notice(drafting, telling, "exit_date") if telling else _notice(drafting, view, role)
    lines += exit_lines(drafting, telling or view, condition, rows)
    drafting.add("exits", Select((*lines, *notice), f"from {rows}\nwhere {condition}"))


def _last_day(drafting: Drafting, view: View, sql: str, role: str) -> str:
    """SQL for the last day of employment: the date itself, or the day before a first day away, as answered."""
    line = view.line(role)
    if matches(_LAST_DAY_WORDS, line.source.partition(".")[2]):
        return sql
    is_action = role == effective_role(view) and (view.has("action") or view.has("valid_to"))
    is_action |= role == "valid_to" and ends_are_exclusive(view)
    question = Question(
        "exit_day",
        f"Is {line.source} of somebody who left the last day of the employment, or the first day away?",
        "one",
        (LAST_DAY, FIRST_DAY_AWAY),
        suggested=FIRST_DAY_AWAY if is_action else LAST_DAY,
        why="a row of a history begins on its day" if is_action else "the usual meaning of such a column",
    )
    return f"{sql} - 1" if drafting.interview.ask(question) == FIRST_DAY_AWAY else sql


def _notice(drafting: Drafting, view: View, role: str) -> list[Line]:
    """`recorded_at` of the exits: the day of the notice, unless it mostly lies after the end."""
    if not view.has("notice_date") or role == "day":
        return []
    both = view.frame.select("notice_date", end=role).drop_nulls()
    if both.is_empty() or (both["notice_date"] > both["end"]).mean() > 0.2:  # type: ignore[operator]
        drafting.notes.append(
            f"{view.line('notice_date').source}: mostly after the end: not the day of notice; not used"
        )
        return []
    return [drafting.take(view, "notice_date", "recorded_at", why="on or before the end: known from that day on")]


def _missing(drafting: Drafting, months: View) -> None:
    """Exits of people who are in a picture but not in the next one, and of whom no row says when they left."""
    end = "(select min(picture) from pictures where picture > s.last_seen)"
    listed, are_stated = "", "exits" in drafting.tables
    if are_stated:
        exits = " union all ".join(f"({select.sql})" for select in drafting.tables["exits"])
        listed = (
            f"\n  and not exists (select 1 from ({exits}) as e where e.employee_id = s.employee_id\n"
            f"    and e.exit_date between s.first_seen and {end})"
        )
    gone = f"from spells as s\nwhere last_seen < (select max(picture) from pictures){listed}"
    number = drafting.bench.rows(f"select employee_id {gone}").height
    if not number:
        return
    question = Question(
        "missing_people",
        "Some people are missing from the next monthly list, and no list of leavers names them. What became of them?",
        "one",
        ("voluntary", "involuntary", "other", NOT_AN_EXIT),
        {"missing": number},
        None if not are_stated else "other",
        "nobody can know it from the export",
    )
    kind = drafting.interview.ask(question)
    if kind == NOT_AN_EXIT or (kind is None and are_stated):
        return
    lines = (
        Line("employee_id", "s.employee_id", months.line("employee_id").source, 0.95),
        Line("exit_date", f"{end} - 1", months.name, 0.7, "the day before the first picture without the person"),
        Line("reason", literal("missing from the next monthly list")),
        Line("kind", literal(kind or "unknown"), "", 0.7, "as answered in missing_people"),
    )
    drafting.add("exits", Select(lines, gone))
