"""Two published months of a company of eight, and the store that holds them.

BOSS leads M1 and M2; A, B and C report to M1, D and E to M2. Log-odds are base −2 plus the factors below, so in
September A has 0.3775, B 0.3543, C 0.5 (without enough evidence), D 0.3318, E, M1 and M2 0.0474, BOSS 0.0180;
the mean is 0.2155. Nobody in so small a company reaches two and a half times its mean. Here people are listed from one
and a half times the mean, 0.3232.
"""

import math
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from briefed import brief
from sqlalchemy import select

from features.catalogue.version_0_1 import published_entry
from pipeline.store.publication import Publication
from pipeline.store.schema import AUDIT
from pipeline.store.store import Store
from serving.settings import ServerSettings

FEATURES = {
    "pay_against_market": ("pay", "Pay against the market", "log ratio", "lower", True),
    "overtime_3m": ("conditions", "Overtime over 3 months", "share of contracted hours", "higher", True),
    "survey_mood_last": ("conditions", "Mood: last", "0 to 10", "lower", True),
    "tenure_months": ("context", "Time in the company", "months", None, False),
}
MANAGER_OF = {"A": "M1", "B": "M1", "C": "M1", "D": "M2", "E": "M2", "M1": "BOSS", "M2": "BOSS", "BOSS": None}
AuditRows = Callable[[], list[dict[str, Any]]]
Person = tuple[str, Mapping[str, tuple[str | None, str | None, float]]]

CALM = ("enough", {"pay_against_market": ("0.1", "0", -1.0)})
SEPTEMBER: Mapping[str, Person] = {
    "A": ("enough", {"pay_against_market": ("-0.2", "0", 1.5)}),
    "B": ("enough", {"survey_mood_last": ("2", "7", 1.2), "tenure_months": ("3", "30", 0.2)}),
    "C": ("too little is known", {"overtime_3m": ("0.4", "0.1", 2.0)}),
    "D": ("enough", {"tenure_months": ("1", "30", 1.3)}),
    "E": CALM,
    "M1": CALM,
    "M2": CALM,
    "BOSS": ("enough", {"pay_against_market": ("0.4", "0", -2.0)}),
}
AUGUST: Mapping[str, Person] = {
    **dict.fromkeys(SEPTEMBER, CALM),
    "A": SEPTEMBER["A"],
    "E": ("enough", {"overtime_3m": ("0.4", "0.1", 1.5)}),
}


def publication(
    day: date,
    people: Mapping[str, Person],
    model_version: str = "4",
    manager_of: Mapping[str, str | None] = MANAGER_OF,
    is_of_0_1: bool = False,
) -> Publication:
    """A month; `is_of_0_1` describes its features as version 0.1 did."""
    scores, factors = [], []
    for employee_id, (evidence, own) in people.items():
        log_odds = -2.0 + sum(contribution for _, _, contribution in own.values())
        risk = 1 / (1 + math.exp(-log_odds))
        scores.append(
            {
                "employee_id": employee_id,
                "risk": risk,
                "risk_3m": risk / 2,
                "risk_6m": risk,
                "risk_12m": (1 + risk) / 2,
                "risk_low": risk / 2,
                "risk_high": (1 + risk) / 2,
                "evidence": evidence,
                "base_log_odds": -2.0,
                "log_odds": log_odds,
                "department": "Sales" if manager_of[employee_id] == "M1" else "Plant",
                "level": 3 if employee_id.startswith("M") else 1,
                "job": "=Clerk" if employee_id == "D" else "Clerk",
                "location": "Riga",
                "manager_id": manager_of[employee_id],
            }
        )
        factors += [
            {"employee_id": employee_id, "feature": name, "driver": FEATURES[name][0]}
            | dict(zip(("value", "peer_value", "contribution"), figures, strict=True))
            for name, figures in own.items()
        ]
    features = {
        name: {
            "driver": driver,
            "label": label,
            "unit": unit,
            "worse": worse,
            "actionable": actionable,
            "kind": "number",
        }
        for name, (driver, label, unit, worse, actionable) in FEATURES.items()
    }
    if not is_of_0_1:
        features = {name: {**published_entry({"feature": name, **entry})} for name, entry in features.items()}
    return Publication(
        "tiny", day, model_version, 6, {"features": features}, pl.DataFrame(scores), pl.DataFrame(factors)
    )


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServerSettings:
    """The settings of a new store: on SQLite, or on PostgreSQL if a module's mark asks for it; or those that a test
    asks for.
    """
    asked = getattr(request, "param", "sqlite")
    on_postgresql = asked == "postgresql"
    url = str(request.getfixturevalue("postgresql_url")) if on_postgresql else ""
    for name in [name for name in os.environ if name.startswith("RETENTION_")]:
        monkeypatch.delenv(name)
    further = asked if isinstance(asked, dict) else {}
    return ServerSettings(var=tmp_path / "var", database_url=url, listed_from=1.5, **further)


@pytest.fixture
def store(settings: ServerSettings) -> Iterator[Store]:
    with Store.of(settings) as store:
        store.publish(publication(date(2026, 8, 31), AUGUST))
        store.publish(publication(date(2026, 9, 30), SEPTEMBER))
        brief(store)
        yield store


@pytest.fixture
def publish_month(store: Store) -> Callable[[date], int]:
    return lambda day: store.publish(publication(day, SEPTEMBER))


@pytest.fixture
def audit_rows(store: Store) -> AuditRows:
    """The audit, oldest first, without its hashes and without the seals of publications."""

    def rows() -> list[dict[str, Any]]:
        with store.reading() as scores:
            columns = [column for column in AUDIT.c if column.name not in ("hash", "publication_id", "rows_hash")]
            query = select(*columns).where(AUDIT.c.publication_id.is_(None)).order_by(AUDIT.c.id)
            return [dict(row) for row in scores.connection.execute(query).mappings()]

    return rows
