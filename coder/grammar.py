"""Grammatical functions of predicates, normalised over voice, relatives, control, coordination and nominals.

In: a parsed Sentence. Out: a Tree that answers "which tokens are the subject / object / with … of token i?".
Labels are Universal Dependencies v2; subtypes are looked at only where they matter (nsubj:pass, obl:agent).

    >>> Tree(sentence).function(3, "subject")
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Final

from coder.records import Sentence
from coder.repairs import Repairs, children_of
from coder.spelling import Spelling, spelling
from coder.subjects import NOBODY, Fellows, achievement, described, fellows
from coder.word_classes import AFFIRMED, GIVING_VERBS, RESTRAINING, SUBJECT_LABELS

NOMINAL: Final = frozenset({"NOUN", "PROPN", "PRON", "NUM", "SYM", "X"})
PASSIVE_SUBJECTS: Final = frozenset({"nsubj:pass", "csubj:pass"})
OBLIQUE: Final = frozenset({"obl", "nmod"})
PARTICLES: Final = frozenset({"ADP", "ADV"})
CONTRASTED: Final = frozenset({"obj", "obl", "nmod", "nsubj", "appos", "advcl"})  # besides conjuncts
ALL: Final = frozenset({"all", "every", "each", "any", "everyone", "everybody", "anyone", "anybody"})
MARKED: Final = frozenset({"obl", "nmod", "advcl", "acl"})
# What may be asked for besides prepositions.
FUNCTIONS: Final = frozenset({"subject", "object", "indirect", "complement", "predicate", "owner"})
RELATIVE_PRONOUNS: Final = frozenset({"who", "which", "that", "whom", "whose"})

# One name a relation for prepositions that say the same.
PREPOSITION_ALIASES: Final = {
    "upon": "on",
    "onto": "on",
    "atop": "on",
    "toward": "towards",
    "versus": "against",
    "vs": "against",
    "vs.": "against",
    "together with": "with",
    "along with": "with",
    "alongside": "with",
    "amongst": "among",
    "inside": "in",
    "within": "in",
    "throughout": "in",
    "across": "in",
    "because of": "over",
    "regarding": "about",
    "concerning": "about",
    "on behalf of": "for",
    "in favor of": "in favour of",
    "in support of": "in support of",
    "out of": "out of",
    "thru": "through",
}
MESSAGES: Final = frozenset("letter statement message note tweet post video report petition telegram memo resolution email".split())
SPEAKING_VERBS: Final = frozenset("threaten warn urge accuse demand call ask condemn criticise criticize denounce appeal request invite reject thank".split())
# The second half of "sit-in", "walk-outs", "call-up".
NOUN_PARTICLES: Final = frozenset({"in", "ins", "out", "outs", "off", "offs", "up", "ups", "down", "downs"})

# Verbs whose infinitive is done by their object ("urged Iran to stop"); all others hand on their subject.
SUBJECT_CONTROL_WITH_OBJECT: Final = frozenset({"promise", "vow", "threaten", "offer", "pledge", "swear", "commit"})

# "Summoned the ambassador to protest": who summons does what he summons for.
SUMMONING: Final = frozenset({"summon", "telephone", "phone"})
COMPLAINING: Final = frozenset("protest complain express convey voice lodge deliver register communicate raise condemn denounce criticise criticize warn".split())
# Verbs that speak to the one who is to do what their infinitive says.
ADDRESSING_VERBS: Final = frozenset(
    "warn urge ask order tell advise instruct command force press encourage persuade remind invite request compel implore beg "
    "caution pressure exhort beseech direct oblige".split()
)

# Verbs whose subject is the one who plans what their object is for ("has a plan to", "signed an agreement to").
OWNING_VERBS: Final = frozenset(
    "have make announce reveal unveil sign reach take draw hatch approve adopt issue give show express reiterate offer lead launch "
    "voice state declare pass seek start begin renew keep abandon drop cancel receive win get sent send deploy use outline".split()
)


# Time that is given to somebody to do something.
RESPITES: Final = frozenset("hour day week month minute fortnight".split())
# Nouns whose possessor suffers the act: "the tanker's release".
PATIENT_NOUNS: Final = frozenset(
    "release arrest detention extradition expulsion deportation assassination removal killing murder trial conviction imprisonment "
    "kidnapping abduction capture execution liberation prosecution ouster ousting dismissal impeachment recall".split()
)


class Tree:
    """Children and functions of one sentence; built once, asked many times.

    Args:
        sentence: the parse; cycles and out-of-range heads are treated as roots.
    """

    __slots__ = (
        "_case",
        "_contrast",
        "_coordinates",
        "_fellows",
        "_functions",
        "_marked",
        "_prepositions",
        "_relative",
        "_sides",
        "_subjects",
        "children",
        "dated",
        "deprels",
        "feats",
        "forms",
        "heads",
        "lemmas",
        "lower",
        "lower_lemmas",
        "n",
        "relations",
        "sentence",
        "spellings",
        "upos",
        "verbal",
        "words",
    )

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        forms = self.forms = sentence.forms
        lemmas = self.lemmas = sentence.lemmas
        upos = sentence.upos
        self.feats = sentence.feats
        n = self.n = len(forms)
        spellings: list[Spelling] = []
        lower: list[str] = []
        lower_lemmas: list[str] = []
        others: list[Spelling] = []  # of lemmas that are not their forms
        small: list[int] = []  # names in small letters, which are none
        particles: list[int] = []
        united: list[int] = []
        odd = joins = self._sides = False
        for i, form in enumerate(forms):
            known = of_lemma = spelling(form)
            spellings.append(known)
            lower.append(known.lower)
            lemma = lemmas[i]
            if lemma != form:
                of_lemma = spelling(lemma)
                if of_lemma.lower is not known.lower:
                    others.append(of_lemma)
                if of_lemma.odd:
                    odd = True
            lower_lemmas.append(of_lemma.lower)
            if of_lemma.side:
                self._sides = True
            if known.joins:
                joins = True
            if known.odd:
                odd = True
            if known.small and upos[i] == "PROPN":
                small.append(i)
        self.spellings = spellings
        self.lower = lower
        self.lower_lemmas = lower_lemmas
        self.words = spellings + others
        if odd:
            for known in self.words:
                if known.spaced:  # phrases of the dictionaries are found by their single words
                    self.words += [spelling(part) for part in known.text.split(" ")]
            particles = [  # "sit-in" cut in three
                i for i in range(2, n)
                if lower[i] in NOUN_PARTICLES and forms[i - 1] == "-" and upos[i] in PARTICLES and sentence.starts[i] == sentence.ends[i - 1]
            ]  # fmt: skip
            united = [i for i, f in enumerate(forms) if f == "United" and upos[i] == "VERB"]  # "United Nations"
        if small or particles or united:
            tags = list(upos)
            for i in small + particles:
                tags[i] = "NOUN"
            for i in united:
                tags[i] = "ADJ"
            upos = tuple(tags)
        self.upos = upos
        heads = list(sentence.heads)
        children = _hung(heads)
        if children is None:
            heads = acyclic(heads)
            children = children_of(heads)
        repairs = Repairs(sentence, heads, children)
        self.heads = heads
        self.deprels = repairs.labels()
        children = self.children = repairs.children()
        if particles:
            self.deprels = tuple("obj" if i in particles and d in ("xcomp", "advmod", "compound:prt") else d for i, d in enumerate(self.deprels))
        deprels = self.deprels
        relations = self.relations = [universal(d) for d in deprels]
        found = frozenset(relations)
        self._coordinates = "conj" in found or "cc" in found
        self._relative = "acl" in found
        self._contrast = "not" in lower
        # a word with a subject and an object is a verb whatever its tag (headlines, rare past tenses)
        verbal = self.verbal = [u == "VERB" or u == "AUX" for u in upos]
        if "obj" in found and "nsubj" in found:
            for i, h in enumerate(heads):
                if deprels[i] == "obj" and h >= 0 and not verbal[h] and upos[h] in ("NOUN", "PROPN", "ADJ"):
                    for c in children[h]:
                        if deprels[c] == "nsubj":
                            verbal[h] = True
                            break
        self._subjects: list[tuple[tuple[int, ...], bool] | None] = [None] * n
        self._fellows: Fellows | None = None if joins else NOBODY  # once somebody asks
        self._case: list[str | None] = [None] * n
        self._functions: dict[str, list[tuple[int, ...] | None]] = {}
        self._prepositions: frozenset[str] | None = None  # once somebody asks
        self._marked: list[tuple[list[int], list[int]] | None] = [None] * n
        self.dated: Any = None  # the date phrases, once `coder.date_governors` has found them

    # ---- small questions -------------------------------------------------------------------------------------

    def relation(self, i: int) -> str:
        """Universal relation of token i, without subtype."""
        return self.relations[i]

    def has_to(self, i: int) -> bool:
        """Whether "to" marks the clause at i as an infinitive."""
        for c in self.children[i]:  # noqa: SIM110 (asked too often for a generator)
            if self.relations[c] == "mark" and self.lower[c] == "to":
                return True
        return False

    def child(self, i: int, *relations: str) -> int:
        """First child of i with one of the (full) relations, -1 if none."""
        for c in self.children[i]:
            if self.deprels[c] in relations:
                return c
        return -1

    def subtree(self, i: int) -> list[int]:
        """All tokens under i with i, in text order."""
        found = [i]
        for t in found:
            found.extend(self.children[t])
        found.sort()
        return found

    def ancestors(self, i: int) -> list[int]:
        """The chain of heads from i's head up to the root."""
        chain = []
        while (i := self.heads[i]) >= 0:
            chain.append(i)
        return chain

    def depth(self, i: int) -> int:
        """How many heads are above token i."""
        depth, node = 0, self.heads[i]
        while node >= 0:
            depth += 1
            node = self.heads[node]
        return depth

    def conjuncts(self, i: int) -> list[int]:
        """i and the tokens coordinated with it below it."""
        found = [i]
        if not self._coordinates or not self.children[i]:
            return found
        relations = self.relations
        for t in found:
            for c in self.children[t]:
                if relations[c] == "conj" and c not in found:
                    found.append(c)
        lost = self._lost_conjunct(i)
        if lost >= 0 and lost not in found:
            found.insert(0, lost)
        return found

    def _lost_conjunct(self, i: int) -> int:
        """US of "between US and Chinese officials" where the parse hangs it beside the second conjunct; -1 for none."""
        for k in self.children[i]:
            if k >= i:
                break
            if self.deprels[k] == "cc" and k > 0 and self.lower[k] in ("and", "or"):
                t = k - 1
                case = next((c for c in self.children[i] if self.deprels[c] == "case" and c < t), -1)
                if case >= 0 and self.upos[t] == "PROPN" and self.heads[t] == self.heads[i] and self.relations[t] in ("nmod", "obl", "compound"):
                    return t if self.case(t) == "" else -1
        return -1

    def owned_by_pronoun(self, noun: int) -> bool:
        """Whether a noun has "its", "their" or the like before it."""
        return any(self.deprels[c] in ("nmod:poss", "det:poss") and self.upos[c] in ("PRON", "DET") for c in self.children[noun])

    def is_passive(self, i: int) -> bool:
        """Whether the verb at i stands in the passive, reduced relatives and headlines included."""
        feats = self.feats[i]
        participle = "VerbForm=Part" in feats and "Tense=Past" in feats
        finite = "VerbForm=Fin" in feats
        suffers = False
        for c in self.children[i]:
            relation = self.deprels[c]
            if relation == "aux:pass":
                return True
            if relation in PASSIVE_SUBJECTS or (relation == "obl:agent" and participle):
                suffers = True
        if finite:
            return False  # "Syria, which was bombed, condemned …": a finite verb is active whatever the subject's label
        if suffers:
            return True
        if not participle:
            return False
        if self.deprels[i] == "conj" and not any(self.relations[c] in ("aux", "nsubj") for c in self.children[i]):
            head = self.heads[i]
            return head >= 0 and self.upos[head] == "VERB" and self.is_passive(head)
        if any(self.deprels[c] in ("aux", "nsubj", "csubj") for c in self.children[i]):
            return False
        if "Voice=Pass" in feats:
            return True
        return self.relations[i] in ("acl", "advcl", "amod") and not any(
            self.lemmas[c] == "have" for c in self.children[i] if self.relations[c] == "aux"
        )

    def case(self, i: int) -> str:
        """The preposition that marks token i, normalised ("" for none)."""
        known = self._case[i]
        if known is not None:
            return known
        words: list[str] = []
        for c in self.children[i]:
            if c > i:
                break
            if self.deprels[c] == "case" and self.lower[c] not in ("'s", "’s", "'", "’"):
                words.append(self.lower[c])
                if self.children[c]:
                    words.extend(self.lower[f] for f in self.children[c] if self.deprels[f] == "fixed")
        if not words and self.relations[i] == "conj" and self.heads[i] >= 0:
            name = self.case(self.heads[i])
        elif not words:
            name = ""
            for c in self.children[i]:
                if self.deprels[c] == "mark" and c < i and (self.upos[c] in ("ADP", "SCONJ") or (self.lower[c] == "to" and self.upos[i] == "NOUN" and not self.verbal[i])):
                    name = self.lower[c]
                    break
        else:
            name = " ".join(words)
        name = PREPOSITION_ALIASES.get(name, name)
        self._case[i] = name
        return name

    def antecedent(self, i: int) -> int:
        """The noun a relative pronoun stands for; i itself for anything else."""
        if self.lower[i] not in RELATIVE_PRONOUNS or self.upos[i] not in ("PRON", "DET", "SCONJ"):
            return i
        node = i
        while (head := self.heads[node]) >= 0:
            deprel = self.deprels[node]
            if deprel.startswith("acl") or (deprel == "advcl:relcl" and (self.upos[head] in NOMINAL or self.forms[head][:1].isupper())):  # "it was Chad that …"
                return head
            node = head
        return i

    # ---- functions -------------------------------------------------------------------------------------------

    def grammatical_subject(self, i: int) -> tuple[tuple[int, ...], bool]:
        """Tokens in the subject position of predicate i, and whether i treats them as its object (passive).

        A subject that is not said is looked for where grammar puts it: the antecedent of a relative clause or
        participle, the subject or object of the verb above an infinitive, the shared subject of coordinated verbs.
        """
        known = self._subjects[i]
        if known is None:
            self._subjects[i] = ((), False)  # a cycle of look-ups ends here
            found = self._find_subject(i)
            if self._sides and found:
                found = self._meant(found)
            doers = (self._fellows or self.fellows()).doers.get(i)
            if doers and found:
                found += tuple([d for d in doers if d not in found])
            known = (found, self.upos[i] in ("VERB", "AUX") and self.is_passive(i))
            self._subjects[i] = known
        return known

    def _find_subject(self, i: int) -> tuple[int, ...]:
        own = [c for c in self.children[i] if self.deprels[c] in SUBJECT_LABELS]
        if len(own) > 1:  # "Chad and Niger each blamed …"
            own = [c for c in own if self.lower[c] not in ("each", "both", "all")] or own
        if own:
            return tuple(self._spread([self.antecedent(c) for c in own if self.upos[c] != "PRON" or not self._expletive(c)]))
        head = self.heads[i]
        if head < 0:
            return ()
        relation = self.relations[i]
        if relation == "conj":
            if self.upos[head] in ("VERB", "AUX", "ADJ") or self.child(head, "cop") >= 0:
                return self.grammatical_subject(head)[0]
            return ()
        if relation == "xcomp":
            if self.lemmas[head] in SUMMONING and self.lemmas[i] in COMPLAINING:
                return self.grammatical_subject(head)[0]
            return self._controller(head)
        if relation == "advcl":
            if self.upos[head] in NOMINAL and self.child(head, "cop") < 0:
                return self._noun_subject(head)
            if self.lemmas[head] == "make" and achievement(self, i) >= 0:  # "the vote makes Peru the first state to …"
                made = self.child(head, "obj", "iobj")
                return tuple(self._spread([made])) if made >= 0 else ()
            phoned = self.lemmas[head] == "call" and self.child(head, "obj") >= 0  # "called X to express his support"
            if self.lemmas[head] in ("call", "appeal", "plead") and self._infinitive(i) and not phoned:
                return self._controller(head)
            case = self.case(i)
            if (case == "for" or (case == "from" and self.lemmas[head] in RESTRAINING)) and self.upos[i] == "VERB":  # "thanked Pakistan for hosting", "kept it from hosting"
                objects = [self.antecedent(c) for c in self.children[head] if self.deprels[c] in ("obj", "iobj")]
                if objects:
                    return tuple(self._spread(objects))
            return self.grammatical_subject(head)[0]
        if relation == "acl":
            writer = self._writer(i, head)
            if writer >= 0:
                return self.grammatical_subject(writer)[0]
            if self.deprels[i] == "acl:relcl":
                has_object_gap = any(self.deprels[c] in SUBJECT_LABELS for c in self.children[i])
                return () if has_object_gap else tuple(self._spread([head]))
            if self._infinitive(i):
                if achievement(self, i) >= 0:  # "was the first African president to visit …"
                    return described(self, head) or (head,)
                # "agreement to withdraw", "troops to guard": the owner of the noun, else the verb above it
                owner = self._noun_subject(head)
                if owner:
                    return owner
                above = self.heads[head]
                if above >= 0 and self.relations[head] in ("obj", "obl", "xcomp") and self.lemmas[above] in OWNING_VERBS:
                    return self.grammatical_subject(above)[0]
                return ()
            if self.child(head, "cop") >= 0 and i > 0 and self.forms[i - 1] == ",":  # "is the largest donor, contributing …"
                return self._predicate_subject(head)
            if i > 0 and self.forms[i - 1] == "," and self.case(head) == "as" and self.forms[i].endswith("ing") and self.heads[head] >= 0:
                return self.grammatical_subject(self.heads[head])[0]  # "served as an envoy, visiting both capitals"
            return tuple(self._spread([head]))
        if relation == "ccomp" and not any(self.deprels[c] == "aux" for c in self.children[i]):
            return self._controller(head)
        return ()

    def fellows(self) -> Fellows:
        """Those who do the same as the subject of a verb without standing in its place ("as did Spain")."""
        if self._fellows is None:
            self._fellows = NOBODY  # for whoever asks meanwhile, too
            self._fellows = fellows(self)
        return self._fellows

    def _meant(self, heads: tuple[int, ...]) -> tuple[int, ...]:
        """Norway for the state of "Norway was the first state to …"; the heads themselves where they tell who."""
        found: list[int] = []
        for h in heads:
            for t in described(self, h) or (h,):
                if t not in found:
                    found.append(t)
        return tuple(found)

    def _so_called(self, i: int) -> int:
        """Camps of "attacked what it called terrorist camps"; the antecedent of other objects."""
        if self.lower[i] == "what":
            for verb in self.children[i]:
                if self.deprels[verb] == "acl:relcl" and self.lemmas[verb] in ("call", "describe", "term", "deem", "dub", "consider", "say"):
                    for c in self.children[verb]:
                        if self.deprels[c] in ("xcomp", "obj", "ccomp") and self.upos[c] in ("NOUN", "PROPN"):
                            return c
        return self.antecedent(i)

    def _writer(self, i: int, head: int) -> int:
        """The verb of "sent a letter to the head of the bank threatening …": who wrote it speaks, not whom it went to; -1 for none."""
        if self.lemmas[i] not in SPEAKING_VERBS or not self.forms[i].endswith("ing"):
            return -1
        while head >= 0 and self.relations[head] in ("nmod", "appos", "compound", "obl"):
            if self.relations[head] == "obl":
                sent = self.child(self.heads[head], "obj")
                return self.heads[head] if sent >= 0 and self.lemmas[sent] in MESSAGES else -1
            head = self.heads[head]
            if head >= 0 and self.lemmas[head] in MESSAGES:
                verb = self.heads[head]
                return verb if verb >= 0 and self.upos[verb] == "VERB" and self.relations[head] == "obj" else -1
        return -1

    def _infinitive(self, i: int) -> bool:
        return "VerbForm=Inf" in self.feats[i] or self.has_to(i)

    def _expletive(self, i: int) -> bool:
        return self.deprels[i] == "expl"

    def _controller(self, head: int) -> tuple[int, ...]:
        if self.lemmas[head] not in SUBJECT_CONTROL_WITH_OBJECT and self.upos[head] == "VERB":
            objects = [c for c in self.children[head] if self.deprels[c] in ("obj", "iobj")]
            if objects:
                return tuple(self._spread([self.antecedent(c) for c in objects]))
            on = [c for c in self.children[head] if self.relations[c] == "obl" and self.case(c) in ("on", "for", "to")]
            if on and self.lemmas[head] in ("call", "appeal", "wait", "plead"):
                return tuple(self._spread(on[:1]))
        return self.grammatical_subject(head)[0]

    def _spread(self, heads: list[int]) -> list[int]:
        if not self._coordinates and len(heads) < 2 and not self._contrast:
            return heads
        found: list[int] = []
        for h in heads:
            for c in self.conjuncts(h):
                if c not in found and (not self.children[c] or not self.left_out(c)):
                    found.append(c)
        return found

    def left_out(self, i: int) -> bool:
        """Chad of "it was Niger, not Chad, that …", "on Niger but not on Chad", "Niger rather than Chad", "not Chad but Niger"."""
        conjunct = self.relations[i] == "conj"
        if not conjunct and self.relations[i] not in CONTRASTED:
            return False
        for c in self.children[i]:
            if c >= i:
                break
            lower = self.lower[c]
            if lower == "not":
                if self.lower[c + 1] in AFFIRMED or (self.upos[i] not in NOMINAL and not self.forms[i][:1].isupper()):
                    return False
                return conjunct or self.relations[i] == "advcl" or (c > 0 and self.forms[c - 1] == ",") or self._but(i)
            if lower == "but" and conjunct and self._all(self.heads[i]):
                return True  # "every country but Laos"
            if (lower == "rather" or lower == "instead") and self.lower[c + 1] in ("than", "of"):
                return self.upos[i] in NOMINAL or self.forms[i][:1].isupper()
        return False

    def _all(self, i: int) -> bool:
        """Whether all are meant by the noun at i."""
        return self.lower[i] in ALL or any(self.lower[c] in ALL for c in self.children[i] if c < i)

    def _but(self, i: int) -> bool:
        """Whether another is named behind i in its place ("but")."""
        for c in self.children[i]:
            if c > i and self.relations[c] == "conj":
                for g in self.children[c]:
                    if g < c and self.lower[g] == "but":
                        return True
        return False

    def function(self, i: int, name: str) -> tuple[int, ...]:
        """Heads that fill the function `name` of predicate i, coordination spread out.

        Args:
            name: subject, object, indirect, complement, owner, or a preposition ("with", "against", …).
        """
        fillers = self._functions.get(name)
        if fillers is None:
            told = name in FUNCTIONS or name in (self._prepositions or self.prepositions())
            fillers = self._functions[name] = [None] * self.n if told else NOWHERE
        if fillers is NOWHERE:
            return ()
        known = fillers[i]
        if known is None:
            known = fillers[i] = self._find(i, name)
        return known

    def _find(self, i: int, name: str) -> tuple[int, ...]:
        verbal = self.verbal[i]
        if name not in FUNCTIONS:
            found = self._prepositional(i, name)
            if not found and name == "to" and verbal:  # "gave Ukraine tanks" is "gave tanks to Ukraine"
                return self._recipients(i)
            return found
        if name == "subject":
            return self._verb_subject(i) if verbal else self._predicate_subject(i)
        if name == "object":
            if verbal:
                return self._verb_object(i)
            of = self._prepositional(i, "of")
            if not of and self.lower_lemmas[i] in PATIENT_NOUNS:
                of = tuple(self._spread([c for c in self.children[i] if self.deprels[c] == "nmod:poss"]))
            return of
        if name == "indirect":
            return self._recipients(i)
        if name == "complement":
            return self._complements(i)
        if name == "predicate":  # "called him a liar"
            return tuple(c for c in self.children[i] if self.relations[c] == "xcomp" and self.upos[c] in ("NOUN", "ADJ", "PROPN"))
        return tuple(self._spread([c for c in self.children[i] if self.deprels[c] == "nmod:poss"]))  # the owner

    def prepositions(self) -> frozenset[str]:
        """The prepositions of the sentence: by no other does anything hang on a word; always "to", which recipients need not have."""
        if self._prepositions is not None:
            return self._prepositions
        found = {"to"}
        for i, relation in enumerate(self.relations):
            if relation in MARKED:
                found.add(self.case(i))
            if self._relative and not self.children[i] and self.upos[i] in PARTICLES:  # stranded
                found.add(self.lower[i])
        self._prepositions = frozenset(found)
        return self._prepositions

    def _recipients(self, i: int) -> tuple[int, ...]:
        """The first of two objects, in the passive the subject: "gave Ukraine tanks", "Ukraine was given tanks"."""
        found = [self.antecedent(c) for c in self.children[i] if self.deprels[c] == "iobj"]
        if not found and self.lemmas[i] in GIVING_VERBS and self.child(i, "obj") >= 0 and self.is_passive(i):
            return self.grammatical_subject(i)[0]
        return tuple(self._spread(found))

    def _verb_subject(self, i: int) -> tuple[int, ...]:
        subject, passive = self.grammatical_subject(i)
        if not passive:
            return subject
        agents = [c for c in self.children[i] if self.deprels[c] == "obl:agent"]
        agents = agents or [c for c in self.children[i] if self.relations[c] == "obl" and self.case(c) == "by"]
        if not agents:  # "were accused of crimes by": the agent hangs on the noun before it
            return self._prepositional(i, "by") or self._shared_agent(i)
        return tuple(self._spread(agents))

    def _shared_agent(self, i: int) -> tuple[int, ...]:
        if self.relations[i] == "conj":
            head = self.heads[i]
            if self.upos[head] == "VERB" and self.is_passive(head):
                return self._verb_subject(head)
        agents: list[int] = []
        for c in self.children[i]:  # "was arrested and deported by": the agent stands with the later verb
            if self.relations[c] == "conj" and self.upos[c] == "VERB":
                agents = [g for g in self.children[c] if self.deprels[g] == "obl:agent"]
        return tuple(self._spread(agents))

    def _verb_object(self, i: int) -> tuple[int, ...]:
        subject, passive = self.grammatical_subject(i)
        if passive:
            own = [c for c in self.children[i] if self.deprels[c] == "obj"]
            return subject + tuple(self._spread(own))
        own = [self._so_called(c) for c in self.children[i] if self.deprels[c] == "obj"]
        if self._sides and own:
            own = list(self._meant(tuple(own)))
        if own and self.lemmas[i] == "give" and self.lemmas[own[0]] in RESPITES:  # "gave France 30 days to withdraw"
            own = [self.antecedent(c) for c in self.children[i] if self.deprels[c] == "iobj"] or own
        own = own or [self.antecedent(c) for c in self.children[i] if self.deprels[c] == "iobj"]
        if not own and self.lemmas[i] in ADDRESSING_VERBS:
            own = self._addressed(i)
        if own:
            return tuple(self._spread(own))
        if self.deprels[i] == "acl:relcl" and self.heads[i] >= 0:
            gap = any(self.deprels[c] in SUBJECT_LABELS and self.antecedent(c) == c for c in self.children[i])
            relative_oblique = any(
                self.lower[c] in RELATIVE_PRONOUNS and self.relations[c] == "obl" for c in self.children[i]
            )
            if gap and not relative_oblique:
                return tuple(self._spread(list(self._meant((self.heads[i],)))))
        if self.relations[i] == "conj" and self.heads[i] >= 0 and self.upos[self.heads[i]] == "VERB":
            # "bombed and shelled the town": a bare verb before the shared object stands first; after it has none
            return ()
        for c in self.children[i]:
            if (
                self.relations[c] == "conj"
                and self.upos[c] == "VERB"
                and not any(self.relations[g] in ("obl", "xcomp", "ccomp") for g in self.children[i])
                and self.child(c, "nsubj") < 0
            ):
                shared = [g for g in self.children[c] if self.deprels[g] == "obj"]
                if shared:
                    return tuple(self._spread(shared))
        return ()

    def _addressed(self, i: int) -> list[int]:
        """Israel of "warned Israel not to attack" where the parse makes it the subject of the infinitive alone."""
        for c in self.children[i]:
            if self.deprels[c] == "ccomp" and self.has_to(c) and not any(self.lower[g] == "for" and self.relations[g] == "mark" for g in self.children[c]):
                return [g for g in self.children[c] if self.deprels[g] == "nsubj"]
        return []

    def _predicate_subject(self, i: int) -> tuple[int, ...]:
        if self.upos[i] == "ADJ" or self.child(i, "cop") >= 0:
            found = self.grammatical_subject(i)[0]
            if found:
                return found
            if self.upos[i] == "ADJ" and self.heads[i] >= 0 and self.relations[i] == "amod":
                return (self.heads[i],)
        above = self.predicated(i)
        if above >= 0:
            return self.grammatical_subject(above)[0]
        return self._noun_subject(i)

    def predicated(self, i: int) -> int:
        """The word whose subject noun i describes: "remains the largest donor", "is one of the largest donors"; else -1."""
        head = self.heads[i]
        if head < 0:
            return -1
        if self.relations[i] == "xcomp" and self.lemmas[head] in ("remain", "become", "stay"):
            return head
        if self.relations[i] == "nmod" and self.case(i) in ("of", "among") and self.lemmas[head] in ("one", "part") and self.child(head, "cop") >= 0:
            return head
        return -1

    def _noun_subject(self, i: int) -> tuple[int, ...]:
        """Who does a noun: possessor, "by", demonym or name before it."""
        patient = self.lower_lemmas[i] in PATIENT_NOUNS and not self._prepositional(i, "of")
        for relation in () if patient else ("nmod:poss", "det:poss"):
            found = [c for c in self.children[i] if self.deprels[c] == relation]
            if found:
                return tuple(self._spread(found))
        by = [c for c in self.children[i] if self.relations[c] in ("nmod", "obl") and self.case(c) == "by"]
        for c in () if by else self.children[i]:  # "the attack on Kenya by rebels": the agent hung on the name
            if self.relations[c] == "nmod" and self.upos[c] in ("PROPN", "NOUN") and self.lemmas[c][:1].isupper():
                by += [g for g in self.children[c] if self.relations[g] == "nmod" and self.case(g) == "by"]
        if by:
            return tuple(self._spread(by))
        before = [
            c
            for c in self.children[i]
            if c < i and self.relations[c] in ("amod", "compound", "nmod") and self.upos[c] in ("ADJ", "PROPN", "NOUN")
            and self.deprels[c] != "nmod:poss"
        ]
        return tuple(self._spread([c for c in before if self.case(c) == ""]))

    def _prepositional(self, i: int, name: str) -> tuple[int, ...]:
        """Tokens marked by the preposition `name` at i, else at its object, else further along the noun chain."""
        if not self.children[i]:
            return ()
        marked = self._marked[i]
        if marked is None:
            marked = self._marked[i] = self._marked_phrases(i)
        tokens, levels = marked
        found: list[int] = []
        level = -1
        for k, c in enumerate(tokens):
            if found and levels[k] != level:
                break
            if self.case(c) == name and not (self._contrast and self.left_out(c)):
                level = levels[k]
                found.append(self.antecedent(c) if self.relations[c] in OBLIQUE else c)
        return tuple(self._spread(found)) if found else self._stranded(i, name)

    def _marked_phrases(self, i: int) -> tuple[list[int], list[int]]:
        """The phrases below i that have prepositions, and their levels: those at i itself, at its objects and obliques, and further along."""
        tokens: list[int] = []
        levels: list[int] = []
        level = [i]
        seen = {i}
        company = self.fellows().company
        for depth in range(4):
            following: list[int] = []
            for node in level:
                for c in self.children[node]:
                    relation = self.relations[c]
                    if relation in OBLIQUE:
                        if self.deprels[c] != "nmod:poss" and c not in company:
                            tokens.append(c)
                            levels.append(depth)
                            if c not in seen:
                                following.append(c)
                    elif relation == "advmod":
                        if self.children[c]:
                            following.append(c)  # "stayed away from"
                    elif relation in ("obj", "iobj") or (relation == "nsubj" and self.deprels[c] == "nsubj:pass"):
                        following.append(c)
                    elif depth == 0 and relation in ("advcl", "acl"):
                        tokens.append(c)
                        levels.append(depth)
            if not following:
                break
            seen.update(following)
            level = following
        return tokens, levels

    def _stranded(self, i: int, name: str) -> tuple[int, ...]:
        """ "the country it depends on", "who they negotiate with": a preposition without its noun."""
        if self.deprels[i] != "acl:relcl" or self.heads[i] < 0:
            return ()
        for c in self.children[i]:
            if self.lower[c] == name and self.upos[c] in PARTICLES and not self.children[c]:
                return (self.heads[i],)
        return ()

    def _content(self, i: int) -> bool:
        """ "a promise to leave", "the claim that …", "accused of …": what a noun is about, not a participle on it."""
        if self.deprels[i] == "acl:relcl" or self.relations[i] != "acl":
            return False
        return self._infinitive(i) or any(self.deprels[c] == "mark" for c in self.children[i])

    def _complements(self, i: int) -> tuple[int, ...]:
        found = [c for c in self.children[i] if self.relations[c] in ("xcomp", "ccomp")]
        if not found:
            found = [c for c in self.children[i] if self.relations[c] == "advcl" and self._infinitive(c)]
        found += [c for c in self.children[i] if self._content(c)]
        for c in self.children[i]:
            if self.deprels[c] == "obj":
                found += [g for g in self.children[c] if self._content(g)]
        # a name read as predicate ("said Putin was …") is never a complement of its own
        return tuple(self._spread(found))


