"""codebook.md: every column, code and option of a run with counts, ready to attach to a paper."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args, get_origin

from coder.citation import citation
from coder.codebook_terms import MEANINGS, OPTION_VALUES, QUAD_RULES, READING, REJECT_REASONS
from coder.markdown import code, escape, share, table
from coder.panel_columns import panel_model
from coder.records import RejectReason
from coder.resources import Resources
from coder.tables import DailyRow, DocumentRow, DuplicateRow, EventRow, RejectRow, Row, UnresolvedRow, arrow_schema
from coder.tally import NONE, DocumentTally, EventTally, RejectTally, categorical_columns

OTHER_TABLES: tuple[tuple[str, type[Row], str], ...] = (
    ("events_daily.parquet", DailyRow, "One row for each dyad, code, status and date, however often reported."),
    ("panel_dyad_month.parquet", panel_model(), "One row for each directed dyad of countries and month, asserted events alone; see docs/panels.md."),
    ("documents.parquet", DocumentRow, "One row for each document read."),
    ("duplicates.parquet", DuplicateRow, "One row for each document that repeats an earlier one."),
    ("rejects.parquet", RejectRow, "What could not be read, parsed or coded, and why."),
    ("unresolved.parquet", UnresolvedRow, "Names in source or target position that no dictionary knows."),
)
INHERITED = " \\*"


def codebook(
    events: EventTally,
    resources: Resources,
    metadata: Mapping[str, str],
    documents: DocumentTally | None = None,
    rejects: RejectTally | None = None,
) -> str:
    """The codebook as Markdown; the same run gives the same bytes.

    Args:
        events: counts over events.parquet.
        metadata: of the run, as `pipeline.metadata` gives it.
        documents: counts over documents.parquet.
        rejects: counts over rejects.parquet.
    """
    documents = documents or DocumentTally()
    rejects = rejects or RejectTally()
    version = metadata.get("eventcoder.version", "")
    lines = ["# Codebook", "", f"Event data coded by EventCoder {version}.".replace(" .", "."), ""]
    lines += _run(events, documents, rejects, metadata)
    lines += ["## How to read the data", ""]
    lines += [f"- **{title}** {text}" for title, text in READING]
    lines += ["", *_options(resources), *_coverage(events, documents), *_rejects(rejects)]
    lines += _columns("events.parquet", EventRow, "One row for each event as coded from a sentence.", events)
    lines += ["## Values", "", "Counts are rows of events.parquet.", ""]
    for column in categorical_columns():
        lines += _values(column, events, resources)
    lines += _codes(events, resources)
    lines += ["## The other tables", ""]
    for name, model, what in OTHER_TABLES:
        lines += _columns(name, model, what, None, level=3)
    lines += ["## How to cite", "", *citation(version)]
    return "\n".join(lines).rstrip() + "\n"


def option_meanings(model: type[Any]) -> dict[str, str]:
    """What each option means: its description, else what the docstring's `Args:` says of it."""
    block = (inspect.getdoc(model) or "").partition("Args:\n")[2]
    told: dict[str, str] = {}
    for match in re.finditer(r"^ {4}(\w[\w, ]*): (.+(?:\n {8,}.+)*)", block, re.MULTILINE):
        for name in match[1].split(", "):
            told[name] = " ".join(match[2].split())
    return {name: field.description or told.get(name, "") for name, field in model.model_fields.items()}


def _run(events: EventTally, documents: DocumentTally, rejects: RejectTally, metadata: Mapping[str, str]) -> list[str]:
    facts: list[tuple[str, object]] = [
        ("software", f"EventCoder {metadata.get('eventcoder.version', '')}"),
        ("documents read", documents.rows),
        *((f"… {outcome.replace('_', ' ')}: {meaning}", documents.outcomes[outcome]) for outcome, meaning in MEANINGS["outcome"].items()),
        ("sentences parsed", documents.sentences),
        ("rows of events.parquet", events.rows),
        ("groups of the same dyad, code, status and date (`daily_id`)", events.groups),
        ("rows of rejects.parquet", rejects.total()),
        ("parsing model", f"{escape(metadata.get('eventcoder.model'))}, SHA-256 {code(metadata.get('eventcoder.model_sha256', ''))}"),
        *((("parsed on", escape(metadata["eventcoder.device"])),) if "eventcoder.device" in metadata else ()),
        ("dictionaries, SHA-256", code(metadata.get("eventcoder.dictionaries", ""))),
        ("corpus, SHA-256", code(metadata.get("eventcoder.corpus", ""))),
        ("names of places", escape(metadata.get("eventcoder.gazetteer", ""))),
    ]
    lines = ["## The run", "", *table(("what", "value"), facts)]
    return [*lines, "Each Parquet file carries these in its metadata; `manifest.json` has the hash of every single file.", ""]


