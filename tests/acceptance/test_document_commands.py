"""Every command in a fenced block of the documents runs: here, on a small company, or where `ELSEWHERE` says."""

import configparser
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from documents import ROOT, blocks, commands, named_tests, page, section
from servers import free_port, served

from features.simulation.run import simulate
from pipeline.registry.promotion import promote
from pipeline.settings import Settings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

BIN = Path(sys.executable).parent
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "notebooks/README.md", *(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))]
OPERATION = page("docs/deployment.md")

HERE = {
    "make serve",
    "export TOKEN=$(.venv/bin/retention token --role hr)",
    ".venv/bin/retention token --role hr",
    ".venv/bin/retention check path/to/source",
    ".venv/bin/retention privacy",
    ".venv/bin/retention privacy --out assessment.md",
    ".venv/bin/retention documents",
    ".venv/bin/retention documents agreement notice --language de --out drafts",
    ".venv/bin/retention documents --duties",
    ".venv/bin/retention settings --changes",
    "/opt/retention/bin/retention --version",
    "retention monthly /data/source",  # within the line for cron
    *(line for line in commands(OPERATION) if line.startswith("retention audit verify")),
}
BY_CI = "CI runs it before the tests, or as them."
WHEEL = "`test_packaging.py::test_the_installed_wheel_runs_without_the_checkout`"
CONTAINERS = (
    "There is no container engine in CI: `test_deployment.py::test_the_compose_file_is_valid`, "
    "`test_deployment.py::test_compose_passes_on_every_setting_that_the_page_requires`"
)
ON_A_COMPANY = "`test_simulated_company.py::test_factors_add_up_to_the_risk_for_everyone` rests on the same commands"
SCOPED = "Needs scores: `test_scope_tokens.py::test_retention_token_makes_a_token_with_a_scope`"
ELSEWHERE = {
    "make test": BY_CI,
    "make check": BY_CI,
    "make coverage": "As `make test`, with pytest-cov",
    "make notebooks": BY_CI,
    "make release": BY_CI,
    "make setup SPARK=1": BY_CI,
    "make demo": (
        "`test_demo.py::test_every_month_of_the_year_is_scored_listed_and_monitored`, and "
        "`test_repository.py::test_the_demo_is_always_the_simulated_company`"
    ),
    "export RETENTION_VAR=var-acme": "As each test here has it",
    ".venv/bin/retention token --role hr --scope department=Sales --scope location=Riga": SCOPED,
    ".venv/bin/retention token --role hr --role manager --person E-1042 --scope line=E-1042": SCOPED,
    "export HR_DATABASE=postgresql://user:password@host:5432/database": (
        "`test_databases.py::test_the_features_of_a_company_in_a_database_are_those_of_its_files_byte_for_byte`"
    ),
    "make train SOURCE=path/to/source": ON_A_COMPANY,
    "make score SOURCE=path/to/source": ON_A_COMPANY,
    "sudo -u retention sh -c 'set -a; . /etc/retention.env; /opt/retention/bin/retention train /data/source'": (
        ON_A_COMPANY
    ),
    "make lists": ON_A_COMPANY,
    ".venv/bin/retention features path/to/source --out features.parquet": (
        "`test_sources_document.py::test_people_in_a_yearly_snapshot_are_at_risk_on_its_day`"
    ),
    ".venv/bin/retention turnover path/to/source --by department --out turnover": (
        "`test_turnover_command.py::test_the_command_prints_publishes_and_writes`"
    ),
    ".venv/bin/retention outlook path/to/source --planned hires.csv --out outlook": (
        "`test_outlook_command.py::test_the_command_prints_publishes_and_writes`"
    ),
    ".venv/bin/retention draft path/to/source --out path/to/source/source.toml": (
        "`test_drafting.py::test_the_answers_are_asked_for_then_read`"
    ),
    "RETENTION_ENGINE=spark make train SOURCE=path/to/source": (
        "`test_spark.py::test_spark_computes_every_feature_as_polars_does`"
    ),
    "make bench": "`test_bench.py::test_the_bench_prints_a_table_and_writes_the_figures_for_the_page`",
    "make bench PARTS=features PEOPLE='10000 100000'": (
        "`test_bench.py::test_the_bench_prints_a_table_and_writes_the_figures_for_the_page`"
    ),
    "make bench PARTS=soak MINUTES=60": (
        "`test_bench_soak.py::test_every_tenth_request_writes_and_both_ends_are_measured`"
    ),
    "docker compose up -d": CONTAINERS,
    "RETENTION_SOURCE=/path/to/source docker compose run --rm jobs train /data": CONTAINERS,
    "RETENTION_SOURCE=/path/to/source docker compose run --rm jobs score /data": CONTAINERS,
    "python3 -m venv /opt/retention": WHEEL,
    "/opt/retention/bin/pip install --no-deps --require-hashes -r requirements.lock": "As `make setup`, which CI runs",
    "/opt/retention/bin/pip install --no-deps dist/retention-*.whl": WHEEL,
    "useradd --system --user-group --home-dir /var/lib/retention retention": "Not run: it would change the machine",
    next(line for line in commands(page("CONTRIBUTING.md")) if line.startswith("uv pip compile")): (
        "Not run: it asks a registry what is newest"
    ),
    **{
        line: "Not run: it needs a vendor's cluster, or a registry"
        for part in ("What a cluster needs", "Recipes")
        for line in commands(section(page("docs/scaling.md"), part))
    },
}
"""Where every other command is run, or why it is not."""
ALERT = 3
"""The exit code of a month that is done and has something that somebody should look at."""


