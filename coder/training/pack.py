"""Models in the format in which they are shipped (see `coder.model_files`), from the files of Stanza's trainers.

    pack(Path("models-build-old/en"), Path("en"))

The same files give the same bytes. Left out is what only trainers read: optimizers, paths, scores, the encoder inside a
parser, its pooler, and the words of vocabularies that no weight belongs to.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from coder.errors import ModelError
from coder.model_files import (
    CHECKSUMS,
    ENCODER,
    ENCODER_WEIGHTS,
    FORMAT,
    OWN_ONLY,
    PARTS,
    SCALE,
    Checkpoint,
    file_hash,
    foreign,
    is_packed,
    missing_files,
    model_files,
    read_weights,
    unit_ids,
    verify_model,
)
from coder.parse import Parser

INT8: Mapping[str, str] = {ENCODER: r"embeddings\.word_embeddings\.weight", "pos": ".*", "depparse": ".*"}
"""By part, the tables of two axes or more that are stored in 8 bits, as a pattern of their names.

The encoder's layers are not among them: in 8 bits they would move one head in a thousand (docs/models.md).
"""

_BLOCK = 32  # weights that share a scale, at most
_SMALLEST_BLOCK = 16  # shorter ones would cost more than they save
_SMALLEST_TABLE = 4096
_SMALLEST_HALF = 2.0**-14  # numbers under this lose digits in half precision

_INSIDE = "bert_model."  # an encoder inside a tagger or parser
_PATHS = ("_file", "_dir", "_name", "continue_from", "dev_conll_gold")
_STORED = {"model", "config", "vocab", "model_type", "dict", "dicts", "dicts_version"}
_FOR_TRAINERS = {"optimizer_state_dict", "scheduler_state_dict", "global_step", "last_best_step", "dev_score_history"}
_JSON_DICTIONARY = 3  # Stanza's number of the only form of the lemmatizer's dictionary that is no pickle
_PREFIX_UNITS = 4  # padding, unknown, empty, root


def pack(folder: Path, output: Path) -> str:
    """Write a model folder of NAME.pt files anew, packed; gives the hash of the new model.

    Args:
        folder: with tokenize.pt and its companions and encoder/, and perhaps SHA256SUMS.
        output: a folder that does not exist yet; it appears when it is whole and has been loaded once.

    Raises:
        ModelError: the folder holds no such model, or one that needs files of others; or the output exists.
    """
    if output.exists():
        raise ModelError("exists already", path=output, hint="name a folder that does not exist yet")
    if is_packed(folder):
        raise ModelError("is packed already", path=folder)
    verify_model(folder)
    if missing := missing_files(folder):
        raise ModelError("no such file", path=folder / missing[0], hint="give a folder with tokenize.pt and its companions")
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}.") as temporary:
        work = Path(temporary) / "model"
        licences = sorted(folder.glob("LICENSE*"))
        write_packed({part: folder / f"{part}.pt" for part in PARTS}, folder / ENCODER, licences, work)
        Parser.load(work, device="cpu")
        work.replace(output)
    return verify_model(output)


def write_packed(
    parts: Mapping[str, Path], encoder: Path, licences: Sequence[Path], folder: Path, int8: Mapping[str, str] = INT8
) -> None:
    """Write the files of a packed model, with their checksums.

    Args:
        parts: for each part the file that Stanza's trainer left.
        encoder: folder of a BERT model.
        licences: files that go with the model.
        folder: made where it is not there.
        int8: as `INT8`.

    Raises:
        ModelError: a file cannot be read, or its model needs files of others.
    """
    read = {part: read_trainer(path) for part, path in parts.items()}
    settings = {part: _without_weights(checkpoint, parts[part]) for part, checkpoint in read.items()}
    (folder / ENCODER).mkdir(parents=True, exist_ok=True)
    for part, checkpoint in read.items():
        text = json.dumps(settings[part], indent=0, separators=(",", ":"))
        (folder / f"{part}.json").write_text(text + "\n", encoding="utf-8")
        weights = {k: v for k, v in checkpoint["model"].items() if not k.startswith(_INSIDE)}
        _write_weights(folder / f"{part}.safetensors", weights, int8.get(part))
    _write_encoder(encoder, folder / ENCODER, int8.get(ENCODER))
    for path in licences:
        shutil.copyfile(path, folder / path.name)
    lines = [f"{file_hash(folder / name)}  {name}\n" for name in sorted(model_files(folder))]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")


def read_trainer(path: Path) -> Checkpoint:
    """What a trainer of Stanza's left, read as weights only.

    Raises:
        ModelError: it holds something else, or a model that needs files of others.
    """
    import torch

    try:
        checkpoint: Checkpoint = torch.load(path, map_location="cpu", weights_only=True)
        known = isinstance(checkpoint["model"], dict) and isinstance(checkpoint["vocab"], dict)
        fault = foreign(checkpoint) if known else "no weights and vocabularies"
    except Exception as error:  # of whatever kind the reader's errors are
        raise ModelError(f"cannot be read as a model: {error}", path=path, hint=OWN_ONLY) from error
    others = sorted(k for k in checkpoint.keys() - _STORED - _FOR_TRAINERS if checkpoint[k])
    if others:
        fault = f"a model that holds {others[0]}"
    if checkpoint.get("dicts_version", _JSON_DICTIONARY) != _JSON_DICTIONARY:
        fault = f"a dictionary of the old form {checkpoint['dicts_version']}"
    if fault:
        raise ModelError(fault, path=path, hint=OWN_ONLY)
    return checkpoint


def _without_weights(checkpoint: Checkpoint, path: Path) -> dict[str, Any]:
    """What of a part is stored as JSON."""
    config = {k: None if k.endswith(_PATHS) else v for k, v in checkpoint["config"].items()}
    if config.get("bert_model"):
        config |= {"bert_model": ENCODER, "bert_finetune": False}
    vocabulary = checkpoint["vocab"]
    if not config.get("word_emb_dim", True):
        unread = {k: _prefix(v) for k, v in vocabulary.items() if k in ("word", "lemma")}
        vocabulary = {**vocabulary, **unread}
    stored = {"format": FORMAT, "config": config, "vocab": _without_ids(vocabulary)}
    stored |= {k: checkpoint[k] for k in ("model_type", "dict") if k in checkpoint}
    if "dicts" in checkpoint:
        stored["dicts"] = json.loads(gzip.decompress(checkpoint["dicts"]))
    if json.loads(json.dumps(stored)) != stored:
        raise ModelError("settings or vocabularies that JSON cannot hold", path=path, hint=OWN_ONLY)
    return stored


def _prefix(vocabulary: dict[str, Any]) -> dict[str, Any]:
    units = vocabulary["_id2unit"][:_PREFIX_UNITS]
    return {**vocabulary, "_id2unit": units, "_unit2id": unit_ids(units)}


def _without_ids(vocabulary: Any) -> Any:
    """Vocabularies without the numbers of their units where these are their places."""
    if not isinstance(vocabulary, dict):
        return vocabulary
    same = "_id2unit" in vocabulary and vocabulary.get("_unit2id") == unit_ids(vocabulary["_id2unit"])
    return {k: _without_ids(v) for k, v in vocabulary.items() if not (same and k == "_unit2id")}


def _write_encoder(encoder: Path, folder: Path, int8: str | None) -> None:
    config = json.loads((encoder / "config.json").read_text(encoding="utf-8"))
    if config.get("model_type") != "bert":
        raise ModelError("the encoder is no BERT model", path=encoder / "config.json", hint=OWN_ONLY)
    # The pooler gives one vector for a whole text: neither tagger nor parser reads it.
    weights = {k: v for k, v in read_weights(encoder / ENCODER_WEIGHTS).items() if not k.startswith("pooler.")}
    _write_weights(folder / ENCODER_WEIGHTS, weights, int8)
    for path in sorted(encoder.iterdir()):
        if path.suffix in (".json", ".txt") and path.name != "step.json":
            shutil.copyfile(path, folder / path.name)


def _write_weights(path: Path, weights: Mapping[str, Any], int8: str | None) -> None:
    from safetensors.torch import save

    stored: dict[str, Any] = {}
    for name, value in weights.items():
        table = value.is_floating_point() and value.dim() > 1 and value.numel() >= _SMALLEST_TABLE
        if table and int8 and re.fullmatch(int8, name):
            stored[name], stored[name + SCALE] = quantized(value)
        else:
            stored[name] = (value.half() if value.is_floating_point() else value).contiguous()
    path.write_bytes(save(stored, metadata={"format": "pt"}))  # save_file would let nobody else read it


def quantized(table: Any) -> tuple[Any, Any]:
    """Whole numbers from -127 to 127, and what they are multiplied with.

    The second axis is cut into blocks of up to 32 neighbours that share a scale (all of the axis, where it cannot be
    cut evenly): blocks follow large and small weights better than rows do. In the bilinear form of the relations
    (dependent × head × relation) it is a scale for each dependent's feature and relation.
    """
    import torch

    rows, length, *rest = table.shape
    sizes = [n for n in range(_SMALLEST_BLOCK, _BLOCK + 1) if length % n == 0]
    blocks = table.float().reshape(rows, -1, max(sizes, default=length), *rest)
    scale = blocks.abs().amax(2) / 127
    scale[scale == 0] = 1
    if scale.min() >= _SMALLEST_HALF:
        scale = scale.half()
    numbers = (blocks / scale.float().unsqueeze(2)).round().clamp(-127, 127).to(torch.int8)
    return numbers.reshape(table.shape).contiguous(), scale.contiguous()
