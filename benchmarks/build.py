"""Whole builds: the first, one that finds nothing new, one with a new document, one with another dictionary.

    python benchmarks/build.py [--sizes 100 1000] [--from-parses]

The corpus is made of the sample's sentences (see samples.py), one JSONL file. With --from-parses the parse store is
filled beforehand, so that large corpora can be measured without days of parsing; "first build" then codes and writes.
Seconds are of the processor, each build in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from measure import ROOT, machine, run, table

NEW = "The foreign ministers of Kenya and Uganda met in Nairobi on Tuesday. Kenya promised Uganda aid worth 20 million dollars."
DICTIONARY = "- {name: Benchmark Front of Nowhere, kind: organization, code: ZZZREB}\n"


def write_corpus(folder: Path, size: int, work: Path, fill: bool) -> int:
    """The corpus as one JSONL file, its parses in the store if asked; the number of documents."""
    from samples import generated, sample_parses

    from coder.pipeline import Model
    from coder.read import read_corpus
    from coder.store import ParseStore, parse_key, rebind

    (folder / "corpus").mkdir(parents=True)
    parsed = list(generated(sample_parses(work), size))
    with (folder / "corpus" / "news.jsonl").open("w") as file:
        for p in parsed:
            day = p.document.publication_date.isoformat() if p.document.publication_date else None
            file.write(json.dumps({"id": p.document.id, "date": day, "text": p.document.text}) + "\n")
    if fill:
        model = Model()
        by_id = {p.document.id: p for p in parsed}
        store = ParseStore(folder / "output" / ".parses")
        read = read_corpus(folder / "corpus", on_reject=lambda _: None)
        store.put((parse_key(d, model.parsed_by), rebind(by_id[d.id], d)) for d in read if d.id in by_id)
    return len(parsed)


def build(folder: Path, *options: str) -> Any:
    """One build, by the command line."""
    program = str(ROOT / "benchmarks" / "command.py")
    return run([program, "build", "--corpus", str(folder / "corpus"), "--output", str(folder / "output"), "--processes", "1", *options])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000], help="Sentences.")
    arguments.add_argument("--from-parses", action="store_true", help="Fill the parse store first.")
    arguments.add_argument("--work", type=Path, default=ROOT / "output" / ".benchmarks", help="Folder for corpora and output.")
    given = arguments.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(ROOT))
    print(machine())
    rows: list[list[object]] = []
    share = 0.0
    for size in given.sizes:
        folder = given.work / f"build-{size}"
        shutil.rmtree(folder, ignore_errors=True)
        documents = write_corpus(folder, size, given.work, given.from_parses)
        first = build(folder)
        nothing = build(folder)
        (folder / "corpus" / "new.txt").write_text(f"---\nid: new\ndate: 2024-05-31\n---\n{NEW}\n")
        new = build(folder)
        (folder / "more.yaml").write_text(DICTIONARY)
        edited = build(folder, "--add-dictionaries", str(folder / "more.yaml"))
        for name, one in (("first", first), ("nothing new", nothing), ("one new document", new), ("another dictionary", edited)):
            rows.append([f"{size:,} sentences, {documents:,} documents: {name}", one.cpu, one.cpu / first.cpu, one.peak])
        share = new.cpu / first.cpu
        shutil.rmtree(folder)
    what = "coding alone" if given.from_parses else "parsing and coding"
    table(f"builds ({what})", ["build", "s", "of the first", "peak MB"], rows)
    print(f"\nbuild: one new document costs {100 * share:.1f}% of the first build")


if __name__ == "__main__":
    main()
