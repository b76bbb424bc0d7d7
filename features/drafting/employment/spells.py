"""`employees` and `exits`: who was employed from when to when, from a list of people, a history or monthly pictures."""

from typing import Final

from features.contract.vocabulary import folded
from features.drafting.context import KEEP, LEAVE_OUT, Drafting, case, counts_of
from features.drafting.employment.counting import counting_rows
from features.drafting.employment.employees import draft_employees
from features.drafting.employment.exit_kinds import labels_of
from features.drafting.employment.exits import draft_exits, nobody_leaves
from features.drafting.employment.period import ask_period
from features.drafting.employment.versions import draft_versions, spells_of_versions
from features.drafting.questions import Question
from features.drafting.recognition.names import matches
from features.drafting.row_kind import effective_role, state_role
from features.drafting.views import Line, View
from features.drafting.vocabulary.value_words import EMPLOYED, GONE, SECONDARY, YES
from features.errors import BadInput, Finding
from features.sql import quoted

_REASONS: Final = ("exit_reason", "exit_type", "action_reason")
PICTURE_DAYS: Final = ("last day", "first day")


def draft_spells(drafting: Drafting) -> None:
    """Drafts both tables, and the view `spells` (employee_id, hire_date, first_seen) that the others read."""
    people = next(iter(drafting.of_kind("person")), None)
    events = next(iter(drafting.of_kind("event")), None)
    months = next(iter(drafting.of_kind("month")), None)
    if not people and not events and not months:  # a list of those who left, and of nobody else
        people = next((view for view in drafting.of_kind("exit") if view.has("hire_date")), None)
    versions = None if people or events or months else _versions(drafting)
    people = people or versions
    dated_exits = _dates_exits(drafting, events)
    workers = _workers(drafting, people) if people else ""
    if events and not dated_exits:
        start = _from_events(drafting, events, workers)
        exits = "event"
    elif people:
        start, exits = _from_people(drafting, people, months, workers), "person"
    elif months:
        start, exits = _from_pictures(drafting, months), "month"
    elif history := draft_versions(drafting):
        events, exits = history, "version"
        start = spells_of_versions(drafting, history, counting_rows(drafting, history))
    else:
        remedy = "Add the list of people with their dates of hire, or a history of their posts, to the folder"
        raise BadInput(Finding("no list of people, no history and no monthly list", "export", remedy=remedy))
    draft_exits(drafting, exits, people, events, months)
    if "exits" not in drafting.tables:
        raise nobody_leaves()
    ask_period(drafting, months if exits == "month" else None)
    draft_employees(drafting, start, people)


def _dates_exits(drafting: Drafting, events: View | None) -> bool:
    """Whether a list dates the exits; one without reasons does not, if a history has them."""
    lists = [view for view in drafting.of_kind("person", "exit") if view.has("exit_date")]
    if events is None or not any(events.has(role) for role in _REASONS):
        return bool(lists)
    return any(view.has(role) for view in lists for role in _REASONS)


def _versions(drafting: Drafting) -> View | None:
    """A history whose rows repeat the hire, and the exit, of the person."""
    return next((view for view in drafting.of_kind("change") if view.has("hire_date", "exit_date")), None)


def _workers(drafting: Drafting, people: View) -> str:
    """The condition for the list of people: without external workers and second jobs, as answered."""
    conditions = []
    for role in ("worker_type",):
        if people.has(role):
            is_flag = bool(matches(SECONDARY, people.line(role).source.partition(".")[2]))  # such as isContingent
            suggested = {
                value: LEAVE_OUT if matches(SECONDARY, value) or (is_flag and folded(value) in YES) else KEEP
                for value in counts_of(people.frame[role])
            }
            text = "Who of these is an employee? Leave out external workers, and second jobs of the same people."
            conditions.append(drafting.kept_rows(people, role, text, suggested))
    return " and ".join(filter(None, conditions))


def _where(*conditions: str) -> str:
    given = [condition for condition in conditions if condition]
    return f"\nwhere {' and '.join(given)}" if given else ""


