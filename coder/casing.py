"""Capitals for an encoder that reads lower-case word pieces.

The encoder's tokenizer puts every word into lower case, so "Turkey" and "turkey" are one to it. Here a piece's number says
how its word was written as well: piece + vocabulary size × case. `CasedEmbedding` takes the two apart and adds a
learned vector for the case; it costs no time and 3 × 384 numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

CASES = 3
CASE_TABLE = "embeddings.case_embeddings.weight"
"""Name of the table of cases among an encoder's tensors."""


def case_of(word: str) -> int:
    """How a word is written.

    Returns:
        0 for no capital first ("talks", "iPhone", "2003"), 1 for a capital first ("Ankara", "A", "McCain"), 2 for two
        letters or more that are all capitals ("NATO", "U.S.").
    """
    first = next((c for c in word if c.isalpha()), "")
    if not first.isupper():
        return 0
    return 2 if word.isupper() and sum(map(str.isalpha, word)) > 1 else 1


class CasedEmbedding(nn.Module):  # type: ignore[misc]
    """Word pieces with their cases.

    Args:
        pieces: a row for each word piece.
        cases: a row for each case but 0, which adds nothing.
    """

    def __init__(self, pieces: nn.Embedding, cases: Tensor | None = None) -> None:
        super().__init__()
        self.pieces = pieces
        rows = cases if cases is not None else torch.zeros(CASES - 1, pieces.embedding_dim)
        self.cases = nn.Parameter(rows)

    def forward(self, ids: Tensor) -> Tensor:
        size = self.pieces.num_embeddings
        none = self.cases.new_zeros(1, self.cases.shape[1])
        embedded: Tensor = self.pieces(ids % size)
        return embedded + nn.functional.embedding(ids // size, torch.cat([none, self.cases]))


class CasedTokenizer:
    """A fast tokenizer whose piece numbers say the case of their word, for Stanza's own processors.

    Args:
        tokenizer: of the encoder, as `transformers` has it.
        size: of its vocabulary.
    """

    is_fast = True

    def __init__(self, tokenizer: Any, size: int) -> None:
        self.plain, self._size = tokenizer, size

    def __call__(self, data: Sequence[Sequence[str]], **options: Any) -> Any:
        encoded = self.plain(data, **options)
        if options.get("is_split_into_words"):
            for row, words in enumerate(data):
                places = encoded.word_ids(batch_index=row)
                encoded["input_ids"][row] = [
                    piece if place is None else piece + self._size * case_of(words[place])
                    for piece, place in zip(encoded["input_ids"][row], places, strict=True)
                ]
        return encoded

    def __getattr__(self, name: str) -> Any:
        if name in ("plain", "_size") or name.startswith("__"):  # while it is being copied
            raise AttributeError(name)
        return getattr(self.plain, name)


def with_cases(encoder: Any, tokenizer: Any, cases: Tensor | None = None) -> tuple[Any, CasedTokenizer]:
    """An encoder that reads piece numbers with cases, and the tokenizer that gives them.

    Args:
        encoder: a BERT model, which is changed.
        tokenizer: its own.
        cases: what each case but 0 adds; None for nothing, to learn from.
    """
    encoder.embeddings.word_embeddings = CasedEmbedding(encoder.embeddings.word_embeddings, cases)
    return encoder, CasedTokenizer(tokenizer, int(encoder.config.vocab_size))


def stored_names(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """An encoder's weights under the names that they have in files."""
    inside = "embeddings.word_embeddings."
    names = {f"{inside}pieces.weight": f"{inside}weight", f"{inside}cases": CASE_TABLE}
    return {names.get(k, k): v for k, v in weights.items()}
