"""Internal services as known on a date: the interface of this package for the drivers.

Sums by person and by pair over whole months (year × 12 + month), as described in `monthly_sums`. For a person who was
hired again, only months from that of the latest hire count.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import narwhals as nw

from features.calendar import Frame
from features.collaboration.carried_windows import MONTHS, LastService, PairWindow, counted
from features.collaboration.fast_paths import fast_paths
from features.collaboration.pairs import ASKS, SIDES
from features.collaboration.partners import by_department
from features.collaboration.summed_months import SummedMonths, summed_months
from features.engine.packing import Packing
from features.engine.polars import POLARS
from features.engine.protocol import Engine
from features.known.facts import Known


@dataclass(frozen=True)
class Services:
    """The internal services of a source, for all its snapshot dates: `Prepared.services`."""

    summed: SummedMonths
    pair_window: PairWindow = field(default_factory=PairWindow)
    last_service: LastService = field(default_factory=LastService)


def services_in(folder: Path, engine: Engine = POLARS) -> Services:
    """The services in a folder of `monthly_sums.sum_months`."""
    return Services(summed_months(folder, engine))


def by_person(known: Known, months: int) -> Frame:
    """Sums by person and month over the last `months`."""
    return known.since_rehire(_all_spells(known).services(known, months), "employee_id", nw.col("month"), monthly=True)


def by_pair(known: Known, months: int | None = None) -> Frame:
    """Sums by pair and month, with `low` and `high`, the two people; with `months`, over the last months only."""
    rows = _all_spells(known).pairs(known, months)
    for side in SIDES:
        rows = known.since_rehire(rows, side, nw.col("month"), monthly=True)
    return rows


def by_pair_of_earlier_spells(known: Known, months: int) -> Frame | None:
    """The rows that `by_pair` leaves out; None where nobody has been hired again within `months`."""
    rehired = known.rehired().filter(nw.col("rehire_date") > known.ago(months))
    if known.engine.to_polars(rehired).collect().is_empty():
        return None
    rows = _all_spells(known).pairs(known, months)
    for side in SIDES:
        again = rehired.select(nw.col("rehired").alias(side), nw.col("rehire_month").alias(f"{side}_rehired"))
        rows = rows.join(again, on=side, how="left")
    is_earlier = [(nw.col("month") < nw.col(f"{side}_rehired")).fill_null(value=False) for side in SIDES]
    return rows.filter(nw.any_horizontal(*is_earlier, ignore_nulls=False))


def pairs_of_a_year(known: Known) -> Frame:
    """How often either person of a pair asked the other over (12, 0]: `pair` and ASKS.

    0 and 0 means that the window has only answers. Carried from the previous date where the engine allows it.
    """
    services = _services(known)
    pairs = services.pair_window.on(known, services.summed)
    earlier = by_pair_of_earlier_spells(known, MONTHS)
    if earlier is not None:
        pairs = fast_paths(known.engine).add_pairs(pairs, counted(earlier, -1))
    return pairs.select("pair", ASKS)


def last_services(known: Known) -> Frame:
    """The last month in which each person asked for or gave a service: employee_id, month."""
    services = _services(known)
    last = services.last_service.on(known, services.summed)
    return known.since_rehire(last, "employee_id", nw.col("month"), monthly=True)


def reach_back(known: Known) -> int | None:
    """The earliest month with a known service; None where there is none."""
    return _all_spells(known).first_month_known(known)


def sum_by_person(known: Known, parts: Sequence[Frame]) -> Frame:
    """Sums of all other columns of any part by employee_id; 0 where there are no values."""
    return fast_paths(known.engine).sum_by(parts, Packing({"employee_id": _all_spells(known).codes}))


def look_up(known: Known, rows: Frame, person: str, table: Frame) -> Frame:
    """Adds the columns of `table`, with one row per person, for the people in a column; null for others."""
    return fast_paths(known.engine).look_up(rows, person, table)


def partners(known: Known, pairs: Frame, people: Frame) -> Frame:
    """The counts of `partners.by_groups` for everyone with a partner, from pairs and people in its format."""
    return fast_paths(known.engine).count_partners(pairs, people)


def partners_by_department(known: Known, pairs: Frame, people: Frame) -> Frame:
    """Each person's services by department of the colleague, both known: employee_id, own, other, asked, served."""
    return known.engine.hold(by_department(pairs, people, fast_paths(known.engine).look_up), of_many=True)


def _all_spells(known: Known) -> SummedMonths:
    return _services(known).summed


def _services(known: Known) -> Services:
    services = known.prepared.services
    if not isinstance(services, Services):
        raise ValueError("internal services are read from the sums that monthly_sums.sum_months writes")
    return services
