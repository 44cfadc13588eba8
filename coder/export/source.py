"""Events out of one or many Parquet files, batch by batch, and what has to be known of them beforehand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from coder.errors import InputError
from coder.event_files import document_files, event_files
from coder.tables import run_metadata

BATCH = 4096
NEEDED = ("event_id", "document_id", "sentence_index", "source", "target", "code", "event_date", "status")
# Columns that no other dataset has a place for: not read where a line is made of the others.
UNUSED = ("sentence_text", "pattern_id", "trigger_text", "trigger_end", "attributed_to", "attributed_text")
HINT = "give an events.parquet of `eventcoder build` or `eventcoder code`, or a folder of them"


@dataclass(frozen=True, slots=True)
class Report:
    """What documents.parquet tells of a document."""

    number: int
    id: str
    publication_date: date | None = None
    publisher: str | None = None
    url: str | None = None
    characters: int | None = None
    language: str | None = None

    @property
    def outlet(self) -> str | None:
        """Its publisher, else the site of its address."""
        return self.publisher or (urlsplit(self.url).netloc.removeprefix("www.") or None if self.url else None)


@dataclass(frozen=True, slots=True)
class Source:
    """Tables of events to export.

    Args:
        files: Parquet files, in the order in which they are written.
        metadata: of the first file: the options of the run.
    """

    files: tuple[Path, ...]
    metadata: Mapping[str, str]
    documents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def batches(self, columns: Sequence[str] | None = None, without: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
        """The rows of all files.

        Args:
            columns: only these, as far as a file has them.
            without: all but these.

        Raises:
            InputError: a file breaks off or is damaged.
        """
        for path in self.files:
            try:
                with pq.ParquetFile(path) as file:
                    names = file.schema_arrow.names
                    wanted = [c for c in names if (columns is None or c in columns) and c not in without]
                    yield from file.iter_batches(BATCH, columns=wanted)
            except (OSError, ValueError) as error:
                raise InputError(f"cannot be read: {error}", path=path, hint=HINT) from error

    def rows(self, keep: str | None) -> Iterator[dict[str, Any]]:
        """The events with a status, or all, one after the other.

        Args:
            keep: a status, None for all.
        """
        for batch in self.batches(without=UNUSED):
            for row in batch.to_pylist():
                if keep is None or row["status"] == keep:
                    yield row


def open_source(paths: Sequence[Path], documents: Path | None = None) -> Source:
    """Find the tables and check that they hold events.

    Args:
        paths: Parquet files or folders, as `event_files` takes them.
        documents: documents.parquet, or a folder of its parts; None takes the one beside each table, if there is one.

    Raises:
        InputError: nothing is there, or a table is not one of events.
    """
    files = event_files(paths)
    metadata: dict[str, str] = {}
    for number, file in enumerate(files):
        try:
            schema = pq.read_schema(file)
        except (OSError, ValueError) as error:
            raise InputError(f"not a Parquet table: {error}", path=file, hint=HINT) from error
        missing = [name for name in NEEDED if name not in schema.names]
        if missing:
            raise InputError(f"not a table of events: it has no column {', '.join(missing)}", path=file, hint=HINT)
        if number == 0:
            metadata = run_metadata(schema)
    tables = (
        document_files(documents)
        if documents is not None
        else [p for p in {f.with_name("documents.parquet"): 0 for f in files} if p.is_file()]
    )
    found: dict[str, Mapping[str, Any]] = {}
    for table in tables:
        for row in _document_rows(table):
            found.setdefault(row["document_id"], row)
    return Source(tuple(files), metadata, found)


def _document_rows(path: Path) -> list[dict[str, Any]]:
    wanted = ("document_id", "publication_date", "publisher", "url", "characters", "language")
    try:
        names = pq.read_schema(path).names
        rows: list[dict[str, Any]] = pq.read_table(path, columns=[c for c in wanted if c in names]).to_pylist()
        return rows
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {error}", path=path, hint="build again, or give --documents") from error


@dataclass(frozen=True, slots=True)
class Group:
    """The reports of one event: the same dyad, code, status and date.

    Args:
        number: counted from 1 in the order of the table.
        id: its daily_id (an event_id where the table has no groups).
        mentions: events as coded from sentences, with document and sentence (from 0), in the order of the table.
        issues: how many of the mentions are about each issue.
    """

    number: int
    id: str
    mentions: tuple[tuple[Report, int], ...]
    issues: Mapping[str, int]

    @property
    def reports(self) -> tuple[Report, ...]:
        return tuple(dict.fromkeys(report for report, _ in self.mentions))


class Groups:
    """Which events of a table belong together, found in one reading of five columns.

    Holds numbers alone (about 30 bytes an event) and the ids of groups and documents.
    """

    def __init__(self, source: Source, keep: str | None, needs: str | None = None) -> None:
        """
        Args:
            keep: a status, None for all.
            needs: leave out events without a value in this column.
        """
        ids: dict[str, int] = {}
        reports: dict[str, Report] = {}
        documents: list[int] = []
        members: list[int] = []
        sentences: list[int] = []
        issues: dict[int, Counter[str]] = {}
        columns = ["event_id", "daily_id", "document_id", "sentence_index", "status", "publication_date", "issues"]
        for batch in source.batches([*columns, *([needs] if needs else [])]):
            table = batch.to_pydict()
            for i, event_id in enumerate(table["event_id"]):
                if (keep is not None and table["status"][i] != keep) or (needs and not table[needs][i]):
                    continue
                group = ids.setdefault((table.get("daily_id") or {i: None})[i] or event_id, len(ids))
                name = table["document_id"][i]
                report = reports.get(name)
                if report is None:
                    told = {"publication_date": table["publication_date"][i]} if "publication_date" in table else {}
                    known = {
                        k: v for k, v in source.documents.get(name, {}).items() if k != "document_id" and v is not None
                    }
                    report = reports[name] = Report(len(reports) + 1, name, **(told | known))
                documents.append(report.number - 1)
                members.append(group)
                sentences.append(table["sentence_index"][i])
                for issue in (table["issues"][i] if "issues" in table else None) or ():
                    issues.setdefault(group, Counter())[issue] += 1
        self._ids = list(ids)
        self._index = ids
        self._reports = reports
        self._by_number = list(reports.values())
        self._issues = issues
        self._documents = np.array(documents, dtype=np.int32)
        self._sentences = np.array(sentences, dtype=np.int32)
        group_of = np.array(members, dtype=np.int32)
        self._order = np.argsort(group_of, kind="stable").astype(np.int32)
        self._starts = np.searchsorted(group_of[self._order], np.arange(len(ids) + 1))

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def mentions(self) -> int:
        return len(self._documents)

    def report(self, document_id: str) -> Report:
        return self._reports[document_id]

    def number(self, row: Mapping[str, Any]) -> int:
        """The number of an event's group, from 1 in the order of the table."""
        return self._index[row.get("daily_id") or row["event_id"]] + 1

    def of(self, row: Mapping[str, Any]) -> Group:
        """The group of an event."""
        number = self.number(row) - 1
        places = self._order[self._starts[number] : self._starts[number + 1]]
        mentions = tuple((self._by_number[self._documents[p]], int(self._sentences[p])) for p in places)
        return Group(number + 1, self._ids[number], mentions, self._issues.get(number, {}))
