"""Stata .dta files (format 118, Stata 14 and later), written batch by batch.

pandas and pyreadstat hold a whole table in memory to write it; this writer needs one batch of rows. Format: Stata's help
file `dta`, release 118. Texts of up to 244 bytes of UTF-8 become str#, longer ones strL; dates are %td; columns with a
fixed set of values (status, precision and basis of dates, quad class) are numbers with value labels.
"""

from __future__ import annotations

import datetime as dt
import struct
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from coder.errors import InputError

MAX_STR = 244
MAX_LABEL = 80
EPOCH = dt.date(1960, 1, 1)
DAYS_TO_UNIX = (dt.date(1970, 1, 1) - EPOCH).days
MAX_LONG = 2147483620
TYPES = {"i1": 65530, "i2": 65529, "i4": 65528, "f4": 65527, "f8": 65526, "strL": 32768}
MISSING: dict[str, Any] = {
    "i1": 101,
    "i2": 32741,
    "i4": 2147483621,
    "f4": np.frombuffer(struct.pack("<I", 0x7F000000), "<f4")[0],
    "f8": np.frombuffer(struct.pack("<Q", 0x7FE0000000000000), "<f8")[0],
}
FORMATS = {"i1": "%8.0g", "i2": "%8.0g", "i4": "%12.0g", "f4": "%9.0g", "f8": "%10.0g", "strL": "%9s"}

Batches = Callable[[], Iterable[pa.RecordBatch]]


@dataclass(slots=True)
class Variable:
    """A column of the file.

    Args:
        kind: i1, i2, i4, f4, f8, str or strL.
        width: bytes of the longest text.
        labels: texts of the values of a labelled number, by number.
        encoded: True where the column holds texts that the labels stand for.
        date: days since 1960.
    """

    name: str
    arrow: pa.DataType
    label: str = ""
    kind: str = "str"
    width: int = 1
    labels: dict[int, str] = field(default_factory=dict)
    encoded: bool = False
    date: bool = False
    low: int = 0
    high: int = 0

    @property
    def type_code(self) -> int:
        return self.width if self.kind == "str" else TYPES[self.kind]

    @property
    def display(self) -> str:
        if self.date:
            return "%td"
        return f"%{self.width}s" if self.kind == "str" else FORMATS[self.kind]

    @property
    def dtype(self) -> str:
        return f"S{self.width}" if self.kind == "str" else "<u8" if self.kind == "strL" else f"<{self.kind}"


def write_dta(
    path: Path,
    schema: pa.Schema,
    batches: Batches,
    *,
    title: str,
    labels: dict[str, str],
    value_labels: dict[str, dict[int, str]],
    categories: dict[str, Sequence[str]],
) -> int:
    """Write a table as .dta; how many rows.

    Args:
        path: written in place; the caller renames.
        schema: columns and types.
        batches: gives the rows; called twice, as widths have to be known before the first row.
        title: label of the dataset.
        labels: label of each variable, cut to 80 characters.
        value_labels: labels of columns that hold numbers.
        categories: text columns to be stored as labelled numbers from 1, with the values to be expected.

    Raises:
        InputError: a whole number is larger than Stata's numbers.
    """
    variables = [_variable(f, labels, value_labels, categories) for f in schema]
    count = 0
    for batch in batches():
        count += batch.num_rows
        for variable, column in zip(variables, batch.columns, strict=True):
            _measure(variable, column)
    for variable in variables:
        _settle(variable)
    with path.open("wb") as stream:
        _write(stream, variables, count, batches, title)
    return count


def _variable(
    field_: pa.Field,
    labels: dict[str, str],
    value_labels: dict[str, dict[int, str]],
    categories: dict[str, Sequence[str]],
) -> Variable:
    variable = Variable(field_.name, field_.type, labels.get(field_.name, "")[:MAX_LABEL])
    kind = field_.type
    if field_.name in categories:
        variable.encoded, variable.kind = True, "i1"
        variable.labels = dict(enumerate(categories[field_.name], 1))
    elif pa.types.is_boolean(kind):
        variable.kind, variable.labels = "i1", {0: "no", 1: "yes"}
    elif pa.types.is_date(kind):
        variable.kind, variable.date = "i4", True
    elif pa.types.is_integer(kind):
        variable.kind = "i1" if kind.bit_width == 8 else "i2" if kind.bit_width == 16 else "i4"
        variable.labels = value_labels.get(field_.name, {})
    elif pa.types.is_floating(kind):
        variable.kind = "f8" if kind.bit_width == 64 else "f4"
    return variable


def _measure(variable: Variable, column: pa.Array) -> None:
    if variable.encoded:
        known = set(variable.labels.values())
        for value in sorted(v for v in pc.unique(column).to_pylist() if v is not None and v not in known):
            variable.labels[len(variable.labels) + 1] = value
    elif variable.kind == "str":
        width = pc.max(pc.binary_length(column.cast(pa.binary()))).as_py() or 0
        variable.width = max(variable.width, width)
    elif pa.types.is_integer(variable.arrow):
        ends = pc.min_max(column).as_py()
        variable.low = min(variable.low, ends["min"] or 0)
        variable.high = max(variable.high, ends["max"] or 0)


def _settle(variable: Variable) -> None:
    if variable.kind == "str" and variable.width > MAX_STR:
        variable.kind = "strL"
    elif pa.types.is_integer(variable.arrow):
        size = max(-variable.low, variable.high)
        if size > 2**53:
            raise InputError(
                f"column {variable.name} has a number that Stata cannot hold: {size}", hint="export as csv or jsonl"
            )
        variable.kind = "f8" if size > MAX_LONG else "i4" if size > 32740 else variable.kind
        if variable.kind == "i1" and size > 100:
            variable.kind = "i2"


