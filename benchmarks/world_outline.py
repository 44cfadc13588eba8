"""Makes coder/report/page/world.svgpath, the country outlines of the report's map, from Natural Earth (public domain).

    npm pack world-atlas && tar xzf world-atlas-*.tgz
    python benchmarks/world_outline.py package/countries-110m.json coder/report/page/world.svgpath

The input is TopoJSON of the npm package world-atlas 2.0.2 (ISC licence). The output is one SVG path in units of a fifth
of a degree (x = 5 * (longitude + 180), y = 5 * (90 - latitude)); Antarctica is left out, and outlines that cross the
180th meridian are drawn on both sides of it.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path

SCALE = 5


def arcs_of(topology: dict) -> list[list[tuple[float, float]]]:
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        found.append(points)
    return found


def rings_of(geometry: dict, arcs: list[list[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    rings = []
    for polygon in polygons:
        for ring in polygon:
            points: list[tuple[float, float]] = []
            for index in ring:
                part = arcs[index] if index >= 0 else arcs[~index][::-1]
                points += part[1:] if points else part
            rings.append(points)
    return rings


def path_of(ring: list[tuple[float, float]]) -> str:
    unwrapped = [ring[0]]
    for x, y in ring[1:]:
        before = unwrapped[-1][0]
        unwrapped.append((x + 360 * round((before - x) / 360), y))
    xs = [x for x, _ in unwrapped]
    shifts = [0] + ([-360] if max(xs) > 180 else []) + ([360] if min(xs) < -180 else [])
    return "".join(one_path(unwrapped, shift) for shift in shifts)


def one_path(ring: list[tuple[float, float]], shift: int) -> str:
    points: list[tuple[int, int]] = []
    for x, y in ring:
        point = (round((x + shift + 180) * SCALE), round((90 - y) * SCALE))
        if not points or point != points[-1]:
            points.append(point)
    if len(points) < 4:
        return ""
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points[:-1])]
    drawn = " ".join(f"{dx} {dy}" for dx, dy in steps).replace(" -", "-")
    return f"M{points[0][0]} {points[0][1]}l{drawn}z"


def main(source: Path, target: Path) -> None:
    topology = json.loads(source.read_text())
    arcs = arcs_of(topology)
    paths = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        if geometry["properties"]["name"] != "Antarctica":
            paths += [path_of(ring) for ring in rings_of(geometry, arcs)]
    target.write_text("".join(paths) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
