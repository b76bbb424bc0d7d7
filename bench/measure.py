"""One run of one side in a separate process: wall time, CPU time, peak memory, and the figures that it returns.

`python -m bench.measure module:function DATA OUT` is that process; it prints the figures as JSON on its last line.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Final

from bench.part import Side
from features.allocator import VARIABLE, share_freed_memory

Figures = Mapping[str, float]

STATUS: Final = Path("/proc/self/status")
RIVALS: Final = Path(sys.prefix) / "rivals" / "bin" / "python"
"""The environment of the rivals, if there is one: `make bench` makes it. Without it they are looked for in our own."""
_OF_THE_CALLER: Final = ("RETENTION_", "MLFLOW_")
"""Settings that could lead a side to a real store or registry."""


def measured(side: Side, data: Path, out: Path) -> Figures:
    """Run a side and measure it. Raises CalledProcessError if it fails; its stderr is passed through.

    `seconds` of wall time and `cpu_seconds` of all threads, both without imports; `peak_gb` of the process.
    """
    python = RIVALS if side.is_rival and RIVALS.exists() else sys.executable
    command = [python, "-m", "bench.measure", side.work, str(data), str(out)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OF_THE_CALLER)}
    environment.pop(VARIABLE, None)  # Polars, loaded here, has set it: the side must set its own
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def _run(work: str, data: Path, out: Path) -> Figures:
    share_freed_memory()
    module, function = work.split(":")
    call = getattr(import_module(module), function)
    started, started_cpu = time.perf_counter(), time.process_time()
    given = call(data, out) or {}
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - started_cpu
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_gb": _peak_bytes() / 1e9, **given}


def _peak_bytes() -> int:
    """Largest resident size so far.

    On Linux a process inherits `ru_maxrss` from its parent, so there the kernel's own high-water mark is read.
    """
    if STATUS.exists():
        fields = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
        if "VmHWM" in fields:
            return int(fields["VmHWM"].split()[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    taken = _run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    sys.stdout.write("\n" + json.dumps(taken))
