"""`assignments`: departments, jobs, levels, managers and hours, each from the table that dates it.

A column that is known only as of today is not dated back. It counts from the day of the export, unless an answer says
that it never changes, or another table shows it.
"""

from typing import Any, Final

import polars as pl

from features.drafting.context import Drafting
from features.drafting.employment.counting import counting_rows, last_of_day
from features.drafting.employment.managers import manager_line
from features.drafting.employment.spells import picture_day
from features.drafting.questions import Question
from features.drafting.row_kind import effective_role
from features.drafting.views import Line, Select, View
from features.sql import quoted

ROLES: Final = ("department", "job", "level", "manager", "location", "contract", "fte")
UP, DOWN, NO_LEVEL = "higher is more senior", "lower is more senior", "none of them"
_LEAST_LEVELS: Final = 2
_LEAST_CHANGES: Final = 10
_HEAD = r"\s*\([^()]+\)$"


def draft_assignments(drafting: Drafting) -> None:
    """Drafts the table: one query for each view that dates something."""
    dated = dated_views(drafting)
    people = next(iter(drafting.of_kind("person")), None)
    places: dict[str, View] = {}
    for role in ROLES:
        having = [view for view in dated if _has(view, role)]
        if having:
            places[role] = having[0]
    constant = _constant_hours(drafting, people, places.get("fte")) if people else False
    if constant and people:
        places.pop("fte")
    level = _level(drafting, places.get("level"))
    if level is None:
        places.pop("level", None)
    for view in dict.fromkeys(places.values()):
        roles = [role for role in ROLES if places.get(role) is view]
        _add(drafting, view, roles, level, day_of(drafting, view), dated_rows(drafting, view))
    if people:
        _today(drafting, people, [role for role in ROLES if _has(people, role) and role not in places], constant)


def dated_views(drafting: Drafting) -> list[View]:
    """The views whose rows have a day, histories before monthly lists."""
    return drafting.of_kind("change", "event", "month")


def dated_rows(drafting: Drafting, view: View) -> str:
    """The rows of a dated view that count: of people in `spells`, not marked as locked; monthly ones since the hire."""
    conditions = ["f.employee_id in (select employee_id from spells)"]
    if drafting.kinds[view.name] == "month":
        conditions = [
            "exists (select 1 from spells as s where s.employee_id = f.employee_id "
            f"and {day_of(drafting, view)} >= s.hire_date)"
        ]
    else:
        conditions.append(last_of_day(drafting, view, effective_role(view) or "valid_from"))
    conditions.append(counting_rows(drafting, view))
    return f"from {quoted(view.name)} as f{{join}}\nwhere {' and '.join(filter(None, conditions))}"


def day_of(drafting: Drafting, view: View) -> str:
    """SQL for the day since when a row of a dated view holds."""
    if drafting.kinds[view.name] == "month":
        return picture_day(drafting, view)
    return quoted(effective_role(view) or "valid_from")


def _has(view: View, role: str) -> bool:
    return view.has(role) or (role == "fte" and view.has("weekly_hours"))


def _add(drafting: Drafting, view: View, roles: list[str], level: Line | None, day: str, rows: str) -> None:
    """One query over a view; `day` is SQL for since when its rows hold."""
    drafting.use(view, *([role] if (role := effective_role(view)) else []))
    lines = [Line("employee_id", "f.employee_id", view.line("employee_id").source, 0.95)]
    lines.append(Line("effective_date", day, view.line(role).source if role else view.name, 0.9))
    join = ""
    for each in roles:
        if each == "manager":
            if found := manager_line(drafting, view):
                lines.append(found[0])
                join = f"\n{found[1]}" if found[1] else ""
        elif each == "level":
            lines += [level] if level else []
        elif each == "fte":
            lines.append(fte_line(drafting, view))
        else:
            lines.append(drafting.take(view, each, sql=_without_head(view, each)))
    if len(lines) > 2:
        distinct = drafting.kinds[view.name] == "month"
        drafting.add("assignments", Select(tuple(lines), rows.format(join=join), distinct))


