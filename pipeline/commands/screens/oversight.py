"""What `retention audit verify`, `retention token` and `retention purge` print."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pipeline.commands.token_register import Revoked
from pipeline.store.audit.audit import Chain
from pipeline.store.embedded_tokens import RegisteredToken
from pipeline.store.purge.audit_pruning import PrunedAudit
from pipeline.store.purge.periods import Purged
from pipeline.store.seals import Seals

_MOST_NUMBERS: Final = 20
"""Most numbers of rows that a message lists; the JSON lists all."""


def audit_screen(chain: Chain, seals: Seals) -> str:
    """Whether the audit and the publications are intact, and the end of the chain to note for the next time."""
    lines = [_chain_line(chain), *_clock_lines(chain), *_publication_lines(seals)]
    if chain.is_whole and seals.is_whole:
        lines.append("Note its end outside the store, for --noted:" if chain.head else "It has no end to note yet.")
    return "\n".join(lines)


def _clock_lines(chain: Chain) -> list[str]:
    if not chain.backwards:
        return []
    return [
        f"warning: the time runs backwards at {_numbers('row', chain.backwards)}: a clock was set back, or rows were "
        "written with a false time. Find out which."
    ]


def _publication_lines(seals: Seals) -> list[str]:
    lines = []
    if seals.altered:
        lines.append(
            f"The rows of {_numbers('publication', seals.altered)} are not those that were published: scores or "
            "figures were changed, removed or inserted. Score the month again, and find out who can write to the store."
        )
    if seals.missing:
        lines.append(f"Removed, and not by retention purge: {_numbers('publication', seals.missing)}.")
    if seals.unsealed:
        lines.append(f"From before seals, so not verified: {seals.unsealed:,} publications.")
    return lines


def _numbers(noun: str, numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_MOST_NUMBERS]))
    return f"{noun} {shown}{' and others' if len(numbers) > _MOST_NUMBERS else ''}"


def tokens_screen(tokens: Sequence[RegisteredToken]) -> str:
    """The tokens that have not expired, one a line: id, role, when it was issued and expires, and its state."""
    lines = [
        f"{token.id}  {token.role or 'unknown':<15}{_minute(token.issued_at):<18}{_minute(token.expires_at):<18}"
        f"{'revoked' if token.revoked_at else 'valid'}"
        for token in tokens
    ]
    return "\n".join([f"{'id':<18}{'role':<15}{'issued (UTC)':<18}{'expires (UTC)':<18}state", *lines])


def _minute(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def revoking_screen(revoked: Revoked) -> str:
    """How many tokens were revoked, and whether the id is one that was issued here."""
    if not revoked.is_registered:
        return "Revoked, although no token of this id was registered. Compare the id with `retention token --list`."
    return f"Revoked: {revoked.number:,}. Servers refuse revoked tokens within about a second."


def _chain_line(chain: Chain) -> str:
    if not chain.has_valid_checkpoints:
        return (
            "A checkpoint of the audit is not signed by this installation, or its key is gone: rows may have been "
            "deleted, and not by retention purge. Restore audit-checkpoint.pem under keys from a backup; otherwise "
            "find out who deleted them."
        )
    if chain.broken_at is not None:
        return f"The audit is broken at row {chain.broken_at}: it or an earlier row was changed, removed or inserted."
    if not chain.holds_noted:
        pruned = " Ends noted before the last checkpoint can no longer be found." if chain.pruned else ""
        return f"The audit does not contain the noted end: rows up to it were changed, removed or inserted.{pruned}"
    before = f" Before them {chain.pruned:,} were pruned, up to {chain.pruned_until}." if chain.pruned else ""
    return f"The audit is intact: {chain.rows:,} rows.{before}"


def pruning_screen(pruned: PrunedAudit, is_rehearsal: bool) -> str:
    """How many rows of the audit were or would be pruned."""
    return f"{'Would prune' if is_rehearsal else 'Pruned'} {pruned.rows:,} rows of the audit, up to {pruned.until}."


def purging_screen(purged: Purged, is_rehearsal: bool) -> str:
    """What was or would be deleted, and the days up to which everything was looked at."""
    would, did = ("Would delete", "Nothing is due") if is_rehearsal else ("Deleted", "Nothing was due")
    lines = [
        f"{would}: {', '.join(deleted)}." if (deleted := _deleted(purged)) else f"{did}.",
        f"Due are scores and lists up to {purged.scores_until}, answers and contests up to {purged.answers_until}, "
        f"sums of internal services up to {purged.sums_until}; each newest month stays.",
    ]
    if purged.lists_out_of_reach:
        lines.append(
            f"Written elsewhere, without permission to delete: {purged.lists_out_of_reach:,}. Their paths are noted "
            "under lists-elsewhere in RETENTION_VAR: delete the old ones by hand."
        )
    if purged.in_use:
        lines.append(
            f"Running jobs were using {purged.in_use:,} folders, which were left alone: run this again afterwards."
        )
    return "\n".join(lines)


def _deleted(purged: Purged) -> list[str]:
    """What there was of each kind; kinds without anything are left out."""
    numbers = {f"rows of {name.replace('_', ' ')}": number for name, number in purged.rows.items()}
    numbers |= {"folders of lists": purged.list_folders, "months of sums": purged.months_of_sums}
    return [f"{number:,} {kind}" for kind, number in numbers.items() if number]
