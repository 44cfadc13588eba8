"""Who does what a clause tells, where the doer stands elsewhere in the sentence: predicates, appositions, ellipsis, company.

In: a Tree. Out: tokens. Asked by the Tree itself, and only where the sentence has a word of `word_classes.BARE_SIDES` or `JOINING`.

    >>> described(tree, 5)  # Norway was the first state to …
    (0,)
    >>> fellows(tree).doers  # France condemned it, as did Spain
    {1: [7]}
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from coder.word_classes import BARE_SIDES, NUMBERED, SUBJECT_LABELS

if TYPE_CHECKING:
    from coder.grammar import Tree

# Nouns of those who may be the first to do something: where they are, it has been done. Attempts and agreements have not.
DOERS: Final = BARE_SIDES | frozenset(
    "leader president minister premier chancellor king queen monarch prince pope politician official diplomat secretary general chief head envoy "
    "ambassador lawmaker senator judge general group organization organisation company party bloc army".split()
)
RANKS: Final = NUMBERED | {"latest", "last", "only", "next", "other", "few", "newest"}
COUNTS: Final = frozenset("one handful few dozen number group part".split())
BECOMING: Final = frozenset({"become", "remain"})
MAKING: Final = BECOMING | {"make"}
JOIN_VERBS: Final = frozenset({"join", "follow"})
PRO_VERBS: Final = frozenset({"do", "have", "be"})
NOMINALS: Final = frozenset({"NOUN", "PROPN"})
OBLIQUES: Final = frozenset({"obl", "nmod"})
TIED: Final = frozenset({"obl", "nmod", "advmod", "appos", "conj", "dep"})
MODALS: Final = frozenset("will would shall should may might can could must wo 'll ’ll ought".split())
DENIALS: Final = frozenset({"not", "n't", "n’t", "never", "nor", "neither"})
MAX_CLIMB: Final = 5


@dataclass(slots=True)
class Fellows:
    """Doers beside the grammatical subject.

    Args:
        doers: of a verb, those who do (in the passive suffer) the same.
        joined: all of those doers.
        company: words behind "along with": no object of "with".
        dated: doers whose own short clause tells when → its verb.
    """

    doers: dict[int, list[int]] = field(default_factory=dict)
    joined: set[int] = field(default_factory=set)
    company: set[int] = field(default_factory=set)
    dated: dict[int, int] = field(default_factory=dict)


NOBODY: Final = Fellows()
"""For the many sentences without any; nobody is ever added to it."""


# ---- whom a noun describes -----------------------------------------------------------------------------------------


def described(tree: Tree, noun: int) -> tuple[int, ...]:
    """Norway of "Norway was the first state to …", "Norway, one of three states that …"; nobody where the noun tells who.

    Args:
        noun: with a clause on it, or standing where a doer stands.
    """
    node = _predicate(tree, noun)
    if node < 0:
        return ()
    head, relation = tree.heads[node], tree.relations[node]
    own = tree.children[node]
    told_of = bearer(tree, node, ranked(tree, noun))
    if told_of or tree.child(node, "cop") >= 0:
        return told_of
    if relation == "appos" and node > head >= 0 and tree.upos[head] == "PROPN":
        return (head,)
    if head >= 0 and tree.deprels[node] in SUBJECT_LABELS and tree.lower_lemmas[head] == "include" and node < head:
        return tree.function(head, "object")
    if "Number=Plur" in tree.feats[node] and tree.upos[node] == "NOUN":
        for c in own:
            if tree.relations[c] == "appos" and c > node and tree.upos[c] == "PROPN":
                return tuple(tree.conjuncts(c))
            if tree.relations[c] == "nmod" and tree.upos[c] == "PROPN" and tree.case(c) in ("including", "such as"):
                return (node, *tree.conjuncts(c))
    return ()


def bearer(tree: Tree, node: int, of_a_row: bool) -> tuple[int, ...]:
    """The subject of "is", "became" and "remains" with the noun behind it.

    Args:
        of_a_row: whether the noun is the first, the only … of several: "not the first" has done it, too.
    """
    if tree.child(node, "cop") >= 0:
        if tree.case(node) not in ("", "among") or (_denied(tree, node) and not of_a_row):
            return ()  # "was in the country that …"
        return tree.grammatical_subject(node)[0] if tree.child(node, "nsubj", "nsubj:outer") >= 0 else ()
    head = tree.heads[node]
    if head >= 0 and tree.relations[node] in ("xcomp", "obj") and tree.lower_lemmas[head] in BECOMING and tree.upos[head] == "VERB":
        return tree.grammatical_subject(head)[0]
    if head >= 0 and tree.relations[node] in ("xcomp", "obj") and tree.lower_lemmas[head] == "make":  # "the move makes Peru the first state to …"
        made = tree.child(head, "obj", "iobj")
        return tuple(tree.conjuncts(made)) if 0 <= made < node else ()
    return ()


def _predicate(tree: Tree, noun: int) -> int:
    """The noun that says what somebody is: "one" of "one of three states", the country of "the only country in Africa"; -1 for none."""
    node = noun
    if tree.lower_lemmas[node] in COUNTS:  # "was one of four states to …", with the clause on "one"
        for c in tree.children[node]:
            if c > node and tree.relations[c] == "nmod" and tree.lower_lemmas[c] in BARE_SIDES and tree.case(c) == "of":
                return node
    if tree.lower_lemmas[node] not in BARE_SIDES or tree.lower[node] == "that":
        above = tree.heads[node]
        if above < 0 or tree.relations[node] != "nmod" or tree.case(node) not in ("in", "of") or tree.lower_lemmas[above] not in BARE_SIDES or not ranked(tree, above):
            return -1
        node = above
    above = tree.heads[node]
    if above >= 0 and tree.relations[node] == "nmod" and tree.case(node) in ("of", "among") and tree.lower_lemmas[above] in COUNTS:
        return above
    return node


def ranked(tree: Tree, noun: int) -> bool:
    """Whether the noun is one of a row: "the first", "the only", "the latest", "one of three", "among those"."""
    if tree.lower[noun] in RANKS or (tree.case(noun) == "among" and tree.child(noun, "cop") >= 0):
        return True
    for c in tree.children[noun]:
        if c < noun and tree.lower[c] in RANKS and tree.relations[c] in ("amod", "nmod", "advmod", "det"):
            return True
    above = tree.heads[noun]
    return above >= 0 and tree.relations[noun] == "nmod" and (tree.lower_lemmas[above] in COUNTS or tree.lower_lemmas[above] in BARE_SIDES) and ranked(tree, above)


def _one_of_a_row(tree: Tree, noun: int) -> bool:
    """The first, the first country, one of the last leaders."""
    if tree.upos[noun] not in NOMINALS:
        return tree.lower[noun] in RANKS or tree.lower_lemmas[noun] in COUNTS
    node = noun
    while tree.relations[node] == "nmod" and tree.lower_lemmas[node] not in DOERS:  # "the first country in a month"
        node = tree.heads[node]
    return (tree.lower_lemmas[node] in DOERS or tree.lower[node] in RANKS) and ranked(tree, node)


def achievement(tree: Tree, verb: int) -> int:
    """The predicate whose truth makes an infinitive true: became of "became the first country to recognise …"; -1 for none.

    Of "Japan, the first country to impose sanctions" it is the name.
    """
    if tree.upos[verb] != "VERB" or not tree.has_to(verb):
        return -1
    noun = tree.heads[verb]
    if noun < 0 or tree.relations[verb] not in ("acl", "advcl", "xcomp"):
        return -1
    if tree.lower_lemmas[noun] in MAKING:
        for c in tree.children[noun]:
            if noun < c < verb and tree.relations[c] in ("xcomp", "obj") and _one_of_a_row(tree, c):
                return noun
        return -1
    if not _one_of_a_row(tree, noun):
        return -1
    node = noun
    while tree.relations[node] == "nmod" and tree.case(node) in ("in", "of", "among") and tree.child(node, "cop") < 0:
        node = tree.heads[node]
    head = tree.heads[node]
    if tree.child(node, "cop") >= 0:
        return node
    if head >= 0 and tree.relations[node] in ("xcomp", "obj") and tree.lower_lemmas[head] in MAKING:
        return head
    if head >= 0 and tree.relations[node] == "appos":
        return head
    return -1


# ---- who does the same ---------------------------------------------------------------------------------------------


def fellows(tree: Tree) -> Fellows:
    """Those who do what another is told to do: "as did B", "along with B", "joined B in condemning C"."""
    found = Fellows()
    for i in range(tree.n):
        lower = tree.lower[i]
        lemma = tree.lower_lemmas[i]
        if lemma in PRO_VERBS:
            _ellipsis(tree, i, found)
        elif lower in ("suit", "same"):
            _same(tree, i, found)
        elif lower == "with" or lower == "alongside":
            _company(tree, i, found)
        elif lemma in JOIN_VERBS:
            _joined(tree, i, found)
    return found


def _add(tree: Tree, verb: int, doers: list[int], found: Fellows) -> None:
    known = found.doers.setdefault(verb, [])
    for d in doers:
        for t in tree.conjuncts(d):
            if t not in known and not (tree.relations[t] == "conj" and _denied(tree, t)):
                known.append(t)
                found.joined.add(t)


def _ellipsis(tree: Tree, i: int, found: Fellows) -> None:
    """ "…, as did B and C", "and so has B", "nor did B", "and B did too", "as B had done"."""
    clause = i
    verb = tree.heads[i]
    subject = -1
    if tree.relations[i] == "aux" and verb >= 0 and tree.lower[verb] == "done":
        clause, verb = verb, tree.heads[verb]
    elif tree.relations[i] == "cop" and tree.upos[verb] in NOMINALS and verb > i:  # "as was Chad", read as "was" and what
        clause, verb, subject = verb, tree.heads[verb], verb
    if verb < 0 or verb > clause or (subject != clause and tree.relations[clause] not in ("advcl", "conj", "parataxis")):
        return
    link = ""
    own_date = False
    for c in tree.children[clause]:
        relation, word = tree.relations[c], tree.lower[c]
        if c == i or relation == "punct":
            continue
        if word in ("as", "so", "nor", "neither") and c < i and relation in ("mark", "advmod", "cc", "case"):
            link = word
        elif word in ("too", "also", "likewise", "so") and relation == "advmod":
            link = link or "too"
        elif word in DENIALS:
            return  # "B did not"
        elif subject == clause and (relation in ("conj", "flat", "det", "amod", "compound", "cc") or word in ("too", "also")):
            continue
        elif tree.upos[c] in NOMINALS and (relation in ("nsubj", "obj", "iobj") or tree.deprels[c] in ("nsubj:pass", "nsubj:outer")):
            if subject >= 0:
                return  # "as India had done it"
            subject = c
        elif relation in ("obl", "nmod", "advcl") or (relation == "advmod" and word in ("before", "earlier", "later", "ago", "yesterday")):
            own_date = True
        elif relation not in ("cc", "advmod", "aux", "mark"):
            return
    if subject < 0 or not link or (link == "too" and subject > i):
        return
    verb = _answered(tree, verb, tree.lower[i], tree.lower_lemmas[i], link in ("nor", "neither"))
    if verb >= 0 and tree.lower[i] == "had" and "had" not in [tree.lower[c] for c in tree.children[verb] if tree.relations[c] == "aux"]:
        own_date = own_date or clause != i  # "as Chad had done": before it
        if not own_date:
            return
    if verb >= 0:
        _add(tree, verb, [subject], found)
        if own_date:
            for t in tree.conjuncts(subject):
                found.dated[t] = clause


def _answered(tree: Tree, verb: int, word: str, lemma: str, denied: bool) -> int:
    """The finite verb that the short verb of a clause takes up; -1 where tense, mood or denial do not agree."""
    for _ in range(MAX_CLIMB):
        if verb < 0:
            return -1
        finite = "VerbForm=Fin" in tree.feats[verb]
        helpers = [tree.lower[c] for c in tree.children[verb] if tree.relations[c] in ("aux", "cop")]
        if finite or helpers:
            break
        if tree.relations[verb] not in ("xcomp", "advcl", "acl", "conj", "ccomp"):
            return -1
        verb = tree.heads[verb]
    else:
        return -1
    if tree.upos[verb] not in ("VERB", "ADJ", "NOUN") or _denied(tree, verb) != denied:
        return -1
    if not MODALS.isdisjoint(helpers):
        return -1
    being = "be" in [tree.lower_lemmas[c] for c in tree.children[verb] if tree.relations[c] in ("aux", "cop")]
    if lemma == "be":
        return verb if being else -1
    if being or not tree.verbal[verb]:
        return -1
    present = "Tense=Pres" in tree.feats[verb] and "VerbForm=Fin" in tree.feats[verb]
    if word == "did":
        return -1 if present else verb
    if lemma == "do":
        return verb if present or denied else -1
    return verb


def _same(tree: Tree, i: int, found: Fellows) -> None:
    """ "and B followed suit", "with B and C doing the same"."""
    clause = verb = tree.heads[i]
    if clause >= 0 and tree.relations[i] == "obl" and tree.lower[i - 1] == "following" and tree.heads[i - 1] == i:
        clause = i - 1  # read as a preposition
    elif clause < 0 or tree.relations[i] not in ("obj", "xcomp") or tree.lower_lemmas[clause] not in ("do", "follow"):
        return
    else:
        verb = tree.heads[clause]
    if verb < 0 or verb > clause or not tree.verbal[verb]:
        return
    gerund = tree.forms[clause].endswith("ing")
    subject = -1
    for c in tree.children[clause]:
        if tree.upos[c] in NOMINALS and (tree.relations[c] == "nsubj" or (gerund and c < clause and tree.relations[c] == "obl" and tree.case(c) == "with")):
            subject = c
        elif tree.relations[c] == "aux" or tree.lower[c] in DENIALS or (tree.relations[c] == "mark" and tree.lower[c] != "with"):
            return
    if subject < 0 or not (tree.relations[clause] in ("advcl", "case") if gerund else tree.relations[clause] in ("conj", "parataxis")):
        return
    if _answered(tree, verb, "did", "do", False) == verb:
        _add(tree, verb, [subject], found)


def _company(tree: Tree, i: int, found: Fellows) -> None:
    """ "A, along with B, condemned …", "Together with B, A condemned …": before the verb, where no object stands."""
    if tree.lower[i] == "with" and (i == 0 or tree.lower[i - 1] not in ("along", "together")):
        return
    noun = tree.heads[i]
    if noun < i or tree.relations[i] != "case" or tree.upos[noun] not in NOMINALS:
        return
    node = noun
    for _ in range(MAX_CLIMB):
        if node < 0 or tree.verbal[node] or tree.child(node, "cop") >= 0:
            break
        if tree.relations[node] not in TIED and tree.deprels[node] not in SUBJECT_LABELS:
            return
        node = tree.heads[node]
    if node <= noun or not (tree.verbal[node] or tree.child(node, "cop") >= 0):
        return
    for c in tree.children[node]:
        if tree.deprels[c] in ("nsubj", "nsubj:pass") and c != noun:
            _add(tree, node, [noun], found)
            for t in tree.conjuncts(noun):
                found.company.add(t)
            return


def _joined(tree: Tree, i: int, found: Fellows) -> None:
    """ "A joined B in condemning C", "A was joined by B in condemning C", "A, followed by B, condemned C"."""
    if tree.upos[i] != "VERB":
        return
    if tree.lower[i] in ("joined", "followed") and tree.deprels[i] in ("acl", "advcl") and tree.child(i, "aux:pass", "aux") < 0:
        head = tree.heads[i]
        verb = head if tree.deprels[i] == "advcl" else tree.heads[head]
        by = [c for c in tree.children[i] if tree.relations[c] in OBLIQUES and tree.case(c) == "by" and tree.upos[c] in NOMINALS]
        if verb > i and by and tree.verbal[verb] and (tree.deprels[i] == "advcl" or (tree.deprels[head] in SUBJECT_LABELS and tree.forms[i - 1] == ",")):
            _add(tree, verb, by[:1], found)
        return
    for c in tree.children[i]:
        if tree.relations[c] in ("advcl", "acl") and c > i and tree.forms[c].endswith("ing") and tree.case(c) == "in":
            if tree.is_passive(i):
                others = [g for g in tree.children[i] if tree.relations[g] == "obl" and tree.case(g) == "by"]
            else:
                others = [g for g in tree.children[i] if tree.deprels[g] in ("obj", "iobj") and g < c]
            if others and told_joined(tree, i):
                _add(tree, c, others, found)


def told_joined(tree: Tree, verb: int) -> bool:
    """Whether the joining is told as done: finite, without "will", "not" or a verb above that makes it a wish."""
    if _denied(tree, verb) or tree.has_to(verb):
        return False
    return MODALS.isdisjoint([tree.lower[c] for c in tree.children[verb] if tree.relations[c] == "aux"])


def _denied(tree: Tree, i: int) -> bool:
    for c in tree.children[i]:
        if tree.lower[c] in DENIALS and tree.relations[c] in ("advmod", "cc", "det"):
            return not (c + 1 < tree.n and tree.lower[c + 1] in ("only", "just"))
    return False
