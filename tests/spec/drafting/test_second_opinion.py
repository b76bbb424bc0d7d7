"""Two small exports, with a right mapping and wrong ones -> what the comparison with a draft says.

In the first, 60 people join every 30 days from 2015-01-01 on; 20 of them leave every 50 days from 2019-01-15 on. In the
second, a history of actions says the same; there, an action of leaving begins on the first day away.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from implausible_companies import OF_DRAFTS

from features.drafting.second_opinion import with_second_opinion
from features.source import check_source
from features.validation.plausibility import rules
from features.validation.report import Report
from features.validation.rules import Rule

PEOPLE, LEAVERS, EXTERNAL = 60, 20, 4
REASONS = ["Resignation", "Better offer elsewhere", "Dismissal", "Retirement"]


def hired(person: int) -> date:
    return date(2015, 1, 1) + timedelta(days=30 * person)


def gone(person: int) -> date:
    """Persons 0 to 19 leave."""
    return date(2019, 1, 15) + timedelta(days=50 * person)


def lists(folder: Path) -> None:
    """A list of people, of whom the last four are external, and the pay of each."""
    staff = [
        "Employee ID,Worker Type,Original Hire Date,Hire Date,Termination Date,Last Day of Work,Termination Reason"
    ]
    pay = ["Employee ID,Effective Date,Completed On,Annual Salary"]
    for each in range(PEOPLE):
        kind = "Contingent Worker" if each >= PEOPLE - EXTERNAL else "Employee"
        first = hired(each) - timedelta(days=400) if 30 <= each < 35 else hired(each)
        end = f"{gone(each)},{gone(each) - timedelta(days=10)},{REASONS[each % 4]}" if each < LEAVERS else ",,"
        staff.append(f"P{each:03},{kind},{first},{hired(each)},{end}")
        entered = hired(each) + timedelta(days=20 if each % 3 == 0 else 0)
        pay.append(f"P{each:03},{hired(each)},{entered},{40000 + 100 * each}")
    (folder / "staff.csv").write_text("\n".join(staff) + "\n")
    (folder / "pay.csv").write_text("\n".join(pay) + "\n")


EMPLOYEES = """
select "Employee ID" as employee_id, "Hire Date" as hire_date, "Hire Date" as observed_from
from 'staff.csv' where "Worker Type" = 'Employee'"""
EXITS = """
select "Employee ID" as employee_id, "Termination Date" as exit_date, "Termination Reason" as reason,
 case "Termination Reason" when 'Dismissal' then 'involuntary' when 'Retirement' then 'other'
  else 'voluntary' end as kind
from 'staff.csv' where "Termination Date" is not null"""
PAY = """
select "Employee ID" as employee_id, "Effective Date" as effective_date, "Completed On" as recorded_at,
 "Annual Salary" as base_pay from 'pay.csv' semi join 'staff.csv' using ("Employee ID")"""


def actions(folder: Path) -> None:
    """A history of actions: 01 is a hire, 10 the end, and three ends are locked."""
    rows = ["PERNR\tBEGDA\tENDDA\tSPRPS\tMASSN\tMASSG"]
    for each in range(PEOPLE):
        end = gone(each) + timedelta(days=1) if each < LEAVERS else None
        until = end - timedelta(days=1) if end else date(9999, 12, 31)
        rows.append(f"{each:08}\t{hired(each):%Y%m%d}\t{until:%Y%m%d}\t\t01\t01")
        if end:
            rows.append(f"{each:08}\t{end:%Y%m%d}\t99991231\t\t10\t{1 + each % 2:02}")
    rows += [f"{each:08}\t20200601\t99991231\tX\t10\t01" for each in (40, 41, 42)]
    (folder / "PA0000.txt").write_text("\n".join(rows) + "\n")
    texts = ["TABELLE\tMASSN\tMASSG\tBEZEICHNUNG", "T529T\t01\t\tEinstellung", "T529T\t10\t\tAustritt"]
    texts += ["T530T\t10\t01\tKündigung durch Mitarbeiter", "T530T\t10\t02\tBetriebsbedingte Kündigung"]
    (folder / "Texte.txt").write_text("\n".join(texts) + "\n", encoding="windows-1252")


HIRES_OF_ACTIONS = """
select PERNR as employee_id, strptime(BEGDA, '%Y%m%d')::date as hire_date from pa0000 where MASSN = '01'"""
ENDS_OF_ACTIONS = """
select PERNR as employee_id, strptime(BEGDA, '%Y%m%d')::date - 1 as exit_date, MASSG as reason,
 case MASSG when '01' then 'voluntary' else 'involuntary' end as kind
