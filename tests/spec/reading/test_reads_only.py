"""A `source.toml` reads and does nothing else: its SQL is one SELECT, and its names are names."""

from pathlib import Path
from typing import Any

import pytest
from source_files import rows

from features.errors import BadInput
from features.reading.definition.source_definition import read_definition
from features.source import check_source

STAFF = "employee_id,hire_date\n1,2020-01-31\n"

HOSTILE = {
    "ends the statement around it": "select 1) as t; copy (select 7 as x) to 'OUT'; select * from (select 1",
    "several statements": "select 1; copy (select 7 as x) to 'OUT'",
    "writes after WITH": "with a as (copy (select 7 as x) to 'OUT') select * from a",
    "writes in a PIVOT": "with a as (copy (select 1 as x) to 'OUT'), b as (pivot 's.csv' on employee_id "
    "using max(hire_date)) select * from b",
    "inserts after WITH": "with a as (insert into b values (1) returning *) select * from a",
    "attaches": "attach 'OUT' as a",
    "attaches a second": "select 1; attach 'OUT' as a",
    "installs": "install httpfs",
    "loads": "load httpfs",
    "sets": "set memory_limit = '1TB'",
    "a pragma": "pragma enable_profiling",
    "calls": "call enable_logging(storage = 'file', storage_path = 'OUT')",
    "logs": "select * from enable_logging('QueryLog', storage = 'file', storage_path = 'OUT')",
    "logs in a subquery": "select (select count(*) from main.enable_profiling(save_location = 'OUT')) as x",
    "logs in a PIVOT": "with a as (from enable_logging/**/(storage = 'file', storage_path = 'OUT')), b as "
    "(pivot 's.csv' on employee_id using max(hire_date)) select * from b",
    "runs text": "select * from query('select * from enable_logging()')",
    "exports": "export database 'OUT'",
    "creates": "create table x as select 1",
    "explains": "explain analyze select 1",
    "waits": "select sleep_ms(1)",
    "no statement": " -- nothing",
    "deep": "select " + "(select " * 400 + "1" + ")" * 400 + " as employee_id",
}


CASES = [(attack, "tables") for attack in HOSTILE] + [
    (attack, section)
    for attack in ("ends the statement around it", "several statements", "writes after WITH")
    for section in ("prepare", "cross_section", "left")
]


