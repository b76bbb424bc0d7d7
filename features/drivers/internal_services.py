"""Relationships with colleagues and departments as clients of one another: internal service given and received."""

from typing import Final, Literal

import narwhals as nw

from features.calendar import Frame, month_index, month_number
from features.catalogue.feature import Family, Feature, family
from features.collaboration.known_services import by_person, last_services, reach_back, sum_by_person
from features.collaboration.pairs import apart
from features.contract.vocabulary import SERVICE_KINDS
from features.drivers.peers import PEERS, over_median, peer_groups
from features.known.facts import Known
from features.known.memory import shared
from features.known.posts import staff

RECENT_MONTHS: Final = 3
WINDOWS: Final = (RECENT_MONTHS, 12)
SIDES: Final = {"client": "asked for", "provider": "given"}
SHORT_HISTORY: Final = "services are not recorded so far back"
NO_SERVICE: Final = f"no such service in the window, or {SHORT_HISTORY}"
STATED_BY_CLIENTS: Final = (("provider", "rating"), ("provider", "effort"))
"""Sides and measures that are what colleagues said of the person's services; the client may have been a single one."""
KINDS: Final = tuple(f"kind_{kind}" for kind in SERVICE_KINDS)


def _measure_features(
    side: str, measure: str, what: str, unit: str, worse: Literal["higher", "lower"], monotone: bool = False
) -> tuple[Feature, ...]:
    """A measure of one side over 12 months, and its trend. Its value over 3 months has no feature of its own."""
    name = f"{side}_{measure}"
    null = SHORT_HISTORY if measure == "services" else NO_SERVICE
    by_clients = (side, measure) in STATED_BY_CLIENTS
    return (
        Feature(f"{name}_12m", "relationships", f"{what}, 12 months", unit, "(12, 0]", null, worse, monotone=monotone,
                shows_another=by_clients),
        Feature(f"{name}_trend", "relationships", f"{what}, 3 months against 12", unit, "(12, 0]", null, worse,
                is_difference=True, shows_another=by_clients, trend_of=f"{name}_12m"),
    )  # fmt: skip


@shared
def sums(known: Known) -> Frame:
    """The sums of `monthly_sums` over each window, for everyone who works here."""
    rows = by_person(known, max(WINDOWS)).drop("known_month")
    names = [name for name in rows.collect_schema().names() if name not in ("employee_id", "month")]
    lately, all_year = ({name: _in_window(name, months) for name in names} for months in WINDOWS)
    is_recent = nw.col("month") > month_index(known.snapshot_date) - RECENT_MONTHS
    recent, earlier = (rows.filter(of_these).drop("month") for of_these in (is_recent, ~is_recent))
    rows = sum_by_person(known, [recent.rename(lately), earlier.rename(all_year)])  # each row is read once
    rows = rows.with_columns((nw.col(all_year[name]) + nw.col(lately[name])).alias(all_year[name]) for name in names)
    columns = [*lately.values(), *all_year.values()]
    totals = {name: nw.col(name) for name in columns if " " not in name} | apart(columns)
    rows = rows.select("employee_id", *(total.cast(nw.Float64).alias(name) for name, total in totals.items()))
    people = staff(known).select("employee_id", "hire_date").join(rows, on="employee_id", how="left")
    return people.with_columns(nw.col(*totals).fill_null(0))


def _in_window(counters: str, months: int) -> str:
    """The name of a column, which may hold two counts, with the window added to each name."""
    return " ".join(f"{counter}_{months}m" for counter in counters.split(" "))


def over_window(known: Known, months: int, figure: nw.Expr) -> nw.Expr:
    """The figure if the source's services are recorded over the whole window (months, 0], else null."""
    first = reach_back(known)
    reaches = first is not None and first <= month_index(known.snapshot_date) - months + 1
    return figure if reaches else nw.lit(None, nw.Float64)


@family(
    *_measure_features("client", "services", "Services asked for", "services a month", "lower"),
    *_measure_features("provider", "services", "Services given", "services a month", "higher"),
    needs=("collaboration",),
)
def volumes(known: Known) -> Frame:
    """Services per month of the window in which the person was employed; 0 for a person without any.

    Null where the source's services do not cover the window.
    """
    now = month_index(known.snapshot_date)
    employed = now - month_number("hire_date") + 1
    rates = {}
    for months in WINDOWS:
        present_for = nw.min_horizontal(employed, nw.lit(months))
        for side in SIDES:
            rates[f"{side}_services_{months}m"] = over_window(
                known, months, nw.col(f"{side}_n_{months}m") / present_for
            )
    return _with_trends(sums(known).select("employee_id", **rates), "services")


def _means(known: Known, measure: str) -> Frame:
    means = {}
    for side in SIDES:
        for months in WINDOWS:
            total, count = nw.col(f"{side}_{measure}_{months}m"), nw.col(f"{side}_{measure}_n_{months}m")
            means[f"{side}_{measure}_{months}m"] = over_window(known, months, nw.when(count > 0).then(total / count))
    return _with_trends(sums(known).select("employee_id", **means), measure)


