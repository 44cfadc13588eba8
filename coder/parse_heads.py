"""Tagger and parser on one run of the transformer they share: the arithmetic, in torch, of two loaded Stanza models.

In: sentences of words. Out: a `Tree` for each, in order. Stanza's own forward passes run the transformer once for
each model and score every label for every pair of words; here it runs once, and labels are scored for the arcs of the
finished tree. The results are the same but for float rounding. Imported only when a model is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from coder.casing import CasedTokenizer, case_of
from coder.encoder import Encoder, Recurrent, linear, of_module
from coder.memory import release_memory

Scores = npt.NDArray[np.float32]

BATCH_PIECES = 1024  # of the encoder: what it makes of them stays in the processor's cache
BATCH_WORDS = 4096
MAX_WORD_PIECES = 64
MAX_CACHED_WORDS = 500_000
LABEL_HEADS = 128

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


def plain_mark(word: str) -> str:
    """One mark for a run of question and exclamation marks, as Stanza trains with."""
    if len(word) > 1 and word[0] in _QUESTION + _EXCLAMATION and not word.strip(_QUESTION + _EXCLAMATION):
        return "?" if word[0] in _QUESTION else "!"
    return word


def _is_plain(args: dict[str, Any]) -> bool:
    """Whether the model reads nothing but the transformer."""
    return not (args.get("word_emb_dim") or args.get("char") or args.get("pretrain") or args.get("use_peft"))


class _TagColumn:
    """A tag classifier that hangs on the UPOS tag: its bilinear form folded into one matrix for each UPOS tag."""

    def __init__(self, hidden: Any, scorers: Sequence[Any], upos_embedding: Tensor) -> None:
        self._hidden = of_module(hidden, "relu")
        self._widths = [int(s.W_bilin.weight.shape[0]) for s in scorers]
        weight = torch.cat([s.W_bilin.weight.detach() for s in scorers])  # labels × hidden × embedding
        bias = torch.cat([s.W_bilin.bias.detach() for s in scorers])
        with_one = torch.cat([upos_embedding, upos_embedding.new_ones(len(upos_embedding), 1)], dim=1)
        folded = torch.einsum("oij,uj->uoi", weight, with_one)
        self._layers = [linear(f[:, :-1], f[:, -1] + bias) for f in folded]

    def predict(self, states: Tensor, upos: Tensor) -> Tensor:
        """Label ids, a column for each scorer."""
        hidden = self._hidden(states)
        chosen = hidden.new_empty(len(hidden), sum(self._widths))
        for tag in upos.unique().tolist():
            rows = (upos == tag).nonzero()[:, 0]
            chosen[rows] = self._layers[tag](hidden[rows])
        return torch.stack([part.argmax(1) for part in chosen.split(self._widths, dim=1)], dim=1)


class _PairScorer:
    """A biaffine score for every (dependent, head) pair of a sentence."""

    def __init__(self, scorer: Any) -> None:
        weight = scorer.scorer.W_bilin.weight.detach()[:, :, 0]  # dependent × head, each with a one behind it
        self._weight = linear(weight[:-1].t(), weight[-1] + _last(weight) * scorer.scorer.W_bilin.bias.detach()[0])

    def of_dependents(self, dependents: Tensor) -> Tensor:
        """What a pair's score is the product of, with its head: a factor for each input of the head, then what is added."""
        return self._weight(dependents)

    @staticmethod
    def scores(dependents: Tensor, heads: Tensor) -> Tensor:
        """Sentence × dependent × head, of sentences of one length.

        Args:
            dependents: from `of_dependents`.
            heads: as the scorer reads them.
        """
        return torch.baddbmm(dependents[:, :, -1:], dependents[:, :, :-1], heads.transpose(1, 2))


def _last(weight: Tensor) -> Tensor:
    """One for the last column, zero for the others."""
    return torch.eye(weight.shape[1], device=weight.device)[-1]


