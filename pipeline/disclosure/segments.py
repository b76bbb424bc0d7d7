"""Segments: which of them may show sums of what is published of people, such as expected exits and means of drivers.

A segment is an intersection of groups like those of plans, and the same rule holds: enough people, and no combination
with everything else that is shown depends on fewer than `LEAST_PEOPLE`. Everything else is the published groups, the
jobs and the intersections of plans; these stay as they are. So a segment that is one of them adds nothing, and a
segment by time in the company or contract is shown where it, and what it leaves of the others, is about enough people.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.disclosure.groups import hide_further
from pipeline.disclosure.intersections import LEAST_OF_INTERSECTION

_IN = "in"


def segments_with_sums(members: Sequence[NDArray[np.bool_]], published: pl.DataFrame) -> list[bool]:
    """For each segment whether its sums may be shown.

    members (people,): who is in each segment. published: what else is shown of the same people, a String column per
    dimension, null where a person's group is not shown; a total is a column too.
    """
    small = [int(inside.sum()) < LEAST_OF_INTERSECTION for inside in members]
    columns = {f"segment {at}": inside for at, inside in enumerate(members)}
    segments = pl.DataFrame(columns).select(pl.when(name).then(pl.lit(_IN)).alias(name) for name in columns)
    start = {name: {_IN} if is_small else set() for name, is_small in zip(columns, small, strict=True)}
    both = pl.concat([published, segments], how="horizontal")
    hidden = hide_further(both, start, published.columns, has_total=False)
    return [not hidden[name] for name in columns]
