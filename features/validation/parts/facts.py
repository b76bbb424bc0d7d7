"""Which tables an engine of several machines checks, and what the report says about it."""

from typing import Final

from features.contract.tables import OWN_DATE, REQUIRED_TABLES
from features.engine.protocol import Engine
from features.reading.raw_tables import Raw
from features.validation.parts.in_parts import InParts

FACTS: Final = tuple(table for table in OWN_DATE if table not in REQUIRED_TABLES)
"""The other tables are small, and decide what is used of these."""


def take_facts(raw: Raw, engine: Engine) -> InParts:
    """Takes the facts that the engine can check out of `raw`, and notes there which tables are checked where."""
    able = [table for table in FACTS if table in raw.tables and engine.can_scan(raw.tables[table])]
    frames = {**raw.frames, **{table: engine.scan(raw.tables.pop(table)) for table in able}}
    in_parts = InParts(engine, {table: frames[table] for table in FACTS if table in frames})
    raw.notes.append(f"Checked by {engine.name.capitalize()}: {', '.join(in_parts.tables) or 'no table'}.")
    if here := [table for table in FACTS if table in raw.tables]:
        rule = "their columns have types that the engine does not show as they are"
        raw.notes.append(f"Checked in this process: {', '.join(here)}, because {rule}.")
    return in_parts
