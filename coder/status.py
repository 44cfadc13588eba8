"""Whether an event is told as a fact: negation, modals, conditions, wishes, questions, plans.

In: a Tree and a FrameMatch. Out: its Status, from the words above and around the trigger.
"""

from __future__ import annotations

from typing import Final

from coder.grammar import Tree
from coder.records import FrameMatch, Status
from coder.subjects import JOIN_VERBS, MAKING, achievement
from coder.word_classes import AFFIRMED, PERMITTING_VERBS, RESTRAINING, SUBJECT_LABELS

NEGATIONS: Final = frozenset({"not", "n't", "n’t", "never", "no", "neither", "nor", "without", "hardly", "nt", "cannot", "nobody", "none"})

NEGATING: Final = frozenset({"advmod", "det", "cc", "case", "mark", "aux"})  # relations of words that deny

NOBODY: Final = frozenset({"no", "nobody", "none", "neither", "nothing"})

HYPOTHETICAL_AUX: Final = frozenset({"may", "might", "could", "can", "should", "would", "must", "ought"})

FUTURE_AUX: Final = frozenset({"will", "shall", "'ll", "’ll", "wo"})

INSTEAD: Final = frozenset({"instead", "rather"})  # with "of" and "than" behind them

EXCEPTIONS: Final = frozenset({"but", "except", "save", "barring", "besides"})  # behind "nobody", "no country"

REFUSING_AUX: Final = FUTURE_AUX | {"would"}

HYPOTHETICAL_MARKS: Final = frozenset({"if", "unless", "whether", "lest", "until"})

FUTURE_PREDICATES: Final = frozenset({"set", "due", "about", "scheduled", "slated", "expect", "expected", "going", "go", "poised", "prepare", "bound"})

HYPOTHETICAL_PREDICATES: Final = frozenset(
    "fear worry doubt suspect believe think speculate hope wish want seek likely unlikely possible able possibility appear seem "
    "could risk imagine suggest aim try attempt hesitate suppose assume pretend tempt dream".split()
)

# Nouns that make what they govern ("for", "of", "to") a plan or a mere possibility.
INTENT_NOUNS: Final = frozenset("willingness readiness plan intention offer commitment pledge promise preparation vow decision agreement".split())

IRREALIS_NOUNS: Final = frozenset(
    "possibility prospect risk threat fear hope chance likelihood proposal call demand request bid effort attempt need idea "
    "suggestion speculation rumor rumour prevention potential option scenario plea appeal invitation warning opposition "
    "rejection condition basis purpose goal aim ambition desire wish urge pressure push support preference allegation denial "
    "refusal road path way framework lack absence failure".split()
)

# Nouns whose content ("rumours that …") nobody vouches for.
UNTOLD_NOUNS: Final = frozenset(
    "possibility prospect risk threat fear hope chance likelihood probability proposal demand request idea suggestion speculation rumor rumour "
    "allegation accusation insinuation suspicion theory hypothesis doubt assumption conjecture scenario notion warning claim gossip".split()
)

# Nouns of what may come, behind "in" ("in the event of an attack").
CASES: Final = frozenset({"event", "eventuality"})

IN_CASE: Final = frozenset({"in case", "in case of", "for fear of"})

# Verbs and adjectives whose gerund ("considered sending", "capable of attacking") or whose content has not come true, or need not have.
UNDONE: Final = frozenset("avoid escape forgo forego eschew resist evade false untrue".split())
WEIGHED: Final = frozenset(
    "consider contemplate mull ponder weigh envisage propose suggest recommend advocate favor favour oppose risk capable incapable afraid fearful wary impossible dream think talk speak".split()
)

# Adjectives before a noun that names an act.
UNREAL: Final = frozenset("possible potential hypothetical imaginary imminent looming feared rumored rumoured supposed threatened would-be fictitious impending mock simulated".split())
UNHAPPENED: Final = frozenset("averted foiled thwarted aborted abortive cancelled canceled fake fabricated nonexistent non-existent".split())
CLEARED: Final = frozenset({"clear", "acquit", "absolve", "exonerate"})
MISTAKEN: Final = frozenset({"wrongly", "falsely", "mistakenly", "incorrectly"})

