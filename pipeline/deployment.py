"""Whether the settings of jobs fit a deployment: store, audit, mail and notice. `serving.deployment` has the rest."""

import os
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadInput, Finding, Unavailable
from pipeline.acknowledgements import acknowledged
from pipeline.file_access import WARNINGS, keep_private
from pipeline.lists.delivery.addresses import addresses
from pipeline.lists.delivery.smtp import LOOPBACK, MailServer, require_safe
from pipeline.lists.delivery.webhook import require_webhook
from pipeline.notice import not_informed, uncovered
from pipeline.notices import notices_of
from pipeline.settings import Settings
from pipeline.settings_file import FILE_VARIABLE, PREFIX, nearest, path_of, variable_of
from pipeline.store.store import Store

SAFE_MODES: Final = ("require", "verify-ca", "verify-full")
"""The values of PostgreSQL's `sslmode` with which a connection is always encrypted."""

OF_OTHERS: Final = {"RETENTION_DB_PASSWORD", "RETENTION_SOURCE", "RETENTION_DATA", "RETENTION_LAYOUTS"}
"""Variables of the compose file and of the tests."""


@dataclass(frozen=True)
class Advice:
    """An error, with which a deployment must not start, or a warning."""

    is_error: bool
    finding: Finding

    def as_dict(self) -> dict[str, Any]:
        """The advice, for JSON."""
        return {"level": "error" if self.is_error else "warning"} | self.finding.as_dict()


def error(rule: str, name: str, remedy: str) -> Advice:
    """An error about a setting."""
    return Advice(True, Finding(rule, "settings", name, 0, remedy))


def warning(rule: str, name: str, remedy: str) -> Advice:
    """A warning about a setting."""
    return Advice(False, Finding(rule, "settings", name, 0, remedy))


def advice(settings: Settings, today: date) -> list[Advice]:
    """Everything that is wrong or unusual. Connects to the store and, if one is set, to the mail server."""
    return [
        *_files(settings),
        *_store(settings),
        *_notice(settings, today),
        *_informed(settings, today),
        *_mail(settings),
        *_webhook(settings),
    ]


def _files(settings: Settings) -> Iterator[Advice]:
    if (access := keep_private(settings.var)) == "is open":
        yield error(WARNINGS[access], "var", "Give the folder to this account with mode 0700.")
    path = path_of(settings.var)
    if path.is_file() and path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield error("other users can change the settings file", FILE_VARIABLE, f"chmod go-w {path}")
    if settings.debug:
        remedy = "Unset it: a traceback may quote personal data."
        yield warning("faults are shown with their traceback", "debug", remedy)
    fields = type(settings).model_fields
    known = {variable_of(name, fields) for name in fields} | {FILE_VARIABLE} | OF_OTHERS
    known |= {f"{each}_FILE" for each in known}
    for variable in sorted(name for name in os.environ if name.startswith(PREFIX) and name.upper() not in known):
        similar = nearest(variable, known)
        remedy = f"Did you mean {similar}?" if similar else "Unset it."
        yield warning("a variable that no setting has", variable, remedy)


def _store(settings: Settings) -> Iterator[Advice]:
    url = make_url(settings.store_url)
    is_remote = url.host not in (None, "", *LOOPBACK) and not str(url.host).startswith("/")
    if is_remote and url.query.get("sslmode") not in SAFE_MODES:
        remedy = f"Add ?sslmode=verify-full (or one of {', '.join(SAFE_MODES)}) to the URL."
        yield warning("the connection to the store may be unencrypted", "database_url", remedy)
    with closing(Store.of(settings)) as store:
        if not store.is_ready():
            remedy = "Check that it runs, that the account may write, and that its disk is not full."
            yield error("the store does not answer, or accepts no writes", "database_url", remedy)
            return
        try:
            if event := store.current_halt():
                remedy = "Settle the cause, then run `retention resume`."
                yield warning(f"the system has been halted since {event.at:%Y-%m-%d %H:%M} UTC", "store", remedy)
            if not store.audit_is_guarded():
                remedy = "Run `retention audit verify`, find out who dropped them, and restore them from a backup."
                yield error("triggers that make the audit append-only are missing", "store", remedy)
        except SQLAlchemyError:
            remedy = "Run the command again."
            yield error("the store stopped answering", "database_url", remedy)


