"""Pay: a person's pay compared with the market, peers and the person's own past."""

from typing import Final

import narwhals as nw

from features.calendar import Frame, months_since
from features.catalogue.feature import Family, Feature, family
from features.drivers.peers import PEERS, over_median, peer_groups, rank_in
from features.known.facts import Known, latest
from features.known.memory import shared
from features.known.posts import records_begin_at_hire, staff

MARKET_MONTHS: Final = 12
"""The age up to which a market figure counts as current."""
NEWCOMER_MONTHS: Final = 12
FEWEST_NEWCOMERS: Final = 3
NO_PAST_PAY: Final = "no pay recorded {} months ago, or in another currency"


@shared
def pay(known: Known) -> Frame:
    """Pay now and 12 and 24 months before of everyone who works here, with the post and the group of peers."""
    rows = staff(known).join(peer_groups(known), on="employee_id", how="left")
    for months in (0, 12, 24):
        suffix = f"_{months}m" if months else ""
        then = latest(_history(known).filter(nw.col("effective_date") <= known.ago(months)), "effective_date")
        figures = [name for name in ("base_pay", "market_pay", "bonus_target", "currency") if _has(known, name)]
        then = then.select("employee_id", *(nw.col(name).alias(f"{name}{suffix}") for name in figures))
        rows = rows.join(then, on="employee_id", how="left")
    rows = rows.with_columns(
        log_pay=nw.col("base_pay").log(),
        growth_12m=_growth(known, 12),
        growth_24m=_growth(known, 24),
    )
    return rows.with_columns(currency=nw.col("currency").fill_null("") if _has(known, "currency") else nw.lit("one"))


@shared
def _history(known: Known) -> Frame:
    return known.facts("compensation")


def _has(known: Known, column: str) -> bool:
    return known.has(f"compensation.{column}")


def _growth(known: Known, months: int) -> nw.Expr:
    growth = nw.col("base_pay").log() - nw.col(f"base_pay_{months}m").log()
    if not _has(known, "currency"):
        return growth
    same = nw.col("currency").fill_null("") == nw.col(f"currency_{months}m").fill_null("")
    return nw.when(same).then(growth)


@family(
    Feature(
        "pay_against_market", "pay", "Pay against the market when pay was last set", "log ratio", "now",
        "no market figure with the current pay", worse="lower", peers="market", monotone=True,
    ),
    Feature(
        "pay_against_market_change_12m", "pay", "Change of pay against the market over a year", "log ratio",
        "(12, 0]", "no market figure now or a year ago", worse="lower", peers="market", is_difference=True,
    ),
    needs=("compensation.market_pay",),
)  # fmt: skip
def against_market(known: Known) -> Frame:
    """log(base pay / market pay) of the current pay row, and its change since the row current 12 months before."""
    ratio = (nw.col("base_pay") / nw.col("market_pay")).log()
    before = (nw.col("base_pay_12m") / nw.col("market_pay_12m")).log()
    return pay(known).select("employee_id", pay_against_market=ratio, pay_against_market_change_12m=ratio - before)


@family(
    Feature(
        "pay_against_market_now", "pay", "Pay against the market of today", "log ratio", "(12, 0]",
        "no recent market figure for peers", worse="lower", peers=f"market figures of a year, {PEERS}", monotone=True,
    ),
    needs=("compensation.market_pay", "assignments"),
)  # fmt: skip
def against_market_now(known: Known) -> Frame:
    """log(base pay) minus the median log market figure recorded with peers' pay in (12, 0].

    The market moves on, while a person's own market figure stays as it was when the pay was set.
    """
    recent = _history(known).filter(
        nw.col("effective_date") > known.ago(MARKET_MONTHS), ~nw.col("market_pay").is_null()
    )
    recent = latest(recent, "effective_date").select("employee_id", log_market=nw.col("market_pay").log())
    rows = pay(known).join(recent, on="employee_id", how="left")
    market = nw.col("log_market").median().over("peers", "currency")
    enough = (nw.col("log_market").count().over("peers", "currency") >= FEWEST_NEWCOMERS) & ~nw.col("peers").is_null()
    return rows.select("employee_id", pay_against_market_now=nw.when(enough).then(nw.col("log_pay") - market))


@family(
    Feature(
        "pay_against_peers", "pay", "Pay against peers", "log ratio", "now", "fewer than 5 peers", worse="lower",
        peers=PEERS, monotone=True,
    ),
    Feature(
        "pay_rank_among_peers", "pay", "Place in the pay order of peers", "share of peers paid less", "now",
        "fewer than 5 peers", worse="lower", peers=PEERS,
    ),
    needs=("compensation", "assignments"),
)  # fmt: skip
def against_peers(known: Known) -> Frame:
    """log(base pay) minus its median among peers in the same currency, and the share of them who are paid less."""
    return pay(known).select(
        "employee_id",
        over_median("log_pay", "peers", "currency").alias("pay_against_peers"),
        rank_in("log_pay", "peers", "currency").alias("pay_rank_among_peers"),
    )


