"""The employee's own receipt: who gets it, what is in it and what is not, and the rights that the person exercises."""

import json
import re
from datetime import date
from typing import Any

import polars as pl
import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from published import SEPTEMBER, AuditRows, publication
from stopping import halt

from pipeline.identity.tokens import issue_token
from pipeline.registry.loading import load
from pipeline.settings import Settings
from pipeline.store.publication import Publication
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
RECEIPT = "/v1/me/receipt"
WRONG = {"ground": "wrong", "feature": "pay_against_market", "statement": "My pay was raised in September."}


@pytest.fixture
def settings(settings: ServerSettings, trained: Settings) -> ServerSettings:
    """With access, and a registry, which has no model of the months of the fixtures."""
    return settings.model_copy(update={"employee_access": True, "mlflow_tracking_uri": trained.tracking_uri})


def own(client: TestClient, bearer: Bearer, person: str = "A", **headers: str) -> dict[str, Any]:
    answer = client.get(RECEIPT, headers=bearer("employee", person) | headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


REQUESTS = [
    ("GET", RECEIPT, None),
    ("POST", "/v1/me/contest", WRONG),
    ("POST", "/v1/me/objection", None),
    ("DELETE", "/v1/me/objection", None),
]


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS, ids=[f"{method} {path}" for method, path, _ in REQUESTS])
def test_only_employees_may_ask_and_only_where_the_setting_allows_it(
    settings: ServerSettings, store: Store, bearer: Bearer, method: str, path: str, body: dict[str, str] | None
) -> None:
    off = settings.model_copy(update={"employee_access": False})
    with TestClient(create_app(settings)) as client, TestClient(create_app(off)) as without:
        for role in ("hr", "manager", "data_scientist", "auditor", "representative"):
            refused = client.request(method, path, json=body, headers=bearer(role, "A"))
            assert (refused.status_code, refused.json()["type"]) == (403, "urn:retention:problem:role-refused"), role
        assert client.request(method, path, json=body).status_code == 401
        refused = without.request(method, path, json=body, headers=bearer("employee", "A"))
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:retention:problem:employee-access-off")
        assert "HR gives you the same page as a file" in refused.json()["detail"]
        assert client.request(method, path, json=body, headers=bearer("employee", "A")).status_code in (200, 201)


def test_an_employee_opens_no_other_route(client: TestClient, bearer: Bearer) -> None:
    """Whatever the person's id is put into: 403, and never another person's data."""
    headers = bearer("employee", "A")
    paths = client.get("/openapi.json").json()["paths"]
    for path, operations in paths.items():
        if path.startswith(("/v1/me/", "/health", "/metrics")):
            continue
        url = path.format(employee_id="A", month="2026-09", dimension="department", version="4", name="A")
        params = {"purpose": "data_subject_request", "query": "A", "person": "B"}
        for method in operations:
            body = WRONG if path.endswith("contest") else {"reason": "x"} if path.endswith("halt") else {}
            answer = client.request(method, url, params=params, headers=headers, json=body)
            assert answer.status_code in (403, 422), (path, method, answer.text)
            assert "B" not in answer.text or answer.status_code == 422
    assert own(client, bearer)["employee_id"] == "A"


def test_another_persons_id_is_never_taken_from_the_request(client: TestClient, bearer: Bearer) -> None:
    headers = bearer("employee", "A") | {"X-Person": "B"}
    answer = client.get(f"{RECEIPT}?employee_id=B&person=B&source=other", headers=headers)
    assert answer.json()["employee_id"] == "A"
    client.post("/v1/me/contest?employee_id=B", json=WRONG, headers=headers)
    assert own(client, bearer, "B")["statements"] == []
    assert [each["statement"] for each in own(client, bearer)["statements"]] == [WRONG["statement"]]