def _fixed(text: str, size: int) -> bytes:
    """UTF-8 padded with zeros, cut between characters where it is too long; the last byte stays zero."""
    raw = text.encode("utf-8")[: size - 1].decode("utf-8", "ignore").encode("utf-8")
    return raw.ljust(size, b"\0")


def _write(stream: IO[bytes], variables: list[Variable], count: int, batches: Batches, title: str) -> None:
    places: list[int] = [0]

    def mark() -> None:
        places.append(stream.tell())

    name = _fixed
    label = title[:MAX_LABEL].encode("utf-8")
    stream.write(
        b"<stata_dta><header><release>118</release><byteorder>LSF</byteorder><K>" + struct.pack("<H", len(variables)) + b"</K><N>"
        + struct.pack("<Q", count) + b"</N><label>" + struct.pack("<H", len(label)) + label + b"</label><timestamp>\0</timestamp></header>"
    )  # fmt: skip
    mark()
    map_at = stream.tell()
    stream.write(b"<map>" + bytes(14 * 8) + b"</map>")
    sections: list[tuple[str, bytes]] = [
        ("variable_types", b"".join(struct.pack("<H", v.type_code) for v in variables)),
        ("varnames", b"".join(name(v.name, 129) for v in variables)),
        ("sortlist", bytes(2 * (len(variables) + 1))),
        ("formats", b"".join(name(v.display, 57) for v in variables)),
        ("value_label_names", b"".join(name(v.name if v.labels else "", 129) for v in variables)),
        ("variable_labels", b"".join(name(v.label, 321) for v in variables)),
        ("characteristics", b""),
    ]
    for tag, content in sections:
        mark()
        stream.write(f"<{tag}>".encode() + content + f"</{tag}>".encode())
    mark()
    stream.write(b"<data>")
    with tempfile.TemporaryFile() as texts:
        row = 0
        record = np.dtype([(v.name, v.dtype) for v in variables])
        last: dict[str, tuple[str, int]] = {}
        for batch in batches():
            stream.write(_records(batch, variables, record, row, texts, last).tobytes())
            row += batch.num_rows
        stream.write(b"</data>")
        mark()
        stream.write(b"<strls>")
        texts.seek(0)
        while chunk := texts.read(1 << 20):
            stream.write(chunk)
        stream.write(b"</strls>")
    mark()
    stream.write(b"<value_labels>" + b"".join(_value_labels(v) for v in variables if v.labels) + b"</value_labels>")
    mark()
    stream.write(b"</stata_dta>")
    mark()
    stream.seek(map_at + len("<map>"))
    stream.write(struct.pack("<14Q", *places))


def _records(
    batch: pa.RecordBatch,
    variables: list[Variable],
    record: np.dtype[Any],
    first: int,
    texts: IO[bytes],
    last: dict[str, tuple[str, int]],
) -> np.ndarray[Any, Any]:
    out = np.zeros(batch.num_rows, dtype=record)
    long: list[tuple[int, Variable, list[str | None]]] = []
    for number, (variable, column) in enumerate(zip(variables, batch.columns, strict=True), 1):
        if variable.kind == "strL":
            long.append((number, variable, column.to_pylist()))
        elif variable.kind == "str":
            out[variable.name] = [(v or "").replace("\0", " ").encode("utf-8") for v in column.to_pylist()]
        else:
            out[variable.name] = _numbers(variable, column)
    # each text once: events of one sentence share it
    for place in range(batch.num_rows):
        for number, variable, values in long:
            value = values[place]
            if not value:
                continue
            previous, reference = last.get(variable.name, ("", 0))
            if value != previous:
                reference = number | (first + place + 1) << 16
                content = value.replace("\0", " ").encode("utf-8") + b"\0"
                texts.write(b"GSO" + struct.pack("<IQBI", number, first + place + 1, 130, len(content)) + content)
                last[variable.name] = (value, reference)
            out[variable.name][place] = reference
    return out


def _numbers(variable: Variable, column: pa.Array) -> np.ndarray[Any, Any]:
    missing = MISSING[variable.kind]
    if variable.encoded:
        numbers = {text: number for number, text in variable.labels.items()}
        return np.array([missing if v is None else numbers[v] for v in column.to_pylist()], dtype=f"<{variable.kind}")
    if variable.date:
        column = pc.add(column.cast(pa.date32()).cast(pa.int32()), DAYS_TO_UNIX)
    elif pa.types.is_boolean(variable.arrow):
        column = column.cast(pa.int8())
    empty = column.is_null().to_numpy(zero_copy_only=False)
    values = pc.fill_null(column, 0).to_numpy(zero_copy_only=False).astype(f"<{variable.kind}")
    if variable.kind[0] == "f":
        empty = empty | ~np.isfinite(values)
    values[empty] = missing
    return np.asarray(values)


def _value_labels(variable: Variable) -> bytes:
    texts = [text.encode("utf-8") + b"\0" for text in variable.labels.values()]
    offsets = np.cumsum([0] + [len(t) for t in texts])[:-1].astype("<i4")
    numbers = np.array(list(variable.labels), dtype="<i4")
    body = b"".join(texts)
    table = struct.pack("<ii", len(texts), len(body)) + offsets.tobytes() + numbers.tobytes() + body
    return b"<lbl>" + struct.pack("<i", len(table)) + _fixed(variable.name, 129) + bytes(3) + table + b"</lbl>"
