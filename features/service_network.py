"""Relationships across the company: with whom internal service is exchanged, and how well it goes around a person."""

from typing import Final

import narwhals as nw

from features.calendar import Frame
from features.definition import Family, Feature, family, shared
from features.internal_services import NO_SERVICE, SHORT_HISTORY, services_reach_back
from features.known import Known
from features.places import leavers, places, staff


@shared
def partners(known: Known) -> Frame:
    """Each person's colleagues in service over (12, 0]: employee_id, partner_id, and how often `asked` and `served`.

    Where services are rated, also `rating` and `rating_n`: sum and count of the ratings given to the partner.
    """
    rows = known.pairs(months=12)
    rated = known.has("collaboration.rating")
    names = [
        f"{side}_asks{suffix}"
        for side in ("low", "high")
        for suffix in (("", "_rating", "_rating_n") if rated else ("",))
    ]
    rows = rows.group_by("low", "high").agg(nw.col(*names).sum())
    return nw.concat([_seen_by(rows, "low", "high", rated), _seen_by(rows, "high", "low", rated)])


def _seen_by(pairs: Frame, person: str, partner: str, rated: bool) -> Frame:
    ratings = (
        {"rating": nw.col(f"{person}_asks_rating"), "rating_n": nw.col(f"{person}_asks_rating_n")} if rated else {}
    )
    return pairs.select(
        nw.col(person).alias("employee_id"),
        nw.col(partner).alias("partner_id"),
        asked=nw.col(f"{person}_asks"),
        served=nw.col(f"{partner}_asks"),
        **ratings,
    )


def _number(condition: nw.Expr) -> nw.Expr:
    return condition.cast(nw.Int64).sum()


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
    """With how many colleagues service was exchanged over (12, 0], in each direction and in both."""
    asked, served = nw.col("asked") > 0, nw.col("served") > 0
    people = (
        partners(known)
        .group_by("employee_id")
        .agg(
            serving=_number(asked), served_count=_number(served), mutual=_number(asked & served), all_partners=nw.len()
        )
    )
    rows = staff(known).select("employee_id").join(people, on="employee_id", how="left")
    reaches = nw.lit(services_reach_back(known, 12))
    return rows.select(
        "employee_id",
        colleagues_serving_12m=nw.when(reaches).then(nw.col("serving").fill_null(0)),
        colleagues_served_12m=nw.when(reaches).then(nw.col("served_count").fill_null(0)),
        mutual_service_share_12m=nw.col("mutual") / nw.col("all_partners"),
    )


@family(
    Feature("partners_left_share_12m", "relationships", "Colleagues in service who have left", "share of colleagues",
            "(12, 0]", f"{NO_SERVICE}, or exits are not recorded so far back", worse="higher"),
    needs=("collaboration", "exits.kind"),
)  # fmt: skip
def partners_left(known: Known) -> Frame:
    """Share of the colleagues of (12, 0] who left voluntarily within it."""
    left = leavers(known).filter(nw.col("exit_date") > known.ago(12))
    left = left.select(nw.col("employee_id").alias("partner_id"), left=nw.lit(1.0))
    rows = partners(known).join(left, on="partner_id", how="left")
    shares = rows.group_by("employee_id").agg(share=nw.col("left").fill_null(0.0).mean())
    reaches = nw.lit(known.exits_reach_back(12))
    return shares.select("employee_id", partners_left_share_12m=nw.when(reaches).then(nw.col("share")))


@shared
def _by_department(known: Known) -> Frame:
    """Each person's services by department of the colleague: employee_id, own, other, asked, served (and ratings)."""
    where = places(known).select("employee_id", "department").filter(~nw.col("department").is_null())
    rows = partners(known).join(where.rename({"department": "own"}), on="employee_id")
    rows = rows.join(where.rename({"employee_id": "partner_id", "department": "other"}), on="partner_id")
    sums = [name for name in rows.collect_schema().names() if name not in ("employee_id", "partner_id", "own", "other")]
    return rows.group_by("employee_id", "own", "other").agg(nw.col(*sums).sum())


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
    """How many departments, the own included, service is exchanged with, and the share of it that crosses a border."""
    services = nw.col("asked") + nw.col("served")
    across = nw.when(nw.col("own") != nw.col("other")).then(services).otherwise(nw.lit(0.0))
    people = (
        _by_department(known)
        .with_columns(services=services, across=across)
        .group_by("employee_id")
        .agg(
            departments_serving_12m=_number(nw.col("asked") > 0),
            departments_served_12m=_number(nw.col("served") > 0),
            across=nw.col("across").sum(),
            services=nw.col("services").sum(),
        )
    )
    share = nw.col("across") / nw.col("services")
    return people.select(
        "employee_id", "departments_serving_12m", "departments_served_12m", service_across_share_12m=share
    )


@family(
    Feature("department_pair_rating_12m", "relationships", "How well the departments one works with serve each other",
            "1 to 5", "(12, 0]", NO_SERVICE, worse="lower", peers="everyone in the same pair of departments"),
    needs=("collaboration.rating", "assignments.department"),
)  # fmt: skip
def department_pairs(known: Known) -> Frame:
    """Mean rating of each pair client department × provider department, weighted by the person's services in it."""
    rows = _by_department(known)
    pairs = rows.group_by("own", "other").agg(nw.col("rating", "rating_n").sum())
    pairs = pairs.filter(nw.col("rating_n") > 0).select("own", "other", quality=nw.col("rating") / nw.col("rating_n"))
    as_client = rows.join(pairs, on=["own", "other"]).select("employee_id", "quality", weight="asked")
    turned = pairs.rename({"own": "other", "other": "own"})
    as_provider = rows.join(turned, on=["own", "other"]).select("employee_id", "quality", weight="served")
    return weighted_mean(nw.concat([as_client, as_provider]), "department_pair_rating_12m")


def weighted_mean(rows: Frame, name: str) -> Frame:
    """Mean of `quality` by employee_id, weighted by `weight`; null where all weights are 0."""
    people = (
        rows.with_columns(weighted=nw.col("quality") * nw.col("weight"))
        .group_by("employee_id")
        .agg(nw.col("weighted").sum(), nw.col("weight").sum())
    )
    mean = nw.when(nw.col("weight") > 0).then(nw.col("weighted") / nw.col("weight"))
    return people.select("employee_id", mean.alias(name))


@family(
    Feature("providers_rating_12m", "relationships", "How well others rate those who serve the person", "1 to 5",
            "(12, 0]", NO_SERVICE, worse="lower", peers="other clients of the same colleagues"),
    needs=("collaboration.rating",),
)  # fmt: skip
def providers(known: Known) -> Frame:
    """Mean rating of each colleague asked, as given by their other clients, weighted by services asked of them."""
    rows = partners(known).filter(nw.col("asked") > 0)
    total = rows.group_by("partner_id").agg(all_ratings=nw.col("rating").sum(), all_rated=nw.col("rating_n").sum())
    rows = rows.join(total, on="partner_id").with_columns(
        rated_by_others=nw.col("all_rated") - nw.col("rating_n"),
        ratings_of_others=nw.col("all_ratings") - nw.col("rating"),
    )
    rows = rows.filter(nw.col("rated_by_others") > 0)
    quality = nw.col("ratings_of_others") / nw.col("rated_by_others")
    return weighted_mean(rows.select("employee_id", quality=quality, weight="asked"), "providers_rating_12m")


FAMILIES: Final[tuple[Family, ...]] = (
    degree,
    partners_left,
    departments,
    department_pairs,
    providers,
)
