"""What `eventcoder code` and `parse` take: documents, parse stores and CoNLL-U, told apart by their content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from coder.conllu import iter_conllu
from coder.errors import InputError
from coder.legacy.xml_input import legacy_input_kind, parsed_records, read_legacy_input
from coder.pipeline import Model, corpus_hash, parse_documents
from coder.read import list_files, read_corpus
from coder.records import Document, ParsedDocument, Reject, RejectReason
from coder.store import ParseStore
from coder.tables import EventRow, write_table, write_text

OnReject = Callable[[Reject], None]


def read_documents(source: Path, on_reject: OnReject) -> Iterator[Document]:
    """The documents of a folder or file.

    Raises:
        InputError: there is nothing at `source`.
    """
    if legacy_input_kind(source):
        return (r.document if isinstance(r, ParsedDocument) else r for r in read_legacy_input(source, on_reject))
    return read_corpus(source, on_reject=on_reject)


def is_store(path: Path) -> bool:
    """Whether a folder holds the segments of a parse store, sound or not."""
    return path.is_dir() and any(path.glob("segment-[0-9]*-*.parquet"))


def _stored(store: ParseStore, on_reject: OnReject) -> Iterator[ParsedDocument]:
    """The documents of a store; a segment that cannot be used is a reject, since its documents are not coded."""
    yield from store
    for fault in store.faults:
        name = Path(fault.path).name
        on_reject(Reject(None, "read", RejectReason.UNREADABLE, f"{fault.message} (parse its documents again)", name))


def _without_doubles(documents: Iterable[ParsedDocument], on_reject: OnReject) -> Iterator[ParsedDocument]:
    """The documents but for those whose id is taken: they would double events or mix those of two texts."""
    seen: set[str] = set()
    for parsed in documents:
        document = parsed.document
        if document.id in seen:
            detail = f"a second document of the id {document.id!r} is not coded (give it another id)"
            on_reject(Reject(document.id, "read", RejectReason.DUPLICATE_ID, detail, document.path))
            continue
        seen.add(document.id)
        yield parsed


def parsed_input(
    source: Path, model: Model, on_reject: OnReject
) -> tuple[Iterator[ParsedDocument], Callable[[], str], Callable[[], str], str, str]:
    """Parsed documents of any input, with the name and hash of the model, the hash of the input and the kind of device
    ("cpu" too where the input's own parses are coded).

    Raises:
        InputError: there is nothing at `source`.
    """
    if not source.exists():
        raise InputError("no such file or folder", path=source, hint="check the path")
    if source.suffix in (".conllu", ".conll") or source.name.endswith(".conllu.gz"):
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
        return _without_doubles(iter_conllu(source), on_reject), lambda: "given parses", lambda: digest, digest, "cpu"
    if legacy_input_kind(source):
        digest, _ = corpus_hash([source], source)
        records = read_legacy_input(source, on_reject)
        parsed = parsed_records(records, lambda documents: parse_documents(documents, model, None))
        return _without_doubles(parsed, on_reject), lambda: "given parses", lambda: digest, digest, "cpu"
    if is_store(source):
        store = ParseStore(source)
        digest, _ = corpus_hash(sorted(source.glob("*.parquet")), source)
        return _without_doubles(_stored(store, on_reject), on_reject), lambda: "parse store", lambda: digest, digest, "cpu"
    digest, _ = corpus_hash(list_files(source), source)
    documents = parse_documents(read_documents(source, on_reject), model, None)
    return documents, lambda: model.name, lambda: model.sha256, digest, model.device


def write_events(rows: list[dict[str, Any]], output: Path, metadata: dict[str, str]) -> None:
    """Events as Parquet, or as JSONL or CSV by the ending of the file name."""
    if output.suffix in (".jsonl", ".ndjson"):
        write_text("".join(json.dumps(row, default=str, ensure_ascii=False) + "\n" for row in rows), output)
    elif output.suffix == ".csv":
        import csv
        import io

        stream = io.StringIO()
        writer = csv.DictWriter(stream, list(EventRow.model_fields), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(row | {"issues": ";".join(row["issues"] or [])})
        write_text(stream.getvalue(), output)
    else:
        write_table(rows, EventRow, output, metadata)
