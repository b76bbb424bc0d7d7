"""Keys of `source.toml` that are each valid but contradict one another, have no effect, or are forbidden."""

from collections import Counter

from features.contract.tables import TABLES
from features.contract.vocabulary import is_protected, is_refused
from features.errors import Finding
from features.reading.definition.input_checks import input_findings
from features.reading.definition.source_toml import OF_FILES, FileFormats, SourceToml, TextFormat


def contradictions(settings: SourceToml, file_name: str) -> list[Finding]:
    """Keys that are each valid but contradict one another."""
    sql = settings.tables is not None or settings.cross_section is not None
    runs_there = settings.database is not None and not settings.database.read
    reversed_dates = (
        settings.complete_from and settings.complete_until and settings.complete_from > settings.complete_until
    )
    rules = [
        (
            settings.tables and settings.cross_section,
            "two kinds of source",
            "cross_section",
            "Keep [tables] or [cross_section]",
        ),
        (
            settings.features and settings.cross_section,
            "no effect",
            "features",
            "It needs [tables] with dates: remove it",
        ),
        (reversed_dates, "later than complete_until", "complete_from", "Write the earlier day here"),
        (settings.prepare and not sql, "no effect", "prepare", "Add the [tables] that read these views"),
        (settings.database and not sql, "no effect", "database", "Add the [tables] to read from it"),
        (
            settings.tables and not settings.tables.model_dump(exclude_none=True),
            "empty",
            "tables",
            "Add a query per table",
        ),
        (
            settings.spark and settings.cross_section,
            "no effect",
            "spark",
            "It needs [tables] with dates: remove it",
        ),
        (
            settings.inputs and (runs_there or not sql),
            "no effect",
            "inputs",
            "It applies to files that SQL reads: add [tables], and leave out [database]",
        ),
        (
            runs_there and settings.database and settings.database.schema_name,
            "no effect",
            "database.schema",
            "Name the schema in the queries, or the tables to read under [database.read]",
        ),
    ]
    findings = [Finding(rule, file_name, key, 0, remedy) for broken, rule, key, remedy in rules if broken]
    files = _without_effect(settings, file_name) if settings.files and sql else []
    return [
        *findings,
        *files,
        *_also_read_by_spark(settings, file_name),
        *input_findings(settings.inputs, file_name),
        *_one_view_a_name(settings, file_name),
        *_one_separator(settings, file_name),
        *_forbidden_names(settings, file_name),
    ]


def _without_effect(settings: SourceToml, file_name: str) -> list[Finding]:
    """What [files] says and cannot hold beside SQL."""
    general = settings.files or FileFormats()
    has_files = any(declared.file for declared in settings.inputs.values())
    own = {table: getattr(general, table) for table in TABLES if getattr(general, table) != TextFormat()}
    remedy = "Declare it under [inputs.NAME] for the file, and read NAME in the queries"
    formats = {"files": general} | {f"files.{table}": form for table, form in own.items()}
    findings = [
        Finding("no effect beside SQL", file_name, f"{place}.{key}", 0, remedy)
        for place, form in formats.items()
        for key in OF_FILES
        if getattr(form, key) is not None and not (has_files and form is general)
    ]
    queries = settings.tables.model_dump(exclude_none=True) if settings.tables else {}
    tables = own if settings.cross_section else [table for table in own if table not in queries]
    remedy = "Declare it under [files]" if settings.cross_section else "Add the query under [tables], or remove it"
    return findings + [Finding("no effect", file_name, f"files.{table}", 0, remedy) for table in tables]


def _also_read_by_spark(settings: SourceToml, file_name: str) -> list[Finding]:
    """Tables that Spark reads and something else too, text that is not converted, and a section without tables."""
    if settings.spark is None:
        return []
    tables = settings.spark.tables.model_dump(exclude_none=True)
    if not tables:
        return [Finding("empty", file_name, "spark.tables", 0, "Add a query per table")]
    queries = settings.tables.model_dump(exclude_none=True) if settings.tables else {}
    formats = settings.files or FileFormats()
    once = "Keep the query under [tables] or that under [spark.tables]"
    convert = "Convert its text in the query, with to_date() or cast, and remove this"
    declared = [table for table in tables if getattr(formats, table) != TextFormat() and not queries]
    return [
        *(
            Finding("a table twice", file_name, f"spark.tables.{table}", 0, once)
            for table in tables
            if table in queries
        ),
        *(Finding("no effect", file_name, f"files.{table}", 0, convert) for table in declared),
    ]


def _one_view_a_name(settings: SourceToml, file_name: str) -> list[Finding]:
    read = settings.database.read if settings.database else {}
    times = Counter(name.lower() for name in (*settings.inputs, *read, *settings.prepare))
    remedy = "Rename one; names of [inputs], [database.read] and [prepare] are not case-sensitive"
    return [Finding("a name twice", file_name, name, 0, remedy) for name, number in times.items() if number > 1]


def _one_separator(settings: SourceToml, file_name: str) -> list[Finding]:
    if settings.files is None:
        return []
    formats = {"files": settings.files} | {f"files.{table}": getattr(settings.files, table) for table in TABLES}
    merged = {place: written.over(settings.files) for place, written in formats.items()}
    same = [place for place, form in merged.items() if form.thousands and form.thousands == (form.decimal or ".")]
    remedy = "decimal (a point unless declared) and thousands must differ"
    return [Finding("one mark with two meanings", file_name, f"{place}.thousands", 0, remedy) for place in same[:1]]


def _forbidden_names(settings: SourceToml, file_name: str) -> list[Finding]:
    """Attributes that may never become features, by their declared name."""
    items = [(kind, name) for kind in ("surveys", "measures", "competencies") for name in getattr(settings, kind)]
    attributes = [("employee_features", name) for name in settings.employee_features]
    attributes += [("allow", name) for name in settings.allow]
    if settings.cross_section:
        attributes += [("cross_section.allow", name) for name in settings.cross_section.allow]
    refused = [(key, name) for key, name in (*items, *attributes) if is_refused(name)]
    protected = [(key, name) for key, name in attributes if is_protected(name)]
    remedy = "Remove it: such data are never read"
    review = "Remove it: it is read for the fairness review only"
    return [
        *(Finding("refused data", file_name, f"{key}.{name}", 0, remedy) for key, name in refused),
        *(Finding("a protected attribute", file_name, f"{key}.{name}", 0, review) for key, name in protected),
    ]