from pa0000 where MASSN = '10' and SPRPS is null"""
TABBED = '[inputs.pa0000]\nfile = "PA0000.txt"\ndelimiter = "\\t"\n'


def made(folder: Path) -> Path:
    """The folder of the export, apart from that of the work: a draft reads every file beside it."""
    export = folder / "export"
    export.mkdir()
    return export


def opinion(folder: Path, work: Path, tables: dict[str, str], inputs: str = "") -> Report:
    toml = "complete_from = 2019-01-01\ncomplete_until = 2021-12-31\n" + inputs + "[tables]\n"
    toml += "".join(f"{table} = '''{sql}'''\n" for table, sql in tables.items())
    (folder / "source.toml").write_text(toml)
    report = check_source(folder, work / "staging")
    assert report.errors == ()
    return with_second_opinion(folder, report, work / "opinion")


def compared(report: Report) -> list[tuple[Rule | None, str, int]]:
    """The rule, place and rows of each warning by comparison."""
    of_drafts = {rule.sentence: rule for rule in OF_DRAFTS}
    return [(of_drafts[each.rule], each.place, each.rows) for each in report.warnings if each.rule in of_drafts]


LISTS: Sequence[tuple[Rule, str, int, str, str, str]] = [
    (rules.MARKED_PEOPLE, "employees.employee_id", 4, "employees", "where \"Worker Type\" = 'Employee'", ""),
    (rules.OTHER_HIRE, "employees.hire_date", 5, "employees", '"Hire Date"', '"Original Hire Date"'),
    (rules.OTHER_EXIT_DAY, "exits.exit_date", 20, "exits", '"Termination Date" as', '"Last Day of Work" as'),
    (rules.OTHER_KIND, "exits.kind", 5, "exits", "when 'Dismissal' then 'involuntary'", "when '' then ''"),
    (
        rules.LESS_EXITS,
        "exits.exit_date",
        5,
        "exits",
        "is not null",
        "is not null and \"Termination Reason\" <> 'Dismissal'",
    ),
    (rules.OTHER_UNIT, "compensation.base_pay", 56, "compensation", '"Annual Salary"', '"Annual Salary" * 12'),
    (rules.UNUSED_DAY_OF_ENTRY, "compensation.recorded_at", 19, "compensation", '"Completed On" as recorded_at,', ""),
]


def of_lists() -> dict[str, str]:
    return {"employees": EMPLOYEES, "exits": EXITS, "compensation": PAY}


def test_a_right_mapping_of_lists_does_not_part_from_the_draft(tmp_path: Path) -> None:
    lists(made(tmp_path))
    report = opinion(tmp_path / "export", tmp_path / "work", of_lists())
    assert compared(report) == []
    assert not [note for note in report.notes if "draft" in note]


@pytest.mark.parametrize("case", LISTS, ids=lambda case: f"{case[1]}: {case[0].sentence[:50]}")
def test_a_wrong_mapping_of_lists_parts_from_the_draft(
    case: tuple[Rule, str, int, str, str, str], tmp_path: Path
) -> None:
    rule, place, rows, table, old, new = case
    lists(made(tmp_path))
    tables = of_lists()
    assert old in tables[table]
    tables[table] = tables[table].replace(old, new)
    assert (rule, place, rows) in compared(opinion(tmp_path / "export", tmp_path / "work", tables))


def test_a_right_mapping_of_actions_does_not_part_from_the_draft(tmp_path: Path) -> None:
    actions(made(tmp_path))
    tables = {"employees": HIRES_OF_ACTIONS, "exits": ENDS_OF_ACTIONS}
    assert compared(opinion(tmp_path / "export", tmp_path / "work", tables, TABBED)) == []


def test_the_first_day_away_is_not_taken_for_the_last_day(tmp_path: Path) -> None:
    actions(made(tmp_path))
    tables = {"employees": HIRES_OF_ACTIONS, "exits": ENDS_OF_ACTIONS.replace("::date - 1 as", "::date as")}
    report = opinion(tmp_path / "export", tmp_path / "work", tables, TABBED)
    assert compared(report) == [(rules.OTHER_EXIT_DAY, "exits.exit_date", 20)]
    remedy = next(each.remedy for each in report.warnings if each.rule == rules.OTHER_EXIT_DAY.sentence)
    assert "pa0000.BEGDA" in remedy


def test_a_currency_that_is_not_mapped_is_named(tmp_path: Path) -> None:
    lists(made(tmp_path))
    rows = (tmp_path / "export" / "pay.csv").read_text().splitlines()
    codes = ["Currency", *("PLN" if each % 2 else "EUR" for each in range(PEOPLE))]
    (tmp_path / "export" / "pay.csv").write_text(
        "".join(f"{row},{code}\n" for row, code in zip(rows, codes, strict=True))
    )
    found = compared(opinion(tmp_path / "export", tmp_path / "work", of_lists()))
    assert (rules.UNUSED_CURRENCY, "compensation.currency", PEOPLE - EXTERNAL) in found


def test_exits_of_people_who_stay_are_named(tmp_path: Path) -> None:
    lists(made(tmp_path))
    more = """
