"""Everything after the features: train, evaluate, explain, score, publish and list.

`from pipeline import train, judge, report, load_model, score, evaluate` and the other names of `__all__` are the Python
interface; the commands are in `pipeline.commands`. These are loaded on first use, so that importing a module loads only
what it needs, and so that the memory allocator of Polars is configured before Polars loads. A notebook that imports
Polars first should call `features.allocator.share_freed_memory()` before that; otherwise it runs with the default
allocator, only slower.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.notebook import (
        RetentionClassifier,
        draft,
        evaluate,
        judge,
        load_model,
        plan,
        publish,
        report,
        score,
        train,
        what_happened,
    )

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


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from features.allocator import share_freed_memory

    share_freed_memory()
    from pipeline import notebook  # which loads Polars

    return getattr(notebook, name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
