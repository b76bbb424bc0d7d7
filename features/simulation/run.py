"""The simulated company: HR tables of the contract, with dirt, and the true hazard that causes the exits."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from features.calendar import month_end
from features.contract.tables import DIRECTORY
from features.errors import BadInput, Finding
from features.simulation import events
from features.simulation.company import Company
from features.simulation.company_tables import TRUTH, source_toml, tables_of
from features.simulation.hazard import (
    VOLUNTARY_A_MONTH,
    intercept_for,
    other_hazards,
    shares,
    sigmoid,
    wellbeing,
)
from features.simulation.recorded import MOST_BYTES, Recorded
from features.simulation.register import Register
from features.simulation.seats import LAST_MONTH, WARM_UP_MONTHS, Floats, Ints, first_day

LAST_DAY: Final[date] = month_end(LAST_MONTH.item())
"""The last day of every simulated company."""
FEWEST_EMPLOYEES: Final = 50
FEWEST_MONTHS: Final = 12
MOST_MONTHS: Final = 240
SEATS_PER_PERSON: Final = 1.035
"""Some seats are always vacant."""
CAN_COME_BACK_AFTER: Final = 6
SOURCE_TOML: Final = "source.toml"
_TABLES: Final = (
    "employees", "assignments", "compensation", "surveys", "collaboration", "competencies", "performance",
    "working_time", "exits", DIRECTORY, TRUTH,
)  # fmt: skip
_OWN_FILES: Final = frozenset([SOURCE_TOML, *(f"{table}.parquet" for table in _TABLES)])


def simulate(
    out: Path,
    employees: int = 2000,
    months: int = 48,
    seed: int = 1,
    progress: Callable[[date], None] | None = None,
    *,
    with_names: bool = True,
    most_bytes: int = MOST_BYTES,
) -> dict[str, int]:
    """Writes a simulated company to the folder `out`, one Parquet file per table; returns the number of rows of each.

    The data end on 2025-12-31 and go back `months`; about `employees` people are employed at any time, and leavers are
    replaced. Besides the contract's tables, `truth.parquet` holds, for everyone present at each month-end (with or
    without notice given), `hazard`: the probability of a voluntary exit in the next month; its log-odds are
    `intercept` + `pay` + `conditions` + `relationships` + `growth` + `context`. The same arguments give the same bytes.
    `with_names` adds the directory and changes nothing else. Rows beyond `most_bytes` wait in files beside `out`; then
    the tables hold the same rows, in Parquet files that are laid out differently. `progress` is called with each
    finished month-end. A simulated company that is already in `out` is replaced.

    Raises BadInput for a company that is too small, a length or a seed out of range, and a folder that holds something
    else.
    """
    _check(out, employees, months, seed)
    with _replacing(out) as (new, rest):
        history = _History(employees, months, np.random.default_rng(seed), Recorded(rest, most_bytes))
        for month in range(-WARM_UP_MONTHS, months):
            history.live(month)
            if progress is not None and month >= 0:
                progress(date(1970, 1, 1) + timedelta(days=first_day(month + 1, months) - 1))
        tables = tables_of(history.company, history.recorded, rest, seed if with_names else None)
        for name, table in tables.items():
            table.lazy().sink_parquet(new / f"{name}.parquet")
        (new / SOURCE_TOML).write_text(source_toml(months), encoding="utf-8")
    return {name: table.height for name, table in tables.items()}


@contextmanager
def _replacing(out: Path) -> Iterator[tuple[Path, Path]]:
    """A new folder, which takes the place of `out` at the end, and a folder for files in between.

    So `out` always holds the old company, nothing, or the new one.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as beside:
        new, rest = Path(beside) / "new", Path(beside) / "rest"
        new.mkdir()
        rest.mkdir()
        yield new, rest
        if out.exists():
            out.rename(Path(beside) / "old")
        new.rename(out)


