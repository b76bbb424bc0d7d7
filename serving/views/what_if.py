"""How a person's score would differ after a change: an association, presented as one."""

from typing import TYPE_CHECKING, Final

from pipeline.score_record import Factor
from pipeline.store.reading import Published
from serving.http.problems import Refusal
from serving.schemas.what_if import ChangedFactor, LeversToPull, WhatIfForHr
from serving.views.champion import Champion
from serving.views.person import factor_for_hr

if TYPE_CHECKING:
    from pipeline.scoring.what_if import Change, WhatIf

MEANS: Final = (
    "How scores differ between people who differ in this way. This is an association, not a promise: "
    "it does not show that the change would make this person stay."
)


def what_if_for_hr(
    champion: Champion, published: Published, factors: list[Factor], levers: LeversToPull, employee_id: str
) -> WhatIfForHr:
    """A person's score before and after a change. Raises 422 where nothing changes, else like `Champion.of`."""
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
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        risk_before=change.risk_before,
        risk_after=change.risk_after,
        log_odds_before=change.log_odds_before,
        log_odds_after=change.log_odds_after,
        changes=_changes(published, change, {factor.feature: factor for factor in factors}),
        means=MEANS,
    )


def _changes(published: Published, change: "WhatIf", factors: dict[str, Factor]) -> list[ChangedFactor]:
    return [_changed(published, each, factors[each.feature]) for each in change.changes]


def _changed(published: Published, change: "Change", factor: Factor) -> ChangedFactor:
    shown = factor_for_hr(published.about, factor)
    return ChangedFactor(
        feature=change.feature,
        driver=shown.driver,
        label=shown.label,
        value_before=change.value_before,
        value_after=change.value_after,
        peer_value=shown.peer_value,
        contribution_before=change.contribution_before,
        contribution_after=change.contribution_after,
    )
