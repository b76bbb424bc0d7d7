"""The webhook and the reminders: against a real HTTP server and a real SMTP server; each is sent at most once."""

import hashlib
import hmac
import json
import multiprocessing
import os
import signal
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from mail_server import NOW, SEPTEMBER, Mailbox, scored, sent
from pydantic import SecretStr
from sqlalchemy import text
from stopping import halt, resume
from typer.testing import CliRunner

from features.errors import BadInput, Refused
from pipeline.commands.main import app
from pipeline.lists.delivery.notifying import notify, remind
from pipeline.settings import Settings
from pipeline.store.answers import ListAnswer, store_answer
from pipeline.store.audit.audit import AuditEntry, append
from pipeline.store.erasure import ERASED, erase
from pipeline.store.operations.halts import Halted
from pipeline.store.store import Store

# with implicit TLS the server does not know that it is encrypted
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
SPAWN = multiprocessing.get_context("spawn")
SECRET = "shared-secret"
NAMES = ("A", "B", "C", "D", "E", "M1", "M2", "M3", "M4")


class Receiver:
    """Stores the calls that arrive, and answers as a test demands."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 200
        self.hangs = False
        self.dies = False
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls.append((self.path, dict(self.headers), body))
                if receiver.hangs:
                    time.sleep(60)
                if receiver.dies:
                    self.close_connection = True
                    return
                self.send_response(receiver.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = Thread(target=self.server.serve_forever)

    @property
    def body(self) -> dict[str, Any]:
        return dict(json.loads(self.calls[-1][2]))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.thread.start()
    yield receiver
    receiver.server.shutdown()
    receiver.thread.join()
    receiver.server.server_close()


@pytest.fixture
def calling(settings: Settings, receiver: Receiver) -> Settings:
    """The settings of the mail server, and a webhook."""
    url = SecretStr(f"http://127.0.0.1:{receiver.server.server_port}/hook?key=1")
    return settings.model_copy(
        update={"webhook_url": url, "webhook_secret": SecretStr(SECRET), "webhook_timeout_seconds": 1}
    )


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def test_the_call_has_month_counts_and_link_and_is_signed(store: Store, calling: Settings, receiver: Receiver) -> None:
    done = notify(store, calling, None, at(NOW))
    assert (done.month, done.managers, done.people, done.state) == ("2026-08", 3, 3, "sent")
    [(path, headers, body)] = receiver.calls
    assert path == "/hook?key=1"
    assert json.loads(body) == {
        "event": "lists",
        "month": "2026-08",
        "managers": 3,
        "people": 3,
        "link": "https://people.firm.test/lists/2026-08",
        "text": "The lists for August 2026 are ready. Managers with a list: 3; conversations: 3.",
    }
    assert headers["X-Retention-Timestamp"] == str(int(NOW.timestamp()))
    signed = f"{int(NOW.timestamp())}.".encode() + body
    assert headers["X-Retention-Signature"] == "v1=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("form", ["json", "slack", "teams"])
def test_no_form_of_a_call_names_anyone(store: Store, calling: Settings, receiver: Receiver, form: str) -> None:
    notify(store, calling.model_copy(update={"webhook_format": form}), None, at(NOW))
    whole = receiver.calls[0][2].decode() + str(receiver.calls[0][1])
    words = set("".join(letter if letter.isalnum() else " " for letter in whole).split())
    assert not words & set(NAMES)
    assert "https://people.firm.test/lists/2026-08" in whole
    assert (
        receiver.body.keys()
        == {
            "json": {"event", "month", "managers", "people", "link", "text"},
            "slack": {"text"},
            "teams": {"type", "attachments"},
        }[form]
    )


def test_without_a_secret_nothing_is_signed(store: Store, calling: Settings, receiver: Receiver) -> None:
    notify(store, calling.model_copy(update={"webhook_secret": None}), None, at(NOW))
    assert not {name for name in receiver.calls[0][1] if "Signature" in name or "Timestamp" in name}


def test_a_month_is_called_once_and_the_next_month_again(store: Store, calling: Settings, receiver: Receiver) -> None:
    for _ in range(2):
        assert notify(store, calling, None, at(NOW)).state == "sent"
    assert len(receiver.calls) == 1
    store.publish(scored(SEPTEMBER))
    notify(store, calling, None, at(NOW))
    assert [json.loads(body)["month"] for _, _, body in receiver.calls] == ["2026-08", "2026-09"]


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500, 503])
def test_a_call_that_was_not_accepted_is_tried_again(
    store: Store, calling: Settings, receiver: Receiver, status: int
) -> None:
    receiver.status = status
    done = notify(store, calling, None, at(NOW))
    assert (done.state, done.reason, done.is_complete) == ("failed", f"status_{status}", False)
    assert [path for path, _, _ in receiver.calls] == ["/hook?key=1"]  # no redirect was followed
    receiver.status = 204
    assert notify(store, calling, None, at(NOW)).state == "sent"
    deliveries = [headers["X-Retention-Delivery"] for _, headers, _ in receiver.calls]
    assert deliveries[0] == deliveries[1]


@pytest.mark.parametrize("fault", ["hangs", "dies"])
def test_a_call_without_an_answer_is_uncertain_and_not_repeated(
    store: Store, calling: Settings, receiver: Receiver, fault: str
) -> None:
    setattr(receiver, fault, True)
    done = notify(store, calling, None, at(NOW))
    assert (done.state, done.reason) == ("uncertain", "no_answer")
    setattr(receiver, fault, False)
    assert notify(store, calling, None, at(NOW)).state == "uncertain"
    assert len(receiver.calls) == 1


def call_there(settings: Settings) -> None:
    """Runs in a separate process, to be killed."""
    with Store(settings.store_url) as store:
        notify(store, settings, None)


def test_a_run_killed_while_calling_calls_nothing_twice(store: Store, calling: Settings, receiver: Receiver) -> None:
    receiver.hangs = True
    process = SPAWN.Process(target=call_there, args=[calling.model_copy(update={"webhook_timeout_seconds": 60})])
    process.start()
    while not receiver.calls and process.is_alive():
        process.join(0.02)
    os.kill(process.pid, signal.SIGKILL)  # type: ignore[arg-type]
    process.join()
    receiver.hangs = False
    assert notify(store, calling, None, at(NOW)).state == "uncertain"
    assert len(receiver.calls) == 1


def test_a_receiver_that_is_down_is_tried_again(store: Store, calling: Settings, receiver: Receiver) -> None:
    down = calling.model_copy(update={"webhook_url": SecretStr("http://127.0.0.1:1/hook")})
    assert (notify(store, down, None, at(NOW)).reason, receiver.calls) == ("no_connection", [])
    assert notify(store, calling, None, at(NOW)).state == "sent"


def test_tls_needs_a_certificate_that_can_be_verified(
    store: Store, calling: Settings, receiver: Receiver, certificate: Path
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
    url = SecretStr(f"https://127.0.0.1:{receiver.server.server_port}/hook")
    over_tls = calling.model_copy(update={"webhook_url": url})
    assert notify(store, over_tls, None, at(NOW)).reason == "certificate_not_verified"
    assert receiver.calls == []
    trusting = over_tls.model_copy(update={"webhook_ca_file": certificate})
    assert notify(store, trusting, None, at(NOW)).state == "sent"


@pytest.mark.parametrize(
    "url", [None, "", "http://hooks.example/x", "ftp://hooks.example", "https://u:p@hooks.example"]
)
def test_an_unusable_webhook_is_reported_without_its_address(store: Store, settings: Settings, url: str | None) -> None:
    given = settings.model_copy(update={"webhook_url": SecretStr(url) if url is not None else None})
    with pytest.raises(BadInput, match="RETENTION_WEBHOOK_URL") as caught:
        notify(store, given, None, at(NOW))
    assert "hooks.example" not in str(caught.value)


def test_nothing_is_called_or_reminded_while_halted_or_before_the_notice(
    store: Store, calling: Settings, receiver: Receiver, mailbox: Mailbox
) -> None:
    reminding = calling.model_copy(update={"remind_after_days": 1})
    unknown = {"notice_required": True}
    for run in (lambda s: notify(store, s, None, at(NOW)), lambda s: remind(store, s, at(NOW + timedelta(days=9)))):
        with pytest.raises(Refused, match="have not been informed"):
            run(reminding.model_copy(update=unknown))
        halt(store)
        with pytest.raises(Halted):
            run(reminding)
        resume(store)
    assert (receiver.calls, mailbox.mails) == ([], [])


def answered(store: Store, person: str) -> None:
    with store.changing() as connection:
        published = store.scores_on(connection).current()
        assert published is not None
        store_answer(connection, published, ListAnswer(NOW, "M2", person, "not_needed", []))


def test_managers_without_an_answer_are_reminded_once_after_some_days(
    store: Store, calling: Settings, receiver: Receiver, mailbox: Mailbox
) -> None:
    """The lists of M1 to M3 were mailed at NOW; M2 has answered about C."""
    reminding = calling.model_copy(update={"remind_after_days": 7})
    sent(store, calling)
    answered(store, "C")
    early = remind(store, reminding, at(NOW + timedelta(days=6, hours=23)))
    assert (early.unanswered, early.is_complete, len(mailbox.mails)) == (0, True, 3)
    for _ in range(2):
        done = remind(store, reminding, at(NOW + timedelta(days=7)))
        assert (done.unanswered, done.states, done.is_complete) == (2, {"sent": 2}, True)
    assert mailbox.recipients[3:] == ["m1@firm.test", "m3@firm.test"]
    assert [(json.loads(body)["event"], json.loads(body)["managers"]) for _, _, body in receiver.calls] == [
        ("reminder", 2)
    ]
    assert receiver.body["text"] == "Lists for August 2026 still without an answer: 2."
    mail = mailbox.mails[3][1]
    assert mail["Subject"] == "Reminder: conversations for August 2026"
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        assert "https://people.firm.test/lists/2026-08" in part.get_content()
        assert not set(NAMES) & set(part.get_content().replace("<", " ").replace(">", " ").split())


def test_a_reminder_has_another_id_than_the_list(store: Store, calling: Settings, mailbox: Mailbox) -> None:
    sent(store, calling)
    remind(store, calling.model_copy(update={"remind_after_days": 1}), at(NOW + timedelta(days=2)))
    assert len({mail["Message-ID"] for _, mail in mailbox.mails}) == len(mailbox.mails) == 6


def test_faults_of_the_mail_server_are_as_for_lists(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    reminding = settings.model_copy(update={"remind_after_days": 1})
    sent(store, settings)
    mailbox.replies["m1@firm.test"] = ["550 no such mailbox"]
    mailbox.dies_for.add("m2@firm.test")
    later = at(NOW + timedelta(days=2))
    done = remind(store, reminding, later)
    assert (done.failed, done.states) == ({"recipient_refused": 1}, {"uncertain": 1, "sent": 1})
    done = remind(store, reminding, later)
    assert (done.failed, done.states) == ({}, {"uncertain": 1, "sent": 2})
    assert mailbox.recipients[3:] == ["m2@firm.test", "m3@firm.test", "m1@firm.test"]


def test_a_manager_who_is_erased_meanwhile_gets_no_reminder_and_leaves_no_trace(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    sent(store, settings)

    def erase_the_last() -> None:
        mailbox.on_mail = lambda: None
        with Store(settings.store_url) as other, other.erasing() as connection:
            erase(connection, "M3")
            append(connection, [AuditEntry(NOW, "r", "H", "hr", "DELETE", "M3", None, ERASED)])

    mailbox.on_mail = erase_the_last
    remind(store, settings.model_copy(update={"remind_after_days": 1}), at(NOW + timedelta(days=2)))
    assert mailbox.recipients[3:] == ["m1@firm.test", "m2@firm.test"]
    with store.reading() as scores:
        rows = scores.connection.execute(text("SELECT manager_id FROM reminder ORDER BY manager_id")).scalars().all()
    assert rows == ["M1", "M2"]


def test_lists_that_were_handed_out_by_hand_count_from_their_publication(
    store: Store, calling: Settings, receiver: Receiver
) -> None:
    reminding = calling.model_copy(update={"smtp_host": "", "remind_after_days": 5})
    now = datetime.now(UTC)
    assert remind(store, reminding, at(now + timedelta(days=4))).unanswered == 0
    assert remind(store, reminding, at(now + timedelta(days=6))).unanswered == 3
    assert receiver.body["managers"] == 3


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({}, "RETENTION_REMIND_AFTER_DAYS"),
        ({"remind_after_days": 3, "smtp_host": ""}, "RETENTION_SMTP_HOST"),
        ({"remind_after_days": 3, "list_link": ""}, "RETENTION_LIST_LINK"),
    ],
)
def test_reminders_are_off_until_they_can_be_sent(
    store: Store, settings: Settings, change: dict[str, Any], place: str
) -> None:
    with pytest.raises(BadInput, match=place):
        remind(store, settings.model_copy(update=change), at(NOW))


def test_the_commands_show_the_outcome_by_exit_code(
    store: Store, calling: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert calling.webhook_url is not None
    monkeypatch.setenv("RETENTION_VAR", str(calling.var))
    monkeypatch.setenv("RETENTION_LISTED_FROM", "1.5")
    monkeypatch.setenv("RETENTION_WEBHOOK_URL", calling.webhook_url.get_secret_value())
    receiver.status = 500
    failed = CliRunner().invoke(app, ["notify", "--json", "-"])
    assert (failed.exit_code, json.loads(failed.stdout)["reason"]) == (1, "status_500")
    receiver.status = 200
    assert CliRunner().invoke(app, ["notify", "--month", "2026-08"]).exit_code == 0
    monkeypatch.setenv("RETENTION_REMIND_AFTER_DAYS", "3")
    reminded = CliRunner().invoke(app, ["remind", "--json", "-"])
    assert (reminded.exit_code, json.loads(reminded.stdout)["unanswered"]) == (0, 0)
