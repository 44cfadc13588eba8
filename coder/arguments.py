"""Who fills the functions of a trigger: its subject, object, prepositions, and the actors of its complement.

In: a Tree, its SentenceMentions and the Dictionaries. Out: Mentions, without those that can be no side of the event.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from coder.actors import SentenceMentions
from coder.dictionary.load import Dictionaries
from coder.dictionary.schema import WORLD_REGIONS
from coder.grammar import Tree
from coder.owners import country_of, led_by
from coder.records import FrameMatch, Mention
from coder.resolve import resolve_actor

NO_SPANS: Final[frozenset[tuple[int, int]]] = frozenset()
# Appeals, demands and threats: what stands in their infinitive has not happened.
ASKING: Final = frozenset({"02", "10", "13"})
# Nouns that only measure or bundle what follows "of".
QUANTIFIERS: Final = frozenset(
    "number series wave string round set spate barrage dozen hundred thousand million billion lot part majority variety range "
    "kind sort type form act action volley flurry group amount bit host score pair couple handful package measure "
    "resumption start beginning continuation".split()
)
SPELLS: Final = frozenset("hour day night week month year".split())
PROTEST_NOUNS: Final = frozenset("protest demonstration rally march sit-in unrest uprising movement".split())
# Functions of a complement's verb that may name whom a stance is taken towards, in the order in which they are asked.
PARTICIPANT_FUNCTIONS: Final[tuple[str, ...]] = (
    "object", "indirect", "with", "before", "by", "to", "against", "on", "from", "for", "into", "of", "in", "at", "between", "over",
)  # fmt: skip
SHARED_PREPOSITIONS: Final = frozenset({"of", "against", "for", "on", "to", "with"})
# What police and courts do to persons, whose names no dictionary needs to have.
CASE_CODES: Final[tuple[str, ...]] = ("0841", "09", "115", "116", "173")
# Prepositions that lead to whom an act of force is done.
ACT_PREPOSITIONS: Final = frozenset({"against", "on", "to", "at", "in", "with"})
# Codes of forces that move: whose are moved is not whom it is done to.
OWN_FORCES: Final[tuple[str, ...]] = ("033", "0356", "0334", "07", "087", "15", "0344", "030")
MOVING_WORDS: Final = frozenset(
    "deploy deployment send sending dispatch redeploy redeployment mobilise mobilize mobilisation mobilization reinforce reinforcement "
    "rotate rotation commit station withdraw withdrawal pullout pull".split()
)
# Praise, blame and refusal of what somebody says, writes or looks into, and the words that tell what that is about.
JUDGEMENTS: Final = frozenset({"05", "11", "12"})
TEXTS_AND_INQUIRIES: Final = frozenset(
    "inquiry enquiry investigation probe review audit hearing debate report study article book film documentary story essay question "
    "briefing".split()
)
ABOUT: Final = frozenset({"into", "on", "about", "over", "in"})
# Of those who do so to a text nothing is its own words.
TURNING_DOWN: Final = frozenset(
    "veto vetoed reject oppose block dismiss deny refuse criticise criticize condemn denounce welcome praise read receive ignore withdraw ban".split()
)
CLAIMS: Final = frozenset("accusation allegation claim charge suggestion report rumour rumor assertion".split())
# Meetings and calls, and the prepositions by which somebody else's act tells of them.
CONTACT_ROOT: Final = "04"
BESIDE: Final = frozenset({"in", "during", "at", "after", "following"})
UNHELD: Final = frozenset("failed fruitless planned cancelled canceled scheduled abortive collapsed".split())  # talks that came to nothing, or are to come
# What is turned down whoever it is to be done to.
PROPOSALS: Final = frozenset("proposal plan idea bill initiative suggestion scheme".split())
# Ways of dealing with a country that somebody turns down.
WAYS: Final = frozenset({"solution", "intervention", "option"})
GROUND: Final = frozenset({"in", "for", "to"})
# What is done "over" an act is done to whose act it is, not to its victims; acts of states on their own people.
ANSWERS: Final = frozenset({"10", "11", "12", "13", "16", "17"})
REPRESSIONS: Final = frozenset(
    "crackdown jailing arrest detention imprisonment repression persecution execution torture trial prosecution conviction sentencing abuse".split()
)
# The relations that lead from an actor up its phrase, and on through an infinitive to a noun ("efforts to …").
IN_PHRASE: Final = frozenset({"compound", "amod", "conj", "appos", "flat", "nummod"})
IN_CLAUSE: Final = frozenset({"obj", "obl", "iobj", "xcomp", "advcl"})


class Arguments:
    """The arguments of the triggers of one sentence.

    Args:
        tree, mentions, dictionaries: of the sentence.
    """

    __slots__ = ("borrow", "dictionaries", "mentions", "tree")

    def __init__(self, tree: Tree, mentions: SentenceMentions, dictionaries: Dictionaries) -> None:
        self.tree = tree
        self.mentions = mentions
        self.dictionaries = dictionaries
        self.borrow: dict[int, int] = {}  # nouns → the verb whose prepositions may be theirs

    def function(self, i: int, carrier: int, name: str) -> tuple[int, ...]:
        """Heads that fill a function of trigger i, or of the verb that carries it out."""
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
        if not found and self.borrow and i in self.borrow and name not in ("subject", "object", "complement", "owner", "indirect"):
            lent = _without(tree.function(self.borrow[i], name), i)
            # "In Luanda, the rebels rejected a ceasefire": where it was rejected
            return tuple([t for t in lent if t > i]) if name in ("in", "at") else lent
        return found

    def fill(
        self, i: int, carrier: int, functions: tuple[str, ...], inner: FrameMatch | None, *, as_source: bool,
        other: tuple[Mention, ...] = (), code: str = "", tokens: tuple[int, ...] = (),
    ) -> tuple[Mention, ...]:  # fmt: skip
        """The mentions of the first function that names an actor."""
        weak: tuple[Mention, ...] = ()
        taken: frozenset[tuple[int, int]] = frozenset([(m.start, m.end) for m in other]) if other else NO_SPANS
        judged = not as_source and code[:2] in JUDGEMENTS
        for name in functions:
            if "." not in name or not name.startswith(("inner.", "complement.")):
                if as_source and name in ("from", "in") and functions[0] == "subject" and self.tree.verbal[carrier] and not self.tree.is_passive(carrier):
                    continue  # only a passive leaves its doer to the place ("were deported from Iran")
                heads = self.function(i, carrier, name)
                if not as_source and heads and name in ACT_PREPOSITIONS:
                    heads = tuple([h for h in heads if not self._of_another_act(i, carrier, h, tokens)])
                if not heads and not (as_source and name == "subject"):
                    continue
                found = self.mentions_of(heads, as_source, NO_SPANS if as_source else taken)
                if not as_source:
                    kept = self.true_targets(found, other, code, i, carrier)
                    if found and not kept and judged:  # "condemned the court's decision to reinstate the president's ban"
                        kept = self.true_targets(self.mentions_of(heads, False, taken.union([(m.start, m.end) for m in found])), other, code, i, carrier)
                    found = kept
                elif not found and name == "subject":
                    found = self.mentions_of(self._doers_of(heads), True)
                    if not found and code.startswith("14") and self.tree.upos[i] == "VERB":
                        found = self._crowds(i, carrier, heads)
                    if not found and self.tree.upos[i] in ("NOUN", "PROPN"):
                        leader = led_by(self.mentions, i, ("amod", "compound"))
                        found = (leader,) if leader is not None else self._who_meets(i) if code.startswith(CONTACT_ROOT) else ()
                if not as_source and found and name in ("object", "subject") and all((m.start, m.end) in taken for m in found):
                    continue
            elif name.startswith("inner."):
                if inner is None:
                    continue
                found = inner.targets if name == "inner.target" else inner.sources
                found = tuple([m for m in found if (m.start, m.end) not in taken])
                if judged:
                    found = tuple([m for m in found if not self._subject_matter(m, code, i, carrier)])
            else:
                found = self.complement_mentions(i, carrier, name.partition(".")[2], taken)
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

    def mentions_of(
        self, heads: tuple[int, ...], as_source: bool, exclude: frozenset[tuple[int, int]] = NO_SPANS
    ) -> tuple[Mention, ...]:
        """The actors of some phrases, each once."""
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

    def complement_mentions(self, i: int, carrier: int, what: str, taken: frozenset[tuple[int, int]]) -> tuple[Mention, ...]:
        """Actors in the complement clause of a stance: its subject, or the first other function that names one."""
        tree = self.tree
        heads = [*self.function(i, carrier, "complement")]
        if what == "subject":
            return self.mentions_of(tuple(s for h in heads for s in tree.function(h, "subject")), False)
        for head in heads:
            queue, seen = [head], {head}
            while queue:
                node = queue.pop(0)
                for name in PARTICIPANT_FUNCTIONS:
                    named = tree.function(node, name)
                    if named:
                        found = tuple([m for m in self.mentions_of(named, False) if (m.start, m.end) not in taken])
                        if found:
                            return found
                for c in tree.children[node]:
                    if tree.relations[c] == "advcl" and any(tree.lower[g] in ("until", "unless") for g in tree.children[c]):
                        awaited = tuple(m for m in self.mentions_of(tree.function(c, "subject"), False) if (m.start, m.end) not in taken)
                        if awaited:  # "refused to negotiate until Islamabad acted against militants"
                            return awaited
                for c in tree.children[node]:
                    if tree.relations[c] in ("xcomp", "obj", "advcl", "conj", "ccomp", "acl") and c not in seen:
                        seen.add(c)
                        queue.append(c)
        return ()

    def _doers_of(self, heads: tuple[int, ...]) -> tuple[int, ...]:
        """ "issued a report accusing …", "a bill banning … was passed by": who made the text that speaks."""
        tree = self.tree
        found: tuple[int, ...] = ()
        for h in heads:
            verb = tree.heads[h]
            if verb >= 0 and tree.upos[verb] == "VERB" and tree.lower_lemmas[verb] not in TURNING_DOWN and h in tree.function(verb, "object"):
                found += tree.function(verb, "subject")
        return found

    def _who_meets(self, i: int) -> tuple[Mention, ...]:
        """Who does something else "in a phone call with X", "after talks with X"."""
        tree = self.tree
        verb = tree.heads[i]
        if verb < 0 or tree.relations[i] != "obl" or not tree.verbal[verb] or tree.case(i) not in BESIDE:
            return ()
        if any(tree.lower[c] in UNHELD for c in tree.children[i]):
            return ()
        return self.mentions_of(tree.function(verb, "subject"), True)

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
                for mention in self.mentions_of(self.function(i, carrier, name), False):
                    if letters(mention):
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

    # ---- who is no target ------------------------------------------------------------------------------------------

    def true_targets(self, found: tuple[Mention, ...], sources: tuple[Mention, ...], code: str, i: int, carrier: int) -> tuple[Mention, ...]:
        """Without the forces that a side sends or withdraws itself, and without words of the doer's own phrase."""
        for m in found:
            if m.form == "region" and m.kind == "place" and m.actors[0].code in WORLD_REGIONS:  # "the South China Sea": where, not whom
                found = tuple([m for m in found if m.form != "region" or m.kind != "place" or m.actors[0].code not in WORLD_REGIONS])
                break
        root = code[:2]
        if not found or not sources or root == "14":
            return found
        judging = root in JUDGEMENTS or code.startswith("172")  # bans of it too
        answering = root in ANSWERS
        changed = False
        kept: list[Mention] = []
        for m in found:
            act = self._answered(m, i, carrier) if answering else -1
            if act >= 0:
                for doer in self._blamed(act, m, sources):
                    if doer not in kept:
                        kept.append(doer)
                changed = True
                continue
            if _part_of_doer(m, sources) or (judging and self._subject_matter(m, code, i, carrier)):
                continue
            if root == "16" and (m.kind == "place" or m.form == "capital") and self.tree.case(m.head) in ("in", "at", "near") and any(letters(s) == letters(m) for s in sources):
                continue  # "closed the Belgian embassy in its capital": where
            if code == "163" and m.kind == "organization" and self.tree.deprels[m.head] in ("compound", "nmod:poss") and self._imposed(m):
                continue  # "enforces United Nations sanctions"
            if m.kind == "agent":
                if code.startswith(OWN_FORCES) and self._own_forces(m):
                    continue
                if root not in ASKING and self._moved(m) and self._own_forces(m, sources):
                    continue
            kept.append(m)
        return tuple(kept) if changed or len(kept) != len(found) else found

    def _imposed(self, m: Mention) -> bool:
        """Whether a mention stands before "sanctions": whose they are."""
        above = self.tree.heads[m.head]
        return m.sentence_index == self.tree.sentence.index and above >= 0 and self.tree.lower_lemmas[above] in ("sanction", "embargo")

    def _answered(self, m: Mention, i: int, carrier: int) -> int:
        """The invasion of "froze assets over the invasion of Ukraine", in whose words the mention stands; -1 for none."""
        tree = self.tree
        if m.sentence_index != tree.sentence.index:
            return -1
        node = m.head
        while node >= 0 and node not in (i, carrier):
            if node != m.head and tree.relations[node] in ("nmod", "obl") and tree.case(node) == "over" and tree.upos[node] in ("NOUN", "VERB"):
                lemma = tree.lower_lemmas[node]
                if lemma in REPRESSIONS or any(f.code and f.code >= "13" for f in self.dictionaries.frames.get(("noun", lemma), ())):
                    return node
            node = tree.heads[node]
        return -1

    def _blamed(self, act: int, victim: Mention, sources: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """Whose act it is that is answered; of repression without a word of whose, the country where or of whose people it is done."""
        tree = self.tree
        doers = tuple(m for m in self.mentions_of(tree.function(act, "subject"), True) if m.kind != "unknown")
        if doers or tree.lower_lemmas[act] not in REPRESSIONS:
            return doers
        for t in tree.subtree(act):
            if tree.case(t) == "in" and tree.relations[t] in ("nmod", "obl"):
                place = self.mentions.at(t)
                if place is not None and place.kind in ("country", "place"):
                    return (place,)
        country = country_of(self.mentions, victim)
        return () if country is None or letters(country) in [letters(s) for s in sources] else (country,)

    def _subject_matter(self, m: Mention, code: str, i: int, carrier: int) -> bool:
        """The police of "refused to open an inquiry into police violence": what a text or an inquiry is about, not whom it is refused.

        Of what is praised or blamed also what it is to do: Yemen of "welcomed efforts to end the war in Yemen".
        """
        tree = self.tree
        if m.sentence_index != tree.sentence.index:
            return False
        node = m.head
        while node not in (i, carrier):
            above = tree.heads[node]
            relation = tree.relations[node]
            if relation == "nmod" or (relation == "obl" and above >= 0 and tree.upos[above] == "NOUN"):
                case = tree.case(node)
                if case == "by":
                    return False  # "a report on human rights by the European Union": whose it is
                if case in ABOUT and tree.lower_lemmas[above] in TEXTS_AND_INQUIRIES:
                    return True
                if code.startswith("12") and case in GROUND and tree.lower_lemmas[above] in WAYS:
                    return True
            elif relation == "acl" or (relation == "ccomp" and above >= 0 and tree.upos[above] == "NOUN"):
                if tree.deprels[node] == "acl:relcl":
                    return False
                if not tree.has_to(node):  # "rejected accusations that it had armed rebels"
                    return tree.lower_lemmas[above] in CLAIMS and any(tree.lower[c] == "that" and tree.relations[c] == "mark" for c in tree.children[node])
                return tree.upos[above] == "NOUN" and (code.startswith(("05", "11")) or tree.lower_lemmas[above] in PROPOSALS)
            elif relation in IN_CLAUSE:
                if code[:2] not in JUDGEMENTS or tree.upos[above] != "VERB":
                    return False
            elif relation not in IN_PHRASE:
                return False
            node = above
        return False

    def where_stationed(self, mention: Mention) -> Mention:
        """Mali of "the UN's blue helmets in Mali": peace is kept for the country."""
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

    def theirs(self, mention: Mention) -> bool:
        """Whether a mention of the sentence is told as "their embassies"."""
        return mention.kind == "agent" and mention.sentence_index == self.tree.sentence.index and self.tree.owned_by_pronoun(mention.head)

    def _own_forces(self, mention: Mention, sources: tuple[Mention, ...] = ()) -> bool:
        """ "withdraw its troops", "send American soldiers" (of America): forces that are moved, by whoever moves them."""
        if mention.kind != "agent" or not mention.role.startswith(("MIL", "COP")) or mention.sentence_index != self.tree.sentence.index:
            return False
        if self.tree.owned_by_pronoun(mention.head):
            return True
        return not mention.owners or any(letters(s) == letters(mention) for s in sources)


def _part_of_doer(m: Mention, sources: tuple[Mention, ...]) -> bool:
    """Whether the words of a mention overlap with those of a doer without being the same."""
    for s in sources:
        if m.start < s.end and s.start < m.end and (m.start != s.start or m.end != s.end) and m.sentence_index == s.sentence_index:
            return True
    return False


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


def letters(mention: Mention) -> str:
    """Country letters of a mention, or of whose it is; "" for none."""
    return resolve_actor(mention.owners[0] if mention.owners else mention, None).code[:3]
