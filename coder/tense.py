"""Tense of predicates and of the clauses they stand in, as far as dates and statuses need it.

>>> clause_tense(tree, 3, Status.ASSERTED)
"""

from __future__ import annotations

from coder.grammar import Tree
from coder.records import Status

MAX_CLIMB = 40
PREDICATES = frozenset({"VERB", "AUX"})

_FUTURE = frozenset({"will", "shall", "'ll", "’ll", "wo", "gon"})
_MODAL = frozenset({"may", "might", "could", "can", "should", "must", "ought", "would", "'d"})
_HAVE_PAST = frozenset({"had"})
_HAVE_PRESENT = frozenset({"has", "have", "'ve", "’ve"})
_BE_PAST = frozenset({"was", "were"})
_BE_PRESENT = frozenset({"is", "are", "am", "'re", "’re", "'m", "’m", "'s", "’s"})


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
    auxiliaries = [tree.lower[c] for c in tree.children[node] if tree.relation(c) in ("aux", "cop")]
    for words, name in ((_FUTURE, "future"), (_MODAL, "modal")):
        if any(a in words for a in auxiliaries):
            return name
    if tree.has_to(node):
        return "infinitive"
    lemmas = [tree.lemmas[c] for c in tree.children[node] if tree.relation(c) in ("aux", "cop")]
    if auxiliaries:
        perfect = "have" in lemmas
        if perfect and (any(a in _HAVE_PAST for a in auxiliaries) or "having" in auxiliaries):
            return "pluperfect"
        if perfect and any(a in _HAVE_PRESENT or a in ("'s", "’s") for a in auxiliaries):
            return "perfect"
        if "did" in auxiliaries or any(a in _BE_PAST for a in auxiliaries):
            return "past"
        if any(a in _BE_PRESENT or a in ("do", "does") for a in auxiliaries):
            return "present"
    if tree.upos[node] not in PREDICATES:
        return ""
    return _form_tense(tree, node)


def _form_tense(tree: Tree, node: int) -> str:
    feats, head = tree.feats[node], tree.heads[node]
    conjunct = tree.relation(node) == "conj" and head >= 0 and tree.upos[head] in PREDICATES
    if "VerbForm=Fin" in feats:
        if "Tense=Pres" in feats and "Person=3" in feats and tree.lower[node][-1:] != "s":
            return "past"  # "made", tagged as a present
        return "past" if "Tense=Past" in feats else "present" if "Tense=Pres" in feats else ""
    if "VerbForm=Part" in feats and "Tense=Past" in feats:
        return "" if conjunct else "past"
    return ""  # infinitives without "to", gerunds and participles share the tense above
