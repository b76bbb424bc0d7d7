"""What we do with the features: train, judge, explain, score, publish and list.

`from pipeline import train, report, load_model, score, evaluate` is the way in from Python; the commands lie in
`pipeline.commands`. These five are looked up when they are first asked for, so that importing a part costs no more than
that part, and that Polars is told how to keep memory before it loads. A notebook that imports Polars before these five
calls `features.allocator.share_freed_memory()` first, or runs with what Polars has by default: slower, not otherwise.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.notebook import evaluate, load_model, report, score, train

__all__ = ["evaluate", "load_model", "report", "score", "train"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from features.allocator import share_freed_memory

    share_freed_memory()
    from pipeline import notebook  # which loads Polars

    return getattr(notebook, name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