def _from_people(drafting: Drafting, people: View, months: View | None, workers: str) -> Line:
    """`spells` from a list with a row a person or a spell; returns the line of hire_date."""
    role = _hire_column(drafting, people)
    hire = f"coalesce(rehire_date, {quoted(role)})" if people.has("rehire_date") else quoted(role)
    why = "the latest hire; the stay before it is not in the export" if people.has("rehire_date") else ""
    drafting.use(people, role, *(["rehire_date"] if people.has("rehire_date") else []))
    line = drafting.take(people, role, "hire_date", hire, why)
    if people.has("first_hire_date"):
        drafting.notes.append(f"{people.line('first_hire_date').source}: the first hire of rehired people: not used")
    first = "null::date"
    if months and (day := effective_role(months)) and _covers(months, people):
        first = f"date '{min(months.frame[day].drop_nulls().to_list())}'"
    counting = counting_rows(drafting, people)
    sql = f"select *, {hire} as hired, {first} as first_seen from {quoted(people.name)}{_where(workers, counting)}"
    if drafting.kinds[people.name] == "change":
        latest = f"{quoted(effective_role(people) or role)} desc"
        sql += f"\nqualify row_number() over (partition by employee_id, {hire} order by {latest}) = 1"
    drafting.bench.prepare("people", sql)
    spells = "select employee_id, hired as hire_date, first_seen from people where hired is not null"
    drafting.bench.prepare("spells", spells + _only_among_leavers(drafting, "people", "hired"))
    return line


def _hire_column(drafting: Drafting, people: View) -> str:
    """The column with the first day of the spell; asked where two of them differ."""
    roles = [role for role in people.roles if role.startswith("hire_date")]
    days = people.frame.select(roles).drop_nulls()
    if len(roles) < 2 or days.unique().height == 0 or all((days[roles[0]] == days[role]).all() for role in roles[1:]):
        return "hire_date"
    names = {people.line(role).source: role for role in roles}
    text = "Which of these dates is the first day of the present employment?"
    question = Question("hire_column", text, "one", tuple(names), suggested=people.line("hire_date").source)
    return names[drafting.interview.ask(question)]


def _only_among_leavers(drafting: Drafting, known: str, hired: str, last: str = "") -> str:
    """SQL that adds the stays that only the list of leavers has, where it says when they began."""
    leavers = next((view for view in drafting.of_kind("exit") if view.has("hire_date")), None)
    if leavers is None:
        return ""
    drafting.use(leavers, "hire_date")
    end = "exit_date" if leavers.has("exit_date") else "hire_date"
    only = f"not exists (select 1 from {known} as p where p.employee_id = gone.employee_id and p.{hired} <= gone.{end})"
    return (
        f"\nunion all\nselect employee_id, hire_date, null::date{last} from {quoted(leavers.name)} as gone where {only}"
    )


def _covers(months: View, people: View) -> bool:
    """Whether nearly everyone of the list is in the monthly rows."""
    ids = set(people.frame["employee_id"].to_list())
    return len(ids & set(months.frame["employee_id"].to_list())) > 0.8 * len(ids)


def _from_events(drafting: Drafting, events: View, workers: str) -> Line:
    """`spells` from a history of events: from each row that employs somebody who was not employed before it."""
    role, day = state_role(events), effective_role(events)
    if role is None or day is None:
        raise ValueError("a history of events has a state and a day")
    counts, labels = counts_of(events.frame[role]), labels_of(drafting, [role])
    named = {f"{value} {labels[value]}" if value in labels else value: value for value in counts}
    question = Question(
        f"states_{events.name}",
        "After a row with this value, is the person employed, or gone? Leave, promotions and moves mean employed.",
        "values",
        ("employed", "gone", "ignore"),
        {name: counts[value] for name, value in named.items()},
        {name: state for name in named if (state := _state(name))},
        events.line(role).why,
        (role,),
    )
    answers = drafting.interview.ask(question)
    state = case(quoted(role), {named[name]: answer for name, answer in answers.items() if answer != "ignore"})
    keep = counting_rows(drafting, events)
    drafting.use(events, role, day)
    drafting.bench.prepare(
        "states", f"select *, {quoted(day)} as day, {state} as state\nfrom {quoted(events.name)}{_where(keep)}"
    )
    order = "day, sequence" if events.has("sequence") else "day, state = 'gone'"
    people = drafting.keys.people.table.name
    own = f"employee_id in (select employee_id from {quoted(people)}{_where(workers)})" if workers else ""
    drafting.bench.prepare(
        "changes_of_state",
        f"select *, lag(state) over (partition by employee_id order by {order}) as before\n"
        f"from states{_where('state is not null', own)}",
    )
    drafting.bench.prepare(
        "spells",
        "select employee_id, day as hire_date, null::date as first_seen\n"
        "from changes_of_state where state = 'employed' and coalesce(before, 'gone') = 'gone'",
    )
    return drafting.take(
        events, day, "hire_date", "hire_date", f"the first row of a spell, by {events.line(role).source}"
    )


