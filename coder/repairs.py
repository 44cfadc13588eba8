"""Known slips of the parser mended, before anything is asked of the tree: words hung elsewhere, labels exchanged.

In: a Sentence with its heads and children. Out: the labels, and the heads changed in place. Labels are read as the parser
gave them, heads as mended so far.

    >>> repairs = Repairs(sentence, heads, children)
    >>> repairs.labels(), repairs.children()
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from coder.records import Sentence
from coder.word_classes import (
    DIRECTIONS,
    FIGHTING,
    GIVING_VERBS,
    MONTHS,
    NUMBERED,
    PERMITTING_VERBS,
    SUBJECT_LABELS,
    WEEKDAYS,
)

_AUXILIARIES: Final = frozenset({"aux", "aux:pass", "cop"})
NOT_FINITE: Final = SUBJECT_LABELS | {"mark", "aux"}
_NO_OBJECTS: Final = frozenset({"case", "mark", "cop", "advmod", "nsubj"})
# Things given that no article stands before: in "an activist asylum" it is that of whom it is given to.
MASS_GIFTS: Final = frozenset("asylum refuge sanctuary citizenship clemency amnesty immunity bail".split())
LEAVE: Final = frozenset({"access", "permission", "leave", "approval", "compensation", "aid", "assistance", "ammunition"})
KINDS_OF_REFUGE: Final = frozenset({"political", "diplomatic", "temporary"})
JUDGING_VERBS: Final = frozenset("declare consider deem find rule pronounce call label brand render proclaim".split())
REPROACHING_VERBS: Final = frozenset("accuse suspect convict acquit clear absolve exonerate".split())
# Verbs behind the words that they report: "…, the army said".
REPORTING_VERBS: Final = frozenset("say report announce claim state add confirm note tell warn".split())
SPEECH_TO: Final = frozenset({"tell", "inform", "remind", "assure", "address", "brief"})
# Verbs that have an object behind "off", "up", "down".
SEPARABLE_VERBS: Final = frozenset("cut seal close shut call lay cordon block switch turn break round blow hold".split())
# Those whom the parse takes for the doers of what is done by who is fighting them.
ENEMIES: Final = frozenset("rebel insurgent militant guerrilla fighter separatist jihadist extremist terrorist".split())
FIRST_OR_LAST: Final = NUMBERED | {"last", "latest"}
# Verbs of judging somebody's effort, which are never done in order to do something else.
JUDGING_ACTS: Final = frozenset("praise welcome hail applaud commend condemn criticise criticize denounce slam back support".split())
EFFORTS: Final = frozenset("effort attempt bid move plan decision proposal initiative bill offer agreement vow pledge threat".split())
DATELINE: Final = 9  # words that a dateline may have
DASHES: Final = frozenset({"-", "--", "–", "—", ":"})
BECOMING_VERBS: Final = frozenset("become remain stay turn prove name call elect appoint be seem go".split())
TIMES: Final = WEEKDAYS | MONTHS | frozenset(
    "spring summer autumn fall winter second minute hour day week weekend month quarter year decade time "
    "morning noon afternoon evening night midnight today yesterday tomorrow tonight".split()
)
# Labels of nouns without a preposition that tell when or how much, and all labels of tokens that may be mended.
UNMARKED: Final = frozenset({"obl:tmod", "obl:npmod", "nmod:unmarked", "nmod:tmod", "nmod:npmod"})
MENDABLE: Final = UNMARKED | frozenset("case nsubj obj obl amod nmod conj compound mark advcl nsubj:pass obl:unmarked nmod:poss csubj vocative appos xcomp acl ccomp".split())


def children_of(heads: Sequence[int]) -> list[list[int]]:
    """The children of each token, in text order."""
    children: list[list[int]] = [[] for _ in heads]
    for i, h in enumerate(heads):
        if h >= 0:
            children[h].append(i)
    return children


class Repairs:
    """The tree of one sentence while it is being mended.

    Args:
        sentence: the parse.
        heads: without cycles; changed in place.
        children: of each token, in text order; left as they are.
    """

    __slots__ = ("_children", "_labels", "deprels", "heads", "sentence")

    def __init__(self, sentence: Sentence, heads: list[int], children: list[list[int]]) -> None:
        self.sentence = sentence
        self.deprels = sentence.deprels  # as the parser gave them
        self.heads = heads
        self._children: list[list[int]] | None = children
        self._labels: list[str] | None = None
        for i, deprel in enumerate(self.deprels):
            head = heads[i]
            if head < 0:
                if deprel != "root":  # of a broken tree: a word that hangs on nothing has no function
                    self.label(i, "root")
                continue
            if deprel in MENDABLE:
                _mend(self, deprel, i, head)

    def labels(self) -> tuple[str, ...]:
        """The labels, mended."""
        return self.deprels if self._labels is None else tuple(self._labels)

    def children(self) -> list[list[int]]:
        """The children of each token as it hangs now, in text order."""
        if self._children is None:
            self._children = children_of(self.heads)
        return self._children

    def below(self, head: int) -> list[int]:
        """The children of one token."""
        return self.children()[head]

    def labels_below(self, head: int) -> set[str]:
        """The labels of the children of one token."""
        return {self.deprels[c] for c in self.children()[head]}

    def case(self, noun: int) -> str:
        """The preposition of a noun, in small letters."""
        for c in self.below(noun):
            if self.deprels[c] == "case":
                return self.sentence.forms[c].lower()
        return ""

    def label(self, i: int, label: str) -> None:
        """Give token i another label."""
        if self._labels is None:
            self._labels = list(self.deprels)
        self._labels[i] = label

    def hang(self, i: int, head: int) -> None:
        """Hang token i on another head."""
        self.heads[i] = head
        self._children = None

    def attach(self, i: int, head: int, label: str) -> None:
        """Hang token i on another head under another label."""
        self.hang(i, head)
        self.label(i, label)


# ---- what may be mended --------------------------------------------------------------------------------------------
# Each of these looks at a token of one relation and its head, and says whether it has mended anything.


def _stolen_subject(repairs: Repairs, i: int, verb: int) -> bool:
    """A subject whose "after" or "before" the parse took for its preposition: "after the parliament authorised …"."""
    if verb < i:
        return False
    sentence, deprels = repairs.sentence, repairs.deprels
    if sentence.upos[verb] != "VERB" or "VerbForm=Fin" not in sentence.feats[verb] or deprels[verb] not in ("advcl", "root"):
        return False
    if not any(c < i and deprels[c] == "case" and sentence.forms[c].lower() in ("after", "before", "since", "until") for c in repairs.below(i)):
        return False
    for c in repairs.below(verb):
        if deprels[c] in SUBJECT_LABELS or (i < c < verb and deprels[c] in ("punct", "aux")):
            return False
    if "," in sentence.forms[i:verb]:
        return False
    repairs.label(i, "nsubj")
    return True


def _active_subject(repairs: Repairs, i: int, verb: int) -> bool:
    """A subject labelled as that of a passive, of a verb that is none.

    Not without an auxiliary where it is finite, or the main verb of a sentence with a full stop and no agent ("Aid poured in.",
    where "poured" may be read as a participle); headlines leave the auxiliary out.
    """
    sentence = repairs.sentence
    if sentence.upos[verb] != "VERB":
        return False
    below = repairs.labels_below(verb)
    if not below.isdisjoint(_AUXILIARIES):
        return False
    finite = "VerbForm=Fin" in sentence.feats[verb] or sentence.forms[i] in ("that", "who", "which")  # no participle has them
    if not finite and (repairs.heads[verb] >= 0 or sentence.forms[-1] != "." or "obl:agent" in below):
        return False
    repairs.label(i, "nsubj")
    return True


def _second_subject(repairs: Repairs, i: int, verb: int) -> bool:
    """A subject behind its verb is its object: "a court freed activist Evan Mawarire", where the court is subject too."""
    if verb > i:
        return False
    deprels = repairs.deprels
    if repairs.sentence.upos[verb] != "VERB" or deprels[verb] == "parataxis":
        return False
    first = False
    for c in repairs.below(verb):
        label = deprels[c]
        if label == "obj" or label == "ccomp" or label == "aux:pass" or label == "nsubj:pass":
            return False
        first = first or (label == "nsubj" and c < verb)
    if first:
        repairs.label(i, "obj")
    return first


def _subject_of_said(repairs: Repairs, i: int, verb: int) -> bool:
    """The subject of what is said, hung on "said" beside who says it: "A car bomb planted by rebels killed ten people, police said".

    The verb that it is of may be read as what is said, as a clause on the subject, as one below the participle on it ("rebels backed by
    tanks captured …"), or as an adjective ("troops supported by warplanes shelled positions").
    """
    sentence, deprels = repairs.sentence, repairs.deprels
    if verb < i or sentence.upos[verb] != "VERB" or sentence.lemmas[verb] not in REPORTING_VERBS:
        return False
    below = repairs.below(verb)
    speaker = -1
    for c in below:
        if i < c < verb and deprels[c] == "nsubj":
            speaker = c
    if speaker < 0 or sentence.forms[speaker] in ("that", "which", "who"):
        return False
    act = -1
    for c in below:
        if i < c < speaker and deprels[c] == "ccomp" and sentence.upos[c] == "VERB":
            act = c
    if act < 0:
        act = _act_within(repairs, i, speaker)
        if act < 0:
            return False
        repairs.attach(act, verb, "ccomp")
    labels = repairs.labels_below(act)
    if not labels.isdisjoint(SUBJECT_LABELS):
        return False
    repairs.attach(i, act, "nsubj:pass" if "aux:pass" in labels else "nsubj")
    return True


def _act_within(repairs: Repairs, i: int, end: int) -> int:
    """The finite verb of a subject that the parse hid in the clause on it; -1 for none."""
    sentence, deprels = repairs.sentence, repairs.deprels
    for c in repairs.below(i):
        if not i < c < end or deprels[c] not in ("acl", "acl:relcl") or sentence.upos[c] != "VERB":
            continue
        labels = repairs.labels_below(c)
        if "mark" in labels or not labels.isdisjoint(SUBJECT_LABELS):
            continue
        if "VerbForm=Fin" in sentence.feats[c]:
            return c
        agents = [g for g in repairs.below(c) if deprels[g] == "obl:agent"]
        for g in repairs.below(c):
            if c < g < end and deprels[g] in ("advcl", "ccomp", "xcomp", "conj") and sentence.upos[g] == "VERB":
                under = repairs.labels_below(g)
                if "Tense=Past" in sentence.feats[g] and "obj" in under and under.isdisjoint(NOT_FINITE):
                    return g
        if len(agents) == 2 and repairs.case(agents[1]) == "":
            for g in repairs.below(agents[1]):
                if agents[0] < g < agents[1] and deprels[g] == "amod" and sentence.upos[g] == "VERB" and "Tense=Past" in sentence.feats[g]:
                    repairs.attach(agents[1], g, "obj")
                    return g
    return -1


def _one_permitted(repairs: Repairs, i: int, infinitive: int) -> bool:
    """Who is allowed something, read as the subject of the infinitive: "allowed inspectors to visit the plant"."""
    sentence, above = repairs.sentence, repairs.heads[infinitive]
    if not 0 <= above < i < infinitive or repairs.deprels[infinitive] not in ("xcomp", "ccomp"):
        return False
    feats = sentence.feats[infinitive]
    if sentence.lemmas[above].lower() not in PERMITTING_VERBS or "VerbForm=Fin" in feats or "VerbForm=Part" in feats:
        return False
    if "obj" in repairs.labels_below(above):
        return False
    repairs.attach(i, above, "obj")
    return True


def _title_of_owner(repairs: Repairs, i: int, owned: int) -> bool:
    """The title of an owner, read as an owner itself: "Prime Minister Pedro Sanchez's wife"."""
    sentence, name = repairs.sentence, i + 1
    if name >= owned or repairs.heads[name] != owned or repairs.deprels[name] != "nmod:poss" or not sentence.forms[name][:1].isupper():
        return False
    if sentence.upos[i] not in ("NOUN", "PROPN") or repairs.case(i):
        return False
    repairs.attach(i, name, "nmod:desc")
    return True


def _thing_given(repairs: Repairs, i: int, recipient: int) -> bool:
    """A number of things given, read as explaining the name before it: "promised Kyiv 50 tanks"."""
    sentence, verb = repairs.sentence, repairs.heads[recipient]
    if verb < 0 or repairs.deprels[recipient] != "obj" or not sentence.forms[recipient][:1].isupper() or sentence.lemmas[verb].lower() not in GIVING_VERBS:
        return False
    if "nummod" not in repairs.labels_below(i) or "," in sentence.forms[recipient:i]:
        return False
    repairs.attach(i, verb, "obj")
    repairs.label(recipient, "iobj")
    return True


def _part_of_name(repairs: Repairs, i: int, head: int) -> bool:
    """ "North" of "North Korean", read as an adverbial."""
    forms = repairs.sentence.forms
    if head != i + 1 or not forms[i][:1].isupper() or not forms[head][:1].isupper():
        return False
    repairs.label(i, "compound")
    return True


def _before_of(repairs: Repairs, i: int, noun: int) -> bool:
    """ "pulled out of the treaty", with "out" read as the verb's; "south of Kirkuk"."""
    forms, heads = repairs.sentence.forms, repairs.heads
    if forms[i] != "of" or not noun > i > 0 or heads[i - 1] != heads[noun]:
        return False
    if forms[i - 1] == "out":
        repairs.hang(i - 1, noun)
        repairs.label(i - 1, "case")
        return True
    if forms[i - 1] in DIRECTIONS and repairs.deprels[i - 1] == "advmod":
        repairs.hang(noun, i - 1)
        return True
    return False


def _due(repairs: Repairs, i: int, verb: int) -> bool:
    """ "is due to meet", with "due to" read as a preposition: what is due has not been done."""
    sentence, heads = repairs.sentence, repairs.heads
    if sentence.forms[i] != "due" or i + 1 >= len(heads) or sentence.forms[i + 1].lower() != "to" or sentence.upos[verb] != "VERB":
        return False
    if verb < i or "cop" not in repairs.labels_below(verb):
        return False
    above, label = heads[verb], repairs.deprels[verb]
    for c in list(repairs.below(verb)):
        if c < i:
            repairs.attach(c, i, "nsubj" if repairs.deprels[c].startswith("nsubj") else repairs.deprels[c])
    repairs.attach(i, above, label)
    repairs.attach(verb, i, "xcomp")
    repairs.attach(i + 1, verb, "mark")
    return True


def _case_of_part(repairs: Repairs, i: int, part: int) -> bool:
    """ "of [human rights] abuses", "in San José": the preposition is that of the whole."""
    if part < i or repairs.deprels[part] not in ("compound", "flat"):
        return False
    whole = repairs.heads[part]
    if not (whole > part or i < whole < part):
        return False
    repairs.hang(i, whole)
    return True


def _behind_particle(repairs: Repairs, i: int, verb: int) -> bool:
    """ "cut off the internet", with "off" read as a preposition."""
    sentence, deprels = repairs.sentence, repairs.deprels
    if verb >= i - 1 or sentence.lemmas[verb] not in SEPARABLE_VERBS:
        return False
    particle = verb + 1
    if repairs.heads[particle] != i or deprels[particle] != "case" or sentence.forms[particle] not in ("off", "up", "down"):
        return False
    if "obj" in repairs.labels_below(verb):
        return False
    repairs.label(i, "obj")
    repairs.attach(particle, verb, "compound:prt")
    return True


def _rest_of_object(repairs: Repairs, i: int, head: int) -> bool:
    """A noun that goes on with the object before it: "extended its oil embargo", read as "oil" and "embargo"."""
    sentence, heads = repairs.sentence, repairs.heads
    first = i - 1
    if first < 1 or repairs.deprels[first] != "obj" or sentence.lemmas[i].lower() not in ("embargo", "blockade", "boycott", "ban"):
        return False
    if (head != first and heads[first] != head) or sentence.upos[first] != "NOUN":
        return False
    for c in repairs.below(first):
        if c < first:
            repairs.hang(c, i)
    repairs.attach(i, heads[first] if head == first else head, "obj")
    repairs.attach(first, i, "compound")
    return True


def _judged(repairs: Repairs, i: int, noun: int) -> bool:
    """An adjective behind an object that tells what it is declared: "declared two diplomats unwelcome"."""
    sentence, heads = repairs.sentence, repairs.heads
    if noun != i - 1 or not 0 <= heads[noun] < noun or repairs.deprels[noun] != "obj" or sentence.upos[i] != "ADJ":
        return False
    if sentence.lemmas[heads[noun]].lower() not in JUDGING_VERBS:
        return False
    after = i + 2 if i + 1 < len(heads) and sentence.upos[i + 1] == "CCONJ" else i + 1  # "called the measures illegal and said …"
    if after < len(heads) and sentence.upos[after] in (("NOUN", "PROPN", "ADJ", "CCONJ") if after == i + 1 else ("NOUN", "PROPN", "ADV", "DET")):
        return False
    repairs.attach(i, heads[noun], "xcomp")
    return True


def _reproached(repairs: Repairs, i: int, noun: int) -> bool:
    """A gerund with "of" that tells what somebody is accused of: "accused the government of rigging"."""
    sentence, deprels, verb = repairs.sentence, repairs.deprels, repairs.heads[noun]
    if noun > i or not 0 <= verb < noun or deprels[noun] != "obj" or sentence.lemmas[verb].lower() not in REPROACHING_VERBS:
        return False
    if not any(noun < c < i and deprels[c] == "mark" and sentence.forms[c] == "of" for c in repairs.below(i)):
        return False
    repairs.attach(i, verb, "advcl")
    return True


def _deed_of_speaker(repairs: Repairs, i: int, listeners: int) -> bool:
    """ "told reporters, threatening Uganda": who told them threatens."""
    verb = repairs.heads[listeners]
    if verb < 0 or i - 1 <= listeners or repairs.deprels[listeners] not in ("obj", "iobj") or listeners < verb:
        return False
    return _beside_telling(repairs, i, verb)


def _beside_telling(repairs: Repairs, i: int, verb: int) -> bool:
    """A participle behind a comma, which is not what is told."""
    sentence = repairs.sentence
    if i < verb or sentence.forms[i - 1] != "," or not sentence.forms[i].endswith("ing") or sentence.lemmas[verb] not in SPEECH_TO:
        return False
    if not repairs.labels_below(i).isdisjoint(("nsubj", "nsubj:pass", "mark", "aux")):
        return False
    repairs.attach(i, verb, "advcl")
    return True


def _behind_dateline(repairs: Repairs, i: int, place: int) -> bool:
    """A subject read as an apposition of the place: "WASHINGTON - President Joe Biden met …"."""
    if place >= DATELINE:
        return False
    sentence, heads = repairs.sentence, repairs.heads
    if not sentence.forms[place][:1].isupper() or "VERB" in sentence.upos[:place]:
        return False
    ends, starts = sentence.ends, sentence.starts
    if not any(  # no dash of "Ahmed al-Sharaa, the head of …"
        sentence.forms[c] in DASHES and (starts[c + 1] > ends[c] or sentence.forms[c] in ("--", "—")) for c in range(place + 1, min(i, place + DATELINE))
    ):
        return False
    verb = _first_verb(sentence, i)
    if verb < 0 or not (heads[verb] < 0 or heads[verb] == place):
        return False
    if any(c > place and repairs.deprels[c] in SUBJECT_LABELS for c in repairs.below(verb)):
        return False
    repairs.attach(i, verb, "nsubj")
    return True


def _first_verb(sentence: Sentence, start: int) -> int:
    """The first verb from a word on that is the root or hangs beside it; -1 for none."""
    for c in range(start + 1, len(sentence.forms)):
        if sentence.upos[c] == "VERB" and sentence.deprels[c] in ("root", "parataxis"):
            return c
    return -1


def _bare_object(repairs: Repairs, i: int, verb: int) -> bool:
    """A noun behind a verb is its object, whatever the label: no preposition, no time, and no other object.

    "wrote off the debt", "was given tanks", "surrounded Asmara".
    """
    if verb > i:
        return False
    sentence, deprel = repairs.sentence, repairs.deprels[i]
    if sentence.upos[i] not in ("NOUN", "PROPN") or sentence.upos[verb] != "VERB" or sentence.lemmas[i].lower() in TIMES:
        return False
    if not repairs.labels_below(i).isdisjoint(_NO_OBJECTS):
        return False
    beside = repairs.labels_below(verb)
    if "obj" in beside or "ccomp" in beside:
        return False
    passive = "nsubj:pass" in beside
    if deprel == "xcomp":
        lemma = sentence.lemmas[verb]
        if not beside.isdisjoint(_AUXILIARIES):
            bare = lemma in GIVING_VERBS and passive
        else:
            bare = sentence.upos[i] == "PROPN" and lemma not in BECOMING_VERBS
    else:
        bare = "iobj" in beside or (deprel == "obl" and not passive)
    if not bare:
        return False
    repairs.label(i, "obj")
    if passive:
        for c in repairs.below(i):
            if c > i and repairs.case(c) == "by":  # "was given tanks by Germany"
                repairs.attach(c, verb, "obl:agent")
                break
    return True


def _day_on_name(repairs: Repairs, i: int, name: int) -> bool:
    """ "Washington on Tuesday invited …": the day hung on the name."""
    sentence = repairs.sentence
    if name > i or sentence.upos[name] != "PROPN" or sentence.forms[i].lower() not in WEEKDAYS:
        return False
    verb = _verb_above(repairs, name)
    if verb < 0:
        return False
    repairs.attach(i, verb, "obl")
    return True


def _verb_above(repairs: Repairs, word: int) -> int:
    """The nearest verb that a word hangs under, or -1."""
    for _ in repairs.heads:
        word = repairs.heads[word]
        if word < 0 or repairs.sentence.upos[word] == "VERB":
            return word
    return -1


def _one_of_two(repairs: Repairs, i: int, verb: int) -> bool:
    """One of two objects: "put its forces on alert" has an oblique, "granted a leader political asylum" whom it is given to."""
    if verb > i:
        return False
    sentence, deprels = repairs.sentence, repairs.deprels
    for c in repairs.below(verb):
        if c <= verb or c == i or deprels[c] != "obj":
            continue
        if c < i:
            if not any(c < d < i and deprels[d] == "case" and sentence.upos[d] == "ADP" for d in repairs.below(i)):
                return False
            repairs.label(i, "obl")
            return True
        given = sentence.upos[verb] == "VERB" and sentence.lemmas[verb].lower() in GIVING_VERBS
        if not given or "case" in repairs.labels_below(c):
            return False
        repairs.label(i, "iobj")
        return True
    return False


def _recipient(repairs: Repairs, i: int, noun: int) -> bool:
    """The first of two objects, read as part of the second: "sold Nigeria 20 tanks"."""
    if noun < i or not _given_to(repairs, i, noun):
        return False
    verb = repairs.heads[noun]
    for c in repairs.below(noun):  # "the" of "sold the Philippines ten jets"
        if verb < c < i:
            repairs.hang(c, i)
    for c in repairs.below(i):
        if c > i and repairs.deprels[c] == "nummod":
            repairs.hang(c, noun)
    repairs.attach(i, verb, "iobj")
    return True


def _given_to(repairs: Repairs, i: int, noun: int) -> bool:
    """Nigeria of "sold Nigeria 20 tanks": a number or article follows; the activist of "granted an activist asylum"."""
    sentence, deprels, verb = repairs.sentence, repairs.deprels, repairs.heads[noun]
    if not 0 <= verb < i or deprels[noun] != "obj" or sentence.lemmas[verb].lower() not in GIVING_VERBS or sentence.upos[verb] != "VERB":
        return False
    if deprels[i] == "nmod:poss":  # "gave Pakistan consular access"
        return i == verb + 1 and sentence.forms[i][:1].isupper() and "case" not in repairs.labels_below(i)
    if deprels[i] == "compound" and (sentence.upos[i] == "PROPN" or sentence.forms[i][:1].isupper()):
        if sentence.lemmas[noun].lower() in LEAVE:  # "gave the UN access to the camp"
            return True
        if not any(i < c < noun and deprels[c] in ("nummod", "det", "nmod:poss") for c in (*repairs.below(noun), *repairs.below(i))):
            return False
        return not any(c > noun and repairs.case(c) == "to" for c in (*repairs.below(noun), *repairs.below(verb)))
    if sentence.lemmas[noun].lower() not in MASS_GIFTS or sentence.lemmas[i].lower() in KINDS_OF_REFUGE:
        return False
    if not all(sentence.lemmas[c].lower() in KINDS_OF_REFUGE for c in range(i + 1, noun)):
        return False
    return any(verb < c < i and deprels[c] == "det" and sentence.lemmas[c].lower() in ("a", "an") for c in repairs.below(noun))


def _beside_name(repairs: Repairs, i: int, part: int) -> bool:
    """ "Costa Rica and Nicaragua" hung on "Costa"."""
    if part > i or repairs.deprels[part] != "compound" or not part < repairs.heads[part] < i:
        return False
    repairs.hang(i, repairs.heads[part])
    return True


def _who_it_was(repairs: Repairs, i: int, noun: int) -> bool:
    """ "It was Chad that …", with the clause read as the subject."""
    if noun > i or "expl" not in repairs.labels_below(noun) or "cop" not in repairs.labels_below(noun):
        return False
    for c in repairs.below(i):
        if c < i and repairs.deprels[c] in SUBJECT_LABELS and repairs.sentence.forms[c] in ("that", "who", "which"):
            repairs.label(i, "acl:relcl")
            if "aux:pass" not in repairs.labels_below(i):
                repairs.label(c, "nsubj")
            return True
    return False


def _does_so_too(repairs: Repairs, i: int, noun: int) -> bool:
    """Chad of "condemned Niger and Chad did too", read as condemned with it."""
    sentence = repairs.sentence
    verb = i + 1
    if verb >= len(repairs.heads) or repairs.deprels[verb] != "conj" or sentence.lemmas[verb] not in ("do", "have", "be"):
        return False
    if repairs.deprels[noun] != "obj" or repairs.heads[noun] != repairs.heads[verb] or not repairs.labels_below(verb).isdisjoint(SUBJECT_LABELS):
        return False
    repairs.attach(i, verb, "nsubj")
    return True


def _gapped(repairs: Repairs, i: int, noun: int) -> bool:
    """Chad of "expelled the Libyan envoy and Chad the Sudanese one": no object, and what it did is not told by the tree."""
    sentence, verb = repairs.sentence, repairs.heads[noun]
    if sentence.upos[i] != "PROPN" or repairs.deprels[noun] != "obj" or i + 2 >= len(repairs.heads) or sentence.upos[i + 1] != "DET":
        return False
    for one in (i + 2, i + 3):
        if one < len(repairs.heads) and sentence.lemmas[one] == "one" and repairs.heads[one] == verb:
            repairs.attach(i, verb, "orphan")
            return True
    return False


def _called_doer(repairs: Repairs, i: int, verb: int) -> bool:
    """A subject set off by commas, read as somebody who is called: "Chad, followed by Niger, expelled …"."""
    sentence = repairs.sentence
    if verb < i or "VerbForm=Fin" not in sentence.feats[verb] or "Mood=Imp" in sentence.feats[verb] or sentence.upos[i] not in ("NOUN", "PROPN"):
        return False
    return _made_subject(repairs, i, verb)


def _bearers_of_offices(repairs: Repairs, i: int, first: int) -> bool:
    """The names in "the presidents of Chad and Niger, X and Y", read as going on with the countries: as many explain the office."""
    sentence, heads, deprels = repairs.sentence, repairs.heads, repairs.deprels
    office = heads[first]
    if office < 0 or deprels[first] != "nmod" or not sentence.forms[i][:1].isupper() or "Number=Plur" not in sentence.feats[office]:
        return False
    start = min([i, *[c for c in repairs.below(i) if deprels[c] not in ("punct", "cc")]])
    if start < 1 or sentence.forms[start - 1] != "," or sentence.upos[office] != "NOUN" or repairs.case(first) != "of":
        return False
    listed = [first, *[c for c in repairs.below(first) if deprels[c] == "conj"]]
    names = [c for c in listed if c >= i]
    lands = [c for c in listed if c < i]
    if len(lands) < 2 or len(names) != len(lands):
        return False
    if "and" not in sentence.forms[first:start] or "and" not in sentence.forms[i : names[-1]]:
        return False
    for c in names[1:]:
        repairs.hang(c, i)
    repairs.attach(i, office, "appos")
    return True


def _headline_subject(repairs: Repairs, i: int, verb: int) -> bool:
    """ "Police shot …" read as a compound."""
    upos = repairs.sentence.upos
    if verb < i or upos[verb] != "VERB" or upos[i] not in ("NOUN", "PROPN"):
        return False
    return _made_subject(repairs, i, verb)


def _made_subject(repairs: Repairs, i: int, verb: int) -> bool:
    """The subject of a verb that has none."""
    if not repairs.labels_below(verb).isdisjoint(SUBJECT_LABELS):
        return False
    repairs.label(i, "nsubj")
    return True


def _gerund_before_name(repairs: Repairs, i: int, name: int) -> bool:
    """ "denied attacking Congo" with "attacking" read as an adjective: the gerund is the complement, the name its object."""
    sentence, deprels, heads = repairs.sentence, repairs.deprels, repairs.heads
    if sentence.upos[i] != "VERB" or not sentence.forms[i].endswith("ing"):
        return False
    if name < i or sentence.upos[name] != "PROPN" or deprels[name] not in ("obj", "obl") or heads[name] < 0:
        return False
    if not repairs.labels_below(name).isdisjoint(("det", "case")):
        return False
    repairs.attach(i, heads[name], "xcomp")
    repairs.attach(name, i, "obj")
    return True


def _one_who_fights(repairs: Repairs, i: int, head: int) -> bool:
    """The troops of "the troops battling Karen rebels withdrew", where the rebels or the battling were read as the subject."""
    sentence, deprels, heads = repairs.sentence, repairs.deprels, repairs.heads
    doer = i - 1
    if sentence.forms[i] not in FIGHTING or head < i or doer < 0 or sentence.upos[doer] not in ("NOUN", "PROPN"):
        return False
    if deprels[i] == "csubj":
        if heads[doer] == i:
            for c in repairs.below(i):
                if c < doer:
                    repairs.hang(c, doer)
            repairs.hang(doer, head)
        elif heads[doer] != head or deprels[doer] != "nsubj":
            return False
        repairs.label(doer, "nsubj")
    else:
        enemy = head
        while deprels[enemy] == "compound" and heads[enemy] > enemy:
            enemy = heads[enemy]
        if heads[enemy] < 0 or deprels[enemy] not in SUBJECT_LABELS or sentence.lemmas[enemy].lower() not in ENEMIES or heads[doer] not in (i, head, enemy):
            return False
        for c in repairs.below(enemy):
            if c < doer:
                repairs.hang(c, doer)
        repairs.attach(doer, heads[enemy], deprels[enemy])
        repairs.attach(enemy, i, "obj")
    repairs.attach(i, doer, "acl")
    return True


def _feat_of_first(repairs: Repairs, i: int, first: int) -> bool:
    """ "was the first to recognise …", with the infinitive read as the subject of "first"."""
    sentence = repairs.sentence
    if first > i or sentence.upos[first] != "ADJ" or sentence.lemmas[first].lower() not in FIRST_OR_LAST or "cop" not in repairs.labels_below(first):
        return False
    repairs.label(i, "advcl")
    return True


def _held_as(repairs: Repairs, i: int, verb: int) -> bool:
    """ "took three soldiers prisoner", with both read as objects."""
    sentence = repairs.sentence
    if sentence.forms[i] not in ("prisoner", "captive", "hostage") or sentence.lemmas[verb] not in ("take", "hold", "keep"):
        return False
    if not any(verb < c < i and repairs.deprels[c] == "obj" for c in repairs.below(verb)):
        return False
    repairs.label(i, "xcomp")
    return True


def _end_of_effort(repairs: Repairs, i: int, verb: int) -> bool:
    """ "praised efforts by Qatar to end the war", with the infinitive read as what the praise is for."""
    sentence, deprels = repairs.sentence, repairs.deprels
    if i < verb or sentence.lemmas[verb] not in JUDGING_ACTS or not any(deprels[c] == "mark" and sentence.forms[c] == "to" for c in repairs.below(i)):
        return False
    for c in repairs.below(verb):
        if verb < c < i and deprels[c] == "obj" and sentence.lemmas[c] in EFFORTS:
            repairs.attach(i, c, "acl")
            return True
    return False


def _verb_before_object(repairs: Repairs, i: int, noun: int) -> bool:
    """The verb of a sentence read as one long noun: "The army shelled rebel positions, killing three"."""
    sentence, deprels, heads = repairs.sentence, repairs.deprels, repairs.heads
    doer = i - 1
    if noun < i or heads[noun] >= 0 or doer < 0 or sentence.upos[i] != "VERB" or not sentence.forms[i].endswith("ed"):
        return False
    if (sentence.upos[doer] not in ("NOUN", "PROPN") and sentence.forms[doer] != "military") or heads[doer] not in (i, noun) or sentence.forms[-1] != ".":
        return False
    if not repairs.labels_below(noun).isdisjoint(SUBJECT_LABELS) or "cop" in repairs.labels_below(noun):
        return False
    for c in repairs.below(noun):
        if c < doer:
            repairs.hang(c, doer)
        elif c > noun and (deprels[c] in ("punct", "obl", "advcl", "parataxis") or (deprels[c] == "acl" and sentence.forms[c - 1] == ",")):
            repairs.attach(c, i, "advcl" if deprels[c] == "acl" else deprels[c])
    for c in repairs.below(i):
        if c < doer:
            repairs.hang(c, doer)
    repairs.attach(i, -1, "root")
    repairs.attach(doer, i, "nsubj")
    repairs.attach(noun, i, "obj")
    return True


def _mend(repairs: Repairs, label: str, i: int, head: int) -> bool:
    """Mend what may be wrong with a token of a relation; the first that mends it is the last that is asked."""
    if label == "case":
        return _before_of(repairs, i, head) or _case_of_part(repairs, i, head) or _due(repairs, i, head)
    if label == "nsubj":
        return _second_subject(repairs, i, head) or _subject_of_said(repairs, i, head) or _one_permitted(repairs, i, head)
    if label == "obj":
        return _held_as(repairs, i, head) or _one_of_two(repairs, i, head)
    if label == "obl":
        return _stolen_subject(repairs, i, head) or _behind_particle(repairs, i, head) or _bare_object(repairs, i, head)
    if label == "amod":
        return _judged(repairs, i, head) or _recipient(repairs, i, head) or _gerund_before_name(repairs, i, head) or _one_who_fights(repairs, i, head) or _verb_before_object(repairs, i, head)
    if label == "nmod":
        return _day_on_name(repairs, i, head)
    if label == "conj":
        return _beside_name(repairs, i, head) or _does_so_too(repairs, i, head) or _bearers_of_offices(repairs, i, head) or _gapped(repairs, i, head)
    if label == "compound":
        return _recipient(repairs, i, head) or _headline_subject(repairs, i, head) or _one_who_fights(repairs, i, head)
    if label == "mark":
        return _due(repairs, i, head)
    if label == "advcl":
        return _end_of_effort(repairs, i, head)
    if label == "nsubj:pass":
        return _active_subject(repairs, i, head)
    if label == "obl:unmarked":
        return _part_of_name(repairs, i, head) or _bare_object(repairs, i, head)
    if label in UNMARKED:
        return _part_of_name(repairs, i, head)
    if label == "nmod:poss":
        return _recipient(repairs, i, head) or _title_of_owner(repairs, i, head)
    if label == "csubj":
        return _one_who_fights(repairs, i, head) or _feat_of_first(repairs, i, head) or _who_it_was(repairs, i, head)
    if label == "vocative":
        return _called_doer(repairs, i, head)
    if label == "appos":
        return _rest_of_object(repairs, i, head) or _behind_dateline(repairs, i, head) or _thing_given(repairs, i, head)
    if label == "xcomp":
        return _rest_of_object(repairs, i, head) or _bare_object(repairs, i, head)
    if label == "acl":
        return _reproached(repairs, i, head) or _deed_of_speaker(repairs, i, head)
    if label == "ccomp":
        return _beside_telling(repairs, i, head)
    return False
