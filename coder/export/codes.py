"""Actor codes cut into the parts that other datasets have columns for, and what they call countries.

`data/countries.csv`: ISO 3166, FIPS 10-4 (GeoNames), the letters that differ in GDELT's country list, Correlates of War
numbers, and the names in ICEWS files. `data/actor_codes.csv`: the letters of GDELT's lookup lists of known groups,
religions and ethnic groups (https://www.gdeltproject.org/).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from coder.dictionary.schema import NON_COUNTRIES
from coder.tables import BARE_ROLES

DATA = Path(__file__).resolve().parent / "data"

# CAMEO's world regions stand among its country codes.
REGIONS = frozenset(
    (
        "AFR ASA BAG BLK CAS CAU CEU CFR CRB EAF EEU EIN EUR GZS LAM MDT MEA NAF NMR PGS SAF SAM SAS SCN SEA WAF WSB WST"
    ).split()
)
ROLES = NON_COUNTRIES | BARE_ROLES | {"PKO"}


@dataclass(frozen=True, slots=True)
class Country:
    """What a country is called in other datasets.

    Args:
        iso3, iso2: ISO 3166; iso2 is "" for states that are no more.
        cameo: the letters in actor codes; ISO's but for Kosovo.
        fips: FIPS 10-4, as in GDELT's columns of places; "" where there is none.
        gdelt: the letters in GDELT's list of CAMEO countries.
        cow: Correlates of War number, "" for territories.
        name: in English, as GeoNames has it.
        icews: as ICEWS files have it, "" where they have none.
    """

    iso3: str
    cameo: str
    iso2: str
    fips: str
    gdelt: str
    cow: str
    name: str
    icews: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The parts of an actor code.

    Args:
        code: the whole.
        country: three letters of a country or region, "" for none.
        known_group, ethnic: three letters, "" for none.
        religions, roles: three letters each, in the order of the code.
    """

    code: str
    country: str = ""
    known_group: str = ""
    ethnic: str = ""
    religions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@cache
def countries() -> Mapping[str, Country]:
    """Every country by the letters of actor codes, by ISO's three and by ISO's two."""
    table: dict[str, Country] = {}
    with (DATA / "countries.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            country = Country(**(row | {"gdelt": row["gdelt"] or row["cameo"]}))
            for key in (country.cameo, country.iso3, country.iso2):
                if key:
                    table[key] = country
    return table


@cache
def _letters(kind: str) -> frozenset[str]:
    with (DATA / "actor_codes.csv").open(encoding="utf-8", newline="") as stream:
        return frozenset(row["code"] for row in csv.DictReader(stream) if row["kind"] == kind)


def country(letters: str | None) -> Country | None:
    """The country of three or two letters; None for regions, organisations and unknown letters."""
    return countries().get(letters) if letters else None


@cache
def split_actor(code: str | None) -> Actor:
    """An actor code in its parts.

    The first three letters are a country before anything else; after an international class the next three may be one
    (IGOEUREEC: Europe). Later letters are read as a known group, a role, a religion, an ethnic group, in this order;
    letters in none of the lists stand in the whole code alone.
    """
    if not code or code == "---":
        return Actor("")
    parts = [code[i : i + 3] for i in range(0, len(code), 3)]
    land = group = ethnic = ""
    religions: list[str] = []
    roles: list[str] = []
    for place, part in enumerate(parts):
        may_be_country = place == 0 or (place == 1 and parts[0] in NON_COUNTRIES)
        if parts[0] == "IMG" and part == "MUS":  # Muslims in older dictionaries, not Mauritius
            religions.append("MOS")
        elif may_be_country and is_country(part):
            land = part
        elif part in ROLES:
            roles.append(part)
        elif part in _letters("known_group"):
            group = group or part
        elif part in _letters("religion"):
            religions.append(part)
        elif part in _letters("ethnic"):
            ethnic = ethnic or part
        elif place == 0:
            land = part  # a country of the user's own dictionaries
    return Actor(code, land, group, ethnic, tuple(religions), tuple(roles))


def is_country(letters: str) -> bool:
    """Whether three letters are a country or a world region in CAMEO."""
    return letters in REGIONS or (len(letters) == 3 and letters in countries())
