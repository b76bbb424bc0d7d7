"""How the allocator of Polars reuses freed memory: a setting that is read once, when Polars is loaded."""

import os
from typing import Final

VARIABLE: Final = "_RJEM_MALLOC_CONF"
SETTING: Final = "narenas:1,oversize_threshold:0,dirty_decay_ms:2000,muzzy_decay_ms:0"


def share_freed_memory() -> None:
    """Let all threads reuse what one of them freed, large blocks too, for two seconds. Call it before Polars loads.

    Clearing new pages would take a sixth of the time of the features, and memory that only one thread may reuse makes
    up a fifth of the peak. Each entry point calls this: `retention`, the server, functions of `pipeline` such as
    `train`, and the bench. A variable that is already set stays as it is. Polars sets the variable when it is loaded,
    so a later call does nothing.
    """
    os.environ.setdefault(VARIABLE, SETTING)
