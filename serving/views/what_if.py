"""What a change would do to a person's score: an association, said as one."""

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
    "How scores differ between people who differ in this way. It is an association, not a promise: "
    "nobody knows from it that the change would keep this person."
)


def what_if_for_hr(
    champion: Champion, published: Published, factors: list[Factor], levers: LeversToPull, employee_id: str
) -> WhatIfForHr:
    """A person's score before and after a change. Raises 422 where nothing is changed, as `Champion.of` beside it."""
    model = champion.of(published.model_version)
    from pipeline.scoring.what_if import Levers, figures_of
    from pipeline.scoring.what_if import what_if as worked_out

    pulled = Levers(**levers.model_dump())
    if pulled == Levers():
        raise Refusal(422, "no-lever", "No lever is pulled. Name at least one change.")
    change = worked_out(model, figures_of(factors, model.features), pulled)
    if change is None:
        raise Refusal(422, "nothing-moves", "This model knows nothing that these levers would change for this person.")
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
    told = factor_for_hr(published.about, factor)
    return ChangedFactor(
        feature=change.feature,
        driver=told.driver,
        label=told.label,
        value_before=change.value_before,
        value_after=change.value_after,
        peer_value=told.peer_value,
        contribution_before=change.contribution_before,
        contribution_after=change.contribution_after,
    )
