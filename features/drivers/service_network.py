"""Horizontal relationships: with whom a person exchanges internal service, and how well it works around the person."""

from typing import Final

import narwhals as nw

from features.calendar import Frame
from features.catalogue.feature import Family, Feature, family
from features.collaboration.known_services import (
    by_pair,
    look_up,
    pairs_of_a_year,
    partners,
    partners_by_department,
)
from features.collaboration.pairs import RATED, apart, as_one, first_of, flag, second_of
from features.drivers.internal_services import NO_SERVICE, SHORT_HISTORY, over_window
from features.known.facts import Known
from features.known.memory import shared
from features.known.posts import leavers, posts, staff


@shared
def _pairs(known: Known) -> Frame:
    """How often either person of a pair asked the other over (12, 0]: `pair` and ASKS."""
    return pairs_of_a_year(known)


@shared
def _ties(known: Known) -> Frame:
    """The counts of `partners.py` by person, for all colleagues with whom service was exchanged over (12, 0]."""
    return partners(known, _pairs(known), _colleagues(known))


@shared
def _colleagues(known: Known) -> Frame:
    """Each person as a colleague of others: `is_newcomer` (hired in (12, 0]), `has_left` (in it) and `department`."""
    people = known.spells().select("employee_id", is_newcomer=flag(nw.col("hire_date") > known.ago(12)))
    if known.has("exits.kind"):
        gone = leavers(known).filter(nw.col("exit_date") > known.ago(12)).select("employee_id").unique()
        people = people.join(gone.with_columns(has_left=nw.lit(1)), on="employee_id", how="left")
    else:
        people = people.with_columns(has_left=nw.lit(0))
    if known.has("assignments.department"):
        return people.join(_numbered_departments(known), on="employee_id", how="left")
    return people.with_columns(department=nw.lit(None, nw.Int32))


def _departments(known: Known, name: str) -> Frame:
    """The number of everyone's department, in a column of this name."""
    return _numbered_departments(known).rename({"department": name})


@shared
def _numbered_departments(known: Known) -> Frame:
    """A number (1, 2 ...) for each person's department, which is looked up for every pair of people and grouped by."""
    where = posts(known).filter(~nw.col("department").is_null())
    return where.select("employee_id", department=nw.col("department").rank("dense").cast(nw.Int32))


@family(
    Feature("colleagues_serving_12m", "relationships", "Colleagues who serve the person", "people", "(12, 0]",
            SHORT_HISTORY, worse="lower"),
    Feature("colleagues_served_12m", "relationships", "Colleagues whom the person serves", "people", "(12, 0]",
            SHORT_HISTORY),
    Feature("mutual_service_share_12m", "relationships", "Colleagues who both serve and are served", "share", "(12, 0]",
            NO_SERVICE, worse="lower"),
    needs=("collaboration",),
)  # fmt: skip
def degree(known: Known) -> Frame:
    """The number of colleagues with whom service was exchanged over (12, 0], by direction, and the share of both."""
    rows = staff(known).select("employee_id").join(_ties(known), on="employee_id", how="left")
    return rows.select(
        "employee_id",
        colleagues_serving_12m=over_window(known, 12, nw.col("serving").fill_null(0)),
        colleagues_served_12m=over_window(known, 12, nw.col("served_count").fill_null(0)),
        mutual_service_share_12m=over_window(known, 12, nw.col("mutual") / nw.col("all_partners")),
    )


@family(
    Feature("tie_closeness_12m", "relationships", "How often service is with the same colleague again",
            "share of services", "(12, 0]", f"fewer than two services, or {SHORT_HISTORY}", worse="lower"),
    needs=("collaboration",),
)  # fmt: skip
def closeness(known: Known) -> Frame:
    """Chance that two services of the person over (12, 0] were with the same colleague: 1 for a single colleague.

    An unbiased Simpson index, sum of n (n - 1) over N (N - 1): unlike with a mean strength of ties, few services do not
    look like close ties. It takes one pass over the pairs; the share of colleagues who also serve one another would
    take the square of their number.
    """
    possible = nw.col("services") * (nw.col("services") - 1)
    share = nw.when(possible > 0).then(nw.col("again") / possible)
    return _ties(known).select("employee_id", tie_closeness_12m=over_window(known, 12, share))


@family(
    Feature("newcomers_served_12m", "relationships", "Newcomers whom the person serves", "people", "(12, 0]",
            SHORT_HISTORY),
    needs=("collaboration",),
)  # fmt: skip
def newcomers(known: Known) -> Frame:
    """The number of colleagues served over (12, 0] who were hired within it."""
    rows = staff(known).select("employee_id").join(_ties(known), on="employee_id", how="left")
    number = over_window(known, 12, nw.col("newcomers").fill_null(0))
    return rows.select("employee_id", newcomers_served_12m=number)


