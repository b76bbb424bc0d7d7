"""A mail run stops between two mails when the system is halted, and goes on where it stopped."""

import pytest
from mail_server import Mailbox, sent, states
from stopping import halt, resume

from pipeline.lists.written.month_folder import write_lists
from pipeline.settings import Settings
from pipeline.store.operations.halts import Halted
from pipeline.store.store import Store

# with implicit TLS the server does not know that it is encrypted
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


def test_a_mail_run_stops_between_mails(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    def stop() -> None:
        mailbox.on_mail = lambda: None
        with Store(settings.store_url) as other:
            halt(other)

    mailbox.on_mail = stop
    with pytest.raises(Halted):
        sent(store, settings)
    assert mailbox.recipients == ["m1@firm.test"]
    assert states(store) == {"M1": ("sent", None), "M4": ("unchanged", "nothing_to_read")}
    resume(store)
    assert sent(store, settings).is_complete
    assert mailbox.recipients == ["m1@firm.test", "m2@firm.test", "m3@firm.test"]


@pytest.mark.parametrize("is_rehearsal", [True, False])
def test_a_halted_system_mails_nothing(store: Store, settings: Settings, mailbox: Mailbox, is_rehearsal: bool) -> None:
    halt(store)
    with pytest.raises(Halted):
        sent(store, settings, is_rehearsal=is_rehearsal)
    assert (mailbox.mails, states(store)) == ([], {})


def test_lists_that_are_being_written_are_not_put_in_place(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        halt(store)

    monkeypatch.setattr("pipeline.lists.written.month_folder._write_month", stop)
    out = settings.var / "lists"
    with pytest.raises(Halted):
        write_lists(store, out, settings.list_rules)
    assert not [each for each in out.iterdir() if each.is_dir()]
