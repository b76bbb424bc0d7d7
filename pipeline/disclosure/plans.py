"""Plans: which groups may show the effect of a change that reaches only some of their people.

A plan is about whole published groups, so a change that reaches everyone adds no sum beyond those of the figures of
groups. A threshold reaches a part of each group, and its effect is a sum over that part: the rules hold for the part
too, and for the difference between the parts of two neighbouring steps of a threshold.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.disclosure.derivation import LEAST_PEOPLE
from pipeline.disclosure.groups import Hidden, hide_further

Bools = NDArray[np.bool_]


def hidden_of_reached(
    groups: pl.DataFrame, reached: Sequence[Bools], hidden: Mapping[str, set[str]], fixed: Sequence[str] = ()
) -> Hidden:
    """`hidden`, and further groups whose effect must not be shown. Of dimensions in `fixed` this is known already.

    groups: a row per person, one String column per dimension, null where unknown. reached: whom the change reaches
    at each step of the threshold, from the mildest to the one asked for, each including the step before; a change
    without a threshold has one step.

    In turn: groups of which the step reaches fewer than `LEAST_PEOPLE`; groups of which it reaches one to four people
    more than the last step that is shown; then what combinations of the groups would reveal of the people reached.
    """
    start: Hidden = {}
    for name in groups.columns:
        if name in fixed:
            start[name] = set(hidden.get(name, ()))
            continue
        shown = _shown_at_last_step(groups[name], reached)
        start[name] = set(hidden.get(name, ())) | (set(groups[name].drop_nulls()) - shown)
    found = hide_further(groups.filter(pl.Series(reached[-1])), start, fixed, has_total=False)
    return {**start, **found}


def _shown_at_last_step(groups: pl.Series, reached: Sequence[Bools]) -> set[str]:
    labels = groups.drop_nulls().unique().sort()
    position = {label: at for at, label in enumerate(labels)}
    codes = groups.replace_strict(position, default=None, return_dtype=pl.Int64).fill_null(len(labels)).to_numpy()
    last, is_shown = np.zeros(len(labels) + 1, dtype=np.int64), np.zeros(len(labels) + 1, dtype=bool)
    for step in reached:
        people = np.bincount(codes[step], minlength=len(labels) + 1)
        more = people - last
        is_shown = (people >= LEAST_PEOPLE) & ((more == 0) | (more >= LEAST_PEOPLE))
        last = np.where(is_shown, people, last)
    return {label for label, shown in zip(labels, is_shown[:-1], strict=True) if shown}
