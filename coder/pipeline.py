"""The whole way, corpus to tables: the only place where the stages meet.

    >>> build(Path("corpus"), Path("output"), load_resources())
"""

from __future__ import annotations

import hashlib
import logging
import stat
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from coder import __version__
from coder.code_stage import CodeStage
from coder.coded import Coded, CodedStore, coded_key, coding_basis
from coder.coding import SentenceTrace, code_sentences
from coder.device import choose_device, device_kind
from coder.errors import EventCoderError, InputError
from coder.files import printable, reason
from coder.gathered import Gathered
from coder.memory import frugal_arrow, give_back, settled
from coder.model_files import file_hash
from coder.parse_pool import ParsePool, load_same, usable_processes
from coder.parse_stage import Parses, ParseStage
from coder.places import gazetteer_version
from coder.read import MANIFEST_NAME, iter_corpus, walk_files
from coder.records import Document, Event, ParsedDocument, Reject, RejectReason
from coder.resources import Resources, dictionary_names
from coder.staging import LOCK, Staging
from coder.store import ParseStore, parse_key, parsed_by
from coder.stories import Fingerprint, find_stories, fingerprint
from coder.tables import event_row, group_daily, sort_events

log = logging.getLogger(__name__)

CHUNK_DOCUMENTS = 256
CHUNK_CHARACTERS = 8_000_000
TABLES = (
    "events.parquet", "events_daily.parquet", "documents.parquet", "duplicates.parquet", "rejects.parquet", "unresolved.parquet",
    "panel_dyad_month.parquet",
)  # fmt: skip
PAGES = ("codebook.md", "data_statement.md")
SHOWN = 10
Progress = Callable[[str, int], None]


