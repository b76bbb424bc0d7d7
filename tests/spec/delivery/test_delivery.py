"""Lists by mail: who gets one, what it says, and when nothing is sent; against a real SMTP server with TLS."""

import polars as pl
import pytest
from mail_server import AUGUST, NOW, SEPTEMBER, Mailbox, scored, sent, states

from features.errors import BadInput, Refused
from pipeline.lists.delivery.mailing import Resend
from pipeline.settings import Settings
from pipeline.store.audit.audit import AuditEntry, append
from pipeline.store.erasure import ERASED, erase
from pipeline.store.publication import Publication
from pipeline.store.schema import AUDIT
from pipeline.store.store import Store

# with implicit TLS the server does not know that it is encrypted
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.mark.parametrize("settings", ["starttls", "tls"], indirect=True)
def test_each_manager_with_a_list_worth_reading_gets_one_mail(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    done = sent(store, settings)
    assert mailbox.recipients == ["m1@firm.test", "m2@firm.test", "m3@firm.test"]
    assert (done.states, done.is_complete) == ({"sent": 3, "unchanged": 1}, True)
    assert states(store)["M4"] == ("unchanged", "nothing_to_read")
    sent(store, settings)
    assert len(mailbox.mails) == 3


def test_a_mail_names_nobody_and_links_to_the_list(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    sent(store, settings)
    mail = mailbox.mails[0][1]
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert mail["Subject"] == "Conversations for August 2026"
    assert mail["List-Id"] == "Monthly lists <retention-lists.firm.test>"
    for part in (text, html):
        assert "https://people.firm.test/lists/2026-08" in part.get_content()
        assert part.get_content_charset() == "utf-8"
        assert not {"A", "B", "M1"} & set(part.get_content().replace("<", " ").replace(">", " ").split())


def test_the_list_itself_is_mailed_only_if_the_settings_say_so(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    sent(store, settings.model_copy(update={"mail_includes_list": True}))
    html = mailbox.mails[0][1].get_body(("html",))
    text = mailbox.mails[0][1].get_body(("plain",))
    assert html is not None
    assert text is not None
    assert "<h2>A</h2>" in html.get_content()
    link = f'<a href="{settings.list_link.replace("{month}", "2026-08")}">Record what you did</a>'
    assert link in html.get_content()
    assert "1. A · Elevated · New this month" in text.get_content().splitlines()
    with store.reading() as scores:
        rows = scores.connection.execute(AUDIT.select().where(AUDIT.c.result == "mailed")).mappings().all()
    assert [(row["who"], row["whom"], row["result"]) for row in rows] == [
        ("M1", "A", "mailed"),
        ("M2", "C", "mailed"),
        ("M3", "D", "mailed"),
    ]


def test_lists_of_and_about_people_who_are_erased_meanwhile_are_not_sent(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    """While M1 gets a mail, C, on the list of M2, is erased, and M3."""

    def erase_both() -> None:
        mailbox.on_mail = lambda: None
        for person in ("C", "M3"):
            with Store(settings.store_url) as other, other.erasing() as connection:
                erase(connection, person)
                append(connection, [AuditEntry(NOW, "r", "H", "hr", "DELETE", person, None, ERASED)])

    mailbox.on_mail = erase_both
    done = sent(store, settings)
    assert mailbox.recipients == ["m1@firm.test"]
    assert states(store) == {"M1": ("sent", None), "M4": ("unchanged", "nothing_to_read")}
    assert (done.failed, done.is_complete) == ({"list_changed": 1}, False)
    assert sent(store, settings).is_complete
    assert mailbox.recipients == ["m1@firm.test"]


def test_nothing_is_sent_when_nothing_changed_and_that_is_recorded(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    sent(store, settings)
    store.publish(scored(SEPTEMBER, high="ABC"))  # M1 has B too, M2 the same, D of M3 calmed down
    sent(store, settings)
    assert mailbox.recipients[3:] == ["m1@firm.test", "m3@firm.test"]
    assert states(store, "2026-09") == {
        "M1": ("sent", None),
        "M2": ("unchanged", "no_news"),
        "M3": ("sent", None),
        "M4": ("unchanged", "nothing_to_read"),
    }


def test_a_single_list_can_be_resent_on_request(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    sent(store, settings)
    sent(store, settings, resend=Resend(["M3"]))
    assert mailbox.recipients[3:] == ["m3@firm.test"]
    with pytest.raises(BadInput, match="there is no record of such a list"):
        sent(store, settings, resend=Resend(["M9"]))


def test_a_list_that_changed_after_sending_is_reported_and_not_sent_again(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    sent(store, settings)
    store.publish(scored(AUGUST, high="ABCD"))
    assert sent(store, settings).changed_since_sent == 1
    assert len(mailbox.mails) == 3


def test_a_manager_without_an_address_is_reported_and_gets_the_list_once_one_is_known(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    assert settings.addresses is not None
    whole = settings.addresses.read_text()
    settings.addresses.write_text(whole.replace("M2,m2@firm.test\n", ""))
    done = sent(store, settings)
    assert (states(store)["M2"], done.failed, done.is_complete) == (("failed", "no_address"), {"no_address": 1}, False)
    settings.addresses.write_text(whole)
    assert sent(store, settings).is_complete
    assert mailbox.recipients[2:] == ["m2@firm.test"]


def test_a_manager_who_has_left_gets_nothing(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    later = scored(SEPTEMBER, high="ABCDE")
    without = later.scores.filter(pl.col("employee_id") != "M1")
    store.publish(Publication("tiny", SEPTEMBER, "1", 6, {}, without, later.factors))
    sent(store, settings, "2026-09")
    assert states(store, "2026-09")["M1"] == ("failed", "manager_gone")
    assert "m1@firm.test" not in mailbox.recipients


def test_a_dry_run_sends_nothing_and_writes_nothing(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    done = sent(store, settings, is_rehearsal=True)
    assert (done.to_send, mailbox.mails, states(store)) == (3, [], {})


def test_a_month_without_scores_is_reported_and_nothing_is_sent(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    with pytest.raises(BadInput, match=r"this month has no published scores. Run `retention score` for it first"):
        sent(store, settings, "2026-07")
    assert mailbox.mails == []


def test_a_month_scored_by_two_models_is_sent_once_with_the_newer_scores(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    store.publish(scored(AUGUST, high="AC", version="2"))
    assert sent(store, settings).states == {"sent": 2, "unchanged": 2}
    store.publish(scored(AUGUST, high="ABD", version="3"))  # M1 has another list, M2 none any more, M3 now one
    done = sent(store, settings)
    assert mailbox.recipients == ["m1@firm.test", "m2@firm.test", "m3@firm.test"]
    assert (done.states, done.changed_since_sent) == ({"sent": 3, "unchanged": 1}, 2)


def test_a_person_is_on_one_managers_list_only(store: Store) -> None:
    twice = scored(SEPTEMBER)
    both = pl.concat([twice.scores, twice.scores.filter(employee_id="A").with_columns(manager_id=pl.lit("M2"))])
    with pytest.raises(Refused, match="a person is scored twice"):
        store.publish(Publication("tiny", SEPTEMBER, "1", 6, {}, both, twice.factors))
