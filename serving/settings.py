"""The server's settings: those of the pipeline and some of its own, from the same environment and the same file."""

from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from pipeline.identity.tokens import Role
from pipeline.settings import Settings

SIGNATURES: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""The algorithms that can be allowed. All are asymmetric: the server does not hold the private key."""

_HERE: Final = ("127.0.0.1", "::1", "localhost")


class ServerSettings(Settings):
    """Built once by `create_app` and passed in; frozen, like its base class."""

    page_limit: int = Field(default=500, ge=1, description="maximum number of people on one page of an answer")

    oidc_audience: str = Field(default="", description="the `aud` that a token must have")
    oidc_jwks_url: str = Field(default="", description="address at which the issuer publishes its keys")
    oidc_algorithms: tuple[str, ...] = Field(default=("RS256", "ES256"), description="accepted signature algorithms")
    oidc_role_claim: str = Field(default="role", description="claim that holds the role; dots lead into nested claims")
    oidc_person_claim: str = Field(
        default="person", description="claim that holds the employee_id, which a manager and an employee need"
    )
    oidc_hr_scope_claim: str = Field(
        default="",
        description="claim that limits what hr sees, such as `department=Sales`, or `all`; hr without it is refused",
    )
    oidc_roles: dict[str, Role] = Field(default={}, description="the issuer's names for the roles, if they differ")

    oidc_client_id: str = Field(
        default="", description="client ID of this server at the issuer, where people sign in for the pages"
    )
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="secret of a confidential client")
    oidc_scope: str = Field(default="openid profile", description="scope that the pages request from the issuer")
    public_url: str = Field(
        default="", description="this server's address as browsers reach it; the issuer returns people there"
    )
    session_minutes: int = Field(default=480, ge=1, description="minutes that a browser stays signed in")
    cookie_secure: bool = Field(default=True, description="false only for plain HTTP on this machine")

    halt_roles: tuple[Role, ...] = Field(
        default=(Role.HR,), min_length=1, description="roles that may halt the system and resume it"
    )
    halt_keeps_groups: bool = Field(default=True, description="figures of groups are shown while the system is halted")

    rate_limit: str = Field(
        default="200000/minute",
        pattern=r"^\d+/(second|minute|hour|day)$",
        description="maximum rate of requests from one client",
    )

    body_limit: int = Field(default=5_000_000, ge=1, description="maximum size of a request, in bytes")
    body_seconds: int = Field(default=30, ge=1, description="seconds within which a request must arrive")
    cors_origins: tuple[str, ...] = Field(
        default=(), description="other origins whose web pages may send requests; default none"
    )
    metrics: Literal["local", "open", "closed"] = Field(default="local", description="who can read /metrics")
    inner_port: int | None = Field(default=None, ge=1, le=65535, description="a separate port for /metrics alone")
    inner_host: str = Field(default="127.0.0.1", description="the address of the inner port")

    @field_validator("oidc_algorithms")
    @classmethod
    def _are_asymmetric(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if not given or set(given) - set(SIGNATURES):
            raise ValueError(f"choose from {', '.join(SIGNATURES)}")
        return given

    @field_validator("oidc_jwks_url")
    @classmethod
    def _is_https(cls, given: str) -> str:
        parts = urlsplit(given)
        if given and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
            raise ValueError("keys must be fetched over https")
        return given

    @field_validator("halt_roles")
    @classmethod
    def _oversee(cls, given: tuple[Role, ...]) -> tuple[Role, ...]:
        if Role.EMPLOYEE in given:
            raise ValueError("role employee concerns one person only; leave it out")
        return given

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, given: str) -> str:
        parts = urlsplit(given)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
        if given and not (is_safe and parts.hostname and given.rstrip("/") == f"{parts.scheme}://{parts.netloc}"):
            raise ValueError("write it as https://host, without a path")
        if "@" in parts.netloc:
            raise ValueError("write it without a user")
        return given.rstrip("/")

    @model_validator(mode="after")
    def _issuer_is_complete(self) -> Self:
        if self.oidc_issuer and not (self.oidc_audience and self.oidc_jwks_url):
            raise ValueError("an issuer needs RETENTION_OIDC_AUDIENCE and RETENTION_OIDC_JWKS_URL too")
        if self.oidc_issuer and self.oidc_client_id and not self.public_url:
            raise ValueError("signing in at an issuer needs RETENTION_PUBLIC_URL, on this machine too")
        return self
