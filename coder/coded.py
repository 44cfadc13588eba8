"""What documents were coded to, kept beside the parses: a build codes again only what is new or coded otherwise.

In: `Coded` documents under `coded_key`s. Out: the same. One SQLite file, plain JSON in it, safe to delete; a damaged one
is left aside and written anew. What was coded with other dictionaries, options or another version does not count.

    with CodedStore(Path("output/.coded.sqlite"), coding_basis(resources)) as store:
        store.put([(key, coded)])
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import logging
import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from coder.cache import program_hash
from coder.records import Document, Reject, RejectReason
from coder.resources import Resources
from coder.store import parse_key
from coder.tables import EventRow

log = logging.getLogger(__name__)

KEPT_BASES = 2  # dictionaries whose results stay, so that an edit and its undoing cost one coding
_BATCH = 500  # keys in one question to SQLite
_COLUMNS = tuple(EventRow.model_fields)
_DATES = frozenset({"publication_date", "event_date", "event_date_end"})
_DAMAGE = (sqlite3.Error, zlib.error, ValueError, KeyError, TypeError, OSError)


@dataclass(slots=True)
class Coded:
    """A document coded: its rows and its rejects.

    Args:
        rows: of events.parquet, columns about the whole corpus not yet filled.
        sentences: how many the parse has.
        unknown: names that no dictionary knows, each with its sentence.
    """

    document: Document
    rows: list[dict[str, Any]]
    rejects: list[Reject]
    sentences: int
    unknown: list[tuple[str, str]]


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
            base.execute(
                "CREATE TABLE IF NOT EXISTS coded (basis INTEGER, key TEXT, body BLOB, check_sum BLOB, PRIMARY KEY (basis, key))"
            )
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
            question = f"SELECT key, body, check_sum FROM coded WHERE basis = ? AND key IN ({marks})"  # noqa: S608 (marks alone)
            try:
                for key, body, check in self._base.execute(question, (self._number, *some)):
                    if _check_sum(key, body) != check:
                        log.warning("%s: a coded document ignored: its bytes do not match their hash (it is coded again)", self.path)
                        continue
                    found[key] = _decode(json.loads(zlib.decompress(body)), documents[key])
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
            body = zlib.compress(json.dumps(_encode(coded), separators=(",", ":")).encode(), 1)
            rows.append((self._number, key, body, _check_sum(key, body)))
        try:
            self._base.executemany("INSERT OR REPLACE INTO coded VALUES (?, ?, ?, ?)", rows)
            self._base.commit()
        except _DAMAGE:
            self._give_up("cannot be written")


def _check_sum(key: str, body: bytes) -> bytes:
    """Of a row with its key: a sound row of another document does not count."""
    return hashlib.sha256(f"{key}\0".encode() + body).digest()


def _encode(coded: Coded) -> dict[str, Any]:
    return {
        "rows": [[_plain(row[c]) for c in _COLUMNS] for row in coded.rows],
        "rejects": [
            [r.document_id, r.stage, r.reason.value, r.detail, r.path, r.line, r.sentence_index] for r in coded.rejects
        ],
        "sentences": coded.sentences,
        "unknown": coded.unknown,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _decode(body: dict[str, Any], document: Document) -> Coded:
    return Coded(
        document,
        [_row(values) for values in body["rows"]],
        [Reject(i, stage, RejectReason(why), detail, path, line, n) for i, stage, why, detail, path, line, n in body["rejects"]],
        body["sentences"],
        [(name, sentence) for name, sentence in body["unknown"]],
    )


def _row(values: Sequence[Any]) -> dict[str, Any]:
    row = dict(zip(_COLUMNS, values, strict=True))
    for name in _DATES:
        if row[name] is not None:
            row[name] = dt.date.fromisoformat(row[name])
    return row
