"""What `retention audit verify` and `retention purge` print."""

from pipeline.store.audit import Chain
from pipeline.store.periods import Purged


def audit_screen(chain: Chain) -> str:
    """Whether the audit is whole, and what to note for the next time."""
    if chain.broken_at is not None:
        return f"The audit is broken at row {chain.broken_at}: it, or one before it, was changed, taken out or put in."
    if not chain.holds_noted:
        return "The audit is not the one that was noted: rows up to that end were changed, taken out or put in."
    end = "Its end, to be noted somewhere else for --noted:" if chain.head else "There is no end to note yet."
    return f"The audit is whole: {chain.rows:,} rows. {end}"


def purging_screen(purged: Purged, is_rehearsal: bool) -> str:
    """What went, or would go."""
    rows = ", ".join(f"{number:,} of {name.replace('_', ' ')}" for name, number in purged.rows.items())
    out_of_reach = (
        f" Written elsewhere, and not ours to delete: {purged.lists_out_of_reach:,}. Their places are noted under "
        "lists-elsewhere in RETENTION_VAR: delete the old ones by hand."
    )
    return (
        f"{'Would delete' if is_rehearsal else 'Deleted'} scores and lists up to {purged.scores_until}, answers and "
        f"contests up to {purged.answers_until}. Rows: {rows}. Folders of lists: {purged.list_folders:,}."
        f"{out_of_reach if purged.lists_out_of_reach else ''}"
    )
