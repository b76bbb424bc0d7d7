"""Whether a group that overlaps others would show how fewer than three people left (`pipeline.disclosure.leaving`)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.disclosure.leaving import LEAST_LEAVERS


def separates_few(exits: NDArray[np.int64], group: NDArray[np.bool_], shown: Sequence[NDArray[np.bool_]]) -> bool:
    """Whether the group has one or two leavers, or its overlap with a shown group, or either without the other, has.

    exits: leavers of each cell. group, shown: the cells of each group. A group that lies within another is subtracted
    from it this way; combinations of three groups and more are not examined.
    """
    parts = [group, *(part for each in shown for part in (group & each, group & ~each, each & ~group))]
    return any(0 < int(exits[part].sum()) < LEAST_LEAVERS for part in parts)
