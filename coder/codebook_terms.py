"""What the values of the categorical columns mean, and how the columns are to be read: the words of codebook.md."""

from __future__ import annotations

from collections.abc import Mapping

MEANINGS: Mapping[str, Mapping[str, str]] = {
    "status": {
        "asserted": "told as something that happened, or as an act done by saying it (a threat, a refusal, a promise)",
        "intended": "planned, promised or expected; it has not happened yet",
        "hypothetical": "conditional or only possible (if, could, might)",
        "negated": "told as something that did not happen",
    },
    "date_precision": {
        "day": "the day is known; a night or the last 24 hours span two days",
        "week": "known to the week, or a span no longer than one",
        "month": "known to the month, or a span no longer than one",
        "quarter": "known to the quarter, or a span no longer than one",
        "year": "known to the year, or a span no longer than one",
        "unknown": "an open span (one end is known, the other set a year off), a vague one, one longer than a year, or no date at all",
    },
    "date_basis": {
        "explicit": "the text names the date (3 March 2022)",
        "relative": "the text counts from another day (on Tuesday, last month)",
        "tense": "the text names no date; the tense places the event by the date of publication or by another event",
        "publication": "neither words nor tense tell; the date of publication stands in",
        "unknown": "no date of publication and none in the text",
    },
    "quad_class": {"1": "verbal cooperation", "2": "material cooperation", "3": "verbal conflict", "4": "material conflict"},
    "reciprocal": {
        "True": "one of a pair of mirrored rows: what A and B did together stands once as A to B and once as B to A",
        "False": "the source did it to the target",
    },
    "outcome": {
        "coded": "at least one event",
        "no_events": "read and parsed, but nothing in it is an event between known actors",
        "rejected": "could not be read, parsed or coded: see rejects.parquet",
    },
}

REJECT_REASONS: Mapping[str, str] = {
    "unreadable": "the file cannot be opened or is damaged",
    "empty": "no text in it",
    "encoding": "the characters could not be decoded",
    "bad_front_matter": "the front matter is malformed",
    "bad_record": "a line or record of a table is malformed",
    "bad_date": "the date cannot be read",
    "duplicate_id": "another document has the same id",
    "unsafe_path": "the file lies outside the corpus folder",
    "unsupported": "a kind of file that is not read",
    "not_english": "not in English",
    "too_long": "longer than what is parsed",
    "parse_failed": "the parser failed",
    "code_failed": "the coder failed",
    "discarded": "a discard phrase of the dictionaries stands in it",
}

OPTION_VALUES: Mapping[tuple[str, str], str] = {
    ("scores", "gdelt"): "the table used by the GDELT Project",
    ("scores", "icews"): "the table used in ICEWS; differs from GDELT's for 016, 022, 164 and 165",
    ("quad_classes", "gdelt"): "as the GDELT Project: root 16 is material conflict",
    ("quad_classes", "phoenix"): "as Phoenix: root 16 is verbal conflict",
}

QUAD_RULES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "gdelt": (("1", "01–05"), ("2", "06–08"), ("3", "09–13"), ("4", "14–20")),
    "phoenix": (("1", "01–05"), ("2", "06–08"), ("3", "09–13 and 16"), ("4", "14, 15 and 17–20")),
}

READING: tuple[tuple[str, str], ...] = (
    (
        "One row is a mention, not an event in the world.",
        "The same event told in three sentences is three rows. For counts of events take `events_daily.parquet`, or one row for "
        "each `daily_id` (same source, target, code, status and dates); `reports` tells how many documents report it, "
        "`stories` how many once near-duplicate documents (one agency report in several outlets; `duplicates.parquet`) count once.",
    ),
    (
        "`status`.",
        "Only `asserted` rows are told as facts. Leave the others out of counts of what happened: "
        "a denied attack is a row of code 19x with `status` negated.",
    ),
    (
        "`reciprocal`.",
        "Meetings, talks, signings and fights between A and B give two mirrored rows with `reciprocal` true. Directed dyads (A to B "
        "apart from B to A) use both. For undirected dyads count such a pair once, or half each.",
    ),
    (
        "Dates.",
        "`event_date` and `event_date_end` are the first and last day on which the event happened or is to happen; they are equal "
        "when the day is known. `date_precision` tells how exact that is, `date_basis` why. For daily or monthly series keep rows whose "
        "precision is fine enough; with precision `unknown` one end of the span is only a bound, so `event_date` is no estimate of the day. "
        "A headline's event has the date that the first two sentences tell of it, else the day of publication. "
        "What came before the news with no date told is up to a year wide (`unknown`), but a deed reported as done (\"said rebels had "
        "shelled the port\") is of the week up to the report, and what led to the news of a day (\"fled on Tuesday after neighbours had "
        "threatened …\") of the week or month up to it: basis `tense`, precision `week` or `month`. "
        "Rows without any date have `event_date` null and stand last.",
    ),
    (
        "Actors.",
        "`source` and `target` are CAMEO actor codes as of the date of the event: three letters for the country (or the "
        "international class), then roles of three letters each. The same person can have different codes in different years. "
        "A country's name or capital alone is the bare three letters.",
    ),
    (
        "Places.",
        "`location_*` is filled where the sentence itself ties the action to a place, so most events have none: a null is not told, not "
        "nowhere. Countries and regions have a name and no coordinates. Place names and coordinates come from GeoNames "
        "(https://www.geonames.org, CC BY 4.0): name it where you publish them.",
    ),
    (
        "Codes are text.",
        "Event codes keep their leading zeros (\"042\", not 42). Read them as strings.",
    ),
    (
        "Offsets.",
        "`*_start` and `*_end` count characters (Unicode code points) in the document from 0; the end is one past the last.",
    ),
    (
        "`attributed_to`.",
        "Whoever is quoted as saying that it happened; null when the report says so itself. It does not change `status`.",
    ),
)
