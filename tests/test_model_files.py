"""Models on disk: packed and as trainers leave them, damaged, malformed and hostile."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import DATA
from model_layouts import linked, put, write_sums
from typer.testing import CliRunner

from coder.conllu import iter_conllu
from coder.errors import ModelError
from coder.model_files import CHECKSUMS, PARTS, is_packed, model_files, read_part, read_weights, verify_model
from coder.parse import Parser, _SharedEncoderStages
from coder.records import Document, Sentence
from coder.training.pack import INT8, pack, quantized, write_packed

Edit = Callable[[Any], Any]


@pytest.fixture(scope="module", autouse=True)
def models_as_they_were(packed_model: Path, trainer_model: Path) -> Iterator[None]:
    yield
    verify_model(packed_model)
    verify_model(trainer_model)


@pytest.fixture
def packed(packed_model: Path, tmp_path: Path) -> Path:
    """A packed folder to be damaged."""
    return linked(packed_model, tmp_path / "model")


@pytest.fixture
def trainer(trainer_model: Path, tmp_path: Path) -> Path:
    """A folder of NAME.pt files to be damaged."""
    return linked(trainer_model, tmp_path / "model")


# The format ----------------------------------------------------------------------------------------------------------


def test_packed_files_are_small_and_hold_no_pickle(packed_model: Path, trainer_model: Path) -> None:
    def size(folder: Path) -> int:
        return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())

    assert size(packed_model) < 60_000_000 and size(packed_model) < 0.7 * size(trainer_model)
    assert {p.suffix for p in packed_model.rglob("*") if p.is_file()} == {"", ".json", ".safetensors", ".txt"}
    for path in packed_model.rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))
    listed = {line.split("  ")[1] for line in (packed_model / CHECKSUMS).read_text().splitlines()}
    assert listed == model_files(packed_model) == {
        p.relative_to(packed_model).as_posix() for p in packed_model.rglob("*") if p.is_file()
    } - {CHECKSUMS, "LICENSE-ATTRIBUTION"}
    assert all(p.stat().st_mode & 0o044 == 0o044 for p in packed_model.rglob("*") if p.is_file())


def test_the_same_files_give_the_same_bytes(packed_model: Path, trainer_model: Path, tmp_path: Path) -> None:
    licence = trainer_model / "LICENSE-ATTRIBUTION"
    parts = {part: trainer_model / f"{part}.pt" for part in PARTS}
    write_packed(parts, trainer_model / "encoder", [licence], tmp_path / "again")
    assert verify_model(tmp_path / "again") == verify_model(packed_model)


def test_settings_vocabularies_and_dictionaries_come_back(packed_model: Path, trainer_model: Path) -> None:
    import gzip

    import torch

    for part in PARTS:
        before = torch.load(trainer_model / f"{part}.pt", weights_only=True)
        after = read_part(packed_model, part)
        ours = {k for k in before["config"] if not k.endswith(("_file", "_dir", "_name"))}  # others are paths of the training
        assert after["config"].keys() == before["config"].keys() and len(ours) > 15
        assert {k: after["config"][k] for k in ours} == {k: before["config"][k] for k in ours}
        for name, vocabulary in before["vocab"].items():
            if part in ("pos", "depparse") and name in ("word", "lemma"):  # no weight belongs to these words
                assert after["vocab"][name]["_id2unit"] == vocabulary["_id2unit"][:4]
            else:
                assert after["vocab"][name] == vocabulary
                if isinstance(vocabulary, dict) and "_id2unit" in vocabulary:  # of features, by name: in the same order
                    assert json.dumps(after["vocab"][name]["_id2unit"]) == json.dumps(vocabulary["_id2unit"])
                    assert json.dumps(after["vocab"][name]["_unit2id"]) == json.dumps(vocabulary["_unit2id"])
        assert after.get("dict") == before.get("dict")
        if "dicts" in before:
            assert after["dicts"] == json.loads(gzip.decompress(before["dicts"]))
        assert after["model"].keys() == before["model"].keys()
        for name, weight in after["model"].items():
            assert weight.shape == before["model"][name].shape
            assert (weight.dtype == torch.float32) is before["model"][name].is_floating_point()
            if part not in INT8:
                assert torch.equal(weight, before["model"][name].to(weight.dtype))


TABLES = [  # shape, shape of its scales
    ((8, 384), (8, 12)),
    ((5, 400), (5, 16)),
    ((5, 40), (5, 2)),
    ((3, 401), (3, 1)),
    ((7, 11, 3), (7, 1, 3)),
    ((4, 96, 2), (4, 3, 2)),
]


@pytest.mark.parametrize(("shape", "scales"), TABLES, ids=[str(s) for s, _ in TABLES])
@pytest.mark.parametrize("size", [1.0, 1e-6, 1e4])
def test_tables_in_8_bits(shape: tuple[int, ...], scales: tuple[int, ...], size: float, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    table = torch.randn(shape, generator=torch.Generator().manual_seed(1)) * size
    table[0] = 0
    numbers, scale = quantized(table)
    assert numbers.dtype == torch.int8 and tuple(scale.shape) == scales
    save_file({"t": numbers, "t.scale": scale, "n": torch.tensor([3])}, tmp_path / "t.safetensors")
    back = read_weights(tmp_path / "t.safetensors")
    assert set(back) == {"t", "n"} and int(back["n"]) == 3
    block = shape[1] // scales[1]
    largest = table.abs().reshape(shape[0], scales[1], block, *shape[2:]).amax(2, keepdim=True).expand(shape[0], scales[1], block, *shape[2:])
    assert ((back["t"] - table).abs() <= largest.reshape(shape) / 127 * 0.52).all()
    assert (back["t"][0] == 0).all()


# Parsing -------------------------------------------------------------------------------------------------------------


@pytest.mark.stanza
def test_both_layouts_parse_alike(packed_model: Path, trainer_model: Path) -> None:
    sentences = [s for p in iter_conllu(DATA / "behaviour.conllu") for s in p.sentences]
    assert len(sentences) > 50
    parsers = [Parser.load(folder, threads=1) for folder in (trainer_model, packed_model)]
    assert all(isinstance(p._stages, _SharedEncoderStages) for p in parsers)
    assert parsers[0].model_hash != parsers[1].model_hash == verify_model(packed_model)

    def parsed(parser: Parser) -> Iterator[Sentence]:
        for document in parser.parse(Document(f"d{i}", s.text) for i, s in enumerate(sentences)):
            yield from document.sentences

    def rows(parser: Parser) -> list[tuple[object, ...]]:
        return [
            row
            for s in parsed(parser)
            for row in zip(s.forms, s.starts, s.lemmas, s.upos, s.xpos, s.feats, s.heads, s.deprels, strict=True)
        ]

    before, after = rows(parsers[0]), rows(parsers[1])
    assert [r[:2] for r in before] == [r[:2] for r in after]
    same = sum(a == b for a, b in zip(before, after, strict=True))
    assert len(before) > 600 and same >= 0.998 * len(before)


@pytest.mark.stanza
@pytest.mark.parametrize("layout", ["packed_model", "trainer_model"])
def test_stanzas_own_processors_run_in_both_layouts(layout: str, request: pytest.FixtureRequest) -> None:
    from coder.parse_load import folder_processors, stanza_document

    processors = folder_processors(request.getfixturevalue(layout))
    document = stanza_document(processors, "Envoys didn't meet the German chancellor. They left.")
    words = [[(w.text, w.lemma, w.upos, w.head, w.deprel) for w in s.words] for s in document.sentences]
    assert words[0][1:3] == [("did", "do", "AUX", 4, "aux"), ("n't", "not", "PART", 4, "advmod")]
    assert words[1] == [("They", "they", "PRON", 2, "nsubj"), ("left", "leave", "VERB", 0, "root"), (".", ".", "PUNCT", 2, "punct")]


# Hashes --------------------------------------------------------------------------------------------------------------

FILES = [
    *((layout, name) for layout in ("packed", "trainer") for name in ("encoder/model.safetensors", "encoder/tokenizer.json")),
    *(("packed", f"{part}.{end}") for part in ("depparse", "mwt") for end in ("json", "safetensors")),
    ("trainer", "mwt.pt"),
]


@pytest.mark.parametrize(("layout", "name"), FILES, ids=["-".join(f) for f in FILES])
def test_damaged_missing_and_unlisted_files_are_named(layout: str, name: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(layout)
    path = folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    put(path, content)
    with pytest.raises(ModelError) as raised:
        Parser.load(folder)
    assert raised.value.path == str(path) and "model file is corrupted" in raised.value.message and raised.value.hint
    path.unlink()
    with pytest.raises(ModelError) as raised:
        Parser.load(folder)
    assert (raised.value.path, raised.value.message) == (str(path), "model file is missing")
    content[len(content) // 2] ^= 1
    put(path, content)
    sums = (folder / CHECKSUMS).read_text()
    others = "".join(line for line in sums.splitlines(keepends=True) if not line.endswith(f"  {name}\n"))
    put(folder / CHECKSUMS, others.encode())
    with pytest.raises(ModelError) as raised:
        Parser.load(folder)
    assert (raised.value.path, raised.value.message) == (str(path), f"model file is not listed in {CHECKSUMS}")


@pytest.mark.parametrize("name", ["encoder/pytorch_model.bin", "depparse.pt", "encoder/adapter_model.safetensors"])
def test_files_beside_those_of_the_model_are_not_loaded(packed: Path, name: str) -> None:
    (packed / name).write_bytes(b"x")
    with pytest.raises(ModelError, match=rf"{name}: model file is not listed in SHA256SUMS"):
        Parser.load(packed)


@pytest.mark.parametrize(
    ("layout", "name"),
    [("packed", "pos.json"), ("packed", "tokenize.safetensors"), ("packed", "encoder/model.safetensors"), ("trainer", "lemma.pt")],
)
def test_missing_files_are_named_without_checksums_too(layout: str, name: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(layout)
    (folder / CHECKSUMS).unlink()
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"{name}: model file is missing"):
        Parser.load(folder)


# Malformed files whose hashes fit ------------------------------------------------------------------------------------


class Program:
    """Runs when it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (self.command,)


