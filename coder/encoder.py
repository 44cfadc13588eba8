"""The transformer and the recurrent layers of a parser without padding: the arithmetic of BERT and of Stanza's LSTM.

In: rows of all sentences one under the other. Out: the same rows. A linear layer reads them as one matrix; attention
and recurrence take sentences of one length together, so that nothing is computed for padding. Weights are read from
the loaded models. Same float32 as theirs, other order of additions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, layer_norm, relu, scaled_dot_product_attention

from coder.casing import CasedEmbedding

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"none": lambda x: x, "gelu": gelu, "relu": relu}


class Linear:
    """A linear layer and what follows it.

    Args:
        weight: outputs × inputs.
        bias: of the outputs.
        activation: a key of `ACTIVATIONS`.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None, activation: str = "none") -> None:
        self.weight = weight.detach().contiguous()
        self.bias = bias.detach().contiguous() if bias is not None else None
        self.outputs, self.inputs = weight.shape
        self.activation = activation

    def __call__(self, x: Tensor, added: Tensor | None = None) -> Tensor:
        """The layer's outputs for rows of inputs, plus `added`."""
        y = ACTIVATIONS[self.activation](nn.functional.linear(x, self.weight, self.bias))
        return y if added is None else y + added


class PackedLinear(Linear):
    """A linear layer through oneDNN with its weight laid out once: same float32, twice as fast as MKL on some CPUs."""

    def __init__(self, weight: Tensor, bias: Tensor | None, activation: str = "none") -> None:
        super().__init__(weight, bias, activation)
        self.weight = torch.ops.mkldnn._reorder_linear_weight(self.weight)
        self._operator = torch.ops.mkldnn._linear_pointwise.default
        self._adding = torch.ops.mkldnn._linear_pointwise.binary

    def __call__(self, x: Tensor, added: Tensor | None = None) -> Tensor:
        if added is not None:
            y: Tensor = self._adding(x, added, self.weight, self.bias, "add")
            return y
        # "none" is also the name of the exact formula of gelu
        y = self._operator(x, self.weight, self.bias, self.activation, [], "none")
        return y


def linear(weight: Tensor, bias: Tensor | None, activation: str = "none") -> Linear:
    """The fastest linear layer to be had for weights where they are."""
    if weight.device.type == "cpu" and torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        try:
            layer = PackedLinear(weight, bias, activation)
            layer(weight.new_zeros(1, weight.shape[1]))
            layer(weight.new_zeros(1, weight.shape[1]), weight.new_zeros(1, weight.shape[0]))
            return layer
        except (AttributeError, RuntimeError, NotImplementedError):
            pass  # a torch without these operators
    return Linear(weight, bias, activation)


def of_module(module: Any, activation: str = "none") -> Linear:
    """A torch linear layer as `linear`."""
    return linear(module.weight, module.bias, activation)


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: Tensor
    bias: Tensor
    epsilon: float

    @classmethod
    def of(cls, module: Any) -> _Norm:
        return cls(module.weight.detach(), module.bias.detach(), float(module.eps))

    def __call__(self, x: Tensor) -> Tensor:
        return layer_norm(x, self.weight.shape, self.weight, self.bias, self.epsilon)


