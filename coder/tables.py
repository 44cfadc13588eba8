"""The tables of output/: their columns in one place, rows from events, byte-stable Parquet.

`EventRow` is the one definition of events.parquet: the Arrow schema, the codebook and the checks come from it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field

from coder.files import replacing
from coder.ontology import CodeEntry, Ontology
from coder.records import Event, Reject

Int32 = Annotated[int, pa.int32()]
Int8 = Annotated[int, pa.int8()]
Int64 = Annotated[int, pa.int64()]
Float32 = Annotated[float, pa.float32()]
Status = Literal["asserted", "intended", "hypothetical", "negated"]
STATUSES: tuple[Status, ...] = get_args(Status)
Precision = Literal["day", "week", "month", "quarter", "year", "unknown"]
Basis = Literal["explicit", "relative", "tense", "publication", "unknown"]
GAP = " … "  # in trigger_text, between words that do not stand together


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EventRow(Row):
    """One row of events.parquet: an event as coded from a sentence."""

    event_id: str = Field(description="stable hash of document, sentence, trigger, source, target and code")
    document_id: str = Field(description="the document it was coded from")
    sentence_index: Int32 = Field(description="the sentence in the document, counted from 0")
    publication_date: dt.date | None = Field(description="the document's date of publication")
    event_date: dt.date | None = Field(description="first day on which it happened or is to happen")
    event_date_end: dt.date | None = Field(description="last day on which it happened or is to happen")
    date_precision: Precision = Field(description="how exactly the text dates the event")
    date_basis: Basis = Field(description="what the date rests on")
    source: str = Field(description="CAMEO code of the acting side as of the event date, e.g. SYRGOV")
    target: str | None = Field(description="CAMEO code of the side acted upon; null for monadic events")
    source_country: str | None = Field(description="country (or IGO, NGO, IMG … class) of the source")
    source_role: str | None = Field(description="primary role of the source")
    target_country: str | None = Field(description="country (or IGO, NGO, IMG … class) of the target")
    target_role: str | None = Field(description="primary role of the target")
    source_name: str | None = Field(description="canonical name of the source's dictionary entry")
    target_name: str | None = Field(description="canonical name of the target's dictionary entry")
    source_text: str = Field(description="the words that name the source")
    source_start: Int32 = Field(description="first character of the source in the document")
    source_end: Int32 = Field(description="one past the last character of the source in the document")
    target_text: str | None = Field(description="the words that name the target")
    target_start: Int32 | None = Field(description="first character of the target in the document")
    target_end: Int32 | None = Field(description="one past the last character of the target in the document")
    code: str = Field(description="CAMEO event code, leading zeros kept")
    base_code: str = Field(description="its first three digits")
    root_code: str = Field(description="its first two digits")
    code_label: str = Field(description="what the code stands for")
    quad_class: Int8 = Field(
        description="1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict", ge=1, le=4
    )
    goldstein: Float32 = Field(description="Goldstein score of the code, -10 (conflict) to +10 (cooperation)", ge=-10, le=10)
    plover_event: str | None = Field(description="PLOVER event of the code")
    plover_mode: str | None = Field(description="PLOVER mode of the code")
    plover_context: str | None = Field(description="PLOVER contexts of the code, separated by ;")
    status: Status = Field(description="whether it is told as a fact")
    attributed_to: str | None = Field(description="CAMEO code of whoever is quoted as saying so")
    attributed_text: str | None = Field(description="the words that name whoever is quoted")
    reciprocal: bool = Field(description="one of a pair of mirrored rows (A to B and B to A)")
    trigger_text: str = Field(description="the words that made it an event")
    trigger_start: Int32 = Field(description="first character of the trigger in the document")
    trigger_end: Int32 = Field(description="one past the last character of the trigger in the document")
    pattern_id: str = Field(description="dictionary frame that matched")
    sentence_text: str = Field(description="the sentence")
    location_name: str | None = Field(description="where it happened (the GeoNames name of a town or country, or the region as written); null if not told")
    location_country: str | None = Field(description="country of the place today, three letters")
    latitude: float | None = Field(description="degrees north, of towns; null where only a region or country is told")
    longitude: float | None = Field(description="degrees east, likewise")
    geoname_id: Int64 | None = Field(description="number of the town, state or country in GeoNames")
    issues: list[str] | None = Field(description="what it is about: the issues whose words stand in its clause; null for none")
    daily_id: str = Field(description="group of the same dyad, code, status and dates in the corpus (one-a-day)")
    reports: Int32 = Field(description="how many documents report the group")
    story_id: str = Field(description="story of the document: near-duplicate documents have one, the id of the first of them")
    stories: Int32 = Field(description="how many stories report the group (near-duplicate documents count once)")


class DocumentRow(Row):
    """One row of documents.parquet: a document and what became of it."""

    document_id: str = Field(description="unique name of the document")
    publication_date: dt.date | None = Field(description="date of publication, null if not told")
    date_inferred: bool = Field(description="whether the date was read off a dateline")
    publisher: str | None = Field(description="the outlet")
    url: str | None = Field(description="where it was published")
    title: str | None = Field(description="headline")
    language: str | None = Field(description="language as the document says it, null if not told")
    path: str | None = Field(description="file of the corpus")
    characters: Int32 = Field(description="length of the text")
    sentences: Int32 = Field(description="sentences parsed")
    events: Int32 = Field(description="events coded")
    sha256: str = Field(description="hash of the text")
    outcome: Literal["coded", "no_events", "rejected"] = Field(description="what became of it")
    story_id: str = Field(description="id of the first document of the same story, its own where it is the first")
    duplicate_of: str | None = Field(description="the first document of which it is a near-duplicate")
    similarity: Float32 | None = Field(description="shared runs of three words with that document, over all of both (Jaccard)")


class DuplicateRow(Row):
    """One row of duplicates.parquet: a document that repeats an earlier one, beside that one."""

    story_id: str = Field(description="the story")
    document_id: str = Field(description="the later document")
    duplicate_of: str = Field(description="the first document of the story")
    similarity: Float32 = Field(description="shared runs of three words, over all of both (Jaccard)")
    days_apart: Int32 | None = Field(description="days between the dates of publication")
    publication_date: dt.date | None = Field(description="date of the later document")
    publisher: str | None = Field(description="outlet of the later document")
    first_publisher: str | None = Field(description="outlet of the first document")
    title: str | None = Field(description="headline of the later document")
    first_title: str | None = Field(description="headline of the first document")


class RejectRow(Row):
    """One row of rejects.parquet: what could not be read, parsed or coded, and why."""

    document_id: str | None = Field(description="the document, where it is known")
    path: str | None = Field(description="file of the corpus")
    line: Int32 | None = Field(description="line or record in the file, counted from 1")
    sentence_index: Int32 | None = Field(description="sentence, counted from 0, where one sentence is meant")
    stage: str = Field(description="read, parse or code")
    reason: str = Field(description="why, in one word")
    detail: str = Field(description="why, in full")


class UnresolvedRow(Row):
    """One row of unresolved.parquet: a name in source or target position that no dictionary knows."""

    name: str = Field(description="the name as written")
    count: Int32 = Field(description="how often it stands as source or target")
    documents: Int32 = Field(description="in how many documents")
    sentence: str = Field(description="one sentence it stands in")


class DailyRow(Row):
    """One row of events_daily.parquet: a dyad, code and day, however often reported."""

    daily_id: str = Field(description="group id, as in events.parquet")
    event_date: dt.date | None = Field(description="first day")
    event_date_end: dt.date | None = Field(description="last day")
    source: str = Field(description="CAMEO code of the acting side")
    target: str | None = Field(description="CAMEO code of the side acted upon")
    code: str = Field(description="CAMEO event code")
    root_code: str = Field(description="its first two digits")
    quad_class: Int8 = Field(description="quad class")
    goldstein: Float32 = Field(description="Goldstein score")
    status: Status = Field(description="whether it is told as a fact")
    reciprocal: bool = Field(description="one of a pair of mirrored rows (A to B and B to A)")
    reports: Int32 = Field(description="documents that report it")
    stories: Int32 = Field(description="stories that report it (near-duplicate documents count once)")
    mentions: Int32 = Field(description="rows of events.parquet in the group")
    event_id: str = Field(description="the first of its events")


_ARROW = {str: pa.string(), bool: pa.bool_(), int: pa.int64(), float: pa.float64(), dt.date: pa.date32()}


def _arrow_type(annotation: Any, metadata: Sequence[Any] = ()) -> tuple[pa.DataType, bool]:
    for item in metadata:
        if isinstance(item, pa.DataType):
            return item, False
    origin = get_origin(annotation)
    if origin is Annotated:
        base, *extra = get_args(annotation)
        return _arrow_type(base, extra)
    if origin is Literal:
        return pa.string(), False
    if origin is list:
        return pa.list_(_arrow_type(get_args(annotation)[0])[0]), False
    arguments = get_args(annotation)
    if type(None) in arguments:
        (inner,) = [a for a in arguments if a is not type(None)]
        return _arrow_type(inner)[0], True
    return _ARROW[annotation], False


def arrow_schema(model: type[Row]) -> pa.Schema:
    """The Arrow schema of a row model."""
    fields = []
    for name, field in model.model_fields.items():
        kind, nullable = _arrow_type(field.annotation, field.metadata)
        fields.append(pa.field(name, kind, nullable=nullable))
    return pa.schema(fields)


EVENT_SCHEMA = arrow_schema(EventRow)
SORT_KEYS = ("event_date", "document_id", "sentence_index", "event_id")
MAX_INT32 = 2**31 - 1
ROW_GROUP = 32768
PARQUET: dict[str, Any] = {"compression": "zstd", "write_statistics": True}


def stable_id(*parts: object) -> str:
    """16 hexadecimal digits that depend on the parts alone."""
    return hashlib.sha256("\x1f".join("" if p is None else str(p) for p in parts).encode()).hexdigest()[:16]


def split_code(code: str | None) -> tuple[str | None, str | None]:
    """Country (or class) and primary role of an actor code.

    Codes of agents without a nationality ("COP", "REB") have no country.
    """
    if not code:
        return None, None
    if code[:3] in BARE_ROLES:
        return None, code[:3]
    return code[:3], code[3:6] or None


BARE_ROLES = frozenset(
    "COP GOV INS JUD MIL OPP REB SEP SPY UAF AGR BUS CRM CVL DEV EDU ELI ENV HLH HRI LAB LEG MED REF MOD RAD SET PTY REL".split()
)


def own_code(code: str, ontology: Ontology) -> CodeEntry:
    """An entry for a code of a user's own list (a legacy dictionary's): of the nearest known code, else neutral.

    Args:
        code: not in the ontology.
    """
    near = ontology.fallback(code)
    if near is not None:
        return replace(ontology[near], code=code, label=f"{ontology[near].label} (own code {code})")
    root = int(code[:2]) if code[:2].isdigit() else 1
    quad = 4 if root >= 15 else 3 if root >= 9 else 2 if root >= 6 else 1
    return CodeEntry(code, f"own code {code}", code[:3], code[:2], None, 0.0, True, quad, None, None, None)


def event_row(event: Event, ontology: Ontology) -> dict[str, Any]:
    """The columns of an event; `group_daily` fills those about the whole corpus (`daily_id` and after)."""
    sentence = event.sentence
    entry = ontology.get(event.code)
    if entry is None:
        own = "own_code" in event.notes
        entry = own_code(event.code, ontology) if own else ontology[ontology.fallback(event.code) or event.code]
    source, target = event.source, event.target
    tokens = event.trigger_tokens
    trigger_start = min(sentence.starts[t] for t in tokens)
    trigger_end = max(sentence.ends[t] for t in tokens)
    source_country, source_role = split_code(source.code)
    target_country, target_role = split_code(target.code if target else None)
    place = event.place
    return {
        "event_id": stable_id(
            sentence.document_id, sentence.index, trigger_start, trigger_end, source.mention.start, source.mention.end,
            source.code, target.mention.start if target else "", target.mention.end if target else "",
            target.code if target else "", event.code, event.status.value,
        ),
        "document_id": sentence.document_id,
        "sentence_index": sentence.index,
        "publication_date": sentence.publication_date,
        "event_date": event.date.start,
        "event_date_end": event.date.end,
        "date_precision": event.date.precision,
        "date_basis": event.date.basis,
        "source": source.code,
        "target": target.code if target else None,
        "source_country": source_country,
        "source_role": source_role,
        "target_country": target_country,
        "target_role": target_role,
        "source_name": source.name,
        "target_name": target.name if target else None,
        "source_text": source.mention.text,
        "source_start": source.mention.start,
        "source_end": source.mention.end,
        "target_text": target.mention.text if target else None,
        "target_start": target.mention.start if target else None,
        "target_end": target.mention.end if target else None,
        "code": entry.code,
        "base_code": entry.base_code,
        "root_code": entry.root_code,
        "code_label": entry.label,
        "quad_class": entry.quad_class,
        "goldstein": entry.goldstein,
        "plover_event": entry.plover_event,
        "plover_mode": entry.plover_mode,
        "plover_context": entry.plover_context,
        "status": event.status.value,
        "attributed_to": event.attributed_to,
        "attributed_text": event.attributed_text,
        "reciprocal": event.reciprocal,
        "trigger_text": GAP.join(_runs(event)),
        "trigger_start": trigger_start,
        "trigger_end": trigger_end,
        "pattern_id": event.pattern_id,
        "sentence_text": sentence.text,
        "location_name": place.name if place else None,
        "location_country": place.country if place else None,
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "geoname_id": place.geoname_id if place else None,
        "issues": list(event.issues) if event.issues else None,
        "daily_id": "",
        "reports": 0,
        "story_id": sentence.document_id,
        "stories": 0,
    }


def _runs(event: Event) -> list[str]:
    """The trigger's words, neighbouring ones in one piece."""
    sentence = event.sentence
    runs: list[list[int]] = []
    for t in sorted(set(event.trigger_tokens)):
        if runs and runs[-1][-1] == t - 1:
            runs[-1].append(t)
        else:
            runs.append([t])
    return [sentence.text[sentence.starts[r[0]] - sentence.start : sentence.ends[r[-1]] - sentence.start] for r in runs]


