"""Near-duplicate documents: the same agency report carried by several outlets. Documents in, stories out.

Words are compared in runs of three (shingles) by Jaccard similarity: the shingles two documents share, over all that either
has. MinHash signatures in bands (locality-sensitive hashing; Broder 1997, Leskovec, Rajaraman and Ullman, Mining of
Massive Datasets, chapter 3) propose the pairs, and each proposed pair is then compared in full, so that `similarity` is
exact and only a pair that was never proposed can be missed: fewer than one in a hundred at the threshold itself.

Documents are taken by date of publication; each is compared with the first document of every story of the last days. A
later document therefore never changes what an earlier one belongs to, and stories do not run on from copy to copy.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coder.live_stories import RESIDENT, LiveStories
from coder.live_stories import Fingerprint as Fingerprint
from coder.records import Document

SHINGLE_WORDS = 3
HASHES = 128
# Below this a similarity says little: "A condemned B on Friday" and "A condemned C on Friday" share most of their words.
SHORT_WORDS = 40
# Thousands of texts from one template share bands without being alike: they must not cost quadratic time.
MOST_IN_BUCKET = 64
MOST_COMPARED = 16
_WORD = re.compile(r"\w+")
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Story:
    """The story of a document.

    Args:
        story_id: id of the first document of the story.
        duplicate_of: the same, None where the document is the first itself.
        similarity: to that first document, over `threshold` and up to 1; None for the first itself.
    """

    story_id: str
    duplicate_of: str | None = None
    similarity: float | None = None


def fingerprint(document: Document) -> Fingerprint:
    """The shingles of a document; furniture (navigation, credits) does not count.

    Case, punctuation and layout make no difference.
    """
    text, at, kept = document.text, 0, []
    for start, end in sorted(document.furniture):
        kept.append(text[at:start])
        at = max(at, end)
    kept.append(text[at:])
    words = _WORD.findall(" ".join(kept).casefold())
    tokens = np.array([zlib.crc32(w.encode("utf-8", "surrogatepass")) for w in words], dtype=np.uint64)
    if 0 < len(tokens) < SHINGLE_WORDS:
        tokens = np.concatenate([tokens, np.zeros(SHINGLE_WORDS - len(tokens), dtype=np.uint64)])
    size = max(0, len(tokens) - SHINGLE_WORDS + 1)
    mixed = np.zeros(size, dtype=np.uint64)
    for k in range(SHINGLE_WORDS):
        mixed = _mix(mixed + tokens[k : k + size])
    return Fingerprint(document.id, document.publication_date, len(words), np.unique((mixed >> np.uint64(32)).astype(np.uint32)))


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """splitmix64: every bit of the result depends on every bit of the value."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _coefficients(name: str, odd: bool) -> NDArray[np.uint64]:
    """Constants of the hash functions: from SHA-256, so that no version of a random generator can change them."""
    drawn = [int.from_bytes(hashlib.sha256(f"{name}{i}".encode()).digest()[:8], "big") | odd for i in range(HASHES)]
    return np.array(drawn, dtype=np.uint64)


_FACTORS = _coefficients("eventcoder.stories.factor", odd=True)
_OFFSETS = _coefficients("eventcoder.stories.offset", odd=False)


def _signature(shingles: NDArray[np.uint32]) -> NDArray[np.uint64]:
    lowest = np.full(HASHES, np.iinfo(np.uint64).max, dtype=np.uint64)
    for at in range(0, len(shingles), _BLOCK):
        block = shingles[at : at + _BLOCK].astype(np.uint64)[:, None]
        lowest = np.minimum(lowest, ((block * _FACTORS + _OFFSETS) >> np.uint64(32)).min(axis=0))
    return lowest


def bands(threshold: float) -> tuple[int, int]:
    """Bands and rows of the signature: the most rows with which a pair at the threshold is proposed 99 times in 100.

    >>> bands(0.5)
    (42, 3)
    """
    for rows in range(16, 1, -1):
        count = HASHES // rows
        if 1 - (1 - threshold**rows) ** count >= 0.99:
            return count, rows
    return HASHES, 1