# Verbs whose object ("predicted an attack") is to come or is thought of.
EXPECTING: Final = frozenset("predict forecast foresee anticipate expect fear imagine envisage envision contemplate".split())

# Verbs by which an act named by a noun does not come about, and the verbs that take that back.
AVERTING: Final = frozenset("avert avoid prevent forestall preempt foil thwart abort".split())
FALLING_SHORT: Final = frozenset("fail unable powerless neglect struggle".split())

# Verbs of denying what their object says ("denied reports that …"); of giving up the plan that is their object.
DENYING: Final = frozenset("deny dismiss reject refute dispute rebut discount debunk".split())
GIVING_UP: Final = frozenset("abandon drop scrap shelve cancel ditch deny renounce abort".split())

UNREAL_NOUNS: Final = INTENT_NOUNS | IRREALIS_NOUNS

# Verbs of addressing somebody: what they are done for ("to apologise") is done, and to the same person.
# "Appeared on television to announce that …", "gathered to denounce …": what they came to say they said.
APPEARING: Final = frozenset({"appear", "take", "go", "gather", "convene"})
TELLING: Final = frozenset({"announce", "declare", "proclaim", "say", "confirm"})
ADDRESS_VERBS: Final = frozenset("call phone telephone ring write summon meet visit address contact approach cable invite".split())

SPOKEN: Final[tuple[str, ...]] = ("01", "02", "05", "10", "11", "12", "13")

# Verbs whose subject occurs, or is to.
OCCURRING: Final = frozenset({"begin", "start", "resume", "open", "commence", "happen", "occur", "convene", "restart"})

NEGATIVE_IMPLICATIVES: Final = frozenset({"fail", "neglect", "forget", "refrain", "omit", "unable"})

# What is not doubted, denied or ruled out is told as a fact, or left open.
CERTAIN: Final = frozenset("hide rule doubt deny question dispute secret conceal hesitate".split())

# Wishes: cooperation that is wished for is an intent, conflict a mere possibility.
WISHES: Final = frozenset("seek want hope aim wish try attempt desire".split())

# What makes possible what then is done, where nobody gives leave: "the retreat allowed the rebels to take the town".
ENABLERS: Final = frozenset(
    "retreat pullout collapse fall absence weather rain gap breach tunnel darkness fog lull advance capture departure chaos unrest victory "
    "defeat loss support help aid money lack failure corridor bridge opening breakthrough route ceasefire truce".split()
)
ENABLER_ENDINGS: Final[tuple[str, ...]] = ("awal", "tion", "ing")
# Rulers, bodies and rules of those endings, which do give leave.
AUTHORITIES: Final = frozenset(
    "king administration nation federation organization organisation delegation opposition coalition institution corporation association "
    "foundation constitution legislation resolution regulation convention ruling authorization authorisation declaration exemption".split()
)

OPERATIONS: Final = frozenset("operation raid sweep crackdown swoop campaign drive".split())
BEGINNING: Final = frozenset("launch conduct mount stage begin start carry execute".split())
# Verbs whose infinitive came true ("managed to seize", "began to withdraw").
IMPLICATIVE: Final = frozenset(
    "manage begin start continue help succeed proceed rush happen come move serve go get have remember bother dare opt choose "
    "force compel make let cause lead prompt drive oblige inspire allow enable use be say report know cease refuse decline vote".split()
)


