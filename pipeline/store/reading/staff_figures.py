"""Everyone's post and figures of a publication, as tables without ids: what plans are computed from."""

from typing import Final

import numpy as np
import polars as pl
from sqlalchemy import Connection, String, cast, select

from pipeline.store.reading.heads import Published
from pipeline.store.schema import SCORE

BATCH_PEOPLE: Final = 10_000
"""People whose texts are decoded at once, which bounds the memory."""

_FACTORS: Final = pl.Struct({"index": pl.List(pl.Int32), "value": pl.List(pl.String)})


def staff_figures(connection: Connection, published: Published) -> tuple[pl.DataFrame, pl.DataFrame]:
    """department, location and level (strings), and each feature's published figure; a row per person, in one order.

    A number that is unknown is null; figures have the six published digits.
    """
    columns = (SCORE.c.department, SCORE.c.location, cast(SCORE.c.level, String).label("level"), SCORE.c.factors)
    rows = connection.execute(select(*columns).where(SCORE.c.publication_id == published.id)).all()
    schema = {"department": pl.String, "location": pl.String, "level": pl.String, "factors": pl.String}
    people = pl.DataFrame(rows, schema=schema, orient="row")
    return people.drop("factors"), _figures(people["factors"], published)


def _figures(factors: pl.Series, published: Published) -> pl.DataFrame:
    """A column per feature of the publication, a row per text of factors."""
    parts = [_decoded(part, published) for part in factors.to_frame().iter_slices(BATCH_PEOPLE)]
    return pl.concat(parts) if parts else _decoded(factors.to_frame(), published)


def _decoded(factors: pl.DataFrame, published: Published) -> pl.DataFrame:
    decoded = factors.to_series().str.json_decode(_FACTORS).struct.unnest().with_row_index("row")
    flat = decoded.explode("index", "value").drop_nulls("index")
    numbers = np.full((factors.height, len(published.features)), np.nan)
    numbers[flat["row"].to_numpy(), flat["index"].to_numpy()] = flat["value"].cast(pl.Float64, strict=False).to_numpy()
    columns = [
        _texts(name, factors.height, flat.filter(pl.col("index") == at))
        if published.features[at].get("kind") == "category"
        else pl.Series(name, numbers[:, at], nan_to_null=True)
        for at, (name, _) in enumerate(published.feature_drivers)
    ]
    return pl.DataFrame(columns, height=factors.height)


def _texts(name: str, people: int, figures: pl.DataFrame) -> pl.Series:
    texts = np.full(people, None, dtype=object)
    texts[figures["row"].to_numpy()] = figures["value"].to_numpy()
    return pl.Series(name, texts.tolist(), dtype=pl.String)
