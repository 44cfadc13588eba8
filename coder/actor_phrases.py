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
from coder.records import Sentence
from coder.spelling import Spelling

CORE_RELATIONS: Final = frozenset({"compound", "flat", "amod", "nummod", "fixed", "goeswith", "nmod:desc", "name", "nmod:unmarked"})
APOSTROPHES: Final = frozenset({"'", "’"})
SHORT_HYPHENS: Final = frozenset("-‐‑")
DATELINE_ENDS: Final = frozenset({"--", "—", "–", "-", ":"})
# Of two readings of a name the one further front counts.
FORM_ORDER: Final = {"name": 0, "metonym": 1, "capital": 2, "inhabitant": 3, "adjective": 4, "region": 5, "city": 6}
# "post-Soviet", "anti-Russian": the adjective tells no owner.
PREFIXES: Final = frozenset({"post", "pre", "anti", "pro", "non", "ex"})
OWNING: Final = 0  # words of a name that "People's" is: one, in two tokens
CLOSED_CLASS: Final = frozenset({"VERB", "AUX", "ADP", "DET", "PRON", "CCONJ", "SCONJ", "PART", "INTJ", "PUNCT"})
PERSON_PRONOUNS: Final = frozenset({"he", "him", "his", "she", "her", "hers", "himself", "herself"})
THING_PRONOUNS: Final = frozenset({"it", "its", "itself"})
PLURAL_PRONOUNS: Final = frozenset({"they", "them", "their", "theirs", "themselves", "both", "each"})
SPEAKER_PRONOUNS: Final = frozenset({"i", "we", "us", "our", "my", "me", "ours", "ourselves", "myself"})
ALL_PRONOUNS: Final = PERSON_PRONOUNS | THING_PRONOUNS | PLURAL_PRONOUNS | SPEAKER_PRONOUNS | {"who", "which", "that", "this", "these", "those", "us", "what", "you", "may", "will", "one"}


def dateline_end(sentence: Sentence) -> int:
    """How many tokens a dateline at the start takes ("WASHINGTON (AP) --", "ANKARA:", "KHARTOUM, March 16 (Xinhua)"); 0 for none."""
    forms = sentence.forms
    first = forms[0] if forms else ""
    shouted = len(first) > 2 and first.isupper() and first.isalpha()
    agency = False
    for i, form in enumerate(forms[:14]):
        if form in DATELINE_ENDS:
            if i and form in SHORT_HYPHENS and forms[i - 1] != ")" and i + 1 < len(forms) and forms[i + 1].isupper():
                if sentence.starts[i] == sentence.ends[i - 1]:
                    continue  # "ZANU-PF"
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


def _owning(spellings: Sequence[Spelling], keys: Sequence[str]) -> dict[int, str]:
    """Of nouns before "'s" the key of both together, as dictionaries have it: "peoples" of "People's Liberation Army"."""
    return {i - 1: keys[i - 1] + "s" for i, known in enumerate(spellings) if known.clitic and i > 0}


