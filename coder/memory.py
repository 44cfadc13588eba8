"""Memory that nobody uses any more, given back: what one stage needed for a moment must not add to what the next one needs."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
from collections.abc import Iterator


def give_back(*, collect: bool = True) -> None:
    """Have Python (where it is to collect garbage first), Arrow and, on Linux, the C library return what they keep for later."""
    if collect:
        gc.collect()
    if "pyarrow" in sys.modules:
        import pyarrow as pa

        pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # musl has no such function
            ctypes.CDLL(None).malloc_trim(0)


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
