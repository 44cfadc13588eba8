"""Files of many documents, one a row: JSONL, CSV and Parquet, read row by row in flat memory.

One bad row costs that row; the rest is read. A row without an id is named after the file and its line or row.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
import tempfile
from collections import deque
from collections.abc import Iterator
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from coder.read.encoding import clean, decode, iter_lines
from coder.read.fields import ALIASES, Fields, Found, build_document, column_of, fields_from
from coder.read.source import GZIP_FAULTS, MAX_FILE_BYTES, Source, UnreadableError, damaged_gzip
from coder.records import Reject, RejectReason

Row = dict[str, object]

_MAX_RECORD_LINES = 5_000
_MAX_RECORD_CHARS = 1 << 24
_BATCH_ROWS = 256


def read_jsonl(source: Source, said: Fields) -> Iterator[Found | Reject]:
    """The documents of a file of JSON objects, one a line.

    Args:
        source: the file.
        said: what the manifest says; here it fills what the rows leave open.
    """
    empty = True
    for number, line in iter_lines(source.open()):
        line = clean(line).strip()
        if not line:
            continue
        empty = False
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield source.reject(RejectReason.BAD_RECORD, f"the line is not JSON: {_json_fault(error)}", line=number)
            continue
        if not isinstance(record, dict):
            kind = type(record).__name__
            yield source.reject(RejectReason.BAD_RECORD, f"the line holds no JSON object but a {kind}", line=number)
            continue
        yield _row_document(source, record, said, number)
    if empty:
        yield source.reject(RejectReason.EMPTY, "the file has no lines")


def _json_fault(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at column {error.colno} (one whole object a line)"
    return "nested too deep" if isinstance(error, RecursionError) else str(error)


def _row_document(source: Source, row: Row, said: Fields, number: int) -> Found | Reject:
    column = column_of(row, "text")
    fields = fields_from(row)
    if column is None:
        return source.reject(RejectReason.BAD_RECORD, _no_text(list(row)), line=number, document_id=fields.id)
    text = row[column]
    if text is None:
        return source.reject(RejectReason.EMPTY, "no text in it", line=number, document_id=fields.id)
    if not isinstance(text, str):
        detail = f"the field {column!r} is not text but {type(text).__name__}"
        return source.reject(RejectReason.BAD_RECORD, detail, line=number, document_id=fields.id)
    # The manifest speaks of the file: it cannot give a hundred rows one id, title or address.
    rest = Fields(date=said.date, publisher=said.publisher, language=said.language)
    return build_document(source, text, fields.over(rest), line=number)


def _no_text(columns: list[str]) -> str:
    there = ", ".join(str(column) for column in columns[:12]) or "none"
    return f"no field {' or '.join(map(repr, ALIASES['text']))} (the fields there are: {there[:200]})"


def read_csv(source: Source, said: Fields) -> Iterator[Found | Reject]:
    """The documents of a CSV file with a header, its fields parted by comma, semicolon or tab.

    Args:
        source: the file.
        said: what the manifest says; here it fills what the rows leave open.
    """
    empty = True
    for number, row in csv_rows(source, required=ALIASES["text"]):
        empty = False
        if isinstance(row, Reject):
            yield row
        else:
            yield _row_document(source, row, said, number)
    if empty:
        yield source.reject(RejectReason.EMPTY, "the file has no rows below its header")


def csv_rows(source: Source, required: tuple[str, ...]) -> Iterator[tuple[int, Row | Reject]]:
    """The rows of a CSV file by column name (in lower case), with the line on which each starts.

    Args:
        source: the file.
        required: names one of which the header must have.

    Raises:
        UnreadableError: no header with such a column, or a file that cannot be decoded.
    """
    # The limit of Python's reader (128 KiB a field) is less than a long report has.
    csv.field_size_limit(max(csv.field_size_limit(), 4 * _MAX_RECORD_CHARS))
    feed = _CsvFeed((number, clean(line) if number == 1 else line) for number, line in iter_lines(source.open()))
    header, delimiter = _header(feed)
    if not header:
        raise UnreadableError(RejectReason.EMPTY, "the file is empty")
    if not set(required) & set(header):
        named = ", ".join(header[:12])[:200]
        wanted = " or ".join(map(repr, required))
        raise UnreadableError(
            RejectReason.BAD_RECORD, f"no column {wanted} in the header (the columns are: {named})", feed.first_line
        )
    feed.keep()
    for number, record in _csv_records(feed, delimiter, len(header)):
        if isinstance(record, str):
            yield number, source.reject(RejectReason.BAD_RECORD, record, line=number)
        elif len(record) != len(header):
            detail = f"{len(record)} fields where the header has {len(header)} (put fields with commas in quotes)"
            yield number, source.reject(RejectReason.BAD_RECORD, detail, line=number)
        else:
            yield number, dict(zip(header, record, strict=True))


def _header(feed: _CsvFeed) -> tuple[list[str], str]:
    """Column names in lower case, and the delimiter: the one of which the first line has most."""
    line = next((line for line in feed if line.strip()), "")
    delimiter = max(",;\t", key=line.count)
    try:
        names = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise UnreadableError(RejectReason.BAD_RECORD, f"the header is no CSV: {error}", feed.first_line) from error
    return [name.strip().lower() for name in names], delimiter


class _CsvFeed:
    """Lines for Python's csv reader, remembering those of the record at hand, so that a broken one can be left.

    An unclosed quotation mark swallows the lines below it. They are given back, and only the line with the mark is
    lost.
    """

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._returned: deque[tuple[int, str]] = deque()
        self._record: list[tuple[int, str]] = []
        self._chars = 0

    def __iter__(self) -> _CsvFeed:
        return self

    def __next__(self) -> str:
        number, line = self._returned.popleft() if self._returned else next(self._lines)
        self._record.append((number, line))
        self._chars += len(line)
        if len(self._record) > _MAX_RECORD_LINES or (self._chars > _MAX_RECORD_CHARS and len(self._record) > 1):
            raise csv.Error("a quotation mark that is never closed")
        return line.replace("\x00", " ")

    @property
    def first_line(self) -> int:
        return self._record[0][0] if self._record else 0

    @property
    def spans_lines(self) -> bool:
        return len(self._record) > 1

    def keep(self) -> None:
        """The record is sound."""
        self._record, self._chars = [], 0

    def give_back(self) -> None:
        """The record is broken: lose its first line and offer the others again."""
        self._returned.extendleft(reversed(self._record[1:]))
        self.keep()


def _csv_records(feed: _CsvFeed, delimiter: str, width: int) -> Iterator[tuple[int, list[str] | str]]:
    """Records with the line each starts on; what is wrong in place of a broken one.

    Args:
        feed: the lines.
        delimiter: what parts the fields.
        width: number of fields; a record over several lines with another number has swallowed its neighbours.
    """
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield feed.first_line, f"broken quotation marks: {error} (double a mark inside a quoted field)"
            feed.give_back()
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
            continue
        if len(record) != width and feed.spans_lines:
            yield feed.first_line, "broken quotation marks: the field runs on into the lines below"
            feed.give_back()
            continue
        if record:
            yield feed.first_line, record
        feed.keep()


def read_parquet(source: Source, said: Fields) -> Iterator[Found | Reject]:
    """The documents of a Parquet file; rows count from 1.

    Args:
        source: the file.
        said: what the manifest says; here it fills what the rows leave open.

    Raises:
        UnreadableError: no sound Parquet, or no column of text.
    """
    try:
        with _seekable(source) as stream, pq.ParquetFile(stream, pre_buffer=False, page_checksum_verification=True) as parquet:
            columns = _columns(parquet.schema_arrow)
            if parquet.metadata.num_rows == 0:
                raise UnreadableError(RejectReason.EMPTY, "the file has no rows")
            number = 0
            for batch in parquet.iter_batches(batch_size=_BATCH_ROWS, columns=columns, use_threads=False):
                for position in range(batch.num_rows):
                    number += 1
                    row = {name: _value(batch.column(name), position) for name in columns}
                    yield _row_document(source, row, said, number)
            if number != parquet.metadata.num_rows:
                lost = f"{number} rows can be read of the {parquet.metadata.num_rows} that it says it has (write it again)"
                raise UnreadableError(RejectReason.UNREADABLE, lost, number + 1)
    except GZIP_FAULTS as error:
        raise UnreadableError(RejectReason.UNREADABLE, damaged_gzip(error)) from error
    except pa.ArrowException as error:
        raise UnreadableError(
            RejectReason.UNREADABLE, f"no sound Parquet file: {str(error).splitlines()[0][:200]} (write it again)"
        ) from error


def _seekable(source: Source) -> IO[bytes]:
    """The file as Parquet needs it; unzipped into a temporary file first where it is gzip'd."""
    stream = source.open()
    if not isinstance(stream, gzip.GzipFile):
        return stream
    # Closed by the caller, as a plain file is.
    whole = cast(IO[bytes], tempfile.SpooledTemporaryFile(max_size=1 << 24))  # noqa: SIM115
    with stream:
        shutil.copyfileobj(cast(IO[bytes], _Limited(stream)), whole)
    whole.seek(0)
    return whole


