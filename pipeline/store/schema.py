"""The tables of the store. Built by the migrations in this package; a test compares the two."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    func,
    text,
)

from features.contract.vocabulary import CONTEXT, DRIVERS


def in_utc(at: datetime) -> datetime:
    """The moment in UTC; one without a time zone is taken as UTC."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


class Moment(TypeDecorator[datetime]):
    """A moment that is read back with its time zone, UTC, which SQLite does not store."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else in_utc(value)


METADATA: Final = MetaData()

HINDSIGHT: Final = "is_hindsight"
"""The key of a publication's manifest: whether the model had learned from exits after the snapshot date."""

PUBLICATION: Final = Table(
    "publication",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("snapshot_date", Date, nullable=False),
    Column("model_version", String, nullable=False),
    Column("horizon_months", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    Column("mean_risk", Double, nullable=False),
    Column("features", JSON, nullable=False),
    Column("manifest", JSON, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("data_check", JSON(none_as_null=True)),
    Column("rows_sum", Text),
    Column("published_at", Moment, nullable=False, server_default=func.now()),
    Index("ix_publication_month", "source", "snapshot_date"),
    sqlite_autoincrement=True,
)
"""One published scoring run. A correction is a new row, and the newest of a date is served. Rows change only by erasure
and at the end of the retention period.

`data_check`: rows read and used, warnings, and refusals that were overridden (`pipeline.data_counts.DataCheck`); null
if it was published before they were kept. `rows_sum`: see `pipeline.store.seals`; null if it was published before them.
"""

SCORE: Final = Table(
    "score",
    METADATA,
    Column("publication_id", ForeignKey("publication.id"), primary_key=True),
    Column("employee_id", String, primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("risk", Double, nullable=False),
    Column("risk_3m", Double),
    Column("risk_6m", Double),
    Column("risk_12m", Double),
    Column("risk_low", Double),
    Column("risk_high", Double),
    Column("evidence", String, nullable=False),
    Column("base_log_odds", Double, nullable=False),
    Column("log_odds", Double, nullable=False),
    Column("department", String),
    Column("level", Integer),
    Column("job", String),
    Column("location", String),
    Column("manager_id", String),
    Column("factors", Text, nullable=False),
    Column("criticality", Double),
    Index("ix_score_rank", "publication_id", "rank", unique=True),
    Index("ix_score_manager", "publication_id", "manager_id"),
    Index("ix_score_person", "employee_id"),
    Index("ix_score_risk", "publication_id", "risk"),  # sums of risks, without reading everyone's factors
)
"""One person in one publication, with the post held on the snapshot date. `rank` 1 is the highest risk. `criticality`:
how hard the person is to replace (1 to 5), null where the source does not say.

`factors` is JSON: `{"index": […], "value": […], "peer_value": […], "contribution": […]}`, of equal length; `index` is
the feature's position in `publication.features`.
"""

GROUP_FIGURE: Final = Table(
    "group_figure",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("publication_id", ForeignKey("publication.id"), nullable=False),
    Column("dimension", String, nullable=False),
    Column("value", String),
    Column("people", Integer),
    Column("expected_exits", Double),
    Column("low", Double),
    Column("high", Double),
    *(Column(f"{driver}_log_odds", Double) for driver in (*DRIVERS, CONTEXT)),
    Index("ix_group_figure", "publication_id", "dimension"),
)
"""A group of one publication, or everyone (`store.group_figures`); all figures of a suppressed one are null."""

SERVICE_FIGURE: Final = Table(
    "service_figure",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("publication_id", ForeignKey("publication.id"), nullable=False),
    Column("client_department", String, nullable=False),
    Column("provider_department", String, nullable=False),
    Column("services", Integer),
    Column("rating", Double),
    Column("hours", Double),
    Column("balance", Double),
    Column("trend", Double),
    Column("risk", Double),
    Column("relationships_log_odds", Double),
    Column("kinds", JSON(none_as_null=True)),
    Index("ix_service_figure", "publication_id"),
)
"""What one department asks of another; `services` and all other figures are null if they concern too few people.

kinds: {kind: services}, as returned by `disclosure.kinds_shown`.
"""

DIRECTORY: Final = Table(
    "directory",
    METADATA,
    Column("source", String, primary_key=True),
    Column("employee_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("email", String),
    Column("language", String),
    Column("searched", Text, nullable=False),
)
"""How the people of a source are called, of those who work there. Each publication of the source replaces it whole.

It is part of no publication, and no seal covers it. `searched`: name and id as `pipeline.language.search_text` writes
them.
"""

EMPLOYMENT: Final = Table(
    "employment",
    METADATA,
    Column("source", String, primary_key=True),
    Column("employee_id", String, primary_key=True),
    Column("hire_date", Date),
    Column("department", String),
    Column("location", String),
)
"""Everyone at risk in the last publication of a source, scored or not: who was informed depends on it
(`pipeline.informed`). Each publication of the source replaces it whole; it is part of none, and no seal covers it.
"""

LIST_ANSWER: Final = Table(
    "list_answer",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("who", String, nullable=False),
    Column("source", String, nullable=False),
    Column("month", String, nullable=False),
    Column("employee_id", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("drivers", JSON, nullable=False),
    Column("because", String),
    Column("manager_id", String),
    Column("action", String),
    Index("ix_list_answer_person", "employee_id"),
    Index("ix_list_answer_month", "source", "month"),
    sqlite_autoincrement=True,
)
"""What was done about a person on a list, or why nothing; the last row for a person and month counts.

`manager_id`: to whom the person reported in the month; null where it is unknown. `action`: what was done, where the
list suggested actions (`pipeline.language.actions`).
"""

CONTEST: Final = Table(
    "contest",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("who", String, nullable=False),
    Column("employee_id", String, nullable=False),
    Column("ground", String, nullable=False),
    Column("feature", String),
    Column("statement", Text, nullable=False),
    Column("source", String, nullable=False, server_default=""),
    Index("ix_contest_person", "employee_id"),
    sqlite_autoincrement=True,
)
"""A person's statement that something held about them is wrong; `source` is empty where it is unknown."""

OBJECTION: Final = Table(
    "objection",
    METADATA,
    Column("source", String, primary_key=True),
    Column("person_hash", String, primary_key=True),
    Column("key_mark", String, nullable=False),
    Column("at", Moment, nullable=False),
)
"""Who objects to being scored (`pipeline.store.objections`), as keyed hashes of their ids. `key_mark` tells the keys
apart. Rows outlive erasure and purge; only the person's own withdrawal deletes one."""

DELIVERY: Final = Table(
    "delivery",
    METADATA,
    Column("source", String, primary_key=True),
    Column("month", String, primary_key=True),
    Column("manager_id", String, primary_key=True),
    Column("list_hash", String, nullable=False),
    Column("state", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", String),
)
"""The state of one manager's list of a month (`lists.delivery_ledger`), without address or text of the mail server."""

ROLLOUT: Final = Table(
    "rollout",
    METADATA,
    Column("source", String, primary_key=True),
    Column("manager_id", String, primary_key=True),
    Column("gets_lists", Boolean, nullable=False),
    Column("stratum", String, nullable=False),
    Column("share", Double, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("from_month", String, nullable=False),
    Column("until_month", String),
    Column("at", Moment, nullable=False),
)
"""Whether a manager is allocated lists (`pipeline.lists.rollout`), for the months [from_month, until_month)."""

MONTH_STEP: Final = Table(
    "month_step",
    METADATA,
    Column("source", String, primary_key=True),
    Column("month", String, primary_key=True),
    Column("step", String, primary_key=True),
    Column("told", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)
"""A finished step of `retention monthly`; `told` holds the counts that it reported."""

AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("request_id", String, nullable=False),
    Column("who", String, nullable=False),
    Column("role", String, nullable=False),
    Column("what", String, nullable=False),
    Column("whom", String),
    Column("purpose", String),
    Column("result", String, nullable=False),
    Column("hash", String, nullable=False, server_default=""),
    Column("source", String),
    Column("publication_id", Integer),
    Column("rows_hash", String),
    Index("ix_audit_whom", "whom", "id"),
    Index("ix_audit_who", "who", "id"),
    Index(
        "ix_audit_publication",
        "publication_id",
        sqlite_where=text("publication_id IS NOT NULL"),
        postgresql_where=text("publication_id IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)
"""Who looked at whom, and why: one row for each person named in an answer, or one for an answer that names no one.

`source`: of the person, since two sources can have equal ids; null where it is unknown. `publication_id` and
`rows_hash` seal the rows of a publication (`pipeline.store.seals`).

Triggers refuse UPDATE, TRUNCATE and REPLACE, and DELETE of rows after the last checkpoint; `hash` covers the row and
the previous one (`pipeline.store.audit.audit`).
"""

MODEL_LEDGER: Final = Table(
    "model_ledger",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("event", String, nullable=False),
    Column("version", String, nullable=False),
    Column("replaces", String),
    Column("source", String, nullable=False),
    Column("run_id", String, nullable=False),
    Column("who", String, nullable=False),
    Column("reason", Text),
    Column("gate", JSON, nullable=False),
    Index("ix_model_ledger_version", "version"),
    sqlite_autoincrement=True,
)
"""When each model version began to serve, and which was refused (`pipeline.registry.ledger`).

Triggers refuse UPDATE, DELETE, TRUNCATE and REPLACE.
"""

EMBEDDED_TOKEN: Final = Table(
    "embedded_token",
    METADATA,
    Column("id", String, primary_key=True),
    Column("role", String),
    Column("subject_mark", String),
    Column("issued_at", Moment),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)
"""A token of `retention token`, without its text or its person (`pipeline.store.embedded_tokens`)."""
