"""Where a table lies: a path of this machine, or an address in an object store. No address holds a secret."""

from dataclasses import dataclass
from typing import Final

_S3: Final = ("s3", "s3a")
_AZURE: Final = ("az", "abfs", "abfss")
KNOWN: Final = "s3://bucket/path, az://container/path, abfss://container@account.dfs.core.windows.net/path, gs://…"


@dataclass(frozen=True)
class Address:
    """An address by its parts. store: `s3`, `azure`, `gs`, or empty for a path of this machine."""

    store: str
    bucket: str
    path: str
    account: str = ""

    def __str__(self) -> str:
        if not self.store:
            return self.path
        host = f"@{self.account}.dfs.core.windows.net" if self.account else ""
        return f"{_SCHEMES[self.store, bool(host)]}://{self.bucket}{host}/{self.path}".rstrip("/")

    @property
    def key(self) -> str:
        """The place within the store: the bucket and the path."""
        return f"{self.bucket}/{self.path}".strip("/") if self.store else self.path


_SCHEMES: Final = {("s3", False): "s3", ("azure", False): "az", ("azure", True): "abfss", ("gs", False): "gs"}


def parse_address(text: str) -> Address:
    """The parts of an address. Raises ValueError, without the address, for one that is not known or holds a secret."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        return Address("", "", text)
    host, _, path = rest.partition("/")
    bucket, at, server = host.partition("@")
    scheme = scheme.lower()
    is_azure = scheme in _AZURE
    if scheme not in (*_S3, *_AZURE, "gs"):
        raise ValueError(f"write a path, or an address such as {KNOWN}")
    if (at and (scheme == "az" or not is_azure)) or set("?#") & set(rest) or ":" in bucket:
        raise ValueError("leave out user, key and token: they come from the environment (AWS_…, AZURE_…)")
    if not bucket or (at and not server.partition(".")[0]):
        raise ValueError(f"write the bucket or container, as in {KNOWN}")
    store = "s3" if scheme in _S3 else "azure" if is_azure else "gs"
    return Address(store, bucket, path.strip("/"), server.partition(".")[0])


def checked_address(text: str) -> str:
    """The same text, if it is an address."""
    parse_address(text)
    return text
