"""Tagger and parser on one run of the transformer they share: the arithmetic, in torch, of two loaded Stanza models.

In: sentences of words. Out: a `Tree` for each, in order. Stanza's own forward passes run the transformer once for
each model and score every label for every pair of words; here it runs once, and labels are scored for the arcs of the
finished tree. The results are the same but for float rounding. Imported only when a model is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid, relu
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

Scores = npt.NDArray[np.float32]

BATCH_PIECES = 4096
MAX_WORD_PIECES = 64
MAX_CACHED_WORDS = 500_000
LABEL_ROWS = 64

_QUESTION = "?？︖﹖⁇"
_EXCLAMATION = "!！︕﹗‼"


@dataclass(frozen=True, slots=True)
class Tree:
    """Tags and tree of a sentence; heads are word indices, -1 the root."""

    upos: tuple[str, ...]
    xpos: tuple[str, ...]
    feats: tuple[str, ...]
    heads: tuple[int, ...]
    deprels: tuple[str, ...]


class PackedLinear(nn.Module):  # type: ignore[misc]
    """A linear layer through oneDNN with its weight laid out once: same float32, twice as fast as MKL on some CPUs."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.bias = bias.detach().contiguous() if bias is not None else None
        self.weight = torch.ops.mkldnn._reorder_linear_weight(weight.detach().contiguous())

    def forward(self, x: Tensor) -> Tensor:
        rows = x.reshape(-1, x.shape[-1])
        out: Tensor = torch.ops.mkldnn._linear_pointwise(rows, self.weight, self.bias, "none", [], "")
        return out.view(*x.shape[:-1], out.shape[-1])


def _linear(weight: Tensor, bias: Tensor | None) -> nn.Module:
    """The fastest linear layer to be had here."""
    if torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        try:
            layer = PackedLinear(weight, bias)
            layer(weight.new_zeros(1, weight.shape[1]))
            return layer
        except (AttributeError, RuntimeError, NotImplementedError):
            pass  # a torch without these operators
    plain = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    plain.weight = nn.Parameter(weight.detach().contiguous(), requires_grad=False)
    if bias is not None:
        plain.bias = nn.Parameter(bias.detach().contiguous(), requires_grad=False)
    return plain


def _replace_linear(module: nn.Module) -> None:
    for name, child in module.named_children():
        if type(child) is nn.Linear:
            setattr(module, name, _linear(child.weight, child.bias))
        else:
            _replace_linear(child)


def _with_one(x: Tensor) -> Tensor:
    return torch.cat([x, x.new_ones(*x.shape[:-1], 1)], dim=-1)


def _plain_mark(word: str) -> str:
    """One mark for a run of question and exclamation marks, as Stanza trains with."""
    if len(word) > 1 and word[0] in _QUESTION + _EXCLAMATION and not word.strip(_QUESTION + _EXCLAMATION):
        return "?" if word[0] in _QUESTION else "!"
    return word


def _is_plain(args: dict[str, Any]) -> bool:
    """Whether the model reads nothing but the transformer."""
    return not (args.get("word_emb_dim") or args.get("char") or args.get("pretrain") or args.get("use_peft"))


class _TagColumn:
    """A tag classifier that hangs on the UPOS tag: its bilinear form folded into one matrix over all UPOS tags."""

    def __init__(self, hidden: nn.Module, scorers: Sequence[Any], upos_embedding: Tensor) -> None:
        self._hidden = hidden
        self._widths = [int(s.W_bilin.weight.shape[0]) for s in scorers]
        weight = torch.cat([s.W_bilin.weight.detach() for s in scorers])  # labels × hidden × embedding
        bias = torch.cat([s.W_bilin.bias.detach() for s in scorers])
        folded = torch.einsum("oij,uj->uoi", weight, _with_one(upos_embedding))
        self._tags = folded.shape[0]
        self._layer = _linear(
            folded[:, :, :-1].reshape(-1, folded.shape[2] - 1),
            (folded[:, :, -1] + bias).reshape(-1),
        )

    def predict(self, states: Tensor, upos: Tensor) -> Tensor:
        """Label ids, a column for each scorer."""
        scores = self._layer(relu(self._hidden(states))).view(len(states), self._tags, -1)
        chosen = scores[torch.arange(len(states)), upos]
        return torch.stack([part.argmax(1) for part in chosen.split(self._widths, dim=1)], dim=1)


