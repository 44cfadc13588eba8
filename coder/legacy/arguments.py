"""Who does what to whom, as the grammar of a sentence has it: subjects, objects, and the actors in them."""

from __future__ import annotations

from collections.abc import Iterable

from coder.date_patterns import is_temporal_word
from coder.legacy.lookup import VerbHit
from coder.legacy.match import VerbView, climb, is_passive
from coder.legacy.phrases import TIMES, Clause, Coded

NULL = "---"
_AGENT_CASES = frozenset({"BY"})
_INSIDE = frozenset({"compound", "amod", "flat", "det", "nummod", "fixed", "case", "punct"})
_CLAUSE_CASES = frozenset({"AFTER", "BEFORE", "SINCE", "UNTIL", "AS", "WHILE", "BECAUSE"})
_FINITE = frozenset({"VBD", "VBZ", "VBP"})
_PLACE_CASES = frozenset({"IN", "DURING"})


class Arguments:
    """The functions of the verbs of one sentence.

    Args:
        clause: the sentence.
        hits: its verbs that the dictionaries know.
    """

    def __init__(self, clause: Clause, hits: dict[int, VerbHit]) -> None:
        self.clause = clause
        self.hits = hits

    def subjects(self, verb: int, depth: int = 0) -> list[int]:
        """Heads of the subject, of the clause it is taken from where the verb has none of its own."""
        clause = self.clause
        if depth > 8 or verb < 0:
            return []
        own = [c for c in clause.children[verb] if clause.rel(c) == "nsubj"]
        relation = clause.full_rel(verb)
        head = clause.head(verb)
        if own:
            subject = own[0]
            if clause.sentence.upos[subject] in ("PRON", "DET") and not clause.group(subject):
                if relation == "acl:relcl" and clause.words[subject] in ("WHO", "WHICH", "THAT"):
                    return [head]
                governor = self._governor(verb)
                if governor >= 0:
                    inherited = self.subjects(governor, depth + 1)
                    return inherited or own
            if relation == "acl:relcl" and self._named_by(subject, head):
                return [head]
            return own
        if clause.by_rel(verb, "csubj") or head < 0:
            return []
        astray = self._astray(verb)
        if astray >= 0:
            return [astray]
        if head in clause.actors and head < verb and clause.rel(verb) in ("parataxis", "conj"):
            return [head]
        if clause.rel(verb) == "xcomp":
            objects = clause.by_rel(head, "obj")
            if objects and clause.infinitive(verb):
                return objects
            return self.subjects(head, depth + 1)
        if clause.rel(verb) == "conj" and clause.sentence.upos[head] in ("VERB", "AUX", "ADJ", "NOUN"):
            return self.subjects(head, depth + 1)
        if relation == "acl" or clause.rel(verb) == "amod":
            return [] if clause.infinitive(verb) or clause.rel(verb) == "amod" else [head]
        if clause.rel(verb) == "advcl":
            return [] if head in self.hits else self.subjects(head, depth + 1)
        if clause.rel(verb) == "ccomp":
            return self.subjects(head, depth + 1)
        return []

    def _named_by(self, name: int, noun: int) -> bool:
        """Whether an unknown name right after a known noun is the noun's own ("the news agency XNA said")."""
        clause = self.clause
        return name == noun + 1 and not clause.children[name] and not clause.group(name) and bool(clause.phrase(noun))

    def _astray(self, verb: int) -> int:
        """The noun right before a finite verb that a parse gives to the preposition before it ("after crowds burned").

        -1 where there is none.
        """
        clause = self.clause
        place = verb - 1
        while place >= 0 and clause.rel(place) in ("advmod", "aux") and clause.head(place) == verb:
            place -= 1
        finite = clause.sentence.xpos[verb] in _FINITE or "VerbForm=Fin" in clause.sentence.feats[verb]
        if place < 0 or not finite or clause.rel(verb) == "conj" or not clause.is_nominal(place):
            return -1
        noun = climb(clause, place)
        marked = clause.rel(noun) in ("obl", "nmod") and not _CLAUSE_CASES.isdisjoint(clause.cases(noun))
        return noun if marked and clause.sentence.upos[noun] != "PRON" else -1

    def _governor(self, verb: int) -> int:
        """The verb whose clause a clause stands in."""
        node = verb
        for _ in range(8):
            relation = self.clause.rel(node)
            head = self.clause.head(node)
            if head < 0:
                return -1
            if relation in ("ccomp", "advcl", "xcomp", "parataxis"):
                return head
            if relation != "conj":
                return -1
            node = head
        return -1

    def view(self, hit: VerbHit) -> VerbView:
        clause, verb = self.clause, hit.verb
        subjects = self.subjects(verb)
        objects = [o for t in hit.tokens for o in clause.by_rel(t, "obj", "iobj") if o not in hit.tokens]
        passive = is_passive(clause, verb) or self._existential(verb)
        participle = clause.full_rel(verb) == "acl" and clause.words[verb].endswith(("ED", "EN"))
        raising = bool(clause.by_rel(verb, "xcomp")) and not objects
        if passive or (participle and not raising):
            agents = self._agents_of(verb)
            if agents or passive:
                return VerbView(clause, verb, hit.tokens, agents, [*subjects, *objects], True)
        return VerbView(clause, verb, hit.tokens, subjects, objects, False)

    def _existential(self, verb: int) -> bool:
        """The participle of "there were soldiers killed", a clause or a part of its noun as the parse has it."""
        clause = self.clause
        head = clause.head(verb)
        if clause.full_rel(verb) == "acl":
            head = clause.head(head)
        elif clause.rel(verb) != "csubj":
            return False
        there = head >= 0 and clause.lemmas[head] == "BE" and bool(clause.by_rel(head, "expl"))
        return there and clause.words[verb].endswith(("ED", "EN")) and not clause.by_rel(verb, "obj")

    def _agents_of(self, verb: int) -> list[int]:
        """Heads of what a passive verb is done by."""
        clause = self.clause
        return [
            c for c in clause.children[verb] if clause.rel(c) == "obl" and not _AGENT_CASES.isdisjoint(clause.cases(c))
        ]

    def coded(self, heads: Iterable[int]) -> list[Coded]:
        return [c for h in heads for c in self.clause.group(h) if c.code and c.code != NULL]

    def _deep(self, head: int, avoid: set[int]) -> list[Coded]:
        """The first actors at or below a node, in the order of the text; agents without one where there is none."""
        spare: list[Coded] = []
        for i in self.clause.descend(head, avoid):
            if not self._heads_phrase(i):
                continue
            group = [c for c in self.clause.group(i) if c.code and c.code != NULL]
            if any(c.has_actor for c in group):
                return [c for c in group if c.has_actor]
            if TIMES.isdisjoint(self.clause.cases(i)):
                spare = spare or group
        return spare

    def _heads_phrase(self, i: int) -> bool:
        clause = self.clause
        if clause.sentence.upos[i] == "PRON" or not clause.is_nominal(i):
            return False
        node = i
        while clause.rel(node) == "conj" and clause.head(node) >= 0:
            node = clause.head(node)
        inside = clause.rel(node) in _INSIDE or clause.full_rel(node) == "nmod:poss"
        return not (inside and clause.is_nominal(clause.head(node)))

    def sources(self, view: VerbView) -> list[Coded]:
        """Who acts: the subject's actors, those within it where its own words name none, or phrases for themselves."""
        found = self._known_sources(view)
        return found + self._literals(view.subjects, found)

    def _literals(self, heads: Iterable[int], known: list[Coded]) -> list[Coded]:
        """Phrases that stand for themselves: beside known ones coordinated with them, or where nothing is known."""
        clause = self.clause
        if not clause.options.new_actor_length:
            return []
        found: list[Coded] = []
        for head in heads:
            group = clause.conjuncts(head)
            nameless = [h for h in group if not clause.phrase(h)]
            if not known or len(nameless) < len(group):
                found += [c for c in map(clause.literal, nameless) if c is not None]
            found += [c for h in group if h not in nameless for c in clause.literal_modifiers(h)]
        return found

    def _known_sources(self, view: VerbView) -> list[Coded]:
        found = self.coded(view.subjects)
        if not found and view.subjects:
            found = [c for s in view.subjects for c in self._deep(s, {view.verb} - {s})]
        if not found and view.passive and not view.subjects:
            for c in self.clause.by_rel(view.verb, "obl"):
                if not _PLACE_CASES.isdisjoint(self.clause.cases(c)):
                    found = [k for k in self._deep(c, set()) if k.has_actor]
                    if found:
                        break
        return found

    def targets(self, view: VerbView, sources: list[Coded]) -> list[Coded]:
        """The first actors acted upon: of the objects, then of what follows the verb, in the order of the text."""
        clause, verb = self.clause, view.verb
        used = {t for s in sources for t in s.tokens}
        spare: list[Coded] = []
        candidates = list(view.objects)
        for c in [c for t in view.tokens for c in clause.children[t]]:
            if c in candidates or c in view.subjects or c in view.tokens:
                continue
            relation = clause.rel(c)
            if relation in ("obl", "nmod", "xcomp", "ccomp", "iobj", "obj", "dep") and c > verb:
                if relation == "obl" and view.passive and not _AGENT_CASES.isdisjoint(clause.cases(c)):
                    continue
                if clause.full_rel(c) in ("obl:tmod", "nmod:tmod"):
                    continue
                candidates.append(c)
            elif relation == "advcl" and clause.infinitive(c):
                candidates.append(c)
        avoid = set(view.subjects) | set(view.tokens)
        for c in candidates:
            if spare and clause.rel(c) in ("xcomp", "ccomp", "advcl"):
                break
            group = [k for k in self._deep(c, avoid - {c}) if not used & set(k.tokens)]
            if any(k.has_actor for k in group):
                return [k for k in group if k.has_actor]
            spare = spare or group
        if not spare and clause.options.new_actor_length:
            nouns = [c for c in candidates if clause.is_nominal(c) and not is_temporal_word(clause.lemmas[c].lower())]
            return self._literals(nouns[:1], [])
        return spare
