"""Heads of publications: the one served now, that of a month, the one before another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection, ScalarSelect, Select, and_, func, select

from features.catalogue.version_0_1 import is_published_by_0_1, published_entry
from features.contract.vocabulary import Driver
from pipeline.store.schema import PUBLICATION


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
    def has_range_of_calibration(self) -> bool:
        """Whether version 0.1 published it: its ranges describe the calibration only, and held the risk of one person
        in five."""
        return is_published_by_0_1(self.features)

    @cached_property
    def feature_drivers(self) -> list[tuple[str, Driver]]:
        """Name and driver of each feature; a score's factors refer to them by index."""
        return [(feature["feature"], feature["driver"]) for feature in self.features]

    @cached_property
    def about(self) -> dict[str, Mapping[str, Any]]:
        """The catalogue's description of each feature, by feature name."""
        return {feature["feature"]: published_entry(feature) for feature in self.features}


_COLUMNS: Final = [PUBLICATION.c[name] for name in Published.__dataclass_fields__]
_LAST_PUBLISHED: Final = select(PUBLICATION.c.source).order_by(PUBLICATION.c.id.desc()).limit(1).scalar_subquery()
_NEWEST: Final = select(PUBLICATION.c.id).order_by(PUBLICATION.c.snapshot_date.desc(), PUBLICATION.c.id.desc()).limit(1)
_CURRENT: Final = _NEWEST.where(PUBLICATION.c.source == _LAST_PUBLISHED)
"""Built once, because building a statement takes longer than running it."""


@dataclass(frozen=True)
class Heads:
    """Reads heads on one connection. `known` caches them by id: a head never changes, and parsing one is slow."""

    connection: Connection
    known: dict[int, Published]

    def current(self) -> Published | None:
        """The newest snapshot date of the source that was published last; of that date, the newest publication."""
        return self._first(_CURRENT)

    def of_month(self, month: str) -> Published | None:
        """The newest publication of a month (YYYY-MM) of the current source."""
        first = date.fromisoformat(f"{month}-01")
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        within = and_(PUBLICATION.c.snapshot_date >= first, PUBLICATION.c.snapshot_date < following)
        return self._first(_CURRENT.where(within))

    def newest(self, source: str) -> Published | None:
        """The newest publication of the newest snapshot date of a source."""
        return self._first(_NEWEST.where(PUBLICATION.c.source == source))

    def served(self) -> list[Published]:
        """The newest publication of every source."""
        sources = self.connection.execute(select(PUBLICATION.c.source).distinct()).scalars().all()
        return [head for source in sources if (head := self.newest(source))]

    def before(self, published: Published) -> Published | None:
        """The newest publication of the same source with an earlier snapshot date."""
        is_earlier = PUBLICATION.c.snapshot_date < published.snapshot_date
        return self._first(_NEWEST.where(PUBLICATION.c.source == published.source, is_earlier))

    def history(self, source: str) -> list[Published]:
        """The newest publication of each snapshot date of a source, oldest first."""
        heads = [self.by_id(number) for number in self.connection.execute(newest_of_each_date(source)).scalars()]
        return sorted((head for head in heads if head), key=lambda head: head.snapshot_date)

    def by_id(self, publication_id: int) -> Published | None:
        """One publication, or None where it was deleted."""
        return self._first(_NEWEST.where(PUBLICATION.c.id == publication_id))

    def earlier_of_date(self, published: Published) -> list[Published]:
        """The publications of the same source and snapshot date before this one, oldest first."""
        query = select(PUBLICATION.c.id).where(
            PUBLICATION.c.source == published.source,
            PUBLICATION.c.snapshot_date == published.snapshot_date,
            PUBLICATION.c.id < published.id,
        )
        heads = [self.by_id(number) for number in self.connection.execute(query.order_by(PUBLICATION.c.id)).scalars()]
        return [head for head in heads if head]

    def first_published_at(self, published: Published) -> datetime:
        """When scores of the publication's snapshot date were first published."""
        of_date = and_(PUBLICATION.c.source == published.source, PUBLICATION.c.snapshot_date == published.snapshot_date)
        first: datetime = self.connection.execute(
            select(func.min(PUBLICATION.c.published_at)).where(of_date)
        ).scalar_one()
        return first

    def _first(self, query: Select[Any]) -> Published | None:
        number = self.connection.execute(query).scalar()
        if number is None:
            return None
        if number not in self.known:
            row = self.connection.execute(select(*_COLUMNS).where(PUBLICATION.c.id == number)).mappings().one()
            self.known[number] = Published(**row)
        return self.known[number]


def newest_id(source: str) -> ScalarSelect[int]:
    """The id of the newest publication of the newest snapshot date of a source."""
    return _NEWEST.where(PUBLICATION.c.source == source).scalar_subquery()


def newest_of_each_date(source: str) -> Select[Any]:
    """The ids of a source's newest publications, one for each snapshot date."""
    newest = select(func.max(PUBLICATION.c.id)).where(PUBLICATION.c.source == source)
    return newest.group_by(PUBLICATION.c.snapshot_date)
