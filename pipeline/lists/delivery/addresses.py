"""Managers' mail addresses: those of the directory, and a file that overrides them. No address is ever logged."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from features.contract.directory_entry import ADDRESS
from features.errors import BadInput, Finding
from pipeline.files import read_columns
from pipeline.store.reading import PublishedScores

COLUMNS: Final = ("manager_id", "address")


def addresses(path: Path | None) -> dict[str, str]:
    """The addresses in a CSV (UTF-8) or Parquet file with `COLUMNS`; other columns are not read. None without a file.

    Raises BadInput with a finding for every rule that the file breaks.
    """
    if path is None:
        return {}
    table = read_columns(path, COLUMNS, _REMEDY)
    rules = {
        ("a row has no manager id", "manager_id"): table["manager_id"].is_null(),
        ("a manager has several addresses", "manager_id"): table["manager_id"].is_duplicated(),
        ("not a mail address", "address"): pl.Series(
            [not re.fullmatch(ADDRESS, address or "") for address in table["address"]], dtype=pl.Boolean
        ),
    }
    findings = [
        Finding(rule, path.name, column, rows=int(broken.sum()), remedy="Correct these rows; nothing was sent.")
        for (rule, column), broken in rules.items()
        if broken.any()
    ]
    if findings:
        raise BadInput(findings)
    return dict(table.iter_rows())


def require_addresses(scores: PublishedScores, source: str, overrides: Mapping[str, str]) -> None:
    """Raises BadInput where neither a file nor the directory of the source has any address."""
    if not overrides and not scores.directory(source).has_addresses():
        remedy = "Give the managers' e-mails in the table directory and score again, or set RETENTION_ADDRESSES."
        raise BadInput(Finding("no address is known", "directory", "email", remedy=remedy))


def addresses_of(
    scores: PublishedScores, source: str, manager_ids: Iterable[str], overrides: Mapping[str, str]
) -> dict[str, str]:
    """Each manager's address, where one is known: that of the file, else that of the directory."""
    entries = scores.directory(source).entries(manager_ids)
    return {manager: entry.email for manager, entry in entries.items() if entry.email} | dict(overrides)


_REMEDY: Final = "Set RETENTION_ADDRESSES to a CSV or Parquet file with the columns manager_id and address."