class _LabelScorer:
    """Relation scores for given arcs: the bilinear form of a head is worked out once for all its dependents."""

    def __init__(self, scorer: Any) -> None:
        weight = scorer.scorer.W_bilin.weight.detach()  # dependent × head × label
        self._inputs, self._labels = weight.shape[0] - 1, weight.shape[2]
        by_label = weight[:-1].permute(2, 0, 1).flatten(0, 1)  # (label × dependent) × head
        matrix = torch.cat([by_label, weight[-1].t()])
        bias = matrix[:, -1].clone()
        bias[len(by_label) :] += scorer.scorer.W_bilin.bias.detach()
        self._weight = linear(matrix[:, :-1], bias)

    def predict(self, dependents: Tensor, heads: Tensor, arcs: Tensor) -> Tensor:
        """Label ids of arcs.

        Args:
            dependents: as the scorer reads them.
            heads: rows of possible heads.
            arcs: the row of the head of each dependent.
        """
        labels = torch.empty_like(arcs)
        by_head = arcs.argsort(stable=True)
        used, counts = arcs[by_head].unique_consecutive(return_counts=True)
        first = counts.cumsum(0) - counts
        for count in counts.unique().tolist():
            chosen = (counts == count).nonzero()[:, 0]
            for block in chosen.split(LABEL_HEADS):
                factors = self._weight(heads[used[block]])
                matrix = factors[:, : self._labels * self._inputs].view(len(block), self._labels, self._inputs)
                added = factors[:, self._labels * self._inputs :].unsqueeze(1)
                rows = by_head[first[block].unsqueeze(1) + torch.arange(count, device=arcs.device)]
                labels[rows] = torch.baddbmm(added, dependents[rows], matrix.transpose(1, 2)).argmax(2)
        return labels


