"""Frames: which dictionary entry fits a trigger, who fills its functions, and what a stance makes of an inner event.

In: a Tree, its SentenceMentions and the Dictionaries. Out: FrameMatches, one for each trigger that stands on its own.
A trace list, if given, records every frame tried and why it did not fit: `explain` is this same matcher.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from coder.actors import SentenceMentions
from coder.dictionary.compiled import COMPOSED, HYPHENS, Condition, Frame, rank
from coder.dictionary.load import DEFAULT_LIGHT_VERBS, Dictionaries
from coder.dictionary.schema import WORLD_REGIONS
from coder.dictionary.select import Triggers
from coder.grammar import Tree
from coder.owners import led_by
from coder.pronouns import stand_in
from coder.records import FrameMatch, Mention, Status
from coder.resolve import resolve_actor
from coder.status import ADDRESS_VERBS, INTENT_NOUNS, negated, under_way
from coder.word_classes import SUBJECT_LABELS

NO_SPANS: Final[frozenset[tuple[int, int]]] = frozenset()
MAX_DEPTH: Final = 4
FAILS: Final = -2
STATUSES: Final = {s.value: s for s in Status}
# Reactions to an act leave the act standing as an event of its own ("condemned the attack by …").
# Appeals, demands and threats: what stands in their infinitive has not happened.
ASKING: Final[tuple[str, ...]] = ("02", "10", "13")
REACTIONS: Final[tuple[str, ...]] = ("010", "011", "012", "013", "017", "018", "019", "051", "052", "09", "110", "111", "113", "114")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One frame tried on one trigger; `reason` is "" where it fits."""

    trigger: int
    pattern_id: str
    reason: str
    code: str | None = None


