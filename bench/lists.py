"""The part `lists`: how long a large company's monthly lists take to write, and their peak memory.

There is nothing to compare with, so the part has one side and no ratio. Its store is synthetic.
"""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from sqlalchemy import insert

from bench.measure import Figures
from bench.part import CPU, PEAK, SEED, TIME, Figure, Part, Side, Size
from features.contract.vocabulary import DRIVERS
from pipeline.listing.rules import ListRules
from pipeline.lists.written.month_folder import write_lists
from pipeline.store.groups.group_figures import group_figures
from pipeline.store.schema import GROUP_FIGURE, PUBLICATION, SCORE
from pipeline.store.store import Store

FEATURES: Final = 163
"""As many as a simulated company has."""
MONTHS: Final = (date(2026, 8, 31), date(2026, 9, 30))
"""Last month's scores are published too: finding who is new, rising or resolved is part of the work."""
MANAGERS_IN_A_HUNDRED: Final = 9
BATCH: Final = 5_000


def write_store(size: Size, data: Path) -> None:
    """Publish two months of a company of two levels; one risk in ten changes between them."""
    data.mkdir(parents=True)
    people, managers = size.people, size.people * MANAGERS_IN_A_HUNDRED // 100
    random = np.random.default_rng(SEED)
    risk = random.beta(1.2, 14, people)
    ids = [f"E{number:07}" for number in range(people)]
    with Store(_url(data)) as store:
        for number, day in enumerate(MONTHS, start=1):
            is_changed = random.random(people) < 0.1
            risk = np.where(is_changed, random.beta(1.2, 14, people), risk)
            _publish(store, number, day, ids, risk, managers)


def write(data: Path, out: Path) -> Figures:
    """All files of the latest month."""
    with Store(_url(data)) as store:
        write_lists(store, out, ListRules())
    return {"pages": sum(1 for _ in out.rglob("*.html"))}


def _publish(store: Store, number: int, day: date, ids: list[str], risk: np.ndarray, managers: int) -> None:
    random = np.random.default_rng(number)
    people = len(ids)
    scores = pl.DataFrame(
        {
            "employee_id": ids,
            "rank": np.argsort(np.argsort(-risk, kind="stable")) + 1,
            "risk": risk,
            "risk_low": risk / 2,
            "risk_high": np.minimum(risk * 2, 1),
            "base_log_odds": -2.6,
            "log_odds": np.log(risk / (1 - risk)),
            "manager_id": [None if place < managers else ids[place % managers] for place in range(people)],
            "department": [f"Department {place % 40}" for place in range(people)],
            "level": 1 + np.arange(people) % 6,
            "job": "Clerk",
            "location": "Head office",
            "evidence": "enough",
        }
    ).with_columns(pl.lit(number).alias("publication_id"))
    features = [
        {"feature": f"feature_{place:03}", "label": f"feature {place}", "unit": "hours", "driver": DRIVERS[place % 4]}
        | {"worse": "higher", "actionable": True, "kind": "number"}
        for place in range(FEATURES)
    ]
    with store.changing() as connection:
        connection.execute(
            insert(PUBLICATION).values(
                id=number,
                source="bench",
                snapshot_date=day,
                model_version="1",
                horizon_months=6,
                people=people,
                mean_risk=float(risk.mean()),
                features=features,
                manifest={},
                content_hash=str(number),
            )
        )
        for batch in scores.iter_slices(BATCH):
            rows = [row | {"factors": _factors(random)} for row in batch.to_dicts()]
            connection.execute(insert(SCORE), rows)
        none = pl.DataFrame(schema={"employee_id": pl.String, "driver": pl.String, "contribution": pl.Float64})
        figures = group_figures(scores, none).with_columns(publication_id=pl.lit(number)).to_dicts()
        connection.execute(insert(GROUP_FIGURE), figures)


def _factors(random: np.random.Generator) -> str:
    values = random.normal(0, 1, FEATURES).round(6).astype(str).tolist()
    columns: dict[str, Any] = {
        "index": list(range(FEATURES)),
        "value": values,
        "peer_value": ["0.0"] * FEATURES,
        "contribution": random.normal(0, 0.08, FEATURES).tolist(),
    }
    return json.dumps(columns)


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'store.db'}"


PART: Final = Part(
    name="lists",
    title="Lists",
    prepare=write_store,
    sides=(Side("retention", "bench.lists:write", "a page, a text and a table a manager, and HR's workbook"),),
    figures=(
        replace(TIME, aim="at most 180"),
        CPU,
        replace(PEAK, aim="at most 2"),
        Figure("pages", "pages", "managers'"),
    ),
    sized=f"{{people:,}} people, {MANAGERS_IN_A_HUNDRED} in a hundred of them managers, {FEATURES} factors each",
    people=(100_000,),
)
