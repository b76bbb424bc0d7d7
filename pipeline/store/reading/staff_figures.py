"""Everyone's post and figures of a publication: what plans are computed from."""

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from sqlalchemy import Connection, String, cast, func, select

from pipeline.store.reading.heads import Published
from pipeline.store.schema import SCORE
from pipeline.store.staff_files import POSTS, replacement_weights, staff_file

BATCH_PEOPLE: Final = 10_000
"""People whose texts are decoded at once, which bounds the memory."""

_FACTORS: Final = pl.Struct({"index": pl.List(pl.Int32), "value": pl.List(pl.String)})


def encoded_staff(connection: Connection, published: Published, var: Path | None) -> pl.DataFrame | None:
    """What the file of the publication has (`store.staff_files`), of those whom the store still holds.

    None without a file: the month was published before there were any, or is not the one that is served, perhaps since
    a moment ago.
    """
    if var is None:
        return None
    try:
        people = pl.read_parquet(staff_file(var, published.id, published.content_hash), memory_map=False)
    except FileNotFoundError:
        return None
    if "replacement_weight" not in people.columns:  # published before there were weights
        people = people.with_columns(replacement_weight=pl.lit(1.0))
    is_theirs = SCORE.c.publication_id == published.id
    if connection.execute(select(func.count()).where(is_theirs)).scalar_one() == people.height:
        return people
    left = connection.execute(select(SCORE.c.employee_id).where(is_theirs)).scalars().all()
    return people.filter(pl.col("employee_id").is_in(left))


def staff_figures(connection: Connection, published: Published) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`POSTS`, replacement_weight and log_odds, and each feature's published figure; a row per person, in one order. It
    is slow.

    A number that is unknown is null; figures have the six published digits.
    """
    posts = (cast(SCORE.c[name], String).label(name) for name in POSTS)
    numbers = {"criticality": pl.Float64, "log_odds": pl.Float64}
    columns = (*posts, *(SCORE.c[name] for name in numbers), SCORE.c.factors)
    query = select(*columns).where(SCORE.c.publication_id == published.id)
    schema = {**dict.fromkeys(POSTS, pl.String), **numbers, "factors": pl.String}
    people = pl.DataFrame(connection.execute(query).all(), schema=schema, orient="row")
    weighted = people.with_columns(replacement_weights(people["criticality"]))
    return weighted.drop("criticality", "factors"), _figures(people["factors"], published)


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
