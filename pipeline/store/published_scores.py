"""What readers get out of the store: the scores of one publication, as of one moment."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Final, Literal

import polars as pl
from sqlalchemy import Column, ColumnElement, Connection, Select, Table, and_, bindparam, func, or_, select

from features.catalogue.version_0_1 import published_entry
from features.contract.vocabulary import CONTEXT, DRIVERS, Driver
from pipeline.store.schema import GROUP_FIGURE, PUBLICATION, SCORE, SERVICE_FIGURE
from pipeline.store.withdrawn import withdrawn

ENOUGH: Final = "enough"
"""The evidence of a score that may be acted on; any other text is the reason why it may not."""

Sort = Literal["-risk", "risk", "employee_id", "-employee_id", "department", "-department", "level", "-level"]
"""By what a page of scores is in order; a minus turns it round."""

LISTABLE: Final = {
    "employee_id": pl.String,
    "manager_id": pl.String,
    "risk": pl.Float64,
    "evidence": pl.String,
    "department": pl.String,
    "job": pl.String,
    "level": pl.Int64,
    "location": pl.String,
}
"""The columns of `PublishedScores.teams`."""


@dataclass(frozen=True)
class Published:
    """The head of one publication; `mean_risk` is the mean of everyone's risk at `horizon_months`."""

    id: int
    source: str
    snapshot_date: date
    model_version: str
    horizon_months: int
    people: int
    mean_risk: float
    features: Sequence[Mapping[str, Any]]
    content_hash: str

    @property
    def month(self) -> str:
        """YYYY-MM."""
        return f"{self.snapshot_date:%Y-%m}"

    @cached_property
    def feature_drivers(self) -> list[tuple[str, Driver]]:
        """Name and driver of each feature, in the order in which a score's factors count them."""
        return [(feature["feature"], feature["driver"]) for feature in self.features]

    @cached_property
    def about(self) -> dict[str, Mapping[str, Any]]:
        """What the catalogue says of each feature, by its name."""
        return {feature["feature"]: published_entry(feature) for feature in self.features}


@dataclass(frozen=True)
class Factor:
    """What one feature adds to a person's log-odds; `value` and `peer_value` are None where unknown."""

    feature: str
    driver: Driver
    value: str | None
    peer_value: str | None
    contribution: float


@dataclass(frozen=True)
class Score:
    """A person's published score, with the place held on the snapshot date. Risks are probabilities."""

    employee_id: str
    rank: int
    risk: float
    risk_3m: float | None
    risk_6m: float | None
    risk_12m: float | None
    risk_low: float | None
    risk_high: float | None
    evidence: str
    base_log_odds: float
    log_odds: float
    department: str | None
    level: int | None
    job: str | None
    location: str | None
    manager_id: str | None


@dataclass(frozen=True)
class Total:
    """Everyone scored on a snapshot date: how many, the sum of their risks, and the variance of how many will leave."""

    snapshot_date: date
    people: int
    expected_exits: float
    variance: float

    @property
    def low(self) -> float:
        """Where 95 % of such companies lie, from here on, if the risks are right and people leave independently."""
        return max(0.0, self.expected_exits - 1.959964 * math.sqrt(self.variance))

    @property
    def high(self) -> float:
        return min(float(self.people), self.expected_exits + 1.959964 * math.sqrt(self.variance))


_SCORE_COLUMNS: Final = [SCORE.c[name] for name in Score.__dataclass_fields__]
_HEAD_COLUMNS: Final = [PUBLICATION.c[name] for name in Published.__dataclass_fields__]
_SCORE_OF: Final = select(*_SCORE_COLUMNS, SCORE.c.factors).where(
    SCORE.c.publication_id == bindparam("publication"), SCORE.c.employee_id == bindparam("employee")
)
_LAST_PUBLISHED: Final = select(PUBLICATION.c.source).order_by(PUBLICATION.c.id.desc()).limit(1).scalar_subquery()
_NEWEST: Final = select(PUBLICATION.c.id).order_by(PUBLICATION.c.snapshot_date.desc(), PUBLICATION.c.id.desc()).limit(1)
_CURRENT: Final = _NEWEST.where(PUBLICATION.c.source == _LAST_PUBLISHED)
"""Built once: building a statement takes longer than running it."""


