"""Builds that are killed, run into a full disk or each other: what is left, and whether the next build mends it.

    python tests/broken_builds.py kill --count 100      SIGKILL at random moments, then a build to the end
    python tests/broken_builds.py points                SIGKILL before and after every renaming and every flush to the disk
    python tests/broken_builds.py full                  files that may not grow beyond a limit
    python tests/broken_builds.py read-only             an output folder that may not be written
    python tests/broken_builds.py together              two builds of one output at once
    python tests/broken_builds.py all                   each of these
    python tests/broken_builds.py kill --real --count 5 with Stanza in place of the stub

Prints one JSON object and ends with status 1 where something was lost, doubled or half written. Builds run in forks of
this process, which has loaded the dictionaries and started no thread: each takes a tenth of a second.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from coder.codebook import codebook
from coder.data_statement import data_statement
from coder.errors import EventCoderError
from coder.pipeline import Model, build, code_parsed, metadata
from coder.read import iter_corpus
from coder.records import Document
from coder.resources import Resources, load_resources
from coder.staging import finish_interrupted
from coder.tally import DocumentTally, EventTally

NAMES = "France Norway Kenya Peru Chile Turkey Greece Israel Belarus Mali Niger Japan Spain Egypt Ghana Nepal".split()
VERBS = "condemned praised visited bombed accused sanctioned".split()
NOBODY = 65534


def write_corpus(folder: Path, documents: int, seed: int) -> Path:
    """A few short reports, some of them rows of one file, and a bad line."""
    chance = random.Random(seed)
    folder.mkdir(parents=True)
    texts = [
        " ".join(f"{chance.choice(NAMES)} {chance.choice(VERBS)} {chance.choice(NAMES)} on Monday." for _ in range(chance.randint(1, 6)))
        for _ in range(documents)
    ]
    for number, text in enumerate(texts[::2]):
        (folder / f"report-{number}.txt").write_text(f"---\ndate: 2024-03-{number % 27 + 1:02}\n---\n{text}\n")
    lines = [json.dumps({"id": f"row-{n}", "date": "2024-05-02", "text": t}) for n, t in enumerate(texts[1::2])]
    (folder / "rows.jsonl").write_text("\n".join([*lines, "no JSON", ""]))
    return folder


def files(output: Path) -> dict[str, bytes]:
    """The files that users see."""
    return {p.name: p.read_bytes() for p in sorted(output.iterdir()) if p.is_file() and not p.name.startswith(".")}


class Builds:
    """Builds in forks.

    Args:
        make_model: for every build.
        stub: whether the model is the stub.
    """

    def __init__(self, root: Path, resources: Resources, make_model: Callable[[], Model], *, stub: bool = True) -> None:
        self.root = root
        self.stub = stub
        self.resources = resources
        self.make_model = make_model
        self.prepared: tuple[Path, dict[str, bytes], dict[str, bytes]] | None = None
        self._pipes: list[int] = []

    def start(self, corpus: Path, output: Path, before: Callable[[], None] = lambda: None) -> int:
        """Start a build; the pid of its process. What it says when it fails can be had from `said`."""
        read, write = os.pipe()
        pid = os.fork()
        if pid:
            os.close(write)
            self._pipes.append(read)
            return pid
        os.close(read)
        status = 70
        try:
            before()
            build(corpus, output, self.resources, self.make_model())
            status = 0
        except EventCoderError as error:
            status = 2
            os.write(write, str(error).encode())
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
        finally:
            os._exit(status)

    def run(self, corpus: Path, output: Path, before: Callable[[], None] = lambda: None) -> int:
        """A build to its end; the exit status, negative for a signal."""
        return os.waitstatus_to_exitcode(os.waitpid(self.start(corpus, output, before), 0)[1])

    def said(self) -> str:
        """The words with which the builds since the last call failed."""
        words = []
        for pipe in self._pipes:
            with os.fdopen(pipe) as stream:
                words.append(stream.read())
        self._pipes.clear()
        return "".join(words).replace(str(self.root), "")

    def warm(self, corpus: Path) -> None:
        """Decode what builds need of the dictionaries here, once: a fork does not start with nothing.

        Not with the real parser: its threads would not survive the fork.
        """
        if not self.stub:
            return
        __import__("pandas")  # Arrow loads it when it writes
        model = self.make_model()
        parsed = list(model.parser.parse(d for d in iter_corpus(corpus) if isinstance(d, Document)))
        rows, _ = code_parsed(parsed, self.resources)
        about = metadata(self.resources, model.name, model.sha256, "")
        codebook(EventTally.of(rows), self.resources, about)
        data_statement(self.resources, about, DocumentTally(), 0, 0)


def prepare(builds: Builds, documents: int) -> tuple[Path, dict[str, bytes], dict[str, bytes]]:
    """Two corpora, and the tables of each from a build that nothing disturbed."""
    if builds.prepared:
        return builds.prepared
    old = write_corpus(builds.root / "old", max(documents // 2, 2), 1)
    new = write_corpus(builds.root / "new", documents, 2)
    builds.warm(new)
    tables = []
    for corpus in (old, new):
        assert builds.run(corpus, builds.root / f"reference-{corpus.name}") == 0
        tables.append(files(builds.root / f"reference-{corpus.name}"))
    builds.said()
    builds.prepared = new, tables[0], tables[1]
    return builds.prepared


def state(output: Path, old: dict[str, bytes], new: dict[str, bytes]) -> str:
    """What the next command finds after a killed build: the old tables, the new ones, some of each; or a file that is neither."""
    finish_interrupted(output)
    now = files(output) if output.exists() else {}
    if any(content not in (old.get(name), new.get(name)) for name, content in now.items()):
        return "half written"
    if now == new:
        return "new"
    if now == old or not now:
        return "old"
    return "some of each"


def mend(builds: Builds, corpus: Path, output: Path, new: dict[str, bytes]) -> bool:
    """Whether the next build gives the tables of an undisturbed one, and leaves nothing else behind."""
    status = builds.run(corpus, output)
    left = [p.name for p in output.rglob("*") if p.name.endswith((".tmp", ".part")) or p.name in (".staging", ".work")]
    return status == 0 and files(output) == new and not left


def kill(builds: Builds, count: int, seed: int, documents: int) -> dict[str, Any]:
    new, old_tables, new_tables = prepare(builds, documents)
    began = time.perf_counter()
    assert builds.run(new, builds.root / "timed") == 0
    duration = time.perf_counter() - began
    chance = random.Random(seed)
    left: Counter[str] = Counter()
    mended = 0
    for number in range(count):
        output = builds.root / f"killed-{number}"
        if number % 2:  # every other one lies over an earlier build
            shutil.copytree(builds.root / "reference-old", output)
        moment = chance.uniform(0, duration)
        pid = builds.start(new, output)
        time.sleep(moment)
        os.kill(pid, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        left[("finished before" if code == 0 else "killed") + ", " + state(output, old_tables if number % 2 else {}, new_tables)] += 1
        mended += mend(builds, new, output, new_tables)
        shutil.rmtree(output)
    sound = mended == count and not any("half" in name or "each" in name for name in left)
    return {"builds": count, "seconds": round(duration, 3), "left": dict(left), "mended": mended, "sound": sound}


def points(builds: Builds, every: int, documents: int) -> dict[str, Any]:
    """Kills at every n-th call that makes something lasting; how many there are, a build that is left alone tells."""
    new, old_tables, new_tables = prepare(builds, documents)
    counter = builds.root / "calls"

    def patch(stop: int, after: bool) -> None:
        calls = 0

        def watched(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                nonlocal calls
                calls += 1
                counter.write_text(str(calls))
                if calls == stop and not after:
                    os.kill(os.getpid(), signal.SIGKILL)
                result = real(*args, **kwargs)
                if calls == stop:
                    os.kill(os.getpid(), signal.SIGKILL)
                return result

            return call

        for module, name in ((os, "fsync"), (os, "replace"), (os, "rename"), (Path, "replace"), (os, "mkdir")):
            setattr(module, name, watched(getattr(module, name)))

    assert builds.run(new, builds.root / "counted", lambda: patch(0, False)) == 0
    calls = int(counter.read_text())
    left: Counter[str] = Counter()
    mended = killed = 0
    for stop in range(1, calls + 1, every):
        for after in (False, True):
            killed += 1
            output = builds.root / "output"
            shutil.copytree(builds.root / "reference-old", output)
            builds.run(new, output, lambda stop=stop, after=after: patch(stop, after))  # type: ignore[misc]
            left[state(output, old_tables, new_tables)] += 1
            mended += mend(builds, new, output, new_tables)
            shutil.rmtree(output)
    return {"builds": killed, "left": dict(left), "mended": mended, "sound": mended == killed and set(left) <= {"old", "new"}}


def full(builds: Builds, documents: int) -> dict[str, Any]:
    """Limits on the size of a file stand for a full disk: both fail in the middle of writing."""
    new, old_tables, new_tables = prepare(builds, documents)
    largest = max(map(len, new_tables.values()))
    said: Counter[str] = Counter()
    sound = True
    limits = [0, 1000, *range(3000, largest, max(largest // 3, 1))]
    for limit in limits:
        output = builds.root / "output"
        shutil.copytree(builds.root / "reference-old", output)
        status = builds.run(new, output, lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))  # type: ignore[misc]
        words = builds.said()
        said[words] += 1
        sound &= status == 2 and files(output) == old_tables and "cannot write" in words
        sound &= mend(builds, new, output, new_tables)
        shutil.rmtree(output)
    return {"builds": len(limits), "said": dict(said), "sound": sound}


def read_only(builds: Builds, documents: int) -> dict[str, Any]:
    new, old_tables, _new_tables = prepare(builds, documents)
    said: Counter[str] = Counter()
    sound = True

    def as_nobody() -> None:
        if os.getuid() == 0:
            os.setuid(NOBODY)

    builds.root.chmod(0o777)
    for name in ("old", "none"):
        output = builds.root / "outputs" / name
        output.parent.mkdir(exist_ok=True)
        if name == "old":
            shutil.copytree(builds.root / "reference-old", output)
        for path in (output, output.parent):
            if path.exists():
                path.chmod(0o555)
        status = builds.run(new, output, as_nobody)
        words = builds.said()
        said[words] += 1
        sound &= status == 2 and "cannot write" in words
        sound &= (files(output) == old_tables) if name == "old" else not output.exists()
        for path in (output.parent, output):
            if path.exists():
                path.chmod(0o755)
    return {"builds": 2, "said": dict(said), "sound": sound}


def together(builds: Builds, count: int, documents: int) -> dict[str, Any]:
    new, _old_tables, new_tables = prepare(builds, documents)
    sound = True
    for _ in range(count):
        output = builds.root / "output"
        pids = [builds.start(new, output) for _ in range(3)]
        sound &= [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids] == [0, 0, 0]
        sound &= files(output) == new_tables
        shutil.rmtree(output)
    return {"builds": 3 * count, "sound": sound}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["all", "kill", "points", "full", "read-only", "together"])
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--real", action="store_true", help="parse with Stanza")
    given = parser.parse_args()
    if given.real:
        make_model: Callable[[], Model] = partial(Model, threads=1)
    else:
        from stub_parser import StubModel

        make_model = StubModel
    memory = Path("/dev/shm")  # where flushing to the disk costs nothing
    with tempfile.TemporaryDirectory(prefix="eventcoder-broken-", dir=memory if os.access(memory, os.W_OK) else None) as folder:
        builds = Builds(Path(folder), load_resources(), make_model, stub=not given.real)
        parts: dict[str, Callable[[], dict[str, Any]]] = {
            "kill": lambda: kill(builds, given.count, given.seed, given.documents),
            "points": lambda: points(builds, given.every, given.documents),
            "full": lambda: full(builds, given.documents),
            "read-only": lambda: read_only(builds, given.documents),
            "together": lambda: together(builds, 1, given.documents),
        }
        result = {name: part() for name, part in parts.items() if given.what in (name, "all")}
    print(json.dumps(result, indent=2))
    return 0 if all(part["sound"] for part in result.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
