"""Managers' mail addresses, from a file that HR maintains. No address is ever stored or logged."""

import re
from pathlib import Path
from typing import Final

import polars as pl

from features.contract.directory_entry import ADDRESS
from features.errors import BadInput, Finding

COLUMNS: Final = ("manager_id", "address")


def addresses(path: Path | None) -> dict[str, str]:
    """Each manager's address, from a CSV (UTF-8) or Parquet file with `COLUMNS`; other columns are not read.

    Raises BadInput with a finding for every rule that the file breaks.
    """
    if path is None:
        raise BadInput(Finding("no address file is set", "environment", "RETENTION_ADDRESSES", remedy=_REMEDY))
    table = _read(path)
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


def _read(path: Path) -> pl.DataFrame:
    try:
        table = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
    except FileNotFoundError:
        raise BadInput(Finding("the file does not exist", path.name, remedy=_REMEDY)) from None
    except (pl.exceptions.PolarsError, UnicodeDecodeError):
        raise BadInput(Finding("the file cannot be read", path.name, remedy=_REMEDY)) from None
    if missing := [name for name in COLUMNS if name not in table.columns]:
        raise BadInput([Finding("a required column is missing", path.name, name, remedy=_REMEDY) for name in missing])
    rows = table.select(pl.col(COLUMNS).cast(pl.String).str.strip_chars().replace("", None)).unique(maintain_order=True)
    return rows.filter(~pl.all_horizontal(pl.all().is_null()))


_REMEDY: Final = "Set RETENTION_ADDRESSES to a CSV or Parquet file with the columns manager_id and address."
