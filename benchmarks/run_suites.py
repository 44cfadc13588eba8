"""Run the peers' validation records with the dictionaries they name and print the pass table by category.

    python benchmarks/run_suites.py [--failures] [--suite unit_udpipe_2.0] [--records DIR] [--dictionaries DIR]

--records and --dictionaries name their folders (default: a folder `shared` beside the clone); each record is coded from the parse that it
ships, or with --own-parses from the bundled parser's. Records that are wrong in themselves stand in suite_verdicts.py.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from suite_verdicts import verdict

from coder.conllu import iter_conllu, upgrade_labels
from coder.legacy.code import code_legacy_sentences
from coder.legacy.config import coding_options
from coder.legacy.load import load_legacy
from coder.legacy.model import LegacyDictionaries
from coder.options import Options
from coder.records import Document, Sentence

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
VERB_FILES = {"unit_udpipe_2.0": "PETR.Validate.verbs.2.0.txt", "unit_udpipe_petr1": "PETR.Validate.verbs.txt"}
Triple = tuple[str, str, str]

# What UniversalPetrarch itself gets exactly right, of all records of each file (measured with its own parses).
PEER: dict[str, dict[str, tuple[int, int]]] = {
    "unit_udpipe_2.0": {
        "all": (205, 275), "DEMO": (20, 35), "ACTOR": (7, 15), "VERB": (22, 23), "AGENT": (21, 23), "COMPOUND": (22, 42),
        "PATTERN": (20, 28), "DATE": (20, 21), "MODIFY": (11, 20), "SYNSET": (49, 52), "PARSING": (9, 12), "ERROR": (4, 4),
    },
    "unit_udpipe_petr1": {"all": (149, 274)},
    "petr2_gsr": {"all": (54, 78)},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """A record run: what it expects and what was coded."""

    record: dict[str, Any]
    expected: frozenset[Triple]
    coded: frozenset[Triple]

    @property
    def exact(self) -> bool:
        return self.expected == self.coded


def dictionary_names(record: dict[str, Any]) -> list[str]:
    """The files a record's environment names, with the verb file that belongs to its suite."""
    environment = dict(record["environment"])
    if record["suite"] in VERB_FILES:
        environment["Verbfile"] = VERB_FILES[record["suite"]]
    return [name.strip() for value in environment.values() for name in value.split(",")]


def sentences_of(record: dict[str, Any]) -> list[Sentence]:
    """A record's parse as sentences with UD v2 labels."""
    lines = [f"# newdoc id = {record['id']}", f"# date = {record['date']}", f"# text = {record['text']}"]
    lines += [*record["conllu"].split("\n"), ""]
    return [upgrade_labels(s) for parsed in iter_conllu(lines) for s in parsed.sentences]


def own_parses(records: list[dict[str, Any]]) -> list[list[Sentence]]:
    """The records' texts parsed with the bundled model."""
    from coder.pipeline import Model

    documents = [
        Document(f"{n}", r["text"], date.fromisoformat(r["date"]) if r["date"] else None) for n, r in enumerate(records)
    ]
    return [list(parsed.sentences) for parsed in Model(None, 1).parser.parse(documents)]


def run_record(record: dict[str, Any], legacy: LegacyDictionaries, sentences: list[Sentence] | None = None) -> Outcome:
    """Code a record; with require_dyad, events with a plain --- on either side are dropped from both sets."""
    options = Options(**coding_options(record["options"]))
    events = code_legacy_sentences(sentences if sentences is not None else sentences_of(record), legacy, options)
    coded = {(e.source.code, e.target.code if e.target else "---", e.code) for e in events}
    expected = {(e["source"], e["target"], e["event"]) for e in record["expected"]}
    if not options.monadic:
        coded, expected = ({t for t in triples if "---" not in t[:2]} for triples in (coded, expected))
    return Outcome(record, frozenset(expected), frozenset(coded))


def run_suite(path: Path, dictionaries: Path, *, parse: bool = False) -> list[Outcome]:
    """All records of a file that are to be run, from the given parses or (`parse`) from our own."""
    outcomes = []
    loaded: dict[tuple[str, ...], LegacyDictionaries] = {}
    records = [r for r in map(json.loads, path.read_text("utf-8").splitlines()) if r["evaluate"]]
    own = own_parses(records) if parse else [None] * len(records)
    for record, sentences in zip(records, own, strict=True):
        names = tuple(dictionary_names(record))
        if names not in loaded:
            loaded[names] = load_legacy([dictionaries / n for n in names])
        outcomes.append(run_record(record, loaded[names], sentences))
    return outcomes


def table(suite: str, outcomes: Iterable[Outcome]) -> str:
    """Passed and run by category, beside UniversalPetrarch's figures."""
    total: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for outcome in outcomes:
        for key in ("all", outcome.record["category"]):
            total[key] += 1
            passed[key] += outcome.exact
    lines = [f"{suite:22}{'passed':>12}{'share':>8}{'UniversalPetrarch':>22}"]
    for key in total:
        peer = PEER.get(suite, {}).get(key)
        beside = f"{peer[0]}/{peer[1]} {100 * peer[0] / peer[1]:.1f}%" if peer else ""
        lines.append(f"  {key:20}{passed[key]:>6}/{total[key]:<5}{100 * passed[key] / total[key]:>7.1f}%{beside:>22}")
    return "\n".join(lines)


def right(outcomes: Iterable[Outcome], *, parse: bool = False) -> list[Outcome]:
    """The records that are right in themselves."""
    return [o for o in outcomes if verdict(o.record["suite"], o.record["id"], own_parses=parse) is None]


def main() -> None:
    """Run the suites and print the tables."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    options.add_argument("--records", type=Path, default=SHARED / "dev" / "suites")
    options.add_argument("--dictionaries", type=Path, default=SHARED / "legacy")
    options.add_argument("--suite", action="append")
    options.add_argument("--failures", action="store_true", help="list every record that fails")
    options.add_argument("--own-parses", action="store_true", help="parse the texts with the bundled model")
    given = options.parse_args()
    if not given.records.is_dir():
        raise SystemExit(f"{given.records} is not there: give --records and --dictionaries")
    for path in sorted(given.records.glob("*.jsonl")):
        if given.suite and path.stem not in given.suite:
            continue
        outcomes = run_suite(path, given.dictionaries, parse=given.own_parses)
        print(table(path.stem, outcomes))
        sound = right(outcomes, parse=given.own_parses)
        passed = sum(o.exact for o in sound)
        print(f"  {'right in themselves':20}{passed:>6}/{len(sound):<5}{100 * passed / max(len(sound), 1):>7.1f}%\n")
        for o in outcomes if given.failures else []:
            if not o.exact:
                why = verdict(path.stem, o.record["id"], own_parses=given.own_parses)
                print(f"  {o.record['id']} ({': '.join(why) if why else 'right in itself'}): {o.record['text']}")
                print(f"      expected {sorted(o.expected)}\n      coded    {sorted(o.coded)}")


if __name__ == "__main__":
    main()
