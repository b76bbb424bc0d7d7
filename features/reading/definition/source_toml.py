"""The keys of `source.toml`, with their types and ranges. Unknown keys are mistakes.

Besides the keys of the contract, `[files]` declares how text in CSV and Excel files is written. It applies to every
file of the folder; `[files.TABLE]` overrides it for one table. Beside SQL, it says how the text that the queries return
in columns of dates and numbers is written. How text is written is never guessed:

    [files]
    encoding = "windows-1251"     # default UTF-8, with or without a byte order mark
    delimiter = ";"               # default a comma; "\\t" is a tab
    decimal = ","                 # default a point
    thousands = " "               # default none; a space also stands for the no-break spaces
    date_format = "%d.%m.%Y"      # default ISO, 2024-12-31; ISO dates are read beside it
    header_row = 4                # the row with the names of the columns, as Excel counts; default: detected
    skip_columns = 1              # columns of a sheet before the table; default: those without a name
    last_row = 120                # the last row of data on a sheet; default: without totals and remarks at the end

    [files.compensation]
    decimal = "."

`[inputs.NAME]` is for files that do not have the shape of the contract's tables and that SQL alone cannot read. NAME
is then a view for the queries: the file's columns as text, and `filename`.

    [inputs.staff]
    file = "staff-*.csv"          # or an .xlsx; the union of all files that match
    encoding = "windows-1251"
    delimiter = ";"

    [inputs.year_2024]
    file = "book.xlsx"
    sheet = "31.12.2024"          # not needed where there is only one; "Dept *" is a pattern of sheets
    header_rows = 2               # the names of the columns are in two rows, and are joined
    names = { D = "grade" }       # of columns without one
    skip_rows = ["Total*"]        # rows that begin so are left out and counted

    [inputs.people]
    delta = "s3://bucket/people"  # or iceberg, or parquet: columns keep their types
    version = 12                  # default: the newest

With [inputs], what `[files]` declares holds for every file under `file` that does not declare it itself.

`[database]` names a database in which the queries run; with `[database.read]`, tables of it are views of text instead,
and the queries are DuckDB's:

    [database]
    url_env = "HR_DATABASE"
    schema = "hr"                 # default: the schema of the connection

    [database.read]
    workers = "WORKER"

`[spark.tables]` has queries in Spark's SQL, for tables of its catalogues; the other tables are read as usual:

    [spark.tables]
    collaboration = "select asked_by as client_id, answered_by as provider_id, opened_at from hr.tickets"
"""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from features.contract.vocabulary import Driver
from features.reading.addresses import checked_address


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError("write an encoding that Python knows, such as utf-16, windows-1251 or windows-1252") from None
    return name


def _whole_date(form: str) -> str:
    if not re.search("%[yY]", form) or not re.search("%[mbB]", form) or "%d" not in form:
        raise ValueError("write day, month and year as in %d.%m.%Y")
    if unknown := sorted(set(re.findall("%-?(.?)", form)) - set("dmbByYHIMSfpaAjz")):
        raise ValueError(f"%{unknown[0]} is not supported; write %d, %m, %b, %B, %y, %Y, %H, %M, %S")
    return form


_MARKS_IN_NAMES: Final = " -_.,&'()+#"
_LONGEST_NAME: Final = 100
_OF_WINDOWS: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_OWN_VARIABLES: Final = ("RETENTION_", "MLFLOW_")


def _plain_name(name: str) -> str:
    """A name that could be a file's on every system: it leads into no other folder and shows as what it is.

    Judged in its compatibility form (NFKC), in which a full-width slash is a slash.
    """
    plain = unicodedata.normalize("NFKC", name)
    is_known = all(unicodedata.category(each)[0] in "LMN" or each in _MARKS_IN_NAMES for each in plain)
    is_at_ease = plain == plain.strip(" .") and ".." not in plain and not _OF_WINDOWS.fullmatch(plain)
    if not is_known or not is_at_ease or len(plain) > _LONGEST_NAME:
        raise ValueError(
            f"write up to {_LONGEST_NAME} letters, digits, spaces and {_MARKS_IN_NAMES.strip()}; no path, no point "
            "at an end, and none of the names that Windows keeps for devices"
        )
    return name