def test_the_estimate_is_a_range_with_factors_and_what_is_held(client: TestClient, bearer: Bearer) -> None:
    """A: log-odds −2 + 1.5, so 0.3775; by the fixture the range is from half of that to halfway to one."""
    receipt = own(client, bearer)
    newest = receipt["scores"][0]
    assert (newest["snapshot_date"], newest["horizon_months"]) == ("2026-09-30", 6)
    assert [newest["low"], newest["risk"], newest["high"]] == pytest.approx([0.18877, 0.37754, 0.68877], abs=1e-5)
    assert [(each["label"], each["figure"]) for each in newest["factors"]] == [
        ("Pay against the market", "-18.1% (peers: +0.0%)")
    ]
    assert receipt["held"][0] == {
        "kind": "scores",
        "count": 2,
        "first": "2026-08-31",
        "last": "2026-09-30",
        "kept_months": 24,
    }
    assert "not a statement about you" in receipt["is_not"]
    assert receipt["changes"] is None  # the registry does not have the model


def test_what_would_change_the_estimate_is_what_hrs_what_if_says(
    client: TestClient, bearer: Bearer, store: Store, trained: Settings
) -> None:
    """The model reads pay, the rating given, tenure and contract: no other lever moves it."""
    from pipeline.scoring.job import score_people
    from pipeline.scoring.population import POST

    figures = {
        "pay_against_market": [-0.3, 0.2, 0.1, -0.1, 0.0],
        "client_rating_12m": [2.0, 4.0, 5.0, 3.0, 5.0],
        "tenure_months": [10.0, 80.0, 30.0, 3.0, 5.0],
        "contract": ["fixed", "open", "open", "open", "open"],
    }
    people = pl.DataFrame({"employee_id": list("ABCDE")}).with_columns(pl.lit(None).alias(name) for name in POST)
    _, model = load(trained, "1")
    store.publish(score_people(model, "1", "tiny", "", date(2026, 10, 31), people, pl.DataFrame(figures)))
    changes = {each["text"]: each for each in own(client, bearer)["changes"]}
    levers_of: dict[str, dict[str, int]] = {
        "A raise of 5%": {"raise_percent": 5},
        "Colleagues' services that you rate 5 out of 5": {"service_rating": 5},
    }
    assert changes.keys() == levers_of.keys()
    for text, levers in levers_of.items():
        url = "/v1/employees/A/what-if?purpose=retention_conversation"
        expected = client.post(url, json=levers, headers=bearer("hr")).json()
        assert changes[text]["risk_before"] == pytest.approx(expected["risk_before"])
        assert changes[text]["risk_after"] == pytest.approx(expected["risk_after"])
        assert expected["risk_after"] < expected["risk_before"]
    assert [each["text"] for each in own(client, bearer, "E")["changes"]] == ["A raise of 5%"]  # who rates 5 already


def test_who_looked_is_shown_by_role_purpose_and_day_without_accounts(client: TestClient, bearer: Bearer) -> None:
    url = "/v1/employees/A/risk?purpose=retention_conversation"
    for _ in range(2):
        client.get(url, headers=bearer("manager", "M1"))
    client.post("/v1/lists/2026-09/A/answer", json={"outcome": "disagree"}, headers=bearer("manager", "M1"))
    client.get("/v1/employees/A/risk?purpose=model_review", headers=bearer("hr", "H-SECRET"))
    receipt = own(client, bearer)
    looked = {(each["role"], each["purpose"], each["result"], each["times"]) for each in receipt["looked"]}
    assert looked == {
        ("manager", "retention_conversation", "released", 2),
        ("manager", "retention_conversation", "answered", 1),
        ("hr", "model_review", "released", 1),
    }
    assert (receipt["looks"], [each["outcome"] for each in receipt["answers"]]) == (4, ["disagree"])
    assert "H-SECRET" not in json.dumps(receipt)
    assert set(receipt["answers"][0]) == {"month", "day", "outcome"}


def test_each_look_at_oneself_is_audited_like_any_other(
    client: TestClient, bearer: Bearer, audit_rows: AuditRows
) -> None:
    own(client, bearer)
    client.get("/v1/employees/A/receipt", headers=bearer("employee", "A"))
    seen, refused = audit_rows()[-2:]
    assert (seen["who"], seen["role"], seen["whom"], seen["purpose"], seen["result"]) == (
        "A",
        "employee",
        "A",
        "data_subject_request",
        "released",
    )
    assert (refused["role"], refused["whom"], refused["result"]) == ("employee", "A", "refused")


