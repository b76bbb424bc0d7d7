"""Up to how many rows plain definitions are done before a compiled loop has started (`compiled.py`)."""

from typing import Final

FEW_ROWS: Final = 200_000
"""On these, the slowest definition (`partners.by_groups`) takes a tenth of a second for a snapshot date."""
