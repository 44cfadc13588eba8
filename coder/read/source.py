"""One input file: how it is named in the output, and its bytes, gzip'd or not, never more than fit."""

from __future__ import annotations

import gzip
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from coder.records import Reject, RejectReason

MAX_FILE_BYTES = 1 << 30
MAX_LINE_BYTES = 1 << 28

GZIP_FAULTS = (EOFError, gzip.BadGzipFile, zlib.error)

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP or Office file"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"\x1f\x8b", "gzip without the .gz suffix"),
    (b"PAR1", "Parquet without the .parquet suffix"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"(\xb5/\xfd", "zstd"),
    (b"{\\rtf", "an RTF file"),
)


class UnreadableError(Exception):
    """A file, or the rest of it, that gives no text; becomes a `Reject`.

    Args:
        reason: the reason of the reject.
        detail: what is wrong and what to do.
        line: 1-based line, None where none applies.
    """

    def __init__(self, reason: RejectReason, detail: str, line: int | None = None) -> None:
        self.reason = reason
        self.detail = detail
        self.line = line
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the corpus.

    Args:
        file: where it lies.
        name: its path under the corpus root, with "/" between the parts, as the output shows it.
    """

    file: Path
    name: str

    @property
    def suffixes(self) -> tuple[str, bool]:
        """The suffix that tells the format, in lower case, and whether the file is gzip'd."""
        suffixes = [suffix.lower() for suffix in self.file.suffixes]
        zipped = bool(suffixes) and suffixes[-1] == ".gz"
        plain = suffixes[:-1] if zipped else suffixes
        return (plain[-1] if plain else ""), zipped

    @property
    def base_id(self) -> str:
        """The path without its suffix: the document's id where nothing else names it."""
        suffix, zipped = self.suffixes
        return self.name[: len(self.name) - len(suffix) - (3 if zipped else 0)]

    def reject(
        self, reason: RejectReason, detail: str, *, line: int | None = None, document_id: str | None = None
    ) -> Reject:
        """A `Reject` of the reading stage that names this file."""
        return Reject(document_id=document_id, stage="read", reason=reason, detail=detail, path=self.name, line=line)

    def open(self) -> IO[bytes]:
        """The file's bytes, unzipped.

        Raises:
            UnreadableError: it is no regular file.
            OSError: it cannot be opened.
        """
        # Asked before opening: a named pipe would wait for a writer for ever.
        if not stat.S_ISREG(self.file.stat().st_mode):
            raise UnreadableError(RejectReason.UNREADABLE, "not a regular file (a folder, pipe or device)")
        _, zipped = self.suffixes
        stream = gzip.open(self.file, "rb") if zipped else self.file.open("rb")  # noqa: SIM115
        return cast(IO[bytes], stream)

    def read_bytes(self, limit: int | None = None) -> bytes:
        """The whole file, unzipped.

        Raises:
            UnreadableError: nothing in it, larger than `limit` (1 GiB), or a damaged gzip.
            OSError: it cannot be opened or read.
        """
        limit = MAX_FILE_BYTES if limit is None else limit
        try:
            with self.open() as stream:
                data = stream.read(limit + 1)
        except GZIP_FAULTS as error:
            raise UnreadableError(RejectReason.UNREADABLE, damaged_gzip(error)) from error
        if len(data) > limit:
            raise UnreadableError(
                RejectReason.TOO_LONG, f"larger than {limit:,} bytes (one file is one report; use .jsonl for many)"
            )
        if not data:
            raise UnreadableError(RejectReason.EMPTY, "the file is empty")
        return data


def damaged_gzip(error: BaseException) -> str:
    """The words for a gzip file that breaks off or is none."""
    if isinstance(error, EOFError):
        return "the gzip file breaks off before its end (copy or download it again)"
    return f"not a sound gzip file: {error} (copy it again, or drop the .gz suffix)"


def refuse_binary(data: bytes) -> None:
    """Look at the first bytes of what should be text.

    Raises:
        UnreadableError: they are those of another format.
    """
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise UnreadableError(RejectReason.UNSUPPORTED, f"not text but {kind} (convert it to text first)")
