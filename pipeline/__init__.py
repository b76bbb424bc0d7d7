"""Everything after the features: train, evaluate, explain, score, publish and list.

`from pipeline import train, judge, report, load_model, score, evaluate` and the other names of `__all__` are the Python
interface; the commands are in `pipeline.commands`. These are loaded on first use, so that importing a module loads only
what it needs, and so that the memory allocator of Polars is configured before Polars loads. A notebook that imports
Polars first should call `features.allocator.share_freed_memory()` before that; otherwise it runs with the default
allocator, only slower.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pipeline.model.estimator.retention_classifier import RetentionClassifier
    from pipeline.notebook.drafts import draft
    from pipeline.notebook.evaluation import evaluate
    from pipeline.notebook.months import publish, what_happened
    from pipeline.notebook.plans import plan
    from pipeline.notebook.records import score
    from pipeline.notebook.registered import load_model, report
    from pipeline.notebook.training import judge, train

__all__ = [
    "RetentionClassifier",
    "draft",
    "evaluate",
    "judge",
    "load_model",
    "plan",
    "publish",
    "report",
    "score",
    "train",
    "what_happened",
]

_MODULES: Final = {
    "RetentionClassifier": "model.estimator.retention_classifier",
    "draft": "notebook.drafts",
    "evaluate": "notebook.evaluation",
    "judge": "notebook.training",
    "load_model": "notebook.registered",
    "plan": "notebook.plans",
    "publish": "notebook.months",
    "report": "notebook.registered",
    "score": "notebook.records",
    "train": "notebook.training",
    "what_happened": "notebook.months",
}
"""Where each name is defined: only that module is loaded."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from features.allocator import share_freed_memory

    share_freed_memory()
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)  # loads Polars


def __dir__() -> list[str]:
    return [*globals(), *__all__]
