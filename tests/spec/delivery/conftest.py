"""The mail server and the company of `tests/support/mail_server.py`."""

from mail_server import certificate, mailbox, settings, store  # noqa: F401
