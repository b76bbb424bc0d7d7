"""The job of `retention draft`: an export and answers -> the text of a `source.toml`, and what it rests on.

Nothing is written here, and the export is not changed. What is as of today is never dated back, exit kinds are asked,
and a draft with open questions says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb

from features.contract.tables import TABLES
from features.drafting.context import Drafting
from features.drafting.cross_section import draft_flat, flat_table
from features.drafting.employment.pay import draft_compensation, draft_working_time
from features.drafting.employment.posts import draft_assignments
from features.drafting.employment.spells import draft_spells
from features.drafting.exports.export import Export, read_export
from features.drafting.facts.directory import draft_directory
from features.drafting.facts.fact_tables import draft_facts, set_apart
from features.drafting.facts.measures import draft_measures, with_measures
from features.drafting.questions import Interview, Question
from features.drafting.recognition.change_log import with_a_column_a_field
from features.drafting.recognition.columns import Recognised, shown
from features.drafting.recognition.company_numbers import with_numbers_of_the_group
from features.drafting.recognition.keys import find_keys, with_addresses_as_ids
from features.drafting.recognition.named_people import with_named_people
from features.drafting.recognition.protected_values import with_protected_values
from features.drafting.recognition.roles import recognise
from features.drafting.recognition.yearly_files import unite_years
from features.drafting.row_kind import row_kind
from features.drafting.templates.template import Template, likeliest_template
from features.drafting.views import Line, Workbench, typed_views
from features.drafting.writing import flat_toml, questions_toml, source_toml
from features.errors import BadInput, Finding
from features.sql import connect

_NEVER: Final = {
    "contract_end_date": "the planned end of a contract is no exit; not used",
    "changed_at": "the last change of a row, not the day of its entry; not used",
}


@dataclass(frozen=True)
class Draft:
    """A draft. layout: what a row of each table of the export is. tables: the lines of each table of the contract.

    template: the name of the known system, if it is one. unused, refused, protected: columns of the export as
    `table.column`. notes: what a reader must know.
    """

    text: str
    questions_text: str
    layout: Mapping[str, str]
    tables: Mapping[str, Sequence[Line]]
    questions: Sequence[Question]
    answers: Mapping[str, Any]
    open: Sequence[str]
    unused: Sequence[str] = ()
    refused: Sequence[str] = ()
    protected: Sequence[str] = ()
    notes: Sequence[str] = field(default=())
    template: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For the JSON of the command."""
        shape = ", ".join(f"{name}: {kind}" for name, kind in self.layout.items())
        tables = {
            table: {line.name: {"from": line.source, "confidence": line.confidence, "why": line.why} for line in lines}
            for table, lines in self.tables.items()
        }
        return {
            "layout": "; ".join(filter(None, (self.template, shape))),
            "tables": tables,
            "questions": [each.as_dict(self.answers.get(each.key)) for each in self.questions],
            "unused": list(self.unused),
            "refused": list(self.refused),
            "protected": list(self.protected),
        }


def draft_source(
    path: Path,
    out: Path,
    answers: Mapping[str, Any],
    work: Path,
    progress: Callable[[str], None],
    template: Template | None = None,
) -> Draft:
    """Drafts a source for the export at `path`; `out` is where the source.toml will be, `work` an empty folder.

    template: the system that the export is known to come from; by default it is found by the columns. Raises BadInput
    where nothing can be made of the export, for answers that are no choices, and for a template of another system.
    """
    progress("reading the export")
    name = path.resolve().stem if path.is_file() else path.resolve().name
    return _draft(name, read_export(path, out.absolute().parent, work), answers, work, progress, template)


def draft_database(
    url_env: str,
    schema: str | None,
    wanted: Sequence[str],
    answers: Mapping[str, Any],
    work: Path,
    progress: Callable[[str], None],
    template: Template | None = None,
) -> Draft:
    """Drafts a source over tables of a database, as `draft_source` does over files: over all of a schema or the wanted.

    url_env: the environment variable that holds the URL.
    """
    progress("reading the database")
    from features.drafting.exports.database_export import read_database  # its drivers take a second to import

    export = read_database(url_env, schema, wanted, work)
    return _draft(schema or url_env.lower(), export, answers, work, progress, template)


