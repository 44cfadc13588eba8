"""Parse scores of a model on Universal Dependencies trees, from running text and from given words.

Scores are those of the CoNLL 2018 shared task (F1 on words aligned by characters; relations without subtypes), worked
out by the Universal Dependencies project's own evaluation (`udtools`, which comes with Stanza).

    parser = Parser.load(threads=1)
    row = score_text(parser, read_trees(Path("treebanks/en_pud-test.conllu")))
    row["LAS"]  # per cent
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coder.parse import Analysis, Parser
from coder.records import Document, ParsedDocument
from coder.segment import hyphens, rejoin, segments, separate
from coder.training.treebanks import Tree, Word, documents, read_trees, running_text, to_conllu

METRICS = ("Tokens", "Sentences", "Words", "UPOS", "Lemmas", "UAS", "LAS")
ANALYSIS_SENTENCES = 200


@dataclass(frozen=True, slots=True)
class TestSet:
    """Trees that were not trained on.

    Args:
        name: for people.
        file: in the folder of treebanks.
        keep: which of its trees, by sent_id.
    """

    name: str
    file: str
    keep: Callable[[str], bool]


TEST_SETS = (
    TestSet("EWT test", "en_ewt-test.conllu", lambda _: True),
    TestSet("GUM test, all but news", "en_gum_ccby-test.conllu", lambda i: "_news_" not in i),
    TestSet("GUM test, news", "en_gum_ccby-test.conllu", lambda i: "_news_" in i),
    TestSet("PUD, news", "en_pud-test.conllu", lambda i: i.startswith("n")),
    TestSet("PUD, Wikipedia", "en_pud-test.conllu", lambda i: i.startswith("w")),
)


def trees_of(test: TestSet, folder: Path, limit: int | None = None) -> list[Tree]:
    """The trees of a test set, the first `limit` of them."""
    return [t for t in read_trees(folder / test.file) if test.keep(t.id)][:limit]


def evaluate(gold: str, system: str) -> dict[str, float]:
    """F1 in per cent of one CoNLL-U text against another over the same characters.

    Raises:
        udtools.udeval.UDError: the characters differ, or a sentence is no tree.
    """
    from udtools import udeval

    scores: dict[str, Any] = udeval.evaluate(
        udeval.load_conllu(io.StringIO(gold), "gold", {}), udeval.load_conllu(io.StringIO(system), "system", {})
    )
    return {name: 100 * float(scores[name].f1) for name in METRICS}


def analysed(parser: Parser, trees: Sequence[Tree]) -> list[Tree]:
    """The same sentences and words with the model's tags, lemmas and heads."""
    stages = parser._stages
    found: list[Analysis] = []
    for start in range(0, len(trees), ANALYSIS_SENTENCES):
        found += stages.analyse([[w.form for w in t.words] for t in trees[start : start + ANALYSIS_SENTENCES]])
    return [
        Tree(t.id, t.text, _words([w.form for w in t.words], a), t.tokens, t.paragraph, t.document)
        for t, a in zip(trees, found, strict=True)
    ]


def _words(forms: Sequence[str], a: Any) -> tuple[Word, ...]:
    """Words of an `Analysis` or a `Sentence`."""
    return tuple(Word(*w) for w in zip(forms, a.lemmas, a.upos, a.xpos, a.feats, a.heads, a.deprels, strict=True))


def score_words(parser: Parser, trees: Sequence[Tree]) -> dict[str, float]:
    """Scores where sentences and words are given."""
    return evaluate(to_conllu(trees), to_conllu(analysed(parser, trees)))


def score_text(parser: Parser, trees: Sequence[Tree]) -> dict[str, float]:
    """Scores from running text, parsed as the coder parses a document.

    What the coder leaves out (bullets, documents taken for another language) counts as wrong.
    """
    texts = [Document(f"d{i}", running_text(group)) for i, group in enumerate(documents(trees))]
    system = [t for parsed in parser.parse(texts) for t in parsed_trees(parser, parsed)]
    return evaluate(to_conllu(trees), to_conllu(system))


def parsed_trees(parser: Parser, parsed: ParsedDocument) -> list[Tree]:
    """A parsed document as trees that cover every character of its text.

    Stretches that the coder leaves out become sentences of one word; a token's form is the text it covers.
    """
    text = parsed.document.text
    split = _split_tokens(parser, text)
    trees: list[Tree] = []
    position = 0
    for sentence in parsed.sentences:
        trees += _gap(text, position, sentence.start)
        words = list(_words(sentence.forms, sentence))
        tokens: list[tuple[str, int, int]] = []
        first = 0
        while first < len(words):
            start = sentence.starts[first]
            end = next((e for s, e in split if s <= start < e), sentence.ends[first])
            last = first + 1
            while last < len(words) and sentence.starts[last] < end:
                last += 1
            tokens.append((_squeeze(text[position if first else start : end]), first, last))
            position = end
            first = last
        for form, at, after in tokens:  # a word of its own is what the text shows
            if after - at == 1 and form != words[at].form:
                words[at] = Word(form, *(getattr(words[at], n) for n in ("lemma", "upos", "xpos", "feats", "head", "deprel")))
        trees.append(Tree("", " ".join(t[0] for t in tokens), tuple(words), tuple(tokens)))
    return trees + _gap(text, position, len(text))


def _split_tokens(parser: Parser, text: str) -> list[tuple[int, int]]:
    """Offsets of the tokens that the model splits into words."""
    found = parser._stages.tokenize(list(segments(text)))
    return [(t.start, t.end) for ss in found for s in separate(rejoin(hyphens(ss))) for t in s if t.multiword]


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _gap(text: str, start: int, end: int) -> list[Tree]:
    form = _squeeze(text[start:end])
    return [Tree("", form, (Word(form, "_", "X", "_", "", -1, "root"),), ((form, 0, 1),))] if form else []


@dataclass(frozen=True, slots=True)
class Row:
    """Scores of a test set.

    Args:
        sentences, words: how many in the treebank.
        text, given: scores from running text and from given words, in per cent.
        seconds: for the running text.
    """

    name: str
    sentences: int
    words: int
    text: dict[str, float]
    given: dict[str, float]
    seconds: float


def score_all(parser: Parser, folder: Path, limit: int | None = None) -> Iterable[Row]:
    """Rows for the test sets, one at a time.

    Args:
        folder: with the treebanks' files.
        limit: sentences of each set, None for all.
    """
    for test in TEST_SETS:
        trees = trees_of(test, folder, limit)
        began = time.perf_counter()
        text = score_text(parser, trees)
        seconds = time.perf_counter() - began
        yield Row(test.name, len(trees), sum(len(t.words) for t in trees), text, score_words(parser, trees), seconds)


def markdown(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table."""
    head = ["test set", "sentences", "words", *METRICS, "UPOS, given words", "Lemmas, given", "UAS, given", "LAS, given"]
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    for r in rows:
        cells = [r.name, f"{r.sentences:,}", f"{r.words:,}", *(f"{r.text[m]:.2f}" for m in METRICS)]
        cells += [f"{r.given[m]:.2f}" for m in ("UPOS", "Lemmas", "UAS", "LAS")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
