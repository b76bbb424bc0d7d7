"""A draft of the data protection impact assessment, filled from the settings and the store. No person's data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from sqlalchemy import Connection, func, select

from features.calendar import month_end
from pipeline.settings import Settings
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.schema import AUDIT, CONTEST, LIST_ANSWER, PUBLICATION
from pipeline.store.store import Store

MONTHS_OF_ACCESS: Final = 12
FOUR_FIFTHS: Final = 0.8
"""The usual limit of the ratio between groups (EEOC, Uniform Guidelines 1978); a lower one asks for a reason."""


@dataclass(frozen=True)
class Access:
    """How often a role asked for something with one result."""

    role: str
    result: str
    times: int


@dataclass(frozen=True)
class Held:
    """What the store holds today: the newest publication of each source, counts, and who asked of late."""

    published: Sequence[Published]
    oldest: date | None
    answers: int
    contests: int
    access: Sequence[Access]


def held(store: Store, today: date) -> Held:
    """Count what the store holds, and who asked within the last year."""
    since = datetime.combine(month_end(today, -MONTHS_OF_ACCESS), time.max, UTC)
    with store.reading() as scores:
        connection = scores.connection
        return Held(
            published=_newest_of_each_source(scores),
            oldest=connection.execute(select(func.min(PUBLICATION.c.snapshot_date))).scalar(),
            answers=_count(connection, LIST_ANSWER.c.id),
            contests=_count(connection, CONTEST.c.id),
            access=[
                Access(*row)
                for row in connection.execute(
                    select(AUDIT.c.role, AUDIT.c.result, func.count())
                    .where(AUDIT.c.at > since)
                    .group_by(AUDIT.c.role, AUDIT.c.result)
                    .order_by(AUDIT.c.role, AUDIT.c.result)
                )
            ],
        )


def open_points(settings: Settings, found: Held, today: date) -> Iterator[str]:
    """What must be settled or mended: first what a program can see, then what it cannot."""
    if not settings.notice_required:
        yield "Nothing keeps people from being scored who were not told: set RETENTION_NOTICE_REQUIRED."
    for head in found.published:
        if head.source not in settings.notice_given:
            yield f"RETENTION_NOTICE_GIVEN holds no day for {head.source}."
    if found.oldest and found.oldest <= month_end(today, -settings.keep_scores_months):
        yield "Scores are held that are older than their period: run `retention purge`."
    if settings.mail_includes_list:
        yield "Mails hold the list with names (RETENTION_MAIL_INCLUDES_LIST): why a link is not enough."
    if settings.fairness_limit < FOUR_FIFTHS:
        yield "RETENTION_FAIRNESS_LIMIT is below four fifths: why groups may lie further apart here."
    yield "The legal basis, and the balance of interests behind it (GDPR article 6)."
    yield "The agreement with the works council, or why none is needed."
    yield "Who holds each role, and who checks the audit, how often."
    yield "Which tables and tools the source reads, and whether each is needed."
    yield "The opinion of the data protection officer (article 35(2))."


def assessment(settings: Settings, store: Store, today: date) -> str:
    """The whole draft in Markdown, as of a day. GDPR article 35(7) asks for its four parts."""
    found = held(store, today)
    parts = [
        f"# Data protection impact assessment: draft of {today}\n",
        "Written by `retention privacy` from the settings and the store. A draft: the last part says what is open.\n",
        "## 1. The processing\n",
        _PROCESSING,
        *_publications(found),
        "## 2. Necessity and proportion\n",
        *_periods(settings),
        "## 3. Who asked, in the last twelve months\n",
        *_access(found),
        "## 4. Risks to people, and what is done\n",
        _RISKS.format(fairness_limit=settings.fairness_limit),
        "## 5. Open\n",
        *(f"- [ ] {point}" for point in open_points(settings, found, today)),
        "",
    ]
    return "\n".join(parts)


def _newest_of_each_source(scores: PublishedScores) -> list[Published]:
    sources = scores.connection.execute(select(PUBLICATION.c.source).distinct().order_by(PUBLICATION.c.source))
    return [scores.history(source)[-1] for (source,) in sources.all()]


def _count(connection: Connection, column: object) -> int:
    return int(connection.execute(select(func.count(column))).scalar_one())  # type: ignore[arg-type]


def _publications(found: Held) -> Iterator[str]:
    if not found.published:
        yield "Nothing is published: nobody has been scored.\n"
        return
    yield "| source | people scored | as of | horizon, months | model version | features |"
    yield "|---|---|---|---|---|---|"
    for head in found.published:
        figures = (head.people, head.snapshot_date, head.horizon_months, head.model_version, len(head.features))
        yield f"| {head.source} | {' | '.join(map(str, figures))} |"
    yield f"\nScores go back to {found.oldest}. Besides: {found.answers} answers to lists, {found.contests} contests.\n"


def _periods(settings: Settings) -> Iterator[str]:
    rules = settings.list_rules
    yield (
        f"- A manager gets {rules.capacity} people a month at most, of those whose risk is {rules.listed_from:g} times "
        "the mean or more, with bands and reasons in words."
    )
    yield f"- {_mails(settings)}"
    if settings.rollout_share < 1:
        yield f"- Lists go to {settings.rollout_share:.0%} of the managers at first, by lot, to tell whether they help."
    yield f"- Scores, factors and lists are kept for {settings.keep_scores_months} months."
    yield f"- Answers to lists and contests are kept for {settings.keep_answers_months} months."
    told = ", ".join(f"{source} since {day}" for source, day in sorted(settings.notice_given.items())) or "nobody yet"
    required = "is required" if settings.notice_required else "is not required"
    yield f"- Notice to people before they are scored {required} by the settings; told: {told}."
    yield "- Health, belief, union, family and the content of messages are never read."
    yield "- Protected attributes are read for the review of fairness alone.\n"


def _mails(settings: Settings) -> str:
    if not settings.smtp_host:
        return "Nothing is mailed; HR hands the lists out."
    what = "the list itself, with names" if settings.mail_includes_list else "a link to it and no name"
    return f"The mail to a manager whose list has something new in it holds {what}."


def _access(found: Held) -> Iterator[str]:
    if not found.access:
        yield "Nobody asked.\n"
        return
    yield "| role | result | rows of the audit |"
    yield "|---|---|---|"
    yield from (f"| {access.role} | {access.result} | {access.times:,} |" for access in found.access)
    yield ""


_PROCESSING: Final = """\
Employees' risk of a voluntary exit is estimated from HR tables, so that HR and managers talk to people in time. It is
profiling; no decision follows from it by itself. Forbidden uses: dismissal, redundancy, pay cuts, appraisal, hiring.
"""
_RISKS: Final = """\
| risk | what is done |
|---|---|
| a score is used against a person | purposes are asked for; every look is on record; managers see no probability |
| a score is taken for a fact | range, calibration, *not enough evidence*; factors in plain words; stated limits |
| groups are treated unequally | no feature is a protected attribute; a review; gate at {fairness_limit:g} |
| a group's figure gives somebody away | groups under five are suppressed, and what would tell of them |
| wrong data | validation; contest; correction at the source |
| data leak | roles, short tokens, no ids in logs, MLflow or notebooks; erasure; periods |
| people feel watched | notice; minimised data; receipt of all that is held and who looked |
"""
