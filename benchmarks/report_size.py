"""How large the report is and how long it takes, for made-up builds of several sizes.

    python benchmarks/report_size.py 1000 20000 200000

Prints for each: seconds to write the page (on the clock and of the processor) and the peak of memory on the way, in a
process of its own; its size; and (where Chromium and selenium are there) seconds until the page is ready and until a search has
filtered it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent.parent / "tests")]

from measure import run
from report_world import made_up
from test_report_page import Browser, available

from coder.report import write_report
from coder.resources import load_resources

WRITE = "--write"


def write(folder: Path) -> None:
    """Write the report of a build; prints the seconds without those of loading the dictionaries."""
    resources = load_resources()
    clock, processor = time.perf_counter(), time.process_time()
    write_report(folder, resources)
    print(json.dumps({"clock": time.perf_counter() - clock, "processor": time.process_time() - processor}))


def main(sizes: list[int]) -> None:
    resources = load_resources()
    print("events | seconds to write | of the processor | peak MB | MB of page | seconds to open | seconds to search")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = made_up(Path(name), resources, size)
            wrote = run([__file__, WRITE, str(folder)])
            page = folder / "report.html"
            seconds = f"{wrote.result['clock']:.1f} | {wrote.result['processor']:.1f}"
            line = f"{size:,} | {seconds} | {wrote.peak:.0f} | {page.stat().st_size / 1e6:.1f}"
            if not available():
                with Browser() as browser:
                    began = time.perf_counter()
                    browser.open(page, wait=120)
                    opened = time.perf_counter() - began
                    began = time.perf_counter()
                    browser.fill("search", "water prisoners")
                    line += f" | {opened:.1f} | {time.perf_counter() - began:.1f}"
            print(line)


if __name__ == "__main__":
    if sys.argv[1:2] == [WRITE]:
        write(Path(sys.argv[2]))
    else:
        main([int(n) for n in sys.argv[1:]] or [1_000, 20_000, 200_000])
