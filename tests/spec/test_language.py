"""Texts and their translations: complete, with the same placeholders, and with the right plural forms."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest

from features.catalogue.item_labels import LAST, MEAN
from features.errors import BadInput
from pipeline.language import collect
from pipeline.language.accept_language import preferred_language
from pipeline.language.collect import messages
from pipeline.language.translator import ENGLISH, catalogue_of, key_of, language, languages
from pipeline.language.wording import expected_words, factor_text, label_text, reason_text
from pipeline.score_record import Factor

RUSSIAN = language("ru")
SERVING = Path(__file__).parents[2] / "serving"


def places(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}|%\(\w+\)[sd]", text))


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_a_language_translates_every_text_with_the_same_placeholders(code: str) -> None:
    catalogue = catalogue_of(code)
    for (use, text), message in messages().items():
        translated = catalogue.get(text, use)
        assert translated is not None, text
        assert not translated.fuzzy, text
        forms = [translated.string] if isinstance(translated.string, str) else list(translated.string)
        assert len(forms) == (1 if isinstance(message, str) else catalogue.num_plurals), text
        assert all(forms), text
        assert all(places(form) == places(text) for form in forms), text
    assert {key_of(message) for message in catalogue} == {(None, ""), *messages()}


def test_pages_lists_and_refusals_are_in_one_catalogue() -> None:
    catalogued = messages()
    page, menu, refusal = "Skip to the content", "Overview", "Choose whose list you want to see."
    mail, monitoring, list_page = "Read the list and answer", "AUC is below what training promised", "What to ask"
    assert {(None, text) for text in (page, menu, refusal, mail, monitoring, list_page)} <= catalogued.keys()
    assert catalogued[None, "%(num)s person"] == ("%(num)s person", "%(num)s people")


def test_every_text_of_a_refusal_is_marked_for_translation() -> None:
    unmarked = [
        f"{path.name}:{node.lineno}"
        for path in SERVING.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assign) and [t.id for t in node.targets if isinstance(t, ast.Name)] == ["detail"]
        if isinstance(node.value, ast.Constant)
    ]
    assert not unmarked


def test_obsolete_labels_stay_for_older_months_and_other_obsolete_texts_go(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {key: text for key, text in messages().items() if key[1] not in ("Time in the job", "Overview")}
    monkeypatch.setattr(collect, "messages", lambda: kept)
    new = collect.updated_catalogue("ru")
    assert new.get("Time in the job") is None
    assert new.get("Overview") is None
    assert new.obsolete["Time in the job"].string == "Время в должности"
    assert "Overview" not in new.obsolete


def test_an_older_months_label_is_translated_into_russian() -> None:
    [*former] = catalogue_of("ru").obsolete
    assert former
    assert all(RUSSIAN.knows(label) and re.search("[а-я]", label_text({"label": label}, RUSSIAN)) for label in former)


@pytest.mark.parametrize(
    ("number", "expected"),
    [("1", "1 месяц"), ("2", "2 месяца"), ("5", "5 месяцев"), ("21", "21 месяц"), ("1.5", "1,5 месяца")],
)
def test_russian_plural_forms_follow_the_number(number: str, expected: str) -> None:
    about = {"label": "Time in the job", "unit": "months", "kind": "number"}
    text = factor_text(Factor("months_in_job", "growth", number, None, 0.4), about, RUSSIAN)
    assert text == f"Время в должности: {expected}. Это повышает риск."


def test_russian_has_its_own_format_for_percentages_numbers_and_dates() -> None:
    assert RUSSIAN.percent(0.128, 1, is_signed=True) == "+12,8\xa0%"
    assert RUSSIAN.number(12345.0) == "12\xa0345"
    assert (RUSSIAN.day(date(2026, 9, 30)), RUSSIAN.month(date(2026, 9, 30))) == ("30 сентября 2026", "сентябрь 2026")
    assert (ENGLISH.day(date(2026, 9, 30)), ENGLISH.month(date(2026, 9, 30))) == ("30 September 2026", "September 2026")


@pytest.mark.parametrize(
    ("risks", "expected"),
    [
        ([0.3] * 4, "Из этих четырёх в течение шести месяцев уйдёт примерно один, если ничего не изменится."),
        ([0.5] * 4, "Из этих четырёх в течение шести месяцев уйдут примерно двое, если ничего не изменится."),
        ([0.3], "Большинство людей в таком положении через шесть месяцев ещё работают здесь, но не все."),
    ],
)
def test_expected_exits_are_written_in_words_in_russian(risks: list[float], expected: str) -> None:
    assert expected_words(risks, 6, RUSSIAN) == expected


def test_the_name_of_a_companys_own_item_stays_and_the_rest_is_translated() -> None:
    def last(item: str) -> dict[str, str]:
        return {"label": f"{item}: last", "item": item, "label_form": LAST}

    assert label_text(last("Deals closed"), RUSSIAN) == "Deals closed: последнее значение"
    assert label_text(last("Fairness of pay"), RUSSIAN) == "Справедливость оплаты: последнее значение"
    assert label_text(last("fairness")) == "Fairness: last"
    assert label_text({"label": "Deals closed: last"}, RUSSIAN) == "Deals closed: last", (
        "no form: the label is no item's"
    )
    mean = {"label": "Mood: mean of 3 months", "item": "Mood", "label_form": MEAN, "label_months": 3}
    assert label_text(mean, RUSSIAN) == "Mood: среднее за 3 мес."


def test_survey_answers_stay_confidential_in_every_language() -> None:
    factor = Factor("survey_fairness_of_pay_last", "pay", "2", "7", 0.5)
    about = {"label": "Fairness of pay: last", "is_confidential": True}
    assert reason_text(factor, about, RUSSIAN) == "Как воспринимается оплата"


def test_an_unknown_language_is_refused_and_the_available_ones_are_named() -> None:
    with pytest.raises(BadInput, match="en, ru"):
        language("../ru")


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de, en;q=0.5, ru;q=0.7", "ru"),
        ("ru;q=0, de", "en"),
        ("", "en"),
        ("*;q=x", "en"),
        ("en;q=0.2, ru;q=0.9", "ru"),
        ("ru-RU, en;q=0.5", "ru"),
        ("de-DE, en-US;q=0.9, ru;q=0.1", "en"),
        ("RU", "ru"),
        ("ru ; q=0.9, en;q=0.1", "ru"),
        ("en, ru", "en"),
        ("ru, en", "ru"),
        ("en;q=0, *", "ru"),
        ("*, ru;q=0.1", "en"),
        ("en;q=0.1, *;q=0.5", "ru"),
        ("ru;q=nan, ru;q=-1", "en"),
    ],
)
def test_a_browser_gets_the_language_it_prefers(accepted: str, code: str) -> None:
    assert preferred_language(accepted, "en").code == code


@pytest.mark.parametrize("accepted", ["", "*", "de", "fr-FR, *;q=0.1", ";;,,q=q=", "ru;q=0, *"])
def test_a_browser_that_prefers_no_available_language_gets_the_settings_language(accepted: str) -> None:
    wanted = "en" if accepted.startswith("ru") else "ru"
    assert preferred_language(accepted, "ru").code == wanted
