"""Compiled dictionaries on disk: plain JSON under the hash of what they were compiled from, safe to delete.

A file is a line of magic, a line with the SHA-256 of the rest, a line that names the sections and their lengths, and the
sections. Nothing in it is code: a damaged or foreign file is ignored and written anew.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, overload

from coder import __version__

log = logging.getLogger(__name__)

FORMAT = "eventcoder-cache-3"
KEPT = 12  # compiled dictionaries of one kind that stay; older ones are removed when a new one is written

K = TypeVar("K")
V = TypeVar("V")


def cache_folder() -> Path:
    """$EVENTCODER_CACHE, else the platform's cache folder."""
    given = os.environ.get("EVENTCODER_CACHE")
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    return (Path(base) if base else Path.home() / ".cache") / "eventcoder"


def program_hash(modules: Iterable[Path]) -> str:
    """Hash of the modules that compile a dictionary: another version of them compiles it anew."""
    digest = hashlib.sha256(f"{FORMAT}\0{__version__}\0".encode())
    for module in (Path(__file__), *modules):
        with contextlib.suppress(OSError):  # a package without its sources: the version tells
            digest.update(module.read_bytes())
    return digest.hexdigest()


def _path(kind: str, key: str) -> Path:
    return cache_folder() / f"{kind}-{key[:40]}.cache"


def _checksum(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def read(kind: str, key: str) -> dict[str, bytes] | None:
    """The sections stored under a key, None where there are none or the file is damaged.

    Args:
        kind: of dictionary, the beginning of the file's name.
        key: hash of everything the content depends on.
    """
    path = _path(kind, key)
    try:
        with path.open("rb") as stream:
            head = stream.readline(1000)
            checksum = stream.readline(100)
            index = stream.readline(10_000)
            body = stream.read()
        if head.decode() != f"{FORMAT} {kind} {key}\n" or _checksum(index, body) != checksum.decode().strip():
            raise ValueError("its bytes do not match the hash in its head")
        place = 0
        sections: dict[str, bytes] = {}
        for name, length in json.loads(index):
            sections[name] = body[place : place + length]
            place += length
        return sections
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        log.warning("%s: cached dictionaries ignored: %s (they are compiled anew)", path, error)
        return None


def write(kind: str, key: str, sections: Mapping[str, bytes]) -> None:
    """Store sections under a key, all or nothing; where they cannot be written, nothing is stored."""
    index = json.dumps([[name, len(content)] for name, content in sections.items()]).encode() + b"\n"
    body = b"".join(sections.values())
    try:
        path = _path(kind, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        temporary.write_bytes(b"".join((f"{FORMAT} {kind} {key}\n{_checksum(index, body)}\n".encode(), index, body)))
        temporary.replace(path)
        _remove_old(kind, path.parent)
    except (OSError, RuntimeError):
        return


def _remove_old(kind: str, folder: Path) -> None:
    found = sorted(folder.glob(f"{kind}-*.cache"), key=lambda p: p.stat().st_mtime_ns)
    for path in found[:-KEPT]:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def no_collection() -> Iterator[None]:
    """Thousands of small objects that all stay: collecting garbage in between only costs."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def packed(value: Any) -> str:
    """A value as one line of JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def lines(values: Iterable[str]) -> bytes:
    """Strings without line breaks as a section: one long string reads far faster than a JSON array of as many."""
    return "\n".join(values).encode("utf-8", "surrogatepass")


def unlines(section: bytes) -> list[str]:
    return section.decode("utf-8", "surrogatepass").split("\n") if section else []


class LazyDict(dict[K, V]):
    """A dict whose values are held as strings until somebody asks for them; each is made once.

    Args:
        raw: key → the string.
        decode: makes the value of a string; never gives a string itself.
    """

    __slots__ = ("_decode",)

    def __init__(self, raw: Iterable[tuple[K, str]], decode: Callable[[str], V]) -> None:
        super().__init__(raw)  # type: ignore[arg-type]
        self._decode = decode

    def get(self, key: K, default: Any = None, /) -> Any:  # type: ignore[override]
        value = dict.get(self, key, default)
        if value.__class__ is str:
            value = self[key] = self._decode(value)
        return value

    def __getitem__(self, key: K) -> V:
        value: Any = dict.__getitem__(self, key)
        if value.__class__ is str:
            value = self[key] = self._decode(value)
        return value  # type: ignore[no-any-return]

    def items(self) -> Any:
        return [(key, self[key]) for key in self]

    def values(self) -> Any:
        return [self[key] for key in self]


class LazyList(Sequence[V]):
    """A sequence whose members are made of strings when they are asked for, and kept.

    Args:
        raw: the strings.
        decode: makes a member of its string.
    """

    __slots__ = ("_decode", "_made", "raw")

    def __init__(self, raw: list[str], decode: Callable[[str], V]) -> None:
        self.raw = raw
        self._decode = decode
        self._made: dict[int, V] = {}

    @overload
    def __getitem__(self, index: int) -> V: ...
    @overload
    def __getitem__(self, index: slice) -> list[V]: ...
    def __getitem__(self, index: int | slice) -> V | list[V]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self.raw)))]
        if index < 0:
            index += len(self.raw)
        if index not in self._made:
            self._made[index] = self._decode(self.raw[index])
        return self._made[index]

    def __len__(self) -> int:
        return len(self.raw)

    def passing(self) -> Iterator[V]:
        """The members one after the other, none of them kept: for whoever needs each but once."""
        for index, written in enumerate(self.raw):
            yield self._made[index] if index in self._made else self._decode(written)


def passing(members: Iterable[V]) -> Iterator[V]:
    """The members of any list, those of a `LazyList` without keeping them."""
    return members.passing() if isinstance(members, LazyList) else iter(members)
