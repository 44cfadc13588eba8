"""How well the coder does on hand-coded sentences: precision, recall, F1 with bootstrap intervals.

Gold file: JSONL, one document a line:
{"id": "…", "date": "2024-05-01", "sentences": [{"text": "…", "events": [{"source": "SYRGOV", "target": "RUSGOV",
"code": "042", "date": "2024-04-30", "status": "asserted"}]}]}. Sentences without events count: what the coder finds
there is wrong. A sentence is coded in its document, so that pronouns and names find what they stand for.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coder.errors import InputError
from coder.pipeline import Model, code_parsed
from coder.records import Document
from coder.resources import Resources

BOOTSTRAPS = 1000
SEED = 20240501


@dataclass(frozen=True, slots=True)
class GoldEvent:
    source: str
    target: str
    code: str
    date: dt.date | None
    status: str


@dataclass(frozen=True, slots=True)
class GoldSentence:
    text: str
    start: int
    end: int
    events: tuple[GoldEvent, ...]


@dataclass(frozen=True, slots=True)
class GoldDocument:
    id: str
    date: dt.date | None
    text: str
    sentences: tuple[GoldSentence, ...]


# What must agree for a coded event to count as the gold one, from loose to strict.
LEVELS: Mapping[str, tuple[str, ...]] = {
    "countries and root code": ("source_country", "target_country", "root"),
    "source": ("source",),
    "target": ("target",),
    "actors": ("source", "target"),
    "actors and root code": ("source", "target", "root"),
    "actors and base code": ("source", "target", "base"),
    "actors and full code": ("source", "target", "code"),
    "actors, code and status": ("source", "target", "code", "status"),
    "actors, code, status and date": ("source", "target", "code", "status", "date"),
}


@dataclass(slots=True)
class Score:
    """Counts at one level and what follows from them."""

    right: int = 0
    coded: int = 0
    gold: int = 0
    interval: tuple[float, float] = (0.0, 0.0)

    @property
    def precision(self) -> float:
        return self.right / self.coded if self.coded else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        return f1(self.right, self.coded, self.gold)


def f1(right: int, coded: int, gold: int) -> float:
    return 2 * right / (coded + gold) if coded + gold else 0.0


@dataclass(slots=True)
class Result:
    """All figures of an evaluation."""

    sentences: int = 0
    empty_sentences: int = 0
    empty_right: int = 0
    levels: dict[str, Score] = field(default_factory=dict)
    by_root: dict[str, Score] = field(default_factory=dict)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "sentences": self.sentences,
            "empty_sentences": self.empty_sentences,
            "empty_right": self.empty_right,
            "levels": {name: _figures(s) for name, s in self.levels.items()},
            "by_root": {name: _figures(s) for name, s in self.by_root.items()},
            "confusion": [{"gold": g, "coded": c, "count": n} for (g, c), n in sorted(self.confusion.items())],
        }


def _figures(score: Score) -> dict[str, Any]:
    return {
        "right": score.right, "coded": score.coded, "gold": score.gold, "precision": score.precision,
        "recall": score.recall, "f1": score.f1, "f1_interval": list(score.interval),
    }  # fmt: skip


def read_gold(path: Path) -> list[GoldDocument]:
    """The documents of a gold file.

    Raises:
        InputError: the file is not there or a line is not of the form; names the line.
    """
    if not path.is_file():
        raise InputError("no such file", path=path, hint="give a JSONL file of hand-coded documents")
    documents = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            documents.append(_gold_document(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"not a gold document: {error!r}", path=path, line=number, hint="see `eventcoder evaluate --help`") from error
    return documents


def _gold_document(row: Mapping[str, Any]) -> GoldDocument:
    date = dt.date.fromisoformat(row["date"]) if row.get("date") else None
    parts: list[str] = []
    sentences = []
    at = 0
    for item in row["sentences"]:
        text = item["text"]
        events = tuple(
            GoldEvent(
                e["source"], e["target"], e["code"], dt.date.fromisoformat(e["date"]) if e.get("date") else None,
                e.get("status", "asserted"),
            )
            for e in item.get("events", [])
        )  # fmt: skip
        sentences.append(GoldSentence(text, at, at + len(text), events))
        parts.append(text)
        at += len(text) + 1
    return GoldDocument(row["id"], date, " ".join(parts), tuple(sentences))


def code_gold(documents: Sequence[GoldDocument], resources: Resources, model: Model) -> list[dict[str, Any]]:
    """Rows of events for the text of the gold documents."""
    parsed = model.parser.parse(Document(d.id, d.text, d.date) for d in documents)
    return code_parsed(parsed, resources)[0]


def table_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of an events.parquet.

    Raises:
        InputError: the file is not there.
    """
    import pyarrow.parquet as pq

    if not path.is_file():
        raise InputError("no such file", path=path, hint="run `eventcoder build` or `eventcoder code` first")
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def _keys(source: str, target: str, code: str, status: str, date: dt.date | None, end: dt.date | None) -> dict[str, Any]:
    return {
        "source": source, "target": target, "source_country": source[:3], "target_country": target[:3],
        "root": code[:2], "base": code[:3], "code": code, "status": status, "date": (date, end or date),
    }  # fmt: skip


def _agree(gold: Mapping[str, Any], coded: Mapping[str, Any], parts: Sequence[str]) -> bool:
    for part in parts:
        if part == "date":
            wanted = gold["date"][0]
            start, end = coded["date"]
            if wanted is not None and not (start is not None and start <= wanted <= end):
                return False
        elif gold[part] != coded[part]:
            return False
    return True


