"""The product beside other tools on the same data: `python -m bench`. Not part of what is installed."""

import features as _before_polars  # noqa: F401 (how Polars, when it is loaded, keeps memory)
