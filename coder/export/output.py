"""Writing: under a temporary name, then renamed; .gz and .zip by the ending of the name; text cells made safe."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from coder.export.layouts import Cell, Layout
from coder.files import replacing

# A fixed time inside archives: the same events give the same bytes.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_BREAKS = str.maketrans(dict.fromkeys("\t\n\r\v\f\x00\x1c\x1d\x1e\x85\u2028\u2029", " "))
_UNQUOTED = _BREAKS | str.maketrans({'"': "'"})


@contextmanager
def binary_output(path: Path) -> Iterator[IO[bytes]]:
    """A stream into a file, compressed where its name ends in .gz or .zip."""
    with replacing(path) as temporary, ExitStack() as stack:
        if path.suffix == ".gz":
            raw = stack.enter_context(temporary.open("wb"))
            yield stack.enter_context(gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0))  # type: ignore[arg-type]
        elif path.suffix == ".zip":
            archive = stack.enter_context(zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED))
            member = zipfile.ZipInfo(path.name.removesuffix(".zip"), ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            yield stack.enter_context(archive.open(member, "w", force_zip64=True))
        else:
            yield stack.enter_context(temporary.open("wb"))


@contextmanager
def text_output(path: Path) -> Iterator[IO[str]]:
    """A UTF-8 stream into a file, with line feeds as written."""
    with binary_output(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=False)
        yield text
        text.flush()
        text.detach()


def line_writer(stream: IO[str], layout: Layout) -> Callable[[Sequence[Cell]], Any]:
    """A function that writes the cells of a line in the layout's convention.

    Line breaks and tabs inside a text become spaces everywhere. Layouts without quoting have double quotes changed to
    single ones too, so that readers that take them as quotes and readers that do not see the same.
    """
    null = layout.null
    if layout.quoted:
        writer = csv.writer(stream, delimiter=layout.separator, lineterminator="\n")

        def quoted(cells: Sequence[Cell]) -> None:
            writer.writerow(
                [null if c is None or c == "" else c.translate(_BREAKS) if isinstance(c, str) else c for c in cells]
            )

        return quoted

    def plain(cells: Sequence[Cell]) -> None:
        texts = [
            null if c is None or c == "" else c.translate(_UNQUOTED).strip() if isinstance(c, str) else str(c)
            for c in cells
        ]
        stream.write(layout.separator.join(texts) + "\n")

    return plain
