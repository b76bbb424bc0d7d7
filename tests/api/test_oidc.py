"""Tokens of a company's own issuer: a real issuer on a local port, its keys, and what is refused."""

import base64
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi.testclient import TestClient

from features.errors import BadInput
from pipeline.identity.tokens import issue_token
from pipeline.store.store import Store
from serving.access import issuers
from serving.app import create_app
from serving.settings import ServerSettings

URL = "/v1/employees/A/risk?purpose=retention_conversation"
ISSUER, AUDIENCE = "https://identity.example", "retention-api"
RSA_KEYS = [rsa.generate_private_key(65537, 2048) for _ in range(2)]
EC_KEY = ec.generate_private_key(ec.SECP256R1())
NONSENSE = {"Authorization": "Bearer nonsense"}


def published(key: Any, key_id: str) -> dict[str, Any]:
    algorithm, name = (
        (jwt.algorithms.RSAAlgorithm, "RS256")
        if isinstance(key, rsa.RSAPrivateKey)
        else (jwt.algorithms.ECAlgorithm, "ES256")
    )
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": key_id, "alg": name, "use": "sig"}


class Keys:
    """The keys that the issuer publishes now, and the number of requests for them."""

    def __init__(self) -> None:
        self.published: list[dict[str, Any]] = [published(RSA_KEYS[0], "first"), published(EC_KEY, "curve")]
        self.is_down = False
        self.asked = 0


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def jwks_url(keys: Keys) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            keys.asked += 1
            self.send_response(500 if keys.is_down else 200)
            self.end_headers()
            self.wfile.write(json.dumps({"keys": keys.published}).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/keys"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def oidc_settings(settings: ServerSettings, jwks_url: str) -> ServerSettings:
    return settings.model_copy(update={"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE, "oidc_jwks_url": jwks_url})


@pytest.fixture
def client(oidc_settings: ServerSettings, store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(oidc_settings)) as client:
        yield client


def token(key: Any = RSA_KEYS[0], algorithm: str = "RS256", key_id: str | None = "first", **claims: Any) -> str:
    now = datetime.now(UTC)
    values = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u-1", "role": "hr", "iat": now, "exp": now + timedelta(minutes=5)}
    values = {name: value for name, value in (values | claims).items() if value is not None}
    return jwt.encode(values, key, algorithm, headers={"kid": key_id} if key_id else {})


def status(client: TestClient, token: str) -> int:
    return client.get(URL, headers={"Authorization": f"Bearer {token}"}).status_code


def test_tokens_of_the_issuer_are_accepted_and_its_keys_fetched_once(client: TestClient, keys: Keys) -> None:
    assert [status(client, token()) for _ in range(3)] == [200] * 3
    assert status(client, token(EC_KEY, "ES256", "curve")) == 200
    assert keys.asked == 1


def test_the_embedded_issuer_is_off_if_a_company_has_its_own(client: TestClient, oidc_settings: ServerSettings) -> None:
    assert status(client, token()) == 200
    assert status(client, issue_token(oidc_settings, "hr")) == 401


def test_who_needs_a_token_is_sent_to_the_issuer_in_force(
    client: TestClient, settings: ServerSettings, store: Store
) -> None:
    of_the_company = [client.get(URL, headers=headers).json()["detail"] for headers in ({}, NONSENSE)]
    assert all("the company's issuer" in detail and "`retention token`" not in detail for detail in of_the_company)
    with TestClient(create_app(settings)) as embedded:
        assert "`retention token`" in embedded.get(URL).json()["detail"]


def test_a_new_key_is_accepted_and_a_withdrawn_one_is_refused(
    client: TestClient, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert status(client, token()) == 200
    keys.published = [published(RSA_KEYS[1], "second")]
    monkeypatch.setattr("jwt.jwks_client.time.monotonic", lambda: 1e9)  # past the cooldown
    assert status(client, token(RSA_KEYS[1], key_id="second")) == 200
    assert status(client, token()) == 401


def test_unknown_keys_do_not_cause_repeated_requests_to_the_issuer(client: TestClient, keys: Keys) -> None:
    assert [status(client, token(key_id=f"unknown-{number}")) for number in range(5)] == [401] * 5
    assert keys.asked == 1


def test_keys_are_never_fetched_from_an_address_in_a_token(client: TestClient, jwks_url: str, keys: Keys) -> None:
    now = datetime.now(UTC)
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u", "role": "hr", "iat": now, "exp": now + timedelta(minutes=5)}
    own_key = published(RSA_KEYS[1], "mine")
    for header in ({"jku": f"{jwks_url}/mine"}, {"x5u": f"{jwks_url}/mine"}, {"jwk": own_key}):
        forged = jwt.encode(claims, RSA_KEYS[1], "RS256", headers={"kid": "mine", **header})
        assert status(client, forged) == 401
    assert keys.asked == 1


def test_an_issuer_outage_is_503_until_it_ends(client: TestClient, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.is_down = True
    answers = [client.get(URL, headers={"Authorization": f"Bearer {token()}"}) for _ in range(3)]
    assert [(each.status_code, each.headers["Retry-After"]) for each in answers] == [(503, "5")] * 3
    assert keys.asked == 1  # it is left alone for a while
    keys.is_down = False
    monkeypatch.setattr(issuers, "TIMEOUT_SECONDS", 0)
    assert status(client, token()) == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://others.example"},
        {"aud": "another-api"},
        {"aud": None},
        {"iss": None},
        {"sub": None},
        {"iat": None},
        {"exp": None},
        {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
        {"nbf": datetime(2100, 1, 1, tzinfo=UTC)},
        {"iat": datetime(2100, 1, 1, tzinfo=UTC)},
        {"role": "owner"},
        {"role": None},
        {"role": ["hr", "auditor"]},
        {"role": {"hr": True}},
        {"role": "manager"},
        {"role": "manager", "person": 7},
    ],
)
def test_wrong_claims_are_401(client: TestClient, wrong: dict[str, Any]) -> None:
    assert status(client, token()) == 200
    assert status(client, token(**wrong)) == 401


def signed_with_the_public_key(key: rsa.RSAPrivateKey, encoding: Encoding) -> str:
    """HS256 with the issuer's public key as the secret; built by hand, because PyJWT refuses to."""
    secret = key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    header, claims, _ = token(b"0" * 32, "HS256").split(".")
    signature = hmac.digest(secret, f"{header}.{claims}".encode(), "sha256")
    return f"{header}.{claims}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def test_forged_tokens_are_401(client: TestClient) -> None:
    forged = [
        token(RSA_KEYS[1]),  # another's key under a known name
        token(None, "none"),
        signed_with_the_public_key(RSA_KEYS[0], Encoding.PEM),
        signed_with_the_public_key(RSA_KEYS[0], Encoding.DER),
        token(algorithm="PS256"),  # the right key, an algorithm that it is not for
        token(EC_KEY, "ES256"),
        token(key_id=None),
        token()[:-4] + "AAAA",
        "",
        "a.b.c",
    ]
    assert [status(client, each) for each in forged] == [401] * len(forged)


@pytest.mark.parametrize(
    ("claim", "names", "claims"),
    [
        ("groups", {"People Analytics": "hr"}, {"role": None, "groups": ["Staff", "People Analytics"]}),
        ("realm_access.roles", {}, {"role": None, "realm_access": {"roles": ["offline_access", "hr"]}}),
        ("https://acme.example/role", {}, {"role": None, "https://acme.example/role": "hr"}),
    ],
)
def test_roles_are_read_where_the_issuer_writes_them(
    oidc_settings: ServerSettings, store: Store, claim: str, names: dict[str, Any], claims: dict[str, Any]
) -> None:
    result = oidc_settings.model_copy(update={"oidc_role_claim": claim, "oidc_roles": names})
    with TestClient(create_app(result)) as client:
        assert status(client, token(**claims)) == 200
        assert status(client, token()) == 401


def test_a_manager_is_the_person_in_the_configured_claim(oidc_settings: ServerSettings, store: Store) -> None:
    result = oidc_settings.model_copy(update={"oidc_person_claim": "employee_number"})
    with TestClient(create_app(result)) as client:
        assert status(client, token(role="manager", employee_number="M1")) == 200
        assert status(client, token(role="manager", employee_number="M2")) == 403


@pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
@pytest.mark.parametrize(
    ("has_access", "roles", "own", "others"),
    [
        (True, "employee", 200, 403),
        (True, ["employee", "hr"], 200, 200),
        (True, ["employee", "auditor"], 403, 403),  # an auditor does nothing else, and is not locked out
        (False, "employee", 403, 403),
        (False, ["employee", "hr"], 403, 200),
    ],
)
def test_role_employee_may_be_given_to_everyone(
    oidc_settings: ServerSettings, store: Store, has_access: bool, roles: Any, own: int, others: int
) -> None:
    with TestClient(create_app(oidc_settings.model_copy(update={"employee_access": has_access}))) as client:
        bearer = {"Authorization": f"Bearer {token(role=roles, person='A')}"}
        assert client.get("/v1/me/receipt", headers=bearer).status_code == own
        assert status(client, token(role=roles, person="A")) == others
        assert (client.get("/v1/audit", headers=bearer).status_code == 200) is ("auditor" in roles)
        assert status(client, token(role="employee")) == 401  # which names nobody


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"scopes": ["department=Sales"]}, 200),
        ({"scopes": "department=Sales"}, 200),
        ({"scopes": {"department": ["Sales", "Plant"], "line": "BOSS"}}, 200),
        ({"scopes": "all"}, 200),
        ({"scopes": ["department=Plant"]}, 404),  # A is in Sales
        ({"scopes": {"location": "Riga", "department": "Plant"}}, 404),
        ({}, 401),  # with the setting, hr without a scope is refused
        ({"scopes": []}, 401),
        ({"scopes": ["all", "department=Sales"]}, 401),
        ({"scopes": ["department=Sales", 7]}, 401),
        ({"scopes": ["department=\ud800"]}, 401),
        ({"scopes": {"team": "7"}}, 401),
        ({"scopes": {"department": {"Sales": True}}}, 401),
        ({"role": "manager", "person": "M1"}, 200),  # whom a scope does not limit
        ({"role": ["hr", "manager"], "person": "M1", "scopes": ["department=Plant"]}, 200),
    ],
)
def test_a_scope_is_read_where_the_issuer_writes_it(
    oidc_settings: ServerSettings, store: Store, claims: dict[str, Any], expected: int
) -> None:
    result = oidc_settings.model_copy(update={"oidc_hr_scope_claim": "scopes"})
    with TestClient(create_app(result)) as client:
        assert status(client, token(**claims)) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"OIDC_ALGORITHMS": '["HS256"]'},
        {"OIDC_ALGORITHMS": '["none"]'},
        {"OIDC_ALGORITHMS": "[]"},
        {"OIDC_JWKS_URL": "http://identity.example/keys"},
        {"OIDC_JWKS_URL": "file:///etc/passwd"},
        {"OIDC_AUDIENCE": ""},
        {"OIDC_JWKS_URL": ""},
        {"OIDC_ROLES": '{"People": "owner"}'},
        {"OIDC_ROLES": "People"},
        {"RATE_LIMIT": "many"},
        {"OIDC_CLIENT_ID": "pages"},  # and no address to return to
        {"PUBLIC_URL": "http://hr.example"},
        {"PUBLIC_URL": "https://hr.example/retention"},
        {"PUBLIC_URL": "https://hr.example?next=1"},
        {"PUBLIC_URL": "https://hr@evil.example"},
        {"PUBLIC_URL": "hr.example"},
        {"BODY_SECONDS": "0"},
    ],
)
def test_the_server_does_not_start_with_unsafe_settings(
    settings: ServerSettings, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str]
) -> None:
    sound = {"OIDC_ISSUER": ISSUER, "OIDC_AUDIENCE": AUDIENCE, "OIDC_JWKS_URL": "https://identity.example/keys"}
    monkeypatch.setenv("RETENTION_VAR", str(settings.var))
    for name, value in (sound | wrong).items():
        monkeypatch.setenv(f"RETENTION_{name}", value)
    with pytest.raises(BadInput, match="environment"):
        create_app()