class _PairScorer:
    """A biaffine score for every (dependent, head) pair."""

    def __init__(self, scorer: Any) -> None:
        self._first, self._second = scorer.W1, scorer.W2
        weight = scorer.scorer.W_bilin.weight.detach()[:, :, 0]
        self._weight = _linear(weight.t(), None)
        self._bias = float(scorer.scorer.W_bilin.bias.detach()[0])

    def __call__(self, states: Tensor) -> Tensor:
        left = self._weight(_with_one(relu(self._first(states))))
        right = _with_one(relu(self._second(states)))
        return torch.bmm(left, right.transpose(1, 2)) + self._bias


class _LabelScorer:
    """Relation scores for given arcs."""

    def __init__(self, scorer: Any) -> None:
        self._first, self._second = scorer.W1, scorer.W2
        weight = scorer.scorer.W_bilin.weight.detach()  # dependent × head × label
        self._bias = scorer.scorer.W_bilin.bias.detach()
        self._shape = (weight.shape[2], weight.shape[1])
        self._weight = _linear(weight.permute(2, 1, 0).reshape(-1, weight.shape[0]), None)

    def predict(self, dependents: Tensor, heads: Tensor) -> Tensor:
        """Label ids for pairs of states."""
        left = _with_one(relu(self._first(dependents)))
        right = _with_one(relu(self._second(heads)))
        best = [
            (torch.bmm(self._weight(a).view(len(a), *self._shape), b.unsqueeze(2)).squeeze(2) + self._bias).argmax(1)
            for a, b in zip(torch.split(left, LABEL_ROWS), torch.split(right, LABEL_ROWS), strict=True)
        ]
        return torch.cat(best)


