"""Parses on disk, keyed by what was parsed and by which model, so that coding again needs no parsing.

In: `ParsedDocument`s under their `parse_key`. Out: the same, by key or all of them, a segment at a time.

    store = ParseStore(Path("parses"))
    store.put([(parse_key(p.document, parser.model_hash), p) for p in parser.parse(documents)])

A store is a folder of Parquet segments (zstd), one row a document (`coder.parse_rows`). A segment's name holds the hash of its
bytes: one that does not match is named in `faults` and ignored, and its documents are parsed again. Segments appear
by renaming and are never changed, so readers need no lock; writers take one. Small ones are merged now and then. Where
each key is, is held in memory (`KeyIndex`). Deleting the folder loses nothing but time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from filelock import FileLock

from coder.errors import Fault
from coder.key_index import KeyIndex
from coder.parse import PARSER_VERSION
from coder.parse_rows import FORMAT, SCHEMA, documents_of, row_of
from coder.records import Document, ParsedDocument

log = logging.getLogger(__name__)

SEGMENT_DOCUMENTS = 4096
ROW_GROUP_DOCUMENTS = 128
FOLD_SEGMENTS = 16  # so many small segments are merged
FOLD_BYTES = 8_000_000  # of segments that are merged into one: what is in memory is some ten times as much
_SEGMENT = re.compile(r"segment-(\d*)")


def parse_key(document: Document, model_hash: str, version: str = PARSER_VERSION) -> str:
    """What a parse depends on, hashed: text, furniture, model and parser version, not the id or the date.

    Args:
        document: to be parsed.
        model_hash: of the parser's model, as of `parsed_by` where it ran on a GPU.
        version: of the parser.
    """
    head = json.dumps([version, model_hash, sorted(document.furniture)])
    digest = hashlib.sha256(head.encode())
    digest.update(b"\0" + document.text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def parsed_by(model_hash: str, device: str) -> str:
    """The model for `parse_key`: with the device where that is no CPU, since GPUs round otherwise.

    Args:
        model_hash: of the parser's model.
        device: "cpu" or "cuda".
    """
    return model_hash if device == "cpu" else f"{model_hash} on {device}"


def rebind(parsed: ParsedDocument, document: Document) -> ParsedDocument:
    """A stored parse for a document of the same text under another id, date or path.

    Args:
        parsed: as stored.
        document: as read now.
    """
    if parsed.document == document:
        return parsed
    sentences = tuple(
        replace(s, document_id=document.id, publication_date=document.publication_date) for s in parsed.sentences
    )
    rejects = tuple(replace(r, document_id=document.id, path=document.path) for r in parsed.rejects)
    return ParsedDocument(document, sentences, rejects)


class ParseStore:
    """A folder of parses; several processes may use it at once.

    Args:
        folder: made when first written to.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.faults: list[Fault] = []
        self._index = KeyIndex()
        self._paths: list[Path] = []  # by number of the segment in the index
        self._counts: dict[str, int] = {}  # documents by file name
        self._seen: dict[str, int | None] = {}  # number of each file name, None for a corrupted one

    def __len__(self) -> int:
        """Documents stored (a document stored twice counts twice until `compact`)."""
        self._look()
        return len(self._index)

    def segments(self) -> int:
        """How many intact segments there are; those that are not go to `faults`."""
        return len(self._intact())

    def __contains__(self, key: str) -> bool:
        return bool(self.known([key]))

    def known(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that the store holds."""
        self._look()
        wanted = sorted(set(keys))
        segments, _ = self._index.find(wanted)
        return {key for key, segment in zip(wanted, segments.tolist(), strict=True) if segment >= 0}

    def get(self, keys: Iterable[str]) -> Iterator[tuple[str, ParsedDocument]]:
        """The parses under the keys, each once, the latest segment first; keys it does not hold are left out.

        Args:
            keys: see `parse_key`.
        """
        self._look()
        segments, rows = self._index.find(sorted(set(keys)))
        wanted: dict[int, set[int]] = {}
        for segment, row in zip(segments.tolist(), rows.tolist(), strict=True):
            if segment >= 0:
                wanted.setdefault(segment, set()).add(row)
        for segment in sorted(wanted, reverse=True):
            path = self._paths[segment]
            try:
                file = pq.ParquetFile(path)
            except FileNotFoundError:  # merged by another process: parse again rather than stop
                log.warning("%s: segment vanished while it was read", path)
                continue
            with file:
                yield from _read(file, wanted[segment])

    def __iter__(self) -> Iterator[ParsedDocument]:
        """Every stored document, the latest parse of each."""
        seen: set[str] = set()
        for file in self._latest_first():
            for key, parsed in _read(file, None):
                identity = hashlib.sha256(f"{key}\0{parsed.document.id}".encode("utf-8", "replace")).hexdigest()[:32]
                if identity not in seen:
                    seen.add(identity)
                    yield parsed

    def find(self, identifiers: Collection[str]) -> Iterator[tuple[str, str, ParsedDocument]]:
        """Key, hash of the text and parse of the documents stored under these ids, the latest segment first.

        Args:
            identifiers: document ids; a text stored twice is found twice.
        """
        names = pa.array(sorted(identifiers), pa.string())
        for file in self._latest_first():
            there = pc.is_in(file.read(["id"])["id"], value_set=names)
            rows = {i for i, hit in enumerate(there.to_pylist()) if hit}
            if rows:
                for key, parsed in _read(file, rows):
                    yield key, hashlib.sha256(parsed.document.text.encode()).hexdigest(), parsed

    def put(self, batch: Iterable[tuple[str, ParsedDocument]]) -> int:
        """Add parses: one segment for up to `SEGMENT_DOCUMENTS` of them.

        Args:
            batch: keys and parses; read as needed.
        """
        count = 0
        rows = iter(batch)
        while chunk := list(islice(rows, SEGMENT_DOCUMENTS)):
            table = pa.Table.from_pylist([row_of(key, parsed) for key, parsed in chunk], schema=SCHEMA)
            with self._lock():
                self._write(table)
            count += len(chunk)
        return count

    def compact(self, keep: Iterable[str] | None = None) -> int:
        """Merge segments, drop repeated documents and corrupted segments; the number of documents left.

        Args:
            keep: drop documents whose key is not among these.
        """
        kept = None if keep is None else pa.array(sorted(keep), pa.string())
        with self._lock():
            old = self._intact()
            corrupted = [self.folder / name for name, number in self._seen.items() if number is None]
            seen: set[tuple[str, str]] = set()
            pending: list[pa.Table] = []
            written: set[Path] = set()
            count = 0
            for path in reversed(old):
                table = _table(path)
                if kept is not None:
                    table = table.filter(pc.is_in(table["key"], value_set=kept))
                names = list(zip(table["key"].to_pylist(), table["id"].to_pylist(), strict=True))
                mask = [n not in seen and not seen.add(n) for n in names]  # type: ignore[func-returns-value]
                pending.append(table.filter(pa.array(mask, pa.bool_())))
                while sum(len(t) for t in pending) >= SEGMENT_DOCUMENTS:
                    whole = pa.concat_tables(pending)
                    written.add(self._write(whole.slice(0, SEGMENT_DOCUMENTS)))
                    pending = [whole.slice(SEGMENT_DOCUMENTS)]
                    count += SEGMENT_DOCUMENTS
            rest = pa.concat_tables(pending) if pending else None
            if rest is not None and len(rest):
                written.add(self._write(rest))
                count += len(rest)
            for path in {*old, *corrupted} - written:
                path.unlink(missing_ok=True)
        return count

    def fold(self) -> int:
        """Merge the small segments where there are many; the number of segments left.

        Of a key that is stored twice the latest parse stays. A process killed on the way leaves documents twice, which costs
        room until the next time.
        """
        with self._lock():
            sizes = {path: path.stat().st_size for path in self._intact()}
            small = [path for path, size in sizes.items() if self._counts[path.name] < SEGMENT_DOCUMENTS // 2 and size < FOLD_BYTES // 2]
            if len(small) < FOLD_SEGMENTS:
                return len(sizes)
            group: list[Path] = []
            for path in small:
                group.append(path)
                if sum(sizes[p] for p in group) >= FOLD_BYTES or sum(self._counts[p.name] for p in group) >= SEGMENT_DOCUMENTS:
                    self._merge(group)
                    group = []
            if len(group) > 1:
                self._merge(group)
        return self.segments()

    def _merge(self, paths: Sequence[Path]) -> None:
        """Write what counts of some segments as one and remove them; call with the lock held."""
        tables = []
        for path in paths:
            table = _table(path)
            segments, rows = self._index.find(table["key"].to_pylist())
            counts = (segments == self._seen[path.name]) & (rows == np.arange(len(rows)))
            tables.append(table.filter(pa.array(counts)))
        whole = pa.concat_tables(tables)
        if len(whole):
            self._write(whole)
        for path in paths:
            path.unlink(missing_ok=True)

    def _lock(self) -> FileLock:
        self.folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self.folder / ".lock")

    def _write(self, table: pa.Table) -> Path:
        """Write a segment under the next number; call with the lock held."""
        sink = pa.BufferOutputStream()
        pq.write_table(
            table.combine_chunks(),
            sink,
            compression="zstd",
            row_group_size=ROW_GROUP_DOCUMENTS,
            write_statistics=False,
            use_dictionary=False,
        )
        content = sink.getvalue().to_pybytes()
        for left in self.folder.glob(".segment-*.part"):  # of writers that were killed: the lock is ours
            left.unlink(missing_ok=True)
        names = self._names()
        number = max((_place(name)[0] for name in names), default=0) + 1
        path = self.folder / f"segment-{number:06d}-{hashlib.sha256(content).hexdigest()[:24]}.parquet"
        temporary = self.folder / f".{path.name}.{os.getpid()}.part"
        try:
            with temporary.open("wb") as f:
                f.write(content)
                f.flush()
                os.fsync(f.fileno())
            temporary.replace(path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
        if self._seen.keys() >= set(names):  # else it is looked at with the others, in order
            self._note(path, table["key"].to_pylist())
        return path

    def _names(self) -> list[str]:
        try:
            names = os.listdir(self.folder)  # noqa: PTH208 (names alone: before every look-up)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return []
        return [name for name in names if name.startswith("segment-") and name.endswith(".parquet")]

    def _look(self) -> None:
        """Take in segments that appeared since the last look and forget those that went; each file is read once."""
        names = self._names()
        fresh = [name for name in names if name not in self._seen]
        if len(names) - len(fresh) < len(self._seen):
            gone = self._seen.keys() - set(names)
            self._index.drop({number for name in gone if (number := self._seen.pop(name)) is not None})
            for name in gone:
                self._counts.pop(name, None)
        fresh.sort(key=_place)
        if fresh and self._seen and _place(fresh[0]) < max(map(_place, self._seen)):
            # put there by hand: what is written later must count as the later one
            self._index, self._paths, self._counts, self._seen = KeyIndex(), [], {}, {}
            fresh = sorted(names, key=_place)
        for name in fresh:
            path = self.folder / name
            keys = self._keys(path)
            if keys is None:
                self._seen[name] = None
            else:
                self._note(path, keys)

    def _note(self, path: Path, keys: Sequence[str]) -> None:
        self._seen[path.name] = len(self._paths)
        self._counts[path.name] = len(keys)
        self._index.add(keys, len(self._paths))
        self._paths.append(path)

    def _intact(self) -> list[Path]:
        """Segments that match the hash in their name, in the order of writing."""
        self._look()
        return [self._paths[number] for number in self._seen.values() if number is not None]

    def _latest_first(self) -> Iterator[pq.ParquetFile]:
        """The intact segments, open. Where one went, it was merged into another by another process, which comes then."""
        done: set[Path] = set()
        vanished = True
        while vanished:
            vanished = False
            for path in reversed(self._intact()):
                if path in done:
                    continue
                done.add(path)
                try:
                    file = pq.ParquetFile(path)
                except FileNotFoundError:
                    vanished = True
                    break
                with file:
                    yield file

    def _keys(self, path: Path) -> list[str] | None:
        """The keys of a segment, None for one that is corrupted."""
        try:
            with path.open("rb") as f:
                digest = hashlib.file_digest(f, "sha256").hexdigest()
            if digest[:24] != path.stem.rpartition("-")[2]:
                raise ValueError("its bytes do not match the hash in its name")
            file = pq.ParquetFile(path)
            if (file.schema_arrow.metadata or {}).get(b"format") != FORMAT.encode():
                raise ValueError("it was written by another version")
            keys: list[str] = file.read(["key"])["key"].to_pylist()
        except (OSError, ValueError, pa.ArrowException) as error:
            fault = Fault(
                str(path), 0, f"parse segment ignored: {error}", "its documents are parsed again", level="warning"
            )
            self.faults.append(fault)
            log.warning("%s", fault)
            return None
        return keys


def _place(name: str) -> tuple[int, str]:
    """Order of writing, by the name of a segment."""
    match = _SEGMENT.match(name)
    return int(match[1] or 0) if match else 0, name


def _table(path: Path) -> pa.Table:
    return pq.read_table(path, schema=SCHEMA)


def _read(file: pq.ParquetFile, rows: set[int] | None) -> Iterator[tuple[str, ParsedDocument]]:
    """Documents of a segment by row number, all for None; one row group in memory at a time."""
    first = 0
    for number in range(file.num_row_groups):
        size = file.metadata.row_group(number).num_rows
        chosen = None if rows is None else [r - first for r in range(first, first + size) if r in rows]
        first += size
        if chosen is None or chosen:
            batch = file.read_row_group(number, use_threads=False).combine_chunks().to_batches()[0]
            yield from documents_of(batch if chosen is None or len(chosen) == size else batch.take(pa.array(chosen)))
