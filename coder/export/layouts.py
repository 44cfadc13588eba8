"""What a layout is: its columns with type and content as data, and the conventions of the files it imitates.

The registry `LAYOUTS` is in `coder.export.registry`; each layout's columns and row function stand in a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from coder.export.context import Context

Cell = str | int | float | None
EventRow = Mapping[str, Any]
RowFunction = Callable[[EventRow, "Context"], Sequence[Cell]]
Kind = Literal["string", "integer", "number", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a layout.

    Args:
        name: as its readers expect it, letter for letter.
        kind: what a reader makes of a filled cell.
        content: what stands in it here, in plain words; "" where it is never filled.
        demanded: a number that the original files always have, and strict readers refuse to miss.
    """

    name: str
    kind: Kind
    content: str
    demanded: bool = False

    @property
    def filled(self) -> bool:
        return bool(self.content)


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of another project's files and the conventions of writing them.

    Args:
        name: for `--layout`.
        title: the dataset.
        columns: in the order of the file.
        row: the cells of an event, as many as columns.
        header: whether the original files begin with the names of the columns.
        separator: tab or comma.
        quoted: True for CSV quoting; False where the readers take quotes as letters: then line breaks and
            separators inside a text become spaces.
        null: what stands for "not known".
        unit: "mention" is a line for each event as coded from a sentence, "event" a line for each group of the
            same dyad, code, status and date.
        status: which events the dataset has; None for all.
        suffix: of the original files.
        needs: None, or a column of the events that must be filled for the layout to have a line for it.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    row: RowFunction
    header: bool
    separator: str = "\t"
    quoted: bool = False
    null: str = ""
    unit: Literal["mention", "event"] = "mention"
    status: str | None = "asserted"
    suffix: str = ".txt"
    needs: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)


def columns(*lines: tuple[str, Kind, str], demanded: frozenset[str] = frozenset()) -> tuple[Column, ...]:
    """Columns of names, types and contents; `demanded` names those that strict readers refuse to miss."""
    return tuple(Column(*line, demanded=line[0] in demanded) for line in lines)


def describe(layout: Layout) -> str:
    """The columns of a layout as a Markdown table (docs/exports.md is checked against it)."""
    lines = ["| column | type | what stands in it |", "|---|---|---|"]
    lines += [f"| {c.name} | {c.kind} | {c.content or '(always empty)'} |" for c in layout.columns]
    return "\n".join(lines)


def joined(values: Iterable[object], separator: str) -> str | None:
    """Values in their order without repeats and empty ones; None where nothing is left."""
    text = separator.join(dict.fromkeys(str(v) for v in values if v))
    return text or None
