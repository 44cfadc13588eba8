"""Coding with legacy dictionaries: parsed sentences in, events out, the records the native coder gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from coder.dates import resolve_date, sentence_date, story_date
from coder.grammar import Tree
from coder.legacy.discard import discarded, issues_of
from coder.legacy.match import Match, PhraseMatcher, SequenceMatcher, VerbView, is_passive
from coder.legacy.meanings import compose, negate
from coder.legacy.model import LegacyDictionaries, Pattern, Transformation
from coder.legacy.phrases import TIMES, Clause, Coded
from coder.options import Options
from coder.records import Event, EventDate, Mention, ResolvedActor, Sentence, Status

NULL = "---"
_NEGATIONS = frozenset({"NOT", "N'T", "NEVER", "NT"})
_AGENT_CASES = frozenset({"BY"})
_INSIDE = frozenset({"compound", "amod", "flat", "det", "nummod", "fixed", "case", "punct"})
_COOPERATION = ("03", "04", "05", "06")
_PLACE_CASES = frozenset({"IN", "DURING"})


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
class VerbHit:
    """A verb of the dictionary in the text: its tokens, default code, blocks and entry."""

    verb: int
    tokens: tuple[int, ...]
    code: str
    blocks: tuple[int, ...]
    entry_id: str


def code_legacy_sentences(sentences: Iterable[Sentence], legacy: LegacyDictionaries, options: Options) -> list[Event]:
    """Events of the sentences of one document, in order; none where a story discard stands in it.

    Args:
        sentences: of one document, in order, with UD v2 labels.
        legacy: the loaded dictionaries.
        options: coding options; `monadic` keeps events without a target.
    """
    listed = list(sentences)
    verdicts = [discarded(s, legacy) for s in listed]
    if any(v == "story" for v in verdicts):
        return []
    events: list[Event] = []
    told: list[EventDate | None] = []
    reference: EventDate | None = None
    before: Sentence | None = None
    for sentence, verdict in zip(listed, verdicts, strict=True):
        if verdict:
            continue
        raws = sentence_events(sentence, legacy, monadic=options.monadic)
        if raws:
            tree = Tree(sentence)
            told.append(sentence_date(tree, reference))
            date_of = partial(
                resolve_date,
                reference=reference,
                follows=before is not None and sentence.start - before.end < 2,
                story=story_date(told, sentence.publication_date),
            )
            issues = issues_of(sentence, legacy)
            for raw in raws:
                event = _event(sentence, tree, raw, date_of, issues, legacy.fallback(raw.code), legacy.own_codes)
                if event is not None:
                    events.append(event)
            reference = told[-1] or reference
        before = sentence
    return events


def _event(
    sentence: Sentence,
    tree: Tree,
    raw: Raw,
    date_of: Callable[..., EventDate],
    issues: tuple[str, ...] | None,
    code: str | None,
    own: bool,
) -> Event | None:
    if code is None:
        return None
    notes = ("own_code",) if own else () if code == raw.code else (f"raw_code={raw.code}",)
    return Event(
        sentence=sentence,
        source=_resolved(sentence, raw.source),
        target=_resolved(sentence, raw.target) if raw.target is not None else None,
        code=code,
        pattern_id=raw.pattern_id,
        trigger_tokens=raw.tokens,
        status=raw.status,
        date=date_of(tree, raw.tokens, raw.status),
        reciprocal=raw.reciprocal,
        issues=issues,
        notes=notes,
    )


def _resolved(sentence: Sentence, coded: Coded) -> ResolvedActor:
    tokens = coded.tokens or (coded.head,)
    start, end = sentence.starts[min(tokens)], sentence.ends[max(tokens)]
    text = sentence.text[start - sentence.start : end - sentence.start]
    kind = "unknown" if coded.code == NULL else "organization" if coded.has_actor else "agent"
    mention = Mention(
        coded.head, start, end, text, kind, entry_id=coded.entry_id, rule="legacy", sentence_index=sentence.index
    )
    return ResolvedActor(mention, coded.code, coded.name, coded.entry_id, "legacy")


def sentence_events(sentence: Sentence, legacy: LegacyDictionaries, *, monadic: bool = False) -> list[Raw]:
    """The events of one sentence with the codes as the dictionaries have them."""
    return SentenceCoder(Clause(sentence, legacy), monadic=monadic).events()


class SentenceCoder:
    """Codes one sentence: inner clauses first, so that outer verbs can build on their events."""

    def __init__(self, clause: Clause, *, monadic: bool = False) -> None:
        self.clause = clause
        self.legacy = clause.legacy
        self.monadic = monadic
        self.hits: dict[int, VerbHit] = {}
        taken: set[int] = set()
        for i in range(len(clause.words)):
            if i not in taken and self._is_verb(i):
                hit = self._lookup(i)
                if hit is not None:
                    self.hits[i] = hit
                    taken.update(hit.tokens)
        self.found: dict[int, list[Raw]] = {}

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

    # ---------------------------------------------------------------- verbs

    def _is_verb(self, i: int) -> bool:
        if i in self.clause.actors:
            return False
        upos = self.clause.sentence.upos[i]
        return upos == "VERB" or (upos == "AUX" and self.clause.rel(i) not in ("aux", "cop"))

    def _lookup(self, verb: int) -> VerbHit | None:
        several = self._several(verb)
        if several is not None:
            return several
        form, lemma = self.clause.words[verb], self.clause.lemmas[verb]
        entries = self.legacy.forms.get(form, [])
        if not entries and not form.startswith(lemma):
            for candidate in (lemma, lemma + "E", lemma[:-1]):
                entries = self.legacy.lemmas.get(candidate, [])
                if entries and not form.startswith(candidate):
                    break
                entries = []
        return self._hit(verb, (verb,), entries) if entries else None

    def _several(self, verb: int) -> VerbHit | None:
        """A verb of several words in which this token is one."""
        clause = self.clause
        best: tuple[tuple[int, ...], int] | None = None
        for t in (verb, verb + 1, verb + 2):
            if t >= len(clause.words):
                break
            for words, main, entry in self.legacy.several.get(clause.words[t], ()):
                first = t - main
                spots = tuple(range(first, first + len(words)))
                if (
                    verb not in spots
                    or first < 0
                    or spots[-1] >= len(clause.words)
                    or any(clause.words[s] != w for s, w in zip(spots, words, strict=True))
                ):
                    spots = ()
                if not spots and t == verb and main == 0 and len(words) == 2:
                    particle = [c for c in clause.by_rel(verb, "compound:prt") if clause.words[c] == words[1]]
                    spots = (verb, particle[0]) if particle else ()
                if spots and (best is None or len(spots) > len(best[0])):
                    best = (spots, entry)
        return self._hit(verb, best[0], [best[1]]) if best else None

    def _hit(self, verb: int, tokens: tuple[int, ...], entries: list[int]) -> VerbHit:
        found = [self.legacy.verb_entries[e] for e in entries]
        blocks = tuple(dict.fromkeys(e.block for e in found))
        return VerbHit(verb, tokens, found[-1].code, blocks, found[-1].entry_id)

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

    # ---------------------------------------------------------------- who

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
            return own
        if clause.by_rel(verb, "csubj") or head < 0:
            return []
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

    def _view(self, hit: VerbHit) -> VerbView:
        clause, verb = self.clause, hit.verb
        subjects = self.subjects(verb)
        objects = [o for o in clause.by_rel(verb, "obj", "iobj") if o not in hit.tokens]
        passive = is_passive(clause, verb) or self._existential(verb)
        participle = clause.full_rel(verb) == "acl" and clause.words[verb].endswith(("ED", "EN"))
        raising = bool(clause.by_rel(verb, "xcomp")) and not objects
        if (passive or (participle and not raising)) and not (raising and not self._agents_of(verb)):
            agents = self._agents_of(verb)
            if agents or passive:
                return VerbView(clause, verb, hit.tokens, agents, [*subjects, *objects], True)
        return VerbView(clause, verb, hit.tokens, subjects, objects, False)

    def _existential(self, verb: int) -> bool:
        """The participle of "there were soldiers killed", which some parses make a clause."""
        head = self.clause.head(verb)
        return (
            head >= 0
            and bool(self.clause.by_rel(head, "expl"))
            and self.clause.lemmas[head] == "BE"
            and self.clause.rel(verb) == "csubj"
            and not self.clause.by_rel(verb, "obj")
        )

    def _agents_of(self, verb: int) -> list[int]:
        """Heads of what a passive verb is done by."""
        clause = self.clause
        return [
            c for c in clause.children[verb] if clause.rel(c) == "obl" and not _AGENT_CASES.isdisjoint(clause.cases(c))
        ]

    def _coded(self, heads: Iterable[int]) -> list[Coded]:
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

    def _sources(self, view: VerbView) -> list[Coded]:
        found = self._coded(view.subjects)
        if not found and view.subjects:
            found = [c for s in view.subjects for c in self._deep(s, set())]
        if not found and view.passive and not view.subjects:
            for c in self.clause.by_rel(view.verb, "obl"):
                if not _PLACE_CASES.isdisjoint(self.clause.cases(c)):
                    found = [k for k in self._deep(c, set()) if k.has_actor]
                    if found:
                        break
        return found

    def _targets(self, view: VerbView, sources: list[Coded]) -> list[Coded]:
        """The first actors acted upon: of the objects, then of what follows the verb, in the order of the text."""
        clause, verb = self.clause, view.verb
        used = {t for s in sources for t in s.tokens}
        spare: list[Coded] = []
        candidates = list(view.objects)
        for c in clause.children[verb]:
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
        return spare

    # ---------------------------------------------------------------- what

    def _code_verb(self, hit: VerbHit) -> None:
        view = self._view(hit)
        match = self._best(hit, view)
        code = match.pattern.code if match is not None else hit.code
        sources = self._sources(view)
        inner = self._inner(hit.verb)
        if inner:
            changed = self._transform(hit, sources, inner) or self._intended(code, inner)
            dyadic = any(raw.target is not None for c in inner for raw in self.found[c])
            if changed or (dyadic and not view.objects):
                return
        if code == NULL:
            return
        if match is None:
            code = self._asked(hit, view, code)
        made = self._assign(hit, view, match, code, sources)
        if made:
            self.found[hit.verb] = made
            for c in inner:
                self.found.pop(c, None)

    def _best(self, hit: VerbHit, view: VerbView) -> Match | None:
        """The pattern that says most; of equal ones one with a prepositional phrase, then the last (the first of word
        sequences)."""
        here = set(self.clause.words) | set(self.clause.lemmas) | {w[:-1] for w in self.clause.words if w.endswith("S")}
        best: tuple[tuple[float, int], Match] | None = None
        phrases: PhraseMatcher | None = None
        sequences: SequenceMatcher | None = None
        for block in hit.blocks:
            for pattern in self.legacy.block(block):
                if not _possible(pattern, here):
                    continue
                if pattern.syntactic:
                    phrases = phrases or PhraseMatcher(view, self.legacy)
                    match = phrases.match(pattern)
                else:
                    sequences = sequences or SequenceMatcher(view, self.legacy)
                    match = sequences.match(pattern)
                if match is None:
                    continue
                rank = (round(match.score, 3), int(any(i.kind == "prep" for i in (*pattern.before, *pattern.after))))
                if best is None or rank > best[0] or (rank == best[0] and pattern.syntactic):
                    best = (rank, match)
        return best[1] if best else None

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
        for rule in self.legacy.transformations:
            if not self._is_outer(rule, hit) or not self._is_inner(rule, raw):
                continue
            if rule.inner_source == rule.outer_source or rule.inner_source == "_":
                holders = [s for s in sources if s.code == raw.source.code]
            else:
                holders = [s for s in sources if s.code != raw.source.code]
            if not holders or (rule.inner_target not in (".", "_") and raw.target is None):
                continue
            bound = {rule.outer_source: holders[0]}
            bound.setdefault(rule.inner_source, raw.source)
            if raw.target is not None:
                bound.setdefault(rule.inner_target, raw.target)
            target = bound.get(rule.target)
            if target is None:
                continue
            code = raw.code if rule.code == "Q" else rule.code
            return [replace(raw, source=bound.get(rule.source, holders[0]), target=target, code=code, pattern_id=rule.entry_id,
                            tokens=tuple(sorted({*raw.tokens, *hit.tokens})))]  # fmt: skip
        return None

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
                inner = self._best(asked, self._view(asked))
                composed = compose(code, inner.pattern.code if inner is not None else asked.code)
                if composed:
                    return composed
        return code

    def _is_outer(self, rule: Transformation, hit: VerbHit) -> bool:
        return self._verb_code(rule.outer_verb) == hit.code or self.clause.words[hit.verb] == rule.outer_verb

    def _is_inner(self, rule: Transformation, raw: Raw) -> bool:
        if rule.inner_verb == "Q":
            return True
        if "_" in rule.inner_verb:
            return False
        return raw.code == self._verb_code(rule.inner_verb)

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
                bound = self._coded([source_here])
                if bound:
                    targets = self._coded([target_here]) if target_here is not None else sources
                    sources = bound
            elif target_here is not None:
                targets = self._coded([target_here]) or None
            elif swapped:
                others = self._targets(view, sources)
                sources, targets = others, sources
            compound = match.slot("compound")
            if compound is not None:
                members = self._coded([compound])
                if len(members) > 1:
                    sources = targets = members
                    both_ways = True
        if targets is None:
            targets = self._targets(view, sources)
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


def _possible(pattern: Pattern, here: set[str]) -> bool:
    """Whether all plain words of a pattern stand in the sentence: rules most patterns out at once."""
    for item in (*pattern.before, *pattern.after):
        for word in item.words:
            if word[0] != "&" and "/" not in word and word not in here:
                return False
        for inner in item.inner:
            for word in inner.words:
                if word[0] != "&" and "/" not in word and word not in here:
                    return False
    return True
