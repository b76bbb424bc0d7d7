"""The operator's documents: settings that match the code, and a valid image and compose file."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from documents import ROOT, blocks, page, section, table_lines

from serving.settings import ServerSettings

DOCKERFILE = (ROOT / "Dockerfile").read_text()
INSTRUCTIONS = {
    *("FROM", "COPY", "RUN", "ENV", "USER", "WORKDIR", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"),
}


def instructions() -> list[tuple[str, str]]:
    text = "\n".join(line for line in DOCKERFILE.replace("\\\n", " ").splitlines() if not line.startswith("#"))
    return [(line.split()[0], line.partition(" ")[2]) for line in text.splitlines() if line.strip()]


def test_the_page_lists_every_setting_and_no_other() -> None:
    names = [line.split("`")[1] for line in table_lines(section(page("docs/deployment.md"), "Settings"))]
    fields = {f"RETENTION_{name.upper()}" for name in ServerSettings.model_fields}
    assert set(names) == fields - {"RETENTION_MLFLOW_TRACKING_URI"} | {"MLFLOW_TRACKING_URI"}
    assert len(names) == len(set(names))


def test_the_page_shows_each_default_of_the_code() -> None:
    compared = 0
    for line in table_lines(section(page("docs/deployment.md"), "Settings")):
        name, shown = line.split("`")[1], line.strip(" |").rpartition("|")[2].strip()
        default = ServerSettings.model_fields[name.removeprefix("RETENTION_").lower()].default
        if re.fullmatch(r"[0-9.]+", shown):
            assert default == float(shown), name
        elif shown.startswith("`"):
            value = shown.strip("`")
            if isinstance(default, str | Path):
                assert str(default) == value, name
            else:
                assert json.loads(value) == (list(default) if isinstance(default, tuple) else default), name
        else:
            continue
        compared += 1
    assert compared >= 30


def test_the_compose_file_is_valid() -> None:
    command = [
        str(Path(sys.executable).with_name("compose-lint")),
        "check",
        "--format",
        "json",
        str(ROOT / "compose.yaml"),
    ]
    output = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    # an image is named by its version, not by a digest: the operator chooses the digest
    assert set(re.findall(r"CL-\d{4}", json.dumps(output))) <= {"CL-0019"}


def test_compose_passes_on_every_setting_that_the_page_requires() -> None:
    """The required settings are in the page's `.env`, and the API and the jobs get the whole file."""
    text = (ROOT / "compose.yaml").read_text()
    [shown] = [block for block in blocks(page("docs/deployment.md"), "dotenv") if block.startswith("# .env")]
    needed = set(re.findall(r"\$\{(\w+):\?", text))
    assert needed
    assert needed <= set(re.findall(r"^(\w+)=", shown, flags=re.MULTILINE))
    services = dict(re.findall(r"^  (\w+):\n((?:    .*\n)+)", text, flags=re.MULTILINE))
    assert {name for name, body in services.items() if "env_file: [.env]" in body} == {"api", "jobs"}


def test_compose_sets_only_settings_that_exist() -> None:
    used = set(re.findall(r"^\s+(RETENTION_\w+):", (ROOT / "compose.yaml").read_text(), flags=re.MULTILINE))
    assert used
    assert used <= {f"RETENTION_{name.upper()}" for name in ServerSettings.model_fields}


def test_the_image_uses_known_instructions_and_runs_unprivileged() -> None:
    result = instructions()
    assert {name for name, _ in result} <= INSTRUCTIONS
    users = [rest for name, rest in result if name == "USER"]
    assert users == ["10001"]  # a number: `runAsNonRoot` of Kubernetes refuses a name
    assert "--uid 10001" in DOCKERFILE
    assert all(rest.startswith("[") for name, rest in result if name == "CMD")
    assert not [rest for name, rest in result if name == "FROM" and ("latest" in rest or ":" not in rest)]
    assert [json.loads(rest) for name, rest in result if name == "CMD"]


def test_the_image_holds_no_secret_and_says_whether_it_is_healthy() -> None:
    names = [name for name, _ in instructions()]
    assert names.count("HEALTHCHECK") == 1
    assert "ARG" not in names
    [kept] = [rest for name, rest in instructions() if name == "ENV"]
    assert set(re.findall(r"(\w+)=", kept)) == {"PATH", "PYTHONUNBUFFERED", "RETENTION_VAR", "NUMBA_CACHE_DIR"}
    bases = [rest.split()[0] for name, rest in instructions() if name == "FROM"]
    assert set(bases) == {"python:3.11-slim"}


def test_each_service_of_compose_may_write_nowhere_but_in_its_volumes() -> None:
    text = (ROOT / "compose.yaml").read_text()
    services = dict(re.findall(r"^  (\w+):\n((?:    .*\n)+)", text, flags=re.MULTILINE))
    hardened = text[text.index("x-hardened:") : text.index("x-settings:")]
    for name in ("postgresql", "mlflow", "api", "jobs"):
        body = services[name] + (hardened if "<<: *hardened" in services[name] else "")
        for rule in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "limits:"):
            assert rule in body, (name, rule)
        assert "privileged: true" not in body
        assert ":8000" not in body or '"127.0.0.1:8000:8000"' in body


def test_the_image_installs_by_hash_and_contains_every_package() -> None:
    assert "--require-hashes -r /build/requirements.lock" in DOCKERFILE
    assert "://" not in DOCKERFILE.replace("http://127.0.0.1", "")
    for package in ("features", "pipeline", "serving"):
        assert ("COPY", f"{package} /build/{package}") in instructions()
        assert f"!{package}" in (ROOT / ".dockerignore").read_text()


@pytest.mark.parametrize("place", ["Dockerfile", "docs/deployment.md", "Makefile"])
def test_the_server_is_started_the_same_way_everywhere(place: str) -> None:
    text = re.sub(r'[",\\\s]+', " ", (ROOT / place).read_text())
    assert "serving.app:create_app --factory" in text
    assert "--no-access-log --no-server-header --timeout-graceful-shutdown 30" in text
    # the parent of several workers kills one that does not answer while it starts on a busy machine
    assert ("--workers" in text) == ("--timeout-worker-healthcheck 60" in text)
