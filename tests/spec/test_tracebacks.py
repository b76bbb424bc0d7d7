"""Whatever breaks, nothing that Python prints by itself holds a message, which may quote a person's data."""

import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

import features.source
from features.errors import Unavailable
from pipeline.commands import main as entry
from pipeline.store.store import Store
from pipeline.tracebacks import data_kept_out
from serving.app import create_app
from serving.http.logs import JsonLines
from serving.settings import ServerSettings

NAME = "Josephine Baker"
Run = Callable[..., tuple[object, str]]


class Panic(BaseException):
    """As libraries in Rust raise it: no Exception."""


def fail(kind: type[BaseException]) -> Callable[..., None]:
    def planted(*_: object, **__: object) -> None:
        raise kind(f"row 7 holds {NAME}")

    return planted


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `retention check`; returns how it ended and what it printed."""
    monkeypatch.setenv("RETENTION_VAR", str(tmp_path / "var"))

    def command(*before: str, **environment: str) -> tuple[object, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["retention", *before, "check", str(tmp_path)])
        with pytest.raises(SystemExit) as end:
            entry.main()
        output = capsys.readouterr()
        return end.value.code, " ".join((output.out + output.err).split())

    return command


@pytest.mark.parametrize("kind", [RuntimeError, KeyError, UnicodeError, OSError, RecursionError, MemoryError, Panic])
def test_a_command_that_breaks_names_the_place_and_no_value(
    kind: type[BaseException], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features.source, "read_definition", fail(kind))
    code, output = run()
    assert code == 1
    assert NAME not in output
    assert "Traceback" not in output
    assert f"{kind.__name__} at" in output
    assert "features/source.py:" in output
    assert "in check_source" in output
    assert "report" in output


@pytest.mark.parametrize(("options", "environment"), [(("--debug",), {}), ((), {"RETENTION_DEBUG": "true"})])
def test_those_who_may_see_data_ask_for_the_whole_traceback(
    options: tuple[str, ...], environment: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features.source, "read_definition", fail(RuntimeError))
    monkeypatch.setenv("RETENTION_DEBUG", "false")  # and so is unset again after the test
    with pytest.raises(RuntimeError, match=NAME):
        run(*options, **environment)


def test_a_fault_that_follows_from_another_shows_neither(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(*_: object) -> None:
        try:
            fail(KeyError)()
        except KeyError as first:
            raise RuntimeError(NAME) from first

    monkeypatch.setattr(features.source, "read_definition", twice)
    assert NAME not in run()[1]


@pytest.mark.filterwarnings("default")
def test_a_thread_a_warning_and_a_log_show_the_place_and_no_value(capfd: pytest.CaptureFixture[str]) -> None:
    events: list[str] = []
    log, stream = logging.getLogger("a.library"), logging.StreamHandler(sys.stderr)
    log.addHandler(stream)
    try:
        with data_kept_out(events.append):
            thread = threading.Thread(target=fail(ValueError))
            thread.start()
            thread.join()
            warnings.showwarning(f"row 7 holds {NAME}", UserWarning, "/x/site-packages/lib/read.py", 3)
            try:
                fail(OSError)()
            except OSError:
                log.exception("it cannot be read")
            log.error("%d", NAME)  # which cannot be formatted
    finally:
        log.removeHandler(stream)
    printed = capfd.readouterr().err
    assert NAME not in printed + "".join(events)
    assert "it cannot be read" in printed
    assert "OSError at" in printed
    assert events[0].startswith("ValueError at ")
    assert events[1] == "UserWarning at lib/read.py:3"


def test_what_was_there_before_is_there_afterwards() -> None:
    before = threading.excepthook, sys.unraisablehook, warnings.showwarning, logging.Formatter.formatException
    with data_kept_out(print):
        assert threading.excepthook is not before[0]
    after = threading.excepthook, sys.unraisablehook, warnings.showwarning, logging.Formatter.formatException
    assert after == before


def test_a_server_that_cannot_be_assembled_says_where_and_no_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "__init__", fail(RuntimeError))
    with pytest.raises(Unavailable) as raised:
        create_app(ServerSettings(var=tmp_path))
    assert NAME not in str(raised.value)
    assert "serving/assembly.py:" in str(raised.value)
    assert raised.value.__suppress_context__


def test_the_servers_log_withholds_a_traceback_in_a_message() -> None:
    text = f"Application startup failed.\nTraceback (most recent call last):\n  File x\nKeyError: '{NAME}'"
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, text, None, None)
    assert json.loads(JsonLines().format(record))["message"] == "Application startup failed.\n"
