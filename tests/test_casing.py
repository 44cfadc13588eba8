"""Capitals beside lower-case word pieces."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from coder.casing import CasedEmbedding, CasedTokenizer, case_of


@pytest.mark.parametrize(
    ("word", "case"),
    [
        ("talks", 0),
        ("iPhone", 0),
        ("2003", 0),
        ("—", 0),
        ("", 0),
        ("Ankara", 1),
        ("A", 1),
        ("I", 1),
        ("McCain", 1),
        ("Élysée", 1),
        ("«Le", 1),
        ("NATO", 2),
        ("U.S.", 2),
        ("G7", 1),
        ("F-16s", 1),
        ("EU27", 2),
        ("'NATO", 2),
        ("北京", 0),
    ],
)
def test_case_of(word: str, case: int) -> None:
    assert case_of(word) == case


def test_cased_embedding_adds_the_row_of_the_case() -> None:
    pieces = nn.Embedding(5, 3)
    cases = torch.tensor([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    embedded = CasedEmbedding(pieces, cases)(torch.tensor([[4, 4 + 5, 4 + 10]]))[0] - pieces.weight[4]
    assert torch.allclose(embedded, torch.tensor([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 2.0, 0.0]]), atol=1e-6)


class Encoded(dict[str, list[list[int]]]):
    def word_ids(self, batch_index: int) -> list[int | None]:
        return [None, 0, 0, 1, None]


class Plain:
    pad_token_id = 0

    def __call__(self, data: object, **options: object) -> Encoded:
        return Encoded(input_ids=[[101, 7, 8, 9, 102]])


def test_cased_tokenizer_marks_the_pieces_of_a_word_and_nothing_else() -> None:
    tokenizer = CasedTokenizer(Plain(), 1000)
    assert tokenizer([["Ankara", "NATO"]], is_split_into_words=True)["input_ids"] == [[101, 1007, 1008, 2009, 102]]
    assert tokenizer(["Ankara"])["input_ids"] == [[101, 7, 8, 9, 102]]
    assert copy.deepcopy(tokenizer).pad_token_id == 0
