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
            words = repr(" ".join(tree.forms[hit.first : hit.last + 1]))
            found = told.get(hit.issue)
            if found is None:
                told[hit.issue] = [words]
            elif words not in found:
                found.append(words)
    if not told:
        return (), ""
    issues = sorted(told)
    return tuple(issues), "; ".join([f"{issue} ({', '.join(told[issue])})" for issue in issues])


def clause_tokens(tree: Tree, event: Event) -> set[int]:
    """Tokens of the clause or clauses that an event's words stand in, without clauses coordinated with them."""
    relations, children = tree.relations, tree.children
    tokens = event.trigger_tokens
    scope: set[int] = set(tokens)
    tops: list[int] = []
    for t in tokens:
        top = _clause_head(tree, t)
        if top not in tops:
            tops.append(top)
    for top in tops:
        queue = [top]
        for node in queue:
            scope.add(node)
            for c in children[node]:
                if relations[c] in _BEGINNING and _another_clause(tree, node, c) and not _holds(tree, c, tokens):
                    continue
                queue.append(c)
        if relations[top] == "acl" and tree.heads[top] >= 0:  # "refugees who attacked …"
            noun = tree.heads[top]
            scope.add(noun)
            for c in children[noun]:
                if relations[c] == "compound" or relations[c] == "amod" or relations[c] == "flat":
                    scope.add(c)
    starts, index = tree.sentence.starts, tree.sentence.index
    for side in (event.source, event.target):
        if side is not None and side.mention.sentence_index == index:
            start, end = side.mention.start, side.mention.end
            for t in range(tree.n):
                if start <= starts[t] < end:
                    scope.add(t)
    return scope


def _holds(tree: Tree, top: int, tokens: tuple[int, ...]) -> bool:
    """Whether one of the tokens stands under another."""
    for t in tokens:
        node = t
        while node >= 0:
            if node == top:
                return True
            node = tree.heads[node]
    return False


def _clause_head(tree: Tree, token: int) -> int:
    """The verb of the clause a token stands in, or the token itself where it begins one."""
    heads, relations = tree.heads, tree.relations
    node = token
    while heads[node] >= 0:
        relation = relations[node]
        if relation not in INSIDE_CLAUSE and not (relation == "conj" and tree.upos[node] in ("NOUN", "PROPN", "ADJ", "NUM")):
            break
        node = heads[node]
    return node


def _another_clause(tree: Tree, head: int, child: int) -> bool:
    """Whether a child begins a clause that tells something else: a second verb, an aside, a relative clause of a name."""
    relation = tree.relations[child]
    if relation in OTHER_CLAUSES:
        return True
    if relation == "conj":
        return tree.verbal[child] and tree.verbal[head]
    if tree.deprels[child] == "acl:relcl":
        return True
    if relation == "advcl":  # "…, killing ten", "accused of using" are the same scene; "after the rebels had …" another
        return any(tree.relations[c] == "nsubj" or (tree.relations[c] == "mark" and tree.lower[c] in CONJUNCTIONS) for c in tree.children[child])
    return False