def _without_head(view: View, role: str) -> str:
    """A department that is named after its head, `Sales (Name)`, is the same under another one."""
    if role != "department":
        return quoted(role)
    names = view.frame[role].drop_nulls()
    bare = names.str.replace(_HEAD, "")
    is_headed = (bare != names).mean() or 0
    if is_headed > 0.5 and bare.n_unique() < 0.6 * names.n_unique():  # type: ignore[operator]
        return f"regexp_replace({quoted(role)}, '{_HEAD}', '')"
    return quoted(role)


def fte_line(drafting: Drafting, view: View) -> Line:
    """The share of full time, from a share, a percentage or the hours of a week."""
    sql, why = fte_sql(drafting, view)
    return drafting.take(view, "fte" if view.has("fte") else "weekly_hours", "fte", sql, why)


def fte_sql(drafting: Drafting, view: View, prefix: str = "") -> tuple[str, str]:
    """SQL for the share of full time in a view that has one; and why."""
    if view.has("fte"):
        high = view.frame["fte"].max() or 1
        share = f"{prefix}{quoted('fte')}"
        return (f"{share} / 100", "a percentage") if float(high) > 2 else (share, "a share")  # type: ignore[arg-type]
    hours = view.frame["weekly_hours"].drop_nulls()
    usual = float(max(hours.mode().to_list(), default=40.0))
    question = Question(
        "full_time_hours",
        "How many hours a week are full time?",
        "number",
        suggested=usual,
        why="the most frequent number",
    )
    full = drafting.interview.ask(question) or usual
    return f"{prefix}{quoted('weekly_hours')} / {float(full):g}", f"of {float(full):g} hours a week"


def _constant_hours(drafting: Drafting, people: View, dated: View | None) -> bool:
    """Whether a history shows that nobody's hours ever changed, and the list of people has the same ones."""
    role = next((role for role in ("fte", "weekly_hours") if dated and dated.has(role) and people.has(role)), None)
    if dated is None or role is None or drafting.kinds[dated.name] == "month":
        return False
    history = dated.frame.group_by("employee_id").agg(pl.col(role).min().alias("low"), pl.col(role).max().alias("high"))
    both = people.frame.select("employee_id", role).drop_nulls().join(history, on="employee_id")
    same = (both["low"] == both["high"]) & (both["high"] == both[role])
    return bool(len(both)) and bool(same.all())


def _level(drafting: Drafting, view: View | None) -> Line | None:
    """The level with its direction, as answered; the pay that rises with it is the evidence."""
    if view is None:
        return None
    numbered = {role: number for role in view.roles if role.startswith("level") and (number := _as_number(view, role))}
    if not numbered:
        drafting.notes.append(f"{view.line('level').source}: levels without a number have no order; not used")
        return None
    sources = {role: view.line(role).source.partition(".")[2] for role in numbered}
    choices = {f"{sources[role]}: {way}": (role, way) for role in numbered for way in (UP, DOWN)}
    rises = {role: _with_pay(drafting, view, role, numbered[role]) for role in numbered}
    known = {role: rise for role, rise in rises.items() if rise is not None}
    evidence = "pay and {} have a rank correlation of {:+.2f}"
    if not known:
        known = {role: rise for role in numbered if (rise := _over_time(drafting, view, numbered[role])) is not None}
        evidence = "of the changes of {} within a person, rises less falls are {:+.0%}"
    best = max(known, key=lambda role: (known[role] > 0, abs(known[role]))) if known else None
    suggested = f"{sources[best]}: {UP if known[best] > 0 else DOWN}" if best else None
    why = evidence.format(sources[best], known[best]) if best else "nothing to compare with"
    text = "Which of these is the level, and which way does it count?"
    answer = drafting.interview.ask(Question("level", text, "one", (*choices, NO_LEVEL), suggested=suggested, why=why))
    if answer is None or answer == NO_LEVEL:
        return None
    role, way = choices[answer]
    sql = numbered[role]
    high = drafting.bench.rows(f"select max({sql}) as high from {quoted(view.name)}").item()
    return drafting.take(view, role, "level", sql if way == UP else f"{int(high) + 1} - {sql}", why)


