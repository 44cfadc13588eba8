"""Made-up events with the shape of real ones, in any number: same seed, same rows.

Texts hold what breaks files: quotes, tabs, line breaks, letters of several bytes, long sentences, nulls.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from coder.ontology import load_ontology
from coder.resources import shipped_dictionaries
from coder.tables import EVENT_SCHEMA, DocumentRow, arrow_schema, group_daily, sort_events, split_code, stable_id

ACTORS = (
    ("FRA", "France", "France"), ("FRAGOV", None, "French ministers"), ("TURGOV", "Élodie Ünal", "President Ünal"),
    ("SYRREBKUR", None, "the \"Kurdish\tbrigade\""), ("IGOUNO", "United Nations", "the UN"), ("ROUMIL", None, "Romanian troops"),
    ("IGOEUREEC", "European Union", "Brussels"), ("PSEREBHMS", "Hamas", "Hamas"), ("MMRUAFROH", None, "Rohingya fighters"),
    ("COP", None, "police"), ("KSVGOV", "Kosovo", "Pristina"), ("NGO", None, "aid workers"), ("EUR", "Europe", "European leaders"),
    ("JPNBUS", None, "日本の企業"), ("USALEG", "Senator O'Neill", "O'Neill"),
)  # fmt: skip
PLACES = (
    (None, None, None, None, None), ("Aleppo", "SYR", 36.20124, 37.16117, 170063), ("France", "FRA", None, None, 3017382),
    ("Texas", "USA", None, None, 4736286), ("Homs province", "SYR", None, None, None), ("Austin", "USA", 30.26715, -97.74306, 4671654),
)  # fmt: skip
STATUSES = ("asserted",) * 8 + ("intended", "negated")
ISSUES: tuple[list[str] | None, ...] = (None, ["refugees"], ["sanctions", "oil"])
DOCUMENT_EVERY = 5


def events(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Rows of events.parquet, in its order."""
    chance = random.Random(seed)
    ontology = load_ontology(shipped_dictionaries() / "ontology")
    entries = [entry for entry in ontology if len(entry.code) > 2]
    rows: list[dict[str, Any]] = []
    for number in range(count):
        document, sentence = f"doc-{number // DOCUMENT_EVERY:06}", number % DOCUMENT_EVERY
        entry = chance.choice(entries)
        source, source_name, source_text = chance.choice(ACTORS)
        target, target_name, target_text = chance.choice(ACTORS) if number % 11 else (None, None, None)
        published = dt.date(2015, 1, 1) + dt.timedelta(days=number // DOCUMENT_EVERY % 3000)
        day = published - dt.timedelta(days=chance.randrange(3)) if number % 13 else None
        place = chance.choice(PLACES)
        text = f"“Sentence {number}”, said \"A\"\tand B:\n" + "long wörds " * (1 + number % 40)
        source_country, source_role = split_code(source)
        target_country, target_role = split_code(target)
        status = chance.choice(STATUSES)
        if sentence == 0 and rows:  # a second report of the event before
            last = rows[-1]
            entry, day, status = ontology[last["code"]], last["event_date"], last["status"]
            source, source_name, source_text = last["source"], last["source_name"], last["source_text"]
            target, target_name, target_text = last["target"], last["target_name"], last["target_text"]
            source_country, source_role = split_code(source)
            target_country, target_role = split_code(target)
        rows.append({
            "event_id": stable_id(number), "document_id": document, "sentence_index": sentence, "publication_date": published,
            "event_date": day, "event_date_end": day, "date_precision": "day" if day else "unknown",
            "date_basis": "tense" if day else "unknown", "source": source, "target": target, "source_country": source_country,
            "source_role": source_role, "target_country": target_country, "target_role": target_role, "source_name": source_name,
            "target_name": target_name, "source_text": source_text, "source_start": sentence * 200, "source_end": sentence * 200 + 5,
            "target_text": target_text, "target_start": sentence * 200 + 20 if target else None,
            "target_end": sentence * 200 + 25 if target else None, "code": entry.code, "base_code": entry.base_code,
            "root_code": entry.root_code, "code_label": entry.label, "quad_class": entry.quad_class, "goldstein": entry.goldstein,
            "plover_event": entry.plover_event, "plover_mode": entry.plover_mode, "plover_context": entry.plover_context,
            "status": status, "attributed_to": None, "attributed_text": None, "reciprocal": number % 17 == 0,
            "trigger_text": "did", "trigger_start": sentence * 200 + 10, "trigger_end": sentence * 200 + 13,
            "pattern_id": "verbs/x.yaml:do#1", "sentence_text": text, "location_name": place[0], "location_country": place[1],
            "latitude": place[2], "longitude": place[3], "geoname_id": place[4], "issues": chance.choice(ISSUES), "daily_id": "",
            "reports": 0,
        })  # fmt: skip
    group_daily(rows)
    sort_events(rows)
    return rows


def documents(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows of documents.parquet for events; every third document has no address, every seventh no outlet."""
    seen: dict[str, dt.date] = {row["document_id"]: row["publication_date"] for row in rows}
    for name in sorted(seen):
        number = int(name[4:])
        yield {
            "document_id": name, "publication_date": seen[name], "date_inferred": False,
            "publisher": f"Outlet {number % 4}" if number % 7 else None, "url": f"https://news.example/{number}" if number % 3 else None,
            "title": None, "language": "en" if number % 2 else None, "path": f"{name}.txt", "characters": 1000 + number % 100, "sentences": DOCUMENT_EVERY, "events": DOCUMENT_EVERY,
            "sha256": "", "outcome": "coded",
        }  # fmt: skip


def _whole(row: dict[str, Any], schema: pa.Schema) -> dict[str, Any]:
    """A row with the columns of a schema; one that it lacks is null, or "" or 0 where it may not be."""
    return {f.name: row[f.name] if f.name in row else None if f.nullable else "" if f.type == pa.string() else 0 for f in schema}


def write(rows: list[dict[str, Any]], folder: Path, row_group: int = 1000) -> Path:
    """events.parquet and documents.parquet in a folder; the path of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    metadata = {"eventcoder.scores": "gdelt", "eventcoder.version": "0.1.0"}
    known = [_whole(row, EVENT_SCHEMA) for row in rows]
    table = pa.Table.from_pylist(known, schema=EVENT_SCHEMA).replace_schema_metadata(metadata)
    pq.write_table(table, folder / "events.parquet", compression="zstd", row_group_size=row_group)
    schema = arrow_schema(DocumentRow)
    listed = [_whole(row, schema) for row in documents(rows)]
    pq.write_table(pa.Table.from_pylist(listed, schema=schema), folder / "documents.parquet")
    return folder / "events.parquet"