def negated(tree: Tree, i: int, ignore: tuple[int, ...] = ()) -> bool:
    """Whether the trigger or the verb that carries it is denied.

    Args:
        ignore: words that belong to the trigger ("said no to").
    """
    for c in tree.children[i]:
        if c in ignore:
            continue
        relation = tree.relations[c]
        if c == i - 1 and relation == "advmod" and tree.upos[i] == "VERB" and tree.lower[c] in ("nearly", "almost"):
            return True  # "nearly went to war", but not "killed nearly all"
        lower = tree.lower[c]
        if relation in NEGATING:
            if lower in NEGATIONS:
                if relation == "det" and lower in ("no", "neither") and tree.upos[i] == "VERB":
                    continue
                if c + 1 < tree.n and tree.lower[c + 1] in AFFIRMED:
                    continue
                return True
            if lower == "longer" and c > 0 and tree.lower[c - 1] == "no":
                return True
            if lower in INSTEAD and c + 1 < tree.n and tree.lower[c + 1] in ("of", "than"):
                # "instead of the deadline that was set": there was one
                return tree.upos[i] == "VERB" or not any(tree.deprels[g] == "nmod:poss" or tree.lower[g] == "the" for g in tree.children[i])
        if (relation == "nsubj" or relation == "obj") and tree.upos[i] in ("VERB", "AUX"):
            if lower in NOBODY:
                return not _but_these(tree, c)
            for g in tree.children[c]:
                if tree.lower[g] in ("no", "neither") and tree.relations[g] in ("det", "cc:preconj", "cc", "advmod"):
                    return not _but_these(tree, c)
    return False


def under_way(tree: Tree, i: int) -> bool:
    """ "launched operations to detain 110 people": the purpose of an operation that has begun is being carried out."""
    noun = tree.heads[i]
    if tree.relations[i] not in ("acl", "advcl") or noun < 0:
        return False
    if tree.upos[noun] == "VERB":  # the infinitive hangs on the verb
        verb, noun = noun, tree.child(noun, "obj")
    else:
        verb = tree.heads[noun]
    return (
        verb >= 0 and noun >= 0 and tree.lower_lemmas[noun] in OPERATIONS and tree.lower_lemmas[verb] in BEGINNING
        and "Tense=Past" in tree.feats[verb]
    )  # fmt: skip


def purpose(tree: Tree, i: int) -> bool:
    """Whether the trigger is an infinitive of purpose on another clause or on a noun."""
    while tree.relations[i] == "conj" and tree.heads[i] >= 0:
        i = tree.heads[i]
    if tree.heads[i] >= 0 and tree.relations[i] == "advcl" and tree.lower_lemmas[tree.heads[i]] in IMPLICATIVE:
        return False
    if under_way(tree, i):
        return False
    if tree.relations[i] == "acl" and tree.heads[i] >= 0 and tree.lower_lemmas[tree.heads[i]] in INTENT_NOUNS:
        return False  # "Japan's decision to expel …"
    return tree.relations[i] in ("advcl", "acl") and tree.has_to(i)


def future_refusal(tree: Tree, reading: FrameMatch) -> bool:
    """ "will not", "would not" on the trigger itself, but not "would not have"."""
    node = reading.trigger
    if any(tree.relations[c] == "aux" and tree.lower[c] == "have" for c in tree.children[node]):
        return False
    return any(tree.relations[c] == "aux" and tree.lower[c] in REFUSING_AUX for c in tree.children[node]) and any(
        tree.lower[c] in ("not", "n't", "n’t", "never") for c in tree.children[node]
    )


