"""Small companies with a real organisation chart, and what departments ask of each other."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from features.collaboration.department_services import KEY
from pipeline.disclosure import CARRIED
from pipeline.store.publication import Publication

DAY = date(2026, 9, 30)


@dataclass(frozen=True)
class Company:
    """people: employee_id, department, location, level, manager_id. askers: as `department_askers` returns them."""

    people: pl.DataFrame
    askers: pl.DataFrame


def company(seed: int, most: int = 120) -> Company:
    """30 people or more: heads lead leads, who lead the others; some report across departments, or to nobody known."""
    random = np.random.default_rng(seed)
    size = int(random.integers(30, most + 1))
    departments, places = int(random.integers(2, 2 + size // 15)), int(random.integers(1, 5))
    department = random.choice(departments, size, p=random.dirichlet(np.full(departments, 2.0)))
    boss, level = np.zeros(size, dtype=int), random.integers(1, 4, size)
    for name in range(departments):
        members = np.flatnonzero(department == name)
        heads, others = members[:1], members[1:]
        leads = others[: max(1, len(others) // int(random.integers(5, 12)))]
        boss[leads], level[leads], level[heads] = members[0] if len(members) else 0, 4, 5
        for person in others[len(leads) :]:
            boss[person] = random.choice(leads) if random.random() < 0.9 else random.integers(size)
    location = np.where(random.random(size) < 0.7, department % places, random.integers(0, places, size))
    people = pl.DataFrame(
        {
            "employee_id": [f"P{number:03}" for number in range(size)],
            "department": [f"department {name}" for name in department],
            "location": [f"place {name}" for name in location],
            "level": level,
            "manager_id": [f"P{number:03}" for number in boss],
        }
    ).with_columns(
        pl.when(pl.Series(random.random(size) < share)).then(name).alias(name)
        for name, share in (("department", 0.98), ("location", 0.97), ("manager_id", 0.97))
    )
    return Company(people, _askers(people, random))


def _askers(people: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Between most departments somebody asks, a few times or often."""
    known = people.drop_nulls("department")
    rows = [
        (person, own, other, int(random.geometric(0.2)))
        for person, own in known.select("employee_id", "department").rows()
        for other in known["department"].unique().sort()
        if random.random() < 0.7
    ]
    return pl.DataFrame(rows, schema=["client_id", *KEY, "services"], orient="row")


def publication(of: Company) -> Publication:
    """A month of the company; everybody's risk is a tenth."""
    number = pl.lit(None, pl.Float64)
    scores = of.people.with_columns(
        *(number.alias(name) for name in ("risk_3m", "risk_6m", "risk_12m", "risk_low", "risk_high")),
        risk=pl.lit(0.1),
        evidence=pl.lit("enough"),
        base_log_odds=pl.lit(float(np.log(1 / 9))),
        log_odds=pl.lit(float(np.log(1 / 9))),
        job=pl.lit("Clerk"),
    )
    factors = of.people.select("employee_id", feature=pl.lit("pay"), driver=pl.lit("pay"), contribution=pl.lit(0.0))
    factors = factors.with_columns(value=pl.lit("1"), peer_value=pl.lit("1"))
    pairs = of.askers.group_by(KEY).agg(clients=pl.len().cast(pl.Int64), services=pl.col("services").sum()).sort(KEY)
    figures = ("rating", "hours", "balance", "trend", *CARRIED)
    services = pairs.with_columns(
        *(pl.lit(0.5).alias(name) for name in figures), providers=pl.lit(9), kinds=pl.lit(None, pl.List(pl.Null))
    )
    return Publication("tiny", DAY, "1", 6, {}, scores, factors, services, of.askers)
