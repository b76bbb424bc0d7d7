"""What `make release` builds: a source distribution, a wheel made from it, and a product that works from the wheel."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("features", "pipeline", "serving")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the command of `make release` writes, from a copy so that nothing is left in the checkout."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("dist")
    for package in OURS:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), "."]
    built = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    return out


@pytest.fixture(scope="module")
def wheel(dist: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(next(dist.glob("*.whl")))


def our_files() -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for package in OURS
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_contains_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    assert our_files() - set(wheel.namelist()) == set()


def test_the_wheel_contains_no_tests(wheel: zipfile.ZipFile) -> None:
    assert {name.partition("/")[0].partition("-")[0] for name in wheel.namelist()} == {*OURS, "retention"}


def test_the_wheel_contains_its_licence(wheel: zipfile.ZipFile) -> None:
    assert [name for name in wheel.namelist() if name.endswith("licenses/LICENSE")]


def test_the_source_distribution_contains_every_file_and_the_licence(dist: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {*our_files(), "LICENSE", "README.md", "pyproject.toml"} - held == set()


@pytest.fixture(scope="module")
def installed(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Runs a program in an environment with the wheel, which takes the wheel's dependencies from this environment.

    A path in a .pth file brings those packages without the .pth files among them, so not the editable checkout.
    """
    home = tmp_path_factory.mktemp("elsewhere")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home / "env"], check=True)
    python = home / "env" / "bin" / "python"
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--no-compile"]
    pip = [sys.executable, "-m", "pip", "--python", python, "install", *quiet, next(dist.glob("*.whl"))]
    subprocess.run(pip, check=True)
    [site] = (home / "env").glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(program: str, *arguments: str) -> str:
        command = [str(home / "env" / "bin" / program), *arguments]
        done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    return run


def test_the_installed_wheel_runs_without_the_checkout(installed: Callable[..., str]) -> None:
    places = installed("python", "-c", "import features, pipeline, serving; print(features, pipeline, serving)")
    assert str(ROOT) not in places
    assert places.count("elsewhere") == 3
    assert installed("retention", "--version").startswith("retention ")


def test_the_wheel_simulates_and_checks_a_company(installed: Callable[..., str]) -> None:
    installed("retention", "simulate", "--out", "company", "--employees", "60", "--months", "14")
    assert "No errors" in installed("retention", "check", "company")


def test_the_wheel_contains_the_pages_of_the_server(installed: Callable[..., str]) -> None:
    code = "from serving.app import create_app; from serving.settings import ServerSettings as S; "
    paths = installed("python", "-c", f"{code}print(sorted(create_app(S()).openapi()['paths']))")
    assert "/v1/risks" in paths