def group_key(row: Mapping[str, Any]) -> str:
    """The `daily_id` of an event (see `group_daily`)."""
    undated = row["event_date"] is None
    return stable_id(
        row["source"], row["target"], row["code"], row["status"], row["event_date"], row["event_date_end"],
        *([row["document_id"]] if undated else []),
    )  # fmt: skip


def group_daily(rows: Sequence[MutableMapping[str, Any]], story_of: Mapping[str, str] | None = None) -> None:
    """Fill `daily_id`, `reports`, `story_id` and `stories` over the whole corpus.

    A group is the same source, target, code, status, first and last day, whichever documents report it. An event without
    a date is grouped within its document alone: nothing says that two documents mean the same day. The rows of a mirrored
    pair (A to B, B to A) are two groups, as they are two events of directed data.

    Args:
        rows: of events.parquet; changed in place.
        story_of: story of each document; a document that is not there is a story of its own.
    """
    story_of = story_of or {}
    reports: dict[str, set[str]] = {}
    for row in rows:
        row["daily_id"] = group_key(row)
        row["story_id"] = story_of.get(row["document_id"], row["document_id"])
        reports.setdefault(row["daily_id"], set()).add(row["document_id"])
    stories = {group: len({story_of.get(d, d) for d in documents}) for group, documents in reports.items()}
    for row in rows:
        row["reports"] = len(reports[row["daily_id"]])
        row["stories"] = stories[row["daily_id"]]


