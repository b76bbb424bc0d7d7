"""A month's lists, and the answers to them."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from features.contract.ids import MOST_CHARACTERS
from features.contract.vocabulary import Driver
from pipeline.language.actions import action_of
from pipeline.lists.risk_list import Band
from pipeline.store.answers import DONE, Because, Outcome
from pipeline.store.trials.nominations import MOST_NOMINATED
from serving.schemas.example import example
from serving.schemas.risks import GUIDANCE, REASON, GuidanceForManager, PersonName, ReasonForManager


class AnswerToList(BaseModel):
    """What was done about a person on a list, or why nothing was. Free text is left out, for privacy."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"outcome": "acted", "drivers": ["pay"]}]}
    )

    outcome: Outcome = Field(
        description=(
            "what was done: talked, offered, agreed, acted; or why not: not_needed, already_known, disagree, left"
        )
    )
    drivers: list[Driver] = Field(default=[], max_length=5, description="the drivers that were acted on")
    because: Because | None = Field(
        default=None, description="reason for `disagree`; `wrong` and `outdated` concern the data, and HR sees them"
    )
    action: str | None = Field(
        default=None, max_length=64, description="what was done, as the `key` of one of the person's `offers`"
    )

    @model_validator(mode="after")
    def _because_needs_disagree(self) -> Self:
        if self.because is not None and self.outcome != "disagree":
            raise ValueError("`because` is allowed only with the outcome `disagree`")
        return self

    @model_validator(mode="after")
    def _action_is_known_and_done(self) -> Self:
        if self.action is not None and (action_of(self.action) is None or self.outcome not in DONE):
            raise ValueError(f"`action` must be the key of an offer, with one of the outcomes {', '.join(DONE)}")
        return self


class Nominations(BaseModel):
    """Whom a manager would talk to, named before the list is shown; nobody is an answer too."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"employee_ids": ["E-1042"]}]})

    employee_ids: list[Annotated[str, Field(max_length=MOST_CHARACTERS)]] = Field(
        default=[], max_length=MOST_NOMINATED, description="direct reports of the manager"
    )
    is_skipped: bool = Field(default=False, description="the manager does not want to answer; nobody is stored")


class AnsweredQuestion(BaseModel):
    """The question of a month is answered, and the list is shown from now on."""

    model_config = example(month="2026-09")

    month: str


class GivenAnswer(BaseModel):
    """The last answer about a person on a list."""

    at: datetime
    who: str
    outcome: Outcome
    drivers: list[Driver]
    because: Because | None = None
    action: str | None = Field(default=None, description="what was done, as the `key` of one of the `offers`")


ANSWER = {"at": "2026-10-05T09:30:00Z", "who": "M-017", "outcome": "acted", "drivers": ["pay"]}


class KeptAnswer(GivenAnswer):
    """An answer as stored."""

    model_config = example(employee_id="E-1042", month="2026-09", **ANSWER)

    employee_id: str
    month: str


class OfferForManager(BaseModel):
    """An action to choose from; one of them was drawn to be considered first."""

    key: str
    driver: Driver
    text: str
    is_first: bool


class ListedPerson(BaseModel):
    """A person to talk to this month."""

    employee_id: str
    name: PersonName
    band: Band
    change: Literal["new", "rising", "continuing"]
    department: str | None
    job: str | None
    level: int | None
    location: str | None
    is_hard_to_replace: bool = Field(default=False, description="by the source's table criticality: 4 of 5 or more")
    reasons: list[ReasonForManager]
    guidance: list[GuidanceForManager]
    moved: list[str] = Field(default=[], description="the largest changes since last month, in words")
    offers: list[OfferForManager] = Field(
        default=[], description="actions to choose from, the drawn one first; empty unless RETENTION_FIRST_OFFERS is on"
    )
    answer: GivenAnswer | None = Field(description="the last answer; null while there is none")


class ManagerList(BaseModel):
    """One manager's list."""

    manager_id: str
    manager_name: PersonName
    team_size: int
    expected: str = Field(description="the number of listed people who would leave if nothing changes, in words")
    entries: list[ListedPerson]
    resolved: list[str] = Field(
        description="people on last month's list who are still in the team and no longer stand out"
    )
    resolved_names: dict[str, str] = Field(description="the names of those of them whom the directory has, by id")


class MonthlyLists(BaseModel):
    """The lists of a month: one manager's, or all that are not empty."""

    model_config = example(
        month="2026-09",
        snapshot_date="2026-09-30",
        model_version="4",
        horizon_months=6,
        not_informed=12,
        lists=[
            {
                "manager_id": "M-017",
                "manager_name": "Ивар Озолс",
                "team_size": 11,
                "expected": "Of these four, about one would leave within six months if nothing changes.",
                "entries": [
                    {
                        "employee_id": "E-1042",
                        "name": "Anna Muster",
                        "band": "elevated",
                        "change": "new",
                        "department": "Sales",
                        "job": "Account manager",
                        "level": 3,
                        "location": "Riga",
                        "reasons": [REASON],
                        "guidance": [GUIDANCE],
                        "answer": ANSWER,
                    }
                ],
                "resolved": ["E-0555"],
                "resolved_names": {"E-0555": "Maria Ozola"},
            }
        ],
    )

    month: str
    snapshot_date: date
    model_version: str
    horizon_months: int
    not_informed: int | None = Field(
        default=None, description="for HR: people at risk who are on no list because they are not informed yet"
    )
    lists: list[ManagerList]
