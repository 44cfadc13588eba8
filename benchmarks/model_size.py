"""What smaller model files would cost in agreement: int8 weights, a smaller vocabulary, both.

    python benchmarks/model_size.py TREEBANKS [--model DIR]

Each variant is written as safetensors, read back, unfolded into a model folder and loaded as any model is. Agreement is
the share of the words of PUD (given words) with the same head, the same head and relation, and the same UPOS as the
model as it stands; LAS is against the treebank. Nothing of the package is changed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import torch
from safetensors.torch import load_file, save_file

from coder.parse import BUNDLED_MODEL, Parser
from coder.training.score import analysed
from coder.training.treebanks import TRAIN, Tree, read_trees

HEADS = ("pos", "depparse")
EMBEDDING = "embeddings.word_embeddings.weight"
Weights = dict[str, torch.Tensor]
Choice = Callable[[str, torch.Tensor], bool]


def quantized(weights: Weights, chosen: Choice) -> Weights:
    """Chosen matrices as int8 with a half-precision scale for each row (for each row and label in bilinear forms)."""
    out: Weights = {}
    for name, value in weights.items():
        if value.dim() < 2 or value.numel() < 4096 or not value.is_floating_point() or not chosen(name, value):
            out[name] = value.contiguous()
            continue
        axis = 1
        scale = (value.float().abs().amax(axis, keepdim=True) / 127).clamp(min=1e-7)
        scale = scale.half().clamp(min=6e-8)
        out[name] = (value.float() / scale.float()).round().clamp(-127, 127).to(torch.int8)
        out[f"{name}::scale"] = scale
    return out


def restored(weights: Weights) -> Weights:
    """Half precision again."""
    return {
        name: (value.float() * weights[f"{name}::scale"].float()).half() if f"{name}::scale" in weights else value
        for name, value in weights.items()
        if not name.endswith("::scale")
    }


def prune(folder: Path, keep: Callable[[str], bool]) -> int:
    """Drop word pieces from an encoder's folder; gives how many stay."""
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary = sorted(tokenizer["model"]["vocab"].items(), key=lambda item: item[1])
    special = {t["content"] for t in tokenizer["added_tokens"]}
    rows = [(piece, row) for piece, row in vocabulary if piece in special or keep(piece)]
    new = {piece: i for i, (piece, _) in enumerate(rows)}
    tokenizer["model"]["vocab"] = new
    for token in tokenizer["added_tokens"]:
        token["id"] = new[token["content"]]
    for name, entry in tokenizer["post_processor"]["special_tokens"].items():
        entry["ids"] = [new[name]]
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
    (folder / "vocab.txt").write_text("".join(f"{p}\n" for p in new), encoding="utf-8")
    weights = load_file(folder / "model.safetensors")
    weights[EMBEDDING] = weights[EMBEDDING][[row for _, row in rows]].contiguous()
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["vocab_size"] = len(new)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return len(new)


def size(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def variant(model: Path, folder: Path, chosen: Choice | None, keep: Callable[[str], bool] | None) -> tuple[int, int]:
    """Write a variant into `folder`; gives the bytes it takes as stored and its vocabulary."""
    shutil.copytree(model, folder, ignore=shutil.ignore_patterns("SHA256SUMS", "LICENSE*"))
    pieces = prune(folder / "encoder", keep) if keep else 0
    stored = size(folder)
    if chosen:
        small = folder / "small.safetensors"
        for name in HEADS:
            path = folder / f"{name}.pt"
            data = torch.load(path, map_location="cpu", weights_only=True)
            save_file(quantized(data["model"], chosen), small)
            plain = sum(v.numel() * v.element_size() for v in data["model"].values())
            stored += small.stat().st_size - plain  # vocabulary and settings stay as they are
            data["model"] = restored(load_file(small))
            torch.save(data, path)
        path = folder / "encoder" / "model.safetensors"
        save_file(quantized(load_file(path), chosen), small)
        stored += small.stat().st_size - path.stat().st_size
        save_file(restored(load_file(small)), path, metadata={"format": "pt"})
        small.unlink()
    return stored, pieces


def agreement(ours: list[Tree], theirs: list[Tree]) -> dict[str, float]:
    pairs = [(a, b) for s, t in zip(ours, theirs, strict=True) for a, b in zip(s.words, t.words, strict=True)]
    heads = sum(a.head == b.head for a, b in pairs)
    both = sum(a.head == b.head and a.deprel.partition(":")[0] == b.deprel.partition(":")[0] for a, b in pairs)
    tags = sum(a.upos == b.upos for a, b in pairs)
    return {n: 100 * k / len(pairs) for n, k in (("heads", heads), ("heads and relations", both), ("UPOS", tags))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("treebanks", type=Path)
    parser.add_argument("--model", type=Path, default=BUNDLED_MODEL)
    options = parser.parse_args()
    gold = read_trees(options.treebanks / "en_pud-test.conllu")
    whole = Parser.load(options.model, threads=1)
    before = analysed(whole, gold)
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(options.model / "encoder", local_files_only=True)
    words = sorted({w.form for name in TRAIN for t in read_trees(options.treebanks / name) for w in t.words})
    seen = {p for ids in tokenizer(words, add_special_tokens=False).input_ids for p in tokenizer.convert_ids_to_tokens(ids)}

    def latin(piece: str) -> bool:
        return not piece.startswith("[unused") and all(ord(c) < 0x250 or 0x2000 <= ord(c) < 0x2100 for c in piece)

    def trained(piece: str) -> bool:
        return piece in seen or len(piece.removeprefix("##")) == 1

    def everything(name: str, value: torch.Tensor) -> bool:
        return True

    variants: list[tuple[str, Choice | None, Callable[[str], bool] | None]] = [
        ("as shipped (half precision)", None, None),
        ("int8: word pieces and relations' bilinear form", lambda n, v: n == EMBEDDING or v.dim() == 3, None),
        ("int8: the encoder", lambda n, v: n.startswith(("embeddings", "encoder", "pooler")), None),
        ("int8: everything", everything, None),
        ("vocabulary: Latin pieces", None, latin),
        ("vocabulary: pieces of the training sentences", None, trained),
        ("int8: everything, vocabulary: Latin pieces", everything, latin),
    ]
    print("| variant | MB | word pieces | same head % | same head and relation % | same UPOS % | LAS on PUD, given words |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, chosen, keep in variants:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary, "model")
            stored, pieces = variant(options.model, folder, chosen, keep)
            after = analysed(Parser.load(folder, threads=1), gold)
        a = agreement(before, after)
        las = agreement(gold, after)["heads and relations"]
        row = [name, f"{stored / 1e6:.1f}", f"{pieces or len(tokenizer):,}", *(f"{v:.2f}" for v in a.values()), f"{las:.2f}"]
        print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
