"""Who may see it: the API over published scores."""

import features as _before_polars  # noqa: F401 (how Polars, when it is loaded, keeps memory)
