"""Everything that readers get out of the store, as of one moment."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

import polars as pl
from sqlalchemy import ColumnElement, Connection

from pipeline.score_record import Factor, Score
from pipeline.store.reading import figures, pages, scores, teams
from pipeline.store.reading.heads import Heads, Published
from pipeline.store.reading.pages import Sort
from pipeline.store.reading.scores import Total
from pipeline.store.reading.withdrawn import withdrawn


@dataclass(frozen=True)
class PublishedScores:
    """Reads on one connection, inside the caller's transaction: everything it says is of one moment."""

    connection: Connection
    heads: dict[int, Published] = field(default_factory=dict, repr=False)
    """Heads that were read before, by id (`Heads.known`)."""

    withdrawn_too: bool = False
    """Whether `teams` holds those too who were taken off the lists."""

    def with_everyone(self) -> "PublishedScores":
        """The same moment, with those in `teams` who were taken off the lists."""
        return replace(self, withdrawn_too=True)

    def current(self) -> Published | None:
        """The newest snapshot date of the source that was published last; of that date, the newest publication."""
        return self._heads.current()

    def of_month(self, month: str) -> Published | None:
        """The newest publication of a month (YYYY-MM) of the current source."""
        return self._heads.of_month(month)

    def before(self, published: Published) -> Published | None:
        """The newest publication of the same source with an earlier snapshot date."""
        return self._heads.before(published)

    def history(self, source: str) -> list[Published]:
        """The newest publication of each snapshot date of a source, oldest first."""
        return self._heads.history(source)

    def by_id(self, publication_id: int) -> Published | None:
        """The publication that a paging client began with."""
        return self._heads.by_id(publication_id)

    def score_of(self, published: Published, employee_id: str) -> Score | None:
        """A person's score, or None when the person was not scored."""
        return scores.score_of(self.connection, published, employee_id)

    def score_and_factors_of(self, published: Published, employee_id: str) -> tuple[Score, list[Factor]] | None:
        """A person's score with its factors by feature name, or None when the person was not scored."""
        return scores.score_and_factors_of(self.connection, published, employee_id)

    def factors_of(self, published: Published, employee_ids: Sequence[str]) -> Iterator[tuple[str, list[Factor]]]:
        """Each person's factors, by feature name."""
        return scores.factors_of(self.connection, published, employee_ids)

    def risks(self, published: Published) -> pl.DataFrame:
        """Everyone's employee_id and risk, in no order."""
        return scores.risks(self.connection, published)

    def course(self, published: Published, employee_id: str) -> list[tuple[date, Score]]:
        """A person's score on each snapshot date of the publication's source, oldest first."""
        return scores.course(self.connection, published, employee_id)

    def totals(self, source: str) -> list[Total]:
        """What was expected of each snapshot date of a source, oldest first."""
        return scores.totals(self.connection, source)

    def of_rank(self, published: Published, rank: int) -> Score | None:
        """The person of a rank; None where there is none, or where the person was erased."""
        return pages.of_rank(self.connection, published, rank)

    def page(
        self,
        published: Published,
        conditions: Iterable[ColumnElement[bool]],
        sort: Sort,
        after: Score | None,
        limit: int,
    ) -> list[Score]:
        """Up to `limit` scores that meet the conditions, after a person; equals go by rank, unknown comes last."""
        return pages.page(self.connection, published, conditions, sort, after, limit)

    def teams(self, published: Published, manager_id: str | None = None) -> pl.DataFrame:
        """`LISTABLE` of everyone with a manager, or of one manager's direct reports; in no order.

        Without those who were taken off the lists, unless `withdrawn_too`.
        """
        found = teams.teams(self.connection, published, manager_id)
        if self.withdrawn_too:
            return found
        taken_off = withdrawn(self.connection, published.source, published.snapshot_date, published.horizon_months)
        return found.filter(~pl.col("employee_id").is_in(sorted(taken_off)))

    def is_in_line_of(self, published: Published, manager_id: str, employee_id: str) -> bool:
        """Whether the person reports to the manager, directly or through others; nobody reports to themselves."""
        return teams.is_in_line_of(self.connection, published, manager_id, employee_id)

    def group_figures(self, published: Published, dimension: str) -> list[dict[str, Any]]:
        """The figures of each group of a dimension (`pipeline.store.group_figures`), by name; unknown last."""
        return figures.group_figures(self.connection, published, dimension)

    def service_figures(self, published: Published) -> list[dict[str, Any]]:
        """What departments ask of each other, by client and provider department."""
        return figures.service_figures(self.connection, published)

    def places(self, published: Published, name: Literal["department", "location"]) -> list[str]:
        """The departments or locations of those scored, by name; a suppressed group has one too."""
        return [row["value"] for row in self.group_figures(published, name) if row["value"] is not None]

    @property
    def _heads(self) -> Heads:
        return Heads(self.connection, self.heads)
