"""A run's working folder is removed with the run, and a killed run's folder by the next one."""

import signal
import subprocess
import sys
from pathlib import Path

from pipeline.dataset.workspace import workspace
from pipeline.settings import Settings

WORKING = """
import sys, time
from pathlib import Path
from pipeline.settings import Settings
from pipeline.dataset.workspace import workspace
with workspace(Settings(var=Path(sys.argv[1]))) as folder:
    (folder / "tables").mkdir()
    print(folder, flush=True)
    time.sleep(600)
"""


def run_under_way(var: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen([sys.executable, "-c", WORKING, str(var)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_the_working_folder_and_an_unused_state_folder_are_removed(tmp_path: Path) -> None:
    with workspace(Settings(var=tmp_path / "var")) as folder:
        (folder / "tables").mkdir()
    assert not (tmp_path / "var").exists()


def test_the_next_run_removes_a_killed_runs_folder_but_not_that_of_a_running_one(tmp_path: Path) -> None:
    killed, left = run_under_way(tmp_path)
    alive, kept = run_under_way(tmp_path)
    try:
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        assert left.is_dir()
        with workspace(Settings(var=tmp_path)) as folder:
            assert set(tmp_path.iterdir()) == {folder, kept}
    finally:
        alive.kill()
        alive.communicate()
