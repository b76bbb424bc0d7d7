"""What `retention audit verify` and `retention purge` print."""

from pipeline.store.audit import Chain
from pipeline.store.periods import Purged


def audit_screen(chain: Chain) -> str:
    """Whether the audit is intact, and the end of the chain to note for the next time."""
    if chain.broken_at is not None:
        return f"The audit is broken at row {chain.broken_at}: it or an earlier row was changed, removed or inserted."
    if not chain.holds_noted:
        return "The audit does not contain the noted end: rows up to it were changed, removed or inserted."
    end = "Note its end outside the store, for --noted:" if chain.head else "It has no end to note yet."
    return f"The audit is intact: {chain.rows:,} rows. {end}"


def purging_screen(purged: Purged, is_rehearsal: bool) -> str:
    """What was or would be deleted."""
    rows = ", ".join(f"{number:,} of {name.replace('_', ' ')}" for name, number in purged.rows.items())
    out_of_reach = (
        f" Written elsewhere, without permission to delete: {purged.lists_out_of_reach:,}. Their paths are noted under "
        "lists-elsewhere in RETENTION_VAR: delete the old ones by hand."
    )
    in_use = f" Running jobs were using {purged.in_use:,} folders, which were left alone: run this again afterwards."
    return (
        f"{'Would delete' if is_rehearsal else 'Deleted'} scores and lists up to {purged.scores_until}, answers and "
        f"contests up to {purged.answers_until}, sums of internal services up to {purged.sums_until}. Rows: {rows}. "
        f"Folders of lists: {purged.list_folders:,}. Months of sums: {purged.months_of_sums:,}."
        f"{out_of_reach if purged.lists_out_of_reach else ''}{in_use if purged.in_use else ''}"
    )