def status(tree: Tree, reading: FrameMatch) -> Status:
    """Asserted, intended, hypothetical or negated, from the words above the trigger."""
    if reading.frame is not None and reading.frame.status:
        return Status(reading.frame.status)
    if reading.status is not Status.ASSERTED:
        return reading.status
    result = Status.ASSERTED
    node = reading.trigger
    if any(negated(tree, t, reading.tokens) for t in reading.tokens if t == node or _carries(tree, node, t, reading)):
        if _until(tree, node):
            return Status.ASSERTED
        return Status.HYPOTHETICAL if _would_have(tree, node) else Status.NEGATED
    if tree.deprels[node] in ("advcl:relcl", "acl:relcl") and _it_was_not(tree, tree.heads[node]):
        return Status.NEGATED
    for t in reading.tokens:
        if tree.upos[t] == "NOUN" and tree.children[t]:
            for c in tree.children[t]:
                if tree.relations[c] == "amod":
                    if tree.lower[c] in UNHAPPENED:
                        return Status.NEGATED
                    if tree.lower[c] in UNREAL:
                        result = Status.HYPOTHETICAL
    first = True
    while node >= 0:
        relation = tree.relations[node]
        if first and under_way(tree, node):
            return Status.ASSERTED
        if first:
            achieved = achievement(tree, node)
            if achieved >= 0:  # "became the first country to recognise …"
                if tree.lower_lemmas[achieved] in MAKING and negated(tree, achieved):
                    return Status.NEGATED  # but who "was not the first" has done it, too
                if result is Status.ASSERTED and tree.upos[achieved] == "NOUN" and any(tree.relations[c] == "aux" and tree.lower[c] in FUTURE_AUX for c in tree.children[achieved]):
                    result = Status.INTENDED
                node = achieved
                continue
        if first and result is Status.ASSERTED and _is_to(tree, node):
            result = Status.INTENDED
        content = False  # of a noun: "rumours that …"
        objects = 0
        for c in tree.children[node]:
            lower = tree.lower[c]
            below = tree.relations[c]
            if below == "aux":
                if lower in FUTURE_AUX and result is Status.ASSERTED and tree.upos[node] != "NOUN" and first:
                    result = Status.INTENDED
                elif lower == "would" and result is Status.ASSERTED:
                    result = Status.INTENDED if _reported(tree, node) else Status.HYPOTHETICAL
                elif lower in HYPOTHETICAL_AUX or (tree.lemmas[c] == "have" and lower == "had" and _inverted(tree, node, c)):
                    result = Status.HYPOTHETICAL
            elif below == "mark":
                if lower in HYPOTHETICAL_MARKS:
                    return Status.HYPOTHETICAL
                content = lower == "that"
            elif below == "obj":
                objects += 1
                if objects > 1 and relation == "acl" and tree.lower[tree.child(node, "obj")] == "that":
                    content = True  # read as a pronoun
            elif below == "advcl" and any(
                tree.relations[g] == "mark" and tree.lower[g] in ("if", "unless") for g in tree.children[c]
            ):
                if first and (reading.code or "").startswith("13") and "Tense=Past" in tree.feats[node]:
                    continue  # "threatened sanctions if …": the threat was made
                # "said it would retake the town if …" is a threat or a promise of the speaker's own
                own = _reported(tree, node) and any(
                    tree.deprels[g] == "nsubj" and tree.upos[g] == "PRON" for g in tree.children[node]
                )
                result = Status.INTENDED if own and result is Status.INTENDED else Status.HYPOTHETICAL
            elif (below == "advmod" and lower in ("possibly", "potentially", "perhaps", "maybe", "whether", "if")):
                result = Status.HYPOTHETICAL
            elif below == "advmod" and lower in MISTAKEN and not first:
                return Status.NEGATED  # "was wrongly said to have attacked"
        parent = tree.heads[node]
        if parent < 0:
            break
        if relation in ("xcomp", "ccomp", "csubj") or (relation == "acl" and (content or tree.deprels[node] != "acl:relcl")):
            lemma = tree.lower_lemmas[parent]
            infinitive = tree.has_to(node)
            if negated(tree, parent):
                if lemma not in CERTAIN and not (infinitive and lemma in NEGATIVE_IMPLICATIVES):  # "did not fail to condemn"
                    return Status.NEGATED
                node, first = parent, False
                continue
            if relation == "acl":
                told = _of_noun(tree, parent, content, tree.case(node))
                if told is not None:
                    return told
            if lemma in PERMITTING_VERBS:
                if not _made_possible(tree, parent):
                    result = Status.HYPOTHETICAL
            elif (lemma in UNDONE and not infinitive) or (lemma in ("have", "be") and infinitive and _yet(tree, node, parent)):
                return Status.NEGATED
            elif lemma in WEIGHED and (tree.forms[node].endswith("ing") or tree.upos[parent] == "ADJ"):
                result = Status.HYPOTHETICAL
            elif infinitive and result is Status.ASSERTED:
                if lemma in NEGATIVE_IMPLICATIVES or lemma in ("refuse", "decline"):
                    return Status.NEGATED
                if lemma in FUTURE_PREDICATES or (lemma in WISHES and (reading.code or "99") < "09"):
                    result = Status.INTENDED
                elif lemma in HYPOTHETICAL_PREDICATES:
                    result = Status.HYPOTHETICAL
                elif lemma not in IMPLICATIVE and first:
                    result = Status.INTENDED
            elif lemma in HYPOTHETICAL_PREDICATES and lemma not in ("believe", "think", "seem", "appear", "suggest"):
                result = Status.HYPOTHETICAL
        elif relation == "advcl":
            infinitive = tree.has_to(node)
            if tree.lower_lemmas[parent] in ("stop", "fall") and tree.case(node) == "of" and any(tree.lower[c] == "short" for c in tree.children[parent]):
                return Status.NEGATED  # "stopped short of condemning"
            if tree.lower_lemmas[parent] in JOIN_VERBS and tree.case(node) == "in":  # "refused to join them in sanctioning …"
                above = tree.heads[parent]
                if negated(tree, parent) or (above >= 0 and tree.relations[parent] == "xcomp" and tree.lower_lemmas[above] in ("refuse", "decline")):
                    return Status.NEGATED
                node = parent
                continue
            if tree.case(node) == "of":
                if tree.lower_lemmas[parent] in CLEARED or (tree.lower[parent] == "better" and tree.lower[parent - 1] in ("think", "thinks", "thought")):
                    return Status.NEGATED
                if tree.lower_lemmas[parent] in WEIGHED:  # "is capable of attacking"
                    return Status.HYPOTHETICAL
            if tree.lower_lemmas[parent] in RESTRAINING and tree.case(node) == "from":
                return _averted(tree, parent)
            permitted = infinitive and tree.lower_lemmas[parent] in PERMITTING_VERBS
            if permitted:  # "allowed the town on Monday to sue"
                if negated(tree, parent):
                    return Status.NEGATED
                if not _made_possible(tree, parent):
                    result = Status.HYPOTHETICAL
            if permitted or tree.lower_lemmas[parent] in IMPLICATIVE:  # "voted to extend"
                node = parent
                continue
            spoken = (reading.code or "").startswith(SPOKEN) and tree.lower_lemmas[parent] in ADDRESS_VERBS
            spoken = spoken or (tree.lower_lemmas[parent] in APPEARING and (tree.lower_lemmas[node] in TELLING or (reading.code or "").startswith("11")))
            if infinitive and not spoken and result is Status.ASSERTED:
                result = Status.INTENDED
            if not spoken:
                break
        elif relation == "acl":
            break
        elif first and relation in ("obl", "nmod") and _in_case(tree, node, parent):
            return Status.HYPOTHETICAL
        elif relation in ("conj", "parataxis") and tree.upos[node] in ("VERB", "ADJ"):
            own = any(tree.deprels[c] in SUBJECT_LABELS or tree.relations[c] in ("aux", "cop") for c in tree.children[node])
            if own or relation == "parataxis":
                if relation == "conj" and tree.relations[parent] in ("ccomp", "xcomp"):
                    pass
                else:
                    break
            if "VerbForm=Fin" in tree.feats[node] and "Tense=Past" in tree.feats[node]:
                break
        elif relation in ("obl", "nmod", "compound") and (relation == "nmod" or tree.upos[parent] in ("NOUN", "PROPN")) and tree.lower_lemmas[parent] in UNREAL_NOUNS and tree.upos[node] in ("NOUN", "PROPN"):
            if result is Status.ASSERTED and tree.case(node) in ("for", "of", "to", "towards", "on", "against", "at", "about", ""):
                result = Status.INTENDED if tree.lower_lemmas[parent] in INTENT_NOUNS else Status.HYPOTHETICAL
            break
        elif relation in ("nsubj", "obj", "obl", "nmod"):
            if tree.upos[parent] in ("VERB", "AUX", "ADJ") and node == reading.trigger:
                # nominal triggers share the modality of the verb they are the object of, and of those that say that they occur
                if relation == "obj" and tree.lower_lemmas[parent] in EXPECTING:
                    return Status.HYPOTHETICAL
                if tree.lower_lemmas[parent] in AVERTING and (relation == "obj" or tree.deprels[node] == "nsubj:pass"):
                    return _averted(tree, parent)
                if relation == "nsubj":
                    if tree.lower_lemmas[parent] == "fall" and any(tree.lower[c] == "through" for c in tree.children[parent]):
                        return Status.NEGATED
                    if tree.lower_lemmas[parent] in FUTURE_PREDICATES and result is Status.ASSERTED:
                        if tree.lower_lemmas[parent] in ("go", "going", "prepare"):
                            break
                        return Status.INTENDED  # "talks are due to begin"
                    if tree.lower_lemmas[parent] not in OCCURRING and not _takes_place(tree, parent):
                        break
                    if negated(tree, parent):
                        return Status.NEGATED
                    node = parent
                    continue  # its auxiliaries are those of the occurrence
                elif relation != "obj" or negated(tree, parent):
                    break
            elif tree.upos[node] in ("NOUN", "PROPN") and relation != "obj":
                break
        first = False
        node = parent
    if result in (Status.ASSERTED, Status.INTENDED) and _question(tree):
        return Status.HYPOTHETICAL
    return result