class SharedHeads:
    """Tagger and graph parser over one frozen transformer; make one with `SharedHeads.of`."""

    def __init__(self, tagger: Any, parser: Any, spanning_tree: Callable[[Scores], npt.NDArray[np.int64]]) -> None:
        self._tagger, self._parser, self._spanning_tree = tagger.eval(), parser.eval(), spanning_tree
        self._encoder = tagger.bert_model.eval()
        self._tokenizer = tagger.bert_tokenizer
        self._pieces: dict[str, list[int]] = {}
        self.max_pieces = int(self._encoder.config.max_position_embeddings) - 2
        self._mixtures = [_mixture(tagger), _mixture(parser)]
        tagger.bert_layer_mix = parser.bert_layer_mix = None
        for module in (self._encoder, tagger, parser):
            _replace_linear(module)
        upos = tagger.upos_emb.weight.detach()
        self._columns = {
            name: _TagColumn(tagger.tag_hid[name], _scorers(tagger.tag_clf[name]), upos) for name in ("xpos", "feats")
        }
        self._arcs = _PairScorer(parser.unlabeled)
        self._order = _PairScorer(parser.linearization) if parser.args["linearization"] else None
        self._distance = _PairScorer(parser.distance) if parser.args["distance"] else None
        self._labels = _LabelScorer(parser.deprel)
        self._feats: dict[tuple[int, ...], str] = {}

    @classmethod
    def of(
        cls,
        tagger: Any,
        parser: Any,
        *,
        spanning_tree: Callable[[Scores], npt.NDArray[np.int64]],
        repairs: bool,
    ) -> SharedHeads | None:
        """The two models together, None where they are not of the kind that can share.

        Args:
            tagger: Stanza's `Tagger`.
            parser: Stanza's `GraphParser`.
            spanning_tree: best tree with one root from a matrix of scores (dependent × head).
            repairs: whether Stanza would mend trees with two subjects afterwards, which needs the score of every label.
        """
        tagged, parsed = tagger.args, getattr(parser, "args", {})
        kind = getattr(getattr(getattr(tagger, "bert_model", None), "config", None), "model_type", None)
        columns = [(c.name, tuple(c.parents)) for c in getattr(tagger, "tag_columns", ())]
        fits = (
            kind == "bert"
            and tagger.bert_model is getattr(parser, "bert_model", None)
            and getattr(tagger.bert_tokenizer, "is_fast", False)
            and _is_plain(tagged)
            and _is_plain(parsed)
            and columns == [("upos", ()), ("xpos", ("upos",)), ("feats", ("upos",))]
            and getattr(tagger, "link_mode", "") == "tag_emb"
            and not tagged.get("share_hid")
            and not any(parsed.get(k) for k in ("use_upos", "use_xpos", "use_ufeats", "use_arc_embedding", "reversed"))
            and hasattr(parser, "unlabeled")
            and not repairs
        )
        return cls(tagger, parser, spanning_tree) if fits else None

    def _word_pieces(self, words: Sequence[str]) -> list[list[int]]:
        """Subword ids of words; a word that the tokenizer reduces to nothing stands as a hyphen."""
        new = sorted({w for w in words if w not in self._pieces})
        if new:
            if len(self._pieces) > MAX_CACHED_WORDS:
                self._pieces.clear()
                new = sorted(set(words))
            plain = [_plain_mark(w) for w in new]
            for word, ids in zip(new, self._tokenizer(plain, add_special_tokens=False).input_ids, strict=True):
                if not ids:
                    ids = self._tokenizer("-", add_special_tokens=False).input_ids
                if len(ids) > MAX_WORD_PIECES:  # the last piece stands for the word
                    ids = [*ids[: MAX_WORD_PIECES - 1], ids[-1]]
                self._pieces[word] = list(ids)
        return [self._pieces[w] for w in words]

    def piece_counts(self, words: Sequence[str]) -> list[int]:
        """Subword pieces of each word."""
        return [len(p) for p in self._word_pieces(words)]

    def analyse(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """Tags and trees of sentences.

        Args:
            sentences: none empty, none of more than `max_pieces` pieces.
        """
        pieces = [self._word_pieces(s) for s in sentences]
        lengths = [sum(map(len, p)) for p in pieces]
        order = sorted(range(len(sentences)), key=lambda i: (lengths[i], i))
        trees: dict[int, Tree] = {}
        with torch.inference_mode():
            for batch in _batches(order, lengths):
                trees.update(zip(batch, self._analyse_batch([pieces[i] for i in batch]), strict=True))
        return [trees[i] for i in range(len(sentences))]

    def _analyse_batch(self, sentences: Sequence[Sequence[Sequence[int]]]) -> list[Tree]:
        for_tagger, for_parser, counts = self._encode(sentences)
        tags = self._tag(for_tagger, counts)
        heads, labels = self._parse(for_parser, counts)
        trees = []
        start = 0
        for count, tree in zip(counts, heads, strict=True):
            rows = slice(start, start + count)
            upos, xpos, feats = (tuple(column[rows]) for column in tags)
            trees.append(Tree(upos, xpos, feats, tuple(tree), tuple(labels[rows])))
            start += count
        return trees

    def _encode(self, sentences: Sequence[Sequence[Sequence[int]]]) -> tuple[Tensor, Tensor, list[int]]:
        """What tagger and parser each read of the transformer, sentence × (root and words) × width."""
        counts = [len(s) for s in sentences]
        widths = [sum(map(len, s)) + 2 for s in sentences]
        ids = np.full((len(sentences), max(widths)), self._tokenizer.pad_token_id, dtype=np.int64)
        mask = np.zeros_like(ids)
        last = np.zeros((len(sentences), max(counts) + 1), dtype=np.int64)
        for row, words in enumerate(sentences):
            flat = [p for w in words for p in w]
            ids[row, : len(flat) + 2] = [self._tokenizer.cls_token_id, *flat, self._tokenizer.sep_token_id]
            mask[row, : len(flat) + 2] = 1
            last[row, 1 : len(words) + 1] = np.cumsum([len(w) for w in words])
        attention = torch.from_numpy(mask) if min(widths) < max(widths) else None
        states = self._encoder(torch.from_numpy(ids), attention_mask=attention, output_hidden_states=True).hidden_states
        rows = torch.arange(len(sentences)).unsqueeze(1)
        columns = torch.from_numpy(last)
        layers = [layer[rows, columns] for layer in states]
        tagger, parser = (
            torch.stack([w * x for w, x in zip(weights, layers[chosen], strict=True)]).sum(0)
            for chosen, weights in self._mixtures
        )
        return tagger, parser, counts

    def _tag(self, embedded: Tensor, counts: Sequence[int]) -> tuple[list[str], list[str], list[str]]:
        model = self._tagger
        padded = _recur(model.taggerlstm, model.taggerlstm_h_init, model.taggerlstm_c_init, embedded[:, 1:], counts)
        states = _unpad(padded, counts)
        upos = model.upos_clf(relu(model.upos_hid(states))).argmax(1)
        xpos = self._columns["xpos"].predict(states, upos)
        feats = self._columns["feats"].predict(states, upos)
        return (
            model.vocab["upos"].unmap(upos.tolist()),
            _blank(model.vocab["xpos"].unmap(xpos[:, 0].tolist() if xpos.shape[1] == 1 else xpos.tolist())),
            [self._feature_string(tuple(ids)) for ids in feats.tolist()],
        )

    def _feature_string(self, ids: tuple[int, ...]) -> str:
        found = self._feats.get(ids)
        if found is None:
            found = self._feats[ids] = _blank(self._tagger.vocab["feats"].unmap([list(ids)]))[0]
        return found

    def _parse(self, embedded: Tensor, counts: Sequence[int]) -> tuple[list[list[int]], list[str]]:
        model = self._parser
        sizes = [c + 1 for c in counts]
        states = _recur(model.parserlstm, model.parserlstm_h_init, model.parserlstm_c_init, embedded, sizes)
        scores = self._arcs(states)
        place = torch.arange(states.shape[1])
        offset = place.unsqueeze(0) - place.unsqueeze(1)  # head minus dependent
        if self._order:
            scores += logsigmoid(self._order(states) * torch.sign(offset).float())
        if self._distance:
            expected = 1 + nn.functional.softplus(self._distance(states))
            scores -= torch.log((offset.abs().float() - expected) ** 2 / 2 + 1)
        matrix = scores.numpy()
        trees = [self._tree(matrix[row, :size, :size]) for row, size in enumerate(sizes)]
        dependents = _unpad(states[:, 1:], counts)
        rows = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))
        heads = states[rows, torch.from_numpy(np.concatenate(trees))]
        ids = (self._labels.predict(dependents, heads) + self._prefix).tolist()
        return [(t - 1).tolist() for t in trees], model.vocab["deprel"].unmap(ids)

    @property
    def _prefix(self) -> int:
        """Entries of the label vocabulary that are not labels."""
        return len(self._parser.vocab["deprel"]) - int(self._parser.num_relations)

    def _tree(self, scores: Scores) -> npt.NDArray[np.int64]:
        """Heads of the words, 0 for the root: each word's best head where that is a tree, else the best tree."""
        np.fill_diagonal(scores, -np.inf)
        best = scores.argmax(axis=1)
        best[0] = 0
        if np.count_nonzero(best[1:] == 0) == 1:
            ancestor = best
            for _ in range(len(best).bit_length()):
                ancestor = ancestor[ancestor]
            if not ancestor.any():
                return np.asarray(best[1:])
        largest = scores.max(axis=1, keepdims=True)
        normal = scores - largest - np.log(np.exp(scores - largest).sum(axis=1, keepdims=True))
        return np.asarray(self._spanning_tree(normal)[1:])


