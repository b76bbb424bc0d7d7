"""Growth: promotions, moves, time in job and level, performance."""

from typing import Final

import narwhals as nw

from features.calendar import Frame, day_number, months_since
from features.catalogue.feature import Family, Feature, family
from features.drivers.pay import pay
from features.drivers.peers import FEWEST_PEERS, PEERS, peer_groups, rank_in
from features.drivers.relationships import SHORT_HISTORY, counted
from features.known.facts import Known
from features.known.memory import shared
from features.known.posts import assignments, post_before, staff

NOT_SINCE: Final = "since before the records begin"
PAST_MONTHS: Final = 36
"""How far back promotions and moves are used to see how long a level or a job usually lasts."""


@family(
    Feature("months_in_job", "growth", "Time in the job", "months", "now", NOT_SINCE, worse="higher"),
    needs=("assignments.job",),
)
def months_in_job(known: Known) -> Frame:
    """Months since the current job began."""
    return staff(known).select("employee_id", months_in_job=months_since("job_since", known.snapshot_date))


@family(
    Feature("months_in_level_against_usual", "growth", "Time in the level against what others took to rise from it",
            "ratio", f"({PAST_MONTHS}, 0]", f"{NOT_SINCE}, or fewer than 5 have risen from it", worse="higher",
            peers="those promoted from the same level within 36 months"),
    needs=("assignments.level",),
)  # fmt: skip
def level_against_usual(known: Known) -> Frame:
    """Months in the level over the median months of the people who rose from it within (36, 0]."""
    return _against_usual(known, "level", nw.col("level") > nw.col("level_before"))


@family(
    Feature("months_in_job_against_usual", "growth", "Time in the job against what others took to move on from it",
            "ratio", f"({PAST_MONTHS}, 0]", f"{NOT_SINCE}, or fewer than 5 have moved on from it", worse="higher",
            peers="those who went from the same job to another within 36 months"),
    needs=("assignments.job",),
)  # fmt: skip
def job_against_usual(known: Known) -> Frame:
    """Months in the job over the median months of the people who moved on to another within (36, 0]."""
    return _against_usual(known, "job", nw.col("job") != nw.col("job_before"))


@shared
def _changes(known: Known) -> Frame:
    """The changes of post in (36, 0], with the days on which the previous level and job began."""
    since = [f"{part}_since" for part in ("level", "job") if known.has(f"assignments.{part}")]
    rows = known.engine.with_row_before(assignments(known), since, "effective_date")
    return rows.filter(nw.col("effective_date") > known.ago(PAST_MONTHS))


def _against_usual(known: Known, part: str, moved_on: nw.Expr) -> Frame:
    """Days in the current level or job over the median days that others took until `moved_on`."""
    rows = _changes(known).filter(moved_on)
    took = (day_number("effective_date") - day_number(f"{part}_since_before")).cast(nw.Float64)
    usual = rows.select(nw.col(f"{part}_before").alias(part), took=took).filter(nw.col("took") > 0)
    usual = usual.group_by(part).agg(usual=nw.col("took").median(), count=nw.len())
    usual = usual.filter(nw.col("count") >= FEWEST_PEERS)
    rows = staff(known).select("employee_id", part, f"{part}_since").join(usual, on=part, how="left")
    days = known.snapshot_date.toordinal() - day_number(f"{part}_since")
    return rows.select("employee_id", (days / nw.col("usual")).alias(f"months_in_{part}_against_usual"))


@family(
    Feature(
        "promotions_36m", "growth", "Promotions in 36 months", "promotions", "(36, 0]", SHORT_HISTORY, worse="lower",
        monotone=True,
    ),
    needs=("assignments.level or assignments.reason",),
)  # fmt: skip
def promotions(known: Known) -> Frame:
    """Promotions within (36, 0]."""
    return counted(known, {"promotions_36m": ("promoted", 36)})


@family(
    Feature("transfers_36m", "growth", "Moves to another department in 36 months", "moves", "(36, 0]", SHORT_HISTORY),
    needs=("assignments.department or assignments.reason",),
)
def transfers(known: Known) -> Frame:
    """Moves to another department within (36, 0]."""
    return counted(known, {"transfers_36m": ("transferred", 36)})


