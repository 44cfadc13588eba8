"""What the benchmarks share: tables, a run in a process of its own, and the machine they ran on."""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = (100, 1_000, 10_000, 100_000)


@dataclass(frozen=True, slots=True)
class Run:
    """A finished child process: what it printed as JSON, its CPU and wall seconds, its peak memory in MB."""

    result: dict[str, object]
    cpu: float
    wall: float
    peak: float


def run(arguments: Sequence[str], threads: int = 1, *, plain: bool = False) -> Run:
    """Run a Python program in a process of its own; its last line of output is its result.

    Args:
        arguments: the program and what it is given.
        threads: for arithmetic.
        plain: without compiled modules.

    Raises:
        SystemExit: the program failed.
    """
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "PASSIVE", "PYTHONHASHSEED": "0",
    } | ({"EVENTCODER_PLAIN": "1"} if plain else {})  # fmt: skip
    program = (
        "import json, os, resource, runpy, sys\n"
        "sys.argv = sys.argv[1:]\n"
        "sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[0])))\n"
        "code = 0\n"
        "try:\n    runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "except SystemExit as end:\n    code = end.code or 0\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "from benchmarks.measure import peak\n"
        "print('\\n' + json.dumps({'cpu': used.ru_utime + used.ru_stime, 'peak': peak()}))\n"
        "sys.exit(code)"
    )
    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-c", program, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    used = json.loads(lines[-1])
    result = json.loads(lines[-2]) if len(lines) > 1 else {}
    return Run(result, used["cpu"], wall, used["peak"])


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table, numbers to the right."""
    shown = [[_show(cell) for cell in row] for row in rows]
    widths = [max([len(c), *(len(r[i]) for r in shown)]) for i, c in enumerate(columns)]
    print(f"\n{title}")
    print("  ".join(c.rjust(w) if i else c.ljust(w) for i, (c, w) in enumerate(zip(columns, widths, strict=True))))
    for row in shown:
        print("  ".join(c.rjust(w) if i else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))), flush=True)


def _show(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if cell >= 100 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def machine() -> str:
    """The machine in a line: what a table is worth depends on it."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"


def peak() -> float:
    """Peak memory of this process so far, in MB.

    Where the system tells, since the program began: `ru_maxrss` of a process starts at what the process that made it held.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
