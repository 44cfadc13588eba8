"""Memory that nobody uses any more, given back: what one stage needed for a moment must not add to what the next one needs."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import gc
import sys
from collections.abc import Iterator
from typing import Any


def give_back(*, collect: bool = True) -> None:
    """Have Python (where it is to collect garbage first), Arrow and the C library return what they keep for later."""
    if collect:
        gc.collect()
    if "pyarrow" in sys.modules:
        import pyarrow as pa

        pa.default_memory_pool().release_unused()
    release_memory()


def release_memory() -> None:
    """Give freed memory back to the system where the C library can (glibc): tensors of ever other sizes leave holes in it."""
    trim = _trimming()
    if trim is not None:
        trim(0)


@functools.cache
def _trimming() -> Any:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # musl, macOS and Windows have no such function
        return None


@contextlib.contextmanager
def settled() -> Iterator[None]:
    """Spare what is alive now from garbage collection: dictionaries and modules take it a tenth of a second each time."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextlib.contextmanager
def frugal_arrow() -> Iterator[None]:
    """Let Arrow take its memory from the C library: its own allocator keeps tens of megabytes more than are in use."""
    import pyarrow as pa

    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)