def test_every_documented_command_is_run_here_or_in_a_named_test() -> None:
    documented = {line for name in DOCUMENTS if name != "docs/api.md" for line in commands(page(name))}
    documented |= {line for line in commands(page("docs/api.md")) if not line.startswith("curl")}  # test_api_page.py
    assert documented == HERE | set(ELSEWHERE)
    assert named_tests(" ".join(ELSEWHERE.values()))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `source`, a snapshot every third month, and `var` with a champion that the page's Python trained.

    So few people may not pass the gate, so the model is promoted by an override, which the page does not show.
    """
    folder = tmp_path_factory.mktemp("documents")
    simulate(folder / "source", 400, 30, 1)
    toml = folder / "source" / "source.toml"
    toml.write_text(f'name = "acme"\nsnapshot_every_months = 3\n{toml.read_text().partition(chr(10))[2]}')
    block = blocks(page("notebooks/README.md"), "python")[0].replace("path/to/source", str(folder / "source"))
    before, training, after = block.partition("\nrows = ")
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RETENTION_VAR", str(folder / "var"))
        exec(before, names)
        promote(Settings(), "1", "tried on a few people who do not exist")
        exec(training + after, names)
    assert names["model"].manifest["source"] == "acme"
    return folder


def surroundings(folder: Path, **more: str) -> dict[str, str]:
    """The environment in which this checkout's programs store their state in a folder."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"RETENTION_VAR": str(folder / "var"), "PYTHONPATH": str(ROOT), "PATH": path} | more


def placed(command: str, folder: Path) -> str:
    """A command of a page with this test's paths, replaced in one pass: a path may look like a placeholder."""
    places = {
        "/etc/retention.env": folder / "retention.env",
        "/opt/retention/bin": BIN,
        "/var/lib/retention": folder / "var",
        "/data/source": folder / "source",
        "path/to/source": folder / "source",
        "/safe/place": folder,
        ".venv/bin": BIN,
        "/data": folder / "source",
    }
    return re.sub("|".join(map(re.escape, places)), lambda results: str(places[results[0]]), command)


@pytest.fixture(scope="module")
def shell(company: Path) -> Callable[..., str]:
    """Runs a command of a page in `sh`; returns its output."""

    def run(command: str, *exit_codes: int, **environment: str) -> str:
        done = subprocess.run(
            ["sh", "-c", placed(command, company)],
            cwd=company,
            env=surroundings(company, **environment),
            capture_output=True,
            text=True,
        )
        assert done.returncode in (exit_codes or (0,)), done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="module")
def published(shell: Callable[..., str], company: Path) -> Path:
    """The company once its latest month has been scored and published."""
    shell(".venv/bin/retention score path/to/source")
    return company


def unit(description: str) -> configparser.ConfigParser:
    """The systemd unit with this description on the page. Parsing is strict, because no unit there repeats a key."""
    result = []
    for text in blocks(OPERATION, "ini"):
        parser = configparser.ConfigParser(interpolation=None)
        parser.optionxform = str  # type: ignore[method-assign,assignment]
        parser.read_string(text)
        result += [parser] if parser["Unit"]["Description"] == description else []
    [described] = result
    return described


@pytest.fixture
def settings_file(company: Path) -> None:
    """`/etc/retention.env` from the page, with this test's paths."""
    [text] = [each for each in blocks(OPERATION, "dotenv") if each.startswith("# /etc/retention.env")]
    (company / "retention.env").write_text(placed(text, company))