class Matcher:
    """Matches the frames of one sentence.

    Args:
        tree, mentions, dictionaries: of the sentence.
        trace: collects an Attempt for every frame tried.
    """

    __slots__ = ("_adjectives", "_borrow", "_depth", "_forms", "_nouns", "_phrases", "_readings", "_verbs", "dictionaries", "mentions", "trace", "tree")

    def __init__(
        self, tree: Tree, mentions: SentenceMentions, dictionaries: Dictionaries, trace: list[Attempt] | None = None
    ) -> None:
        self.tree = tree
        self.mentions = mentions
        self.dictionaries = dictionaries
        self.trace = trace
        self._readings: dict[int, FrameMatch | None] = {}
        self._depth = 0
        self._borrow: dict[int, int] = {}
        self._phrases: dict[int, frozenset[str]] = {}
        self._forms = dictionaries.forms
        self._verbs = dictionaries.triggers("verb")
        self._nouns = dictionaries.triggers("noun")
        self._adjectives = dictionaries.triggers("adjective")

    def matches(self) -> list[FrameMatch]:
        """Readings of all triggers that no other reading has taken in as its inner event or light-verb noun."""
        found: list[FrameMatch] = []
        taken: set[int] = set()
        takers: dict[int, list[int]] = {}
        for i, upos in enumerate(self.tree.upos):
            if upos == "NOUN" or upos == "PROPN":
                if not self._candidates(i):
                    continue  # most nouns name no act
            elif upos != "VERB" and upos != "ADJ":
                continue
            reading = self.reading(i)
            if reading is None:
                continue
            found.append(reading)
            if not (reading.code or "").startswith(REACTIONS):
                for t in reading.tokens:
                    if t != i:
                        takers.setdefault(t, []).append(i)
            if reading.sources and reading.targets and (reading.code or "").startswith(ASKING):
                taken.update(c for c in self.tree.function(i, "complement") if self.tree.has_to(c))  # asked for, not done
            inner = None if reading.stance in ("criticize", "praise") else reading.inner
            while inner is not None:
                taken.add(inner.trigger)
                taken.update(inner.tokens)
                inner = inner.inner
        heads = self.tree.heads
        for t, by in takers.items():
            # Where a verb and its noun have each other the verb's reading stays ("clashes broke out between").
            if not all(heads[i] == t and t in takers.get(i, ()) for i in by):
                taken.add(t)
        kept = [r for r in found if r.trigger not in taken and not self._purpose_of_noun(r.trigger) and not self._talked_of(r)]
        codes = {r.trigger: r.code or "" for r in found}
        return [r for r in kept if r.code is not None and not self._casualties_of(r, codes)]

    def _casualties_of(self, reading: FrameMatch, codes: dict[int, str]) -> bool:
        """ "attacked a village, killing 12": the dead are the result of the attack, no event of their own."""
        tree = self.tree
        i = reading.trigger
        head = tree.heads[i]
        return (
            tree.relations[i] in ("advcl", "conj") and tree.lower_lemmas[i] in CASUALTY_VERBS
            and (tree.relations[i] == "advcl" or tree.lower_lemmas[head] in ("shoot", "attack", "ambush", "bomb", "shell"))
            and codes.get(head, "")[:2] in ("18", "19", "20")
        )  # fmt: skip

    def _purpose_of_noun(self, i: int) -> bool:
        """ "a coalition to fight …", "permission to use …": what a thing is for, no event of its own."""
        tree = self.tree
        if tree.deprels[i] != "acl" or tree.upos[i] != "VERB":
            return False
        if not tree.has_to(i) or under_way(tree, i):
            return False
        noun = tree.lower_lemmas[tree.heads[i]]
        reading = self._readings.get(i)
        conflict = reading is None or (reading.code or "99") >= "09"
        return noun not in INTENT_NOUNS and (conflict or noun in PERMISSION_NOUNS)

    def _talked_of(self, reading: FrameMatch) -> bool:
        """ "talks on establishing relations", "discussed the release of prisoners": what is talked of, not what was done."""
        tree = self.tree
        i = reading.trigger
        head = tree.heads[i]
        relation = tree.relations[i]
        if head < 0 or relation in ("root", "nsubj", "conj"):
            return False
        verb = tree.upos[i] == "VERB"
        if relation in ("advcl", "xcomp") and (reading.code or "").startswith(("040", "041", "046")) and tree.has_to(i):
            above = self._readings.get(head)
            return above is not None and (above.code or "").startswith("04")  # "met to discuss", "called him to talk about": one contact
        if not verb and (reading.code or "")[:2] not in ("03", "05", "06", "07", "08"):
            return False  # attacks and sanctions that are talked of have happened
        if verb and "VerbForm=Fin" in tree.feats[i]:
            return False
        if relation in ("obj", "xcomp", "ccomp") or (relation == "advcl" and tree.lower_lemmas[head] in PLANNING_VERBS):
            if tree.lower_lemmas[head] in DISCUSSING_VERBS:
                return True
            return verb and tree.lower_lemmas[head] in PLANNING_VERBS and any(tree.lower_lemmas[h] in TALK_NOUNS for h in tree.function(head, "subject"))
        if relation not in ("acl", "advcl", "nmod", "obl") or i < head or tree.deprels[i] == "acl:relcl" or tree.case(i) not in ("on", "about", "over", "towards"):
            return False
        for _ in range(MAX_DEPTH):
            if tree.lower_lemmas[head] in TALK_NOUNS:
                return True
            if tree.relations[head] not in ("nmod", "appos", "flat", "compound") or tree.heads[head] < 0:
                break
            head = tree.heads[head]  # "talks with Iran on lifting sanctions"
        if tree.upos[head] != "VERB":
            return False
        nouns = [*tree.function(head, "object"), *tree.function(head, "in")]
        return any(tree.lower_lemmas[h] in TALK_NOUNS for h in nouns)

    def reading(self, i: int) -> FrameMatch | None:
        """The best reading of token i as a trigger, inner events composed; None where no frame fits."""
        known = self._readings.get(i)
        if known is not None or i in self._readings:
            return known
        if self._depth >= MAX_DEPTH:
            return None
        self._readings[i] = None
        self._depth += 1
        found = self._best(i)
        self._depth -= 1
        self._readings[i] = found
        return found

    # ---- candidates --------------------------------------------------------------------------------------------

    def _verb_lemma(self, i: int) -> str:
        lemma = self.tree.lower_lemmas[i]
        known = self._forms.get(self.tree.lower[i])
        if known and lemma not in known:
            return known[0]  # the lemmatizer's slip ("lent": leave)
        return lemma

    def _frames(self, triggers: Triggers, head: str) -> Sequence[Frame] | None:
        """The frames of a trigger that the words of the sentence allow, all of them where each try is to be told.

        None where no dictionary has the trigger.
        """
        return triggers.select(head, self.tree.words) if self.trace is None else triggers.frames(head)

    def _candidates(self, i: int) -> Sequence[Frame] | None:
        tree = self.tree
        upos = tree.upos[i]
        if upos == "VERB":
            if i > 1 and tree.relations[i] == "amod" and tree.forms[i - 1] in HYPHENS:
                return None  # "the U.N.-supported government" tells of no act
            if self._noun_after_to(i):
                found = self._frames(self._nouns, tree.lower[i][:-1])
                return self._frames(self._nouns, tree.lower_lemmas[i]) if found is None else found
            found = self._frames(self._verbs, self._verb_lemma(i))
            if found is None and tree.relations[i] == "amod":
                found = self._frames(self._adjectives, tree.lower[i])
            if found is None and "VerbForm=Ger" in tree.feats[i]:
                found = self._frames(self._nouns, tree.lower[i])
            return found
        if upos == "NOUN" or upos == "PROPN":
            found = self._frames(self._nouns, tree.lower_lemmas[i])
            if found is None and upos == "NOUN" and tree.lower[i].endswith("ing"):
                found = self._frames(self._nouns, tree.lower[i])
            if tree.verbal[i] or (found is None and tree.relations[i] in CLAUSES and self._verb_like(i)):
                as_verb = self._frames(self._verbs, self._verb_lemma(i))
                found = found if as_verb is None else as_verb
            return found
        if upos == "ADJ":
            found = self._frames(self._adjectives, tree.lower_lemmas[i])
            if found is None and tree.relations[i] in CLAUSES:
                lemmas = self._forms.get(tree.lower[i])
                found = self._frames(self._verbs, lemmas[0]) if lemmas else None
            return found
        return None

    def _noun_after_to(self, i: int) -> bool:
        """ "agreed to talks": a plural noun that the tagger takes for a verb after "to"."""
        tree = self.tree
        return i > 0 and tree.lower[i - 1] == "to" and tree.lower_lemmas[i] + "s" == tree.lower[i]

    def _verb_like(self, i: int) -> bool:
        """A headline's verb tagged as a noun: it has a subject and an object or oblique."""
        return any(self.tree.deprels[c] in SUBJECT_LABELS for c in self.tree.children[i]) and self.tree.child(i, "cop") < 0

    def _best(self, i: int) -> FrameMatch | None:
        best: FrameMatch | None = None
        best_rank = 0
        found = self._candidates(i)
        if found is not None:
            for frame in found:
                if best is not None and frame.best_rank <= best_rank and frame.apart and self.trace is None:
                    continue  # cannot be better
                reading = self._try(i, frame)
                if reading is not None:
                    its_rank = _rank(reading)
                    if best is None or its_rank > best_rank:
                        best, best_rank = reading, its_rank
        if best is not None and best.code and best.reciprocal and self._breaks_down(i):
            stopped, known = self.compose_code("stop", best.code)
            if known and stopped is not None:
                verb = self.tree.heads[i]
                best = replace(best, code=stopped, tokens=tuple(sorted({*best.tokens, verb})))
        if self.tree.upos[i] == "VERB" or (self.tree.upos[i] == "ADJ" and self.tree.children[i]):
            light = self._light(i)
            if light is not None and (best is None or _rank(light) >= best_rank):
                best = light
        return best

    # ---- one frame ---------------------------------------------------------------------------------------------

    def _try(self, i: int, frame: Frame) -> FrameMatch | None:
        words: tuple[int, ...] = (i,)
        if frame.trigger:
            found = self._trigger_words(i, frame)
            if found is None:
                if self.trace is not None:
                    self._fail(i, frame, f"needs the words {' '.join(frame.trigger)!r}")
                return None
            words = found
        elif frame.part_of_speech == "verb" and self._foreign_particle(i, frame):
            self._fail(i, frame, "the verb has a particle that is not in the trigger")
            return None
        if frame.part_of_speech == "noun" and not frame.alone and not self._takes_effect(i) and not self._predicative(i):
            self._fail(i, frame, "counts only with a verb that carries it out")
            return None
        return self._apply(i, frame, i, words)

    def _apply(self, i: int, frame: Frame, carrier: int, words: tuple[int, ...]) -> FrameMatch | None:
        """The frame on trigger i; `carrier` is the light verb that lends its subject, or i itself."""
        matched = {*words, carrier}
        phrases = 0
        for condition in frame.conditions:
            token = self._condition(i, carrier, condition)
            if token == FAILS:
                if self.trace is not None:
                    self._fail(i, frame, f"{condition.function} does not fit {_describe(condition)}")
                return None
            if token >= 0:
                matched.add(token)
                if condition.phrases and self._word_in(token, condition.nouns, True) == 2:
                    phrases += 1
        tokens = tuple(sorted(matched)) if len(matched) > 1 else (i,)
        inner: FrameMatch | None = None
        code = frame.code
        specificity = frame.specificity + phrases
        stance = frame.stance
        if stance == "threaten" and self._told_as_done(i, carrier):
            self._fail(i, frame, "what is told has happened already")
            return None
        if stance is not None:
            inner = self._inner(i, carrier, frame)
            if inner is not None and stance == "stop" and self._others_act(i, carrier, frame, inner):
                self._fail(i, frame, "what is stopped is done by others")
                return None
            if inner is not None:
                composed, known = self._compose(stance, inner)
                if known:
                    code = composed
                    specificity += COMPOSED
                else:
                    inner = None
            if code is None:
                self._fail(i, frame, f"stance {stance!r} has no inner event that it could be composed with")
                return None
        sources = self._fill(i, carrier, frame.source, inner, as_source=True, code=code or "")
        targets = self._fill(i, carrier, frame.target, inner, as_source=False, other=sources, code=code or "", tokens=tokens)
        if code is not None and frame.part_of_speech == "verb" and code.startswith(CONDEMNATIONS) and self._verb_lemma(i) not in DEFAULT_LIGHT_VERBS:
            targets = self._attackers(i, carrier, sources) or targets
        if code is not None and code.startswith("09"):
            targets = self._mentions_of(self._suspects(i, carrier), False, frozenset((m.start, m.end) for m in sources)) or targets
        if not targets and code == "045":
            targets = self._parties_between(i, carrier)
        agreeing = stance in ("agree", "agree_on")
        agreed = agreeing or (code is not None and code[:2] in ("03", "05") and self._verb_lemma(i) == "agree")
        if not targets and code is not None:
            targets = self._borrowed_targets(i, carrier, sources)
            together = agreed and len(sources) > 1 and code[:2] in ("03", "05")
            if not targets and sources and not together and stance != "accuse" and not frame.reciprocal and code[:2] != "04":
                targets = self._last_resort(i, carrier, code, sources)
        targets = self._true_targets(targets, sources, code or "")
        if frame.reciprocal and len(sources) > 1 and targets and all(m.kind == "place" for m in targets):
            targets = ()  # "held joint drills in the Black Sea": where, not with whom
        if code is not None and code.startswith(PEACE_FORCE_CODES):
            targets = tuple(self._where_stationed(m) for m in targets)
        reading = FrameMatch(
            pattern_id=frame.pattern_id, trigger=i, tokens=tokens, code=code, sources=sources, targets=targets,
            reciprocal=frame.reciprocal, paired_code=frame.paired_code,
            status=STATUSES[frame.status] if frame.status else Status.ASSERTED,
            stance=stance, inner=inner, specificity=specificity, frame=frame,
        )  # fmt: skip
        if agreeing and len(sources) > 1 and all(m.kind in ("place", "unknown") or not (m.actors or m.owners) for m in targets):
            reading = replace(reading, targets=())
        if agreed and not reading.targets and len(sources) > 1:
            reading = replace(reading, reciprocal=True)
        if inner is not None and inner.reciprocal and stance in ("intend", "agree", "agree_on", "stop", "resume"):
            others = [t for t in targets if all((t.start, t.end) != (x.start, x.end) for x in sources)]
            if not others and len(sources) > 1:
                reading = replace(reading, reciprocal=True, targets=())
        if inner is not None and stance == "resume":
            # "Qatar's donation was announced by the minister": the noun's own doer counts
            tree_nominal = self.tree.upos[inner.trigger] in ("NOUN", "PROPN")
            reading = replace(
                reading,
                sources=(inner.sources if tree_nominal and any(m.owners or m.actors for m in inner.sources) else sources) or inner.sources,
                targets=targets or inner.targets,
                reciprocal=reading.reciprocal or inner.reciprocal,
            )
        if self.trace is not None:
            self.trace.append(Attempt(i, frame.pattern_id, "", code))
        return reading

    def _told_as_done(self, i: int, carrier: int) -> bool:
        """ "told police that the man had attacked": a past act is no threat."""
        tree = self.tree
        return any(
            tree.relations[h] == "ccomp" and not tree.has_to(h)
            and any(tree.lower[c] in ("had", "has", "have") and tree.relations[c] == "aux" for c in tree.children[h])
            and not any(tree.lower[c] in ("will", "would", "shall", "could", "may", "might") for c in tree.children[h])
            for h in tree.function(carrier, "complement")
        )

    def _others_act(self, i: int, carrier: int, frame: Frame, inner: FrameMatch) -> bool:
        """ "to stop Russian military action": whose act is named and not one's own, or one's own people's."""
        if inner.reciprocal or not inner.sources or any(f.startswith("inner") for f in frame.source):
            return False
        doers = {resolve_actor(m, None).code[:3] for m in self._fill(i, carrier, frame.source, inner, as_source=True)}
        others = {resolve_actor(m, None).code[:3] for m in inner.sources}
        return bool(doers) and bool(others) and doers.isdisjoint(others) and "" not in others

    def _foreign_particle(self, i: int, frame: Frame) -> bool:
        """ "hand over" is not "hand"."""
        tree = self.tree
        for c in tree.children[i]:
            if tree.deprels[c] == "compound:prt" and all(tree.lower[c] != k.function for k in frame.conditions):
                return True
        return False

    def _breaks_down(self, i: int) -> bool:
        """ "Talks between A and B collapsed"."""
        tree = self.tree
        verb = tree.heads[i]
        if tree.relations[i] != "nsubj" or tree.upos[i] != "NOUN" or verb < 0 or tree.lower_lemmas[verb] not in BREAKING_DOWN:
            return False
        return not any(tree.lower[c] == "out" and tree.deprels[c] == "compound:prt" for c in tree.children[verb])  # "clashes broke out"

    def _predicative(self, i: int) -> bool:
        """ "Russia is a supporter of …", "remains the largest donor": the noun says what the subject is."""
        return self.tree.child(i, "cop") >= 0 or self.tree.predicated(i) >= 0

    def _takes_effect(self, i: int) -> bool:
        """ "A ceasefire between A and B took effect": the noun is the subject of a verb that only says it came about."""
        tree = self.tree
        verb = tree.heads[i]
        return tree.relations[i] == "nsubj" and verb >= 0 and tree.lower_lemmas[verb] in COMING_ABOUT

    def _fail(self, i: int, frame: Frame, reason: str) -> None:
        if self.trace is not None:
            self.trace.append(Attempt(i, frame.pattern_id, reason, frame.code))

    def _trigger_words(self, i: int, frame: Frame) -> tuple[int, ...] | None:
        """Tokens of the trigger phrase; None where a word of it is missing."""
        if not frame.trigger:
            return (i,)
        tree = self.tree
        found = [i]
        if frame.part_of_speech == "noun":
            position = i
            for word in reversed(frame.trigger):
                position -= 1
                while position >= 0 and tree.forms[position] in ("-", "–"):
                    position -= 1
                if position < 0 or word not in (tree.lower[position], tree.lower_lemmas[position]):
                    return None
                found.append(position)
            return tuple(found)
        for word in frame.trigger:
            token = -1
            for c in tree.children[i]:
                if word in (tree.lower[c], tree.lower_lemmas[c]) and (c > i or tree.relations[c] in ("obl", "advmod")):
                    token = c
                    break
                if tree.relations[c] in ("obl", "obj", "advcl", "xcomp", "nmod", "ccomp", "advmod") or tree.deprels[c] == "nsubj:pass":
                    for g in tree.children[c]:
                        if word in (tree.lower[g], tree.lower_lemmas[g]) and g > i and tree.relations[g] in ("case", "mark", "advmod", "compound", "obj", "fixed"):
                            token = g
                            break
                if token >= 0:
                    break
            if token < 0:
                position = found[-1] + 1
                if position < tree.n and word in (tree.lower[position], tree.lower_lemmas[position]):
                    token = position
            if token < 0:
                return None
            found.append(token)
        return tuple(found)

    def _condition(self, i: int, carrier: int, condition: Condition) -> int:
        """The token that meets the condition, -1 where nothing is needed, FAILS where it fails."""
        if condition.function == "modal":
            return -1 if self._has_modal(i, condition.nouns) else FAILS
        heads = self._function(i, carrier, condition.function)
        kind = condition.kind
        if kind == "none":
            return -1 if not heads else FAILS
        if not heads:
            return FAILS
        nouns = condition.nouns
        if condition.not_nouns:
            for h in heads:
                if self._word_in(h, condition.not_nouns, condition.not_phrases):
                    return FAILS
            if not nouns and kind is None and not condition.roles:
                return -1
        for h in heads:
            if nouns:
                if not self._word_in(h, nouns, condition.phrases) and (condition.function != "subject" or not self._spell_of(h, nouns, condition.phrases)):
                    continue
                if condition.function == "complement" and negated(self.tree, h):
                    continue  # "urged Sudan not to attack": the list tells what is asked for, not what is to be left
            if kind is not None:
                if kind == "actor":
                    if self.mentions.inside(h) is None:
                        continue
                elif kind == "party":
                    if self.mentions.at(h) is None:
                        continue
                elif kind == "event":
                    if self.reading(h) is None:
                        continue
                elif kind == "place":
                    mention = self.mentions.inside(h)
                    if mention is None or mention.kind not in ("place", "country"):
                        continue
            if condition.roles:
                mention = self.mentions.inside(h)
                if mention is None or not _has_role(mention, condition.roles):
                    continue
            return h if nouns else -1
        return FAILS

    def _has_modal(self, i: int, words: frozenset[str]) -> bool:
        """Whether the complement clause has a subject of its own and one of the modal verbs."""
        tree = self.tree
        for head in tree.function(i, "complement"):
            if any(tree.relations[c] == "aux" and tree.lower[c] in words for c in tree.children[head]) and any(
                tree.deprels[c] in SUBJECT_LABELS and tree.upos[c] != "PRON" for c in tree.children[head]
            ):
                return True
        return False

    def _spell_of(self, head: int, words: frozenset[str], phrases: bool) -> bool:
        """Whether a subject tells how long it was that one of the words went on: "weeks of protests"."""
        if self.tree.lower_lemmas[head] not in SPELLS:
            return False
        return any(self.tree.relations[c] == "nmod" and self.tree.case(c) == "of" and self._word_in(c, words, phrases) for c in self.tree.children[head])

    def _word_in(self, head: int, words: frozenset[str], phrases: bool) -> int:
        """How the phrase fits a word list: 2 by a phrase of several words, 1 by its head alone, 0 not at all.

        Args:
            phrases: whether the list has any phrase of several words.
        """
        tree = self.tree
        if phrases:
            known = self._phrases.get(head)
            if known is None:
                known = self._phrases[head] = self._phrases_at(head)
            if not known.isdisjoint(words):
                return 2
        lemma = tree.lower_lemmas[head]
        if lemma in words or tree.lower[head] in words:
            return 1
        if lemma in QUANTIFIERS or tree.upos[head] == "NUM":
            for c in tree.children[head]:
                if tree.relations[c] == "nmod" and tree.case(c) == "of":
                    return self._word_in(c, words, phrases)
        return 0

    def _phrases_at(self, head: int) -> frozenset[str]:
        """Phrases of several words that a head makes with words before and below it."""
        tree = self.tree
        relations = tree.relations
        lemma, lower = tree.lower_lemmas[head], tree.lower[head]
        found: list[str] = []
        before = ""
        position = head
        joined = False
        words = 0
        while words < 3:
            position -= 1
            if position < 0:
                break
            if not joined and words and tree.forms[position] in HYPHENS:
                joined = True  # "no-fly" in three
                continue
            if relations[position] in BEFORE_PHRASES and not joined:
                break
            before = f"{tree.lower[position]}-{before}" if joined else f"{tree.lower[position]} {before}".strip()
            joined = False
            words += 1
            found.append(f"{before} {lower}")
            if lemma != lower:
                found.append(f"{before} {lemma}")
        for c in tree.children[head]:
            relation = relations[c]
            if c < head and relation in MODIFIERS:
                found.append(f"{tree.lower_lemmas[c]} {lemma}")
                found.append(f"{tree.lower[c]} {lemma}")
            elif relation == "nmod" and tree.case(c) == "of":
                tail = tree.lower[c]
                found += [f"{lemma} of {tree.lower_lemmas[c]}", f"{lower} of {tail}", f"{lemma} of {tail}"]
        return frozenset(found)

    # ---- light verbs and stances ---------------------------------------------------------------------------------

    def _light(self, i: int) -> FrameMatch | None:
        """The noun an "empty" verb carries out: "launched an attack on", "held talks with"."""
        tree = self.tree
        nouns = [*tree.function(i, "object")]
        for c in tree.children[i]:
            if tree.relations[c] == "obl" and tree.case(c) in LIGHT_PREPOSITIONS:
                nouns.append(c)
        if not nouns:
            return None
        verb = ""
        names: set[str] = set()
        empty = telling = False
        best: FrameMatch | None = None
        for noun in nouns:
            if tree.upos[noun] not in ("NOUN", "PROPN", "VERB"):
                continue
            candidates = self._candidates(noun)
            # "a series of airstrikes", "a wave of attacks"
            if candidates is None and tree.lower_lemmas[noun] in QUANTIFIERS:
                for c in tree.children[noun]:
                    if tree.relations[c] == "nmod" and tree.case(c) == "of":
                        noun, candidates = c, self._candidates(c)
                        break
            if not candidates:
                continue
            if not names:
                verb = self._verb_lemma(i)
                names.add(verb)
                for c in tree.children[i]:
                    relation = tree.relations[c]
                    if relation == "compound" or (relation in ("advmod", "case") and tree.upos[c] in ("ADP", "ADV")):
                        names.add(f"{verb}_{tree.lower[c]}")
                empty, telling = not names.isdisjoint(DEFAULT_LIGHT_VERBS), not names.isdisjoint(TELLING_VERBS)
            direct = tree.relations[noun] != "obl"
            for frame in candidates:
                if frame.part_of_speech != "noun":
                    continue
                carried = (direct and empty and not frame.light_only) or not names.isdisjoint(frame.light)
                if not carried and not (direct and telling and tree.child(noun, "nmod:poss") >= 0):
                    continue
                if verb in ("see", "witness", "announce") and frame.alone:
                    continue
                words = self._trigger_words(noun, frame)
                if words is None:
                    continue
                reading = self._apply(noun, frame, i, words)
                if reading is not None and (best is None or _rank(reading) > _rank(best)):
                    best = reading
        if best is None:
            return None
        return best.carried_by(i)

    def _inner(self, i: int, carrier: int, frame: Frame) -> FrameMatch | None:
        for function in frame.inner:
            for head in self._function(i, carrier, function):
                if frame.stance == "stop" and self.tree.relations[head] == "advcl":
                    continue  # "halted to give way": a purpose, not what is halted
                if frame.stance in ("resume", "intend", "agree") and self._own_subject(head):
                    continue  # "the White House announced that the president will meet …": told, not done, by the White House
                if self.tree.upos[head] in ("NOUN", "PROPN") and self.tree.heads[head] == carrier:
                    self._borrow[head] = carrier  # "rejected independence for X": the phrase may hang on the verb
                reading = self._inner_reading(head)
                if reading is not None and reading.trigger != i and reading.trigger != carrier:
                    return reading
        return None

    def _own_subject(self, head: int) -> bool:
        """Whether a clause has a subject of its own that is more than a pronoun."""
        tree = self.tree
        return tree.relations[head] == "ccomp" and any(
            tree.deprels[c] in SUBJECT_LABELS and tree.upos[c] not in ("PRON",) for c in tree.children[head]
        )

    def _complement_mentions(self, i: int, carrier: int, what: str, taken: frozenset[tuple[int, int]]) -> tuple[Mention, ...]:
        """Actors in the complement clause of a stance: its subject, or the first other function that names one."""
        tree = self.tree
        heads = [*self._function(i, carrier, "complement")]
        if what == "subject":
            return self._mentions_of(tuple(s for h in heads for s in tree.function(h, "subject")), False)
        for head in heads:
            queue, seen = [head], {head}
            while queue:
                node = queue.pop(0)
                for name in ("object", "indirect", "with", "before", "by", "to", "against", "on", "from", "for", "into", "of", "in", "at", "between", "over"):
                    found = self._mentions_of(tree.function(node, name), False)
                    found = tuple(m for m in found if (m.start, m.end) not in taken)
                    if found:
                        return found
                for c in tree.children[node]:
                    if tree.relations[c] == "advcl" and any(tree.lower[g] in ("until", "unless") for g in tree.children[c]):
                        awaited = tuple(m for m in self._mentions_of(tree.function(c, "subject"), False) if (m.start, m.end) not in taken)
                        if awaited:  # "refused to negotiate until Islamabad acted against militants"
                            return awaited
                for c in tree.children[node]:
                    if tree.relations[c] in ("xcomp", "obj", "advcl", "conj", "ccomp", "acl") and c not in seen:
                        seen.add(c)
                        queue.append(c)
        return ()

    def _inner_reading(self, head: int) -> FrameMatch | None:
        reading = self.reading(head)
        if reading is not None:
            return reading if reading.code is not None else None
        tree = self.tree
        if tree.upos[head] in ("NOUN", "PROPN"):
            for frame in self._candidates(head) or ():
                if frame.part_of_speech == "noun":
                    words = self._trigger_words(head, frame)
                    if words is not None:
                        found = self._apply(head, frame, head, words)
                        if found is not None and found.code is not None:
                            return found
            # "an end to attacks", "a series of talks": the noun's own complement, stopped or bundled
            lemma = tree.lower_lemmas[head]
            if lemma in QUANTIFIERS or lemma in ENDING_NOUNS:
                for c in tree.children[head]:
                    if (tree.relations[c] == "nmod" and tree.case(c) in ("of", "to", "in")) or tree.relations[c] == "acl":
                        inner = self._inner_reading(c)
                        if inner is None or inner.code is None:
                            continue
                        if lemma not in ENDING_NOUNS:
                            return inner
                        stopped, known = self.compose_code("stop", inner.code)
                        return replace(inner, code=stopped) if known and stopped is not None else None
            for c in tree.children[head]:
                if tree.relations[c] == "acl" and tree.deprels[c] != "acl:relcl":
                    found = self.reading(c)
                    if found is not None and found.code is not None:
                        return found
        elif tree.upos[head] in ("VERB", "AUX"):
            for c in tree.children[head]:
                if tree.relations[c] in ("xcomp", "obj"):
                    found = self._inner_reading(c)
                    if found is not None:
                        return found
        return None

    def _compose(self, stance: str, inner: FrameMatch) -> tuple[str | None, bool]:
        """The code that the stance makes of the inner code, by longest prefix; False where the table has none."""
        code = inner.code
        if code is None:
            return None, False
        if negated(self.tree, inner.trigger) and stance in ("appeal", "demand", "intend", "agree", "threaten", "reject", "promise"):
            stopped, known = self.compose_code("stop", code)
            if not known or stopped is None:
                return None, False  # "asked Spain not to lift the ban"
            code = stopped
        return self.compose_code(stance, code)

    def compose_code(self, stance: str, code: str) -> tuple[str | None, bool]:
        """The code that a stance makes of another, and whether the composition table has a row for it."""
        table = self.dictionaries.composition.get(stance, {})
        for key in (*(code[:length] for length in range(len(code), 1, -1)), "*"):
            if key in table:
                result = table[key]
                return (code if result == "same" else result), True
        return None, False

    # ---- arguments -----------------------------------------------------------------------------------------------

    def _function(self, i: int, carrier: int, name: str) -> tuple[int, ...]:
        tree = self.tree
        if carrier != i:
            if name == "subject":
                owner = tuple([c for c in tree.children[i] if tree.deprels[c] == "nmod:poss" and tree.upos[c] != "PRON"])
                return owner or tree.function(carrier, "subject")
            own = tree.function(i, name)
            if not own and name in SHARED_PREPOSITIONS:  # "its rejection and condemnation of the plan"
                for c in tree.conjuncts(i)[1:]:
                    own = tree.function(c, name)
                    if own:
                        break
            if own:
                return own
            if name == "object":
                return ()
            return _without(tree.function(carrier, name), i)
        found = tree.function(i, name)
        if not found and i in self._borrow and name not in ("subject", "object", "complement", "owner", "indirect"):
            return _without(tree.function(self._borrow[i], name), i)
        return found

    def _fill(
        self, i: int, carrier: int, functions: tuple[str, ...], inner: FrameMatch | None, *, as_source: bool,
        other: tuple[Mention, ...] = (), code: str = "", tokens: tuple[int, ...] = (),
    ) -> tuple[Mention, ...]:  # fmt: skip
        """The mentions of the first function that names an actor."""
        weak: tuple[Mention, ...] = ()
        taken: frozenset[tuple[int, int]] = frozenset([(m.start, m.end) for m in other]) if other else NO_SPANS
        for name in functions:
            if "." not in name or not name.startswith(("inner.", "complement.")):
                if as_source and name in ("from", "in") and functions[0] == "subject" and self.tree.verbal[carrier] and not self.tree.is_passive(carrier):
                    continue  # only a passive leaves its doer to the place ("were deported from Iran")
                heads = self._function(i, carrier, name)
                if not as_source and heads and name in ACT_PREPOSITIONS:
                    heads = tuple([h for h in heads if not self._of_another_act(i, carrier, h, tokens)])
                if not heads and not (as_source and name == "subject"):
                    continue
                found = self._mentions_of(heads, as_source, NO_SPANS if as_source else taken)
                if not as_source:
                    found = self._true_targets(found, other, code)
                elif not found and name == "subject":
                    found = self._mentions_of(self._doers_of(heads), True)
                    if not found and code.startswith("14") and self.tree.upos[i] == "VERB":
                        found = self._crowds(i, carrier, heads)
                    if not found and self.tree.upos[i] in ("NOUN", "PROPN"):
                        leader = led_by(self.mentions, i, ("amod", "compound"))
                        found = (leader,) if leader is not None else ()
                if not as_source and found and name in ("object", "subject") and all((m.start, m.end) in taken for m in found):
                    continue
            elif name.startswith("inner."):
                if inner is None:
                    continue
                found = inner.targets if name == "inner.target" else inner.sources
                found = tuple([m for m in found if (m.start, m.end) not in taken])
            else:
                found = self._complement_mentions(i, carrier, name.partition(".")[2], taken)
                found = tuple([m for m in found if (m.start, m.end) not in taken])
            if not found:
                continue
            if not weak and all(m.kind == "unknown" for m in found):
                if not as_source and name == "object" and code.startswith(CASE_CODES):
                    return found  # "found Jane Doe guilty of stealing from the ministry"
                weak = found
                continue
            return found
        return weak

    def _crowds(self, i: int, carrier: int, heads: tuple[int, ...]) -> tuple[Mention, ...]:
        """Those behind "protests in Armenia", "weeks of protests": of the place, else of the country of those they are against."""
        tree = self.tree
        for h in heads:
            below = tree.subtree(h)
            if tree.lower_lemmas[h] not in PROTEST_NOUNS:
                if (tree.lower_lemmas[h] not in QUANTIFIERS and tree.lower_lemmas[h] not in SPELLS) or PROTEST_NOUNS.isdisjoint([tree.lower_lemmas[t] for t in below]):
                    continue
            for c in below:
                if tree.relations[c] in ("nmod", "obl") and tree.case(c) in ("in", "at"):
                    place = self.mentions.inside(c)
                    if place is not None and place.kind in ("country", "place"):
                        return (self.mentions.crowd(h, place),)
            for name in ("object", "to"):
                for mention in self._mentions_of(self._function(i, carrier, name), False):
                    if _letters(mention):
                        return (self.mentions.crowd(h, mention),)
        return ()

    def _of_another_act(self, i: int, carrier: int, h: int, tokens: tuple[int, ...]) -> bool:
        """The Kurds of "protested Turkey's attacks on the Kurds": whom the act that is protested is done to."""
        tree = self.tree
        noun = tree.heads[h]
        if noun < 0 or noun in (i, carrier) or noun in tokens or tree.upos[noun] != "NOUN" or tree.relations[h] != "nmod":
            return False
        frames = self.dictionaries.frames.get(("noun", tree.lower_lemmas[noun]), ())
        return any(f.code and f.code >= "13" for f in frames) and bool(tree.function(noun, "owner"))

    def _true_targets(self, found: tuple[Mention, ...], sources: tuple[Mention, ...], code: str) -> tuple[Mention, ...]:
        """Without the forces that a side sends or withdraws itself, and without words of the doer's own phrase."""
        for m in found:
            if m.form == "region" and m.kind == "place" and m.actors[0].code in WORLD_REGIONS:  # "the South China Sea": where, not whom
                found = tuple([m for m in found if m.form != "region" or m.kind != "place" or m.actors[0].code not in WORLD_REGIONS])
                break
        if not found or not sources or code.startswith("14"):
            return found
        kept: list[Mention] = []
        for m in found:
            if self._part_of_doer(m, sources):
                continue
            if code.startswith("16") and (m.kind == "place" or m.form == "capital") and self.tree.case(m.head) in ("in", "at", "near") and any(_letters(s) == _letters(m) for s in sources):
                continue  # "closed the Belgian embassy in its capital": where
            if m.kind == "agent":
                if code.startswith(OWN_FORCES) and self._own_forces(m):
                    continue
                if not code.startswith(ASKING) and self._moved(m) and self._own_forces(m, sources):
                    continue
            kept.append(m)
        return found if len(kept) == len(found) else tuple(kept)

    @staticmethod
    def _part_of_doer(m: Mention, sources: tuple[Mention, ...]) -> bool:
        """Whether the words of a mention overlap with those of a doer without being the same."""
        for s in sources:
            if m.start < s.end and s.start < m.end and (m.start != s.start or m.end != s.end) and m.sentence_index == s.sentence_index:
                return True
        return False

    def _where_stationed(self, mention: Mention) -> Mention:
        """Somalia of "the African Union peacekeeping force in Somalia": peace is kept for the country."""
        tree = self.tree
        if mention.kind != "agent" or mention.sentence_index != tree.sentence.index or not mention.role.startswith(("MIL", "PKO")):
            return mention
        if not mention.role.startswith("PKO") and not any(o.kind == "organization" for o in mention.owners):
            return mention
        for c in tree.children[mention.head]:
            if tree.relations[c] == "nmod" and tree.case(c) in ("in", "for", "on"):
                place = self.mentions.at(c)
                if place is not None and place.kind in ("country", "place"):
                    return place
        return mention

    def _moved(self, mention: Mention) -> bool:
        """Troops of "authorised the deployment of troops", "ruled out sending soldiers": what is moved, whatever the code."""
        tree = self.tree
        if mention.kind != "agent" or mention.sentence_index != tree.sentence.index:
            return False
        above = tree.heads[mention.head]
        return above >= 0 and tree.lower_lemmas[above] in MOVING_WORDS and tree.deprels[mention.head] in ("obj", "nmod", "compound")

    def _own_forces(self, mention: Mention, sources: tuple[Mention, ...] = ()) -> bool:
        """ "withdraw its troops", "send American soldiers" (of America): forces that are moved, by whoever moves them."""
        if mention.kind != "agent" or not mention.role.startswith(("MIL", "COP")) or mention.sentence_index != self.tree.sentence.index:
            return False
        if any(self.tree.deprels[c] == "nmod:poss" and self.tree.upos[c] == "PRON" for c in self.tree.children[mention.head]):
            return True
        return not mention.owners or any(_letters(s) == _letters(mention) for s in sources)

    def _last_resort(self, i: int, carrier: int, code: str, sources: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """Where no function of the frame names a target: an actor inside the object, else the nearest fitting phrase.

        Acts on the ground take the place they happen in; words need somebody they are addressed to.
        """
        taken = frozenset((m.start, m.end) for m in sources)
        tree = self.tree
        if code.startswith(("110", "111", "112", "114")):
            for head in self._function(i, carrier, "object"):  # "condemned the assault" told of before
                key = ("noun", tree.lower_lemmas[head])
                if key in self.dictionaries.frames and any(f.code and f.code >= "13" for f in self.dictionaries.frames[key]):
                    doer = self._doer_told_before(head)
                    if doer:
                        return doer
        for head in self._function(i, carrier, "object"):
            for t in self._phrase(head) if code.startswith(RULES) else tree.subtree(head):
                if t != head and tree.upos[t] in ("NOUN", "PROPN") and tree.relations[t] not in ("compound", "flat"):
                    mention = self.mentions.at(t)
                    if mention is not None and self._identified(mention, code) and (mention.start, mention.end) not in taken:
                        if self._true_targets((mention,), sources, code):
                            return (mention,)
        if code.startswith("14"):  # "staged a protest demanding that the authorities …"
            for node in (i, carrier, *self._function(i, carrier, "object")):
                for c in tree.children[node]:
                    if tree.relations[c] in ("acl", "advcl") and tree.upos[c] == "VERB":
                        demand = self.reading(c)
                        if demand is not None and (demand.code or "").startswith("10"):
                            found = tuple(m for m in demand.targets if (m.start, m.end) not in taken)
                            if found:
                                return found
        if code.startswith("14"):  # "pilots of Lufthansa", "doctors at a hospital in Nairobi": whom strikers strike against
            for head in self._function(i, carrier, "subject"):
                for c in tree.children[head]:
                    if tree.relations[c] == "nmod" and tree.case(c) in ("of", "at", "in", "from"):
                        mention = self.mentions.inside(c)
                        if mention is not None and mention.kind != "unknown" and (mention.start, mention.end) not in taken:
                            return (mention,)
        for c in tree.children[carrier]:  # "will not end the strike until the government …"
            if tree.relations[c] == "advcl" and any(tree.relations[g] == "mark" and tree.lower[g] in ("until", "unless", "till", "if") for g in tree.children[c]):
                found = self._mentions_of(tree.function(c, "subject"), False, taken)
                if found:
                    return found
        names = PLACE_FUNCTIONS if code.startswith(GROUND_ROOTS) and code != "164" else ADDRESS_FUNCTIONS
        for name in names:
            found = self._mentions_of(self._function(i, carrier, name), False, taken)
            found = self._true_targets(tuple(m for m in found if self._identified(m, code)), sources, code)
            if found:
                return found
        if code.startswith("15"):
            return self._provokers(carrier, sources)
        if code[:2] in ("03", "07"):  # "offered to send troops to help the Philippine army"
            found = self._complement_mentions(i, carrier, "any", taken)
            return self._true_targets(tuple(m for m in found if m.kind != "unknown" and (m.start, m.end) not in taken), sources, code)
        return ()

    def _provokers(self, carrier: int, sources: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """South Korea of "put its army on alert as South Korea held drills": whose show of force is answered."""
        tree = self.tree
        for c in tree.children[carrier]:
            if tree.relations[c] not in ("advcl", "conj") or not any(tree.relations[g] == "mark" and tree.lower[g] in ("as", "while", "after") for g in tree.children[c]):
                continue
            reading = self.reading(c)
            if reading is not None and (reading.code or "").startswith(PROVOCATIONS):
                others = reading.sources
            else:  # "while Russian warships fired missiles"
                others = tuple([m for m in self._mentions_of(tree.function(c, "subject"), True) if m.kind == "agent" and m.role.startswith("MIL")])
            own = [_letters(s) for s in sources]
            doers = [m for m in others if m.kind != "unknown" and _letters(m) and _letters(m) not in own]
            if doers:
                return tuple(doers)
        return ()

    def _phrase(self, head: int) -> list[int]:
        """The tokens of a noun phrase in text order, without its relative clauses."""
        tree = self.tree
        found = [head]
        for t in found:
            found.extend(c for c in tree.children[t] if tree.deprels[c] != "acl:relcl")
        return sorted(found)

    @staticmethod
    def _identified(mention: Mention, code: str) -> bool:
        """Whether a phrase beside the act says whose it is: a bare role there is mostly nobody the act is done to."""
        if mention.kind == "unknown":
            return False
        return bool(mention.actors or mention.owners) or mention.form == "country-free" or code.startswith(ROLE_TARGETS)

    def _attackers(self, i: int, carrier: int, sources: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """Who is condemned with "the attack on a church in Quetta": its doers, else unknown armed men of the country."""
        for head in self._function(i, carrier, "object"):
            frames = self.dictionaries.frames.get(("noun", self.tree.lower_lemmas[head]), [])
            if not any(f.code and f.code[:2] in ("18", "19", "20") for f in frames) or self.mentions.at(head) is not None:
                continue
            doers = self._mentions_of(self.tree.function(head, "subject"), True, frozenset((m.start, m.end) for m in sources))
            doers = tuple(m for m in doers if m.kind != "unknown")
            if doers:
                return doers
            last = self._doer_told_before(head)
            if last:
                return last
            where = self.mentions.inside(head)
            if where is not None and resolve_actor(where, None).code[:3]:
                return (self.mentions.unknown_attackers(head, where),)
        return ()

    def _doer_told_before(self, head: int) -> tuple[Mention, ...]:
        doer = self.mentions.discourse.last_doer
        return () if doer is None else (stand_in(self.mentions, head, doer, "doer of the act told before"),)

    def _parties_between(self, i: int, carrier: int) -> tuple[Mention, ...]:
        """ "a mediation effort to prevent a war between A and B"."""
        tree = self.tree
        for t in tree.subtree(carrier):
            if t not in (i, carrier) and tree.case(t) == "between":
                found = self._mentions_of(tree.function(tree.heads[t], "between"), False)
                if len(found) > 1:
                    return found
        return ()

    def _suspects(self, i: int, carrier: int) -> tuple[int, ...]:
        """Of whom the clause tells that is looked into ("into whether the governor took bribes")."""
        tree = self.tree
        queue = [i, carrier]
        seen = set(queue)
        while queue:
            node = queue.pop(0)
            for c in tree.children[node]:
                if c in seen or tree.relations[c] not in ("obl", "nmod", "acl", "ccomp", "advcl", "obj"):
                    continue
                whether = any(tree.lower[g] == "whether" for g in tree.children[c])
                if tree.relations[c] == "advcl" and not whether:
                    continue
                claim = whether or tree.lower_lemmas[node] in CLAIM_NOUNS
                if claim and tree.relations[c] in ("acl", "ccomp", "advcl") and tree.upos[c] in ("VERB", "ADJ", "NOUN"):
                    heads = tree.function(c, "subject") if not tree.is_passive(c) else tree.function(c, "object")
                    if heads:
                        return heads
                seen.add(c)
                queue.append(c)
        return ()

    def _borrowed_targets(self, i: int, carrier: int, sources: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """The target another verb gives: of "a bombing that killed X", of "called X to apologise"."""
        tree = self.tree
        taken = {(m.start, m.end) for m in sources}
        heads: tuple[int, ...] = ()
        if carrier == i and tree.upos[i] in ("NOUN", "PROPN"):
            verbs = [tree.heads[i]] if tree.relations[i] == "nsubj" else []
            verbs += [c for c in tree.children[i] if tree.deprels[c] == "acl:relcl"]
            for verb in verbs:
                if verb >= 0 and tree.lower_lemmas[verb] in CASUALTY_VERBS:
                    heads = tree.function(verb, "object")
        elif tree.upos[carrier] == "VERB" and tree.relations[carrier] in ("advcl", "xcomp") and tree.heads[carrier] >= 0:
            verb = tree.heads[carrier]
            if tree.lower_lemmas[verb] in ADDRESS_VERBS:
                heads = tree.function(verb, "object") or tree.function(verb, "with") or tree.function(verb, "to")
        return tuple(m for m in self._mentions_of(heads, False) if (m.start, m.end) not in taken)

    def _doers_of(self, heads: tuple[int, ...]) -> tuple[int, ...]:
        """ "issued a report accusing …", "a bill banning … was passed by": who made the text that speaks."""
        tree = self.tree
        found: tuple[int, ...] = ()
        for h in heads:
            verb = tree.heads[h]
            if verb >= 0 and tree.upos[verb] == "VERB" and h in tree.function(verb, "object"):
                found += tree.function(verb, "subject")
        return found

    def _mentions_of(
        self, heads: tuple[int, ...], as_source: bool, exclude: frozenset[tuple[int, int]] = NO_SPANS
    ) -> tuple[Mention, ...]:
        if not heads:
            return ()
        if len(heads) == 1:
            alone = self.mentions.several(heads[0], as_source=as_source, exclude=exclude)
            if len(alone) < 2:
                return alone
        found: list[Mention] = []
        for h in heads:
            for mention in self.mentions.several(h, as_source=as_source, exclude=exclude):
                if not any((m.start, m.end, m.entry_id) == (mention.start, mention.end, mention.entry_id) for m in found):
                    found.append(mention)
        if len(found) > 1:
            found = _joined(found)
        return tuple(found)


# Nouns that only measure or bundle what follows "of".
QUANTIFIERS: Final = frozenset(
    "number series wave string round set spate barrage dozen hundred thousand million billion lot part majority variety range "
    "kind sort type form act action volley flurry group amount bit host score pair couple handful package measure "
    "resumption start beginning continuation".split()
)
SPELLS: Final = frozenset("hour day night week month year".split())
PROTEST_NOUNS: Final = frozenset("protest demonstration rally march sit-in unrest uprising movement".split())
# Nouns and verbs of talking, whose content has not been done.
TALK_NOUNS: Final = frozenset("talk negotiation discussion consultation dialogue meeting debate plan proposal idea option possibility draft question issue agreement deal accord pact treaty memorandum understanding protocol roadmap bill".split())
PLANNING_VERBS: Final = frozenset("call envisage envision foresee require provide propose see".split())  # "the plan calls for Israel to withdraw"
DISCUSSING_VERBS: Final = frozenset("discuss debate negotiate explore".split())
# What alerts and deployments answer: exercises, threats and attacks of others.
PROVOCATIONS: Final[tuple[str, ...]] = ("062", "13", "15", "18", "19")
# Nouns that end what they govern.
ENDING_NOUNS: Final = frozenset("end halt stop cessation termination suspension freeze pause".split())

CLAUSES: Final = frozenset({"root", "xcomp", "ccomp", "conj", "advcl", "acl"})
# What ends the words before a noun that may belong to a phrase with it, and what may make a phrase with it.
BEFORE_PHRASES: Final = frozenset({"case", "det", "punct", "cc", "mark"})
MODIFIERS: Final = frozenset({"compound", "amod", "nmod", "obl", "advmod"})
# Prepositions between an "empty" verb and its noun ("went into talks", "came under attack").
LIGHT_PREPOSITIONS: Final = frozenset({"in", "into", "on", "under", "for", "to", "at", "as"})
SHARED_PREPOSITIONS: Final = frozenset({"of", "against", "for", "on", "to", "with"})
CONDEMNATIONS: Final[tuple[str, ...]] = ("110", "111", "114")
# Nouns whose content clause tells what somebody is said to have done.
CLAIM_NOUNS: Final = frozenset("claim allegation accusation report complaint suspicion charge rumor rumour assertion".split())
PERMISSION_NOUNS: Final = frozenset("permission authorization authorisation approval right access mandate licence license leave ability".split())
# What police and courts do to persons, whose names no dictionary needs to have.
CASE_CODES: Final[tuple[str, ...]] = ("0841", "09", "115", "116", "173")
# Prepositions that lead to whom an act of force is done.
ACT_PREPOSITIONS: Final = frozenset({"against", "on", "to", "at", "in", "with"})
# Rules made, lifted and changed: of whom the clause on a rule tells is not whom it is made for.
RULES: Final[tuple[str, ...]] = ("081", "083", "172")
# Acts done to people whom the text names by what they are: aid, strikes and protests, releases.
ROLE_TARGETS: Final[tuple[str, ...]] = ("07", "033", "14")
PEACE_FORCE_CODES: Final[tuple[str, ...]] = ("074", "0334", "0332", "154")
# Codes of forces that move: whose are moved is not whom it is done to.
OWN_FORCES: Final[tuple[str, ...]] = ("033", "0356", "0334", "07", "087", "15", "0344", "030")
MOVING_WORDS: Final = frozenset(
    "deploy deployment send sending dispatch redeploy redeployment mobilise mobilize mobilisation mobilization reinforce reinforcement "
    "rotate rotation commit station withdraw withdrawal pullout pull".split()
)
# Roots of acts on the ground, which happen somewhere, and the functions that then may name the target.
GROUND_ROOTS: Final[tuple[str, ...]] = ("07", "08", "09", "14", "15", "16", "17", "18", "19", "20", "033", "035")
ADDRESS_FUNCTIONS: Final[tuple[str, ...]] = ("to", "against", "with", "towards", "on", "for", "over")
PLACE_FUNCTIONS: Final[tuple[str, ...]] = ("to", "against", "on", "into", "in", "at", "near", "along", "for", "with", "towards", "over", "outside")
COMING_ABOUT: Final = frozenset("begin start take come enter hold continue resume open last remain commence erupt break flare rage occur ensue".split())
BREAKING_DOWN: Final = frozenset("collapse stall fail break falter founder stop end deadlock halt expire lapse".split())
# Verbs that tell of somebody's act named by a noun ("noting Russia's support for …").
TELLING_VERBS: Final = frozenset("note reaffirm reiterate stress underline confirm highlight cite emphasize emphasise recall underscore disclose".split())
# Verbs of which an event noun is the subject and its victims the object ("the bombing killed 20 soldiers").
CASUALTY_VERBS: Final = frozenset("kill wound injure target hit strike destroy leave displace claim maim damage slay murder".split())


def _without(heads: tuple[int, ...], i: int) -> tuple[int, ...]:
    return tuple([t for t in heads if t != i]) if i in heads else heads


def _joined(found: list[Mention]) -> list[Mention]:
    """ "Turkish" and "military" before a noun are one actor, not two."""
    joined: list[Mention] = []
    for mention in found:
        last = joined[-1] if joined else None
        if (
            last is not None and mention.kind == "agent" and not mention.owners and not mention.actors
            and last.kind in ("country", "organization", "people") and last.form in ("adjective", "name")
            and 0 <= mention.start - last.end <= 1
        ):  # fmt: skip
            joined[-1] = replace(mention, owners=(last,), start=last.start, text=f"{last.text} {mention.text}")
        else:
            joined.append(mention)
    return joined


def _rank(reading: FrameMatch) -> int:
    """Which of two readings of a trigger is better: the user's own, the one with both sides, the more specific.

    A reading that says "not an event" needs no sides.
    """
    layer = reading.frame.layer if reading.frame else 0
    complete = (reading.code is None and reading.specificity > 1) or bool(reading.sources and (reading.targets or (reading.reciprocal and len(reading.sources) > 1)))
    return rank(layer, complete, reading.specificity)


def _letters(mention: Mention) -> str:
    """Country letters of a mention, or of whose it is; "" for none."""
    return resolve_actor(mention.owners[0] if mention.owners else mention, None).code[:3]


def _has_role(mention: Mention, roles: tuple[str, ...]) -> bool:
    """Whether the actor may have one of the roles; a country named acts through its government."""
    if mention.kind == "country" and mention.form in ("name", "capital") and "GOV" in roles:
        return True
    texts = [mention.role] + [a.code or "" for a in mention.actors] + [r.code for a in mention.actors for r in a.roles]
    return any(role in text for role in roles for text in texts if text)


def _describe(condition: Condition) -> str:
    if condition.nouns:
        words = sorted(condition.nouns)
        return f"[{', '.join(words[:8])}{', …' if len(words) > 8 else ''}]"
    return condition.kind or (f"roles {', '.join(condition.roles)}" if condition.roles else "not " + ", ".join(sorted(condition.not_nouns)[:6]))
