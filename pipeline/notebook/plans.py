"""`plan`: what a change for whole groups would cost and avoid, as the page `/plans` shows it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import fields
from typing import Final

from features.errors import BadInput, Finding
from pipeline.disclosure.intersections import PARTS
from pipeline.listing.replacement_cost import REPLACEMENT_COST
from pipeline.outlook.parts import known_parts
from pipeline.planning.evaluation import evaluate
from pipeline.planning.ladders import LADDERS
from pipeline.planning.measured import measured_of
from pipeline.planning.plan import By, Evaluated, Plan, Prices
from pipeline.planning.plan_levers import PlanLevers
from pipeline.planning.services import received_from
from pipeline.planning.staff import Figures, Staff, figures_of, head_counts
from pipeline.registry.documents import last_offers
from pipeline.registry.loading import load
from pipeline.settings import Settings
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store

_HIGHEST_RAISE: Final = 50
_PROVIDER: Final = "provider_rating_at_least"


def plan(
    levers: Mapping[str, float | bool],
    *,
    by: By = "department",
    groups: Sequence[str] = (),
    within: Mapping[By, str] | None = None,
    provider: str | None = None,
    further_cost: float = 0.0,
    budget: float | None = None,
    least_people: int = 0,
    settings: Settings | None = None,
) -> Evaluated:
    """Compute what a change for whole groups would cost, and how many voluntary exits it would avoid.

    Of the month that was published last (`publish`), for all people in it; nobody is named, and groups that would
    reveal a person have no figures. An association, not an effect: docs/plans.md says how far the two lie apart.

    Parameters
    ----------
    levers
        The change by the names of `PlanLevers`, such as ``{"raise_percent": 5}``. A threshold has few steps.
    by, groups
        The dimension (department, location, level or job), and its groups; all of them if none is named.
    within
        Only people who are also in these groups of other dimensions.
    provider
        The department that ``provider_rating_at_least`` is about.
    further_cost
        Beside a raise, in years of pay, for each person reached and year.
    budget, least_people
        Years of pay that may be spent in a year, and the people of each group who come first.
    settings
        Where state is stored, and a year's pay by level (``RETENTION_PAY_BANDS``) if money is wanted.

    Returns
    -------
    Evaluated
        ``groups`` and ``total``: exits expected, exits avoided with a 90 % range, costs in years of pay. ``if_wrong``:
        what remains if the change avoids half as many exits, or none.

    Raises
    ------
    BadInput
        If nothing is published, or for a change that is not possible; it holds every finding.

    Examples
    --------
    >>> plan({"raise_percent": 5}, groups=["Sales"]).total.avoided  # doctest: +SKIP
    Bounded(value=2.1, low=0.4, high=3.8)
    """
    wanted = Plan(by, _levers(levers), tuple(groups), within or {}, provider, further_cost, budget, least_people)
    if findings := list(_faults(wanted)):
        raise BadInput(findings)
    settings = settings or Settings()
    with closing(Store.of(settings)) as store, store.reading() as scores:
        published = scores.current()
        if published is None:
            raise BadInput(Finding("nothing is published", "store", remedy="Publish a month first."))
        model = load(settings, published.model_version)[1]
        figures = figures_of(scores, published, model)
        staff = _staff(scores, published, wanted, figures)
        trial = measured_of(last_offers(settings, published.source), wanted.levers)
        return evaluate(wanted, staff, model, Prices(REPLACEMENT_COST, settings.pay_bands or None), trial)


def _staff(scores: PublishedScores, published: Published, wanted: Plan, figures: Figures) -> Staff:
    parts = known_parts(scores, published) if wanted.is_of_parts else None
    received = received_from(wanted.provider, scores.service_figures(published)) if wanted.provider else {}
    return Staff(figures, head_counts(scores, published), None, parts, received)


def _levers(given: Mapping[str, float | bool]) -> PlanLevers:
    names = [each.name for each in fields(PlanLevers)]
    if unknown := _unknown(given, names):
        raise BadInput([_finding(name, "no lever", f"Use any of: {', '.join(names)}.") for name in unknown])
    return PlanLevers(**given)  # type: ignore[arg-type]  # of a lever either a number or whether it is pulled


def _faults(wanted: Plan) -> Iterator[Finding]:
    """What a plan may not be."""
    levers = wanted.levers
    if not levers.pulled:
        yield _finding("levers", "no change is named", "Name at least one lever.")
    if not 0 <= (levers.raise_percent or 0) <= _HIGHEST_RAISE:
        yield _finding("raise_percent", "not a possible raise", f"Use a number from 0 to {_HIGHEST_RAISE}.")
    for name, steps in LADDERS.items():
        if getattr(levers, name) not in (None, *steps):
            allowed = ", ".join(f"{step:g}" for step in sorted(steps))
            yield _finding(name, "not a step of this threshold", f"Use one of: {allowed}.")
    if (wanted.provider is None) != (getattr(levers, _PROVIDER) is None):
        yield _finding("provider", f"without its pair {_PROVIDER}", "Give both or neither.")
    for name in _unknown((wanted.by, *wanted.within), PARTS):
        yield _finding(name, "no dimension of a plan", f"Use any of: {', '.join(PARTS)}.")
    if wanted.by in wanted.within:
        yield _finding("within", "the dimension of the groups", "Name a group of another dimension.")
    if min(wanted.further_cost, wanted.budget or 0, wanted.least_people) < 0:
        yield _finding("further_cost, budget, least_people", "below zero", "Use 0 or more.")


def _unknown(given: Collection[str], names: Collection[str]) -> list[str]:
    return [name for name in given if name not in names]


def _finding(name: str, rule: str, remedy: str) -> Finding:
    return Finding(rule, "plan", name, remedy=remedy)