@family(
    Feature("months_since_promotion", "growth", "Months since the last promotion", "months", "(start, now]",
            "no promotion known", worse="higher", monotone=True),
    needs=("assignments.level or assignments.reason",),
)  # fmt: skip
def last_promotion(known: Known) -> Frame:
    """Months since the last change of post that was a promotion."""
    promoted = (
        assignments(known)
        .filter(nw.col("promoted") == 1)
        .group_by("employee_id")
        .agg(nw.col("effective_date").max().alias("promoted_on"))
    )
    months = months_since("promoted_on", known.snapshot_date)
    return promoted.select("employee_id", months_since_promotion=months)


@family(
    Feature("promoted_past_12m", "growth", "Peers promoted past the person in 12 months", "share of peers", "(12, 0]",
            "not here a year ago, or fewer than 5 peers then", worse="higher",
            peers="same level in the same department a year ago"),
    needs=("assignments.level", "assignments.department"),
)  # fmt: skip
def promoted_past(known: Known) -> Frame:
    """Share of others in the same department and level 12 months ago who have risen; 0 if the person has risen too."""
    rows = staff(known).join(post_before(known, 12), on="employee_id", how="left")
    group = ("department_12m", "level_12m")
    above = (nw.col("level") > nw.col("level_12m")).cast(nw.Float64)
    rows = rows.with_columns(above=above)
    others = nw.col("above").count().over(*group) - 1
    share = nw.when(nw.col("above") > 0).then(nw.lit(0.0)).otherwise(nw.col("above").sum().over(*group) / others)
    in_group = (others >= FEWEST_PEERS) & ~nw.col("above").is_null() & ~nw.col("department_12m").is_null()
    return rows.select("employee_id", promoted_past_12m=nw.when(in_group).then(share))


@shared
def reviews(known: Known) -> Frame:
    """The last review of everyone who works here, the mean and number of reviews in 24 months, and the peers."""
    rows = known.facts("performance")
    rows = rows.with_columns(recent_rating=nw.when(nw.col("review_date") > known.ago(24)).then("rating"))
    people = rows.group_by("employee_id").agg(
        nw.col("review_date").max(),
        nw.col("recent_rating").mean().alias("mean_24m"),
        nw.col("recent_rating").count().alias("reviews_24m"),
    )
    last = rows.select("employee_id", "review_date", "rating")
    people = people.join(last, on=["employee_id", "review_date"], how="left")
    people = staff(known).join(people, on="employee_id", how="left")
    return people.join(peer_groups(known), on="employee_id", how="left")


@family(
    Feature("performance", "growth", "Last performance rating", "points of the review", "now", "not reviewed yet"),
    Feature("performance_trend", "growth", "Last rating against the mean of 24 months", "points of the review",
            "(24, 0]", "fewer than two reviews in the window", worse="lower", is_difference=True),
    needs=("performance",),
)  # fmt: skip
def performance(known: Known) -> Frame:
    """The last rating, and how it differs from the mean of (24, 0]."""
    return reviews(known).select(
        "employee_id",
        performance="rating",
        performance_trend=nw.when(nw.col("reviews_24m") > 1).then(nw.col("rating") - nw.col("mean_24m")),
    )


@family(
    Feature("performance_against_pay", "growth", "Rank by performance against rank by pay",
            "-1 to 1", "now", "not reviewed yet, or fewer than 5 peers", worse="higher", peers=PEERS,
            is_difference=True, lower=-1, upper=1),
    needs=("performance", "compensation", "assignments"),
)  # fmt: skip
def performance_against_pay(known: Known) -> Frame:
    """Share of peers rated lower minus share of peers paid less: 1 for the best rated and worst paid."""
    rated = reviews(known).select("employee_id", rated=rank_in("rating", "peers"))
    paid = pay(known).select("employee_id", paid=rank_in("log_pay", "peers", "currency"))
    rows = rated.join(paid, on="employee_id", how="left")
    return rows.select("employee_id", performance_against_pay=nw.col("rated") - nw.col("paid"))


FAMILIES: Final[tuple[Family, ...]] = (
    months_in_job,
    level_against_usual,
    job_against_usual,
    promotions,
    transfers,
    last_promotion,
    promoted_past,
    performance,
    performance_against_pay,
)
