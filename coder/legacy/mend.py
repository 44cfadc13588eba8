"""Faults of parses that can be told: a name taken for a verb, a participle for the predicate, a subject a clause too high.

The tree is put right where the words allow one reading; otherwise it stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from coder.records import Sentence

_CLAUSES = frozenset({"conj", "parataxis", "ccomp", "advcl", "acl", "xcomp", "dep"})
_NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM"})


def mend(sentence: Sentence, heads: Sequence[int], named: Collection[int]) -> tuple[Sentence, list[int]]:
    """The sentence with its tree mended, and its heads; the same ones where nothing is wrong.

    Args:
        heads: of the tokens, without cycles.
        named: the tokens that are names of actors.
    """
    verbs = [i for i in named if sentence.upos[i] in ("VERB", "AUX")]
    bare = [i for i, r in enumerate(sentence.deprels) if r.startswith("advcl") and sentence.upos[i] == "VERB"]
    quoted = [
        i for i, r in enumerate(sentence.deprels) if r == "ccomp" and i < heads[i] and sentence.upos[i] == "VERB"
    ]
    if not verbs and not bare and not quoted:
        return sentence, list(heads)
    tree = _Tree(sentence, heads, named)
    for i in sorted(verbs):
        tree.name(i)
    for i in bare:
        tree.predicate(i)
    for i in quoted:
        tree.quotation(i)
    if not tree.changed:
        return sentence, list(heads)
    mended = replace(
        sentence, upos=tuple(tree.upos), deprels=tuple(tree.relations), heads=tuple(tree.heads)
    )
    return mended, tree.heads


class _Tree:
    def __init__(self, sentence: Sentence, heads: Sequence[int], named: Collection[int]) -> None:
        self.words = [f.upper() for f in sentence.forms]
        self.xpos = sentence.xpos
        self.upos = list(sentence.upos)
        self.relations = list(sentence.deprels)
        self.heads = list(heads)
        self.named = named
        self.changed = False

    def children(self, i: int) -> list[int]:
        return [c for c, h in enumerate(self.heads) if h == i]

    def relation(self, i: int) -> str:
        return self.relations[i].partition(":")[0]

    def hang(self, i: int, head: int, relation: str) -> None:
        self.heads[i], self.relations[i] = head, relation

    def name(self, i: int) -> None:
        """A name taken for a verb: the finite verb below it takes its place, with the name as a subject.

        "To Gondor", taken for an infinitive, is a prepositional phrase.
        """
        self.upos[i] = "PROPN"
        self.changed = True
        marks = [c for c in self.children(i) if self.relation(c) == "mark"]
        if marks and self.relation(i) in ("advcl", "xcomp", "acl"):
            self.relations[i] = "obl"
            for c in marks:
                self.relations[c] = "case"
            return
        if marks or self.relation(i) not in ("root", "ccomp", "conj", "parataxis"):
            return
        below = [c for c in self._below(i) if c > i and self._finite(c)]
        verb = next((c for c in below if self.relation(c) != "acl"), next(iter(below), -1))
        if verb < 0:
            return
        own = next((c for c in self.children(verb) if self.relation(c) == "nsubj"), -1)
        before = [c for c in self.children(i) if c < i and self.relation(c) == "nsubj" and self.upos[c] in _NOMINAL]
        rest = [c for c in self.children(i) if c > verb]
        if own >= 0 and not any(self.relation(c) == "cc" and i < c < own for c in self.children(i)):
            return
        self.hang(verb, self.heads[i], self.relations[i])
        for c in rest:
            self.hang(c, verb, self.relations[c])
        subjects = [*before, i, *([own] if own >= 0 else [])]
        passive = any(self.relations[c] == "aux:pass" for c in self.children(verb))
        self.hang(subjects[0], verb, "nsubj:pass" if passive else "nsubj")
        for c in subjects[1:]:
            self.hang(c, subjects[0], "conj")

    def _below(self, i: int) -> list[int]:
        found, stack = [], [i]
        while stack:
            for c in self.children(stack.pop()):
                found.append(c)
                stack.append(c)
        return sorted(found)

    def _finite(self, i: int) -> bool:
        """Whether a verb can be a predicate of its own: no infinitive, gerund or subordinate or relative clause."""
        if self.upos[i] != "VERB" or i in self.named or self.relation(i) not in _CLAUSES or self.words[i].endswith("ING"):
            return False
        return not any(
            self.relation(c) == "mark" or self.words[c] in ("WHO", "WHICH", "THAT", "WHOSE", "WHERE")
            for c in self.children(i)
        )

    def predicate(self, i: int) -> None:
        """ "A report released on Monday alleged that …": the bare clause is the predicate, the participle its subject's."""
        head = self.heads[i]
        if head < 0 or head > i or not self._finite(i) or any(self.relation(c) in ("nsubj", "cc", "advmod") for c in self.children(i)):
            return
        if not self.words[head].endswith(("ED", "EN")) or "," in self.words[head:i] or self.xpos[i] not in ("VBD", "VBZ", "VBP"):
            return
        kinds = {self.relation(c): c for c in self.children(head)}
        if "nsubj" not in kinds or not kinds.keys().isdisjoint({"obj", "aux", "cop", "iobj", "xcomp", "ccomp"}):
            return
        subject = kinds["nsubj"]
        self.changed = True
        self.hang(i, self.heads[head], self.relations[head])
        for c in self.children(head):
            if c > i or self.relation(c) == "punct":
                self.hang(c, i, self.relations[c])
        self.hang(subject, i, "nsubj")
        self.hang(head, subject, "acl")

    def quotation(self, i: int) -> None:
        """ "A, B and C greeted D, the agency said": of two subjects of "said" the first is that of the clause before it."""
        verb = self.heads[i]
        subjects = [c for c in self.children(verb) if self.relation(c) == "nsubj"]
        if len(subjects) < 2 or not subjects[0] < i < subjects[1]:
            return
        if any(self.relation(c) in ("nsubj", "csubj", "expl") for c in self.children(i)):
            return
        self.changed = True
        passive = any(self.relations[c] == "aux:pass" for c in self.children(i))
        self.hang(subjects[0], i, "nsubj:pass" if passive else "nsubj")
