"""How well a model does on the constructions that event coding leans on, from gold trees and given words.

In: pairs of a gold tree and the model's over the same words. Out: for each construction how many the treebank has, in
how many the head is right, and in how many head and relation are (recall), and how many of those that the model says
there are stand in the treebank (precision).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from coder.parse import Parser
from coder.records import Document
from coder.training.treebanks import Tree, Word, paragraphs

PREPOSITIONS = ("with", "against", "to", "from", "by", "between", "in", "on", "of")
LONG_APPOSITION = 5  # words
Pairs = Sequence[tuple[Tree, Tree]]
Test = Callable[[Tree, int], bool]

_NAMES = frozenset({"PROPN"})
_ABBREVIATION = re.compile(r"(?:[A-Za-z]\.){2,}$|(?:Co|Corp|Inc|Ltd|Jr|Sr|Gov|Gen|Sen|Rep|Lt|Col|Capt|Dr|Mr|Mrs|Ms|St|No|etc|vs)\.$")


def base(relation: str) -> str:
    """A relation without its subtype."""
    return relation.partition(":")[0]


def _children(tree: Tree, i: int) -> list[int]:
    return [j for j, w in enumerate(tree.words) if w.head == i]


def _size(tree: Tree, i: int) -> int:
    """Words under a word, itself too."""
    return 1 + sum(_size(tree, j) for j in _children(tree, i))


def _case(preposition: str) -> Test:
    def found(tree: Tree, i: int) -> bool:
        if base(tree.words[i].deprel) not in ("obl", "nmod"):
            return False
        return any(tree.words[j].deprel == "case" and tree.words[j].form.lower() == preposition for j in _children(tree, i))

    return found


def _relation(*names: str) -> Test:
    return lambda tree, i: tree.words[i].deprel in names or base(tree.words[i].deprel) in names


def _head(tree: Tree, i: int) -> Word | None:
    return tree.words[tree.words[i].head] if tree.words[i].head >= 0 else None


def _named(tree: Tree, i: int) -> bool:
    head = _head(tree, i)
    return tree.words[i].deprel == "conj" and tree.words[i].upos in _NAMES and head is not None and head.upos in _NAMES


def _possessive(tree: Tree, i: int) -> bool:
    marked = any(tree.words[j].form.lower() in ("'s", "’s", "'", "’") for j in _children(tree, i))
    return tree.words[i].deprel == "nmod:poss" and marked


def _title(tree: Tree, i: int) -> bool:
    head = _head(tree, i)
    title = tree.words[i].deprel in ("nmod:desc", "compound", "flat") and tree.words[i].upos in ("NOUN", "PROPN")
    return title and tree.words[i].form.lower().rstrip(".") in TITLES and head is not None and head.upos in _NAMES


TITLES = frozenset(
    "president minister secretary senator governor mayor chancellor ambassador general colonel captain commander chief "
    "chairman chairwoman director king queen prince princess pope bishop archbishop judge justice professor sir lord "
    "premier spokesman spokeswoman spokesperson leader representative congressman congresswoman candidate assistant "
    "mr mrs ms dr sen rep gov gen col lt sgt prof".split()
)

CONSTRUCTIONS: dict[str, Test] = {
    "subject (nsubj)": lambda t, i: t.words[i].deprel == "nsubj",
    "subject of a passive": lambda t, i: t.words[i].deprel == "nsubj:pass",
    "object": _relation("obj"),
    "agent of a passive (obl:agent)": lambda t, i: t.words[i].deprel == "obl:agent",
    **{f"phrase with “{p}”": _case(p) for p in PREPOSITIONS},
    "coordination": _relation("conj"),
    "coordination of names": _named,
    "apposition": _relation("appos"),
    f"apposition of {LONG_APPOSITION} words or more": lambda t, i: t.words[i].deprel == "appos" and _size(t, i) >= LONG_APPOSITION,
    "possessive with ’s": _possessive,
    "title before a name": _title,
    "reported clause (ccomp)": _relation("ccomp"),
    "relative clause": lambda t, i: t.words[i].deprel == "acl:relcl",
}


@dataclass(frozen=True, slots=True)
class Count:
    """A construction's tally: in the treebank, head right, head and relation right, said by the model, of these right."""

    gold: int
    head: int
    both: int
    said: int
    right: int


def count(pairs: Pairs, test: Test) -> Count:
    """The tally of one construction; relations count with their subtypes in what is looked for, without in what is right."""
    gold = head = both = said = right = 0
    for true, system in pairs:
        for i, (a, b) in enumerate(zip(true.words, system.words, strict=True)):
            agree = a.head == b.head
            same = agree and base(a.deprel) == base(b.deprel)
            if test(true, i):
                gold, head, both = gold + 1, head + agree, both + same
            if test(system, i):
                said, right = said + 1, right + same
    return Count(gold, head, both, said, right)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "–"


def attachment_table(groups: Mapping[str, Pairs]) -> str:
    """A Markdown table: constructions by group of sentences."""
    columns = ("in the treebank", "head right %", "head and relation right %", "of the model's, right %")
    head = ["construction", *(f"{name}: {c}" for name in groups for c in columns)]
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    for name, test in CONSTRUCTIONS.items():
        cells = [name]
        for pairs in groups.values():
            c = count(pairs, test)
            cells += [f"{c.gold:,}", _share(c.head, c.gold), _share(c.both, c.gold), _share(c.right, c.said)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def boundaries(parser: Parser, trees: Sequence[Tree]) -> tuple[int, int, int, int]:
    """Sentence ends at abbreviations: gold ends behind one, those found; abbreviations inside before a capital, those cut.

    Only ends within a paragraph count, where the model and not the layout has to tell.
    """
    texts: list[str] = []
    ends: list[list[int]] = []
    inner: list[list[int]] = []
    for paragraph in paragraphs(trees):
        text, end_offsets, inner_offsets = "", [], []
        for number, tree in enumerate(paragraph):
            start = len(text) + (1 if text else 0)
            text = f"{text} {tree.text}" if text else tree.text
            if number + 1 < len(paragraph) and _ABBREVIATION.search(tree.text):
                end_offsets.append(len(text))
            for run in re.finditer(r"\S+(?=\s+[A-Z])", tree.text):
                if _ABBREVIATION.search(run.group()):
                    inner_offsets.append(start + run.end())
        texts.append(text)
        ends.append(end_offsets)
        inner.append(inner_offsets)
    parsed = parser.parse(Document(f"p{i}", t) for i, t in enumerate(texts))
    cuts = [{s.end for s in p.sentences} for p in parsed]
    return (
        sum(map(len, ends)),
        sum(e in c for es, c in zip(ends, cuts, strict=True) for e in es),
        sum(map(len, inner)),
        sum(e in c for es, c in zip(inner, cuts, strict=True) for e in es),
    )


def boundary_table(parser: Parser, sets: Sequence[Sequence[Tree]]) -> str:
    """A Markdown table of `boundaries` over all sets."""
    ends, found, inner, cut = (sum(n) for n in zip(*(boundaries(parser, trees) for trees in sets), strict=True))
    return "\n".join(
        [
            "| abbreviations (“U.S.”, “Inc.”) before a capital | in the treebanks | of these a sentence end for the model |",
            "|---|---:|---:|",
            f"| at a sentence's end | {ends:,} | {found:,} |",
            f"| within a sentence | {inner:,} | {cut:,} |",
        ]
    )
