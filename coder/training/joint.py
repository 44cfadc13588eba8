"""Parser, tagger and their encoder trained together: one pass of the encoder serves both, and all three learn from both.

Stanza's two trainers cannot share an encoder that is still learning. Here its networks are built and run as they are,
by a loop that adds their losses. Matrix products are in bfloat16 (on a processor with AVX512-BF16 five times the speed of
float32); weights, optimizer and all else in float32.
"""

from __future__ import annotations

import math
import random
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, logsigmoid, softplus

from coder.casing import CasedTokenizer, stored_names, with_cases
from coder.model_files import ENCODER, ENCODER_WEIGHTS
from coder.parse_heads import SharedHeads, plain_mark
from coder.training import recipe as settings
from coder.training.pack import read_trainer
from coder.training.recipe import Joint
from coder.training.steps import files_of
from coder.training.treebanks import Tree, Word

PUNCTUATION = "PUNCT"


# Variants of sentences ----------------------------------------------------------------------------------------------


def without(words: Sequence[Word], drop: set[int]) -> tuple[Word, ...]:
    """A tree without some of its leaves."""
    kept = [i for i in range(len(words)) if i not in drop]
    place = {old: new for new, old in enumerate(kept)} | {-1: -1}
    return tuple(replace(words[i], head=place[words[i].head]) for i in kept)


def headline(words: Sequence[Word], titled: bool) -> tuple[Word, ...]:
    """As a headline has it: no articles, no forms of "be" before another verb, no full stop, perhaps words capitalised."""
    heads = {w.head for w in words}
    drop = {
        i
        for i, w in enumerate(words)
        if i not in heads
        and w.head >= 0
        and (
            (w.deprel == "det" and w.form.lower() in ("the", "a", "an"))
            or (w.deprel in ("aux", "aux:pass") and w.lemma == "be")
            or (i == len(words) - 1 and w.form == ".")
        )
    }
    if len(words) - len(drop) < 3:
        return tuple(words)
    small = ("ADP", "DET", "CCONJ", "PART", "SCONJ", "AUX", "PRON")
    shorter = without(words, drop)
    if not titled:
        return shorter
    return tuple(w if w.upos in small and len(w.form) < 5 else replace(w, form=w.form[:1].upper() + w.form[1:]) for w in shorter)


def unstopped(words: Sequence[Word]) -> tuple[Word, ...]:
    """Without the mark at the end, where nothing hangs on it."""
    last = len(words) - 1
    if last < 2 or words[last].upos != PUNCTUATION or words[last].head < 0 or any(w.head == last for w in words):
        return tuple(words)
    return without(words, {last})


def varied(words: Sequence[Word], how: Joint, chance: random.Random) -> tuple[Word, ...]:
    """The sentence as it is, or in one of the ways in which news departs from it."""
    drawn = chance.random()
    changes: tuple[tuple[float, Callable[[], tuple[Word, ...]]], ...] = (
        (how.headline, lambda: headline(words, chance.random() < 0.5)),
        (how.capitals, lambda: tuple(replace(w, form=w.form.upper()) for w in words)),
        (how.lower, lambda: tuple(replace(w, form=w.form.lower()) for w in words)),
        (how.unstopped, lambda: unstopped(words)),
    )
    for share, change in changes:
        if drawn < share:
            return change()
        drawn -= share
    return tuple(words)


# Networks -----------------------------------------------------------------------------------------------------------