class SentencePhrases:
    """The dictionary phrases of one sentence.

    Args:
        tree: the sentence.
        dictionaries: names and agents.
    """

    __slots__ = ("_owning", "agent_at", "agents", "covered", "dateline", "day", "dictionaries", "keys", "name_at", "names", "qualified", "tree", "words")

    def __init__(self, tree: Tree, dictionaries: Dictionaries) -> None:
        self.tree = tree
        self.dictionaries = dictionaries
        self.day = tree.sentence.publication_date
        lexicon = dictionaries.lexicon()
        words = self.words = [lexicon.word(s) for s in tree.spellings]
        self.qualified = False  # whether any word does
        owning = False
        for word in words:
            if word.qualifies:
                self.qualified = True
            elif word.clitic:
                owning = True
        self.keys = [word.key for word in words]
        self.names: list[Phrase] = []
        self.agents: list[Phrase] = []
        n = len(words)
        self.name_at: list[Phrase | None] = [None] * n
        self.agent_at: list[Phrase | None] = [None] * n
        self.covered: set[int] = set()  # tokens of phrases
        self.dateline = dateline_end(tree.sentence)
        self._owning = _owning(tree.spellings, self.keys) if owning else None
        self._scan()

    def _scan(self) -> None:
        forms, words = self.tree.forms, self.words
        n = len(forms)
        clitics = self._owning
        shouting = -1  # not known yet
        end = 0
        for i, word in enumerate(words):
            if i < end:
                continue
            node = word.names
            owning = "" if clitics is None or i not in clitics else clitics[i]
            if node is not None or (owning and owning in self.dictionaries.names.next and forms[i][:1].isupper()):
                if shouting < 0:
                    shouting = self._shouting()
                found: Phrase | None = None
                if owning and owning in self.dictionaries.names.next:
                    owned = self.dictionaries.names.next[owning]
                    if self._goes_on(owned, i + 2):
                        found = self._longest(i, owned, shouting > 0, 1, i + 2)
                if found is None and node is not None:
                    found = self._longest(i, node, shouting > 0, word.name_words, i + 1)
                if found is None and word.led is not None:
                    found = Phrase(i, i + 1, word.led, [])
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
            if i < end:
                continue
            if word.agents is None and clitics is None:
                continue
            phrase: Phrase | None = None
            owning = "" if clitics is None or i not in clitics else clitics[i]
            if owning and owning in self.dictionaries.agents.next and self._goes_on(self.dictionaries.agents.next[owning], i + 2):
                phrase = self._longest_agent(i, self.dictionaries.agents.next[owning], i + 2)
            if phrase is None and word.agents is not None:
                phrase = self._longest_agent(i, word.agents, i + 1)
            if phrase is not None:
                self.agents.append(phrase)
                self._cover(phrase, self.agent_at)
                end = phrase.end

    def _goes_on(self, node: TrieNode, place: int) -> bool:
        """Whether a phrase goes on with the word at a place: "People's Liberation Army", but not "Cuba's request" for one named Cubas."""
        if place >= len(self.keys):
            return False
        key = self.keys[place]
        if key in node.next or (self._owning is not None and place in self._owning and self._owning[place] in node.next):
            return True
        return "-" in key and after_parts(node, key) is not None

    def _longest_agent(self, start: int, node: TrieNode | None, after: int) -> Phrase | None:
        """The longest agent's phrase, of which the words before `after` have led to the node."""
        forms = self.tree.forms
        n = len(forms)
        last = -1
        hits: list[AgentHit] = []
        j = after
        while node is not None:
            if node.agents:
                last, hits = j, node.agents
            if not node.next:
                break
            while j < n and (forms[j] in HYPHENS or forms[j] in APOSTROPHES):
                j += 1
            if j >= n:
                break
            node, words = self._step(node, j)
            j += 2 if words == OWNING else 1
        return Phrase(start, last, [], hits) if last > 0 and self._agent_fits(start, last, hits) else None

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

    def _longest(self, start: int, node: TrieNode, shouting: bool, words: int, after: int) -> Phrase | None:
        """The longest name that begins with a token.

        Args:
            node: where the token leads.
            shouting: whether the sentence is in capitals.
            words: how many words of the name the token has.
            after: the token behind these.
        """
        forms, keys = self.tree.forms, self.keys
        n = len(forms)
        best: Phrase | None = None
        j = after
        current: TrieNode | None = node
        letters = [forms[start][:1]] if words == 1 else [part[:1] for part in forms[start].split("-")]  # of its words so far
        while current is not None:
            if current.hits:
                hits: list[NameHit] = []
                for h in current.hits:
                    if self._capitals_fit(h, start, letters, shouting):
                        hits.append(h)
                if hits and self._tag_fits(start, len(letters), hits):
                    best = Phrase(start, j, hits, [])
            if not current.next:
                break
            while j < n and (forms[j] in HYPHENS or forms[j] in APOSTROPHES or (forms[j] == "." and j + 1 < n)):
                j += 1
            if j < n - 1 and len(keys[j]) == 1 and keys[j] not in current.next and forms[j][:1].isupper() and keys[j].isalpha():
                j += 1  # "Mikhail S. Gorbachev": a middle initial
            if j >= n:
                break
            current, words = self._step(current, j)
            if words > 1:
                letters += [part[:1] for part in forms[j].split("-")]
            else:
                letters.append(forms[j][:1])
            j += 2 if words == OWNING else 1
        return best

    def _step(self, node: TrieNode, place: int) -> tuple[TrieNode | None, int]:
        """Where the word at a place leads in the phrases of a dictionary, and how many words of theirs it is, `OWNING` for "People's"."""
        key = self.keys[place]
        owning = "" if self._owning is None or place not in self._owning else self._owning[place]
        if owning and owning in node.next and (key not in node.next or self._goes_on(node.next[owning], place + 2)):
            return node.next[owning], OWNING
        if key in node.next:
            return node.next[key], 1
        return (after_parts(node, key), key.count("-") + 1) if "-" in key else (None, 1)

    def _capitals_fit(self, hit: NameHit, start: int, letters: list[str], shouting: bool) -> bool:
        """Whether the words of the text, by their first letters, are capitalised where those of the name are."""
        if hit.acronym:
            word = self.tree.forms[start]
            plain = word.replace(".", "")
            if not plain.isupper():
                return False
            return not shouting or "." in word or len(plain) > 2 or self.tree.upos[start] == "PROPN"
        capitals = hit.capitals
        if len(letters) == 1 and not shouting and len(self.tree.forms[start]) == 2 and self.tree.spellings[start].upper:
            return False  # "Pius XI" is no Xi
        for k in range(min(len(letters), len(capitals))):
            if capitals[k] and not letters[k].isupper() and letters[k].isalpha():
                return False
        return True

    def _tag_fits(self, start: int, words: int, hits: list[NameHit]) -> bool:
        if words > 1 or hits[0].acronym:
            return True
        tag = self.tree.upos[start]
        if tag == "PUNCT" and self.tree.forms[start].endswith("-"):
            return True  # "Saudi-" of "Saudi-led"
        if tag in CLOSED_CLASS:
            if tag in ("PRON", "AUX") and self.tree.lower[start] not in ALL_PRONOUNS and self.tree.relation(start) in ("nsubj", "obj", "iobj", "obl", "nmod"):
                return True  # "gives Putin a deadline"
            return tag in ("VERB", "INTJ", "X") and start > 0 and any(h.form in ("name", "capital") for h in hits)
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
        """The core, and all of the phrases over its head, with what stands before their words ("Kenyan" of "the Kenyan farmers' union")."""
        core = self.core(head)
        for p in (self.name_at[head], self.agent_at[head]):
            if p is not None and p.end - p.start > 1:
                for t in range(p.start, p.end):
                    if t not in core:
                        core |= self.core(t)
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
