"""Where each key of a store is, in memory: sorted arrays, so that looking up does not grow with the number of segments.

    index = KeyIndex()
    index.add(["4f0c…", "91ab…"], segment=0)
    segments, rows = index.find(["91ab…"])
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

KEY_DIGITS = 32  # of the hexadecimal key: 128 bits tell documents apart


@dataclass(frozen=True, slots=True)
class _Run:
    """Keys in order, the segment and the row of each; of equal keys the one added last comes last."""

    keys: npt.NDArray[np.bytes_]
    segments: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int32]

    def then(self, later: _Run) -> _Run:
        keys = np.concatenate([self.keys, later.keys])
        order = np.argsort(keys, kind="stable")
        return _Run(
            keys[order],
            np.concatenate([self.segments, later.segments])[order],
            np.concatenate([self.rows, later.rows])[order],
        )


class KeyIndex:
    """Segment and row by key; of a key that was added twice, the later place.

    It is a list of sorted runs, each at least twice as long as the one after it: n keys make at most log2(n) runs, and a
    key is moved at most log2(n) times (the logarithmic method of Bentley and Saxe, 1980). 24 bytes a key.
    """

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    def __len__(self) -> int:
        """Keys added, the same one as often as it was added."""
        return sum(len(run.keys) for run in self._runs)

    def add(self, keys: Sequence[str], segment: int) -> None:
        """Note the keys of a segment.

        Args:
            keys: of its rows, in order.
            segment: its number.
        """
        short = _short(keys)
        order = np.argsort(short, kind="stable")
        run = _Run(short[order], np.full(len(keys), segment, dtype=np.int32), order.astype(np.int32))
        while self._runs and len(self._runs[-1].keys) < 2 * len(run.keys):
            run = self._runs.pop().then(run)
        if len(keys):
            self._runs.append(run)

    def find(self, keys: Sequence[str]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Segment and row of each of the keys, -1 where it is not there."""
        short = _short(keys)
        segments = np.full(len(keys), -1, dtype=np.int32)
        rows = segments.copy()
        for run in self._runs:  # what was added later overwrites
            place = np.searchsorted(run.keys, short, side="right") - 1
            there = (place >= 0) & (run.keys[place] == short)
            segments[there] = run.segments[place[there]]
            rows[there] = run.rows[place[there]]
        return segments, rows

    def drop(self, segments: Collection[int]) -> None:
        """Forget all keys of these segments; an earlier place of one of them counts again."""
        gone = np.array(sorted(segments), dtype=np.int32)
        runs = []
        for run in self._runs:
            stays = ~np.isin(run.segments, gone)
            if stays.any():
                runs.append(_Run(run.keys[stays], run.segments[stays], run.rows[stays]))
        self._runs = runs


def _short(keys: Sequence[str]) -> npt.NDArray[np.bytes_]:
    return np.array([bytes.fromhex(key[:KEY_DIGITS]) for key in keys], dtype=f"S{KEY_DIGITS // 2}")