class _Dropout(nn.Dropout):  # type: ignore[misc]
    """PyTorch's, with a byte a number instead of a float64: its masks took an eighth of the time. Shares are n/256."""

    def forward(self, input: Tensor) -> Tensor:
        dropped = round(self.p * 256)
        if not self.training or not dropped:
            return input
        drawn = torch.empty(-(-input.numel() // 8), dtype=torch.long).random_(-(2**63), None)
        kept = drawn.view(torch.uint8)[: input.numel()].view(input.shape) >= dropped
        return input * (kept * (256 / (256 - dropped))).to(input.dtype)


class _Bilinear(nn.Bilinear):  # type: ignore[misc]
    """PyTorch's, as one matrix product: its own makes a product an output, many times slower to learn with."""

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        return bilinear(input1, input2, self.weight) + self.bias


def bilinear(left: Tensor, right: Tensor, weight: Tensor) -> Tensor:
    """Row by row, the bilinear form of two rows for each output.

    Args:
        left, right: as many rows each.
        weight: output × left × right.
    """
    outputs, first, second = weight.shape
    with _light():
        wide = left @ weight.permute(1, 0, 2).reshape(first, outputs * second)
        scores = torch.bmm(wide.view(-1, outputs, second), right.to(wide.dtype).unsqueeze(2)).squeeze(2)
    return scores.float()


def _light() -> Any:
    return torch.autocast("cpu", dtype=torch.bfloat16)


class Networks:
    """Parser and tagger of Stanza over one encoder, with what turns words into their inputs."""

    def __init__(self, folder: Path) -> None:
        from coder.parse_load import folder_processors

        processors = folder_processors(folder, parts=("pos", "depparse"))
        self.parser, self.tagger = processors["depparse"]._trainer.model, processors["pos"]._trainer.model
        self.parser_vocab, self.tagger_vocab = self.parser.vocab, self.tagger.vocab
        encoder, tokenizer = self.tagger.bert_model, self.tagger.bert_tokenizer
        if not isinstance(tokenizer, CasedTokenizer):
            encoder, tokenizer = with_cases(encoder, tokenizer)
            self.tagger.bert_tokenizer = self.parser.bert_tokenizer = tokenizer
        self.encoder, self.tokenizer = encoder, tokenizer
        encoder.config._attn_implementation = "eager"  # the fused one learns slowly on a processor
        for layer in encoder.encoder.layer:
            layer.attention.self.dropout.p = 0.0  # masks of this size are slow to draw; the other ones remain
        for parameter in [*self.parser.parameters(), *self.tagger.parameters(), *encoder.parameters()]:
            parameter.requires_grad = True
        quicker = {nn.Bilinear: _Bilinear, nn.Dropout: _Dropout}
        for network in (self.tagger, self.parser, encoder):
            for module in network.modules():
                module.__class__ = quicker.get(type(module), type(module))
        self._counts: dict[str, int] = {}

    def pieces(self, words: Sequence[Word]) -> int:
        """How many word pieces the encoder reads of a sentence."""
        if new := sorted({w.form for w in words} - self._counts.keys()):
            encoded = self.tokenizer([plain_mark(form) for form in new], add_special_tokens=False).input_ids
            self._counts |= zip(new, map(len, encoded), strict=True)
        return sum(self._counts[w.form] for w in words)

    def groups(self, how: Joint) -> list[dict[str, Any]]:
        """The optimizer's groups: encoder and heads, each with and without weight decay."""
        groups: list[dict[str, Any]] = []
        own = [(list(self.encoder.parameters()), how.encoder_rate)]
        for model in (self.parser, self.tagger):
            own.append(([p for k, p in model.named_parameters() if not k.startswith("bert_model.")], how.head_rate))
        for listed, rate in own:
            groups.append({"params": [p for p in listed if p.dim() > 1], "lr": rate, "weight_decay": how.weight_decay})
            groups.append({"params": [p for p in listed if p.dim() < 2], "lr": rate, "weight_decay": 0.0})
        return [g | {"highest": g["lr"]} for g in groups]

    def state(self) -> dict[str, dict[str, Tensor]]:
        """All weights by network, the encoder's apart."""
        found = {"encoder": self.encoder.state_dict()}
        for name, model in (("parser", self.parser), ("tagger", self.tagger)):
            found[name] = {k: v for k, v in model.state_dict().items() if not k.startswith("bert_model.")}
        return found

    def write(self, parts: Mapping[str, Path], encoder: Path, folder: Path) -> None:
        """Write tagger, parser and encoder as their trainers would: `pos.pt`, `depparse.pt` and `encoder/`.

        Args:
            parts: the files of tagger and parser before, for their settings and vocabularies.
            encoder: its folder before, for its settings and its tokenizer.
            folder: to write to.
        """
        state = self.state()
        for name, network in (("pos", "tagger"), ("depparse", "parser")):
            weights = {k: v.detach().clone() for k, v in state[network].items()}
            torch.save(read_trainer(parts[name]) | {"model": weights}, folder / f"{name}.pt")
        (folder / ENCODER).mkdir(exist_ok=True)
        weights = {k: v.detach().contiguous() for k, v in stored_names(state["encoder"]).items()}
        (folder / ENCODER / ENCODER_WEIGHTS).write_bytes(save(weights, metadata={"format": "pt"}))
        for path in files_of(encoder):
            if path.name != ENCODER_WEIGHTS:
                shutil.copyfile(path, folder / ENCODER / path.name)

    def restore(self, state: dict[str, dict[str, Tensor]]) -> None:
        self.encoder.load_state_dict(state["encoder"])
        self.parser.load_state_dict(state["parser"], strict=False)
        self.tagger.load_state_dict(state["tagger"], strict=False)

    def loss(self, sentences: Sequence[Sequence[Word]]) -> tuple[Tensor, float, float]:
        """The loss of a batch, with its parser's and tagger's parts."""
        from stanza.models.common.data import get_long_tensor

        ordered = sorted(sentences, key=len, reverse=True)
        counts = [len(s) for s in ordered]
        text = [[plain_mark(w.form) for w in s] for s in ordered]
        size = len(ordered)
        vocab = self.parser_vocab
        head = get_long_tensor([[w.head + 1 for w in s] for s in ordered], size)
        deprel = get_long_tensor([vocab["deprel"].map([w.deprel for w in s]) for s in ordered], size)
        word = torch.zeros(size, max(counts) + 1, dtype=torch.long)
        mask = torch.arange(max(counts) + 1).unsqueeze(0) > torch.tensor(counts).unsqueeze(1)
        characters = torch.zeros(sum(counts) + size, 1)
        tags = [
            get_long_tensor([self.tagger_vocab[n].map([getattr(w, n) or "_" for w in s]) for s in ordered], size)
            for n in ("upos", "xpos", "feats")
        ]
        unused: list[Any] = [None] * 5
        with self._one_pass():
            states = self.parser.embed(
                word, mask, characters, None, *unused, head, deprel, None, [c + 1 for c in counts], None, text
            )
            parsed = self._parser_loss(states, mask, head, deprel)
            tagged, _ = self.tagger(word[:, 1:], mask[:, 1:], None, None, tags, None, None, counts, None, text)
        return parsed + tagged, float(parsed.detach()), float(tagged.detach())

    def _parser_loss(self, states: Tensor, mask: Tensor, head: Tensor, deprel: Tensor) -> Tensor:
        """As `GraphParser.forward` has it, but relations are scored for the true heads alone; a mean over the words."""
        from stanza.models.common.vocab import VOCAB_PREFIX_SIZE

        model = self.parser

        dependent, governor = model.drop(states), model.drop(states)  # one mask for all scorers: masks are slow to draw

        def hidden(scorer: Any) -> tuple[Tensor, Tensor]:
            with _light():
                left, right = scorer.W1(dependent), scorer.W2(governor)
            return tuple(with_one(scorer.dropout(torch.relu(x.float()))) for x in (left, right))  # type: ignore[return-value]

        def pairs(scorer: Any) -> Tensor:
            left, right = hidden(scorer)
            scores = left @ scorer.scorer.W_bilin.weight[:, :, 0] @ right.transpose(1, 2)
            return (scores + scorer.scorer.W_bilin.bias)[:, 1:]

        place = torch.arange(states.shape[1])
        offset = (place.unsqueeze(0) - place.unsqueeze(1))[1:]
        order = pairs(model.linearization)
        far = 1 + softplus(pairs(model.distance))
        near = -torch.log((offset.abs().float() - far) ** 2 / 2 + 1)
        arcs = pairs(model.unlabeled) + logsigmoid(order * torch.sign(offset).float()).detach() + near.detach()
        none = mask.unsqueeze(1) | (offset == 0).unsqueeze(0)
        real = ~mask[:, 1:]
        arcs = arcs.masked_fill(none, -torch.inf)[real]
        true = head[real]
        loss = cross_entropy(arcs, true, reduction="sum")
        chosen = head.unsqueeze(2)
        side = order.gather(2, chosen)[real].squeeze(1)
        after = offset.unsqueeze(0).expand(len(head), -1, -1).gather(2, chosen)[real].squeeze(1) > 0
        loss = loss + cross_entropy(torch.stack([-side / 2, side / 2], 1), after.long(), reduction="sum")
        loss = loss - near.gather(2, chosen)[real].sum()
        left, right = hidden(model.deprel)
        width = right.shape[2]
        half = torch.rand(int(real.sum())) < 0.5  # the costliest product by far: every other word will do
        dependents = left[:, 1:][real][half]
        heads = right.gather(1, chosen.expand(-1, -1, width))[real][half]
        form = model.deprel.scorer.W_bilin  # its weight is dependent × head × label
        scores = bilinear(dependents, heads, form.weight.permute(2, 0, 1)) + form.bias
        loss = loss + 2 * cross_entropy(scores, (deprel[real] - VOCAB_PREFIX_SIZE)[half], reduction="sum")
        return loss / real.sum()

    @contextmanager
    def _one_pass(self) -> Iterator[None]:
        """Both networks read the same run of the encoder."""
        from stanza.models.common.bert_embedding import cloned_feature

        held: list[tuple[list[Tensor], list[list[int]]]] = []

        def embeddings(_n: str, _t: Any, model: Any, data: Any, _d: Any, keep_endpoints: bool, **options: Any) -> list[Tensor]:
            if not held:
                held.append(self._encode(model, data))
            states, last = held[0]
            mixed = cloned_feature(states, detach=False, bert_layer_mix=options["bert_layer_mix"])
            rows = [m[places] for m, places in zip(mixed, last, strict=True)]
            return rows if keep_endpoints else [r[1:-1] for r in rows]

        with (
            mock.patch("stanza.models.depparse.model.extract_bert_embeddings", embeddings),
            mock.patch("stanza.models.pos.model.extract_bert_embeddings", embeddings),
        ):
            yield

    def _encode(self, model: Any, data: Sequence[Sequence[str]]) -> tuple[list[Tensor], list[list[int]]]:
        encoded = self.tokenizer(list(data), padding="longest", is_split_into_words=True, return_attention_mask=True)
        last = []
        for row, words in enumerate(data):
            ends = [0] * len(words)
            for place, index in enumerate(encoded.word_ids(batch_index=row)):
                if index is not None:
                    ends[index] = place
            end = max(ends) + 1
            last.append([0, *(e or max(ends[: i + 1]) for i, e in enumerate(ends)), end])
        with _light():
            out = model(
                torch.tensor(encoded["input_ids"]),
                attention_mask=torch.tensor(encoded["attention_mask"]),
                output_hidden_states=True,
            )
        return [s.float() for s in out.hidden_states], last


def with_one(x: Tensor) -> Tensor:
    return torch.cat([x, x.new_ones(*x.shape[:-1], 1)], dim=-1)


# Training -----------------------------------------------------------------------------------------------------------


def batches(
    trees: Sequence[Tree], how: Joint, chance: random.Random, length: Callable[[Sequence[Word]], int] = len
) -> Iterator[list[tuple[Word, ...]]]:
    """One pass over the trees: sentences of about one length together, batches in any order.

    Args:
        trees: of the sentences.
        how: how they are varied, and the words of a batch.
        chance: to draw from.
        length: of a sentence; what a batch is filled up to costs time.
    """
    varied_trees = [varied(t.words, how, chance) for t in trees]
    ordered = sorted(varied_trees, key=lambda w: (length(w) + chance.uniform(-2, 2)))
    made: list[list[tuple[Word, ...]]] = [[]]
    count = 0
    for words in ordered:
        if count + len(words) > how.words and made[-1]:
            made.append([])
            count = 0
        made[-1].append(words)
        count += len(words)
    chance.shuffle(made)
    yield from made


def rate(step: int, how: Joint) -> float:
    """Share of the highest learning rate at a step."""
    rise = max(1, int(how.steps * how.warmup))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, how.steps - rise)))


