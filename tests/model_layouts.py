"""The bundled model in either layout, whichever of the two the package holds."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

from coder.model_files import CHECKSUMS, ENCODER, PARTS, file_hash, is_packed, model_files, read_encoder, read_part
from coder.parse import BUNDLED_MODEL


def linked(folder: Path, copy: Path) -> Path:
    """A copy that shares its files with the folder: change one with `put` only."""
    return Path(shutil.copytree(folder, copy, copy_function=os.link))


def put(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def write_sums(folder: Path) -> None:
    lines = [f"{file_hash(folder / name)}  {name}\n" for name in sorted(model_files(folder))]
    put(folder / CHECKSUMS, "".join(lines).encode())


def trainer_layout(folder: Path) -> Path:
    """The bundled model as Stanza's trainers leave one: NAME.pt and the encoder as it was before it was packed."""
    if not is_packed(BUNDLED_MODEL):
        return Path(shutil.copytree(BUNDLED_MODEL, folder))
    import torch
    from safetensors.torch import save_file

    shutil.copytree(BUNDLED_MODEL, folder, ignore=shutil.ignore_patterns("*.safetensors", *(f"{p}.json" for p in PARTS)))
    for part in PARTS:
        checkpoint = read_part(BUNDLED_MODEL, part)
        checkpoint["model"] = {k: v.half() if v.is_floating_point() else v for k, v in checkpoint["model"].items()}
        if part == "lemma":
            checkpoint["dicts"] = gzip.compress(json.dumps(checkpoint["dicts"]).encode(), mtime=0)
            checkpoint["dicts_version"] = 3
        if part == "tokenize":
            checkpoint |= {"lexicon": None, "external_dict": None}
        torch.save(checkpoint, folder / f"{part}.pt")
    weights = {k: v.half() for k, v in read_encoder(BUNDLED_MODEL).items()}
    save_file(weights, folder / ENCODER / "model.safetensors", metadata={"format": "pt"})
    write_sums(folder)
    return folder
