"""What documents were coded to, kept beside the parses: a build codes again only what is new or coded otherwise.

In: `Coded` documents under `coded_key`s. Out: the same. One SQLite file, plain JSON in it, safe to delete; a damaged one
is left aside and written anew. What was coded with other dictionaries, options or another version does not count.
A build needs little of an event before it writes the tables: its row is made text once, and stays text till then.

    with CodedStore(Path("output/.coded.sqlite"), coding_basis(resources)) as store:
        store.put([(key, coded)])
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import json
import logging
import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np

from coder.cache import program_hash
from coder.records import Document, Reject, RejectReason
from coder.resources import Resources
from coder.store import parse_key
from coder.stories import Fingerprint
from coder.tables import EventRow, group_key

log = logging.getLogger(__name__)

KEPT_BASES = 2  # dictionaries whose results stay, so that an edit and its undoing cost one coding
_TABLE = "CREATE TABLE IF NOT EXISTS coded (basis INTEGER, key TEXT, body BLOB, shape BLOB, check_sum BLOB, PRIMARY KEY (basis, key))"
_BATCH = 500  # keys in one question to SQLite
LATER = ("daily_id", "reports", "story_id", "stories")
"""Columns about the whole corpus, filled when all documents are known."""

EVENT_COLUMNS = tuple(c for c in EventRow.model_fields if c not in LATER)
EVENT_DATES = tuple(EVENT_COLUMNS.index(c) for c in ("publication_date", "event_date", "event_date_end"))
LAST_DAY = dt.date.max.isoformat()

_DAMAGE = (sqlite3.Error, zlib.error, ValueError, KeyError, TypeError, OSError)


class PackedEvent(NamedTuple):
    """A row of events.parquet as text, and what it is sorted and grouped by.

    Args:
        day: of the event, `LAST_DAY` where it has none.
        sentence: its number in the document.
        event_id: of the row.
        daily_id: of its group (see `coder.tables.group_key`).
        reciprocal: whether it is one of a mirrored pair.
        body: JSON of the values of `EVENT_COLUMNS`.
    """

    day: str
    sentence: int
    event_id: str
    daily_id: str
    reciprocal: bool
    body: str


class Coded:
    """A document coded: its rows and its rejects.

    Args:
        rows: of events.parquet, columns about the whole corpus not yet filled.
        sentences: how many the parse has.
        unknown: names that no dictionary knows, each with its sentence.
        packed: the rows as text; with them `rows` may be None.
        shape: its fingerprint, where that is known.
    """

    __slots__ = ("_packed", "_rows", "document", "rejects", "sentences", "shape", "unknown")

    def __init__(
        self,
        document: Document,
        rows: list[dict[str, Any]] | None,
        rejects: list[Reject],
        sentences: int,
        unknown: list[tuple[str, str]],
        packed: list[PackedEvent] | None = None,
        shape: Fingerprint | None = None,
    ) -> None:
        self.document, self.rejects, self.sentences, self.unknown, self.shape = document, rejects, sentences, unknown, shape
        self._rows, self._packed = rows, packed

    def __eq__(self, other: object) -> bool:
        """Whether both are of one document and have the same rows, rejects, sentences and unknown names."""
        if not isinstance(other, Coded):
            return NotImplemented
        return (self.document, self.packed, self.rejects, self.sentences, self.unknown) == (
            other.document, other.packed, other.rejects, other.sentences, other.unknown,
        )  # fmt: skip

    __hash__ = None  # type: ignore[assignment]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Its rows of events.parquet, those about the whole corpus not yet filled."""
        if self._rows is None:
            self._rows = [_row(packed.body, self.document.id) for packed in self._packed or ()]
        return self._rows

    @property
    def packed(self) -> list[PackedEvent]:
        """Its rows as text."""
        if self._packed is None:
            self._packed = [_packed(row) for row in self._rows or ()]
        return self._packed

    @property
    def events(self) -> int:
        """How many rows it has."""
        return len(self._rows if self._rows is not None else self.packed)

    def as_text(self) -> Coded:
        """The same with its rows as text alone: less to send to another process."""
        return Coded(self.document, None, self.rejects, self.sentences, self.unknown, self.packed, self.shape)


