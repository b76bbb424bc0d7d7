"""The files of a month: their names, and the managers who get one."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from list_examples import REST, SEPTEMBER
from published import Person, publication

from pipeline.listing.rules import ListRules
from pipeline.lists.written.month_folder import file_stem, write_lists
from pipeline.store.store import Store


@pytest.mark.parametrize(
    ("manager_id", "stem"),
    [("M-1", "M-1"), ("../../etc", "%2E.%2F..%2Fetc"), ("index", "%69ndex"), ("a/b", "a%2Fb"), (".", "%2E")],
)
def test_a_file_name_is_never_a_path(manager_id: str, stem: str) -> None:
    assert file_stem(manager_id) == stem


def test_a_long_id_gets_a_file_name_that_a_disk_accepts(tmp_path: Path) -> None:
    stems = [file_stem("я" * 199 + end) for end in "аб"]
    assert len(set(stems)) == 2
    for stem in stems:
        (tmp_path / f"{stem}.xlsx").touch()


def test_managers_in_a_reporting_circle_each_get_their_own_list(tmp_path: Path) -> None:
    """A leads B, B leads C, C leads A, and D is recorded as their own manager."""
    manager_of = {"A": "C", "B": "A", "C": "B", "D": "D", **REST}
    stand_out = ("enough", {"pay_against_market": ("-0.2", "0", 1.5)})
    calm = ("enough", {"pay_against_market": ("0", "0", -1.0)})
    people: Mapping[str, Person] = {name: stand_out if name in "ABCD" else calm for name in manager_of}
    with Store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store.publish(publication(SEPTEMBER, people, manager_of=manager_of))
        written = write_lists(store, tmp_path / "lists", ListRules(4, 1.5))
    assert (written.managers, written.people) == (3, 3)
    rows = pl.read_csv(written.folder / "index.csv").select("manager_id", "employee_id").rows()
    assert rows == [("A", "B"), ("B", "C"), ("C", "A")]
