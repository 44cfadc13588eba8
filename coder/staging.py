"""The files of a run, written aside and put in place together, so that a run that fails leaves the last one's untouched.

>>> with Staging(Path("output")) as staged:
...     write_json({"rows": 3}, staged.folder / "manifest.json")
...     staged.commit()
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

FOLDER = ".staging"
LOCK = ".build.lock"
LAST = ("manifest.json", "events.parquet")
READY = ".ready"  # in the folder: its files are whole and on the disk, and are to be put in place

log = logging.getLogger(__name__)


class Staging:
    """A hidden folder inside the output folder; what an interrupted run left in it goes when the next one begins.

    One process at a time: the caller holds the lock of the output folder.

    Args:
        output: the folder that the files are for.
    """

    def __init__(self, output: Path) -> None:
        self.output = output
        self.folder = output / FOLDER

    def __enter__(self) -> Staging:
        _put_in_place(self.output)  # of a run that was killed on the way
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if not (self.folder / READY).exists():  # else the next command puts the rest in place
            shutil.rmtree(self.folder, ignore_errors=True)

    def names(self) -> list[str]:
        """What is staged, in the order of `commit`: events.parquet, by whose time `make` goes, comes last."""
        return _ordered(self.folder)

    def commit(self) -> list[str]:
        """Bring every file to the disk, then rename one after the other; their names.

        A run that is killed before `READY` is written leaves the old files, one that is killed later the new ones as
        soon as `finish_interrupted` or the next run has renamed the rest.

        Raises:
            OSError: a file cannot be written or renamed.
        """
        names = self.names()
        for name in names:
            with (self.folder / name).open("rb+") as file:
                os.fsync(file.fileno())
        with (self.folder / READY).open("wb") as file:
            os.fsync(file.fileno())
        _sync_folder(self.folder)
        _put_in_place(self.output)
        return names


def finish_interrupted(output: Path) -> bool:
    """Put the rest of a build's files in place, where one was killed while it did so; whether there was anything to do.

    Whoever reads the files of a build calls it first, and so never sees those of two builds.

    Args:
        output: folder of the build.
    """
    if not (output / FOLDER / READY).is_file():
        return False
    try:
        with FileLock(output / LOCK, timeout=0):
            _put_in_place(output)
    except Timeout:  # a build that is running: it renames them itself
        return False
    except OSError as error:
        log.warning("%s: its files are of two builds, one of which was interrupted, and cannot be mended: %s", output, error)
        return False
    log.warning("%s: the last build was interrupted while its files were put in place; the rest of them is in place now", output)
    return True


def _put_in_place(output: Path) -> None:
    folder = output / FOLDER
    if not (folder / READY).is_file():
        return
    for name in _ordered(folder):
        (folder / name).replace(output / name)
    _sync_folder(output)
    (folder / READY).unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _ordered(folder: Path) -> list[str]:
    names = sorted(p.name for p in folder.iterdir() if p.name != READY)
    return [n for n in names if n not in LAST] + [n for n in LAST if n in names]


def _sync_folder(folder: Path) -> None:
    """Bring the renaming itself to the disk, on systems that can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
