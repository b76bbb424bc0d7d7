"""The company of `tests/support/training_company.py`."""

from training_company import company, judged  # noqa: F401
