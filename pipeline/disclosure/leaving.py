"""How people left: which counts of exits by kind may be shown.

**What readers know.** Who works where, and who left and when: colleagues notice. So head counts, person-months, hires
and the number of exits of any kind tell them nothing new. **What they do not know** is how a person left, why, and
whether the company regrets it: whether the only leaver of a department in March resigned or was dismissed.

**What must not be deducible**, from one table and its totals: a sum over fewer than `LEAST_LEAVERS` leavers of anything
about how they left, or a weighted sum that depends on so few. A department of 30 with one exit in a month therefore
shows no kinds for that month, and not even "0 voluntary", which would say that the one was dismissed. The number of
exits decides, which is known anyway, and never the number of a kind: what is hidden says nothing about how people left.

**How.** Months are grouped into years, counted back from the last month, and within a year a group's months into
blocks: runs of months with at least `LEAST_LEAVERS` exits, or none. A group's kinds are shown for blocks, and for
windows that begin and end where blocks do, so everything shown of a group is a sum over whole blocks. A group-year with
fewer exits, and a group of fewer than `LEAST_PEOPLE` people, shows no kinds. Then the total is subtracted: for every
set M of months that the total tells apart, a reader can give one weight to a block, so what is left of a block is at
least the smaller of its exits inside and outside M, and of a hidden group all exits in M. If these add up to one or
two, the smallest group that takes part is shown by year only, or hidden. The years of departments come before the
months of everyone: where the two cannot be shown together, everyone is shown by year. One set M is enough: a
combination with more than two values leaves at least as much as one of its values does (tests/property).

Lines of managers lie within each other. There the leavers are sorted by which shown lines they were in; a class with
too few of them hides the smallest of its lines.

**What it does not cover.** Several tables together: a department and a location that differ by one leaver. Two
publications a month apart: the last twelve months then differ by two months' exits. A reader who is one of three
leavers, or knows how one of them left. Three leavers who all left in the same way.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.disclosure.derivation import LEAST_PEOPLE

LEAST_LEAVERS: Final = 3
"""The fewest leavers about whom it may follow how they left."""
MONTHS: Final = 12

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Shown:
    """What may be shown of the groups of a table.

    is_group: (groups, months), whether the group may be shown at all. has_kinds: (groups, months), whether anything may
    be shown of how people left. is_edge: (groups, months + 1), where blocks begin and end.
    """

    is_group: Bools
    has_kinds: Bools
    is_edge: Bools

    def window(self, first: int, after: int) -> Bools:
        """(groups,): whether counts by kind of the months from `first` up to and without `after` may be shown."""
        if first < 0 or after > self.has_kinds.shape[1]:
            return np.zeros(len(self.has_kinds), dtype=bool)
        whole = self.has_kinds[:, first:after].all(axis=1)
        return whole & self.is_edge[:, first] & self.is_edge[:, after]


def years(months: int) -> list[slice]:
    """The years of a period, counted back from its last month; the first may be shorter."""
    ends = range(months, 0, -MONTHS)
    return [slice(max(end - MONTHS, 0), end) for end in ends][::-1]


def small_group_years(people: NDArray[np.float64], least: int = LEAST_PEOPLE) -> Bools:
    """(groups, months) -> (groups, months): the groups whose mean head count in a year is below `least`.

    Where one is hidden, the smallest others are too, until at least two are hidden that are `least` people together.
    """
    small = np.zeros(people.shape, dtype=bool)
    for year in years(people.shape[1]):
        mean = people[:, year].mean(axis=1)
        hidden = (mean < least) & (mean > 0)
        order = np.argsort(mean, kind="stable")
        for group in order[mean[order] >= least]:
            if not hidden.any() or (hidden.sum() > 1 and mean[hidden].sum() >= least):
                break
            hidden[group] = True
        small[:, year] = hidden[:, None]
    return small


def shown_of_total(exits: Ints, exits_of_main: Ints, small: Bools) -> Shown:
    """What may be shown of everyone: one row.

    exits: (months,). exits_of_main, small: (groups, months) of the most requested table, whose years come before the
    months of everyone: where the months would hide one of its groups, everyone is shown by year only.
    """
    has_kinds, is_edge = np.ones((1, len(exits)), dtype=bool), np.ones((1, len(exits) + 1), dtype=bool)
    for year in years(len(exits)):
        blocks = _blocks(exits[None, year])
        if blocks.max() < 0:
            has_kinds[:, year] = False
            continue
        table, coarse = exits_of_main[:, year], np.zeros_like(blocks)
        shown = [_covered(table, np.any(small[:, year], axis=1), each)[1].sum() for each in (blocks, coarse)]
        found = coarse if shown[0] < shown[1] else blocks
        is_edge[:, year.start + 1 : year.stop] = found[:, 1:] != found[:, :-1]
    return Shown(np.ones(has_kinds.shape, dtype=bool), has_kinds, is_edge)


def shown_beside(total: Shown, exits: Ints, small: Bools) -> Shown:
    """What may be shown of groups without common members, beside what is shown of everyone.

    exits: (groups, months), the exits of any kind. small: (groups, months), the groups that are not shown at all.
    """
    has_kinds, is_edge = np.zeros(exits.shape, dtype=bool), np.ones((len(exits), exits.shape[1] + 1), dtype=bool)
    for year in years(exits.shape[1]):
        if not total.has_kinds[0, year].all():
            continue
        of_total = _numbered(total.is_edge[0, year.start : year.stop + 1])[None]
        blocks, enough = _covered(exits[:, year], np.any(small[:, year], axis=1), of_total)
        has_kinds[:, year] = enough[:, None]
        is_edge[:, year.start + 1 : year.stop] = blocks[:, 1:] != blocks[:, :-1]
    return Shown(~small, has_kinds, is_edge)


def _covered(exits: Ints, small: Bools, of_total: Ints) -> tuple[Ints, Bools]:
    """The blocks of each group in one year, and whether its kinds are shown, beside the total's blocks (1, months)."""
    blocks = _blocks(exits)
    enough = (blocks.max(axis=1, initial=-1) >= 0) & ~small
    _cover(exits, blocks, enough, _sets_of_months(of_total[0]))
    return blocks, enough


