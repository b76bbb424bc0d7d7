"""The draft as a `source.toml`, with the evidence beside each line; and the questions as TOML to fill in."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from features.contract.tables import TABLES
from features.drafting.context import Drafting
from features.drafting.cross_section import FlatDraft
from features.drafting.exports.export import ExportTable, Part
from features.drafting.questions import FEWEST, SUGGESTED, Interview, Question
from features.drafting.recognition.columns import shown
from features.drafting.views import Select
from features.reading.definition.source_toml import Database
from features.sql import quoted

_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")


def source_toml(name: str, drafting: Drafting, left_out: Iterable[str]) -> str:
    """The text of a source with dates."""
    tables = {table: _united(drafting.tables[table]) for table in TABLES if table in drafting.tables}
    views = _needed(drafting.bench.prepared, tables.values())
    files = [view.table.table for view in drafting.views]
    head = [*_head(name, drafting.interview)]
    head += [f"complete_from = {drafting.complete_from}", f"complete_until = {drafting.complete_until}", ""]
    sections = [*_answers(drafting.interview), *_inputs(files, [*views.values(), *tables.values()])]
    sections += ["[prepare]", *(f"{key(view)} = {multiline(sql)}\n" for view, sql in views.items())]
    sections += ["[tables]", *(f"{table} = {multiline(sql)}\n" for table, sql in tables.items())]
    sections += _items(drafting)
    return "\n".join([*head, *sections, *_notes([*drafting.notes, *left_out])])


def flat_toml(name: str, draft: FlatDraft, interview: Interview, left_out: Iterable[str]) -> str:
    """The text of a source without dates."""
    ignored = [f"  {text(column)},  # {why}" for column, why in draft.ignore.items()]
    sections = [
        *_answers(interview),
        *_inputs([draft.table.table], [draft.query]),
        "[cross_section]",
        f"query = {multiline(draft.query)}",
        f"employee_id = {text(draft.employee_id)}",
        f"left = {text(draft.left)}  # as answered in left_values",
        *(["ignore = [", *ignored, "]"] if ignored else []),
        f"protected = {value(list(draft.protected))}  # read for the fairness review only",
        "",
        "[cross_section.drivers]  # by the words in the names; what is not listed is context",
        *(f"{driver} = {value(names)}" for driver, names in draft.drivers.items() if names),
        "",
    ]
    return "\n".join([*_head(name, interview), "", *sections, *_notes(left_out)])


def questions_toml(interview: Interview) -> str:
    """Every question, with its answer or an empty text; scalars first, as TOML wants them."""
    scalars = [each for each in interview.questions.values() if each.kind != "values"]
    tables = [each for each in interview.questions.values() if each.kind == "values"]
    lines = [
        "# What nobody can know from the files. Fill in the empty texts, and run retention draft again.",
        f'# "{SUGGESTED}" takes the suggestion.',
        "",
    ]
    for question in scalars:
        lines += [*_asked(question), f"{key(question.key)} = {value(interview.answers.get(question.key, ''))}", ""]
    for question in tables:
        answers = interview.answers.get(question.key, {})
        lines += [*_asked(question), f"[{key(question.key)}]"]
        lines += [
            f"{key(each)} = {value(answers.get(each, ''))}  # {_told(question, each)}" for each in question.values
        ]
        lines.append("")
    return "\n".join(lines)


def key(name: str) -> str:
    """A key of TOML."""
    return name if _KEY.fullmatch(name) else text(name)


def text(given: str) -> str:
    """A text of TOML on one line."""
    plain = json.dumps(given, ensure_ascii=False)
    return "".join(sign if sign.isprintable() or sign == " " else f"\\U{ord(sign):08x}" for sign in plain)


def value(given: Any) -> str:
    """A value of TOML."""
    if isinstance(given, str):
        return text(given)
    if isinstance(given, date):
        return given.isoformat()
    if isinstance(given, list):
        return f"[{', '.join(value(each) for each in given)}]"
    if isinstance(given, Mapping):
        return f"{{{', '.join(f'{key(name)} = {value(each)}' for name, each in given.items())}}}"
    return f"{given:g}" if float(given).is_integer() and abs(given) < 1e6 else repr(float(given))


def multiline(sql: str) -> str:
    """A query between marks of several lines, as plain as its signs allow."""
    is_plain = "'''" not in sql and all(sign.isprintable() or sign in "\n\t" for sign in sql)
    if is_plain:
        return f"'''\n{sql}'''" if not sql.endswith("'") else f"'''\n{sql}\n'''"
    escaped = sql.replace("\\", "\\\\").replace('"""', '""\\"')
    signs = [sign if sign.isprintable() or sign in "\n\t" else f"\\U{ord(sign):08x}" for sign in escaped]
    return f'"""\n{"".join(signs)}\n"""'


