"""The fairness review: how the list treats protected groups and pairs of them, out of time, with intervals.

Being listed leads to a conversation about staying. A group that is listed too rarely gets less help; one that is listed
too often is watched more. The attributes are read for this review only and never reach the model.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from itertools import combinations, product
from math import comb, nan
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.build import organisation
from features.source import CrossSection, Source
from pipeline.dataset.rows import Dataset
from pipeline.disclosure import LEAST_PEOPLE, hidden_of_attributes
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.fairness.protected import ProtectedGroups, protected_groups
from pipeline.judgement.fairness.proxies import proxies
from pipeline.judgement.reporting.groups import TIMES, Group
from pipeline.judgement.reporting.report import FairnessGroup, FairnessRow, Proxy, Ratio, Ratios
from pipeline.judgement.statistics.figures import UNDEFINED, Bounded
from pipeline.judgement.statistics.metrics import TOP_SHARE
from pipeline.judgement.statistics.resampling import COVERAGE, RESAMPLES, drawn_sums, percentile_interval
from pipeline.judgement.statistics.score_intervals import effective_sizes, ratio_interval, share_interval
from pipeline.listing.criticality import with_criticality
from pipeline.listing.rules import ListRules
from pipeline.listing.selection import listed
from pipeline.score_record import ENOUGH

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LEAST_SHARE: Final = 0.02
"""A group with a smaller share of the rows is excluded from ratios, as in New York City's rules on bias audits (6 RCNY
5-301): its rate is mostly noise, and if it is the highest by chance, every other group would fail."""
LEAST_COMPARED: Final = 10
"""A group of fewer people is excluded from ratios. Of nine of whom nobody is listed, three in ten could be: the 95 %
interval of their selection rate ends at 0.30, so no comparison with other groups could ever tell."""
LEAST_LEAVERS: Final = 30
"""With fewer leavers, a group's recall is excluded from ratios: chance alone could change it by half."""
RATIOS: Final = ("selection_rate", "recall")
"""The rates compared between groups; the gate checks these."""


@dataclass(frozen=True)
class Judged:
    """Out-of-time rows (n,), aligned: the person, the outcome, the risk, and whether the person would be listed."""

    person: Ints
    left: Bools
    risk: Floats
    is_listed: Bools

    def where(self, rows: Bools) -> "Judged":
        return Judged(self.person[rows], self.left[rows], self.risk[rows], self.is_listed[rows])


@dataclass(frozen=True)
class _Groups:
    """The groups of one attribute, or of a pair; `code` (n,) is the index of each row's group in `names`.

    `parts` are the names of a group, one per attribute; `parsed` the groups that these names stand for.
    """

    attributes: tuple[str, ...]
    parts: Sequence[tuple[str, ...]]
    parsed: Sequence[tuple[Group, ...]]
    code: Ints

    @property
    def names(self) -> list[str]:
        return [TIMES.join(part) for part in self.parts]

    def people(self, person: Ints, rows: Bools | None = None) -> Ints:
        """The number of different people in each group, among these rows (all by default)."""
        chosen = slice(None) if rows is None else rows
        pairs = np.unique(np.column_stack([self.code[chosen], person[chosen]]), axis=0)
        return np.bincount(pairs[:, 0], minlength=len(self.parts))


def review(
    loaded: Source | CrossSection, dataset: Dataset, result: Backtest, rules: ListRules, seed: int
) -> tuple[tuple[FairnessRow, ...], tuple[Proxy, ...]]:
    """The fairness review and the proxy check of the out-of-time rows.

    `rules` are the rules of the monthly lists. Both results are empty for a source without protected attributes.
    """
    keys = dataset.keys[result.rows]
    groups = protected_groups(loaded, keys)
    if not groups.names.width:
        return (), ()
    posts = _posts(loaded, keys)
    is_listed = selection(result.risk, result.person, result.split_number, posts, rules)
    judged = Judged(result.person, result.left, result.risk, is_listed)
    _, from_end = np.unique(result.person[::-1], return_index=True)
    newest = len(result.rows) - 1 - from_end  # of each person
    return fairness_review(groups, judged, seed), proxies(dataset.X[result.rows[newest]], groups.names[newest], seed)