def settings(**changes: object) -> Edit:
    return lambda d: {**d, "config": {**d["config"], **changes}}


def vocabulary(name: str, value: object) -> Edit:
    return lambda d: {**d, "vocab": {**d["vocab"], name: value}}


JSON: list[tuple[str, str, Edit, str]] = [
    ("another format", "lemma", lambda d: {**d, "format": 2}, "another format"),
    ("no format", "lemma", lambda d: {k: v for k, v in d.items() if k != "format"}, "another format"),
    ("a list", "pos", lambda d: [d], "not the settings"),
    ("no vocabularies", "mwt", lambda d: {**d, "vocab": None}, "not the settings"),
    ("no settings", "mwt", lambda d: {**d, "config": []}, "not the settings"),
    ("units that are no text", "pos", vocabulary("upos", {"_id2unit": [["a"]]}), "no vocabularies"),
    ("units that are a number", "pos", vocabulary("xpos", {"_id2unit": 7}), "no vocabularies"),
    ("a vocabulary of another class", "depparse", vocabulary("_key2class", {"deprel": "os.system"}), "do not make a model"),
    ("fewer relations", "depparse", vocabulary("deprel", {"_id2unit": ["a", "b", "c", "d", "e"]}), "do not make a model"),
    ("another width", "depparse", settings(hidden_dim=128), "do not make a model"),
    ("a width that is text", "pos", settings(hidden_dim="wide"), "do not make a model"),
    ("an absurd width", "pos", settings(hidden_dim=10**15), "do not make a model"),
    ("weights for another model", "pos", settings(bert_hidden_layers=4), "do not make a model"),
    ("no settings of the network", "tokenize", lambda d: {**d, "config": {}}, "do not make a model"),
    ("no dictionary", "lemma", lambda d: {k: v for k, v in d.items() if k != "dicts"}, "do not make a model"),
    ("files of others", "pos", settings(charlm=True, charlm_forward_file="x.pt"), "setting charlm"),
    ("another kind of parser", "depparse", lambda d: {**d, "model_type": "transition"}, "kind transition"),
]


