"""Names and role nouns of the dictionaries in a sentence, and which of them a noun phrase holds.

In: a Tree and the Dictionaries. Out: Phrases, the longest that begin at a word; capitals and tags tell names from words.

    >>> SentencePhrases(Tree(sentence), dictionaries).names
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from coder.dictionary.compiled import HYPHENS, AgentHit, NameHit, TrieNode
from coder.dictionary.lexicon import after_parts
from coder.dictionary.load import Dictionaries
from coder.grammar import Tree
from coder.participles import LED_OR_BACKED

CORE_RELATIONS: Final = frozenset({"compound", "flat", "amod", "nummod", "fixed", "goeswith", "nmod:desc", "name", "nmod:unmarked"})
DATELINE_ENDS: Final = frozenset({"--", "—", "–", "-", ":"})
# Of two readings of a name the one further front counts.
FORM_ORDER: Final = {"name": 0, "metonym": 1, "capital": 2, "inhabitant": 3, "adjective": 4, "region": 5, "city": 6}
# "post-Soviet", "anti-Russian": the adjective tells no owner.
PREFIXES: Final = frozenset({"post", "pre", "anti", "pro", "non", "ex"})
CLOSED_CLASS: Final = frozenset({"VERB", "AUX", "ADP", "DET", "PRON", "CCONJ", "SCONJ", "PART", "INTJ", "PUNCT"})
PERSON_PRONOUNS: Final = frozenset({"he", "him", "his", "she", "her", "hers", "himself", "herself"})
THING_PRONOUNS: Final = frozenset({"it", "its", "itself"})
PLURAL_PRONOUNS: Final = frozenset({"they", "them", "their", "theirs", "themselves", "both", "each"})
SPEAKER_PRONOUNS: Final = frozenset({"i", "we", "us", "our", "my", "me", "ours", "ourselves", "myself"})
ALL_PRONOUNS: Final = PERSON_PRONOUNS | THING_PRONOUNS | PLURAL_PRONOUNS | SPEAKER_PRONOUNS | {"who", "which", "that", "this", "these", "those", "us", "what", "you", "may", "will", "one"}


def dateline_end(forms: Sequence[str]) -> int:
    """How many tokens a dateline at the start takes ("WASHINGTON (AP) --", "ANKARA:", "KHARTOUM, March 16 (Xinhua)"); 0 for none."""
    first = forms[0] if forms else ""
    shouted = len(first) > 2 and first.isupper() and first.isalpha()
    agency = False
    for i, form in enumerate(forms[:14]):
        if form in DATELINE_ENDS:
            return i + 1 if i and (shouted or agency) else 0
        if form == ")":
            agency = True
            if not (i + 1 < len(forms) and forms[i + 1] in DATELINE_ENDS):
                return i + 1 if shouted or forms[1] == "," else 0
        if not (form[:1].isupper() or form[:1].isdigit() or form in {",", ".", "(", ")"}):
            return 0
    return 0


class Phrase:
    """A dictionary phrase found in the sentence: token span and what it may mean."""

    __slots__ = ("agents", "end", "names", "start")

    def __init__(self, start: int, end: int, names: list[NameHit], agents: list[AgentHit]) -> None:
        self.start = start
        self.end = end
        self.names = names
        self.agents = agents


class SentencePhrases:
    """The dictionary phrases of one sentence.

    Args:
        tree: the sentence.
        dictionaries: names and agents.
    """

    __slots__ = ("agent_at", "agents", "covered", "dateline", "day", "dictionaries", "keys", "name_at", "names", "qualified", "tree", "words")

    def __init__(self, tree: Tree, dictionaries: Dictionaries) -> None:
        self.tree = tree
        self.dictionaries = dictionaries
        self.day = tree.sentence.publication_date
        lexicon = dictionaries.lexicon()
        words = self.words = [lexicon.word(s) for s in tree.spellings]
        self.qualified = False  # whether any word does
        for word in words:
            if word.qualifies:
                self.qualified = True
                break
        self.keys = [word.key for word in words]
        self.names: list[Phrase] = []
        self.agents: list[Phrase] = []
        n = len(words)
        self.name_at: list[Phrase | None] = [None] * n
        self.agent_at: list[Phrase | None] = [None] * n
        self.covered: set[int] = set()  # tokens of phrases
        self.dateline = dateline_end(tree.forms)
        self._scan()

    def _scan(self) -> None:
        forms, words = self.tree.forms, self.words
        n = len(forms)
        shouting = -1  # not known yet
        end = 0
        for i, word in enumerate(words):
            if i < end:
                continue
            node = word.names
            if node is not None:
                if shouting < 0:
                    shouting = self._shouting()
                found = self._longest(i, node, shouting > 0)
                if found is None:
                    continue
                if word.key == "the" and found.end < n and forms[found.end][:1].isupper() and not found.names[0].capitals[0]:
                    continue  # "the West Bank" is not the West
            elif word.led is not None:
                found = Phrase(i, i + 1, word.led, [])
            else:
                continue
            if not (i > 1 and forms[i - 1] in HYPHENS and words[i - 2].key in PREFIXES and found.names[0].form == "adjective"):
                self.names.append(found)
                self._cover(found, self.name_at)
            end = found.end
        end = 0
        for i, word in enumerate(words):
            node = word.agents
            if node is None or i < end:
                continue
            last = -1
            hits: list[AgentHit] = []
            j = i + 1
            while node is not None:
                if node.agents:
                    last, hits = j, node.agents
                if not node.next:
                    break
                while j < n and forms[j] in HYPHENS:
                    j += 1
                if j >= n:
                    break
                key = words[j].key
                node = node.next[key] if key in node.next else after_parts(node, key) if "-" in key else None
                j += 1
            if last > 0 and self._agent_fits(i, last, hits):
                phrase = Phrase(i, last, [], hits)
                self.agents.append(phrase)
                self._cover(phrase, self.agent_at)
                end = last

    def _shouting(self) -> int:
        """Whether most words are in capitals, 1 or 0."""
        capitals = 0
        for known in self.tree.spellings:
            if known.upper:
                capitals += 1
        return int(capitals * 2 > self.tree.n > 4)

    def _cover(self, phrase: Phrase, places: list[Phrase | None]) -> None:
        for t in range(phrase.start, phrase.end):
            places[t] = phrase
            self.covered.add(t)

    def _agent_fits(self, start: int, end: int, hits: list[AgentHit]) -> bool:
        if end - start > 1:
            return True
        return self.tree.upos[start] in ("NOUN", "PROPN", "ADJ", "X") or hits[0].plural

    def _longest(self, start: int, node: TrieNode, shouting: bool) -> Phrase | None:
        forms, keys = self.tree.forms, self.keys
        n = len(forms)
        best: Phrase | None = None
        j = start + 1
        current: TrieNode | None = node
        positions = [start]
        while current is not None:
            if current.hits:
                hits: list[NameHit] = []
                for h in current.hits:
                    if self._capitals_fit(h, positions, shouting):
                        hits.append(h)
                if hits and self._tag_fits(positions, hits):
                    best = Phrase(start, j, hits, [])
            if not current.next:
                break
            while j < n and (forms[j] in HYPHENS or (forms[j] == "." and j + 1 < n)):
                j += 1
            if j < n - 1 and len(keys[j]) == 1 and keys[j] not in current.next and forms[j][:1].isupper() and keys[j].isalpha():
                j += 1  # "Mikhail S. Gorbachev": a middle initial
            if j >= n:
                break
            current = current.next.get(keys[j])
            positions.append(j)
            j += 1
        return best

    def _capitals_fit(self, hit: NameHit, positions: list[int], shouting: bool) -> bool:
        forms = self.tree.forms
        if hit.acronym:
            word = forms[positions[0]]
            letters = word.replace(".", "")
            if not letters.isupper():
                return False
            return not shouting or "." in word or len(letters) > 2 or self.tree.upos[positions[0]] == "PROPN"
        capitals = hit.capitals
        for k in range(min(len(positions), len(capitals))):
            if capitals[k]:
                first = forms[positions[k]][:1]
                if not first.isupper() and first.isalpha():
                    return False
        return True

    def _tag_fits(self, positions: list[int], hits: list[NameHit]) -> bool:
        if len(positions) > 1 or hits[0].acronym:
            return True
        tag = self.tree.upos[positions[0]]
        if tag == "PUNCT" and self.tree.forms[positions[0]].endswith("-"):
            return True  # "Saudi-" of "Saudi-led"
        if tag in CLOSED_CLASS:
            if tag in ("PRON", "AUX") and self.tree.lower[positions[0]] not in ALL_PRONOUNS and self.tree.relation(positions[0]) in ("nsubj", "obj", "iobj", "obl", "nmod"):
                return True  # "gives Putin a deadline"
            return tag in ("VERB", "INTJ", "X") and positions[0] > 0 and any(h.form in ("name", "capital") for h in hits)
        return True

    # ---- noun phrases ------------------------------------------------------------------------------------------

    def core(self, head: int) -> set[int]:
        """Tokens of the phrase itself: head, titles, compounds, adjectives; not its possessor or complements."""
        tree = self.tree
        core = {head}
        if not tree.children[head]:
            return core
        deprels, relations = tree.deprels, tree.relations
        queue = [head]
        while queue:
            node = queue.pop()
            for c in tree.children[node]:
                relation = deprels[c]
                if relation in CORE_RELATIONS:
                    if relation == "amod" and self._participle(c):
                        continue
                elif relation == "punct":
                    if tree.forms[c] in HYPHENS:
                        core.add(c)
                    continue
                elif relation == "nmod":
                    if c > node or tree.case(c) != "":
                        continue
                elif relation == "conj":
                    if node == head or c > head or relations[node] not in ("amod", "compound"):
                        continue
                elif relations[c] not in ("compound", "flat"):
                    continue
                core.add(c)
                if tree.children[c]:
                    queue.append(c)
        return core

    def core_with_phrases(self, head: int) -> set[int]:
        """The core, and all of the phrases over its head."""
        core = self.core(head)
        for p in (self.name_at[head], self.agent_at[head]):
            if p is not None and p.end - p.start > 1:
                core.update(range(p.start, p.end))
        return core

    def _participle(self, i: int) -> bool:
        """ "Turkish-backed": what stands before the participle is not the nationality of the noun."""
        if self.tree.upos[i] == "VERB" or self.keys[i] in LED_OR_BACKED:
            return True
        form = self.tree.forms[i]
        return "-" in form and form.rsplit("-", 1)[1].lower() in LED_OR_BACKED

    def phrases_in(self, phrases: list[Phrase], tokens: set[int]) -> list[Phrase]:
        found: list[Phrase] = []
        for p in phrases:
            if p.end - p.start == 1:
                if p.start in tokens:
                    found.append(p)
            elif self._lies_in(p, tokens):
                found.append(p)
        return found

    def _lies_in(self, phrase: Phrase, tokens: set[int]) -> bool:
        forms = self.tree.forms
        for t in range(phrase.start, phrase.end):
            if t not in tokens and forms[t] != "." and forms[t] not in HYPHENS:
                return False
        return True

    def part_of_a_name(self, phrase: Phrase) -> bool:
        """ "Milan" of "President Milan Jovic"."""
        tree = self.tree
        last = phrase.end - 1
        return phrase.end - phrase.start == 1 and phrase.names[0].form in ("city", "region") and (
            tree.relation(last) == "flat" or any(tree.relation(c) == "flat" for c in tree.children[last])
        )

    def best_hit(self, hits: list[NameHit]) -> NameHit:
        """Of the meanings of a name the one whose kind of name, else whose roles, are nearest."""
        best = hits[0]
        if len(hits) == 1:
            return best
        rank, nearest = FORM_ORDER.get(best.form, 9), best.actor.remoteness(self.day)
        for hit in hits:
            its_rank = FORM_ORDER.get(hit.form, 9)
            if its_rank < rank:
                best, rank, nearest = hit, its_rank, hit.actor.remoteness(self.day)
            elif its_rank == rank:
                distance = hit.actor.remoteness(self.day)
                if distance < nearest:
                    best, nearest = hit, distance
        return best
