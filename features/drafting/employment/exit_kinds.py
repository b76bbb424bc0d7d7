"""Which exits were voluntary: the values of the reasons, asked with a suggestion, never decided by a heading alone."""

from collections.abc import Sequence

import polars as pl

from features.contract.exit_words import kinds_in_words
from features.contract.vocabulary import EXIT_KINDS
from features.drafting.context import Drafting, case
from features.drafting.questions import BETWEEN, EMPTY, Question
from features.drafting.row_kind import state_role
from features.drafting.views import Line, View
from features.sql import quoted

_TEXT = "How did each of these end? Retirement, death and the end of a contract are other, whatever heading they have."


def exit_lines(drafting: Drafting, view: View, condition: str, rows: str) -> list[Line]:
    """`reason` and `kind` of the exits in the rows of a view that meet the condition."""
    roles = telling_roles(view, f"from {rows} where {condition}", drafting)
    drafting.use(view, *roles)
    text = _joined(roles)
    labels = labels_of(drafting, roles)
    reasons = drafting.bench.rows(f"select {text} as reason from {rows} where {condition}")["reason"]
    counts = {_label(value, labels): number for value, number in _counts(reasons).items()}
    question = Question(
        "exit_kinds", _TEXT, "values", EXIT_KINDS, counts, _suggested(counts), _from(view, roles), tuple(roles)
    )
    answers = drafting.interview.ask(question)
    codes = {_label(value, labels): value for value in _counts(reasons)}
    by_code = {codes[label] or EMPTY: kind for label, kind in answers.items() if label in codes}
    source = ", ".join(view.line(role).source for role in roles)
    why = "as answered in exit_kinds" if "exit_kinds" not in drafting.interview.open else "open: see exit_kinds"
    reason = [Line("reason", f"nullif({text}, '')", source, 0.95, "why, in the words of the export")] if roles else []
    return [*reason, Line("kind", case(text, by_code, text), source, 0.95, why)]


def telling_roles(view: View, rows: str, drafting: Drafting) -> list[str]:
    """The columns that say how an exit came about, without those that another one says already."""
    roles = [role for prefix in ("exit_type", "exit_reason") for role in view.roles if role.startswith(prefix)]
    if not roles and view.has("action_reason"):
        roles = ["action_reason"]
    if not roles and (state := state_role(view)) and drafting.bench.rows(f"select {state} {rows}").n_unique() > 1:
        roles = [state]  # each way to leave is an action, or a state, of its own
    chosen = ", ".join(map(quoted, roles))
    if len(roles) < 2:
        return roles
    frame = drafting.bench.rows(f"select {chosen} {rows}")
    return [role for role in roles if not any(_is_said(frame, role, other, roles) for other in roles if other != role)]


def labels_of(drafting: Drafting, roles: Sequence[str]) -> dict[str, str]:
    """The texts of codes, from a table of the export that explains them."""
    labels: dict[str, str] = {}
    for view in drafting.of_kind("code"):
        role = next((role for role in roles if view.has(role)), None)
        texts = [name for name, shape in view.table.shapes.items() if shape.distinct == shape.rows and shape.length > 3]
        if role and texts:
            code = view.table.one(role)
            nulls = pl.sum_horizontal(pl.all().is_null())
            frame = view.table.table.frame.sort(nulls, descending=True, maintain_order=True)  # the plainest code first
            drafting.used.update(f"{view.name}.{name}" for name in (*texts[:1], code.name if code else ""))
            pairs = (
                frame.select(pl.coalesce(code.names).alias("code"), pl.col(texts[0]).alias("text")) if code else None
            )
            labels |= dict(reversed(pairs.drop_nulls().rows())) if pairs is not None else {}
    return labels


def suggested_kind(value: str) -> str | None:
    """The kind that the words of a reason suggest; the kinds that no heading may hide come first."""
    return next(iter(kinds_in_words(value)), None)


def _suggested(counts: dict[str, int]) -> dict[str, str]:
    found = {value: suggested_kind(value) for value in counts}
    return {value: kind for value, kind in found.items() if kind}


def _is_said(frame: pl.DataFrame, role: str, other: str, roles: Sequence[str]) -> bool:
    """Whether `other` has one value of `role` for each of its own, and says more (of two alike, the first does)."""
    pairs = frame.select(role, other).unique()
    if pairs[other].n_unique() != pairs.height:
        return False
    if pairs[role].n_unique() < pairs.height:
        return pairs[other].null_count() <= pairs[role].null_count() and _contained(pairs, role, other)
    longer = (pairs[other].str.len_chars().sum(), -roles.index(other)) > (
        pairs[role].str.len_chars().sum(),
        -roles.index(role),
    )
    return bool(longer)


def _contained(pairs: pl.DataFrame, role: str, other: str) -> bool:
    """Whether the text of `other` begins with that of `role`, so that nothing is lost without it."""
    both = pairs.drop_nulls()
    return bool(both.height) and all(
        str(long).startswith(str(short)) for short, long in both.select(role, other).rows()
    )


def _joined(roles: Sequence[str]) -> str:
    if not roles:
        return "''"
    if len(roles) == 1:
        return f"coalesce({quoted(roles[0])}, '')"
    return f"concat_ws('{BETWEEN}', {', '.join(map(quoted, roles))})"


def _counts(rows: pl.Series) -> dict[str, int]:
    counts = rows.fill_null("").rename("value").value_counts(sort=True)
    return {str(value): int(number) for value, number in sorted(counts.rows(), key=lambda row: (-row[1], str(row[0])))}


def _label(value: str, labels: dict[str, str]) -> str:
    return f"{value} {labels[value]}" if value in labels else value or EMPTY


def _from(view: View, roles: Sequence[str]) -> str:
    return "from " + " and ".join(view.line(role).source for role in roles) if roles else "the export gives no reason"
