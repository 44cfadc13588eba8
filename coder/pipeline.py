"""The whole way, corpus to tables: the only place where the stages meet.

    >>> build(Path("corpus"), Path("output"), load_resources())
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from coder import __version__
from coder.coding import SentenceTrace, code_sentences
from coder.errors import EventCoderError, InputError
from coder.legacy.discard import discard_rejects
from coder.read import iter_corpus, list_files
from coder.records import Document, Event, ParsedDocument, Reject, RejectReason
from coder.resources import Resources
from coder.store import ParseStore, parse_key, rebind
from coder.tables import (
    DailyRow,
    DocumentRow,
    EventRow,
    RejectRow,
    UnresolvedRow,
    daily_rows,
    event_row,
    group_daily,
    reject_row,
    sort_events,
    write_json,
    write_table,
    write_text,
)

log = logging.getLogger(__name__)

CHUNK_DOCUMENTS = 256
TABLES = ("events.parquet", "events_daily.parquet", "documents.parquet", "rejects.parquet", "unresolved.parquet")
PAGES = ("codebook.md", "data_statement.md")
Progress = Callable[[str, int], None]


class Model:
    """The parsing model: its hash is known at once, its weights are loaded when a text needs parsing.

    Args:
        model: as `Parser.load` takes it.
        threads: for the models' arithmetic.
    """

    def __init__(self, model: str | Path | None = None, threads: int | None = None) -> None:
        self._model = model
        self._threads = threads
        self._parser: Any = None
        self._digest: tuple[str, str] | None = None

    @property
    def parser(self) -> Any:
        if self._parser is None:
            from coder.parse import Parser

            self._parser = Parser.load(self._model, self._threads)
        return self._parser

    def _identity(self) -> tuple[str, str]:
        if self._digest is None:
            from coder.parse import BUNDLED_MODEL, BUNDLED_NAME, verify_model

            if self._model is None:
                self._digest = (BUNDLED_NAME, verify_model(BUNDLED_MODEL))
            else:
                self._digest = (self.parser.model_name, self.parser.model_hash)
        return self._digest

    @property
    def name(self) -> str:
        return self._identity()[0]

    @property
    def sha256(self) -> str:
        return self._identity()[1]


@dataclass(slots=True)
class Summary:
    """What a run did, for people and for manifest.json."""

    documents: int = 0
    parsed: int = 0
    sentences: int = 0
    events: int = 0
    without_events: int = 0
    rejected: int = 0
    rejects: int = 0
    undated: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Coded:
    """A document coded: its rows and its rejects."""

    document: Document
    rows: list[dict[str, Any]]
    rejects: list[Reject]
    sentences: int
    unknown: list[tuple[str, str]]


def code_document(parsed: ParsedDocument, resources: Resources) -> Coded:
    """Code one parsed document; a fault of the coder becomes a reject of that document, never a crash."""
    unknown: list[tuple[str, str]] = []

    def note_unknown(trace: SentenceTrace) -> None:
        for match in trace.matches:
            for mention in (*match.sources, *match.targets):
                if mention.kind == "unknown":
                    unknown.append((mention.text, trace.tree.sentence.text))

    rejects = list(parsed.rejects)
    try:
        events: list[Event] = code_sentences(parsed.sentences, resources.dictionaries, resources.options, note_unknown)
        rows = [event_row(event, resources.ontology) for event in events]
        if resources.dictionaries.legacy is not None:
            rejects += discard_rejects(parsed.sentences, resources.dictionaries.legacy)
    except Exception as error:
        log.warning("%s: coding failed: %r", parsed.document.id, error)
        rows = []
        rejects.append(
            Reject(parsed.document.id, "code", RejectReason.CODE_FAILED, f"{type(error).__name__}: {error}", parsed.document.path)
        )
    unique = {row["event_id"]: row for row in rows}
    return Coded(parsed.document, list(unique.values()), rejects, len(parsed.sentences), unknown)


def parse_documents(
    documents: Iterable[Document], model: Model, store: ParseStore | None, summary: Summary | None = None
) -> Iterator[ParsedDocument]:
    """Parsed documents in order: from the store where it has them, parsed and stored otherwise."""
    stream = iter(documents)
    while chunk := list(islice(stream, CHUNK_DOCUMENTS)):
        keys = [parse_key(d, model.sha256) for d in chunk]
        known: dict[str, ParsedDocument] = dict(store.get(keys)) if store is not None else {}
        missing: dict[str, Document] = {}
        for key, document in zip(keys, chunk, strict=True):
            if key not in known and key not in missing:
                missing[key] = document
        if missing:
            fresh = list(zip(missing, model.parser.parse(missing.values()), strict=True))
            if store is not None:
                store.put(fresh)
            known.update(fresh)
            if summary is not None:
                summary.parsed += len(fresh)
        for key, document in zip(keys, chunk, strict=True):
            yield rebind(known[key], document)


def corpus_hash(files: Iterable[Path], root: Path) -> tuple[str, dict[str, str]]:
    """Hash of the names and contents of the corpus files, and the hash of each."""
    total = hashlib.sha256()
    each: dict[str, str] = {}
    for file in files:
        name = file.relative_to(root).as_posix() if root.is_dir() else file.name
        try:
            digest = hashlib.sha256()
            with file.open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
            each[name] = digest.hexdigest()
        except OSError as error:
            each[name] = f"unreadable: {error.strerror}"
        total.update(f"{name}\0{each[name]}\0".encode("utf-8", "surrogatepass"))
    return total.hexdigest(), each


def metadata(resources: Resources, model_name: str, model_hash: str, corpus: str) -> dict[str, str]:
    """File metadata of every table: with it a reader knows what coded the data."""
    return {
        "eventcoder.version": __version__,
        "eventcoder.dictionaries": resources.dictionaries.sha256,
        "eventcoder.model": model_name,
        "eventcoder.model_sha256": model_hash,
        "eventcoder.corpus": corpus,
        "eventcoder.options": resources.options.model_dump_json(),
        "eventcoder.scores": resources.options.scores,
        "eventcoder.quad_classes": resources.options.quad_classes,
    }


def build(
    corpus: Path,
    output: Path,
    resources: Resources,
    model: Model | None = None,
    progress: Progress | None = None,
    *,
    wait: float = -1,
) -> Summary:
    """Code a corpus into the tables of `output`, parsing only what the parse store does not have.

    Args:
        corpus: folder or file of news.
        output: folder of the tables; made if it is not there.
        progress: called with a stage name and how many documents it has done.
        wait: seconds to wait for another build of the same output, -1 without end.

    Raises:
        InputError: the corpus is not there, or the output cannot be written.
    """
    model = model or Model()
    try:
        output.mkdir(parents=True, exist_ok=True)
        lock = FileLock(output / ".build.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            log.warning("another build is writing %s: waiting for it", output)
            lock.acquire(timeout=wait)
    except Timeout as error:
        raise InputError(f"another build is writing {output}", hint="wait until it has finished") from error
    except OSError as error:
        raise InputError(f"cannot write to {output}: {error.strerror}", hint="free space or choose another --output") from error
    try:
        return _build(corpus, output, resources, model, progress)
    except OSError as error:
        raise InputError(
            f"cannot write to {output}: {error.strerror}", hint="the tables of the last build are untouched; free space and run again"
        ) from error
    finally:
        lock.release()


def _build(corpus: Path, output: Path, resources: Resources, model: Model, progress: Progress | None) -> Summary:
    summary = Summary()
    files = list_files(corpus)
    digest, hashes = corpus_hash(files, corpus)
    store = ParseStore(output / ".parses")
    rejects: list[Reject] = []
    rows: list[dict[str, Any]] = []
    documents: list[dict[str, Any]] = []
    unknown: Counter[str] = Counter()
    unknown_documents: dict[str, set[str]] = {}
    unknown_sentence: dict[str, str] = {}

    def accepted() -> Iterator[Document]:
        for item in iter_corpus(corpus):
            if isinstance(item, Reject):
                rejects.append(item)
            else:
                yield item

    for number, parsed in enumerate(parse_documents(accepted(), model, store, summary), 1):
        coded = code_document(parsed, resources)
        document = coded.document
        rows.extend(coded.rows)
        rejects.extend(coded.rejects)
        documents.append(_document_row(coded))
        if document.publication_date is None:
            summary.undated.append(document.id)
        for name, sentence in coded.unknown:
            unknown[name] += 1
            unknown_documents.setdefault(name, set()).add(document.id)
            unknown_sentence.setdefault(name, sentence)
        summary.sentences += coded.sentences
        if progress is not None:
            progress("documents", number)
    group_daily(rows)
    sort_events(rows)
    documents.sort(key=lambda d: d["document_id"])
    summary.documents = len(documents)
    summary.events = len(rows)
    summary.without_events = sum(d["outcome"] == "no_events" for d in documents)
    summary.rejected = sum(d["outcome"] == "rejected" for d in documents)
    summary.rejects = len(rejects)
    about = metadata(resources, model.name, model.sha256, digest)
    write_table(daily_rows(rows), DailyRow, output / "events_daily.parquet", about)
    write_table(documents, DocumentRow, output / "documents.parquet", about)
    reject_rows = sorted((reject_row(r) for r in rejects), key=lambda r: tuple(str(v) for v in r.values()))
    write_table(reject_rows, RejectRow, output / "rejects.parquet", about)
    unresolved = [
        {"name": name, "count": count, "documents": len(unknown_documents[name]), "sentence": unknown_sentence[name]}
        for name, count in sorted(unknown.items(), key=lambda item: (-item[1], item[0]))
    ]
    write_table(unresolved, UnresolvedRow, output / "unresolved.parquet", about)
    from coder.codebook import codebook
    from coder.data_statement import data_statement

    write_text(codebook(rows, resources, about, documents, reject_rows), output / "codebook.md")
    write_text(data_statement(resources, about, documents, reject_rows, hashes), output / "data_statement.md")
    write_table(rows, EventRow, output / "events.parquet", about)
    write_json(
        {
            "metadata": about,
            "corpus": hashes,
            "dictionaries": {p.as_posix(): _sha256(p) for p in _named(resources)},
            "outputs": {name: _sha256(output / name) for name in (*TABLES, *PAGES)},
            "documents": {
                "read": summary.documents, "coded": summary.documents - summary.without_events - summary.rejected,
                "without_events": summary.without_events, "rejected": summary.rejected,
            },
            "undated_documents": sorted(summary.undated),
        },
        output / "manifest.json",
    )  # fmt: skip
    return summary


def _named(resources: Resources) -> list[Path]:
    return [*resources.dictionaries.files]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _document_row(coded: Coded) -> dict[str, Any]:
    document = coded.document
    failed = not coded.sentences and coded.rejects
    return {
        "document_id": document.id,
        "publication_date": document.publication_date,
        "date_inferred": document.date_inferred,
        "publisher": document.publisher,
        "url": document.url,
        "title": document.title,
        "language": document.language,
        "path": document.path,
        "characters": len(document.text),
        "sentences": coded.sentences,
        "events": len(coded.rows),
        "sha256": hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest(),
        "outcome": "coded" if coded.rows else "rejected" if failed else "no_events",
    }


def code_parsed(
    documents: Iterable[ParsedDocument], resources: Resources, progress: Progress | None = None
) -> tuple[list[dict[str, Any]], list[Reject]]:
    """Rows and rejects of parsed documents, grouped and sorted: `eventcoder code` without a corpus folder."""
    rows: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    for number, parsed in enumerate(documents, 1):
        coded = code_document(parsed, resources)
        rows.extend(coded.rows)
        rejects.extend(coded.rejects)
        if progress is not None:
            progress("documents", number)
    group_daily(rows)
    sort_events(rows)
    return rows, rejects


__all__ = ["EventCoderError", "Model", "Summary", "build", "code_document", "code_parsed", "parse_documents"]
