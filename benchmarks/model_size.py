"""What smaller model files cost in agreement: tables in 8 bits, a smaller vocabulary, both.

    python benchmarks/model_size.py TREEBANKS models-build/steps

The second is what a training left (`steps/`), or a model folder of NAME.pt files and encoder/ that is not packed yet. Each
variant is packed as `python -m coder.training pack` does it, and loaded as any model is. Agreement is the share of the
words of PUD (given words) with the same head, the same head and relation with its subtype, and the same UPOS, XPOS and
features as the model in half precision; LAS is against the treebank.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from safetensors.torch import load_file, save_file

from coder.model_files import ENCODER, ENCODER_WEIGHTS, PARTS
from coder.parse import Parser
from coder.training.pack import INT8, write_packed
from coder.training.score import analysed
from coder.training.treebanks import TRAIN, Tree, Word, read_trees

WORD_PIECES = "embeddings.word_embeddings.weight"
HEADS = {"pos": ".*", "depparse": ".*"}
FEED_FORWARD = r"|encoder\.layer\.\d\.(intermediate|output)\.dense\.weight"
Keep = Callable[[str], bool]


def prune(folder: Path, keep: Keep) -> int:
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
    weights = load_file(folder / ENCODER_WEIGHTS)
    weights[WORD_PIECES] = weights[WORD_PIECES][[row for _, row in rows]].contiguous()
    save_file(weights, folder / ENCODER_WEIGHTS, metadata={"format": "pt"})
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["vocab_size"] = len(new)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return len(new)


def size(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def trainer_files(model: Path) -> dict[str, Path]:
    """The trainers' file of each part."""
    if not (model / "parser-2").is_dir():
        return {part: model / f"{part}.pt" for part in PARTS}
    steps = {part: "parser-2" if part == "depparse" else part for part in PARTS}
    return {part: model / step / f"{step}.pt" for part, step in steps.items()}


def variant(model: Path, folder: Path, int8: Mapping[str, str], keep: Keep | None) -> int:
    """Write a variant into `folder`; gives the number of its word pieces, 0 where none was dropped."""
    encoder = Path(shutil.copytree(model / ENCODER, folder.with_name("encoder")))
    pieces = prune(encoder, keep) if keep else 0
    write_packed(trainer_files(model), encoder, [], folder, int8)
    return pieces


def agreement(ours: list[Tree], theirs: list[Tree]) -> dict[str, float]:
    pairs = [(a, b) for s, t in zip(ours, theirs, strict=True) for a, b in zip(s.words, t.words, strict=True)]
    same: dict[str, Callable[[Word], object]] = {
        "heads": lambda w: w.head,
        "heads and relations": lambda w: (w.head, w.deprel),
        "UPOS": lambda w: w.upos,
        "XPOS": lambda w: w.xpos,
        "features": lambda w: w.feats,
        "LAS": lambda w: (w.head, w.deprel.partition(":")[0]),
    }
    return {name: 100 * sum(of(a) == of(b) for a, b in pairs) / len(pairs) for name, of in same.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("treebanks", type=Path)
    parser.add_argument("model", type=Path)
    options = parser.parse_args()
    if missing := [p for p in trainer_files(options.model).values() if not p.is_file()]:
        parser.error(f"no {missing[0]}: give the steps of a training or a folder of NAME.pt files")
    gold = read_trees(options.treebanks / "en_pud-test.conllu")
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(options.model / ENCODER, local_files_only=True)
    words = sorted({w.form for name in TRAIN for t in read_trees(options.treebanks / name) for w in t.words})
    seen = {p for ids in tokenizer(words, add_special_tokens=False).input_ids for p in tokenizer.convert_ids_to_tokens(ids)}

    def latin(piece: str) -> bool:
        return not piece.startswith("[unused") and all(ord(c) < 0x250 or 0x2000 <= ord(c) < 0x2100 for c in piece)

    def trained(piece: str) -> bool:
        return piece in seen or len(piece.removeprefix("##")) == 1

    variants: list[tuple[str, Mapping[str, str], Keep | None]] = [
        ("half precision", {}, None),
        ("8 bits: word pieces", {ENCODER: INT8[ENCODER]}, None),
        ("8 bits: tagger and parser", HEADS, None),
        ("**8 bits: word pieces, tagger, parser**", INT8, None),
        ("the same and the encoder's feed-forward layers", {**INT8, ENCODER: INT8[ENCODER] + FEED_FORWARD}, None),
        ("8 bits: everything", dict.fromkeys((*PARTS, ENCODER), ".*"), None),
        ("half precision, Latin word pieces alone", {}, latin),
        ("half precision, word pieces of the training sentences alone", {}, trained),
    ]
    print("| variant | MB | word pieces | same head % | same head and relation % | same UPOS % | same XPOS % | same features % | LAS % |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    before: list[Tree] = []
    for name, int8, keep in variants:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary, "model")
            pieces = variant(options.model, folder, int8, keep)
            stored = size(folder)
            after = analysed(Parser.load(folder, threads=1, device="cpu"), gold)
        before = before or after
        a = agreement(before, after)
        las = agreement(gold, after)["LAS"]
        same = [f"{v:.2f}" for k, v in a.items() if k != "LAS"]
        print("| " + " | ".join([name, f"{stored / 1e6:.1f}", f"{pieces or len(tokenizer):,}", *same, f"{las:.2f}"]) + " |", flush=True)


if __name__ == "__main__":
    main()
