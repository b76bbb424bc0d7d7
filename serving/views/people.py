"""Everyone's latest scores, page by page, and as a table."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import ColumnElement

from pipeline.language.search_text import search_words
from pipeline.lists.risk_list import BANDS, Band
from pipeline.score_record import ENOUGH, Score
from pipeline.settings import Settings
from pipeline.store.reading import Published, PublishedScores, Sort
from pipeline.store.reading.directory import searched
from pipeline.store.schema import SCORE
from serving.http.answers import Table
from serving.http.problems import Refusal
from serving.schemas.risks import RiskPage, ScoredPerson
from serving.views.months import current, informed
from serving.views.person import band_shown, range_shown

MOST_SUGGESTED: Final = 500
"""Managers whom the page suggests while HR types; a page with more would be slow to load."""

CURSOR: Final = re.compile(r"[0-9]{1,9}-[0-9]{1,9}")


def risk_page(
    scores: PublishedScores,
    settings: Settings,
    equal: Mapping[str, str | int | None],
    band: Band | None,
    sort: Sort,
    cursor: str | None,
    size: int,
    managers: Collection[str] | None = None,
) -> RiskPage:
    """Up to `size` people after `cursor` whose columns equal `equal`, without those whose
    own risk is hidden: they object, or have not been informed.

    managers: the ids of those to one of whom the people report; None for all.
    Raises 404, 422 for an invalid cursor, and 403 while people have not been informed that they are scored.
    """
    published, after = _start_of_page(scores, cursor)
    informed(published, settings)
    conditions = _conditions(published, equal, band)
    if managers is not None:
        conditions.append(SCORE.c.manager_id.in_(managers))
    rows = scores.page(published, conditions, sort, after, size + 1)
    page = rows[:size]
    hidden = scores.hidden(published, [score.employee_id for score in page])
    shown = [score for score in page if score.employee_id not in hidden]
    people = [person for score in shown for person in (score.employee_id, score.manager_id)]
    names = scores.directory(published.source).names(people)
    return RiskPage(
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        people=[_line(published, score, names) for score in shown],
        not_informed=None if after else scores.count_not_informed(published),
        next_cursor=f"{published.id}-{scores.position(published, page[-1])}" if len(rows) > size else None,
    )


def _line(published: Published, score: Score, names: Mapping[str, str]) -> ScoredPerson:
    return ScoredPerson(
        employee_id=score.employee_id,
        name=names.get(score.employee_id),
        risk=score.risk,
        range=range_shown(published, score),
        band=band_shown(published, score),
        evidence=score.evidence,
        department=score.department,
        job=score.job,
        level=score.level,
        location=score.location,
        manager_id=score.manager_id,
        manager_name=names.get(score.manager_id) if score.manager_id else None,
    )


def managers_named(scores: PublishedScores, published: Published, query: str) -> list[str]:
    """The ids of the managers of people within the scope whose name or id has every word of the query.

    An id in full means that manager alone.
    """
    managers = scores.managers(published)
    if query.strip() in managers:
        return [query.strip()]
    names, words = scores.directory(published.source).names(managers), search_words(query)
    texts = {each: searched(names.get(each, ""), each) for each in managers}
    return sorted(each for each, text in texts.items() if words and all(word in text for word in words))


def managers_to_suggest(scores: PublishedScores, published: Published) -> list[tuple[str, str | None]]:
    """Id and name of the managers of people within the scope, by name; none where they are too many to look through."""
    managers = scores.managers(published)
    if len(managers) > MOST_SUGGESTED:
        return []
    names = scores.directory(published.source).names(managers)
    return sorted(((each, names.get(each)) for each in managers), key=lambda pair: (pair[1] or pair[0], pair[0]))


def risk_table(page: RiskPage) -> Table:
    """A page of scores as a table."""
    columns = [name for name in ScoredPerson.model_fields if name != "range"]
    rows = (
        [str(page.snapshot_date), page.model_version, *(getattr(person, name) for name in columns), *_bounds(person)]
        for person in page.people
    )
    return Table("risks", ["snapshot_date", "model_version", *columns, "risk_low", "risk_high"], rows)


def _bounds(person: ScoredPerson) -> tuple[float | None, float | None]:
    return (person.range.low, person.range.high) if person.range else (None, None)


def _start_of_page(scores: PublishedScores, cursor: str | None) -> tuple[Published, Score | None]:
    """The publication, and the last person of the previous page. A cursor has no id: a URL must not contain one."""
    if cursor is None:
        return current(scores), None
    publication_id, position = (int(number) for number in cursor.split("-"))
    published = scores.by_id(publication_id)
    last = scores.of_position(published, position) if published else None
    if published is None or last is None:
        raise Refusal(422, "unknown-cursor", "This cursor is not valid. Start again without one.")
    return published, last


def _conditions(
    published: Published, equal: Mapping[str, str | int | None], band: Band | None
) -> list[ColumnElement[bool]]:
    conditions = [SCORE.c[name] == value for name, value in equal.items() if value is not None]
    if band is not None:
        higher = [lift for lift in BANDS.values() if lift > BANDS[band]]
        conditions += [SCORE.c.evidence == ENOUGH, SCORE.c.risk >= BANDS[band] * published.mean_risk]
        if higher:
            conditions.append(SCORE.c.risk < min(higher) * published.mean_risk)
    return conditions
