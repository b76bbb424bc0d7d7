"""`employees`: a row a spell, with the protected attributes of the list of people."""

from features.drafting.context import Drafting
from features.drafting.recognition.columns import PROTECTED_NAMES
from features.drafting.views import Line, Select, View
from features.sql import quoted


def draft_employees(drafting: Drafting, hire: Line, people: View | None) -> None:
    """One row a spell, with the protected attributes of the list of people for the fairness review."""
    since = f"coalesce(s.first_seen, date '{drafting.complete_from}')"
    observed = (
        "the records of a person begin with the first list, or where exits are complete: leavers of before are missing"
    )
    lines = [
        Line("employee_id", "s.employee_id", drafting.keys.own.column.place, 0.95, drafting.keys.own.why),
        Line("hire_date", "s.hire_date", hire.source, hire.confidence, hire.why),
        Line("observed_from", f"greatest(s.hire_date, {since})", "", 0.9, observed),
    ]
    rest = "from spells as s"
    listed = people or next(
        (view for view in drafting.of_kind("unknown") if view.name == drafting.keys.people.table.name), None
    )
    attributes = _protected(listed) if listed else []
    if listed and attributes:
        lines += attributes
        one = f"select * from {quoted(listed.name)} qualify row_number() over (partition by employee_id) = 1"
        rest += f"\nleft join ({one}) as p using (employee_id)"
    drafting.add("employees", Select(tuple(lines), rest))


def _protected(people: View) -> list[Line]:
    taken: set[str] = set()
    lines = []
    for each in people.table.sensitive:
        name = PROTECTED_NAMES.get(each.subject.what, "")
        if each.subject.is_refused or not name or name in taken:
            continue
        taken.add(name)
        why = "protected: read for the fairness review only"
        lines.append(Line(name, f"p.{quoted(f'protected {each.name}')}", f"{people.name}.{each.name}", 0.95, why))
    return lines
