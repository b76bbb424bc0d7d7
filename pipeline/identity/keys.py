"""The keys of an installation, under `var/keys`: each is made at its first use and readable only by its owner.

A running server follows its keys' files (`KeyFile`) and never makes one, so deleting a key ends what it signed.
"""

import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from features.errors import BadInput, Finding
from pipeline.settings import Settings

SIGNING_KEY: Final = "embedded-issuer.pem"
"""Signs the tokens of the embedded issuer."""

SESSION_KEY: Final = "page-session.key"
"""Signs the cookies of the pages."""

OBJECTION_KEY: Final = "objection.key"
"""Hashes the ids of people who object to being scored. Objections are lost without it, so it belongs in a backup."""

SUMS_KEY: Final = "feature-sums.key"
"""Encrypts the sums of features that one training stores for the next."""

PSEUDONYM_KEY: Final = "pseudonym.key"
"""Turns the ids of managers into pseudonyms."""

CHECKPOINT_KEY: Final = "audit-checkpoint.pem"
"""Signs the checkpoints of the audit. A pruned audit cannot be verified without it, so it belongs in a backup."""

KEY_BYTES: Final = 32

Key = TypeVar("Key")


class KeyFile(Generic[Key]):
    """The key in a file, as it is now: another one once the file is replaced, and None once it is gone."""

    def __init__(self, path: Path, parse: Callable[[bytes], Key]) -> None:
        self._path = path
        self._parse = parse
        self._known: tuple[tuple[int, ...], Key | None] = ((), None)

    def current(self) -> Key | None:
        """The key; None if the file is gone, cannot be read, or holds something else. Looks at the file each time."""
        try:
            status = self._path.stat()
            version = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)
            if self._known[0] != version:
                self._known = (version, self._parsed(self._path.read_bytes()))
        except OSError:
            self._known = ((), None)
        return self._known[1]

    def _parsed(self, content: bytes) -> Key | None:
        try:
            return self._parse(content)
        except (ValueError, BadInput):
            return None


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """The key of the embedded issuer. Raises BadInput for a file that holds something else."""
    return _signing_key_of(_read_or_make(_path_of(settings, SIGNING_KEY), _new_signing_key))


def verification_key(settings: Settings) -> KeyFile[Ed25519PublicKey]:
    """What the tokens of the embedded issuer are checked with, as its file is now. Never makes the file."""
    return KeyFile(_path_of(settings, SIGNING_KEY), lambda pem: _signing_key_of(pem).public_key())


def session_key(settings: Settings) -> bytes:
    """The key of the cookies, 32 bytes."""
    return _read_or_make(_path_of(settings, SESSION_KEY), _new_random_key)


def session_key_file(settings: Settings) -> KeyFile[bytes]:
    """The key of the cookies, as its file is now. Never makes the file."""
    return KeyFile(_path_of(settings, SESSION_KEY), _session_key_of)


def subject_mark(settings: Settings, subject: str) -> str:
    """A mark that is equal for all tokens of a subject, and tells nothing without the key of the embedded issuer."""
    return hmac.digest(signing_key(settings).private_bytes_raw(), subject.encode(), "sha256").hex()


def _path_of(settings: Settings, name: str) -> Path:
    return settings.var / "keys" / name


def _signing_key_of(pem: bytes) -> Ed25519PrivateKey:
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        remedy = "Remove the file; the next start makes a key."
        raise BadInput(Finding("not an Ed25519 key", SIGNING_KEY, remedy=remedy))
    return key


def objection_key(var: Path) -> bytes:
    """The key of the hashes of people who object, under the state folder; 32 bytes."""
    return _read_or_make(var / "keys" / OBJECTION_KEY, _new_random_key)


def checkpoint_key(var: Path) -> Ed25519PrivateKey:
    """The key that signs the checkpoints of the audit, under the state folder."""
    return _signing_key_of(_read_or_make(var / "keys" / CHECKPOINT_KEY, _new_signing_key))


def checkpoint_verification_key(var: Path) -> Ed25519PublicKey | None:
    """What checkpoints of the audit are verified with; None if the key is gone. Never makes the file."""
    return KeyFile(var / "keys" / CHECKPOINT_KEY, lambda pem: _signing_key_of(pem).public_key()).current()


def pseudonym_key(settings: Settings) -> bytes:
    """The key of the managers' pseudonyms, 32 bytes."""
    return _read_or_make(_path_of(settings, PSEUDONYM_KEY), _new_random_key)


def sums_key(settings: Settings) -> bytes:
    """The key of the sums of features, 32 bytes. An erasure deletes it together with the sums (`forget_sums_key`)."""
    return _read_or_make(_path_of(settings, SUMS_KEY), _new_random_key)


def forget_sums_key(var: Path) -> None:
    """Delete the key of the sums of features: copies of them, in a backup say, can no longer be read."""
    (var / "keys" / SUMS_KEY).unlink(missing_ok=True)


def _session_key_of(content: bytes) -> bytes:
    if len(content) != KEY_BYTES:
        raise ValueError("not a session key")
    return content


def _new_signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _new_random_key() -> bytes:
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