@singledispatch
def _posts(source: Source | CrossSection, keys: pl.DataFrame) -> pl.DataFrame | None:
    """The manager_id, level and criticality of each row's person on its snapshot date, null if unknown; None without
    dates."""
    return None


@_posts.register
def _(source: Source, keys: pl.DataFrame) -> pl.DataFrame:
    dates = keys["snapshot_date"].unique().to_list()
    posts = pl.concat(
        with_criticality(source, organisation(source, day), day).with_columns(snapshot_date=pl.lit(day))
        for day in dates
    )
    on = ["employee_id", "snapshot_date"]
    return keys.join(posts, on=on, how="left", maintain_order="left").select("manager_id", "level", "criticality")


def selection(
    risk: Floats,
    person: Ints,
    split_number: Ints,
    posts: pl.DataFrame | None,
    rules: ListRules,
) -> Bools:
    """Whether each row (n,) would be listed in its split: as on a monthly list, or the top tenth without managers.

    `risk`, `person`, `split_number` (n,) and `posts` are aligned; `posts` holds manager_id and level, and criticality
    where the rules sort by it; each may be null.
    """
    rows = pl.DataFrame({"risk": risk, "split": split_number, "employee_id": person}).with_row_index("row")
    if posts is None or posts["manager_id"].null_count() == posts.height:
        rank = pl.col("risk").rank("ordinal", descending=True).over("split")
        return rows.select(rank <= (TOP_SHARE * pl.len().over("split")).ceil()).to_series().to_numpy()
    rows = rows.with_columns(posts, evidence=pl.lit(ENOUGH), employee_id=pl.col("employee_id").cast(str))
    chosen = [
        listed(one.drop_nulls("manager_id"), float(one["risk"].to_numpy().mean()), rules)["row"]
        for one in rows.partition_by("split")
    ]
    return np.isin(np.arange(len(risk)), pl.concat(chosen).to_numpy())


def fairness_review(
    groups: ProtectedGroups, judged: Judged, seed: int, resamples: int = RESAMPLES
) -> tuple[FairnessRow, ...]:
    """One entry for each protected attribute, then one for each pair of them.

    `groups` are aligned with `judged`; rows whose group is not recorded are left out. `ratios` hold, for each of
    `RATIOS`, the lowest group's rate divided by the highest group's. Each group has, with 95 % intervals (score
    intervals that allow for the similarity of a person's rows; of mean_risk, from resampling people):

    - selection_rate: share of rows that would be listed;
    - recall: share of those who left that would be listed, higher is better;
    - false_positive_rate: share of those who stayed that would be listed, lower is better;
    - base_rate and mean_risk: the share who left, and the mean risk;
    - calibration: exits divided by expected exits; 1 is right, above 1 the risks are too low;
    - selection_rate_ratio and recall_ratio: divided by the highest group's, among groups with at least
      `LEAST_COMPARED` people and `LEAST_SHARE` of the rows, and for recall at least `LEAST_LEAVERS` who left. NaN if
      the highest is 0: nobody is listed, so all are treated alike.

    The two groups of a ratio in `ratios` are the ones furthest apart, and some pair always is, by chance alone. Its
    interval allows for that: it covers all pairs of the attribute's groups at once (Bonferroni).

    A group of fewer than `LEAST_PEOPLE` people has no figures, and neither has a group that would reveal it
    (`pipeline.disclosure`). An empty pair has NaN, and so has a rate among fewer than `LEAST_PEOPLE` people.
    """
    hidden_of = hidden_of_attributes(groups.names, judged.person)
    entries = []
    attributes = groups.names.columns
    for names in [*((name,) for name in attributes), *combinations(attributes, 2)]:
        recorded = groups.names.select(~pl.any_horizontal(pl.col(names).is_null())).to_series().to_numpy()
        if not recorded.any():
            continue
        labels, rows = groups.names.filter(recorded).select(names), judged.where(recorded)
        crossed = _crossed(labels, groups.bands)
        entry = _entry(crossed, rows, hidden_of[names], seed, resamples)
        entries.append(replace(entry, not_recorded=len(np.unique(judged.person)) - entry.people))
    return tuple(entries)


