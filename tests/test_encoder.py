"""The parser's arithmetic against that of the modules it reads: same numbers but for rounding, whatever the batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from stanza.models.common.biaffine import DeepBiaffineScorer
from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root
from stanza.models.common.hlstm import HighwayLSTM
from torch.nn.utils.rnn import pad_packed_sequence, pad_sequence

from coder import encoder
from coder.encoder import LSTM, Encoder, Recurrent, Steps
from coder.parse_heads import _batches, _LabelScorer, _PairScorer, _trees

SIZES = [9, 7, 7, 4, 1, 1]


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(7)


@pytest.fixture(params=["packed", "plain"])
def layers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Linear layers as they are here, and as they are where torch has no oneDNN."""
    if request.param == "plain":
        monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)


def random_weights(module: torch.nn.Module) -> torch.nn.Module:
    for p in module.parameters():
        torch.nn.init.normal_(p, std=0.3)
    return module.eval()


def close(first: torch.Tensor, second: torch.Tensor) -> bool:
    return bool(torch.allclose(first, second, rtol=1e-4, atol=1e-5))


def test_steps_of_a_recurrence() -> None:
    steps = Steps([3, 2, 2], torch.device("cpu"))
    assert steps.counts == [3, 3, 1]
    assert steps.rows.tolist() == [0, 3, 5, 1, 4, 6, 2]
    assert steps.mirrored.tolist() == [6, 4, 5, 3, 1, 2, 0]


@pytest.mark.usefixtures("layers")
@pytest.mark.parametrize("activation", ["none", "relu", "gelu"])
def test_linear_layers(activation: str) -> None:
    module = random_weights(torch.nn.Linear(5, 3))
    x, added = torch.randn(4, 5), torch.randn(4, 3)
    with torch.inference_mode():
        layer = encoder.of_module(module, activation)
        assert close(layer(x), encoder.ACTIVATIONS[activation](module(x)))
        if activation == "none":
            assert close(layer(x, added), module(x) + added)
            assert close(encoder.linear(module.weight, None)(x), x @ module.weight.t())


@pytest.mark.usefixtures("layers")
@pytest.mark.parametrize("squash", [None, torch.tanh])
def test_highway_lstm(squash: object) -> None:
    module = random_weights(HighwayLSTM(6, 5, num_layers=2, batch_first=True, bidirectional=True, highway_func=squash))
    sentences = [torch.randn(size, 6) for size in SIZES]
    hidden, cell = torch.randn(4, 1, 5), torch.randn(4, 1, 5)
    with torch.inference_mode():
        start = tuple(s.expand(4, len(SIZES), 5).contiguous() for s in (hidden, cell))
        expected, _ = pad_packed_sequence(
            module(pad_sequence(sentences, batch_first=True), SIZES, start)[0], batch_first=True
        )
        found = Recurrent(module, hidden, cell)(torch.cat(sentences), SIZES)
    assert close(found, torch.cat([row[:size] for row, size in zip(expected, SIZES, strict=True)]))


def test_lstm_from_zero() -> None:
    module = random_weights(torch.nn.LSTM(6, 5, num_layers=2, batch_first=True, bidirectional=True))
    x = torch.randn(7, 6)
    steps = Steps([7], x.device)
    with torch.inference_mode():
        first, second = LSTM(module, 0), LSTM(module, 1)
        for _ in range(2):  # one sentence alone leaves no trace in the states that the next one starts from
            assert close(second(first(x, steps), steps), module(x.unsqueeze(0))[0][0])


def test_other_recurrences_are_left_to_stanza() -> None:
    assert Recurrent.fits(HighwayLSTM(6, 5, batch_first=True, bidirectional=True))
    assert not Recurrent.fits(HighwayLSTM(6, 5, batch_first=True, bidirectional=False))
    assert not Recurrent.fits(HighwayLSTM(6, 5, batch_first=True, bidirectional=True, rec_dropout=0.2))


