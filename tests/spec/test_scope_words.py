"""A scope in words, in a claim and back: what is the whole company, what is part of it, and what is refused."""

from typing import Any

import pytest

from features.errors import BadInput
from pipeline.identity.scopes import MOST_BYTES, Scope

SALES = Scope(department=("Sales",))
OF_A_LINE = Scope(department=("Sales", "Plant"), line=("M1",))


@pytest.mark.parametrize(
    ("claim", "scope"),
    [
        ("all", None),
        (["all"], None),
        ("department=Sales", SALES),
        (["department= Sales ", "department=Sales"], SALES),
        (["line=M1", "department=Sales", "department=Plant"], OF_A_LINE),
        ({"department": ["Sales", "Plant"], "line": "M1"}, OF_A_LINE),
        ({"department": "Sales", "location": None, "line": []}, SALES),
        ("location=a=b", Scope(location=("a=b",))),
    ],
)
def test_a_claim_is_a_word_a_list_or_values_by_kind(claim: Any, scope: Scope | None) -> None:
    assert Scope.of_claim(claim) == scope


@pytest.mark.parametrize(
    "claim",
    [
        *(None, "", [], {}, {"department": []}, 7, [7], [None], [["all"]]),
        *("Sales", "department", "department=", "department= ", "team=Sales", "words=Sales"),
        *(["all", "department=Sales"], ["all", "all"], ["department=Sales", "team=a"], ["department=Sales", 7]),
        *({"department": [7]}, {"department": [None]}, {"all": "all"}, {"department": {"Sales": "all"}}),
        *("department=a\nb", "department=a\x00", "department=\ud800"),
    ],
)
def test_anything_else_is_refused_and_is_never_the_whole_company(claim: Any) -> None:
    with pytest.raises(BadInput, match="not a scope"):
        Scope.of_claim(claim)


def test_a_scope_fits_into_a_cookie_to_the_byte() -> None:
    """`department=` and `line=` have 16 bytes, and ž has two."""
    longest = ["department=" + "ž" * 990, "line=" + "a" * (MOST_BYTES - 16 - 1980)]
    scope = Scope.of(longest)
    assert scope is not None
    assert sum(len(word.encode()) for word in scope.words) == MOST_BYTES == 2000
    with pytest.raises(BadInput, match="too long"):
        Scope.of([longest[0], longest[1] + "a"])


@pytest.mark.parametrize("scope", [SALES, OF_A_LINE, Scope(location=("Riga", "a=b"))])
def test_words_are_read_as_the_scope_that_they_were_written_from(scope: Scope) -> None:
    assert Scope.of(scope.words) == scope
    assert scope.words[0].partition("=")[2] in {"Sales", "Riga"}
