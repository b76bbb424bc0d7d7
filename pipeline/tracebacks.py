"""What Python prints by itself about a fault, without the data that a message may quote."""

import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_OURS: Final = ("features", "pipeline", "serving")
_FRAMES: Final = 6


def described(fault: BaseException) -> str:
    """An exception's type, with file, line and function of its last six frames; never its message."""
    frames = traceback.extract_tb(fault.__traceback__)[-_FRAMES:]
    places = [f"{_short(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
    return f"{type(fault).__name__} at {' > '.join(places) or 'an unknown place'}"


@contextmanager
def data_kept_out(report: Callable[[str], None]) -> Iterator[None]:
    """Within it, faults in threads and destructors, warnings and logged tracebacks are reported by type and place.

    Python prints the messages of all these to stderr, and a library's message may quote a row of the data.
    """
    before = threading.excepthook, sys.unraisablehook, warnings.showwarning, logging.Formatter.formatException
    were_raised = logging.raiseExceptions

    def of_thread(fault: Any) -> None:
        report(described(fault.exc_value) if fault.exc_value else fault.exc_type.__name__)

    def of_warning(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, file: Any = None, line: Any = None
    ) -> None:
        report(f"{category.__name__} at {_short(filename)}:{lineno}")

    def of_log(_: logging.Formatter, info: Any) -> str:
        return described(info[1]) if info[1] else ""

    try:
        threading.excepthook = sys.unraisablehook = of_thread
        warnings.showwarning = of_warning
        logging.Formatter.formatException = of_log  # type: ignore[assignment, method-assign]
        logging.raiseExceptions = False  # else a log line that cannot be written is printed with its arguments
        yield
    finally:
        threading.excepthook, sys.unraisablehook, warnings.showwarning = before[:3]
        logging.Formatter.formatException = before[3]  # type: ignore[method-assign]
        logging.raiseExceptions = were_raised


def _short(filename: str) -> str:
    """The path from our own package on, or the last two parts of a library's."""
    parts = Path(filename).parts
    ours = [place for place, part in enumerate(parts) if part in _OURS]
    return "/".join(parts[ours[-1] :] if ours and "site-packages" not in parts else parts[-2:])
