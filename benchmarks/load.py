"""How a build bears many documents: memory on the way, the time of each stage, and whether every document is accounted for.

    python benchmarks/load.py --documents 200000

Documents are of mixed length, with bad lines, repeated ids, foreign and empty texts among them; the rest is real but for
the parser, in whose place a stub stands (Stanza would take days): reading, parse store, coding, tables. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

NAMES = (
    "France Norway Kenya Peru Chile Turkey Greece Israel Belarus Mali Niger Japan Spain Egypt Ghana Nepal Russia China Iran Iraq India "
    "Pakistan Brazil Canada Mexico Poland Ukraine Syria Sudan Ethiopia"
).split()
VERBS = "condemned praised visited bombed accused sanctioned met".split()
FILL = "The weather was fine in the town and the market was open for the whole of the day."
FOREIGN = "Der Minister und die Regierung haben in der Stadt mit dem Präsidenten über das Abkommen und den Frieden gesprochen. " * 3


def write_corpus(folder: Path, documents: int, seed: int = 1) -> Counter[str]:
    """Write the corpus as JSONL files of 20,000 rows; how many rows there are of each kind."""
    chance = random.Random(seed)  # noqa: S311
    kinds: Counter[str] = Counter()
    for first in range(0, documents, 20_000):
        with (folder / f"rows-{first:07}.jsonl").open("w", encoding="utf-8") as stream:
            for number in range(first, min(first + 20_000, documents)):
                kind = chance.choices(["news", "quiet", "bad line", "repeated", "foreign", "empty"], [70, 22, 2, 2, 2, 2])[0]
                if number == first:
                    kind = "news"  # whose id is repeated further down
                kinds[kind] += 1
                sentences = min(int(chance.lognormvariate(0.0, 1.0)) + 1, 400)
                if kind == "bad line":
                    stream.write('{"id": "broken", "text": \n')
                    continue
                text = {"empty": " ", "foreign": FOREIGN, "quiet": f"{FILL} " * sentences}.get(kind) or " ".join(
                    f"{chance.choice(NAMES)} {chance.choice(VERBS)} {chance.choice(NAMES)} on {chance.choice(['Monday', 'Friday'])}. {FILL}"
                    for _ in range(sentences)
                )
                row = {
                    "id": f"d{first}" if kind == "repeated" else f"d{number}",
                    "date": f"20{number % 24:02}-{number % 12 + 1:02}-{number % 28 + 1:02}",
                    "text": f"{text} Report {number}." if kind not in ("empty", "foreign") else text,
                }
                stream.write(json.dumps(row) + "\n")
    return kinds


def resident() -> float:
    """MB that this process holds now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=200_000)
    given = parser.parse_args()
    from stub_parser import StubModel

    from coder.pipeline import build
    from coder.resources import load_resources

    with tempfile.TemporaryDirectory(prefix="eventcoder-load-") as name:
        corpus, output = Path(name, "corpus"), Path(name, "output")
        corpus.mkdir()
        kinds = write_corpus(corpus, given.documents)
        resources = load_resources()
        memory: list[tuple[int, int]] = []
        step = max(given.documents // 10, 1)
        coded = time.perf_counter()

        def progress(stage: str, done: int) -> None:
            nonlocal coded
            coded = time.perf_counter()
            if done % step == 0:
                memory.append((done, round(resident())))

        began = time.perf_counter()
        summary = build(corpus, output, resources, StubModel(), progress)
        ended = time.perf_counter()
        accounts = summary.accounts()
        sizes = {p.name: p.stat().st_size for p in output.iterdir() if p.is_file()}
        store = sum(p.stat().st_size for p in (output / ".parses").iterdir())
    sound = accounts["in"] == given.documents == accounts["coded"] + accounts["without_events"] + accounts["rejected"]
    sound &= accounts["rejected"] == sum(kinds[k] for k in ("bad line", "repeated", "foreign", "empty"))
    result = {
        "documents": given.documents, "kinds": dict(kinds), "accounts": accounts, "sentences": summary.sentences, "events": summary.events,
        "seconds_to_code": round(coded - began, 1), "seconds_to_write": round(ended - coded, 1), "resident_mb_at_documents": memory,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), "bytes": sizes, "parse_store_bytes": store,
        "accounted_for": sound,
    }  # fmt: skip
    print(json.dumps(result, indent=2))
    return 0 if sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
