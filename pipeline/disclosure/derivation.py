"""Whether published sums reveal a few people: a search for a combination that depends on fewer than five of them.

Every published figure of a group is a sum over its people, or follows from one. A reader who knows the members of the
groups can add, subtract and weight these sums freely. The result is f(person) summed over everyone, where f is the
weight of the total plus the weights of the person's shown groups. This reveals something about a few people if f is
zero for all others. So the question is whether some choice of weights makes f zero for all but one to four people.

Method. People with the same shown groups form a profile, because f is the same for them. The dimension with the most
groups (usually the managers') is solved first: given the weights g of everything else, a group's own weight can cancel
one value of g, so f is zero for the largest part of the group on which g is equal. What is left is a linear question on
g, which has as many unknowns as the other dimensions have groups:

1. If making g differ between two profiles of a group would leave f other than zero for five people or more, over all
   groups that hold such a pair, then g is equal on both; add that equation, and repeat.
2. Where that does not decide, branch: g is equal on two profiles, or the people of one of them are among the few.

Step 1 is sound, step 2 exact; beyond `MOST_BRANCHES` the answer is "may reveal", so nothing is missed. Linear
algebra is modulo a prime, with profiles compared by three random functionals: exact but for coincidences of about one
in 10^18. Equations still hold after a further group is hidden, so the next search only looks at what was open.
Cost: O(profiles x log profiles) a round of step 1, and O(groups^3) over all of them, groups of the first dimension not
counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LEAST_PEOPLE: Final = 5
"""The fewest people of whom a figure may be shown, or may follow from figures that are shown."""

MOST_BRANCHES: Final = 300
"""Branches that are searched before the cautious answer is returned."""

NONE: Final = -1
"""The code of a record that is in no shown group of a dimension."""

_PRIME: Final = 2**31 - 1
_FUNCTIONALS: Final = 3
_KNOWN: Final = 8


@dataclass(frozen=True)
class Leak:
    """A combination of shown groups that may depend on fewer than five people.

    groups: (dimension, code) of each that takes part with a weight. needed: those without which it is impossible,
    because no other shown groups add up to them.
    """

    groups: Sequence[tuple[int, int]]
    needed: Sequence[tuple[int, int]]


class _Space:
    """A space of vectors modulo the prime, by a basis in reduced row echelon form."""

    def __init__(self, width: int) -> None:
        self._basis: Ints = np.zeros((width, width), dtype=np.int64)
        self._pivots: list[int] = []

    @property
    def rank(self) -> int:
        return len(self._pivots)

    @property
    def _rows(self) -> Ints:
        return self._basis[: self.rank]

    def copy(self) -> Self:
        other = type(self)(0)
        other._basis, other._pivots = self._basis.copy(), self._pivots.copy()
        return other

    def add(self, vector: Ints) -> bool:
        """Add a vector to the space; returns whether it was new."""
        at = vector[self._pivots]
        used = np.flatnonzero(at)
        rest = (vector - (at[used, None] * self._rows[used] % _PRIME).sum(axis=0)) % _PRIME
        if not rest.any():
            return False
        pivot = int(np.flatnonzero(rest)[0])
        rest = rest * pow(int(rest[pivot]), _PRIME - 2, _PRIME) % _PRIME
        hit = np.flatnonzero(self._rows[:, pivot])
        self._rows[hit] = (self._rows[hit] - self._rows[hit, pivot, None] * rest) % _PRIME
        self._basis[self.rank] = rest
        self._pivots.append(pivot)
        return True

    def vanishing(self, random: np.random.Generator, number: int) -> Ints:
        """Random functionals (width, number) that are zero on the whole space."""
        width = len(self._basis)
        found = random.integers(1, _PRIME, (width, number), dtype=np.int64)
        found[self._pivots] = 0
        for k in range(number):
            found[self._pivots, k] = -(self._rows * found[:, k] % _PRIME).sum(axis=1) % _PRIME
        return found


@dataclass(frozen=True)
class _Points:
    """Profiles of one first-dimension group that g cannot tell apart: a point. One row a point that is not its
    group's largest.

    profile, largest: a profile of the point, and one of the largest point of the group (`NONE`: g is zero there).
    people, people_of_largest: how many stand there. at: the point, and the largest point, of each profile.
    line_people: how many people all points in the same direction hold.
    """

    profile: Ints
    largest: Ints
    point: Ints
    largest_point: Ints
    people: Ints
    people_of_largest: Ints
    line: Ints
    line_people: Ints
    at: Ints


class Derivation:
    """What follows from published sums, while one group after another is hidden.

    codes: (records, dimensions), the number of each record's group, `NONE` where that group is not shown.
    people: (records,), how many people each record adds. A person with several records counts with one of them; the
    others have zero. has_total: whether the sum of all records is published too.
    """

    def __init__(self, codes: Ints, people: Ints, has_total: bool = True) -> None:
        profiles, number = np.unique(codes, axis=0, return_inverse=True)
        self._people: Ints = np.bincount(number.ravel(), weights=people, minlength=len(profiles)).astype(np.int64)
        counts = profiles.max(axis=0, initial=NONE) + 1
        self._first = int(np.argmax(counts))
        self._team: Ints = profiles[:, self._first].copy()
        self._others = [each for each in range(codes.shape[1]) if each != self._first]
        starts = np.cumsum([int(has_total), *(int(counts[each]) for each in self._others)])
        self._starts, self._ends, self._width = starts[:-1], starts[1:], int(starts[-1])
        blank = self._width  # a column after the last one, always zero
        columns = [np.where(profiles[:, each] >= 0, profiles[:, each] + start, blank) for each, start in self._blocks()]
        total = [np.zeros(len(profiles), dtype=np.int64)] if has_total else []
        self._columns: Ints = np.column_stack([*total, *columns, np.full(len(profiles), blank)])
        self._random = np.random.default_rng(0)
        self._branches = 0
        self._is_open, self._is_changed = np.ones((2, len(profiles)), dtype=bool)
        self._full, self._certain = _Space(self._width), _Space(self._width)

    def leak(self) -> Leak | None:
        """A combination that may depend on fewer than `LEAST_PEOPLE` people, or None if there is none."""
        self._branches = 0
        self._close(self._full, self._is_changed, -1)
        self._is_changed[:] = False
        points = self._close(self._certain, self._is_open, LEAST_PEOPLE - 1)
        self._is_open &= np.isin(self._team, self._team[points.profile])
        found = self._search(self._certain, self._is_open, LEAST_PEOPLE - 1)
        return None if found is None else self._leak(found[0], self._is_open & ~found[1])

    def hide(self, dimension: int, code: int) -> None:
        """Hide a group. All earlier equations still hold, because there are fewer combinations."""
        if dimension == self._first:
            is_in_it = self._team == code
            self._team[is_in_it] = NONE
            self._is_changed |= is_in_it
            self._is_open |= is_in_it
            return
        weight = np.zeros(self._width, dtype=np.int64)
        weight[self._starts[self._others.index(dimension)] + code] = 1
        self._full.add(weight)
        self._certain.add(weight)

    def _blocks(self) -> list[tuple[int, int]]:
        return [(each, int(start)) for each, start in zip(self._others, self._starts, strict=True)]

    def _search(self, space: _Space, is_there: Bools, budget: int) -> tuple[_Space, Bools] | None:
        """The equations that g meets, and who is left, where g may still be other than zero on the few removed."""
        while True:
            self._branches += 1
            points = self._close(space, is_there, budget)
            if space.rank == self._full.rank:
                return None
            if not len(points.profile) or self._branches > MOST_BRANCHES:
                return space, is_there
            pick = int(np.lexsort((points.profile, -points.line_people))[0])
            for point, people in (
                (points.point[pick], points.people[pick]),
                (points.largest_point[pick], points.people_of_largest[pick]),
            ):
                if point >= 0 and people <= budget:
                    rest = is_there & (points.at != point)
                    found = self._search(space.copy(), rest, budget - int(people))
                    if found is not None:
                        return found
            space.add(self._difference(points.profile[pick], points.largest[pick]))

    def _close(self, space: _Space, is_there: Bools, budget: int) -> _Points:
        """Add each difference that concerns more than `budget` people; returns the points that stay apart."""
        while True:
            points = self._points(space.vanishing(self._random, _FUNCTIONALS), is_there)
            certain = np.flatnonzero(points.line_people > budget)
            _, firsts = np.unique(points.line[certain], return_index=True)
            if not len(certain):
                return points
            known = 0
            for each in certain[firsts]:
                known += not space.add(self._difference(points.profile[each], points.largest[each]))
                if known > _KNOWN or space.rank == self._width:
                    break  # most of the others follow too: look again which do not

    def _values(self, functionals: Ints) -> Ints:
        """Each functional of each profile, (profiles, functionals)."""
        padded = np.vstack([functionals, np.zeros((1, functionals.shape[1]), dtype=np.int64)])
        return np.asarray(padded[self._columns].sum(axis=1) % _PRIME)

    def _difference(self, one: int, other: int) -> Ints:
        vector = np.zeros(self._width + 1, dtype=np.int64)
        np.add.at(vector, self._columns[one], 1)
        if other >= 0:
            np.add.at(vector, self._columns[other], -1)
        return vector[:-1] % _PRIME

    def _points(self, functionals: Ints, is_there: Bools) -> _Points:
        there = np.flatnonzero(is_there)
        values, team = self._values(functionals)[there], self._team[there]
        order = np.lexsort((*values.T, team))
        keys = np.column_stack([team, values])[order]
        is_new = np.append(True, (keys[1:] != keys[:-1]).any(axis=1))[: len(order)]
        number = np.cumsum(is_new) - 1
        starts = np.flatnonzero(is_new)
        people = np.bincount(number, weights=self._people[there][order], minlength=len(starts)).astype(np.int64)
        team, values, profile = keys[starts, 0], keys[starts, 1:], there[order][starts]
        at = np.full(len(is_there), NONE, dtype=np.int64)
        at[there[order]] = number
        largest = _largest_of_each(team, people)
        is_hidden = team == NONE  # nothing cancels g there, so it must be zero: the largest point is the origin
        origin = np.where(is_hidden[:, None], 0, values[largest])
        apart = (values - origin) % _PRIME
        rest = np.flatnonzero(apart.any(axis=1))
        line = _lines(apart[rest])
        of_line = np.bincount(line, weights=people[rest]).astype(np.int64)
        shown = ~is_hidden[rest]
        return _Points(
            profile=profile[rest],
            largest=np.where(shown, profile[largest[rest]], NONE),
            point=rest,
            largest_point=np.where(shown, largest[rest], NONE),
            people=people[rest],
            people_of_largest=np.where(shown, people[largest[rest]], 0),
            line=line,
            line_people=of_line[line],
            at=at,
        )

    def _leak(self, space: _Space, is_removed: Bools) -> Leak:
        """Which groups a random combination that meets the equations weighs; and which of them nothing else gives."""
        weights = self._weights(space.vanishing(self._random, 1), ~is_removed)
        redundant = self._weights(self._full.vanishing(self._random, 1), np.ones_like(is_removed))
        groups = sorted(weights)
        return Leak(groups, [group for group in groups if group not in redundant])

    def _weights(self, functional: Ints, is_there: Bools) -> set[tuple[int, int]]:
        """The groups whose weight is not zero when the first dimension cancels as much as it can."""
        found = {
            (each, int(column - start))
            for (each, start), end in zip(self._blocks(), self._ends, strict=True)
            for column in np.flatnonzero(functional[start:end, 0]) + start
        }
        there = np.flatnonzero(is_there & (self._team >= 0))
        values, team = self._values(functional)[there, 0], self._team[there]
        largest = _largest_of_each(team, self._people[there])
        return found | {(self._first, int(each)) for each in np.unique(team[values[largest] != 0])}


def _largest_of_each(team: Ints, people: Ints) -> Ints:
    """For each row the row of the same team with most people, the first of equals."""
    order = np.lexsort((np.arange(len(team)), -people, team))
    is_first = np.append(True, np.diff(team[order]) != 0)[: len(order)]
    found = np.empty(len(team), dtype=np.int64)
    found[order] = order[np.flatnonzero(is_first)][np.cumsum(is_first) - 1]
    return found


def _lines(vectors: Ints) -> Ints:
    """A number for each vector (vectors, functionals), the same for those that are multiples of one another."""
    inverse = _inverse(vectors[:, 0])
    scaled = vectors[:, 1:] * inverse[:, None] % _PRIME
    return np.unique(scaled, axis=0, return_inverse=True)[1].ravel() if len(scaled) else np.zeros(0, dtype=np.int64)


def _inverse(values: Ints) -> Ints:
    """The reciprocal of each value modulo the prime, by Fermat."""
    found, power, exponent = np.ones_like(values), values.copy(), _PRIME - 2
    while exponent:
        if exponent & 1:
            found = found * power % _PRIME
        power = power * power % _PRIME
        exponent >>= 1
    return found