@pytest.mark.usefixtures("settings_file")
def test_the_cron_line_runs_the_month_with_the_settings_of_the_file(shell: Callable[..., str], company: Path) -> None:
    """Cron sets a minimal environment and its own PATH; the command follows the user's name."""
    *_, path, line = blocks(OPERATION, "cron")[0].splitlines()
    command = line.split(maxsplit=6)[-1]
    poor = {"PATH": placed(path.partition("=")[2], company), "RETENTION_VAR": ""}
    shell(command, **poor)
    assert list((company / "var" / "lists").glob("20??-??/index.html"))
    assert (company / "var" / "monitoring.html").exists()


def lists_of(company: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (company / "var" / "lists").glob("*/*")}


@pytest.mark.usefixtures("settings_file")
def test_running_the_months_unit_again_changes_nothing(shell: Callable[..., str], company: Path) -> None:
    """Exit code 3 of an alert fails the unit, so that somebody looks, and old data are deleted all the same."""
    service = unit("Retention: the month")["Service"]
    assert "SuccessExitStatus" not in service
    shell(service["ExecStart"], 0, ALERT)
    first = lists_of(company)
    assert first
    shell(service["ExecStart"], 0, ALERT)
    assert lists_of(company) == first
    shell(service["ExecStopPost"])


def test_the_kubernetes_cron_job_is_valid_and_its_command_runs(shell: Callable[..., str]) -> None:
    job = yaml.safe_load(blocks(OPERATION, "yaml")[0])
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    program, option, command = container["command"]
    assert (program, option) == ("sh", "-c")
    shell(command, 0, ALERT)


def test_the_source_is_checked_and_the_version_printed(shell: Callable[..., str]) -> None:
    shell(".venv/bin/retention check path/to/source")
    assert shell("/opt/retention/bin/retention --version").startswith("retention ")


def test_the_assessment_is_printed_or_written(shell: Callable[..., str], published: Path) -> None:
    printed = shell(".venv/bin/retention privacy")
    assert "| acme |" in printed
    shell(".venv/bin/retention privacy --out assessment.md")
    assert (published / "assessment.md").read_text() == printed


def test_documents_are_drafted_and_changes_of_settings_shown(shell: Callable[..., str], published: Path) -> None:
    shell(".venv/bin/retention documents agreement notice --language de --out drafts")
    written = {path.name: path.read_text() for path in (published / "drafts").iterdir()}
    assert written.keys() == {f"{name}.de.{kind}" for name in ("agreement", "notice") for kind in ("md", "html")}
    assert "| acme |" in written["notice.de.md"]
    assert "- **Arbeitsbedingungen** (" in written["agreement.de.md"]
    shell(".venv/bin/retention documents")
    assert len(list((published / "var" / "documents").iterdir())) == 10
    assert "AI Act art. 5" in shell(".venv/bin/retention documents --duties")
    assert "since 20" in shell(".venv/bin/retention settings --changes")


def test_the_noted_end_of_the_audit_still_matches_next_time(shell: Callable[..., str], company: Path) -> None:
    [command] = [line for line in commands(OPERATION) if line.startswith("retention audit verify")]
    shell("retention purge; retention audit verify > /safe/place/audit-end")  # an audit without rows has no end
    ends = []
    for before in ("retention purge", ":"):  # a purge leaves a row
        shell(f"{before}; {command}")
        ends.append((company / "audit-end").read_text())
    assert re.fullmatch(r"\d+:[0-9a-f]{64}\n", ends[0])
    assert ends[0] == ends[1]


def start_of(document: str, port: int) -> list[str]:
    """The command with which the Makefile, or the unit of the page, starts the server."""
    if document == "Makefile":
        dry = ["make", "--dry-run", "serve", f"PORT={port}"]
        printed = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, check=True).stdout.replace("\\\n", " ")
        [line] = [line for line in printed.splitlines() if "uvicorn" in line]
    else:
        line = unit("Retention API")["Service"]["ExecStart"].replace("--port 8000", f"--port {port}")
    program, *arguments = shlex.split(line)
    return [str(BIN / Path(program).name), *arguments]


@pytest.mark.parametrize("document", ["Makefile", "the unit"])
def test_the_requests_of_the_api_page_are_answered(document: str, shell: Callable[..., str], published: Path) -> None:
    port = free_port()
    export, *_ = commands(page("docs/api.md"))
    [risks] = [line for line in commands(section(page("docs/api.md"), "GET /v1/risks")) if line.startswith("curl")]
    with served(start_of(document, port), port, surroundings(published), published / "server.log") as address:
        answer = shell(f"{export}; {risks.replace('http://127.0.0.1:8000', address)}")
    assert '"employee_id"' in answer
