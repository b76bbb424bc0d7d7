"""What was known about a person on a date: sources, validation, features and the simulated company."""

import os
from typing import Final

ALLOCATOR: Final = "_RJEM_MALLOC_CONF"
"""Where Polars, when it is loaded, reads how it keeps memory that was freed: so this package is imported before it.

All threads share what one of them freed, large pieces too, for two seconds: new pages would have to be cleared, which
takes a sixth of the time of the features, and memory that only one thread may use again is a fifth of the peak.
"""
os.environ.setdefault(ALLOCATOR, "narenas:1,oversize_threshold:0,dirty_decay_ms:2000,muzzy_decay_ms:0")
