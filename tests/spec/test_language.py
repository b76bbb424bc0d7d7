"""Texts, numbers and dates in another language, and that nothing is left unsaid in it."""

import re
from datetime import date

import pytest

from features.catalogue.item_labels import LAST, MEAN
from features.errors import BadInput
from pipeline.language.collect import messages
from pipeline.language.translator import ENGLISH, catalogue_of, language, languages, preferred_language
from pipeline.language.wording import expected_words, factor_text, label_text, reason_text
from pipeline.store.published_scores import Factor

RUSSIAN = language("ru")


def places(said: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", said))


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_a_language_says_every_text_with_the_same_places(code: str) -> None:
    catalogue = catalogue_of(code)
    for (use, said), message in messages().items():
        told = catalogue.get(said, use)
        assert told is not None, said
        assert not told.fuzzy, said
        forms = [told.string] if isinstance(told.string, str) else list(told.string)
        assert len(forms) == (1 if isinstance(message, str) else catalogue.num_plurals), said
        assert all(forms), said
        assert all(places(form) == places(said) for form in forms), said
    assert {
        (message.context, message.id if isinstance(message.id, str) else message.id[0]) for message in catalogue
    } == {
        (None, ""),
        *messages(),
    }


@pytest.mark.parametrize(
    ("number", "said"),
    [("1", "1 месяц"), ("2", "2 месяца"), ("5", "5 месяцев"), ("21", "21 месяц"), ("1.5", "1,5 месяца")],
)
def test_russian_forms_go_with_the_number(number: str, said: str) -> None:
    about = {"label": "Time in the job", "unit": "months", "kind": "number"}
    told = factor_text(Factor("months_in_job", "growth", number, None, 0.4), about, RUSSIAN)
    assert told == f"Время в должности: {said}. Это повышает риск."


def test_russian_writes_percents_numbers_and_dates_its_own_way() -> None:
    assert RUSSIAN.percent(0.128, 1, is_signed=True) == "+12,8\xa0%"
    assert RUSSIAN.number(12345.0) == "12\xa0345"
    assert (RUSSIAN.day(date(2026, 9, 30)), RUSSIAN.month(date(2026, 9, 30))) == ("30 сентября 2026", "сентябрь 2026")
    assert (ENGLISH.day(date(2026, 9, 30)), ENGLISH.month(date(2026, 9, 30))) == ("30 September 2026", "September 2026")


@pytest.mark.parametrize(
    ("risks", "said"),
    [
        ([0.3] * 4, "Из этих четырёх в течение шести месяцев уйдёт примерно один, если ничего не изменится."),
        ([0.5] * 4, "Из этих четырёх в течение шести месяцев уйдут примерно двое, если ничего не изменится."),
        ([0.3], "Большинство людей в таком положении через шесть месяцев ещё работают здесь, но не все."),
    ],
)
def test_russian_says_expected_exits_in_words(risks: list[float], said: str) -> None:
    assert expected_words(risks, 6, RUSSIAN) == said


def test_the_name_of_a_companys_own_item_stays_and_the_rest_is_said() -> None:
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


def test_a_survey_answer_is_kept_in_confidence_in_every_language() -> None:
    factor = Factor("survey_fairness_of_pay_last", "pay", "2", "7", 0.5)
    about = {"label": "Fairness of pay: last", "is_confidential": True}
    assert reason_text(factor, about, RUSSIAN) == "Как воспринимается оплата"


def test_a_language_without_texts_is_refused_with_those_there_are() -> None:
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
    ],
)
def test_a_browser_gets_the_language_it_prefers(accepted: str, code: str) -> None:
    assert preferred_language(accepted, "en").code == code
