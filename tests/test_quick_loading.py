"""The bundled parser is loaded without `transformers`: the same pieces, the same trees, and nothing slow to import."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import DATA
from model_layouts import linked, put

from coder.conllu import iter_conllu
from coder.parse import BUNDLED_MODEL, Parser, _SharedEncoderStages

ENCODER = BUNDLED_MODEL / "encoder"


def in_a_process(program: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.stanza
def test_parsing_imports_neither_transformers_nor_the_compiler_of_torch() -> None:
    found = in_a_process(
        "import json, sys\n"
        "from coder.parse import Parser\n"
        "from coder.records import Document\n"
        "[parsed] = Parser.load(threads=1, device='cpu').parse([Document('d', \"Envoys didn't meet the Zorblaxian chancellor.\")])\n"
        "slow = [m for m in ('transformers', 'torch._dynamo', 'sympy') if m in sys.modules]\n"
        "print(json.dumps({'slow': slow, 'lemmas': parsed.sentences[0].lemmas}))"
    )
    assert found["slow"] == []
    assert found["lemmas"][1:4] == ["do", "not", "meet"]


@pytest.mark.stanza
def test_stanza_still_finds_transformers_when_it_needs_it() -> None:
    found = in_a_process(
        "import json, sys\n"
        "from coder.deferred import load_stanza\n"
        "load_stanza()\n"
        "before = 'transformers' in sys.modules\n"
        "from stanza.models.depparse import trainer\n"
        "schedule = trainer.transformers.get_constant_schedule_with_warmup\n"
        "import transformers\n"
        "print(json.dumps({'before': before, 'same': schedule is transformers.get_constant_schedule_with_warmup,\n"
        "                  'version': transformers.__version__, 'again': load_stanza() is sys.modules['stanza']}))"
    )
    assert (found["before"], found["same"], found["again"]) == (False, True, True)
    assert found["version"][0].isdigit()


@pytest.mark.stanza
def test_the_same_word_pieces_as_transformers() -> None:
    from stanza.models.common.bert_embedding import load_tokenizer

    from coder.bert_parts import WordPieceTokenizer

    chance = random.Random(1)
    words = {form for p in iter_conllu(DATA / "behaviour.conllu") for s in p.sentences for form in s.forms}
    blocks = [(0x20, 0x2FF), (0x300, 0x36F), (0x370, 0x6FF), (0x2000, 0x206F), (0x4E00, 0x9FFF), (0x1F300, 0x1F9FF), (0xE000, 0xF8FF)]
    words |= {"".join(chr(chance.randint(*chance.choice(blocks))) for _ in range(chance.randint(1, 7))) for _ in range(4000)}
    words |= {"[CLS]", "[MASK]", "x" * 101, "x" * 600, "İstanbul", "e\u0301", "\u200b", "\ufffd", ""}
    listed = sorted(words)
    assert len(listed) > 4500
    ours, theirs = WordPieceTokenizer(ENCODER), load_tokenizer(str(ENCODER), local_files_only=True)
    assert ours(listed).input_ids == theirs(listed, add_special_tokens=False).input_ids
    assert ours(["a"], add_special_tokens=True).input_ids == theirs(["a"], add_special_tokens=True).input_ids
    assert (ours.cls_token_id, ours.sep_token_id) == (theirs.cls_token_id, theirs.sep_token_id)


def settings(**changes: object) -> Callable[[Path], None]:
    def change(encoder: Path) -> None:
        path = encoder / "config.json"
        put(path, json.dumps(json.loads(path.read_text()) | changes).encode())

    return change


def other_tokenizer(encoder: Path) -> None:
    path = encoder / "tokenizer_config.json"
    put(path, json.dumps(json.loads(path.read_text()) | {"tokenizer_class": "PreTrainedTokenizerFast"}).encode())


LEFT_TO_TRANSFORMERS = {
    "no tokenizer.json": lambda encoder: (encoder / "tokenizer.json").unlink(),
    "no tokenizer_config.json": lambda encoder: (encoder / "tokenizer_config.json").unlink(),
    "another tokenizer": other_tokenizer,
    "another model": settings(model_type="roberta"),
    "another activation": settings(hidden_act="silu"),
}


@pytest.mark.parametrize("what", LEFT_TO_TRANSFORMERS)
def test_other_encoders_are_left_to_transformers(what: str, tmp_path: Path) -> None:
    from coder.bert_parts import encoder_config

    encoder = linked(BUNDLED_MODEL, tmp_path / "model") / "encoder"
    assert encoder_config(encoder) is not None
    LEFT_TO_TRANSFORMERS[what](encoder)
    assert encoder_config(encoder) is None


@pytest.mark.stanza
def test_a_folder_left_to_transformers_parses_alike(tmp_path: Path) -> None:
    folder = linked(BUNDLED_MODEL, tmp_path / "model")
    (folder / "SHA256SUMS").unlink()
    other_tokenizer(folder / "encoder")
    other = Parser.load(folder, threads=1)
    assert isinstance(other._stages, _SharedEncoderStages)
    documents = [p.document for p in iter_conllu(DATA / "behaviour.conllu")][:30]
    assert list(other.parse(documents)) == list(Parser.load(threads=1).parse(documents))
