"""The mail that asks a manager to read the briefing, once a month, in place of a list. It names nobody on the list."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from features.errors import Unavailable
from pipeline.lists import once_only
from pipeline.lists.mail import briefing_mail_of
from pipeline.lists.risk_list import RiskList
from pipeline.lists.smtp import MailServer, NoAnswer, NotSent
from pipeline.settings import Settings
from pipeline.store.erasure import erased_since
from pipeline.store.halts import require_running
from pipeline.store.operation_tables import BRIEFING_MAIL
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store


@dataclass
class Asked:
    """Managers who must read the briefing before they get their list: how many, and their mails by state.

    failed: the mails that were not sent, by reason.
    """

    managers: int = 0
    states: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class BriefingMails:
    """What sending needs; `read_at` is the moment at which the lists were read, as in `erasure.last_audit_row`."""

    store: Store
    settings: Settings
    published: Published
    read_at: int
    address_of: Mapping[str, str]
    clock: Callable[[], datetime]

    def send_all(self, lists: Collection[RiskList]) -> str | None:
        """Send each mail that was not sent this month; returns why the run ended early, if it did. Sends none where no
        page is set on which the briefing could be confirmed."""
        if not lists or not self.settings.list_link:
            return None
        server = MailServer(self.settings)
        try:
            for each in lists:
                if each.manager_id in self.address_of:
                    self._send(server, each)
        except Unavailable as fault:
            return str(fault)
        finally:
            server.close()
        return None

    def _send(self, server: MailServer, risk_list: RiskList) -> None:
        """Claim a mail, send it and record the outcome. A manager who was erased meanwhile gets none."""
        manager = risk_list.manager_id
        address = self.address_of[manager]
        mail = briefing_mail_of(self.published, risk_list, address, self.clock(), self.settings)
        server.ready()  # before the claim, so that a server that is down leaves the mail unclaimed
        with self.store.changing() as connection:
            require_running(connection)
            if manager in erased_since(connection, self.read_at):
                return
            if not once_only.claim(connection, BRIEFING_MAIL, _key(self.published, manager), self.clock()):
                return
        try:
            server.send(self.settings.smtp_from, address, mail)
            self._settle(manager, "sent", None)
        except NotSent as refused:
            self._settle(manager, "failed", refused.reason)
        except NoAnswer:
            self._settle(manager, "claimed", "no_answer")
        except Unavailable:
            self._settle(manager, "failed", "server_unavailable")
            raise

    def _settle(self, manager: str, state: once_only.State, reason: str | None) -> None:
        with self.store.changing() as connection:
            key = _key(self.published, manager)
            once_only.settle(connection, BRIEFING_MAIL, key, state, self.clock(), reason)


def asked_of(
    scores: PublishedScores, published: Published, managers: Collection[str], address_of: Mapping[str, str], link: str
) -> Asked:
    """The state of the mails to managers who must read the briefing. Without a `link` there is no page to confirm it
    on."""
    asked = Asked(len(managers))
    for manager in managers:
        state, reason = once_only.state_of(scores.connection, BRIEFING_MAIL, _key(published, manager)) or (None, None)
        if state == "failed":
            asked.failed[str(reason)] += 1
        elif state:
            asked.states["uncertain" if state == "claimed" else state] += 1
        elif not link:
            asked.failed["no_page"] += 1
        elif manager not in address_of:
            asked.failed["no_address"] += 1
    return asked


def _key(published: Published, manager: str) -> dict[str, str]:
    return {"source": published.source, "month": published.month, "manager_id": manager}
