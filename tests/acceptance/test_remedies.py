"""Every remedy of the rules of bad input is followed where it is given, and then the finding is gone.

A case holds tables in which a rule is broken, and what its remedy says to do: other values, keys of source.toml, or a
query. Remedies that speak of source.toml are tried in every form that a source can have, the others in a folder.
"""

from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from implausible_companies import OF_DRAFTS, WRONG
from remedies import Case, Fix, build
from remedies_in_source_toml import IN_SOURCE_TOML
from remedies_of_people import OF_PEOPLE
from remedies_of_values import OF_VALUES

from features.source import check_source
from features.validation import rules
from features.validation.plausibility import rules as plausibility
from features.validation.rules import Rule

OF_THE_DATA: Final = [*OF_VALUES, *OF_PEOPLE]
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
    tried = {case.rule for case in [*IN_SOURCE_TOML, *OF_THE_DATA]} | set(TRIED_ELSEWHERE)
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
