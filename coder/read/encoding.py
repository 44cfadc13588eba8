"""Bytes to text in whatever encoding they came, and text to what the later stages can hold.

>>> decode(b"caf\\xe9 in Beirut")
'café in Beirut'
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
from collections.abc import Iterator
from typing import IO, Any, cast

from charset_normalizer import from_bytes

from coder.read.source import GZIP_FAULTS, MAX_LINE_BYTES, UnreadableError, damaged_gzip, refuse_binary
from coder.records import RejectReason

_SAMPLE = 1 << 18

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(b for b in range(32) if b not in b"\t\n\r\f\x0b\x1a\x1b")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LATIN = re.compile(r"[\u00a0-\u00ff\u0152\u0153\u0160\u0161\u017d\u017e\u0178\u2013-\u2030\u2039\u203a\u20ac\u2122]")
# Letters that cp1252 puts where an apostrophe, quotation mark or dash stands in Mac Roman: "Õs", "Òthe".
_MAC_QUOTES = re.compile(r"[a-z]Õ[a-z]\b|(?:^|\s)Ò\w[^ÒÓ]*Ó")


def clean(text: str) -> str:
    """The text as all stages see it.

    Line endings become "\\n" and a leading byte order mark goes; a NUL becomes a space and half a surrogate pair
    the replacement character, one for one. All else, zero-width and right-to-left marks too, stays.
    """
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        text = text.replace("\x00", " ")
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def is_blank(text: str) -> bool:
    """Whether nothing in the text can be seen."""
    return not text.strip("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\xad \t\n\r\f\v\x00\xa0\ufffd")


def decode(data: bytes, declared: str | None = None) -> str:
    """Text from bytes: by byte order mark, as UTF-8, as declared, or as the bytes look.

    Args:
        data: the bytes.
        declared: the encoding that the file itself names, if it does.

    Raises:
        UnreadableError: binary data, or an encoding that cannot be told.
    """
    refuse_binary(data)
    encoding, skip = sniff(data, declared)
    text = data[skip:].decode(encoding, "replace")
    if text.count("\ufffd") > max(3, len(text) // 50):
        raise UnreadableError(RejectReason.ENCODING, f"looks like {encoding} but much of it is not (save it as UTF-8)")
    return text


def sniff(data: bytes, declared: str | None = None) -> tuple[str, int]:
    """The encoding of the bytes, and the length of the byte order mark before the text.

    Raises:
        UnreadableError: binary data, or an encoding that cannot be told.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name, len(mark)
    wide = _wide_encoding(data[:4096])
    if wide:
        return wide, 0
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls > max(8, len(data) // 100):
        raise UnreadableError(RejectReason.ENCODING, "binary data, not text (control characters all over)")
    if _is_utf8(data):
        return "utf-8", 0
    named = _codec(declared) if declared else None
    if named and _decodes(data, named):
        return named, 0
    return _legacy_encoding(data[:_SAMPLE]), 0


def _wide_encoding(sample: bytes) -> str | None:
    """UTF-16 without its mark, which shows in a NUL at every other byte of Latin text."""
    half = len(sample) // 2
    if half < 8:
        return None
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.6 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 and odd < 0.1 else None


def _is_utf8(data: bytes) -> bool:
    """UTF-8, or meant as such: a rare bad byte or a character cut off at the end is no other encoding."""
    try:
        data.decode("utf-8")
        return True
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.start and _has_multibyte(data[: error.start]):
            return True
    sample = data[:_SAMPLE]
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(char > "\x7f" for char in text) - bad
    return good >= 4 * max(bad, 1)


def _has_multibyte(data: bytes) -> bool:
    return not data.isascii()


def _codec(name: str) -> str | None:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    # As browsers do: pages that say Latin-1 are written in Windows' superset of it.
    return "cp1252" if found in ("iso8859-1", "ascii") else found


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        return "\ufffd" not in data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False


def _legacy_encoding(sample: bytes) -> str:
    """A one-byte or Asian encoding, by the look of the bytes."""
    high = len(sample) - len(sample.translate(None, bytes(range(128, 256))))
    # English with a few typographic quotation marks and accents: statistics err on so little, so cp1252 goes first.
    if high <= max(8, len(sample) // 12):
        for name in ("cp1252", "latin-1"):
            if not _decodes(sample, name):
                continue
            text = sample.decode(name)
            if len(_LATIN.findall(text)) == sum(char > "\x7f" for char in text):
                return "mac-roman" if _MAC_QUOTES.search(text) else name
    best = from_bytes(sample).best()
    if best is None:
        raise UnreadableError(RejectReason.ENCODING, "the encoding cannot be told (save the file as UTF-8)")
    return best.encoding


def iter_lines(stream: IO[bytes]) -> Iterator[tuple[int, str]]:
    """The lines of a stream one by one, numbered from 1, with their "\\n"; a file of any length in flat memory.

    Each line is decoded on its own where the encoding allows, so one bad line cannot spoil the rest.

    Raises:
        UnreadableError: binary data, a line beyond 256 MiB, or a gzip stream that breaks off (with the line).
    """
    number = 0
    try:
        # Buffered here so that the first bytes can be looked at and still be read.
        with io.BufferedReader(_raw(stream), _SAMPLE) as buffered:
            head = buffered.peek(_SAMPLE)[:_SAMPLE]
            refuse_binary(head)
            encoding, skip = sniff(head[: head.rfind(b"\n") + 1] or head)
            buffered.read(skip)
            if encoding != "utf-8" and _is_ascii_superset(encoding, head):
                encoding = _legacy_of_lines(head)
            split = _bytes_lines if _is_ascii_superset(encoding, head) else _text_lines
            for number, line in enumerate(split(buffered, encoding), start=1):
                yield number, line
    except GZIP_FAULTS as error:
        raise UnreadableError(RejectReason.UNREADABLE, damaged_gzip(error), number + 1) from error
    except UnreadableError as error:
        raise UnreadableError(error.reason, error.detail, error.line or (number + 1 if number else None)) from error


def _raw(stream: IO[bytes]) -> io.RawIOBase:
    """The stream without its own buffer, which would lose what stands before the break of a gzip file."""
    return _Unbuffered(stream) if isinstance(stream, gzip.GzipFile) else cast(io.RawIOBase, stream)


class _Unbuffered(io.RawIOBase):
    """A gzip file that gives what it has at once, and what is wrong with it only when there is no more."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._stream.read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _legacy_of_lines(head: bytes) -> str:
    """The encoding of those lines that are not UTF-8; files put together from several sources hold both."""
    return sniff(b"".join(line for line in head.splitlines(keepends=True) if not _is_utf8(line)))[0]


def _is_ascii_superset(encoding: str, head: bytes) -> bool:
    only_returns = b"\r" in head and b"\n" not in head
    return not encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32")) and not only_returns


def _bytes_lines(stream: IO[bytes], encoding: str) -> Iterator[str]:
    while line := stream.readline(MAX_LINE_BYTES):
        if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            raise UnreadableError(RejectReason.TOO_LONG, f"a line of more than {MAX_LINE_BYTES:,} bytes")
        yield _decode_line(line, encoding)


def _text_lines(stream: IO[bytes], encoding: str) -> Iterator[str]:
    yield from io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline=None)


def _decode_line(line: bytes, encoding: str) -> str:
    """One line: as UTF-8 if it is that, whatever the lines around it are."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        name = encoding if encoding != "utf-8" or _is_utf8(line) else _legacy_encoding(line)
        return line.decode(name, "replace")