NOWHERE: Final[list[tuple[int, ...] | None]] = []  # what prepositions mark that the sentence has not
_RELATIONS: Final[dict[str, str]] = {}  # labels met so far → their universal relations


def universal(deprel: str) -> str:
    """The universal relation of a label, without its subtype."""
    relation = _RELATIONS.get(deprel)
    if relation is None:
        if len(_RELATIONS) >= 1 << 10:
            _RELATIONS.clear()
        relation = _RELATIONS[deprel] = sys.intern(deprel.partition(":")[0])
    return relation


def _hung(heads: Sequence[int]) -> list[list[int]] | None:
    """The children of each token where all of them hang on a root, as nearly always; None where some do not."""
    n = len(heads)
    none: list[int] = []  # of all words on which nothing hangs
    children = [none] * n
    reached: list[int] = []
    for i, h in enumerate(heads):
        if h >= n:
            return None
        if h >= 0:
            below = children[h]
            if below is none:
                children[h] = [i]
            else:
                below.append(i)
        else:
            reached.append(i)
            if h != -1:
                return None
    for i in reached:
        if children[i]:
            reached += children[i]
    return children if len(reached) == n else None


def acyclic(heads: Sequence[int]) -> list[int]:
    """Heads with every cycle and every out-of-range head turned into a root.

    Args:
        heads: of the tokens, -1 for a root.
    """
    n = len(heads)
    clean = [h if 0 <= h < n and h != i else -1 for i, h in enumerate(heads)]
    state = [0] * n
    for i in range(n):
        if state[i]:
            continue
        path = []
        node = i
        while node >= 0 and state[node] == 0:
            state[node] = 1
            path.append(node)
            node = clean[node]
        if node >= 0 and state[node] == 1:
            clean[node] = -1
        for p in path:
            state[p] = 2
    return clean
