"""Coding of stored parses in several processes, each with dictionaries of its own: the same rows in the same order.

    with CodeStage(resources, store, code_document, here, again, basis, processes=None) as stage:
        for chunk, coded in stage.ahead(chunks): ...

What has just been parsed is coded by the process that has the stage, since parsing takes many times as long. The other processes begin
when so much has been coded from stored parses that loading the dictionaries again pays; they read the parses themselves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Generic, Protocol, TypeVar

from coder.coded import Coded, coding_basis
from coder.options import Options
from coder.process_pool import ProcessPool, Task, processes_that_fit
from coder.records import Document, ParsedDocument
from coder.resources import Resources, load_resources
from coder.store import ParseStore, rebind

PROCESS_BYTES = 300_000_000  # dictionaries, libraries and a chunk
CHARACTERS_BEFORE = 1_000_000  # coded in one process before others start: some three seconds
DOCUMENTS_A_TASK = 64

Code = Callable[[ParsedDocument, Resources], Coded]
Keyed = tuple[str, Document]
CodeTask = Task[Keyed, Coded | None]


class Chunk(Protocol):
    """Documents to be coded, by parse key; `stored` where all their parses were in the store when it was made."""

    @property
    def wanted(self) -> Sequence[Keyed]: ...

    @property
    def stored(self) -> bool: ...


C = TypeVar("C", bound=Chunk)


class CodeStage(Generic[C]):
    """Where parsed documents are coded.

    Args:
        resources: to code with.
        store: where the parses are.
        code: codes a parsed document; a function of a module.
        here: codes the documents of a chunk in this process, parsing them where need be.
        again: codes documents in this process whose stored parses have gone since.
        basis: of the coding here (see `coding_basis`); processes with another one code nothing.
        processes: at most; None: one a core. One: this one alone.
    """

    def __init__(
        self,
        resources: Resources,
        store: ParseStore,
        code: Code,
        here: Callable[[C], list[Coded]],
        again: Callable[[Sequence[Document]], list[Coded]],
        basis: str,
        processes: int | None,
    ) -> None:
        self._resources, self._store, self._code, self._here, self._again = resources, store, code, here, again
        self._basis = basis
        self._most = processes
        self._characters = 0
        self._pool: ProcessPool[Keyed, Coded | None] | None = None

    def __enter__(self) -> CodeStage[C]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def ahead(self, chunks: Iterable[C]) -> Iterator[tuple[C, list[Coded]]]:
        """Each chunk with its coded documents, in order, so many of them begun ahead as keep the processes busy."""
        waiting: deque[tuple[C, list[CodeTask]]] = deque()
        for chunk in chunks:
            if not chunk.stored or not self._several():
                while waiting:
                    yield self._finished(*waiting.popleft())
                yield chunk, self._here(chunk)
                self._characters += sum(len(d.text) for _, d in chunk.wanted) if chunk.stored else 0
                continue
            waiting.append((chunk, self._begun(chunk)))
            assert self._pool is not None
            while sum(len(tasks) for _, tasks in waiting) > 2 * self._pool.processes + len(waiting[0][1]):
                yield self._finished(*waiting.popleft())
        while waiting:
            yield self._finished(*waiting.popleft())

    def _several(self) -> bool:
        """Whether there are other processes; they are made when enough has been coded by this one."""
        if self._pool is None and self._most != 1 and self._characters >= CHARACTERS_BEFORE and self._resources.given is not None:
            processes = self._most or processes_that_fit(PROCESS_BYTES)
            if processes == 1:
                self._most = 1
                return False
            load = partial(_coding, self._resources.given, self._resources.options, self._basis, self._store.folder, self._code)
            self._pool = ProcessPool(load, processes, "coding process", "0.3 GB")
        return self._pool is not None

    def _begun(self, chunk: C) -> list[CodeTask]:
        assert self._pool is not None
        wanted = chunk.wanted
        return [self._pool.submit(wanted[i : i + DOCUMENTS_A_TASK]) for i in range(0, len(wanted), DOCUMENTS_A_TASK)]

    def _finished(self, chunk: C, tasks: Sequence[CodeTask]) -> tuple[C, list[Coded]]:
        assert self._pool is not None
        found = [coded for task in tasks for coded in self._pool.result(task)]
        lost = [document for (_, document), coded in zip(chunk.wanted, found, strict=True) if coded is None]
        again = iter(self._again(lost) if lost else ())
        return chunk, [coded if coded is not None else next(again) for coded in found]


# ---- in the processes --------------------------------------------------------------------------------------------


def _coding(
    given: tuple[Sequence[Path], Sequence[Path]], options: Options, basis: str, folder: Path, code: Code
) -> Callable[[Sequence[Keyed]], list[Coded | None]]:
    """What codes documents by the keys of their parses; None for those whose parse is not found here.

    Where dictionaries have changed since the run began it is None for all of them.
    """
    resources = load_resources(*given, options)
    same = coding_basis(resources) == basis
    store = ParseStore(folder)

    def work(wanted: Sequence[Keyed]) -> list[Coded | None]:
        parses: Mapping[str, ParsedDocument] = dict(store.get([key for key, _ in wanted])) if same else {}
        return [code(rebind(parses[key], document), resources).as_text() if key in parses else None for key, document in wanted]

    return work
