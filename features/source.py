"""A folder, a `source.toml` or a database -> the canonical tables of a source, or a cross-section.

Reading (`reading`), then validation (`validation`); nothing is written unless both find no error.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from features.contract.tables import DIRECTORY, ITEM_COLUMN, TABLES, column_order
from features.contract.vocabulary import Driver
from features.engine.polars import POLARS
from features.engine.protocol import ClusterEngine, Engine
from features.errors import BadInput, Finding
from features.reading.data_hash import data_hash
from features.reading.definition.source_definition import SourceDefinition, read_definition
from features.reading.raw_tables import Raw, read_tables
from features.sql import sharing
from features.validated.checked_files import CheckedFiles, read_checked, write_checked
from features.validated.fingerprint import fingerprint
from features.validated.stored_tables import StoredTables, put, take, take_checked
from features.validation.cross_section import CrossSection, read_cross_section
from features.validation.directory import read_directory, with_directory
from features.validation.parts.facts import take_facts
from features.validation.plausibility.report import with_plausibility
from features.validation.unseen_people import with_unseen
from features.validation.validate import PROTECTED_TABLE, Expectations, Report, validate

__all__ = ["CrossSection", "Item", "Source", "check_source", "has_tables_of_spark", "load_source", "source_name"]


@dataclass(frozen=True)
class Item:
    """A survey item, measure or competency that source.toml declares."""

    driver: Driver
    label: str


@dataclass(frozen=True)
class Source:
    """The canonical tables of a source with dates, and the settings of its source.toml.

    tables: a Parquet file for each table that the source has, clean and in the contract's types. protected: Parquet of
    employee_id, hire_date and the protected attributes, for the fairness review only. directory: Parquet of names and
    addresses, kept apart from the tables that features are made of. employee_features: columns of employees beyond the
    contract's that may be context features. items: the declared ones, by table and name.
    data_hash: independent of the order of rows, of the format of the files, and of names and addresses.
    own_features: the module of the company's own features. runs_own_features: whether it may be run.
    """

    name: str
    tables: Mapping[str, Path]
    protected: Path | None
    protected_names: tuple[str, ...]
    employee_features: tuple[str, ...]
    complete_from: date
    complete_until: date
    horizon_months: int
    snapshot_every_months: int
    ignore: frozenset[str]
    items: Mapping[str, Mapping[str, Item]]
    data_hash: str
    report: Report
    directory: Path | None = None
    own_features: Path | None = None
    runs_own_features: bool = False

    def scan(self, table: str) -> pl.LazyFrame | None:
        """The canonical table, lazily; None where the source has none."""
        return pl.scan_parquet(self.tables[table]) if table in self.tables else None


Loaded = Source | CrossSection | Report
"""What reading gives: a report where it found errors."""


def load_source(
    source: Path,
    staging: Path,
    directory: Path | None = None,
    *,
    runs_own_features: bool = False,
    stored: Path | None = None,
    engine: Engine = POLARS,
) -> Source | CrossSection:
    """Reads and validates the source; writes its canonical tables to the folder `staging`, replacing it whole.

    `source` is a folder or a source.toml, `directory` a file that is read in place of its table `directory`.
    `runs_own_features` allows the module that source.toml may name to be run when features are computed. `stored` is a
    folder of validated tables: an unchanged source is taken from there, with its report, and is not read; of a changed
    one, facts that have not changed are not read, and the whole is stored there. Such a source is without protected
    attributes, which are not stored. An `engine` of several machines checks the facts that are read. Raises BadInput
    with every error, and then writes nothing: all work happens in a folder beside `staging`, which replaces `staging`
    at the end. A cross-section writes nothing at all.
    """
    definition = read_definition(source)
    _check_apart(definition.folder, staging)
    with _work_beside(staging) as work:
        found = _stored(definition, work, staging, directory, stored, engine) if stored else None
        loaded = found or _read(definition, work, staging, directory, engine)
        if isinstance(loaded, Report):
            raise BadInput(loaded.errors)
        if isinstance(loaded, Source):
            _replace_folder(work / "tables", staging)
            return replace(loaded, runs_own_features=runs_own_features)
        return loaded


def _read(definition: SourceDefinition, work: Path, staging: Path, directory: Path | None, engine: Engine) -> Loaded:
    return _read_cross_section(definition, work, directory) or _read_source(
        definition, work, staging, directory, engine
    )


def _stored(
    definition: SourceDefinition, work: Path, staging: Path, directory: Path | None, stored: Path, engine: Engine
) -> Loaded | None:
    """The source as the last run stored it, or as it is read and stored now; None where it has no fingerprint."""
    before = fingerprint(definition, directory)
    if before is None:
        return None
    written = work / "tables"
    if unchanged := take(stored, before, written):
        return _source(definition, unchanged, written, staging)
    checked = work / "checked"
    take_checked(stored, checked)
    known = read_checked(checked, _expectations(definition))
    report = _checked(definition, work, directory, engine, known)
    if report.errors:
        return report
    validated = _hashed(report, written)
    (written / f"{PROTECTED_TABLE}.parquet").unlink(missing_ok=True)
    if before == fingerprint(definition, directory):  # else a file has changed while it was read
        put(stored, before, written, validated, checked)
    return _source(definition, validated, written, staging)


def check_source(source: Path, staging: Path, directory: Path | None = None, engine: Engine = POLARS) -> Report:
    """Reads and validates the source, as `load_source`; returns the report, with errors in it instead of an exception.

    Works in a folder beside `staging` and leaves nothing behind.
    """
    try:
        definition = read_definition(source)
        with _work_beside(staging) as work:
            checked = _read_cross_section(definition, work, directory) or _checked(definition, work, directory, engine)
            return checked if isinstance(checked, Report) else checked.report
    except BadInput as bad:
        return Report(errors=tuple(bad.findings))


def source_name(source: Path) -> str:
    """The name of a source (a folder or a source.toml), without reading its tables. Raises BadInput for a wrong one."""
    return read_definition(source).name


def has_tables_of_spark(source: Path) -> bool:
    """Whether a source has tables that only Spark reads; False for a wrong source.toml, which reading reports."""
    try:
        return bool(read_definition(source).spark_queries)
    except BadInput:
        return False


def _read_cross_section(
    definition: SourceDefinition, work: Path, directory: Path | None
) -> CrossSection | Report | None:
    declared = definition.settings.cross_section
    if declared is None:
        return None
    people = read_cross_section(definition, declared, work)
    return people if directory is None or isinstance(people, Report) else with_directory(people, directory, work)


def _read_source(
    definition: SourceDefinition, work: Path, staging: Path, directory: Path | None, engine: Engine
) -> Source | Report:
    report = _checked(definition, work, directory, engine)
    return report if report.errors else _source(definition, _hashed(report, work / "tables"), work / "tables", staging)


def _hashed(report: Report, written: Path) -> StoredTables:
    """A report without errors and the hash of its tables, but for names and addresses."""
    files = {path.stem: path for path in written.glob("*.parquet") if path.stem != DIRECTORY}
    return StoredTables(report, data_hash(files, written.parent))


def _checked(
    definition: SourceDefinition,
    work: Path,
    directory: Path | None,
    engine: Engine,
    known: CheckedFiles | None = None,
) -> Report:
    """Reads to `work/raw` and validates to `work/tables`; the findings of both in one report.

    `known` is what an earlier run has read and checked; what this one has is described in its folder.
    """
    raw_dir = work / "raw"
    raw_dir.mkdir()
    raw = read_tables(definition, raw_dir, known.files if known else None, engine)
    if directory is not None:
        raw.replace(DIRECTORY, read_directory(directory, work))
    if not raw.tables and not raw.known and not raw.frames:
        return Report(errors=tuple(raw.errors), warnings=tuple(raw.warnings), refused=tuple(raw.refused))
    settings, expectations = definition.settings, _expectations(definition)
    first_pass = known.first_pass if known and raw.files else None
    if first_pass:
        first_pass.keep_only(raw.known)
    in_parts = None
    if isinstance(engine, ClusterEngine):
        in_parts = take_facts(raw, engine, expectations, is_stored=first_pass is not None)
    try:
        validated = validate(raw.tables, expectations, work / "tables", raw.refused, first_pass, in_parts)
    except BadInput as bad:  # an engine has stopped
        raise BadInput([*raw.errors, *bad.findings]) from None
    engine.release()
    if known and not raw.errors and not validated.errors:
        write_checked(known, raw.files, expectations)
    report = with_unseen(
        validated,
        work / "tables",
        settings.snapshot_every_months,
        settings.horizon_months,
    )
    report = with_plausibility(report, work / "tables")
    errors = [*raw.errors, *(finding for finding in report.errors if not _is_reported(finding, raw))]
    return replace(
        report,
        errors=tuple(errors),
        warnings=(*raw.warnings, *report.warnings),
        notes=(*raw.notes, *report.notes),
        notes_of_reading=tuple(raw.notes),
        versions=raw.versions,
    )


def _expectations(definition: SourceDefinition) -> Expectations:
    settings = definition.settings
    return Expectations(
        complete_from=settings.complete_from,
        complete_until=settings.complete_until,
        employee_features=tuple(settings.employee_features),
        protected=tuple(settings.protected),
        ignore=frozenset(settings.ignore),
        allow=tuple(settings.allow),
    )


def _is_reported(finding: Finding, raw: Raw) -> bool:
    """Whether reading has already reported the cause: an unreadable table, or a column it could not interpret."""
    columns = {error.column for error in raw.errors if error.table == finding.table}
    return finding.table in raw.failed or bool(columns & {finding.column} or (columns and not finding.column))


def _source(definition: SourceDefinition, validated: StoredTables, written: Path, staging: Path) -> Source:
    """The source as it will be once `written` has become `staging`."""
    report = validated.report
    if report.complete_from is None or report.complete_until is None:
        raise ValueError("a report without errors has a period")
    settings = definition.settings
    files = {path.stem: path for path in written.glob("*.parquet")}
    directory = files.pop(DIRECTORY, None)
    tables = [table for table in TABLES if table in files]
    employees = pl.read_parquet_schema(files["employees"])
    protected = pl.read_parquet_schema(files[PROTECTED_TABLE]) if PROTECTED_TABLE in files else {}
    return Source(
        name=definition.name,
        tables={table: staging / files[table].name for table in tables},
        protected=staging / files[PROTECTED_TABLE].name if protected else None,
        protected_names=tuple(name for name in protected if name not in ("employee_id", "hire_date")),
        employee_features=tuple(name for name in employees if name not in column_order("employees")),
        complete_from=report.complete_from,
        complete_until=report.complete_until,
        horizon_months=settings.horizon_months,
        snapshot_every_months=settings.snapshot_every_months,
        ignore=frozenset(settings.ignore),
        items={table: _items(definition, table) for table in ITEM_COLUMN},
        data_hash=validated.data_hash,
        report=report,
        directory=staging / directory.name if directory else None,
        own_features=_own_features(definition),
    )


def _own_features(definition: SourceDefinition) -> Path | None:
    """The module that `[features]` names. Raises BadInput where there is no such file in the folder of the source."""
    declared = definition.settings.features
    if declared is None:
        return None
    file = (definition.folder / declared.module).resolve()
    if not file.is_file() or not file.is_relative_to(definition.folder.resolve()):
        remedy = "Give the name of a Python file in the folder of the source."
        raise BadInput(
            Finding(f"no file {declared.module} in the folder", "source.toml", "features.module", remedy=remedy)
        )
    return file


def _items(definition: SourceDefinition, table: str) -> dict[str, Item]:
    declared = getattr(definition.settings, table)
    return {
        name: Item(item.driver, item.label or name.replace("_", " ").capitalize()) for name, item in declared.items()
    }


def _check_apart(folder: Path, staging: Path) -> None:
    """Raises BadInput where the folder that is replaced holds the source."""
    if folder.resolve().is_relative_to(staging.resolve()):
        remedy = "Choose another folder for the tables that are written"
        raise BadInput(Finding("the source is where its tables would be written", folder.name, "", 0, remedy))


@contextmanager
def _work_beside(staging: Path) -> Iterator[Path]:
    """A temporary folder on the disk of `staging`. It is deleted afterwards, with empty parent folders made for it."""
    parent = staging.absolute().parent
    made = [folder for folder in (parent, *parent.parents) if not folder.exists()]
    parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{staging.name}-", dir=parent))
    try:
        with sharing(work):
            yield work
    finally:
        shutil.rmtree(work)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()


def _replace_folder(new: Path, staging: Path) -> None:
    """Renames `new` to `staging`. The old folder is moved away first, and moved back if the renaming fails."""
    old = new.with_name("replaced")
    if staging.exists():
        staging.rename(old)
    try:
        new.rename(staging)
    except OSError:
        if old.exists():
            old.rename(staging)
        raise
