"""A key is created once, in one place, and only its owner can read it."""

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from features.errors import BadInput
from pipeline.identity.keys import SESSION_KEY, SIGNING_KEY, session_key, signing_key
from pipeline.settings import Settings


def signing_key_bytes(settings: Settings) -> bytes:
    return signing_key(settings).private_bytes_raw()


@pytest.mark.parametrize(("read", "name"), [(session_key, SESSION_KEY), (signing_key_bytes, SIGNING_KEY)])
def test_processes_that_start_together_agree_on_one_key(
    tmp_path: Path, read: Callable[[Settings], bytes], name: str
) -> None:
    settings = Settings(var=tmp_path / "var")
    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(lambda _: read(settings), range(64)))
    assert {len(key) for key in keys} == {32}
    assert len(keys) == 1
    assert [path.name for path in (settings.var / "keys").iterdir()] == [name]


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var")
    session_key(settings)
    signing_key(settings)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (settings.var / "keys").iterdir()}
    assert modes == {SESSION_KEY: 0o600, SIGNING_KEY: 0o600}
    assert stat.S_IMODE((settings.var / "keys").stat().st_mode) == 0o700


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var")
    (settings.var / "keys").mkdir(parents=True)
    pem = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (settings.var / "keys" / SIGNING_KEY).write_bytes(pem)
    with pytest.raises(BadInput, match="not an Ed25519 key"):
        signing_key(settings)
