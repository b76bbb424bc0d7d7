"""What the simulated company's systems record in a month: services, answers, reviews, hours, exits. No I/O.

Each function returns the columns of one contract table for the state of the month, with spells for people and days
since 1970 for dates. A day of NO_DAY, a negative code and NaN are nulls.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.simulation.company import Company
from features.simulation.hazard import Wellbeing, service_quality
from features.simulation.seats import NOBODY, Ints, first_day, month_of_year

Columns = dict[str, NDArray[Any]]

NO_DAY: Final = -(10**6)
SERVICES_A_MONTH: Final = 3.3
SURVEY_ITEMS: Final = ("workload", "manager_support", "recognition", "career", "fairness_of_pay", "collaboration")
COMPETENCIES: Final = ("mutual_benefit", "benefit_search", "coaching")
KINDS_BY_DEPARTMENT: Final = np.array([4, 0, 4, 1, 0, 2, 0, 4, 0, 3])
"""The kind of service that each department mostly gives, as an index into the contract's kinds."""
MINUTES_A_DAY: Final = 1440


def _on_staff(company: Company, spells: Ints, days: Ints) -> NDArray[np.bool_]:
    """True where the person was hired on or before the day and is still employed on it."""
    people = company.people
    return np.asarray((people["hire_day"][spells] <= days) & (days < people["exit_day"][spells]))


def late_days(rng: np.random.Generator, days: Ints, share: float, most: int) -> Ints:
    """The day on which each row became known: null if on time; for a share of rows, up to `most` days later."""
    late = rng.random(len(days)) < share
    return np.where(late, days + rng.integers(5, most, len(days)), NO_DAY)


def services(company: Company, month: int) -> Columns:
    """Internal services opened in the month: clients ask the occupants of the seats that serve their own."""
    rng, seats = company.rng, company.seats
    demand = np.where(seats.occupant != NOBODY, company.people["demand"][seats.occupant], 0.0)
    client_seat = np.repeat(np.arange(len(demand)), rng.poisson(SERVICES_A_MONTH * demand))
    count = len(client_seat)
    slot = rng.integers(0, seats.partners.shape[1], count)
    provider_seat = seats.partners[client_seat, slot]
    client, provider = seats.occupant[client_seat], seats.occupant[provider_seat]
    quality = service_quality(company)[client_seat, slot] + 0.3 * company.people["openness"][client]
    day = first_day(month, company.months) + rng.integers(0, _days_in(company, month), count)
    day -= np.maximum((day + 3) % 7 - 4, 0)  # weekends count as the Friday before; 1970-01-01 was a Thursday
    opened = day * MINUTES_A_DAY + rng.integers(8 * 60, 18 * 60, count)
    closed = opened + (MINUTES_A_DAY * np.exp(1.0 - 0.35 * quality + rng.normal(0, 0.9, count))).astype(np.int64)
    end = first_day(company.months, company.months)
    last_day = np.minimum(end, np.minimum(company.people["exit_day"][client], company.people["exit_day"][provider]))
    is_open = (closed >= last_day * MINUTES_A_DAY) | (rng.random(count) < 0.01)
    rating = np.clip(np.rint(3.75 + quality + rng.normal(0, 0.5, count)), 1, 5)
    effort = np.round(np.exp(0.8 - 0.45 * quality + rng.normal(0, 0.5, count)), 1) + 0.1
    usual_kind = KINDS_BY_DEPARTMENT[seats.department[provider_seat]]
    possible = (client != provider) & (provider != NOBODY)
    possible &= _on_staff(company, client, day) & _on_staff(company, provider, day)
    columns = {
        "client_id": client,
        "provider_id": provider,
        "opened_at": opened,
        "closed_at": np.where(is_open, NO_DAY, closed),
        "kind": np.where(rng.random(count) < 0.6, usual_kind, rng.integers(0, 6, count)),
        "rating": np.where(is_open | (rng.random(count) < 0.15), np.nan, rating),
        "effort_hours": np.where(is_open, np.nan, effort),
        "recorded_at": late_days(rng, day, 0.004, 40),
    }
    return {name: values[possible] for name, values in columns.items()}


