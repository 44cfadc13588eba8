"""What a document has introduced so far: names, the last actors, the speaker, the country it is about."""

from __future__ import annotations

from collections.abc import Sequence

from coder.dictionary.compiled import name_words, normalize
from coder.dictionary.schema import NON_COUNTRIES
from coder.records import Mention


class Discourse:
    """Memory across the sentences of one document; the coder feeds it after each sentence."""

    __slots__ = ("_countries", "_main", "_names", "_recent", "_roles", "group", "last_doer", "speaker")

    def __init__(self) -> None:
        self._names: dict[str, Mention] = {}
        self._recent: list[Mention] = []
        self.speaker: Mention | None = None
        self.group: tuple[Mention, ...] = ()  # the coordinated subject of the sentence before, for "they"
        self.last_doer: Mention | None = None  # of the last act of force told
        self._countries: dict[str, int] = {}  # how often each was named
        self._main: str | None = ""  # None where it has to be found anew
        self._roles: dict[str, str] = {}

    def known_name(self, text: str) -> Mention | None:
        """A mention introduced before under this name, its surname or the acronym in brackets after it."""
        words = name_words(text)
        return self._names.get(normalize(words[-1])) if words else None

    def recent(self, kinds: Sequence[str], plural: bool, exclude: frozenset[str] = frozenset()) -> Mention | None:
        """The latest fitting actor of the sentence before; for persons one with a name before one without.

        Args:
            exclude: dictionary entries that cannot be meant.
        """
        fitting = [
            m for m in self._recent
            if m.kind in kinds and m.entry_id not in exclude and (not plural or m.plural or m.kind in ("people", "organization"))
            and (plural or not m.plural)
        ]  # fmt: skip
        if kinds and kinds[0] == "person":
            named = [m for m in fitting if m.kind == "person"]
            fitting = named or fitting
        return fitting[0] if fitting else None

    def latest(self) -> list[Mention]:
        """The actors of the sentence before, the most prominent first."""
        return list(self._recent)

    def introduce(self, mention: Mention, country: str = "") -> None:
        """Remember an actor that is named in full, so that its surname or acronym finds it later."""
        if mention.kind in ("person", "agent", "organization"):
            last = mention.text.rsplit(None, 1)[-1:]
            if not last or last[0][:1].isupper() or not last[0].isalnum():
                words = name_words(mention.text)
                if words and words[-1][:1].isupper():
                    self._names.setdefault(normalize(words[-1]), mention)
        if country and country not in NON_COUNTRIES:
            self._countries[country] = self._countries.get(country, 0) + 1
            self._main = None
            if mention.kind == "agent" and mention.role:
                self._roles[mention.role] = country

    def alias(self, acronym: str, mention: Mention) -> None:
        self._names.setdefault(normalize(acronym), mention)

    def end_sentence(self, mentions: list[Mention], speaker: Mention | None) -> None:
        """Actors of the sentence, most prominent first, become the antecedents for the next one."""
        if mentions:
            self._recent = mentions
        if speaker is not None:
            self.speaker = speaker

    def country_of_role(self, role: str) -> str:
        """The country of the last agent of that role ("Turkish police … police said")."""
        return self._roles.get(role, "")

    def main_country(self) -> str:
        """The country most named so far, "" where none stands out."""
        if self._main is None:
            self._main = self._most_named()
        return self._main

    def _most_named(self) -> str:
        first, most, second = "", 0, 0
        for country, count in self._countries.items():
            if count > most:
                first, most, second = country, count, most
            elif count > second:
                second = count
        return first if most > 1 and second * 2 <= most else ""