def _options(resources: Resources) -> list[str]:
    options = resources.options
    meanings = option_meanings(type(options))
    rows = []
    for name, value in options.model_dump(mode="json").items():
        default = type(options).model_fields[name].default
        note = OPTION_VALUES.get((name, str(value)), "")
        rows.append((code(name), escape(value) + (f" ({note})" if note else ""), escape(default), escape(meanings[name])))
    lines = ["## Options", "", *table(("option", "value of this run", "default", "meaning"), rows)]
    ontology = resources.ontology
    source = OPTION_VALUES.get(("scores", ontology.scores), f"the user's file {escape(ontology.scores)}")
    lines += [
        f"**Goldstein scores** are of the code alone: {source}. Codes marked * in the list of codes have no score of their own and take "
        "that of the code above them. Cite the GDELT Project (https://www.gdeltproject.org/) for its table, and Goldstein (1992), "
        "“A Conflict-Cooperation Scale for WEIS Events Data”, *Journal of Conflict Resolution* 36(2): 369–385, for the scale.",
        "",
        "**Quad classes** follow from the root code:",
        "",
    ]
    rule = QUAD_RULES.get(ontology.quad, ())
    return lines + table(("quad class", "meaning", "root codes"), [(q, MEANINGS["quad_class"][q], roots) for q, roots in rule])


def _coverage(events: EventTally, documents: DocumentTally) -> list[str]:
    lines = ["## Coverage in time", ""]
    for what, days, whole in (("Documents were published", documents.dates, documents.rows), ("Events are dated", events.dates, events.rows)):
        if days.count:
            lines.append(f"- {what} from {days.first} to {days.last}; {whole - days.count} of {whole} without a date.")
        else:
            lines.append(f"- {what}: no dates.")
    by_document, by_event = documents.dates.years, events.dates.years
    counts = [(y, by_document[y], by_event[y], events.asserted[y]) for y in sorted(by_document.keys() | by_event.keys())]
    return [*lines, "", *table(("year", "documents published", "events", "asserted events"), counts, right=(1, 2, 3))]


def _rejects(counts: RejectTally) -> list[str]:
    lines = ["## What was not coded", "", "Rows of rejects.parquet by reason.", ""]
    reasons = [str(reason) for reason in RejectReason]
    reasons += sorted(counts.keys() - set(reasons))
    return lines + table(
        ("reason", "meaning", "rows"), [(code(r), REJECT_REASONS.get(r, ""), counts[r]) for r in reasons], right=(2,)
    )


def _columns(name: str, model: type[Row], what: str, events: EventTally | None, *, level: int = 2) -> list[str]:
    schema = arrow_schema(model)
    header = ["column", "type", "meaning"] + (["empty"] if events is not None else [])
    body = []
    for column, field in model.model_fields.items():
        cells = [code(column), escape(schema.field(column).type), escape(field.description)]
        if events is not None:
            cells.append(str(events.empty[column]))
        body.append(cells)
    title = f"Columns of {name}" if level == 2 else name
    return [f"{'#' * level} {title}", "", what, "", *table(header, body, right=(3,))]


def _values(column: str, events: EventTally, resources: Resources) -> list[str]:
    counts = events.values[column]
    field = EventRow.model_fields[column]
    expected: Iterable[str] = MEANINGS.get(column, {})
    if get_origin(field.annotation) is Literal:
        expected = get_args(field.annotation)
    elif column == "root_code":
        expected = [e.code for e in resources.ontology if e.parent is None]
    known = list(expected)
    order = known + sorted((v for v in counts.keys() - set(known) - {NONE}), key=lambda v: (-counts[v], v))
    order += [NONE] if counts[NONE] else []
    several = " A row can have several." if column in ("issues", "plover_context") else ""
    lines = [f"### {column}", "", f"{_sentence(field.description)}{several}", ""]
    body = [(escape(v), escape(_meaning(column, v, resources)), counts[v], share(counts[v], events.rows)) for v in order]
    if not body:
        return [*lines, "No row has a value.", ""]
    if any(meaning for _, meaning, *_ in body):
        return lines + table(("value", "meaning", "rows", "share"), body, right=(2, 3))
    return lines + table(("value", "rows", "share"), [(v, n, s) for v, _, n, s in body], right=(1, 2))


def _sentence(text: str | None) -> str:
    return f"{(text or '')[:1].upper()}{escape((text or '')[1:])}."


def _meaning(column: str, value: str, resources: Resources) -> str:
    if value == NONE:
        return "null: not told or not applicable"
    if column in MEANINGS:
        return MEANINGS[column].get(value, "")
    if column == "root_code":
        entry = resources.ontology.get(value)
        return entry.label if entry else ""
    if column == "issues":
        return resources.dictionaries.issues.labels.get(value, ("", ""))[0]
    if column.endswith("_role"):
        role = resources.ontology.roles.get(value)
        return role.label if role else "group or place of its own within the country or class"
    if column.endswith("_country"):
        country = resources.dictionaries.countries.get(value)
        role = resources.ontology.roles.get(value)
        return country.name if country else role.label if role else ""
    return ""


def _codes(events: EventTally, resources: Resources) -> list[str]:
    counts = events.codes
    own = {c: told for c, told in events.described.items() if c not in resources.ontology}
    header = ("code", "label", "Goldstein", "quad class", "PLOVER event", "PLOVER mode", "PLOVER context", "rows")
    body = [
        (
            e.code, escape(e.label), f"{e.goldstein:g}{INHERITED * e.goldstein_inherited}", e.quad_class, e.plover_event or "",
            escape(e.plover_mode), escape(e.plover_context), counts[e.code],
        )
        for e in resources.ontology
    ]  # fmt: skip
    body += [
        (escape(c), escape(label), f"{score:g}{INHERITED}", quad, "", "", "", counts[c]) for c, (label, score, quad) in sorted(own.items())
    ]
    lines = ["## Event codes", "", "CAMEO, every code of the ontology, whether it occurs or not.", ""]
    return [*lines, *table(header, body, right=(2, 7)), "\\* the score of the code above it", ""]