@dataclass(frozen=True)
class PublishedScores:
    """Reads on one connection, inside the caller's transaction: everything it says is of one moment."""

    connection: Connection
    heads: dict[int, Published] = field(default_factory=dict, repr=False)
    """Heads that were read before, by id; one never changes, and parsing what it tells of features takes its time."""

    withdrawn_too: bool = False
    """Whether `teams` holds those too who were taken off the lists."""

    def with_everyone(self) -> "PublishedScores":
        """The same moment, with those in `teams` who were taken off the lists."""
        return replace(self, withdrawn_too=True)

    def current(self) -> Published | None:
        """The newest snapshot date of the source that was published last; of that date, the newest publication."""
        return self._head(_CURRENT)

    def of_month(self, month: str) -> Published | None:
        """The newest publication of a month (YYYY-MM) of the current source."""
        first = date.fromisoformat(f"{month}-01")
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        within = and_(PUBLICATION.c.snapshot_date >= first, PUBLICATION.c.snapshot_date < following)
        return self._head(_CURRENT.where(within))

    def before(self, published: Published) -> Published | None:
        """The newest publication of the same source with an earlier snapshot date."""
        return self._head(
            _NEWEST.where(
                PUBLICATION.c.source == published.source, PUBLICATION.c.snapshot_date < published.snapshot_date
            )
        )

    def history(self, source: str) -> list[Published]:
        """The newest publication of each snapshot date of a source, oldest first."""
        newest = select(func.max(PUBLICATION.c.id)).where(PUBLICATION.c.source == source)
        numbers = self.connection.execute(newest.group_by(PUBLICATION.c.snapshot_date)).scalars()
        heads = [self.by_id(number) for number in numbers]
        return sorted((head for head in heads if head), key=lambda head: head.snapshot_date)

    def course(self, published: Published, employee_id: str) -> list[tuple[date, Score]]:
        """A person's score on each snapshot date of the publication's source, oldest first."""
        newest = select(func.max(PUBLICATION.c.id)).where(PUBLICATION.c.source == published.source)
        rows = self.connection.execute(
            select(PUBLICATION.c.snapshot_date, *_SCORE_COLUMNS)
            .join(PUBLICATION, PUBLICATION.c.id == SCORE.c.publication_id)
            .where(
                SCORE.c.employee_id == employee_id, PUBLICATION.c.id.in_(newest.group_by(PUBLICATION.c.snapshot_date))
            )
            .order_by(PUBLICATION.c.snapshot_date)
        )
        return [(row[0], Score(*row[1:])) for row in rows]

    def totals(self, source: str) -> list[Total]:
        """What was expected of each snapshot date of a source, oldest first."""
        newest = select(func.max(PUBLICATION.c.id)).where(PUBLICATION.c.source == source)
        variance = func.sum(SCORE.c.risk * (1 - SCORE.c.risk))
        rows = self.connection.execute(
            select(PUBLICATION.c.snapshot_date, func.count(), func.sum(SCORE.c.risk), variance)
            .join(PUBLICATION, PUBLICATION.c.id == SCORE.c.publication_id)
            .where(PUBLICATION.c.id.in_(newest.group_by(PUBLICATION.c.snapshot_date)))
            .group_by(PUBLICATION.c.snapshot_date)
            .order_by(PUBLICATION.c.snapshot_date)
        )
        return [Total(*row) for row in rows]

    def places(self, published: Published, name: Literal["department", "location"]) -> list[str]:
        """The departments or locations of those scored, by name; a suppressed group has one too."""
        return [row["value"] for row in self.group_figures(published, name) if row["value"] is not None]

    def risks(self, published: Published) -> pl.DataFrame:
        """Everyone's employee_id and risk, in no order."""
        rows = self.connection.execute(
            select(SCORE.c.employee_id, SCORE.c.risk).where(SCORE.c.publication_id == published.id)
        )
        schema = {"employee_id": pl.String, "risk": pl.Float64}
        return pl.DataFrame(rows.all(), schema=schema, orient="row")

    def by_id(self, publication_id: int) -> Published | None:
        """The publication that a paging client began with."""
        return self._head(_NEWEST.where(PUBLICATION.c.id == publication_id))

    def score_of(self, published: Published, employee_id: str) -> Score | None:
        """A person's score, or None when the person was not scored."""
        row = self._score_row(published, employee_id)
        return Score(*row[:-1]) if row else None

    def score_and_factors_of(self, published: Published, employee_id: str) -> tuple[Score, list[Factor]] | None:
        """A person's score with its factors by feature name, or None when the person was not scored."""
        row = self._score_row(published, employee_id)
        return (Score(*row[:-1]), _factors(row[-1], published.feature_drivers)) if row else None

    def _score_row(self, published: Published, employee_id: str) -> tuple[Any, ...] | None:
        """A score's columns, and last its factors as they are stored."""
        row = self.connection.execute(_SCORE_OF, {"publication": published.id, "employee": employee_id}).first()
        return None if row is None else tuple(row)

    def of_rank(self, published: Published, rank: int) -> Score | None:
        """The person of a rank; None where there is none, or where the person was erased."""
        row = self.connection.execute(
            select(*_SCORE_COLUMNS).where(SCORE.c.publication_id == published.id, SCORE.c.rank == rank)
        ).first()
        return Score(*row) if row else None

    def page(
        self,
        published: Published,
        conditions: Iterable[ColumnElement[bool]],
        sort: Sort,
        after: Score | None,
        limit: int,
    ) -> list[Score]:
        """Up to `limit` scores that meet the conditions, after a person; equals go by rank, unknown comes last."""
        query = select(*_SCORE_COLUMNS).where(SCORE.c.publication_id == published.id, *conditions).limit(limit)
        name, is_down = sort.removeprefix("-"), sort.startswith("-")
        if name == "risk":
            return self._scores(_by_rank(query, is_down, after))
        column = SCORE.c[name]
        query = query.order_by(column.is_(None), column.desc() if is_down else column.asc(), SCORE.c.rank)
        if after is not None:
            query = query.where(_behind(column, getattr(after, name), is_down, after.rank))
        return self._scores(query)

    def factors_of(self, published: Published, employee_ids: Sequence[str]) -> Iterator[tuple[str, list[Factor]]]:
        """Each person's factors, by feature name."""
        names = published.feature_drivers
        for start in range(0, len(employee_ids), 500):  # databases bound the number of parameters
            rows = self.connection.execute(
                select(SCORE.c.employee_id, SCORE.c.factors).where(
                    SCORE.c.publication_id == published.id,
                    SCORE.c.employee_id.in_(employee_ids[start : start + 500]),
                )
            )
            for employee_id, text in rows:
                yield employee_id, _factors(text, names)

    def teams(self, published: Published, manager_id: str | None = None) -> pl.DataFrame:
        """`LISTABLE` of everyone with a manager, or of one manager's direct reports; in no order.

        Without those who were taken off the lists (`pipeline.store.withdrawn`).
        """
        chosen = SCORE.c.manager_id.is_not(None) if manager_id is None else SCORE.c.manager_id == manager_id
        rows = self.connection.execute(
            select(*(SCORE.c[name] for name in LISTABLE)).where(SCORE.c.publication_id == published.id, chosen)
        )
        teams = pl.DataFrame(rows.all(), schema=LISTABLE, orient="row")
        if self.withdrawn_too:
            return teams
        return teams.filter(
            ~pl.col("employee_id").is_in(
                sorted(withdrawn(self.connection, published.source, published.snapshot_date, published.horizon_months))
            )
        )

    def group_figures(self, published: Published, dimension: str) -> list[dict[str, Any]]:
        """The figures of each group of a dimension (`pipeline.scoring.group_figures`), by name; unknown last."""
        rows = self.connection.execute(
            select(*_figures(GROUP_FIGURE))
            .where(GROUP_FIGURE.c.publication_id == published.id, GROUP_FIGURE.c.dimension == dimension)
            .order_by(GROUP_FIGURE.c.id)
        )
        return [dict(row) for row in rows.mappings()]

    def service_figures(self, published: Published) -> list[dict[str, Any]]:
        """What departments ask of each other, by client and provider department."""
        rows = self.connection.execute(
            select(*_figures(SERVICE_FIGURE))
            .where(SERVICE_FIGURE.c.publication_id == published.id)
            .order_by(SERVICE_FIGURE.c.id)
        )
        return [dict(row) for row in rows.mappings()]

    def is_in_line_of(self, published: Published, manager_id: str, employee_id: str) -> bool:
        """Whether the person reports to the manager, directly or through others; nobody reports to themselves.

        The line is the one known on the snapshot date. It breaks at a manager who was not scored.
        """
        up = (
            select(SCORE.c.manager_id.label("manager_id"))
            .where(SCORE.c.publication_id == published.id, SCORE.c.employee_id == employee_id)
            .cte("up", recursive=True)
        )
        next_up = select(SCORE.c.manager_id).where(
            SCORE.c.publication_id == published.id, SCORE.c.employee_id == up.c.manager_id
        )
        up = up.union(next_up)  # UNION, not UNION ALL: a circle in the reporting line ends
        found = self.connection.execute(select(up.c.manager_id).where(up.c.manager_id == manager_id)).first()
        return found is not None and manager_id != employee_id

    def _scores(self, query: Select[Any]) -> list[Score]:
        return [Score(*row) for row in self.connection.execute(query)]

    def _head(self, query: Select[Any]) -> Published | None:
        number = self.connection.execute(query).scalar()
        if number is None:
            return None
        if number in self.heads:
            return self.heads[number]
        row = self.connection.execute(select(*_HEAD_COLUMNS).where(PUBLICATION.c.id == number)).mappings().one()
        self.heads[number] = Published(**row)
        return self.heads[number]


