"""A readable account of a coding: tree, actors, frames tried, what matched, and why the others did not.

It is the ordinary coder with a trace, never a second matcher that could disagree.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from coder.coding import SentenceTrace, code_sentences
from coder.pipeline import Model
from coder.records import Document, Event, Reject
from coder.resolve import resolve_actor
from coder.resources import Resources


@dataclass(frozen=True, slots=True)
class Account:
    """What happened to a text."""

    traces: tuple[SentenceTrace, ...]
    rejects: tuple[Reject, ...]
    resources: Resources


def explain_text(text: str, date: dt.date | None, resources: Resources, model: Model) -> Account:
    """Parse and code a text with a trace.

    Args:
        text: a sentence or a few.
        date: its publication date.
    """
    parsed = next(iter(model.parser.parse([Document("text", text, date)])))
    traces: list[SentenceTrace] = []
    code_sentences(parsed.sentences, resources.dictionaries, resources.options, traces.append, trace=True)
    return Account(tuple(traces), parsed.rejects, resources)


def render_text(account: Account) -> str:
    """The account as plain text."""
    lines: list[str] = []
    for reject in account.rejects:
        lines.append(f"NOT CODED: {reject.reason}: {reject.detail}")
    for trace in account.traces:
        sentence = trace.tree.sentence
        lines += [f"SENTENCE {sentence.index + 1}: {sentence.text}", "", "tree"]
        lines += [f"  {line}" for line in sentence.draw().split("\n")]
        lines += ["", "actors"]
        lines += [f"  {line}" for line in actor_lines(trace)] or ["  none"]
        lines += ["", "frames tried" if trace.legacy is None else "verbs and patterns tried"]
        lines += [f"  {line}" for line in attempt_lines(trace)] or [f"  none: {why_nothing(trace)}"]
        lines += ["", "events"]
        for event in trace.events:
            lines += [f"  {line}" for line in event_lines(event, account.resources)]
        if not trace.events:
            lines.append(f"  none: {why_nothing(trace)}")
        lines.append("")
    return "\n".join(lines).rstrip()


def actor_lines(trace: SentenceTrace) -> list[str]:
    """Each phrase that names an actor, with its code on the publication day and the rule."""
    if trace.legacy is not None:
        return trace.legacy.actor_lines()
    lines = []
    tree = trace.tree
    for i in range(tree.n):
        if tree.relation(i) in ("compound", "flat") or tree.upos[i] not in ("NOUN", "PROPN", "PRON", "ADJ"):
            continue
        mention = trace.mentions.at(i)
        if mention is None:
            continue
        resolved = resolve_actor(mention, tree.sentence.publication_date)
        code = resolved.code or "no code"
        lines.append(f"{mention.text!r} -> {code}  [{mention.kind}; {resolved.rule}{'; ' + resolved.entry_id if resolved.entry_id else ''}]")
    return lines


def attempt_lines(trace: SentenceTrace) -> list[str]:
    """Each frame (or line of legacy dictionaries) tried on each trigger, the one that won marked."""
    if trace.legacy is not None:
        return trace.legacy.tried_lines()
    chosen = {m.pattern_id for m in trace.matches}
    inner = set()
    for match in trace.matches:
        node = match.inner
        while node is not None:
            inner.add(node.pattern_id)
            node = node.inner
    lines = []
    seen = set()
    for attempt in trace.attempts:
        key = (attempt.trigger, attempt.pattern_id, attempt.reason)
        if key in seen:
            continue
        seen.add(key)
        word = trace.tree.forms[attempt.trigger]
        if attempt.reason:
            verdict = f"does not fit: {attempt.reason}"
        elif attempt.pattern_id in chosen:
            verdict = f"MATCHES, code {attempt.code}"
        elif attempt.pattern_id in inner:
            verdict = f"matches as the inner event, code {attempt.code}"
        else:
            verdict = f"fits (code {attempt.code}), but a more specific frame won"
        lines.append(f"{word}: {attempt.pattern_id}: {verdict}")
    return lines


def event_lines(event: Event, resources: Resources) -> list[str]:
    """One event with all that it rests on."""
    entry = resources.ontology.get(event.code)
    label = entry.label if entry else ""
    target = event.target.code if event.target else "---"
    words = " ".join(event.sentence.forms[t] for t in sorted(set(event.trigger_tokens)))
    date = event.date
    span = f"{date.start}" if date.start == date.end else f"{date.start} to {date.end}"
    lines = [
        f"{event.source.code} {event.code} {target}  {label}  [{event.status.value}]",
        f"    source {event.source.mention.text!r}: {event.source.rule}",
    ]
    if event.target:
        lines.append(f"    target {event.target.mention.text!r}: {event.target.rule}")
    lines += [
        f"    action {words!r}: {event.pattern_id}{' (mirrored)' if event.reciprocal else ''}",
        f"    date {span} (precision {date.precision}, basis {date.basis}{'; ' + date.rule if date.rule else ''})",
    ]
    lines.append(f"    where {where_line(event)}")
    if event.issues:
        lines.append(f"    about {event.issue_rule or ', '.join(event.issues)}")
    if event.attributed_text:
        lines.append(f"    told by {event.attributed_text!r} ({event.attributed_to or 'no code'})")
    if entry:
        lines.append(f"    Goldstein {entry.goldstein:g}, quad class {entry.quad_class}, PLOVER {entry.plover_event or 'none'}")
    lines += [f"    note: {note}" for note in event.notes]
    return lines


def where_line(event: Event) -> str:
    """The place of an event with the rule it rests on, or why there is none."""
    place = event.place
    if place is None:
        return f"not told: {event.place_rule or 'places are not looked for'}"
    point = "" if place.latitude is None or place.longitude is None else f" {place.latitude:.4f}, {place.longitude:.4f}"
    number = "" if place.geoname_id is None else f" GeoNames {place.geoname_id}"
    about = "; ".join(part.strip() for part in (point, number) if part) or "no point"
    return f"{place.name}, {place.country or 'no country'} ({about}): {event.place_rule}"


def why_nothing(trace: SentenceTrace) -> str:
    """Why a sentence has no event."""
    if trace.legacy is not None:
        return trace.legacy.why_nothing()
    if not trace.attempts:
        return "no word of the sentence triggers a frame"
    if not trace.matches:
        return "no frame fits (see above)"
    for match in trace.matches:
        word = trace.tree.forms[match.trigger]
        if not match.sources:
            return f"{word!r} has no source that is an actor"
        if not match.targets:
            return f"{word!r} has no target that is an actor"
    return "source and target are the same actor, or neither has a country or organisation"
