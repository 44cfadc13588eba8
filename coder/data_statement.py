"""data_statement.md: what the data were made from (texts, model, dictionaries) and what they cannot tell, in plain words."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coder.citation import citation
from coder.markdown import code, escape, share, table
from coder.resources import SHIPPED, Resources, dictionary_names
from coder.tally import DocumentTally

CARDS = Path(__file__).parent / "models"
# Longer lists of publishers say little in a paper; documents.parquet has them all.
MOST_PUBLISHERS = 50

LIMITS = (
    "**The unit is the sentence.** An event told over several sentences can be coded twice or in part. The coder resolves pronouns and "
    "short descriptions only where the text makes the referent plain.",
    "**News is not the world.** What the outlets did not report is not in the data, and outlets, places and years are covered unevenly. "
    "Divide counts by the number of documents or of all events before you compare over time.",
    "**Dictionaries know what they list.** Actors and verbs that no dictionary has are not coded; `unresolved.parquet` lists names that "
    "were seen and not known. Recent office holders and small countries suffer most. Dated roles are as good as the dates in the dictionaries.",
    "**The parser makes errors**, more of them in long sentences, headlines and translated text; a wrong parse can turn source and target round.",
    "**Scores belong to codes.** A Goldstein score is that of the event's code: it knows nothing of deaths, size or context.",
    "**Dates are of the event as told.** Many come from weekdays and from tense, counted from the date of publication: a wrong date of "
    "publication moves them all.",
    "**Codes are no ground truth.** Measure precision on a sample of your own data with `eventcoder validate sample` and "
    "`eventcoder validate score`, and report it. Figures for the sample corpus stand in docs/evaluation.md of the software.",
)


def data_statement(
    resources: Resources,
    metadata: Mapping[str, str],
    documents: DocumentTally,
    rejects: int,
    files: int,
) -> str:
    """The data statement as Markdown; the same run gives the same bytes.

    Args:
        metadata: of the run, as `pipeline.metadata` gives it.
        documents: counts over documents.parquet.
        rejects: how many rows rejects.parquet has.
        files: how many files the corpus has.
    """
    version = metadata.get("eventcoder.version", "")
    lines = ["# Data statement", ""]
    lines += [
        f"These event data were coded by EventCoder {version} from news text: a parser finds the grammar of each sentence, dictionaries find "
        "actors and actions in it, and each event keeps the words that it was coded from. No person checked the rows. "
        "`codebook.md` explains the columns; this statement says what the data were made from.",
        "",
    ]
    lines += _texts(documents, rejects, metadata, files)
    lines += _model(metadata)
    lines += _dictionaries(resources, metadata)
    lines += _others(resources, metadata)
    lines += ["## Known limits", "", *(f"- {limit}" for limit in LIMITS), ""]
    lines += ["## How to cite", "", *citation(version)]
    return "\n".join(lines).rstrip() + "\n"


def _texts(documents: DocumentTally, rejects: int, metadata: Mapping[str, str], files: int) -> list[str]:
    whole, days = documents.rows, documents.dates
    span = f"from {days.first} to {days.last}" if days.count else "without dates"
    lines = ["## The texts", ""]
    lines += [
        f"{whole} documents from {files} files, published {span}; {documents.characters} characters, "
        f"{documents.sentences} sentences.",
        "",
        f"- with events: {documents.outcomes['coded']} documents",
        f"- without a date of publication: {whole - days.count} documents; with one read off a dateline: {documents.inferred}",
        f"- near-copies of an earlier document (one report in several outlets): {documents.repeats}",
        f"- files, documents or sentences rejected, listed with the reason in `rejects.parquet`: {rejects}",
        "",
        f"SHA-256 of the corpus (names and contents): {code(metadata.get('eventcoder.corpus', ''))}. `manifest.json` has that of every "
        "file and `documents.parquet` that of every text, so that anyone who has the texts can check that they are the same. The texts "
        "are not part of the data, but `sentence_text` quotes them: see to it that you may pass these sentences on.",
        "",
    ]
    lines += _composition("Publisher", documents.publishers, whole)
    lines += _composition("Language, as the document says", documents.languages, whole)
    counts = {"(no date)": whole - days.count} if whole > days.count else {}
    counts |= {str(year): number for year, number in days.years.items()}
    events = {"(no date)" if year is None else str(year): number for year, number in documents.year_events.items()}
    rows = [(year, counts[year], share(counts[year], whole), events[year]) for year in sorted(counts)]
    return [*lines, *table(("Year of publication", "documents", "share", "events coded from them"), rows, right=(1, 2, 3))]


def _composition(title: str, counts: Counter[str | None], whole: int) -> list[str]:
    order = sorted(counts, key=lambda v: (-counts[v], v is None, v or ""))
    rows = [("(not told)" if v is None else escape(v), counts[v], share(counts[v], whole)) for v in order[:MOST_PUBLISHERS]]
    rest = order[MOST_PUBLISHERS:]
    if rest:
        others = sum(counts[v] for v in rest)
        rows.append((f"({len(rest)} others)", others, share(others, whole)))
    return table((title, "documents", "share"), rows, right=(1, 2))


def model_card(sha256: str) -> dict[str, Any] | None:
    """The card of a bundled model (licence, training data, scores), None of a model that is not ours."""
    for path in sorted(CARDS.glob("*-card.json")):
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if card["sha256"] == sha256:
            return card
    return None


def _model(metadata: Mapping[str, str]) -> list[str]:
    sha256 = metadata.get("eventcoder.model_sha256", "")
    card = model_card(sha256)
    lines = ["## The parsing model", "", f"{escape(metadata.get('eventcoder.model'))}, SHA-256 {code(sha256)}.", ""]
    if card is None:
        return [
            *lines,
            "This model did not come with EventCoder: its licence, training data and scores are to be told by whoever ran it.",
            "",
        ]
    lines += [f"- Format: {card['format']}", f"- Language: {card['language']}", f"- Licence of the weights: {card['licence']}"]
    lines += [f"- Encoder: {card['encoder']}"]
    lines += [f"- Trained on: {t['data']} ({t['licence']})" for t in card["training"]]
    columns = ("words", "sentences", "upos", "lemmas", "uas", "las")
    rows = [(s["test"], *(f"{s[c]:.2f}" for c in columns)) for s in card["scores"]]
    header = ("measured on", "words", "sentences", "UPOS", "lemmas", "UAS", "LAS")
    return [*lines, "", *table(header, rows, right=range(1, 7)), card["scores_note"], ""]


def _dictionaries(resources: Resources, metadata: Mapping[str, str]) -> list[str]:
    loaded = resources.dictionaries
    counts = loaded.entry_counts()
    rows: list[tuple[str, object]] = [(f"actors: {kind}", count) for kind, count in counts.actors.items()]
    rows += [
        ("role nouns (agents)", counts.role_nouns),
        ("frames of verbs and nouns", sum(counts.frames.values())),
        ("… with examples that are run as tests", counts.with_examples),
        ("event codes", len(resources.ontology)),
    ]
    lines = ["## The dictionaries", "", f"SHA-256 of all: {code(metadata.get('eventcoder.dictionaries', ''))}.", ""]
    lines += table(("what", "entries"), rows, right=(1,))
    if loaded.legacy is not None:
        lines += ["TABARI or PETRARCH dictionaries were among them; their own entries are not counted here.", ""]
    lines += table(("root code", "frames"), list(counts.frames.items()), right=(1,))
    hashes = sorted({(_shown(name), hashlib.sha256(path.read_bytes()).hexdigest()) for name, path in dictionary_names(resources).items()})
    return [*lines, *table(("file", "SHA-256"), [(code(name), code(digest)) for name, digest in hashes])]


def _others(resources: Resources, metadata: Mapping[str, str]) -> list[str]:
    """What else went into the data, with its terms."""
    ontology = resources.ontology
    own = "a table of the user's: its terms are to be told by whoever ran it"
    scores = {
        "gdelt": "the table of the GDELT Project (https://www.gdeltproject.org/): free for any use, to be cited",
        "icews": "the code table of the ICEWS event data",
    }.get(ontology.scores, own)
    gazetteer = metadata.get("eventcoder.gazetteer", "none")
    return [
        "## Codes, scores and places",
        "",
        "- Event and actor codes: CAMEO (Gerner, Schrodt and Yilmaz), labels in words of our own; PLOVER equivalents after the Open Event Data "
        "Alliance. Dictionaries shipped with EventCoder: MIT licence.",
        f"- Goldstein scores: {scores}. Quad classes: as {'Phoenix' if ontology.quad == 'phoenix' else 'the GDELT Project'}.",
        "- Names of places: none were looked up."
        if gazetteer == "none"
        else f"- Names and coordinates of places: GeoNames (https://www.geonames.org, CC BY 4.0) through {escape(gazetteer)}.",
        "",
    ]


def _shown(name: str) -> str:
    """A dictionary's name that is the same on every machine: within the shipped folder, else its folder and name."""
    return name if name.startswith(SHIPPED) else "/".join(Path(name).parts[-2:])
