"""The rules that need more than one table: spells, unknown people, managers, facts after an exit, immortal time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import narwhals as nw
import numpy as np
import polars as pl

from features.contract.ended_spell import with_ended_spell
from features.contract.tables import KEY_OF_OTHERS, OWN_DATE, PREFERRED, TOLD_IN_PARTS, UNKNOWN, people_columns
from features.validation.checked_table import FACT_KEY, ROW_KEY
from features.validation.id_spellings import Spellings
from features.validation.rules import (
    AFTER_EXIT,
    CIRCLE,
    CONTRADICTION,
    DUPLICATE,
    EXIT_BEFORE_HIRE,
    EXIT_OF_LEFT_OUT,
    IMMORTAL,
    OVERLAP,
    REPEATED,
    TWO_KINDS,
    UNKNOWN_LEAVER,
    UNKNOWN_MANAGER,
    UNKNOWN_PERSON,
    Tally,
)

IMMORTAL_AFTER: Final = "12mo"


@dataclass
class Duplicates:
    """Finds the first of equal rows over all batches of a table, so that the others can be left out."""

    repeated_keys: np.ndarray
    _seen: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self._seen = np.zeros(len(self.repeated_keys), dtype=bool)

    def leave_out(self, table: str, frame: pl.DataFrame, tally: Tally) -> pl.DataFrame:
        """The frame without rows that occurred in an earlier batch or earlier in this one."""
        if not len(self.repeated_keys):
            return frame
        keys = frame[ROW_KEY].to_numpy()
        place = np.searchsorted(self.repeated_keys, keys).clip(max=len(self.repeated_keys) - 1)
        is_repeated = self.repeated_keys[place] == keys
        is_first = frame[ROW_KEY].is_first_distinct().to_numpy() & ~self._seen[place]
        self._seen[place[is_repeated]] = True
        kept = frame.filter(pl.Series(~is_repeated | is_first))
        tally.add(DUPLICATE, table, rows=frame.height - kept.height)
        return kept


@dataclass
class Contradictions:
    """Sets aside the rows that may contradict others, over all batches of a table, and then decides between them."""

    repeated_facts: np.ndarray
    _aside: list[pl.DataFrame] = field(default_factory=list)

    def set_aside(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows that are alone about their fact."""
        if FACT_KEY not in frame.columns:
            return frame
        if not len(self.repeated_facts):
            return frame.drop(FACT_KEY)
        is_repeated = pl.Series(np.isin(frame[FACT_KEY].to_numpy(), self.repeated_facts))
        self._aside.append(frame.filter(is_repeated))
        return frame.filter(~is_repeated).drop(FACT_KEY)

    def decided(self, table: str, tally: Tally) -> pl.DataFrame | None:
        """One whole row for each fact: that with the highest preferred figure, equals decided by the other columns.

        None where nothing was set aside. Rows that differ only in columns that are not used repeat each other.
        """
        if not self._aside:
            return None
        rows = pl.concat(self._aside).drop(ROW_KEY)
        return _one_row_per_fact(table, rows, [FACT_KEY], tally).drop(FACT_KEY)


def _one_row_per_fact(table: str, given: pl.DataFrame, key: Sequence[str], tally: Tally) -> pl.DataFrame:
    rows = given.unique()
    column = OWN_DATE[table] if table in OWN_DATE else KEY_OF_OTHERS[table][0]
    tally.add(REPEATED, table, column, given.height - rows.height)
    parts, rows = _apart(table, rows, key)
    preferred = [name for name in PREFERRED[table] if name in rows.columns]
    order = [*preferred, *(name for name in rows.columns if name not in (*preferred, *key))]
    winners = rows.sort(order, descending=True, nulls_last=True).unique(key, keep="first", maintain_order=True)
    tally.add(CONTRADICTION, table, column, rows.height - winners.height)
    return pl.concat([parts, winners])


