"""Files written under another name, then renamed: nobody ever sees half of one. And their names, as one line of text."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class WriteError(OSError):
    """A file that cannot be written."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name beside a file, in a folder that is made where it is not there; what is written there takes its place at the end.

    Raises:
        WriteError: it cannot be written; it names `path`, not the other name.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        if error.filename is not None and Path(str(error.filename)) not in (temporary, *path.parents):
            raise  # of what was read to be written
        raise WriteError(error.errno or 0, reason(error), str(path)) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def reason(error: OSError) -> str:
    """What the system says, which Arrow puts at the end of words of its own."""
    number = re.search(r"\[errno (\d+)\]", str(error))
    return os.strerror(int(number[1])) if number else error.strerror or str(error)


def printable(name: str) -> str:
    """A file name as one line of valid Unicode: control characters and undecodable bytes as %XX."""
    if name.isascii() and name.isprintable():
        return name
    return "".join(_escaped(char) if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in name)


def _escaped(char: str) -> str:
    return "".join(
        f"%{byte:02X}"
        for byte in char.encode("utf-8", "surrogateescape" if "\udc80" <= char <= "\udcff" else "surrogatepass")
    )