@pytest.mark.stanza
@pytest.mark.parametrize(("part", "edit", "message"), [c[1:] for c in JSON], ids=[c[0] for c in JSON])
def test_malformed_settings_are_named(packed: Path, part: str, edit: Edit, message: str) -> None:
    path = packed / f"{part}.json"
    put(path, json.dumps(edit(json.loads(path.read_text()))).encode())
    write_sums(packed)
    with pytest.raises(ModelError, match=message) as raised:
        Parser.load(packed)
    assert raised.value.path == str(path) and raised.value.hint


def lying_header(length: int, header: bytes) -> bytes:
    return struct.pack("<Q", length) + header


BYTES: list[tuple[str, str, bytes | Callable[[bytes], bytes], str]] = [
    ("empty", "depparse.safetensors", b"", "no weights in the format safetensors"),
    ("cut short", "encoder/model.safetensors", lambda b: b[: len(b) // 2], "no weights in the format safetensors"),
    ("header longer than the file", "pos.safetensors", lying_header(10**9, b"{}"), "no weights in the format safetensors"),
    ("header that is no JSON", "pos.safetensors", lying_header(4, b"{{{{"), "no weights in the format safetensors"),
    (
        "weights beyond the end",
        "mwt.safetensors",
        lying_header(67, b'{"a":{"dtype":"F16","shape":[999999],"data_offsets":[0,1999998]}}  '),
        "no weights in the format safetensors",
    ),
    ("no JSON", "lemma.json", b"{", "no JSON of a model"),
    ("no UTF-8", "lemma.json", b'{"a":"\xff"}', "no JSON of a model"),
    ("endless nesting", "lemma.json", b"[" * 200_000, "no JSON of a model"),
    ("nothing", "encoder/config.json", b"", "do not make a model"),
    ("another shape", "encoder/config.json", lambda b: b.replace(b'"hidden_size": 384', b'"hidden_size": 96'), "do not make a model"),
    ("more layers", "encoder/config.json", lambda b: b.replace(b'"num_hidden_layers": 6', b'"num_hidden_layers": 7'), "do not make a model"),
    ("no tokenizer", "encoder/tokenizer.json", b"{}", "do not make a model"),
]


@pytest.mark.stanza
@pytest.mark.parametrize(("name", "content", "message"), [c[1:] for c in BYTES], ids=[f"{c[1]}: {c[0]}" for c in BYTES])
def test_malformed_files_are_named(packed: Path, name: str, content: bytes | Callable[[bytes], bytes], message: str) -> None:
    path = packed / name
    before = path.read_bytes()
    after = content(before) if callable(content) else content
    assert after != before
    put(path, after)
    write_sums(packed)
    with pytest.raises(ModelError, match=message) as raised:
        Parser.load(packed)
    assert raised.value.path in (str(path), str(packed / "encoder")) and raised.value.hint


WEIGHTS: list[tuple[str, str, Edit, str]] = [
    ("a weight too few", "pos.safetensors", lambda w: {k: v for k, v in w.items() if k != "upos_clf.bias"}, "upos_clf.bias"),
    ("a weight too many", "depparse.safetensors", lambda w: {**w, "more": w["deprel.W1.bias"].clone()}, "more"),
    ("a weight of another shape", "mwt.safetensors", lambda w: {**w, "output_layer.0.bias": w["output_layer.0.bias"][:50].clone()}, "output_layer"),
    ("no scales", "pos.safetensors", lambda w: {k: v for k, v in w.items() if k != "upos_hid.weight.scale"}, "without its scales"),
    (
        "scales for another table",
        "pos.safetensors",
        lambda w: {**w, "upos_hid.weight.scale": w["upos_hid.weight.scale"][:7].clone()},
        "safetensors",
    ),
    (
        "a layer of the encoder too few",
        "encoder/model.safetensors",
        lambda w: {k: v for k, v in w.items() if "layer.5.output.dense" not in k},
        "layer.5.output.dense",
    ),
]


@pytest.mark.stanza
@pytest.mark.parametrize(("name", "edit", "message"), [c[1:] for c in WEIGHTS], ids=[c[0] for c in WEIGHTS])
def test_weights_that_do_not_fit_are_named(packed: Path, name: str, edit: Edit, message: str) -> None:
    from safetensors.torch import load, save

    path = packed / name
    put(path, save(edit(load(path.read_bytes())), metadata={"format": "pt"}))
    write_sums(packed)
    with pytest.raises(ModelError, match=message):
        Parser.load(packed)


@pytest.mark.stanza
def test_files_that_hold_a_program_are_refused_and_do_not_run(packed: Path, trainer_model: Path, tmp_path: Path) -> None:
    import torch

    trap = tmp_path / "hacked"
    trainer = linked(trainer_model, tmp_path / "trainer")
    (trainer / CHECKSUMS).unlink()
    for name in ("tokenize.pt", "depparse.pt"):
        (trainer / name).unlink()
        torch.save({"config": Program(f"touch {trap}"), "model": Program(f"touch {trap}")}, trainer / name)
        with pytest.raises(ModelError, match="cannot be loaded"):
            Parser.load(trainer)
        with pytest.raises(ModelError, match=f"{name}: cannot be read as a model"):
            pack(trainer, tmp_path / "out")
        put(trainer / name, (trainer_model / name).read_bytes())
    (trainer / "encoder" / "model.safetensors").unlink()
    torch.save(Program(f"touch {trap}"), trainer / "encoder" / "pytorch_model.bin")
    with pytest.raises(ModelError, match="cannot be loaded"):
        Parser.load(trainer)
    for name in ("tokenize.safetensors", "encoder/model.safetensors"):
        whole = (packed / name).read_bytes()
        (packed / name).unlink()
        torch.save(Program(f"touch {trap}"), packed / name)
        write_sums(packed)
        with pytest.raises(ModelError, match="no weights in the format safetensors"):
            Parser.load(packed)
        put(packed / name, whole)
    assert not trap.exists() and not (tmp_path / "out").exists()


# Packing -------------------------------------------------------------------------------------------------------------


def change(folder: Path, part: str, edit: Edit) -> None:
    import torch

    path = folder / f"{part}.pt"
    changed = edit(torch.load(path, weights_only=True))
    path.unlink()
    torch.save(changed, path)
    write_sums(folder)


FOREIGN: list[tuple[str, str, Edit, str]] = [
    ("character models", "pos", settings(charlm=True), "setting charlm"),
    ("word vectors", "depparse", settings(pretrain=True), "setting pretrain"),
    ("adapters", "depparse", lambda d: {**d, "bert_lora": {"a": 1}}, "holds bert_lora"),
    ("a lexicon", "tokenize", lambda d: {**d, "lexicon": ["a"]}, "holds lexicon"),
    ("lemmas by context", "lemma", lambda d: {**d, "contextual": [{"a": 1}]}, "holds contextual"),
    ("a pickled dictionary", "lemma", lambda d: {**d, "dicts_version": 2}, "old form 2"),
    ("a transition parser", "depparse", lambda d: {**d, "model_type": "transition"}, "kind transition"),
    ("numbered vocabularies", "pos", vocabulary("xpos", {"_id2unit": {0: ["a"]}}), "JSON cannot hold"),
    ("something else", "mwt", lambda d: [d], "cannot be read as a model"),
]


@pytest.mark.parametrize(("part", "edit", "message"), [c[1:] for c in FOREIGN], ids=[c[0] for c in FOREIGN])
def test_models_that_cannot_be_packed_are_named(trainer: Path, tmp_path: Path, part: str, edit: Edit, message: str) -> None:
    change(trainer, part, edit)
    with pytest.raises(ModelError, match=message) as raised:
        pack(trainer, tmp_path / "out")
    assert raised.value.path == str(trainer / f"{part}.pt") and raised.value.hint
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_packing_says_what_is_wrong_with_the_folders(packed_model: Path, trainer_model: Path, trainer: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is packed already"):
        pack(packed_model, tmp_path / "out")
    with pytest.raises(ModelError, match="exists already"):
        pack(trainer, trainer)
    content = bytearray((trainer / "mwt.pt").read_bytes())
    content[1000] ^= 1
    put(trainer / "mwt.pt", content)
    with pytest.raises(ModelError, match=r"mwt\.pt: model file is corrupted"):
        pack(trainer, tmp_path / "out")
    with pytest.raises(ModelError, match=r"tokenize\.pt: no such file"):
        pack(tmp_path, tmp_path / "out")
    config = trainer / "encoder" / "config.json"
    put(config, config.read_bytes().replace(b'"bert"', b'"roberta"'))
    put(trainer / "mwt.pt", (trainer_model / "mwt.pt").read_bytes())
    write_sums(trainer)
    with pytest.raises(ModelError, match=r"config\.json: the encoder is no BERT model"):
        pack(trainer, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.stanza
def test_the_command_packs_a_folder(packed_model: Path, trainer_model: Path, tmp_path: Path) -> None:
    from coder.training.__main__ import app

    result = CliRunner().invoke(app, ["pack", str(trainer_model), str(tmp_path / "deep" / "out")])
    assert result.exit_code == 0, result.output
    assert is_packed(tmp_path / "deep" / "out") and [p.name for p in (tmp_path / "deep").iterdir()] == ["out"]
    assert verify_model(packed_model) in result.output
