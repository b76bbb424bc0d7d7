"""The keys of an installation, under `var/keys`: each is made at its first use and readable only by its owner."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from features.errors import BadInput, Finding
from pipeline.settings import Settings

SIGNING_KEY: Final = "embedded-issuer.pem"
"""Signs the tokens of the embedded issuer."""

SESSION_KEY: Final = "page-session.key"
"""Signs the cookies of the pages."""

SUMS_KEY: Final = "feature-sums.key"
"""Encrypts the sums of features that one training stores for the next."""

PSEUDONYM_KEY: Final = "pseudonym.key"
"""Turns the ids of managers into pseudonyms."""

KEY_BYTES: Final = 32


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """The key of the embedded issuer. Raises BadInput for a file that holds something else."""
    key = load_pem_private_key(_read_or_make(settings.var / "keys" / SIGNING_KEY, _new_signing_key), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        remedy = "Remove the file; the next start makes a key."
        raise BadInput(Finding("not an Ed25519 key", SIGNING_KEY, remedy=remedy))
    return key


def session_key(settings: Settings) -> bytes:
    """The key of the cookies, 32 bytes."""
    return _read_or_make(settings.var / "keys" / SESSION_KEY, _new_secret)


def pseudonym_key(settings: Settings) -> bytes:
    """The key of the managers' pseudonyms, 32 bytes."""
    return _read_or_make(settings.var / "keys" / PSEUDONYM_KEY, _new_secret)


def sums_key(settings: Settings) -> bytes:
    """The key of the sums of features, 32 bytes. An erasure deletes it together with the sums (`forget_sums_key`)."""
    return _read_or_make(settings.var / "keys" / SUMS_KEY, _new_secret)


def forget_sums_key(var: Path) -> None:
    """Delete the key of the sums of features: copies of them, in a backup say, can no longer be read."""
    (var / "keys" / SUMS_KEY).unlink(missing_ok=True)


def _new_signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _new_secret() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def _read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content of the file. If several processes make it together, one wins and all read its key."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        _write_privately(draft, make())
        try:
            os.link(draft, path)  # unlike a rename, a link never replaces the key that another process made first
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


def _write_privately(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
