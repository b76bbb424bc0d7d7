"""How Polars keeps memory that was freed: a setting that it reads once, when it is loaded."""

import os
from typing import Final

VARIABLE: Final = "_RJEM_MALLOC_CONF"
SETTING: Final = "narenas:1,oversize_threshold:0,dirty_decay_ms:2000,muzzy_decay_ms:0"


def share_freed_memory() -> None:
    """All threads share what one of them freed, large pieces too, for two seconds. To be called before Polars loads.

    New pages would have to be cleared, which takes a sixth of the time of the features, and memory that only one thread
    may use again is a fifth of the peak. Each entry point calls this: `retention`, the server, `from pipeline import
    train` and its like, the bench. Whoever has set the variable keeps what it says. Once Polars is loaded, which writes
    the variable too, this does nothing.
    """
    os.environ.setdefault(VARIABLE, SETTING)
