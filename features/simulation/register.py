"""What the simulated company's HR system holds about posts and pay: the history, and each month's changes. No I/O."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.contract.vocabulary import ASSIGNMENT_REASONS
from features.simulation.company import Company
from features.simulation.events import NO_DAY, Columns, late_days
from features.simulation.seats import HEAD, NOBODY, Floats, Ints, first_day


class Register:
    """What the HR system holds about posts and pay; each month it records only what has changed."""

    _POST: Final = ("department", "job", "level", "manager_id", "location", "contract", "fte")

    def __init__(self, company: Company) -> None:
        self._post: Columns = {name: np.full(0, np.nan) for name in self._POST}
        self._pay: Floats = np.full(0, np.nan)
        self._grow(len(company.people))

    def _grow(self, count: int) -> None:
        missing = count - len(self._pay)
        self._pay = np.append(self._pay, np.full(missing, np.nan))
        self._post = {name: np.append(old, np.full(missing, np.nan)) for name, old in self._post.items()}

    def before(self, company: Company, month: int) -> tuple[Columns, Columns]:
        """Rows for the history of the people with whom the simulation starts: hire, promotion, manager; and pay."""
        spells = company.present()
        people = company.people[spells]
        promoted = people["month_promoted"] > people["month_hired"]
        level_at_hire = np.maximum(
            people["level"] - promoted - (people["month_promoted"] - people["month_hired"] > 60), 1
        )
        post = self._current(company, spells)
        hired = post | {"level": level_at_hire, "manager_id": np.full(len(spells), NOBODY)}
        hired |= {"job": job_codes(company, spells, level_at_hire)}
        promotion = {name: np.where(np.isin(name, ["job", "level"]), post[name], _null(name)) for name in self._POST}
        manager = {name: post[name] if name == "manager_id" else np.full(len(spells), _null(name)) for name in post}
        promotion_day = _first_days(people["month_promoted"], company.months)
        manager_day = np.maximum(_first_days(people["month_manager"], company.months), people["hire_day"])
        rows = [
            _assignment(spells, people["hire_day"], hired, "hire"),
            _chosen(_assignment(spells, promotion_day, promotion, "promotion"), promoted),
            _chosen(_assignment(spells, manager_day, manager, "manager_change"), post["manager_id"] != NOBODY),
        ]
        self._post = {name: values.astype(float) for name, values in post.items()}
        self._pay = people["log_pay"].astype(float)
        since_hire = 0.04 * (month - people["month_hired"]) / 12 + 0.12 * (people["level"] - level_at_hire)
        first = _compensation(company, spells, people["hire_day"], people["log_pay"], since_hire)
        paid_day = _first_days(people["month_paid"], company.months)
        last = _compensation(company, spells, paid_day, people["log_pay"])
        last = _chosen(last, paid_day > people["hire_day"])
        return _stack(rows), _stack([first, last])

    def assignments(self, company: Company, month: int, reasons: dict[str, Ints]) -> Columns:
        """Rows for everyone whose post differs from the last record; columns that did not change are null."""
        self._grow(len(company.people))
        spells = company.present()
        now = self._current(company, spells)
        changed = {name: ~np.equal(now[name], self._post[name][spells]) for name in self._POST}
        changed["manager_id"] &= now["manager_id"] != NOBODY
        moved = np.any(list(changed.values()), axis=0)
        new = np.isnan(self._post["level"][spells])
        reason = np.full(len(company.people), ASSIGNMENT_REASONS.index("other"))
        reason[spells[changed["manager_id"]]] = ASSIGNMENT_REASONS.index("manager_change")
        for name in ("reorganisation", "transfer", "promotion"):
            reason[reasons[name]] = ASSIGNMENT_REASONS.index(name)
        reason[spells[new]] = ASSIGNMENT_REASONS.index("hire")
        post = {name: np.where(changed[name] | new, now[name], _null(name)) for name in self._POST}
        for name in self._POST:
            self._post[name][spells] = now[name]
        start = first_day(month, company.months)
        day = np.where(new, company.people["hire_day"][spells], start)
        rows = _assignment(spells, day, post, "other") | {"reason": reason[spells]}
        rows["recorded_at"] = np.where(new, NO_DAY, late_days(company.rng, day, 0.02, 40))
        return _chosen(rows, moved)

    def compensation(self, company: Company, month: int, corrected: tuple[Ints, Ints]) -> Columns:
        """Rows for everyone whose pay differs from the last record; a correction counts from an earlier month."""
        spells = company.present()
        pay = company.people["log_pay"][spells].astype(float)
        changed = ~np.equal(pay, self._pay[spells])
        start = first_day(month, company.months)
        from_month = np.full(len(company.people), month)
        from_month[corrected[0]] = corrected[1]
        day = np.maximum(_first_days(from_month[spells], company.months), company.people["hire_day"][spells])
        recorded = np.where(day < start, start + company.rng.integers(0, 20, len(spells)), NO_DAY)
        new = np.isnan(self._pay[spells])
        rows = _compensation(company, spells, day, pay) | {"recorded_at": np.where(new, NO_DAY, recorded)}
        self._pay[spells] = pay
        company.people["month_paid"][spells] = np.where(
            changed, from_month[spells], company.people["month_paid"][spells]
        )
        return _chosen(rows, changed)

    def _current(self, company: Company, spells: Ints) -> Columns:
        people = company.people[spells]
        return {
            "department": company.department_of(spells),
            "job": job_codes(company, spells, people["level"]),
            "level": people["level"],
            "manager_id": people["manager"],
            "location": people["location"],
            "contract": people["contract"],
            "fte": people["fte"],
        }


def job_codes(company: Company, spells: Ints, level: Ints) -> Ints:
    """department × 16 + 8 for the second trade + a grade from 0 to 3, or 4 lead, 5 manager, 6 head, 7 the top."""
    people = company.people[spells]
    layer = company.seats.layer[people["seat"]]
    rank = np.select([layer == 0, layer == 1, layer < HEAD, layer == HEAD], [np.minimum(level, 4) - 1, 4, 5, 6], 7)
    return np.asarray(company.department_of(spells) * 16 + 8 * people["trade"] * (layer == 0) + rank)


def _assignment(spells: Ints, day: Ints, post: Columns, reason: str) -> Columns:
    reasons = np.full(len(spells), ASSIGNMENT_REASONS.index(reason))
    return (
        {"employee_id": spells, "effective_date": day}
        | post
        | {
            "reason": reasons,
            "recorded_at": np.full(len(spells), NO_DAY),
        }
    )


def _compensation(company: Company, spells: Ints, day: Ints, log_pay: Floats, earlier: Floats | float = 0.0) -> Columns:
    """Rows of pay; `earlier` lowers pay and market to an earlier time, in log points."""
    market = np.exp(company.market_pay(spells) + company.rng.normal(0, 0.01, len(spells)) - earlier)
    bonus = np.array([0.0, 0.0, 0.05, 0.08, 0.12, 0.2])[company.people["level"][spells] - 1]
    return {
        "employee_id": spells,
        "effective_date": day,
        "base_pay": np.round(np.exp(log_pay.astype(float) - earlier), 2),
        "market_pay": np.round(market, -1),
        "bonus_target": bonus,
        "recorded_at": np.full(len(spells), NO_DAY),
    }


def _null(column: str) -> float:
    return np.nan if column == "fte" else NOBODY


def _chosen(rows: Columns, mask: NDArray[np.bool_]) -> Columns:
    return {name: values[mask] for name, values in rows.items()}


def _stack(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _first_days(months_numbers: Ints, months: int) -> Ints:
    """`first_day` of many months at once."""
    lowest = int(months_numbers.min())
    table = np.array([first_day(month, months) for month in range(lowest, int(months_numbers.max()) + 1)])
    return np.asarray(table[months_numbers - lowest])
