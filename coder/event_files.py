"""Which files are meant where a command takes tables of events or documents: files, folders of a build, folders of part files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from coder.errors import InputError
from coder.staging import finish_interrupted

# A table with these columns is one of events; documents and the like are passed over in a folder.
TELLING = frozenset(("event_id", "document_id", "source", "code"))


def event_files(paths: Sequence[Path]) -> list[Path]:
    """The tables of events among files and folders, each once.

    A folder stands for the events.parquet in it or, where there is none, below it (several builds), else for all Parquet
    files of events below it (the parts that Spark writes). A file that cannot be read is among them: left out in
    silence, its events would be missed.

    Raises:
        InputError: there is nothing to read.
    """
    files: list[Path] = []
    for path in paths:
        finish_interrupted(path if path.is_dir() else path.parent)
        if path.is_file():
            files.append(path)
            continue
        if not path.is_dir():
            raise InputError("no such file or folder", path=path, hint="run `eventcoder build` first, or give its folder or an events.parquet")
        found = [path / "events.parquet"] if (path / "events.parquet").is_file() else _visible(path, "events.parquet")
        found = found or [p for p in _visible(path, "*.parquet") if _may_hold_events(p)]
        if not found:
            raise InputError("no table of events in this folder", path=path, hint="run `eventcoder build` or give the file")
        files += found
    return list(dict.fromkeys(files))


def document_files(path: Path) -> list[Path]:
    """The tables of documents that a file or folder stands for: documents.parquet in the folder, else its part files.

    Raises:
        InputError: there is nothing to read.
    """
    finish_interrupted(path if path.is_dir() else path.parent)
    files = [path] if path.is_file() else [path / "documents.parquet"] if (path / "documents.parquet").is_file() else _visible(path, "*.parquet")
    if not files:
        raise InputError("there is no such file", path=path, hint="give the documents.parquet of a build, or the folder of a cluster's documents")
    return files


def _visible(folder: Path, pattern: str) -> list[Path]:
    return [
        p for p in sorted(folder.rglob(pattern)) if p.is_file() and not any(part[0] in "._" for part in p.relative_to(folder).parts)
    ]


def _may_hold_events(path: Path) -> bool:
    try:
        return set(pq.read_schema(path).names) >= TELLING
    except (OSError, ValueError):
        return True