def _by_rank(query: Select[Any], is_down: bool, after: Score | None) -> Select[Any]:
    """By risk is by rank, of which there is an index; rank 1 is the highest risk."""
    query = query.order_by(SCORE.c.rank.asc() if is_down else SCORE.c.rank.desc())
    if after is None:
        return query
    return query.where(SCORE.c.rank > after.rank if is_down else SCORE.c.rank < after.rank)


def _behind(column: Column[Any], value: Any, is_down: bool, rank: int) -> ColumnElement[bool]:
    """What comes after a row in the order of `PublishedScores.page`."""
    if value is None:
        return and_(column.is_(None), SCORE.c.rank > rank)
    further = column < value if is_down else column > value
    return or_(further, and_(column == value, SCORE.c.rank > rank), column.is_(None))


def _figures(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if column.name not in ("id", "publication_id")]


def _factors(text: str, names: Sequence[tuple[str, Driver]]) -> list[Factor]:
    columns: dict[str, list[Any]] = json.loads(text)
    if not columns:
        return []
    rows = zip(columns["index"], columns["value"], columns["peer_value"], columns["contribution"], strict=True)
    return [Factor(*names[index], *figures) for index, *figures in rows]


def driver_sums(factors: Iterable[Factor]) -> dict[Driver, float]:
    """The log-odds that each driver adds, context last."""
    sums: dict[Driver, float] = dict.fromkeys((*DRIVERS, CONTEXT), 0.0)
    for factor in factors:
        sums[factor.driver] += factor.contribution
    return sums