def _crossed(labels: pl.DataFrame, bands: Mapping[str, Mapping[str, Group]]) -> _Groups:
    group_of = [
        {name: bands.get(column.name, {}).get(name, Group(name)) for name in column.unique()}
        for column in labels.iter_columns()
    ]
    levels = [sorted(known, key=lambda name, known=known: known[name].reading_order) for known in group_of]  # type: ignore[misc]
    code = np.zeros(labels.height, dtype=np.int64)
    for column, values in zip(labels.iter_columns(), levels, strict=True):
        position = column.replace_strict(values, list(range(len(values))), return_dtype=pl.Int64)
        code = code * len(values) + position.to_numpy()
    parts = list(product(*levels))
    of_parts = [tuple(known[name] for known, name in zip(group_of, part, strict=True)) for part in parts]
    return _Groups(tuple(labels.columns), parts, of_parts, code)


def _entry(groups: _Groups, rows: Judged, hidden: set[tuple[str, ...]], seed: int, resamples: int) -> FairnessRow:
    people, counts = groups.people(rows.person), np.bincount(groups.code, minlength=len(groups.parts))
    leavers = groups.people(rows.person, rows.left)
    is_shown = np.array([part not in hidden for part in groups.parts]) & (people > 0)
    values = _by_group(groups, rows)
    for name, those in (("recall", leavers), ("false_positive_rate", groups.people(rows.person, ~rows.left))):
        values[name] = np.where(those >= LEAST_PEOPLE, values[name], np.nan)
    sizes = {name: _sizes(groups, rows, *of_share(rows)) for name, of_share in _SHARES.items()}
    figures = {
        name: [share_interval(*pair) for pair in zip(values[name].tolist(), sizes[name].tolist(), strict=True)]
        for name in _SHARES
    }
    drawn = _resampled_risk(groups, rows, seed, resamples)
    figures["mean_risk"] = [percentile_interval(risk, drawn[:, at]) for at, risk in enumerate(values["mean_risk"])]
    expected = values["mean_risk"].tolist()
    figures["calibration"] = [_over(*pair) for pair in zip(figures["base_rate"], expected, strict=True)]
    ratios = {}
    for name in RATIOS:
        is_compared = is_shown & (counts >= LEAST_SHARE * len(rows.left)) & np.isfinite(values[name])
        is_compared &= people >= LEAST_COMPARED
        if name == "recall":
            is_compared &= leavers >= LEAST_LEAVERS
        compared = _Compared(values[name], sizes[name], is_compared)
        figures[f"{name}_ratio"] = [compared.ratio(at, COVERAGE) for at in range(len(groups.parts))]
        ratios[name] = compared.lowest(groups.names)
    return FairnessRow(
        attribute=TIMES.join(groups.attributes),
        is_pair=len(groups.attributes) > 1,
        people=len(np.unique(rows.person)),
        ratios=Ratios(**ratios),
        groups=tuple(
            FairnessGroup(name, is_suppressed=True, parts=parsed)
            if part in hidden
            else FairnessGroup(
                group=name,
                is_suppressed=False,
                people=int(people[at]),
                rows=int(counts[at]),
                **{figure: each[at] for figure, each in figures.items()},
                parts=parsed,
            )
            for at, (name, part, parsed) in enumerate(zip(groups.names, groups.parts, groups.parsed, strict=True))
        ),
        attributes=groups.attributes,
    )