def test_an_objection_there_and_back(client: TestClient, bearer: Bearer, audit_rows: AuditRows) -> None:
    me, hr = bearer("employee", "A"), bearer("hr", "H1")
    listed = "/v1/lists/2026-09?manager_id=M1"

    def names() -> set[str]:
        return {each["employee_id"] for each in client.get(listed, headers=hr).json()["lists"][0]["entries"]}

    assert names() == {"A", "B"}
    for _ in range(2):
        assert client.post("/v1/me/objection", headers=me).json()["objects"] is True
    assert names() == {"B"}
    assert client.get("/v1/employees/A/risk?purpose=model_review", headers=hr).status_code == 403
    receipt = own(client, bearer)
    assert receipt["objected_at"] is not None
    assert (len(receipt["scores"]), receipt["changes"]) == (2, None)  # in the receipt only
    assert [each["ground"] for each in receipt["statements"]] == ["objection"]
    for _ in range(2):
        assert client.request("DELETE", "/v1/me/objection", headers=me).json() == {"objects": False, "since": None}
    assert names() == {"A", "B"}
    results = [row["result"] for row in audit_rows() if "/me/objection" in row["what"]]
    assert results == ["contested", "contested before", "objection withdrawn", "objection withdrawn before"]


def test_hr_sees_what_an_employee_contests(client: TestClient, bearer: Bearer) -> None:
    for _ in range(2):
        assert client.post("/v1/me/contest", json=WRONG, headers=bearer("employee", "A")).status_code == 201
    contests = client.get("/v1/contests", headers=bearer("hr")).json()["contests"]
    assert [(each["employee_id"], each["by"], each["feature"]) for each in contests] == [
        ("A", "person", "pay_against_market")
    ]
    assert client.get("/v1/employees/A/receipt", headers=bearer("hr")).json()["contests"] == [WRONG]


