"""What a build has gathered of its documents, on disk until the tables are written: memory does not grow with the corpus.

In: coded documents and rejects as they come. Out: the rows of every table, each in its final order. One SQLite file in a
working folder, of this one build: nothing reads it later.

    with Gathered(Path("output/.work")) as gathered:
        gathered.add(coded, row, fingerprint(document))
        gathered.find_stories(0.5, 3)
        for values in gathered.documents(): ...
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from coder.coded import EVENT_DATES, Coded, as_json, day_of, plain, values_of
from coder.files import WriteError
from coder.records import Reject
from coder.stories import Fingerprint, stories_in_order
from coder.tables import DailyRow, DocumentRow, EventRow, reject_row

CACHE_KB = 8192  # of the file, and again where rows are sorted
BATCH_DOCUMENTS = 256
EVENT_COLUMNS = tuple(EventRow.model_fields)
DOCUMENT_COLUMNS = tuple(DocumentRow.model_fields)
_STORY = ("story_id", "duplicate_of", "similarity")  # filled when all documents are known; the others are kept as JSON
_DOCUMENT = tuple(c for c in DOCUMENT_COLUMNS if c not in _STORY)
_DOCUMENT_DATE = _DOCUMENT.index("publication_date")
_DAILY = tuple(DailyRow.model_fields)

_SCHEMA = """
CREATE TABLE taken (id BLOB PRIMARY KEY, name BLOB, line INTEGER) WITHOUT ROWID;
CREATE TABLE file (name BLOB PRIMARY KEY, hash TEXT) WITHOUT ROWID;
CREATE TABLE document (number INTEGER PRIMARY KEY, id BLOB, day TEXT, outcome TEXT, body TEXT);
CREATE TABLE print (document INTEGER PRIMARY KEY, day TEXT, id BLOB, words INTEGER, shingles BLOB);
CREATE TABLE story (document INTEGER PRIMARY KEY, first INTEGER, similarity REAL);
CREATE TABLE event (document INTEGER, day TEXT, sentence INTEGER, id TEXT, daily TEXT, reciprocal INTEGER, body TEXT);
CREATE TABLE daily (id TEXT PRIMARY KEY, reports INTEGER, stories INTEGER, mentions INTEGER, reciprocal INTEGER) WITHOUT ROWID;
CREATE TABLE reject (document BLOB, path BLOB, line BLOB, sentence BLOB, stage BLOB, reason BLOB, detail BLOB, body TEXT);
CREATE TABLE unknown (name BLOB PRIMARY KEY, count INTEGER, documents INTEGER, sentence BLOB) WITHOUT ROWID;
"""


class Gathered:
    """The documents of a build, on disk.

    Args:
        folder: made anew, and removed at the end; where None, everything stays in memory.

    Raises:
        WriteError: the disk is full, or the folder cannot be written.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.documents_added = 0
        self._folder = folder
        self._documents: list[tuple[Any, ...]] = []
        self._prints: list[tuple[Any, ...]] = []
        self._events: list[tuple[Any, ...]] = []
        self._rejects: list[tuple[Any, ...]] = []
        self._unknown: dict[str, list[Any]] = {}
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        with _disk_errors():
            self._base = sqlite3.connect(":memory:" if folder is None else folder / "gathered.sqlite", isolation_level=None)
            # Thrown away whatever happens: no journal, nothing flushed, one transaction without end.
            self._base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;")
            self._base.execute(f"PRAGMA cache_size=-{CACHE_KB}")
            if folder is not None:
                # Where SQLite sorts what its cache does not hold; else it takes the system's folder.
                with contextlib.suppress(sqlite3.Error):
                    self._base.execute(f"PRAGMA temp_store_directory={_quoted(folder)}")
            self._base.execute("BEGIN")
            for statement in _SCHEMA.strip().split("\n"):
                self._base.execute(statement)

    def __enter__(self) -> Gathered:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._base.execute("PRAGMA temp_store_directory=''")
        with contextlib.suppress(sqlite3.Error):
            self._base.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    # ---- in ------------------------------------------------------------------------------------------------------

    def add(self, coded: Coded, row: Mapping[str, Any], shape: Fingerprint) -> None:
        """A coded document: its row of documents.parquet but for the story, its events, rejects and unknown names."""
        number = self.documents_added = self.documents_added + 1
        name = _key(row["document_id"])
        day = None if row["publication_date"] is None else row["publication_date"].isoformat()
        self._documents.append((number, name, day, row["outcome"], as_json([plain(row[c]) for c in _DOCUMENT])))
        self._prints.append((number, day, name, shape.words, shape.shingles.astype("<u4").tobytes()))
        self._events += [(number, *packed) for packed in coded.packed]
        for reject in coded.rejects:
            self.reject(reject)
        for unknown, (times, sentence) in _counted(coded.unknown).items():
            known = self._unknown.get(unknown)
            if known is None:
                self._unknown[unknown] = [times, 1, sentence]
            else:
                known[0] += times
                known[1] += 1
        if len(self._documents) == BATCH_DOCUMENTS:
            self._flush()

    def reject(self, reject: Reject) -> None:
        """A row of rejects.parquet."""
        row = reject_row(reject)
        self._rejects.append((*(_key(str(v)) for v in row.values()), as_json(list(row.values()))))

    def claim(self, document_id: str, name: str, line: int | None = None) -> str | None:
        """Take an id for a document (see `coder.read.SeenIds`)."""
        digest = hashlib.blake2b(_key(document_id), digest_size=16).digest()
        with _disk_errors():
            if self._base.execute("INSERT OR IGNORE INTO taken VALUES (?, ?, ?)", (digest, _key(name), line or 0)).rowcount:
                return None
            held, at = self._base.execute("SELECT name, line FROM taken WHERE id = ?", (digest,)).fetchone()
        return f"{_text(held)}:{at}" if at else _text(held)

    def add_files(self, files: Iterable[tuple[str, str]]) -> None:
        """Names and hashes of the files of the corpus."""
        with _disk_errors():
            self._base.executemany("INSERT OR REPLACE INTO file VALUES (?, ?)", ((_key(name), digest) for name, digest in files))

    def find_stories(self, threshold: float, window: int) -> None:
        """Find the story of every document (see `coder.stories.find_stories`); to be called when all are added."""
        self._flush()
        with _disk_errors():
            for dated in (True, False) if threshold else ():
                shapes = self._prints_in_order(dated)
                for number, story in stories_in_order(shapes, threshold, window if dated else None):
                    if story.duplicate_of is not None:
                        self._base.execute("INSERT INTO story VALUES (?, ?, ?)", (int(number), int(story.duplicate_of), story.similarity))
            self._base.execute("DROP TABLE print")
            self._base.execute(
                "INSERT INTO daily SELECT e.daily, COUNT(DISTINCT e.document), COUNT(DISTINCT COALESCE(s.first, e.document)), COUNT(*), "
                "MAX(e.reciprocal) FROM event e LEFT JOIN story s ON s.document = e.document GROUP BY e.daily"
            )

    def _prints_in_order(self, dated: bool) -> Iterator[Fingerprint]:
        """By day and id; under its number, by which `story` knows a document."""
        question = f"SELECT document, day, words, shingles FROM print WHERE day IS {'NOT ' * dated}NULL ORDER BY day, id"  # noqa: S608
        for number, day, words, shingles in self._base.execute(question):
            yield Fingerprint(str(number), day_of(day), words, np.frombuffer(shingles, "<u4").astype(np.uint32))

    def _flush(self) -> None:
        unknown = [(_key(name), times, documents, _key(sentence)) for name, (times, documents, sentence) in self._unknown.items()]
        with _disk_errors():
            for table, rows in (("document", self._documents), ("print", self._prints), ("event", self._events), ("reject", self._rejects)):
                if rows:
                    self._base.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)  # noqa: S608
                    rows.clear()
            self._base.executemany(
                "INSERT INTO unknown VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET count = count + excluded.count, "
                "documents = documents + excluded.documents",
                unknown,
            )
        self._unknown.clear()

    # ---- out -----------------------------------------------------------------------------------------------------

    def events(self) -> Iterator[tuple[list[Any], list[Any] | None]]:
        """Rows of events.parquet in their order, each with its row of events_daily.parquet where it is the first of its group."""
        last, met = "", set[str]()
        for body, day, daily, reports, first, stories, mentions, reciprocal in self._rows(
            "SELECT e.body, e.day, e.daily, g.reports, COALESCE(f.id, d.id), g.stories, g.mentions, g.reciprocal FROM event e "
            "CROSS JOIN document d ON d.number = e.document CROSS JOIN daily g ON g.id = e.daily "
            "LEFT JOIN story s ON s.document = e.document LEFT JOIN document f ON f.number = s.first "
            "ORDER BY e.day, d.id, e.sentence, e.id"
        ):
            values = values_of(body, EVENT_DATES)
            values += (daily, reports, _text(first), stories)
            if day != last:  # the events of a group have one day
                last, met = day, set()
            if daily in met:
                yield values, None
                continue
            met.add(daily)
            known = dict(zip(EVENT_COLUMNS, values, strict=True)) | {"mentions": mentions, "reciprocal": bool(reciprocal)}
            yield values, [known[c] for c in _DAILY]

    def documents(self) -> Iterator[list[Any]]:
        """Rows of documents.parquet, by id."""
        for body, number, first, similarity in self._rows(
            "SELECT d.body, d.id, f.id, s.similarity FROM document d LEFT JOIN story s ON s.document = d.number "
            "LEFT JOIN document f ON f.number = s.first ORDER BY d.id"
        ):
            first = None if first is None else _text(first)
            yield [*values_of(body, (_DOCUMENT_DATE,)), first or _text(number), first, similarity]

    def duplicates(self) -> Iterator[list[Any]]:
        """Rows of duplicates.parquet, story by story."""
        for later, earlier, similarity in self._rows(
            "SELECT d.body, f.body, s.similarity FROM story s CROSS JOIN document d ON d.number = s.document "
            "CROSS JOIN document f ON f.number = s.first ORDER BY f.id, COALESCE(d.day, 'None'), d.id"
        ):
            d, f = (dict(zip(_DOCUMENT, values_of(body, (_DOCUMENT_DATE,)), strict=True)) for body in (later, earlier))
            dates = (d["publication_date"], f["publication_date"])
            days = (dates[0] - dates[1]).days if all(dates) else None
            yield [
                f["document_id"], d["document_id"], f["document_id"], similarity, days, dates[0], d["publisher"], f["publisher"],
                d["title"], f["title"],
            ]  # fmt: skip

    def rejects(self) -> Iterator[list[Any]]:
        """Rows of rejects.parquet, sorted by the words of all columns."""
        self._flush()
        for (body,) in self._rows("SELECT body FROM reject ORDER BY document, path, line, sentence, stage, reason, detail, rowid"):
            yield json.loads(body)

    def unresolved(self) -> Iterator[list[Any]]:
        """Rows of unresolved.parquet, the most frequent name first."""
        for name, count, documents, sentence in self._rows("SELECT * FROM unknown ORDER BY count DESC, name"):
            yield [_text(name), count, documents, _text(sentence)]

    def undated(self) -> Iterator[str]:
        """Ids of the documents without a date of publication, sorted."""
        for (number,) in self._rows("SELECT id FROM document WHERE day IS NULL ORDER BY id"):
            yield _text(number)

    def files(self) -> Iterator[tuple[str, str]]:
        """Name and hash of each file of the corpus, by name."""
        for name, digest in self._rows("SELECT name, hash FROM file ORDER BY name"):
            yield _text(name), digest

    def count(self, what: str) -> int:
        """How many rows one of the tables has: document, event, reject, daily, story, file."""
        (number,) = next(self._rows(f"SELECT COUNT(*) FROM {what}"))  # noqa: S608 (a name of ours)
        return int(number)

    def outcomes(self) -> Counter[str]:
        """How many documents were coded, without events, rejected."""
        return Counter(dict(self._rows("SELECT outcome, COUNT(*) FROM document GROUP BY outcome")))

    def _rows(self, question: str) -> Iterator[Any]:
        with _disk_errors():
            yield from self._base.execute(question)


@contextlib.contextmanager
def _disk_errors() -> Iterator[None]:
    """SQLite's errors as those of the system."""
    try:
        yield
    except sqlite3.Error as error:
        full = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
        number = errno.ENOSPC if full else errno.EIO
        raise WriteError(number, os.strerror(number) if full else f"working files: {error}") from error


def _quoted(path: Path) -> str:
    return "'" + str(path.resolve()).replace("'", "''") + "'"


def _key(text: str) -> bytes:
    """Text as SQLite sorts it like Python: by code points, whatever it holds."""
    return text.encode("utf-8", "surrogatepass")


def _text(key: bytes) -> str:
    return key.decode("utf-8", "surrogatepass")


def _counted(unknown: Iterable[tuple[str, str]]) -> dict[str, tuple[int, str]]:
    """How often each name stands in a document, and the first sentence that it stands in."""
    counts: dict[str, tuple[int, str]] = {}
    for name, sentence in unknown:
        times, first = counts.get(name, (0, sentence))
        counts[name] = times + 1, first
    return counts
