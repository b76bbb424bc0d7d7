"""Servers, processes and disks that fail while lists are sent: each list is sent at most once."""

import multiprocessing
import os
import signal
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from mail_server import Mailbox, mail_server, sent, states
from pydantic import SecretStr
from servers import free_port
from sqlalchemy.exc import SQLAlchemyError

from pipeline.faults import fault_of
from pipeline.lists.delivery.mailing import Resend, deliver
from pipeline.settings import Settings
from pipeline.store.store import Store

# with implicit TLS the server does not know that it is encrypted
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

SPAWN = multiprocessing.get_context("spawn")


def test_a_permanently_refused_recipient_does_not_affect_the_others(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    mailbox.replies["m2@firm.test"] = ["550 no such mailbox"] * 9
    done = sent(store, settings)
    assert mailbox.recipients == ["m1@firm.test", "m3@firm.test"]
    assert states(store)["M2"] == ("failed", "recipient_refused")
    assert not done.is_complete
    mailbox.replies.clear()
    assert sent(store, settings).is_complete
    assert mailbox.recipients[2:] == ["m2@firm.test"]


def test_a_temporarily_refused_recipient_is_retried_in_the_same_run(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    mailbox.replies["m1@firm.test"] = ["451 later", "451 later"]
    assert sent(store, settings).is_complete
    assert mailbox.recipients == ["m2@firm.test", "m3@firm.test", "m1@firm.test"]


def test_a_closed_connection_is_opened_again(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    mailbox.replies["m2@firm.test"] = ["421 too many mails"]
    assert sent(store, settings).is_complete
    assert sorted(mailbox.recipients) == ["m1@firm.test", "m2@firm.test", "m3@firm.test"]


@pytest.mark.parametrize("fault", ["hangs_for", "dies_for"])
def test_a_mail_that_the_server_took_without_answering_is_not_sent_again(
    store: Store, settings: Settings, mailbox: Mailbox, fault: str
) -> None:
    getattr(mailbox, fault).add("m2@firm.test")
    done = sent(store, settings)
    assert (done.states["uncertain"], done.is_complete) == (1, False)
    assert states(store)["M2"] == ("claimed", "no_answer")
    getattr(mailbox, fault).clear()
    sent(store, settings)
    assert mailbox.recipients == ["m1@firm.test", "m2@firm.test", "m3@firm.test"]


def test_an_uncertain_mail_is_resent_on_request_as_the_same_mail(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    mailbox.dies_for.add("m2@firm.test")
    sent(store, settings)
    assert sent(store, settings, resend=Resend(uncertain=True)).is_complete
    assert mailbox.recipients == ["m1@firm.test", "m2@firm.test", "m3@firm.test", "m2@firm.test"]
    assert mailbox.mails[1][1]["Message-ID"] == mailbox.mails[3][1]["Message-ID"]
    assert len({mail["Message-ID"] for _, mail in mailbox.mails}) == 3


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"smtp_port": 1}, "it does not answer"),
        ({"smtp_password": SecretStr("wrong")}, "it refuses the user or the password"),
        ({"smtp_ca_file": None}, "its certificate cannot be verified"),
    ],
)
def test_an_unusable_server_stops_the_run_and_leaves_no_trace(
    store: Store, settings: Settings, mailbox: Mailbox, change: dict[str, Any], expected: str
) -> None:
    done = sent(store, settings.model_copy(update=change))
    assert done.stopped is not None
    assert expected in done.stopped
    assert "wrong" not in done.stopped
    assert (mailbox.mails, set(states(store))) == ([], {"M4"})
    assert sent(store, settings).is_complete
    assert len(mailbox.mails) == 3


def deliver_there(settings: Settings) -> None:
    """Runs in a separate process, to be killed."""
    with Store(settings.store_url) as store:
        deliver(store, settings, None)


def test_a_run_killed_while_sending_sends_nothing_twice(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    mailbox.hangs_for.add("m2@firm.test")
    patient = settings.model_copy(update={"smtp_timeout_seconds": 60})
    process = SPAWN.Process(target=deliver_there, args=[patient])
    process.start()
    while len(mailbox.mails) < 2 and process.is_alive():
        process.join(0.02)
    os.kill(process.pid, signal.SIGKILL)  # type: ignore[arg-type]
    process.join()
    assert states(store) == {"M1": ("sent", None), "M2": ("claimed", None), "M4": ("unchanged", "nothing_to_read")}
    mailbox.hangs_for.clear()
    done = sent(store, settings)
    assert mailbox.recipients == ["m1@firm.test", "m2@firm.test", "m3@firm.test"]
    assert done.states == {"sent": 2, "uncertain": 1, "unchanged": 1}


def test_a_server_that_disappears_half_way_leaves_the_rest_for_later(
    store: Store, settings: Settings, mailbox: Mailbox, certificate: Path
) -> None:
    dying, port = Mailbox(), free_port()
    with mail_server(dying, certificate, "starttls", port) as controller:
        dying.ends_after, dying.end = 1, lambda: controller.server.close()  # type: ignore[union-attr]
        done = sent(store, settings.model_copy(update={"smtp_port": port}))
    assert done.stopped is not None
    assert "it does not answer" in done.stopped
    assert dying.recipients == ["m1@firm.test"]
    assert states(store) == {
        "M1": ("sent", None),
        "M2": ("failed", "connection_lost"),
        "M4": ("unchanged", "nothing_to_read"),
    }
    assert sent(store, settings).is_complete
    assert mailbox.recipients == ["m2@firm.test", "m3@firm.test"]


def test_a_silent_server_stops_the_run_and_leaves_no_trace(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        done = sent(store, settings.model_copy(update={"smtp_port": port, "smtp_timeout_seconds": 0.2}))
    assert done.stopped is not None
    assert "it does not answer" in done.stopped
    assert set(states(store)) == {"M4"}
    assert sent(store, settings).is_complete
    assert len(mailbox.mails) == 3


def test_a_full_disk_sends_nothing_because_it_could_not_be_recorded(
    store: Store, settings: Settings, mailbox: Mailbox, full_disk: Any
) -> None:
    with full_disk(), pytest.raises(SQLAlchemyError) as fault:
        sent(store, settings)
    text = str(fault_of(fault.value, settings))
    assert "store of scores" in text
    assert "Then run the same command again: nothing is half-written" in text
    assert (mailbox.mails, states(store)) == ([], {})
    assert sent(store, settings).is_complete
    assert len(mailbox.mails) == 3


def test_a_disk_that_fills_up_after_a_mail_was_sent_does_not_cause_a_second_one(
    store: Store, settings: Settings, mailbox: Mailbox, full_disk: Any
) -> None:
    with ExitStack() as disk:
        mailbox.on_mail = lambda: disk.enter_context(full_disk())
        with pytest.raises(SQLAlchemyError):
            sent(store, settings)
    mailbox.on_mail = lambda: None
    assert states(store)["M1"] == ("claimed", None)
    done = sent(store, settings)
    assert mailbox.recipients == ["m1@firm.test", "m2@firm.test", "m3@firm.test"]
    assert done.states == {"sent": 2, "uncertain": 1, "unchanged": 1}


def test_a_run_killed_just_before_a_mail_leaves_it_uncertain_too(
    store: Store, settings: Settings, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.lists.delivery.mailing.MailServer.send", die)
        with pytest.raises(KeyboardInterrupt):
            sent(store, settings)
    done = sent(store, settings)
    assert mailbox.recipients == ["m2@firm.test", "m3@firm.test"]
    assert done.states["uncertain"] == 1