class _History:
    """The company, and the rows that it has recorded so far."""

    def __init__(self, employees: int, months: int, rng: np.random.Generator, recorded: Recorded | None = None) -> None:
        self.recorded = recorded or Recorded()
        self.company = Company(round(SEATS_PER_PERSON * employees), months, rng)
        self.register = Register(self.company)
        self._intercepts: list[float] = []
        self._hazard: Floats = np.zeros(len(self.company.people))
        self._exits: list[tuple[int, Ints]] = []
        posts, pay = self.register.before(self.company, -WARM_UP_MONTHS)
        self.recorded.add("assignments", posts)
        self.recorded.add("compensation", pay)

    def live(self, month: int) -> None:
        """Simulates one month: people leave, seats are filled, pay and posts change, and everything is recorded."""
        company = self.company
        leavers, kinds = self._draw_leavers(month)
        self._move(month)
        company.drift(month)
        if month >= 0:
            self._record(month)
            self.recorded.add("exits", events.exit_rows(company, leavers, kinds, month))
        company.vacate(leavers, leavers[kinds == 0], month)
        self._exits.append((month, leavers[kinds == 0]))
        self._look_ahead(month)

    def _draw_leavers(self, month: int) -> tuple[Ints, Ints]:
        """Who leaves in this month and how (0 voluntary, 1 involuntary, 2 other), by the last month-end's hazards."""
        company, rng = self.company, self.company.rng
        spells = company.present()
        involuntary, other = other_hazards(company, spells, month)
        draws = rng.random((3, len(spells)))
        kind = np.select([draws[0] < self._hazard, draws[1] < involuntary, draws[2] < other], [0, 1, 2], 3)
        leavers = spells[kind < 3]
        start, end = first_day(month, company.months), first_day(month + 1, company.months)
        on_last_day = rng.random(len(leavers)) < 0.4
        company.leave(leavers, np.where(on_last_day, end - 1, rng.integers(start + 1, end, len(leavers))))
        return leavers, kind[kind < 3]

    def _move(self, month: int) -> None:
        company = self.company
        reasons = company.fill_vacancies(month, self._former(month))
        reasons["promotion"] = np.concatenate([reasons["promotion"], company.promote_in_seat(month)])
        reasons["reorganisation"] = company.reorganise(month)
        company.change_hours()
        company.raise_pay(month)
        corrected = company.correct_pay(month)
        company.appoint_managers(month)
        self.recorded.add("assignments", self.register.assignments(company, month, reasons))
        self.recorded.add("compensation", self.register.compensation(company, month, corrected))

    def _former(self, month: int) -> Ints:
        """Spells of people who left voluntarily within the data, long enough ago, and have not come back."""
        gone = [spells for left, spells in self._exits if 0 <= left <= month - CAN_COME_BACK_AFTER]
        if not gone:
            return np.zeros(0, dtype=np.int64)
        former = np.concatenate(gone)
        persons = self.company.people["person"]
        latest = np.zeros(self.company.persons + 1, dtype=np.int64)
        np.maximum.at(latest, persons, np.arange(len(persons)))
        not_back: Ints = former[latest[persons[former]] == former]
        return not_back

    def _record(self, month: int) -> None:
        company = self.company
        state = wellbeing(company, month)
        self.recorded.add("collaboration", events.services(company, month))
        self.recorded.add("surveys", events.survey(company, state, month))
        self.recorded.add("competencies", events.competencies(company, state, month))
        self.recorded.add("performance", events.reviews(company, month))
        self.recorded.add("working_time", events.hours(company, month))

    def _look_ahead(self, month: int) -> None:
        """Sets the hazard of the next month. The intercept is solved for during the warm-up and then fixed."""
        company = self.company
        state = wellbeing(company, month)
        parts = shares(company, state, month)
        log_odds = np.sum(list(parts.values()), axis=0)
        if month < 0:
            self._intercepts.append(intercept_for(log_odds, VOLUNTARY_A_MONTH))
        intercept = float(np.mean(self._intercepts[-24:]))
        self._hazard = sigmoid(intercept + log_odds)
        if month >= 0:
            last_day = np.full(len(state.spells), first_day(month + 1, company.months) - 1)
            level = np.full(len(state.spells), intercept)
            truth = {"employee_id": state.spells, "snapshot_date": last_day, "hazard": self._hazard, "intercept": level}
            self.recorded.add(TRUTH, truth | parts)


def _check(out: Path, employees: int, months: int, seed: int) -> None:
    """Raises BadInput with everything that is wrong with the arguments or the folder."""
    rules = [
        (employees >= FEWEST_EMPLOYEES, "too few people", "employees",
         f"Ask for at least {FEWEST_EMPLOYEES} employees."),
        (FEWEST_MONTHS <= months <= MOST_MONTHS, "too short or too long a time", "months",
         f"Ask for {FEWEST_MONTHS} to {MOST_MONTHS} months."),
        (seed >= 0, "a negative seed", "seed", "Give a seed of 0 or more."),
        (_is_free(out), "the folder holds something that is not a simulated company", "out",
         "Name a new or empty folder; only a simulated company is replaced."),
    ]  # fmt: skip
    findings = [Finding(rule, "simulate", column, 0, remedy) for holds, rule, column, remedy in rules if not holds]
    if findings:
        raise BadInput(findings)


def _is_free(out: Path) -> bool:
    if not out.exists():
        return True
    if not out.is_dir():
        return False
    names = {path.name for path in out.iterdir()}
    return not names or (f"{TRUTH}.parquet" in names and names <= _OWN_FILES)
