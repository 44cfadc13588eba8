"""The files of a run, written aside and put in place together, so that a run that fails leaves the last one's untouched.

>>> with Staging(Path("output")) as staged:
...     write_json({"rows": 3}, staged.folder / "manifest.json")
...     staged.commit()
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from types import TracebackType

LAST = ("manifest.json", "events.parquet")


class Staging:
    """A hidden folder inside the output folder; what an interrupted run left in it goes when the next one begins.

    One process at a time: the caller holds the lock of the output folder.

    Args:
        output: the folder that the files are for.
    """

    def __init__(self, output: Path) -> None:
        self.output = output
        self.folder = output / ".staging"

    def __enter__(self) -> Staging:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def names(self) -> list[str]:
        """What is staged, in the order of `commit`: events.parquet, by whose time `make` goes, comes last."""
        names = sorted(p.name for p in self.folder.iterdir())
        return [n for n in names if n not in LAST] + [n for n in LAST if n in names]

    def commit(self) -> list[str]:
        """Bring every file to the disk, then rename one after the other; their names.

        A run that is killed between two renames leaves files of two runs, which `eventcoder verify` names and the
        next run mends.

        Raises:
            OSError: a file cannot be written or renamed.
        """
        names = self.names()
        for name in names:
            with (self.folder / name).open("rb+") as file:
                os.fsync(file.fileno())
        for name in names:
            (self.folder / name).replace(self.output / name)
        _sync_folder(self.output)
        return names


def _sync_folder(folder: Path) -> None:
    """Bring the renaming itself to the disk, on systems that can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
