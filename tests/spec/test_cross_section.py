"""A cross-section: one row per person, no dates."""

from collections.abc import Callable
from pathlib import Path

import pytest

from features.contract import ids
from features.errors import BadInput, Finding
from features.source import CrossSection, check_source, load_source

CSV = """id,gone,pay,team,overtime,age,country,comment,started
1,yes,1000,sales,true,40,NL,x,2019-01-01
2,no,2000, it ,false,30,NL,y,2019-02-01
3,no,,sales,true,20,NL,z,2019-03-01
4,no,2000,it,false,30,NL,y,2019-02-01
"""
TOML = """
name = "book"

[cross_section]
query = "select * from 'people.csv'"
employee_id = "id"
left = "gone = 'yes'"
ignore = []

[cross_section.drivers]
pay = ["pay"]
"""
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_source(toml: str = TOML, csv: str = CSV) -> Path:
        source = tmp_path / "book"
        source.mkdir(exist_ok=True)
        (source / "people.csv").write_text(csv)
        (source / "source.toml").write_text(toml)
        return source

    return write_source


def load(source: Path) -> CrossSection:
    loaded = load_source(source, source.parent / "staging")
    assert isinstance(loaded, CrossSection)
    assert [path.name for path in source.parent.iterdir()] == [source.name]
    return loaded


def test_features_are_numbers_and_categories_apart_from_the_outcome(write: Write) -> None:
    book = load(write())
    assert book.name == "book"
    assert book.employee_id.to_list() == ["1", "2", "3", "4"]
    assert book.left.to_list() == [True, False, False, False]
    assert book.frame.to_dict(as_series=False) == {
        "pay": [1000.0, 2000.0, None, 2000.0],
        "team": ["sales", "it", "sales", "it"],
        "overtime": [1.0, 0.0, 1.0, 0.0],
    }
    assert book.drivers == {"pay": "pay", "team": "context", "overtime": "context"}
    assert (book.report.people, book.report.voluntary_exits) == (4, 1)


def test_protected_attributes_are_stored_separately(write: Write) -> None:
    book = load(write(TOML.replace("ignore = []", 'protected = ["country"]')))
    assert book.protected is not None
    assert book.protected.columns == ["age", "country"]


def test_columns_that_cannot_be_features_are_left_out_and_reported(write: Write) -> None:
    report = load(write()).report
    assert report.refused == ("cross_section.comment",)
    assert report.notes == (
        "cross_section.gone: left out: it shows who left.",
        "cross_section.country: left out: it is the same for everyone.",
        "cross_section.started: left out: it is a date, and a cross-section has none.",
        "cross_section: age: protected, read for the fairness review only.",
    )


def test_ignored_columns_are_reported(write: Write) -> None:
    report = load(write(TOML.replace("ignore = []", 'ignore = ["team"]'))).report
    assert "cross_section: team: dropped, as `ignore` in source.toml asks." in report.notes


def columns_of(**columns: str) -> str:
    """The CSV with further columns, a value for each of the four people."""
    head, *rows = CSV.splitlines()
    more = [values.split() for values in columns.values()]
    lines = [",".join([row, *(values[place] for values in more)]) for place, row in enumerate(rows)]
    return "\n".join([",".join([head, *columns]), *lines]) + "\n"


def errors_of(source: Path) -> tuple[Finding, ...]:
    return check_source(source, source.parent / "staging").errors


QUESTIONS = {
    "a name": ({"GenderID": "0 1 0 1"}, "GenderID", "gender"),
    "a date of birth in words": ({"born_on": "1980-01-01 1970-01-01 1975-01-01 1990-01-01"}, "born_on", "age"),
    "a refused stem": ({"sickdays": "1 2 3 4"}, "sickdays", "health"),
    "letters of a gender": ({"code": "M F F M"}, "code", "gender"),
    "words of a gender": ({"code": "Mujer Hombre Mujer otro"}, "code", "gender"),
    "letters of a gender in Russian": ({"код": "м ж ж м"}, "код", "gender"),
    "marital status": ({"code": "single married single divorced"}, "code", "marital status"),
    "ethnicity": ({"code": "white hispanic white black"}, "code", "ethnicity"),
    "codes of sick leave": ({"code": "holiday krank holiday krank"}, "code", "health"),
    "codes of the Russian time sheet": ({"code": "Я Б Я ОТ"}, "code", "health"),
    "years of birth": ({"code": "1970 1980 1975 1990"}, "code", "age"),
}


@pytest.mark.parametrize("case", QUESTIONS)
def test_an_undeclared_column_that_looks_sensitive_is_an_error_that_asks(case: str, write: Write) -> None:
    columns, column, subject = QUESTIONS[case]
    [error] = errors_of(write(csv=columns_of(**columns)))
    assert (error.place, error.rows) == (f"cross_section.{column}", 4)
    assert error.rule == f"looks like {subject}, and source.toml does not say whether it is"


