"""How clauses and phrases of a sentence lend one another their dates: from below, from beside and from above.

In: the dated words of a sentence. Out: for the tokens of an event, its Span and the rule.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from coder.date_governors import DatedWords, governor, marked, phrase_at
from coder.date_patterns import words
from coder.date_phrases import Phrase
from coder.date_readers import reach_of
from coder.date_spans import Span, before, day_span, days_up_to, hull, offset_span, since
from coder.grammar import Tree
from coder.records import EventDate, Status
from coder.tense import PREDICATES, REPORTING, counted_occasion, own_tense, reports_itself
from coder.word_classes import SUBJECT_LABELS

SPEECH: Final = words(
    "say tell report announce state claim declare note add write tweet confirm insist argue maintain stress "
    "explain warn allege acknowledge admit reveal disclose reiterate assert contend quote"
)
# Verbs whose object or subject is an event of another time.
REACTIONS: Final = words(
    "condemn denounce deplore criticise criticize praise welcome hail applaud mourn protest remember recall mark "
    "commemorate mention discuss investigate avenge regret lament celebrate blame follow blast decry slam reject "
    "retaliate respond"
)
# Verbs whose infinitive shares their time ("began to withdraw on Friday", "is set to visit on Friday").
SHARED_INFINITIVE: Final = words(
    "manage begin start continue help succeed proceed be go come set due schedule slate expect plan intend "
    "prepare have use fail refuse decline"
)
OTHER_TIME_MARKS: Final = frozenset(
    {"after", "before", "since", "until", "by", "if", "because", "although", "though", "to", "unless", "despite"}
)
SAME_TIME_MARKS: Final = frozenset({"as", "when", "while"})
# Verbs of what an event does at once, so that its date is theirs.
EFFECTS: Final = words(
    "kill wound injure destroy damage displace free begin start end conclude fail collapse happen occur last claim "
    "break take hit strike leave"
)
# Nouns of what comes after the event they govern.
SEQUELS: Final = words("retaliation response revenge reaction condemnation anniversary aftermath wake reprisal outrage anger")
CONTAINING: Final = frozenset({"during", "at", "in", "on", "amid", "over", "for", "with", "by"})
BEFORE_OBJECT: Final = frozenset(
    {"after", "following", "since", "in the wake of", "in response to", "because of", "in retaliation for"}
)
AHEAD_OF_OBJECT: Final = frozenset({"before", "ahead of", "prior to", "until"})
PASSING: Final = frozenset(
    {"", "with", "to", "in", "at", "near", "on", "into", "from", "by", "between", "against", "for", "of"}
)
EVENT_NOUNS: Final = words(
    "blockade remark gathering putsch mutiny annexation occupation evacuation kidnapping execution attack war visit talk meeting strike airstrike election vote deal accord agreement treaty summit ceasefire "
    "truce raid clash battle trip tour protest riot coup uprising revolt massacre bombing killing call speech "
    "conference siege invasion offensive assault blast explosion crisis dispute conflict pact trial hearing "
    "verdict resolution law decree order ban crash arrest release referendum poll debate address ceremony funeral "
    "anniversary war revolution incident shooting crackdown rally march election letter statement interview "
    "message report session victory defeat loss fall collapse start end beginning death murder earthquake embargo "
    "surge escalation disaster takeover"
)
NON_EVENTS: Final = words(
    "government parliament department mission minister regiment apartment king building ring thing wing "
    "settlement region nation station nothing something anything everything evening morning organization "
    "organisation population coalition opposition delegation administration constitution corporation commission "
    "federation union element document"
)  # fmt: skip
# Deeds of a moment, which are news for some days: one that is reported without a date is of these days.
DEEDS: Final = words(
    "abduct ambush arrest assassinate attack behead blast bomb bombard burn capture clash condemn cross detonate execute expel explode fire "
    "free hit injure intercept kidnap kill meet open phone raid ram recall recapture release repel repulse retake sabotage seize shell "
    "shoot sink stab storm strike summon target telephone thank torpedo wound"
)
# … and those that lead to what happens next: no territory, which stays taken ("sanctions after Russia annexed Crimea").
QUICK_CAUSES: Final = words("call hold host meet meeting phone speak summit talk telephone visit") | DEEDS - words(
    "capture condemn cross expel free open recall recapture release retake seize summon target thank"
)
# Acts of office, which are news when the one who did them tells of them.
OWN_ACTS: Final = DEEDS | words("accept appoint approve ban cancel decide dismiss invite order pardon refuse reject sack sign suspend veto")
# … and those that a bare past perfect tells as the background of news ("Sweden had jailed an Iranian").
BACKGROUND_DEEDS: Final = DEEDS | words(
    "beat deport destroy detain dissolve evict extradite hang hijack imprison jail loot lynch massacre murder poison rape sentence speak talk "
    "torch torture"
)
# What goes on for long, so that what came before it may be long ago ("ties worsened after Turkey shot down a jet").
DRIFTS: Final = words("be become decline deteriorate fall flee grow improve increase live plunge remain rise soar sour stay strain suffer worsen")
# Verbs whose object has done before what a clause on it tells ("released priests whom rebels abducted", "thanked those who …").
AFTERWARDS: Final = REACTIONS | words(
    "accept accuse acquit approve arrest award breach bury cancel charge compensate convict decorate deport detain exchange execute expel "
    "extradite fine forgive free hand harbor harbour honor honour host hunt identify imprison indict interrogate interview invite jail lift meet name need pardon praise prosecute punish "
    "pursue question ratify receive recover release renew repatriate replace rescue return reward sack sanction seek sentence shelter sue suspend swap "
    "thank try urge veto violate visit want"
)
AMENDS: Final = AFTERWARDS | words("apologise apologize dismiss kill remove resign")  # … and over "for doing so"
# … but what they did whom one meets may be told as news ("met the minister, who offered help").
ENCOUNTERS: Final = words("ask call follow host hunt interview invite join meet receive see tell urge visit want")
# … and such nouns ("the release of protesters whom the army detained").
AFTERMATHS: Final = words(
    "burial compensation exchange execution extradition funeral handover prosecution punishment release repatriation return swap trial tribute"
)
# What is never told as news in passing ("Niger, where soldiers overthrew the president").
UPHEAVALS: Final = words("annex depose invade oust overthrew overthrow topple")  # "overthrew" as the parser leaves it
# Verbs of what is done to somebody on the spot ("police shot the man who attacked them").
AT_ONCE: Final = words("chase disarm disperse fire kill overpower repel repulse shoot stop tackle wound")
# Participles that only say who does what the noun names, in its time ("an airstrike carried out by jets killed six").
ENACTED: Final = words(
    "call carry chair commit conduct convene detonate drop fire hold host hurl issue launch lay mediate mount organise organize perpetrate plant reach "
    "stage throw"
)
# Verbs and prepositions over people and what befell them, which is the news ("the clashes left ten people wounded", "among 20 killed").
FINDING: Final = words("be confirm count find get keep leave report see show")
AMIDST: Final = frozenset({"among", "with"})
KNOWN: Final = frozenset({"the", "this", "that", "these", "those", "both", "all"})
RELATIVES: Final = frozenset({"who", "whom", "whose", "which", "that", "where", "when"})
# What "the" of later sentences means as told: "a day after the massacre".
BLOWS: Final = words(
    "abduction airstrike ambush arrest assassination assault attack battle blast bombardment bombing clash coup crackdown execution explosion "
    "incident kidnapping killing massacre murder putsch raid shelling shooting strike"
)
# What led to the news of a day as a noun ("closed the border after an attack on a guard").
CAUSES: Final = (BLOWS - words("coup crackdown putsch")) | words(
    "call detention exchange expulsion incursion march meeting protest rally ruling summit talk verdict visit"
)
# What lasts or is known to all, so that it may be years old in "did this after they had done that".
LASTING: Final = words(
    "annex be become begin capture come conquer declare elect fall found gain have invade join leave liberate live lose move occupy oust "
    "overthrew overthrow rise rule seize serve start stay take topple vote win work"
)
# Words that make of a deed many deeds, or an old one.
NOT_LATELY: Final = words(
    "always constantly continually continuously earlier ever formerly frequently habitually historically long never often once originally "
    "previously regularly repeatedly routinely sometimes systematically traditionally twice"
)
SPREAD_OUT: Final = words("during over throughout in since under")  # prepositions of a long time, over nouns such as these
LONG_TIMES: Final = words("war conflict fighting fight insurgency unrest uprising offensive campaign siege occupation rule reign genocide past career era crackdown")
TOTALS: Final = words("hundred hundreds thousand thousands million millions")
# Who tells of what happened long ago.
HISTORIANS: Final = words(
    "court tribunal judge prosecutor prosecution lawyer attorney inquiry enquiry inquest commission committee panel report study book memoir "
    "historian indictment document investigation investigator archive watch amnesty watchdog researcher scholar author film documentary"
)
HOURS: Final = words("dawn daybreak dusk midday midnight nightfall noon sunrise sunset")
WEEK: Final = 7  # days
MONTH: Final = 31
EVENT_ENDINGS: Final[tuple[str, ...]] = ("tion", "sion", "ment", "ing", "ting")


class Scene(DatedWords):
    """What one sentence dates, and how its words share their dates; see `DatedWords`."""

    __slots__ = ("_asked", "fresh", "ground", "near", "settled", "told")

    def __init__(self, tree: Tree, status: Status, reference: EventDate | None) -> None:
        super().__init__(tree, status, reference)
        self._asked: set[int] = set()
        self.fresh = True
        self.ground: date | None = None
        self.settled: date | None = None
        self.near: Span | None = None
        self.told: Span | None = None

    def goes_on(self, day: date | None, settled: date | None = None, follows: bool = False) -> None:
        """Say what an undated past of the sentence is of.

        Args:
            day: the day that the sentence goes on telling of; None for none.
            settled: that day, else the day of the story; None for the day of publication.
            follows: whether the sentence before told the reference.
        """
        self.ground = day
        self.settled = settled if day is None else day
        self.fresh = day is None or self.today is None or (self.today - day).days < WEEK
        told = self.reference if follows else None
        self.told = told if told is not None and self.today is not None and told.end <= self.today else None

    def date(self, tokens: list[int]) -> tuple[Span | None, str]:
        """The date of an event told by these tokens, highest in the tree first, and the rule."""
        occasion = counted_occasion(self.tree, tokens[0])
        if occasion >= 0:  # "met on Tuesday, the first time since 2019 that …"
            return self.covering(occasion), "clause above"
        if self.phrases:
            for t in tokens:
                span = self.own(t)
                if span is not None:
                    return span, f"phrase: {' / '.join(p.text for p in self.governed[t])}"
            for t in tokens:
                span = self.nearby(t)
                if span is not None:
                    return span, "phrase below"
        span = self.above(self._telling(tokens))
        if span is None and len(tokens) > 1:
            span = self.above(tokens[0])
        if span is not None:
            return span, "clause above"
        if self.today is not None and self._since_undated(tokens[0]):
            return before(self.today, "tense"), "since an undated event"
        return None, ""

    def _telling(self, tokens: list[int]) -> int:
        """The token that tells when: the participle of "freed 14 people kidnapped by rebels", where the people are freed later."""
        first = tokens[0]
        if len(tokens) > 1 and self.tree.heads[first] >= 0 and self.tree.upos[first] not in PREDICATES:
            if self.tree.heads[tokens[1]] == first and self.tree.relations[tokens[1]] == "acl":
                return tokens[1]
            if self.tree.heads[tokens[1]] == self.tree.heads[first] and self._misplaced(tokens[1]):
                return tokens[1]
        return first

    def _misplaced(self, node: int) -> bool:
        """The participle of "buried a man shot by soldiers" that the parse hangs on the verb."""
        tree = self.tree
        head = tree.heads[node]
        return tree.relations[node] == "xcomp" and tree.lower_lemmas[head] in AFTERWARDS and _is_past_participle(tree, node)

    def _since_undated(self, node: int) -> bool:
        """ "Since the outbreak of the war, … has supported": some time up to now."""
        tree = self.tree
        for c in tree.children[node]:
            if tree.relations[c] in ("obl", "advcl") and tree.upos[c] not in ("NUM", "ADV") and tree.case(c) == "since":
                return True
        return False

    def covering(self, node: int) -> Span | None:
        """The date of what a node tells: its own, one close by, or that of the clauses above."""
        if node in self._asked:
            return None
        self._asked.add(node)
        try:
            return self.own(node) or (self.nearby(node) if self.phrases else None) or self.above(node)
        finally:
            self._asked.discard(node)

    # ---- from below ------------------------------------------------------------------------------------------------

    def nearby(self, node: int) -> Span | None:
        """A date that hangs below a node but tells its time."""
        tree = self.tree
        for c in tree.children[node]:
            if c in self.governed:
                span = self._lent(node, c)
                if span is not None:
                    return span
        if tree.upos[node] in PREDICATES:
            span = self._passed_up(node) or self._later_conjunct(node)
            if span is not None:
                return span
        elif _is_event(tree, node):  # "a strike on its embassy in Quito on April 1"
            span = self._passed_up(node)
            if span is not None:
                return span
        for c in tree.children[node]:
            if tree.relation(c) == "parataxis" and tree.lemmas[c] in SPEECH and c in self.governed:
                return self.own(c) if self.tense(node) != "pluperfect" else None
        return None

    def _lent(self, node: int, child: int) -> Span | None:
        """The date that a dated dependent shares with the word above it."""
        tree = self.tree
        relation = tree.relation(child)
        if relation == "advcl" and _mark(tree, child) == "since" and self.tense(node) == "perfect":
            begun = self.own(child)
            return since(begun, self.today) if begun is not None else None
        if relation == "advcl":
            return self.own(child) if self._same_time(node, child) else None
        if relation in ("obl", "nmod"):
            return self._nested(node, child) if tree.deprels[child] != "nmod:poss" else None
        if relation == "xcomp":
            return self.own(child) if tree.lemmas[node] in SHARED_INFINITIVE else None
        if relation == "nsubj":
            return self._of_subject(node, child)
        if relation == "acl" and _is_event(tree, node) and tree.lemmas[child] not in REACTIONS | SPEECH:
            return self.own(child)
        return None

    def _of_subject(self, verb: int, subject: int) -> Span | None:
        """ "Parliament on Monday rejected …", "the strike on Saturday destroyed …"."""
        eventful = _is_event(self.tree, subject)
        for phrase in self.governed[subject]:
            bare = phrase.first > subject or phrase.kind in ("ago", "near day")
            if self.tree.lemmas[verb] in EFFECTS if eventful else bare:
                span = self.read(phrase, verb)
                if span is not None:
                    return span
        return None

    def _same_time(self, verb: int, clause: int) -> bool:
        """ "Speaking on Monday, …", "As the army gained ground in 2019, …": an adverbial clause that shares its date."""
        tree = self.tree
        marks = [tree.lower[c] for c in tree.children[clause] if tree.relation(c) in ("mark", "advmod") and c < clause]
        if any(m in OTHER_TIME_MARKS for m in marks):
            return False
        if tree.lower_lemmas[clause] == "do" or (tree.lower_lemmas[clause] == "have" and (tree.child(clause, "nsubj") < 0 or tree.child(clause, "obj") < 0)):
            return False  # "as it did in 2014", "as had Chad a week earlier": another time
        if own_tense(tree, clause) == "":
            return clause < verb
        if "when" in marks and own_tense(tree, verb) == "pluperfect" and self.tense(clause) == "past":
            subject = tree.child(clause, "nsubj")
            return subject >= 0 and tree.upos[subject] == "PRON"  # "had urged them to talk when he visited in April"
        return any(m in SAME_TIME_MARKS for m in marks) and self._same_tense(verb, clause)

    def _nested(self, node: int, noun: int) -> Span | None:
        """ "during his visit last year", "after Tuesday's attack", "at a meeting on Friday"."""
        case = self.tree.case(noun)
        if self.tree.lower_lemmas[noun] in HOURS:  # "before dawn on Monday"
            return self._lead_over(node, noun, "on")
        if case in BEFORE_OBJECT:
            return self._lead_over(node, noun, "after" if case != "since" else "since")
        if case in AHEAD_OF_OBJECT:
            return self._lead_over(node, noun, "until" if case == "until" else "before")
        if case == "during" or (case in CONTAINING and (_is_event(self.tree, noun) or self.tree.upos[noun] == "PROPN")):
            phrases = [p for p in self.governed[noun] if p.first > noun or case in ("during", "at", "in", "amid")]
            spans = [s for p in phrases if (s := self.read(p, node)) is not None]
            return min(spans, key=lambda s: s.days, default=None)
        return None

    def _lead_over(self, node: int, noun: int, lead: str) -> Span | None:
        if any(p.offset is not None and marked(self.tree, p) == noun for p in self.phrases):
            return None
        for phrase in self.governed[noun]:
            span = self.read(phrase, node, lead=lead)
            if span is not None and span.unit not in ("background", "vague"):
                return span
        return None

    def _passed_up(self, verb: int) -> Span | None:
        """A date the parse hangs on a noun that has no time of its own ("signed in Lima in March")."""
        tree = self.tree
        level = [verb]
        for _ in range(3):
            following: list[int] = []
            for node in level:
                for c in tree.children[node]:
                    if (
                        tree.relation(c) not in ("obj", "obl", "nmod", "iobj", "xcomp", "appos", "conj")
                        or tree.upos[c] in PREDICATES
                    ):
                        continue
                    if c < verb or tree.deprels[c] == "nmod:poss" or tree.case(c) not in PASSING:
                        continue
                    following.append(c)
            for c in following:
                late = [p for p in self.governed.get(c, []) if p.first > c]
                eventful = _is_event(tree, c)
                for phrase in late:
                    fresh = phrase.kind in ("weekday", "near day", "weekend") or (
                        phrase.kind == "unit" and phrase.text.startswith("this")
                    )
                    if eventful and not fresh:
                        continue
                    span = self.read(phrase, verb)
                    if span is not None:
                        return span
            level = following
        return None

    def _later_conjunct(self, node: int) -> Span | None:
        """ "met Putin and signed a deal on Tuesday": the date at the end holds for both."""
        tree = self.tree
        for c in reversed(tree.children[node]):
            if tree.relation(c) == "conj" and c in self.governed and not _has_subject(tree, c):
                if self._same_tense(node, c):
                    return self.own(c)
        return None

    def _same_tense(self, a: int, b: int) -> bool:
        return self.tense(a) == self.tense(b)

    # ---- from above ------------------------------------------------------------------------------------------------

    def above(self, node: int) -> Span | None:
        """The date that the clauses above lend a node, an open interval where they tell that it came earlier."""
        tree = self.tree
        head = tree.heads[node]
        if tree.upos[node] in PREDICATES and own_tense(tree, node) == "pluperfect":
            if reports_itself(tree, node):
                return self.covering(head)
            if not self._is_offset_clause(node) and not self._is_sequel(node):
                return self._reported(node, head) or self._background_deed(node) or self._earlier(head, True)
        if head < 0:
            return None
        if self.phrases and self._is_offset_clause(node):
            return self._from_offset(node, head)
        told = phrase_at(self.phrases, head) or self._phrase_before_when(node)
        if told is not None and told.kind != "night":
            return told.bare(self.clock(node, told))
        relation = tree.relation(node)
        if relation == "conj":
            return self._coordinated(node, head)
        if relation == "advcl":
            return self._adverbial(node, head)
        if relation == "acl":
            return self._adnominal(node, head)
        if relation == "xcomp" and self._misplaced(node):
            return self._earlier(head)
        if tree.upos[node] in ("NOUN", "PROPN", "PRON", "NUM", "ADJ") and relation in (
            "obj",
            "nsubj",
            "obl",
            "nmod",
            "iobj",
        ):
            return self._nominal(node, head, relation)
        return self.covering(head)

    def _phrase_before_when(self, node: int) -> Phrase | None:
        """ "December 2024" of "since December 2024, when the ruler fled", however the clause is attached."""
        tree = self.tree
        if not self.phrases:
            return None
        when = next((c for c in tree.children[node] if tree.lower[c] == "when"), 0)
        if when and tree.lower[when - 1] == ",":
            when -= 1
        return phrase_at(self.phrases, when - 1) if when else None

    def _is_sequel(self, node: int) -> bool:
        """Whether a clause tells after what the one above it happened."""
        return self.tree.relations[node] == "advcl" and _mark(self.tree, node) == "after"

    def _reported(self, node: int, head: int) -> Span | None:
        """ "The army said rebels had killed two soldiers": a deed reported with no date is of the week up to the report."""
        tree = self.tree
        lemma = tree.lower_lemmas[node]
        if lemma not in DEEDS and (lemma not in OWN_ACTS or not self._of_oneself(node)):
            return None
        teller = -1
        if head >= 0 and tree.relations[node] == "ccomp":
            teller = head
        elif head < 0:
            for c in tree.children[node]:
                if tree.relations[c] == "parataxis":
                    teller = c
        if teller < 0 or tree.lower_lemmas[teller] not in REPORTING or self._told_late(teller) or not self._lately(node):
            return None
        then = self.covering(teller) if teller == head else self.own(teller)
        if then is not None:
            return days_up_to(then.end, WEEK) if then.precision == "day" else None
        return days_up_to(self.today, WEEK) if self.fresh and self.today is not None and not self._dated_beside(teller) else None

    def _of_oneself(self, node: int) -> bool:
        """ "The president said he had signed it"."""
        tree = self.tree
        return any(tree.relations[c] == "nsubj" and tree.lower[c] in ("he", "she") for c in tree.children[node])

    def _told_late(self, teller: int) -> bool:
        """Whether those who report tell of old things by trade: courts, inquiries, books."""
        tree = self.tree
        return any(tree.relations[c] == "nsubj" and tree.lower_lemmas[c] in HISTORIANS for c in tree.children[teller])

    def _dated_beside(self, teller: int) -> bool:
        """Whether the sentence tells a date that is not the report's."""
        return len(self.phrases) > len(self.governed.get(teller, ()))

    def _lately(self, node: int) -> bool:
        """Whether what a clause tells can be one deed of these days: no total, no habit, nothing of a long time."""
        tree = self.tree
        for c in tree.children[node]:
            if tree.lower[c] in NOT_LATELY or (tree.lower_lemmas[c] in LONG_TIMES and tree.case(c) in SPREAD_OUT):
                return False
            if tree.lower_lemmas[c] in ("time", "year", "month", "decade"):
                return False
            for g in tree.children[c]:
                if tree.lower_lemmas[g] in TOTALS or ("0" <= tree.lower[g][:1] <= "9" and len(tree.lower[g]) > 3):
                    return False
            if tree.lower_lemmas[c] in TOTALS:
                return False
        return True

    def _just_before(self, node: int, head: int, then: Span | None) -> Span | None:
        """ "Troops fired on Tuesday after crowds had stormed the palace": what led to the news of a day."""
        tree = self.tree
        day = then.end if then is not None and then.precision == "day" else None
        if then is None and self.ground is not None and self.tense(head) == "past":
            day = self.ground
        if then is None and day is None and not self.phrases and self.tense(head) in ("past", "perfect"):
            then = self._day_of_news() if tree.lower_lemmas[head] not in DRIFTS else None
            day = then.end if then is not None else None
        lemma = tree.lower_lemmas[node]
        verbal = tree.upos[node] in PREDICATES
        if day is None or (lemma in LASTING if verbal else not self._new_cause(node)) or not self._lately(node):
            return None
        if self.today is not None and day > self.today:
            day = self.today
        return days_up_to(day, WEEK if lemma in QUICK_CAUSES or lemma in BLOWS else MONTH)

    def _new_cause(self, node: int) -> bool:
        """ "An attack", "the killing of two men": told here and not known before, as "the attacks" are."""
        tree = self.tree
        if tree.lower_lemmas[node] not in CAUSES:
            return False
        known = False
        for c in tree.children[node]:
            if tree.relations[c] == "nmod" and c > node:
                return True
            known = known or (tree.relations[c] == "det" and tree.lower[c] not in ("a", "an"))
        return not known

    def _earlier(self, head: int, pluperfect: bool = False) -> Span | None:
        """Up to the time of the clause above, of what the sentence before told, or up to the publication.

        A past perfect also counts from the month or year of the sentence before.
        """
        then = self.covering(head) if head >= 0 else None
        if then is None and self.told is not None and (pluperfect or self.ground is not None):
            then = self.told
        if then is not None:
            return before(then.end, "tense")
        return before(self.today, "tense") if self.today is not None else None

    def _background_deed(self, node: int) -> Span | None:
        """ "Iran summoned the envoy. Sweden had jailed an official": a deed told behind the news is of the month up to it."""
        tree = self.tree
        if self.phrases or not tree.sentence.index:
            return None
        top = node
        while tree.relations[top] == "conj":
            top = tree.heads[top]
        if tree.heads[top] >= 0 and (tree.relations[top] != "advcl" or _mark(tree, top) not in ("because", "as", "since")):
            return None
        if tree.lower_lemmas[node] not in BACKGROUND_DEEDS or not self._lately(node):
            return None
        told = self.told
        if told is None or told.precision == "day":
            then = self._day_of_news()
            return days_up_to(then.end, MONTH) if then is not None else None
        if told.days > 31:
            return None
        return hull(days_up_to(told.start, MONTH), told)

    def _day_of_news(self) -> Span | None:
        """The day that an undated past of the sentence is of, None in a text that is telling of older times."""
        if self.today is None or not self.fresh:
            return None
        reference = self.reference
        if reference is not None and reference.end <= self.today:
            if reference.precision != "day" or (self.today - reference.end).days >= WEEK:
                return None
        return day_span(self.today if self.settled is None else self.settled, "tense")

    def _coordinated(self, node: int, head: int) -> Span | None:
        tree = self.tree
        if tree.upos[node] not in PREDICATES:
            return self.covering(head)
        own_subject = _has_subject(tree, node)
        if own_tense(tree, node) == "past" and own_tense(tree, head) == "pluperfect":
            if not own_subject:  # "had attacked a post and killed two": the auxiliary is shared
                return self.own(head) or (self.nearby(head) if self.phrases else None) or self.above(head)
            if any(tree.lower[c] == "but" for c in tree.children[node]):  # "had agreed to talks, but the army attacked": now the news
                return self.covering(tree.heads[head]) if tree.relations[head] == "ccomp" else None
        shared = [p for p in self.governed.get(head, []) if not p.vague and (p.first < head or not own_subject)]
        if shared and (self._same_tense(node, head) or not own_tense(tree, node)):
            spans = [s for p in shared if (s := self.read(p, head)) is not None]
            if spans:
                return min(spans, key=lambda s: (s.precision == "unknown", s.days))
        if not own_subject and self._same_tense(node, head) and head not in self.governed:
            nearby = self.nearby(head) if self.phrases else None
            if nearby is not None:
                return nearby
        for sibling in tree.children[head]:
            if sibling < node and tree.relation(sibling) == "conj" and sibling in self.governed and not own_subject:
                if self._same_tense(node, sibling):
                    return self.own(sibling)
        return self.above(head)

    def _adverbial(self, node: int, head: int) -> Span | None:
        tree = self.tree
        mark = _mark(tree, node)
        then = self.covering(head)
        gerund = "VerbForm=Ger" in tree.feats[node] or (
            "VerbForm=Part" in tree.feats[node] and "Tense=Pres" in tree.feats[node]
        )
        if mark in ("after", "since", "following"):
            lately = self._just_before(node, head, then) if mark == "after" else None
            return lately or (before(then.end, "tense") if then else self._earlier(-1))
        if mark == "for" and gerund and tree.lower_lemmas[head] in AMENDS:  # "jailed four men for killing a guard"
            return self._up_to(then)
        if mark == "before" and not gerund and then is not None:
            last = max(then.end, self.today or then.end)
            return Span(then.start, last, "unknown", "tense", "range")
        if mark in ("because", "although", "though", "whereas") and then is not None and self.tense(node) == "past":
            return before(then.end, "tense")
        if own_tense(tree, node) in ("", "infinitive") or mark in ("before", "by") or self._same_tense(node, head):
            return then
        return None

    def later_than(self, other: EventDate, node: int) -> bool:
        """Whether what a node tells came after a date later than another: "condemned it after a call on Sunday"."""
        day = other.end
        if not self.phrases or self.today is None or day is None:
            return False
        tree = self.tree
        for c in tree.children[node]:
            if tree.relations[c] in ("advcl", "obl") and "after" in (_mark(tree, c), tree.case(c)):
                then = self.best(c, lead="") or self.nearby(c)
                if then is not None and then.precision == "day" and day < then.start <= self.today:
                    return True
        return False

    def _is_offset_clause(self, node: int) -> bool:
        return any(p.offset is not None and marked(self.tree, p) == node for p in self.phrases)

    def _from_offset(self, node: int, head: int) -> Span | None:
        """The other end of "X struck back a day after Y attacked": Y from X's date or the publication."""
        tree = self.tree
        phrase = next(p for p in self.phrases if p.offset is not None and marked(tree, p) == node)
        assert phrase.offset is not None
        count, unit = phrase.offset
        if phrase.first <= head <= phrase.last:  # a clause hung on the "day" of "a day after …"
            head = governor(tree, self.phrases, phrase)
        then = (self._other_phrase(head, phrase) or self.above(head)) if head >= 0 else None
        while then is None and head >= 0:  # hung too low: the day of the clause that has one
            head = tree.heads[head]
            then = self._other_phrase(head, phrase) if head >= 0 else None
        if then is None:
            day = self.today if self.settled is None else self.settled
            if day is None:
                return None
            then = day_span(day, "relative")
        if not count:
            return reach_of(then, unit, phrase.text.startswith("before") or " before" in phrase.text)
        try:
            return offset_span(then, -count, unit)
        except (ValueError, OverflowError):
            return None

    def told_event(self, node: int) -> Span | None:
        """ "A day after the massacre": of the day that the sentence before told."""
        if self.near is None or self.tree.lower_lemmas[node] not in BLOWS:
            return None
        for c in self.tree.children[node]:
            if self.tree.lower[c] in ("the", "that", "this", "those", "these"):
                return self.near
        return None

    def _other_phrase(self, node: int, but: Phrase) -> Span | None:
        spans = [s for p in self.governed.get(node, []) if p is not but and (s := self.read(p, node)) is not None]
        return min(spans, key=lambda s: s.days, default=None)

    def _adnominal(self, node: int, noun: int) -> Span | None:
        """Relative clauses have a time of their own; "when" clauses on a date have that date."""
        tree = self.tree
        if tree.lemmas[noun] in ("time", "day", "date", "occasion", "moment"):
            return self.covering(noun)
        if tree.deprels[node] == "acl:relcl":
            return self._relative(node, noun)
        if _is_past_participle(tree, node):
            if noun in self.governed and _is_event(tree, noun):
                return self.own(noun)
            if tree.heads[noun] < 0 or self._befell(noun):
                return None if tree.heads[noun] < 0 else self.covering(noun)
            if tree.lower_lemmas[node] in ENACTED and not _is_known(tree, noun) and not self._done_before(noun, node):
                return self.covering(noun)
            return self._earlier(noun)
        return self.covering(noun)

    def _befell(self, noun: int) -> bool:
        """Whether a participle on a noun tells the news itself: "the clashes left ten people wounded", "is among 20 killed"."""
        tree = self.tree
        return tree.case(noun) in AMIDST or (
            tree.relations[noun] in ("obj", "nsubj") and tree.upos[tree.heads[noun]] in PREDICATES and tree.lemmas[tree.heads[noun]] in FINDING
        )

    def _relative(self, node: int, noun: int) -> Span | None:
        """A relative clause in a past tense: earlier than the clause above where it says who is meant, else part of the news."""
        tree = self.tree
        own = own_tense(tree, node)
        if own not in ("past", "perfect"):
            return None
        if own == "past" and _is_event(tree, noun):
            span = self.own(noun)
            if span is not None:
                return span
            if tree.lower_lemmas[noun] in BLOWS or not _is_known(tree, noun):
                return self.covering(noun)
        if self._done_before(noun, node):
            return self._earlier(noun)
        if own == "perfect" or self.status is Status.INTENDED:
            return None
        then = self.covering(noun)
        if then is None or self.today is None or (then.precision == "day" and (self.today - then.end).days < WEEK):
            return None
        return then  # "closed the border in 1993 over the republic, which was at war"

    def _done_before(self, noun: int, node: int) -> bool:
        """Whether what a clause on a noun tells came before what the clause above tells of that noun."""
        tree = self.tree
        top, aftermath = noun, False
        while tree.relations[top] in ("nmod", "conj", "appos") and tree.upos[tree.heads[top]] not in PREDICATES:
            top = tree.heads[top]
            aftermath = aftermath or tree.lower_lemmas[top] in AFTERMATHS
        verb = tree.heads[top]
        if aftermath:
            return True
        if verb < 0 or tree.upos[verb] not in PREDICATES or tree.lemmas[verb] in FINDING:
            return False
        if own_tense(tree, node) == "perfect" or self.tense(verb) in ("future", "modal"):
            return True
        lemma = tree.lower_lemmas[verb]
        apart = _set_off(tree, noun, node)
        if apart and tree.lower_lemmas[node] in UPHEAVALS:
            return True
        if apart == "where":
            return False
        if lemma in AFTERWARDS and tree.deprels[top] != "nsubj" and not (apart and lemma in ENCOUNTERS):
            return True
        if apart or lemma in AT_ONCE or not _is_known(tree, noun):
            return False
        return self.ground is None or tree.lower_lemmas[node] not in QUICK_CAUSES

    def _nominal(self, node: int, head: int, relation: str) -> Span | None:
        tree = self.tree
        case = tree.case(node)
        if case in BEFORE_OBJECT:
            then = self.covering(head)
            lately = self._just_before(node, head, then) if case in ("after", "following", "in the wake of") else None
            return lately or (before(then.end, "tense") if then else self._earlier(-1))
        if case in AHEAD_OF_OBJECT:
            then = self.covering(head) or (day_span(self.today, "tense") if self.today else None)
            return None if then is None else Span(then.start, _later(then.end, 30), "unknown", "tense", "range")
        if relation == "nmod" and tree.lemmas[head] in SEQUELS:
            if tree.case(head) and any(p.first > node for p in self.governed.get(head, ())):
                return self.own(head)  # "in retaliation for a raid on April 1"
            return self._up_to(self.covering(head))
        if (
            relation in ("obj", "obl")
            and tree.lemmas[head] in REACTIONS
            and case in ("", "to", "over", "for", "against", "on", "about")
        ):
            return self._up_to(self.covering(head))
        return self.covering(head)

    def _up_to(self, then: Span | None) -> Span | None:
        """An open interval up to a date, the publication where there is none."""
        then = then or (day_span(self.today, "tense") if self.today is not None else None)
        return before(then.end, "tense") if then else None


