"""Compiled modules of a source tree (`make compiled`) are used as long as none of their sources is newer."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType


class _PlainModules(MetaPathFinder):
    """Finds the .py files of this package alone, whatever was compiled of them."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if path is None or not name.startswith(f"{__package__}."):
            return None
        for folder in path:
            spec = FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(name)
            if spec is not None:
                return spec
        return None


def compiled_modules(package: Path) -> dict[Path, Path]:
    """The sources of a package that were compiled in place, each with its newest compiled file."""
    found: dict[Path, Path] = {}
    for suffix in EXTENSION_SUFFIXES:
        for file in sorted((*package.glob(f"*{suffix}"), *package.glob(f"*/*{suffix}"))):
            source = file.with_name(file.name.removesuffix(suffix) + ".py")
            if source.is_file() and (source not in found or file.stat().st_mtime_ns > found[source].stat().st_mtime_ns):
                found[source] = file
    return found


def stale_modules(package: Path) -> list[Path]:
    """The sources of a package that were changed after they were compiled."""
    return [source for source, file in compiled_modules(package).items() if source.stat().st_mtime_ns > file.stat().st_mtime_ns]


def prefer_plain(package: Path | None = None) -> None:
    """Import the plain modules where a compiled one is out of date, or where EVENTCODER_PLAIN is set and not empty.

    Compiled modules call one another directly, so that one that is out of date rules out all of them. An installation has its
    sources and what was compiled of them from one wheel and is not looked at; a source tree has pyproject.toml beside the package.
    """
    package = package or Path(__file__).resolve().parent
    if not os.environ.get("EVENTCODER_PLAIN"):
        if not (package.parent / "pyproject.toml").is_file():
            return
        stale = stale_modules(package)
        if not stale:
            return
        warnings.warn(
            f"{stale[0]} is newer than what was compiled of it: nothing compiled is used, which is slower; "
            "run `make compiled` again, or `make plain`",
            stacklevel=3,
        )
    sys.meta_path.insert(0, _PlainModules())
