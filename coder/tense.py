"""Tense of predicates and of the clauses they stand in, as far as dates and statuses need it.

>>> clause_tense(tree, 3, Status.ASSERTED)
"""

from __future__ import annotations

from typing import Final

from coder.grammar import Tree
from coder.records import Status
from coder.word_classes import NUMBERED

MAX_CLIMB: Final = 40
PREDICATES: Final = frozenset({"VERB", "AUX"})

_FUTURE: Final = frozenset({"will", "shall", "'ll", "’ll", "wo", "gon"})
_MODAL: Final = frozenset({"may", "might", "could", "can", "should", "must", "ought", "would", "'d"})
_HAVE_PAST: Final = frozenset({"had", "having"})
_HAVE_PRESENT: Final = frozenset({"has", "have", "'ve", "’ve", "'s", "’s"})
_PAST: Final = frozenset({"was", "were", "did"})
_PRESENT: Final = frozenset({"is", "are", "am", "'re", "’re", "'m", "’m", "'s", "’s", "do", "does"})


REPORTING: Final = frozenset("say announce report state claim declare tell confirm add".split())
# Of these a leader says what they have done ("said his country had cut all trade").
OF_LEADERS: Final = frozenset("country government nation army military navy troop force soldier administration ministry party group".split())
# "the first time that X had met Y": a clause on such a noun tells of now.
TIMES_COUNTED: Final = frozenset({"time", "occasion", "instance", "case"})


def counted_occasion(tree: Tree, node: int) -> int:
    """The noun of "the first time (in years) that …" over a predicate, which counts what is told now; -1 for none."""
    while node >= 0 and tree.relations[node] in ("conj", "xcomp"):
        node = tree.heads[node]
    noun = tree.heads[node] if node >= 0 else -1
    if noun >= 0 and tree.relations[noun] == "nmod" and tree.lower_lemmas[noun] not in TIMES_COUNTED:
        noun = tree.heads[noun]  # "the first time in decades that …", hung on the decades
    if noun < 0 or tree.relations[node] not in ("acl", "ccomp", "advcl", "csubj") or tree.lower_lemmas[noun] not in TIMES_COUNTED:
        return -1
    for c in tree.children[noun]:
        if c < noun and tree.lower[c] in NUMBERED:
            return noun
    return -1


def reports_itself(tree: Tree, node: int) -> bool:
    """ "The army said it had shelled the town", "its jets had struck", "his country had closed the border": the news of whoever speaks, only told in a past tense."""
    head = tree.heads[node]
    if head < 0 or tree.relations[node] != "ccomp" or tree.lower_lemmas[head] not in REPORTING:
        return False
    for c in tree.children[node]:
        if tree.relations[c] == "nsubj":
            if tree.lower[c] in ("it", "they"):
                return True
            for g in tree.children[c]:
                if tree.deprels[g] in ("nmod:poss", "det:poss") and (
                    tree.lower[g] in ("its", "their") or (tree.lower[g] in ("his", "her", "our") and tree.lower_lemmas[c] in OF_LEADERS)
                ):
                    return True
    return False


def clause_tense(tree: Tree, node: int, status: Status) -> str:
    """past, perfect, pluperfect, present, future, modal, or "" where no verb tells; infinitives ask the verb above."""
    for _ in range(MAX_CLIMB):
        if node < 0:
            return ""
        tense = own_tense(tree, node)
        if tense == "infinitive":
            head = tree.heads[node]
            if status is Status.INTENDED or (
                head >= 0 and tree.lemmas[head] == "be" and own_tense(tree, head) == "present"
            ):
                return "future"
        elif tense:
            return tense
        node = tree.heads[node]
    return ""


def own_tense(tree: Tree, node: int) -> str:
    """Tense of the predicate at a node alone; "infinitive", or "" where it has none of its own."""
    future = modal = perfect = had = has = past = present = infinitive = False
    for c in tree.children[node]:
        relation = tree.relations[c]
        if relation == "aux" or relation == "cop":
            word = tree.lower[c]
            future = future or word in _FUTURE
            modal = modal or word in _MODAL
            perfect = perfect or tree.lemmas[c] == "have"
            had = had or word in _HAVE_PAST
            has = has or word in _HAVE_PRESENT
            past = past or word in _PAST
            present = present or word in _PRESENT
        elif relation == "mark" and tree.lower[c] == "to":
            infinitive = True
    if future:
        return "future"
    if modal:
        return "modal"
    if infinitive:
        return "infinitive"
    if perfect and had:
        return "pluperfect"
    if perfect and has:
        return "perfect"
    if past:
        return "past"
    if present:
        return "present"
    if tree.upos[node] not in PREDICATES:
        return ""
    return _form_tense(tree, node)


def _form_tense(tree: Tree, node: int) -> str:
    feats, head = tree.feats[node], tree.heads[node]
    conjunct = tree.relations[node] == "conj" and head >= 0 and tree.upos[head] in PREDICATES
    if "VerbForm=Fin" in feats:
        if "Tense=Pres" in feats and "Person=3" in feats and tree.lower[node][-1:] != "s":
            return "past"  # "made", tagged as a present
        return "past" if "Tense=Past" in feats else "present" if "Tense=Pres" in feats else ""
    if "VerbForm=Part" in feats and "Tense=Past" in feats:
        return "" if conjunct else "past"
    return ""  # infinitives without "to", gerunds and participles share the tense above
