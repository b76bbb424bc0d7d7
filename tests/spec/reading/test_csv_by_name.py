"""CSV that SQL names directly is text: nothing is guessed, and plain numbers and ISO dates can be calculated with."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from source_files import rows


def query(sql: str, table: str = "employees") -> str:
    return f'[tables]\n{table} = """{sql}"""\n'


AMBIGUOUS = "no,start\nA1,02/01/2018\nA2,03/04/2018\nA3,05/05/2018\n"


@pytest.mark.parametrize(
    ("sql", "prepare"),
    {
        "by name": ("select no as employee_id, start as hire_date from 'staff.csv'", ""),
        "by a pattern": ("select no as employee_id, start as hire_date from 'st*.csv'", ""),
        "in a join": (
            "select a.no as employee_id, b.start as hire_date from 'staff.csv' a join \"staff.csv\" b using (no)",
            "",
        ),
        "in a view": (
            "select no as employee_id, start as hire_date from staff",
            "[prepare]\nstaff = \"from 'staff.csv'\"\n",
        ),
        "in a pivot": (
            "with a as (pivot 'staff.csv' on no using any_value(1)) select start as hire_date from a",
            "",
        ),
        "the earliest": ("select no as employee_id, min(start) as hire_date from 'staff.csv' group by 1", ""),
    }.values(),
)
def test_an_ambiguous_date_is_refused_as_in_a_folder(sql: str, prepare: str, read: Any) -> None:
    raw = read({"staff.csv": AMBIGUOUS, "source.toml": prepare + query(sql)})
    [finding] = raw.errors
    assert finding.rule == "dates that can be read with the day first or the month first"
    assert (finding.table, finding.column, finding.rows) == ("employees", "hire_date", 2)


def test_the_remedy_for_an_ambiguous_date_works_beside_sql(read: Any) -> None:
    toml = query("select no as employee_id, start as hire_date from 'staff.csv'")
    toml += '[files.employees]\ndate_format = "%m/%d/%Y"\n'
    raw = read({"staff.csv": AMBIGUOUS, "source.toml": toml})
    assert rows(raw, "employees") == [("A1", "2018-02-01"), ("A2", "2018-03-04"), ("A3", "2018-05-05")]


def test_ids_and_codes_keep_every_character(read: Any) -> None:
    """DuckDB would read 1.10 and 1.1 as one number, 1e2 as 100, and drop the zeros of 0012."""
    csv = "no,team,zip,flag\n12,1.10,0012,1e2\n13,1.1,0013,1e3\n"
    raw = read({"staff.csv": csv, "source.toml": query("select * from 'staff.csv'", "measures")})
    assert [[str(value) for value in row] for row in rows(raw, "measures")] == [
        ["12", "1.10", "0012", "1e2"],
        ["13", "1.1", "0013", "1e3"],
    ]


def test_plain_numbers_and_dates_can_be_calculated_with(read: Any) -> None:
    csv = "no,pay,rate,present,since\n7,1000,0.5,True,2020-01-31\n10,900,0.25,False,2020-02-29\n"
    sql = """select max(no) as top, sum(12 * pay) as pay, max(rate * 2) as rate, bool_or(present) as present,
      max(since + 1) as since from 'staff.csv' where no > 0"""
    raw = read({"staff.csv": csv, "source.toml": query(sql, "measures")})
    assert [tuple(map(str, row)) for row in rows(raw, "measures")] == [("10", "22800.0", "1.0", "True", "2020-03-01")]


@pytest.mark.parametrize(
    "expression",
    {
        "a number as text": "replace(pay, '0', '') = '1'",
        "a date as text": "strptime(since, '%Y-%m-%d') = date '2020-01-31'",
        "a date as text beside arithmetic": "strptime(day, '%d/%m/%Y') = date '2020-01-31' and 12 * pay = 12000",
        "an empty text": "coalesce(nullif(pay, ''), 'none') = '1000'",
    }.values(),
)
def test_a_query_written_for_text_works_whatever_the_file_holds(expression: str, read: Any) -> None:
    csv = "no,pay,since,day\n7,1000,2020-01-31,31/01/2020\n"
    sql = f"select no as employee_id from 'staff.csv' where {expression}"
    assert rows(read({"staff.csv": csv, "source.toml": query(sql)}), "employees") in ([("7",)], [(7,)])


def test_a_number_that_can_be_read_in_two_ways_stays_text(read: Any) -> None:
    raw = read({"pay.csv": "no,pay\n1,42.700\n2,38\n", "source.toml": query("select pay from 'pay.csv'", "measures")})
    assert rows(raw, "measures") == [("42.700",), ("38",)]


def test_the_earliest_date_is_the_earliest_whatever_its_form(read: Any) -> None:
    """As text 03/12/2020 comes before 25/01/2019."""
    csv = "no,start\nA,03/12/2020\nA,25/01/2019\n"
    sql = "select no as employee_id, min(start) as hire_date from 'staff.csv' group by 1"
    raw = read({"staff.csv": csv, "source.toml": query(sql)})
    assert rows(raw, "employees") == [("A", date(2019, 1, 25))]
    assert raw.notes == ["'staff.csv'.start: dates written with the day first: no other order fits."]


def test_files_of_one_pattern_are_joined_by_name_and_their_differences_noted(read: Any) -> None:
    files = {
        "staff-1.csv": "no,Job\n1,Clerk\n",
        "staff-2.csv": "title,NO\nBuyer,2\n",
        "staff-3.csv": "no,title\n3,Buyer\n",
    }
    sql = (
        "select no as employee_id, job, title, parse_filename(filename, true)[7:] as file from 'staff-*.csv' order by 1"
    )
    raw = read({**files, "source.toml": query(sql, "measures")})
    assert [tuple(map(str, row)) for row in rows(raw, "measures")] == [
        ("1", "Clerk", "None", "1"),
        ("2", "None", "Buyer", "2"),
        ("3", "None", "Buyer", "3"),
    ]
    assert raw.notes == [
        "'staff-*.csv': the column 'Job' is missing in staff-2.csv, staff-3.csv, so it is unknown there.",
        "'staff-*.csv': the column 'title' is missing in staff-1.csv, so it is unknown there.",
    ]


def test_the_files_of_an_input_are_compared_too(read: Any) -> None:
    files = {"staff-1.csv": "no,Job\n1,Clerk\n", "staff-2.csv": "no,title\n2,Buyer\n"}
    toml = '[inputs.staff]\nfile = "staff-*.csv"\n' + query("select no as employee_id from staff")
    assert read({**files, "source.toml": toml}).notes == [
        "inputs.staff: the column 'Job' is missing in staff-2.csv, so it is unknown there.",
        "inputs.staff: the column 'title' is missing in staff-1.csv, so it is unknown there.",
    ]


def test_json_by_name_reads_dates_as_iso_or_text(read: Any) -> None:
    files = {"staff.json": '[{"no": 1, "start": "02-01-2018", "end": "2019-01-31"}]'}
    raw = read({**files, "source.toml": query("select * from 'staff.json'", "measures")})
    assert rows(raw, "measures") == [(1, "02-01-2018", date(2019, 1, 31))]


@pytest.mark.parametrize(
    ("call", "is_noted"),
    [
        ("read_csv('staff.csv')", True),
        ("read_csv_auto('staff.csv', header = true)", True),
        ("read_csv('staff.csv', all_varchar = true)", False),
        ("read_csv('staff.csv', dateformat = '%m/%d/%Y')", False),
        ("read_csv('staff.csv', types = {'start': 'VARCHAR'})", False),
    ],
)
def test_types_that_read_csv_guesses_are_noted(call: str, is_noted: bool, read: Any) -> None:
    raw = read({"staff.csv": AMBIGUOUS, "source.toml": query(f"select no as employee_id from {call}")})
    assert any("tables.employees: read_csv guesses types" in note for note in raw.notes) == is_noted


def test_text_with_arithmetic_says_to_convert(read: Any) -> None:
    sql = "select 12 * pay as base_pay from 'pay.csv'"
    raw = read({"pay.csv": 'no,pay\n1,"1,000"\n', "source.toml": query(sql, "compensation")})
    assert "the columns of a CSV file are text: convert them, as in pay::double" in raw.errors[0].remedy


def test_a_table_beside_files_keeps_its_types(read: Any) -> None:
    frame = pl.DataFrame({"no": ["1"], "pay": [1.5], "since": [date(2020, 1, 31)]})
    raw = read({"pay.parquet": frame, "source.toml": query("from 'pay.parquet'", "measures")})
    assert rows(raw, "measures") == [("1", 1.5, date(2020, 1, 31))]
