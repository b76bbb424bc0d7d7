"""The files of a month with names: whose language each is in, and where a name stands."""

from dataclasses import replace
from pathlib import Path

import polars as pl
from list_examples import SEPTEMBER as DAY
from names import directory
from published import SEPTEMBER, publication

from pipeline.listing.rules import ListRules
from pipeline.lists.written.month_folder import write_lists
from pipeline.store.store import Store

NAMES = {"A": "Анна Ёлкина", "D": "Dora", "M1": "Mia Lang", "M2": "Max Old"}


def test_a_managers_files_are_in_the_own_language_and_hrs_in_that_of_the_setting(tmp_path: Path) -> None:
    month = publication(DAY, SEPTEMBER)
    names = directory(NAMES, language={"M1": "ru_RU", "M2": "de"})
    with Store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store.publish(replace(month, directory=names))
        folder = write_lists(store, tmp_path / "lists", ListRules(4, 1.5)).folder
    own, other, index = ((folder / name).read_text() for name in ("M1.html", "M2.html", "index.html"))
    assert [text.split('lang="')[1][:2] for text in (own, other, index)] == ["ru", "en", "en"]
    assert "Здравствуйте, Mia Lang!" in own
    assert "Dear Max Old," in other
    rows = pl.read_csv(folder / "index.csv").select("manager_id", "manager_name", "employee_id", "name").rows()
    assert rows == [
        ("M1", "Mia Lang", "A", "Анна Ёлкина"),
        ("M1", "Mia Lang", "B", None),
        ("M2", "Max Old", "D", "Dora"),
    ]
    assert "What keeps" not in (folder / "M1.csv").read_text()
    assert not [name for name in NAMES.values() if name in (folder / "departments.html").read_text()]
