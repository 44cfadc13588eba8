"""Reading: corpus files in, `Document`s and `Reject`s out, one at a time.

Formats: .txt and .md (with or without front matter), .html, .jsonl, .csv, .parquet, each also gzip'd, and
`manifest.csv` in the root of the corpus. In: a folder or a file. Out: documents with id, text, date and the spans
of furniture; a reject with file, line and reason for all that could not be read. Try it:

    python -c "from pathlib import Path; from coder.read import iter_corpus; print(*iter_corpus(Path('corpus')), sep='\\n')"
"""

from coder.read.corpus import READERS, Reader, SeenIds, iter_corpus, list_files, read_corpus, read_file, walk_files
from coder.read.dates import infer_date, parse_date
from coder.read.fields import Fields, Found, build_document
from coder.read.furniture import mark_furniture
from coder.read.manifest import MANIFEST_NAME, Manifest, load_manifest
from coder.read.source import Source, UnreadableError

__all__ = [
    "MANIFEST_NAME",
    "READERS",
    "Fields",
    "Found",
    "Manifest",
    "Reader",
    "SeenIds",
    "Source",
    "UnreadableError",
    "build_document",
    "infer_date",
    "iter_corpus",
    "list_files",
    "load_manifest",
    "mark_furniture",
    "parse_date",
    "read_corpus",
    "read_file",
    "walk_files",
]
