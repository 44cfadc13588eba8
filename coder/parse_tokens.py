"""Text to tokens and sentences with Stanza's tokenizer network, many segments at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from coder.encoder import LSTM, Steps, linear
from coder.segment import Segment, Token

Labels = npt.NDArray[np.int64]

WINDOW = 1000
BATCH_CHARACTERS = 32_000

_RUN = re.compile(r"\S+")
_MAX_ADDRESS = 2000


class _Network:
    """Stanza's tokenizer model: an LSTM over characters, and one over what it finds."""

    def __init__(self, model: Any) -> None:
        self._letters = model.embeddings.weight.detach()
        self._gain = float(model.args["hier_invtemp"])
        self._first = [LSTM(model.rnn, n) for n in range(model.rnn.num_layers)]
        self._second = [LSTM(model.rnn2, n) for n in range(model.rnn2.num_layers)]
        names = ["tok_clf", "sent_clf", *(["mwt_clf"] if model.args["use_mwt"] else [])]
        first, second = ([getattr(model, f"{n}{end}") for n in names] for end in ("", "2"))
        self._read = linear(torch.cat([m.weight for m in first]), torch.cat([m.bias for m in first]))
        self._read_again = linear(torch.cat([m.weight for m in second]), None)
        self.device = self._letters.device

    @staticmethod
    def fits(model: Any) -> bool:
        """Whether a model is computed here."""
        args = getattr(model, "args", {})
        return bool(
            args.get("hierarchical")
            and args.get("conv_res") is None
            and getattr(model, "charmodel", None) is None
            and LSTM.fits(model.rnn)
            and LSTM.fits(model.rnn2)
            and model.tok_clf2.bias is None
        )

    def __call__(self, units: Labels, features: npt.NDArray[np.float32], sizes: Sequence[int]) -> Labels:
        """The label of each character.

        Args:
            units: of all texts, one behind the other.
            features: a row for each.
            sizes: characters of each text, falling.
        """
        steps = Steps(sizes, self.device)
        letters = torch.cat([self._letters[self._moved(units)], self._moved(features)], dim=1)
        x = letters[steps.rows]
        for lstm in self._first:
            x = lstm(x, steps)
        scores = self._read(x)
        if self._gain > 0:
            x = x * (1 - torch.sigmoid(-scores[:, :1] * self._gain))
        for lstm in self._second:
            x = lstm(x, steps)
        scores = scores + self._read_again(x)
        labels = torch.empty(len(x), dtype=torch.int64, device=self.device)
        labels[steps.rows] = self._labels(scores)
        return np.asarray(labels.cpu().numpy())

    def _moved(self, array: npt.NDArray[Any]) -> Tensor:
        return torch.from_numpy(array).to(self.device)

    @staticmethod
    def _labels(scores: Tensor) -> Tensor:
        """0 inside a token, 1 ends a token, 2 a sentence, 3 and 4 the same for multiword tokens."""
        no, yes = torch.nn.functional.logsigmoid(torch.stack([-scores, scores]))
        inside, token = no[:, 0], yes[:, 0]
        ends = [token + no[:, 1], token + yes[:, 1]]
        if scores.shape[1] > 2:
            ends = [e + no[:, 2] for e in ends] + [e + yes[:, 2] for e in ends]
        return torch.stack([inside, *ends], dim=1).argmax(1)


