"""An API route, a list as HTML and a page answer a header in the same language."""

import re

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.settings import ServerSettings


def languages_of(client: TestClient, headers: dict[str, str], accepted: str | bytes) -> set[str]:
    asked = {name: value.encode() for name, value in headers.items()}
    asked["Accept-Language"] = accepted if isinstance(accepted, bytes) else accepted.encode()
    risk = client.get("/v1/employees/A/risk?purpose=retention_conversation", headers=asked)
    as_list = client.get("/v1/lists/2026-09?manager_id=M1", headers=asked | {"Accept": b"text/html"})
    page = client.get("/sign-in", headers={"Accept-Language": asked["Accept-Language"]})
    assert [each.status_code for each in (risk, as_list, page)] == [200, 200, 200]
    text = risk.json()["factors"][0]["text"]
    in_html = [re.findall('<html lang="([a-z]+)"', each.text)[0] for each in (as_list, page)]
    return {"ru" if re.search("[а-я]", text) else "en", *in_html}


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("en;q=0.2, ru;q=0.9", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de, ru;q=0.1", "ru"),
        ("*", "en"),
        ("", "en"),
        (';;,,="ru;q=,\\', "en"),
        (b"\xff\xfe\xd1\x80\xd1\x83", "en"),
        (",".join(f"x-{number};q=0.{number % 9 + 1}" for number in range(4000)) + ", ru;q=0.01", "ru"),
    ],
)
def test_api_list_and_page_follow_the_language_header_alike(
    client: TestClient, bearer: Bearer, accepted: str | bytes, code: str
) -> None:
    assert languages_of(client, bearer("hr"), accepted) == {code}


@pytest.mark.usefixtures("store")
def test_api_list_and_page_use_the_settings_language_without_a_header(settings: ServerSettings, bearer: Bearer) -> None:
    in_russian = settings.model_copy(update={"language": "ru"})
    with TestClient(create_app(in_russian)) as client:
        assert languages_of(client, bearer("hr"), "de") == {"ru"}


def test_the_language_chosen_on_a_page_wins_over_the_header(client: TestClient) -> None:
    client.cookies.set("retention-language", "ru")
    assert '<html lang="ru"' in client.get("/sign-in", headers={"Accept-Language": "en"}).text


def test_an_unavailable_language_cannot_be_chosen(client: TestClient) -> None:
    client.cookies.set("retention-language", "../ru")
    assert '<html lang="en"' in client.get("/sign-in", headers={"Accept-Language": "en"}).text