def survey(company: Company, state: Wellbeing, month: int) -> Columns:
    """The answers of a quarterly survey, in the quarter's middle month; unhappy people answer less often."""
    if month_of_year(month, company.months) % 3 != 2:
        return {}
    rng, spells, count = company.rng, state.spells, len(state.spells)
    mood = (state.pay + state.conditions + state.service + state.manager + state.career) / 5
    day = first_day(month, company.months) + rng.integers(9, 20, count)
    answers = (rng.random(count) < 1 / (1 + np.exp(-1.15 - 0.6 * mood))) & _on_staff(company, spells, day)
    truth = np.stack(
        [
            state.conditions,
            state.manager,
            0.6 * state.manager + 0.4 * state.pay + 0.2 * state.service,
            state.career,
            state.pay,
            state.service,
        ],
        axis=1,
    )
    style = 0.2 * company.people["style"][spells][:, None]
    scores = np.clip(np.rint(6.4 + 1.7 * truth + style + rng.normal(0, 0.45, truth.shape)), 0, 10)
    given = answers[:, None] & (rng.random(truth.shape) < 0.97)
    who, item = np.nonzero(given)
    return {
        "employee_id": spells[who],
        "survey_date": day[who],
        "item": item,
        "score": scores[given],
        "recorded_at": late_days(rng, day, 0.01, 50)[who],
    }


def competencies(company: Company, state: Wellbeing, month: int) -> Columns:
    """Assessments in May and November by managers of how people serve their colleagues."""
    if month_of_year(month, company.months) not in (5, 11):
        return {}
    rng, spells = company.rng, state.spells
    people = company.people[spells]
    day = first_day(month, company.months) + rng.integers(14, 28, len(spells))
    truth = np.stack(
        [people["service"], 0.7 * people["service"] + 0.7 * people["openness"], people["coaching"]], axis=1
    )
    scores = np.clip(np.round(3.2 + 0.7 * truth + rng.normal(0, 0.35, truth.shape), 1), 0, 5)
    who, competency = np.nonzero(
        (_on_staff(company, spells, day) & (rng.random(len(spells)) < 0.92))[:, None] & (scores >= 0)
    )
    return {
        "employee_id": spells[who],
        "assessed_at": day[who],
        "competency": competency,
        "score": scores[who, competency],
        "assessor_id": people["manager"][who],
        "recorded_at": np.full(len(who), NO_DAY),
    }


def reviews(company: Company, month: int) -> Columns:
    """The yearly reviews of January, from 1 to 5; one in seven is recorded late."""
    if month_of_year(month, company.months) != 1:
        return {}
    rng, spells = company.rng, company.present()
    day = first_day(month, company.months) + rng.integers(14, 31, len(spells))
    here = spells[_on_staff(company, spells, day) & (month - company.people["month_hired"][spells] >= 3)]
    day = day[np.isin(spells, here)]
    seen = company.people["performance"][here] + rng.normal(0, 0.45, len(here))
    rating = np.clip(np.rint(3.2 + 0.85 * seen), 1, 5)
    return {"employee_id": here, "review_date": day, "rating": rating, "recorded_at": late_days(rng, day, 0.15, 45)}


def hours(company: Company, month: int) -> Columns:
    """Working time of everyone still employed at the month's end."""
    rng = company.rng
    last = first_day(month + 1, company.months) - 1
    spells = company.present()
    spells = spells[company.people["exit_day"][spells] > last]
    people = company.people[spells]
    count = len(spells)
    contracted = np.round(168 * people["fte"].astype(float), 1)
    overtime = np.round(people["overtime"].astype(float), 1)
    holiday = 3.5 if month_of_year(month, company.months) in (7, 8, 12) else 1.6
    leave = rng.poisson(holiday, count).astype(float)
    office = np.isin(people["location"], [0])
    remote = rng.binomial(20, np.where(office, 0.35, 0.08)).astype(float)
    return {
        "employee_id": spells,
        "month": np.full(count, last),
        "contracted_hours": contracted,
        "worked_hours": np.round(np.maximum(contracted + overtime - 7 * leave, 0), 1),
        "overtime_hours": overtime,
        "leave_days": leave,
        "remote_days": remote,
        "recorded_at": np.full(count, NO_DAY),
    }


def exit_rows(company: Company, spells: Ints, kind: Ints, month: int) -> Columns:
    """Exits of the month: notice mostly given within it, one time in ten before it, and a few recorded late."""
    rng, day, count = company.rng, company.people["exit_day"][spells].astype(np.int64), len(spells)
    start = first_day(month, company.months)
    notice = np.maximum(day - rng.integers(5, 31, count), start)
    early = np.where(rng.random(count) < 0.1, start - rng.integers(1, 20, count), notice)
    recorded = np.where((kind == 0) & (rng.random(count) < 0.8), early, day)
    recorded = np.maximum(recorded, company.people["hire_day"][spells])
    late = rng.random(count) < 0.05
    reasons = np.where(kind == 0, rng.integers(0, 5, count), np.where(kind == 1, 5 + rng.integers(0, 2, count), 7))
    return {
        "employee_id": spells,
        "exit_date": day,
        "kind": kind,
        "reason": reasons,
        "recorded_at": np.where(late, day + rng.integers(3, 40, count), recorded),
    }


def _days_in(company: Company, month: int) -> int:
    return first_day(month + 1, company.months) - first_day(month, company.months)
