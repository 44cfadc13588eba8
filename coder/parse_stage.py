"""Parses of documents, from the store or made now, in this process or in several: in the order of the documents, each text once.

    with ParseStage(model, store) as stage:
        for begun in stage.ahead(stage.begin(chunk) for chunk in chunks):
            for parsed in stage.finish(begun): ...

With several processes the next documents are parsed while those before them are coded and stored, by the one process that
has the stage. What is parsed together is the same whatever the number of processes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, TypeVar

from coder.parse import MAX_DOCUMENT_CHARACTERS, parse_chunks
from coder.parse_pool import CHARACTERS_A_PROCESS, ParsePool, ParseTask
from coder.records import Document, ParsedDocument
from coder.store import ParseStore, parse_key, rebind

MOST_BEGUN = 8  # calls of `begin` before the first is finished, while the number of processes is not settled
MOST_CHARACTERS = 8_000_000  # of documents begun


class Begun(Protocol):
    """Anything that `ParseStage.ahead` can bring in order: it knows what is to be parsed for it."""

    @property
    def parses(self) -> Parses: ...


B = TypeVar("B", bound=Begun)


@dataclass(slots=True, eq=False)
class Part:
    """Documents to be parsed together, by key."""

    documents: dict[str, Document]
    task: ParseTask | None = None

    @property
    def characters(self) -> int:
        return sum(len(d.text) for d in self.documents.values())


@dataclass(slots=True, eq=False)
class Parses:
    """The parses of some documents, begun and not finished.

    Args:
        parts: those that must be parsed.
    """

    documents: Sequence[Document]
    keys: list[str]
    parts: list[Part]

    @property
    def parses(self) -> Parses:
        return self


class ParseStage:
    """Where documents get their parses.

    Args:
        model: has the parser and says in how many processes.
        store: where parses are looked up and kept; None: neither.
        note: called with the number of documents parsed, each time.
    """

    def __init__(self, model: Any, store: ParseStore | None, note: Callable[[int], None] | None = None) -> None:
        self._model = model
        self._store = store
        self._note = note
        self._pool: ParsePool | None = None
        # None: as many as pay, which what is to be parsed must tell.
        self._processes: int | None = getattr(model, "processes", 1)
        self._under_way: set[str] = set()

    def __enter__(self) -> ParseStage:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def begin(self, documents: Sequence[Document]) -> Parses:
        """Look up what is parsed already, and where there are processes for it have them parse the rest."""
        keys = [parse_key(d, self._model.parsed_by) for d in documents]
        known = self._under_way | (self._store.known(keys) if self._store is not None else set())
        missing: dict[str, Document] = {}
        for key, document in zip(keys, documents, strict=True):
            if key not in known:
                missing.setdefault(key, document)
        if self._store is not None:
            self._under_way |= missing.keys()
        begun = Parses(documents, keys, _parts(missing))
        if self._pool is not None or (self._processes or 1) > 1:
            self._submit(begun)
        return begun

    def ahead(self, begun: Iterator[B]) -> Iterator[B]:
        """The same, in order, so many of them begun ahead as keep the processes busy."""
        waiting: deque[B] = deque()
        for one in begun:
            waiting.append(one)
            while waiting and not self._wants_more([b.parses for b in waiting]):
                yield waiting.popleft()
        self._settle([b.parses for b in waiting])
        yield from waiting

    def finish(self, begun: Parses) -> Iterator[ParsedDocument]:
        """The parses of the documents, in their order; those made now are stored first. To be called in the order of `begin`."""
        fresh: dict[str, ParsedDocument] = {}
        for part in begun.parts:
            fresh.update(zip(part.documents, self._parsed(part), strict=True))
        self._keep(fresh)
        wanted = [key for key in begun.keys if key not in fresh]
        known = fresh | (dict(self._store.get(wanted)) if self._store is not None else {})
        # Of a text that is not stored, or whose file another process has just removed.
        lost = _parts({k: d for k, d in zip(begun.keys, begun.documents, strict=True) if k not in known})
        for part in lost:
            again = dict(zip(part.documents, self._parsed(part), strict=True))
            self._keep(again)
            known |= again
        for key, document in zip(begun.keys, begun.documents, strict=True):
            yield rebind(known[key], document)

    def _keep(self, fresh: dict[str, ParsedDocument]) -> None:
        if not fresh:
            return
        if self._store is not None:
            # What is too long to be parsed is not worth the room: it is rejected as quickly again.
            self._store.put((k, p) for k, p in fresh.items() if len(p.document.text) <= MAX_DOCUMENT_CHARACTERS)
        self._under_way -= fresh.keys()
        if self._note is not None:
            self._note(len(fresh))

    def _parsed(self, part: Part) -> list[ParsedDocument]:
        if self._pool is not None:
            return self._pool.result(part.task or self._pool.submit(list(part.documents.values())))
        return list(self._model.parser.parse(part.documents.values()))

    def _submit(self, begun: Parses) -> None:
        if begun.parts and self._pool is None:
            self._pool = self._model.pool(self._processes)
        for part in begun.parts:
            if self._pool is not None and part.task is None:
                part.task = self._pool.submit(list(part.documents.values()))

    def _wants_more(self, waiting: Sequence[Parses]) -> bool:
        """Whether to begin another one before the first of these is finished."""
        parts = sum(len(b.parts) for b in waiting)
        if not parts or self._processes == 1:
            return False
        room = sum(len(d.text) for b in waiting for d in b.documents) < MOST_CHARACTERS
        if self._pool is not None:  # each has one to do and finds the next one ready
            return parts < 2 * self._pool.processes and (room or len(waiting) < self._pool.processes)
        characters = sum(part.characters for b in waiting for part in b.parts)
        if room and len(waiting) < MOST_BEGUN and characters < self._model.most_processes() * CHARACTERS_A_PROCESS:
            return True
        self._settle(waiting)
        return self._pool is not None and parts < 2 * self._pool.processes

    def _settle(self, waiting: Sequence[Parses]) -> None:
        """Start so many processes as have enough to do to make good the loading of their parsers, where that is more than one."""
        if self._pool is not None or self._processes is not None:
            return
        parts = [part for b in waiting for part in b.parts]
        paying = sum(part.characters for part in parts) // CHARACTERS_A_PROCESS
        processes = min(paying, len(parts), self._model.most_processes())
        if processes > 1:
            self._pool = self._model.pool(processes)
            for begun in waiting:
                self._submit(begun)


def _parts(missing: dict[str, Document]) -> list[Part]:
    keys = iter(missing)
    return [Part({next(keys): document for document in chunk}) for chunk in parse_chunks(missing.values())]
