"""The settings of a run: one frozen object, built once at the edge from the environment (`RETENTION_…`)."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from features.errors import BadInput, Finding
from features.vocabulary import EngineName
from pipeline.replacement_cost import REPLACEMENT_COST


class Settings(BaseSettings):
    """Where state lives. Every path lies under `var` unless another place is named."""

    model_config = SettingsConfigDict(env_prefix="RETENTION_", frozen=True, extra="ignore")

    var: Path = Path("var")
    database_url: str = ""
    mlflow_tracking_uri: str = Field(default="", validation_alias=AliasChoices("MLFLOW_TRACKING_URI"))
    engine: EngineName = "polars"
    list_capacity: int = Field(default=4, ge=1, description="conversations that a manager can hold in a month")
    language: str = Field(default="en", description="language of the lists, as a code that there are texts in")
    replacement_cost: dict[int, Annotated[float, Field(gt=0)]] = Field(
        default=dict(REPLACEMENT_COST),
        min_length=1,
        description="by level, what replacing a person costs, in any one unit",
    )

    drift_limit: float = Field(
        default=0.2, gt=0, description="least population stability index of a feature that has moved"
    )

    fairness_limit: float = Field(
        default=0.8, ge=0, le=1, description="least ratio of selection rate and recall between protected groups"
    )

    notice_required: bool = Field(default=False, description="score nobody who was not told of it")
    notice_given: dict[str, date] = Field(
        default={}, description="by source, the day on which its people were told that they are scored, and why"
    )
    keep_scores_months: int = Field(default=24, ge=1, description="months for which scores and lists are kept")
    keep_answers_months: int = Field(default=24, ge=1, description="months for which answers and contests are kept")

    @property
    def store_url(self) -> str:
        """SQLAlchemy URL of the store of published scores."""
        return self.database_url or f"sqlite:///{self.var.absolute() / 'store.db'}"

    @property
    def tracking_uri(self) -> str:
        """MLflow tracking and registry URI."""
        return self.mlflow_tracking_uri or f"sqlite:///{self.var.absolute() / 'mlflow.db'}"

    @property
    def artifact_root(self) -> str | None:
        """Where MLflow keeps artefacts; None where a tracking server decides it.

        MLflow's own default for a database without a server is the current folder.
        """
        served = self.tracking_uri.startswith(("http://", "https://", "databricks", "uc:"))
        return None if served else (self.var.absolute() / "mlartifacts").as_uri()


def unusable(error: ValidationError | SettingsError) -> BadInput:
    """What a person is told of settings that cannot be used: every one of them, without its value."""
    if isinstance(error, SettingsError):
        name = re.search(r'field "(\w+)"', str(error))
        variable = _variable((name[1],)) if name else ""
        return BadInput(Finding("not JSON", "environment", variable, 0, 'Write it as ["a", "b"] or {"a": "b"}.'))
    return BadInput(
        [
            Finding(wrong["msg"], "environment", _variable(wrong["loc"]), 0, "Correct or unset it.")
            for wrong in error.errors(include_input=False, include_url=False)
        ]
    )


def _variable(place: tuple[int | str, ...]) -> str:
    """The variable that is wrong; none where several contradict each other."""
    if not place:
        return ""
    name = str(place[0])
    return name if name.isupper() else f"RETENTION_{name.upper()}"
