"""The loader that MLflow models of version 0.1 name; theirs and newer ones by `pipeline.model.stored_model`."""

from pipeline.model.stored_model import _load_pyfunc

__all__ = ["_load_pyfunc"]
