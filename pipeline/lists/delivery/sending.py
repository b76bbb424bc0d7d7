"""Sends what was claimed (`once_only`) and records the outcome; and a mail to each of some managers, once a month."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table

from features.errors import Unavailable
from pipeline.lists.delivery import once_only
from pipeline.lists.delivery.once_only import State
from pipeline.lists.delivery.smtp import MailServer, NoAnswer, NotSent
from pipeline.lists.risk_list import RiskList
from pipeline.settings import Settings
from pipeline.store.erasure import erased_since
from pipeline.store.operations.halts import require_running
from pipeline.store.reading import Published
from pipeline.store.store import Store

Settle = Callable[[State, str | None], None]
Compose = Callable[[Published, RiskList, str, datetime, Settings], bytes]


def send_claimed(send: Callable[[], None], settle: Settle) -> bool:
    """Send what was claimed, and `settle` it with its state and a reason; False if it is worth another try.

    Raises Unavailable, once it is settled, if the server fails before it begins.
    """
    try:
        send()
    except NotSent as refused:
        settle("failed", refused.reason)
        return refused.is_permanent
    except NoAnswer:
        settle("claimed", "no_answer")
        return True
    except Unavailable:
        settle("failed", "server_unavailable")
        raise
    settle("sent", None)
    return True


@dataclass(frozen=True)
class MonthlyMails:
    """A mail of one kind to managers, each at most once a month: `table` keeps the states, `compose` makes the mail.

    `read_at` is the moment at which the lists were read, as in `erasure.last_audit_row`.
    """

    store: Store
    settings: Settings
    published: Published
    read_at: int
    clock: Callable[[], datetime]
    table: Table
    compose: Compose

    def send_all(self, lists: Collection[RiskList], address_of: Mapping[str, str]) -> tuple[int, str | None]:
        """Send each mail that was not sent this month.

        Returns the number of managers who were passed over without an address, and why the run ended early, if it did.
        """
        server, without_address = MailServer(self.settings), 0
        try:
            for each in lists:
                if each.manager_id in address_of:
                    self._send(server, each, address_of[each.manager_id])
                else:
                    without_address += 1
        except Unavailable as fault:
            return without_address, str(fault)
        finally:
            server.close()
        return without_address, None

    def _send(self, server: MailServer, risk_list: RiskList, address: str) -> None:
        """Claim a mail, send it and record the outcome. A manager who was erased meanwhile gets none."""
        manager = risk_list.manager_id
        key = _key(self.published, manager)
        mail = self.compose(self.published, risk_list, address, self.clock(), self.settings)
        server.ready()  # before the claim, so that a server that is down leaves the mail unclaimed
        with self.store.changing() as connection:
            require_running(connection)
            if manager in erased_since(connection, self.read_at):
                return
            if not once_only.claim(connection, self.table, key, self.clock()):
                return

        def settle(state: State, reason: str | None) -> None:
            with self.store.changing() as connection:
                once_only.settle(connection, self.table, key, state, self.clock(), reason)

        send_claimed(lambda: server.send(self.settings.smtp_from, address, mail), settle)


def count_mail(
    connection: Connection,
    table: Table,
    published: Published,
    manager: str,
    states: Counter[str],
    failed: Counter[str],
) -> bool:
    """Count the mail to a manager by its state, or as failed by the reason; False if it was never claimed."""
    state, reason = once_only.state_of(connection, table, _key(published, manager)) or (None, None)
    if state == "failed":
        failed[str(reason)] += 1
    elif state:
        states["uncertain" if state == "claimed" else state] += 1
    return state is not None


def _key(published: Published, manager: str) -> dict[str, str]:
    return {"source": published.source, "month": published.month, "manager_id": manager}