def _head(name: str, interview: Interview) -> list[str]:
    lines = ["# Drafted by retention draft. Beside each line: where it comes from, why, and how sure that is."]
    if interview.open:
        lines.append(f"# NOT COMPLETE: open questions: {len(interview.open)}. It is not read until they are answered.")
    return [*lines, f"name = {text(name)}"]


def _answers(interview: Interview) -> list[str]:
    lines = ["[draft]  # the answers of the person who knows the company", f"open = {value(interview.open)}", ""]
    if interview.answers:
        lines.append("[draft.answers]")
        lines += [f"{key(name)} = {value(answer)}" for name, answer in interview.answers.items()]
        lines.append("")
    return lines


def _inputs(tables: Iterable[ExportTable], queries: Iterable[str]) -> list[str]:
    sql = "\n".join(queries)
    lines = []
    parts = [part for table in tables for part in table.parts if quoted(part.name) in sql]
    if databases := [part.database for part in parts if part.database]:
        lines += _database(databases[0], parts)
    for part in parts:
        if part.database is None:
            lines.append(f"[inputs.{key(part.name)}]")
            declared = _plain(part.declared.model_dump(exclude_defaults=True))
            lines += [
                f"{name} = {value(declared[name])}"
                for name in sorted(declared, key=list(type(part.declared).model_fields).index)
            ]
            lines.append("")
    return lines


def _database(database: Database, parts: Iterable[Part]) -> list[str]:
    schema = [f"schema = {text(database.schema_name)}"] if database.schema_name else []
    read = [f"{key(part.name)} = {text(table)}" for part in parts if part.database for table in part.files]
    explained = "# copied as text, read-only; the queries below run over the copies"
    return [
        "[database]",
        f"url_env = {text(database.url_env)}",
        *schema,
        "",
        f"[database.read]  {explained}",
        *read,
        "",
    ]


def _plain(declared: Mapping[str, Any]) -> dict[str, Any]:
    """A list of one file or pattern as the text that it is."""
    single = {name: declared[name][0] for name in ("file", "skip_rows") if len(declared.get(name) or []) == 1}
    return {**declared, **single}


def _items(drafting: Drafting) -> list[str]:
    """The driver and the label of each item."""
    lines = []
    for section, items in drafting.items.items():
        for item in items:
            lines += [f"[{section}.{key(item.name)}]", f"driver = {text(item.driver)}  # {shown(item.why)}"]
            lines += [f"label = {text(item.label)}", ""]
    return lines


def _united(selects: Iterable[Select]) -> str:
    return "\nunion all by name\n".join(select.sql for select in selects)


def _needed(views: Mapping[str, str], queries: Iterable[str]) -> dict[str, str]:
    """The views that the queries read, and those that these read, in their order."""
    needed: set[str] = set()
    sql = "\n".join(queries)
    for view in reversed(list(views)):
        if re.search(rf"(?<!\w){re.escape(view)}(?!\w)", sql):
            needed.add(view)
            sql += f"\n{views[view]}"
    return {view: sql for view, sql in views.items() if view in needed}


def _notes(notes: Iterable[str]) -> list[str]:
    evidence = [f"# - {shown(note)}" for note in dict.fromkeys(notes)]
    return ["# What is left out, and why:", *evidence, ""] if evidence else [""]


def _asked(question: Question) -> list[str]:
    lines = [f"# {shown(question.text)}"]
    if question.choices:
        lines.append(f"# One of: {', '.join(map(text, question.choices))}")
    if question.kind == "several":
        lines[-1] = lines[-1].replace("One of", "A list of")
    if question.suggested is not None and question.kind != "values":
        lines.append(f"# Suggested: {shown(value(question.suggested))}")
    return [*lines, *([f"# Why: {shown(question.why)}"] if question.why else [])]


def _told(question: Question, given: str) -> str:
    rows = question.values[given]
    number = f"{rows:,} rows" if rows >= FEWEST else "fewer than 5 rows"
    suggested = (question.suggested or {}).get(given)
    return f"{number}; suggested: {suggested}" if suggested is not None else number
