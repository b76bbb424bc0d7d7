"""Groups of protected attributes and of pairs of them that the fairness review hides, by hand."""

import numpy as np
import polars as pl

from pipeline.disclosure import hidden_of_attributes

GENDER, AGE, BOTH = ("gender",), ("age",), ("gender", "age")


def records(*groups: tuple[str | None, str | None, int], each: int = 1) -> tuple[pl.DataFrame, np.ndarray]:
    """Rows of gender, age and how many people; `each` records of everyone."""
    rows = [(gender, age) for gender, age, number in groups for _ in range(number)]
    frame = pl.DataFrame(rows * each, schema={"gender": pl.String, "age": pl.String}, orient="row")
    return frame, np.tile(np.arange(len(rows)), each)


COMPANY = (("woman", "young", 15), ("woman", "old", 15), ("man", "young", 6), ("man", "old", 6), ("other", "young", 3))


def test_a_group_that_an_attribute_hides_is_hidden_in_every_pair() -> None:
    """Three of another gender hide the twelve men, who would follow from the sum; so no pair shows six men either."""
    hidden = hidden_of_attributes(*records(*COMPANY))
    assert hidden[GENDER] == {("other",), ("man",)}
    assert hidden[AGE] == set()
    assert hidden[BOTH] == {("man", "young"), ("man", "old"), ("other", "young")}


def test_a_person_with_two_records_is_one_person() -> None:
    assert hidden_of_attributes(*records(*COMPANY, each=2)) == hidden_of_attributes(*records(*COMPANY))
    large = (("woman", "young", 10), ("man", "old", 10))
    assert hidden_of_attributes(*records(*large, each=3)) == {GENDER: set(), AGE: set(), BOTH: set()}


def test_a_pair_of_five_is_shown_and_one_of_four_hides_others_of_its_row_and_column() -> None:
    of_five = (("woman", "young", 9), ("woman", "old", 5), ("man", "young", 8), ("man", "old", 7))
    assert hidden_of_attributes(*records(*of_five))[BOTH] == set()
    of_four = (("woman", "young", 9), ("woman", "old", 4), ("man", "young", 8), ("man", "old", 7))
    assert hidden_of_attributes(*records(*of_four))[BOTH] == {(one, other) for one, other, _ in of_four}


def test_hidden_groups_of_five_people_together_hide_no_other() -> None:
    groups = (("woman", "old", 9), ("man", "old", 8), ("other", "old", 3), ("not said", "old", 2))
    assert hidden_of_attributes(*records(*groups))[GENDER] == {("other",), ("not said",)}
