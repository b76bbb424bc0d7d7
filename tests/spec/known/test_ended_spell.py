"""Which spell an exit ends, where hires and exits fall on one day."""

from datetime import date

import narwhals as nw
import polars as pl
import pytest

from features.contract.ended_spell import with_ended_spell


def ended(hires: list[int], exits: list[int]) -> dict[int, int | None]:
    """Day of exit -> day of the hire of the spell that it ends, of one person; both as days of January 2024."""
    who = {"employee_id": "ann"}
    hired = pl.DataFrame([who | {"hire_date": date(2024, 1, day)} for day in hires])
    left = pl.DataFrame([who | {"exit_date": date(2024, 1, day)} for day in exits])
    rows = with_ended_spell(nw.from_native(left.lazy()), nw.from_native(hired.lazy()))
    table = nw.to_native(rows).collect()
    return {row["exit_date"].day: row["ended_hire"] and row["ended_hire"].day for row in table.to_dicts()}


@pytest.mark.parametrize(
    ("hires", "exits", "expected"),
    [
        ([5], [9], {9: 5}),
        ([5], [5], {5: 5}),  # hired and gone on one day
        ([5], [4], {4: None}),
        ([5, 9], [9], {9: 5}),  # a rehire on the day of the exit
        ([9, 5], [9], {9: 5}),
        ([5, 9], [8], {8: 5}),
        ([5, 9], [10], {10: 9}),
        ([5, 9], [7, 9], {7: 5, 9: 9}),  # gone on day 7, and a second spell of one day
        ([5, 9, 14], [9, 14, 20], {9: 5, 14: 9, 20: 14}),
        ([3, 5, 9], [3, 5, 9], {3: 3, 5: 5, 9: 9}),
        ([1, 5, 9], [2, 3, 9], {2: 1, 3: 1, 9: 5}),  # an exit whose date was corrected, and later a move
    ],
)
def test_an_exit_ends_the_spell_that_the_person_was_in(
    hires: list[int], exits: list[int], expected: dict[int, int | None]
) -> None:
    assert ended(hires, exits) == expected
