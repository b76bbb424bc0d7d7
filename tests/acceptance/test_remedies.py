"""Every remedy of the rules of bad input is followed where it is given, and then the finding is gone.

A case holds tables in which a rule is broken, and what its remedy says to do: other values, keys of source.toml, or a
query. Remedies that speak of source.toml are tried in every form that a source can have, the others in a folder.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import openpyxl
import polars as pl
import psycopg
import pytest
from implausible_companies import OF_DRAFTS, WRONG

from features.source import check_source
from features.validation import rules
from features.validation.plausibility import rules as plausibility
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


FROM_EMPLOYEES = "from {employees}"
IN_SOURCE_TOML: list[Case] = [
    Case(
        rules.NO_COLUMN,
        "employees.hire_date",
        Fix(hires("2019-02-13", "2019-02-14", column="start")),
        (
            Fix(hires("2019-02-13", "2019-02-14")),
            Fix(queries={"employees": "select employee_id, start as hire_date from {employees}"}),
        ),
    ),
    Case(
        rules.NO_ID,
        "employees.employee_id",
        Fix({"employees": EMPLOYEES + ",2020-01-31,\n"}),
        (
            Fix({"employees": EMPLOYEES + "c,2020-01-31,\n"}),
            Fix(queries={"employees": "from {employees} where employee_id is not null"}),
        ),
    ),
    Case(
        rules.UNNAMEABLE_ID,
        "employees.employee_id",
        Fix({"employees": EMPLOYEES + "c\td,2020-01-31,\n"}),
        (Fix({"employees": EMPLOYEES + "cd,2020-01-31,\n"}),),
    ),
    Case(
        rules.UNSHOWABLE_NAME,
        "directory.name",
        Fix(named_in_directory("Anna\x07")),
        (Fix(named_in_directory("Anna")),),
    ),
    Case(
        rules.NO_ADDRESS,
        "directory.email",
        Fix(named_in_directory(email="Anna <a@company.example>")),
        (Fix(named_in_directory()), Fix(named_in_directory(email=""))),
        EVERY_FORM,
    ),
    Case(
        rules.NO_LANGUAGE,
        "directory.language",
        Fix(named_in_directory(language="English (UK)")),
        (Fix(named_in_directory(language="en_GB")), Fix(named_in_directory(language=""))),
        EVERY_FORM,
    ),
    Case(
        rules.EMPTY,
        "employees.hire_date",
        Fix({"employees": EMPLOYEES + "c,,\n"}),
        (
            Fix({"employees": EMPLOYEES + "c,2020-01-31,\n"}),
            Fix(queries={"employees": "from {employees} where hire_date is not null"}),
        ),
    ),
    Case(
        rules.NOT_A_DATE,
        "employees.hire_date",
        Fix(hires("13-Feb-2019", "14-Feb-2019 0:00:00")),
        (Fix(hires("2019-02-13", "2019-02-14")), Fix(files='date_format = "%d-%b-%Y"')),
        EVERY_FORM,
    ),
    Case(
        rules.NOT_A_DATE,
        "employees.hire_date",
        Fix(hires("20190213", "20190214")),
        (Fix(files='date_format = "%Y%m%d"'),),
        OF_TEXT,
    ),
    Case(
        rules.NOT_A_DATE,
        "employees.observed_from",
        Fix({"employees": EMPLOYEES + "c,2020-01-31,soon\n"}),
        (Fix({"employees": EMPLOYEES + "c,2020-01-31,2020-01-31\n"}),),
    ),
    Case(
        "dates that can be read with the day first or the month first",
        "employees.hire_date",
        Fix(hires("02.03.2019 0:00:00", "03.04.2019 0:00:00")),
        (Fix(files='date_format = "%d.%m.%Y"'), Fix(files='date_format = "%m.%d.%Y %H:%M:%S"')),
        OF_TEXT,
    ),
    Case(
        rules.NOT_A_NUMBER,
        "compensation.base_pay",
        Fix(pay("1000 EUR")),
        (Fix(pay("1000")), Fix(queries={"compensation": "select * replace (1000 as base_pay) from {compensation}"})),
    ),
    Case(
        rules.NOT_A_NUMBER,
        "compensation.bonus_target",
        Fix(pay("1000", "ten")),
        (Fix(pay("1000", "")), Fix(pay("1000", "10"))),
    ),
    Case(
        "numbers with a comma or grouped digits, which can mean two things",
        "compensation.base_pay",
        Fix(pay('"1,234"')),
        (
            Fix(files='decimal = ","'),
            Fix(files='thousands = ","'),
            Fix(files='decimal = "."\nthousands = ","'),
        ),
        OF_TEXT,
    ),
    Case(
        "numbers with a comma or grouped digits, which can mean two things",
        "compensation.base_pay",
        Fix(pay("1 234 567")),
        (Fix(files='decimal = ","\nthousands = " "'),),
    ),
    Case(
        "numbers with a point before three digits, which can mean two things",
        "compensation.base_pay",
        Fix(pay("42.700")),
        (Fix(files='decimal = "."'), Fix(files='decimal = ","\nthousands = "."')),
        EVERY_FORM,
    ),
    Case(
        "numbers that are not written as declared",
        "compensation.base_pay",
        Fix(pay('"1,23"'), files='thousands = ","'),
        (Fix(pay("1.23"), files='thousands = ","'), Fix(pay('"1,23"'), files='decimal = ","')),
    ),
    Case(
        "is not above 0",
        "compensation.base_pay",
        Fix(pay("0")),
        (Fix(pay("1000")), Fix(queries={"compensation": "from {compensation} where base_pay::double > 0"})),
    ),
    Case(
        rules.TOO_LATE,
        "employees.hire_date",
        Fix(hires("2033-02-13", "2019-02-14"), top="complete_until = 2024-12-31"),
        (
            Fix(hires("2019-02-13", "2019-02-14"), top="complete_until = 2024-12-31"),
            Fix(top="complete_until = 2033-12-31"),
        ),
    ),
    Case(
        rules.PERIOD,
        "source.toml.complete_from",
        Fix(top="complete_from = 2030-01-01"),
        (Fix(top="complete_from = 2020-01-01"),),
    ),
]
OF_THE_DATA: list[Case] = [
    Case(rules.NO_TABLE, "exits", Fix({"exits": ""}), (Fix({"exits": EXITS}),)),
    Case(rules.NO_ROWS, "employees", Fix({"employees": "employee_id,hire_date\n"}), (Fix(TWO_PEOPLE),)),
    Case(
        rules.TWICE,
        "employees.hire_date",
        Fix({"employees": "employee_id,hire_date,Hire Date\na,2019-02-13,\nb,2019-02-14,\n"}),
        (Fix(TWO_PEOPLE), Fix({"employees": "employee_id,hire_date,other\na,2019-02-13,\nb,2019-02-14,\n"})),
    ),
    Case(rules.NOT_WHOLE, "assignments.level", Fix(posts("a,2020-01-31,B2,")), (Fix(posts("a,2020-01-31,2,")),)),
    Case(
        rules.NOT_TRUE_OR_FALSE,
        "exits.regrettable",
        Fix({"exits": LOSSES.format("perhaps")}),
        tuple(Fix({"exits": LOSSES.format(word)}) for word in ("true", "No", "1", "")),
    ),
    Case(
        rules.NO_ROLE,
        "criticality.job",
        Fix({"criticality": WEIGHTS.format(",,2019-03-01,2")}),
        (
            Fix({"criticality": WEIGHTS.format(",Welder,2019-03-01,2")}),
            Fix({"criticality": WEIGHTS.format("a,,2019-03-01,2")}),
        ),
    ),
    Case(
        rules.NO_WEIGHT,
        "criticality.weight",
        Fix({"criticality": ROLES.format("Welder,,,")}),
        (Fix({"criticality": ROLES.format("Welder,,4,")}), Fix({"criticality": ROLES.format("Welder,Yard,,2")})),
    ),
    Case(
        "is not within 0 to 36",
        "criticality.months_to_replace",
        Fix({"criticality": ROLES.format("Welder,,48,")}),
        (Fix({"criticality": ROLES.format("Welder,,36,")}),),
    ),
    Case(
        "is not within 1 to 5",
        "criticality.weight",
        Fix({"criticality": WEIGHTS.format("a,,2019-03-01,0")}),
        (Fix({"criticality": WEIGHTS.format("a,,2019-03-01,1")}),),
    ),
    Case(
        rules.UNKNOWN_PERSON,
        "criticality.employee_id",
        Fix({"criticality": WEIGHTS.format("z,,2019-03-01,2")}),
        (Fix({"criticality": WEIGHTS.format("a,,2019-03-01,2")}),),
    ),
    Case(
        "is not within 0 to 2",
        "market_rates.voluntary_rate",
        Fix({"market_rates": RATES.format("2021-04-30,,12")}),
        (Fix({"market_rates": RATES.format("2021-04-30,,0.12")}),),
    ),
    Case(
        rules.CONTRADICTION,
        "market_rates.month",
        Fix({"market_rates": RATES.format("2021-04-30,,0.1\n2021-04-15,,0.2")}),
        (Fix({"market_rates": RATES.format("2021-04-30,,0.1\n2021-04-30,Welder,0.2")}),),
    ),
    Case(rules.TOO_OLD, "exits.exit_date", Fix(exits("b,1921-04-30,other")), (Fix(exits("b,2021-04-30,other")),)),
    Case(
        rules.TWO_KINDS,
        "exits.kind",
        Fix(exits("b,2021-04-30,voluntary", "b,2021-04-30,other")),
        (Fix(exits("b,2021-04-30,voluntary")),),
    ),
    Case(
        rules.OVERLAP,
        "employees.hire_date",
        Fix({"employees": EMPLOYEES + "b,2020-01-31,\n"}),
        (
            Fix({"employees": EMPLOYEES + "b,2022-01-31,\n"}),
            Fix(
                {"employees": EMPLOYEES + "b,2020-01-31,\n"} | exits("b,2019-12-31,voluntary", "b,2021-04-30,voluntary")
            ),
        ),
    ),
    Case(
        rules.EXIT_BEFORE_HIRE,
        "exits.exit_date",
        Fix(exits("b,2018-04-30,voluntary")),
        (
            Fix(exits("b,2021-04-30,voluntary")),
            Fix({"employees": EMPLOYEES + "b,2017-01-31,\n"} | exits("b,2018-04-30,voluntary")),
        ),
    ),
    Case(
        rules.OWN_RATING,
        "collaboration.rating",
        Fix({"collaboration": SERVICES.format("a,a,2020-01-31,,5")}),
        (Fix({"collaboration": SERVICES.format("a,b,2020-01-31,,5")}),),
    ),
    Case("is not one of the contract's values", "exits.kind", Fix(exits("b,2021-04-30,quit")), (Fix(TWO_PEOPLE),)),
    Case(
        "is not within 0 to 10",
        "surveys.score",
        Fix({"surveys": SCORES.format(87)}),
        (Fix({"surveys": SCORES.format(8.7)}),),
    ),
    Case("is below 0", "compensation.bonus_target", Fix(pay("1000", "-5")), (Fix(pay("1000", "5")), Fix(pay("1000")))),
    Case(
        "a mark for no value, such as NA, n/a or -; taken as unknown",
        "compensation.bonus_target",
        Fix(pay("1000", "n/a")),
        (Fix(pay("1000", "")),),
    ),
    Case(
        rules.DUPLICATE,
        "assignments",
        Fix(posts("a,2020-01-31,2,", "a,2020-01-31,2,")),
        (Fix(posts("a,2020-01-31,2,")),),
    ),
    Case(
        rules.CONTRADICTION,
        "assignments.effective_date",
        Fix(posts("a,2020-01-31,2,", "a,2020-01-31,3,")),
        (
            Fix(posts("a,2020-01-31,3,")),
            Fix(
                {
                    "assignments": "employee_id,effective_date,level,recorded_at\n"
                    "a,2020-01-31,2,2020-02-29\na,2020-01-31,3,2020-03-31\n"
                }
            ),
        ),
    ),
    Case(
        rules.UNKNOWN_PERSON,
        "assignments.employee_id",
        Fix(posts("z,2020-01-31,2,")),
        (Fix(posts("a,2020-01-31,2,")), Fix({"employees": EMPLOYEES + "z,2019-01-31,\n"})),
    ),
    Case(
        rules.UNKNOWN_LEAVER,
        "exits.employee_id",
        Fix(exits("b,2022-01-15,voluntary", "z,2022-02-15,voluntary")),
        (Fix(exits("b,2022-01-15,voluntary")), Fix({"employees": EMPLOYEES + "z,2019-01-31,\n"})),
    ),
    Case(
        rules.AFTER_EXIT,
        "assignments.effective_date",
        Fix(posts("b,2022-01-31,2,")),
        (Fix(exits("b,2022-04-30,voluntary")), Fix({"employees": EMPLOYEES + "b,2022-01-15,\n"})),
    ),
    Case(
        rules.UNKNOWN_MANAGER,
        "assignments.manager_id",
        Fix(posts("a,2020-01-31,2,z")),
        (Fix(posts("a,2020-01-31,2,b")), Fix({"employees": EMPLOYEES + "z,2019-01-31,\n"})),
    ),
    Case(
        rules.CIRCLE,
        "assignments.manager_id",
        Fix({"employees": EMPLOYEES + "c,2019-02-13,\n"} | posts("a,2020-01-31,2,c", "c,2020-01-31,2,a")),
        (Fix(posts("a,2020-01-31,2,c", "c,2020-01-31,2,")),),
    ),
    Case(
        rules.SENTINEL_ROW,
        "assignments.effective_date",
        Fix(posts("a,1900-01-01,2,")),
        (Fix(posts("a,2020-01-31,2,")),),
    ),
    Case(
        rules.SENTINEL_VALUE,
        "employees.observed_from",
        Fix({"employees": EMPLOYEES + "c,2020-01-31,1900-01-01\n"}),
        (Fix({"employees": EMPLOYEES + "c,2020-01-31,\n"}),),
    ),
    Case(rules.NO_EXIT, "exits.exit_date", Fix({"exits": EXITS + "a,,other\n"}), (Fix(TWO_PEOPLE),)),
    Case(rules.NO_ANSWER, "surveys.score", Fix({"surveys": SCORES.format("")}), (Fix({"surveys": SCORES.format(5)}),)),
    Case(
        rules.CLOSED_BEFORE_OPENED,
        "collaboration.closed_at",
        Fix({"collaboration": SERVICES.format("a,b,2020-01-31,2020-01-30,5")}),
        (Fix({"collaboration": SERVICES.format("a,b,2020-01-31,2020-02-01,5")}),),
    ),
    Case(
        rules.OWN_SERVICE,
        "collaboration.provider_id",
        Fix({"collaboration": SERVICES.format("a,a,2020-01-31,,")}),
        (Fix({"collaboration": SERVICES.format("a,b,2020-01-31,,")}),),
    ),
    Case(
        rules.OLD_HIRE,
        "employees.hire_date",
        Fix({"employees": EMPLOYEES.replace("2019-02-13,", "1919-02-13,2019-02-13")}),
        (Fix(TWO_PEOPLE),),
    ),
    Case(
        rules.NOT_YET,
        "exits.exit_date",
        Fix(top="complete_until = 2021-03-31"),
        (Fix(top="complete_until = 2021-04-30"),),
    ),
]
OF_THE_DATA += [
    Case(
        rules.REPEATED,
        "surveys.survey_date",
        Fix({"surveys": TICKETS.format("", "a,2020-01-31,mood,5,1,\na,2020-01-31,mood,5,2,")}),
        (
            Fix({"surveys": TICKETS.format("", "a,2020-01-31,mood,5,1,")}),
            Fix({"surveys": TICKETS.format("recorded_at", "a,2020-01-31,mood,5,1,\na,2020-01-31,mood,5,2,2020-02-01")}),
        ),
    ),
    Case(
        rules.EXIT_OF_LEFT_OUT,
        "exits.employee_id",
        Fix({"employees": EMPLOYEES + "c,1900-01-01,\n"} | exits("b,2021-04-30,voluntary", "c,2021-04-30,other")),
        (Fix({"employees": EMPLOYEES + "c,2020-01-31,\n"}),),
    ),
    Case(
        rules.CURRENCY_CHANGE,
        "compensation.currency",
        Fix(in_currencies("a,2019-02-13,EUR,50", "a,2020-02-13,PLN,240")),
        (Fix(in_currencies("a,2019-02-13,PLN,210", "a,2020-02-13,PLN,240")),),
    ),
    Case(
        rules.NO_CURRENCY,
        "compensation.currency",
        Fix(in_currencies("a,2019-02-13,EUR,50", "b,2019-02-14,,60")),
        (Fix(in_currencies("a,2019-02-13,EUR,50", "b,2019-02-14,EUR,60")),),
    ),
    Case(
        rules.ODD_CURRENCY,
        "compensation.currency",
        Fix(in_currencies("a,2019-02-13,EUR,50", "b,2019-02-14,kr,600")),
        (Fix(in_currencies("a,2019-02-13,EUR,50", "b,2019-02-14,SEK,600")),),
    ),
    Case(
        rules.UNSEEN,
        "exits.exit_date",
        Fix(gone_within_months(), top=EXITS_SINCE_2019 + "snapshot_every_months = 12"),
        (Fix(top=EXITS_SINCE_2019 + "snapshot_every_months = 3"),),
    ),
    Case(
        rules.UNSEEN_IN_A_MONTH,
        "exits.exit_date",
        Fix(gone_within_months([("2020-05-05", "2020-05-25")]), top=EXITS_SINCE_2019),
        (Fix(gone_within_months([("2020-05-05", "2020-06-25")])),),
    ),
]
TRIED_ELSEWHERE: Final = {
    rules.UNREADABLE_FILE: "reading finds it first: test_bad_files.py",
    rules.NOT_TEXT: "reading writes nested values as text: test_casting.py",
    rules.IMMORTAL: "test_spells_and_periods.py",
    rules.STRAY_EXIT: "test_spells_and_periods.py",
    **{wrong.rule: "test_plausibility.py" for wrong in WRONG},
    plausibility.FILLED_BY_LEAVING: "test_leaks_of_cross_sections.py",
    **dict.fromkeys(OF_DRAFTS, "test_second_opinion.py"),
}
"""A remedy of plausibility is the mapping as it was before the test made it wrong."""


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


def follow(case: Case, form: str, tmp_path: Path) -> None:
    """Asserts that the finding is there, and that each of the fixes ends it and brings no error."""
    for number, fix in enumerate((Fix(), *case.fixes)):
        folder = tmp_path / str(number)
        folder.mkdir()
        report = check_source(build(folder, form, case.broken, fix), tmp_path / "staging")
        found = [(each.rule, each.place) for each in (*report.errors, *report.warnings)]
        assert ((case.sentence, case.place) in found) == (number == 0), found
        assert number == 0 or report.errors == ()


def named(case: Case) -> str:
    return f"{case.place}: {case.sentence}"


@pytest.mark.parametrize(
    ("case", "form"),
    [pytest.param(case, form, id=f"{named(case)}: {form}") for case in IN_SOURCE_TOML for form in case.forms],
)
def test_a_remedy_in_source_toml_works_in_every_form_of_a_source(case: Case, form: str, tmp_path: Path) -> None:
    follow(case, form, tmp_path)


@pytest.mark.parametrize("case", OF_THE_DATA, ids=named)
def test_a_remedy_in_the_data_works(case: Case, tmp_path: Path) -> None:
    follow(case, "folder", tmp_path)


def test_every_rule_has_its_remedy_tried() -> None:
    every = {rule for each in (rules, plausibility) for rule in vars(each).values() if isinstance(rule, Rule)}
    tried = {case.rule for case in itertools.chain(IN_SOURCE_TOML, OF_THE_DATA)} | set(TRIED_ELSEWHERE)
    assert [rule.sentence for rule in every - tried] == []


def test_a_format_declared_beside_a_database_is_read(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Text that a query returns; a numeric has no second reading."""
    with psycopg.connect(postgresql_url) as connection:
        connection.execute("create table staff (no text, hired text, pay text, bonus numeric(9, 3))")
        connection.execute("insert into staff values ('a', '02/03/2019 0:00:00', '42.700', 12.500)")
    monkeypatch.setenv("HR_DATABASE", postgresql_url)
    tables: dict[str, Any] = {
        "employees": "select no as employee_id, hired as hire_date from staff",
        "exits": "select no as employee_id, date '2021-04-30' as exit_date, 'voluntary' as kind from staff",
        "compensation": "select no as employee_id, date '2020-01-31' as effective_date, pay as base_pay, "
        "bonus as bonus_target from staff",
    }
    toml = '[database]\nurl_env = "HR_DATABASE"\n[tables]\n' + "".join(f'{t} = "{sql}"\n' for t, sql in tables.items())
    (tmp_path / "source.toml").write_text(toml)
    places = [finding.place for finding in check_source(tmp_path, tmp_path.parent / "staging").errors]
    assert sorted(places) == ["compensation.base_pay", "employees.hire_date"]
    files = '[files]\ndate_format = "%d/%m/%Y"\ndecimal = "."\n'
    (tmp_path / "source.toml").write_text(toml + files)
    assert check_source(tmp_path, tmp_path.parent / "staging").errors == ()
