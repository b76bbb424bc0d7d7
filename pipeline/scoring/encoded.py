"""A month's figures as the model reads them, for plans, which change a few of them for many people."""

import numpy as np
import polars as pl

from pipeline.model.blend import Blend


def encoded_figures(blend: Blend, features: pl.DataFrame) -> pl.DataFrame:
    """`trees` (their raw log-odds) and each feature, named by its position: a number, or the code of a category's
    level; unknown is null.

    Single precision; the trees' log-odds are those of the rounded figures, so that a figure that does
    not change changes nothing.
    """
    matrix = blend.encoding(features).astype(np.float32)
    columns = [pl.Series(str(at), matrix[:, at], nan_to_null=True) for at in range(matrix.shape[1])]
    return pl.DataFrame([pl.Series("trees", blend.trees.log_odds(np.ascontiguousarray(matrix))), *columns])
