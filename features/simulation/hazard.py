"""Why people leave the simulated company: the true monthly hazard and each driver's share of its log-odds. No I/O.

    logit(hazard) = intercept + pay + conditions + relationships + growth + context

Every share follows from the true state. The tables show most of that state, with noise; they show neither a person's
frailty nor the outside labour market.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from features.simulation.company import Company
from features.simulation.seats import Floats, Ints, month_of_year

SHARES: Final = ("pay", "conditions", "relationships", "growth", "context")
VOLUNTARY_A_MONTH: Final = 0.0126
"""The mean hazard for which the intercept is solved: about 15 % of the people leave voluntarily in a year."""
NEW_MANAGER_MONTHS: Final = 3
INVOLUNTARY_LOG_ODDS: Final = -6.0
SEASON: Final = 0.1 * np.sin(2 * np.pi * (np.arange(1, 13) - 6) / 12)
"""Log-odds by calendar month, with a peak in September."""


@dataclass(frozen=True)
class Wellbeing:
    """The true state that determines the shares: a figure per spell, in rough standard deviations; higher is better."""

    spells: Ints
    pay: Floats
    conditions: Floats
    service: Floats
    manager: Floats
    career: Floats


def service_quality(company: Company) -> Floats:
    """Seats × partners: how well each partner serves the seat, in points of rating around the company's average."""
    seats = company.seats
    provider = seats.occupant[seats.partners]
    skill = np.where(provider >= 0, company.people["service"][provider], -0.5)
    interface = company.interface[seats.department[seats.partners], seats.department[:, None]]
    return np.asarray(interface + 0.3 * skill + seats.fit)


def wellbeing(company: Company, month: int) -> Wellbeing:
    """The wellbeing of everyone present in terms of each driver at the end of a month."""
    spells = company.present()
    people = company.people[spells]
    boss = company.people[people["manager"]]
    alone = people["manager"] < 0
    served = service_quality(company)[people["seat"]].mean(axis=1) + 0.3 * people["openness"]
    team = company.team_environment[np.maximum(company.seats.parent[people["seat"]], 0)]
    in_place = month - people["month_moved"]
    stalled = 1.5 * np.tanh(np.maximum(in_place - 9, 0) / 32) - 0.7
    return Wellbeing(
        spells=spells,
        pay=np.clip((people["log_pay"] - company.market_pay(spells)) / 0.11, -2.5, 2.5),
        conditions=-0.8 * people["strain"] + 0.3 * people["environment"] + 0.35 * team,
        service=(served + 0.1) / 0.5,
        manager=np.where(alone, 0, 0.85 * boss["leading"] + 0.5 * people["match"]),
        career=-0.95 * stalled + 0.5 * people["prospects"] + np.where(alone, 0, 0.3 * boss["coaching"]),
    )


def shares(company: Company, state: Wellbeing, month: int) -> dict[str, Floats]:
    """Each driver's share of the log-odds, one figure per spell of `state`; higher raises the hazard."""
    people = company.people[state.spells]
    strong = np.clip(people["performance"], 0, 2)
    in_level = month - people["month_promoted"]
    late = np.clip((in_level - 30) / 24, 0, 1.5)
    tenure = month - people["month_hired"]
    team = np.maximum(company.seats.parent[people["seat"]], 0)
    exits = np.minimum(company.exits_by_team.sum(axis=0)[team], 3)
    new_manager = month - people["month_manager"] < NEW_MANAGER_MONTHS
    calendar = month_of_year(month + 1, company.months)
    return {
        "pay": -0.62 * state.pay + 0.35 * np.maximum(-state.pay, 0) * strong,
        "conditions": -0.80 * state.conditions,
        "relationships": -0.56 * state.service
        - 0.45 * state.manager
        + 0.25 * exits
        + 0.2 * new_manager
        + 0.10 * _imbalance(company, state.spells),
        "growth": -0.76 * state.career + 0.25 * late * np.maximum(-state.career, 0),
        "context": 0.8 * np.exp(-tenure / 30) * (1 - np.exp(-tenure / 3))
        - 0.1 * np.minimum(tenure / 120, 1.5)
        + company.pull[company.department_of(state.spells)]
        + SEASON[calendar - 1]
        + company.outside_market
        + people["frailty"],
    }


def _imbalance(company: Company, spells: Ints) -> Floats:
    """Service given over service received by a person, as the log of the ratio of rates, in [-2, 2]."""
    seats = company.seats
    demand = np.where(seats.occupant >= 0, company.people["demand"][seats.occupant], 0.0)
    given = np.bincount(
        seats.partners.ravel(), np.repeat(demand, seats.partners.shape[1]) / seats.partners.shape[1], len(demand)
    )
    seat = company.people["seat"][spells]
    return np.asarray(np.clip(np.log((given[seat] + 0.1) / (demand[seat] + 0.1)), -2, 2))


def intercept_for(log_odds: Floats, mean_hazard: float) -> float:
    """The intercept at which the mean of sigmoid(intercept + log_odds) is `mean_hazard`, by bisection."""
    low, high = -20.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if sigmoid(middle + log_odds).mean() < mean_hazard else (low, middle)
    return low


def sigmoid(log_odds: Floats) -> Floats:
    """The probability of the log-odds."""
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def other_hazards(company: Company, spells: Ints, month: int) -> tuple[Floats, Floats]:
    """Monthly probabilities of an involuntary exit (mostly weak performers) and of others (retirement, contracts)."""
    people = company.people[spells]
    age = 2025 - (company.months - 1 - month) / 12 - people["birth_year"]
    involuntary = sigmoid(INVOLUNTARY_LOG_ODDS - 0.8 * people["performance"])
    other = 0.0005 + np.where(age > 62, 0.04, 0) + 0.006 * people["contract"]
    return involuntary, np.asarray(other)
