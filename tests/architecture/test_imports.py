import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from textwrap import dedent

import pytest
from importlinter.cli import lint_imports

from features.allocator import SETTING, VARIABLE

ROOT = Path(__file__).parents[2]
OURS = ("features", "pipeline", "serving")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

USED_WITHOUT_IMPORT = {
    "fastexcel": "Polars calls it to read .xlsx",
    "httptools": "uvicorn calls it where it is installed",
    "psycopg": "SQLAlchemy calls it for a postgresql+psycopg URL",
    "python-multipart": "FastAPI calls it to read the forms of pages",
    "uvicorn": "the command that serves",
    "uvloop": "uvicorn calls it where it is installed",
}


RUN = ("spark", "delta", "iceberg", "mysql", "mssql", "oracle", "snowflake", "bigquery", "databricks", "shap")
"""The extras whose packages ours import, where somebody asks for what needs them."""
NAMED_OTHERWISE = {"databricks": ["databricks-sql-connector"]}
"""Packages of extras whose distribution has another name, which is not known where it is not installed."""


def modules() -> list[Path]:
    return sorted(path for package in OURS for path in (ROOT / package).rglob("*.py"))


def normalised(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution.lower())


def declared(requirements: list[str]) -> set[str]:
    return {normalised(re.split(r"[^\w.-]", requirement)[0]) for requirement in requirements}


def imported_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def third_party_imports() -> dict[str, set[str]]:
    """Each third-party package that ours import, with the distributions that provide it (mlflow has three)."""
    known = packages_distributions()
    names = {name for path in modules() for name in imported_names(path)} - set(sys.stdlib_module_names) - set(OURS)
    return {
        name: {normalised(each) for each in [*known.get(name, [name]), *NAMED_OTHERWISE.get(name, [])]}
        for name in names
    }


def needed_to_run() -> set[str]:
    extras = [requirement for extra in RUN for requirement in PROJECT["optional-dependencies"][extra]]
    return declared([*PROJECT["dependencies"], *extras])


def test_imports_respect_the_contracts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0, capsys.readouterr().out


def test_every_import_is_a_declared_dependency() -> None:
    wanted = needed_to_run()
    assert not {name for name, providers in third_party_imports().items() if not providers & wanted}


def test_every_dependency_is_used() -> None:
    used = set(USED_WITHOUT_IMPORT).union(*third_party_imports().values())
    assert not needed_to_run() - used


def test_every_module_has_a_docstring() -> None:
    assert not [path for path in modules() if not ast.get_docstring(ast.parse(path.read_text()))]


def test_no_module_is_a_catch_all() -> None:
    assert not {path.stem for path in modules()} & {"utils", "util", "helpers", "helper", "common", "misc"}


def test_migrations_import_nothing_from_this_project() -> None:
    migrations = sorted((ROOT / "pipeline" / "store" / "migrations").rglob("*.py"))
    assert migrations
    assert not {path.name: ours for path in migrations if (ours := set(imported_names(path)) & set(OURS))}


def test_importing_a_module_has_no_side_effects(tmp_path: Path) -> None:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in modules()
        if "migrations" not in path.parts  # Alembic alone can run those
    ]
    env = environment_without_the_setting() | {"RETENTION_VAR": str(tmp_path / "var")}
    look = f"import {', '.join(names)}; import os; assert {SETTING!r} not in os.environ[{VARIABLE!r}]"  # Polars' own
    run = subprocess.run([sys.executable, "-c", look], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert not run.stdout
    assert not list(tmp_path.iterdir())


ENTRIES = {
    "retention": """
        import pipeline.commands.main as command
        sys.argv = ["retention", "check", "no-such-folder"]
        command.main()
    """,
    "server": """
        from serving.app import create_app
        create_app()
    """,
    "notebook": """
        from pipeline import train
    """,
    "bench": """
        from bench.measure import _run
        _run("bench.features:PART", None, None)
    """,
}
"""Each entry point, as far as its import of Polars; it may fail after that."""

WATCHED = f"""
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "polars":
            os._exit(os.environ.get({VARIABLE!r}) != {SETTING!r})  # 0 where the setting is there
sys.meta_path.insert(0, Watch())
"""


@pytest.mark.parametrize("entry", ENTRIES)
def test_polars_memory_settings_are_set_before_polars_loads(entry: str) -> None:
    look = [sys.executable, "-c", f"{WATCHED}{dedent(ENTRIES[entry])}sys.exit('Polars was not loaded')"]
    run = subprocess.run(look, cwd=ROOT, env=environment_without_the_setting(), capture_output=True, text=True)
    assert run.returncode == 0, run.stderr or "Polars was loaded before it was set"


def environment_without_the_setting() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != VARIABLE}