def _would_have(tree: Tree, verb: int) -> bool:
    """ "would not have expelled": if things had been otherwise."""
    would = have = False
    for c in tree.children[verb]:
        if tree.relations[c] == "aux":
            would = would or tree.lower[c] == "would"
            have = have or tree.lower[c] == "have"
    return would and have


def _until(tree: Tree, verb: int) -> bool:
    """ "did not attack until Monday": then it did."""
    did = until = False
    for c in tree.children[verb]:
        if tree.relations[c] == "aux":
            did = did or tree.lower[c] == "did"
        elif tree.relations[c] == "obl" and tree.upos[c] in ("NOUN", "PROPN") and tree.case(c) in ("until", "till"):
            until = True
    return did and until


def _but_these(tree: Tree, nobody: int) -> bool:
    """ "nobody but Iran", "no country except Iran": those do."""
    for c in tree.children[nobody]:
        if c > nobody and tree.relations[c] in ("conj", "nmod"):
            for g in tree.children[c]:
                if g < c and tree.lower[g] in EXCEPTIONS:
                    return True
    return False


def _yet(tree: Tree, node: int, above: int) -> bool:
    """ "has yet to meet", "is yet to meet"."""
    for parent in (above, node):
        for c in tree.children[parent]:
            if tree.lower[c] == "yet" and c < node:
                return True
    return False


