"""The one interface for reading the store, on one snapshot."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Self

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, func, select

from pipeline.data_counts import DataCheck
from pipeline.identity.scopes import Scope
from pipeline.informed import NoticeInForce
from pipeline.score_record import Factor, Score
from pipeline.store.objections import Objections
from pipeline.store.reading import data_checks, employments, figures, pages, scores, teams, within
from pipeline.store.reading.answered import answered_as_left
from pipeline.store.reading.directory import Directory
from pipeline.store.reading.heads import Heads, Published
from pipeline.store.reading.organisations import Organisation, organisation_of
from pipeline.store.reading.pages import Sort
from pipeline.store.reading.scores import Total
from pipeline.store.reading.staff_figures import encoded_staff
from pipeline.store.schema import SCORE
from pipeline.store.staff_files import parts_file, read_parts_file, staff_file


@dataclass(frozen=True)
class PublishedScores:
    """Reads on one connection, inside the caller's transaction, so all results are from one snapshot."""

    connection: Connection
    heads: dict[int, Published] = field(default_factory=dict, repr=False)
    """Cache of heads by id (`Heads.known`)."""

    var: Path | None = None
    """The state folder, with the key of the objections."""

    scope: Scope | None = None
    """What every result is limited to (`reading.within`); None: nothing."""

    notice: Callable[[str], NoticeInForce | None] = lambda _: None
    """Who of a source has been informed that they are scored; None where nobody needs to be."""

    def whole(self) -> Self:
        """The same reads without the scope. Lists of teams are made of the whole team, and limited afterwards."""
        return replace(self, scope=None)

    def includes(self, source: str, employee_id: str) -> bool:
        """Whether a person of a source is within the scope now."""
        if self.scope is None:
            return True
        return bool(self.connection.execute(select(within.includes(self.scope, source, employee_id))).scalar())

    def people(self, published: Published) -> Select[tuple[str]]:
        """A query for the ids of the people scored."""
        return select(SCORE.c.employee_id).where(within.rows_of(published, self.scope))

    def has_people(self, published: Published) -> bool:
        """Whether anybody scored in the publication is within the scope."""
        return self.connection.execute(self.people(published).limit(1)).first() is not None

    def unknown_scope(self, published: Published) -> dict[str, int]:
        """How many values of the scope no post of the publication has, by kind (`within.unknown_values`)."""
        return within.unknown_values(self.connection, published, self.scope) if self.scope else {}

    def current(self) -> Published | None:
        """The newest snapshot date of the source that was published last; of that date, the newest publication."""
        return self._heads.current()

    def of_month(self, month: str) -> Published | None:
        """The newest publication of a month (YYYY-MM) of the current source."""
        return self._heads.of_month(month)

    def newest(self, source: str) -> Published | None:
        """The newest publication of the newest snapshot date of a source."""
        return self._heads.newest(source)

    def served(self) -> list[Published]:
        """The newest publication of the newest snapshot date of every source."""
        return self._heads.served()

    def before(self, published: Published) -> Published | None:
        """The newest publication of the same source with an earlier snapshot date."""
        return self._heads.before(published)

    def history(self, source: str) -> list[Published]:
        """The newest publication of each snapshot date of a source, oldest first."""
        return self._heads.history(source)

    def by_id(self, publication_id: int) -> Published | None:
        """The publication that a paging client began with."""
        return self._heads.by_id(publication_id)

    def earlier_of_date(self, published: Published) -> list[Published]:
        """The publications of the same source and snapshot date before this one, oldest first."""
        return self._heads.earlier_of_date(published)

    def score_of(self, published: Published, employee_id: str) -> Score | None:
        """A person's score, or None if the person was not scored."""
        return scores.score_of(self.connection, published, self.scope, employee_id)

    def score_and_factors_of(self, published: Published, employee_id: str) -> tuple[Score, list[Factor]] | None:
        """A person's score with its factors by feature name, or None if the person was not scored."""
        return scores.score_and_factors_of(self.connection, published, self.scope, employee_id)

    def driver_sums(self, published: Published, employee_ids: Sequence[str]) -> pl.DataFrame:
        """See `scores.driver_sums`."""
        return scores.driver_sums(self.connection, published, self.scope, employee_ids)

    def factors_of(self, published: Published, employee_ids: Sequence[str]) -> Iterator[tuple[str, list[Factor]]]:
        """Each person's factors, by feature name."""
        return scores.factors_of(self.connection, published, self.scope, employee_ids)

    def risks(self, published: Published) -> pl.DataFrame:
        """Everyone's employee_id and risk, in no order."""
        return scores.risks(self.connection, published, self.scope)

    def risk_sums(self, published: Published, column: str | None) -> list[tuple[str | None, int, float]]:
        """By a column of the post, or of all people (None): the group, the people scored, and the sum of their risks.

        For figures that are published after disclosure control; no answer shows these.
        """
        return scores.risk_sums(self.connection, published, self.scope, column)

    def posts_and_risks(self, published: Published) -> pl.DataFrame:
        """Everyone's post and risks over 3, 6 and 12 months; for figures that are published after disclosure control,
        as in `risk_sums`."""
        return scores.posts_and_risks(self.connection, published, self.scope)

    def course(self, published: Published, employee_id: str) -> list[tuple[date, Score]]:
        """A person's score on each snapshot date of the publication's source, oldest first."""
        return scores.course(self.connection, published, self.scope, employee_id)

    def totals(self, source: str) -> list[Total]:
        """The published total of each snapshot date of a source, oldest first; suppressed ones are left out.

        None within a scope: the total less those who are seen would be about the others.
        """
        return [] if self.scope else scores.totals(self.connection, source)

    def position(self, published: Published, score: Score) -> int:
        """The rank of a person; within a scope, counted in it."""
        return pages.position(self.connection, published, self.scope, score)

    def of_position(self, published: Published, position: int) -> Score | None:
        """The person at a `position`; None if there is none, or the person was erased."""
        return pages.of_position(self.connection, published, self.scope, position)

    def page(
        self,
        published: Published,
        conditions: Iterable[ColumnElement[bool]],
        sort: Sort,
        after: Score | None,
        limit: int,
    ) -> list[Score]:
        """Up to `limit` scores that meet the conditions, after a person; ties are ordered by rank, nulls last."""
        return pages.page(self.connection, published, self.scope, conditions, sort, after, limit)

    def teams(self, published: Published, manager_id: str | None = None) -> pl.DataFrame:
        """`LISTABLE` of everyone with a manager, or of one manager's direct reports; in no order."""
        return teams.teams(self.connection, published, self.scope, manager_id)

    def teams_of(self, published: Published, managers: Collection[str]) -> pl.DataFrame:
        """`LISTABLE` of the direct reports of these managers; in no order."""
        return teams.teams_of(self.connection, published, self.scope, managers)

    def managers(self, published: Published) -> set[str]:
        """Everyone to whom somebody reports."""
        return teams.managers(self.connection, published, self.scope)

    def find(self, published: Published, query: str, limit: int) -> list[str]:
        """The ids of people within the scope by part of a name or id (`Directory.find`)."""
        among = self.people(published) if self.scope else None
        return self.directory(published.source).find(published, query, limit, among)

    def directory(self, source: str) -> Directory:
        """How the people of a source are called."""
        return Directory(self.connection, source)

    @property
    def objections(self) -> Objections:
        """Who objects to being scored."""
        return Objections(self.connection, self.var)

    def hidden(self, published: Published, employee_ids: Iterable[str]) -> set[str]:
        """Those of the people whose own risk is shown to nobody, except in their receipt: they object, or they have not
        been informed that they are scored."""
        people = list(employee_ids)
        return {*self.objections.among(published.source, people), *self.not_informed(published, people)}

    def not_informed(self, published: Published, employee_ids: Iterable[str] | None = None) -> set[str]:
        """Those of the people scored in a publication who by the present settings have not been informed; by default,
        all of them."""
        notice = self.notice(published.source)
        if notice is None or notice.is_to_everyone:
            return set()
        wanted = None if employee_ids is None else list(employee_ids)
        people = employments.of_scored(self.connection, published, self.scope, wanted)
        return set(notice.not_informed(people)["employee_id"])

    def unscored(self, published: Published, employee_ids: Sequence[str] | None = None) -> set[str]:
        """People at risk who are not scored because they have not been informed; by default, all of them.

        Nobody within a scope, which is about people who are scored.
        """
        notice = self.notice(published.source)
        if notice is None or notice.is_to_everyone or self.scope:
            return set()
        people = employments.of_unscored(self.connection, published, employee_ids)
        return set(notice.not_informed(people)["employee_id"])

    def count_not_informed(self, published: Published) -> int:
        """The number of people at risk whose risk is not computed or not shown because they have not been informed."""
        return len(self.not_informed(published)) + len(self.unscored(published))

    def staff(self, source: str, employee_ids: Sequence[str] | None = None) -> pl.DataFrame:
        """`informed.WHERE_AND_SINCE` of people at risk when the source was last published, scored or not; by default,
        of all of them."""
        return employments.of_staff(self.connection, source, employee_ids)

    def answered_as_left(self, published: Published, until: datetime | None = None) -> set[str]:
        """People who, by the last answer about them, have left or will leave (`reading.answered`)."""
        return answered_as_left(self.connection, published, self.scope, until)

    def first_published_at(self, published: Published) -> datetime:
        """When scores of the publication's snapshot date were first published."""
        return self._heads.first_published_at(published)

    def reports_to(self, published: Published, manager_id: str, employee_id: str) -> bool:
        """Whether the person reports to the manager directly."""
        return teams.reports_to(self.connection, published, manager_id, employee_id)

    def organisation(self, published: Published, manager_id: str) -> Organisation:
        """A manager and everyone below, as groups (`reading.organisations`). For the manager, whom no scope limits."""
        return organisation_of(self.connection, published, manager_id)

    def group_figures(self, published: Published, dimension: str) -> list[dict[str, Any]]:
        """The figures of each group of a dimension (`pipeline.store.groups.group_figures`), by name; unknown last."""
        return figures.group_figures(self.connection, published, self.scope, dimension)

    def count_scored(self, published: Published) -> int:
        """How many people the publication still holds: fewer than were published once somebody was erased."""
        count = select(func.count()).select_from(SCORE).where(SCORE.c.publication_id == published.id)
        return int(self.connection.execute(count).scalar_one())

    def encoded_staff(self, published: Published, figures: int) -> pl.DataFrame:
        """Everyone's post and figures as columns (`reading.staff_figures`). No scope limits it: sums of whole groups
        are made of it, and which of them are shown depends on everyone.
        """
        if self.var is None:
            raise ValueError("a store without a state folder has no figures for plans")
        return encoded_staff(self.connection, published, self.var, figures)

    def written_parts(self, published: Published) -> dict[str, set[str]] | None:
        """The jobs and intersections of groups that may be shown, if they were written (`outlook.parts`)."""
        if self.var is None:
            return None
        return read_parts_file(parts_file(staff_file(self.var, published.id, published.content_hash)))

    def service_figures(self, published: Published) -> list[dict[str, Any]]:
        """What departments ask of each other, by client and provider department."""
        return figures.service_figures(self.connection, published, self.scope)

    def data_check(self, published: Published) -> DataCheck | None:
        """The state of the data behind a publication; None if it was published before it was kept."""
        return data_checks.data_check_of(self.connection, published.id)

    def last_data_check(self, source: str) -> tuple[str, DataCheck] | None:
        """Month (YYYY-MM) and state of the data of a source's last publication for which it is known."""
        return data_checks.last_data_check(self.connection, source)

    def hindsight(self, source: str) -> frozenset[date]:
        """The snapshot dates whose scores come from a model that had learned from later exits: no forecasts."""
        return data_checks.hindsight(self.connection, source)

    def rates_before(self, source: str, day: date, horizon_months: int, months: int) -> list[float]:
        """The mean risk of the last months published before a date, without those published despite a refusal."""
        return data_checks.rates_before(self.connection, source, day, horizon_months, months)

    def places(self, published: Published, name: Literal["department", "location"]) -> list[str]:
        """The departments or locations of the people scored, by name, including suppressed groups."""
        if self.scope:
            return figures.places(self.connection, published, self.scope, name)
        return [row["value"] for row in self.group_figures(published, name) if row["value"] is not None]

    @property
    def _heads(self) -> Heads:
        return Heads(self.connection, self.heads)
