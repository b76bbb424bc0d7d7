import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
from documents import commands

from features.contract.vocabulary import DRIVERS, EXIT_KINDS

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = [
    "setup",
    "demo",
    "train",
    "score",
    "lists",
    "monthly",
    "serve",
    "monitor",
    "notebooks",
    "test",
    "coverage",
    "check",
    "bench",
    "release",
    "clean",
]

ARTEFACTS = {".parquet", ".pkl", ".pickle", ".joblib", ".db", ".sqlite", ".whl", ".pyc", ".so", ".gz", ".zip", ".log"}
STATE = {"var", ".venv", "build", "dist", "mlruns", "mlartifacts", "__pycache__"}
LOCKS = {
    "requirements.lock": {"dev"},
    "requirements-spark.lock": {"spark"},
    "requirements-bench.lock": {"bench"},
    "requirements-release.lock": {"release"},
}
"""The extras in each lock; the first also contains the required dependencies."""
LARGEST = 500_000  # bytes; requirements.lock is the largest file that belongs here


@cache
def our_files() -> tuple[Path, ...]:
    """The files that are committed, or that `git add .` would commit."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout, so there is no telling which files are ours")
    return tuple(path for line in listed.splitlines() if (path := ROOT / line).is_file())


def documents() -> list[Path]:
    return [path for path in our_files() if path.suffix == ".md"]


def inline_code(path: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", path.read_text())


@cache
def retention_commands() -> frozenset[str]:
    env = os.environ | {"COLUMNS": "200", "NO_COLOR": "1"}
    command = [str(Path(sys.executable).with_name("retention")), "--help"]
    output = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    return frozenset(re.findall(r"^\W+([a-z][a-z-]+) ", output, flags=re.MULTILINE))


def dry_run(*arguments: str) -> str:
    command = ["make", "--dry-run", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def dependencies(lock: str | None = None) -> list[str]:
    """The dependencies that a lock must contain, or all locks together."""
    project = PYPROJECT["project"]
    required = list(project["dependencies"]) if lock in (None, "requirements.lock") else []
    for extra, requirements in project["optional-dependencies"].items():
        if lock is None or extra in LOCKS[lock]:
            required += requirements
    return [re.split(r"[^a-z0-9-]", requirement.lower())[0] for requirement in required]


def test_make_has_the_targets_that_others_rely_on() -> None:
    assert re.findall(r"^([a-z]+):.*## ", MAKEFILE, flags=re.MULTILINE) == TARGETS


def test_plain_make_prints_a_line_for_each_target() -> None:
    output = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line.split()[0] for line in output.splitlines() if line.startswith("  ")] == TARGETS
    assert all(len(line.split()) > 3 for line in output.splitlines() if line.startswith("  "))


@pytest.mark.parametrize("target", ["train", "score"])
def test_make_works_on_the_named_source(target: str) -> None:
    assert f".venv/bin/retention {target} 'elsewhere'" in dry_run(target, "SOURCE=elsewhere")


@pytest.mark.parametrize("target", ["train", "score"])
def test_make_works_on_the_simulated_company_without_a_named_source(target: str) -> None:
    assert f".venv/bin/retention {target} 'state/demo'" in dry_run(target, "RETENTION_VAR=state")


def test_the_demo_is_always_the_simulated_company() -> None:
    assert ".venv/bin/retention train 'state/demo'" in dry_run("demo", "RETENTION_VAR=state", "SOURCE=elsewhere")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_registry(name: str) -> None:
    lock = (ROOT / name).read_text()
    assert "://" not in lock
    assert not re.findall(r"^-", lock, flags=re.MULTILINE)


@pytest.mark.parametrize("name", ["pyproject.toml", "Makefile", ".ci/run"])
def test_no_build_file_names_a_registry(name: str) -> None:
    hosts = set(re.findall(r"\w+://([^/\s'\"$]+)", (ROOT / name).read_text()))
    assert hosts <= {"127.0.0.1:"}
    assert not re.search(r"index-url|find-links|trusted-host", (ROOT / name).read_text())


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_file_has_a_hash(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())
    assert not [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]


@pytest.mark.parametrize("name", LOCKS)
def test_each_lock_contains_every_dependency_of_its_extra(name: str) -> None:
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / name).read_text(), flags=re.MULTILINE))
    assert dependencies(name)
    assert set(dependencies(name)) <= locked


def test_plain_setup_excludes_spark() -> None:
    spark = "requirements-spark.lock"
    assert spark not in dry_run("--always-make", "setup")
    assert spark in dry_run("--always-make", "setup", "SPARK=1")


def test_every_dependency_has_a_reason() -> None:
    page = (ROOT / "docs/decisions/dependencies.md").read_text().partition("## Weighed and left")[0]
    assert set(re.findall(r"^\| ([a-z0-9-]+) \| ", page, flags=re.MULTILINE)) - {"package"} == set(dependencies())


def test_no_generated_file_is_committed() -> None:
    assert not [path for path in our_files() if path.suffix in ARTEFACTS or STATE & set(path.relative_to(ROOT).parts)]


def test_no_large_file_is_committed() -> None:
    assert not [path for path in our_files() if path.stat().st_size > LARGEST]


def test_no_file_contains_a_local_path() -> None:
    place = re.compile(r"(?<![\w.])/(home|root|Users|work)/\w")
    text = [path for path in our_files() if path.suffix != ".png"]
    assert not [path for path in text if place.search(path.read_text(errors="replace"))]


def test_every_make_command_in_the_documents_is_a_target() -> None:
    used = {
        match[1]
        for path in documents()
        for line in [*commands(path.read_text()), *inline_code(path)]
        if (match := re.match(r"(?:\w+=\S+ )*make ([a-z]+)", line))
    }
    assert used <= set(TARGETS)


def test_every_retention_command_in_the_documents_exists() -> None:
    used = {
        match[1]
        for path in documents()
        for line in [*commands(path.read_text()), *inline_code(path)]
        if (match := re.match(r"(?:\.venv/bin/)?retention ([a-z]+)", line))
    }
    assert used <= retention_commands()


def test_every_relative_link_in_the_documents_resolves() -> None:
    links = [
        (path, link) for path in documents() for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text())
    ]
    assert not [(path.name, link) for path, link in links if not (path.parent / link).exists()]


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs/decisions"
    pages = {path.name for path in folder.glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\(([\w.-]+\.md)\)", (folder / "README.md").read_text())) == pages


def test_the_changelog_describes_this_version() -> None:
    assert f"\n## {PYPROJECT['project']['version']}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_glossary_has_every_word_of_the_vocabulary() -> None:
    glossary = (ROOT / "GLOSSARY.md").read_text()
    assert not [word for word in (*DRIVERS, "context") if f"**{word}**" not in glossary]
    assert not [kind for kind in EXIT_KINDS if f"*{kind}*" not in glossary]
