"""What each role sees of turnover.

HR sees all groups, within a scope only groups that the scope names whole, and no totals: less the groups that are seen,
a total would be about the others. A data scientist sees no line, since lines are named after managers. A representative
sees no group under ten. A manager sees the own line.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final

from pipeline.identity.scopes import Scope
from pipeline.identity.tokens import Identity, Role
from pipeline.language.translator import marked
from pipeline.store.groups.turnover_figures import newest_source, newest_turnover, turnover_of_lines
from pipeline.store.reading import PublishedScores
from serving.http.problems import Refusal
from serving.schemas.turnover import TurnoverAnswer, TurnoverBy

EVERYONE: Final = "everyone"
MANAGER: Final = "manager"
DEFAULT_BY: Final[tuple[TurnoverBy, ...]] = ("everyone", "department")


def turnover_of(
    scores: PublishedScores,
    asker: Identity,
    by: Sequence[TurnoverBy] = DEFAULT_BY,
    first: str | None = None,
    last: str | None = None,
) -> TurnoverAnswer:
    """The figures of the named dimensions, of the months (YYYY-MM) from `first` to `last`, that the asker may see.

    Raises 404 before the first `retention turnover`, and for a manager without a line that is shown; 403 for lines,
    which name managers, where the role sees no names.
    """
    found = scores.current()
    source = found.source if found else newest_source(scores.connection)
    is_hr, is_own = asker.has(Role.HR), asker.has(Role.MANAGER) and not asker.has(Role.HR)
    if MANAGER in by and not (is_hr or is_own):
        raise Refusal(403, "names-managers", "Lines are named after managers, whom your role does not see.")
    only_large_groups = asker.has(Role.REPRESENTATIVE)
    figures = newest_turnover(scores.connection, source, only_large_groups=only_large_groups) if source else None
    if figures is None or source is None:
        raise Refusal(404, "no-turnover", "No turnover is published yet. Run `retention turnover` first.")
    if is_own:
        return _of_line(scores, figures, source, str(asker.person), first, last)
    if MANAGER in by:
        lines = turnover_of_lines(scores.connection, source)
        figures = figures | {
            "months": [*figures["months"], *(month for line in lines for month in line["months"])],
            "groups": [*figures["groups"], *(line["group"] for line in lines)],
        }
    if scores.scope:
        figures = _within(figures, scores.scope)
    return TurnoverAnswer.model_validate(figures | _chosen(figures, set(by), first, last))


def _chosen(figures: dict[str, Any], by: Collection[str], first: str | None, last: str | None) -> dict[str, Any]:
    return {
        "months": [
            row
            for row in figures["months"]
            if row["by"] in by and (first or "") <= row["month"] <= (last or row["month"])
        ],
        "groups": [row for row in figures["groups"] if row["by"] in by],
    }


def _of_line(
    scores: PublishedScores, figures: dict[str, Any], source: str, manager: str, first: str | None, last: str | None
) -> TurnoverAnswer:
    """The manager's own line, without the figures of the company."""
    lines = turnover_of_lines(scores.connection, source, manager)
    if not lines:
        detail = marked("Your line is too small to show, or nobody reported to you in the last twelve months.")
        raise Refusal(404, "no-line", detail)
    line = {"months": lines[0]["months"], "groups": [lines[0]["group"]]}
    return TurnoverAnswer.model_validate(figures | _NOTHING_ELSE | _chosen(line, {MANAGER}, first, last))


_NOTHING_ELSE: Final[dict[str, Any]] = {
    "reasons": [],
    "drivers": [],
    "drivers_of": 0,
    "cohorts": [],
    "segments": [],
    "scored_segments": None,
    "notes": [],
}


def named_groups(scope: Scope | None) -> tuple[TurnoverBy | None, tuple[str, ...]]:
    """The kind of the groups that a scope names, and their names; None where it names several kinds, or none."""
    kinds: tuple[tuple[TurnoverBy, tuple[str, ...]], ...] = (
        ("department", scope.department if scope else ()),
        ("location", scope.location if scope else ()),
        ("manager", scope.line if scope else ()),
    )
    named = [(by, values) for by, values in kinds if values]
    return named[0] if len(named) == 1 else (None, ())


def _within(figures: dict[str, Any], scope: Scope) -> dict[str, Any]:
    """The groups that lie wholly within a scope: those that it names, if it names groups of one kind only."""
    by, values = named_groups(scope)
    rows = {
        name: [row for row in figures[name] if row["by"] == by and row["group"] in values]
        for name in ("months", "groups")
    }
    return figures | _NOTHING_ELSE | rows
