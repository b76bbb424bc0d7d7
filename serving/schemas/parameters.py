"""Parameters of the path and of the query."""

from typing import Annotated

from fastapi import Path, Query

from features.contract.ids import CHARACTERS, MOST_CHARACTERS

EmployeeId = Annotated[str, Path(min_length=1, max_length=MOST_CHARACTERS, pattern=CHARACTERS, examples=["E-1042"])]
OptionalText = Annotated[str | None, Query(min_length=1, max_length=MOST_CHARACTERS, pattern=CHARACTERS)]
SourceName = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=MOST_CHARACTERS,
        pattern=CHARACTERS,
        description="the source that the id belongs to; by default the current one, if it holds such a person",
    ),
]
Month = Annotated[str, Path(pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$", description="YYYY-MM", examples=["2026-09"])]