def test_a_person_who_states_very_much_is_stopped_and_can_still_object(
    client: TestClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.views.own.MOST_STATEMENTS", 1)
    me = bearer("employee", "A")
    assert client.post("/v1/me/contest", json=WRONG, headers=me).status_code == 201
    again = client.post("/v1/me/contest", json=WRONG | {"statement": "And more."}, headers=me)
    assert (again.status_code, again.json()["type"]) == (422, "urn:retention:problem:too-many-statements")
    assert client.post("/v1/me/objection", headers=me).status_code == 201


def test_a_person_without_data_sees_that_nothing_is_held_and_can_object(client: TestClient, bearer: Bearer) -> None:
    receipt = own(client, bearer, "NEW")
    assert (receipt["scores"], receipt["held"]) == ([], [])
    assert client.post("/v1/me/contest", json=WRONG, headers=bearer("employee", "NEW")).status_code == 404
    assert client.post("/v1/me/objection", headers=bearer("employee", "NEW")).status_code == 201
    assert [each["kind"] for each in own(client, bearer, "NEW")["held"]] == ["contests", "objection", "looks"]


def test_several_sources_with_the_persons_id_are_refused_since_one_may_be_another_person(
    client: TestClient, bearer: Bearer, store: Store, audit_rows: AuditRows
) -> None:
    month = publication(date(2026, 9, 30), {name: SEPTEMBER[name] for name in ("B", "M1", "BOSS")})
    store.publish(Publication(**{**vars(month), "source": "other"}))
    assert own(client, bearer)["source"] == "tiny"  # A is there alone, though the other source was published last
    assert (audit_rows()[-1]["whom"], audit_rows()[-1]["source"]) == ("A", "tiny")
    for method, path, body in REQUESTS:
        refused = client.request(method, path, json=body, headers=bearer("employee", "B"))
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:retention:problem:several-sources")
    client.post("/v1/me/objection", headers=bearer("employee", "A"))
    assert audit_rows()[-1]["source"] == "tiny"


def test_before_the_notice_there_is_no_estimate_but_what_is_held(
    settings: ServerSettings, store: Store, bearer: Bearer
) -> None:
    assert store.is_ready()
    required = settings.model_copy(update={"notice_required": True})
    informed = required.model_copy(update={"notice_given": {"tiny": date(2026, 1, 1)}})
    shown = []
    for each in (required, informed):
        with TestClient(create_app(each)) as client:
            receipt = own(client, bearer)
            file = client.get(RECEIPT, headers=bearer("employee", "A") | {"Accept": "text/html"}).text
            shown.append((receipt["withheld"], len(receipt["scores"]), receipt["held"][0]["kind"], "38%" in file))
            assert client.post("/v1/me/contest", json=WRONG, headers=bearer("employee", "A")).status_code == 201
    assert shown == [("not informed", 0, "scores", False), (None, 2, "scores", True)]


def test_while_halted_there_is_no_estimate_and_the_rights_go_on(
    client: TestClient, bearer: Bearer, store: Store
) -> None:
    assert len(own(client, bearer)["scores"]) == 2
    halt(store)
    client.app.state.halts._read_at = -float("inf")  # type: ignore[attr-defined]  # half a second later
    receipt = own(client, bearer)
    assert (receipt["withheld"], receipt["scores"], receipt["changes"]) == ("halted", [], None)
    me = bearer("employee", "A")
    assert client.post("/v1/me/contest", json=WRONG, headers=me).status_code == 201
    assert client.post("/v1/me/objection", headers=me).status_code == 201
    assert client.request("DELETE", "/v1/me/objection", headers=me).status_code == 200


def test_an_estimate_is_never_shown_on_an_outdated_belief_that_the_system_runs(
    client: TestClient, bearer: Bearer, store: Store
) -> None:
    assert client.app.state.halts.current() is None  # type: ignore[attr-defined]
    halt(store)
    answer = client.get(RECEIPT, headers=bearer("employee", "A"))
    assert answer.status_code == 503 or answer.json()["scores"] == []


def articles(page: str) -> dict[str, str]:
    """The texts of the sections of a receipt, by id."""
    article = re.search(r"<article.*</article>", page, re.S)
    assert article
    parts = re.findall(r'<section class="card" id="(\w+)">(.*?)</section>', article[0], re.S)
    return {name: " ".join(re.sub("<[^>]*>", " ", text).split()) for name, text in parts}


@pytest.fixture
def page(client: TestClient, settings: ServerSettings) -> str:
    browser = TestClient(client.app, base_url="https://testserver")
    token = re.search(r'name="form_token" value="([^"]+)"', browser.get("/sign-in").text)
    assert token
    data = {"form_token": token[1], "token": issue_token(settings, "employee", "A")}
    return browser.post("/sign-in", data=data).text  # to the start page of an employee


def test_the_file_that_hr_hands_out_is_the_page(client: TestClient, bearer: Bearer, page: str) -> None:
    """The page was looked at before the file was made, so only the looks differ."""
    headers = bearer("hr") | {"Accept": "text/html", "Accept-Language": "en"}
    file = client.get("/v1/employees/A/receipt", headers=headers)
    assert file.headers["Content-Type"].startswith("text/html")
    on_page, in_file = articles(page), articles(file.text)
    assert on_page.keys() == in_file.keys() == {"estimate", "factors", "changes", "held", "looked", "rights"}
    for name in ("estimate", "factors", "changes"):
        assert on_page[name] == in_file[name]
    assert in_file["rights"].startswith(on_page["rights"])
    assert "between 19 and 69 leave within six months" in in_file["estimate"]
    assert "tell HR" in in_file["rights"]
    assert not re.search(r'<link|<script|src=|url\(|href="(?!#)', file.text)  # loads nothing


def test_the_file_is_in_the_language_asked_for(client: TestClient, bearer: Bearer) -> None:
    headers = bearer("hr") | {"Accept": "text/html", "Accept-Language": "ru"}
    file = client.get("/v1/employees/A/receipt", headers=headers).text
    assert '<html lang="ru">' in file
    assert "Что о вас хранится" in file
