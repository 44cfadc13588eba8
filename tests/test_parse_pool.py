"""Parsing in several processes: the parses of one process, in their order, whatever happens to the processes."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from stub_parser import StubModel

from coder import parse_stage, process_pool
from coder.errors import ModelError
from coder.parse_pool import ParsePool, load_same
from coder.pipeline import Model, Summary, build, parse_documents
from coder.process_pool import ProcessError
from coder.read import read_corpus
from coder.records import Document, ParsedDocument
from coder.resources import Resources
from coder.store import ParseStore

ROOT = Path(__file__).resolve().parent.parent


class FragileParser:
    """The stub, in a process that dies of the documents that say so: while a file is there, or always."""

    model_hash = "5" * 64

    def __init__(self, mark: str | None = None) -> None:
        self._mark = mark

    def parse(self, documents: list[Document]) -> Iterator[ParsedDocument]:
        for document in documents:
            if "always deadly" in document.text:
                os.kill(os.getpid(), signal.SIGKILL)
            if "deadly" in document.text and self._mark and Path(self._mark).exists():
                Path(self._mark).unlink()
                os.kill(os.getpid(), signal.SIGKILL)
            if "slow" in document.text:
                time.sleep(600)
        return StubModel().parser.parse(documents)  # type: ignore[no-any-return]


class PooledModel(StubModel):
    """The stub in several processes."""

    def __init__(self, processes: int | None = 2, mark: str | None = None, most: int = 2) -> None:
        super().__init__()
        self.processes = processes
        self._mark, self._most = mark, most
        self.pools: list[int] = []

    def most_processes(self) -> int:
        return self._most

    def pool(self, processes: int) -> ParsePool:
        self.pools.append(processes)
        return ParsePool(partial(FragileParser, self._mark), processes)


def documents(count: int, text: str = "France condemned Mali number {} on Friday.") -> list[Document]:
    return [Document(f"d{n}", text.format(n % 300)) for n in range(count)]


@pytest.mark.parametrize("stored", [True, False])
def test_parses_are_those_of_one_process(tmp_path: Path, stored: bool) -> None:
    """Every text that comes again, near or far, is parsed once where there is a store, as with one process."""
    found = []
    for model in (StubModel(), PooledModel()):
        summary = Summary()
        store = ParseStore(tmp_path / str(len(found))) if stored else None
        found.append(([*parse_documents(iter(documents(700)), model, store, summary)], summary.parsed, None if store is None else len(store)))
    assert found[0] == found[1]
    assert [p.document.id for p in found[0][0]] == [f"d{n}" for n in range(700)]
    assert not multiprocessing.active_children()


def test_a_build_is_the_same_byte_for_byte(tmp_path: Path, resources: Resources) -> None:
    (tmp_path / "news").mkdir()
    rows = [{"id": d.id, "date": "2024-05-31", "text": d.text if n % 50 else " "} for n, d in enumerate(documents(400))]
    (tmp_path / "news" / "news.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    two, again = PooledModel(), PooledModel()
    for name, model in (("one", StubModel()), ("two", two), ("two", again)):
        assert build(tmp_path / "news", tmp_path / name, resources, model).accounts()["in"] == 400
    assert two.pools == [2]
    assert not again.pools, "processes start where there is something to parse"
    names = sorted(p.name for p in (tmp_path / "one").glob("*.*") if not p.name.startswith("."))
    assert len(names) > 10
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_a_killed_process_is_replaced(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is lost or comes twice."""
    given = documents(300)
    given[70] = Document("d70", "A deadly text.")
    mark = tmp_path / "mark"
    mark.touch()
    store = ParseStore(tmp_path / "parses")
    found = list(parse_documents(iter(given), PooledModel(mark=str(mark)), store))
    assert [p.document for p in found] == given
    assert not mark.exists()
    assert len(store) == 300
    assert "a parsing process was killed" in caplog.text


def test_a_process_that_is_killed_again_and_again(tmp_path: Path) -> None:
    """An error that says what to do; what was parsed before is stored."""
    given = documents(300)
    given[299] = Document("d299", "An always deadly text.")
    store = ParseStore(tmp_path / "parses")
    with pytest.raises(ProcessError, match=r"killed 3 times.*too little memory"):
        list(parse_documents(iter(given), PooledModel(), store))
    assert len(store) == 256
    assert not multiprocessing.active_children()


