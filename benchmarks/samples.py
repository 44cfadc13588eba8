"""Text and parses for the benchmarks: the sample corpus over and over, its countries and people exchanged.

Every copy has other names in the same sentences, so that sentence lengths are those of news and hardly a sentence
comes twice. The same seed gives the same text.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from coder.errors import InputError
from coder.pipeline import Model, parse_documents
from coder.read import read_corpus
from coder.records import Document, ParsedDocument, Sentence
from coder.store import ParseStore

# Names that a parser and a dictionary treat alike: one takes the place of the other.
NAMES = (
    "Syria Turkey Russia Iran Iraq Israel Egypt Jordan Lebanon Qatar France Germany Italy Spain Poland Ukraine Georgia "
    "Armenia Azerbaijan India Pakistan China Japan Myanmar Thailand Nigeria Niger Mali Chad Sudan Ethiopia Eritrea Kenya "
    "Somalia Rwanda Uganda Cuba Haiti Venezuela Colombia Bolivia Chile Peru Brazil Honduras Greece Serbia Kosovo Libya"
).split()
SEED = 20240531


def sample_documents(corpus: Path = ROOT / "corpus") -> list[Document]:
    """The documents of the sample corpus."""
    return list(read_corpus(corpus, on_reject=lambda _: None))


def sample_parses(work: Path, threads: int | None = None) -> list[ParsedDocument]:
    """The sample corpus parsed; the parses stay in `work` for the next run."""
    parsed = list(parse_documents(sample_documents(), Model(None, threads), ParseStore(work / "sample-parses")))
    if not parsed:
        raise InputError("the sample corpus has no documents", path=ROOT / "corpus", hint="restore the folder corpus/")
    return parsed


def _exchange(randomness: random.Random) -> dict[str, str]:
    shuffled = NAMES[:]
    randomness.shuffle(shuffled)
    return dict(zip(NAMES, shuffled, strict=True))


def _renamed(sentence: Sentence, names: dict[str, str], document_id: str) -> Sentence:
    """A sentence under other names: offsets count in the new text, heads and labels stay."""
    forms, lemmas, starts, ends = [], [], [], []
    text: list[str] = []
    place = sentence.start
    old = sentence.start
    for form, lemma, start, end in zip(sentence.forms, sentence.lemmas, sentence.starts, sentence.ends, strict=True):
        if start < old:  # a part of a word that shares its span
            forms.append(form)
            lemmas.append(lemma)
            starts.append(starts[-1])
            ends.append(ends[-1])
            continue
        text.append(sentence.text[old - sentence.start : start - sentence.start])
        place += start - old
        word = sentence.text[start - sentence.start : end - sentence.start]
        new = names.get(word, word)
        text.append(new)
        forms.append(names.get(form, form))
        lemmas.append(names.get(lemma, lemma))
        starts.append(place)
        place += len(new)
        ends.append(place)
        old = end
    return replace(
        sentence, document_id=document_id, text="".join(text), end=place, forms=tuple(forms), lemmas=tuple(lemmas),
        starts=tuple(starts), ends=tuple(ends),
    )  # fmt: skip


def generated(parsed: list[ParsedDocument], sentences: int) -> Iterator[ParsedDocument]:
    """Parsed documents with so many sentences in all, no two of one id.

    Args:
        parsed: the sample.
        sentences: how many in all; the last document is cut.
    """
    randomness = random.Random(SEED)  # noqa: S311 (no secret)
    left, copy = sentences, 0
    while left > 0:
        names = _exchange(randomness)
        for one in parsed:
            if not one.sentences or left <= 0:
                continue
            name = f"{one.document.id}-{copy:05}"
            kept = [_renamed(s, names, name) for s in one.sentences[:left]]
            shift, texts, moved = 0, [], []
            for s in kept:
                width = len(s.text)
                moved.append(
                    replace(
                        s, start=shift, end=shift + width,
                        starts=tuple(t - s.start + shift for t in s.starts), ends=tuple(t - s.start + shift for t in s.ends),
                    )
                )
                texts.append(s.text)
                shift += width + 1
            document = replace(one.document, id=name, text=" ".join(texts), furniture=(), path=None, url=None)
            yield ParsedDocument(document, tuple(moved))
            left -= len(kept)
        copy += 1