@family(
    Feature("partners_left_share_12m", "relationships", "Colleagues in service who have left", "share of colleagues",
            "(12, 0]", f"{NO_SERVICE}, or exits are not recorded so far back", worse="higher"),
    needs=("collaboration", "exits.kind"),
)  # fmt: skip
def partners_left(known: Known) -> Frame:
    """Share of the colleagues of (12, 0] who left voluntarily within it."""
    share = nw.col("left") / nw.col("all_partners")
    share = share if known.exits_reach_back(12) else nw.lit(None, nw.Float64)
    return _ties(known).select("employee_id", partners_left_share_12m=over_window(known, 12, share))


@family(
    Feature("departments_serving_12m", "relationships", "Departments that serve the person", "departments", "(12, 0]",
            NO_SERVICE),
    Feature("departments_served_12m", "relationships", "Departments that the person serves", "departments", "(12, 0]",
            NO_SERVICE),
    Feature("service_across_share_12m", "relationships", "Services exchanged with other departments",
            "share of services", "(12, 0]", NO_SERVICE),
    needs=("collaboration", "assignments.department"),
)  # fmt: skip
def departments(known: Known) -> Frame:
    """The number of departments with which service is exchanged, own included, and the share with other departments."""
    share = nw.when(nw.col("services_by_department") > 0).then(nw.col("across") / nw.col("services_by_department"))
    return _ties(known).select(
        "employee_id",
        departments_serving_12m=over_window(known, 12, nw.col("departments_serving")),
        departments_served_12m=over_window(known, 12, nw.col("departments_served")),
        service_across_share_12m=over_window(known, 12, share),
    )


@family(
    Feature("department_pair_rating_12m", "relationships", "How well the departments one works with serve each other",
            "1 to 5", "(12, 0]", NO_SERVICE, worse="lower", peers="everyone in the same pair of departments",
            shows_another=True),
    needs=("collaboration.rating", "assignments.department"),
)  # fmt: skip
def department_pairs(known: Known) -> Frame:
    """Mean rating by client and provider department, weighted by the person's services in each pair."""
    rows = partners_by_department(known, _pairs(known), _colleagues(known))
    quality = _quality(known)
    as_client = rows.join(quality, on=["own", "other"]).select("employee_id", "quality", weight="asked")
    turned = quality.rename({"own": "other", "other": "own"})
    as_provider = rows.join(turned, on=["own", "other"]).select("employee_id", "quality", weight="served")
    return _weighted_mean(known, nw.concat([as_client, as_provider]), "department_pair_rating_12m")


@shared
def _quality(known: Known) -> Frame:
    """Mean rating of the services that department `own` received from department `other` over (12, 0]."""
    rows = by_pair(known, months=12)
    for side in ("low", "high"):
        rows = look_up(known, rows, side, _departments(known, f"{side}_department"))
    rows = rows.filter(~nw.col("low_department").is_null(), ~nw.col("high_department").is_null())
    rows = rows.with_columns(departments=as_one(nw.col("low_department"), nw.col("high_department")))
    ratings = ("low_asks_rating", "high_asks_rating", RATED)
    sums = known.engine.hold(rows.group_by("departments").agg(nw.col(*ratings).sum()), of_many=True)
    sums = sums.with_columns(low=first_of("departments"), high=second_of("departments"), **apart([RATED]))
    sides = [
        sums.select(
            own=client,
            other=provider,
            rating=f"{client}_asks_rating",
            rating_n=f"{client}_asks_rating_n",
        )
        for client, provider in (("low", "high"), ("high", "low"))
    ]
    means = nw.concat(sides).group_by("own", "other").agg(nw.col("rating", "rating_n").sum())
    return means.filter(nw.col("rating_n") > 0).select("own", "other", quality=nw.col("rating") / nw.col("rating_n"))


def _weighted_mean(known: Known, rows: Frame, name: str) -> Frame:
    """Mean of `quality` by person, weighted by `weight`; null where all weights are 0."""
    people = (
        rows.with_columns(weighted=nw.col("quality") * nw.col("weight"))
        .group_by("employee_id")
        .agg(nw.col("weighted").sum(), nw.col("weight").sum())
    )
    mean = nw.when(nw.col("weight") > 0).then(nw.col("weighted") / nw.col("weight"))
    return people.select("employee_id", over_window(known, 12, mean).alias(name))


FAMILIES: Final[tuple[Family, ...]] = (
    degree,
    closeness,
    newcomers,
    partners_left,
    departments,
    department_pairs,
)