def _as_number(view: View, role: str) -> str:
    """SQL for the one number in each value of a level; empty where there is none, or all are alike."""
    values = view.frame[role].drop_nulls()
    numbers = values.str.extract(r"^\D*(\d{1,3})\D*$")
    if numbers.is_empty() or numbers.null_count() > 0.05 * len(numbers) or numbers.n_unique() < _LEAST_LEVELS:
        return ""
    return rf"try_cast(nullif(regexp_extract({quoted(role)}, '^\D*(\d{{1,3}})(\.0+)?\D*$', 1), '') as int)"


def _with_pay(drafting: Drafting, view: View, role: str, sql: str) -> float | None:
    """The rank correlation of a level with the latest pay of the same person; None where there is no pay."""
    paid = next((each for each in [view, *drafting.views] if each.has("pay", "employee_id")), None)
    if paid is None:
        return None
    levels = f"select employee_id, max({sql}) as level from {quoted(view.name)} group by all"
    pays = f"select employee_id, max(pay) as pay from {quoted(paid.name)} group by all"
    both = drafting.bench.rows(f"select level, pay from ({levels}) join ({pays}) using (employee_id)").drop_nulls()
    if both.height < 10 or both["level"].n_unique() < _LEAST_LEVELS:
        return None
    rise = both.select(pl.corr("level", "pay", method="spearman")).item()
    return float(rise) if rise == rise else None


def _over_time(drafting: Drafting, view: View, sql: str) -> float | None:
    """The share of rises less that of falls among a level's changes within people; None where there are too few."""
    day = quoted(effective_role(view) or "employee_id")
    levels = f"select employee_id, {sql} as level, {day} as day from {quoted(view.name)}"
    steps = f"select level - lag(level) over (partition by employee_id order by day) as step from ({levels})"
    changed = drafting.bench.rows(f"select sign(step) as way from ({steps}) where step <> 0")["way"]
    return float(changed.mean()) if len(changed) >= _LEAST_CHANGES and changed.mean() else None  # type: ignore[arg-type]


def _today(drafting: Drafting, people: View, roles: list[str], constant: bool) -> None:
    """What only the list of people has: from the hire on where it never changes, else from the day of the export."""
    if "level" in roles:
        drafting.notes.append(f"{people.line('level').source}: a level of today only; not used")
    roles = [role for role in roles if role != "level"]
    asked = {
        people.line(_column(people, role)).source.partition(".")[2]: role
        for role in roles
        if not (constant and role == "fte")
    }
    since_hire: list[str] = ["fte"] if constant and "fte" in roles else []
    if asked:
        question = Question(
            "never_changes",
            "These are known only as of today. Which of them never change in this company, so that they hold since the "
            "hire? The others count from the day of the export on: today's value must not be dated back.",
            "several",
            tuple(asked),
            suggested=[],
            why="no table of the export says since when they hold",
        )
        answer: list[Any] = drafting.interview.ask(question) or []
        since_hire += [asked[name] for name in answer]
    rows = "from people as f{join}"
    if "people" not in drafting.bench.prepared:  # the spells come from a history: the list has a row a person
        spells = "select p.*, s.hire_date as hired from {view} as p join spells as s using (employee_id)"
        drafting.bench.prepare("people", spells.format(view=quoted(people.name)))
    if since_hire:
        _add(drafting, people, since_hire, None, "hired", rows)
    rest = [role for role in roles if role not in since_hire]
    day = f"date '{drafting.complete_until}'"
    still = f"\nwhere f.exit_date is null or f.exit_date > {day}" if people.has("exit_date") else ""
    if rest:
        _add(drafting, people, rest, None, day, rows + still)
        names = ", ".join(name for name, role in asked.items() if role in rest)
        drafting.notes.append(f"{people.name}: {names}: known as of today only; used from {drafting.complete_until} on")


def _column(view: View, role: str) -> str:
    return role if view.has(role) else "weekly_hours"
