"""Time, size and memory of `eventcoder export` on 1,000, 20,000 and 200,000 made-up events.

    python benchmarks/export_speed.py [--events 1000 20000 200000] [--layouts gdelt dta ...]

Each export runs in a process of its own. Seconds are those of the processor, imports of the layout included; memory is the
peak resident size of the whole process.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from synthetic_events import events, write

from coder.export.registry import export_events, layout_names


def one(source: Path, output: Path, layout: str) -> None:
    """Export once and print seconds of the processor, bytes and peak memory in MB."""
    start = time.process_time()
    done = export_events([source], output, layout, status="all")
    seconds = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{done.lines} {seconds:.2f} {output.stat().st_size} {memory:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[1000, 20000, 200000])
    parser.add_argument("--layouts", nargs="+", default=list(layout_names()))
    parser.add_argument("--make", nargs=2, metavar=("COUNT", "FOLDER"), help=argparse.SUPPRESS)
    parser.add_argument("--one", nargs=3, metavar=("SOURCE", "OUTPUT", "LAYOUT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(Path(options.one[0]), Path(options.one[1]), options.one[2])
        return
    if options.make:
        write(events(int(options.make[0])), Path(options.make[1]), row_group=65536)
        return
    print("| layout | events | lines | CPU seconds | MB | peak memory, MB |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for count in options.events:
            # in a process of its own: a child begins with the peak memory of its parent
            subprocess.run([sys.executable, __file__, "--make", str(count), f"{folder}/{count}"], check=True)  # noqa: S603
            source = Path(folder) / str(count) / "events.parquet"
            for layout in options.layouts:
                command = [sys.executable, __file__, "--one", str(source), f"{folder}/out.{layout}", layout]
                told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
                lines, seconds, size, memory = told.stdout.split()
                print(f"| {layout} | {count:,} | {int(lines):,} | {seconds} | {int(size) / 1e6:.2f} | {memory} |", flush=True)


if __name__ == "__main__":
    main()
