"""Names in any script: columns, attributes, items and measures keep their letters, and no two names collide."""

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from features.catalogue.catalogue import catalogue
from features.contract.vocabulary import is_protected, is_refused, snake_case
from features.source import Source, load_source

JUNE = "2024-06-30"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("MaritalStatus", "marital_status"),
        (" MARITAL - STATUS ", "marital_status"),
        ("Вовлечённость", "вовлечённость"),
        ("Дата приёма", "дата_приёма"),
        ("売上 (月)", "売上_月"),
        ("काम का समय", "काम_का_समय"),
        ("Zufriedenheit am Arbeitsplatz – groß", "zufriedenheit_am_arbeitsplatz_groß"),
        ("Ａｂｃ", "abc"),  # the wide letters of East Asian keyboards
        ("👍", "thumbs_up_sign"),
        ("+", "plus_sign"),
        ("", ""),
        (" ", ""),
    ],
)
def test_a_name_keeps_the_letters_of_its_script(written: str, name: str) -> None:
    assert snake_case(written) == name
    assert snake_case(name) == name


def test_composed_and_decomposed_letters_make_the_same_name() -> None:
    assert snake_case(unicodedata.normalize("NFD", "Вовлечённость")) == snake_case("Вовлечённость")


def test_a_refused_word_among_letters_of_another_script_is_refused() -> None:
    assert is_refused("Отзыв (comment)")
    assert not is_refused("Отзыв")


def named_after(items: list[str], source_of: Callable[..., Source], table: str = "surveys") -> list[str]:
    """The features with the last figure of each item, in the order of the items."""
    column, day = {"surveys": ("item", "survey_date"), "measures": ("name", "measured_at")}[table]
    value = {"surveys": "score", "measures": "value"}[table]
    rows = "\n".join(f"ann {JUNE} {item} {place}" for place, item in enumerate(items))
    features = catalogue(source_of({table: f"employee_id {day} {column} {value}\n{rows}"}))
    labels = {feature.label: name for name, feature in features.items() if name.endswith("_last")}
    return [labels[f"{item.replace('_', ' ').capitalize()}: last"] for item in items]


def test_features_are_named_after_items_and_measures_of_any_script(source_of: Callable[..., Source]) -> None:
    assert named_after(["Вовлечённость", "काम"], source_of) == ["survey_вовлечённость_last", "survey_काम_last"]
    assert named_after(["売上", "粗利"], source_of, "measures") == ["measure_売上_last", "measure_粗利_last"]


def test_items_that_differ_only_in_punctuation_have_separate_features(
    features_of: Callable[..., dict[str, dict[str, object]]],
) -> None:
    surveys = f"employee_id survey_date item score\nann {JUNE} Pay-fair 3\nann {JUNE} pay_fair 8"
    ann = features_of(JUNE, {"surveys": surveys})["ann"]
    assert sorted(ann[name] for name in ann if name.startswith("survey_pay_fair_") and name.endswith("_last")) == [3, 8]


def test_the_name_of_an_item_that_collides_depends_only_on_its_own_spelling(
    source_of: Callable[..., Source],
) -> None:
    two = named_after(["Вид-А", "вид_а"], source_of)
    assert len(set(two)) == 2
    assert all(name.startswith("survey_вид_а_") for name in two)
    assert named_after(["Вид.А", "вид_а", "Вид-А"], source_of)[1:] == two[::-1]


def test_columns_in_other_scripts_can_be_ignored_protected_and_used_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "company"
    folder.mkdir()
    (folder / "employees.csv").write_text(
        "employee_id,hire_date,学歴,Пол,Стаж лет\n" + "".join(f"{who},2020-01-01,博士,м,3\n" for who in "ab")
    )
    (folder / "exits.csv").write_text("employee_id,exit_date,kind\nb,2021-03-05,voluntary\n")
    (folder / "surveys.csv").write_text(
        "employee_id,survey_date,item,score\na,2021-03-31,Настроение,5\na,2021-03-31,Усталость,5\n"
    )
    (folder / "source.toml").write_text(
        'employee_features = ["学歴", "стаж лет"]\nprotected = ["Пол"]\nignore = ["Усталость"]\n'
    )
    source = load_source(folder, tmp_path / "tables")
    assert isinstance(source, Source)
    assert (source.employee_features, source.protected_names) == (("学歴", "стаж_лет"), ("пол",))
    features = catalogue(source)
    assert {"学歴", "стаж_лет", "survey_настроение_last"} <= set(features)
    assert not [name for name in features if "пол" in name or "усталость" in name]


@pytest.mark.parametrize("name", ["Krankheitstage", "Дни (больничный)", "Комментарий", "sick days"])
def test_refused_names_are_known_in_three_languages(name: str) -> None:
    assert is_refused(name)


@pytest.mark.parametrize("name", ["Geburtsdatum", "Дата рождения", "Пол", "Birth date"])
def test_protected_names_are_known_in_three_languages(name: str) -> None:
    assert is_protected(name)
