"""What the joint training makes of sentences: headlines, capitals, batches, rates."""

from __future__ import annotations

import random

import pytest

from coder.training.joint import _Dropout, batches, headline, rate, unstopped, varied, without
from coder.training.recipe import Joint
from coder.training.treebanks import Tree, Word


def words(*rows: str) -> tuple[Word, ...]:
    """Words from "form lemma UPOS head deprel", heads counted from 1 and 0 for the root."""
    split = [r.split() for r in rows]
    return tuple(Word(f, lemma, upos, "", "", int(head) - 1, deprel) for f, lemma, upos, head, deprel in split)


FIRED = words(
    "The the DET 2 det",
    "minister minister NOUN 4 nsubj:pass",
    "was be AUX 4 aux:pass",
    "dismissed dismiss VERB 0 root",
    "by by ADP 7 case",
    "the the DET 7 det",
    "king king NOUN 4 obl:agent",
    ". . PUNCT 4 punct",
)
SHORT = words("The the DET 2 det", "end end NOUN 0 root", ". . PUNCT 2 punct")
QUOTED = words('" " PUNCT 2 punct', "Go go VERB 0 root", "now now ADV 2 advmod", '" " PUNCT 2 punct')


def drawn(tree: tuple[Word, ...]) -> list[str]:
    return [f"{w.form} {w.head + 1} {w.deprel}" for w in tree]


@pytest.mark.parametrize(
    ("titled", "expected"),
    [
        (False, ["minister 2 nsubj:pass", "dismissed 0 root", "by 4 case", "king 2 obl:agent"]),
        (True, ["Minister 2 nsubj:pass", "Dismissed 0 root", "by 4 case", "King 2 obl:agent"]),
    ],
)
def test_headline(titled: bool, expected: list[str]) -> None:
    assert drawn(headline(FIRED, titled)) == expected


def test_headline_leaves_what_would_be_too_short() -> None:
    assert headline(SHORT, True) == SHORT


def test_unstopped() -> None:
    assert drawn(unstopped(FIRED)) == drawn(FIRED)[:-1]
    assert [w.form for w in unstopped(QUOTED)] == ['"', "Go", "now"]
    assert unstopped(words("Go go VERB 0 root", "! ! PUNCT 1 punct")) == words("Go go VERB 0 root", "! ! PUNCT 1 punct")


def test_without_keeps_heads() -> None:
    assert drawn(without(FIRED, {0, 5})) == [
        "minister 3 nsubj:pass",
        "was 3 aux:pass",
        "dismissed 0 root",
        "by 5 case",
        "king 3 obl:agent",
        ". 3 punct",
    ]


def test_varied_by_its_shares() -> None:
    shares = Joint(headline=0.0, capitals=0.5, lower=0.25, unstopped=0.0)
    forms = [varied(FIRED, shares, random.Random(i))[1].form for i in range(2000)]
    counts = {form: forms.count(form) for form in ("MINISTER", "minister")}
    assert 900 < counts["MINISTER"] < 1100
    assert sum(counts.values()) == 2000
    firsts = [varied(FIRED, shares, random.Random(i))[0].form for i in range(2000)]
    assert 400 < firsts.count("the") < 600
    assert varied(FIRED, Joint(headline=0, capitals=0, lower=0, unstopped=0), random.Random(1)) == FIRED


def test_batches_hold_every_sentence_once_and_no_more_words_than_said() -> None:
    trees = [Tree(str(i), "", FIRED * (1 + i % 4), (), False, "") for i in range(50)]
    how = Joint(words=60, headline=0, capitals=0, lower=0, unstopped=0)
    made = list(batches(trees, how, random.Random(1)))
    assert sorted(len(s) for b in made for s in b) == sorted(len(t.words) for t in trees)
    assert all(sum(map(len, b)) <= 60 for b in made)


def test_batches_are_of_one_length_by_the_measure_given() -> None:
    """Word pieces, say: a short sentence with a web address belongs to the long ones."""
    trees = [Tree(str(i), "", FIRED[: 3 + i % 5], (), False, "") for i in range(100)]
    how = Joint(words=30, headline=0, capitals=0, lower=0, unstopped=0)
    made = list(batches(trees, how, random.Random(1), lambda w: 1000 if len(w) == 3 else 10 * len(w)))
    assert {len(w) == 3 for b in made for w in b} == {True, False}
    assert sum(len({len(w) == 3 for w in b}) == 2 for b in made) <= 1


@pytest.mark.parametrize("share", [0.0, 0.1, 0.33])
def test_dropout_keeps_the_mean(share: float) -> None:
    import torch
    from torch import nn

    torch.manual_seed(1)
    dropout = nn.Dropout(share)
    dropout.__class__ = _Dropout
    given = torch.ones(999, 101)
    out = dropout(given)
    assert abs(float((out == 0).float().mean()) - share) < 0.01 and abs(float(out.mean()) - 1) < 0.01
    assert float((out[1:] == 0).float().corrcoef()[0, 1]) < 0.5 if share else bool((out == given).all())
    assert bool((dropout.eval()(given) == given).all())


def test_rate_rises_and_falls() -> None:
    how = Joint(steps=100, warmup=0.1)
    rates = [rate(i, how) for i in range(100)]
    assert rates[0] == 0.1
    assert max(rates) == rates[9] == rates[10] == 1.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] < 0.001
