"""A finished build against its manifest.json: every file hashed again, and what differs named.

>>> verification = verify_build(Path("output"), Path("corpus"))
>>> [str(d) for d in verification.differences]
[]
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from coder.errors import InputError, ModelError
from coder.model_files import file_hash, verify_model
from coder.parse import BUNDLED_MODEL, BUNDLED_NAME
from coder.pipeline import combined_hash, corpus_hash
from coder.read import list_files
from coder.resources import SHIPPED, shipped_dictionaries
from coder.staging import finish_interrupted
from coder.store import ParseStore

_SHA256 = re.compile(r"[0-9a-f]{64}")
_AGAIN = "run the build again"


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that is not as the manifest has it.

    Args:
        part: output, corpus, dictionaries, model, parses or manifest.
        kind: missing, changed or extra.
    """

    part: str
    kind: str
    name: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.part}: {self.name}" + (f" ({self.detail})" if self.detail else "")


@dataclass(slots=True)
class Verification:
    """What was compared and what differs; `beside` are files of the output folder that no build wrote."""

    files: int = 0
    differences: list[Difference] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)


def verify_build(output: Path, corpus: Path | None) -> Verification:
    """Hash again all that a build's manifest.json names.

    Args:
        output: the folder of the build.
        corpus: the folder or file that was coded; None leaves it out.

    Raises:
        InputError: there is no manifest that can be read, or no corpus at `corpus`.
    """
    finish_interrupted(output)
    manifest = _read_manifest(output / "manifest.json")
    result = Verification()
    about = manifest["metadata"]
    written = {name: output / name for name in manifest["outputs"]}
    _compare(result, "output", manifest["outputs"], {n: _hash(p) for n, p in written.items() if p.exists()})
    for name, path in written.items():
        _compare_metadata(result, name, path, about)
    known = {*manifest["outputs"], "manifest.json"}
    result.beside = sorted(p.name for p in output.iterdir() if p.name not in known and not p.name.startswith("."))
    if combined_hash(manifest["corpus"]) != about["eventcoder.corpus"]:
        result.differences.append(
            Difference("manifest", "changed", "manifest.json", "its list of corpus files is not the one that was coded")
        )
    if corpus is not None:
        _compare(result, "corpus", manifest["corpus"], corpus_hash(list_files(corpus), corpus)[1])
    _compare(result, "dictionaries", manifest["dictionaries"], _dictionary_hashes(manifest["dictionaries"]))
    if about["eventcoder.model"] == BUNDLED_NAME:
        _compare_model(result, about["eventcoder.model_sha256"])
    store = ParseStore(output / ".parses")
    result.files += store.segments()
    result.differences += [Difference("parses", "changed", Path(f.path).name, f.message) for f in store.faults]
    return result


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path, hint="run `eventcoder build` first") from error
    except ValueError as error:
        raise InputError(f"not JSON: {error}", path=path, hint=_AGAIN) from error
    parts = manifest if isinstance(manifest, dict) else {}
    wanted = ("eventcoder.corpus", "eventcoder.model", "eventcoder.model_sha256")
    for part in ("metadata", "outputs", "corpus", "dictionaries"):
        table = parts.get(part)
        if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
            raise InputError(f'no table "{part}" of names and hashes', path=path, hint=_AGAIN)
    if missing := [name for name in wanted if name not in parts["metadata"]]:
        raise InputError(f"its metadata lacks {', '.join(missing)}", path=path, hint=_AGAIN)
    for name in parts["outputs"]:
        if not name or Path(name).name != name:
            raise InputError(f"the output {name!r} is no name of a file in {path.parent}", path=path, hint=_AGAIN)
    return parts


def _hash(path: Path) -> str:
    try:
        return file_hash(path)
    except OSError as error:
        return f"unreadable: {error.strerror}"


def _compare(result: Verification, part: str, then: Mapping[str, str], now: Mapping[str, str]) -> None:
    result.files += len(then)
    for name in sorted({*then, *now}):
        if name not in now:
            result.differences.append(Difference(part, "missing", name))
        elif name not in then:
            result.differences.append(Difference(part, "extra", name, "not there when the corpus was coded"))
        elif then[name] != now[name]:
            result.differences.append(Difference(part, "changed", name, _short(now[name], then[name])))


def _short(now: str, then: str) -> str:
    shown = [h[:12] + "…" if _SHA256.fullmatch(h) else h for h in (now, then)]
    return f"SHA-256 {shown[0]}, the manifest has {shown[1]}"


def _compare_metadata(result: Verification, name: str, path: Path, about: Mapping[str, str]) -> None:
    """The metadata inside a table are those of the manifest: no table of another run was put in its place."""
    if path.suffix != ".parquet" or not path.is_file():
        return
    try:
        inside = pq.read_schema(path).metadata or {}
    except (OSError, ValueError, pa.ArrowException):
        return  # its hash differs, and is listed
    if any(inside.get(key.encode()) != value.encode() for key, value in about.items()):
        result.differences.append(Difference("output", "changed", name, "its metadata are those of another build"))


def _dictionary_hashes(names: Iterable[str]) -> dict[str, str]:
    shipped = shipped_dictionaries()
    paths = {n: shipped / n.removeprefix(SHIPPED) if n.startswith(SHIPPED) else Path(n) for n in names}
    return {name: _hash(path) for name, path in paths.items() if path.is_file()}


def _compare_model(result: Verification, then: str) -> None:
    result.files += 1
    try:
        now = verify_model(BUNDLED_MODEL)
    except ModelError as error:
        result.differences.append(Difference("model", "changed", BUNDLED_NAME, str(error)))
        return
    if now != then:
        result.differences.append(Difference("model", "changed", BUNDLED_NAME, _short(now, then)))


__all__ = ["Difference", "Verification", "verify_build"]
