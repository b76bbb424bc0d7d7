"""A manager who has not confirmed the briefing gets a mail with the link to it, and the list only afterwards."""

from datetime import timedelta

import pytest
from briefed import brief
from mail_server import NOW, Mailbox, sent, states
from sqlalchemy import delete

from pipeline.commands.screens.lists import delivery_screen
from pipeline.lists.delivery.mailing import as_json
from pipeline.lists.delivery.notifying import remind
from pipeline.settings import Settings
from pipeline.store.operations.tables import BRIEFING_CONFIRMATION
from pipeline.store.store import Store


@pytest.fixture
def unbriefed(store: Store) -> Store:
    """Only M3 has confirmed. In August M1 has A and M2 has C on the list, M3 has D, M4 nobody."""
    with store.changing() as connection:
        connection.execute(delete(BRIEFING_CONFIRMATION))
    brief(store, "M3")
    return store


def test_the_mail_leads_to_the_briefing_and_names_nobody_on_the_list(
    unbriefed: Store, settings: Settings, mailbox: Mailbox
) -> None:
    done = sent(unbriefed, settings.model_copy(update={"mail_includes_list": True}))
    assert mailbox.recipients == ["m3@firm.test", "m1@firm.test", "m2@firm.test"]
    assert (done.briefing.managers, dict(done.briefing.states), done.is_complete) == (2, {"sent": 2}, True)
    for _, mail in mailbox.mails[1:]:
        assert mail["Subject"] == "Please read the briefing: conversations about staying"
        for form in ("plain", "html"):
            part = mail.get_body((form,))
            assert part is not None
            assert "https://people.firm.test/briefing" in part.get_content()
            assert not {"A", "C"} & set(part.get_content().split())
    assert states(unbriefed).keys() == {"M3", "M4"}  # what was not sent is not recorded as known to the manager


def test_it_is_sent_once_a_month_and_the_list_follows_the_confirmation(
    unbriefed: Store, settings: Settings, mailbox: Mailbox
) -> None:
    sent(unbriefed, settings)
    sent(unbriefed, settings)
    assert mailbox.recipients.count("m1@firm.test") == 1
    brief(unbriefed, "M1")
    done = sent(unbriefed, settings)
    assert mailbox.mails[-1][1]["Subject"] == "Conversations for August 2026"
    assert (mailbox.recipients[-1], done.briefing.managers) == ("m1@firm.test", 1)
    assert states(unbriefed)["M1"] == ("sent", None)


def test_a_rehearsal_sends_neither(unbriefed: Store, settings: Settings, mailbox: Mailbox) -> None:
    done = sent(unbriefed, settings, is_rehearsal=True)
    assert (done.to_send, done.briefing.managers, mailbox.mails) == (1, 2, [])


def test_without_a_page_nobody_could_confirm_and_the_run_says_so(
    unbriefed: Store, settings: Settings, mailbox: Mailbox
) -> None:
    done = sent(unbriefed, settings.model_copy(update={"mail_includes_list": True, "list_link": ""}))
    assert mailbox.recipients == ["m3@firm.test"]
    assert (dict(done.briefing.failed), done.is_complete) == ({"no_page": 2}, False)
    assert "Set RETENTION_LIST_LINK" in delivery_screen(as_json(done), is_rehearsal=False)


def test_a_list_that_was_not_shown_needs_no_answer_and_no_reminder(
    unbriefed: Store, settings: Settings, mailbox: Mailbox
) -> None:
    reminding = settings.model_copy(update={"remind_after_days": 1})
    done = remind(unbriefed, reminding, clock=lambda: NOW + timedelta(days=3650))
    assert done.unanswered == 0  # ten years later nobody's confirmation holds
    brief_again = settings.model_copy(update={"remind_after_days": 1, "briefing_months": 0})
    assert remind(unbriefed, brief_again, clock=lambda: NOW + timedelta(days=3650)).unanswered == 3


def test_switched_off_every_list_is_sent(unbriefed: Store, settings: Settings, mailbox: Mailbox) -> None:
    done = sent(unbriefed, settings.model_copy(update={"briefing_months": 0}))
    assert sorted(mailbox.recipients) == ["m1@firm.test", "m2@firm.test", "m3@firm.test"]
    assert done.briefing.managers == 0