def _of_noun(tree: Tree, noun: int, content: bool, case: str) -> Status | None:
    """What a noun makes of the clause on it: "rumours that", "denied reports that", "abandoned its plan to"; None where it leaves it open."""
    lemma = tree.lower_lemmas[noun]
    verb = tree.heads[noun] if tree.relations[noun] == "obj" else -1
    given_up = verb >= 0 and not negated(tree, verb)
    if content:
        if lemma == "denial" or (given_up and tree.lower_lemmas[verb] in DENYING and tree.upos[noun] == "NOUN"):
            return Status.NEGATED
        return Status.HYPOTHETICAL if lemma in UNTOLD_NOUNS else None
    if lemma in INTENT_NOUNS and given_up and tree.lower_lemmas[verb] in GIVING_UP:
        return Status.NEGATED
    if case == "of" and lemma in UNTOLD_NOUNS and tree.upos[noun] == "NOUN":
        return Status.HYPOTHETICAL  # "the risk of attacking"
    return None


def _averted(tree: Tree, verb: int) -> Status:
    """What is told of an act whose averting is told: of a failure to avert it that it came about."""
    above = tree.heads[verb]
    if negated(tree, verb):
        return Status.ASSERTED
    if above >= 0 and tree.has_to(verb) and tree.relations[verb] in ("xcomp", "acl"):
        if tree.lower_lemmas[above] in FALLING_SHORT:
            return Status.ASSERTED
        return Status.NEGATED if tree.lower_lemmas[above] in ("manage", "help", "succeed") else Status.HYPOTHETICAL
    if tree.has_to(verb) or any(tree.relations[c] == "aux" and (tree.lower[c] in HYPOTHETICAL_AUX or tree.lower[c] in FUTURE_AUX) for c in tree.children[verb]):
        return Status.HYPOTHETICAL
    return Status.NEGATED


