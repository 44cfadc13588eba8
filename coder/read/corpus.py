"""A corpus, folder or file, as a stream of documents and of rejects that say what was not read and why."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from coder.errors import InputError
from coder.files import WriteError, printable
from coder.read.fields import Fields, Found
from coder.read.manifest import MANIFEST_NAME, Manifest, load_manifest
from coder.read.plain import read_plain
from coder.read.source import Source, UnreadableError
from coder.read.tables import read_csv, read_jsonl, read_parquet
from coder.records import Document, Reject, RejectReason

Reader = Callable[[Source, Fields], Iterator[Found | Reject]]


def _read_html(source: Source, given: Fields) -> Iterator[Found | Reject]:
    from coder.read.html import read_html  # its libraries take a second to load, and many corpora have no page

    return read_html(source, given)


READERS: Mapping[str, Reader] = {
    ".txt": read_plain,
    ".text": read_plain,
    ".md": read_plain,
    ".markdown": read_plain,
    ".html": _read_html,
    ".htm": _read_html,
    ".xhtml": _read_html,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".parquet": read_parquet,
}
_HINTS: Mapping[str, str] = {
    ".xml": "XML is not read yet: convert it to .jsonl",
    ".json": "write one object a line and name it .jsonl",
    ".pdf": "convert it to .txt first",
    ".docx": "convert it to .txt first",
    ".doc": "convert it to .txt first",
    ".xlsx": "save the sheet as .csv",
    ".zip": "unpack it into the corpus",
    ".tar": "unpack it into the corpus",
}
# What other programs and people put beside a corpus that is no part of it.
_BESIDE = frozenset({"thumbs.db", "desktop.ini", "_success", "_metadata", "_common_metadata"})
_ABOUT = frozenset({"readme", "readme.md", "readme.txt", "license", "license.md", "license.txt"})


class Ids(Protocol):
    """Gives out ids: what `SeenIds` does in memory, `coder.gathered.Gathered` on disk."""

    def claim(self, document_id: str, name: str, line: int | None = None) -> str | None:
        """Take an id for a document; None, or the place that has it already."""


class SeenIds:
    """The ids given out so far, with the place of each, so that a second document of one id is noticed."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._places: dict[str, tuple[int, int]] = {}

    def claim(self, document_id: str, name: str, line: int | None = None) -> str | None:
        """Take an id for a document.

        Args:
            document_id: the id.
            name: the file that the document is in.
            line: its line or row.

        Returns:
            None, or the place that has the id already, as "file" or "file:line".
        """
        if held := self._places.get(document_id):
            file, at = held
            return f"{self._names[file]}:{at}" if at else self._names[file]
        if not self._names or self._names[-1] != name:
            self._names.append(name)
        self._places[document_id] = (len(self._names) - 1, line or 0)
        return None


def iter_corpus(path: Path, ids: Ids | None = None) -> Iterator[Document | Reject]:
    """The documents of a corpus in the order of `list_files`, and a reject for all that is not read.

    Args:
        path: a folder or a file.
        ids: gives out the ids; in memory where None.

    Raises:
        InputError: there is nothing at `path`.
    """
    files = walk_files(path)
    manifest = load_manifest(_root(path))
    return _iter_files(path, files, manifest, SeenIds() if ids is None else ids)


def _iter_files(path: Path, files: Iterator[Path], manifest: Manifest, seen: Ids) -> Iterator[Document | Reject]:
    if path.is_dir():
        yield from manifest.rejects
    for file in files:
        yield from read_file(file, path, manifest=manifest, seen=seen)


def read_corpus(path: Path, *, on_reject: Callable[[Reject], None]) -> Iterator[Document]:
    """The documents of a corpus alone; what was not read goes to `on_reject`.

    Args:
        path: a folder or a file.
        on_reject: called with each reject as it comes.

    Raises:
        InputError: there is nothing at `path`.
    """
    items = iter_corpus(path)
    return _documents(items, on_reject)


def _documents(items: Iterator[Document | Reject], on_reject: Callable[[Reject], None]) -> Iterator[Document]:
    for item in items:
        if isinstance(item, Reject):
            on_reject(item)
        else:
            yield item


def list_files(corpus: Path) -> list[Path]:
    """The files of a corpus, sorted by their path, folders below it included.

    Hidden files, the manifest, a README or LICENSE and what Spark and file managers leave are no input. Links are
    listed and not followed; `read_file` rejects them, as it does what cannot be opened.

    Args:
        corpus: a folder, or a file, which then stands alone.

    Raises:
        InputError: there is nothing at `corpus`.
    """
    return list(walk_files(corpus))