def bert() -> object:
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=50,
        hidden_size=24,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=32,
        max_position_embeddings=20,
    )
    return random_weights(BertModel(config, add_pooling_layer=False))


def pieces(lengths: Sequence[int]) -> list[list[int]]:
    return [torch.randint(0, 50, (n,)).tolist() for n in lengths]


@pytest.mark.usefixtures("layers")
@pytest.mark.parametrize("states", [[0, 1, 2, 3], [1, 2]])
def test_encoder_gives_the_states_of_the_transformer(states: list[int]) -> None:
    model = bert()
    sentences = pieces([3, 5, 5, 12])
    wanted = torch.tensor([0, 2, 3, 4, 9, 14, 24])
    with torch.inference_mode():
        found = Encoder(model, model.config)(sentences, wanted, states)  # type: ignore[attr-defined]
        alone = [model(torch.tensor([s]), output_hidden_states=True).hidden_states for s in sentences]  # type: ignore[operator]
        for number, got in zip(states, found, strict=True):
            assert close(got, torch.cat([a[number][0] for a in alone])[wanted])


def test_encoder_is_the_same_to_the_bit_whatever_else_is_in_the_batch() -> None:
    model = bert()
    reader = Encoder(model, model.config)  # type: ignore[attr-defined]
    sentences = pieces([3, 4, 4, 9, 9, 17])
    with torch.inference_mode():
        [together] = reader(sentences, torch.arange(46), [3])
        alone = torch.cat([reader([s], torch.arange(len(s)), [3])[0] for s in sentences])
    assert torch.equal(together, alone)


def test_other_transformers_are_left_to_stanza() -> None:
    model = bert()
    assert Encoder.fits(model.config)  # type: ignore[attr-defined]
    model.config.hidden_act = "relu"  # type: ignore[attr-defined]
    assert not Encoder.fits(model.config)  # type: ignore[attr-defined]
    assert not Encoder.fits(None)


def test_scores_of_arcs_and_labels() -> None:
    size, width = 6, 8
    arcs, labels = (random_weights(DeepBiaffineScorer(width, width, 5, n, pairwise=True)) for n in (1, 7))
    x = torch.randn(size, width)
    heads = torch.tensor([0, 0, 1, 1, 5, 1])
    with torch.inference_mode():
        first, second = (torch.relu(side(x)) for side in (arcs.W1, arcs.W2))
        scorer = _PairScorer(arcs)
        found = scorer.scores(scorer.of_dependents(first).unsqueeze(0), second.unsqueeze(0))
        assert close(found, arcs(x.unsqueeze(0), x.unsqueeze(0)).squeeze(3))
        first, second = (torch.relu(side(x)) for side in (labels.W1, labels.W2))
        expected = labels(x.unsqueeze(0), x.unsqueeze(0))[0, torch.arange(size), heads].argmax(1)
        assert _LabelScorer(labels).predict(first, second, heads).tolist() == expected.tolist()


def test_trees_are_the_best_ones() -> None:
    scores = np.random.default_rng(3).normal(size=(60, 6, 6)).astype(np.float32)
    scores[:30, :, :] += 3 * np.eye(6, k=-1, dtype=np.float32)  # chains: each word on the one before
    greedy = 0
    found = _trees(scores.copy(), chuliu_edmonds_one_root)
    for heads, own in zip(found, scores, strict=True):
        np.fill_diagonal(own, -np.inf)
        expected = chuliu_edmonds_one_root(own - np.log(np.exp(own).sum(axis=1, keepdims=True)))
        assert heads.tolist() == expected[1:].tolist()
        greedy += heads.tolist() == own[1:].argmax(axis=1).tolist()
    assert 10 < greedy < 55  # both ways were taken


@pytest.mark.parametrize(
    ("lengths", "expected"), [([2, 2, 2], [[0, 1], [2]]), ([9, 1, 3, 1], [[0], [1, 2], [3]]), ([], []), ([4], [[0]])]
)
def test_batches(lengths: list[int], expected: list[list[int]]) -> None:
    assert list(_batches(range(len(lengths)), lengths, 4)) == expected
