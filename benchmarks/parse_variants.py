"""Lighter arithmetic for the parser: what each would gain in speed and cost in agreement.

    python benchmarks/parse_variants.py [--sentences 300] [--treebank en_pud-test.conllu] [--rounds 3]

Variants change the linear layers alone, of the transformer or of everything, and take turns on the same text, so that
other work on the machine touches all of them. Agreement: words with the same head, relation and tags as in float32,
of sentences cut alike. With a treebank (CoNLL-U) its text is parsed too. Nothing of the package is changed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import torch
from measure import ROOT, machine, table
from samples import generated, sample_parses

from coder import encoder
from coder.conllu import iter_conllu
from coder.parse import Parser
from coder.records import Document

Words = list[tuple[tuple[str, ...], list[tuple[Any, ...]]]]


class HalfLinear(encoder.Linear):
    """bfloat16 factors, float32 sums, results in float32."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, activation: str = "none") -> None:
        super().__init__(weight, bias, activation)
        self.weight = torch.ops.mkldnn._reorder_linear_weight(self.weight.bfloat16())
        self.bias = None if self.bias is None else self.bias.bfloat16()

    def __call__(self, x: torch.Tensor, added: torch.Tensor | None = None) -> torch.Tensor:
        y = torch.ops.mkldnn._linear_pointwise(x.bfloat16(), self.weight, self.bias, "none", [], "").float()
        y = encoder.ACTIVATIONS[self.activation](y)
        return y if added is None else y + added


class DynamicInt8Linear(encoder.Linear):
    """torch's dynamic quantization: weights and inputs as 8-bit integers, one scale for each output."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, activation: str = "none") -> None:
        super().__init__(weight, bias, activation)
        scales = (self.weight.abs().amax(1) / 127).clamp(min=1e-8).double()
        zeros = torch.zeros(len(scales), dtype=torch.int64)
        whole = torch.quantize_per_channel(self.weight, scales, zeros, 0, torch.qint8)
        self._packed = torch.ops.quantized.linear_prepack(whole, self.bias)

    def __call__(self, x: torch.Tensor, added: torch.Tensor | None = None) -> torch.Tensor:
        y = encoder.ACTIVATIONS[self.activation](torch.ops.quantized.linear_dynamic(x, self._packed))
        return y if added is None else y + added


def int8_weights(weight: torch.Tensor, bias: torch.Tensor | None, activation: str = "none") -> encoder.Linear:
    """Weights rounded to 8 bits, one scale for each output; arithmetic in float32."""
    scale = (weight.detach().abs().amax(1, keepdim=True) / 127).clamp(min=1e-8)
    return encoder.PackedLinear((weight.detach() / scale).round() * scale, bias, activation)


VARIANTS: dict[str, tuple[Callable[..., encoder.Linear], bool]] = {  # and whether beyond the transformer
    "float32": (encoder.linear, True),
    "bfloat16, transformer": (HalfLinear, False),
    "bfloat16, all": (HalfLinear, True),
    "dynamic int8, transformer": (DynamicInt8Linear, False),
    "int8 weights, all": (int8_weights, True),
    "plain torch layers (MKL)": (encoder.Linear, True),
}


def load(make: Callable[..., encoder.Linear], everywhere: bool) -> Parser:
    """The bundled model with other linear layers."""
    from coder import parse_heads, parse_tokens

    modules = [encoder, parse_heads, parse_tokens]
    kept, reader = [m.linear for m in modules], encoder.Encoder.__init__
    wide = dict(zip(modules, kept, strict=True))

    def reading(self: Any, model: Any, config: Any) -> None:
        for m in modules:
            m.linear = make
        reader(self, model, config)
        if not everywhere:
            for m, linear in wide.items():
                m.linear = linear

    encoder.Encoder.__init__ = reading  # type: ignore[method-assign]
    if everywhere:
        for m in modules:
            m.linear = make
    try:
        return Parser.load(threads=1, device="cpu")
    finally:
        encoder.Encoder.__init__ = reader  # type: ignore[method-assign]
        for m, linear in wide.items():
            m.linear = linear


def words(parser: Parser, documents: list[Document]) -> Words:
    """Each sentence's forms, and what is said of each word."""
    return [
        (s.forms, list(zip(s.heads, s.deprels, s.upos, s.xpos, s.feats, strict=True)))
        for parsed in parser.parse(documents)
        for s in parsed.sentences
    ]


def agreement(first: Words, second: Words) -> float:
    """Share of words with the same analysis, of sentences cut alike."""
    others = dict(second)
    pairs = [(a, b) for forms, found in first if forms in others for a, b in zip(found, others[forms], strict=True)]
    return sum(a == b for a, b in pairs) / max(len(pairs), 1)


def treebank(path: Path) -> list[Document]:
    """The sentences of a treebank as documents of neighbours."""
    texts = [s.text for parsed in iter_conllu(path) for s in parsed.sentences]
    return [
        Document(f"t{n}", " ".join(text for _, text in same)) for n, same in groupby(enumerate(texts), lambda x: x[0] // 8)
    ]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sentences", type=int, default=300)
    arguments.add_argument("--treebank", type=Path)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--work", type=Path, default=ROOT / "output" / ".benchmarks", help="Folder that keeps the parses.")
    given = arguments.parse_args()
    torch.set_num_threads(1)
    documents = [p.document for p in generated(sample_parses(given.work, 1), given.sentences)]
    parsers = {name: load(*how) for name, how in VARIANTS.items()}
    expected = {name: words(p, documents) for name, p in parsers.items()}  # also warms up
    seconds: dict[str, list[float]] = {name: [] for name in parsers}
    for _ in range(given.rounds):
        for name, parser in parsers.items():
            started = time.process_time()
            words(parser, documents)
            seconds[name].append(time.process_time() - started)
    others = treebank(given.treebank) if given.treebank else []
    found = {name: words(p, others) for name, p in parsers.items()}
    rows = []
    for name in parsers:
        ratios = sorted(a / b for a, b in zip(seconds["float32"], seconds[name], strict=True))
        share = [f"{100 * agreement(kept['float32'], kept[name]):.3f} %" for kept in (expected, found)]
        rows.append([name, ratios[len(ratios) // 2], share[0], share[1] if others else "-"])
    print(machine())
    table(f"{given.sentences:,} sentences, one thread", ["variant", "times float32", "sample", "treebank"], rows)


if __name__ == "__main__":
    main()