union all select "Employee ID", '2020-05-05', 'Leave of absence', 'other' from 'staff.csv'
where "Employee ID" in ('P040', 'P041', 'P042')"""
    found = compared(opinion(tmp_path / "export", tmp_path / "work", of_lists() | {"exits": EXITS + more}))
    assert found == [(rules.MORE_EXITS, "exits.exit_date", 3)]


def test_locked_rows_are_not_taken_for_exits(tmp_path: Path) -> None:
    actions(made(tmp_path))
    tables = {"employees": HIRES_OF_ACTIONS, "exits": ENDS_OF_ACTIONS.replace("and SPRPS is null", "")}
    assert (rules.MARKED_EXITS, "exits.exit_date", 3) in compared(
        opinion(tmp_path / "export", tmp_path / "work", tables, TABBED)
    )


def test_files_of_which_no_draft_can_be_made_are_a_note(tmp_path: Path) -> None:
    (made(tmp_path) / "staff.csv").write_text("a,b\nx,2020-01-31\ny,2020-02-29\n")
    sql = "select a as employee_id, b as hire_date from 'staff.csv'"
    exits = "select a as employee_id, date '2021-05-31' as exit_date, 'voluntary' as kind from 'staff.csv'"
    report = opinion(tmp_path / "export", tmp_path / "work", {"employees": sql, "exits": exits})
    assert compared(report) == []
    assert any("not compared with a draft" in note for note in report.notes)


def test_a_folder_of_tables_has_nothing_to_compare_with(tmp_path: Path) -> None:
    (tmp_path / "employees.csv").write_text("employee_id,hire_date\na,2019-02-13\n")
    (tmp_path / "exits.csv").write_text("employee_id,exit_date,kind\na,2021-04-30,voluntary\n")
    report = check_source(tmp_path, tmp_path / "staging")
    assert with_second_opinion(tmp_path, report, tmp_path / "work") is report
