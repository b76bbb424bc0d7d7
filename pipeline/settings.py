"""The settings of a run: one frozen object, built once at the edge from the environment (`RETENTION_…`) and the file
below it (`pipeline.settings_file`)."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from features.contract.vocabulary import EngineName
from features.errors import BadInput, Finding
from pipeline.listing.replacement_cost import REPLACEMENT_COST
from pipeline.listing.rules import CAPACITY, LISTED_FROM, ListRules, ListsBy
from pipeline.notices import NoticeGiven
from pipeline.settings_file import HOLDS_PASSWORD, NAMES_PEOPLE, SettingsFile, path_of, table_of


class Settings(BaseSettings):
    """All settings. State is kept under `var` unless another place is set."""

    model_config = SettingsConfigDict(env_prefix="RETENTION_", frozen=True, extra="ignore")

    var: Path = Path("var")
    database_url: str = Field(default="", json_schema_extra=HOLDS_PASSWORD)
    mlflow_tracking_uri: str = Field(
        default="", validation_alias=AliasChoices("MLFLOW_TRACKING_URI"), json_schema_extra=HOLDS_PASSWORD
    )
    engine: EngineName = "polars"
    spark_store: str = Field(
        default="", description="URL of a folder in which this process and the machines of Spark exchange files"
    )
    own_features: bool = Field(
        default=False, description="run the Python module of own features that a source.toml names"
    )
    list_capacity: int = Field(default=CAPACITY, ge=1, description="conversations that a manager can hold in a month")
    listed_from: float = Field(
        default=LISTED_FROM,
        ge=1,
        description="lowest risk of a listed person, as a multiple of the company's mean risk",
    )
    lists_by: ListsBy = Field(
        default="risk", description="order of a list: by risk, or by risk and how hard the person is to replace"
    )
    debug: bool = Field(
        default=False, description="show a command's fault with its whole traceback, which may quote personal data"
    )
    language: str = Field(default="en", description="language of the lists, as a code")
    surveys_confidential: bool = Field(
        default=True, description="nobody sees a person's survey answers by name; false: HR does"
    )
    replacement_cost: dict[int, Annotated[float, Field(gt=0)]] = Field(
        default=dict(REPLACEMENT_COST),
        min_length=1,
        description="cost of replacing a person, by level, in one unit",
    )
    pay_bands: dict[int, Annotated[float, Field(gt=0)]] = Field(
        default={}, description="a year's pay by level, in one currency; plans then show their cost in it"
    )

    most_stayers: int = Field(
        default=200_000,
        ge=1,
        description="most rows of people who stayed that a fit learns from; test rows are all used",
    )
    stored_tables: bool = Field(
        default=False,
        description="store the validated tables of a source, with names, so that unchanged files are not read again",
    )
    drift_limit: float = Field(
        default=0.2, gt=0, description="least population stability index of a feature that counts as drift"
    )

    fairness_limit: float = Field(
        default=0.8, ge=0, le=1, description="least ratio of selection rate and recall between protected groups"
    )

    notice_required: bool = Field(default=False, description="score no one who was not informed")
    notice_given: dict[str, NoticeGiven] = Field(
        default={}, description="by source, when and where its people were informed that they are scored, and why"
    )
    acknowledgements: Path | None = Field(
        default=None, description="a file of employee_id and acknowledged_on: people who were informed one by one"
    )
    briefing_months: int = Field(
        default=12,
        ge=0,
        le=120,
        description="months for which a manager's confirmation of the briefing holds; 0: no briefing is asked for",
    )
    employee_access: bool = Field(
        default=False, description="employees may sign in and see what is held about themselves, and nothing else"
    )
    oidc_issuer: str = Field(default="", description="`iss` of the company's tokens; empty: the embedded issuer")
    keep_scores_months: int = Field(default=24, ge=1, description="months for which scores and lists are kept")
    keep_answers_months: int = Field(default=24, ge=1, description="months for which answers and contests are kept")
    keep_audit_months: int = Field(default=36, ge=6, description="months for which rows of the audit are kept")

    directory: Path | None = Field(
        default=None, description="a file of names, addresses and languages, in place of the source's table directory"
    )
    addresses: Path | None = Field(
        default=None, description="a file of manager_id and address, which overrides addresses of the directory"
    )
    list_link: str = Field(default="", description="where managers read and answer; {month} becomes YYYY-MM")
    mail_includes_list: bool = Field(default=False, description="mail the list itself, with names")
    smtp_host: str = Field(default="", description="the mail server; empty: nothing is mailed")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="its port; 465 is usual for `tls`")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="none on this machine only"
    )
    smtp_ca_file: Path | None = Field(default=None, description="the certificate authority of the server")
    smtp_user: str = Field(default="", description="the user who signs in", json_schema_extra=NAMES_PEOPLE)
    smtp_password: SecretStr | None = Field(default=None, description="the password of that user")
    smtp_from: str = Field(
        default="",
        pattern=r"^([^@\s<>]+@[^@\s<>]+)?$",
        description="the sender's address",
        json_schema_extra=NAMES_PEOPLE,
    )
    smtp_timeout_seconds: float = Field(default=30, gt=0, description="how long to wait for an answer")
    smtp_attempts: int = Field(default=4, ge=1, description="attempts to send a list in one run")
    smtp_pause_seconds: float = Field(
        default=5, ge=0, description="pause before the second attempt; doubled before each further one"
    )

    webhook_url: SecretStr | None = Field(
        default=None, description="called once a month when the lists are ready; without names"
    )
    webhook_secret: SecretStr | None = Field(default=None, description="what the calls are signed with")
    webhook_format: Literal["json", "slack", "teams"] = Field(default="json", description="form of the call's body")
    webhook_ca_file: Path | None = Field(default=None, description="the certificate authority of the webhook")
    webhook_timeout_seconds: float = Field(default=10, gt=0, description="how long to wait for its answer")
    remind_after_days: int = Field(
        default=0, ge=0, le=60, description="days after which a list without an answer is followed up; 0: never"
    )

    rollout_share: float = Field(default=1.0, gt=0, le=1, description="share of the managers who get lists")
    rollout_seed: int = Field(default=1, ge=0, le=2**31 - 1, description="seed of the random allocation")
    rollout_months: int = Field(default=12, ge=3, le=60, description="months of lists that a roll-out is planned for")

    first_offers: bool = Field(
        default=False, description="draw at random which action a list suggests first, to learn which one helps"
    )
    nominations: bool = Field(
        default=False, description="ask managers whom they would talk to before they open the list of a month"
    )

    score_drift_limit: float = Field(default=0.2, gt=0, description="least PSI of scores that counts as drift")
    list_lift_limit: float = Field(
        default=2.0, gt=0, description="least exit rate of the listed people, as a multiple of the base rate"
    )
    answered_limit: float = Field(default=0.0, ge=0, le=1, description="least share of a list that should be answered")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the caller gives, above the environment, above the settings file."""
        return init_settings, env_settings, SettingsFile(settings_cls)

    @field_validator("list_link")
    @classmethod
    def _require_https(cls, given: str) -> str:
        parts = urlsplit(given)
        is_here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
        if given and parts.scheme != "https" and not is_here:
            raise ValueError("the page must be reached by https")
        return given

    @model_validator(mode="after")
    def _require_question_before_list(self) -> Self:
        if self.nominations and self.mail_includes_list:
            rule = "a mail with the list comes before the question: turn off RETENTION_MAIL_INCLUDES_LIST or "
            raise ValueError(f"{rule}RETENTION_NOMINATIONS")
        return self

    @property
    def list_rules(self) -> ListRules:
        """Who is on the managers' lists."""
        return ListRules(self.list_capacity, self.listed_from, self.replacement_cost, self.lists_by)

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
        """Where MLflow stores artefacts; None if a tracking server decides it.

        MLflow's own default for a database without a server is the current folder.
        """
        served = self.tracking_uri.startswith(("http://", "https://", "databricks", "uc:"))
        return None if served else (self.var.absolute() / "mlartifacts").as_uri()


