"""The console script, called as a process, and a database of each kind."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from database_sources import company, database  # noqa: F401

RETENTION = Path(sys.executable).parent / "retention"


Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def retention() -> Command:
    """Runs `retention …` with its state under `var`; fails unless it ends with `exit_code`."""
    return run


def run(*arguments: object, var: Path, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RETENTION_VAR": str(var)}
    command = [str(RETENTION), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == exit_code, done.stderr
    assert "Traceback" not in done.stderr
    return done
