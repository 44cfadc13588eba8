"""The first documents of the stories of the last days, by the bands of their signatures: few in memory, many on disk.

    with LiveStories() as live:
        live.add(number, fingerprint, keys)
        live.buckets(keys)
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

# Each takes about ten kilobytes: 42 keys and its shingles.
RESIDENT = 1000
_CACHE_KB = 4096


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of a document to compare it.

    Args:
        shingles: hashes of its runs of words, sorted, each once.
        words: how many words it has outside newspaper furniture.
    """

    document_id: str
    publication_date: date | None
    words: int
    shingles: NDArray[np.uint32]


class LiveStories:
    """An index that forgets: what it finds does not depend on where it keeps it.

    Args:
        resident: documents in memory; when there are more, all go to a temporary file of SQLite's, which it removes.
    """

    def __init__(self, resident: int = RESIDENT) -> None:
        self._resident = resident
        self._held: OrderedDict[int, tuple[Fingerprint, Sequence[int]]] = OrderedDict()
        self._buckets: dict[int, list[int]] = {}
        self._base: sqlite3.Connection | None = None
        self._oldest: int | None = None

    def __enter__(self) -> LiveStories:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._base is not None:
            with contextlib.suppress(sqlite3.Error):
                self._base.close()

    def __getitem__(self, number: int) -> Fingerprint:
        if self._base is None:
            return self._held[number][0]
        name, day, words, shingles = self._base.execute(
            "SELECT name, day, words, shingles FROM first WHERE number = ?", (number,)
        ).fetchone()
        return Fingerprint(name, None if day is None else date.fromordinal(day), words, np.frombuffer(shingles, dtype=np.uint32))

    def add(self, number: int, one: Fingerprint, keys: Sequence[int]) -> None:
        """Add a document, later than all before.

        Args:
            number: by which `buckets` tells it.
            keys: of the buckets that it goes into.
        """
        if self._base is not None:
            self._put(self._base, number, one, keys)
            return
        self._held[number] = one, keys
        for key in keys:
            self._buckets.setdefault(key, []).append(number)
        if len(self._held) > self._resident:
            self._to_disk()

    def buckets(self, keys: Sequence[int]) -> dict[int, list[int]]:
        """The documents under each of the keys; keys without any are left out."""
        if self._base is None:
            return {key: self._buckets[key] for key in keys if key in self._buckets}
        found: dict[int, list[int]] = {}
        question = f"SELECT key, number FROM band WHERE key IN ({','.join('?' * len(keys))}) ORDER BY key, number"  # noqa: S608
        for key, number in self._base.execute(question, [_signed(k) for k in keys]):
            found.setdefault(key & _MASK, []).append(number)
        return found

    def forget(self, day: int) -> None:
        """Leave out all documents published before a day (an ordinal)."""
        if self._base is None:
            while self._held:
                number, (one, keys) = next(iter(self._held.items()))
                if one.publication_date is None or one.publication_date.toordinal() >= day:
                    return
                del self._held[number]
                for key in keys:
                    bucket = self._buckets[key]
                    bucket.remove(number)
                    if not bucket:
                        del self._buckets[key]
        elif self._oldest is not None and self._oldest < day:
            gone = self._base.execute("SELECT number, keys FROM first WHERE day < ?", (day,)).fetchall()
            for number, keys in gone:
                self._base.executemany("DELETE FROM band WHERE key = ? AND number = ?", [(k, number) for k in np.frombuffer(keys, np.int64).tolist()])
            self._base.execute("DELETE FROM first WHERE day < ?", (day,))
            (self._oldest,) = self._base.execute("SELECT MIN(day) FROM first").fetchone()

    def _to_disk(self) -> None:
        self._base = base = sqlite3.connect("", isolation_level=None)
        base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        base.execute(f"PRAGMA cache_size=-{_CACHE_KB}")
        base.execute("BEGIN")
        base.execute("CREATE TABLE first (number INTEGER PRIMARY KEY, name TEXT, day INTEGER, words INTEGER, shingles BLOB, keys BLOB)")
        base.execute("CREATE INDEX first_day ON first (day)")
        base.execute("CREATE TABLE band (key INTEGER, number INTEGER, PRIMARY KEY (key, number)) WITHOUT ROWID")
        for number, (one, keys) in self._held.items():
            self._put(base, number, one, keys)
        self._held.clear()
        self._buckets.clear()

    def _put(self, base: sqlite3.Connection, number: int, one: Fingerprint, keys: Sequence[int]) -> None:
        day = None if one.publication_date is None else one.publication_date.toordinal()
        packed: NDArray[np.int64] = np.array(keys, dtype=np.uint64).view(np.int64)
        base.execute(
            "INSERT INTO first VALUES (?, ?, ?, ?, ?, ?)", (number, one.document_id, day, one.words, one.shingles.tobytes(), packed.tobytes())
        )
        base.executemany("INSERT OR IGNORE INTO band VALUES (?, ?)", [(key, number) for key in packed.tolist()])
        if self._oldest is None:
            self._oldest = day


_MASK = (1 << 64) - 1


def _signed(key: int) -> int:
    """A key as SQLite's whole numbers go."""
    return key - (1 << 64) if key >> 63 else key
