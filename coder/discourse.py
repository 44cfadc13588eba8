"""What a document has introduced so far: names, the last actors, the speaker, the country it is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Container, Sequence
from typing import Final

from coder.dictionary.compiled import normalize
from coder.dictionary.schema import NON_COUNTRIES
from coder.records import Mention
from coder.resolve import resolve_actor

# Where the family name stands first: "Kim" of Kim Jong Un.
FAMILY_FIRST: Final = frozenset({"PRK", "KOR", "CHN", "TWN", "HKG", "MAC", "VNM", "KHM"})
# Roles of armed groups that are not the state's, and of the state's own.
ARMED_ROLES: Final = frozenset({"REB", "UAF", "SEP", "INS"})
ARMY_ROLES: Final = frozenset({"MIL"})


def armed_code(code: str) -> bool:
    """Whether a code is that of an armed group of some country, or of a militant group beyond countries (IMG)."""
    return code[:3] == "IMG" or (code[3:6] in ARMED_ROLES and code[:3] not in ARMED_ROLES)


def once_armed(mention: Mention) -> bool:
    """Whether an organisation was an armed group at some time: the Taliban in power are still "the insurgents" of years before."""
    for actor in mention.actors:
        if actor.code is not None and armed_code(actor.code):
            return True
        for role in actor.roles:
            if armed_code(role.code):
                return True
    return False


class ForcesNamed:
    """Armed groups, or armies, of the last sentence that named any."""

    __slots__ = ("known", "sentence")

    def __init__(self) -> None:
        self.known: list[tuple[Mention, str]] = []  # with their codes
        self.sentence = -1

    def name(self, forces: list[tuple[Mention, str]], sentence: int) -> None:
        """Remember those that a sentence names; who comes again keeps the words of before."""
        if forces:
            words = {code: mention for mention, code in self.known}
            self.known = [(words.get(code, mention), code) for mention, code in forces]
            self.sentence = sentence


class Discourse:
    """Memory across the sentences of one document; the coder feeds it after each sentence."""

    __slots__ = (
        "_bound", "_countries", "_entries", "_main", "_names", "_recent", "_roles", "armed", "armies", "court", "group", "last_doer", "last_organization",
        "met", "met_in", "nouns", "sides", "speaker", "where",
    )  # fmt: skip

    def __init__(self) -> None:
        self._names: dict[str, list[tuple[tuple[str, ...], Mention]]] = {}  # by the last word, of people by the first too
        self._entries: set[str] = set()  # of the people named
        self.armed = ForcesNamed()
        self.armies = ForcesNamed()
        self.nouns: dict[str, Mention] = {}  # the last agent with a country under each noun, for "the officers"
        self.sides: tuple[Mention, Mention] | None = None  # who last met, fought or accused one another
        self.met: tuple[Mention, Mention] | None = None  # the two of the last sentence that told what two did together, and its number
        self.met_in = -1
        self.court: Mention | None = None  # the international one named last
        self._bound = False  # whether what they did bound both
        self.last_organization = ""  # the entry of the one named last
        self._recent: list[Mention] = []
        self.where: set[int] = set()  # where countries among them stand that only tell the place
        self.speaker: Mention | None = None
        self.group: tuple[Mention, ...] = ()  # the coordinated subject of the sentence before, for "they"
        self.last_doer: Mention | None = None  # of the last act of force told
        self._countries: dict[str, int] = {}  # how often each was named
        self._main: str | None = ""  # None where it has to be found anew
        self._roles: dict[str, str] = {}

    def knows(self, word: str) -> bool:
        """Whether a name introduced before ends, or that of a person begins, with the word (normalised)."""
        return word in self._names

    def has_named(self, entry_id: str) -> bool:
        """Whether this person of the dictionaries has been named."""
        return entry_id in self._entries

    def known_name(
        self, words: tuple[str, ...], day: dt.date | None, countries: Collection[str] = (), role: str = "", *, people: bool = False,
        in_office: bool = False,
    ) -> Mention | None:  # fmt: skip
        """The latest mention introduced under this name, its surname or the acronym in brackets after it.

        Args:
            words: of the name, normalised, without titles.
            countries: of which the actor must be, where the phrase says so ("Pakistani Prime Minister Sharif").
            role: that the actor must have, where there is a title; "" for any.
            people: only people of the dictionaries.
            in_office: of several, rather one who then holds an office ("Secretary Clinton").
        """
        known = self._names.get(words[-1]) if words else None
        if known is None:
            return None
        by_first: list[Mention] = []
        latest: Mention | None = None
        for names, mention in reversed(known):
            if people and mention.kind != "person":
                continue
            code = resolve_actor(mention, day).code
            if names[-1] == words[-1]:
                if len(words) > 1 and len(names) > 1 and not set(words) <= set(names) and not set(names) <= set(words):
                    continue  # another first name
            elif len(words) > 1:
                continue
            elif code[:3] not in FAMILY_FIRST:
                by_first.append(mention)
                continue
            if _fits(mention, code, countries, role):
                if not in_office or (mention.actors and mention.actors[0].in_office(day)):
                    return mention
                latest = latest or mention
        if latest is not None:
            return latest
        return by_first[0] if len(by_first) == 1 and _fits(by_first[0], resolve_actor(by_first[0], day).code, countries, role) else None

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

    def introduce(self, mention: Mention, words: tuple[str, ...], country: str = "") -> None:
        """Remember an actor, so that its surname or acronym finds it later.

        Args:
            words: of its name, normalised; empty where it has none.
        """
        if mention.kind == "organization":
            self.last_organization = mention.entry_id
        if words:
            self._keep(words[-1], words, mention)
            if mention.kind != "organization" and len(words) > 1:
                self._keep(words[0], words, mention)
            if mention.kind == "person":
                self._entries.add(mention.entry_id)
        if country and country not in NON_COUNTRIES:
            self._countries[country] = self._countries.get(country, 0) + 1
            self._main = None
            if mention.kind == "agent" and mention.role:
                self._roles[mention.role] = country

    def _keep(self, key: str, words: tuple[str, ...], mention: Mention) -> None:
        """The latest stands last; who comes again keeps the longer name, and the country told before."""
        known = self._names.setdefault(key, [])
        for k, (names, before) in enumerate(known):
            same = mention.entry_id == before.entry_id if mention.kind == "person" else mention.kind == before.kind and names[-1] == words[-1]
            if same and (mention.kind == "person" or set(words) <= set(names) or set(names) <= set(words)):
                del known[k]
                if len(names) > len(words):
                    words = names
                if before.owners and not mention.owners:
                    mention = before
                break
        known.append((words, mention))

    def alias(self, acronym: str, mention: Mention) -> None:
        key = normalize(acronym)
        if key not in self._names:
            self._names[key] = [((key,), mention)]

    def oppose(self, one: Mention, other: Mention, weighty: bool) -> None:
        """Remember the two sides of an event, for "both sides".

        Args:
            weighty: whether it binds both, as meetings and fights do. Other acts count only as long as there was none such: of them
                the last, but for what others have to say of one of the sides ("Spain condemned Israel" after "Israel accused Lebanon").
        """
        if not weighty and self.sides is not None:
            if self._bound:
                return
            known = [resolve_actor(side, None).code[:3] for side in self.sides]
            if resolve_actor(one, None).code[:3] in known or resolve_actor(other, None).code[:3] in known:
                return
        self.sides = one, other
        self._bound = weighty

    def just_met(self, sentence: int) -> tuple[Mention, Mention] | None:
        """The two of whom one of the two sentences before told what they did together."""
        return self.met if 0 < sentence - self.met_in <= 2 else None

    def end_sentence(self, mentions: list[Mention], where: set[int], speaker: Mention | None) -> None:
        """Actors of the sentence, most prominent first, become the antecedents for the next one.

        Args:
            where: starts of the countries among them that only tell the place.
        """
        if mentions:
            self._recent = mentions
            self.where = where
        if speaker is not None:
            self.speaker = speaker

    def end_story(self) -> None:
        """Keep names, forces and countries, but nobody whom a pronoun could stand for."""
        self._recent = []
        self.speaker = self.last_doer = None
        self.group = ()
        self.met = None
        self.last_organization = ""

    def tell_role(self, role: str, country: str) -> None:
        """Remember the country of a role that an event's other side or place has told."""
        self._roles[role] = country

    def country_of_role(self, role: str) -> str:
        """The country of the last agent of that role ("Turkish police … police said")."""
        return self._roles.get(role, "")

    def named_only(self, codes: Container[str]) -> bool:
        """Whether the story has named countries, and none but these."""
        for code in self._countries:
            if code not in codes:
                return False
        return bool(self._countries)

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


def _fits(mention: Mention, code: str, countries: Collection[str], role: str) -> bool:
    """Whether an actor can be the one whose country and role a phrase tells."""
    if countries and code[:3] not in countries and (mention.actors or mention.owners):
        return False
    return not role or role in code or any(role in r.code for actor in mention.actors for r in actor.roles)
