"""Calls to a webhook when the lists of a month are ready, and reminders of lists without an answer. Never a name."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select

from features.errors import BadInput, Finding
from pipeline.language.translator import language
from pipeline.lists.briefing import must_read
from pipeline.lists.delivery import delivery_ledger, once_only
from pipeline.lists.delivery.addresses import addresses, addresses_of, require_addresses
from pipeline.lists.delivery.mail import reminder_of
from pipeline.lists.delivery.sending import MonthlyMails, count_mail, send_claimed
from pipeline.lists.delivery.smtp import require_safe
from pipeline.lists.delivery.webhook import Call, Event, require_webhook, send
from pipeline.lists.reach import lists_for_managers
from pipeline.lists.risk_list import RiskList, month_to_list
from pipeline.lists.written.pages import answers_at
from pipeline.notice import require_notice
from pipeline.settings import Settings
from pipeline.store.erasure import last_audit_row
from pipeline.store.operations.halts import require_running
from pipeline.store.operations.tables import REMINDER, WEBHOOK_CALL
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.schema import LIST_ANSWER, PUBLICATION
from pipeline.store.store import Store

Clock = Callable[[], datetime]
NOW: Final[Clock] = lambda: datetime.now(UTC)  # noqa: E731


@dataclass(frozen=True)
class Called:
    """The state of a month's call after a run: `sent`, `failed` with a reason, or `uncertain`; counts only."""

    month: str
    managers: int
    people: int
    state: str
    reason: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether another run would send nothing more."""
        return self.state != "failed"


@dataclass
class Reminded:
    """The outcome of a run of reminders: lists without an answer, mails by state, failures by reason, and the call."""

    month: str
    unanswered: int
    states: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    call: Called | None = None
    stopped: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether another run would send nothing more."""
        return (self.call is None or self.call.is_complete) and not (self.failed or self.stopped)


def notify(store: Store, settings: Settings, month: str | None, clock: Clock = NOW) -> Called:
    """Call the webhook once for a month whose lists are ready.

    Raises BadInput for a month without scores or an unusable webhook, Refused before the notice, and Halted while the
    system is halted.
    """
    require_webhook(settings)
    published, lists = _lists(store, settings, month, clock)
    worth_reading = [each for each in lists if each.is_worth_reading]
    people = sum(len(each.entries) for each in worth_reading)
    return _called(store, settings, published, "lists", (len(worth_reading), people), clock)


def remind(store: Store, settings: Settings, clock: Clock = NOW) -> Reminded:
    """Remind, once a month, managers whose list had no answer for `remind_after_days`; by mail, webhook, or both.

    Raises BadInput if reminders are off or nothing can be sent, and what `notify` raises.
    """
    _require_on(settings)
    published, lists = _lists(store, settings, None, clock)
    with store.reading() as scores:
        read_at = last_audit_row(scores.connection)
        address_of = _addresses(scores, published, lists, settings) if settings.smtp_host else {}
        waiting = _unanswered(scores, published, lists, clock() - timedelta(days=settings.remind_after_days))
        unbriefed = must_read(scores.connection, [each.manager_id for each in waiting], settings, clock())
        waiting = [each for each in waiting if each.manager_id not in unbriefed]  # they have not seen their list
    done = Reminded(published.month, len(waiting))
    if waiting and settings.smtp_host:
        mails = MonthlyMails(store, settings, published, read_at, clock, REMINDER, reminder_of)
        _mail_all(mails, waiting, address_of, done)
    if waiting and settings.webhook_url:
        people = sum(len(each.entries) for each in waiting)
        done.call = _called(store, settings, published, "reminder", (len(waiting), people), clock)
    return done


def _lists(store: Store, settings: Settings, month: str | None, clock: Clock) -> tuple[Published, list[RiskList]]:
    with store.reading() as scores:
        require_running(scores.connection)
        published = month_to_list(scores, month)
        require_notice(settings, published.source, clock().date())
        in_language = language(settings.language)
        lists = lists_for_managers(scores, published, settings.list_rules, None, in_language, in_own_language=True)
        return published, lists


def _addresses(
    scores: PublishedScores, published: Published, lists: Collection[RiskList], settings: Settings
) -> Mapping[str, str]:
    """The address of each manager: that of the file if it names the manager, and else that of the directory."""
    overrides = addresses(settings.addresses)
    require_addresses(scores, published.source, overrides)
    return addresses_of(scores, published.source, [each.manager_id for each in lists], overrides)


def _unanswered(
    scores: PublishedScores, published: Published, lists: Collection[RiskList], before: datetime
) -> list[RiskList]:
    """The lists with people on them that were mailed, or if not mailed published, before a time, without an answer."""
    connection = scores.connection
    of_month = (LIST_ANSWER.c.source == published.source) & (LIST_ANSWER.c.month == published.month)
    answered = set(connection.execute(select(LIST_ANSWER.c.manager_id).where(of_month)).scalars())
    query = select(PUBLICATION.c.published_at).where(PUBLICATION.c.id == published.id)
    published_at = connection.execute(query).scalar_one()
    sent = {
        manager: each.at
        for manager, each in delivery_ledger.deliveries(connection, published).items()
        if each.state == "sent"
    }
    return [
        each
        for each in lists
        if each.entries and each.manager_id not in answered and sent.get(each.manager_id, published_at) <= before
    ]


def _called(
    store: Store, settings: Settings, published: Published, event: Event, counts: tuple[int, int], clock: Clock
) -> Called:
    """Call the webhook unless it was called before; the state afterwards."""
    managers, people = counts
    key = {"source": published.source, "month": published.month, "event": event}
    call = Call(event, published.month, managers, people, answers_at(settings.list_link, published))
    with store.changing() as connection:
        require_running(connection)
        is_claimed = once_only.claim(connection, WEBHOOK_CALL, key, clock())
    if is_claimed:

        def settle(state: once_only.State, reason: str | None) -> None:
            with store.changing() as connection:
                once_only.settle(connection, WEBHOOK_CALL, key, state, clock(), reason)

        send_claimed(lambda: send(call, published, settings, clock()), settle)
    with store.reading() as scores:
        state, reason = once_only.state_of(scores.connection, WEBHOOK_CALL, key) or ("failed", None)
    return Called(published.month, managers, people, "uncertain" if state == "claimed" else state, reason)


def _mail_all(
    mails: MonthlyMails, waiting: Collection[RiskList], address_of: Mapping[str, str], done: Reminded
) -> None:
    without_address, done.stopped = mails.send_all(waiting, address_of)
    if without_address:
        done.failed["no_address"] += without_address
    with mails.store.reading() as scores:
        for each in waiting:
            count_mail(scores.connection, REMINDER, mails.published, each.manager_id, done.states, done.failed)


def _require_on(settings: Settings) -> None:
    if not settings.remind_after_days:
        remedy = "Set the days after which a list without an answer is followed up."
        raise BadInput(Finding("reminders are off", "environment", "RETENTION_REMIND_AFTER_DAYS", remedy=remedy))
    if not settings.smtp_host and not settings.webhook_url:
        remedy = "Set a mail server, a webhook, or both."
        raise BadInput(Finding("nothing can be sent", "environment", "RETENTION_SMTP_HOST", remedy=remedy))
    if settings.webhook_url:
        require_webhook(settings)
    if settings.smtp_host:
        require_safe(settings)
        if not settings.list_link:
            remedy = "Set it to the page on which managers read and answer."
            raise BadInput(Finding("the mail would have no link", "environment", "RETENTION_LIST_LINK", remedy=remedy))
