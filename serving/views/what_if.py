"""How a person's score would differ after a change: an association, presented as one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.language.confidence import About
from pipeline.score_record import Factor
from pipeline.store.reading import Published
from serving.http.problems import Refusal
from serving.schemas.what_if import ChangedFactor, LeversToPull, WhatIfForHr
from serving.views.champion import Champion
from serving.views.person import factor_for_hr, shown_to_hr

if TYPE_CHECKING:
    from pipeline.scoring.what_if import Change, WhatIf

MEANS: Final = (
    "How scores differ between people who differ in this way. This is an association, not a promise: "
    "it does not show that the change would make this person stay."
)


def what_if_for_hr(
    champion: Champion,
    published: Published,
    factors: list[Factor],
    levers: LeversToPull,
    employee_id: str,
    *,
    hides_answers: bool,
    name: str | None = None,
) -> WhatIfForHr:
    """A person's score before and after a change; `hides_answers`: survey answers were given in confidence.

    Raises 422 where nothing changes, else like `Champion.of`.
    """
    model = champion.of(published.model_version)
    from pipeline.scoring.what_if import Levers, figures_of
    from pipeline.scoring.what_if import what_if as compare

    pulled = Levers(**levers.model_dump())
    if pulled == Levers():
        raise Refusal(422, "no-lever", "The request names no change. Name at least one.")
    change = compare(model, figures_of(factors, model.features), pulled)
    if change is None:
        raise Refusal(422, "nothing-moves", "No feature of this model would change for this person.")
    return WhatIfForHr(
        employee_id=employee_id,
        name=name,
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        risk_before=change.risk_before,
        risk_after=change.risk_after,
        log_odds_before=change.log_odds_before,
        log_odds_after=change.log_odds_after,
        changes=changes(
            published.about, change, {factor.feature: factor for factor in factors}, hides_answers=hides_answers
        ),
        means=MEANS,
    )


def changes(
    described: About, change: "WhatIf", factors: Mapping[str, Factor], *, hides_answers: bool
) -> list[ChangedFactor]:
    """Each changed feature; of answers given in confidence, which no lever moves, the sums for each driver."""
    moved = {each.feature: each for each in change.changes}
    then = [replace(factors[name], contribution=each.contribution_before) for name, each in moved.items()]
    now = [replace(factors[name], contribution=each.contribution_after) for name, each in moved.items()]
    (before, about), (after, _) = (shown_to_hr(described, part, hides_answers) for part in (then, now))
    changed = [
        _changed(about, moved.get(one.feature), one, other.contribution)
        for one, other in zip(before, after, strict=True)
    ]
    return sorted(changed, key=lambda each: (-abs(each.contribution_after - each.contribution_before), each.feature))


def _changed(about: About, change: "Change | None", before: Factor, contribution_after: float) -> ChangedFactor:
    shown = factor_for_hr(about, before)
    return ChangedFactor(
        feature=before.feature,
        driver=shown.driver,
        label=shown.label,
        value_before=None if change is None else change.value_before,
        value_after=None if change is None else change.value_after,
        peer_value=shown.peer_value,
        contribution_before=before.contribution,
        contribution_after=contribution_after,
    )
