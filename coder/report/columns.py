"""Columns packed for the report's page: dictionary-coded, as small as their values allow, one gzip stream a block.

A block is: the header's length (4 bytes, little-endian), the header (JSON), then each column's numbers at an offset
that the header tells, counted from the first multiple of eight after the header. `unpack` is the inverse that the
page has in JavaScript.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

_TYPES = ("u1", "i1", "u2", "i2", "u4", "i4")
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
            return array.astype(f"<{kind}")
    raise OverflowError(f"{low if low < 0 else high} does not fit in 32 bits")


@dataclass(frozen=True, slots=True)
class Listed:
    """A list in a header, one item at a time: all at once, a quarter of a million sentences would take gigabytes."""

    items: Iterable[Any]


def pack(header: Mapping[str, Any], columns: Mapping[str, Sequence[int] | npt.NDArray[Any]]) -> bytearray:
    """A block: `header` with the places of the columns added under "columns".

    Args:
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
    block = bytearray(4)
    separator = "{"
    for key, value in {**header, "columns": places}.items():
        block += f"{separator}{_json(key)}:".encode()
        separator = ","
        if isinstance(value, Listed):
            block += b"["
            for number, item in enumerate(value.items):
                block += ("," * bool(number) + _json(item)).encode("utf-8", "replace")
            block += b"]"
        else:
            block += _json(value).encode("utf-8", "replace")
    block += b"}"
    block += b" " * (-len(block) % 8)
    block[:4] = (len(block) - 4).to_bytes(4, "little")
    for array in arrays:
        block += array.data.cast("B") if array.size else b""
        block += b"\0" * (-array.nbytes % 8)
    return block


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


def squeeze(block: bytes | bytearray) -> str:
    """A block as the page carries it: gzip (without a time stamp), then base64: letters that no HTML parser minds."""
    return base64.b64encode(gzip.compress(block, compresslevel=7, mtime=0)).decode("ascii")