def _band_keys(shingles: NDArray[np.uint32], count: int, rows: int) -> list[int]:
    signature = _signature(shingles)[: count * rows].reshape(count, rows)
    keys = np.arange(count, dtype=np.uint64)
    for row in range(rows):
        keys = _mix(keys ^ signature[:, row])
    listed: list[int] = keys.tolist()
    return listed


def jaccard(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> float:
    """Shared items over all items of two sorted sets."""
    if not len(a) or not len(b):
        return 0.0
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared / (len(a) + len(b) - shared)


def similarity_of(a: Fingerprint, b: Fingerprint) -> float:
    """Jaccard similarity; documents of fewer than `SHORT_WORDS` words are alike (1) or not (0), never nearly so."""
    if min(a.words, b.words) < SHORT_WORDS:
        return float(len(a.shingles) > 0 and a.words == b.words and np.array_equal(a.shingles, b.shingles))
    return jaccard(a.shingles, b.shingles)


def find_stories(fingerprints: Iterable[Fingerprint], threshold: float = 0.5, window: int = 3) -> dict[str, Story]:
    """The story of every document.

    Args:
        fingerprints: in any order; the result does not depend on it.
        threshold: Jaccard similarity from which two documents are the same story, 0 to 1; 0 finds none.
        window: days that the dates of publication may be apart. Documents without a date are compared with each other alone.
    """
    listed = sorted(fingerprints, key=lambda f: (f.publication_date or date.max, f.document_id))
    if not threshold:
        return {f.document_id: Story(f.document_id) for f in listed}
    dated = [f for f in listed if f.publication_date is not None]
    undated = [f for f in listed if f.publication_date is None]
    return {**dict(stories_in_order(dated, threshold, window)), **dict(stories_in_order(undated, threshold, None))}


def stories_in_order(
    fingerprints: Iterable[Fingerprint], threshold: float, window: int | None, resident: int = RESIDENT
) -> Iterator[tuple[str, Story]]:
    """Document ids and their stories, one document at a time.

    Args:
        fingerprints: all with a date of publication or all without; sorted by date and id.
        threshold: above 0, else as of `find_stories`.
        window: days; None for documents without a date.
        resident: first documents of the last days that are kept in memory; more of them go to disk.
    """
    count, rows = bands(threshold)
    with LiveStories(resident) as live:
        for number, one in enumerate(fingerprints):
            if window is not None and one.publication_date is not None:
                live.forget(one.publication_date.toordinal() - window)
            if not len(one.shingles):
                yield one.document_id, Story(one.document_id)
                continue
            keys = _band_keys(one.shingles, count, rows)
            buckets = live.buckets(keys)
            best: tuple[float, Fingerprint] | None = None
            for other in sorted(_proposed(buckets)):
                first = live[other]
                similarity = similarity_of(one, first)
                if similarity >= threshold and (best is None or similarity > best[0]):
                    best = (similarity, first)
            if best is not None:
                yield one.document_id, Story(best[1].document_id, best[1].document_id, best[0])
                continue
            live.add(number, one, [k for k in keys if len(buckets.get(k, ())) < MOST_IN_BUCKET])
            yield one.document_id, Story(one.document_id)


def _proposed(buckets: Mapping[int, Sequence[int]]) -> list[int]:
    """The documents that share most bands."""
    votes = Counter(other for bucket in buckets.values() for other in bucket)
    if len(votes) <= MOST_COMPARED:
        return list(votes)
    return [other for other, _ in sorted(votes.items(), key=lambda v: (-v[1], v[0]))[:MOST_COMPARED]]


def story_columns(story: Story) -> dict[str, Any]:
    """The columns of documents.parquet that tell the story of a document."""
    return {"story_id": story.story_id, "duplicate_of": story.duplicate_of, "similarity": story.similarity}
