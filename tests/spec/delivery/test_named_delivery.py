"""Mails to people with names: addresses of the directory, the greeting, the language; against a real SMTP server."""

from dataclasses import replace
from pathlib import Path

import pytest
from mail_server import AUGUST, Mailbox, scored, sent, states
from names import ODD_NAMES, directory

from features.errors import BadInput
from pipeline.settings import Settings
from pipeline.store.store import Store

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

NAMES = {"A": "Anna Ohm", "M1": "Mia Lang", "M2": "Макс Орлов", "M3": "Moira"}
EMAILS = {"M1": "mia@firm.test", "M2": "max@firm.test"}


def name(store: Store, names: dict[str, str], **columns: dict[str, str]) -> None:
    store.publish(replace(scored(AUGUST), directory=directory(names, **columns)))


def without_file(settings: Settings) -> Settings:
    return settings.model_copy(update={"addresses": None})


def texts(mailbox: Mailbox, address: str) -> tuple[str, str]:
    [mail] = [mail for recipient, mail in mailbox.mails if recipient == address]
    parts = (mail.get_body(("plain",)), mail.get_body(("html",)))
    assert all(parts)
    return parts[0].get_content(), parts[1].get_content()  # type: ignore[union-attr]


def test_addresses_come_from_the_directory(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    name(store, NAMES, email=EMAILS)
    sent(store, without_file(settings))
    assert mailbox.recipients == ["mia@firm.test", "max@firm.test"]
    assert states(store)["M3"] == ("failed", "no_address")


def test_the_file_overrides_the_directory(store: Store, settings: Settings, mailbox: Mailbox, tmp_path: Path) -> None:
    name(store, NAMES, email=EMAILS)
    (tmp_path / "some.csv").write_text("manager_id,address\nM2,other@firm.test\n")
    sent(store, settings.model_copy(update={"addresses": tmp_path / "some.csv"}))
    assert mailbox.recipients == ["mia@firm.test", "other@firm.test"]


def test_without_any_address_nothing_is_begun(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    name(store, NAMES)
    with pytest.raises(BadInput, match="no address is known"):
        sent(store, without_file(settings))
    assert (mailbox.mails, states(store)) == ([], {})


def test_a_mail_greets_the_manager_in_the_own_language_and_names_nobody_else(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    name(store, NAMES, email=EMAILS, language={"M2": "ru", "M1": "de"})
    sent(store, without_file(settings))
    for text in texts(mailbox, "mia@firm.test"):
        assert "Dear Mia Lang," in text
        assert "Anna" not in text
    for text in texts(mailbox, "max@firm.test"):
        assert "Здравствуйте, Макс Орлов!" in text
    [subject] = [mail["Subject"] for recipient, mail in mailbox.mails if recipient == "max@firm.test"]
    assert subject == "Разговоры: август 2026"


def test_the_list_in_a_mail_has_the_names(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    name(store, NAMES, email=EMAILS)
    sent(store, without_file(settings).model_copy(update={"mail_includes_list": True}))
    text, html = texts(mailbox, "mia@firm.test")
    assert "1. Anna Ohm (A) · " in text
    assert "<bdi>Anna Ohm</bdi>" in html


@pytest.mark.parametrize("odd", ODD_NAMES.values(), ids=ODD_NAMES.keys())
def test_an_odd_name_breaks_no_mail(odd: str, store: Store, settings: Settings, mailbox: Mailbox) -> None:
    name(store, {"M1": odd, "A": odd}, email={"M1": "mia@firm.test"})
    sent(store, without_file(settings).model_copy(update={"mail_includes_list": True}))
    [(_, mail)] = mailbox.mails
    assert set(mail.keys()) <= HEADERS
    text, html = texts(mailbox, "mia@firm.test")
    assert odd in text
    assert "<script>" not in html
    assert mail.defects == []


HEADERS = {
    *("Subject", "From", "To", "Date", "Message-ID", "List-Id", "List-Owner", "Auto-Submitted", "Sensitivity"),
    *("MIME-Version", "Content-Type"),
}


def test_a_new_name_does_not_send_a_list_again(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    name(store, NAMES, email=EMAILS)
    sent(store, without_file(settings))
    name(store, NAMES | {"M1": "Mia Married", "A": "Anna Married"}, email=EMAILS)
    sent(store, without_file(settings))
    assert mailbox.recipients == ["mia@firm.test", "max@firm.test"]
