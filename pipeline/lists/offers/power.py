"""What first offers could show, before they are drawn: from the people on the lists of the published months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import polars as pl
from scipy.stats import norm

from features.contract.vocabulary import Driver
from pipeline.judgement.statistics.sequential import ERROR
from pipeline.language.actions import actions, comparisons
from pipeline.listing.rules import ListRules
from pipeline.listing.selection import listed
from pipeline.lists.risk_list import reasons
from pipeline.lists.trial.comparison import POWER
from pipeline.lists.trial.power import last_bound, people_over
from pipeline.settings import Settings
from pipeline.store.reading import Published, PublishedScores


@dataclass(frozen=True)
class Power:
    """What `months` months of lists would detect four times in five for the actions of a driver.

    About `people` would have this driver as their strongest reason, of whom the share `expected` leaves by the
    published risk. `detectable` is the difference between one action and the others together; None without people.
    """

    driver: Driver
    months: int
    people: int
    expected: float | None
    detectable: float | None


def power(scores: PublishedScores, source: str, settings: Settings) -> list[Power]:
    """By driver, from the lists that the last published months would have had."""
    months = settings.rollout_months
    people = [_people(scores, head, settings.list_rules) for head in scores.history(source)[-months:]]
    counts = {driver: len(each) for driver, each in actions().items()}
    return powers(people, counts, months, ERROR / comparisons(actions()))


def powers(
    months_of_people: Sequence[pl.DataFrame], counts: Mapping[Driver, int], months: int, error: float
) -> list[Power]:
    """From (employee_id, driver, risk) of those listed in each published month, oldest first, and the number of actions
    of each driver.

    The variance of an exit is p (1 − p) less the variance of the risk, which the adjustment takes out. The actions are
    drawn within managers, so what a manager's people have in common does not add to it.
    """
    return [
        _power([each.filter(pl.col("driver") == driver) for each in months_of_people], driver, number, months, error)
        for driver, number in counts.items()
    ]


def _power(used: Sequence[pl.DataFrame], driver: Driver, number: int, months: int, error: float) -> Power:
    everyone = pl.concat(used).unique("employee_id", keep="first", maintain_order=True) if used else pl.DataFrame()
    if everyone.is_empty():
        return Power(driver, months, 0, expected=None, detectable=None)
    people = people_over(used, everyone.height, months)
    risk = everyone["risk"].to_numpy()
    expected = float(risk.mean())
    variance = expected * (1 - expected) - float(risk.var())
    share = 1 / number
    deviation = sqrt(variance / people * (1 / share + 1 / (1 - share)))
    detectable = (last_bound(months, error) + float(norm.ppf(POWER))) * deviation
    return Power(driver, months, people, expected, detectable)


def _people(scores: PublishedScores, published: Published, rules: ListRules) -> pl.DataFrame:
    """employee_id, driver, risk of the people of a month's lists who have a reason to act on."""
    chosen = listed(scores.teams(published), published.mean_risk, rules).sort("employee_id")
    factors = scores.factors_of(published, chosen["employee_id"].to_list())
    why = {person: reasons(each, published.about) for person, each in factors}
    drivers = {person: each[0].driver for person, each in why.items() if each}
    strongest = pl.DataFrame(
        {"employee_id": list(drivers), "driver": list(drivers.values())},
        schema={"employee_id": pl.String, "driver": pl.String},
    )
    return chosen.select("employee_id", "risk").join(strongest, on="employee_id", maintain_order="left")
