"""Drafts the data protection impact assessment from the settings and the store. It holds no personal data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from sqlalchemy import Connection, func, select

from features.calendar import month_end
from pipeline.listing.rules import ListsBy
from pipeline.notices import notices_of
from pipeline.settings import Settings
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.schema import AUDIT, CONTEST, LIST_ANSWER, PUBLICATION
from pipeline.store.store import Store

MONTHS_OF_ACCESS: Final = 12
FOUR_FIFTHS: Final = 0.8
"""The usual limit of the ratio between groups (EEOC, Uniform Guidelines 1978); a lower one needs a reason."""


@dataclass(frozen=True)
class Access:
    """How many requests of a role had a result."""

    role: str
    result: str
    times: int


@dataclass(frozen=True)
class Held:
    """What the store holds: the newest publication of each source, counts, and requests by role."""

    published: Sequence[Published]
    oldest: date | None
    answers: int
    contests: int
    access: Sequence[Access]


def held(store: Store, today: date) -> Held:
    """Counts what the store holds, and the requests of the last year."""
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
                    .where(AUDIT.c.at > since, AUDIT.c.publication_id.is_(None))  # seals are no requests
                    .group_by(AUDIT.c.role, AUDIT.c.result)
                    .order_by(AUDIT.c.role, AUDIT.c.result)
                )
            ],
        )


def open_points(settings: Settings, contents: Held, today: date) -> Iterator[str]:
    """What must be decided or fixed: first what a program can check, then what it cannot."""
    if not settings.notice_required:
        yield "People can be scored before they are informed: set RETENTION_NOTICE_REQUIRED."
    for head in contents.published:
        if head.source not in settings.notice_given:
            yield f"RETENTION_NOTICE_GIVEN has no date for {head.source}."
    if contents.oldest and contents.oldest <= month_end(today, -settings.keep_scores_months):
        yield "Some scores are older than their retention period: run `retention purge`."
    if settings.mail_includes_list:
        yield "Mails include the list with names (RETENTION_MAIL_INCLUDES_LIST): explain why a link is not enough."
    if not settings.surveys_confidential:
        yield "HR sees survey answers by name (RETENTION_SURVEYS_CONFIDENTIAL): say so in the notice and in the survey."
    if settings.fairness_limit < FOUR_FIFTHS:
        yield "RETENTION_FAIRNESS_LIMIT is below four fifths: explain why groups may differ more here."
    yield "The legal basis, and the balance of interests behind it (GDPR article 6)."
    yield "The agreement with the works council, or why none is needed."
    yield "Who holds each role; who checks the audit, and how often."
    yield "Which tables and tools the source reads, and whether each is needed."
    yield "The opinion of the data protection officer (article 35(2))."


def assessment(settings: Settings, store: Store, today: date) -> str:
    """The whole draft in Markdown, as of a day, with the four parts that GDPR article 35(7) requires."""
    contents = held(store, today)
    parts = [
        f"# Data protection impact assessment: draft of {today}\n",
        "Written by `retention privacy` from the settings and the store. A draft: the last part lists open points.\n",
        "## 1. The processing\n",
        _PROCESSING,
        *_publications(contents),
        "## 2. Necessity and proportionality\n",
        *_periods(settings),
        "## 3. Requests in the last twelve months\n",
        *_access(contents),
        "## 4. Risks to people, and measures\n",
        _RISKS.format(fairness_limit=settings.fairness_limit),
        "## 5. Open points\n",
        *(f"- [ ] {point}" for point in open_points(settings, contents, today)),
        "",
    ]
    return "\n".join(parts)


def _newest_of_each_source(scores: PublishedScores) -> list[Published]:
    sources = scores.connection.execute(select(PUBLICATION.c.source).distinct().order_by(PUBLICATION.c.source))
    return [scores.history(source)[-1] for (source,) in sources.all()]


def _count(connection: Connection, column: object) -> int:
    return int(connection.execute(select(func.count(column))).scalar_one())  # type: ignore[arg-type]


def _publications(contents: Held) -> Iterator[str]:
    if not contents.published:
        yield "Nothing is published: nobody has been scored.\n"
        return
    yield "| source | people scored | as of | horizon, months | model version | features |"
    yield "|---|---|---|---|---|---|"
    for head in contents.published:
        figures = (head.people, head.snapshot_date, head.horizon_months, head.model_version, len(head.features))
        yield f"| {head.source} | {' | '.join(map(str, figures))} |"
    others = f"{contents.answers} answers to lists, {contents.contests} contests"
    yield f"\nScores go back to {contents.oldest}. In addition: {others}.\n"


def _periods(settings: Settings) -> Iterator[str]:
    rules = settings.list_rules
    yield (
        f"- A manager gets at most {rules.capacity} people a month, among those whose risk is at least "
        f"{rules.listed_from:g} times the mean, with bands and reasons in words, in the order of {_ORDERS[rules.by]}."
    )
    yield f"- {_mails(settings)}"
    if settings.rollout_share < 1:
        share = f"{settings.rollout_share:.0%} of the managers"
        yield f"- Lists go to {share} first, chosen at random, to measure their effect."
    if settings.first_offers:
        yield "- Which action a list suggests first is drawn at random, to learn which helps; managers choose freely."
    if settings.nominations:
        yield (
            "- Managers say whom they would talk to before they open a list. It is compared with what happened, never "
            "used for scoring, and shown for groups of ten people or more."
        )
    yield f"- Scores, factors and lists are kept for {settings.keep_scores_months} months."
    yield (
        "- Names and addresses are kept apart from scores. HR sees names, and a manager those of the own list. Both go "
        "with the exit and with an erasure."
    )
    yield (
        "- Hire date, department and location of everyone at risk are kept to decide who was informed. Each newer "
        "month replaces them, and they go with an erasure."
    )
    yield _briefing(settings)
    yield f"- Answers to lists and contests are kept for {settings.keep_answers_months} months."
    yield f"- The audit, who looked at whom, is kept for {settings.keep_audit_months} months."
    given = [
        f"{source} since {each.words}"
        for source, notices in sorted(settings.notice_given.items())
        for each in notices_of(notices)
    ]
    informed = ", ".join(given) or "nobody yet"
    required = "is required" if settings.notice_required else "is not required"
    yield f"- Notice to people before they are scored {required} by the settings; informed: {informed}."
    yield f"- {_surveys(settings)}"
    yield f"- {_own_access(settings)}"
    yield "- Health, belief, union membership, family and the content of messages are never read."
    yield "- Protected attributes are read for the fairness review only.\n"


def _briefing(settings: Settings) -> str:
    if not settings.briefing_months:
        return "- Managers get lists without confirming a briefing (RETENTION_BRIEFING_MONTHS is 0)."
    return (
        f"- A manager confirms a briefing before the first list and again after {settings.briefing_months} months; "
        "who confirmed and when is kept until an erasure."
    )


def _surveys(settings: Settings) -> str:
    if settings.surveys_confidential:
        return "Survey answers are confidential: HR sees by name how those on one driver push the score, no answer."
    return "Survey answers are not confidential: HR sees them by name. Managers see only which driver they are about."


def _own_access(settings: Settings) -> str:
    if settings.employee_access:
        return "Employees see what is held about themselves, contest it and object on a page of their own."
    return "Employees have no page of their own: HR hands them their receipt as a file, and records what they contest."


def _mails(settings: Settings) -> str:
    if not settings.smtp_host:
        return "Nothing is mailed; HR hands out the lists."
    what = "the list itself, with names" if settings.mail_includes_list else "a link to it and no names"
    return f"If a manager's list has changed, the mail contains {what}."


def _access(contents: Held) -> Iterator[str]:
    if not contents.access:
        yield "There were no requests.\n"
        return
    yield "| role | result | rows of the audit |"
    yield "|---|---|---|"
    yield from (f"| {access.role} | {access.result} | {access.times:,} |" for access in contents.access)
    yield ""


_ORDERS: Final[Mapping[ListsBy, str]] = {
    "risk": "the expected loss",
    "risk_and_criticality": "the expected loss and of how hard each is to replace",
}
_PROCESSING: Final = """\
Employees' risk of a voluntary exit is estimated from HR tables, so that HR and managers talk to people in time. This
is profiling; no decision follows from it automatically. Forbidden uses: dismissal, redundancy, pay cuts, appraisal,
hiring.
"""
_RISKS: Final = """\
| risk | measures |
|---|---|
| a score is used against a person | purposes are stated; every access is recorded; managers see no probability |
| a score is mistaken for a fact | range, calibration, *not enough evidence*; factors in plain words; stated limits |
| groups are treated unequally | no feature is a protected attribute; fairness review; gate at {fairness_limit:g} |
| a group's figure reveals a person | small groups, and figures that would reveal them, are suppressed |
| wrong data | validation; contest; correction at the source |
| data leak | roles, short tokens, no ids in logs, MLflow or notebooks; erasure; periods |
| people feel watched | notice; minimised data; receipt of everything held and who looked |
"""
