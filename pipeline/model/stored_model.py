"""The stored form of a model: text files only, loaded without running code from them.

A folder holds `model.json` (the horizons, the catalogue, the manifest), `learned_from.json` (sums over what the model
learned from; missing before they were kept) and a folder for each horizon with the blend's files. MLflow finds
`_load_pyfunc` here, so `mlflow models serve` and `mlflow.pyfunc.load_model` run the same code as our own scoring.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from features.catalogue.catalogue import fixed_features, stored_shows_another
from features.catalogue.feature import Feature
from features.catalogue.version_0_1 import model_entry
from features.errors import BadInput, Finding
from pipeline.dataset.horizons import NO_HORIZON
from pipeline.model.blend import Blend
from pipeline.model.calibration import risk_of
from pipeline.model.learned_from import LearnedFrom

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 2
FORMAT_OF_0_1 = 1
"""The format of version 0.1, whose features say less of themselves."""


@dataclass(frozen=True)
class StoredModel:
    """A blend for each horizon; `horizon_months` is the one that was requested, evaluated and explained.

    `manifest` records what made it: source, data hash, code version, seed, training rows. `learned_from` are sums over
    what it learned from; None for a model that was stored before they were kept. No person's data.
    """

    horizon_months: int
    blends: Mapping[int, Blend]
    features: Mapping[str, Feature]
    manifest: Mapping[str, Any]
    learned_from: LearnedFrom | None = None

    @property
    def asked(self) -> Blend:
        """The blend of the requested horizon."""
        return self.blends[self.horizon_months]

    def has_seen_after(self, snapshot_date: date) -> bool:
        """Whether it learned from exits after a day, so that its scores of that day are no forecast. False for a model
        without dates, or stored before this was kept."""
        until = self.manifest.get("outcomes_until")
        return until is not None and date.fromisoformat(until) > snapshot_date

    def curve(self, X: pl.DataFrame, asked: np.ndarray) -> dict[int, np.ndarray]:
        """Risk at each horizon, never falling with time; `asked` (n,) is that at the requested one.

        The requested horizon's risk is not changed, since the factors add up to it; shorter ones are capped at the next
        longer, longer ones raised to the next shorter.
        """
        risks = {
            months: asked if months == self.horizon_months else blend.risk(X) for months, blend in self.blends.items()
        }
        ordered = sorted(risks)
        at = ordered.index(self.horizon_months)
        for longer, shorter in pairwise(reversed(ordered[: at + 1])):
            risks[shorter] = np.minimum(risks[shorter], risks[longer])
        for shorter, longer in pairwise(ordered[at:]):
            risks[longer] = np.maximum(risks[longer], risks[shorter])
        return risks

    def save(self, folder: Path) -> None:
        """Writes the model into an empty folder."""
        for months, blend in self.blends.items():
            blend.save(folder / f"{months}m")
        document = {
            "format": FORMAT,
            "horizon_months": self.horizon_months,
            "horizons": sorted(self.blends),
            "manifest": dict(self.manifest),
            "features": [asdict(feature) for feature in self.features.values()],
        }
        (folder / "model.json").write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
        if self.learned_from:
            self.learned_from.save(folder)

    @classmethod
    def load(cls, folder: Path) -> "StoredModel":
        """Reads what `save` wrote. Raises BadInput where the folder is of another format."""
        document = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if document.get("format") == FORMAT_OF_0_1:
            fixed = fixed_features()
            document["features"] = [model_entry(entry, fixed) for entry in document["features"]]
        elif document.get("format") != FORMAT:
            raise BadInput(
                Finding(
                    f"the stored model has format {document.get('format')}, this version reads {FORMAT_OF_0_1} "
                    f"and {FORMAT}",
                    "model.json",
                    "format",
                    0,
                    "Train again with this version, or run the version that stored it.",
                )
            )
        return cls(
            horizon_months=document["horizon_months"],
            blends={months: Blend.load(folder / f"{months}m") for months in document["horizons"]},
            features={entry["name"]: _feature_of(entry) for entry in document["features"]},
            manifest=document["manifest"],
            learned_from=LearnedFrom.load(folder),
        )


def _feature_of(entry: Mapping[str, Any]) -> Feature:
    return Feature(**{**entry, "shows_another": stored_shows_another(entry["name"], entry)})


class _Pyfunc:
    """What MLflow calls: a pandas frame of features in, a frame of risks out."""

    def __init__(self, model: StoredModel) -> None:
        self._model = model

    def predict(self, records: "pd.DataFrame", params: Mapping[str, Any] | None = None) -> "pd.DataFrame":
        import pandas as pd  # only MLflow calls this

        X = typed_records(pl.from_pandas(records), self._model.features)
        log_odds = self._model.asked.log_odds(X)
        asked = risk_of(log_odds)
        curve = {
            f"risk_{months}m": risk for months, risk in self._model.curve(X, asked).items() if months != NO_HORIZON
        }
        return pd.DataFrame({"risk": asked, "log_odds": log_odds, **curve})


def typed_records(records: pl.DataFrame, features: Mapping[str, Feature]) -> pl.DataFrame:
    """The model's columns in their order and types; a feature that was not sent is unknown (null)."""
    types = {name: pl.String if f.kind == "category" else pl.Float64 for name, f in features.items()}
    return records.select(
        (pl.col(name) if name in records.columns else pl.lit(None)).cast(type_).alias(name)
        for name, type_ in types.items()
    )


def _load_pyfunc(path: str) -> _Pyfunc:
    return _Pyfunc(StoredModel.load(Path(path)))
