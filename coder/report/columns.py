"""Columns packed for the report's page: dictionary-coded, as small as their values allow, one gzip stream a block.

A block is: the header's length (4 bytes, little-endian), the header (JSON), then each column's numbers at an offset
that the header tells, counted from the first multiple of eight after the header. `unpack` is the inverse that the
page has in JavaScript.
"""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import numpy.typing as npt

_TYPES = ("u1", "i1", "u2", "i2", "u4", "i4")
_PIECE = 1 << 20
NULL_DAY = -(2**31)


class Values:
    """The distinct values of a column, numbered as they come; None is 0.

    >>> values = Values()
    >>> [values.number(v) for v in ("a", None, "b", "a")]
    [1, 0, 2, 1]
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {None: 0}

    def number(self, value: Hashable) -> int:
        return self._numbers.setdefault(value, len(self._numbers))

    def column(self, values: Iterable[Hashable]) -> list[int]:
        numbers = self._numbers
        return [numbers.setdefault(v, len(numbers)) for v in values]

    def array(self, values: Iterable[Hashable], count: int) -> npt.NDArray[np.int64]:
        """The numbers of so many values, which are not held."""
        numbers = self._numbers
        return np.fromiter((numbers.setdefault(v, len(numbers)) for v in values), np.int64, count)

    def distinct(self) -> list[Any]:
        return list(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def smallest(numbers: Sequence[int] | npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The numbers as the smallest whole-number type that holds them all.

    Raises:
        OverflowError: a number does not fit in 32 bits.
    """
    array = np.asarray(numbers)
    if array.dtype.kind not in "iu":
        array = np.asarray(numbers, dtype=np.int64)
    low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
    for kind in _TYPES:
        info = np.iinfo(kind)
        if info.min <= low and high <= info.max:
            return array.astype(f"<{kind}", copy=False)
    raise OverflowError(f"{low if low < 0 else high} does not fit in 32 bits")


@dataclass(frozen=True, slots=True)
class Listed:
    """A list in a header, one item at a time: all at once, a quarter of a million sentences would take gigabytes."""

    items: Iterable[Any]


def pack(header: Mapping[str, Any], columns: Mapping[str, Sequence[int] | npt.NDArray[Any]]) -> bytes:
    """A block, see `write_block`."""
    file = io.BytesIO()
    write_block(file, header, columns)
    return file.getvalue()


def write_block(file: IO[bytes], header: Mapping[str, Any], columns: Mapping[str, Sequence[int] | npt.NDArray[Any]]) -> None:
    """Write a block: `header` with the places of the columns added under "columns".

    Args:
        file: empty; a long block takes one on disk.
        header: anything JSON can say, and `Listed`.
        columns: whole numbers of up to 32 bits.
    """
    places: dict[str, list[Any]] = {}
    arrays: list[npt.NDArray[Any]] = []
    offset = 0
    for name, numbers in columns.items():
        array = smallest(numbers)
        places[name] = [array.dtype.str.lstrip("<|"), offset, len(array)]
        arrays.append(array)
        offset += -(-array.nbytes // 8) * 8
    file.write(bytes(4))
    separator = "{"
    for key, value in {**header, "columns": places}.items():
        file.write(f"{separator}{_json(key)}:".encode())
        separator = ","
        if isinstance(value, Listed):
            file.write(b"[")
            for number, item in enumerate(value.items):
                file.write(("," * bool(number) + _json(item)).encode("utf-8", "replace"))
            file.write(b"]")
        else:
            file.write(_json(value).encode("utf-8", "replace"))
    file.write(b"}")
    file.write(b" " * (-file.tell() % 8))
    end = file.tell()
    file.seek(0)
    file.write((end - 4).to_bytes(4, "little"))
    file.seek(end)
    for array in arrays:
        file.write(array.tobytes())
        file.write(b"\0" * (-array.nbytes % 8))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def unpack(block: bytes | bytearray) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Header and columns of a block."""
    size = int.from_bytes(block[:4], "little")
    header = json.loads(block[4 : 4 + size])
    columns = {
        name: np.frombuffer(block, f"<{kind}", length, 4 + size + offset)
        for name, (kind, offset, length) in header["columns"].items()
    }
    return header, columns


def squeeze(block: bytes | bytearray | IO[bytes]) -> str:
    """A block as the page carries it: gzip (without a time stamp), then base64: letters that no HTML parser minds.

    Args:
        block: itself, or the file that it was written to.
    """
    file = io.BytesIO(block) if isinstance(block, bytes | bytearray) else block
    file.seek(0)
    compressor = zlib.compressobj(7, wbits=31)
    whole, rest = [], b""
    while piece := file.read(_PIECE):
        rest += compressor.compress(piece)
        whole.append(base64.b64encode(rest[: len(rest) // 3 * 3]).decode("ascii"))
        rest = rest[len(rest) // 3 * 3 :]
    whole.append(base64.b64encode(rest + compressor.flush()).decode("ascii"))
    return "".join(whole)
