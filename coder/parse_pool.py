"""Parsing in several processes, each with a parser of its own: chunks of documents out, their parses back.

    with ParsePool(partial(Parser.load, None, 1, "cpu"), processes=4) as pool:
        tasks = [pool.submit(chunk) for chunk in parse_chunks(documents)]
        for task in tasks: pool.result(task)

The processes read and write nothing but the model: whoever has the pool stores what comes back. One that is killed costs
its chunks a second run, none of them is lost or comes twice.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import TracebackType
from typing import Any

from coder.errors import ModelError
from coder.records import Document, ParsedDocument

log = logging.getLogger(__name__)

PROCESS_BYTES = 1_200_000_000  # a parser, its libraries and a chunk
CHARACTERS_A_PROCESS = 60_000  # which parse in about the time that loading a parser takes
ATTEMPTS = 3  # at a chunk on which processes die

Load = Callable[[], Any]


@dataclass(slots=True, eq=False)
class Task:
    """A chunk of documents on its way through the pool."""

    documents: Sequence[Document]
    future: Future[list[ParsedDocument]]


class ParsePool:
    """Processes that parse; they start when there is something to do, and end with this one, however it ends.

    Args:
        load: makes the parser, once in each process; a function that can be pickled.
        processes: how many.
    """

    def __init__(self, load: Load, processes: int) -> None:
        self.processes = processes
        self._load = load
        self._open: list[Task] = []
        self._executor: ProcessPoolExecutor | None = None
        self._alive: Connection | None = None

    def __enter__(self) -> ParsePool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def submit(self, documents: Sequence[Document]) -> Task:
        """Have documents parsed together."""
        task = Task(documents, Future())
        self._open.append(task)
        self._start(task)
        return task

    def result(self, task: Task) -> list[ParsedDocument]:
        """The parses of a task's documents, when they are there.

        Raises:
            ModelError: the model cannot be loaded, or processes die again and again.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                parsed = task.future.result()
            except BrokenProcessPool:
                self.close(keep=True)
                if attempt < ATTEMPTS:
                    log.warning("a parsing process was killed: started again, nothing is lost")
                    for other in self._open:
                        if not other.future.done() or other.future.exception() is not None:
                            self._start(other)
            else:
                self._open.remove(task)
                return parsed
        raise ModelError(
            f"parsing processes were killed {ATTEMPTS} times",
            hint=f"most often there is too little memory, of which each takes 1.1 GB: give fewer than --processes {self.processes}",
        )

    def _start(self, task: Task) -> None:
        if self._executor is None:
            context = multiprocessing.get_context("spawn")  # a copy of this process would share its locks and its torch
            ours, self._alive = context.Pipe(duplex=False)
            self._executor = ProcessPoolExecutor(self.processes, context, _begin, (ours, self._load))
        try:
            task.future = self._executor.submit(_parse, task.documents)
        except BrokenProcessPool as error:  # `result` starts it again
            task.future = Future()
            task.future.set_exception(error)

    def close(self, *, keep: bool = False) -> None:
        """End the processes, whatever they are doing; tasks are forgotten unless they are kept."""
        if self._alive is not None:
            self._alive.close()
            self._alive = None
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=not keep)
            self._executor = None
        if not keep:
            self._open.clear()


def usable_processes() -> int:
    """One a core that this process may use, fewer where the memory that is free does not hold so many parsers."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _free_bytes() // PROCESS_BYTES))


def _free_bytes() -> int:
    """Memory that programs can have, half of all where the system does not tell."""
    told = Path("/proc/meminfo")
    if told.is_file():
        for line in told.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return PROCESS_BYTES * (os.cpu_count() or 1)


def load_same(load: Load, sha256: str) -> Any:
    """The parser, if it still is the one that is meant: parses are stored under its hash.

    Raises:
        ModelError: its files have changed in the meantime.
    """
    parser = load()
    if parser.model_hash != sha256:
        raise ModelError("the model has changed since the run began", hint="run the same command again")
    return parser


# ---- in the processes --------------------------------------------------------------------------------------------

_load: Load
_parser: Any = None


def _begin(alive: Connection, load: Load) -> None:
    global _load
    _load = load
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that has the pool
    logging.getLogger("stanza").setLevel(logging.ERROR)
    threading.Thread(target=_end_with, args=(alive,), daemon=True).start()


def _end_with(alive: Connection) -> None:
    """End when the other side of the pipe is closed, or its process is gone."""
    parent = multiprocessing.parent_process()
    wait([alive, parent.sentinel] if parent is not None else [alive])
    os._exit(1)


def _parse(documents: Sequence[Document]) -> list[ParsedDocument]:
    global _parser
    if _parser is None:
        _parser = _load()
    return list(_parser.parse(documents))