def coding_basis(resources: Resources) -> str:
    """Hash of all that coding depends on besides the document: dictionaries, ontology, options and the program."""
    digest = hashlib.sha256(program_hash(sorted(Path(__file__).parent.rglob("*.py"))).encode())
    digest.update(f"\0{resources.dictionaries.sha256}\0{resources.options.sha256()}\0".encode())
    files = sorted(resources.ontology_folder.glob("*.csv"))
    scores = Path(resources.options.scores)
    for file in [*files, scores] if scores.is_file() else files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def coded_key(document: Document, model_hash: str, parse: str | None = None) -> str:
    """What the rows of a document depend on besides the basis: its parse, its name, its date.

    Args:
        model_hash: of the parser's model.
        parse: its `parse_key`, where that is known.
    """
    parts = (parse or parse_key(document, model_hash), document.id, str(document.publication_date), document.path or "")
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


class CodedStore:
    """Coded documents on disk. Where the file cannot be used, nothing is found and nothing kept.

    Args:
        path: of the file.
        basis: of the coding (see `coding_basis`).
    """

    def __init__(self, path: Path, basis: str) -> None:
        self.path = path
        self.basis = basis
        self._base: sqlite3.Connection | None = None
        try:
            self._base = self._open()
        except _DAMAGE:
            self._give_up("cannot be read")
            try:
                path.unlink(missing_ok=True)
                self._base = self._open()
            except _DAMAGE:
                self._base = None

    def _open(self) -> sqlite3.Connection:
        base = sqlite3.connect(self.path, timeout=5)
        try:
            base.execute("PRAGMA journal_mode=TRUNCATE")
            base.execute("CREATE TABLE IF NOT EXISTS basis (number INTEGER PRIMARY KEY, name TEXT UNIQUE)")
            base.execute(_TABLE)
            if "shape" not in {row[1] for row in base.execute("PRAGMA table_info(coded)")}:  # of a version before
                base.execute("DROP TABLE coded")
                base.execute(_TABLE)
            known = base.execute("SELECT number FROM basis WHERE name = ?", (self.basis,)).fetchone()
            if known is None:
                base.execute("INSERT INTO basis (name) VALUES (?)", (self.basis,))
                known = base.execute("SELECT number FROM basis WHERE name = ?", (self.basis,)).fetchone()
                last = [n for (n,) in base.execute("SELECT number FROM basis ORDER BY number DESC LIMIT ?", (KEPT_BASES,))]
                base.execute("DELETE FROM coded WHERE basis < ?", (min(last),))
                base.execute("DELETE FROM basis WHERE number < ?", (min(last),))
                base.commit()
            self._number = int(known[0])
        except BaseException:
            base.close()
            raise
        return base

    def _give_up(self, why: str) -> None:
        log.warning("%s %s: its documents are coded again", self.path, why)
        if self._base is not None:
            with contextlib.suppress(sqlite3.Error):
                self._base.close()
        self._base = None

    def __enter__(self) -> CodedStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._base is not None:
            with contextlib.suppress(sqlite3.Error):
                self._base.commit()
            self._base.close()
            self._base = None

    def get(self, documents: Mapping[str, Document]) -> dict[str, Coded]:
        """Those of the documents that are coded, by key.

        Args:
            documents: by `coded_key`.
        """
        found: dict[str, Coded] = {}
        keys = list(documents)
        for start in range(0, len(keys), _BATCH):
            if self._base is None:
                break
            some = keys[start : start + _BATCH]
            marks = ",".join("?" * len(some))
            question = f"SELECT key, body, shape, check_sum FROM coded WHERE basis = ? AND key IN ({marks})"  # noqa: S608 (marks alone)
            try:
                for key, body, shape, check in self._base.execute(question, (self._number, *some)):
                    if _check_sum(key, body, shape) != check:
                        log.warning("%s: a coded document ignored: its bytes do not match their hash (it is coded again)", self.path)
                        continue
                    found[key] = _decode(zlib.decompress(body).decode(), shape, documents[key])
            except _DAMAGE:
                self._give_up("is damaged")
                with contextlib.suppress(OSError):
                    self.path.unlink(missing_ok=True)
        return found

    def put(self, batch: Iterable[tuple[str, Coded]]) -> None:
        """Keep coded documents, before anything about the whole corpus is filled into their rows."""
        if self._base is None:
            return
        rows = []
        for key, coded in batch:
            body = zlib.compress(_encode(coded).encode(), 1)
            shape = b"" if coded.shape is None else coded.shape.shingles.astype("<u4").tobytes()
            rows.append((self._number, key, body, shape, _check_sum(key, body, shape)))
        try:
            self._base.executemany("INSERT OR REPLACE INTO coded VALUES (?, ?, ?, ?, ?)", rows)
            self._base.commit()
        except _DAMAGE:
            self._give_up("cannot be written")


