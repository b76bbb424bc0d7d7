"""Reads the files of `tests/support/source_files.py`, and the object store of `tests/support/object_store.py`."""

from object_store import object_store, s3_server  # noqa: F401
from source_files import read  # noqa: F401
