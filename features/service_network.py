"""Relationships across the company: with whom internal service is exchanged, and how well it goes around a person."""

from typing import Final

import narwhals as nw

from features.calendar import Frame
from features.definition import Family, Feature, family, shared
from features.internal_services import NO_SERVICE, SHORT_HISTORY, over_window
from features.known import Known, spells
from features.pairs import high_of, low_of
from features.places import leavers, places, staff


@shared
def partners(known: Known) -> Frame:
    """Each person's colleagues in service over (12, 0]: person, partner (codes), and how often `asked` and `served`.

    Where services are rated, also `rating` and `rating_n`: sum and count of the ratings given to the partner.
    """
    rated = ("", "_rating", "_rating_n") if known.has("collaboration.rating") else ("",)
    names = [f"{side}_asks{suffix}" for side in ("low", "high") for suffix in rated]
    rows = known.pairs(months=12).group_by("pair").agg(nw.col(*names).sum())
    rows = rows.with_columns(low=low_of("pair"), high=high_of("pair"))
    return nw.concat([_seen_by(rows, "low", "high", rated), _seen_by(rows, "high", "low", rated)])


def _seen_by(pairs: Frame, person: str, partner: str, rated: tuple[str, ...]) -> Frame:
    ratings = {suffix[1:]: nw.col(f"{person}_asks{suffix}") for suffix in rated if suffix}
    return pairs.select(
        person=nw.col(person),
        partner=nw.col(partner),
        asked=nw.col(f"{person}_asks"),
        served=nw.col(f"{partner}_asks"),
        **ratings,
    )


def _named(known: Known, rows: Frame) -> Frame:
    """employee_id in place of the code `person`."""
    return rows.join(known.people(), on="person").drop("person")


def _as_partners(known: Known, rows: Frame) -> Frame:
    """The code `partner` in place of employee_id."""
    return rows.join(known.people(), on="employee_id").drop("employee_id").rename({"person": "partner"})


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
        .group_by("person")
        .agg(
            serving=_number(asked), served_count=_number(served), mutual=_number(asked & served), all_partners=nw.len()
        )
    )
    rows = staff(known).select("employee_id").join(_named(known, people), on="employee_id", how="left")
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
    """Chance that two different services of the person over (12, 0] were with the same colleague: 1 is one colleague.

    An unbiased Simpson index, sum of n (n - 1) over N (N - 1), so that few services do not look like close ties as a
    mean strength of ties would let them; and one pass over the pairs, where the share of colleagues who also
    serve one another takes the square of their number.
    """
    services = nw.col("asked") + nw.col("served")
    rows = partners(known).with_columns(services=services, again=services * (services - 1))
    people = rows.group_by("person").agg(nw.col("services", "again").sum())
    possible = nw.col("services") * (nw.col("services") - 1)
    share = nw.when(possible > 0).then(nw.col("again") / possible)
    return _named(known, people).select("employee_id", tie_closeness_12m=over_window(known, 12, share))


@family(
    Feature("newcomers_served_12m", "relationships", "Newcomers whom the person serves", "people", "(12, 0]",
            SHORT_HISTORY),
    needs=("collaboration",),
)  # fmt: skip
def newcomers(known: Known) -> Frame:
    """How many of the colleagues served over (12, 0] were hired within it."""
    hired = _as_partners(known, spells(known).filter(nw.col("hire_date") > known.ago(12)).select("employee_id"))
    served = partners(known).filter(nw.col("served") > 0).join(hired, on="partner")
    people = _named(known, served.group_by("person").agg(newcomers=nw.len()))
    rows = staff(known).select("employee_id").join(people, on="employee_id", how="left")
    number = over_window(known, 12, nw.col("newcomers").fill_null(0))
    return rows.select("employee_id", newcomers_served_12m=number)


@family(
    Feature("partners_left_share_12m", "relationships", "Colleagues in service who have left", "share of colleagues",
            "(12, 0]", f"{NO_SERVICE}, or exits are not recorded so far back", worse="higher"),
    needs=("collaboration", "exits.kind"),
)  # fmt: skip
def partners_left(known: Known) -> Frame:
    """Share of the colleagues of (12, 0] who left voluntarily within it."""
    left = leavers(known).filter(nw.col("exit_date") > known.ago(12)).select("employee_id", left=nw.lit(1.0))
    rows = partners(known).join(_as_partners(known, left), on="partner", how="left")
    people = _named(known, rows.group_by("person").agg(share=nw.col("left").fill_null(0.0).mean()))
    share = nw.col("share") if known.exits_reach_back(12) else nw.lit(None, nw.Float64)
    return people.select("employee_id", partners_left_share_12m=over_window(known, 12, share))


@shared
def _by_department(known: Known) -> Frame:
    """Each person's services by department of the colleague: person, own, other, asked, served (and ratings)."""
    where = places(known).select("employee_id", other="department").filter(~nw.col("other").is_null())
    where = _as_partners(known, where)
    rows = partners(known).join(where, on="partner")
    sums = [name for name in rows.collect_schema().names() if name not in ("person", "partner", "other")]
    rows = rows.group_by("person", "other").agg(nw.col(*sums).sum())
    return rows.join(where.rename({"partner": "person", "other": "own"}), on="person")


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
        .group_by("person")
        .agg(
            departments_serving_12m=_number(nw.col("asked") > 0),
            departments_served_12m=_number(nw.col("served") > 0),
            across=nw.col("across").sum(),
            services=nw.col("services").sum(),
        )
    )
    share = nw.col("across") / nw.col("services")
    return _named(known, people).select(
        "employee_id",
        departments_serving_12m=over_window(known, 12, nw.col("departments_serving_12m")),
        departments_served_12m=over_window(known, 12, nw.col("departments_served_12m")),
        service_across_share_12m=over_window(known, 12, share),
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
    as_client = rows.join(pairs, on=["own", "other"]).select("person", "quality", weight="asked")
    turned = pairs.rename({"own": "other", "other": "own"})
    as_provider = rows.join(turned, on=["own", "other"]).select("person", "quality", weight="served")
    return _weighted_mean(known, nw.concat([as_client, as_provider]), "department_pair_rating_12m")


def _weighted_mean(known: Known, rows: Frame, name: str) -> Frame:
    """Mean of `quality` by person, weighted by `weight`; null where all weights are 0."""
    people = (
        rows.with_columns(weighted=nw.col("quality") * nw.col("weight"))
        .group_by("person")
        .agg(nw.col("weighted").sum(), nw.col("weight").sum())
    )
    mean = nw.when(nw.col("weight") > 0).then(nw.col("weighted") / nw.col("weight"))
    return _named(known, people).select("employee_id", over_window(known, 12, mean).alias(name))


FAMILIES: Final[tuple[Family, ...]] = (
    degree,
    closeness,
    newcomers,
    partners_left,
    departments,
    department_pairs,
)
