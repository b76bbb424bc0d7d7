"""A server with a real issuer, the accounts of each role at it, and what each of them may see.

The company is that of `walked_company`: HEAD leads M1, M2 and M3 in Riga, OTHER leads eight people in Kyiv.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from api_server import running
from briefed import brief
from full_report import FULL
from openid_issuer import Issuer, issuing
from playwright.sync_api import Page, expect
from recorded import Recorded
from servers import free_port
from tiny_registry import MODEL_FEATURES
from turnover_examples import publish_what_happened
from walked_company import IDS, IN_KYIV, NAMES, walked_company

from pipeline.identity.tokens import Role
from pipeline.model.blend import Blend
from pipeline.model.stored_model import StoredModel
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

UNKNOWN = "emp-9999"
WHY = "purpose=retention_conversation"


@dataclass(frozen=True)
class Account:
    """A person at the issuer: the claims, whom they see by name or id (short names), and what answers 200."""

    claims: dict[str, Any]
    sees: frozenset[str]
    pages: frozenset[str]
    routes: frozenset[str]


PAGES = ("/overview", "/services", "/people", "/find", "/lists", "/list", "/organisation", "/model", "/model/1/card")
PAGES += (
    "/audit",
    "/representation",
    "/representation/card",
    "/halt",
    "/briefing",
    "/me",
    "/me/file",
    "/turnover",
    "/outlook",
    "/groups",
    "/plans",
)
ROUTES = (f"/v1/risks?{WHY}", f"/v1/people?query=a&{WHY}", "/v1/lists/2026-09", "/v1/contests")
ROUTES += ("/v1/groups/department", "/v1/groups/manager", "/v1/groups/line", "/v1/internal-services")
ROUTES += ("/v1/models/champion", "/v1/models/1", "/v1/audit", "/v1/representation", "/v1/halt")
ROUTES += ("/v1/briefing", "/v1/me/receipt", "/v1/outlook")
OF_HR = frozenset((*PAGES[:6], *PAGES[7:9], "/turnover", "/plans", "/groups"))
ROUTES_OF_HR = frozenset(ROUTES[:6] + ROUTES[7:10])
OF_MANAGERS = frozenset(("/list", "/organisation", "/briefing", "/turnover"))
ROUTES_OF_MANAGERS = frozenset((ROUTES[2], ROUTES[6], "/v1/briefing"))
RIGA = frozenset(IDS) - frozenset(IN_KYIV)
ACCOUNTS = {
    "hr": Account(
        {"sub": "s-hr", "role": "hr", "scope": {"location": ["Riga"]}}, RIGA, OF_HR - {"/list"}, ROUTES_OF_HR
    ),
    "head": Account(
        {"sub": "s-head", "role": "manager", "person": IDS["HEAD"], "scope": "all"},
        frozenset(("HEAD", "M1", "M2", "M3")),
        OF_MANAGERS,
        ROUTES_OF_MANAGERS,
    ),
    "manager": Account(
        {"sub": "s-manager", "role": "manager", "person": IDS["M1"], "scope": "all"},
        frozenset(("M1", "A0", "A1")),
        OF_MANAGERS,
        ROUTES_OF_MANAGERS,
    ),
    "hr and manager": Account(
        {"sub": "s-both", "role": ["hr", "manager"], "person": IDS["M1"], "scope": ["location=Kyiv"]},
        frozenset((*IN_KYIV, "M1", "A0", "A1")),
        OF_HR | OF_MANAGERS,
        ROUTES_OF_HR | ROUTES_OF_MANAGERS,
    ),
    "employee": Account(
        {"sub": "s-employee", "role": "employee", "person": IDS["A0"], "scope": "all"},
        frozenset(("A0", "M1")),  # oneself, and the name of one's manager
        frozenset(("/me", "/me/file")),
        frozenset(("/v1/me/receipt",)),
    ),
    "representative": Account(
        {"sub": "s-works-council", "role": "representative", "scope": "all"},
        frozenset(),
        frozenset(("/representation", "/representation/card", "/halt", "/turnover")),
        frozenset(("/v1/representation", "/v1/halt")),
    ),
    "data scientist": Account(
        {"sub": "s-science", "role": "data_scientist", "scope": "all"},
        frozenset(),
        frozenset(("/overview", "/groups", "/services", "/model", "/model/1/card", "/turnover")),
        frozenset((*ROUTES[4:6], *ROUTES[7:10])),
    ),
    "auditor": Account(
        {"sub": "s-audit", "role": "auditor", "scope": "all"},
        frozenset(),
        frozenset(("/audit", "/model", "/model/1/card")),
        frozenset(("/v1/audit", *ROUTES[8:10])),
    ),
}
"""By role. A role that is added gets an account here, and a month below."""
PERSON_ROUTES = ("/v1/employees/{}/risk?" + WHY, "/v1/employees/{}/receipt", "/people/{}", "/people/{}/receipt")


@dataclass
class Walk:
    """The server, its issuer, its store, and what it has sent since somebody signed in."""

    address: str
    issuer: Issuer
    store: Store
    recorded: Recorded

    def enter(self, page: Page, role: str, path: str = "/") -> Account:
        """Sign a role in at the issuer, and begin the record of what the server sends."""
        page.goto(path)
        self.recorded.texts.clear()
        self.issuer.claims = ACCOUNTS[role].claims
        page.get_by_role("link", name="Sign in with your company account").click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        return ACCOUNTS[role]

    def ask(self, role: str, path: str, **headers: str) -> httpx2.Response:
        """The API's answer to a role, with an access token of the issuer."""
        bearer = {"Authorization": f"Bearer {self.issuer.access_token(ACCOUNTS[role].claims)}"}
        return httpx2.get(f"{self.address}{path}", headers=bearer | headers, timeout=60)

    def require_nothing_of_others(self, account: Account, *, ids_are_shown: bool = False) -> None:
        """No head and no body of any answer has the name or the id of anyone whom the role does not see."""
        hidden = [IDS[short] for short in IDS if short not in account.sees]
        words = [NAMES[each] for each in hidden] + ([] if ids_are_shown else hidden)
        assert self.recorded.texts
        assert not {word for text in self.recorded.texts for word in words if word in text}


