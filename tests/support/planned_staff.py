"""The figures that plans read, of people who were not published."""

import polars as pl

from pipeline.model.stored_model import StoredModel, typed_records
from pipeline.planning.staff import Figures, figures_in
from pipeline.scoring.encoded import encoded_figures


def figures_from(posts: pl.DataFrame, features: pl.DataFrame, model: StoredModel) -> Figures:
    """Figures from `POSTS`, replacement_weight and log_odds, and a column per feature."""
    encoded = encoded_figures(model.asked, typed_records(features, model.features))
    return figures_in(posts.hstack(encoded), model)
