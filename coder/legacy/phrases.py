"""Actors and agents in a parsed sentence: which words they are, and the codes a noun phrase stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from coder.grammar import acyclic, universal
from coder.legacy.actors import code_on, split_actors
from coder.legacy.commas import left_out
from coder.legacy.mend import mend
from coder.legacy.model import LegacyDictionaries
from coder.legacy.text import stems, words_of
from coder.options import LegacyOptions
from coder.records import Sentence
from coder.repairs import children_of

_CORE = frozenset({"compound", "amod", "flat", "nummod", "det", "fixed", "goeswith", "name"})
_NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM", "X", "SYM"})
TIMES = frozenset({"AFTER", "BEFORE", "DURING", "SINCE", "UNTIL"})


@dataclass(frozen=True, slots=True)
class Found:
    """An actor or agent in the text: tokens, index of the entry."""

    tokens: tuple[int, ...]
    entry: int


@dataclass(frozen=True, slots=True)
class Coded:
    """A phrase with a code: the tokens that gave it, its head, names and entries for the tables."""

    head: int
    code: str
    tokens: tuple[int, ...]
    name: str | None = None
    entry_id: str = ""

    @property
    def has_actor(self) -> bool:
        return not self.code.startswith("---")


@dataclass(slots=True)
class Clause:
    """A sentence as the matcher sees it: children, words in capitals, actors and agents found in it."""

    sentence: Sentence
    legacy: LegacyDictionaries
    heads: list[int] = field(default_factory=list)
    children: list[list[int]] = field(default_factory=list)
    relations: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    lemmas: list[str] = field(default_factory=list)
    actors: dict[int, Found] = field(default_factory=dict)
    agents: dict[int, Found] = field(default_factory=dict)
    day: int | None = None
    options: LegacyOptions = field(default_factory=LegacyOptions)
    dropped: frozenset[int] = frozenset()
    here: set[str] = field(default_factory=set)
    _sets: dict[str, tuple[bool, tuple[tuple[str, ...], ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        s = self.sentence
        self.words = [f.upper().replace("’", "'") for f in s.forms]
        self.lemmas = [le.upper() if le and le != "_" else w for le, w in zip(s.lemmas, self.words, strict=True)]
        self._find_names()
        self.sentence, self.heads = mend(s, acyclic(s.heads), self.actors.keys())
        self.relations = [universal(d) for d in self.sentence.deprels]
        self.children = children_of(self.heads)
        if self.options.commas:
            self._leave_out(left_out(self.sentence, self.heads, self.options))
        self.here = {*self.words, *self.lemmas, *(w[:-1] for w in self.words if w.endswith("S"))}
        day = s.publication_date
        self.day = day.year * 10000 + day.month * 100 + day.day if day else None

    def _leave_out(self, tokens: frozenset[int]) -> None:
        """Make tokens invisible: no words, nothing hangs on them, they hang on nothing."""
        self.dropped = tokens
        for i in tokens:
            self.words[i] = self.lemmas[i] = ""
            self.actors.pop(i, None)
            self.agents.pop(i, None)
        self.children = [[] if i in tokens else [c for c in cs if c not in tokens] for i, cs in enumerate(self.children)]
        self.heads = [-1 if h in tokens else h for h in self.heads]

    def _set(self, label: str) -> tuple[bool, tuple[tuple[str, ...], ...]]:
        known = self._sets.get(label)
        if known is None:
            single = not self.here.isdisjoint(self.legacy.synset_words.get(label, ()))
            here = self.here
            several = tuple([p for p in self.legacy.synset_phrases.get(label, ()) if p[0] in here and here.issuperset(p)])
            known = self._sets[label] = single, several
        return known

    def set_phrases(self, label: str) -> tuple[tuple[str, ...], ...]:
        """The members of several words of a synonym set whose words all stand in the sentence."""
        return self._set(label)[1]

    def has(self, word: str) -> bool:
        """Whether a word of a pattern, or a member of its set, can be in the sentence; alternatives stand with "/"."""
        if word[0] == "&":
            return any(self._set(word[1:]))
        return word in self.here or ("/" in word and any(w in self.here for w in word.split("/")))

    def rel(self, i: int) -> str:
        """The relation of a token without its subtype."""
        return self.relations[i]

    def full_rel(self, i: int) -> str:
        return self.sentence.deprels[i]

    def head(self, i: int) -> int:
        return self.heads[i]

    def by_rel(self, i: int, *relations: str) -> list[int]:
        """Children in any of the relations, in order; a relation without subtype covers its subtypes."""
        return [c for c in self.children[i] if self.relations[c] in relations or self.full_rel(c) in relations]

    def cases(self, i: int) -> list[str]:
        """The prepositions of a noun, in capitals; one that a parse hangs on the phrase's first word is the phrase's."""
        found = []
        first = next((c for c in self.children[i] if c < i and self.rel(c) in _CORE), i)
        for c in self.children[i] if first == i else (*self.children[i], *(c for c in self.children[first] if c < first)):
            if self.rel(c) in ("case", "mark"):
                found.append(self.words[c])
                found += [self.words[f] for f in self.children[c] if self.rel(f) == "fixed"]
        return found

    def subtree(self, i: int) -> list[int]:
        """A token and all below it, in order."""
        seen = {i}
        stack = [i]
        while stack:
            for c in self.children[stack.pop()]:
                if c not in seen:
                    seen.add(c)
                    stack.append(c)
        return sorted(seen)

    # ------------------------------------------------------------------ names

    def _pieces(self) -> tuple[list[str], list[int]]:
        pieces: list[str] = []
        owners: list[int] = []
        for i, word in enumerate(self.words):
            for piece in words_of(word):
                pieces.append(piece)
                owners.append(i)
        return pieces, owners

    def _find_names(self) -> None:
        pieces, owners = self._pieces()
        n = len(pieces)
        p = 0
        while p < n:
            hit = self._actor_at(pieces, owners, p)
            if hit is None:
                p += 1
                continue
            entry, end = hit
            tokens = tuple(dict.fromkeys(owners[p:end]))
            found = Found(tokens, entry)
            for t in tokens:
                self.actors[t] = found
            p = end
        p = 0
        while p < n:
            longest = self.legacy.agent_longest.get(pieces[p], 0)
            for end in range(min(n, p + longest), p, -1):
                index = self.legacy.agent_names.get(" ".join(pieces[p:end]))
                tokens = tuple(dict.fromkeys(owners[p:end]))
                if index is not None and self._whole(owners, p, end):
                    for t in tokens:
                        self.agents[t] = Found(tokens, index)
                    p = end - 1
                    break
            p += 1

    def _whole(self, owners: list[int], start: int, end: int) -> bool:
        """Whether the pieces from start to end are whole tokens ("pro-X" is not X)."""
        return (start == 0 or owners[start - 1] != owners[start]) and (
            end == len(owners) or owners[end] != owners[end - 1]
        )

    def _actor_at(self, pieces: list[str], owners: list[int], p: int) -> tuple[int, int] | None:
        """The longest name that begins here: exact, then with a plural or another ending on an open name."""
        names = self.legacy.names
        longest = self.legacy.longest.get(pieces[p], 0)
        if not longest and not self.legacy.opens(pieces[p]):
            return None
        for end in range(min(len(pieces), p + longest), p, -1):
            known = names.get(" ".join(pieces[p:end]))
            if known is not None and self._fits(pieces, owners, p, end):
                return known >> 1, end
        for end in range(min(len(pieces), p + max(longest, 1)), p, -1):
            shorter = stems(pieces[end - 1])
            before = " ".join(pieces[p : end - 1]) if shorter else ""
            for stem in shorter:
                known = names.get(f"{before} {stem}" if before else stem)
                if known is not None and known & 1 and self._fits(pieces, owners, p, end):
                    return known >> 1, end
        return None

    def _fits(self, pieces: list[str], owners: list[int], start: int, end: int) -> bool:
        if not self._whole(owners, start, end):
            return False
        form = self.sentence.forms[owners[start]]
        if (
            end - start == 1
            and len(pieces[start]) <= 4
            and form.islower()
            and any(f[:1].isupper() for f in self.sentence.forms)
        ):
            return False
        last = owners[end - 1]
        following = self.words[last + 2] if last + 2 < len(self.words) and self.words[last + 1] == "-" else ""
        return not following.endswith(("ED", "LED", "BASED"))

    # ------------------------------------------------------------------ codes of phrases

    def is_nominal(self, i: int) -> bool:
        if i in self.dropped:
            return False
        return self.sentence.upos[i] in _NOMINAL or i in self.actors or i in self.agents

    def literal(self, head: int) -> Coded | None:
        """A noun phrase that stands for itself, in quotes and capitals; None where it is longer than the options allow.

        Its words are those of the phrase with what hangs on it by prepositions, without clauses and coordination.
        """
        if not self.is_nominal(head) or self.sentence.upos[head] == "PRON":
            return None
        found, stack = {head}, [head]
        while stack:
            for c in self.children[stack.pop()]:
                if self.rel(c) in ("punct", "conj", "cc", "acl", "advcl", "parataxis", "cop", "aux", "nsubj"):
                    continue
                if self.rel(c) == "appos" and any(self.rel(p) == "punct" for p in self.subtree(head) if head < p < c):
                    continue
                if self.heads[c] == head and self.rel(c) in ("case", "mark", "advmod"):
                    continue
                found.add(c)
                stack.append(c)
        return self._literal(head, found)

    def literal_modifiers(self, head: int) -> list[Coded]:
        """Phrases of the modifiers coordinated with the first: "injury toll" of "death and injury toll"."""
        found = []
        for m in self.children[head]:
            if self.rel(m) in ("compound", "amod") and not self.actors.keys() & set(self.subtree(m)):
                found += [self._literal(head, {c, head}) for c in self.by_rel(m, "conj") if c < head and self.is_nominal(c)]
        return [c for c in found if c is not None]

    def _literal(self, head: int, tokens: set[int]) -> Coded | None:
        words = [self.words[i] for i in sorted(tokens) if self.words[i] not in ("'S", "'", "")]
        if not 0 < len(words) <= self.options.new_actor_length:
            return None
        return Coded(head, f'"{" ".join(words)}"', tuple(sorted(tokens)), " ".join(words))

    def core(self, head: int) -> list[int]:
        """The words of a noun phrase without what hangs on it by prepositions, clauses and coordination."""
        found = [head]
        stack = [head]
        while stack:
            for c in self.children[stack.pop()]:
                relation = self.full_rel(c)
                if c in found:
                    continue
                if self.rel(c) in _CORE or relation == "nmod:poss" or (self.rel(c) == "nmod" and not self.cases(c)):
                    found.append(c)
                    stack.append(c)
        for i in tuple(found):
            name = self.actors.get(i) or self.agents.get(i)
            if name is not None:
                found += [t for t in name.tokens if t not in found]
        return sorted(set(found))

    def actor_codes(self, found: Found) -> list[str]:
        """The codes of a name on the sentence's day; several where the entry stands for several actors."""
        return list(split_actors(code_on(self.legacy.actor(found.entry).codes, self.day)))

    def phrase(self, head: int, depth: int = 0) -> list[Coded]:
        """The actors a noun phrase stands for, without those coordinated with it.

        The first actor among its own words; else those of the phrases that hang on it by a preposition; its agents
        are added to each. An agent alone codes to --- and its letters.
        """
        core = self.core(head)
        own: list[Found] = []
        for t in core:
            found = self.actors.get(t)
            if found is not None and found not in own:
                own.append(found)
        agents = list(dict.fromkeys(self.agents[t] for t in core if t in self.agents))
        if own:
            # A word that is both ("Senate") is the agent beside another actor, the actor alone.
            agents = [a for a in agents if not set(a.tokens) & set(own[0].tokens)]
        coded: list[Coded] = []
        if own:
            first = own[0]
            for found in (first, *self._modifier_conjuncts(first)):
                entry = self.legacy.actor(found.entry)
                for code in self.actor_codes(found):
                    coded.append(self._with_agents(code, agents, head, found.tokens, entry.name, entry.entry_id))
            if coded or not agents:
                return coded
        if depth < 6:
            for c in self.children[head]:
                if self.rel(c) == "nmod" and self.cases(c) and c not in core:
                    inner = [k for h in self.conjuncts(c) for k in self.phrase(h, depth + 1)]
                    named = [k for k in inner if k.has_actor]
                    if named:
                        return [self._with_agents(k.code, agents, head, k.tokens, k.name, k.entry_id) for k in named]
                    if inner and not agents and TIMES.isdisjoint(self.cases(c)):
                        coded = coded or inner
        if coded:
            return coded
        if agents:
            return [self._with_agents("---", agents, head, (), None, "")]
        return []

    def _modifier_conjuncts(self, first: Found) -> list[Found]:
        """Actors coordinated with the one that modifies the head: US and British activists."""
        found: list[Found] = []
        for t in first.tokens:
            if self.rel(t) in _CORE or self.full_rel(t) == "nmod:poss":
                for c in self.by_rel(t, "conj"):
                    for inner in self.core(c):
                        name = self.actors.get(inner)
                        if name is not None and name is not first and name not in found:
                            found.append(name)
        return found

    def _with_agents(
        self, code: str, agents: list[Found], head: int, tokens: tuple[int, ...], name: str | None, entry_id: str
    ) -> Coded:
        entries = [self.legacy.agents[a.entry] for a in agents]
        if any(e.code != "PPL" for e in entries):
            entries = [e for e in entries if e.code != "PPL"]
        base = "" if code.startswith("---") else code
        suffix = code[3:] if code.startswith("---") else ""
        prefix = ""
        for e in entries:
            if not e.code or e.code in prefix + base + suffix:
                continue
            if e.prefix:
                prefix = e.code + prefix
            else:
                suffix += e.code
        letters = prefix + base + suffix if base else f"---{prefix}{suffix}"
        used = tuple(sorted({*tokens, *(t for a in agents for t in a.tokens)}))
        ids = [entry_id, *(e.entry_id for e in entries)]
        return Coded(head, letters, used or (head,), name, " + ".join(i for i in ids if i))

    def conjuncts(self, head: int) -> list[int]:
        """A phrase's head and the heads coordinated with it, an apposition within a list among them."""
        found = [head]
        for h in found:
            for c in self.children[h]:
                if c in found:
                    continue
                listed = self.rel(c) == "appos" and (
                    any(self.rel(x) == "conj" for x in self.children[c])
                    or any(self.rel(x) == "conj" and x > c for x in self.children[h])
                )
                if self.rel(c) == "conj" or listed:
                    if self.sentence.upos[c] != "VERB" or c in self.actors:
                        found.append(c)
        return sorted(found)

    def group(self, head: int) -> list[Coded]:
        """The actors of a phrase and of all coordinated with it."""
        coded: list[Coded] = []
        shared: str = ""
        for h in self.conjuncts(head):
            phrase = self.phrase(h)
            for one in phrase:
                bare = not one.has_actor and shared and not self.by_rel(h, "det")
                coded.append(
                    Coded(one.head, shared + one.code[3:], one.tokens, one.name, one.entry_id) if bare else one
                )
            if phrase and phrase[0].has_actor and phrase[0].head == h and self.agents.keys() & set(self.core(h)):
                shared = phrase[0].code[:3]
        return coded

    def descend(self, node: int, avoid: set[int]) -> Iterator[int]:
        """Noun phrase heads at and below a node, in the order of the text, clauses of their own left out."""
        stack = [(node, int(self.rel(node) == "ccomp"))]
        order: list[int] = []
        seen: set[int] = set()
        while stack:
            i, depth = stack.pop()
            if i in avoid or i in seen:
                continue
            seen.add(i)
            order.append(i)
            for c in self.children[i]:
                deeper = depth + (self.rel(c) == "ccomp")
                if deeper > 1:
                    continue
                if self.rel(c) in ("conj",) and self.sentence.upos[c] in ("VERB", "AUX") and c not in self.actors:
                    continue
                if self.full_rel(c) == "acl:relcl" or self.rel(c) in ("parataxis", "punct", "appos"):
                    continue
                if self.rel(c) == "advcl" and not self.infinitive(c):
                    continue
                stack.append((c, deeper))
        yield from sorted(order)

    def infinitive(self, i: int) -> bool:
        """Whether a clause is an infinitive with "to"."""
        return any(self.rel(c) == "mark" and self.words[c] == "TO" for c in self.children[i])
