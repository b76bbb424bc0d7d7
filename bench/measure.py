"""One run of one side in a process of its own: wall time, CPU time and peak memory.

`python -m bench.measure module:function DATA OUT` is that process; it prints the figures as JSON.
"""

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from bench.part import Side

STATUS: Final = Path("/proc/self/status")


@dataclass(frozen=True)
class Run:
    """`seconds` by the clock and `cpu_seconds` of all threads, imports left out; `peak_bytes` of the process."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def measured(side: Side, data: Path, out: Path) -> Run:
    """Run a side and measure it. Raises CalledProcessError where it fails; what it writes to stderr is seen."""
    command = [sys.executable, "-m", "bench.measure", side.work, str(data), str(out)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    return Run(**json.loads(done.stdout))


def _run(work: str, data: Path, out: Path) -> Run:
    module, function = work.split(":")
    call = getattr(import_module(module), function)
    started, started_cpu = time.perf_counter(), time.process_time()
    call(data, out)
    return Run(time.perf_counter() - started, time.process_time() - started_cpu, _peak_bytes())


def _peak_bytes() -> int:
    """Largest resident size so far.

    Linux hands `ru_maxrss` of the process that started this one down to it, so there the kernel's own mark is read.
    """
    if STATUS.exists():
        fields = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
        if "VmHWM" in fields:
            return int(fields["VmHWM"].split()[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(vars(_run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))))
