"""The directory in the store: replaced whole by each publication, erased with the person, found by parts of a name."""

from dataclasses import replace
from datetime import date

import pytest
from names import directory
from stores import month_of_scores

from pipeline.store.erasure import erase, leaves_traces
from pipeline.store.held import held_of, sources_of
from pipeline.store.publication import Publication
from pipeline.store.reading.directory import Entry
from pipeline.store.store import Store

DAY = date(2026, 9, 30)
NAMES = {
    "E-1": "Anna Muster",
    "E-2": "Фёдор Достоевский",
    "E-3": "Łucja Wiśniewska-d’Arcy",
    "E-4": "Annabel Straße",
    "E-5": "100% _Real_",
}


def month(names: dict[str, str] | None = NAMES, day: date = DAY, source: str = "tiny") -> Publication:
    people = dict.fromkeys([*NAMES, "X-77"], 0.0)
    publication = month_of_scores(day, people, source=source)
    return replace(publication, directory=None if names is None else directory(names))


def names_in(store: Store, source: str = "tiny") -> dict[str, str]:
    with store.reading() as scores:
        return scores.directory(source).names([*NAMES, "X-77"])


def found(store: Store, query: str, limit: int = 10) -> list[str]:
    with store.reading() as scores:
        published = scores.current()
        assert published
        return scores.directory("tiny").find(published, query, limit)


def test_each_publication_replaces_the_names_of_its_source_and_no_others(store: Store) -> None:
    store.publish(month({"E-1": "Anna Muster", "E-2": "Boris"}))
    store.publish(month({"E-1": "Another Anna"}, source="other"))
    store.publish(month({"E-1": "Anna Ohm"}, day=date(2026, 10, 31)))
    assert names_in(store) == {"E-1": "Anna Ohm"}
    assert names_in(store, "other") == {"E-1": "Another Anna"}


def test_a_new_name_is_taken_although_the_scores_are_the_same(store: Store) -> None:
    first = store.publish(month())
    assert store.publish(month({"E-1": "Anna Ohm"})) == first
    assert names_in(store) == {"E-1": "Anna Ohm"}


def test_a_publication_without_names_leaves_none(store: Store) -> None:
    store.publish(month())
    store.publish(month(None))
    assert names_in(store) == {}


def test_an_entry_has_the_address_and_the_language(store: Store) -> None:
    names = directory({"E-1": "Anna"}, email={"E-1": "anna@firm.example"}, language={"E-1": "ru"})
    store.publish(replace(month(), directory=names))
    with store.reading() as scores:
        assert scores.directory("tiny").entry("E-1") == Entry("Anna", "anna@firm.example", "ru")
        assert scores.directory("tiny").entry("E-2") is None


def test_erasure_removes_the_entry_of_a_person_who_has_nothing_else(store: Store) -> None:
    store.publish(month(NAMES | {"N-1": "Nobody Scored"}))
    with store.erasing() as connection:
        assert leaves_traces(connection, "N-1")
        assert erase(connection, "N-1")["directory"] == 1
        assert not leaves_traces(connection, "N-1")
        assert sources_of(connection, "N-1") == []


def test_people_erased_since_the_source_was_read_get_no_name(store: Store) -> None:
    assert names_in(store) == {}
    left_out = month().without({"E-1"})
    assert left_out.directory is not None
    assert "E-1" not in left_out.directory["employee_id"]


def test_what_is_held_about_a_person_includes_the_entry(store: Store) -> None:
    store.publish(month(NAMES | {"N-1": "Nobody Scored"}))
    with store.reading() as scores:
        held = held_of(scores, "tiny", "N-1")
    assert held.entry == Entry("Nobody Scored", None, None)
    assert held.is_anything


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ("anna", ["E-1", "E-4"]),
        ("MUSTER anna", ["E-1"]),
        ("ust", ["E-1"]),
        ("федор", ["E-2"]),
        ("ДОСТОЕВ", ["E-2"]),
        ("lucja wisniewska", ["E-3"]),
        ("d'arcy", ["E-3"]),
        ("strasse", ["E-4"]),
        ("e-3", ["E-3"]),
        ("e3", ["E-3"]),
        ("77", ["X-77"]),
        ("x-7", ["X-77"]),
        ("%", []),
        ("_", []),
        ("' or 1=1 --", []),
        ("", []),
        ("nobody", []),
    ],
)
def test_people_are_found_by_parts_of_name_or_id(query: str, people: list[str], store: Store) -> None:
    store.publish(month())
    assert found(store, query) == people


def test_names_that_begin_with_the_query_come_first_and_the_limit_holds(store: Store) -> None:
    store.publish(month({"E-1": "Joanna Bell", "E-2": "Bell Anna", "E-3": "Anna Bell"}))
    assert found(store, "anna") == ["E-3", "E-2", "E-1"]
    assert found(store, "anna", limit=2) == ["E-3", "E-2"]
    assert found(store, "E-1") == ["E-1"]