def test_a_column_that_is_the_same_for_everyone_is_left_out_without_a_question(write: Write) -> None:
    book = load(write(csv=columns_of(Over18="Y Y Y Y")))
    assert "cross_section.Over18: left out: it is the same for everyone." in book.report.notes


@pytest.mark.parametrize("answer", ["ignore", "protected", "allow"])
@pytest.mark.parametrize("place", ["of the section", "of the file"])
def test_each_answer_to_the_question_ends_the_error(answer: str, place: str, write: Write) -> None:
    csv, line = columns_of(GenderID="0 1 0 1", code="M F F M"), f'{answer} = ["GenderID", "code"]\n'
    toml = TOML.replace("ignore = []\n", line) if place == "of the section" else line + TOML
    book = load(write(toml, csv))
    assert book.frame.columns[-2:] == (["GenderID", "code"] if answer == "allow" else ["team", "overtime"])
    assert book.protected is not None
    assert book.protected.columns == (["age", "GenderID", "code"] if answer == "protected" else ["age"])


@pytest.mark.parametrize("name", ["age", "Sick_Days"])
def test_what_is_certain_cannot_be_allowed(name: str, write: Write) -> None:
    [error] = errors_of(write(f'allow = ["{name}"]\n{TOML}'))
    assert (error.place, error.rule) in {
        ("source.toml.allow.age", "a protected attribute"),
        ("source.toml.allow.Sick_Days", "refused data"),
    }


@pytest.mark.parametrize(
    "values", ["S M L M", "M M M F1", "H M M H", "1 2 2 1", "2016 2017 2019 2018", "white black white red"]
)
def test_values_with_other_meanings_raise_no_question(values: str, write: Write) -> None:
    assert "code" in load(write(csv=columns_of(code=values))).frame.columns


def test_free_text_is_not_a_category(write: Write) -> None:
    people = "".join(f"{number},{'yes' if number < 9 else 'no'},{number % 7},word {number}\n" for number in range(40))
    report = load(write(csv=f"id,gone,pay,remark\n{people}")).report
    assert "cross_section.remark: left out: it differs from person to person, so it is not a category." in report.notes


def test_ignored_columns_are_not_features(write: Write) -> None:
    assert load(write(TOML.replace("ignore = []", 'ignore = ["team"]'))).frame.columns == ["pay", "overtime"]


def test_the_hash_does_not_depend_on_the_order_of_rows(write: Write) -> None:
    head, *rows = CSV.splitlines(keepends=True)
    assert load(write()).data_hash == load(write(csv="".join([head, *reversed(rows)]))).data_hash


MISTAKES = {
    "id is no column": ('employee_id = "id"', 'employee_id = "ID"', "cross_section.employee_id: 'ID' is not a column."),
    "feature is no column": (
        'pay = ["pay"]',
        'pay = ["Pai"]',
        "source.toml.cross_section.drivers.pay: 'Pai' is not a column. Did you mean 'pay'?",
    ),
    "ignored is no column": ("ignore = []", 'ignore = ["x"]', "cross_section.ignore: 'x' is not a column."),
    "left is no condition": ("gone = 'yes'", "pay", "source.toml.cross_section.left: not true or false."),
    "left may be null": ("gone = 'yes'", "pay > 1", "cross_section.left: neither true nor false (1 row)."),
    "left is no SQL": ("gone = 'yes'", "gone = ", "source.toml.cross_section.left: SQL error at line 7: syntax error"),
    "left names no column": ("gone = 'yes'", "gome", 'left: SQL error at line 7: Referenced column "gome" not found'),
    "query is no SQL": ("select *", "selct *", "source.toml.cross_section.query: SQL error at line 5: syntax error"),
    "nobody": ("people.csv'", "people.csv' where id > 9", "source.toml.cross_section.query: no rows."),
    "id twice": (
        'employee_id = "id"',
        'employee_id = "age"',
        "cross_section.age: an employee_id on several rows (2 rows)",
    ),
    "id empty": (
        'employee_id = "id"',
        'employee_id = "pay"',
        "cross_section.pay: an employee_id that is empty (1 row)",
    ),
    "id with a tab": (
        "select *",
        "select * replace (concat(id, chr(9), 'x') as id)",
        f"cross_section.id: {ids.SENTENCE} (4 rows)",
    ),
    "no feature": (
        "select *",
        "select id, gone",
        "source.toml.cross_section.query: no column is left as a feature.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_place(mistake: str, write: Write, tmp_path: Path) -> None:
    old, new, message = MISTAKES[mistake]
    toml = TOML.replace(old, new)
    if mistake == "no feature":
        toml = toml.replace('pay = ["pay"]', "")
    source = write(toml)
    with pytest.raises(BadInput) as bad:
        load_source(source, tmp_path / "staging")
    assert message in str(bad.value)
    assert tuple(bad.value.findings) == check_source(source, tmp_path / "staging").errors
    assert [path.name for path in tmp_path.iterdir()] == ["book"]