def _draft(
    name: str,
    export: Export,
    answers: Mapping[str, Any],
    work: Path,
    progress: Callable[[str], None],
    template: Template | None,
) -> Draft:
    progress("recognising its columns")
    template = _known_system(export, name, template)
    interview = Interview(answers, template)
    united = [with_a_column_a_field(table) for table in unite_years(export, interview)]
    tables = with_named_people(recognise(with_numbers_of_the_group(united), interview, template), interview)
    tables = with_measures(with_protected_values(tables, interview), interview)
    if not any(table.one("hire_date") or table.one("valid_from") for table in tables) and (flat := flat_table(tables)):
        return _flat(name, flat, tables, export, interview)
    progress("working out who was employed, when, and where")
    with connect(work) as connection:
        try:
            drafting = _drafted(tables, Workbench(connection), interview)
        except duckdb.Error as error:
            remedy = "Drop the table or the column that is unlike the others, or write the source.toml by hand"
            kind = type(error).__name__.removesuffix("Exception").lower()
            raise BadInput(Finding(f"its tables do not fit together ({kind})", name, remedy=remedy)) from None
        if template:
            drafting.notes += [f"{template.title}: {note}" for note in template.notes]
        text = source_toml(name, drafting, export.left_out)
    used = {shown(each) for source in drafting.used for each in (source, *source.split(", "))}
    for view in drafting.views:
        used.update(
            f"{view.name}.{shown(other)}"
            for column in view.table.columns
            if column.place in used
            for other in column.names
        )
        if view.key:
            used.update(f"{view.name}.{shown(each)}" for each in view.key.column.names)
    lines = {
        table: [*{line.name: line for each in reversed(selects) for line in each.lines}.values()]
        for table in TABLES
        if (selects := drafting.tables.get(table))
    }
    return Draft(
        text,
        questions_toml(interview),
        dict(drafting.kinds),
        lines,
        list(interview.questions.values()),
        interview.answers,
        interview.open,
        _unused(tables, used | set(drafting.refused)),
        sorted({*_refused(tables), *drafting.refused}),
        _protected(tables),
        [*drafting.notes, *export.left_out],
        template.name if template else "",
    )


def _known_system(export: Export, name: str, template: Template | None) -> Template | None:
    """The template that was asked for, or that of the system whose columns the export has."""
    if template is None:
        return likeliest_template(export.tables)
    if not template.fitting(export.tables):
        remedy = "Leave --template out, or name another one"
        raise BadInput(Finding(f"no table has the columns of the template {template.name}", name, remedy=remedy))
    return template


def _drafted(every: Sequence[Recognised], bench: Workbench, interview: Interview) -> Drafting:
    facts, tables = set_apart(every)
    tables = with_addresses_as_ids(tables)
    keys = find_keys(tables)
    if keys is None:
        remedy = "Add a column with the number of each person, with a name such as employee_id"
        raise BadInput(Finding("no column names people", "export", remedy=remedy))
    views = typed_views(bench, tables, keys)
    drafting = Drafting(bench, interview, keys, views, {view.name: row_kind(view) for view in views})
    drafting.table_names = [table.table.name for table in every]
    draft_spells(drafting)
    draft_assignments(drafting)
    draft_compensation(drafting)
    draft_working_time(drafting)
    draft_facts(drafting, facts)
    draft_measures(drafting)
    draft_directory(drafting)
    drafting.notes += [
        f"{view.line(role).source}: {why}" for view in views for role, why in _NEVER.items() if view.has(role)
    ]
    return drafting


def _flat(name: str, flat: Recognised, tables: Sequence[Recognised], export: Export, interview: Interview) -> Draft:
    drafted = draft_flat(flat, interview)
    used = {f"{flat.table.name}.{shown(column)}" for column in flat.table.columns if column not in drafted.ignore}
    return Draft(
        flat_toml(name, drafted, interview, export.left_out),
        questions_toml(interview),
        {flat.table.name: "person, without dates"},
        {"cross_section": drafted.lines},
        list(interview.questions.values()),
        interview.answers,
        interview.open,
        _unused(tables, used),
        _refused(tables),
        _protected(tables),
        export.left_out,
    )


def _unused(tables: Sequence[Recognised], used: set[str]) -> list[str]:
    apart = {(each.table, each.name) for table in tables for each in table.sensitive}
    every = [(table.table.name, name) for table in tables for name in table.table.columns]
    return [
        f"{table}.{shown(name)}"
        for table, name in every
        if (table, name) not in apart and f"{table}.{shown(name)}" not in used
    ]


def _refused(tables: Sequence[Recognised]) -> list[str]:
    never_read = [f"{table.table.name}.{shown(name)}" for table in tables for name in table.table.refused]
    return never_read + [
        f"{each.table}.{shown(each.name)}" for table in tables for each in table.sensitive if each.subject.is_refused
    ]


def _protected(tables: Sequence[Recognised]) -> list[str]:
    return [
        f"{each.table}.{shown(each.name)}"
        for table in tables
        for each in table.sensitive
        if not each.subject.is_refused
    ]