@pytest.mark.parametrize("address", ["https://hr.example", "https://hr.example:8443/", "http://127.0.0.1:8000"])
def test_the_server_starts_with_an_address_to_return_to(
    settings: ServerSettings, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    sound = {"OIDC_ISSUER": ISSUER, "OIDC_AUDIENCE": AUDIENCE, "OIDC_JWKS_URL": "https://identity.example/keys"}
    monkeypatch.setenv("RETENTION_VAR", str(settings.var))
    for name, value in (sound | {"OIDC_CLIENT_ID": "pages", "PUBLIC_URL": address}).items():
        monkeypatch.setenv(f"RETENTION_{name}", value)
    assert create_app().state.settings.public_url == address.rstrip("/")


def test_a_client_over_the_rate_limit_waits_and_others_do_not(
    settings: ServerSettings, store: Store, bearer: Callable[..., dict[str, str]], audit_rows: Callable[[], list[Any]]
) -> None:
    with TestClient(create_app(settings.model_copy(update={"rate_limit": "2/hour"}))) as client:
        statuses = [client.get(URL, headers=bearer("hr", "H1")).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert client.get(URL, headers=bearer("hr", "H2")).status_code == 200
        assert [client.get(URL).status_code for _ in range(3)] == [401, 401, 429]
        refused = client.get(URL, headers=bearer("hr", "H1"))
        assert 0 < int(refused.headers["Retry-After"]) <= 3600
        assert client.get("/health/live").status_code == 200
    assert len(audit_rows()) == 3
