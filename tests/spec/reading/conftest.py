"""Reads the files of `tests/support/source_files.py`."""

from source_files import read  # noqa: F401
