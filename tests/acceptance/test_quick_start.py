import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from documents import blocks, page

PAGE = page("docs/quick-start.md")


def checked(source: Path) -> dict[str, Any]:
    """The output of `retention check` on an accepted source."""
    command = [str(Path(sys.executable).with_name("retention")), "check", str(source), "--json", "-"]
    run = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads(run.stdout)


def test_the_folder_of_the_quick_start_is_a_source(tmp_path: Path) -> None:
    for name, text in zip(("employees.csv", "exits.csv"), blocks(PAGE, "csv"), strict=True):
        (tmp_path / name).write_text(text)
    report = checked(tmp_path)
    assert report["errors"] == []
    assert report["tables"] == {"employees": 2, "exits": 1}
    assert report["voluntary_exits"] == 1
