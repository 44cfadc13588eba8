"""The dictionary format, defined once as pydantic models; docs/dictionaries.md explains it to people.

Every model carries the line of the file it came from, so that a fault names file and line.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

# Beginnings of actor codes that are no country.
NON_COUNTRIES = frozenset({"IGO", "NGO", "NGM", "MNC", "IMG", "INT", "UIS"})
# The letters of world regions, which stand among those of countries.
WORLD_REGIONS = frozenset("AFR ASA ATA BLK CAS CAU CEU CFR CRB EAF EEU EUR LAM MDT MEA NAF NMR PGS SAF SAM SAS SCN SEA WAF WST".split())
# Countries without armed groups of their own, where those of others talk.
NEUTRAL_GROUND = frozenset("ARE AUT BEL CHE CRI CUB DNK FIN ISL KWT LUX NLD NOR OMN QAT SGP SWE VAT".split())
ACTOR_CODE = re.compile(r"[A-Z]{3,30}$")
EVENT_CODE = re.compile(r"\d{2,4}$")

FUNCTIONS = frozenset({"subject", "object", "indirect", "complement", "predicate", "modal", "auxiliary", "owner"})
PREPOSITIONS = frozenset(
    "about above across after against ahead along among around as at before behind below beneath beside besides "
    "between beyond by despite down during for from in into like near of off on out outside over past per since through to "
    "towards under until up via with without".split()
) | {"out of", "in favour of", "in support of", "away from", "close to"}

Words = str | list[str]


def words_in(value: Any) -> list[str]:
    """One word or a list of words as a list; YAML makes numbers and days of some.

    Raises:
        ValueError: something else stands among them, or a word without letters.
    """
    words = [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]
    for word in words:
        if not isinstance(word, (str, int, float, dt.date)):
            raise ValueError(f"expected words, found a {type(word).__name__}")
        if not str(word).strip():
            raise ValueError("a word without letters")
    return [str(w) for w in words]


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)
    line: int = Field(0, alias="__line__")


class RoleModel(Entry):
    """One dated role of an actor; both ends included."""

    code: str
    start: dt.date | None = Field(None, alias="from")
    end: dt.date | None = Field(None, alias="to")
    office: str | None = None
    sure: bool = True
    source: str | None = None

    @field_validator("code")
    @classmethod
    def _code(cls, value: str) -> str:
        return check_actor_code(value)

    @model_validator(mode="after")
    def _order(self) -> RoleModel:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"the role ends ({self.end}) before it starts ({self.start})")
        return self


class ActorModel(Entry):
    """A country, person, organisation or people.

    `endings`: true, or those of its names that legacy verbs find with an ending too (a plural, -n, -ian).
    """

    name: str
    kind: Literal["country", "person", "organization", "people"]
    remove: bool = False
    code: str | None = None
    country: str | None = None
    names: list[str] = []
    aliases: list[str] = []
    adjectives: list[str] = []
    inhabitants: list[str] = []
    capital: list[str] = []
    cities: list[str] = []
    regions: list[str] = []
    metonyms: dict[str, Any] = {}
    roles: list[RoleModel] = []
    before: str | None = None
    after: str | None = None
    start: dt.date | None = Field(None, alias="from")
    end: dt.date | None = Field(None, alias="to")
    source: str | None = None
    comment: str | None = None
    endings: Literal[True] | list[str] = []

    @field_validator("names", "aliases", "adjectives", "inhabitants", "capital", "cities", "regions", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> list[Any]:
        return words_in(value)

    @field_validator("code", "before", "after")
    @classmethod
    def _code(cls, value: str | None) -> str | None:
        return value if value is None else check_actor_code(value)

    @field_validator("metonyms")
    @classmethod
    def _metonyms(cls, value: dict[str, Any]) -> dict[str, Any]:
        return {role: places if role == "__line__" else words_in(places) for role, places in value.items()}

    @model_validator(mode="after")
    def _has_code(self) -> ActorModel:
        if not self.name.strip():
            raise ValueError("a name without letters")
        if self.remove:
            return self
        if self.kind == "country" and not self.code:
            raise ValueError("a country needs its `code`")
        if not (self.code or self.roles or self.country):
            raise ValueError("no `code`, no `roles` and no `country`: the entry codes to nothing")
        return self


class AgentModel(Entry):
    """Role nouns that share a code."""

    code: str | None
    nouns: list[str]
    kind: Literal["person", "group", "organ"] | None = None
    prefix: bool = False
    country: Literal["none"] | None = None
    comment: str | None = None
    remove: bool = False

    @field_validator("code")
    @classmethod
    def _code(cls, value: str | None) -> str | None:
        return value if value is None else check_actor_code(value)

    @field_validator("nouns")
    @classmethod
    def _nouns(cls, value: list[str]) -> list[str]:
        if not all(noun.partition("{")[0].strip() for noun in value):
            raise ValueError("a noun without letters")
        return value


class ConditionModel(Entry):
    """What must fill a function: words, an actor, an event, or nothing."""

    noun: list[str] = []
    not_: list[str] = Field([], alias="not")
    is_: Literal["actor", "party", "any", "none", "event", "place"] | None = Field(None, alias="is")
    roles: list[str] = []

    @field_validator("noun", "not_", "roles", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> list[Any]:
        return words_in(value)


class ExampleModel(Entry):
    """A sentence and all the events it must give, written "SOURCE CODE TARGET [status]"."""

    text: str
    date: dt.date | None = None
    events: list[str] = []

    @field_validator("events")
    @classmethod
    def _events(cls, value: list[str]) -> list[str]:
        for item in value:
            parts = item.split()
            if len(parts) not in (3, 4) or not EVENT_CODE.match(parts[1]):
                raise ValueError(f'event "{item}" is not of the form "SOURCE CODE TARGET [status]"')
        return value


class FrameModel(Entry):
    """One reading of a trigger: conditions on functions, who is source and target, and the code."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, frozen=True)
    id: str | None = None
    code: str | None = None
    stance: str | None = None
    inner: list[str] = []
    source: list[str] = []
    target: list[str] = []
    reciprocal: bool = False
    paired_code: str | None = None
    status: Literal["asserted", "intended", "hypothetical", "negated"] | None = None
    examples: list[ExampleModel] = []
    comment: str | None = None

    @field_validator("inner", "source", "target", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> list[Any]:
        return words_in(value)

    @field_validator("code", "paired_code", mode="before")
    @classmethod
    def _code(cls, value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, str):
            raise ValueError(f'write the code in quotes ("{value}"), or leading zeros are lost')
        if not EVENT_CODE.match(value):
            raise ValueError(f'"{value}" is not a CAMEO code')
        return value

    @model_validator(mode="after")
    def _conditions(self) -> FrameModel:
        for key in self.model_extra or {}:
            if key not in FUNCTIONS and key not in PREPOSITIONS:
                raise ValueError(
                    f'"{key}" is neither a setting nor a grammatical function; functions are '
                    f"{', '.join(sorted(FUNCTIONS))} and prepositions"
                )
        self.conditions()
        return self

    def conditions(self) -> dict[str, ConditionModel]:
        """The extra keys as conditions by function.

        Raises:
            ValueError: one is no condition.
        """
        found = {}
        for key, value in (self.model_extra or {}).items():
            if isinstance(value, str):
                value = {"is": value} if value in ("actor", "party", "any", "none", "event", "place") else {"noun": [value]}
            elif isinstance(value, list):
                value = {"noun": value}
            elif not isinstance(value, dict):
                value = {"noun": [value]}
            try:
                found[key] = ConditionModel.model_validate(value)
            except ValidationError as error:
                raise ValueError(f"{key}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from error
        return found


class VerbModel(Entry):
    """Trigger words with their frames; one of trigger/verb, noun, adjective."""

    trigger: list[str] = []
    verb: list[str] = []
    noun: list[str] = []
    adjective: list[str] = []
    light: list[str] = []
    light_only: list[str] = []
    alone: bool = True
    frames: list[FrameModel] = []
    comment: str | None = None
    remove: bool = False
    replace: bool = False

    @field_validator("trigger", "verb", "noun", "adjective", "light", "light_only", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> list[Any]:
        return words_in(value)

    @model_validator(mode="after")
    def _one_kind(self) -> VerbModel:
        kinds = [k for k in ("trigger", "verb", "noun", "adjective") if getattr(self, k)]
        if len(kinds) != 1:
            raise ValueError("give the trigger words under exactly one of trigger (verbs), noun, adjective")
        return self

    @property
    def part_of_speech(self) -> str:
        return "noun" if self.noun else "adjective" if self.adjective else "verb"

    @property
    def words(self) -> list[str]:
        return self.trigger or self.verb or self.noun or self.adjective


def check_actor_code(value: str) -> str:
    if not ACTOR_CODE.match(value):
        raise ValueError(f'"{value}" is not an actor code (capital letters, three or more)')
    return value
