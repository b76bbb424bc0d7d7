"""Broken rules of a source, with what their remedies say to do, and sources that are made of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import openpyxl
import polars as pl

from features.validation.rules import Rule

EMPLOYEES = "employee_id,hire_date,observed_from\na,2019-02-13,\nb,2019-02-14,\n"
EXITS = "employee_id,exit_date,kind\nb,2021-04-30,voluntary\n"
PAY = "employee_id,effective_date,base_pay,bonus_target\na,2019-02-13,{},{}\n"
POSTS = "employee_id,effective_date,level,manager_id\n{}\n"
SCORES = "employee_id,survey_date,item,score\na,2020-01-31,mood,{}\n"
SERVICES = "client_id,provider_id,opened_at,closed_at,rating\n{}\n"
TICKETS = "employee_id,survey_date,item,score,ticket,{}\n{}\n"
EXITS_SINCE_2019 = "complete_from = 2019-06-30\nhorizon_months = 6\n"
LOSSES = "employee_id,exit_date,kind,regrettable\nb,2021-04-30,voluntary,{}\n"
WEIGHTS = "employee_id,job,effective_date,weight\n{}\n"
ROLES = "job,department,months_to_replace,weight\n{}\n"
RATES = "month,group,voluntary_rate\n{}\n"
NAMES = "employee_id,name,email,language\na,{}\n"
TWO_PEOPLE = {"employees": EMPLOYEES, "exits": EXITS}

EVERY_FORM: Final = ("folder", "parquet", "workbook", "sql", "inputs")
OF_TEXT: Final = ("folder", "workbook", "sql")


@dataclass(frozen=True)
class Fix:
    """What a remedy says to do: other tables, keys at the top of source.toml, its [files], or a query of a table."""

    tables: Mapping[str, str] = field(default_factory=dict)
    top: str = ""
    files: str = ""
    queries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A broken rule: `place` is where it is found, `broken` what breaks it."""

    rule: Rule | str
    place: str
    broken: Fix
    fixes: tuple[Fix, ...]
    forms: tuple[str, ...] = ("folder", "sql")

    @property
    def sentence(self) -> str:
        return self.rule.sentence if isinstance(self.rule, Rule) else self.rule


def hires(*values: str, column: str = "hire_date") -> dict[str, str]:
    people = "".join(f"{name},{value}\n" for name, value in zip("ab", values, strict=False))
    return {"employees": f"employee_id,{column}\n{people}"}


def exits(*rows: str) -> dict[str, str]:
    return {"exits": "\n".join(("employee_id,exit_date,kind", *rows, ""))}


def pay(value: str, bonus: str = "") -> dict[str, str]:
    return {"compensation": PAY.format(value, bonus)}


def in_currencies(*rows: str) -> dict[str, str]:
    return {"compensation": "\n".join(("employee_id,effective_date,currency,base_pay", *rows, ""))}


def gone_within_months(
    stays: Sequence[tuple[str, str]] = (("2020-05-15", "2020-09-15"), ("2020-10-15", "2021-02-15")),
) -> dict[str, str]:
    """A dozen people with each of the stays."""
    stays = [*stays] * 12
    hired = "".join(f"p{number},{start},\n" for number, (start, _) in enumerate(stays))
    gone = (f"p{number},{end},voluntary" for number, (_, end) in enumerate(stays))
    return {"employees": EMPLOYEES + hired} | exits("b,2021-04-30,voluntary", *gone)


def posts(*lines: str) -> dict[str, str]:
    return {"assignments": POSTS.format("\n".join(lines))}


def named_in_directory(name: str = "Anna", email: str = "a@company.example", language: str = "en") -> dict[str, str]:
    return {"directory": NAMES.format(",".join((name, email, language)))}


def build(folder: Path, form: str, *fixes: Fix) -> Path:
    """A source in one of EVERY_FORM with the base tables, and on top of them what each fix says."""
    tables = {**TWO_PEOPLE, **{name: text for fix in fixes for name, text in fix.tables.items()}}
    tables = {name: text for name, text in tables.items() if text}
    queries = {name: sql for fix in fixes for name, sql in fix.queries.items()}
    write_tables(folder, form, tables)
    book = 'file = "tables.xlsx"\nsheet = "{0}"\n' if form == "workbook" else 'file = "{0}.csv"\n'
    named = form in ("workbook", "inputs")
    sources = {
        name: f"in_{name}" if named else f"'{name}.{'parquet' if form == 'parquet' else 'csv'}'" for name in tables
    }
    toml = next((fix.top for fix in reversed(fixes) if fix.top), "") + "\n"
    toml += f"[files]\n{next((fix.files for fix in reversed(fixes) if fix.files), '')}\n"
    if form in ("sql", "inputs") or queries:
        toml += "".join(f"[inputs.in_{name}]\n{book.format(name)}" for name in tables if named) + "[tables]\n"
        sql = {name: queries.get(name, f"from {{{name}}}").format(**sources) for name in tables}
        toml += "".join(f'{name} = """{text}"""\n' for name, text in sql.items())
    (folder / "source.toml").write_text(toml)
    return folder


def write_tables(folder: Path, form: str, tables: Mapping[str, str]) -> None:
    workbook = openpyxl.Workbook()
    del workbook["Sheet"]
    for name, text in tables.items():
        frame = pl.read_csv(text.encode(), infer_schema=False)
        if form == "parquet":
            frame.write_parquet(folder / f"{name}.parquet")
        elif form == "workbook":
            sheet = workbook.create_sheet(name)
            for row in (frame.columns, *frame.rows()):
                sheet.append(row)
        else:
            (folder / f"{name}.csv").write_text(text)
    if form == "workbook":
        workbook.save(folder / "tables.xlsx")