def _later(day: date, days: int) -> date:
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def _mark(tree: Tree, node: int) -> str:
    """What begins an adverbial clause: after, since, when …"""
    for c in tree.children[node]:
        if tree.relations[c] in ("mark", "case") or (tree.lower[c] == "when" and c < node):
            return tree.lower[c]
    return ""


def _has_subject(tree: Tree, node: int) -> bool:
    return any(tree.deprels[c] in SUBJECT_LABELS for c in tree.children[node])


def _is_past_participle(tree: Tree, node: int) -> bool:
    return "VerbForm=Part" in tree.feats[node] and "Tense=Past" in tree.feats[node]


def _is_known(tree: Tree, noun: int) -> bool:
    """Whether a noun is of what the reader knows: "the soldiers", "its soldiers", no name."""
    if tree.upos[noun] == "PROPN":
        return False
    for c in tree.children[noun]:
        if (tree.relations[c] == "det" and tree.lower[c] in KNOWN) or tree.deprels[c] in ("nmod:poss", "det:poss"):
            return True
    return tree.upos[noun] == "PRON"


def _set_off(tree: Tree, noun: int, node: int) -> str:
    """The word that begins a relative clause behind a comma, which then only adds something; "" for other clauses."""
    for i in range(noun + 1, node):
        if tree.lower[i] in RELATIVES:
            return tree.lower[i] if "," in (tree.lower[i - 1], tree.lower[i - 2]) else ""
    return ""


def _is_event(tree: Tree, node: int) -> bool:
    """Whether a noun names something that happens, so that a date on it is its own."""
    if tree.upos[node] != "NOUN":
        return False
    lemma = tree.lower_lemmas[node]
    return lemma in EVENT_NOUNS or (lemma.endswith(EVENT_ENDINGS) and lemma not in NON_EVENTS)
