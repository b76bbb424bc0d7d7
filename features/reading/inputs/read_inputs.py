"""All of `[inputs]`: what each one gave, what was wrong, and what the folder holds beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from features.errors import BadInput, Finding
from features.reading.definition.source_definition import SourceDefinition
from features.reading.definition.source_toml import TextFormat
from features.reading.inputs.inputs import ReadInput, read_input
from features.reading.inputs.unread import unread_notes
from features.reading.queries.sql_statement import Query, shared_queries
from features.reading.queries.used_columns import used_columns
from features.sql import connect


@dataclass
class Inputs:
    """What was read under each name, the errors of the others, and the notes about all of them."""

    read: dict[str, ReadInput] = field(default_factory=dict)
    errors: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_inputs(definition: SourceDefinition, queries: Sequence[Query], out_dir: Path) -> Inputs:
    """Reads every input, for the queries and for those of [prepare]. Never raises for a mistake in the source."""
    inputs = Inputs()
    if not definition.settings.inputs:
        return inputs
    general, every = definition.settings.files or TextFormat(), [*shared_queries(definition), *queries]
    with connect(out_dir) as connection:
        is_used = used_columns(connection, every)
    for number, (name, declared) in enumerate(definition.settings.inputs.items()):
        try:
            whole = declared.over(general) if declared.file else declared
            inputs.read[name] = read_input(definition.folder, name, whole, out_dir / f"input-{number}", is_used)
        except BadInput as bad:
            inputs.errors += bad.findings
    if not inputs.errors:
        inputs.notes += unread_notes(definition.folder, inputs.read.values(), [query.sql for query in every])
    inputs.notes += [
        f"inputs.{name}: {read.version.kind} version {read.version.version} of {read.version.address}."
        for name, read in inputs.read.items()
        if read.version
    ]
    return inputs
