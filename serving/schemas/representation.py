"""What representatives (a works council, a data protection officer) see: no person, and no group of fewer than ten."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.schemas.example import example

Finding = Literal["not_measurable", "too_little_data", "fewer_exits", "more_exits", "no_difference_shown"]


class Interval(BaseModel):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class ReviewedGroup(BaseModel):
    """A protected group; null where it is too small, or another could be worked out from it."""

    group: str
    people: int | None
    selection_rate_ratio: Interval | None = Field(
        description="share listed, divided by that of the group listed most often"
    )
    recall_ratio: Interval | None = Field(description="share of the leavers who were listed, divided in the same way")


class ReviewedAttribute(BaseModel):
    """A protected attribute, or a pair of them."""

    attribute: str
    groups: list[ReviewedGroup]


class FeatureRead(BaseModel):
    """A feature that the model uses."""

    feature: str
    label: str
    driver: str


class TableRead(BaseModel):
    """A table of the source, and how many of its rows were used."""

    table: str
    rows: int
    used: int | None


class LooksCounted(BaseModel):
    """How many times people were shown to a role in a month; null below ten."""

    month: str
    role: str
    purpose: str | None
    times: int | None


class AlertShown(BaseModel):
    """An alert of the last `retention monitor`."""

    month: str
    rule: str
    remedy: str
    value: float
    limit: float
    is_current: bool


class LedgerShown(BaseModel):
    """An event of the ledger of models, without the account that caused it."""

    at: datetime
    event: str
    version: str
    replaces: str | None
    reason: str | None


class Notice(BaseModel):
    """Whether people must be informed before they are scored, and when they were."""

    is_required: bool
    given: date | None = Field(description="the first day; later notices are to those hired since, or elsewhere")
    not_informed: int | None = Field(description="people at risk who are not scored until informed; null below ten")


class BriefingOfManagers(BaseModel):
    """How many managers with a team have a briefing in force, and how many get no list until they confirm it."""

    every_months: int = Field(description="for how long a confirmation holds")
    confirmed: int | None = Field(description="null below ten")
    not_confirmed: int | None = Field(description="null below ten")


class SettingChanged(BaseModel):
    """A change of a setting, without secrets, addresses and paths."""

    at: datetime = Field(description="when it was noticed: at the next start of the server, or by the next command")
    program: Literal["server", "commands"] = Field(description="who reads the setting; each notices a change by itself")
    command: str = Field(description="what noticed it: `server`, or a command such as `retention score`")
    setting: str
    before: Any = Field(description="null where there was no value; `(set)` where the value is not shown")
    after: Any


class RollOut(BaseModel):
    """How many managers were allocated lists, and how many wait; null below ten."""

    with_lists: int | None
    without_lists: int | None


class EffectOfLists(BaseModel):
    """What the last `retention effect` found."""

    finding: Finding = Field(
        description="not_measurable: every manager gets lists; no_difference_shown: the interval includes zero"
    )
    difference: Interval | None = Field(default=None, description="share who left with lists, less the share without")


class Representation(BaseModel):
    """How the model is used and checked. Figures are of groups of ten people or more."""

    model_config = ConfigDict(
        protected_namespaces=(),
        **example(
            source="acme",
            snapshot_date="2026-09-30",
            people=2_000,
            model_version="4",
            notice={"is_required": True, "given": "2026-01-15", "not_informed": 12},
            briefing={"every_months": 12, "confirmed": 84, "not_confirmed": None},
            features=[{"feature": "tenure_months", "label": "Time in the company", "driver": "context"}],
            tables=[{"table": "employees", "rows": 2_410, "used": 2_400}],
            never_read=["Never read: content of messages, health, union membership …"],
            fairness=[],
            looks=[{"month": "2026-10", "role": "hr", "purpose": "retention_conversation", "times": 41}],
            alerts=[],
            ledger=[],
            settings_changed=[
                {
                    "at": "2026-10-01T06:00:00Z",
                    "program": "commands",
                    "command": "retention monthly",
                    "setting": "list_capacity",
                    "before": 4,
                    "after": 3,
                }
            ],
            settings_recorded_since="2026-09-01T06:00:00Z",
            roll_out=None,
            effect=None,
        ),
    )

    source: str
    snapshot_date: date
    people: int = Field(description="people scored")
    model_version: str | None = Field(description="the version that serves; null while there is none")
    notice: Notice
    briefing: BriefingOfManagers | None = Field(description="null where the settings ask for none")
    features: list[FeatureRead]
    tables: list[TableRead] = Field(description="rows read and used for the published month")
    never_read: list[str]
    fairness: list[ReviewedAttribute]
    looks: list[LooksCounted] = Field(description="of the last 13 months")
    alerts: list[AlertShown] | None = Field(description="null before the first `retention monitor`")
    ledger: list[LedgerShown]
    settings_changed: list[SettingChanged] = Field(description="newest first, at most 200")
    settings_recorded_since: datetime | None = Field(description="null before settings were first recorded")
    roll_out: RollOut | None = Field(description="null where every manager gets lists")
    effect: EffectOfLists | None = Field(description="null before the first `retention effect`")