def _matching(gold: Sequence[Mapping[str, Any]], coded: Sequence[Mapping[str, Any]], parts: Sequence[str]) -> int:
    """The largest number of pairs that agree, each event used once."""
    partner: dict[int, int] = {}

    def place(g: int, tried: set[int]) -> bool:
        for c, event in enumerate(coded):
            if c not in tried and _agree(gold[g], event, parts):
                tried.add(c)
                if c not in partner or place(partner[c], tried):
                    partner[c] = g
                    return True
        return False

    return sum(place(g, set()) for g in range(len(gold)))


def evaluate_events(documents: Sequence[GoldDocument], rows: Sequence[Mapping[str, Any]]) -> Result:
    """Score coded rows against gold documents.

    Args:
        rows: of events.parquet; `document_id` must be the gold's, offsets those of its sentences joined by blanks,
            or `sentence_text` that of the gold.
    """
    by_document: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_document[row["document_id"]].append(row)
    result = Result()
    units: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]] = []
    for document in documents:
        mine = by_document.get(document.id, [])
        for sentence in document.sentences:
            coded_rows = [
                r for r in mine
                if sentence.start <= r["trigger_start"] < sentence.end or r["sentence_text"] == sentence.text
            ]  # fmt: skip
            gold = [_keys(e.source, e.target, e.code, e.status, e.date, None) for e in sentence.events]
            coded = [
                _keys(r["source"], r["target"] or "", r["code"], r["status"], r["event_date"], r["event_date_end"])
                for r in coded_rows
            ]
            units.append((gold, coded))
            result.sentences += 1
            if not gold:
                result.empty_sentences += 1
                result.empty_right += not coded
            _collect_errors(result, document, sentence, gold, coded, coded_rows)
    for name, parts in LEVELS.items():
        counts = [(_matching(g, c, parts), len(c), len(g)) for g, c in units]
        result.levels[name] = _score(counts)
    roots = sorted({e["root"] for g, c in units for e in (*g, *c)})
    for root in roots:
        counts = []
        for g, c in units:
            gold = [e for e in g if e["root"] == root]
            coded = [e for e in c if e["root"] == root]
            counts.append((_matching(gold, coded, LEVELS["countries and root code"]), len(coded), len(gold)))
        result.by_root[root] = _score(counts)
    for g, c in units:
        for event in g:
            pairs = [e["root"] for e in c if _agree(event, e, ("source_country", "target_country"))]
            result.confusion[(event["root"], event["root"] if event["root"] in pairs else pairs[0] if pairs else "none")] += 1
    return result


def _score(counts: Sequence[tuple[int, int, int]]) -> Score:
    score = Score(*(sum(column) for column in zip(*counts, strict=True))) if counts else Score()
    rng = random.Random(SEED)  # noqa: S311
    draws = []
    for _ in range(BOOTSTRAPS if counts else 0):
        sample = rng.choices(counts, k=len(counts))
        draws.append(f1(sum(s[0] for s in sample), sum(s[1] for s in sample), sum(s[2] for s in sample)))
    draws.sort()
    if draws:
        score.interval = (draws[int(0.025 * len(draws))], draws[int(0.975 * len(draws)) - 1])
    return score


def _collect_errors(
    result: Result, document: GoldDocument, sentence: GoldSentence, gold: Sequence[Mapping[str, Any]],
    coded: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]],
) -> None:  # fmt: skip
    parts = LEVELS["actors, code and status"]
    for event in gold:
        if not any(_agree(event, c, parts) for c in coded):
            result.missed.append(f"{document.id}: {event['source']} {event['code']} {event['target']} {event['status']} | {sentence.text}")
    for event, row in zip(coded, rows, strict=True):
        if not any(_agree(g, event, parts) for g in gold):
            result.extra.append(
                f"{document.id}: {event['source']} {event['code']} {event['target']} {event['status']} "
                f"[{row['trigger_text']}; {row['pattern_id']}] | {sentence.text}"
            )


def render(result: Result, errors: int = 0) -> str:
    """The figures as text.

    Args:
        errors: how many missed and surplus events to list.
    """
    lines = [
        f"{result.sentences} sentences, {result.empty_sentences} without events ({result.empty_right} of them left uncoded)",
        "",
        f"{'agreement on':32} precision  recall     F1  95% interval     right  coded   gold",
    ]
    for name, s in result.levels.items():
        lines.append(
            f"{name:32} {s.precision:9.3f} {s.recall:7.3f} {s.f1:6.3f}  [{s.interval[0]:.3f}, {s.interval[1]:.3f}] "
            f"{s.right:7} {s.coded:6} {s.gold:6}"
        )
    lines += ["", "root  precision  recall     F1  coded   gold   (countries and root code)"]
    for root, s in result.by_root.items():
        lines.append(f"{root:4} {s.precision:10.3f} {s.recall:7.3f} {s.f1:6.3f} {s.coded:6} {s.gold:6}")
    lines += ["", "gold root → coded root of the same dyad"]
    by_gold: dict[str, list[str]] = defaultdict(list)
    for (g, c), n in sorted(result.confusion.items(), key=lambda item: (item[0][0], -item[1])):
        by_gold[g].append(f"{c} {n}")
    lines += [f"{g}: {', '.join(cs)}" for g, cs in by_gold.items()]
    if errors:
        lines += ["", "missed", *(f"  {m}" for m in result.missed[:errors]), "", "surplus", *(f"  {m}" for m in result.extra[:errors])]
    return "\n".join(lines)