def _notice(settings: Settings, today: date) -> Iterator[Advice]:
    if not settings.notice_required:
        remedy = "Set it to true wherever real people are scored."
        yield warning("people may be scored before they were informed", "notice_required", remedy)
    if settings.notice_required and not settings.notice_given:
        remedy = 'Record the day by source: {"SOURCE": "YYYY-MM-DD"}.'
        yield warning("no source has a day of notice, so nobody is scored", "notice_given", remedy)
    if any(each.given > today for given in settings.notice_given.values() for each in notices_of(given)):
        remedy = "Until that day the people to whom it is given are not scored."
        yield warning("a day of notice lies in the future", "notice_given", remedy)
    if not settings.briefing_months:
        remedy = "Set it to 12, unless your company trains managers before their first list and keeps record of it."
        yield warning("managers get lists without confirming a briefing", "briefing_months", remedy)
    if not settings.surveys_confidential:
        remedy = "Say so in the notice and in the survey itself, or set it to true."
        yield warning("HR sees a person's survey answers", "surveys_confidential", remedy)


def _informed(settings: Settings, today: date) -> Iterator[Advice]:
    """Of the source that is served, who is not scored because no notice covers them, as counts."""
    try:
        acknowledged(settings.acknowledgements, "", today)
        with closing(Store.of(settings)) as store, store.reading() as scores:
            served = scores.current()
            if served is None:
                return
            left_out = uncovered(not_informed(settings, served.source, scores.staff(served.source), today))
    except BadInput as wrong:
        yield from (Advice(True, finding) for finding in wrong.findings)
        return
    except SQLAlchemyError:
        return  # `_store` says so
    if left_out.people:
        rule = f"{left_out.people:,} of the people of {served.source!r} are not scored, not informed yet: {left_out}"
        yield warning(rule, "notice_given", "Give notice there, or to those hired since, and record it.")


def _mail(settings: Settings) -> Iterator[Advice]:
    if not settings.smtp_host:
        return
    if not settings.list_link and not settings.mail_includes_list:
        yield error("mails would have no link", "list_link", "Set it to the page on which managers read and answer.")
    elif settings.briefing_months and not settings.list_link:
        remedy = "Set it to the page of lists: the briefing is beside it, and no list is mailed before."
        yield warning("managers find no page on which to confirm the briefing", "list_link", remedy)
    if settings.mail_includes_list:
        remedy = "A link without names is safer; set it to false."
        yield warning("mails contain names", "mail_includes_list", remedy)
    try:
        require_safe(settings)
        addresses(settings.addresses)
        _connect(settings)
    except (BadInput, Unavailable) as wrong:
        yield from (Advice(True, finding) for finding in wrong.findings)


def _webhook(settings: Settings) -> Iterator[Advice]:
    if settings.webhook_url is None:
        return
    if settings.webhook_format == "json" and settings.webhook_secret is None:
        remedy = "Set one that the receiver knows, so that it can tell who calls."
        yield warning("calls to the webhook are not signed", "webhook_secret", remedy)
    try:
        require_webhook(settings)
    except (BadInput, Unavailable) as wrong:
        yield from (Advice(True, finding) for finding in wrong.findings)


def _connect(settings: Settings) -> None:
    server = MailServer(settings)
    try:
        server.ready()
    finally:
        server.close()


def is_here(url: str) -> bool:
    """Whether a URL is that of this machine."""
    return urlsplit(url).hostname in LOOPBACK
