"""What an event is about: the issues whose words stand in its clause.

In: an Event, its Tree and an IssueIndex. Out: names of issues, and the words that told them. The clause counts, not the
sentence: of "Turkey, which hosts refugees, condemned the nuclear test" each event has its own issue.

    >>> issues_in(tree, index.find(tree.forms), event)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from coder.dictionary.issue_index import IssueHit
from coder.grammar import Tree
from coder.records import Event

# Relations that lead from a word up to the verb of its own clause.
INSIDE_CLAUSE: Final = frozenset(
    "obj iobj obl nmod nsubj compound amod xcomp appos flat nummod det case advmod fixed dep aux cop expl discourse vocative".split()
)
# Words that begin, and relations that are, clauses below the verb that tell another event.
CONJUNCTIONS: Final = frozenset("after before when while as since because although though if unless until once whereas".split())
OTHER_CLAUSES: Final = frozenset({"parataxis"})
_BEGINNING: Final = OTHER_CLAUSES | {"conj", "acl", "advcl"}


def issues_in(tree: Tree, hits: Sequence[IssueHit], event: Event) -> tuple[tuple[str, ...], str]:
    """Issues of an event, by name, and the words they rest on.

    Args:
        hits: issues found in the whole sentence.
    """
    if not hits:
        return (), ""
    scope = clause_tokens(tree, event)
    told: dict[str, list[str]] = {}
    for hit in hits:
        if hit.first in scope or hit.last in scope:
            words = " ".join(tree.forms[hit.first : hit.last + 1])
            told.setdefault(hit.issue, [])
            if words not in told[hit.issue]:
                told[hit.issue].append(words)
    rule = "; ".join(f"{issue} ({', '.join(repr(w) for w in words)})" for issue, words in sorted(told.items()))
    return tuple(sorted(told)), rule


def clause_tokens(tree: Tree, event: Event) -> set[int]:
    """Tokens of the clause or clauses that an event's words stand in, without clauses coordinated with them."""
    tokens = set(event.trigger_tokens)
    scope: set[int] = set(tokens)
    for top in sorted({_clause_head(tree, t) for t in tokens}):
        queue = [top]
        while queue:
            node = queue.pop()
            scope.add(node)
            for c in tree.children[node]:
                if tree.relations[c] in _BEGINNING and _another_clause(tree, node, c) and not tokens.intersection(tree.subtree(c)):
                    continue
                queue.append(c)
        if tree.relation(top) == "acl" and tree.heads[top] >= 0:  # "refugees who attacked …"
            scope.add(tree.heads[top])
            scope.update(c for c in tree.children[tree.heads[top]] if tree.relation(c) in ("compound", "amod", "flat"))
    for side in (event.source, event.target):
        if side is not None and side.mention.sentence_index == tree.sentence.index:
            scope.update(t for t in range(tree.n) if side.mention.start <= tree.sentence.starts[t] < side.mention.end)
    return scope


def _clause_head(tree: Tree, token: int) -> int:
    """The verb of the clause a token stands in, or the token itself where it begins one."""
    node = token
    while tree.heads[node] >= 0:
        relation = tree.relation(node)
        if relation not in INSIDE_CLAUSE and not (relation == "conj" and tree.upos[node] in ("NOUN", "PROPN", "ADJ", "NUM")):
            break
        node = tree.heads[node]
    return node


def _another_clause(tree: Tree, head: int, child: int) -> bool:
    """Whether a child begins a clause that tells something else: a second verb, an aside, a relative clause of a name."""
    relation = tree.relation(child)
    if relation in OTHER_CLAUSES:
        return True
    if relation == "conj":
        return tree.verbal[child] and tree.verbal[head]
    if tree.deprels[child] == "acl:relcl":
        return True
    if relation == "advcl":  # "…, killing ten", "accused of using" are the same scene; "after the rebels had …" another
        return any(tree.relation(c) == "nsubj" or (tree.relation(c) == "mark" and tree.lower[c] in CONJUNCTIONS) for c in tree.children[child])
    return False
