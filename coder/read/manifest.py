"""`manifest.csv` in the root of a corpus: what its user knows of the files and the files do not tell.

Columns `file, id, date, publisher, url, title`, in any order; `file` is the path under the corpus root. What it
says goes before what the file says; an empty cell says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from coder.read.dates import parse_date
from coder.read.fields import Fields, fields_from
from coder.read.source import Source, UnreadableError
from coder.read.tables import csv_rows
from coder.records import Reject, RejectReason

MANIFEST_NAME = "manifest.csv"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the manifest says of each file, by its name in the output.

    Args:
        fields: file name → fields.
        rejects: lines that could not be used.
    """

    fields: Mapping[str, Fields] = field(default_factory=dict)
    rejects: tuple[Reject, ...] = ()

    def of(self, source: Source) -> Fields:
        """What is said of one file, all empty where nothing is."""
        return self.fields.get(source.name, Fields())


def load_manifest(root: Path) -> Manifest:
    """Read the manifest of a corpus folder; an empty one where there is none.

    Args:
        root: the corpus folder.
    """
    file = root / MANIFEST_NAME
    if file.is_symlink() or not file.is_file():
        return Manifest()
    source = Source(file, MANIFEST_NAME)
    fields: dict[str, Fields] = {}
    lines: dict[str, int] = {}
    rejects: list[Reject] = []
    try:
        for line, row in csv_rows(source, required=("file",)):
            if isinstance(row, Reject):
                rejects.append(row)
                continue
            name, problem = _file_name(str(row["file"]), root)
            if problem is None and name in fields:
                problem = source.reject(
                    RejectReason.BAD_RECORD,
                    f"the file {name!r} is named on line {lines[name]} already; this line is not used",
                )
            said = fields_from({key: value for key, value in row.items() if key != "file"})
            _, fault = parse_date(said.date)
            if problem is None and fault:
                rejects.append(
                    source.reject(RejectReason.BAD_DATE, f"{fault}; not used", line=line, document_id=said.id)
                )
                said = replace(said, date=None)
            if problem is not None:
                rejects.append(replace(problem, line=line, path=MANIFEST_NAME))
                continue
            fields[name], lines[name] = said, line
    except UnreadableError as error:
        rejects.append(source.reject(error.reason, f"{error.detail}; the manifest is not used", line=error.line))
    except OSError as error:
        rejects.append(source.reject(RejectReason.UNREADABLE, f"cannot be opened: {error.strerror or error}"))
    return Manifest(fields, tuple(rejects))


def _file_name(written: str, root: Path) -> tuple[str, Reject | None]:
    """The file's name as `Source.name` has it, or why the path cannot be used."""
    path = written.strip()
    if "\\" in path and not (root / path).exists():
        path = path.replace("\\", "/")
    parts = PurePosixPath(path).parts
    if not parts:
        return "", _reject(RejectReason.BAD_RECORD, "no file named (fill the column 'file', or delete the line)")
    if path.startswith("/") or PureWindowsPath(path).drive or ".." in parts or "\x00" in path:
        return "", _reject(
            RejectReason.UNSAFE_PATH, f"the path {written!r} leads out of the corpus (name files under it)"
        )
    name = "/".join(parts)
    try:
        target = root.joinpath(*parts)
        if not target.resolve().is_relative_to(root.resolve()):
            return "", _reject(RejectReason.UNSAFE_PATH, f"the path {written!r} leads out of the corpus by a link")
        if not target.exists():
            return "", _reject(RejectReason.UNREADABLE, f"there is no file {written!r} in the corpus")
    except (OSError, ValueError, RuntimeError) as error:
        return "", _reject(RejectReason.UNREADABLE, f"the path {written!r} cannot be looked up: {error}")
    return name, None


def _reject(reason: RejectReason, detail: str) -> Reject:
    return Reject(document_id=None, stage="read", reason=reason, detail=detail)
