"""What a search compares, and a name that is written from right to left within a line."""

import pytest

from pipeline.language.accept_language import language_of_tag
from pipeline.language.direction import isolated
from pipeline.language.search_text import search_text, search_words
from pipeline.language.translator import ENGLISH, language


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("D'Arcy-Wiśniewska", "darcy wisniewska"),
        ("Фёдор Йовчев", "федор иовчев"),
        ("STRAẞE Weiß", "strasse weiss"),
        ("Łódź Øre Æsir", "lodz ore aesir"),
        ("Ｗｉｄｅ", "wide"),
        ("  two\u00a0words ", "two words"),
        ("👩‍👧 Nima", "👩👧 nima"),
        ("100% _x_", "100 x"),
        ("!?", ""),
    ],
)
def test_case_accents_and_punctuation_do_not_count(name: str, text: str) -> None:
    assert search_text(name) == text
    assert search_words(name) == text.split()


def test_only_a_name_from_right_to_left_is_isolated() -> None:
    assert isolated("Anna") == "Anna"
    assert isolated("محمد") == "\u2068محمد\u2069"
    assert isolated("דוד 2") == "\u2068דוד 2\u2069"


@pytest.mark.parametrize(
    ("tag", "code"),
    [("ru", "ru"), ("RU-ru", "ru"), ("ru_KZ", "ru"), ("en_GB", "en"), ("de", "en"), (None, "en"), ("", "en")],
)
def test_a_tag_names_an_available_language_whatever_its_region(tag: str | None, code: str) -> None:
    assert language_of_tag(tag, ENGLISH) is language(code)
