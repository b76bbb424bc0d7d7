"""The key between the tables: which column names the person, and how its spellings become one.

Two spellings of one id are found by overlap: zeros that Excel removed, a prefix such as a company's code, another
number of the same person in the list of people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from features.drafting.recognition.columns import Column, Recognised, shown
from features.drafting.recognition.names import matches
from features.drafting.vocabulary.person_words import PERSON_ID
from features.sql import literal

ENOUGH: Final = 0.5
"""Ids match where this share of the smaller set is in the larger one."""
FEWEST: Final = 3


@dataclass(frozen=True)
class Spelling:
    """How an id is written in one column, compared with the list of people.

    width: digits to which zeros are added back; 0 for none. prefix: what stands before the id. is_lower: in lower case,
    as addresses are.
    """

    width: int = 0
    prefix: str = ""
    is_lower: bool = False

    def sql(self, text: str) -> str:
        """SQL for the id in its common spelling."""
        if self.is_lower:
            return f"lower({text})"
        if self.prefix:
            rest = f"substr({text}, {len(self.prefix) + 1})"
            text = f"case when starts_with({text}, {literal(self.prefix)}) then {rest} else {text} end"
        return (
            f"case when length({text}) < {self.width} then lpad({text}, {self.width}, '0') else {text} end"
            if self.width
            else text
        )

    def of(self, ids: pl.Series) -> pl.Series:
        if self.is_lower:
            return ids.str.to_lowercase()
        plain = ids.str.strip_prefix(self.prefix) if self.prefix else ids
        return plain.str.pad_start(self.width, "0") if self.width else plain


@dataclass(frozen=True)
class Key:
    """How a table names people. via: the column of the list of people that holds the same number, if not the id."""

    column: Column
    spelling: Spelling
    why: str
    via: Column | None = None
    via_spelling: Spelling = Spelling()


@dataclass(frozen=True)
class Keys:
    """The list of people, its key, and the keys of the other tables by their name."""

    people: Recognised
    of_tables: Mapping[str, Key]

    @property
    def own(self) -> Key:
        return self.of_tables[self.people.table.name]

    def ids(self) -> pl.Series:
        """The ids in the list of people, in their common spelling."""
        return ids_of(self.people, self.own.column, self.own.spelling)

    def spelling_of(self, ids: pl.Series) -> Spelling | None:
        """The spelling under which these ids are people of the list; None if they are not."""
        spelling, share, _ = _best(ids.drop_nulls().unique(), self.ids().drop_nulls().unique(), fewest=1)
        return spelling if share >= ENOUGH else None


def ids_of(table: Recognised, column: Column, spelling: Spelling) -> pl.Series:
    """The ids of a column in their common spelling, one a row."""
    return spelling.of(table.table.frame.select(pl.coalesce(column.names)).to_series())


def with_addresses_as_ids(tables: Sequence[Recognised]) -> list[Recognised]:
    """The tables with addresses for ids, where no table of the export has another id."""
    if any(table.one("person_id") for table in tables):
        return list(tables)
    emails = [_addresses(table) for table in tables]
    return [
        replace(table, columns=(*table.columns, replace(address, why="the export has no other id")))
        if address
        else table
        for table, address in zip(tables, emails, strict=True)
    ]


def _addresses(table: Recognised) -> Column | None:
    for name, shape in table.shapes.items():
        if shape.is_email and shape.filled == shape.rows:
            return Column(table.table.name, (name,), "person_id", 0.5, "addresses", shape)
    return None


def find_keys(tables: Sequence[Recognised]) -> Keys | None:
    """The list of people and the key of each table that has one; None where no table names people."""
    people = _list_of_people(tables)
    if people is None:
        return None
    own = _own_column(people)
    every = pl.concat([_texts(each, column) for each in tables for column in each.all("person_id")]).unique()
    ids = _texts(people, own)
    spelling = _zeros(ids, every)
    lost = f"; zeros that were lost are added back, to {spelling.width} digits" if spelling.width else ""
    found = {people.table.name: Key(own, spelling, f"names people: {own.why}{lost}")}
    for table in tables:
        if table is not people and (key := _key_of(table, people, own, spelling)):
            found[table.table.name] = key
            if key.spelling.prefix == "" and key.via is None and (back := _prefix_of_own(table, key, ids)):
                found[people.table.name] = Key(
                    own,
                    Spelling(spelling.width, back),
                    f"{found[people.table.name].why}; {shown(back)} before the id is removed, as in {table.table.name}",
                )
    return Keys(people, found)


def _list_of_people(tables: Sequence[Recognised]) -> Recognised | None:
    named = [table for table in tables if table.one("person_id")]
    if not named:
        return None

    def fitness(table: Recognised) -> tuple[bool, bool, int]:
        column = _own_column(table)
        return bool(table.one("hire_date")), column.shape.distinct == column.shape.filled, column.shape.distinct

    return max(named, key=fitness)


def _own_column(table: Recognised) -> Column:
    """Of several ids of a person the one with a certain name that differs most: `employee_key` may number versions."""

    def fitness(column: Column) -> tuple[float, int, int]:
        return round(column.confidence, 1), column.shape.distinct, matches(PERSON_ID, column.name)

    return max(table.all("person_id"), key=fitness)


def _texts(table: Recognised, column: Column) -> pl.Series:
    return table.table.frame.select(pl.coalesce(column.names).alias("id")).to_series().drop_nulls().unique()


def _zeros(ids: pl.Series, every: pl.Series) -> Spelling:
    """Zeros count as lost where the same digits are written with and without them."""
    digits = every.filter(every.str.contains(r"^\d+$"))
    padded = digits.filter(digits.str.starts_with("0"))
    stripped = digits.str.strip_chars_start("0")
    if padded.is_empty() or stripped.n_unique() == len(digits) or ids.str.contains(r"\D").mean() > ENOUGH:  # type: ignore[operator]
        return Spelling()
    return Spelling(width=int(padded.str.len_chars().max() or 0))  # type: ignore[arg-type]


def _key_of(table: Recognised, people: Recognised, own: Column, spelling: Spelling) -> Key | None:
    """The best of the table's columns that could name a person: by name, else by its values."""
    named = table.all("person_id") or _by_values(table, people, own)
    by_address = _by_address(table, people) if not named else None
    if by_address:
        return by_address
    found: list[tuple[float, bool, Key]] = []
    for column in named:
        ids = _texts(table, column)
        for other in [own, *(each for each in people.all("person_id") if each is not own)]:
            theirs = _texts(people, other) if other is not own else spelling.of(_texts(people, own)).unique()
            chosen, share, evidence = _best(ids, theirs)
            chosen = chosen if chosen.prefix or chosen.width or other is not own else spelling
            is_own = other is own
            via = "" if is_own else f", which is {shown(other.name)} of {people.table.name}"
            why = f"{share:.0%} of the ids are in {people.table.name}{via}{evidence}"
            found.append((share, is_own, Key(column, chosen, why, None if is_own else other)))
    usable = [each for each in found if each[0] >= ENOUGH]
    if not usable and named and table.has("hire_date", "exit_date"):
        why = f"a list of other people than {people.table.name}: it has the date of hire of each"
        return Key(replace(named[0], confidence=0.6), spelling, why)
    if not usable and named and table.all("person_id"):
        return (
            None if not _own_prefix(table, people, own) else Key(named[0], Spelling(), "the ids match without a prefix")
        )
    return max(usable, key=lambda each: (each[0] > 0.95, each[1], each[0]))[2] if usable else None