def walk_files(corpus: Path) -> Iterator[Path]:
    """`list_files`, one after the other: what is held is the names of one folder and those above it.

    Raises:
        InputError: there is nothing at `corpus`; at once, not when the first file is asked for.
    """
    if corpus.is_dir():
        return _walk(corpus, top=True)
    if corpus.exists():
        return iter([corpus])
    raise InputError("no such file or folder", hint="give a corpus folder or a file in it", path=corpus)


def _walk(folder: Path, *, top: bool) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            names = sorted((entry.name, _is_folder(entry), entry.is_symlink()) for entry in entries)
    except OSError:
        yield folder  # where it is to be read, it is told why it cannot be
        return
    for name, is_folder, is_link in names:
        if not is_folder:
            if _is_input(name, top=top):
                yield folder / name
        elif not name.startswith("."):
            if is_link:
                yield folder / name
            else:
                yield from _walk(folder / name, top=False)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_input(name: str, *, top: bool) -> bool:
    lower = name.lower()
    return not (name.startswith(".") or lower in _BESIDE or lower in _ABOUT or (top and name == MANIFEST_NAME))


def _root(corpus: Path) -> Path:
    return corpus if corpus.is_dir() else corpus.parent


def read_file(
    path: Path, corpus_root: Path, *, manifest: Manifest | None = None, seen: Ids | None = None
) -> Iterator[Document | Reject]:
    """The documents of one file, and a reject for all in it that is not read.

    Args:
        path: the file.
        corpus_root: the folder that the ids start from and that no link may lead out of; or the file itself.
        manifest: what `load_manifest` gave; it is loaded where None.
        seen: ids given out before, to which this file's are added; without it ids are compared within the file.
    """
    root = _root(corpus_root)
    inside = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
    source = Source(path, printable(inside.as_posix()))
    manifest = load_manifest(root) if manifest is None else manifest
    seen = SeenIds() if seen is None else seen
    try:
        _refuse_unsafe(path, root, named=path == corpus_root)
        items = _reader(source)(source, manifest.of(source))
        yield from _without_doubles(source, items, seen)
    except UnreadableError as error:
        yield source.reject(error.reason, error.detail, line=error.line)
    except WriteError:
        raise  # of the ids given out: no fault of the file
    except OSError as error:
        yield source.reject(RejectReason.UNREADABLE, f"cannot be read: {error.strerror or error}")
    except MemoryError:
        yield source.reject(RejectReason.TOO_LONG, "larger than the memory holds (split it)")


def _refuse_unsafe(path: Path, root: Path, *, named: bool) -> None:
    """A link is followed only where the user named it as the corpus."""
    if named:
        return
    if path.is_symlink():
        raise UnreadableError(RejectReason.UNSAFE_PATH, "a link, which is not followed (copy the file into the corpus)")
    if not path.resolve().is_relative_to(root.resolve()):
        raise UnreadableError(
            RejectReason.UNSAFE_PATH, "lies outside the corpus, behind a link (copy it into the corpus)"
        )


def _reader(source: Source) -> Reader:
    if source.file.is_dir():
        raise UnreadableError(RejectReason.UNREADABLE, "the folder cannot be opened (look at its permissions)")
    suffix, _ = source.suffixes
    reader = READERS.get(suffix)
    if reader is None:
        hint = _HINTS.get(suffix, f"the formats read are {', '.join(READERS)}, each also as .gz")
        kind = f"files of the kind {suffix!r} are" if suffix else "a file without a suffix is"
        raise UnreadableError(RejectReason.UNSUPPORTED, f"{printable(kind)} not read ({hint})")
    return reader


def _without_doubles(source: Source, items: Iterator[Found | Reject], seen: Ids) -> Iterator[Document | Reject]:
    """The documents but for those whose id is taken, each of which becomes a reject that names both places."""
    for item in items:
        if isinstance(item, Reject):
            yield item
            continue
        held = seen.claim(item.document.id, source.name, item.line)
        if held is not None:
            here = f"{source.name}:{item.line}" if item.line else source.name
            detail = f"the id {item.document.id!r} is that of {held} already; {here} is not read (give it another id)"
            yield source.reject(RejectReason.DUPLICATE_ID, detail, line=item.line, document_id=item.document.id)
            continue
        yield item.document
        if item.fault is not None:
            yield item.fault