def unusable(error: ValidationError | SettingsError) -> BadInput:
    """The error for invalid settings: it names every one of them, without its value."""
    if isinstance(error, SettingsError):
        name = re.search(r'field "(\w+)"', str(error))
        variable = _variable((name[1],)) if name else ""
        return BadInput(Finding("not JSON", "environment", variable, remedy='Write it as ["a", "b"] or {"a": "b"}.'))
    found = error.errors(include_input=False, include_url=False)
    return BadInput([_wrong(each["loc"], each["msg"]) for each in found])


def _wrong(location: tuple[int | str, ...], rule: str) -> Finding:
    """The finding for one invalid value, with the variable or the key of the file that holds it."""
    variable = _variable(location)
    name = str(location[0]).lower() if location else ""
    path = path_of(Path(os.environ.get("RETENTION_VAR", "var")))
    if variable not in os.environ and name in table_of(path):
        return Finding(rule, str(path), name, remedy="Correct or remove it.")
    return Finding(rule, "environment", variable, remedy="Correct or unset it.")


def _variable(location: tuple[int | str, ...]) -> str:
    """The name of the invalid variable; empty if several contradict each other."""
    if not location:
        return ""
    name = str(location[0])
    return name if name.isupper() else f"RETENTION_{name.upper()}"
