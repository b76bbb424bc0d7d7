"""Sends the managers' lists of a month by mail, each at most once, and records the outcome of each."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import select

from features.errors import BadInput, Finding, Unavailable, counted
from pipeline.language.translator import language
from pipeline.lists.briefing import must_read
from pipeline.lists.delivery import delivery_ledger as deliveries
from pipeline.lists.delivery.addresses import addresses, addresses_of, require_addresses
from pipeline.lists.delivery.briefing_mail import Asked, asked_of
from pipeline.lists.delivery.mail import briefing_mail_of, mail_of
from pipeline.lists.delivery.once_only import OPEN_STATES, State
from pipeline.lists.delivery.sending import MonthlyMails, send_claimed
from pipeline.lists.delivery.smtp import MailServer, require_safe
from pipeline.lists.offers.registered import draw_first_offers
from pipeline.lists.reach import lists_for_managers
from pipeline.lists.risk_list import RiskList, month_to_list
from pipeline.lists.rollout import allocate
from pipeline.notice import require_notice
from pipeline.settings import Settings
from pipeline.store.audit.audit import AuditEntry
from pipeline.store.erasure import erased_since, last_audit_row
from pipeline.store.operations.halts import require_running
from pipeline.store.operations.tables import BRIEFING_MAIL
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.schema import PUBLICATION, SCORE
from pipeline.store.store import Store

COMMAND: Final = "retention deliver"
NOTHING_TO_READ: Final = "nothing_to_read"
NO_NEWS: Final = "no_news"
CHANGED: Final = "list_changed"
Progress = Callable[[str], None]
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Resend:
    """What to send again on request: the lists of these managers, and all `uncertain` ones, which may have arrived."""

    manager_ids: Collection[str] = ()
    uncertain: bool = False


@dataclass
class Delivery:
    """The outcome of a month's delivery: managers in each state, and failures by reason. It names no one."""

    month: str
    states: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    to_send: int = 0
    changed_since_sent: int = 0
    briefing: Asked = field(default_factory=Asked)
    stopped: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every list, and every mail about the briefing, that was to be sent is known to have been sent."""
        uncertain = self.states["uncertain"] + self.briefing.states["uncertain"]
        return not (self.failed or self.briefing.failed or uncertain or self.stopped)


@dataclass(frozen=True)
class _Plan:
    """The lists to send and their addresses, the hash of every list, and those of the `quiet` and `failing`, by reason.

    unread: lists of managers who must read the briefing first; nothing is recorded about them, so that they are sent
    once it is confirmed. read_at: the moment at which they were read, as in `erasure.last_audit_row`.
    """

    published: Published
    read_at: int
    to_send: Sequence[RiskList]
    address_of: Mapping[str, str]
    hashes: Mapping[str, str]
    quiet: Mapping[str, Mapping[str, str]]
    failing: Mapping[str, Mapping[str, str]]
    unread: Sequence[RiskList]


def deliver(
    store: Store,
    settings: Settings,
    month: str | None,
    resend: Resend = Resend(),
    is_rehearsal: bool = False,
    clock: Clock = lambda: datetime.now(UTC),
    progress: Progress = lambda _: None,
) -> Delivery:
    """Send each list of a month that has something new for its manager, once. A manager who has not confirmed the
    briefing gets a mail with the link to it instead, and the list with a run after the confirmation.

    A list that was certainly not sent is tried again, after increasing pauses, and by the next run. An uncertain one is
    reported and not sent again unless `resend` asks for it. A rehearsal sends and writes nothing.

    Raises BadInput for a month without scores, for settings with which nothing can be sent safely, and for an unusable
    address file; Refused if the people have not been informed that they are scored, and Halted while the system is
    halted, also between two mails. If the server cannot be used, the run ends and `stopped` gives the reason.
    """
    store.require_running()
    require_safe(settings)
    _require_link(settings)
    overrides = addresses(settings.addresses)
    with store.reading() as scores:
        published = month_to_list(scores, month)
        require_addresses(scores, published.source, overrides)
    require_notice(settings, published.source, clock().date())
    if not is_rehearsal:
        allocate(store, settings, published)
        draw_first_offers(store, settings, published)
        _reopen(store, published, resend, clock())
    with store.reading() as scores:
        plan = _planned(scores, month_to_list(scores, month), settings, overrides, clock())
    done = Delivery(plan.published.month, to_send=len(plan.to_send))
    if not is_rehearsal:
        _record_the_rest(store, plan, clock())
        sender = _Sender(store, settings, plan, clock)
        _send_all(sender, done, progress)
        done.stopped = _ask_to_read(store, settings, plan, clock) or done.stopped
        if sender.outdated:
            done.failed[CHANGED] = len(sender.outdated)
    with store.reading() as scores:
        _count(done, deliveries.deliveries(scores.connection, plan.published), plan.hashes)
        unread = [each.manager_id for each in plan.unread]
        done.briefing = asked_of(scores, plan.published, unread, plan.address_of, settings.list_link)
    return done


def hash_of(risk_list: RiskList) -> str:
    """A hash of what a list says to the manager: the people with band and drivers, and the resolved people.

    Neither the order of people nor whether a person is new changes it.
    """
    people = sorted((entry.employee_id, entry.band, sorted(entry.reasons_by_driver)) for entry in risk_list.entries)
    return hashlib.sha256(json.dumps([people, sorted(risk_list.resolved)]).encode()).hexdigest()


def _planned(
    scores: PublishedScores, published: Published, settings: Settings, overrides: Mapping[str, str], now: datetime
) -> _Plan:
    spoken = language(settings.language)
    lists = lists_for_managers(scores, published, settings.list_rules, None, spoken, in_own_language=True)
    address_of = addresses_of(scores, published.source, [each.manager_id for each in lists], overrides)
    hashes = {each.manager_id: hash_of(each) for each in lists}
    before = deliveries.last_known(scores.connection, published)
    known = deliveries.deliveries(scores.connection, published)
    gone = _gone(scores, published, [each.manager_id for each in lists])
    unbriefed = must_read(scores.connection, hashes, settings, now)
    quiet: dict[str, dict[str, str]] = {NOTHING_TO_READ: {}, NO_NEWS: {}}
    failing: dict[str, dict[str, str]] = {"manager_gone": {}, "no_address": {}}
    to_send, unread = [], []
    for each in lists:
        manager = each.manager_id
        is_resend = manager in known and known[manager].reason == "resend"
        if not each.is_worth_reading:
            quiet[NOTHING_TO_READ][manager] = hashes[manager]
        elif before.get(manager) == hashes[manager] and not is_resend:
            quiet[NO_NEWS][manager] = hashes[manager]
        elif manager in gone:
            failing["manager_gone"][manager] = hashes[manager]
        elif manager in unbriefed and (manager not in known or known[manager].state in OPEN_STATES):
            unread.append(each)
        elif manager not in address_of:
            failing["no_address"][manager] = hashes[manager]
        elif manager not in known or known[manager].state in OPEN_STATES:
            to_send.append(each)
    return _Plan(published, last_audit_row(scores.connection), to_send, address_of, hashes, quiet, failing, unread)


def _gone(scores: PublishedScores, published: Published, managers: Collection[str]) -> set[str]:
    """Managers who were scored in an earlier month but not in this one: they have left, or are leaving."""
    now = set(scores.risks(published)["employee_id"])
    earlier = select(SCORE.c.employee_id).join(PUBLICATION, PUBLICATION.c.id == SCORE.c.publication_id)
    earlier = earlier.where(
        PUBLICATION.c.source == published.source, PUBLICATION.c.snapshot_date < published.snapshot_date
    )
    absent = [manager for manager in managers if manager not in now]
    absent = sorted({*absent} - {*scores.staff(published.source, absent)["employee_id"]})  # or not scored, and not gone
    gone: set[str] = set()
    for start in range(0, len(absent), 500):  # databases limit the number of parameters
        part = earlier.where(SCORE.c.employee_id.in_(absent[start : start + 500])).distinct()
        gone.update(scores.connection.execute(part).scalars())
    return gone


def _reopen(store: Store, published: Published, resend: Resend, at: datetime) -> None:
    if not (resend.manager_ids or resend.uncertain):
        return
    with store.reading() as scores:
        known = deliveries.deliveries(scores.connection, published)
    unknown = set(resend.manager_ids) - set(known)
    if unknown:
        remedy = "Check the manager's id; a list that was never sent needs no --resend."
        raise BadInput(
            Finding("there is no record of such a list", "delivery", "manager_id", rows=len(unknown), remedy=remedy)
        )
    uncertain = {manager for manager, each in known.items() if each.state == "claimed"} if resend.uncertain else set()
    with store.changing() as connection:
        for manager in sorted(uncertain | set(resend.manager_ids)):
            deliveries.reopen(connection, published, manager, at)


def _record_the_rest(store: Store, plan: _Plan, at: datetime) -> None:
    with store.changing() as connection:
        erased = erased_since(connection, plan.read_at)
        unsent: tuple[tuple[State, Mapping[str, Mapping[str, str]]], ...]
        unsent = (("unchanged", plan.quiet), ("failed", plan.failing))
        for state, by_reason in unsent:
            for reason, hashes in by_reason.items():
                left = {manager: each for manager, each in hashes.items() if manager not in erased}
                deliveries.record(connection, plan.published, left, state, at, reason)


@dataclass(frozen=True)
class _Sender:
    """Everything needed to send one list; `outdated` collects managers whose list a person was erased from."""

    store: Store
    settings: Settings
    plan: _Plan
    clock: Clock
    outdated: set[str] = field(default_factory=set)

    def send(self, server: MailServer, risk_list: RiskList) -> bool:
        """Claim a list, send it and record the outcome; False if it is worth another try.

        A list of or about a person who was erased since it was read is not sent; the next run makes it again.
        """
        manager = risk_list.manager_id
        list_hash, address = self.plan.hashes[manager], self.plan.address_of[manager]
        mail = mail_of(self.plan.published, risk_list, list_hash, address, self.clock(), self.settings)
        server.ready()  # before the claim, so that a server that is down leaves the list unclaimed
        with self.store.changing() as connection:
            require_running(connection)
            erased = erased_since(connection, self.plan.read_at)
            if manager in erased:
                return True
            if erased.intersection(_named(risk_list)):
                self.outdated.add(manager)
                return True
            if not deliveries.claim(connection, self.plan.published, manager, list_hash, self.clock()):
                return True  # another run has it
        self._audit(risk_list)

        def settle(state: State, reason: str | None) -> None:
            with self.store.changing() as connection:
                deliveries.settle(connection, self.plan.published, manager, state, self.clock(), reason)

        return send_claimed(lambda: server.send(self.settings.smtp_from, address, mail), settle)

    def _audit(self, risk_list: RiskList) -> None:
        """Names in a mail are audited like names in an API answer; a mail with only a link names no one."""
        if not self.settings.mail_includes_list:
            return
        request = uuid4().hex
        self.store.append_audit(
            [
                AuditEntry(
                    at=self.clock(),
                    request_id=request,
                    who=risk_list.manager_id,
                    role="manager",
                    what=COMMAND,
                    whom=employee_id,
                    purpose="retention_conversation",
                    result="mailed",
                    source=self.plan.published.source,
                )
                for employee_id in _named(risk_list)
            ]
        )


def _named(risk_list: RiskList) -> list[str]:
    return [*(entry.employee_id for entry in risk_list.entries), *risk_list.resolved]


def _send_all(sender: _Sender, done: Delivery, progress: Progress) -> None:
    """Try all remaining lists, several times with increasing pauses, so that a failing one does not delay others."""
    waiting = list(sender.plan.to_send)
    server = MailServer(sender.settings)
    try:
        for attempt in range(sender.settings.smtp_attempts):
            if not waiting:
                return
            if attempt:
                time.sleep(sender.settings.smtp_pause_seconds * 2 ** (attempt - 1))
            progress(f"send {counted(len(waiting), 'list')}")
            try:
                waiting = [each for each in waiting if not sender.send(server, each)]
                done.stopped = None
            except Unavailable as fault:
                # the next attempt begins with the same lists; those already sent cannot be claimed again
                done.stopped = str(fault)
    finally:
        server.close()


def _ask_to_read(store: Store, settings: Settings, plan: _Plan, clock: Clock) -> str | None:
    """Ask managers by mail to read the briefing; returns why the run ended early, if it did. Nobody is asked where no
    page is set on which it could be confirmed."""
    if not plan.unread or not settings.list_link:
        return None
    mails = MonthlyMails(store, settings, plan.published, plan.read_at, clock, BRIEFING_MAIL, briefing_mail_of)
    return mails.send_all(plan.unread, plan.address_of)[1]


def _count(done: Delivery, known: Mapping[str, deliveries.Delivered], hashes: Mapping[str, str]) -> None:
    for manager, each in known.items():
        done.states["uncertain" if each.state == "claimed" else each.state] += 1
        if each.state == "failed":
            done.failed[str(each.reason)] += 1
        if each.state == "sent" and hashes.get(manager, each.list_hash) != each.list_hash:
            done.changed_since_sent += 1


def _require_link(settings: Settings) -> None:
    if not settings.list_link and not settings.mail_includes_list:
        remedy = "Set it to the page on which managers read and answer, or set RETENTION_MAIL_INCLUDES_LIST."
        raise BadInput(Finding("the mail would have no link", "environment", "RETENTION_LIST_LINK", remedy=remedy))


def as_json(done: Delivery) -> dict[str, Any]:
    """The counts, for a JSON file or the record of a step."""
    return {
        "month": done.month,
        "to_send": done.to_send,
        "states": dict(sorted(done.states.items())),
        "failed": dict(sorted(done.failed.items())),
        "changed_since_sent": done.changed_since_sent,
        "briefing": {
            "managers": done.briefing.managers,
            "states": dict(sorted(done.briefing.states.items())),
            "failed": dict(sorted(done.briefing.failed.items())),
        },
        "stopped": done.stopped,
        "is_complete": done.is_complete,
    }