@contextmanager
def walking(var: Path, blend: Blend) -> Iterator[Walk]:
    """A served month, and two versions of the model: the champion, and the one before it."""
    from pipeline.registry import promotion  # MLflow takes seconds to import, and most pages do not need it
    from pipeline.registry.report_json import report_of

    with issuing() as issuer, pytest.MonkeyPatch.context() as environment:
        environment.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # this issuer has no certificate
        fields = issuer.settings() | {
            "var": var,
            "listed_from": 1.5,
            "mlflow_tracking_uri": f"sqlite:///{var / 'mlflow.db'}",
            "public_url": f"http://127.0.0.1:{free_port()}",
            "oidc_hr_scope_claim": "scope",
            "halt_roles": (Role.REPRESENTATIVE,),
            "employee_access": True,
        }
        settings = ServerSettings(**fields)
        model = StoredModel(6, {6: blend}, MODEL_FEATURES, {"source": "tiny"})
        for _ in range(2):
            promotion.record(settings, model, report_of(FULL), {})
        recorded = Recorded(create_app(settings))
        with Store.of(settings) as store:
            store.publish(walked_company())
            publish_what_happened(store, [IDS[short] for short in ("HEAD", "M1")])
            brief(store, *(IDS[short] for short in ("HEAD", "M1")))
            with running(recorded, int(settings.public_url.rpartition(":")[2])) as address:
                yield Walk(address, issuer, store, recorded)


def state_purpose(page: Page) -> None:
    """As HR, say what the scores are needed for."""
    page.get_by_label("To prepare a conversation about staying").check()
    page.get_by_role("button", name="Continue").click()
