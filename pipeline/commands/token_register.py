"""The jobs of `retention token`: a token and its registration, the list of tokens, and their revocation."""

import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import uuid4

from features.errors import BadInput, Finding, counted
from pipeline.identity.keys import subject_mark
from pipeline.identity.scopes import Scope
from pipeline.identity.tokens import LIFETIME, new_token
from pipeline.settings import Settings
from pipeline.store import embedded_tokens
from pipeline.store.audit import audit
from pipeline.store.audit.audit import AuditEntry
from pipeline.store.embedded_tokens import RegisteredToken
from pipeline.store.reading import PublishedScores
from pipeline.store.store import Store

COMMAND: Final = "retention token"

Job = Literal["issue", "list", "revoke"]

_UNKNOWN: Final = {
    "department": "Write it as in the column `department` of `assignments`.",
    "location": "Write it as in the column `location` of `assignments`.",
    "line": "Give the employee_id of somebody to whom people report.",
}
_NOT_ACCEPTED: Final = Finding(
    "the company's own issuer is in force, so that no server accepts a token from here",
    "settings",
    "RETENTION_OIDC_ISSUER",
    remedy="Have the role granted at the issuer and sign in there. On a machine for trying things out, unset it and "
    "start the server again.",
)


@dataclass(frozen=True)
class Revoked:
    """How many tokens were revoked, and whether a token that was named by its id is registered."""

    number: int
    is_registered: bool = True


def chosen(
    roles: Sequence[str] | None,
    person: str | None,
    scope: Sequence[str] | None,
    list_all: bool,
    revoke_id: str | None,
    subject: str | None,
) -> Job:
    """The job that the options ask for. Raises BadInput unless they ask for exactly one, and say whose."""
    for name, given in (("--person", person), ("--revoke-all-of", subject)):
        if given is not None and not given.strip():
            raise BadInput(Finding("no person is named", "command line", name, remedy="Give an employee_id."))
    asked = {"--role": bool(roles), "--list": list_all, "--revoke": revoke_id is not None}
    asked["--revoke-all-of"] = subject is not None
    if sum(asked.values()) != 1:
        remedy = f"Give one of {', '.join(asked)}."
        raise BadInput(Finding("one option says what to do", "command line", "--role", remedy=remedy))
    if scope and not asked["--role"]:
        raise BadInput(Finding("only role hr has a scope", "command line", "--scope", remedy="Give --role hr."))
    return "issue" if asked["--role"] else "list" if list_all else "revoke"


def issued(settings: Settings, roles: Sequence[str], person: str | None, scope: Sequence[str] = ()) -> str:
    """The text of a new token, which is registered. Raises BadInput where the company has an issuer of its own, for a
    scope that the published month does not know, or that includes nobody.
    """
    if settings.oidc_issuer:
        raise BadInput(_NOT_ACCEPTED)
    limit = Scope.of(scope) if scope else None
    token = new_token(settings, roles, person, scope=limit)
    row = RegisteredToken(token.id, "+".join(token.roles), token.subject_mark, token.issued_at, token.expires_at)
    with closing(Store(settings.store_url)) as store, store.changing() as connection:
        _require_people(store.scores_on(connection, limit))
        embedded_tokens.register(connection, row, token.issued_at)
        audit.add(connection, [_entry("issued", token.id)])
    return token.text


def _require_people(scores: PublishedScores) -> None:
    published = scores.current()
    if scores.scope is None:
        return
    if published is None:
        remedy = "Run `retention score` first: a scope names departments, locations and managers of a published month."
        raise BadInput(Finding("nothing is published yet", "command line", "--scope", remedy=remedy))
    findings = [
        Finding(f"{counted(number, 'unknown value')} of {kind}", "command line", "--scope", remedy=_UNKNOWN[kind])
        for kind, number in scores.unknown_scope(published).items()
    ]
    if not findings and not scores.has_people(published):
        remedy = "Several kinds narrow a scope: somebody must be in all of them."
        findings = [Finding("nobody is within this scope", "command line", "--scope", remedy=remedy)]
    if findings:
        raise BadInput(findings)


def listed(settings: Settings) -> Sequence[RegisteredToken]:
    """The tokens that have not expired."""
    with closing(Store(settings.store_url)) as store, store.reading() as scores:
        return embedded_tokens.registered(scores.connection, datetime.now(UTC))


def revoked(settings: Settings, token_id: str | None, subject: str | None) -> Revoked:
    """Revoke one token by its id, or all tokens of a subject. Raises BadInput for an id that no token can have."""
    if token_id is not None and not re.fullmatch("[0-9a-f]{16}", token_id):
        remedy = "Give an id as `retention token --list` shows it."
        raise BadInput(Finding("not the id of a token", "command line", "--revoke", remedy=remedy))
    now = datetime.now(UTC)
    with closing(Store(settings.store_url)) as store, store.changing() as connection:
        if token_id is not None:
            result = Revoked(1, embedded_tokens.revoke(connection, token_id, now, now + LIFETIME))
        else:
            mark = subject_mark(settings, str(subject))
            result = Revoked(embedded_tokens.revoke_all_of(connection, mark, now))
        audit.add(connection, [_entry("revoked", token_id or uuid4().hex)])
    return result


def _entry(result: str, request_id: str) -> AuditEntry:
    """A row of the audit. The id of a token is its request id; its person is not named."""
    return AuditEntry(datetime.now(UTC), request_id, COMMAND, "operator", COMMAND, None, None, result)
