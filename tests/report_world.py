"""A made-up build of any size, for the report's tests and benchmarks: tables as the pipeline writes them."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

from coder.ontology import Ontology
from coder.resources import Resources
from coder.tables import (
    DocumentRow,
    EventRow,
    RejectRow,
    UnresolvedRow,
    group_daily,
    sort_events,
    split_code,
    stable_id,
    write_table,
)

ROLES = ("", "", "", "GOV", "MIL", "OPP", "CVL")
TRIGGERS = (("condemned", "111"), ("met", "040"), ("sent troops into", "192"), ("signed an accord with", "057"), ("gave aid to", "071"), ("threatened", "130"))
STATUSES = ("asserted",) * 8 + ("intended", "negated")
PLACES: tuple[tuple[Any, ...], ...] = ((None,) * 5,) * 2 + (
    ("Geneva", "CHE", 46.20222, 6.14569, 2660646), ("Lima", "PER", -12.04318, -77.02824, 3936456), ("Suva", "FJI", -18.14161, 178.44149, 2198148),
)  # fmt: skip
ISSUES = (None, None, ["trade"], ["refugees", "borders"])
WORDS = (
    "after the talks on water rights a spokesman said that officials had not yet seen the text of the agreement which "
    "covers fishing grounds railways grain exports visas customs a bridge over the river and the return of prisoners "
    "while opposition members in the northern province asked for a vote before the summer and traders waited for prices "
    "of wheat copper cotton and diesel to settle in markets along the coast where storms had closed two harbours"
).split()

HOSTILE = (
    "<script>window.hacked=1</script>", "</script><script>window.hacked=1</script>", "<img src=x onerror=window.hacked=1>",
    "\"'><svg onload=window.hacked=1>", "a\u2028b\u2029c", "\u202egnihtemos\u202c", "zero\u200bwidth\ufeff", "{{ 7*7 }}${7*7}", "--><!--", "&lt;b&gt;&amp;",
    "javascript:window.hacked=1", "\x00\x07\x1b[31m", "back\\slash\\u003c", "\U0001f600\U0001f3f4", "W" * 200,
)  # fmt: skip


def event(ontology: Ontology, **values: Any) -> dict[str, Any]:
    """A row of events.parquet: of a short sentence, with any column replaced."""
    source, target = values.get("source", "FRA"), values.get("target", "PER")
    entry = ontology[values.get("code", "111")]
    day = values.pop("day", dt.date(2024, 5, 31))
    row: dict[str, Any] = {
        "event_id": "", "document_id": "d1", "sentence_index": 0, "publication_date": day, "event_date": day, "event_date_end": day,
        "date_precision": "day", "date_basis": "explicit", "source": source, "target": target,
        "source_country": split_code(source)[0], "source_role": split_code(source)[1],
        "target_country": split_code(target)[0], "target_role": split_code(target)[1],
        "source_name": "France", "target_name": "Peru", "source_text": "France", "source_start": 100, "source_end": 106,
        "target_text": "Peru", "target_start": 117, "target_end": 121, "code": entry.code, "base_code": entry.base_code,
        "root_code": entry.root_code, "code_label": entry.label, "quad_class": entry.quad_class, "goldstein": entry.goldstein,
        "plover_event": entry.plover_event, "plover_mode": entry.plover_mode, "plover_context": entry.plover_context,
        "status": "asserted", "attributed_to": None, "attributed_text": None, "reciprocal": False, "trigger_text": "condemned",
        "trigger_start": 107, "trigger_end": 116, "pattern_id": "verbs/11-disapprove.yaml:condemn#1",
        "sentence_text": "France condemned Peru.", "location_name": None, "location_country": None, "latitude": None,
        "longitude": None, "geoname_id": None, "issues": None, "daily_id": "", "reports": 0, "story_id": "", "stories": 0,
    } | values  # fmt: skip
    if not row["event_id"]:
        row["event_id"] = stable_id(*row.values())
    return row


def document(identifier: str, **values: Any) -> dict[str, Any]:
    """A row of documents.parquet, with any column replaced."""
    known: dict[str, Any] = {
        "document_id": identifier, "publication_date": dt.date(2024, 5, 31), "date_inferred": False, "publisher": "Sample Wire",
        "url": None, "title": None, "language": None, "path": f"{identifier}.txt", "characters": 500, "sentences": 1, "events": 1, "sha256": "0" * 64,
        "outcome": "coded", "story_id": identifier,
    } | values  # fmt: skip
    return {name: known.get(name) for name in DocumentRow.model_fields}


def write_build(
    folder: Path,
    resources: Resources,
    events: list[dict[str, Any]],
    documents: list[dict[str, Any]],
    *,
    unresolved: list[dict[str, Any]] | None = None,
    rejects: list[dict[str, Any]] | None = None,
    about: dict[str, str] | None = None,
) -> Path:
    """Write tables as a build does, grouped and sorted."""
    about = {"eventcoder.version": "0", "eventcoder.dictionaries": resources.dictionaries.sha256} | (about or {})
    group_daily(events)
    sort_events(events)
    write_table(events, EventRow, folder / "events.parquet", about)
    write_table(documents, DocumentRow, folder / "documents.parquet", about)
    write_table(unresolved or [], UnresolvedRow, folder / "unresolved.parquet", about)
    write_table(rejects or [], RejectRow, folder / "rejects.parquet", about)
    return folder


def made_up(folder: Path, resources: Resources, number: int, seed: int = 1) -> Path:
    """A build of so many made-up events, about four in three sentences, sentences of some 25 words."""
    chance = random.Random(seed)
    countries = sorted(resources.dictionaries.countries)[:60]
    weights = [1 / (n + 1) for n in range(len(countries))]
    frames = {}
    for entry in resources.dictionaries.verb_entries:
        frames[f"{entry.path}:{entry.model.words[0].replace(' ', '_')}#1"] = None
    patterns = sorted(frames)[:400]
    rows: list[dict[str, Any]] = []
    documents: list[dict[str, Any]] = []
    first = dt.date(2015, 1, 1)
    while len(rows) < number:
        day = first + dt.timedelta(days=chance.randrange(3650))
        identifier = f"wire-{day:%Y%m%d}-{len(documents):06d}"
        offset = 0
        before = len(rows)
        for index in range(chance.randint(1, 5)):
            a, b = chance.choices(countries, weights, k=2)
            if a == b:
                continue
            source, target = a + chance.choice(ROLES), b + chance.choice(ROLES)
            names = [resources.dictionaries.countries[c].name for c in (a, b)]
            verb, code = chance.choice(TRIGGERS)
            lead = " ".join(chance.choices(WORDS, k=chance.randint(2, 14))).capitalize() + ", "
            tail = " " + " ".join(chance.choices(WORDS, k=chance.randint(3, 14))) + "."
            text = f"{lead}{names[0]} {verb} {names[1]}{tail}"
            at = offset + len(lead)
            place = chance.choice(PLACES)
            values: dict[str, Any] = {
                "document_id": identifier, "sentence_index": index, "publication_date": day, "source": source, "target": target,
                "source_name": names[0], "target_name": names[1], "source_text": names[0], "source_start": at,
                "source_end": at + len(names[0]), "trigger_text": verb, "trigger_start": at + len(names[0]) + 1,
                "trigger_end": at + len(names[0]) + 1 + len(verb), "target_text": names[1],
                "target_start": at + len(names[0]) + len(verb) + 2, "target_end": at + len(names[0]) + len(verb) + 2 + len(names[1]),
                "code": code, "status": chance.choice(STATUSES), "sentence_text": text, "pattern_id": chance.choice(patterns),
                "day": day - dt.timedelta(days=chance.choice((0, 0, 0, 1, 2, 30))), "issues": chance.choice(ISSUES),
            }  # fmt: skip
            values |= dict(zip(("location_name", "location_country", "latitude", "longitude", "geoname_id"), place, strict=True))
            for _ in range(1 + (chance.random() < 0.33)):
                rows.append(event(resources.ontology, **values))
                values["source"] = a + chance.choice(ROLES)
            offset += len(text) + 1
        documents.append(document(identifier, publication_date=day, title=f"Report {len(documents)}", events=len(rows) - before))
    return write_build(folder, resources, rows[:number], documents)
