"""A company scored by Spark and by Polars in a process of its own: `python scored_by_spark.py OUT STORE`."""

import os
import sys
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from features.catalogue.feature import Feature
from features.engine.polars import POLARS
from features.engine.spark.session import spark_engine
from pipeline.dataset.splits import repeated_folds
from pipeline.model.blend import Blend, fit_blend, with_posterior
from pipeline.model.stored_model import StoredModel
from pipeline.scoring.job import score_people

PEOPLE = 600
FEATURES = {
    "pay_against_market": Feature("pay_against_market", "pay", "Pay", "log ratio", "now", "", "lower"),
    "tenure_months": Feature("tenure_months", "context", "Tenure", "months", "now", ""),
    "job": Feature("job", "context", "Job", "category", "now", "", kind="category"),
}


def company() -> pl.DataFrame:
    """Figures of people with unknown ones, and more of one job than of the other."""
    random = np.random.default_rng(4)
    pay, tenure = random.normal(0, 0.3, PEOPLE), random.exponential(40, PEOPLE)
    figures = pl.DataFrame(
        {
            "pay_against_market": pl.Series(np.where(random.random(PEOPLE) < 0.2, np.nan, pay), nan_to_null=True),
            "tenure_months": tenure,
            "job": random.choice(["clerk", "clerk", "cook"], PEOPLE),
        }
    )
    return figures.with_columns(pl.when(pl.col("tenure_months") > 1).then("job").alias("job"))


def model_of(figures: pl.DataFrame) -> StoredModel:
    """Two horizons, the longer one with what its log-odds may be wrong by."""
    pay, tenure = figures["pay_against_market"].fill_null(0).to_numpy(), figures["tenure_months"].to_numpy()
    draw = np.random.default_rng(5).random(PEOPLE)

    def blend(level: float) -> Blend:
        left = draw < 1 / (1 + np.exp(-level + 2 * pay + 0.02 * tenure))
        folds = list(repeated_folds(left, np.arange(PEOPLE), seed=1, repeats=1, folds=3))
        fitted = fit_blend(figures, left, folds, seed=1)
        return with_posterior(fitted, figures, left, np.arange(PEOPLE))

    return StoredModel(6, {3: blend(-0.5), 6: blend(0.3)}, FEATURES, {"source": "small"})


def processes(rows: pl.DataFrame) -> pl.DataFrame:
    """The process in which each row is, and that process's parent: the executor."""
    return rows.select("number", process=pl.lit(os.getpid()), executor=pl.lit(os.getppid()))


def main(out: Path, store: str) -> None:
    """Write what each engine gives, as Parquet files in `out`."""
    figures = company()
    posts = {"department": "sales", "level": 1, "job": "clerk", "location": "north", "manager_id": "m"}
    people = pl.DataFrame({"employee_id": [f"p{number}" for number in range(PEOPLE)]})
    people = people.with_columns(**{name: pl.lit(value) for name, value in posts.items()})
    score = partial(score_people, model_of(figures), "1", "small", "", date(2025, 12, 31), people, figures)
    with spark_engine(out, store) as spark:
        for name, engine in (("polars", POLARS), ("spark", spark)):
            made = score(engine)
            assert made.plausible is not None
            assert made.encoded is not None
            tables = {
                "scores": made.scores,
                "factors": made.factors,
                "plausible": made.plausible,
                "encoded": made.encoded,
            }
            for table, rows in tables.items():
                rows.write_parquet(out / f"{name}-{table}.parquet")
        numbers = pl.DataFrame({"number": pl.int_range(PEOPLE, eager=True)})
        spark.map_rows(numbers, processes, least_rows=PEOPLE // 4).write_parquet(out / "processes.parquet")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