def _blocks(exits: Ints) -> Ints:
    """The number of each month's block, by group; -1 throughout where a year has too few exits, but not none."""
    found = np.zeros(exits.shape, dtype=np.int64)
    for group, counts in enumerate(exits):
        total = int(counts.sum())
        if 0 < total < LEAST_LEAVERS:
            found[group] = -1
            continue
        found[group] = _blocks_of(counts, total)
    return found


def _blocks_of(counts: Ints, left: int) -> Ints:
    """Months in turn: a block ends once it has enough exits, or has none and enough or none are left after it."""
    numbers = np.zeros(len(counts), dtype=np.int64)
    block, held = 0, 0
    for month, count in enumerate(counts):
        numbers[month] = block
        held, left = held + int(count), left - int(count)
        if (held == 0 or held >= LEAST_LEAVERS) and (left == 0 or left >= LEAST_LEAVERS):
            block, held = block + 1, 0
    return numbers


def _cover(table: Ints, blocks: Ints, enough: Bools, months: Ints) -> None:
    """Coarsen the blocks of groups, or hide their kinds, until the total less the groups reveals nothing; in place."""
    parts = [_remainder(table[group], blocks[group], bool(enough[group]), months) for group in range(len(table))]
    remainder = np.sum(parts, axis=0) if parts else np.zeros(len(months), dtype=np.int64)
    while len(leaks := np.flatnonzero((remainder > 0) & (remainder < LEAST_LEAVERS))):
        inside = table @ months[leaks[0]]
        takes_part = [group for group in range(len(parts)) if enough[group] and inside[group] > parts[group][leaks[0]]]
        group = min(takes_part, key=lambda each: (table[each].sum(), each))
        if blocks[group].any():
            blocks[group] = 0
        else:
            enough[group] = False
        changed = _remainder(table[group], blocks[group], bool(enough[group]), months)
        remainder = remainder + changed - parts[group]
        parts[group] = changed