def fails() -> Any:
    raise ModelError("model file is missing", hint="install it again")


def test_a_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    with ParsePool(fails, 2) as pool, pytest.raises(ModelError, match="model file is missing") as caught:
        pool.result(pool.submit(documents(1)))
    assert caught.value.hint == "install it again"
    with ParsePool(partial(load_same, FragileParser, "6" * 64), 2) as pool, pytest.raises(ModelError, match="has changed"):
        pool.result(pool.submit(documents(1)))


@pytest.mark.parametrize(
    ("count", "characters", "most", "expected"),
    [(10, 100, 4, []), (300, 1000, 4, [4]), (300, 1000, 1, []), (10, 20_000, 4, []), (600, 300, 8, [3]), (3000, 10, 4, [])],
)
def test_as_many_processes_as_pay(monkeypatch: pytest.MonkeyPatch, count: int, characters: int, most: int, expected: list[int]) -> None:
    """Each has a parser's loading time to do and a chunk of its own; otherwise all is parsed here."""
    monkeypatch.setattr(parse_stage, "CHARACTERS_A_PROCESS", 60_000)
    model = PooledModel(None, most=most)
    monkeypatch.setattr(model, "pool", lambda processes: model.pools.append(processes) or Here())
    given = documents(count, "France met Mali {}. " + "x" * (characters - 20))
    assert [p.document for p in parse_documents(iter(given), model, None)] == given
    assert model.pools == expected


class Here:
    """A pool without processes."""

    processes = 4

    def submit(self, given: list[Document]) -> list[Document]:
        return given

    def result(self, given: list[Document]) -> list[ParsedDocument]:
        return list(StubModel().parser.parse(given))

    def close(self) -> None: ...


def test_threads_and_devices_settle_the_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_pool.os, "sched_getaffinity", lambda _: set(range(6)), raising=False)
    monkeypatch.setattr(process_pool, "_free_bytes", lambda _: 5_000_000_000)
    assert Model().processes == 1, "a program that calls the library is not started several times"
    assert Model(processes=None).most_processes() == 4, "so many fit in memory"
    assert Model(processes=None, device="cuda").most_processes() == 1
    assert Model(threads=2, processes=None).processes == 1
    assert Model(threads=1, processes=None).processes is None
    assert Model(threads=2, processes=3).processes == 3


@pytest.mark.skipif(os.name != "posix", reason="a terminal's Ctrl-C reaches all processes of a group")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_processes_end_with_the_one_that_started_them(tmp_path: Path, how: signal.Signals) -> None:
    """Interrupted from the terminal, or killed while a process is in the middle of a text."""
    program = tmp_path / "program.py"
    program.write_text(
        "import multiprocessing, signal, sys, threading, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored where the tests run in the background
        f"sys.path.insert(0, {str(ROOT / 'tests')!r})\n"
        "from test_parse_pool import Document, FragileParser, ParsePool\n"
        "def tell():\n"
        "    time.sleep(2)\n"
        "    print(*(p.pid for p in multiprocessing.active_children()), flush=True)\n"
        "if __name__ == '__main__':\n"
        "    threading.Thread(target=tell, daemon=True).start()\n"
        "    with ParsePool(FragileParser, 2) as pool:\n"
        "        tasks = [pool.submit([Document(str(n), 'A slow text.')]) for n in range(5)]\n"
        "        pool.result(tasks[0])\n"
    )
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        assert running.stdout is not None
        children = [int(pid) for pid in running.stdout.readline().split()]
        assert len(children) == 2
        if how == signal.SIGINT:
            os.killpg(running.pid, how)
        else:
            running.kill()
        running.wait(20)
    until = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < until:
        time.sleep(0.1)
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_two_real_processes(tmp_path: Path) -> None:
    """The parses of the bundled model are those of one process and one thread."""
    given = list(read_corpus(ROOT / "corpus", on_reject=lambda _: None))[:80]
    expected = list(parse_documents(iter(given), Model(threads=1), None))
    assert list(parse_documents(iter(given), Model(threads=1, processes=2), ParseStore(tmp_path / "parses"))) == expected
