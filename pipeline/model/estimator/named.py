"""Finds the factory of an estimator that the command line names. This runs code of the user, and only on request."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from sklearn.base import is_classifier

from features.errors import BadInput, Finding

OPTION: Final = "--estimator"
_FORM: Final = "Write it as MODULE:FACTORY or FILE.py:FACTORY; the factory takes no arguments and returns a classifier."


def estimator_named(name: str) -> Any:
    """The classifier that the factory `name` returns: `module:factory`, or `path/to/file.py:factory`.

    Modules are looked up in the current folder too. Raises BadInput where there is no such module or factory, it cannot
    be run, or it returns no classifier.
    """
    place, _, factory_name = name.rpartition(":")
    if not place or not factory_name.isidentifier():
        raise _unusable("not the name of a factory", _FORM)
    factory = getattr(_module(place), factory_name, None)
    if not callable(factory):
        raise _unusable(f"the module has no function or class {factory_name}", _FORM)
    try:
        made = factory()
    except Exception as error:
        fault = f"the factory ended with {type(error).__name__}"
        raise _unusable(fault, "Call it in Python to see why; it is called without arguments.") from error
    return checked_estimator(made)


def checked_estimator(estimator: Any) -> Any:
    """The estimator. Raises BadInput unless it is a scikit-learn classifier that gives a score for each row."""
    try:
        is_usable = not isinstance(estimator, type) and is_classifier(estimator)
    except Exception:  # an object without the tags of scikit-learn
        is_usable = False
    if not is_usable:
        remedy = "Derive it from sklearn.base.ClassifierMixin and BaseEstimator, or end a pipeline with a classifier."
        raise _unusable("not a scikit-learn classifier", remedy)
    if not (hasattr(estimator, "predict_proba") or hasattr(estimator, "decision_function")):
        remedy = "Choose one that has predict_proba (SVC: probability=True) or decision_function."
        raise _unusable("the classifier gives no probability and no score", remedy)
    return estimator


def _module(place: str) -> ModuleType:
    try:
        return _of_file(Path(place)) if place.endswith(".py") else _of_name(place)
    except Exception as error:
        fault = f"the module cannot be imported: {type(error).__name__}"
        raise _unusable(fault, f"Import it in Python to see why. {_FORM}") from error


def _of_file(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(path.name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _of_name(name: str) -> ModuleType:
    sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.pop(0)


def _unusable(rule: str, remedy: str) -> BadInput:
    return BadInput(Finding(rule, "command line", OPTION, remedy=remedy))
