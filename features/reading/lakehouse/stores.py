"""Object stores: connections with what the environment says, and their errors without their messages.

Credentials come from the environment alone (AWS_…, AZURE_…, GOOGLE_…) or from what the machine itself is given. The
messages of the libraries may quote addresses, keys and answers of servers, so that only their kind is shown.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pyarrow.fs as arrow_fs

from features.errors import BadInput, Finding, RetentionError
from features.reading.addresses import Address
from features.reading.definition.source_definition import FILE_NAME

CONNECT_SECONDS: Final = 15
REQUEST_SECONDS: Final = 60
ATTEMPTS: Final = 3

_CREDENTIALS: Final = {
    "s3": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION",
    "azure": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY (or AZURE_STORAGE_SAS_TOKEN)",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "": "the rights of the user",
}
_KINDS: Final = {
    "bucket": "no_?such_?bucket|bucket does not exist|container ?not ?found|container does not exist",
    "rights": (
        r"access_?denied|invalid_?access_?key|signature|\b40[13] |forbidden|unauthorized|unauthenticated|"
        r"authenticationf|expired_?token|necessary privileges|no credentials|credentials? (were|was|not|error|is)|"
        "permission denied"
    ),
    "network": "network_connection|could ?n.t connect|connection (refused|reset)|timed? ?out|sending request|dns|tcp",
    "missing": r"not.?found|no files in log|no such file|does not exist|\b404\b|not the same as the specified",
}
_OF_THE_DISK: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EMFILE, errno.ENFILE}


@contextmanager
def told_without_messages(address: Address, place: str, what: str) -> Iterator[None]:
    """Errors of a library become BadInput about `place`, with a remedy for their kind."""
    try:
        yield
    except (RetentionError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:  # the libraries' panics are no Exception
        if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
            raise
        raise BadInput(_finding(_kind(error, address), address, place, what)) from None


def _kind(error: BaseException | None, address: Address) -> str:
    """Whether the bucket, the rights, the network or the table is at fault; else empty."""
    texts = []
    while error is not None:
        texts.append(f"{type(error).__name__} {error}")
        error = error.__cause__
    text = " ".join(texts).lower()
    for part in filter(None, (str(address), address.key, address.path, address.bucket)):
        text = text.replace(part.lower(), "…")
    return next((kind for kind, pattern in _KINDS.items() if re.search(pattern, text)), "")


def _finding(kind: str, address: Address, place: str, what: str) -> Finding:
    credentials = _CREDENTIALS[address.store]
    rule, remedy = {
        "bucket": ("the bucket does not exist", "Correct its name, or the endpoint (AWS_ENDPOINT_URL)"),
        "rights": (f"the store refuses to read {what}", f"Check {credentials}, and that they may list and read it"),
        "network": ("the store cannot be reached", "Check the network and AWS_ENDPOINT_URL, and run it again later"),
        "missing": (f"{what} does not exist", "Correct the address or the version; a removed version cannot be read"),
    }.get(kind, (f"{what} cannot be read", "Check that it is whole, and of the kind that source.toml says"))
    return Finding(rule, FILE_NAME, place, 0, remedy)


def file_system(address: Address, place: str) -> Any:
    """The file system of Arrow for an address."""
    if address.store == "s3":
        return arrow_fs.S3FileSystem(
            **_s3_endpoint(),
            region=_region(),
            connect_timeout=CONNECT_SECONDS,
            request_timeout=REQUEST_SECONDS,
            retry_strategy=arrow_fs.AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
        )
    if address.store == "azure":
        return arrow_fs.AzureFileSystem(_account(address, place), **_azure_secret())
    return arrow_fs.GcsFileSystem() if address.store == "gs" else arrow_fs.LocalFileSystem()


def delta_options(address: Address, place: str) -> dict[str, str]:
    """Options of delta-rs beside what it takes from the environment itself."""
    patience = {
        "connect_timeout": f"{CONNECT_SECONDS}s",
        "timeout": f"{REQUEST_SECONDS}s",
        "max_retries": str(ATTEMPTS),
        "retry_timeout": f"{REQUEST_SECONDS}s",
    }
    if address.store == "s3":
        endpoint = {"aws_endpoint": _endpoint(), "allow_http": str(_endpoint().startswith("http://")).lower()}
        return {**patience, "aws_region": _region(), **(endpoint if _endpoint() else {})}
    return patience | ({"azure_storage_account_name": _account(address, place)} if address.store == "azure" else {})


def iceberg_properties(address: Address, place: str) -> dict[str, str]:
    """Properties of PyIceberg; the keys of S3 are those of the environment, which Arrow reads itself."""
    properties = {
        "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
        "s3.region": _region(),
        "s3.resolve-region": "false",
        "s3.connect-timeout": str(CONNECT_SECONDS),
        "s3.request-timeout": str(REQUEST_SECONDS),
    }
    if address.store == "s3" and _endpoint():
        properties["s3.endpoint"] = _endpoint()
    if address.store == "azure":
        secret = {f"adls.{name.replace('_', '-')}": value for name, value in _azure_secret().items()}
        properties |= {"adls.account-name": _account(address, place), **secret}
    return properties


def _endpoint() -> str:
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""


def _s3_endpoint() -> dict[str, str]:
    scheme, _, host = _endpoint().rpartition("://")
    return {"endpoint_override": host, "scheme": scheme or "https"} if host else {}


def _region() -> str:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"


def _account(address: Address, place: str) -> str:
    account = address.account or os.environ.get("AZURE_STORAGE_ACCOUNT_NAME", "")
    if not account:
        remedy = "Set AZURE_STORAGE_ACCOUNT_NAME, or write abfss://container@account.dfs.core.windows.net/path"
        raise BadInput(Finding("the account of the store is not known", FILE_NAME, place, 0, remedy))
    return account


def _azure_secret() -> dict[str, str]:
    given = {
        "account_key": os.environ.get("AZURE_STORAGE_ACCOUNT_KEY", ""),
        "sas_token": os.environ.get("AZURE_STORAGE_SAS_TOKEN", ""),
    }
    return {name: value for name, value in given.items() if value}
