"""The sums of features that one training stores for the next (`judgement.guards.rewritten_history`), and their end."""

import shutil
from pathlib import Path
from typing import Final

from pipeline.identity.keys import forget_sums_key

FOLDER: Final = "kept_features"
"""The folder under `var`."""


def forget_feature_sums(var: Path) -> int:
    """Delete the sums of every source, and their key; returns the number of files deleted."""
    folder = var / FOLDER
    files = [file for file in folder.glob("*") if file.is_file()]
    shutil.rmtree(folder, ignore_errors=True)
    forget_sums_key(var)
    return len(files)
