"""The event ontology: files of codes, scores and roles in, a frozen `Ontology` out.

In: a folder with `cameo.csv` (one row a code) and `roles.csv` (role letters of actor codes).
Out: `Ontology`, which looks codes up and finds the nearest known code of an unknown one.
Try it: `python -c "from pathlib import Path; from coder.ontology import load_ontology as load;
print(load(Path('dictionaries/ontology')).get('0841'))"`
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from coder.errors import Fault, OntologyError, OptionsError

CODES_FILE = "cameo.csv"
ROLES_FILE = "roles.csv"

SCORE_COLUMNS = {"gdelt": "goldstein_gdelt", "icews": "goldstein_icews"}
QUAD_COLUMNS = {"gdelt": "quad_class", "phoenix": "quad_class_phoenix"}
CODE_COLUMNS = (
    "code",
    "label",
    "parent",
    *SCORE_COLUMNS.values(),
    "inherited",
    *QUAD_COLUMNS.values(),
    "plover_event",
    "plover_mode",
    "plover_context",
)
ROLE_COLUMNS = ("code", "label", "level", "order")
USER_SCORE_COLUMNS = ("code", "goldstein")

ROLE_LEVELS = ("international", "primary", "secondary", "tertiary")
PLOVER_EVENTS = (
    "AGREE",
    "CONSULT",
    "SUPPORT",
    "COOPERATE",
    "AID",
    "YIELD",
    "REQUEST",
    "ACCUSE",
    "REJECT",
    "THREATEN",
    "PROTEST",
    "MOBILIZE",
    "SANCTION",
    "COERCE",
    "ASSAULT",
)

CODE_PATTERN = re.compile(r"[0-9]{2,4}")
ROLE_PATTERN = re.compile(r"[A-Z]{3}")
NUMBER_PATTERN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
PLOVER_TERMS_PATTERN = re.compile(r"([a-z_-]+(;[a-z_-]+)*)?")


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One event code.

    Args:
        code: with its leading zeros, e.g. "0841".
        label: what it stands for.
        base_code: the first three characters, "084"; a root has itself.
        root_code: the first two characters, "08".
        parent: the code one level up, None for a root.
        goldstein: score, -10 to +10.
        goldstein_inherited: True where the scale lacks the code and the parent's score stands in.
        quad_class: 1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict.
        plover_event: PLOVER's event, None where it has no equivalent.
        plover_mode: PLOVER's mode, None where it has none.
        plover_context: PLOVER's contexts, several separated by ";", None where it has none.
    """

    code: str
    label: str
    base_code: str
    root_code: str
    parent: str | None
    goldstein: float
    goldstein_inherited: bool
    quad_class: int
    plover_event: str | None
    plover_mode: str | None
    plover_context: str | None


@dataclass(frozen=True, slots=True)
class RoleEntry:
    """Three role letters of an actor code.

    Args:
        code: e.g. "GOV".
        label: what they stand for.
        level: international, primary, secondary or tertiary.
        order: place in a composed code, lower numbers first.
    """

    code: str
    label: str
    level: str
    order: int


@dataclass(frozen=True, slots=True)
class Ontology:
    """All event codes and actor roles, as loaded by `load_ontology`.

    Args:
        codes: entry of each event code, in the order of the file.
        roles: entry of each role, by rising order.
        scores: the scale in use: "gdelt", "icews" or the name of the user's file.
        quad: the source of the quad classes: "gdelt" or "phoenix".
    """

    codes: Mapping[str, CodeEntry]
    roles: Mapping[str, RoleEntry]
    scores: str
    quad: str

    def get(self, code: str) -> CodeEntry | None:
        """The entry of a code, None where the ontology lacks it."""
        return self.codes.get(code)

    def __getitem__(self, code: str) -> CodeEntry:
        return self.codes[code]

    def __contains__(self, code: object) -> bool:
        return code in self.codes

    def __iter__(self) -> Iterator[CodeEntry]:
        return iter(self.codes.values())

    def __len__(self) -> int:
        return len(self.codes)

    def fallback(self, code: str) -> str | None:
        """The longest known prefix of a code (the code itself where known), None where not even its root is known."""
        prefixes = (code[:length] for length in range(len(code), 1, -1))
        return next((prefix for prefix in prefixes if prefix in self.codes), None)


