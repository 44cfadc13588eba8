"""The CAMEO code of a mention as of a day: country, roles in CAMEO's order, people and religion.

In: a Mention and the date of the event. Out: a ResolvedActor with its code and the rule that gave it.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from coder.dictionary.compiled import Actor
from coder.dictionary.schema import NEUTRAL_GROUND, WORLD_REGIONS
from coder.records import Mention, ResolvedActor

BEYOND_STATES: Final = frozenset({"INT", "IGO", "NGM", "IMG"})


def nearest(actors: tuple[Actor, ...], day: dt.date | None) -> Actor:
    """Of actors of one name the one whose roles lie nearest to the day, the living before the dead."""
    nearest = actors[0]
    least = 1 << 30
    for actor in actors:
        distance = actor.remoteness(day)
        if distance < least:
            nearest, least = actor, distance
    return nearest


def resolve_actor(mention: Mention, day: dt.date | None, *, place: str = "") -> ResolvedActor:
    """The CAMEO code of a mention as of a day.

    Args:
        mention: what was found in the text.
        day: the event's date; None where unknown.
        place: country letters that fill in for an agent whose nationality the phrase does not tell.
    """
    if mention.actors:
        actor = mention.actors[0]
        if len(mention.actors) > 1:
            actor = nearest(mention.actors, day)
        code, rule = actor.code_on(day)
        if mention.modifier == "elect" and actor.kind == "person" and not actor.in_office(day):
            rule = f"{mention.modifier}: {rule}"
        if mention.role and mention.role not in code:
            code = code + mention.role
            rule = f"{rule} + {mention.role}"
        if actor.kind == "people" and not actor.country and place and not mention.role:
            code, rule = place + code, f"{rule}, country {place}"
        return ResolvedActor(mention, code, actor.name, actor.entry_id, f"{mention.rule}; {rule}")
    if mention.kind == "unknown":
        owner = resolve_actor(mention.owners[0], day) if mention.owners else None
        country = owner.code[:3] if owner and owner.code else place
        return ResolvedActor(mention, country, None, "", mention.rule + (f"; {country} from context" if country else ""))
    role = mention.role
    if mention.modifier == "former" and role in ("GOV", "MIL", "LEG", "JUD", "SPY", "COP"):
        role = "ELI"
    country, ethnic, rule = "", "", mention.rule
    name: str | None = None
    for owner_mention in mention.owners:
        owner = resolve_actor(owner_mention, day, place="")
        if not owner.code:
            continue
        if owner_mention.kind == "people" and not owner.code[3:] and not (owner_mention.actors and owner_mention.actors[0].country):
            ethnic = owner.code
            continue
        if owner_mention.kind in ("organization", "people"):
            base = owner.code
            if owner_mention.kind == "people" and len(base) >= 6:
                country, ethnic = base[:3], base[3:]
                continue
            if country and owner_mention.kind == "organization" and role == "GOV" and base[:3] == "IGO":
                continue  # "the Kenyan U.N. ambassador" is his country's
            if base[:3] in ("IGO", "NGO", "IMG", "MNC", "INT", "NGM"):
                keep = role if role in ("MIL", "PKO", "MED") and role not in base else ""
                return ResolvedActor(mention, base + keep, owner.name, owner.entry_id, f"{rule} of {owner.name}")
            return ResolvedActor(mention, base, owner.name, owner.entry_id, f"{rule} of {owner.name}")
        if owner_mention.kind == "person":
            base = owner.code
            return ResolvedActor(mention, base[:3] + role if role not in ("GOV", "") and len(base) >= 3 else base, None, mention.entry_id, f"{rule} of {owner.name}")
        if not country and owner_mention.kind == "agent" and owner.code == owner_mention.role:
            continue  # "regime-affiliated": a role without a country
        if role.startswith("REB") and owner_mention.form in ("capital", "city") and owner.code[:3] in NEUTRAL_GROUND:
            continue  # "met rebel leaders in Doha": where, and not whose
        if not country:
            country = owner.code[:3]
            if owner_mention.kind == "agent" and role == "GOV" and len(owner.code) > 3:
                role = owner.code[3:]
            elif owner_mention.form == "metonym" and owner_mention.role and role in ("GOV", ""):
                role = owner_mention.role
            rule = f"{rule} of {owner.name or owner_mention.text}"
    if not country and place and mention.form not in ("country-free", "prefix"):
        country = place
        rule = f"{rule}; country {place} from the context"
    if mention.form == "prefix":
        if role in BEYOND_STATES and country not in WORLD_REGIONS:  # INTAFR: African countries, but no INTKEN
            country, role = (country, "") if role == "INT" and country else ("", role)  # "Qatari mediators" are Qatar's
        return ResolvedActor(mention, role + country, name, mention.entry_id, rule)
    if role in ("INT", "IGO", "NGO", "MNC", "IMG"):
        code = country + role if role in ("NGO", "MNC") and country else role
        return ResolvedActor(mention, code, name, mention.entry_id, rule)
    return ResolvedActor(mention, country + role + ethnic, name, mention.entry_id, rule)
