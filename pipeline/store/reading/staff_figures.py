"""Everyone's post and figures of a publication: what plans are computed from."""

from pathlib import Path

import polars as pl
from sqlalchemy import Connection, func, select

from pipeline.store.reading.heads import Published
from pipeline.store.schema import SCORE
from pipeline.store.staff_files import read_staff_file, staff_file


def encoded_staff(connection: Connection, published: Published, var: Path, figures: int) -> pl.DataFrame:
    """What the file of the publication has (`store.staff_files`), of those whom the store still holds.

    figures: the number of figures that the model reads. Raises BadInput if the file is missing or damaged: the month
    was published before there were such files, or is not the one that is served, perhaps since a moment ago.
    """
    people = read_staff_file(staff_file(var, published.id, published.content_hash), figures)
    is_theirs = SCORE.c.publication_id == published.id
    if connection.execute(select(func.count()).where(is_theirs)).scalar_one() == people.height:
        return people
    left = connection.execute(select(SCORE.c.employee_id).where(is_theirs)).scalars().all()
    return people.filter(pl.col("employee_id").is_in(left))