def sort_events(rows: list[dict[str, Any]]) -> None:
    """The order of events.parquet; events without a date come last."""
    rows.sort(
        key=lambda r: (r["event_date"] or dt.date.max, r["document_id"], r["sentence_index"], r["event_id"])
    )


def reject_row(reject: Reject) -> dict[str, Any]:
    return {
        "document_id": reject.document_id,
        "path": reject.path,
        "line": reject.line,
        "sentence_index": reject.sentence_index,
        "stage": reject.stage,
        "reason": str(reject.reason),
        "detail": reject.detail,
    }


def write_table(
    rows: Sequence[Mapping[str, Any]], model: type[Row], path: Path, metadata: Mapping[str, str] | None = None
) -> None:
    """Write rows as Parquet under a temporary name and rename: no half-written file is ever seen.

    Args:
        metadata: file metadata, written in the order of its keys.
    """
    schema = arrow_schema(model)
    columns = {name: [row[name] for row in rows] for name in schema.names}
    table = pa.table([pa.array(columns[f.name], type=f.type) for f in schema], schema=schema)
    if metadata:
        table = table.replace_schema_metadata({k: metadata[k] for k in sorted(metadata)})
    write_parquet(table, path)


def run_metadata(schema: pa.Schema) -> dict[str, str]:
    """What a table of ours tells of the run that made it, in the order of its keys."""
    ours = {k.decode(): v.decode("utf-8", "replace") for k, v in (schema.metadata or {}).items() if k.startswith(b"eventcoder.")}
    return dict(sorted(ours.items()))


def write_parquet(table: pa.Table, path: Path) -> None:
    with replacing(path) as temporary:
        pq.write_table(table, temporary, row_group_size=ROW_GROUP, **PARQUET)


def write_text(text: str, path: Path) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(value: Any, path: Path) -> None:
    write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", path)
