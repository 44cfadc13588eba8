"""Errors that a user can act on: each names the file and line where it can, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one place of a file.

    Args:
        path: the file.
        line: 1-based line, 0 where none applies.
        message: what is wrong.
        hint: what to do about it.
        level: "error" stops the load, "warning" does not.
    """

    path: str
    line: int
    message: str
    hint: str = ""
    level: str = "error"

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}: {self.level}: {self.message}{hint}"


class EventCoderError(Exception):
    """Base of all errors raised on purpose; `hint` says what to do."""

    def __init__(self, message: str, *, hint: str = "", path: str | Path | None = None, line: int = 0) -> None:
        self.message = message
        self.hint = hint
        self.path = str(path) if path is not None else ""
        self.line = line
        super().__init__(self.render())

    def render(self) -> str:
        where = ""
        if self.path:
            where = f"{self.path}:{self.line}: " if self.line else f"{self.path}: "
        return f"{where}{self.message}" + (f" ({self.hint})" if self.hint else "")


class DictionaryError(EventCoderError):
    """Dictionary files with faults; `faults` lists them all."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        shown = "\n".join(str(f) for f in faults[:50])
        more = f"\n… and {len(faults) - 50} more" if len(faults) > 50 else ""
        super().__init__(f"{len(faults)} fault(s) in the dictionaries:\n{shown}{more}")


class OntologyError(DictionaryError):
    """Ontology files with faults."""


class ModelError(EventCoderError):
    """A parsing model that is missing, corrupted or of another kind."""


class InputError(EventCoderError):
    """An input that cannot be read at all."""


class OptionsError(EventCoderError):
    """An option with a value that means nothing."""
