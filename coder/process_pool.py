"""Processes of this program that do one kind of work: lists of things out, a list of what became of each back.

    with ProcessPool(load, 4, ABOUT) as pool:
        tasks = [pool.submit(some) for some in chunks]
        for task in tasks: pool.result(task)

One that is killed costs its chunks a second run, none of them is lost or comes twice.
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
from typing import Any, Generic, TypeVar

from coder.errors import EventCoderError

log = logging.getLogger(__name__)

ATTEMPTS = 3  # at a chunk on which processes die

class ProcessError(EventCoderError):
    """Processes died again and again."""


In = TypeVar("In")
Out = TypeVar("Out")
Work = Callable[[Sequence[In]], list[Out]]


@dataclass(slots=True, eq=False)
class Task(Generic[In, Out]):
    """A chunk on its way through the pool."""

    chunk: Sequence[In]
    future: Future[list[Out]]


class ProcessPool(Generic[In, Out]):
    """Processes that work; they start when there is something to do, and end with this one, however it ends.

    Args:
        load: makes what does the work, once in each process; a function that can be pickled.
        processes: how many.
        name: of one of them, for messages ("parsing process").
        memory: that one takes, for messages.
    """

    def __init__(self, load: Callable[[], Work[In, Out]], processes: int, name: str, memory: str) -> None:
        self.processes = processes
        self._load, self._name, self._memory = load, name, memory
        self._open: list[Task[In, Out]] = []
        self._executor: ProcessPoolExecutor | None = None
        self._alive: Connection | None = None

    def __enter__(self) -> ProcessPool[In, Out]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def submit(self, chunk: Sequence[In]) -> Task[In, Out]:
        """Have a chunk worked on."""
        task: Task[In, Out] = Task(chunk, Future())
        self._open.append(task)
        self._start(task)
        return task

    def result(self, task: Task[In, Out]) -> list[Out]:
        """What became of a task's chunk, when it is there.

        Raises:
            EventCoderError: what works cannot be loaded, or processes die again and again.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                done = task.future.result()
            except BrokenProcessPool:
                self.close(keep=True)
                if attempt < ATTEMPTS:
                    log.warning("a %s was killed: started again, nothing is lost", self._name)
                    for other in self._open:
                        if not other.future.done() or other.future.exception() is not None:
                            self._start(other)
            else:
                self._open.remove(task)
                return done
        raise ProcessError(
            f"{self._name}es were killed {ATTEMPTS} times",
            hint=f"most often there is too little memory, of which each takes {self._memory}: give fewer than --processes {self.processes}",
        )

    def _start(self, task: Task[In, Out]) -> None:
        if self._executor is None:
            context = multiprocessing.get_context("spawn")  # a copy of this process would share its locks and its torch
            ours, self._alive = context.Pipe(duplex=False)
            self._executor = ProcessPoolExecutor(self.processes, context, _begin, (ours, self._load))
        try:
            task.future = self._executor.submit(_work, task.chunk)
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


def processes_that_fit(each: int) -> int:
    """One a core that this process may use, fewer where the memory that is free does not hold so many.

    Args:
        each: bytes that one takes.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _free_bytes(each * cores) // each))


def _free_bytes(default: int) -> int:
    """Memory that programs can have, half of all where the system does not tell."""
    told = Path("/proc/meminfo")
    if told.is_file():
        for line in told.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return default


# ---- in the processes --------------------------------------------------------------------------------------------

_load: Callable[[], Any]
_working: Any = None


def _begin(alive: Connection, load: Callable[[], Any]) -> None:
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


def _work(chunk: Sequence[Any]) -> list[Any]:
    global _working
    if _working is None:
        _working = _load()
    result: list[Any] = _working(chunk)
    return result
