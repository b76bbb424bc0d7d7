"""The checks of the directory: names that can be shown, addresses that mail can be sent to, codes of languages."""

import polars as pl

from features.contract.directory_entry import (
    ADDRESS,
    INVISIBLE,
    LANGUAGE,
    LONGEST_ADDRESS,
    LONGEST_NAME,
    NAME_CHARACTERS,
    WHITE_SPACE,
)
from features.contract.tables import DIRECTORY
from features.validation.rules import NO_ADDRESS, NO_LANGUAGE, UNSHOWABLE_NAME, Rule, Tally


def with_usable_entries(frame: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """The entries whose name can be shown, each on one line; a useless address or language becomes empty."""
    email, language = pl.col("email"), pl.col("language")
    is_address = email.str.contains(f"^{ADDRESS}$") & (email.str.len_chars() <= LONGEST_ADDRESS)
    if "name" in frame.columns:
        frame = _with_names_that_can_be_shown(frame, tally)
    if "email" in frame.columns:
        frame = _emptied(frame, NO_ADDRESS, "email", is_address, tally)
    if "language" in frame.columns:
        frame = _emptied(frame, NO_LANGUAGE, "language", language.str.contains(f"^{LANGUAGE}$"), tally)
    return frame


def _with_names_that_can_be_shown(frame: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    name = pl.col("name")
    visible = name.str.replace_all(INVISIBLE, "").str.replace_all(WHITE_SPACE, " ").str.strip_chars()
    can_be_shown = name.str.contains(NAME_CHARACTERS) & (name.str.len_chars() <= LONGEST_NAME)
    written = frame.with_columns(visible)
    kept = written.filter(can_be_shown)
    tally.add(UNSHOWABLE_NAME, DIRECTORY, "name", written.height - kept.height)
    return kept


def _emptied(frame: pl.DataFrame, rule: Rule, column: str, is_usable: pl.Expr, tally: Tally) -> pl.DataFrame:
    """The frame with null in place of the values that are not usable, which are counted."""
    usable = frame.with_columns(pl.when(is_usable).then(pl.col(column)).alias(column))
    tally.add(rule, DIRECTORY, column, usable[column].null_count() - frame[column].null_count())
    return usable