def base_of(code: str) -> str:
    """The base code: the first three characters; a root is its own base."""
    return code[:3]


def root_of(code: str) -> str:
    """The root code: the first two characters."""
    return code[:2]


def load_ontology(folder: Path, *, scores: str | Path = "gdelt", quad: str = "gdelt") -> Ontology:
    """Load and validate the ontology.

    Args:
        folder: where `cameo.csv` and `roles.csv` stand.
        scores: "gdelt", "icews", or a CSV of your own with the columns code and goldstein; codes that it leaves
            out take their parent's score and are marked as inherited.
        quad: whose quad classes to use, "gdelt" or "phoenix" (root 16 is verbal conflict there).

    Raises:
        OntologyError: with every fault of the files, each with file, line and hint.
        OptionsError: if `quad` is neither "gdelt" nor "phoenix".
    """
    if quad not in QUAD_COLUMNS:
        raise OptionsError(f"unknown quad classes {quad!r}", hint=f"choose one of: {', '.join(QUAD_COLUMNS)}")
    faults: list[Fault] = []
    code_rows = _read_code_rows(folder / CODES_FILE, faults)
    roles = _read_roles(folder / ROLES_FILE, faults)
    if isinstance(scores, str) and scores in SCORE_COLUMNS:
        table = {code: (row.goldstein[scores], row.inherited) for code, row in code_rows.items()}
    else:
        table = _user_scores(Path(scores), code_rows, faults)
    if faults:
        raise OntologyError(faults)
    codes = {code: _entry(row, *table[code], row.quad_class[quad]) for code, row in code_rows.items()}
    name = scores if isinstance(scores, str) and scores in SCORE_COLUMNS else Path(scores).name
    return Ontology(codes=codes, roles=roles, scores=name, quad=quad)


# Reading --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a CSV file by column, able to report faults in its own place."""

    path: Path
    line: int
    cells: Mapping[str, str]
    faults: list[Fault]

    def fault(self, message: str, hint: str) -> None:
        self.faults.append(Fault(str(self.path), self.line, message, hint))

    def number(self, column: str) -> float:
        """A Goldstein score; a fault and NaN where the cell holds none."""
        text = self.cells[column]
        if not text:
            self.fault(f"code {self.cells['code']} has no score in {column}", "give a number from -10 to 10")
            return math.nan
        value = float(text) if NUMBER_PATTERN.fullmatch(text) else math.nan
        if not -10 <= value <= 10:
            self.fault(f"{column} {text!r} is not a score", "give a number from -10 to 10, with a decimal point")
            return math.nan
        return value

    def choice(self, column: str, allowed: tuple[str, ...]) -> str:
        """One of some fixed values; a fault and the first of them where the cell holds another."""
        text = self.cells[column]
        if text in allowed:
            return text
        choices = ", ".join(value or "(empty)" for value in allowed)
        self.fault(f"{column} {text!r} is not known", f"choose one of: {choices}")
        return allowed[0]

    def matching(self, column: str, allowed: Callable[[str], bool], hint: str) -> str:
        """A cell that passes a test; a fault where it does not."""
        text = self.cells[column]
        if not allowed(text):
            self.fault(f"{column} {text!r} is not valid", hint)
        return text


@dataclass(frozen=True, slots=True)
class _CodeRow:
    """A valid row of the code file, before a scale and a quad class are chosen."""

    row: _Row = field(repr=False)
    code: str
    label: str
    parent: str
    goldstein: Mapping[str, float]
    inherited: bool
    quad_class: Mapping[str, int]
    plover_event: str
    plover_mode: str
    plover_context: str


def _entry(row: _CodeRow, goldstein: float, inherited: bool, quad_class: int) -> CodeEntry:
    return CodeEntry(
        code=row.code,
        label=row.label,
        base_code=base_of(row.code),
        root_code=root_of(row.code),
        parent=row.parent or None,
        goldstein=goldstein,
        goldstein_inherited=inherited,
        quad_class=quad_class,
        plover_event=row.plover_event or None,
        plover_mode=row.plover_mode or None,
        plover_context=row.plover_context or None,
    )