def _state(name: str) -> str | None:
    gone, employed = matches(GONE, name), matches(EMPLOYED, name)
    return None if gone == employed else "gone" if gone > employed else "employed"


def _from_pictures(drafting: Drafting, months: View) -> Line:
    """`spells` from pictures of everyone, month by month: first_seen and last_seen are the days of pictures."""
    day = picture_day(drafting, months)
    hire = "hire_date" if months.has("hire_date") else "null::date"
    keep = counting_rows(drafting, months)
    if months.has("worker_type"):
        keep = " and ".join(filter(None, (keep, _workers(drafting, months))))
    drafting.bench.prepare("pictures", f"select *, {day} as picture from {quoted(months.name)}{_where(keep)}")
    drafting.bench.prepare(
        "spells",
        f"select employee_id, coalesce({hire}, min(picture)) as hire_date, min(picture) as first_seen, "
        f"max(picture) as last_seen\nfrom pictures group by employee_id, {hire}"
        + _only_among_leavers(drafting, "pictures", hire, ", null::date")
        if months.has("hire_date")
        else "select employee_id, min(picture) as hire_date, min(picture) as first_seen, max(picture) as last_seen\n"
        "from pictures group by employee_id",
    )
    if not months.has("hire_date"):
        drafting.notes.append("the export has no date of hire: the first picture with a person is taken for it")
        return Line("hire_date", "hire_date", months.name, 0.5, "the first month with the person")
    return drafting.take(months, "hire_date")


def picture_day(drafting: Drafting, months: View) -> str:
    """SQL for the day of a monthly picture; which day of the month is asked where only the month is known."""
    role = "file_date" if months.has("file_date") else effective_role(months) or "period"
    drafting.use(months, role)
    if months.line(role).sql.startswith("make_date"):
        text, why = "On which day of its year is each list taken?", "the lists name a year"
        question = Question("picture_day", text, "one", PICTURE_DAYS, suggested=PICTURE_DAYS[0], why=why)
        is_early = drafting.interview.ask(question) == PICTURE_DAYS[1]
        return f"date_trunc('year', {quoted(role)})::date" if is_early else quoted(role)
    is_whole = months.line(role).sql.startswith("last_day")
    is_first = bool((months.frame[role].drop_nulls().dt.day() == 1).all())
    if not is_whole and not is_first:
        return quoted(role)
    is_late = is_whole or _shows_later_hires(months, role)
    question = Question(
        "picture_day",
        "On which day of its month is each monthly list taken?",
        "one",
        PICTURE_DAYS,
        suggested=PICTURE_DAYS[0 if is_late else 1],
        why="the lists name a month" if is_whole else "whether a list names people who were hired after its day",
    )
    if drafting.interview.ask(question) == PICTURE_DAYS[1]:
        return f"date_trunc('month', {quoted(role)})::date" if is_whole else quoted(role)
    return quoted(role) if is_whole else f"last_day({quoted(role)})"


def _shows_later_hires(months: View, role: str) -> bool:
    """Whether rows name people before the day of their hire: then the day stands for its month."""
    return months.has("hire_date") and bool((months.frame["hire_date"] > months.frame[role]).any())
