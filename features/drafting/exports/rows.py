"""SQL for the rows of a table of an export: of one file, of several under one set of names, or reshaped."""

from features.drafting.exports.export import ExportTable
from features.reading.input_part import FILE_COLUMN
from features.sql import literal, quoted


def united(table: ExportTable) -> str:
    """All sheets or files of a table, each row with the name of its sheet or file, under the names of the first."""
    parts = []
    for part in table.parts:
        sheet = f" replace ({literal(part.sheet)} as {FILE_COLUMN})" if part.sheet else ""
        renamed = ", ".join(f"{quoted(old)} as {quoted(new)}" for old, new in part.renames.items())
        parts.append(f"select *{f' rename ({renamed})' if renamed else ''}{sheet} from {quoted(part.name)}")
    return "\nunion all by name\n".join(parts)


def rows_of(table: ExportTable) -> str:
    """SQL for the rows of the files of a table as they are."""
    return quoted(f"{table.name}_rows" if len(table.parts) > 1 else table.parts[0].name)


def source_of(table: ExportTable) -> str:
    """SQL for the rows of a table: those of its files, or what they were reshaped to."""
    return quoted(f"{table.name}_changes") if table.reshaped else rows_of(table)