class CharacterTokenizer:
    """Stanza's tokenizer network over the segments of many documents at once; make one with `CharacterTokenizer.of`.

    The network reads a segment in windows of `WINDOW` characters, each starting behind the last sentence end found,
    as in Stanza; here the windows of all segments run together.
    """

    def __init__(self, trainer: Any, features: Sequence[str]) -> None:
        self._network = _Network(trainer.model.eval())
        self._vocabulary = trainer.vocab
        self._padding = int(self._vocabulary.unit2id("<PAD>"))
        self._positions = [n for n in ("end_of_para", "start_of_para") if n in features]
        self._characters = [n for n in features if n not in self._positions]
        self._rows: dict[int, tuple[int, list[int]]] = {}

    @classmethod
    def of(cls, processor: Any) -> CharacterTokenizer | None:
        """None where the model needs more than single characters (dictionaries, language models, patterns)."""
        from stanza.models.tokenization.data import PER_CHAR_FEAT_FUNCS, POSITION_FEAT_FUNCS

        trainer = processor._trainer
        if trainer is None or hasattr(processor, "_variant"):
            return None
        args, features = trainer.args, trainer.args["feat_funcs"]
        known = set(PER_CHAR_FEAT_FUNCS) | set(POSITION_FEAT_FUNCS)
        if args.get("use_dictionary") or args.get("charlm_forward_file") or not set(features) <= known:
            return None
        return cls(trainer, features) if args["lang"] == "en" and _Network.fits(trainer.model) else None

    def tokenize(self, found: Sequence[Segment]) -> list[list[list[Token]]]:
        """Sentences of tokens, by segment."""
        return [_tokens(s, labels) for s, labels in zip(found, self._labels([s.text for s in found]), strict=True)]

    def _labels(self, texts: Sequence[str]) -> list[Labels]:
        """For each character a label, as the network gives them; the last character ends a sentence."""
        labels = [np.zeros(len(t), dtype=np.int64) for t in texts]
        position = [0] * len(texts)
        pending = list(range(len(texts)))
        with torch.inference_mode():
            while pending:
                pending.sort(key=lambda i: (max(position[i] - len(texts[i]), -WINDOW), i))
                for batch in self._batches(pending, texts, position):
                    ends = [min(position[i] + WINDOW, len(texts[i])) for i in batch]
                    for i, end, row in zip(batch, ends, self._run(batch, ends, texts, position), strict=True):
                        window = row[: end - position[i]]
                        if end < len(texts[i]):
                            breaks = np.flatnonzero((window == 2) | (window == 4))
                            window = window[: breaks[-1] + 1] if len(breaks) else window
                        labels[i][position[i] : position[i] + len(window)] = window
                        position[i] += len(window)
                pending = [i for i in pending if position[i] < len(texts[i])]
        for row in labels:
            row[-1] = 4 if row[-1] > 2 else 2
        return labels

    def _batches(self, order: Sequence[int], texts: Sequence[str], position: Sequence[int]) -> Iterator[list[int]]:
        batch: list[int] = []
        total = 0
        for i in order:
            size = min(len(texts[i]) - position[i], WINDOW)
            if batch and total + size > BATCH_CHARACTERS:
                yield batch
                batch, total = [], 0
            batch.append(i)
            total += size
        if batch:
            yield batch

    def _run(
        self, batch: Sequence[int], ends: Sequence[int], texts: Sequence[str], position: Sequence[int]
    ) -> list[Labels]:
        # A segment that fits a window was trained with one pad behind it; windows of a longer one have none.
        pads = [int(position[i] == 0 and len(texts[i]) < WINDOW) for i in batch]
        lengths = [end - position[i] + pad for i, end, pad in zip(batch, ends, pads, strict=True)]
        order = sorted(range(len(batch)), key=lambda k: -lengths[k])
        starts = np.cumsum([0, *(lengths[k] for k in order)]).tolist()
        count = len(self._characters)
        units = np.full(starts[-1], self._padding, dtype=np.int64)
        features = np.zeros((starts[-1], count + len(self._positions)), dtype=np.float32)
        for start, k in zip(starts[:-1], order, strict=True):
            i, end = batch[k], ends[k]
            size = end - position[i]
            rows = slice(start, start + size)
            units[rows], features[rows, :count] = self._encoded(texts[i][position[i] : end])
            for column, name in enumerate(self._positions, count):
                if name == "end_of_para" and end == len(texts[i]):
                    features[start + size - 1, column] = 1
                if name == "start_of_para" and position[i] == 0:
                    features[start, column] = 1
        labels = self._network(units, features, [lengths[k] for k in order])
        found = dict(zip(order, pairwise(starts), strict=True))
        return [labels[slice(*found[k])] for k in range(len(batch))]

    def _encoded(self, text: str) -> tuple[Labels, npt.NDArray[np.float32]]:
        """The unit and the features of each character."""
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        different, places = np.unique(points, return_inverse=True)
        rows = [self._row(p) for p in different.tolist()]
        units = np.array([r[0] for r in rows], dtype=np.int64)
        features = np.array([r[1] for r in rows], dtype=np.float32).reshape(len(rows), len(self._characters))
        return units[places], features[places]

    def _row(self, point: int) -> tuple[int, list[int]]:
        row = self._rows.get(point)
        if row is None:
            from stanza.models.tokenization.data import PER_CHAR_FEAT_FUNCS

            character = chr(point)
            features = [PER_CHAR_FEAT_FUNCS[n](character) for n in self._characters]
            row = self._rows[point] = (self._vocabulary.unit2id(character), features)
        return row


def _keep_addresses(text: str, labels: Labels) -> None:
    """Keep e-mail and web addresses in one token, as Stanza does; by word, or long runs take quadratic time."""
    from stanza.models.tokenization.utils import MASK_RE

    for word in _RUN.finditer(text):
        run = word.group()
        if len(run) > _MAX_ADDRESS or not ("." in run[:-1] or "@" in run):
            continue
        for match in MASK_RE.finditer(run):
            start, end = word.start() + match.start(), word.start() + match.end()
            labels[start : end - 1] = 0
            labels[end - 1] = labels[end - 1] or 1


def _tokens(segment: Segment, labels: Labels) -> list[list[Token]]:
    """Sentences of tokens from the label of each character."""
    _keep_addresses(segment.text, labels)
    sentences: list[list[Token]] = []
    sentence: list[Token] = []
    start = 0
    for end in labels.nonzero()[0].tolist():
        label = int(labels[end])
        text = segment.text[start : end + 1]
        form = text.strip()
        if form:
            first = start + len(text) - len(text.lstrip())
            last = start + len(text.rstrip()) - 1
            sentence.append(Token(form, segment.offsets[first], segment.offsets[last] + 1, label > 2))
            if label in (2, 4):
                sentences.append(sentence)
                sentence = []
        start = end + 1
    if sentence:
        sentences.append(sentence)
    return sentences