def scores(networks: Networks, trees: Sequence[Tree]) -> dict[str, float]:
    """Per cent of words with the right UPOS tag, head, and head and relation (without subtypes), words given."""
    from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root

    heads = SharedHeads.of(networks.tagger, networks.parser, spanning_tree=chuliu_edmonds_one_root, repairs=False)
    assert heads is not None
    found = heads.analyse([[w.form for w in t.words] for t in trees])
    words = right = headed = labelled = 0
    for tree, got in zip(trees, found, strict=True):
        for i, w in enumerate(tree.words):
            words += 1
            right += got.upos[i] == w.upos
            same = got.heads[i] == w.head
            headed += same
            labelled += same and got.deprels[i].split(":")[0] == w.deprel.split(":")[0]
    return {"UPOS": 100 * right / words, "UAS": 100 * headed / words, "LAS": 100 * labelled / words}


def train(
    trees: Sequence[Tree],
    development: Sequence[Tree],
    base: Path,
    how: Joint,
    folder: Path,
    say: Callable[[str], None] = print,
) -> Networks:
    """Train, going on from the last checkpoint in the folder.

    Args:
        trees: to learn from; those of more than 200 words are left out.
        development: to report scores on; they decide nothing.
        base: model folder to begin with.
        how: lengths and rates.
        folder: for `checkpoint.pt`.
        say: told the losses and scores.
    """
    torch.manual_seed(settings.SEED)
    networks = Networks(base)
    optimizer = torch.optim.AdamW(networks.groups(how), betas=(0.9, 0.98), eps=1e-8, fused=True)
    checkpoint = folder / "checkpoint.pt"
    step = passes = 0
    if checkpoint.is_file():
        saved = torch.load(checkpoint, weights_only=True)
        networks.restore(saved["weights"])
        optimizer.load_state_dict(saved["optimizer"])
        step, passes = saved["step"], saved["passes"]
        say(f"going on from step {step}")
    trees = [t for t in trees if len(t.words) <= 200]
    parameters = [p for g in optimizer.param_groups for p in g["params"]]
    began = time.perf_counter()
    sums = [0.0, 0.0]
    while step < how.steps:
        chance = random.Random(f"{settings.SEED}/{passes}")  # noqa: S311
        torch.manual_seed(settings.SEED + passes)
        networks.parser.train()
        networks.tagger.train()
        for batch in batches(trees, how, chance, networks.pieces):
            if step >= how.steps:
                break
            for group in optimizer.param_groups:
                group["lr"] = group["highest"] * rate(step, how)
            optimizer.zero_grad(set_to_none=True)
            loss, parsed, tagged = networks.loss(batch)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            step += 1
            sums = [sums[0] + parsed, sums[1] + tagged]
            if step % 50 == 0:
                say(f"step {step}: parser {sums[0] / 50:.3f} tagger {sums[1] / 50:.3f} {time.perf_counter() - began:.0f} s")
                sums = [0.0, 0.0]
            if step % how.every == 0:
                say(f"step {step}: {scores(networks, development)}")
        passes += 1
        state = {"weights": networks.state(), "optimizer": optimizer.state_dict(), "step": step, "passes": passes}
        part = checkpoint.with_suffix(".part")
        torch.save(state, part)
        part.replace(checkpoint)
    return networks