def _read_rows(path: Path, columns: tuple[str, ...], faults: list[Fault]) -> Iterator[_Row]:
    """Rows of a CSV file whose header names exactly `columns`, in any order; blank lines are skipped."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _parse_rows(path, file, columns, faults)
    except FileNotFoundError:
        faults.append(Fault(str(path), 0, "there is no such file", f"a CSV with the columns {','.join(columns)}"))
    except UnicodeDecodeError:
        faults.append(Fault(str(path), 0, "the file is not UTF-8", "save it as CSV in UTF-8"))
    except OSError as error:
        faults.append(Fault(str(path), 0, f"the file cannot be read: {error.strerror}", "check its name and rights"))


def _parse_rows(path: Path, file: TextIO, columns: tuple[str, ...], faults: list[Fault]) -> Iterator[_Row]:
    reader = csv.reader(file, strict=True)
    expected = ",".join(columns)
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            # a quoted cell may hold line breaks: a record is reported where it begins
            begins, line = line, reader.line_num + 1
            values = [cell.strip() for cell in cells]
            if not any(values):
                continue
            if header is None:
                header = values
                problems = _header_problems(header, columns)
                faults.extend(Fault(str(path), begins, problem, f"the columns are {expected}") for problem in problems)
                if problems:
                    return
            elif len(values) != len(header):
                message = f"{len(values)} cells in place of {len(header)}"
                faults.append(Fault(str(path), begins, message, "put text that holds a comma between double quotes"))
            else:
                yield _Row(path, begins, dict(zip(header, values, strict=True)), faults)
    except csv.Error as error:
        faults.append(Fault(str(path), line, f"not valid CSV: {error}", "look for a double quote that is not closed"))
        return
    if header is None:
        faults.append(Fault(str(path), 0, "the file is empty", f"the columns are {expected}"))


def _header_problems(header: list[str], columns: tuple[str, ...]) -> list[str]:
    return [
        *(f"unknown column {name!r}" for name in header if name not in columns),
        *(f"missing column {name!r}" for name in columns if name not in header),
        *(f"column {name!r} stands twice" for name in columns if header.count(name) > 1),
    ]


def _first_of_its_code(row: _Row, seen: dict[str, int], pattern: re.Pattern[str], example: str) -> bool:
    """Whether a row has a well-formed code that no earlier line has; faults where not."""
    code = row.cells["code"]
    if not pattern.fullmatch(code):
        row.fault(f"{code!r} is not a code", f"a code looks like {example}; spreadsheets drop leading zeros")
        return False
    if code in seen:
        row.fault(f"duplicate code {code}", f"it stands on line {seen[code]} already")
        return False
    seen[code] = row.line
    return True


# Codes ----------------------------------------------------------------------------------------------------------------


def _read_code_rows(path: Path, faults: list[Fault]) -> dict[str, _CodeRow]:
    seen: dict[str, int] = {}
    rows = [
        _code_row(row)
        for row in _read_rows(path, CODE_COLUMNS, faults)
        if _first_of_its_code(row, seen, CODE_PATTERN, "08, 084 or 0841")
    ]
    by_code = {row.code: row for row in rows}
    for row in rows:
        _check_parent(row, by_code)
    return by_code


def _code_row(row: _Row) -> _CodeRow:
    return _CodeRow(
        row=row,
        code=row.cells["code"],
        label=row.matching("label", bool, "say in a few words what the code stands for"),
        parent=row.cells["parent"],
        goldstein={scale: row.number(column) for scale, column in SCORE_COLUMNS.items()},
        inherited=row.choice("inherited", ("false", "true")) == "true",
        quad_class={source: int(row.choice(column, ("1", "2", "3", "4"))) for source, column in QUAD_COLUMNS.items()},
        plover_event=row.choice("plover_event", ("", *PLOVER_EVENTS)),
        plover_mode=row.matching("plover_mode", _plover_terms, "write modes in small letters"),
        plover_context=row.matching("plover_context", _plover_terms, "write contexts in small letters, ';' between"),
    )


def _plover_terms(text: str) -> bool:
    return PLOVER_TERMS_PATTERN.fullmatch(text) is not None


def _check_parent(row: _CodeRow, by_code: Mapping[str, _CodeRow]) -> None:
    expected = row.code[:-1] if len(row.code) > 2 else ""
    if row.parent != expected:
        said = f"parent {row.parent!r}" if row.parent else "no parent"
        hint = f"write {expected}" if expected else "leave it empty: two digits make a root"
        row.row.fault(f"code {row.code} has {said}", hint)
    elif row.parent and row.parent not in by_code:
        row.row.fault(f"code {row.code} has a parent {row.parent} that the file lacks", f"add a row for {row.parent}")
    elif row.inherited and not row.parent:
        row.row.fault(f"root {row.code} cannot inherit a score", "give its own score and write false")
    elif row.inherited:
        _check_inherited(row, by_code[row.parent])


def _check_inherited(row: _CodeRow, parent: _CodeRow) -> None:
    for scale, column in SCORE_COLUMNS.items():
        own, above = row.goldstein[scale], parent.goldstein[scale]
        if own != above and not math.isnan(own) and not math.isnan(above):
            row.row.fault(
                f"code {row.code} inherits its score, but {column} is {own:g} and its parent's {above:g}",
                f"write {above:g}, or false under inherited",
            )


# Scores of the user ---------------------------------------------------------------------------------------------------


def _user_scores(path: Path, code_rows: Mapping[str, _CodeRow], faults: list[Fault]) -> dict[str, tuple[float, bool]]:
    """Score of each code and whether it is inherited, after a user's file."""
    if not path.is_file():
        hint = f"choose one of: {', '.join(SCORE_COLUMNS)}; or name a CSV with the columns code,goldstein"
        faults.append(Fault(str(path), 0, "there is no such scale and no such file", hint))
        return {}
    before = len(faults)
    seen: dict[str, int] = {}
    own: dict[str, float] = {}
    for row in _read_rows(path, USER_SCORE_COLUMNS, faults):
        if not _first_of_its_code(row, seen, CODE_PATTERN, "08, 084 or 0841"):
            continue
        code = row.cells["code"]
        own[code] = row.number("goldstein")
        # where the code file itself failed to load, every code would look unknown
        if code_rows and code not in code_rows:
            row.fault(f"code {code} is not in the ontology", "correct the code or take the line out")
    table = {code: _inherit(code, own) for code in code_rows}
    unscored_roots = sorted({root_of(code) for code, (score, _) in table.items() if score is None})
    if len(faults) == before:
        faults.extend(
            Fault(str(path), 0, f"root {root} has no score", f"add a line for {root}") for root in unscored_roots
        )
    return {code: (math.nan if score is None else score, inherited) for code, (score, inherited) in table.items()}