@pytest.mark.parametrize(("attack", "section"), CASES)
def test_sql_that_does_more_than_read_is_refused_in_every_section(attack: str, section: str, tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    source.mkdir()
    sql = HOSTILE[attack].replace("OUT", str(out))
    cross = '[cross_section]\nemployee_id = "employee_id"\n'
    toml = {
        "tables": f'[tables]\nemployees = """{sql}"""\n',
        "prepare": f'[prepare]\np = """{sql}"""\n[tables]\nemployees = "from p"\n',
        "cross_section": f'{cross}left = "true"\nquery = """{sql}"""\n',
        "left": f"""{cross}query = "from 's.csv'"\nleft = \"\"\"(true) as x from (select 1); {sql}\"\"\"\n""",
    }[section]
    (source / "source.toml").write_text(toml)
    (source / "s.csv").write_text(STAFF)
    errors = [error for error in check_source(source, tmp_path / "staging").errors if error.table == "source.toml"]
    assert [error.column.rpartition(".")[0] or error.column for error in errors[:1]] == [
        "cross_section" if section == "left" else section
    ]
    assert "SQL error" in errors[0].rule
    assert errors[0].remedy
    assert not out.exists()
    assert sorted(path.name for path in source.iterdir()) == ["s.csv", "source.toml"]


@pytest.mark.parametrize(
    "sql",
    [
        "from 's.csv'",
        "select employee_id, hire_date from read_csv('s.csv', all_varchar = true);",
        "with a as (from 's.csv') select * from a -- a comment; with a semicolon",
        "from 's.csv' union all by name from 's.csv' limit 1",
        "select '; copy to' || employee_id[0:0] || employee_id[13:] || '1' as employee_id, hire_date from 's.csv'",
        "with a as (pivot 's.csv' on employee_id using max(hire_date)) select '1' as employee_id, "
        '"1" as hire_date from a',
        "select * from 's.csv', range(1) as t(n) where n in (select unnest([0, 2]))",
    ],
)
def test_sql_that_reads_is_read(sql: str, read: Any) -> None:
    raw = read({"s.csv": STAFF, "source.toml": f"[tables]\nemployees = '''{sql}'''\n"})
    [row] = rows(raw, "employees")
    assert str(row[0]).endswith("1")
    assert row[1] is not None


def test_no_extension_is_fetched_for_an_address(read: Any) -> None:
    raw = read({"source.toml": "[tables]\nemployees = \"from 'https://127.0.0.1:1/a.csv'\"\n"})
    assert [error.rule for error in raw.errors] == ["SQL error at line 2: it needs an extension of DuckDB"]


BAD_NAMES = {
    "a path": "a/b",
    "a parent": "../a",
    "the parent": "..",
    "absolute": "/etc",
    "of Windows": "a\\\\b",
    "a drive": "C:",
    "a device": "NUL.txt",
    "a full-width slash": "a／b",
    "full-width points": "．．",
    "a slash of mathematics": "a∕b",
    "a new line": "a\\nb",
    "zero": "a\\u0000b",
    "right to left": "a\\u202eb",
    "a space at the end": "a ",
    "a point at the end": "a.",
    "very long": "a" * 101,
    "wildcards": "a*",
    "a variable": "$HOME",
}


@pytest.mark.parametrize("wrong", BAD_NAMES)
def test_a_name_that_is_a_path_or_hides_one_is_refused(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "source.toml").write_text(f'name = "{BAD_NAMES[wrong]}"\n')
    with pytest.raises(BadInput) as bad:
        read_definition(tmp_path)
    [finding] = bad.value.findings
    assert finding.place == "source.toml.name"


@pytest.mark.parametrize("name", ["company", "Müller & Söhne (DE), No. 1", "ООО Ромашка", "株式会社", "R&D+Ops #2"])
def test_a_name_of_words_is_accepted(name: str, tmp_path: Path) -> None:
    (tmp_path / "source.toml").write_text(f'name = "{name}"\n')
    assert read_definition(tmp_path).name == name


def test_a_folder_whose_name_has_a_line_break_gives_a_name_without(tmp_path: Path) -> None:
    folder = tmp_path / "a\nb\u202e"
    folder.mkdir()
    assert read_definition(folder).name == "a_b_"


@pytest.mark.parametrize("name", ["RETENTION_DATABASE_URL", "retention_smtp_password", "MLFLOW_TRACKING_URI", "A B"])
def test_the_products_own_settings_are_no_database_of_a_source(name: str, tmp_path: Path) -> None:
    toml = f'[database]\nurl_env = "{name}"\n[tables]\nexits = "select 1"\n'
    (tmp_path / "source.toml").write_text(toml)
    with pytest.raises(BadInput) as bad:
        read_definition(tmp_path)
    assert [finding.place for finding in bad.value.findings] == ["source.toml.database.url_env"]


def test_lists_within_lists_without_end_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "source.toml").write_text("ignore = " + "[" * 5_000 + "]" * 5_000)
    with pytest.raises(BadInput, match="nested too deeply"):
        read_definition(tmp_path)


@pytest.mark.parametrize("file", ["a" * 5_000, "a\\u0000b", "\\u0000*"])
def test_a_file_that_no_system_can_name_is_not_found(file: str, read: Any) -> None:
    toml = f'[inputs.a]\nfile = "{file}"\n[tables]\nemployees = "from a"\n'
    assert "no file" in read({"source.toml": toml}).errors[0].rule
