"""Coding one sentence: verbs from the inner clauses outwards, their patterns, composition and transformations."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coder.legacy.arguments import NULL, Arguments
from coder.legacy.lookup import VerbHit, find_verbs
from coder.legacy.match import Match, PhraseMatcher, SequenceMatcher, VerbView
from coder.legacy.meanings import compose, negate
from coder.legacy.model import Pattern, Transformation, pattern_text, transformation_text
from coder.legacy.phrases import Clause, Coded
from coder.records import Status

_NEGATIONS = frozenset({"NOT", "N'T", "NEVER", "NT"})
_COOPERATION = ("03", "04", "05", "06")


@dataclass(frozen=True, slots=True)
class Raw:
    """An event before it gets its date: who, whom, the code as the dictionary has it, what it rests on."""

    source: Coded
    target: Coded | None
    code: str
    verb: int
    tokens: tuple[int, ...]
    pattern_id: str
    status: Status = Status.ASSERTED
    reciprocal: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """A line of the dictionaries that was tried on a verb: where it stands, what it says, why it did not match ("" if it did).

    Args:
        chosen: it decided the verb's code.
        near: its words are in the sentence.
    """

    verb: int
    place: str
    text: str
    code: str
    reason: str = ""
    chosen: bool = False
    near: bool = True


class SentenceCoder:
    """Codes one sentence: inner clauses first, so that outer verbs can build on their events."""

    def __init__(self, clause: Clause, *, monadic: bool = False, trace: bool = False) -> None:
        self.clause = clause
        self.legacy = clause.legacy
        self.monadic = monadic
        self.hits = find_verbs(clause)
        self.arguments = Arguments(clause, self.hits)
        self.found: dict[int, list[Raw]] = {}
        self.tried: list[Tried] | None = [] if trace else None
        self.fates: dict[int, str] = {}

    def events(self) -> list[Raw]:
        """All events, in the order of their verbs, each once."""
        for verb in sorted(self.hits, key=self._depth, reverse=True):
            self._code_verb(self.hits[verb])
        listed: dict[tuple[str, str, str], Raw] = {}
        for verb in sorted(self.found):
            for raw in self.found[verb]:
                if raw.target is None and not self.monadic:
                    continue
                listed.setdefault((raw.source.code, raw.target.code if raw.target else NULL, raw.code), raw)
        return list(listed.values())

    def _depth(self, verb: int) -> tuple[int, int]:
        depth = 0
        node = verb
        while (node := self.clause.head(node)) >= 0 and depth < len(self.clause.words):
            depth += 1
        return depth, verb

    def _negated(self, verb: int) -> bool:
        """Whether a verb, or the verb or adjective whose infinitive it is, is negated."""
        node = verb
        for _ in range(4):
            if any(self.clause.words[c] in _NEGATIONS or self.clause.full_rel(c) == "neg" for c in self.clause.children[node]
                   if self.clause.rel(c) in ("advmod", "neg", "aux", "det")):  # fmt: skip
                return True
            if self.clause.rel(node) != "xcomp" or self.clause.head(node) in self.hits:
                return False
            node = self.clause.head(node)
            if node < 0:
                return False
        return False

    def _code_verb(self, hit: VerbHit) -> None:
        view = self.arguments.view(hit)
        match = self._best(hit, view)
        code = match.pattern.code if match is not None else hit.code
        sources = self.arguments.sources(view)
        inner = self._inner(hit.verb)
        if match is not None and not match.pattern.syntactic:
            for absorbed in {*inner} & {*match.tokens}:
                self.fates[absorbed] = "its word is part of a pattern of the verb above it"
                self.found.pop(absorbed)
                inner.remove(absorbed)
        if inner:
            changed = self._transform(hit, sources, inner) or self._intended(code, inner)
            dyadic = any(raw.target is not None for c in inner for raw in self.found[c])
            if not changed and hit.verb > max(inner):
                inner = []  # what a speaker after a quotation does is an event of its own
            elif changed or (dyadic and not view.objects):
                self.fates[hit.verb] = "the event of the clause it governs is coded instead"
                return
        if code == NULL:
            self.fates[hit.verb] = "the code is null: no event"
            return
        code = self._asked(hit, view, code)
        made = self._assign(hit, view, match, code, sources)
        if not made:
            self.fates[hit.verb] = "no target that is an actor or agent" if sources else "no source that is an actor or agent"
        if made:
            self.found[hit.verb] = made
            for c in inner:
                self.found.pop(c, None)

    def _best(self, hit: VerbHit, view: VerbView) -> Match | None:
        """The pattern that says most; of equal ones one with a prepositional phrase, then the last (the first of word
        sequences)."""
        best: tuple[tuple[float, int], Match] | None = None
        phrases: PhraseMatcher | None = None
        sequences: SequenceMatcher | None = None
        outcomes: list[tuple[Pattern, str, bool]] = []
        for block in hit.blocks:
            patterns = self.legacy.indexed(block)
            for pattern, words in patterns.fitting(self.clause.here) if self.tried is None else patterns.all():
                absent = self._absent(words)
                if absent:
                    if self.tried is not None:
                        said = f"no member of {absent} is" if absent[0] == "&" else f"{absent} is not"
                        outcomes.append((pattern, f"{said} in the sentence", False))
                    continue
                matcher: PhraseMatcher | SequenceMatcher
                if pattern.syntactic:
                    matcher = phrases = phrases or PhraseMatcher(view, self.legacy)
                else:
                    matcher = sequences = sequences or SequenceMatcher(view, self.legacy)
                match = matcher.match(pattern)
                if match is None:
                    if self.tried is not None:
                        outcomes.append((pattern, matcher.missing, True))
                    continue
                outcomes.append((pattern, "", True))
                rank = (round(match.score, 3), int(any(i.kind == "prep" for i in (*pattern.before, *pattern.after))))
                if best is None or rank > best[0] or (rank == best[0] and pattern.syntactic):
                    best = (rank, match)
        if self.tried is not None:
            self._note(hit, outcomes, best[1].pattern if best else None)
        return best[1] if best else None

    def _absent(self, words: tuple[str, ...]) -> str:
        """The first word that is not in the sentence, "" where all are."""
        for word in words:
            if not self.clause.has(word):
                return word
        return ""

    def _note(self, hit: VerbHit, outcomes: list[tuple[Pattern, str, bool]], best: Pattern | None) -> None:
        """Keep what was tried on a verb: the line that decided, then the ones that fit, then the others."""
        assert self.tried is not None
        word = self.clause.sentence.forms[hit.verb]
        reason = "" if best is None else "a pattern fits"
        notes = [Tried(hit.verb, hit.entry_id, f"the verb itself ({word})", hit.code, reason, best is None)]
        for pattern, reason, near in outcomes:
            chosen = pattern is best
            if not reason and not chosen:
                reason = "it fits, but a pattern that says more won"
            place = f"{pattern.pattern_id.partition(':')[0]}:{pattern.line}"
            notes.append(Tried(hit.verb, place, pattern_text(pattern), pattern.code, reason, chosen, near))
        known = {(t.verb, t.place) for t in self.tried}
        self.tried += sorted((n for n in notes if (n.verb, n.place) not in known), key=lambda n: (not n.chosen, not n.near))

    def _inner(self, verb: int) -> list[int]:
        """Verbs with events in the clauses a verb takes as its complement."""
        clause = self.clause
        found: list[int] = []
        stack = clause.by_rel(verb, "ccomp", "xcomp")
        while stack:
            node = stack.pop()
            if self.found.get(node):
                found.append(node)
            stack += [c for c in clause.children[node] if clause.rel(c) in ("conj", "xcomp") and c != node]
        return sorted(found)

    def _transform(self, hit: VerbHit, sources: list[Coded], inner: list[int]) -> bool:
        """Apply the first transformation that fits to the events of the inner verbs."""
        changed = False
        for verb in inner:
            out: list[Raw] = []
            for raw in self.found[verb]:
                result = self._transformed(hit, sources, raw)
                changed = changed or result is not None
                out += [raw] if result is None else result
            self.found[verb] = out
        return changed

    def _transformed(self, hit: VerbHit, sources: list[Coded], raw: Raw) -> list[Raw] | None:
        """What an event becomes under an outer verb; rules of two meanings (WILL_ATTACK) go before the others."""
        for rule in sorted(self.legacy.transformations, key=lambda r: "_" not in r.inner_verb.strip("_")):
            if not self._is_outer(rule, hit):
                continue
            made, reason = self._apply(rule, hit, sources, raw)
            if self.tried is not None:
                text = transformation_text(rule)
                self.tried.append(Tried(hit.verb, rule.entry_id, text, rule.code, reason, made is not None))
            if made is not None:
                return made
        return None

    def _apply(self, rule: Transformation, hit: VerbHit, sources: list[Coded], raw: Raw) -> tuple[list[Raw] | None, str]:
        """The event a rule makes of an inner one, or None and why it does not fit."""
        if not self._is_inner(rule, raw):
            return None, f"the inner event ({raw.code}) is not {rule.inner_verb}"
        if rule.inner_source == rule.outer_source or rule.inner_source == "_":
            holders = [s for s in sources if s.code == raw.source.code]
            wanted = "the source of the inner event is not that of the outer verb"
        else:
            holders = [s for s in sources if s.code != raw.source.code]
            wanted = "the outer verb has no source of its own"
        if not holders:
            return None, wanted
        if rule.inner_target not in (".", "_") and raw.target is None:
            return None, "the inner event has no target"
        bound = {rule.outer_source: holders[0]}
        bound.setdefault(rule.inner_source, raw.source)
        if raw.target is not None:
            bound.setdefault(rule.inner_target, raw.target)
        target = bound.get(rule.target)
        if target is None:
            return None, f"nothing stands for {rule.target}"
        code = raw.code if rule.code == "Q" else rule.code
        tokens = tuple(sorted({*raw.tokens, *hit.tokens}))
        source = bound.get(rule.source, holders[0])
        return [replace(raw, source=source, target=target, code=code, pattern_id=rule.entry_id, tokens=tokens)], ""

    def _intended(self, code: str, inner: list[int]) -> bool:
        """Meaning to do something codes to that kind of intent where CAMEO has one."""
        changed = False
        for verb in inner:
            composed = [(raw, compose("030", raw.code) if code == "030" else None) for raw in self.found[verb]]
            if self.clause.rel(verb) == "xcomp" and any(c for _, c in composed):
                self.found[verb] = [replace(raw, code=c or raw.code) for raw, c in composed]
                changed = True
        return changed

    def _asked(self, hit: VerbHit, view: VerbView, code: str) -> str:
        """Asking or demanding somebody to do something codes to that kind of appeal or demand."""
        if code not in ("020", "100") or not view.objects:
            return code
        for c in self.clause.by_rel(hit.verb, "xcomp", "advcl"):
            asked = self.hits.get(c)
            if asked is not None and self.clause.infinitive(c):
                inner = self._best(asked, self.arguments.view(asked))
                composed = compose(code, inner.pattern.code if inner is not None else asked.code)
                if composed:
                    return composed
        return code

    def _is_outer(self, rule: Transformation, hit: VerbHit) -> bool:
        return self._is_verb_of(rule.outer_verb, hit)

    def _is_inner(self, rule: Transformation, raw: Raw) -> bool:
        """Whether an event is of a rule's inner verb; `WILL_ATTACK`: an attack under a verb of WILL's code.

        Auxiliaries add no meaning ("will attack" is ATTACK), as in the peers' own records.
        """
        if rule.inner_verb == "Q":
            return True
        *added, verb = [w for w in rule.inner_verb.split("_") if w] or [rule.inner_verb]
        if raw.code != self._verb_code(verb):
            return False
        node = raw.verb
        for word in reversed(added):
            governor = self.hits.get(self.clause.head(node)) if self.clause.rel(node) == "xcomp" else None
            if governor is None or not self._is_verb_of(word, governor):
                return False
            node = governor.verb
        return True

    def _is_verb_of(self, word: str, hit: VerbHit) -> bool:
        return self._verb_code(word) == hit.code or self.clause.words[hit.verb] == word

    def _verb_code(self, word: str) -> str | None:
        entries = self.legacy.lemmas.get(word) or self.legacy.forms.get(word)
        return self.legacy.verb_entries[entries[-1]].code if entries else None

    def _assign(self, hit: VerbHit, view: VerbView, match: Match | None, code: str, sources: list[Coded]) -> list[Raw]:
        targets: list[Coded] | None = None
        both_ways = False
        if match is not None:
            target_here, source_here = match.slot("target"), match.slot("source")
            swapped = match.slot("target_subject") is not None
            if source_here is not None:
                bound = self.arguments.coded([source_here])
                if bound:
                    targets = self.arguments.coded([target_here]) if target_here is not None else sources
                    sources = bound
            elif target_here is not None:
                targets = self.arguments.coded([target_here]) or None
            elif swapped:
                others = self.arguments.targets(view, sources)
                sources, targets = others, sources
            compound = match.slot("compound")
            if compound is not None:
                members = self.arguments.coded([compound])
                if len(members) > 1:
                    sources = targets = members
                    both_ways = True
        if targets is None:
            targets = self.arguments.targets(view, sources)
            if not targets and code.startswith(_COOPERATION) and sum(s.has_actor for s in sources) > 1:
                sources = targets = [s for s in sources if s.has_actor]
                both_ways = True
        tokens = tuple(sorted({*hit.tokens, *(match.tokens if match else ())}))
        pattern_id = match.pattern.pattern_id if match else hit.entry_id
        forward, _, backward = code.partition(":")
        if ":" not in code:
            backward = ""
        status = Status.ASSERTED
        if self._negated(hit.verb) and (match is None or match.pattern.syntactic or not self._says_not(match)):
            turned = [negate(c, self.legacy) if c and self._syntactic(hit) else None for c in (forward, backward)]
            if any(turned):
                forward = turned[0] or "" if forward else ""
                backward = turned[1] or "" if backward else ""
            else:
                status = Status.NEGATED
        made: list[Raw] = []

        def add(source: Coded, target: Coded | None, said: str, *, reciprocal: bool = False) -> None:
            if said and said != NULL:
                made.append(Raw(source, target, said, hit.verb, tokens, pattern_id, status, reciprocal))

        mirrored = bool(forward) and forward == backward
        for source in sources:
            others = [t for t in targets if t.tokens != source.tokens or t.code != source.code]
            if both_ways:
                others = [t for t in others if t.code != source.code]
            for target in others:
                add(source, target, forward, reciprocal=mirrored or both_ways)
                if not both_ways:
                    add(target, source, backward, reciprocal=mirrored)
            if not targets:
                add(source, None, forward)
        return made

    def _syntactic(self, hit: VerbHit) -> bool:
        """Whether a verb's block is PETRARCH2's, whose negation is composed; a PETRARCH file spells negation out."""
        patterns = [p for b in hit.blocks for p in self.legacy.block(b)]
        return patterns[0].syntactic if patterns else self.legacy.syntactic

    def _says_not(self, match: Match) -> bool:
        return any(self.clause.words[t] in _NEGATIONS for t in match.tokens)
