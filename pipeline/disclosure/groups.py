"""Which groups of a table of people are not shown."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.disclosure.derivation import LEAST_PEOPLE, NONE, Derivation

Hidden = dict[str, set[str]]
"""For each dimension the groups that are not shown."""

_HIDDEN: Final = "\x00hidden"
_BEFORE: Final = "before "


def hidden_groups(people: pl.DataFrame, before: Sequence[pl.DataFrame] = ()) -> Hidden:
    """The groups of a publication that are not shown.

    people: person, and one String column per dimension, the most requested first, without nulls; one row per person.
    before: the same columns for each earlier publication of the same day, null where a group was not shown. What
    can be deduced from one of them together with this one is hidden too (`comparable`).

    In turn: groups of fewer than `LEAST_PEOPLE`; of two groups that differ by fewer, the one of the later dimension;
    the smallest ones until those hidden of a dimension are at least two, and enough people together; and for every
    combination that reveals fewer people (`derivation`), the smallest group of the last dimension that it needs.
    """
    groups = people.drop("person")
    hidden = _simple_rules(groups)
    for earlier in before:
        for name, found in comparable(earlier, people, hidden).items():
            hidden[name] |= found
    return hide_further(groups, hidden)


def hide_further(
    groups: pl.DataFrame,
    hidden: Mapping[str, set[str]],
    fixed: Sequence[str] = (),
    has_total: bool = True,
    person: pl.Series | None = None,
) -> Hidden:
    """`hidden`, and further groups, until no combination of shown groups reveals fewer than `LEAST_PEOPLE` people.

    groups: one String column per dimension, null for records in no group of it. Dimensions in `fixed` stay shown and
    are not returned. has_total: whether the sum of all records is published too. person: the person of
    each record, if one person may have several; None if each has one.
    """
    names = groups.columns
    labels = [groups[name].unique().drop_nulls().sort() for name in names]
    codes = np.column_stack(
        [_codes(groups[name], known, hidden.get(name, set())) for name, known in zip(names, labels, strict=True)]
    )
    sizes = [np.bincount(codes[codes[:, at] >= 0, at], minlength=len(known)) for at, known in enumerate(labels)]
    found = {name: set(hidden.get(name, ())) for name in names if name not in fixed}
    derivation = Derivation(codes, _counted_once(person, codes), has_total)
    while (leak := derivation.leak()) is not None:
        may_hide = [group for group in leak.needed if names[group[0]] in found] or [
            group for group in leak.groups if names[group[0]] in found
        ]
        if not may_hide:
            break  # a company of fewer than five, or the fixed groups reveal it
        at, code = min(may_hide, key=lambda group: (-group[0], sizes[group[0]][group[1]], group[1]))
        found[names[at]].add(labels[at][code])
        derivation.hide(at, code)
    return found


def comparable(before: pl.DataFrame, now: pl.DataFrame, hidden: Mapping[str, set[str]] | None = None) -> Hidden:
    """The groups of `now` that must be hidden because they, with what `before` shows, reveal fewer than five people.

    Both have `person` and the same String columns, null where a group is not shown; one row per person. Groups of `now`
    in `hidden` are not shown anyway. A group with the same people in both stays. A total is compared if it is a
    column, with everyone in one group. What `before` reveals by itself is not compared.
    """
    names = [name for name in now.columns if name != "person"]
    start = {name: set((hidden or {}).get(name, ())) for name in names}
    alone = hide_further(before.select(names), {name: set() for name in names}, has_total=False)
    earlier = before.select("person", *(_shown(name, alone[name]).alias(_BEFORE + name) for name in names))
    both = earlier.join(now, on="person", how="full", coalesce=True).drop("person")
    found = hide_further(both, start, [_BEFORE + name for name in names], has_total=False)
    return {name: found[name] - start[name] for name in names}


def changed_groups(before: pl.DataFrame, now: pl.DataFrame) -> Hidden:
    """The groups whose people are not the same in `now` as in `before`; frames as in `comparable`."""
    both = before.join(now, on="person", how="full", coalesce=True, suffix="_now")
    hidden: Hidden = {}
    for name in (column for column in now.columns if column != "person"):
        moved = both.filter(pl.col(name).ne_missing(pl.col(f"{name}_now")))
        hidden[name] = {*moved[name].drop_nulls(), *moved[f"{name}_now"].drop_nulls()}
    return hidden


def _shown(name: str, hidden: set[str]) -> pl.Expr:
    """The column, null where the group is not shown."""
    return pl.when(~pl.col(name).is_in(list(hidden))).then(name).alias(name)


def _simple_rules(groups: pl.DataFrame) -> Hidden:
    """What the rules for one and for two groups hide: most of what must be hidden, quickly."""
    sizes = {name: dict(groups.group_by(name).len().rows()) for name in groups.columns}
    hidden = {name: {group for group, size in sizes[name].items() if size < LEAST_PEOPLE} for name in sizes}
    while True:
        for name in sizes:
            _hide_enough(sizes[name], hidden[name])
        before = {name: len(found) for name, found in hidden.items()}
        for name, group in _differing_by_few(groups, hidden):
            hidden[name].add(_smallest_shown(sizes[name], hidden[name]) if group == _HIDDEN else group)
        if before == {name: len(found) for name, found in hidden.items()}:
            return hidden


def _hide_enough(sizes: Mapping[str, int], hidden: set[str]) -> None:
    """Add the smallest groups until the hidden ones cannot be deduced from the total minus the shown ones."""
    while hidden and len(hidden) < len(sizes):
        if len(hidden) > 1 and sum(sizes[group] for group in hidden) >= LEAST_PEOPLE:
            return
        hidden.add(_smallest_shown(sizes, hidden))


def _smallest_shown(sizes: Mapping[str, int], hidden: set[str]) -> str:
    return min((size, group) for group, size in sizes.items() if group not in hidden)[1]


def _differing_by_few(groups: pl.DataFrame, hidden: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    """For every two groups of different dimensions that differ by too few people, the one to hide."""
    shown = groups.with_columns(
        pl.when(pl.col(name).is_in(list(found))).then(pl.lit(_HIDDEN)).otherwise(name).alias(name)
        for name, found in hidden.items()
    )
    size = {name: shown.group_by(name).len(f"{name}_people") for name in shown.columns}
    for one, other in combinations(shown.columns, 2):
        both = shown.group_by(one, other).len("both").join(size[one], on=one).join(size[other], on=other)
        differing = pl.col(f"{one}_people") + pl.col(f"{other}_people") - 2 * pl.col("both").cast(pl.Int64)
        apart = both.filter(differing > 0, differing < LEAST_PEOPLE).sort(one, other)
        for first, second in apart.select(one, other).rows():
            if second != _HIDDEN or _may_hide_more(groups[other], hidden[other]):
                yield other, second
            elif first != _HIDDEN or _may_hide_more(groups[one], hidden[one]):
                yield one, first


def _may_hide_more(groups: pl.Series, hidden: set[str]) -> bool:
    return len(hidden) < groups.n_unique()


def _codes(groups: pl.Series, labels: pl.Series, hidden: set[str]) -> NDArray[np.int64]:
    """Each record's position among the sorted labels, `NONE` if it is in no shown group."""
    if not len(labels):
        return np.full(len(groups), NONE, dtype=np.int64)
    positions = [NONE if label in hidden else position for position, label in enumerate(labels)]
    return groups.replace_strict(labels, positions, return_dtype=pl.Int64).fill_null(NONE).to_numpy()


def _counted_once(person: pl.Series | None, codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """One for one record of each person, zero for the others. The record is that of the rarest profile, where a count
    matters most.
    """
    if person is None:
        return np.ones(len(codes), dtype=np.int64)
    profile = np.unique(codes, axis=0, return_inverse=True)[1].ravel()
    records = pl.DataFrame({"person": person, "profile": profile}).with_row_index("record")
    rarest_first = records.sort(pl.col("person").n_unique().over("profile"), "profile", "record")
    counted = rarest_first.unique("person", keep="first", maintain_order=True)["record"]
    return np.bincount(counted.to_numpy(), minlength=len(codes))