def _in_case(tree: Tree, noun: int, above: int) -> bool:
    """ "in case of an attack", "in the event of an attack"."""
    case = tree.case(noun)
    return case in IN_CASE or (case == "of" and tree.lower_lemmas[above] in CASES and tree.case(above) == "in")


def _takes_place(tree: Tree, verb: int) -> bool:
    """ "take place", "be held", "get under way"."""
    lemma = tree.lower_lemmas[verb]
    if lemma == "hold":
        return tree.is_passive(verb)
    return lemma in ("take", "get") and any(tree.lower[c] in ("place", "way", "underway") for c in tree.children[verb])


def _it_was_not(tree: Tree, noun: int) -> bool:
    """ "It was not Chad that …"."""
    return tree.child(noun, "cop") >= 0 and tree.child(noun, "expl") >= 0 and negated(tree, noun)


def _made_possible(tree: Tree, verb: int) -> bool:
    """ "The withdrawal allowed the rebels to take the town": no leave was given, the town was taken."""
    if "Tense=Past" not in tree.feats[verb] and not tree.forms[verb].endswith("ing"):
        return False
    for subject in tree.function(verb, "subject"):
        lemma = tree.lower_lemmas[subject]
        if tree.upos[subject] == "NOUN" and (lemma in ENABLERS or (lemma.endswith(ENABLER_ENDINGS) and lemma not in AUTHORITIES)):
            return True
    return False


def _carries(tree: Tree, trigger: int, t: int, reading: FrameMatch) -> bool:
    """Whether a denial of word t denies the trigger too: not that of what somebody is asked, told or warned to do."""
    if tree.heads[trigger] == t:
        return True
    asked = tree.relations[t] in ("xcomp", "ccomp", "advcl") and (reading.code or "").startswith(SPOKEN)
    return tree.heads[t] == trigger and not asked


def _is_to(tree: Tree, node: int) -> bool:
    """ "is to visit"."""
    if tree.upos[node] != "VERB" or not tree.has_to(node):
        return False
    if any(tree.lemmas[c] == "be" and tree.relations[c] in ("cop", "aux") for c in tree.children[node]):
        return True
    if any(tree.lower[c] in ("due", "set", "about", "scheduled") for c in tree.children[node]):  # "is due to meet"
        return True
    head = tree.heads[node]
    return head >= 0 and tree.lemmas[head] == "be" and tree.relations[node] in ("xcomp", "ccomp") and tree.lower[head] in ("is", "are", "was", "were")


def _reported(tree: Tree, node: int) -> bool:
    parent = tree.heads[node]
    return parent >= 0 and tree.relations[node] in ("ccomp", "parataxis", "acl", "conj") and tree.upos[parent] in ("VERB", "NOUN")


def _inverted(tree: Tree, node: int, aux: int) -> bool:
    subject = tree.child(node, "nsubj", "nsubj:pass")
    return tree.relations[node] == "advcl" and subject > aux


def _question(tree: Tree) -> bool:
    return bool(tree.n) and tree.forms[-1] == "?"