class _Layer:
    """Attention and feed-forward of a BERT layer."""

    def __init__(self, module: Any, heads: int) -> None:
        attention, output = module.attention.self, module.attention.output
        parts = (attention.query, attention.key, attention.value)
        self._heads = heads
        self._project = linear(torch.cat([p.weight for p in parts]), torch.cat([p.bias for p in parts]))
        self._attended = of_module(output.dense)
        self._first_norm = _Norm.of(output.LayerNorm)
        self._up = of_module(module.intermediate.dense, "gelu")
        self._down = of_module(module.output.dense)
        self._second_norm = _Norm.of(module.output.LayerNorm)

    def __call__(self, x: Tensor, groups: Sequence[tuple[int, int]], wanted: Tensor | None = None) -> Tensor:
        """What the layer gives for all rows, or for those wanted."""
        projected = self._project(x)
        attended = []
        start = 0
        for count, length in groups:
            rows = projected[start : start + count * length]
            query, key, value = rows.view(count, length, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
            mixed = scaled_dot_product_attention(query, key, value)
            attended.append(mixed.transpose(1, 2).reshape(count * length, -1))
            start += count * length
        rows = torch.cat(attended)
        if wanted is not None:
            rows, x = rows[wanted], x[wanted]
        x = self._first_norm(self._attended(rows, x))
        return self._second_norm(self._down(self._up(x), x))


class WordPieces:
    """The vectors of word pieces, and what their case adds where their numbers tell it (see `coder.casing`).

    Args:
        module: a `torch.nn.Embedding` or a `CasedEmbedding`.
    """

    def __init__(self, module: Any) -> None:
        self._cases: Tensor | None = None
        if isinstance(module, CasedEmbedding):
            none = module.cases.new_zeros(1, module.cases.shape[1])
            self._cases = torch.cat([none, module.cases.detach()])
            module = module.pieces
        self._pieces = module.weight.detach()

    def __call__(self, ids: Tensor) -> Tensor:
        if self._cases is None:
            return self._pieces[ids]
        size = len(self._pieces)
        return self._pieces[ids % size] + self._cases[ids // size]


class Encoder:
    """A BERT model for sentences that stand one under the other.

    Args:
        model: a `transformers.BertModel`, or a module with its parts under the same names.
        config: the model's, with `hidden_act` "gelu".
    """

    def __init__(self, model: Any, config: Any) -> None:
        embeddings = model.embeddings
        self._words = WordPieces(embeddings.word_embeddings)
        # every piece is of the first kind
        self._places = embeddings.position_embeddings.weight.detach()
        self._kind = embeddings.token_type_embeddings.weight.detach()[0]
        self._norm = _Norm.of(embeddings.LayerNorm)
        self._layers = [_Layer(layer, int(config.num_attention_heads)) for layer in model.encoder.layer]
        self.device = self._places.device

    @staticmethod
    def fits(config: Any) -> bool:
        """Whether a model of this configuration is computed here."""
        return (
            getattr(config, "model_type", None) == "bert"
            and getattr(config, "hidden_act", None) == "gelu"
            and getattr(config, "position_embedding_type", "absolute") == "absolute"
            and not getattr(config, "is_decoder", False)
        )

    @property
    def depth(self) -> int:
        """How many layers there are."""
        return len(self._layers)

    def __call__(self, sentences: Sequence[Sequence[int]], wanted: Tensor, layers: Sequence[int]) -> list[Tensor]:
        """Hidden states of some pieces.

        Args:
            sentences: ids of pieces with the first and last marks, shorter ones first.
            wanted: rows to give, counted over all pieces.
            layers: which states: 0 for the embeddings, n for what the nth layer gives.
        """
        lengths = [len(s) for s in sentences]
        groups = [(len(list(same)), length) for length, same in groupby(lengths)]
        ids = torch.tensor([p for s in sentences for p in s], device=self.device)
        places = torch.cat([torch.arange(length, device=self.device).repeat(count) for count, length in groups])
        x = self._norm(self._words(ids) + self._kind + self._places[places])
        kept = {0: x[wanted]}
        for number, layer in enumerate(self._layers[: max(layers)], 1):
            last = number == max(layers)
            x = layer(x, groups, wanted if last else None)
            if number in layers:
                kept[number] = x if last else x[wanted]
        return [kept[n] for n in layers]


class Steps:
    """The order in which a recurrence reads sentences: the first row of each, the second of all that have one, and so on.

    Args:
        sizes: rows of each sentence, falling.
        device: where the rows are.

    Attributes:
        counts: how many sentences have a first row, a second row, and so on.
        rows: of the sentences one under the other, in this order.
        mirrored: in this order, the row as far from the end of its sentence as each is from the beginning.
    """

    def __init__(self, sizes: Sequence[int], device: torch.device) -> None:
        lengths = np.asarray(sizes)
        counts = np.searchsorted(-lengths, -np.arange(lengths[0]), side="left")
        starts = counts.cumsum() - counts
        step = np.repeat(np.arange(lengths[0]), counts)
        sentence = np.arange(len(step)) - starts[step]
        self.counts: list[int] = counts.tolist()
        self.rows = torch.from_numpy((lengths.cumsum() - lengths)[sentence] + step).to(device)
        self.mirrored = torch.from_numpy(starts[lengths[sentence] - 1 - step] + sentence).to(device)


def tanh(x: Tensor) -> Tensor:
    """Hyperbolic tangent by way of the logistic function, which torch works out several times as fast on CPUs."""
    return (x * 2).sigmoid_().mul_(2).sub_(1)


class LSTM:
    """One bidirectional layer of a `torch.nn.LSTM` over rows in the order of `Steps`.

    Args:
        module: the LSTM.
        layer: which of its layers.
        hidden: first hidden states, directions × width; None for zeros.
        cell: first cell states.
    """

    def __init__(self, module: Any, layer: int, hidden: Tensor | None = None, cell: Tensor | None = None) -> None:
        width = self._width = int(module.hidden_size)
        # torch orders the gates in, forget, cell, out. The cell's is doubled: one sigmoid does for all, see `tanh`.
        scale = module.weight_hh_l0.new_ones(4 * width, 1)
        scale[2 * width : 3 * width] = 2
        self._directions = []
        for end in ("", "_reverse"):
            read, keep, first, second = (
                getattr(module, f"{name}_l{layer}{end}").detach()
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            self._directions.append((linear(read * scale, (first + second) * scale[:, 0]), linear(keep * scale, None)))
        zeros = scale.new_zeros(2, width)
        self._start = [zeros if state is None else state.detach() for state in (hidden, cell)]

    @staticmethod
    def fits(module: Any) -> bool:
        """Whether a module is computed here."""
        return bool(isinstance(module, nn.LSTM) and module.bidirectional and module.bias and not module.proj_size)

    def __call__(self, x: Tensor, steps: Steps) -> Tensor:
        """The layer's outputs, row by row."""
        forward = self._run(0, x, steps.counts)
        backward = self._run(1, x[steps.mirrored], steps.counts)
        return torch.cat([forward, backward[steps.mirrored]], dim=1)

    def _run(self, direction: int, x: Tensor, counts: Sequence[int]) -> Tensor:
        width = self._width
        read, keep = self._directions[direction]
        gates_read = read(x)
        hidden, cell = (s[direction].repeat(counts[0], 1) for s in self._start)
        out = x.new_empty(len(x), width)
        start = 0
        for count in counts:
            gates = keep(hidden[:count], gates_read[start : start + count]).sigmoid_()
            entry, forget, new, exit_ = gates.split(width, dim=1)
            cell = cell[:count].mul_(forget).addcmul_(entry, new, value=2).sub_(entry)
            hidden = torch.mul(exit_, tanh(cell), out=out[start : start + count])
            start += count
        return out


class Recurrent:
    """A bidirectional highway LSTM over sentences that stand one under the other, longer ones first.

    Args:
        module: Stanza's `HighwayLSTM`, its recurrence a `torch.nn.LSTM` in every layer.
        hidden: first hidden states, (layers × directions) × 1 × width.
        cell: first cell states.
    """

    def __init__(self, module: Any, hidden: Tensor, cell: Tensor) -> None:
        squash = module.highway_func or (lambda x: x)
        self._squash: Callable[[Tensor], Tensor] = tanh if squash is torch.tanh else squash
        hidden, cell = hidden[:, 0].view(-1, 2, hidden.shape[2]), cell[:, 0].view(-1, 2, cell.shape[2])
        parts = zip(module.lstm, hidden, cell, module.gate, module.highway, strict=True)
        self._layers = [(LSTM(p.lstm, 0, h, c), of_module(gate), of_module(way)) for p, h, c, gate, way in parts]

    @staticmethod
    def fits(module: Any) -> bool:
        """Whether a module is computed here."""
        return all(LSTM.fits(getattr(packed, "lstm", None)) for packed in module.lstm)

    def __call__(self, x: Tensor, sizes: Sequence[int]) -> Tensor:
        """The layer's outputs, row by row.

        Args:
            x: rows of all sentences.
            sizes: of each sentence, falling.
        """
        steps = Steps(sizes, x.device)
        x = x[steps.rows]
        for lstm, gate, highway in self._layers:
            x = lstm(x, steps).addcmul_(torch.sigmoid(gate(x)), self._squash(highway(x)))
        return torch.empty_like(x).index_copy_(0, steps.rows, x)
