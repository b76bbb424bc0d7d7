"""What a lever of a plan really does to the simulated company, whose hazard is known.

The lever is applied to the true state: pay, the strain that overtime leaves, how well colleagues serve a person, time
since the last step. The true risk is that of six months with the hazard of that state.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from features.simulation.company import Company
from features.simulation.hazard import Wellbeing, shares, sigmoid, wellbeing
from features.simulation.run import _History
from features.simulation.seats import WARM_UP_MONTHS
from pipeline.planning.plan_levers import PlanLevers

USUAL_RATING = 3.75
"""The rating of a service of average quality (`features.simulation.events`)."""
HORIZON_MONTHS = 6


@dataclass(frozen=True)
class TrueCompany:
    """The company at the end of a month, 0 being the first one of the data."""

    company: Company
    month: int
    intercept: float

    @staticmethod
    def after(employees: int, months: int, seed: int, months_back: int) -> "TrueCompany":
        """As `simulate` with the same arguments has it `months_back` before the end of the data."""
        history = _History(employees, months, np.random.default_rng(seed))
        for month in range(-WARM_UP_MONTHS, months - months_back):
            history.live(month)
        return TrueCompany(history.company, months - months_back - 1, float(np.mean(history._intercepts[-24:])))

    def hazards(self, levers: PlanLevers | None = None) -> pl.DataFrame:
        """`spell`, `hazard` (of a voluntary exit in the next month) of everyone, after the levers."""
        levers = levers or PlanLevers()
        with self._changed(levers):
            state = _served(wellbeing(self.company, self.month), levers.service_rating_at_least)
            log_odds = np.sum(list(shares(self.company, state, self.month).values()), axis=0)
        return pl.DataFrame({"spell": state.spells, "hazard": sigmoid(self.intercept + log_odds)})

    @contextmanager
    def _changed(self, levers: PlanLevers) -> Iterator[None]:
        people, before = self.company.people, self.company.people.copy()
        here = self.company.present()
        market = self.company.market_pay(here)
        if levers.raise_percent:
            people["log_pay"][here] += np.log1p(levers.raise_percent / 100)
        if levers.pay_at_least_percent_of_market:
            least = market + np.log(levers.pay_at_least_percent_of_market / 100)
            people["log_pay"][here] = np.maximum(people["log_pay"][here], least)
        if levers.promotion:
            people["month_promoted"][here] = people["month_moved"][here] = self.month
        if levers.overtime_hours_at_most is not None:
            strain = (levers.overtime_hours_at_most - 8.5) / 5.5
            people["strain"][here] = np.minimum(people["strain"][here], strain)
        yield
        self.company.people[:] = before


def _served(state: Wellbeing, rating: float | None) -> Wellbeing:
    if rating is None:
        return state
    return replace(state, service=np.maximum(state.service, (rating - USUAL_RATING + 0.1) / 0.5))


def risk_within_the_horizon(hazard: pl.Series) -> float:
    """The sum of everyone's true risks."""
    return float((1 - (1 - hazard.to_numpy()) ** HORIZON_MONTHS).sum())
