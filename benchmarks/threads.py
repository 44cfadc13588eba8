"""Threads against processes for parsing, and OpenMP threads that sleep while they wait against those that spin.

    python benchmarks/threads.py [--sentences 1000] [--rounds 2]

Wall seconds from the moment when all processes have loaded their parser until the last has parsed its share, every way in
turn and in as many rounds; the least of the rounds counts. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import ROOT, machine, table
from samples import generated, sample_parses

from coder.parse import Parser
from coder.records import Document

WAYS = ((1, 1), (1, 2), (2, 1))
POLICIES = ("PASSIVE", None)


def worker(share: Path, threads: int) -> None:
    """Parse the documents of a file of JSON lines once a line comes in."""
    documents = [Document(**json.loads(line)) for line in share.read_text(encoding="utf-8").splitlines()]
    if os.environ.get("POLICY_UNSET"):
        import torch  # noqa: F401 (loaded before Parser.load would set the policy)
    parser = Parser.load(None, threads, "cpu")
    list(parser.parse(documents[:1]))
    print("ready", flush=True)
    sys.stdin.readline()
    before = time.process_time()
    count = sum(len(p.sentences) for p in parser.parse(documents))
    print(json.dumps({"sentences": count, "cpu": time.process_time() - before}), flush=True)


def timed(work: Path, documents: list[Document], processes: int, threads: int, policy: str | None) -> tuple[float, float]:
    """Wall and processor seconds of all processes."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "MKL_"))}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    environment |= {"OMP_WAIT_POLICY": policy} if policy else {"POLICY_UNSET": "1"}
    running = []
    for number in range(processes):
        share = work / f"{number}.jsonl"
        lines = [json.dumps({"id": d.id, "text": d.text}) + "\n" for d in documents[number::processes]]
        share.write_text("".join(lines), encoding="utf-8")
        arguments = [sys.executable, __file__, "--worker", str(share), str(threads)]
        running.append(
            subprocess.Popen(  # noqa: S603 (our own program)
                arguments, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        )
    for one in running:
        while (line := one.stdout.readline()) != "ready\n":  # type: ignore[union-attr]
            if not line:
                raise SystemExit("a worker failed; run it alone with --worker to see why")
    started = time.perf_counter()
    for one in running:
        one.stdin.write("\n")  # type: ignore[union-attr]
        one.stdin.flush()  # type: ignore[union-attr]
    results = [json.loads(one.stdout.readline()) for one in running]  # type: ignore[union-attr]
    wall = time.perf_counter() - started
    for one in running:
        one.communicate()
    return wall, sum(r["cpu"] for r in results)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sentences", type=int, default=1000)
    arguments.add_argument("--rounds", type=int, default=2)
    arguments.add_argument("--work", type=Path, default=ROOT / "output" / ".benchmarks", help="Folder that keeps the parses.")
    arguments.add_argument("--worker", nargs=2, metavar=("SHARE", "THREADS"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.worker:
        worker(Path(given.worker[0]), int(given.worker[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        documents = [p.document for p in generated(sample_parses(given.work), given.sentences)]
        found: dict[tuple[int, int, str | None], list[tuple[float, float]]] = {}
        for _ in range(given.rounds):
            for processes, threads in WAYS:
                for policy in POLICIES:
                    run = timed(Path(folder), documents, processes, threads, policy)
                    found.setdefault((processes, threads, policy), []).append(run)
                    print(processes, threads, policy, *(f"{s:.2f}" for s in run), f"load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        alone = min(found[1, 1, "PASSIVE"])[0]
        rows = [(p, t, policy or "unset", *min(runs), max(runs)[0], alone / min(runs)[0]) for (p, t, policy), runs in found.items()]
    table(
        f"{given.sentences:,} sentences, least of {given.rounds} rounds",
        ("processes", "threads each", "OMP_WAIT_POLICY", "wall s", "processor s", "slowest round, s", "times 1 × 1"),
        rows,
    )
    print(machine())


if __name__ == "__main__":
    main()