def _apart(table: str, rows: pl.DataFrame, key: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that state one fact in parts (`TOLD_IN_PARTS`), and the others."""
    if table not in TOLD_IN_PARTS:
        return rows.clear(), rows
    stated = [name for name in rows.columns if name not in (*key, TOLD_IN_PARTS[table])]
    agree = [pl.col(name).drop_nulls().n_unique().over(key) <= 1 for name in stated]
    apart = rows.with_columns(is_part=pl.all_horizontal(agree))
    return apart.filter("is_part").drop("is_part"), apart.filter(~pl.col("is_part")).drop("is_part")


@dataclass(frozen=True)
class People:
    """Who is in the source and when, after the checks of employees and exits.

    everyone: employee_id of all rows of employees, including those left out, since these are known people too.
    employees, exits: the rows that are kept. absences: employee_id, gone (the exit_date of a spell), gone_known (the
    day on which that exit became known), back (the next hire_date, null where there is none).
    """

    everyone: pl.DataFrame
    employees: pl.DataFrame
    exits: pl.DataFrame
    absences: pl.DataFrame


def check_people(everyone: pl.DataFrame, employees: pl.DataFrame, exits: pl.DataFrame, tally: Tally) -> People:
    """Assign exits to spells. Counts overlapping spells, exits before the hire and exits of unknown people.

    If some of a person's rows in employees were left out, an exit may belong to one of them: an exit of such a person
    that fits no spell is left out with a warning.
    """
    known = exits.join(everyone, on="employee_id", how="inner", maintain_order="left")
    spellings = Spellings()
    spellings.count("exits", "employee_id", exits, everyone)
    spellings.tell(tally)
    tally.add(UNKNOWN_LEAVER, "exits", "employee_id", exits.height - known.height)
    known = known.with_columns(recorded=pl.coalesce("recorded_at", "exit_date"))
    tally.add(TWO_KINDS, "exits", "kind", _of_two_kinds(known))
    known = _one_row_per_fact("exits", known, ["employee_id", "exit_date", "recorded"], tally).drop("recorded")
    spells = _spells(employees)
    placed = _put_to_spells(known.with_row_index("row"), spells)
    homeless = placed.filter(pl.col("hire_date").is_null())
    tally.add(EXIT_BEFORE_HIRE, "exits", "exit_date", homeless.filter("is_whole").height)
    if not tally.errors():  # these have left rows out too, and are reported themselves
        tally.add(EXIT_OF_LEFT_OUT, "exits", "employee_id", homeless.filter(~pl.col("is_whole")).height)
    placed = placed.drop_nulls("hire_date")
    ended = placed.group_by("employee_id", "hire_date").agg(*_last_known_exit())
    spells = spells.join(ended, on=["employee_id", "hire_date"], how="left")
    is_same_hire = pl.col("next_hire") == pl.col("hire_date")
    overlaps = spells.filter(pl.col("next_hire").is_not_null() & (pl.col("gone").is_null() | is_same_hire))
    tally.add(OVERLAP, "employees", "hire_date", overlaps.height)
    absences = spells.drop_nulls("gone").select("employee_id", "gone", "gone_known", back="next_hire")
    return People(everyone.select("employee_id"), employees, placed.sort("row").select(exits.columns), absences)


def _of_two_kinds(exits: pl.DataFrame) -> int:
    """Rows of exits that another row about the same exit, recorded on the same day, contradicts."""
    if exits.is_empty() or "kind" not in exits.columns:
        return 0
    return exits.filter(pl.col("kind").n_unique().over("employee_id", "exit_date", "recorded") > 1).height


def _spells(employees: pl.DataFrame) -> pl.DataFrame:
    """The hires of each person with the next one; of several versions of a hire, known on different days, one."""
    hires = employees.select("employee_id", "hire_date", known=_known_on("hire_date"))
    versions = hires.group_by("employee_id", "hire_date").agg(pl.len(), pl.col("known").n_unique().alias("days"))
    times = pl.when(pl.col("len") > pl.col("days")).then(2).otherwise(1)
    hires = versions.select("employee_id", pl.col("hire_date").repeat_by(times)).explode("hire_date")
    hires = hires.sort("employee_id", "hire_date")
    return hires.with_columns(next_hire=pl.col("hire_date").shift(-1).over("employee_id"))


def _put_to_spells(exits: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """Each exit with the hire_date of the spell that it ends; null where there is none."""
    placed = with_ended_spell(nw.from_native(exits.lazy()), nw.from_native(spells.lazy()))
    table: pl.DataFrame = nw.to_native(placed).rename({"ended_hire": "hire_date"}).collect()
    return table


def _known_on(own_date: str) -> pl.Expr:
    return pl.max_horizontal(pl.col(own_date).cast(pl.Date), "recorded_at")


def _last_known_exit() -> list[pl.Expr]:
    """A spell's exit may be corrected by a later row; the row known last counts."""
    order = pl.struct(_known_on("exit_date").alias("known"), "exit_date")
    return [
        pl.col("exit_date").sort_by(order).last().alias("gone"),
        _known_on("exit_date").max().alias("gone_known"),
    ]


def find_immortal(employees: pl.DataFrame, first_facts: pl.DataFrame) -> pl.DataFrame:
    """People whose first fact is more than 12 months after both their hire and the source's first fact.

    `first_facts` has employee_id and first_fact for each person with a fact besides hire and exit, a row per table.
    Before the earliest fact, such a person can only have stayed, unless observed_from states when the records begin.
    """
    if first_facts.is_empty():
        return employees.select("employee_id").clear()
    observed = (
        pl.col("observed_from").is_not_null().any() if "observed_from" in employees.columns else pl.lit(value=False)
    )
    people = employees.group_by("employee_id").agg(hired=pl.col("hire_date").min(), is_declared=observed)
    earliest = first_facts.group_by("employee_id").agg(pl.col("first_fact").min())
    facts = people.join(earliest, on="employee_id")
    start = pl.max_horizontal("hired", pl.lit(first_facts["first_fact"].min()))
    late = pl.col("first_fact") > start.dt.offset_by(IMMORTAL_AFTER)
    return facts.filter(late & ~pl.col("is_declared")).select("employee_id")


def leave_out_immortal(people: People, immortal: pl.DataFrame, tally: Tally) -> People:
    """The people without the spells of `immortal`, who are then never at risk. Facts shared with others are kept."""
    employees = people.employees.join(immortal, on="employee_id", how="anti", maintain_order="left")
    tally.add(IMMORTAL, "employees", "observed_from", people.employees.height - employees.height)
    exits = people.exits.join(immortal, on="employee_id", how="anti", maintain_order="left")
    tally.add(EXIT_OF_LEFT_OUT, "exits", "employee_id", people.exits.height - exits.height)
    return People(people.everyone, employees, exits, people.absences)


def leave_out_unknown_people(
    table: str, frame: pl.DataFrame, people: People, tally: Tally, spellings: Spellings
) -> pl.DataFrame:
    """Without facts about somebody who is not in employees. A manager who is not there becomes unknown."""
    for column in people_columns(table):
        if column not in frame.columns:
            continue  # criticality may be about jobs alone
        is_known = pl.col(column).is_in(people.everyone["employee_id"].implode())
        known = frame.filter(is_known | pl.col(column).is_null())
        tally.add(UNKNOWN_PERSON, table, column, frame.height - known.height)
        spellings.count(table, column, frame, people.everyone)
        frame = known
    if "manager_id" not in frame.columns:
        return frame
    somebody = people.everyone.rename({"employee_id": "manager_id"}).with_columns(is_somebody=True)
    managed = frame.join(somebody, on="manager_id", how="left", maintain_order="left")
    is_unknown = managed["manager_id"].is_not_null() & managed["is_somebody"].is_null()
    tally.add(UNKNOWN_MANAGER, table, "manager_id", int(is_unknown.sum()))
    spellings.count(table, "manager_id", frame.drop_nulls("manager_id"), people.everyone)
    manager = pl.when(is_unknown).then(pl.lit(UNKNOWN)).otherwise("manager_id")
    return managed.with_columns(manager_id=manager).drop("is_somebody")


def leave_out_after_exit(table: str, frame: pl.DataFrame, people: People, tally: Tally) -> pl.DataFrame:
    """The frame without facts dated after a person's exit and before the next hire.

    A fact that became known before the exit did is kept: until then the person counted as employed, and what was known
    must not depend on what was recorded later. A month is within the absence only if all of it is: the months of the
    exit and of the rehire were worked in part. The directory has no dates: an entry about somebody who left is kept.
    """
    if table not in OWN_DATE:
        return frame
    own_date = OWN_DATE[table]
    end = pl.col(own_date).cast(pl.Date)
    start = end.dt.month_start() if table == "working_time" else end
    for column in people_columns(table):
        facts = frame.lazy().with_row_index("row")
        facts = facts.select("row", employee_id=column, start=start, end=end, known=_known_on(own_date))
        late = facts.join(people.absences.lazy(), on="employee_id").filter(
            pl.col("start") > pl.col("gone"),
            (pl.col("end") < pl.col("back")).fill_null(value=True),
            pl.col("known") >= pl.col("gone_known"),
        )
        rows = late.select("row").unique().collect()
        if rows.is_empty():
            continue
        kept = frame.with_row_index("row").join(rows, on="row", how="anti", maintain_order="left").drop("row")
        tally.add(AFTER_EXIT, table, own_date, frame.height - kept.height)
        frame = kept
    return frame


def count_circles(assignments: pl.LazyFrame, people: People, tally: Tally) -> None:
    """Counts people who are their own manager at some depth, by the last manager of everyone who has not left."""
    gone = people.absences.filter(pl.col("back").is_null()).lazy()
    rows = assignments.filter(pl.col("manager_id") != UNKNOWN).join(gone, on="employee_id", how="anti")
    order = pl.struct("effective_date", _known_on("effective_date").alias("known"), "manager_id")
    last = rows.group_by("employee_id").agg(pl.col("manager_id").sort_by(order).last()).collect()
    tally.add(CIRCLE, "assignments", "manager_id", _in_circles(last))


def _in_circles(last: pl.DataFrame) -> int:
    """The number of people who lie on a circle of managers. `last`: employee_id, manager_id, one row per person.

    After as many steps upwards as there are people, a walk has reached the top or goes round in a circle.
    """
    place = last.select("employee_id", row=pl.int_range(pl.len()))
    above = last.join(place, left_on="manager_id", right_on="employee_id", how="left", maintain_order="left")
    up = above["row"].fill_null(last.height).to_numpy()
    up = np.append(up, last.height)  # the top, which is above itself
    for _ in range(last.height.bit_length()):
        up = up[up]  # twice as many steps
    return len(np.setdiff1d(up, [last.height]))
