"""The published months that the API is asked about (`tests/support/published.py`)."""

from published import *  # noqa: F403
from published import _the_log_is_on  # noqa: F401