def _scorers(classifier: Any) -> Sequence[Any]:
    return list(classifier) if isinstance(classifier, nn.ModuleList) else [classifier]


def _batches(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """Neighbours in length together, padded size at most `BATCH_PIECES`."""
    batch: list[int] = []
    for i in order:
        if batch and (len(batch) + 1) * (lengths[i] + 2) > BATCH_PIECES:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _mixture(model: Any) -> tuple[slice, list[float]]:
    """The transformer layers that a model reads and their weights."""
    mixer = model.bert_layer_mix
    if mixer is None:
        return slice(-4, -1), [0.25] * 3  # sic: Stanza divides these three by four
    count = int(mixer.in_features)
    return slice(-count, None), [float(w) + 1 / count for w in mixer.weight.detach()[0]]


def _recur(lstm: Any, hidden: Tensor, cell: Tensor, embedded: Tensor, counts: Sequence[int]) -> Tensor:
    packed = pack_padded_sequence(embedded, torch.tensor(counts), batch_first=True, enforce_sorted=False)
    size = (-1, len(counts), -1)
    out: PackedSequence = lstm(packed, counts, hx=(hidden.expand(*size).contiguous(), cell.expand(*size).contiguous()))[
        0
    ]
    return pad_packed_sequence(out, batch_first=True)[0]


def _unpad(states: Tensor, counts: Sequence[int]) -> Tensor:
    keep = torch.arange(states.shape[1]).unsqueeze(0) < torch.tensor(counts).unsqueeze(1)
    return states[:, : keep.shape[1]][keep]


def _blank(values: Sequence[str]) -> list[str]:
    return ["" if v == "_" else v for v in values]
