"""Where parsing spends its time, and how far the linear layers are from what the processor can do.

    python benchmarks/parse_stages.py [--sentences 1000]

One thread, processor time. Operations are counted as the layers run (a multiplication and an addition for each weight
and row; attention: two products of queries, keys and values). The attainable rate is that of the same layers on as many
rows of random numbers, nothing else between them.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from measure import ROOT, machine, table
from samples import generated, sample_parses

from coder import encoder, parse_heads
from coder.parse import Parser

Shapes = Counter[tuple[int, int, int]]  # rows, inputs, outputs


class Clock:
    """Seconds by stage; the time of a stage within another counts for the inner one alone."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner = [0.0]

    def watch(self, owner: Any, name: str, stage: str, note: Callable[..., None] | None = None) -> None:
        """Time a function or method of `owner` from now on."""
        function = getattr(owner, name)

        def timed(*given: Any, **named: Any) -> Any:
            if note:
                note(*given, **named)
            self._inner.append(0.0)
            started = time.process_time()
            try:
                return function(*given, **named)
            finally:
                whole = time.process_time() - started
                self.seconds[stage] += whole - self._inner.pop()
                self._inner[-1] += whole

        setattr(owner, name, timed)


def attainable(shapes: Shapes, rounds: int = 3) -> float:
    """Operations a second of linear layers of these shapes."""
    operations = seconds = 0.0
    layers = {(i, o): encoder.linear(torch.randn(o, i), torch.randn(o)) for _, i, o in shapes}
    with torch.inference_mode():
        for (rows, inputs, outputs), times in shapes.items():
            x, layer = torch.randn(rows, inputs), layers[inputs, outputs]
            took = []
            for _ in range(rounds):
                started = time.process_time()
                layer(x)
                took.append(time.process_time() - started)
            operations += 2 * rows * inputs * outputs * times
            seconds += min(took) * times
    return operations / seconds


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sentences", type=int, default=1000)
    arguments.add_argument("--work", type=Path, default=ROOT / "output" / ".benchmarks", help="Folder that keeps the parses.")
    given = arguments.parse_args()
    torch.set_num_threads(1)
    documents = [p.document for p in generated(sample_parses(given.work, 1), given.sentences)]
    parser = Parser.load(threads=1, device="cpu")
    stages, heads = parser._stages, parser._stages._heads  # type: ignore[attr-defined]
    list(parser.parse(documents[:8]))  # warms up

    clock, shapes = Clock(), Counter[tuple[int, int, int]]()
    work: Counter[str] = Counter()
    inside = [False]

    def layer_runs(layer: encoder.Linear, x: torch.Tensor, *_: Any) -> None:
        if inside[0]:
            shapes[len(x), layer.inputs, layer.outputs] += 1

    def sentences_of(_: Any, ids: list[list[int]], *__: Any) -> None:
        lengths = [len(s) for s in ids]
        work["pieces"] += sum(lengths)
        work["padded"] += len(lengths) * max(lengths)

    def attends(query: torch.Tensor, *_: Any) -> None:
        count, head, length, width = query.shape
        work["attention"] += 4 * count * head * length * length * width

    kind = type(heads._sides)
    layer_call, encoder_call = kind.__call__, encoder.Encoder.__call__

    def encoding(self: Any, *parts: Any) -> Any:
        inside[0] = True
        try:
            return encoder_call(self, *parts)
        finally:
            inside[0] = False

    kind.__call__ = lambda self, *parts: (layer_runs(self, *parts), layer_call(self, *parts))[1]  # type: ignore[method-assign]
    encoder.Encoder.__call__ = encoding  # type: ignore[method-assign]
    clock.watch(encoder, "scaled_dot_product_attention", "encoder: attention", attends)
    clock.watch(encoder.Encoder, "__call__", "encoder: linear layers, norms", sentences_of)
    clock.watch(encoder.Recurrent, "__call__", "LSTMs of tagger and parser")
    clock.watch(stages, "tokenize", "tokenizer")
    clock.watch(stages, "expand", "multiword tokens")
    clock.watch(heads, "_word_pieces", "word pieces")
    clock.watch(heads, "_tag", "tagger head")
    clock.watch(heads, "_parse", "parser head: arcs")
    clock.watch(heads._labels, "predict", "parser head: labels")
    clock.watch(parse_heads, "_trees", "parser head: trees")
    clock.watch(stages, "lemmatize", "lemmatizer")
    started = time.process_time()
    parsed = list(parser.parse(documents))
    total = time.process_time() - started

    clock.seconds["putting together"] = total - sum(clock.seconds.values())
    print(machine())
    rows = [[n, s, f"{100 * s / total:.1f} %"] for n, s in sorted(clock.seconds.items(), key=lambda x: -x[1])]
    count = sum(len(p.sentences) for p in parsed)
    words = sum(len(s) for p in parsed for s in p.sentences)
    table(f"{count:,} sentences, {words:,} words: {total:.2f} s, {count / total:.0f} sentences/s", ["stage", "s", "share"], rows)

    linear = sum(2 * r * i * o * n for (r, i, o), n in shapes.items())
    encoding_seconds = sum(s for n, s in clock.seconds.items() if n.startswith("encoder"))
    best = attainable(shapes)
    limit = (linear + work["attention"]) / best
    rows = [
        ["pieces, with the two marks of a sentence", f"{work['pieces']:,}"],
        ["the same padded to the longest of each batch", f"{work['padded']:,}"],
        ["operations of the encoder's linear layers, thousand millions", linear / 1e9],
        ["operations of its attention", work["attention"] / 1e9],
        ["a second, as run", (linear + work["attention"]) / encoding_seconds / 1e9],
        ["a second, attainable", best / 1e9],
        ["encoder, s", encoding_seconds],
        ["encoder at the attainable rate, s", limit],
        ["parsing, times that", total / limit],
    ]
    table("the encoder against the processor, one thread", ["", ""], rows)


if __name__ == "__main__":
    main()
