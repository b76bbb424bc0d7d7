"""Protected attributes under names that say nothing."""

from datetime import date

from drafts import Draw

PERIOD = {"complete_from": "2020-01-01", "complete_until": "2021-12-31", "exit_kinds": {"Resignation": "voluntary"}}
HEAD = "Employee ID,Hire Date,Termination Date,Termination Reason,Aux 7,Aux 8\n"
ROWS = "".join(
    f"{n:04d},2018-0{n % 9 + 1}-01,{'2021-06-30' if n == 3 else ''},{'Resignation' if n == 3 else ''},"
    f"{1960 + 2 * n}-05-17,{['DE', 'FR', 'PL'][n % 3]}\n"
    for n in range(1, 13)
)


def test_a_date_a_youth_before_the_hire_is_a_birth(drafted: Draw) -> None:
    made = drafted({"roster.csv": HEAD + ROWS}, PERIOD)
    assert "roster.Aux 7" in made.draft.protected
    assert {row[0] for row in made.rows("employees", "hire_date")} == {date(2018, month, 1) for month in range(1, 10)}


def test_codes_of_countries_are_asked_and_then_protected(drafted: Draw) -> None:
    made = drafted({"roster.csv": HEAD + ROWS}, PERIOD, suggested=False)
    assert made.question("nationality_columns").choices == ("roster.Aux 8",)
    assert "nationality_columns" in made.draft.open


def test_the_answer_may_be_that_they_are_places_of_work(drafted: Draw) -> None:
    made = drafted({"roster.csv": HEAD + ROWS}, PERIOD | {"nationality_columns": []})
    assert "roster.Aux 8" in made.draft.unused
    assert "roster.Aux 8" not in made.draft.protected


def test_letters_of_a_gender_are_protected_under_any_name(drafted: Draw) -> None:
    rows = ROWS
    for code, letter in (("DE", "m"), ("FR", "w"), ("PL", "d")):
        rows = rows.replace(f",{code}\n", f",{letter}\n")
    made = drafted({"roster.csv": HEAD + rows}, PERIOD)
    assert "roster.Aux 8" in made.draft.protected
