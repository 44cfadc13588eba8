"""Frames: which dictionary entry fits a trigger, who fills its functions, and what a stance makes of an inner event.

In: a Tree, its SentenceMentions and the Dictionaries. Out: FrameMatches, one for each trigger that stands on its own.
A trace list, if given, records every frame tried and why it did not fit: `explain` is this same matcher.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from coder.actors import SentenceMentions
from coder.arguments import ASKING, QUANTIFIERS, SPELLS, Arguments
from coder.dictionary.compiled import COMPOSED, HYPHENS, Condition, Frame, rank
from coder.dictionary.load import DEFAULT_LIGHT_VERBS, Dictionaries
from coder.dictionary.select import Triggers
from coder.grammar import Tree
from coder.records import FrameMatch, Mention, Status
from coder.resolve import resolve_actor
from coder.status import INTENT_NOUNS, negated, under_way
from coder.subjects import achievement
from coder.targets import CASUALTY_VERBS, NEGOTIATING, parties_of_deal, targets_of
from coder.word_classes import SUBJECT_LABELS

MAX_DEPTH: Final = 4
FAILS: Final = -2
# Plans and threats, and of plans what several promise to one another where they name nobody else; the verbs of promising.
PROMISES: Final[tuple[str, ...]] = ("03", "13")
MUTUAL_PROMISES: Final[tuple[str, ...]] = ("030", "031", "036", "0356")
PROMISING: Final = frozenset("promise pledge vow swear commit undertake resolve".split())
# The relations from an actor up to what is talked of, and the prepositions before that.
TOPICAL: Final = frozenset({"nmod", "compound", "amod", "appos", "conj", "obl"})
ABOUT: Final = frozenset({"on", "over", "about"})
AGREEING: Final = frozenset({"agree", "agree_on"})
STATUSES: Final = {s.value: s for s in Status}
# Reactions to an act leave the act standing as an event of its own ("condemned the attack by …").
REACTIONS: Final = frozenset("010 011 012 013 017 018 019 051 052 09 090 091 092 093 094 110 111 113 114".split())
# Nouns and verbs of talking, whose content has not been done.
TALK_NOUNS: Final = frozenset("talk negotiation discussion consultation dialogue meeting debate plan proposal idea option possibility draft question issue agreement deal accord pact treaty memorandum understanding protocol roadmap bill".split())
PLANNING_VERBS: Final = frozenset("call envisage envision foresee require provide propose see".split())  # "the plan calls for Israel to withdraw"
DISCUSSING_VERBS: Final = frozenset("discuss debate negotiate explore".split())
# Nouns that end what they govern.
ENDING_NOUNS: Final = frozenset("end halt stop cessation termination suspension freeze pause".split())
# What keeps the memory of an act, what tells of it as a story, in what it is played ("in the film", "in the semifinal"), and verbs of doing it for show.
MEMORIES: Final = frozenset("anniversary centenary bicentenary jubilee commemoration remembrance memorial monument museum reenactment re-enactment simulation".split())
STORIES: Final = frozenset("film movie documentary novel book memoir biography drama comedy thriller opera poem song play exhibition".split())
TALES: Final = frozenset("film movie novel drama comedy thriller opera play game simulation wargame series episode scenario semifinal quarterfinal semi-final quarter-final qualifier playoff overtime".split())
SHOWING: Final = frozenset("commemorate simulate rehearse reenact re-enact depict portray dramatise dramatize".split())
CLAUSES: Final = frozenset({"root", "xcomp", "ccomp", "conj", "advcl", "acl"})
# What ends the words before a noun that may belong to a phrase with it, and what may make a phrase with it.
BEFORE_PHRASES: Final = frozenset({"case", "det", "punct", "cc", "mark"})
MODIFIERS: Final = frozenset({"compound", "amod", "nmod", "obl", "advmod"})
# Prepositions between an "empty" verb and its noun ("went into talks", "came under attack").
LIGHT_PREPOSITIONS: Final = frozenset({"in", "into", "on", "under", "for", "to", "at", "as"})
PERMISSION_NOUNS: Final = frozenset("permission authorization authorisation approval right access mandate licence license leave ability".split())
COMING_ABOUT: Final = frozenset("begin start take come enter hold continue resume open last remain commence erupt break flare rage occur ensue".split())
BREAKING_DOWN: Final = frozenset("collapse stall fail break falter founder stop end deadlock halt expire lapse".split())
# Verbs that tell of somebody's act named by a noun ("noting Russia's support for …").
TELLING_VERBS: Final = frozenset("note reaffirm reiterate stress underline confirm highlight cite emphasize emphasise recall underscore disclose".split())


@dataclass(frozen=True, slots=True)
class Attempt:
    """One frame tried on one trigger; `reason` is "" where it fits."""

    trigger: int
    pattern_id: str
    reason: str
    code: str | None = None


class Matcher(Arguments):
    """Matches the frames of one sentence.

    Args:
        tree, mentions, dictionaries: of the sentence.
        trace: collects an Attempt for every frame tried.
    """

    __slots__ = ("_adjectives", "_asked", "_depth", "_found", "_nouns", "_phrases", "_readings", "_verbs", "trace")

    def __init__(
        self, tree: Tree, mentions: SentenceMentions, dictionaries: Dictionaries, trace: list[Attempt] | None = None
    ) -> None:
        super().__init__(tree, mentions, dictionaries)
        self.trace = trace
        self._readings: dict[int, FrameMatch | None] = {}
        self._depth = 0
        self._asked = [False] * tree.n
        self._found: list[Sequence[Frame] | None] = [None] * tree.n  # candidates by token
        self._phrases: dict[int, frozenset[str]] = {}
        self._verbs, self._nouns, self._adjectives = dictionaries.triggers()

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
            if reading.code is None or reading.code[:3] not in REACTIONS:
                for t in reading.tokens:
                    if t != i:
                        takers.setdefault(t, []).append(i)
            if reading.sources and reading.targets and reading.code is not None and reading.code[:2] in ASKING:
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
        kept = [r for r in found if r.trigger not in taken and not self._purpose_of_noun(r.trigger) and not self._talked_of(r) and not self._retold(r.trigger)]
        codes = {r.trigger: r.code or "" for r in found}
        return [r for r in kept if r.code is not None and not self._casualties_of(r, codes)]

    def _casualties_of(self, reading: FrameMatch, codes: dict[int, str]) -> bool:
        """ "attacked a village, killing 12": the dead are the result of the attack, no event of their own."""
        tree = self.tree
        i = reading.trigger
        head = tree.heads[i]
        if tree.relations[i] == "advcl" and codes.get(head, "") == "175" and tree.lower_lemmas[i] in ("wound", "injure"):
            return True  # "fired tear gas, injuring dozens"
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
        if not tree.has_to(i) or under_way(tree, i) or achievement(tree, i) >= 0:
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

    def _retold(self, i: int) -> bool:
        """ "the anniversary of the invasion", "a film about the war", "a drill that simulated an attack": no news of the act."""
        tree = self.tree
        head = tree.heads[i]
        relation = tree.relations[i]
        if tree.upos[i] == "VERB":  # "in the film, Egypt attacks Chad", "a novel in which Egypt attacks Chad"
            if self._told_in(i):
                return True
            if head < 0 or relation not in ("acl", "advcl") or tree.lower_lemmas[head] not in STORIES:
                return False
            return any(tree.deprels[c] in SUBJECT_LABELS and tree.antecedent(c) == c for c in tree.children[i])
        if head < 0:
            return False
        if relation == "obj":
            return tree.lower_lemmas[head] in SHOWING
        for _ in range(MAX_DEPTH):
            if head < 0 or relation not in ("nmod", "compound", "obl"):
                return False
            case = tree.case(i)
            if case in ("of", "for", "to", "") and tree.lower_lemmas[head] in MEMORIES:
                return True
            if case in ("about", "on") and tree.lower_lemmas[head] in STORIES:
                return True
            i, head, relation = head, tree.heads[head], tree.relations[head]
        return False

    def _told_in(self, verb: int) -> bool:
        """Whether the clause tells of a story or a match: "in the film", "in the semifinal", "3-1"."""
        tree = self.tree
        for c in tree.children[verb]:
            if tree.relations[c] != "obl":
                continue
            if tree.upos[c] == "NUM":
                score = c + 2 < tree.n and tree.forms[c + 1] in HYPHENS and tree.forms[c + 1] != "/" and tree.heads[c + 2] == c
                if score and len(tree.forms[c]) < 3 and tree.forms[c + 2].isdigit() and tree.case(c) == "":
                    return True
            elif tree.lower_lemmas[c] in TALES and tree.case(c) == "in":
                return True
        return False

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

    def verb_lemma(self, i: int) -> str:
        """The lemma of a verb, as the dictionaries have it."""
        lemma = self.tree.lower_lemmas[i]
        known = self.mentions.words[i].lemmas
        if known and lemma not in known:
            return known[0]  # the lemmatizer's slip ("lent": leave)
        return lemma

    def _frames(self, triggers: Triggers, head: str) -> Sequence[Frame] | None:
        """The frames of a trigger that the words of the sentence allow, all of them where each try is to be told.

        None where no dictionary has the trigger.
        """
        return triggers.select(head, self.tree.words) if self.trace is None else triggers.frames(head)

    def _candidates(self, i: int) -> Sequence[Frame] | None:
        """The frames that the token may be the trigger of; None where no dictionary has it."""
        if not self._asked[i]:
            self._asked[i] = True
            self._found[i] = self._find(i)
        return self._found[i]

    def _find(self, i: int) -> Sequence[Frame] | None:
        tree = self.tree
        upos = tree.upos[i]
        if upos == "VERB":
            if i > 1 and tree.relations[i] == "amod" and tree.forms[i - 1] in HYPHENS:
                return None  # "the U.N.-supported government" tells of no act
            if self._noun_after_to(i):
                found = self._frames(self._nouns, tree.lower[i][:-1])
                return self._frames(self._nouns, tree.lower_lemmas[i]) if found is None else found
            found = self._frames(self._verbs, self.verb_lemma(i))
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
                as_verb = self._frames(self._verbs, self.verb_lemma(i))
                found = found if as_verb is None else as_verb
            return found
        if upos == "ADJ":
            found = self._frames(self._adjectives, tree.lower_lemmas[i])
            if found is None and tree.relations[i] in CLAUSES:
                lemmas = self.mentions.words[i].lemmas
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
        taken: list[int] = []
        phrases = 0
        for condition in frame.conditions:
            token = self._condition(i, carrier, condition)
            if token == FAILS:
                if self.trace is not None:
                    self._fail(i, frame, f"{condition.function} does not fit {_describe(condition)}")
                return None
            if token >= 0:
                taken.append(token)
                if condition.phrases and self._word_in(token, condition.nouns, True) == 2:
                    phrases += 1
        tokens = words
        if taken or carrier != i or len(words) > 1:
            tokens = tuple(sorted({*words, carrier, *taken}))
        inner: FrameMatch | None = None
        code = frame.code
        specificity = frame.specificity + phrases
        stance = frame.stance
        if stance == "threaten" and self._told_as_done(i, carrier):
            self._fail(i, frame, "what is told has happened already")
            return None
        if stance == "demand" and self._insists_on_itself(i, carrier):
            self._fail(i, frame, "what is insisted is told of oneself")
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
        sources = self.fill(i, carrier, frame.source, inner, as_source=True, code=code or "")
        agreed = stance in AGREEING or (code is not None and code[:2] in ("03", "05") and self.verb_lemma(i) == "agree")
        targets = targets_of(self, i, carrier, frame, inner, code, sources, tokens, agreed)
        reading = FrameMatch(
            pattern_id=frame.pattern_id, trigger=i, tokens=tokens, code=code, sources=sources, targets=targets,
            reciprocal=frame.reciprocal, paired_code=frame.paired_code,
            status=STATUSES[frame.status] if frame.status else Status.ASSERTED,
            stance=stance, inner=inner, specificity=specificity, frame=frame,
        )  # fmt: skip
        if frame.reciprocal and self.tree.upos[i] == "VERB" and self.tree.lower_lemmas[i] in NEGOTIATING and self.tree.is_passive(i):
            parties = parties_of_deal(self, i, sources)
            if parties:
                return replace(reading, code="045", targets=parties, reciprocal=False)
        if agreed or inner is not None or (len(sources) > 1 and not targets and code is not None and code.startswith(PROMISES)):
            reading = self._among_themselves(reading, agreed)
        if self.trace is not None:
            self.trace.append(Attempt(i, frame.pattern_id, "", code))
        return reading

    def _among_themselves(self, reading: FrameMatch, agreed: bool) -> FrameMatch:
        """The sides of a reading where its doers may have acted together, or where those of the inner event count."""
        sources, targets, inner, stance = reading.sources, reading.targets, reading.inner, reading.stance
        if stance in AGREEING and len(sources) > 1 and all(m.kind in ("place", "unknown") or not (m.actors or m.owners) or self.theirs(m) for m in targets):
            reading = reading.between(sources, (), reading.reciprocal)
        code = reading.code or ""
        if not reading.targets and len(sources) > 1 and (agreed or (code.startswith(PROMISES) and self._promised_together(reading, code))):
            reading = reading.between(sources, (), True)
            if code >= "09":  # "agreed to deploy troops on their border": not against one another
                reading = replace(reading, code="0312" if code.startswith("15") else "030", stance="agree")
        if inner is not None and inner.reciprocal and stance in ("intend", "agree", "agree_on", "stop", "resume"):
            others = [t for t in targets if all((t.start, t.end) != (x.start, x.end) for x in sources) and not self._topic(t)]
            if not others and len(sources) > 1:
                targets = ()
                reading = reading.between(sources, (), True)
        if inner is not None and stance == "resume":
            # "Qatar's donation was announced by the minister": the noun's own doer counts
            tree_nominal = self.tree.upos[inner.trigger] in ("NOUN", "PROPN")
            own = tree_nominal and any(m.owners or m.actors for m in inner.sources)
            reading = reading.between(
                (inner.sources if own else sources) or inner.sources, targets or inner.targets, reading.reciprocal or inner.reciprocal
            )
        return reading

    def _topic(self, mention: Mention) -> bool:
        """Whether a mention is of what an agreement or talk is on: "an accord on the appointment of bishops"."""
        tree = self.tree
        node = mention.head
        if mention.sentence_index != tree.sentence.index:
            return False
        while node >= 0 and tree.relations[node] in TOPICAL:
            if tree.case(node) in ABOUT:
                return True
            node = tree.heads[node]
        return False

    def _promised_together(self, reading: FrameMatch, code: str) -> bool:
        """ "vowed to fight smuggling together", "promised to withdraw their forces": a promise of several to one another."""
        if reading.stance not in ("intend", "threaten") or self.verb_lemma(reading.trigger) not in PROMISING:
            return False
        if code.startswith(MUTUAL_PROMISES):
            return True
        tree = self.tree
        return any(tree.lower[c] in ("together", "jointly") for t in (reading.trigger, *tree.function(reading.trigger, "complement")) for c in tree.children[t])

    def _told_as_done(self, i: int, carrier: int) -> bool:
        """ "told police that the man had attacked": a past act is no threat."""
        tree = self.tree
        return any(
            tree.relations[h] == "ccomp" and not tree.has_to(h)
            and any(tree.lower[c] in ("had", "has", "have") and tree.relations[c] == "aux" for c in tree.children[h])
            and not any(tree.lower[c] in ("will", "would", "shall", "could", "may", "might") for c in tree.children[h])
            for h in tree.function(carrier, "complement")
        )

    def _insists_on_itself(self, i: int, carrier: int) -> bool:
        """ "insists that it is enforcing the sanctions", "that its ships have not left": a claim and no demand."""
        tree = self.tree
        return tree.lower_lemmas[i] == "insist" and any(
            tree.relations[h] == "ccomp" and any(tree.relations[s] == "nsubj" and (tree.upos[s] == "PRON" or tree.owned_by_pronoun(s)) for s in tree.children[h])
            for h in tree.function(carrier, "complement")
        )

    def _others_act(self, i: int, carrier: int, frame: Frame, inner: FrameMatch) -> bool:
        """ "to stop Russian military action": whose act is named and not one's own, or one's own people's."""
        if inner.reciprocal or not inner.sources or any(f.startswith("inner") for f in frame.source):
            return False
        doers = {resolve_actor(m, None).code[:3] for m in self.fill(i, carrier, frame.source, inner, as_source=True)}
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
        if condition.function == "auxiliary":
            for c in self.tree.children[i]:
                if self.tree.relations[c] == "aux" and self.tree.lower[c] in condition.nouns:
                    return -1
            return FAILS
        heads = self.function(i, carrier, condition.function)
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
                # "agreed that their ministers should meet" is a plan and no appeal
                return tree.lower_lemmas[i] != "agree" or not any(tree.deprels[c] in SUBJECT_LABELS and tree.owned_by_pronoun(c) for c in tree.children[head])
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
                verb = self.verb_lemma(i)
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
            for head in self.function(i, carrier, function):
                if frame.stance == "stop" and self.tree.relations[head] == "advcl":
                    continue  # "halted to give way": a purpose, not what is halted
                if frame.stance in ("resume", "intend", "agree") and self._own_subject(head, frame.stance != "resume"):
                    continue  # "the White House announced that the president will meet …": told, not done, by the White House
                if self.tree.upos[head] in ("NOUN", "PROPN") and self.tree.heads[head] == carrier:
                    self.borrow[head] = carrier  # "rejected independence for X": the phrase may hang on the verb
                reading = self._inner_reading(head)
                if reading is not None and reading.trigger != i and reading.trigger != carrier:
                    return reading
        return None

    def _own_subject(self, head: int, theirs: bool) -> bool:
        """Whether a clause has a subject of its own that is more than a pronoun.

        Args:
            theirs: "their soldiers" count as a pronoun.
        """
        tree = self.tree
        return tree.relations[head] == "ccomp" and any(
            tree.deprels[c] in SUBJECT_LABELS and tree.upos[c] not in ("PRON",) and not (theirs and tree.owned_by_pronoun(c)) for c in tree.children[head]
        )

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


def _rank(reading: FrameMatch) -> int:
    """Which of two readings of a trigger is better: the user's own, the one with both sides, the more specific.

    A reading that says "not an event" needs no sides.
    """
    layer = reading.frame.layer if reading.frame else 0
    complete = (reading.code is None and reading.specificity > 1) or bool(reading.sources and (reading.targets or (reading.reciprocal and len(reading.sources) > 1)))
    return rank(layer, complete, reading.specificity)


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
