"""How a build bears many documents: memory on the way and at the peak of each stage, and whether every document is accounted for.

    python benchmarks/load.py --documents 20000 200000

Each number of documents is a run in a process of its own; the peaks of a larger one should be those of a smaller one.
Documents are of mixed length, with bad lines, repeated ids, foreign and empty texts among them; the rest is real but for
the parser, in whose place a stub stands (Stanza would take days): reading, parse store, coding, tables. Prints JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

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
    return _status("VmRSS")


class Stages:
    """Peak memory and processor time of the stages of a build; where the system keeps no peak that can be set back, memory at their end.

    A stage ends where the function that it is named after begins or returns.
    """

    def __init__(self) -> None:
        self.peaks: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        self._began = time.process_time()

    def end(self, name: str) -> None:
        """What has been since the last call was this stage."""
        now = time.process_time()
        self.peaks[name] = max(self.peaks.get(name, 0), round(_status("VmHWM") or resident()))
        self.seconds[name] = round(self.seconds.get(name, 0.0) + now - self._began, 1)
        self._began = now
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")

    def watch(self, owner: Any, name: str, stage: str, before: str) -> None:
        """Let `stage` begin and end with a function, and the stage before it end where it begins."""
        real = getattr(owner, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            self.end(before)
            result = real(*args, **kwargs)
            self.end(stage)
            return result

        setattr(owner, name, watched)


def _status(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def run(documents: int) -> int:
    """One build; prints what it took."""
    from stub_parser import StubModel

    import coder.gathered
    import coder.panel_output
    import coder.report
    from coder.pipeline import build
    from coder.resources import load_resources

    stages = Stages()
    stages.watch(coder.gathered.Gathered, "find_stories", "stories", "documents")
    stages.watch(coder.panel_output, "write_dyad_month", "panel", "tables")
    stages.watch(coder.report, "write_report", "report", "pages")
    with tempfile.TemporaryDirectory(prefix="eventcoder-load-") as name:
        corpus, output = Path(name, "corpus"), Path(name, "output")
        corpus.mkdir()
        kinds = write_corpus(corpus, documents)
        resources = load_resources()
        memory: list[tuple[int, int]] = []
        step = max(documents // 10, 1)

        def progress(stage: str, done: int) -> None:
            if done % step == 0:
                memory.append((done, round(resident())))

        stages.end("dictionaries")
        summary = build(corpus, output, resources, StubModel(), progress)
        stages.end("manifest")
        accounts = summary.accounts()
        sizes = {p.name: p.stat().st_size for p in output.iterdir() if p.is_file()}
        store = sum(p.stat().st_size for p in (output / ".parses").iterdir())
    sound = accounts["in"] == documents == accounts["coded"] + accounts["without_events"] + accounts["rejected"]
    sound &= accounts["rejected"] == sum(kinds[k] for k in ("bad line", "repeated", "foreign", "empty"))
    result = {
        "documents": documents, "kinds": dict(kinds), "accounts": accounts, "sentences": summary.sentences, "events": summary.events,
        "seconds": stages.seconds, "peak_mb": stages.peaks, "peak_of_build_mb": max(v for k, v in stages.peaks.items() if k != "dictionaries"),
        "resident_mb_at_documents": memory, "bytes": sizes, "parse_store_bytes": store, "accounted_for": sound,
    }  # fmt: skip
    print(json.dumps(result, indent=2), flush=True)
    return 0 if sound else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, nargs="+", default=[200_000])
    given = parser.parse_args()
    if len(given.documents) == 1:
        return run(given.documents[0])
    return max(subprocess.call([sys.executable, __file__, "--documents", str(n)]) for n in given.documents)  # noqa: S603


if __name__ == "__main__":
    raise SystemExit(main())