def _numbered(edges: Bools) -> Ints:
    """The number of each month's block, by where blocks begin and end."""
    return np.cumsum(edges[:-1]).astype(np.int64) - 1


def _sets_of_months(blocks: Ints) -> Ints:
    """(sets, months): 1 for the months of each set of the total's blocks, but the empty one."""
    number = int(blocks.max()) + 1
    chosen = (np.arange(1, 2**number)[:, None] >> np.arange(number)) & 1
    return chosen[:, blocks].astype(np.int64)


def _remainder(exits: Ints, blocks: Ints, has_kinds: bool, months: Ints) -> Ints:
    """(sets,): the fewest exits of a group that a combination with each set of months must leave."""
    if not has_kinds:
        return months @ exits
    left = np.zeros(len(months), dtype=np.int64)
    for block in np.unique(blocks[exits > 0]):
        of_block = np.where(blocks == block, exits, 0)
        inside = months @ of_block
        left += np.minimum(inside, of_block.sum() - inside)
    return left


def lines_with_kinds(leavers: pl.DataFrame, lines: pl.DataFrame, total_edges: Bools) -> set[str]:
    """The managers of whose lines kinds may be shown, for one year as a whole.

    leavers: leaver, month (from 0), line: a row for each line that a leaver was in, or one with a null. lines: line,
    people (mean head count). total_edges: where the blocks of the total begin and end in that year.
    """
    shown = {str(line) for line in lines.filter(pl.col("people") >= LEAST_PEOPLE)["line"]}
    people = lines.select("line", "people")
    everyone = leavers.select("leaver", "month").unique()
    sets = _sets_of_months(_numbered(total_edges))
    of_lines = leavers.join(people, on="line")
    while leak := _leak_of_lines(of_lines.filter(pl.col("line").is_in(list(shown))), everyone, sets):
        shown -= leak
    return shown


def _leak_of_lines(shown: pl.DataFrame, everyone: pl.DataFrame, sets: Ints) -> set[str]:
    """Lines to hide, because leavers in the same shown lines, or what the total leaves of them, are too few."""
    ordered = shown.sort("people", "line")
    classes = ordered.group_by("leaver", maintain_order=True).agg(
        pl.col("line").str.join("\x1f").alias("class"), pl.col("line").first().alias("smallest")
    )
    by_class = everyone.join(classes, on="leaver", how="left")
    sizes = by_class.group_by("class").agg(pl.len(), pl.col("smallest").first())
    few = sizes.filter(pl.col("len") < LEAST_LEAVERS)
    if not few.is_empty():
        return {*few["smallest"].drop_nulls()} or {*ordered["line"][:1]}
    names = sizes["class"].to_list()
    counts = np.zeros((len(names), sets.shape[1]), dtype=np.int64)
    position = {name: at for at, name in enumerate(names)}
    of_class = np.array([position[name] for name in by_class["class"]], dtype=np.int64)
    np.add.at(counts, (of_class, by_class["month"].to_numpy().astype(np.int64)), 1)
    whole = np.zeros(sets.shape[1], dtype=np.int64)
    parts = np.array([_remainder(row, whole, name is not None, sets) for name, row in zip(names, counts, strict=True)])
    remainder = parts.sum(axis=0) if len(parts) else np.zeros(len(sets), dtype=np.int64)
    leaks = np.flatnonzero((remainder > 0) & (remainder < LEAST_LEAVERS))
    if not len(leaks):
        return set()
    takes_part = np.flatnonzero(counts @ sets[leaks[0]] > parts[:, leaks[0]])
    return {sizes["smallest"][int(min(takes_part, key=lambda at: int(counts[at].sum())))]}
