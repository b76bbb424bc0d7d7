import fnmatch
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
    "site",
    "clean",
]

ARTEFACTS = {".parquet", ".pkl", ".pickle", ".joblib", ".db", ".sqlite", ".whl", ".pyc", ".so", ".gz", ".zip", ".log"}
STATE = {"var", ".venv", "build", "dist", "mlruns", "mlartifacts", "__pycache__"}
LOCKS = {
    "requirements.lock": {"dev"},
    "requirements-spark.lock": {"spark"},
    "requirements-bench.lock": {"bench"},
    "requirements-rivals.lock": {"rivals"},
    "requirements-release.lock": {"release"},
}
"""The extras that each lock holds; the first holds what the product cannot do without, too."""
FOLDERS = ("features", "pipeline", "serving", "tests", "bench", "notebooks", "docs")
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
    printed = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    return frozenset(re.findall(r"^\W+([a-z][a-z-]+) ", printed, flags=re.MULTILINE))


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
    printed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line.split()[0] for line in printed.splitlines() if line.startswith("  ")] == TARGETS
    assert all(len(line.split()) > 3 for line in printed.splitlines() if line.startswith("  "))


@pytest.mark.parametrize("target", ["train", "score"])
def test_make_works_on_the_named_source(target: str) -> None:
    assert f".venv/bin/retention {target} 'elsewhere'" in dry_run(target, "SOURCE=elsewhere")


@pytest.mark.parametrize("target", ["train", "score"])
def test_make_works_on_the_simulated_company_without_a_named_source(target: str) -> None:
    assert f".venv/bin/retention {target} 'state/demo'" in dry_run(target, "RETENTION_VAR=state")


def test_the_demo_is_always_the_simulated_company() -> None:
    steps = dry_run("demo", "RETENTION_VAR=state", "SOURCE=elsewhere")
    assert ".venv/bin/retention demo\n" in steps
    assert "elsewhere" not in steps


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


def named_paths(text: str) -> set[str]:
    """The paths in backticks or quotation marks: from a folder of ours on, or a Python file by its name alone.

    A path may be a folder or hold a `*`; one with a placeholder such as `<code>` is left out.
    """
    ours = re.compile(rf"(?:(?:{'|'.join(FOLDERS)})/[\w.*/-]+|[\w*]+\.py)(?=$|::)")
    quoted = re.findall(r"[`\"]([^`\"\s]+)[`\"]", text)
    return {match[0] for name in quoted if (match := ours.match(name))}


def named_modules(text: str) -> set[str]:
    """The dotted names in backticks that begin with a package of ours, such as `pipeline.disclosure`."""
    return set(re.findall(r"`((?:features|pipeline|serving)(?:\.\w+)+)(?:\([^`]*\))?`", text))


@cache
def our_names() -> frozenset[str]:
    """All files and folders of ours, and the names of the files alone."""
    files = [file.relative_to(ROOT) for file in our_files()]
    paths = {path.as_posix() for file in files for path in (file, *file.parents)}
    return frozenset(paths | {file.name for file in files})


def is_ours(path: str) -> bool:
    """Whether a path, or a file's name alone, is one of ours; a `*` stands for any part of it."""
    path = path.rstrip("/")
    return path in our_names() or ("*" in path and bool(fnmatch.filter(our_names(), path)))


def is_defined(name: str) -> bool:
    """Whether a dotted name is a module of ours, or something that a module of ours has."""
    module, own = name.replace(".", "/"), name.rpartition(".")[2]
    if is_ours(module) or is_ours(f"{module}.py"):
        return True
    above = module.rpartition("/")[0]
    sources = [ROOT / path for path in (f"{above}.py", f"{above}/__init__.py") if is_ours(path)]
    return any(re.search(rf"\b{own}\b", source.read_text()) for source in sources)


def test_every_path_in_the_documents_exists() -> None:
    named = [(path.name, name) for path in documents() for name in named_paths(path.read_text())]
    assert not [(document, name) for document, name in named if not is_ours(name)]


def test_every_module_in_the_documents_exists() -> None:
    named = [(path.name, name) for path in documents() for name in named_modules(path.read_text())]
    assert not [(document, name) for document, name in named if not is_defined(name)]


def test_every_document_that_a_file_names_exists() -> None:
    readable = [path for path in our_files() if path.suffix in {".py", ".toml", ".html", ".yaml", ""}]
    named = [(path.name, name) for path in readable for name in re.findall(r"\bdocs/[\w/.-]+\.md\b", path.read_text())]
    assert not [(file, name) for file, name in named if not is_ours(name)]


def test_a_path_that_does_not_exist_is_found() -> None:
    text = '`pipeline/store/`, `test_gate.py::test_a`, "features/gone.py", `a/b.py`; `pipeline.score_record.Score(1)`'
    assert named_paths(text) == {"pipeline/store/", "test_gate.py", "features/gone.py"}
    assert {name for name in named_paths(text) if not is_ours(name)} == {"features/gone.py"}
    assert named_modules(text) == {"pipeline.score_record.Score"}
    assert is_defined("pipeline.score_record.Score")
    assert not is_defined("pipeline.score_record.Scores")
    assert not is_defined("pipeline.scores")


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs/decisions"
    pages = {path.name for path in folder.glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\(([\w.-]+\.md)\)", (folder / "README.md").read_text())) == pages


def test_the_changelog_describes_this_version() -> None:
    latest = re.search(r"^## (?:Unreleased \()?([0-9.]+)", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert latest
    assert latest[1] == PYPROJECT["project"]["version"]


def test_the_glossary_has_every_word_of_the_vocabulary() -> None:
    glossary = (ROOT / "GLOSSARY.md").read_text()
    assert not [word for word in (*DRIVERS, "context") if f"**{word}**" not in glossary]
    assert not [kind for kind in EXIT_KINDS if f"*{kind}*" not in glossary]