class _Limited(io.RawIOBase):
    """A stream that refuses to unpack without end."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._left = stream, MAX_FILE_BYTES

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise UnreadableError(RejectReason.TOO_LONG, f"larger than {MAX_FILE_BYTES:,} bytes when unpacked")
        return data


def _columns(schema: pa.Schema) -> list[str]:
    """The columns to read.

    Raises:
        UnreadableError: none of text, or one that holds something else.
    """
    text = column_of(list(schema.names), "text")
    if text is None:
        raise UnreadableError(RejectReason.BAD_RECORD, _no_text(list(schema.names)))
    kind = schema.field(text).type
    held = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not _is_text(held):
        raise UnreadableError(RejectReason.BAD_RECORD, f"the column {text!r} is not text but {kind}")
    found = {column_of(list(schema.names), field) for field in ALIASES}
    return [name for name in dict.fromkeys(schema.names) if name in found]


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_string_view(kind)
        or types.is_binary(kind)
        or types.is_large_binary(kind)
    )


def _value(column: pa.Array, position: int) -> object:
    """One value as Python has it; text that is not UTF-8 is decoded as files are."""
    scalar: Any = column[position]
    try:
        value = scalar.as_py()
    except UnicodeDecodeError:
        value = bytes(scalar.as_buffer())
    except (ValueError, OverflowError):
        return f"{scalar.type} out of range"
    if not isinstance(value, bytes):
        return cast(object, value)
    try:
        return decode(value) if value else ""
    except UnreadableError:
        return value
