"""The files of a build, written from what was gathered, row by row: in memory is one row group of one table.

>>> write_outputs(staged.folder, gathered, resources, about, parses)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coder.gathered import Gathered
from coder.memory import give_back
from coder.resources import Resources
from coder.store import ParseStore
from coder.table_writer import TableWriter
from coder.tables import DailyRow, DocumentRow, DuplicateRow, EventRow, RejectRow, UnresolvedRow, write_text
from coder.tally import DocumentTally, EventTally, RejectTally


def write_outputs(folder: Path, gathered: Gathered, resources: Resources, about: Mapping[str, str], parses: ParseStore) -> None:
    """Every file of a build but its manifest.

    Args:
        folder: where they are written.
        gathered: all documents of the build, their stories found.
        about: metadata of the run, as `pipeline.metadata` gives it.
        parses: of the build, for the trees of the report.
    """
    from coder.codebook import codebook
    from coder.data_statement import data_statement
    from coder.panel_output import write_dyad_month
    from coder.report import write_report

    events, documents, rejects = EventTally(groups=gathered.count("daily")), DocumentTally(), RejectTally()
    with (
        TableWriter(EventRow, folder / "events.parquet", about, events.add) as table,
        TableWriter(DailyRow, folder / "events_daily.parquet", about) as daily,
    ):
        for values, first in gathered.events():
            table.add(values)
            if first is not None:
                daily.add(first)
    with TableWriter(DocumentRow, folder / "documents.parquet", about, documents.add) as table:
        table.add_all(gathered.documents())
    with TableWriter(DuplicateRow, folder / "duplicates.parquet", about) as table:
        table.add_all(gathered.duplicates())
    with TableWriter(RejectRow, folder / "rejects.parquet", about, rejects.add) as table:
        table.add_all(gathered.rejects())
    with TableWriter(UnresolvedRow, folder / "unresolved.parquet", about) as table:
        table.add_all(gathered.unresolved())
    give_back()
    write_dyad_month(folder, about)
    give_back()
    write_text(codebook(events, resources, about, documents, rejects), folder / "codebook.md")
    write_text(data_statement(resources, about, documents, rejects.total(), gathered.count("file")), folder / "data_statement.md")
    give_back()
    write_report(folder, resources, parses=parses)


@dataclass(frozen=True, slots=True)
class Long:
    """Entries of a JSON object (pairs) or array that are too many to be held at once, in their order."""

    entries: Iterable[Any]
    pairs: bool = False


def write_long_json(parts: Mapping[str, Any], path: Path) -> None:
    """The bytes of `coder.tables.write_json`, where values of the outermost object may be `Long`."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for number, key in enumerate(sorted(parts)):
            stream.write(f"{',' if number else '{'}\n  {_json(key)}: ")
            part = parts[key]
            if isinstance(part, Long):
                stream.writelines(_entries(part))
            else:
                stream.write(json.dumps(part, indent=2, sort_keys=True, ensure_ascii=False).replace("\n", "\n  "))
        stream.write("\n}\n")


def _entries(part: Long) -> Iterator[str]:
    opening, closing = "{}" if part.pairs else "[]"
    empty = True
    for entry in part.entries:
        yield f"{opening if empty else ','}\n    {f'{_json(entry[0])}: {_json(entry[1])}' if part.pairs else _json(entry)}"
        empty = False
    yield opening + closing if empty else f"\n  {closing}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
