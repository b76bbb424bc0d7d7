"""What was known about a person on a date: sources, validation, features and the simulated company."""

import os

# Polars reads this when it is first imported. Memory that one snapshot date frees is asked for by the next a second
# later: given back to the system in between, as by default, a twentieth of the time goes into getting it anew.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:2000")
