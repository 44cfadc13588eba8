"""Words of texts with what the dictionaries have under them: most words come again and again, and are looked up once.

    >>> dictionaries.lexicon().word(spelling("Syrian")).key
    'syrian'
"""

from __future__ import annotations

import itertools
from typing import Final

from coder.dictionary.compiled import NameHit, TrieNode, normalize
from coder.participles import LED_OR_BACKED
from coder.spelling import Spelling

FORMER: Final = frozenset({"former", "ex", "onetime", "deposed", "ousted", "exiled", "erstwhile", "toppled", "fugitive"})
MODIFIERS: Final = {
    "then": "then", "late": "late", "acting": "acting", "interim": "acting", "caretaker": "acting", "elect": "elect",
    "incoming": "elect", "designate": "elect", "aspiring": "elect",
}  # fmt: skip


_NUMBERS: Final = itertools.count()


class Word:
    """A form of the text: its key, whether it may qualify an actor ("former"), and what the dictionaries have under it.

    `names` are phrases that begin with it, where its letters allow a name, with the number of words that they have of it; `led` those of "Saudi" for "Saudi-led"; `lemmas` are
    those of a trigger verb of which it is a form.
    """

    __slots__ = ("agents", "clitic", "key", "led", "lemmas", "lexicon", "name_words", "names", "qualifies")

    def __init__(self, known: Spelling, lexicon: Lexicon) -> None:
        form = known.text
        self.lexicon = lexicon.number
        names, agents = lexicon.names, lexicon.agents
        key = self.key = normalize(form).strip("-")
        self.clitic = known.clitic
        self.qualifies = key in FORMER or key in MODIFIERS
        self.lemmas = lexicon.forms.get(known.lower)
        self.names: TrieNode | None = None
        self.name_words = 1
        self.led: list[NameHit] | None = None
        if form[:1].isupper() or not form.isascii() or key[:1].isdigit() or key.partition("-")[0] in lexicon.small:
            if key in names.next:
                self.names = names.next[key]
            elif "-" in key:
                self.led = _led_hits(form, names)
                self.names = after_parts(names, key)
                self.name_words = key.count("-") + 1
        self.agents: TrieNode | None = None
        if key in agents.next:
            self.agents = agents.next[key]
        elif "-" in key:
            self.agents = after_parts(agents, key)


def after_parts(node: TrieNode, key: str) -> TrieNode | None:
    """Where the parts of a word lead that the dictionaries cut at its hyphens: "anti-corruption" in one token."""
    for part in key.split("-"):
        if part not in node.next:
            return None
        node = node.next[part]
    return node


def _led_hits(form: str, names: TrieNode) -> list[NameHit] | None:
    """ "Saudi-led" in one token: the name before the hyphen."""
    first, hyphen, last = form.partition("-")
    if not hyphen or not first[:1].isupper() or last.lower() not in LED_OR_BACKED:
        return None
    key = normalize(first)
    if key not in names.next:
        return None
    hits = [h for h in names.next[key].hits if not h.acronym or first.replace(".", "").isupper()]
    return hits or None


class Lexicon:
    """The words of texts by their spellings: most words come again and again.

    Args:
        names, agents: where the phrases of the dictionaries begin.
        forms: inflected form → lemmas of trigger verbs.
        small: keys of the words in small letters that names begin with ("al", "yellow" of "yellow vests").
    """

    __slots__ = ("agents", "forms", "names", "number", "small")

    def __init__(self, names: TrieNode, agents: TrieNode, forms: dict[str, tuple[str, ...]], small: frozenset[str]) -> None:
        self.forms = forms
        self.small = small
        self.number = next(_NUMBERS)  # by which words tell whose they are
        self.names = names
        self.agents = agents

    def word(self, known: Spelling) -> Word:
        """What the dictionaries have under a spelling."""
        word: Word | None = known.word
        if word is None or word.lexicon != self.number:
            word = known.word = Word(known, self)
        return word