@family(
    Feature(
        "pay_rank_in_team", "pay", "Place in the pay order of the team", "share of the others paid less", "now",
        "fewer than 5 others in the team", worse="lower", peers="team",
    ),
    needs=("compensation", "assignments.manager_id"),
)  # fmt: skip
def rank_in_team(known: Known) -> Frame:
    """Share of the others under the same manager, paid in the same currency, who are paid less."""
    return pay(known).select("employee_id", pay_rank_in_team=rank_in("log_pay", "manager_id", "currency"))


@family(
    Feature("pay_level", "pay", "Base pay a year", "log of currency units", "now",
            "no pay recorded, or in another currency than that of most people", worse="lower",
            monotone=True),
    Feature("pay_growth_against_company_12m", "pay", "Growth of pay against the company's over 12 months", "log ratio",
            "(12, 0]", NO_PAST_PAY.format(12), worse="lower", peers="median of the company",
            is_difference=True, monotone=True),
    Feature("pay_growth_against_company_24m", "pay", "Growth of pay against the company's over 24 months", "log ratio",
            "(24, 0]", NO_PAST_PAY.format(24), worse="lower", peers="median of the company",
            is_difference=True, monotone=True),
    needs=("compensation",),
)  # fmt: skip
def growth(known: Known) -> Frame:
    """log(base pay), and its growth minus the median growth of all who are paid in the same currency and were then.

    Levels in two currencies cannot be compared: only those in the currency of most people are given.
    """
    rows = pay(known).with_columns(everyone=nw.lit(1), paid=nw.col("base_pay").count().over("currency"))
    rows = rows.with_columns(most=nw.col("paid").max().over("everyone"))
    rows = rows.with_columns(usual=nw.when(nw.col("paid") == nw.col("most")).then("currency"))
    is_usual = nw.col("currency") == nw.col("usual").min().over("everyone")
    return rows.select(
        "employee_id",
        pay_level=nw.when(is_usual).then("log_pay"),
        pay_growth_against_company_12m=over_median("growth_12m", "currency"),
        pay_growth_against_company_24m=over_median("growth_24m", "currency"),
    )


@family(
    Feature("months_since_raise", "pay", "Months since the last raise, or since the hire", "months", "(start, now]",
            "no raise known, and pay is not known since the hire", worse="higher", monotone=True),
    Feature("last_raise", "pay", "Size of the last raise", "log ratio", "(start, now]", "no raise known",
            worse="lower", monotone=True),
    needs=("compensation",),
)  # fmt: skip
def last_raise(known: Known) -> Frame:
    """Months since the last row with higher base pay than the previous row (same currency), and the log ratio."""
    figures = [name for name in ("base_pay", "currency") if _has(known, name)]
    rows = known.engine.with_row_before(_history(known), figures, "effective_date")
    rows = rows.filter(nw.col("base_pay") > nw.col("base_pay_before"))
    if _has(known, "currency"):
        rows = rows.filter(nw.col("currency").fill_null("") == nw.col("currency_before").fill_null(""))
    raises = latest(rows, "effective_date").select(
        "employee_id", raised="effective_date", last_raise=(nw.col("base_pay") / nw.col("base_pay_before")).log()
    )
    firsts = _history(known).group_by("employee_id").agg(nw.col("effective_date").min().alias("first"))
    people = staff(known).select("employee_id", "hire_date")
    people = people.join(raises, on="employee_id", how="left").join(firsts, on="employee_id", how="left")
    people = people.with_columns(
        since=nw.coalesce(nw.col("raised"), nw.when(records_begin_at_hire("first")).then("hire_date"))
    )
    return people.select("employee_id", "last_raise", months_since_raise=months_since("since", known.snapshot_date))


@family(
    Feature("bonus_target", "pay", "Bonus target", "share of base pay as recorded", "now", "no bonus recorded"),
    needs=("compensation.bonus_target",),
)  # fmt: skip
def bonus(known: Known) -> Frame:
    """The bonus target of the current pay row."""
    return pay(known).select("employee_id", "bonus_target")


@family(
    Feature("pay_of_newer_peers", "pay", "How much more newly hired peers are paid", "log ratio", "now",
            "fewer than 3 peers hired within 12 months, or newly hired oneself", worse="higher", peers=PEERS),
    needs=("compensation", "assignments"),
)  # fmt: skip
def compression(known: Known) -> Frame:
    """Median log pay of the peers hired in (12, 0] minus the person's own; only for people hired before."""
    new = nw.col("hire_date") > known.ago(NEWCOMER_MONTHS)
    rows = pay(known).with_columns(new=new, newcomer_pay=nw.when(new).then("log_pay"))
    enough = (nw.col("newcomer_pay").count().over("peers", "currency") >= FEWEST_NEWCOMERS) & ~nw.col("peers").is_null()
    gap = nw.col("newcomer_pay").median().over("peers", "currency") - nw.col("log_pay")
    return rows.select("employee_id", pay_of_newer_peers=nw.when(enough & ~nw.col("new")).then(gap))


FAMILIES: Final[tuple[Family, ...]] = (
    against_market,
    against_market_now,
    against_peers,
    rank_in_team,
    growth,
    last_raise,
    bonus,
    compression,
)
