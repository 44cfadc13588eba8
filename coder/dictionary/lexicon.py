"""Words of texts with what the dictionaries have under them: most words come again and again, and are looked up once.

    >>> lexicon = Lexicon(dictionaries.names, dictionaries.agents)
    >>> lexicon.words.get("Syrian") or lexicon.add("Syrian")
"""

from __future__ import annotations

from typing import Final

from coder.dictionary.compiled import NameHit, TrieNode, normalize
from coder.participles import LED_OR_BACKED

FORMER: Final = frozenset({"former", "ex", "onetime", "deposed", "ousted", "exiled", "erstwhile", "toppled", "fugitive"})
MODIFIERS: Final = {
    "then": "then", "late": "late", "acting": "acting", "interim": "acting", "caretaker": "acting", "elect": "elect",
    "incoming": "elect", "designate": "elect", "aspiring": "elect",
}  # fmt: skip
KEPT_WORDS: Final = 1 << 16


class Word:
    """A form of the text: its key, whether it may qualify an actor ("former"), and what the dictionaries have under it.

    `names` are phrases that begin with it, where its letters allow a name; `led` those of "Saudi" for "Saudi-led".
    """

    __slots__ = ("agents", "key", "led", "names", "qualifies")

    def __init__(self, form: str, names: TrieNode, agents: TrieNode) -> None:
        key = self.key = normalize(form).strip("-")
        self.qualifies = key in FORMER or key in MODIFIERS
        self.names: TrieNode | None = None
        self.led: list[NameHit] | None = None
        if form[:1].isupper() or not form.isascii() or key[:1].isdigit() or form in ("al", "the"):
            if key in names.next:
                self.names = names.next[key]
            elif "-" in key:
                self.led = _led_hits(form, names)
        self.agents: TrieNode | None = agents.next.get(key)


def _led_hits(form: str, names: TrieNode) -> list[NameHit] | None:
    """ "Saudi-led" in one token: the name before the hyphen."""
    first, hyphen, last = form.partition("-")
    if not hyphen or not first[:1].isupper() or last.lower() not in LED_OR_BACKED:
        return None
    node = names.next.get(normalize(first))
    hits = [h for h in node.hits if not h.acronym or first.replace(".", "").isupper()] if node is not None else []
    return hits or None


class Lexicon:
    """The words of texts by their forms: most words come again and again."""

    __slots__ = ("agents", "names", "words")

    def __init__(self, names: TrieNode, agents: TrieNode) -> None:
        self.names = names
        self.agents = agents
        self.words: dict[str, Word] = {}

    def add(self, form: str) -> Word:
        if len(self.words) > KEPT_WORDS:
            self.words.clear()
        word = self.words[form] = Word(form, self.names, self.agents)
        return word
