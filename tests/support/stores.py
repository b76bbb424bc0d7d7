"""Stores on both databases, and months of scores without factors to publish in them."""

import math
import time
from collections.abc import Iterator, Mapping
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, create_engine

import pipeline.store.writing
from pipeline.store.publication import Publication
from pipeline.store.store import Store

NOBODY: Mapping[str, str] = {}
UNKNOWN = ("risk_3m", "risk_6m", "risk_12m", "risk_low", "risk_high", "department", "level", "job", "location")
FACTORS = {
    **dict.fromkeys(("employee_id", "feature", "driver", "value", "peer_value"), pl.String),
    "contribution": pl.Float64,
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store: a test that asks for it runs once on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store(url) as store:
        yield store


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """The same database as an administrator sees it, without our store."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    yield engine
    engine.dispose()


def month_of_scores(
    day: date,
    log_odds: Mapping[str, float],
    manager_of: Mapping[str, str | None] = NOBODY,
    source: str = "tiny",
    version: str = "1",
) -> Publication:
    """The scores of a month by employee_id, each with enough evidence; everything else is null."""
    scores = pl.DataFrame(
        {
            "employee_id": list(log_odds),
            "risk": [1 / (1 + math.exp(-each)) for each in log_odds.values()],
            "base_log_odds": list(log_odds.values()),
            "log_odds": list(log_odds.values()),
            "manager_id": [manager_of.get(person) for person in log_odds],
        },
        schema_overrides={"manager_id": pl.String},
    ).with_columns(*(pl.lit(None).alias(name) for name in UNKNOWN), evidence=pl.lit("enough"))
    return Publication(source, day, version, 6, {}, scores, pl.DataFrame(schema=FACTORS))


def publish_half(url: str, publication: Publication, rows: int, connection: Connection) -> None:
    """Publish, send "half" once that number of rows is written, and stop inside the transaction until killed."""
    in_batches = pipeline.store.writing.rows_in_batches

    def halting(*arguments: Any) -> Iterator[pl.DataFrame]:
        yield next(iter(in_batches(*arguments))).head(rows)
        connection.send("half")
        time.sleep(600)

    pipeline.store.writing.rows_in_batches = halting
    with Store(url) as store:
        store.publish(publication)
