"""`employees` and `exits` from versions of people alone: a stay is a chain of versions, and ends where none follows."""

from features.drafting.context import Drafting
from features.drafting.views import Line, View
from features.sql import quoted

ENDED = "valid_to is not null and (after is null or after > valid_to + 1)"
"""The condition for the last version of a stay."""


def draft_versions(drafting: Drafting) -> View | None:
    """The history whose rows have a start and an end, of which some are open; None where there is none."""
    for view in drafting.of_kind("change"):
        if view.has("valid_from", "valid_to") and 0 < view.frame["valid_to"].null_count() < len(view.frame):
            return view
    return None


def spells_of_versions(drafting: Drafting, view: View, counting: str) -> Line:
    """Prepares `versions` and `spells`, and returns the line of hire_date."""
    drafting.use(view, "valid_from", "valid_to")
    own = "partition by employee_id order by valid_from"
    where = f"\nwhere {counting}" if counting else ""
    beside = f"lag(valid_to) over ({own}) as before, lead(valid_from) over ({own}) as after"
    drafting.bench.prepare("versions", f"select *, {beside}\nfrom {quoted(view.name)}{where}")
    drafting.bench.prepare(
        "spells",
        "select employee_id, valid_from as hire_date, null::date as first_seen\n"
        "from versions where before is null or before < valid_from - 1",
    )
    return drafting.take(view, "valid_from", "hire_date", "hire_date", "the first of versions without a gap")


def ends_are_exclusive(view: View) -> bool:
    """Whether a version ends on the day on which the next one begins."""
    ordered = view.frame.sort("employee_id", "valid_from")
    follows = ordered["valid_from"].shift(-1)
    is_own = ordered["employee_id"].shift(-1) == ordered["employee_id"]
    same = (follows == ordered["valid_to"]) & is_own
    next_day = ((follows - ordered["valid_to"]).dt.total_days() == 1) & is_own
    return bool((same.sum() or 0) > (next_day.sum() or 0))
