"""The proof of an erasure: what was removed, and everything that still names the person or may."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from features.errors import counted
from pipeline.store.audit.audit import Link
from pipeline.store.database import Forgotten
from pipeline.store.erasure import leaves_traces, was_erased
from pipeline.store.held import sources_of
from pipeline.store.list_folders import holds_drafts
from pipeline.store.purge.erasure_of_files import in_files
from pipeline.store.reading import PublishedScores
from serving.schemas.subject_rights import Erasure, Proof
from serving.views.receipts import nothing_held

ALWAYS: Final = (
    "The audit still records who looked at this person, what the person did here, and that the person was erased, as "
    "proof of all three; so do the ledger of models, where the person promoted one, and a month that the person "
    "published despite a refusal. Figures of groups of five or more people stay too.",
    "Text that others wrote is not searched for the person.",
    "The company's own tables are not changed: remove the person there, or the next run scores them again. Mails, "
    "downloads, backups, and files that a command wrote elsewhere with --out are the company's to delete.",
)
WHERE: Final[Mapping[str, str]] = {
    "running_jobs": "{number} may have read the company's tables before the erasure. Nothing about the person will be "
    "published; the copies and sums that a job works on are deleted when it ends.",
    "lists_in_use": "Lists were still being written in {number}, and may name the person: repeat the erasure later.",
    "lists_out_of_reach": "Lists of {number} are in folders where this server may not delete them, and may name the "
    "person: these folders are listed under lists-elsewhere in the server's state folder.",
}
"""What may still name the person, by its key in `remains`."""
NOUNS: Final[Mapping[str, str]] = {
    "running_jobs": "running job",
    "lists_in_use": "folder",
    "lists_out_of_reach": "month",
}
IN_DATABASE: Final[Mapping[Forgotten, str]] = {
    "while read": "Somebody was reading the store, so its write-ahead log may still hold deleted data: the next "
    "erasure or `retention purge` removes them.",
    "until vacuum": "PostgreSQL's files hold deleted rows until vacuum has overwritten them, and its write-ahead log "
    "until it is recycled.",
}


def require_within_scope(scores: PublishedScores, employee_id: str) -> None:
    """Raise 404, as for an unknown person, unless every source that holds something has the person within the scope.

    An erasure removes the id from all sources.
    """
    if scores.scope is None:
        return
    holding = sources_of(scores.connection, employee_id)
    if not holding or not all(scores.includes(source, employee_id) for source in holding):
        raise nothing_held()


def require_traces(connection: Connection, var: Path, employee_id: str) -> None:
    """Raise 404 where there is nothing to erase. An erasure that was interrupted, or had to wait, can be repeated."""
    is_waiting = was_erased(connection, employee_id) and holds_drafts(var)
    if not (leaves_traces(connection, employee_id) or in_files(var, employee_id) or is_waiting):
        raise nothing_held()


def proof_of(
    employee_id: str, link: Link, removed: dict[str, int], remains: dict[str, int], forgotten: Forgotten
) -> Erasure:
    """The answer to an erasure. `link` is its row in the audit."""
    sentences = [
        text.format(number=counted(remains[name], NOUNS[name])) for name, text in WHERE.items() if remains[name]
    ]
    return Erasure(
        employee_id=employee_id,
        at=datetime.now(UTC),
        removed=removed,
        remains=remains | {"database_files": int(forgotten != "removed")},
        stays=" ".join([*ALWAYS, *sentences, *([IN_DATABASE[forgotten]] if forgotten in IN_DATABASE else [])]),
        proof=Proof(audit_id=link.id, hash=link.hash),
    )