def _inherit(code: str, own: Mapping[str, float]) -> tuple[float | None, bool]:
    """The code's own score, else that of the nearest code above it."""
    if code in own:
        return own[code], False
    above = (own[code[:length]] for length in range(len(code) - 1, 1, -1) if code[:length] in own)
    return next(above, None), True


# Roles ----------------------------------------------------------------------------------------------------------------


def _read_roles(path: Path, faults: list[Fault]) -> dict[str, RoleEntry]:
    seen: dict[str, int] = {}
    orders: dict[int, str] = {}
    roles: list[RoleEntry] = []
    for row in _read_rows(path, ROLE_COLUMNS, faults):
        if not _first_of_its_code(row, seen, ROLE_PATTERN, "GOV"):
            continue
        code = row.cells["code"]
        digits = row.matching("order", str.isdecimal, "give a whole number")
        order = int(digits) if digits.isdecimal() and len(digits) < 10 else -1
        if order >= 0 and orders.setdefault(order, code) != code:
            row.fault(f"{code} has the same order as {orders[order]}", "give each role a number of its own")
        roles.append(
            RoleEntry(
                code=code,
                label=row.matching("label", bool, "say in a few words what the role stands for"),
                level=row.choice("level", ROLE_LEVELS),
                order=order,
            )
        )
    return {role.code: role for role in sorted(roles, key=lambda role: role.order)}