_METRICS: Final[Mapping[str, Callable[[Bools, Bools, Floats], float]]] = {
    "selection_rate": lambda left, is_listed, risk: _mean(is_listed),
    "recall": lambda left, is_listed, risk: _mean(is_listed[left]),
    "false_positive_rate": lambda left, is_listed, risk: _mean(is_listed[~left]),
    "base_rate": lambda left, is_listed, risk: _mean(left),
    "mean_risk": lambda left, is_listed, risk: _mean(risk),
    "calibration": lambda left, is_listed, risk: _mean(left) / _mean(risk),
}
"""Each for the rows of one group; NaN where there are none to take a share of."""


def _by_group(groups: _Groups, rows: Judged) -> dict[str, Floats]:
    """Each metric (groups,); NaN for a pair of groups that is empty."""
    members = [rows.where(groups.code == at) for at in range(len(groups.parts))]
    return {
        name: np.array([metric(one.left, one.is_listed, one.risk) for one in members])
        for name, metric in _METRICS.items()
    }


_SHARES: Final[dict[str, Callable[[Judged], tuple[Bools, Bools]]]] = {
    "selection_rate": lambda rows: (rows.is_listed, np.ones_like(rows.left)),
    "recall": lambda rows: (rows.is_listed, rows.left),
    "false_positive_rate": lambda rows: (rows.is_listed, ~rows.left),
    "base_rate": lambda rows: (rows.left, np.ones_like(rows.left)),
}
"""The metrics that are shares: what is counted, and among which rows."""


def _sizes(groups: _Groups, rows: Judged, counted: Bools, among: Bools) -> Floats:
    return effective_sizes(counted[among], groups.code[among], rows.person[among], len(groups.parts))


def _over(figure: Bounded, expected: float) -> Bounded:
    """A figure and its bounds divided by a number that is known."""
    return Bounded(*(bound / expected if expected else nan for bound in (figure.value, figure.low, figure.high)))


def _resampled_risk(groups: _Groups, rows: Judged, seed: int, resamples: int) -> Floats:
    """The mean risk of each resample of people, (resamples, groups); people are drawn with all their rows."""
    _, person = np.unique(rows.person, return_inverse=True)
    size, width = int(person.max()) + 1, len(groups.parts)
    cell = person * width + groups.code
    by_person = [
        np.bincount(cell, weights=weight, minlength=size * width).reshape(size, width)
        for weight in (np.ones(len(cell)), rows.risk)
    ]
    n, risk = np.split(drawn_sums(np.hstack(by_person), seed, resamples), 2, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(risk / n)


@dataclass(frozen=True)
class _Compared:
    """A rate by group: its values and effective sizes (groups,), and which groups are large enough to compare."""

    values: Floats
    sizes: Floats
    is_compared: Bools

    @property
    def highest(self) -> int:
        return int(np.argmax(np.where(self.is_compared, self.values, -np.inf)))

    def ratio(self, group: int, coverage: float) -> Bounded:
        """A group's rate divided by the highest group's; NaN if either is not compared, or the highest is 0."""
        highest = self.highest
        if not self.is_compared[group] or self.values[highest] == 0:
            return UNDEFINED
        if group == highest:
            return Bounded(1.0, 1.0, 1.0)
        own, own_size, best, best_size = (
            float(each[at]) for at in (group, highest) for each in (self.values, self.sizes)
        )
        return ratio_interval(own, own_size, best, best_size, coverage)

    def lowest(self, names: Sequence[str]) -> Ratio | None:
        """The lowest group's ratio to the highest, with both names; None with fewer than two groups to compare.

        Its interval covers the ratios of all pairs of groups at once.
        """
        if self.is_compared.sum() < 2 or self.values[self.highest] == 0:
            return None
        lowest = int(np.argmin(np.where(self.is_compared, self.values, np.inf)))
        coverage = 1 - (1 - COVERAGE) / comb(int(self.is_compared.sum()), 2)
        return Ratio(names[lowest], names[self.highest], self.ratio(lowest, coverage))


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
