"""Parsed documents as rows of a Parquet table and back, one row a document.

In: a `ParsedDocument` with its key. Out: a row of `SCHEMA`; or the other way about. The words of a document are packed in one
string a column (line breaks between words), which decodes faster than lists of strings.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Final

import pyarrow as pa

from coder.records import Document, ParsedDocument, Reject, RejectReason, Sentence

FORMAT: Final = "eventcoder-parses-1"
KEPT_TEXTS: Final = 1 << 16  # texts that are kept as one object
_STRINGS = ("forms", "lemmas", "upos", "xpos", "feats", "deprels")
_NUMBERS = ("heads", "starts", "ends")
_SENTENCES = ("sentence_words", "sentence_starts", "sentence_ends")

SCHEMA = pa.schema(
    [
        ("key", pa.string()),
        ("id", pa.string()),
        ("text", pa.string()),
        ("publication_date", pa.date32()),
        ("date_inferred", pa.bool_()),
        ("publisher", pa.string()),
        ("url", pa.string()),
        ("title", pa.string()),
        ("language", pa.string()),
        ("path", pa.string()),
        ("furniture", pa.list_(pa.int32())),
        ("rejects", pa.string()),
        *((name, pa.list_(pa.int32())) for name in _SENTENCES),
        *((name, pa.list_(pa.int32())) for name in _NUMBERS),
        *((name, pa.string()) for name in _STRINGS),
    ],
    metadata={"format": FORMAT},
)


def row_of(key: str, parsed: ParsedDocument) -> dict[str, Any]:
    """The row of a parsed document.

    Args:
        key: it is stored under.

    Raises:
        ValueError: there is a line break in a word or label.
    """
    document, sentences = parsed.document, parsed.sentences
    row: dict[str, Any] = {
        "key": key,
        "id": document.id,
        "text": document.text.encode("utf-8", "replace").decode(),  # lone surrogates become "?", lengths stay
        "publication_date": document.publication_date,
        "date_inferred": document.date_inferred,
        "publisher": document.publisher,
        "url": document.url,
        "title": document.title,
        "language": document.language,
        "path": document.path,
        "furniture": [offset for span in document.furniture for offset in span],
        "rejects": json.dumps([_plain_reject(r) for r in parsed.rejects]) if parsed.rejects else None,
        "sentence_words": [len(s) for s in sentences],
        "sentence_starts": [s.start for s in sentences],
        "sentence_ends": [s.end for s in sentences],
    }
    for name in _NUMBERS:
        row[name] = [v for s in sentences for v in getattr(s, name)]
    words = sum(len(s) for s in sentences)
    for name in _STRINGS:
        packed = "\n".join(v for s in sentences for v in getattr(s, name))
        if packed.count("\n") != max(words - 1, 0):
            raise ValueError(f"{document.id}: a line break inside {name}")
        row[name] = packed
    return row


def _plain_reject(reject: Reject) -> dict[str, Any]:
    return {
        "document_id": reject.document_id,
        "stage": reject.stage,
        "reason": str(reject.reason),
        "detail": reject.detail,
        "path": reject.path,
        "line": reject.line,
        "sentence_index": reject.sentence_index,
    }


def _lists(column: pa.Array) -> list[list[int]]:
    """A list<int32> column as Python lists, through one flat buffer: `to_pylist` takes ten times as long."""
    offsets = column.offsets.to_pylist()
    flat = column.values.to_numpy().tolist()
    return [flat[a:b] for a, b in pairwise(offsets)]


def documents_of(batch: pa.RecordBatch) -> Iterator[tuple[str, ParsedDocument]]:
    """Keys and documents of rows."""
    columns: dict[str, list[Any]] = {}
    for name in SCHEMA.names:
        column = batch.column(name)
        columns[name] = _lists(column) if pa.types.is_list(column.type) else column.to_pylist()
    for i in range(batch.num_rows):
        row = {name: values[i] for name, values in columns.items()}
        yield row["key"], ParsedDocument(_document(row), _sentences(row), _rejects(row["rejects"]))


def _document(row: Mapping[str, Any]) -> Document:
    edges = row["furniture"]
    return Document(
        id=row["id"],
        text=row["text"],
        publication_date=row["publication_date"],
        date_inferred=row["date_inferred"],
        publisher=row["publisher"],
        url=row["url"],
        title=row["title"],
        language=row["language"],
        furniture=tuple(zip(edges[::2], edges[1::2], strict=True)),
        path=row["path"],
    )


def _rejects(packed: str | None) -> tuple[Reject, ...]:
    if not packed:
        return ()
    return tuple(Reject(**{**r, "reason": RejectReason(r["reason"])}) for r in json.loads(packed))


_SHARED: Final[dict[str, str]] = {}  # texts read so far


def _shared(texts: list[str]) -> tuple[str, ...]:
    """The same texts, each as one object wherever it stands: less memory, and equal ones are told at a glance."""
    if len(_SHARED) > KEPT_TEXTS:
        _SHARED.clear()
    return tuple(map(_SHARED.setdefault, texts, texts))


def _labels(texts: list[str]) -> tuple[str, ...]:
    """The same labels, of which there are few, each as the object that the program's own literals are, too."""
    return tuple(map(sys.intern, texts))


def _sentences(row: Mapping[str, Any]) -> tuple[Sentence, ...]:
    counts: list[int] = row["sentence_words"]
    if not counts:
        return ()
    text: str = row["text"]
    identifier: str = row["id"]
    published: date | None = row["publication_date"]
    forms, lemmas, xpos, feats = (_shared(row[name].split("\n")) for name in ("forms", "lemmas", "xpos", "feats"))
    upos, deprels = (_labels(row[name].split("\n")) for name in ("upos", "deprels"))
    heads, starts, ends = (tuple(row[name]) for name in _NUMBERS)
    sentences = []
    a = 0
    for index, (count, start, end) in enumerate(zip(counts, row["sentence_starts"], row["sentence_ends"], strict=True)):
        b = a + count
        sentences.append(
            Sentence(
                identifier,
                index,
                text[start:end],
                start,
                end,
                forms[a:b],
                lemmas[a:b],
                upos[a:b],
                xpos[a:b],
                feats[a:b],
                heads[a:b],
                deprels[a:b],
                starts[a:b],
                ends[a:b],
                published,
            )
        )
        a = b
    return tuple(sentences)
