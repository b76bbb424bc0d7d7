"""Relationships with colleagues and departments as clients of one another: internal service, given and received."""

from typing import Final, Literal

import narwhals as nw

from features.calendar import Frame, month_index, month_number
from features.definition import Family, Feature, family, shared
from features.known import Known
from features.places import staff

WINDOWS: Final = (3, 12)
SIDES: Final = {"client": "asked for", "provider": "given"}
NO_SERVICE: Final = "no such service in the window"
SHORT_HISTORY: Final = "services are not recorded so far back"
RECENT_MONTHS: Final = 3


def _measure_features(
    side: str, measure: str, what: str, unit: str, worse: Literal["higher", "lower"]
) -> tuple[Feature, ...]:
    """A measure of one side over 3 and 12 months and its trend."""
    name = f"{side}_{measure}"
    null = SHORT_HISTORY if measure == "services" else NO_SERVICE
    return (
        Feature(f"{name}_3m", "relationships", f"{what}, 3 months", unit, "(3, 0]", null, worse),
        Feature(f"{name}_12m", "relationships", f"{what}, 12 months", unit, "(12, 0]", null, worse),
        Feature(f"{name}_trend", "relationships", f"{what}, 3 months against 12", unit, "(12, 0]", null, worse),
    )


@shared
def sums(known: Known) -> Frame:
    """Counters of `months.py` summed over each window for everyone who works here, and the last month of contact."""
    rows = known.services(months=max(WINDOWS))
    counters = [name for name in rows.collect_schema().names() if name.startswith(tuple(SIDES))]
    now = month_index(known.snapshot_date)
    people = rows.group_by("employee_id").agg(
        *(
            nw.when(nw.col("month") > now - months).then(counter).sum().alias(f"{counter}_{months}m")
            for counter in counters
            for months in WINDOWS
        )
    )
    people = staff(known).select("employee_id", "hire_date").join(people, on="employee_id", how="left")
    totals = [f"{counter}_{months}m" for counter in counters for months in WINDOWS]
    return people.with_columns(nw.col(*totals).fill_null(0))


def services_reach_back(known: Known, months: int) -> bool:
    """True where the source's services are recorded over the whole window (months, 0]."""
    first = _first_month(known)
    return first is not None and first <= month_index(known.snapshot_date) - months + 1


def _first_month(known: Known) -> int | None:
    frame = _first(known).collect()
    return None if frame["first"][0] is None else int(frame["first"][0])


@shared
def _first(known: Known) -> Frame:
    return known.services().select(first=nw.col("month").min())


@family(
    *_measure_features("client", "services", "Services asked for", "services a month", "lower"),
    *_measure_features("provider", "services", "Services given", "services a month", "higher"),
    needs=("collaboration",),
)
def volumes(known: Known) -> Frame:
    """Services a month, over the months of the window in which the person was employed; 0 for a person without any.

    Null where the source's services do not reach back over the window.
    """
    now = month_index(known.snapshot_date)
    employed = now - month_number("hire_date") + 1
    rates = {}
    for months in WINDOWS:
        reaches, present_for = services_reach_back(known, months), nw.min_horizontal(employed, nw.lit(months))
        for side in SIDES:
            rate = nw.col(f"{side}_n_{months}m") / present_for
            rates[f"{side}_services_{months}m"] = rate if reaches else nw.lit(None, nw.Float64)
    return _with_trends(sums(known).select("employee_id", **rates), "services")


def _means(known: Known, measure: str) -> Frame:
    means = {}
    for side in SIDES:
        for months in WINDOWS:
            total, count = nw.col(f"{side}_{measure}_{months}m"), nw.col(f"{side}_{measure}_n_{months}m")
            means[f"{side}_{measure}_{months}m"] = nw.when(count > 0).then(total / count)
    return _with_trends(sums(known).select("employee_id", **means), measure)


def _with_trends(rows: Frame, measure: str) -> Frame:
    names = [f"{side}_{measure}" for side in SIDES]
    return rows.with_columns(*((nw.col(f"{name}_3m") - nw.col(f"{name}_12m")).alias(f"{name}_trend") for name in names))


@family(
    *_measure_features("client", "rating", "Rating given to services received", "1 to 5", "lower"),
    *_measure_features("provider", "rating", "Rating received for services given", "1 to 5", "lower"),
    needs=("collaboration.rating",),
)
def ratings(known: Known) -> Frame:
    """Mean rating of the services answered in the window, as client and as provider."""
    return _means(known, "rating")


@family(
    *_measure_features("client", "hours", "Time waited for an answer", "hours", "higher"),
    *_measure_features("provider", "hours", "Time taken to answer", "hours", "higher"),
    needs=("collaboration.closed_at",),
)
def hours(known: Known) -> Frame:
    """Mean hours from opening to closing of the services closed in the window, as client and as provider."""
    return _means(known, "hours")


@family(
    *_measure_features("client", "effort", "Effort paid for a service received", "hours", "higher"),
    *_measure_features("provider", "effort", "Effort that clients pay for a service given", "hours", "higher"),
    needs=("collaboration.effort_hours",),
)
def efforts(known: Known) -> Frame:
    """Mean hours of the client's effort for the services answered in the window, as client and as provider."""
    return _means(known, "effort")


@family(
    Feature("service_balance_12m", "relationships", "Gives more service than receives", "-1 to 1", "(12, 0]",
            NO_SERVICE, worse="higher"),
    needs=("collaboration",),
)  # fmt: skip
def balance(known: Known) -> Frame:
    """(given - received) / (given + received) over (12, 0]: 1 only gives, -1 only receives, 0 is mutual."""
    given, received = nw.col("provider_n_12m"), nw.col("client_n_12m")
    share = nw.when(given + received > 0).then((given - received) / (given + received))
    return sums(known).select("employee_id", service_balance_12m=share)


@family(
    Feature("months_since_service", "relationships", "Months without any service given or received", "months",
            "(start, now]", "no service yet", worse="higher"),
    needs=("collaboration",),
)  # fmt: skip
def last_contact(known: Known) -> Frame:
    """Calendar months since the last month with a service, 0 for the month of the snapshot."""
    now = month_index(known.snapshot_date)
    return known.services().group_by("employee_id").agg(months_since_service=now - nw.col("month").max())


FAMILIES: Final[tuple[Family, ...]] = (
    volumes,
    ratings,
    hours,
    efforts,
    balance,
    last_contact,
)
