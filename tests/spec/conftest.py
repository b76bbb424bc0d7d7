"""The stores of `tests/support/stores.py`."""

from stores import engine, store, url  # noqa: F401