def _variable_of_others(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", name):
        raise ValueError("write the name of an environment variable, such as HR_DATABASE, not the address itself")
    if name.upper().startswith(_OWN_VARIABLES):
        raise ValueError("write another name: variables of that beginning hold the settings of this product")
    return name


def _one_or_several(row: Any) -> Any:
    return [row] if isinstance(row, int | str) else row


def _column_place(place: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{1,3}|[1-9]\d{0,4}", place):
        raise ValueError("write the letters of the column in Excel, such as D, or its number, such as 4")
    return place.upper()


Query = Annotated[str, Field(min_length=1)]
Encoding = Annotated[str, AfterValidator(_known_encoding)]
Delimiter = Annotated[str, Field(min_length=1, max_length=1)]


Row = Annotated[int, Field(ge=1, le=1_048_576)]
RowOrNone = Annotated[int, Field(ge=0, le=1_048_576)]
ColumnPlace = Annotated[str, AfterValidator(_column_place)]
TableAddress = Annotated[str, Field(min_length=1), AfterValidator(checked_address)]

OF_FILES: Final = ("encoding", "delimiter", "header_row", "skip_columns", "last_row")
"""Keys of [files] about a file; the others are about the text in its columns."""


class SheetLayout(_Strict):
    """Where the table is on its sheet. What is not declared is null, and then detected.

    header_row: the row of Excel that holds the names of the columns, or several such rows. skip_columns: the number of
    columns at the left that do not belong to the table. last_row: the row of Excel that holds the last of the data.
    """

    header_row: Annotated[list[Row], Field(min_length=1), BeforeValidator(_one_or_several)] | None = None
    skip_columns: Annotated[int, Field(ge=0, le=16_383)] | None = None
    last_row: Row | None = None


class TextFormat(SheetLayout):
    """How text in a file is written, and where it is on a sheet. What is not declared is null."""

    encoding: Encoding | None = None
    delimiter: Delimiter | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal["", " ", ",", ".", "'"] | None = None
    date_format: Annotated[str, AfterValidator(_whole_date)] | None = None

    def over(self, general: "TextFormat") -> "TextFormat":
        """This format, with what it does not declare taken from the general one."""
        own = {key: getattr(self, key) for key in TextFormat.model_fields if getattr(self, key) is not None}
        return TextFormat(**{**general.model_dump(include=set(TextFormat.model_fields)), **own})


class ItemDefinition(_Strict):
    """The driver and the label of a survey item, a measure or a competency."""

    driver: Driver
    label: Query | None = None


class InputFile(SheetLayout):
    """What the queries read under one name: files, sheets of workbooks, or one table of a lakehouse.

    file: a name, a pattern, or several of these. sheet: a name or a pattern; sheet_column: the name of the column that
    then says which sheet a row is from, `sheet` by default. header_row: 0 where no row names the
    columns. header_rows: how many rows, from header_row on, name the columns together. names: of columns that have
    none, by the letters of Excel or the number of the column. skip_rows: patterns of the first filled cell of rows
    that are left out. skip_last: rows at the end of each file or sheet that are left out. delta, iceberg, parquet: the
    address of a table. version: of a Delta table, or the snapshot of an Iceberg table. catalog: the Iceberg catalogue
    that `iceberg` names a table of.
    """

    file: Annotated[list[Query], Field(min_length=1), BeforeValidator(_one_or_several)] | None = None
    sheet: Query | None = None
    sheet_column: Query | None = None
    encoding: Encoding | None = None
    delimiter: Delimiter | None = None
    header_row: Annotated[list[RowOrNone], Field(min_length=1), BeforeValidator(_one_or_several)] | None = None
    header_rows: Annotated[int, Field(ge=1, le=5)] | None = None
    names: dict[ColumnPlace, Query] = {}
    skip_rows: Annotated[list[Query], BeforeValidator(_one_or_several)] = []
    skip_last: Annotated[int, Field(ge=1, le=1_000)] | None = None
    delta: TableAddress | None = None
    iceberg: Query | None = None
    parquet: TableAddress | None = None
    version: Annotated[int, Field(ge=0)] | None = None
    catalog: Query | None = None

    def over(self, general: SheetLayout) -> "InputFile":
        """This input, with what it does not declare of its files taken from `[files]`."""
        shared = (key for key in OF_FILES if getattr(self, key) is None)
        return self.model_copy(update={key: getattr(general, key) for key in shared})


class Database(_Strict):
    """The database in which the queries run, instead of over files.

    read: tables of `schema` that are copied as text, by the name of their view. The queries then run over the copies,
    in DuckDB.
    """

    url_env: Annotated[str, AfterValidator(_variable_of_others)]
    schema_name: Query | None = Field(default=None, alias="schema")
    read: dict[Query, Query] = {}


class CrossSectionDefinition(_Strict):
    """Data without dates: one row per person."""

    query: Query
    employee_id: Query
    left: Query
    ignore: list[str] = []
    protected: list[str] = []
    allow: list[str] = []
    drivers: dict[Driver, list[str]] = {}


Answer = date | str | float | int | list[str] | dict[str, str | float | int]


class Drafted(_Strict):
    """`[draft]`, which `retention draft` writes: the answers of the person who knows the company, and what is open.

    A source with open questions is not read. The queries hold the answers; `retention draft` takes them from here when
    it drafts the same export again.
    """

    open: list[str] = []
    answers: dict[str, Answer] = {}


class FileFormats(TextFormat):
    """`[files]` for every file, `[files.TABLE]` for one table."""

    employees: TextFormat = TextFormat()
    assignments: TextFormat = TextFormat()
    compensation: TextFormat = TextFormat()
    surveys: TextFormat = TextFormat()
    collaboration: TextFormat = TextFormat()
    competencies: TextFormat = TextFormat()
    performance: TextFormat = TextFormat()
    working_time: TextFormat = TextFormat()
    measures: TextFormat = TextFormat()
    exits: TextFormat = TextFormat()
    directory: TextFormat = TextFormat()
    criticality: TextFormat = TextFormat()
    market_rates: TextFormat = TextFormat()


class Queries(_Strict):
    """`[tables]`: one query per table."""

    employees: Query | None = None
    assignments: Query | None = None
    compensation: Query | None = None
    surveys: Query | None = None
    collaboration: Query | None = None
    competencies: Query | None = None
    performance: Query | None = None
    working_time: Query | None = None
    measures: Query | None = None
    exits: Query | None = None
    directory: Query | None = None
    criticality: Query | None = None
    market_rates: Query | None = None


class SparkTables(_Strict):
    """`[spark.tables]`: tables that Spark reads, by a query in its own SQL."""

    tables: Queries


class OwnFeatures(_Strict):
    """`[features]`: the company's own features. module: a Python file, relative to the folder of the source."""

    module: Annotated[str, Field(pattern=r"\.py$")]


class SourceToml(_Strict):
    """The whole file."""

    name: Annotated[str, Field(min_length=1), AfterValidator(_plain_name)] | None = None
    complete_from: date | None = None
    complete_until: date | None = None
    horizon_months: Annotated[int, Field(ge=1, le=60)] = 6
    snapshot_every_months: Annotated[int, Field(ge=1, le=60)] = 1
    employee_features: list[str] = []
    protected: list[str] = []
    ignore: list[str] = []
    allow: list[str] = []
    files: FileFormats | None = None
    inputs: dict[str, InputFile] = {}
    prepare: dict[str, Query] = {}
    tables: Queries | None = None
    database: Database | None = None
    spark: SparkTables | None = None
    cross_section: CrossSectionDefinition | None = None
    surveys: dict[str, ItemDefinition] = {}
    measures: dict[str, ItemDefinition] = {}
    competencies: dict[str, ItemDefinition] = {}
    draft: Drafted | None = None
    features: OwnFeatures | None = None
