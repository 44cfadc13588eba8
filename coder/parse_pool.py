"""Parsing in several processes, each with a parser of its own: chunks of documents out, their parses back.

    with ParsePool(partial(Parser.load, None, 1, "cpu"), processes=4) as pool:
        tasks = [pool.submit(chunk) for chunk in parse_chunks(documents)]
        for task in tasks: pool.result(task)

The processes read and write nothing but the model: whoever has the pool stores what comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from coder.errors import ModelError
from coder.process_pool import ProcessPool, Task, processes_that_fit
from coder.records import Document, ParsedDocument

PROCESS_BYTES = 1_200_000_000  # a parser, its libraries and a chunk
CHARACTERS_A_PROCESS = 60_000  # some four seconds of parsing, where a parser loads in less than two

ParseTask = Task[Document, ParsedDocument]


class ParsePool(ProcessPool[Document, ParsedDocument]):
    """Processes that parse.

    Args:
        load: makes the parser, once in each process; a function that can be pickled.
        processes: how many.
    """

    def __init__(self, load: Callable[[], Any], processes: int) -> None:
        super().__init__(partial(_parsing, load), processes, "parsing process", "1.1 GB")


def usable_processes() -> int:
    """One a core that this process may use, fewer where the memory that is free does not hold so many parsers."""
    return processes_that_fit(PROCESS_BYTES)


def load_same(load: Callable[[], Any], sha256: str) -> Any:
    """The parser, if it still is the one that is meant: parses are stored under its hash.

    Raises:
        ModelError: its files have changed in the meantime.
    """
    parser = load()
    if parser.model_hash != sha256:
        raise ModelError("the model has changed since the run began", hint="run the same command again")
    return parser


def _parsing(load: Callable[[], Any]) -> Callable[[Sequence[Document]], list[ParsedDocument]]:
    parser = load()
    return lambda documents: list(parser.parse(documents))
