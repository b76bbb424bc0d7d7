"""Folders of lists outside `var`: erasure and `retention purge` reach each of them."""

import os
from datetime import date
from pathlib import Path

import pytest
from published import SEPTEMBER, publication
from typer.testing import CliRunner

from pipeline.commands.main import app
from pipeline.files import locked
from pipeline.settings import Settings
from pipeline.store.list_folders import delete_folder, delete_lists, forget_gone, list_folders, note_folder
from pipeline.store.purge.erasure_of_files import erase_files
from pipeline.store.purge.periods import purge
from pipeline.store.store import Store

HEADER = "month,manager_id,employee_id"


def written(folder: Path, *people: str) -> Path:
    folder.mkdir(parents=True)
    lines = [HEADER, *(f"2026-09,M,{person}" for person in people)]
    (folder / "index.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    return folder


def noted(var: Path, folder: Path, *people: str) -> Path:
    note_folder(var, folder)
    return written(folder, *people)


def notes(var: Path) -> int:
    return len(list((var / "lists-elsewhere").glob("*.txt")))


def test_the_command_records_where_it_writes_lists_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("RETENTION_LISTED_FROM", "1.5")
    monkeypatch.chdir(tmp_path)
    with Store(Settings(var=tmp_path / "var").store_url) as store:
        store.publish(publication(date(2026, 9, 30), SEPTEMBER))
    at_home = CliRunner().invoke(app, ["lists"])
    assert (at_home.exit_code, notes(tmp_path / "var")) == (0, 0)
    assert "Erasure" not in at_home.stderr
    elsewhere = CliRunner().invoke(app, ["lists", "--out", "hr"])
    assert elsewhere.exit_code == 0
    assert "Erasure and retention purge delete this folder too" in elsewhere.stderr
    assert list_folders(tmp_path / "var").within_reach == (
        tmp_path / "var" / "lists" / "2026-09",
        tmp_path / "hr" / "2026-09",
    )


def test_erasure_reaches_lists_that_were_written_elsewhere(tmp_path: Path) -> None:
    var = tmp_path / "var"
    named = noted(var, tmp_path / "hr" / "2026-09", "A", "B")
    others = noted(var, tmp_path / "hr" / "2026-08", "B")
    assert erase_files(var, "A").removed["lists"] == 1
    assert (named.exists(), others.exists(), notes(var)) == (False, True, 1)


def test_purge_reaches_lists_that_were_written_elsewhere(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var", keep_scores_months=12)
    old = noted(settings.var, tmp_path / "hr" / "2025-11", "A")
    young = noted(settings.var, tmp_path / "hr" / "2025-12", "A")
    with Store(settings.store_url) as store:
        assert purge(store, settings, date(2026, 11, 26), is_rehearsal=True).list_folders == 1
        assert old.exists()
        purged = purge(store, settings, date(2026, 11, 26))
    assert (purged.list_folders, purged.lists_out_of_reach) == (1, 0)
    assert (old.exists(), young.exists(), notes(settings.var)) == (False, True, 1)


def test_a_folder_without_lists_is_left_alone(tmp_path: Path) -> None:
    var = tmp_path / "var"
    note_folder(var, tmp_path / "hr" / "2025-11")
    photographs = tmp_path / "hr" / "2025-11"
    photographs.mkdir(parents=True)
    assert list_folders(var).within_reach == ()
    forget_gone(var)
    assert (photographs.exists(), notes(var)) == (True, 0)


def test_drafts_of_killed_runs_are_deleted_where_their_folder_was_never_finished(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var")
    note_folder(settings.var, tmp_path / "hr" / "2026-09")
    draft = tmp_path / "hr" / ".draft-killed"
    draft.mkdir(parents=True)
    assert erase_files(settings.var, "A").removed["drafts_of_lists"] == 1
    assert not draft.exists()


def test_lists_that_take_longer_are_counted_and_keep_their_note(tmp_path: Path) -> None:
    var = tmp_path / "var"
    note_folder(var, tmp_path / "hr" / "2026-09")
    (tmp_path / "hr" / ".draft-alive").mkdir(parents=True)
    with locked(tmp_path / "hr"):
        assert delete_lists(var, lambda _: True, seconds=0).in_use == 1
        forget_gone(var)
        assert (notes(var), (tmp_path / "hr" / ".draft-alive").exists()) == (1, True)
        written(tmp_path / "hr" / "2026-09", "A")
    assert list_folders(var).within_reach == (tmp_path / "hr" / "2026-09",)
    assert delete_lists(var, lambda _: True, seconds=0).folders == 1


def test_recording_a_folder_twice_records_it_once(tmp_path: Path) -> None:
    folder = noted(tmp_path / "var", tmp_path / "hr" / "2026-09", "A")
    note_folder(tmp_path / "var", tmp_path / "hr" / ".." / "hr" / "2026-09")
    assert list_folders(tmp_path / "var").within_reach == (folder,)
    delete_folder(tmp_path / "var", folder)
    assert notes(tmp_path / "var") == 0


def test_lists_that_may_not_be_deleted_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    var = tmp_path / "var"
    folder = noted(var, tmp_path / "hr" / "2026-09", "A")
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != folder and real(path, mode))  # as root too
    assert (list_folders(var).within_reach, list_folders(var).out_of_reach) == ((), 1)
    assert erase_files(var, "A").removed["lists"] == 0
    assert folder.exists()
