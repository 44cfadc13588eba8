"""Steps of a long piece of work, each done once: a finished step is skipped while its inputs and settings are the same.

A step writes into a folder of its own. Its folder appears under its name only when the step is finished, with
`step.json` beside its files: settings, hashes of what went in and came out, versions, seconds.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from coder.model_files import file_hash

log = logging.getLogger(__name__)

RECORD = "step.json"
PACKAGES = ("stanza", "torch", "transformers", "safetensors", "numpy")


def versions() -> dict[str, str]:
    """Versions of the libraries that shape the weights."""
    return {name: version(name) for name in PACKAGES}


def files_of(path: Path) -> list[Path]:
    """A file, or all files of a folder but the record, sorted."""
    return [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file() and p.name != RECORD)


def hashes(paths: Sequence[Path]) -> dict[str, str]:
    """SHA-256 by name (with the folder's name before it) of files and of the files in folders."""
    return {p.relative_to(given.parent).as_posix(): file_hash(p) for given in paths for p in files_of(given)}


class Steps:
    """The steps of one piece of work.

    Args:
        folder: holds a folder for each step.
        say: told what is done, one line at a time.
    """

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.ran: list[str] = []
        self._say = say

    def run(
        self, name: str, inputs: Sequence[Path], settings: Mapping[str, Any], do: Callable[[Path], None]
    ) -> Path:
        """The step's folder, after running the step if need be.

        Args:
            name: of the step and its folder.
            inputs: files and folders that it reads.
            settings: all else that its result depends on.
            do: the work, which writes into the folder it is given; that folder is left in place when it is broken
                off, so that work with checkpoints of its own goes on from there.
        """
        known = {"inputs": hashes(inputs), "settings": dict(settings), "versions": versions()}
        key = hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()
        target = self.folder / name
        record = target / RECORD
        if record.is_file():
            before = json.loads(record.read_text(encoding="utf-8"))
            if before["key"] == key and before["files"] == hashes([target]):
                self._say(f"{name}: done before")
                return target
        unfinished = self.folder / f"{name}.{key[:12]}.part"
        for stale in self.folder.glob(f"{name}.*.part"):
            if stale != unfinished:
                shutil.rmtree(stale)
        unfinished.mkdir(parents=True, exist_ok=True)
        self._say(f"{name} …")
        began = time.perf_counter()
        do(unfinished)
        seconds = round(time.perf_counter() - began, 1)
        if target.exists():
            shutil.rmtree(target)
        produced = {f"{name}/{p.relative_to(unfinished).as_posix()}": file_hash(p) for p in files_of(unfinished)}
        text = json.dumps({"key": key, **known, "files": produced, "seconds": seconds}, indent=1, sort_keys=True)
        (unfinished / RECORD).write_text(text + "\n", encoding="utf-8")
        unfinished.replace(target)
        self.ran.append(name)
        self._say(f"{name}: {seconds:,.0f} s")
        return target