class Model:
    """The parsing model: its hash is known at once, its weights are loaded when a text needs parsing.

    Args:
        model: as `Parser.load` takes it.
        threads: for the models' arithmetic.
        device: as `Parser.load` takes it. One that is not there does no harm until something must be parsed: what
            was parsed on a GPU can be coded without one.
        processes: that parse at the same time; None: as many as pay, one a core at most, each with one thread. A program that
            asks for more than one begins with `if __name__ == "__main__":`, since each of them imports it.
    """

    def __init__(
        self, model: str | Path | None = None, threads: int | None = None, device: str | None = None, processes: int | None = 1
    ) -> None:
        # With several threads a process takes the cores by itself.
        self.processes = 1 if processes is None and threads is not None and threads > 1 else processes
        self._model = model
        self._threads = threads
        self._wanted = device
        self._device: str | None = None
        self._parser: Any = None
        self._digest: tuple[str, str] | None = None

    @property
    def parser(self) -> Any:
        if self._parser is None:
            from coder.parse import Parser

            self._parser = Parser.load(self._model, self._threads, self._chosen())
        return self._parser

    def most_processes(self) -> int:
        """How many processes may parse, where their number is not given."""
        return usable_processes() if self.device == "cpu" else 1

    def pool(self, processes: int) -> ParsePool:
        """Processes that parse as this model does."""
        from coder.parse import Parser

        sha256, self._parser = self.sha256, None  # the other processes have theirs
        return ParsePool(partial(load_same, partial(Parser.load, self._model, self._threads or 1, self._chosen()), sha256), processes)

    def _chosen(self) -> str:
        if self._device is None:
            self._device = choose_device(self._wanted)
        return self._device

    @property
    def device(self) -> str:
        """What kind of device it computes on, "cpu" or "cuda"."""
        return device_kind(self._chosen())

    @property
    def parsed_by(self) -> str:
        """What `parse_key` takes for the model."""
        return parsed_by(self.sha256, self.device)

    def _identity(self) -> tuple[str, str]:
        if self._digest is None:
            from coder.model_files import verify_model
            from coder.parse import BUNDLED_MODEL, BUNDLED_NAME

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
    """What a run did, for people and for manifest.json.

    `documents` were read, each of them coded, without events or rejected by parser or coder; `unread` is what the
    readers rejected: files, rows and documents of an id that is taken. `undated`: the first documents without a date.
    """

    documents: int = 0
    unread: int = 0
    parsed: int = 0
    coded: int = 0
    sentences: int = 0
    events: int = 0
    without_events: int = 0
    rejected: int = 0
    rejects: int = 0
    duplicates: int = 0
    undated_documents: int = 0
    undated: list[str] = field(default_factory=list)

    def note_parsed(self, number: int) -> None:
        self.parsed += number

    def accounts(self) -> dict[str, int]:
        """Where every document went: `in` is the sum of the others."""
        return {
            "in": self.documents + self.unread,
            "coded": self.documents - self.without_events - self.rejected,
            "without_events": self.without_events,
            "rejected": self.rejected + self.unread,
        }


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
        events: list[Event] = code_sentences(
            parsed.sentences, resources.dictionaries, resources.options, note_unknown, on_reject=rejects.append
        )
        rows = [event_row(event, resources.ontology) for event in events]
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
) -> Generator[ParsedDocument]:
    """Parsed documents in order: from the store where it has them, parsed and stored otherwise."""
    with ParseStage(model, store, summary.note_parsed if summary is not None else None) as stage:
        for begun in stage.ahead(map(stage.begin, _chunks(documents))):
            yield from stage.finish(begun)


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Documents by the number that is looked up together, fewer where they are long."""
    chunk: list[Document] = []
    characters = 0
    for document in documents:
        chunk.append(document)
        characters += len(document.text)
        if len(chunk) == CHUNK_DOCUMENTS or characters >= CHUNK_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


@dataclass(slots=True)
class _Begun:
    """Documents on their way through `code_documents`: those coded before, and the parses of the others.

    Args:
        missing: keys of those to be coded.
        wanted: the same documents, by the keys of their parses.
    """

    keys: list[str]
    known: dict[str, Coded]
    missing: list[str]
    wanted: list[tuple[str, Document]]
    parses: Parses

    @property
    def stored(self) -> bool:
        return not self.parses.parts


def code_documents(
    documents: Iterable[Document], model: Model, parses: ParseStore, coded: CodedStore, resources: Resources, summary: Summary
) -> Generator[Coded]:
    """Coded documents in order: those coded before as they were, the others parsed and coded now.

    Args:
        parses: where parses are looked up and kept.
        coded: where what documents were coded to is looked up and kept.
        summary: counts what is parsed and coded.
    """

    def begin(chunk: list[Document]) -> _Begun:
        parse_keys = [parse_key(d, model.parsed_by) for d in chunk]
        keys = [coded_key(d, model.parsed_by, p) for d, p in zip(chunk, parse_keys, strict=True)]
        keyed = dict(zip(keys, zip(parse_keys, chunk, strict=True), strict=True))
        parsed_before = parses.known(parse_keys)  # what shows the trees needs them all
        known = coded.get({key: d for key, (p, d) in keyed.items() if p in parsed_before})
        missing = [key for key in keyed if key not in known]
        wanted = [keyed[key] for key in missing]
        return _Begun(list(keyed), known, missing, wanted, stage.begin([d for _, d in wanted]))

    def code_here(begun: _Begun) -> list[Coded]:
        return [code_document(p, resources) for p in stage.finish(begun.parses)]

    def code_again(lost: Sequence[Document]) -> list[Coded]:
        return [code_document(p, resources) for p in stage.finish(stage.begin(lost))]

    processes = getattr(model, "processes", 1)
    with (
        ParseStage(model, parses, summary.note_parsed) as stage,
        CodeStage(resources, parses, code_document, code_here, code_again, coded.basis, processes) as coder,
    ):
        for begun, coded_now in coder.ahead(stage.ahead(map(begin, _chunks(documents)))):
            fresh = dict(zip(begun.missing, coded_now, strict=True))
            for one in coded_now:
                one.shape = fingerprint(one.document)
            # what the coder failed on is tried again the next time
            coded.put((k, c) for k, c in fresh.items() if all(r.reason is not RejectReason.CODE_FAILED for r in c.rejects))
            summary.coded += len(fresh)
            for key in begun.keys:
                yield begun.known.get(key) or fresh[key]


def corpus_hash(files: Iterable[Path], root: Path) -> tuple[str, dict[str, str]]:
    """Hash of the names and contents of the corpus files and their manifest, and the hash of each by its name."""
    each = dict(hash_files(files, root))
    return combined_hash(each), each


def hash_files(files: Iterable[Path], root: Path) -> Iterator[tuple[str, str]]:
    """Name and hash of each of the files and, where there are any, of the manifest of the corpus."""
    file = None
    for file in files:
        yield _hashed(file, root)
    manifest = root / MANIFEST_NAME
    if file is not None and root.is_dir() and manifest.is_file():
        yield _hashed(manifest, root)


def _hashed(file: Path, root: Path) -> tuple[str, str]:
    name = printable(file.relative_to(root).as_posix() if root.is_dir() else file.name)
    return name, hash_input(file, named=file == root)


def combined_hash(each: Mapping[str, str]) -> str:
    """One hash over the names and hashes of files, whatever their order."""
    return _combined((name, each[name]) for name in sorted(each))


def _combined(in_order: Iterable[tuple[str, str]]) -> str:
    total = hashlib.sha256()
    for name, digest in in_order:
        total.update(f"{name}\0{digest}\0".encode("utf-8", "surrogatepass"))
    return total.hexdigest()


def hash_input(file: Path, *, named: bool = False) -> str:
    """SHA-256 of an input file, or in words why it is not opened.

    Args:
        named: the user named this very file, which may then be a link.
    """
    try:
        kind = (file.stat() if named else file.lstat()).st_mode
        if not stat.S_ISREG(kind):  # never opened: a pipe would wait for ever, a device has no end
            return "unreadable: a link" if stat.S_ISLNK(kind) else "unreadable: not a regular file"
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return f"unreadable: {error.strerror}"


def metadata(resources: Resources, model_name: str, model_hash: str, corpus: str, device: str = "cpu") -> dict[str, str]:
    """File metadata of every table: with it a reader knows what coded the data. The device stands there where it is no CPU."""
    return ({} if device == "cpu" else {"eventcoder.device": device}) | {
        "eventcoder.version": __version__,
        "eventcoder.dictionaries": resources.dictionaries.sha256,
        "eventcoder.model": model_name,
        "eventcoder.model_sha256": model_hash,
        "eventcoder.corpus": corpus,
        "eventcoder.gazetteer": gazetteer_version() if resources.options.gazetteer else "none",
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
        InputError: there is nothing to read in the corpus, or the output cannot be written; the tables of the last
            build are untouched.
    """
    model = model or Model()
    try:
        output.mkdir(parents=True, exist_ok=True)
        lock = FileLock(output / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            log.warning("another build is writing %s: waiting for it", output)
            lock.acquire(timeout=wait)
    except Timeout as error:
        raise InputError(f"another build is writing {output}", hint="wait until it has finished") from error
    except OSError as error:
        raise InputError(f"cannot write to {output}: {reason(error)}", hint="free space or choose another --output") from error
    try:
        with frugal_arrow():
            return _build(corpus, output, resources, model, progress)
    except OSError as error:
        raise InputError(
            f"cannot write to {output}: {reason(error)}", hint="the tables of the last build are untouched; free space and run again"
        ) from error
    finally:
        lock.release()


def _build(corpus: Path, output: Path, resources: Resources, model: Model, progress: Progress | None) -> Summary:
    from coder.outputs import Long, write_long_json, write_outputs

    summary = Summary()
    store = ParseStore(output / ".parses")
    with Gathered(output / ".work") as gathered:
        gathered.add_files(hash_files(walk_files(corpus), corpus))
        if not gathered.count("file"):
            raise InputError("no files to read", path=corpus, hint="put .txt, .md, .html, .jsonl, .csv or .parquet files there")
        digest = _combined(gathered.files())

        def accepted() -> Iterator[Document]:
            for item in iter_corpus(corpus, gathered):
                if isinstance(item, Reject):
                    gathered.reject(item)
                    # A date that cannot be read costs the date alone, a line of the manifest what it says.
                    summary.unread += item.reason is not RejectReason.BAD_DATE and item.path != MANIFEST_NAME
                else:
                    yield item

        with (
            CodedStore(output / ".coded.sqlite", coding_basis(resources)) as before,
            closing(code_documents(accepted(), model, store, before, resources, summary)) as coded_documents,
        ):
            for number, coded in enumerate(coded_documents, 1):
                document = coded.document
                gathered.add(coded, _document_row(coded), coded.shape or fingerprint(document))
                if document.publication_date is None:
                    summary.undated_documents += 1
                    summary.undated += [document.id] * (len(summary.undated) < SHOWN)
                summary.sentences += coded.sentences
                if progress is not None:
                    progress("documents", number)
        gathered.find_stories(resources.options.story_similarity, resources.options.story_window)
        outcomes = gathered.outcomes()
        summary.documents = outcomes.total()
        summary.events = gathered.count("event")
        summary.without_events = outcomes["no_events"]
        summary.rejected = outcomes["rejected"]
        summary.rejects = gathered.count("reject")
        summary.duplicates = gathered.count("story")
        about = metadata(resources, model.name, model.sha256, digest, model.device)
        with settled(), Staging(output) as staged:
            write_outputs(staged.folder, gathered, resources, about, store)
            manifest = {
                "metadata": about,
                "corpus": Long(gathered.files(), pairs=True),
                "dictionaries": {name: file_hash(path) for name, path in dictionary_names(resources).items()},
                "outputs": {name: file_hash(staged.folder / name) for name in staged.names()},
                "documents": summary.accounts(),
                "duplicate_documents": summary.duplicates,
                "undated_documents": Long(gathered.undated()),
            }
            write_long_json(manifest, staged.folder / "manifest.json")
            staged.commit()
    give_back()
    with suppress(OSError):  # the tables are there, and the parses without it
        store.fold()
    return summary


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
        "events": coded.events,
        "sha256": hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest(),
        "outcome": "coded" if coded.events else "rejected" if failed else "no_events",
    }


def code_parsed(
    documents: Iterable[ParsedDocument], resources: Resources, progress: Progress | None = None
) -> tuple[list[dict[str, Any]], list[Reject]]:
    """Rows and rejects of parsed documents, grouped and sorted: `eventcoder code` without a corpus folder."""
    rows: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    prints: list[Fingerprint] = []
    for number, parsed in enumerate(documents, 1):
        coded = code_document(parsed, resources)
        rows.extend(coded.rows)
        rejects.extend(coded.rejects)
        prints.append(fingerprint(parsed.document))
        if progress is not None:
            progress("documents", number)
    stories = find_stories(prints, resources.options.story_similarity, resources.options.story_window)
    group_daily(rows, {name: story.story_id for name, story in stories.items()})
    sort_events(rows)
    return rows, rejects


__all__ = ["Coded", "EventCoderError", "Model", "Summary", "build", "code_document", "code_parsed", "parse_documents"]