def _check_sum(key: str, body: bytes, shape: bytes) -> bytes:
    """Of a row with its key: a sound row of another document does not count."""
    return hashlib.sha256(b"%s\0%d\0%s%s" % (key.encode(), len(body), body, shape)).digest()


as_json = json.JSONEncoder(separators=(",", ":")).encode
"""The JSON text of a value, without blanks and line breaks."""


def _encode(coded: Coded) -> str:
    """The rows of a document, a line each, under a line with all else."""
    about = {
        "events": [packed[:-1] for packed in coded.packed],
        "rejects": [
            [r.document_id, r.stage, r.reason.value, r.detail, r.path, r.line, r.sentence_index] for r in coded.rejects
        ],
        "sentences": coded.sentences,
        "unknown": coded.unknown,
        "words": None if coded.shape is None else coded.shape.words,
    }
    return "\n".join([as_json(about), *(packed.body for packed in coded.packed)])


def _decode(text: str, shape: bytes, document: Document) -> Coded:
    first, *bodies = text.split("\n")
    about = json.loads(first)
    return Coded(
        document,
        None,
        [Reject(i, stage, RejectReason(why), detail, path, line, n) for i, stage, why, detail, path, line, n in about["rejects"]],
        about["sentences"],
        [(name, sentence) for name, sentence in about["unknown"]],
        [PackedEvent._make((*keys, body)) for keys, body in zip(about["events"], bodies, strict=True)],
        None
        if about["words"] is None
        else Fingerprint(document.id, document.publication_date, about["words"], np.frombuffer(shape, "<u4").astype(np.uint32)),
    )


def _packed(row: Mapping[str, Any]) -> PackedEvent:
    values = [plain(row[c]) for c in EVENT_COLUMNS]
    day = values[EVENT_DATES[1]] or LAST_DAY
    return PackedEvent(day, row["sentence_index"], row["event_id"], group_key(row), row["reciprocal"], as_json(values))


def _row(body: str, document_id: str) -> dict[str, Any]:
    return dict(zip(EVENT_COLUMNS, values_of(body, EVENT_DATES), strict=True)) | {"daily_id": "", "reports": 0, "story_id": document_id, "stories": 0}


def plain(value: Any) -> Any:
    """A value of a row as JSON has it: dates as text."""
    return value.isoformat() if value.__class__ is dt.date else value


def values_of(body: str, dates: Sequence[int]) -> list[Any]:
    """The values of a row kept as JSON.

    Args:
        body: a JSON array.
        dates: which of its values are dates, or null.
    """
    values: list[Any] = json.loads(body)
    for place in dates:
        values[place] = day_of(values[place])
    return values


@functools.lru_cache(maxsize=4096)
def day_of(written: str | None) -> dt.date | None:
    """The date that ISO text tells."""
    return None if written is None else dt.date.fromisoformat(written)
