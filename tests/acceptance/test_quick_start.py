import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from documents import blocks, page

PAGE = page("docs/quick-start.md")

PAYROLL = """\
person,month,hired,department,salary,last_day
A17,31.01.2024,01.03.2019,Sales,4000,
B02,31.01.2024,15.11.2021,Finance,4200,
A17,29.02.2024,01.03.2019,Sales,4100,
B02,29.02.2024,15.11.2021,Finance,4200,28.02.2024
A17,31.03.2024,01.03.2019,Sales,4100,
"""


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


def test_the_source_toml_of_the_quick_start_reads_a_payroll(tmp_path: Path) -> None:
    (tmp_path / "payroll-2024.csv").write_text(PAYROLL)
    (tmp_path / "source.toml").write_text(blocks(PAGE, "toml")[0])
    report = checked(tmp_path)
    assert report["errors"] == []
    assert report["tables"] == {"employees": 2, "assignments": 5, "compensation": 5, "exits": 1}
    assert report["complete_until"] == "2024-12-31"
