"""The people of the simulated company, and how its state changes from month to month. No I/O.

A *spell* is one period of employment and occupies a seat. Spells are rows of one structured array, so that a month
costs a few dozen numpy operations whatever the head count.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.simulation.seats import (
    NOBODY,
    WARM_UP_MONTHS,
    Floats,
    Ints,
    bad_interfaces,
    departments_for,
    first_day,
    lay_out_seats,
    level_for,
    month_of_year,
)

_NONE: Final = np.zeros(0, dtype=np.int64)
NEVER: Final = np.iinfo(np.int32).max
CONTAGION_MONTHS: Final = 3
"""How long exits from a team raise the hazard of its members."""
PAY_BY_LEVEL: Final = np.log(np.array([26_000, 33_000, 42_000, 55_000, 76_000, 112_000], dtype=float))

PERSON: Final = np.dtype(
    [(name, np.int32) for name in "person seat hire_day exit_day birth_year manager month_hired month_moved".split()]
    + [(name, np.int32) for name in "month_promoted month_manager month_paid".split()]
    + [(name, np.int8) for name in "woman education level contract location trade".split()]
    + [(name, np.float32) for name in "fte log_pay performance service openness leading coaching match".split()]
    + [(name, np.float32) for name in "load strain environment prospects frailty style demand overtime".split()]
)
"""One spell. `log_pay` is for a full-time year. The latent traits are in standard deviations, higher is better, except
`load` and `strain` (higher is worse) and `frailty` (log-odds). `demand` multiplies the number of services asked for."""

_LASTING: Final = "person woman birth_year education performance service openness leading coaching style".split()
"""The traits that a rehired person keeps."""


class Company:
    """The state of the company at the end of a month, and the steps that change it."""

    def __init__(self, employees: int, months: int, rng: np.random.Generator) -> None:
        self.rng = rng
        self.months = months
        self.departments = departments_for(employees)
        self.seats = lay_out_seats(employees, rng)
        self.people = np.zeros(0, dtype=PERSON)
        count = len(self.departments)
        self.log_market = np.log([department.pay for department in self.departments])
        self.log_market_last_year = [self.log_market.copy()]
        self.interface = rng.normal(0, 0.22, (count, count))
        self.interface[np.diag_indices(count)] += 0.3
        for one, other in bad_interfaces(count):
            self.interface[one, other] = rng.normal(-0.75, 0.1)
            self.interface[other, one] = rng.normal(-0.75, 0.1)
        self._usual_interface = self.interface.copy()
        self.outside_market = 0.0
        self.pull = rng.normal(0, 0.15, count)
        self.team_environment = rng.normal(0, 1, employees)
        self.exits_by_team = np.zeros((CONTAGION_MONTHS, employees))
        self.persons = 0
        self._populate(employees)

    # ---- who holds which seat

    def present(self) -> Ints:
        """Spells that occupy a seat, in the order of seats."""
        spells: Ints = self.seats.occupant[self.seats.occupant != NOBODY]
        return spells

    def department_of(self, spells: Ints) -> Ints:
        departments: Ints = self.seats.department[self.people["seat"][spells]]
        return departments

    def manager_of(self, spells: Ints) -> Ints:
        """The occupant of the nearest occupied seat above: the next one up acts while a manager's seat is vacant."""
        seat = self.seats.parent[self.people["seat"][spells]]
        while True:
            vacant = (seat != NOBODY) & (self.seats.occupant[seat] == NOBODY)
            if not vacant.any():
                return np.where(seat == NOBODY, NOBODY, self.seats.occupant[seat])
            seat = np.where(vacant, self.seats.parent[seat], seat)

    def market_pay(self, spells: Ints) -> Floats:
        """Log of the market median for the person's department and level today."""
        median: Floats = self.log_market[self.department_of(spells)] + PAY_BY_LEVEL[self.people["level"][spells] - 1]
        return median

    # ---- the beginning

    def _populate(self, employees: int) -> None:
        """Fills every seat with people who have a history: tenure, level, last promotion, pay around the market."""
        rng, month = self.rng, -WARM_UP_MONTHS
        seats = np.arange(employees)
        spells = self._hire(seats, month)
        tenure = np.minimum(rng.gamma(0.9, 75, employees), 300).astype(int) + 1
        past = self.people[spells]
        past["month_hired"] = month - tenure
        past["hire_day"] = [first_day(m, self.months) for m in past["month_hired"]]
        past["hire_day"] += rng.integers(0, 20, employees)
        past["birth_year"] = 2025 - (WARM_UP_MONTHS + self.months + tenure) // 12 - rng.integers(20, 36, employees)
        in_level = np.minimum(rng.gamma(1.3, 24, employees), tenure).astype(int)
        past["month_moved"] = past["month_promoted"] = month - in_level
        past["month_paid"] = month - rng.integers(0, 9, employees)
        past["log_pay"] = self.market_pay(spells) + rng.normal(0, 0.11, employees) - 0.02 * past["woman"]
        self.people[spells] = past
        self.people["manager"][spells] = self.manager_of(spells)
        newer = np.maximum(past["month_moved"], past["month_hired"][self.people["manager"][spells]])
        self.people["month_manager"][spells] = newer

    def _hire(self, seats: Ints, month: int, again: Ints | None = None) -> Ints:
        """Puts new spells on seats; `again` holds the former spells of rehired people (NOBODY for new people)."""
        rng, count = self.rng, len(seats)
        new = np.zeros(count, dtype=PERSON)
        layer = self.seats.layer[seats]
        new["person"] = self.persons + np.arange(count)
        self.persons += count
        new["seat"], new["exit_day"], new["manager"] = seats, NEVER, NOBODY
        new["hire_day"] = first_day(month, self.months) + np.where(layer == 0, rng.integers(0, 20, count), 0)
        new["month_hired"] = new["month_moved"] = new["month_promoted"] = new["month_paid"] = month
        new["month_manager"] = month
        new["level"] = level_for(layer, rng.choice([1, 2, 3, 4], count, p=[0.38, 0.36, 0.20, 0.06]))
        new["birth_year"] = 2025 - (self.months - month) // 12 - (21 + rng.gamma(3, 3.5, count) + 2 * new["level"])
        new["woman"] = rng.random(count) < 0.44
        new["education"] = rng.choice(3, count, p=[0.35, 0.45, 0.20])
        new["contract"] = rng.random(count) < 0.05
        new["location"] = self._site(seats)
        new["trade"] = self.seats.trade[seats]
        new["fte"] = rng.choice([1.0, 0.8, 0.5], count, p=[0.88, 0.09, 0.03])
        for trait in "performance service openness leading coaching match load environment prospects style".split():
            new[trait] = rng.normal(0, 1, count)
        new["frailty"] = rng.normal(0, 0.12, count)
        new["strain"] = new["load"]
        new["demand"] = np.exp(rng.normal(0, 0.35, count))
        if again is not None:
            back = again != NOBODY
            for trait in _LASTING:
                new[trait][back] = self.people[trait][again[back]]
        spells = len(self.people) + np.arange(count)
        self.people = np.concatenate([self.people, new])
        self.seats.occupant[seats] = spells
        self.people["log_pay"][spells] = self.market_pay(spells) + rng.normal(0, 0.09, count) - 0.02 * new["woman"]
        return spells

    def _site(self, seats: Ints) -> Ints:
        """Teams work at one site: it follows from the parent seat."""
        sites = [department.sites for department in self.departments]
        table = np.array([[site[i % len(site)] for i in range(6)] for site in sites])
        codes: Ints = table[self.seats.department[seats], np.maximum(self.seats.parent[seats], 0) % 6]
        return codes

    # ---- a month: moves

    def fill_vacancies(self, month: int, former: Ints) -> dict[str, Ints]:
        """Fills seats vacant since an earlier month by promotion, transfer, a former colleague or a new hire.

        `former` are the spells of people who left long enough ago to come back. Returns the spells by reason.
        """
        rng, seats = self.rng, self.seats
        open_seats = np.flatnonzero((seats.occupant == NOBODY) & (seats.vacant_since < month))
        ready = open_seats[(rng.random(len(open_seats)) < 0.55) | (open_seats == 0)]
        way = rng.random(len(ready))
        lead = (seats.layer[ready] > 0) & (ready != 0)
        promoted = self._promote_into(ready[lead & (way < 0.65)], month)
        moved = self._transfer_into(ready[~lead & (way < 0.12) & (ready != 0)], month)
        outside = ready[seats.occupant[ready] == NOBODY]
        again = np.full(len(outside), NOBODY)
        back = np.flatnonzero((seats.layer[outside] == 0) & (rng.random(len(outside)) < 0.05))[: len(former)]
        again[back] = rng.choice(former, len(back), replace=False) if len(back) else again[back]
        self._hire(outside, month, again)
        return {"promotion": promoted, "transfer": moved}

    def _promote_into(self, seats: Ints, month: int) -> Ints:
        """Promotes the best of each vacant seat's own reports into it; a seat without a candidate stays vacant."""
        staying = self._staying()
        parent = self.seats.parent[self.people["seat"][staying]]
        merit = self.people["performance"][staying] + self.rng.normal(0, 0.7, len(staying))
        order = np.lexsort((merit, parent))
        last = np.append(parent[order][1:] != parent[order][:-1], True)
        best, target = staying[order][last], parent[order][last]
        chosen = np.isin(target, seats)
        spells: Ints = best[chosen]
        target = target[chosen]
        self._sit(spells, target, month)
        self.people["level"][spells] = level_for(self.seats.layer[target], self.people["level"][spells] + 1)
        self._promotion_pay(spells, month)
        return spells

    def _transfer_into(self, seats: Ints, month: int) -> Ints:
        """Moves people of other departments who have held their seat for a while to vacant seats, one each."""
        staying = self._staying()
        at_work = self.seats.layer[self.people["seat"][staying]] == 0
        settled = staying[at_work & (month - self.people["month_moved"][staying] >= 15)]
        count = min(len(seats), len(settled))
        spells: Ints = self.rng.choice(settled, count, replace=False)
        target = seats[:count]
        other = self.department_of(spells) != self.seats.department[target]
        spells, target = spells[other], target[other]
        self._sit(spells, target, month)
        self.people["trade"][spells] = self.seats.trade[target]
        self.people["location"][spells] = self._site(target)
        return spells

    def _staying(self) -> Ints:
        spells = self.present()
        staying: Ints = spells[self.people["exit_day"][spells] == NEVER]
        return staying

    def _sit(self, spells: Ints, target: Ints, month: int) -> None:
        old = self.people["seat"][spells]
        self.seats.occupant[old], self.seats.vacant_since[old] = NOBODY, month
        self.seats.occupant[target] = spells
        self.people["seat"][spells] = target
        self.people["month_moved"][spells] = month

    def promote_in_seat(self, month: int) -> Ints:
        """Promotes within a seat in April, some in October: better performance and longer in the level are likelier."""
        calendar = month_of_year(month, self.months)
        spells = self._staying()
        if calendar not in (4, 10):
            return _NONE
        people = self.people[spells]
        at_work = (self.seats.layer[people["seat"]] == 0) & (people["level"] < 4)
        waited = month - people["month_promoted"]
        chance = 1 / (1 + np.exp(2.4 - 0.8 * people["performance"] - 0.012 * np.minimum(waited, 60)))
        chance *= np.where(calendar == 4, 1.0, 0.25) * at_work * (waited >= 15) * (1.15 - 0.15 * people["level"])
        chosen: Ints = spells[self.rng.random(len(spells)) < chance]
        self.people["level"][chosen] += 1
        self._promotion_pay(chosen, month)
        return chosen

    def _promotion_pay(self, spells: Ints, month: int) -> None:
        raised = self.people["log_pay"][spells] + self.rng.normal(0.12, 0.03, len(spells))
        self.people["log_pay"][spells] = np.maximum(raised, self.market_pay(spells) - 0.16)
        self.people["month_promoted"][spells] = self.people["month_moved"][spells] = month

    def raise_pay(self, month: int) -> None:
        """April raises follow the market with a lag, with merit and chance; a few raises come in other months."""
        spells = self._staying()
        if month_of_year(month, self.months) == 4:
            growth = self.log_market - self.log_market_last_year[0]
            usual = 0.5 * growth[self.department_of(spells)] + 0.5 * growth.mean()
            gap = self.market_pay(spells) - self.people["log_pay"][spells]
            merit = 0.012 * self.people["performance"][spells] + self.rng.normal(0, 0.03, len(spells))
            step = np.maximum(usual + 0.08 * gap + merit, 0) * (self.rng.random(len(spells)) < 0.93)
        else:
            step = (self.rng.random(len(spells)) < 0.004) * self.rng.uniform(0.03, 0.09, len(spells))
        self.people["log_pay"][spells] += np.where(step > 0.004, step, 0)

    def correct_pay(self, month: int) -> tuple[Ints, Ints]:
        """Corrects mistakes in earlier raises. Returns the spells, and the months from which the higher pay counts.

        Not in April, nor on a promotion: the raise of the month itself must not be backdated.
        """
        spells = self._staying()
        if month_of_year(month, self.months) == 4:
            return _NONE, _NONE
        possible = self.people["month_promoted"][spells] < month
        chosen = spells[possible & (self.rng.random(len(spells)) < 0.003)]
        self.people["log_pay"][chosen] += self.rng.uniform(0.01, 0.04, len(chosen))
        return chosen, np.maximum(month - 3, self.people["month_paid"][chosen])

    def reorganise(self, month: int) -> Ints:
        """Occasionally, permutes four in ten of a department's working seats among its teams. Returns those moved."""
        seats, rng = self.seats, self.rng
        if rng.random() > 0.12:
            return _NONE
        department = rng.integers(len(self.departments))
        pool = np.flatnonzero((seats.department == department) & (seats.layer == 0))
        pool = pool[rng.random(len(pool)) < 0.4]
        seats.parent[pool] = rng.permutation(seats.parent[pool])
        occupants = seats.occupant[pool]
        moved: Ints = occupants[occupants != NOBODY]
        return moved

    def change_hours(self) -> None:
        """Makes a few changes between full and part time."""
        spells = self._staying()
        chosen = spells[self.rng.random(len(spells)) < 0.002]
        self.people["fte"][chosen] = self.rng.choice([1.0, 0.8, 0.6], len(chosen))

    def appoint_managers(self, month: int) -> None:
        """Gives everyone the manager that follows from the seats; with nobody above, the old one stays on record."""
        spells = self.present()
        manager = self.manager_of(spells)
        manager = np.where(manager == NOBODY, self.people["manager"][spells], manager)
        changed = manager != self.people["manager"][spells]
        spells = spells[changed]
        self.people["manager"][spells] = manager[changed]
        self.people["month_manager"][spells] = month
        self.people["match"][spells] = self.rng.normal(0, 1, len(spells))

    # ---- a month: slow change

    def drift(self, month: int) -> None:
        """Advances every latent state by one month. All change slowly: reasons to leave last for many months."""
        rng, spells = self.rng, self.present()
        growth = np.array([department.market_growth_year for department in self.departments]) / 12
        self.log_market_last_year = [*self.log_market_last_year[-11:], self.log_market.copy()]
        self.log_market = self.log_market + growth + rng.normal(0, 0.0025, len(growth))
        self.outside_market = 0.95 * self.outside_market + rng.normal(0, 0.012)
        self.interface += 0.02 * (self._usual_interface - self.interface) + rng.normal(0, 0.02, self.interface.shape)
        self.seats.fit = 0.55 * _autoregress(self.seats.fit / 0.55, 0.995, rng)
        self.team_environment = _autoregress(self.team_environment, 0.995, rng)
        for trait, persistence in (("load", 0.993), ("prospects", 0.995), ("environment", 0.995), ("openness", 0.995)):
            self.people[trait][spells] = _autoregress(self.people[trait][spells], persistence, rng)
        for trait in ("performance", "leading"):
            self.people[trait][spells] = _autoregress(self.people[trait][spells], 0.995, rng)
        self._work(spells, month)

    def _work(self, spells: Ints, month: int) -> None:
        """Sets the month's overtime, in hours, and the strain, its moving average over about half a year."""
        people = self.people[spells]
        department = self.department_of(spells)
        usual = np.array([d.overtime_hours for d in self.departments])[department]
        busy = 3.0 * (month_of_year(month, self.months) in (3, 11, 12))
        manager_seat = np.maximum(self.seats.parent[people["seat"]], 0)
        vacant = np.bincount(
            np.maximum(self.seats.parent, 0), weights=self.seats.occupant == NOBODY, minlength=len(self.seats.parent)
        )
        hours = usual + 5.5 * people["load"] + busy + 1.2 * vacant[manager_seat]
        hours = np.maximum(hours + self.rng.normal(0, 2.5, len(spells)), 0) * people["fte"]
        self.people["overtime"][spells] = hours
        self.people["strain"][spells] = 0.8 * people["strain"] + 0.2 * (hours - 8.5) / 5.5

    def leave(self, spells: Ints, exit_day: Ints) -> None:
        """Marks spells as leaving on a day of this month; they keep their seat until `vacate`."""
        self.people["exit_day"][spells] = exit_day

    def vacate(self, spells: Ints, voluntary: Ints, month: int) -> None:
        """Ends the month for those who left: their seats become vacant, and voluntary exits count for their teams."""
        seats = self.people["seat"][spells]
        self.seats.occupant[seats], self.seats.vacant_since[seats] = NOBODY, month
        teams = np.maximum(self.seats.parent[self.people["seat"][voluntary]], 0)
        newest = np.bincount(teams, minlength=len(self.seats.parent))[None, :]
        self.exits_by_team = np.concatenate([self.exits_by_team[1:], newest])
        self.people["seat"][spells] = NOBODY


def _autoregress(state: NDArray[Any], persistence: float, rng: np.random.Generator) -> NDArray[Any]:
    """Advances by one month a state with stationary mean 0 and variance 1."""
    return persistence * state + rng.normal(0, (1 - persistence**2) ** 0.5, state.shape)
