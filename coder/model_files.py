"""Model folders as they are stored: numbers in safetensors, all else in JSON, and nothing that could hold a program.

    tokenize, mwt, pos, lemma, depparse   NAME.safetensors (weights) and NAME.json (settings, vocabularies, dictionaries)
    encoder/                              model.safetensors, config.json and the files of its tokenizer
    SHA256SUMS                            of all of these

Weights are in half precision. Those of large tables (`coder.training.pack.INT8`) are whole numbers from -127 to 127, with a scale
for each block of neighbours in a row (`NAME.scale` beside `NAME`): 8.5 bits a weight. Read back, all are float32.

Folders as Stanza's trainers leave them (NAME.pt, read as weights only) stay readable; `coder.training.pack` turns them
into the above.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from coder.errors import ModelError

PARTS = ("tokenize", "mwt", "pos", "lemma", "depparse")
ENCODER = "encoder"
CHECKSUMS = "SHA256SUMS"
FORMAT = 1
"""Goes up when an older program could not read what a newer one writes."""

REINSTALL = "restore it from the repository or install the package again"
OWN_ONLY = "only models as `python -m coder.training build` trains them are stored in this way"
SCALE = ".scale"
ENCODER_WEIGHTS = "model.safetensors"

_FOREIGN = ("charlm", "pretrain", "use_peft", "use_dictionary", "dict_only")  # settings that need other files, or no weights

Checkpoint = dict[str, Any]
"""What Stanza's trainers save: `config`, `vocab`, `model` (weights by name) and what a part has besides."""


# Names and hashes ----------------------------------------------------------------------------------------------------


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def model_files(folder: Path) -> set[str]:
    """Names of the files of a folder that a model may be loaded from, whether packed or not."""
    names = [folder / f"{part}.{end}" for part in PARTS for end in ("pt", "json", "safetensors")]
    return {p.relative_to(folder).as_posix() for p in [*names, *(folder / ENCODER).rglob("*")] if p.is_file()}


def is_packed(folder: Path) -> bool:
    """Whether a folder is in the format of this module."""
    return any((folder / f"{part}.safetensors").is_file() for part in PARTS)


def missing_files(folder: Path) -> list[str]:
    """Names of the files that a model folder lacks."""
    ends = ("json", "safetensors") if is_packed(folder) else ("pt",)
    wanted = [f"{part}.{end}" for part in PARTS for end in ends]
    wanted += [f"{ENCODER}/{name}" for name in ("config.json", ENCODER_WEIGHTS)] if is_packed(folder) else []
    return [name for name in wanted if not (folder / name).is_file()]


def verify_model(folder: Path) -> str:
    """Check a model folder against its SHA256SUMS, if it has one, and give one hash over its files.

    Raises:
        ModelError: naming the file that is missing, corrupted or not listed.
    """
    sums = folder / CHECKSUMS
    expected: dict[str, str] = {}
    if sums.is_file():
        for number, line in enumerate(sums.read_text(encoding="utf-8").splitlines(), 1):
            digest, _, name = line.partition("  ")
            if not name or len(digest) != 64:
                raise ModelError("not a line of the form 'sha256  file'", path=sums, line=number)
            expected[name] = digest
    loaded = model_files(folder)
    if expected and (unlisted := sorted(loaded - expected.keys())):
        raise ModelError(f"model file is not listed in {CHECKSUMS}", path=folder / unlisted[0], hint=REINSTALL)
    total = hashlib.sha256()
    for name in sorted({*expected, *loaded}):
        path = folder / name
        if not path.is_file():
            raise ModelError("model file is missing", path=path, hint=REINSTALL)
        digest = file_hash(path)
        if digest != expected.get(name, digest):
            raise ModelError(
                f"model file is corrupted: its SHA-256 is {digest[:12]}…, {CHECKSUMS} says {expected[name][:12]}…",
                path=path,
                hint=REINSTALL,
            )
        total.update(f"{digest}  {name}\n".encode())
    return total.hexdigest()


# Reading -------------------------------------------------------------------------------------------------------------


def read_part(folder: Path, part: str) -> Checkpoint:
    """A part of a packed folder: settings, vocabularies and float32 weights.

    Raises:
        ModelError: one of its two files cannot be read, or is of a later format.
    """
    path = folder / f"{part}.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"no JSON of a model: {error}", path=path, hint=REINSTALL) from error
    if not isinstance(found, dict) or not isinstance(found.get("config"), dict) or not isinstance(found.get("vocab"), dict):
        raise ModelError("not the settings and vocabularies of a model", path=path, hint=REINSTALL)
    if found.pop("format", None) != FORMAT:
        raise ModelError("a model in another format", path=path, hint="this version of EventCoder cannot read it: install a newer one")
    if fault := foreign(found):
        raise ModelError(fault, path=path, hint=OWN_ONLY)
    try:
        found["vocab"] = _with_ids(found["vocab"])
    except (TypeError, RecursionError) as error:
        raise ModelError(f"no vocabularies: {error}", path=path, hint=REINSTALL) from error
    return {**found, "model": read_weights(folder / f"{part}.safetensors")}


def read_encoder(folder: Path) -> dict[str, Any]:
    """Float32 weights of the encoder of a model folder, packed or not."""
    return read_weights(folder / ENCODER / ENCODER_WEIGHTS)


def read_weights(path: Path) -> dict[str, Any]:
    """Weights by name, in float32.

    Raises:
        ModelError: the file is no safetensors, or a table in 8 bits lacks its scales.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        stored = load_file(path)
        return {
            name: _restored(value, stored.get(name + SCALE))
            for name, value in stored.items()
            if not name.endswith(SCALE)
        }
    except (OSError, SafetensorError, RuntimeError, ValueError) as error:
        raise ModelError(f"no weights in the format safetensors: {error}", path=path, hint=REINSTALL) from error


def _restored(value: Any, scale: Any) -> Any:
    """A tensor in float32; a table in 8 bits has a scale for each of the blocks that its second axis is cut into."""
    import torch

    if value.is_floating_point():
        return value.to(torch.float32, copy=True)
    if value.dtype != torch.int8:
        return value.clone()
    if scale is None:
        raise ValueError("a table in 8 bits without its scales")
    rows, blocks, *rest = scale.shape
    return (value.view(rows, blocks, -1, *rest) * scale.float().unsqueeze(2)).view(value.shape)


def _with_ids(vocabulary: Any) -> Any:
    """Vocabularies with the numbers of their units, which are their places."""
    if not isinstance(vocabulary, dict):
        return vocabulary
    whole = {k: _with_ids(v) for k, v in vocabulary.items()}
    if "_id2unit" in whole and "_unit2id" not in whole:
        whole["_unit2id"] = unit_ids(whole["_id2unit"])
    return whole


def unit_ids(units: Any) -> Any:
    """The number of each unit, which is its place in the list; of several lists by name likewise."""
    return {k: unit_ids(v) for k, v in units.items()} if isinstance(units, dict) else {u: i for i, u in enumerate(units)}


def foreign(checkpoint: Checkpoint) -> str:
    """Why a part cannot be had from its own two files alone, or nothing."""
    needed = [name for name in _FOREIGN if checkpoint["config"].get(name)]
    if needed:
        return f"a model with the setting {needed[0]}"
    kind = checkpoint.get("model_type", "graph")
    return "" if kind == "graph" else f"a parser of the kind {kind}"
