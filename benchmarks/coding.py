"""Coding stored parses on one core: native dictionaries, ten times the actors, legacy ones; speed and memory by size.

Where `make compiled` has compiled the modules, plain and compiled ones in turn.

    python benchmarks/coding.py [--sizes 100 1000 10000] [--legacy FILE ...] [--work DIR]

Parses come from the sample corpus (see samples.py). "code" is what turns parses in memory into events, "with store"
reads them from the parse store and makes the rows of the table as well. Seconds are of the processor, best of the
passes; each row runs in a process of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path
from typing import Any

from measure import ROOT, SIZES, machine, peak, run, table

from coder.plain import compiled_modules, stale_modules

PASSES = 3


def worker(size: int, work: Path, dictionaries: list[Path], added: list[Path]) -> None:
    """One measurement; the result as a line of JSON."""
    from samples import generated, sample_parses

    from coder.coding import code_sentences
    from coder.pipeline import code_document
    from coder.resources import load_resources
    from coder.store import ParseStore

    started = time.process_time()
    resources = load_resources(dictionaries, added)
    loading = time.process_time() - started
    if not size:
        sample_parses(work)
        print("{}")
        return
    folder = work / f"parses-{size}"
    if not folder.is_dir():
        store = ParseStore(folder)
        documents = []
        for parsed in generated(sample_parses(work), size):
            documents.append((hashlib.sha256(parsed.document.id.encode()).hexdigest(), parsed))
            if len(documents) == 1000:
                store.put(documents)
                documents = []
        store.put(documents)
    started = time.process_time()
    rows = tokens = sentences = 0
    for parsed in ParseStore(folder):
        rows += len(code_document(parsed, resources).rows)
        tokens += sum(map(len, parsed.sentences))
        sentences += len(parsed.sentences)
    spent = time.process_time() - started
    streaming = peak()
    kept = list(ParseStore(folder)) if size <= 10_000 else []
    best = 0.0
    for _ in range(PASSES if kept else 1):
        events = 0
        coding = 0.0
        for parsed in kept or ParseStore(folder):
            started = time.process_time()
            events += len(code_sentences(parsed.sentences, resources.dictionaries, resources.options))
            coding += time.process_time() - started
        best = max(best, sentences / coding)
    print(json.dumps({
        "loading": loading, "code": best, "all": sentences / spent, "events": events, "rows": rows,
        "sentences": sentences, "tokens": tokens, "peak": streaming,
    }))  # fmt: skip


def more_actors(work: Path, times: int) -> Path:
    """A dictionary of invented people: the shipped ones' names, first and last names exchanged, `times` as many."""
    import random

    from coder.resources import load_resources

    path = work / f"actors-{times}.yaml"
    people = [m for m, _ in load_resources().dictionaries.actor_models]
    names = [m.name.split() for m in people if m.kind == "person" and len(m.name.split()) > 1]
    firsts, lasts = sorted({n[0] for n in names}), sorted({n[-1] for n in names})
    randomness = random.Random(7)  # noqa: S311 (no secret)
    lines: dict[str, None] = {}
    while len(lines) < len(people) * times:
        name = f"{randomness.choice(firsts)} {randomness.choice(lasts)}{randomness.choice(('', 'ov', 'son', 'i', 'escu'))}"
        lines[f"- {{name: {json.dumps(name, ensure_ascii=False)}, kind: person, country: ZZZ, code: ZZZGOV}}\n"] = None
    path.write_text("".join(lines), encoding="utf-8")
    return path


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="Sentences.")
    arguments.add_argument("--legacy", type=Path, nargs="*", default=[], help="TABARI/PETRARCH dictionaries to measure too.")
    arguments.add_argument("--work", type=Path, default=ROOT / "output" / ".benchmarks", help="Folder that keeps the parses.")
    arguments.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    arguments.add_argument("--dictionaries", type=Path, nargs="*", default=[], help=argparse.SUPPRESS)
    arguments.add_argument("--add", type=Path, nargs="*", default=[], help=argparse.SUPPRESS)
    given = arguments.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    if given.worker is not None:
        worker(given.worker, given.work, given.dictionaries, given.add)
        return
    print(machine())

    ways = {"plain": True, "compiled": False} if compiled_modules(ROOT / "coder") and not stale_modules(ROOT / "coder") else {"plain": True}

    def measured(size: int, *options: str) -> dict[str, dict[str, float]]:
        """Of each way; dictionaries go into the cache beforehand."""
        found: dict[str, Any] = {}
        for way, plain in ways.items():
            run([__file__, "--work", str(given.work), "--worker", "0", *options], plain=plain)
            found[way] = run([__file__, "--work", str(given.work), "--worker", str(size), *options], plain=plain).result
        return found

    def times_plain(found: dict[str, dict[str, float]], way: str) -> float:
        return found[way]["code"] / found["plain"]["code"]

    rows: list[list[object]] = []
    first: dict[str, dict[str, float]] = {}
    for size in given.sizes:
        found = measured(size)
        first = first or found
        for way, one in found.items():
            memory = (one["peak"], one["peak"] / first[way]["peak"])
            rows.append([f"{size:,}, {way}", int(one["tokens"]), int(one["events"]), one["code"], times_plain(found, way), one["all"], *memory])
    table("native dictionaries, by size of the corpus",
          ["sentences", "tokens", "events", "code/s", "times plain", "with store/s", "peak MB", "of the first"], rows)  # fmt: skip
    size = 1_000
    native = measured(size)
    variants = [("native", native), ("native, ten times the actors", measured(size, "--add", str(more_actors(given.work, 9))))]
    if given.legacy:
        variants.append(("legacy", measured(size, "--dictionaries", *map(str, given.legacy))))
    else:
        print("\nlegacy dictionaries: none given (--legacy FILE ...), left out")
    rows = [
        [f"{name}, {way}", one["loading"], one["code"], times_plain(found, way), native[way]["code"] / one["code"], one["peak"]]
        for name, found in variants
        for way, one in found.items()
    ]
    table(f"dictionaries, {size:,} sentences", ["dictionaries", "load s", "code/s", "times plain", "time by native", "peak MB"], rows)
    speeds = {way: f"{one['code']:.0f}" for way, one in native.items()}
    if "compiled" in speeds:
        print(f"\ncoding: {speeds['compiled']} sentences/s on one core (compiled; plain {speeds['plain']})")
    else:
        print(f"\ncoding: {speeds['plain']} sentences/s on one core (plain: `make compiled` makes it faster)")


if __name__ == "__main__":
    main()
