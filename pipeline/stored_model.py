"""The loader module that MLflow models of version 0.1 name; newer models name `pipeline.model.stored_model`."""

from pipeline.model.stored_model import _load_pyfunc

__all__ = ["_load_pyfunc"]