def _with_trends(rows: Frame, measure: str) -> Frame:
    names = [f"{side}_{measure}" for side in SIDES]
    return rows.with_columns(*((nw.col(f"{name}_3m") - nw.col(f"{name}_12m")).alias(f"{name}_trend") for name in names))


@family(
    *_measure_features("client", "rating", "Rating given to services received", "1 to 5", "lower", monotone=True),
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


def _against_peers(measure: str, measured: Family, client: str, provider: str) -> Family:
    """A measure of both sides over (3, 0] minus the median of peers, which removes the season."""

    def define(known: Known) -> Frame:
        recent = {side: f"{side}_{measure}_{RECENT_MONTHS}m" for side in SIDES}
        rows = staff(known).select("employee_id").join(peer_groups(known), on="employee_id", how="left")
        rows = rows.join(measured.define(known).select("employee_id", *recent.values()), on="employee_id", how="left")
        gaps = {f"{side}_{measure}_against_peers": over_median(name, "peers") for side, name in recent.items()}
        return rows.select("employee_id", **gaps)

    about = {feature.name: feature for feature in measured.features}
    features = tuple(
        Feature(f"{side}_{measure}_against_peers", "relationships", f"{what} against peers",
                about[f"{side}_{measure}_12m"].unit, "(3, 0]", f"fewer than 5 peers have any, {NO_SERVICE}",
                about[f"{side}_{measure}_12m"].worse, PEERS, is_difference=True,
                monotone=about[f"{side}_{measure}_12m"].monotone,
                shows_another=about[f"{side}_{measure}_12m"].shows_another)
        for side, what in (("client", client), ("provider", provider))
    )  # fmt: skip
    return Family(features, define, (*measured.needs, "assignments"))


@family(
    Feature("service_balance_12m", "relationships", "Gives more service than receives", "-1 to 1", "(12, 0]",
            NO_SERVICE, worse="higher"),
    needs=("collaboration",),
)  # fmt: skip
def balance(known: Known) -> Frame:
    """(given - received) / (given + received) over (12, 0]: 1 only gives, -1 only receives, 0 is mutual."""
    given, received = nw.col("provider_n_12m"), nw.col("client_n_12m")
    share = nw.when(given + received > 0).then((given - received) / (given + received))
    return sums(known).select("employee_id", service_balance_12m=over_window(known, 12, share))


@family(
    Feature("unanswered_requests_3m", "relationships", "Requests to the person that outran the answers",
            "share of requests", "(3, 0]", NO_SERVICE, worse="higher", lower=None,
            no_limit="the answers of a window can be many times its requests"),
    needs=("collaboration.closed_at",),
)  # fmt: skip
def overload(known: Known) -> Frame:
    """(asked of the person - answered by the person) / asked of the person, each in (3, 0].

    Above 0, more is asked than the person can answer and work piles up; below 0, the person catches up.
    """
    asked, answered = nw.col("provider_n_3m"), nw.col("provider_hours_n_3m")
    share = nw.when(asked > 0).then((asked - answered) / asked)
    return sums(known).select("employee_id", unanswered_requests_3m=over_window(known, 3, share))


@family(
    Feature("service_kind_concentration_12m", "relationships", "How often service is of the same kind again",
            "share of services", "(12, 0]", f"fewer than two services of known kind, or {SHORT_HISTORY}"),
    Feature("provider_time_share_12m", "relationships", "Services given that took working time or resources",
            "share of services", "(12, 0]", NO_SERVICE, worse="higher"),
    needs=("collaboration.kind",),
)  # fmt: skip
def kinds(known: Known) -> Frame:
    """Chance that two services asked for or given are of one kind; share of those given that cost more than an answer.

    The first is 1 for a single kind. A number of kinds would say little: most people meet all six within a year.
    """
    counts = [nw.col(f"{kind}_12m") for kind in KINDS]
    total = nw.sum_horizontal(*counts)
    again = nw.sum_horizontal(*(count * (count - 1) for count in counts))
    concentration = nw.when(total > 1).then(again / (total * (total - 1)))
    given = nw.col("provider_kind_n_12m")
    time = nw.when(given > 0).then(nw.col("provider_time_n_12m") / given)
    return sums(known).select(
        "employee_id",
        service_kind_concentration_12m=over_window(known, 12, concentration),
        provider_time_share_12m=over_window(known, 12, time),
    )


@family(
    Feature("months_since_service", "relationships", "Months without any service given or received", "months",
            "(start, now]", "no service yet", worse="higher"),
    needs=("collaboration",),
)  # fmt: skip
def last_contact(known: Known) -> Frame:
    """Calendar months since the last month with a service, 0 for the month of the snapshot."""
    now = month_index(known.snapshot_date)
    return last_services(known).select("employee_id", months_since_service=now - nw.col("month"))


FAMILIES: Final[tuple[Family, ...]] = (
    volumes,
    ratings,
    hours,
    efforts,
    _against_peers("services", volumes, "Services asked for", "Services given"),
    _against_peers("rating", ratings, "Rating given to services received", "Rating received for services given"),
    _against_peers("hours", hours, "Time waited for an answer", "Time taken to answer"),
    _against_peers("effort", efforts, "Effort paid for a service received", "Effort that clients pay"),
    balance,
    overload,
    kinds,
    last_contact,
)
