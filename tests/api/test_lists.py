"""A manager's list from the API and as files."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from published import AuditRows

from features.errors import BadInput
from pipeline.faults import fault_of
from pipeline.language.translator import language
from pipeline.listing.rules import ListRules
from pipeline.lists.written.month_folder import write_lists
from pipeline.store.store import Store
from serving.settings import ServerSettings


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_manager_gets_their_own_list(client: TestClient, bearer: Bearer) -> None:
    answer = client.get("/v1/lists/2026-09", headers=bearer("manager", "M1")).json()
    [own] = answer["lists"]
    assert (answer["month"], own["manager_id"], own["team_size"]) == ("2026-09", "M1", 3)
    assert [(entry["employee_id"], entry["change"], entry["band"]) for entry in own["entries"]] == [
        ("A", "continuing", "moderate"),
        ("B", "new", "moderate"),
    ]
    # 0.3775 + 0.3543 = 0.73, so about one
    assert own["expected"] == "Of these two, about one would leave within six months if nothing changes."


def test_a_person_who_stood_out_last_month_but_not_now_is_resolved(client: TestClient, bearer: Bearer) -> None:
    [own] = client.get("/v1/lists/2026-09", headers=bearer("manager", "M2")).json()["lists"]
    assert [entry["employee_id"] for entry in own["entries"]] == ["D"]
    assert own["resolved"] == ["E"]


def test_everyone_is_new_in_the_first_month(client: TestClient, bearer: Bearer) -> None:
    answer = client.get("/v1/lists/2026-08", headers=bearer("hr")).json()
    assert {entry["change"] for each in answer["lists"] for entry in each["entries"]} == {"new"}
    assert [each["resolved"] for each in answer["lists"]] == [[], []]


def test_context_alone_gives_an_open_question_instead_of_a_reason(client: TestClient, bearer: Bearer) -> None:
    [own] = client.get("/v1/lists/2026-09", headers=bearer("manager", "M2")).json()["lists"]
    assert own["entries"][0]["reasons"] == []
    assert own["entries"][0]["guidance"][0]["ask"] == "What keeps you here, and what could make you look elsewhere?"


def test_a_manager_does_not_get_another_managers_list(client: TestClient, bearer: Bearer) -> None:
    headers = bearer("manager", "M1")
    assert client.get("/v1/lists/2026-09", params={"manager_id": "M1"}, headers=headers).status_code == 200
    refused = [
        client.get("/v1/lists/2026-09", params={"manager_id": other}, headers=headers) for other in ("M2", "NOBODY")
    ]
    assert [answer.status_code for answer in refused] == [403, 403]
    assert refused[0].json()["detail"] == refused[1].json()["detail"]


def test_hr_gets_every_list_that_is_worth_reading(client: TestClient, bearer: Bearer) -> None:
    answer = client.get("/v1/lists/2026-09", headers=bearer("hr")).json()
    assert [each["manager_id"] for each in answer["lists"]] == ["M1", "M2"]  # nobody under BOSS stands out


def test_no_list_contains_a_probability(client: TestClient, bearer: Bearer) -> None:
    for form in ("application/json", "text/csv", "text/html"):
        text = client.get("/v1/lists/2026-09", headers=bearer("manager", "M1") | {"Accept": form}).text
        assert "0.37" not in text
        assert "risk_" not in text


def test_a_list_as_csv_runs_no_formula(client: TestClient, bearer: Bearer) -> None:
    answer = client.get("/v1/lists/2026-09", headers=bearer("hr") | {"Accept": "text/csv"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    people = [
        (row["manager_id"], row["employee_id"], row["change"], row["job"])
        for row in rows(answer.content.decode("utf-8-sig"))
    ]
    assert people == [
        ("M1", "A", "continuing", "Clerk"),
        ("M1", "B", "new", "Clerk"),
        ("M2", "D", "new", "'=Clerk"),
        ("M2", "E", "resolved", ""),
    ]


def test_a_list_as_a_page_loads_nothing(client: TestClient, bearer: Bearer) -> None:
    answer = client.get("/v1/lists/2026-09", headers=bearer("manager", "M1") | {"Accept": "text/html,*/*;q=0.1"})
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Two conversations worth having" in answer.text
    assert not any(word in answer.text for word in ("http://", "https://", "<script", "src=", "url("))
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_hr_gets_an_index_page_that_names_managers_only(
    client: TestClient, bearer: Bearer, audit_rows: AuditRows
) -> None:
    page = client.get("/v1/lists/2026-09", headers=bearer("hr") | {"Accept": "text/html"}).text
    assert 'href="?manager_id=M1"' in page
    assert ">A<" not in page
    assert [(row["whom"], row["result"]) for row in audit_rows()] == [("M1", "released"), ("M2", "released")]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("*/*", "application/json"),
        ("text/*", "text/csv"),
        ("text/html;q=0.5, text/csv;q=0.9", "text/csv"),
        ("application/json;q=0, */*", "text/csv"),
        ("TEXT/HTML", "text/html"),
    ],
)
def test_the_format_follows_accept(client: TestClient, bearer: Bearer, accept: str, form: str) -> None:
    answer = client.get("/v1/lists/2026-09", headers=bearer("manager", "M1") | {"Accept": accept})
    assert answer.headers["Content-Type"].partition(";")[0] == form


def test_another_format_is_406(client: TestClient, bearer: Bearer) -> None:
    answer = client.get("/v1/lists/2026-09", headers=bearer("hr") | {"Accept": "image/png"})
    assert answer.status_code == 406


def test_a_month_without_scores_is_404_and_an_invalid_month_is_422(client: TestClient, bearer: Bearer) -> None:
    assert client.get("/v1/lists/2020-01", headers=bearer("hr")).status_code == 404
    assert client.get("/v1/lists/2026-13", headers=bearer("hr")).status_code == 422


def test_a_manager_without_reports_is_404(client: TestClient, bearer: Bearer) -> None:
    assert client.get("/v1/lists/2026-09", params={"manager_id": "A"}, headers=bearer("hr")).status_code == 404


def test_files_have_the_contents_of_the_api(client: TestClient, bearer: Bearer, store: Store, tmp_path: Path) -> None:
    written = write_lists(store, tmp_path / "lists", ListRules(4, 1.5))
    assert (written.month, written.managers, written.people) == ("2026-09", 2, 3)
    assert sorted(path.name for path in written.folder.iterdir()) == [
        "M1.csv",
        "M1.html",
        "M1.txt",
        "M1.xlsx",
        "M2.csv",
        "M2.html",
        "M2.txt",
        "M2.xlsx",
        "departments.html",
        "index.csv",
        "index.html",
        "index.xlsx",
    ]
    page = client.get("/v1/lists/2026-09", headers=bearer("manager", "M1") | {"Accept": "text/html"}).text
    assert (written.folder / "M1.html").read_text() == page
    assert 'href="M1.html"' in (written.folder / "index.html").read_text()


def test_files_are_replaced_completely(store: Store, tmp_path: Path) -> None:
    first = write_lists(store, tmp_path / "lists", ListRules(4, 1.5))
    before = {path.name: path.read_bytes() for path in first.folder.iterdir()}
    (first.folder / "stale.html").write_text("left behind")
    second = write_lists(store, tmp_path / "lists", ListRules(4, 1.5), month="2026-09")
    assert {path.name: path.read_bytes() for path in second.folder.iterdir()} == before
    assert [path.name for path in (tmp_path / "lists").iterdir()] == ["2026-09"]


def test_files_are_readable_by_their_owner_only(store: Store, tmp_path: Path) -> None:
    assert write_lists(store, tmp_path / "lists", ListRules(4, 1.5)).folder.stat().st_mode & 0o077 == 0


def test_a_month_without_scores_writes_nothing(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no published scores"):
        write_lists(store, tmp_path / "lists", ListRules(4, 1.5), month="2020-01")
    assert not (tmp_path / "lists").exists()


def test_a_full_disk_leaves_the_last_lists_complete_and_no_partial_file(
    store: Store, settings: ServerSettings, tmp_path: Path, full_disk: Any
) -> None:
    first = write_lists(store, tmp_path / "lists", ListRules(4, 1.5))
    before = {path.name: path.read_bytes() for path in first.folder.iterdir()}
    with full_disk(), pytest.raises(OSError, match="File too large") as fault:
        write_lists(store, tmp_path / "lists", ListRules(4, 1.5))
    text = str(fault_of(fault.value, settings))
    assert "the file is too large for a limit there. Raise the limit. Then run the same command again" in text
    assert "M1" not in text  # a list's file is named after its manager
    assert [path.name for path in (tmp_path / "lists").iterdir()] == ["2026-09"]
    assert {path.name: path.read_bytes() for path in first.folder.iterdir()} == before
    assert write_lists(store, tmp_path / "lists", ListRules(4, 1.5)).people == 3


@pytest.mark.parametrize(
    ("code", "header", "words", "title"),
    [
        (
            "en",
            ["Month", "Manager", "Manager's name", "Person", "Name", "Change", "Band"],
            [("A", "Also last month", "Moderate"), ("D", "New this month", "Moderate"), ("E", "No longer on the list")],
            "Lists for September 2026",
        ),
        (
            "ru",
            ["Месяц", "Руководитель", "Имя руководителя", "Сотрудник", "Имя", "Изменение", "Уровень риска"],
            [("A", "Также в прошлом месяце", "Умеренный"), ("D", "Добавлено в этом месяце", "Умеренный")],
            "Списки за сентябрь 2026",
        ),
    ],
)
def test_hrs_workbook_has_filters_a_frozen_header_and_the_right_language(
    store: Store, tmp_path: Path, code: str, header: list[str], words: list[tuple[str, ...]], title: str
) -> None:
    written = write_lists(store, tmp_path / "lists", ListRules(4, 1.5), language=language(code))
    sheet = load_workbook(written.folder / "index.xlsx").active
    assert isinstance(sheet, Worksheet)
    result = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert (sheet.auto_filter.ref, sheet.freeze_panes) == ("A1:Q5", "A2")
    assert sheet.title == title
    assert result[0][:7] == header
    people = {str(row[3]): (row[3], *row[5:7]) for row in result[1:]}
    assert list(people) == ["A", "B", "D", "E"]
    assert [people[each[0]][: len(each)] for each in words] == words
    job = sheet["I4"]
    assert (job.value, job.data_type) == ("=Clerk", "s")  # text, and no formula
    assert {cell.alignment.vertical for cell in sheet[2] if cell.value is not None} == {"top"}  # beside wrapped texts
    header = written.folder.joinpath("index.csv").read_text(encoding="utf-8-sig")
    assert header.startswith('"month","manager_id","manager_name","employee_id","name","change","band",')


def test_a_manager_gets_their_own_list_as_a_workbook(store: Store, tmp_path: Path) -> None:
    written = write_lists(store, tmp_path / "lists", ListRules(4, 1.5), language=language("ru"))
    sheet = load_workbook(written.folder / "M2.xlsx").active
    assert isinstance(sheet, Worksheet)
    header, *people = sheet.iter_rows(values_only=True)
    assert header[:4] == ("Месяц", "Руководитель", "Имя руководителя", "Сотрудник")
    assert [(person[1], person[3]) for person in people] == [("M2", "D"), ("M2", "E")]


def test_every_csv_for_people_begins_with_the_mark_by_which_excel_reads_cyrillic(
    client: TestClient, bearer: Bearer, store: Store, tmp_path: Path
) -> None:
    written = write_lists(store, tmp_path / "lists", ListRules(4, 1.5), language=language("ru"))
    files = sorted(written.folder.glob("*.csv"))
    assert [file.name for file in files] == ["M1.csv", "M2.csv", "index.csv"]
    urls = {
        "/v1/lists/2026-09": "hr",
        "/v1/risks?purpose=retention_conversation": "hr",
        "/v1/groups/manager": "hr",
        "/v1/audit": "auditor",
    }
    answers = [client.get(url, headers=bearer(role, "X1") | {"Accept": "text/csv"}) for url, role in urls.items()]
    for content in (*(file.read_bytes() for file in files), *(answer.content for answer in answers)):
        assert content.startswith(b"\xef\xbb\xbf")
        assert content.count(b"\xef\xbb\xbf") == 1


def test_a_list_links_to_its_answers_and_hrs_index_to_the_whole_list(store: Store, tmp_path: Path) -> None:
    link = "https://hr.example/lists/{month}"
    folder = write_lists(store, tmp_path / "lists", ListRules(4, 1.5), list_link=link).folder
    assert '<a href="https://hr.example/lists/2026-09">' in (folder / "M1.html").read_text()
    assert "https://hr.example/lists/2026-09" in (folder / "M1.txt").read_text().split()
    beside = re.findall(r'href="(index\.xlsx|departments\.html)"', (folder / "index.html").read_text())
    assert [name for name in beside if (folder / name).is_file()] == ["index.xlsx", "departments.html"]


def test_every_format_of_a_list_is_in_the_language_of_the_settings(store: Store, tmp_path: Path) -> None:
    folder = write_lists(store, tmp_path / "lists", ListRules(4, 1.5), language=language("ru")).folder
    for form in ("html", "txt"):
        text = (folder / f"M1.{form}").read_text()
        assert "сентябрь 2026" in text
        assert "Из этих двух в течение шести месяцев уйдёт примерно один, если ничего не изменится." in text
        assert "Соответствует ли ваша оплата тому, что вы сейчас делаете, и тому, что вы видите вокруг?" in text
    assert '<html lang="ru">' in (folder / "M1.html").read_text()
    assert "Два разговора, которые стоит провести" in (folder / "M1.html").read_text()
    for page in ("index.html", "departments.html"):
        assert '<html lang="ru">' in (folder / page).read_text()
        assert "Ни в коем случае не для увольнения" in (folder / page).read_text()