class SharedHeads:
    """Tagger and graph parser over one transformer; make one with `SharedHeads.of`."""

    def __init__(self, tagger: Any, parser: Any, spanning_tree: Callable[[Scores], npt.NDArray[np.int64]]) -> None:
        # nothing here holds on to the models: their weights are laid out anew
        self._spanning_tree = spanning_tree
        self._tags, self._relations = tagger.vocab, parser.vocab["deprel"]
        self._first_relation = len(self._relations) - int(parser.num_relations)  # the entries before it are no labels
        self._by_order, self._by_distance = bool(parser.args["linearization"]), bool(parser.args["distance"])
        bert = tagger.bert_model
        self._encoder = Encoder(bert, bert.config)
        self._tokenizer = tagger.bert_tokenizer
        # what a case adds to the number of a piece
        self._case_step = int(bert.config.vocab_size) if isinstance(self._tokenizer, CasedTokenizer) else 0
        self._pieces: dict[str, list[int]] = {}
        self.max_pieces = int(bert.config.max_position_embeddings) - 2
        depth = range(self._encoder.depth + 1)
        mixtures = [_mixture(tagger), _mixture(parser)]
        self._states = sorted({n for chosen, _ in mixtures for n in depth[chosen]})
        self._mixtures = [dict(zip(depth[chosen], weights, strict=True)) for chosen, weights in mixtures]
        self._tagger_reads = Recurrent(tagger.taggerlstm, tagger.taggerlstm_h_init, tagger.taggerlstm_c_init)
        self._parser_reads = Recurrent(parser.parserlstm, parser.parserlstm_h_init, parser.parserlstm_c_init)
        self._upos_hidden, self._upos = of_module(tagger.upos_hid, "relu"), of_module(tagger.upos_clf)
        upos = tagger.upos_emb.weight.detach()
        self._columns = {
            name: _TagColumn(tagger.tag_hid[name], _scorers(tagger.tag_clf[name]), upos) for name in ("xpos", "feats")
        }
        pairs = [parser.unlabeled]
        pairs += [parser.linearization] if self._by_order else []
        pairs += [parser.distance] if self._by_distance else []
        self._pairs = [_PairScorer(p) for p in pairs]
        self._labels = _LabelScorer(parser.deprel)
        sides = [side for scorer in (*pairs, parser.deprel) for side in (scorer.W1, scorer.W2)]
        self._sides = linear(torch.cat([s.weight for s in sides]), torch.cat([s.bias for s in sides]), "relu")
        self._widths = [int(s.weight.shape[0]) for s in sides]
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
        config = getattr(getattr(tagger, "bert_model", None), "config", None)
        columns = [(c.name, tuple(c.parents)) for c in getattr(tagger, "tag_columns", ())]
        fits = (
            Encoder.fits(config)
            and tagger.bert_model is getattr(parser, "bert_model", None)
            and getattr(tagger.bert_tokenizer, "is_fast", False)
            and _is_plain(tagged)
            and _is_plain(parsed)
            and columns == [("upos", ()), ("xpos", ("upos",)), ("feats", ("upos",))]
            and getattr(tagger, "link_mode", "") == "tag_emb"
            and not tagged.get("share_hid")
            and not any(parsed.get(k) for k in ("use_upos", "use_xpos", "use_ufeats", "use_arc_embedding", "reversed"))
            and hasattr(parser, "unlabeled")
            and Recurrent.fits(tagger.taggerlstm)
            and Recurrent.fits(parser.parserlstm)
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
            plain = [plain_mark(w) for w in new]
            for word, ids in zip(new, self._tokenizer(plain, add_special_tokens=False).input_ids, strict=True):
                if not ids:
                    ids = self._tokenizer(["-"], add_special_tokens=False).input_ids[0]
                if len(ids) > MAX_WORD_PIECES:  # the last piece stands for the word
                    ids = [*ids[: MAX_WORD_PIECES - 1], ids[-1]]
                self._pieces[word] = [i + self._case_step * case_of(word) for i in ids]
        return [self._pieces[w] for w in words]

    def piece_counts(self, words: Sequence[str]) -> list[int]:
        """Subword pieces of each word."""
        return [len(p) for p in self._word_pieces(words)]

    def analyse(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """Tags and trees of sentences.

        Args:
            sentences: none empty, none of more than `max_pieces` pieces.
        """
        order = sorted(range(len(sentences)), key=lambda i: (-len(sentences[i]), i))
        trees: dict[int, Tree] = {}
        with torch.inference_mode():
            for batch in _batches(order, [len(s) for s in sentences], BATCH_WORDS):
                trees.update(zip(batch, self._analyse_batch([sentences[i] for i in batch]), strict=True))
                release_memory()
        return [trees[i] for i in range(len(sentences))]

    def _analyse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """Tags and trees of sentences, longer ones first."""
        sizes = [len(s) + 1 for s in sentences]  # with the root
        for_tagger, for_parser = self._encode(sentences)
        device = for_tagger.device
        words = torch.ones(sum(sizes), dtype=torch.bool, device=device)
        words[torch.tensor([0, *sizes[:-1]], device=device).cumsum(0)] = False
        rows = words.nonzero()[:, 0]
        tags = self._tag(for_tagger[rows], [size - 1 for size in sizes])
        heads, labels = self._parse(for_parser, sizes, rows)
        trees = []
        start = 0
        for size, tree in zip(sizes, heads, strict=True):
            own = slice(start, start + size - 1)
            upos, xpos, feats = (tuple(column[own]) for column in tags)
            trees.append(Tree(upos, xpos, feats, tuple(tree), tuple(labels[own])))
            start += size - 1
        return trees

    def _encode(self, sentences: Sequence[Sequence[str]]) -> tuple[Tensor, Tensor]:
        """What tagger and parser each read of the transformer: a row for the root of each sentence and its words."""
        pieces = [self._word_pieces(s) for s in sentences]
        lengths = [sum(map(len, p)) + 2 for p in pieces]
        order = sorted(range(len(sentences)), key=lambda i: (lengths[i], i))
        found: list[list[Tensor]] = [[], []]
        for batch in _batches(order, lengths, BATCH_PIECES):
            ids, wanted, start = [], [], 0
            for i in batch:
                ids.append(
                    [self._tokenizer.cls_token_id, *(p for w in pieces[i] for p in w), self._tokenizer.sep_token_id]
                )
                wanted += list(
                    accumulate(map(len, pieces[i]), initial=start)
                )  # the root and the last piece of each word
                start += lengths[i]
            states = self._encoder(ids, torch.tensor(wanted, device=self._encoder.device), self._states)
            by_layer = dict(zip(self._states, states, strict=True))
            for mixture, kept in zip(self._mixtures, found, strict=True):
                kept.append(torch.stack([weight * by_layer[n] for n, weight in mixture.items()]).sum(0))
        starts = dict(zip(order, accumulate((len(sentences[i]) + 1 for i in order), initial=0), strict=False))
        rows = np.concatenate([np.arange(starts[i], starts[i] + len(s) + 1) for i, s in enumerate(sentences)])
        chosen = torch.from_numpy(rows).to(self._encoder.device)
        tagger, parser = (torch.cat(kept)[chosen] for kept in found)
        return tagger, parser

    def _tag(self, embedded: Tensor, counts: Sequence[int]) -> tuple[list[str], list[str], list[str]]:
        states = self._tagger_reads(embedded, counts)
        upos = self._upos(self._upos_hidden(states)).argmax(1)
        xpos = self._columns["xpos"].predict(states, upos)
        feats = self._columns["feats"].predict(states, upos)
        return (
            self._tags["upos"].unmap(upos.tolist()),
            _blank(self._tags["xpos"].unmap(xpos[:, 0].tolist() if xpos.shape[1] == 1 else xpos.tolist())),
            [self._feature_string(tuple(ids)) for ids in feats.tolist()],
        )

    def _feature_string(self, ids: tuple[int, ...]) -> str:
        found = self._feats.get(ids)
        if found is None:
            found = self._feats[ids] = _blank(self._tags["feats"].unmap([list(ids)]))[0]
        return found

    def _parse(self, embedded: Tensor, sizes: Sequence[int], words: Tensor) -> tuple[list[list[int]], list[str]]:
        states = self._parser_reads(embedded, sizes)
        sides = list(self._sides(states).split(self._widths, dim=1))
        dependents = [p.of_dependents(s) for p, s in zip(self._pairs, sides[:-2:2], strict=True)]
        heads = sides[1:-2:2]
        trees: list[npt.NDArray[np.int64]] = []
        start = 0
        for size, same in groupby(sizes):
            count = len(list(same))
            own = slice(start, start + count * size)
            scored = [
                p.scores(d[own].view(count, size, -1), h[own].reshape(count, size, -1))
                for p, d, h in zip(self._pairs, dependents, heads, strict=True)
            ]
            trees += _trees(self._arc_scores(scored, size).cpu().numpy(), self._spanning_tree)
            start += count * size
        starts = np.cumsum([0, *sizes[:-1]])
        arcs = torch.from_numpy(np.concatenate([tree + first for tree, first in zip(trees, starts, strict=True)]))
        ids = self._labels.predict(sides[-2][words], sides[-1], arcs.to(states.device)) + self._first_relation
        return [(t - 1).tolist() for t in trees], self._relations.unmap(ids.tolist())

    def _arc_scores(self, scored: list[Tensor], size: int) -> Tensor:
        """Scores of arcs with those of their direction and length, where the parser has them."""
        scores, *more = scored
        place = torch.arange(size, device=scores.device)
        offset = (place.unsqueeze(0) - place.unsqueeze(1)).float()  # head minus dependent
        if self._by_order:
            scores = scores + logsigmoid(more.pop(0) * torch.sign(offset))
        if self._by_distance:
            expected = 1 + nn.functional.softplus(more.pop(0))
            scores = scores - torch.log((offset.abs() - expected) ** 2 / 2 + 1)
        return scores


def _trees(scores: Scores, spanning_tree: Callable[[Scores], npt.NDArray[np.int64]]) -> list[npt.NDArray[np.int64]]:
    """Heads of the words of sentences of one length, 0 for the root: each word's best where that is a tree, else the best tree.

    Where the best heads make a tree with one root, no other tree has a higher score.

    Args:
        scores: sentence × dependent × head, the first of each the root; the diagonal is overwritten.
        spanning_tree: as in `SharedHeads.of`.
    """
    size = scores.shape[1]
    scores[:, range(size), range(size)] = -np.inf
    best = scores.argmax(axis=2)
    best[:, 0] = 0
    ancestor = best
    for _ in range(size.bit_length()):
        ancestor = np.take_along_axis(ancestor, ancestor, axis=1)
    fine = (np.count_nonzero(best[:, 1:] == 0, axis=1) == 1) & ~ancestor.any(axis=1)
    return [
        np.asarray(heads[1:] if ok else spanning_tree(_normal(own))[1:])
        for heads, ok, own in zip(best, fine, scores, strict=True)
    ]


def _normal(scores: Scores) -> Scores:
    """Log-probabilities of the heads of each dependent."""
    largest = scores.max(axis=1, keepdims=True)
    return np.asarray(scores - largest - np.log(np.exp(scores - largest).sum(axis=1, keepdims=True)))


def _scorers(classifier: Any) -> Sequence[Any]:
    return list(classifier) if isinstance(classifier, nn.ModuleList) else [classifier]


def _batches(order: Sequence[int], lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Neighbours together, in all at most so long unless one alone is longer."""
    batch: list[int] = []
    total = 0
    for i in order:
        if batch and total + lengths[i] > most:
            yield batch
            batch, total = [], 0
        batch.append(i)
        total += lengths[i]
    if batch:
        yield batch


def _mixture(model: Any) -> tuple[slice, list[float]]:
    """The transformer layers that a model reads and their weights."""
    mixer = model.bert_layer_mix
    if mixer is None:
        return slice(-4, -1), [0.25] * 3  # sic: Stanza divides these three by four
    count = int(mixer.in_features)
    return slice(-count, None), [float(w) + 1 / count for w in mixer.weight.detach()[0]]


def _blank(values: Sequence[str]) -> list[str]:
    return ["" if v == "_" else v for v in values]