def _by_address(table: Recognised, people: Recognised) -> Key | None:
    """The key of a table that names people by e-mail only, where the list of people has the same addresses."""
    small = Spelling(is_lower=True)
    mine = [
        Column(table.table.name, (name,), "person_id", 0.8, "e-mail addresses", shape)
        for name, shape in table.shapes.items()
        if shape.is_email and shape.filled == shape.rows
    ]
    theirs = [
        Column(people.table.name, (name,), "person_id", 0.8, "e-mail addresses", shape)
        for name, shape in people.shapes.items()
        if shape.is_email
    ]
    pairs = [
        (_share(small.of(_texts(table, column)).unique(), small.of(_texts(people, other)).unique()), column, other)
        for column in mine
        for other in theirs
    ]
    share, column, other = max(pairs, key=lambda pair: pair[0], default=(0.0, None, None))
    if share < ENOUGH or column is None or other is None:
        return None
    why = f"{share:.0%} of the addresses are in {people.table.name}, beside the id"
    return Key(column, small, why, other, small)


def _own_prefix(table: Recognised, people: Recognised, own: Column) -> str:
    column = table.all("person_id")[0]
    return _prefix(_texts(people, own), _texts(table, column))


def _prefix_of_own(table: Recognised, key: Key, ids: pl.Series) -> str:
    theirs = _texts(table, key.column)
    return "" if _share(theirs, ids) >= ENOUGH else _prefix(ids, theirs)


def _by_values(table: Recognised, people: Recognised, own: Column) -> list[Column]:
    ids = _texts(people, own)
    taken = {name for column in table.columns for name in column.names} | {each.name for each in table.sensitive}
    return [
        Column(table.table.name, (name,), "person_id", 0.7, "its values are ids of people", shape)
        for name, shape in table.shapes.items()
        if name not in taken
        and shape.distinct > FEWEST
        and shape.filled == shape.rows
        and _share(table.table.frame[name].drop_nulls().unique(), ids) > ENOUGH
    ]


def _best(ids: pl.Series, theirs: pl.Series, fewest: int = FEWEST) -> tuple[Spelling, float, str]:
    """The spelling of `ids` under which most of them are among `theirs`, and the share."""
    options = [(Spelling(), "")]
    if theirs.str.contains(r"^0\d+$").any():
        width = int(theirs.str.len_chars().max() or 0)  # type: ignore[arg-type]
        options.append((Spelling(width=width), ", with zeros that were lost"))
    if prefix := _prefix(ids, theirs, fewest):
        options.append((Spelling(prefix=prefix), f", without {shown(prefix)} before it"))
    scored = [
        (_share(spelling.of(ids).unique(), theirs, fewest), -place) for place, (spelling, _) in enumerate(options)
    ]
    share, place = max(scored)
    spelling, evidence = options[-place]
    return spelling, share, evidence


def _prefix(ids: pl.Series, theirs: pl.Series, fewest: int = FEWEST) -> str:
    """What stands before all of `ids` and, once removed, makes most of them ids of the others."""
    first, last = ids.drop_nulls().min() or "", ids.drop_nulls().max() or ""
    common = str(first)[: next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)]  # type: ignore[arg-type]
    shares = [(_share(ids.str.slice(length), theirs, fewest), -length) for length in range(1, len(common) + 1)]
    share, length = max(shares, default=(0.0, 0))
    return common[:-length] if share >= ENOUGH and _share(ids, theirs, fewest) < ENOUGH else ""


def _share(ids: pl.Series, theirs: pl.Series, fewest: int = FEWEST) -> float:
    smaller = min(len(ids), len(theirs))
    return len(set(ids.to_list()) & set(theirs.to_list())) / smaller if smaller >= fewest else 0.0
