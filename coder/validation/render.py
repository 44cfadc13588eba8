"""The figures of a validation as text, CSV, Markdown and LaTeX: the table that a reviewer asks for."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coder import markdown
from coder.validation.score import MAIN, Precision, Validation

Rows = tuple[tuple[str, ...], ...]
_TEX = str.maketrans({c: f"\\{c}" for c in "&%$#_{}"} | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"})
_TEX_WORDS = {"—": "---", "–": "--", "α": r"$\alpha$"}


@dataclass(frozen=True, slots=True)
class Table:
    """A table of cells as shown.

    Args:
        name: short, for the label.
        numbers: indices of columns of figures, set flush right.
    """

    name: str
    title: str
    header: tuple[str, ...]
    rows: Rows
    numbers: tuple[int, ...]


def tables(result: Validation, labels: Mapping[str, str] | None = None) -> list[Table]:
    """The tables of a validation: precision overall, by coder, by root code, by stratum; agreement; missing judgements.

    Args:
        labels: root code → what it stands for.
    """
    labels = labels or {}
    head = ("precision", "95% interval", "right", "judged")
    found = [
        Table(
            "precision", "Precision", ("what must be right", *head), tuple((m, *_cells(p)) for m, p in result.overall.items()), (1, 2, 3, 4)
        )
    ]
    rows: Rows
    if len(result.coders) > 1:
        rows = tuple((coder, m, *_cells(p)) for coder, figures in result.by_coder.items() for m, p in figures.items())
        found.append(Table("coders", "Precision by coder", ("coder", "what must be right", *head), rows, (2, 3, 4, 5)))
    rows = tuple((code, labels.get(code, ""), *_cells(p)) for code, p in result.by_code.items())
    found.append(Table("codes", f"Precision by root code: {MAIN}", ("root code", "label", *head), rows, (2, 3, 4, 5)))
    by = {name.partition(": ")[0] for name in result.by_stratum}
    events = {name.partition(": ")[2]: str(p.population) for name, p in result.by_stratum.items()}
    if by == {"root_code"} and result.by_code.keys() <= events.keys():  # the strata are the codes: one table for both
        rows = tuple((code, label, events[code], *cells) for code, label, *cells in rows)
        found[-1] = Table("codes", found[-1].title, ("root code", "label", "events", *head), rows, (2, 3, 4, 5, 6))
    else:
        rows = tuple((name, str(p.population), *_cells(p)) for name, p in result.by_stratum.items())
        found.append(Table("strata", f"Precision by stratum: {MAIN}", ("stratum", "events", *head), rows, (1, 2, 3, 4, 5)))
    if result.agreement:
        rows = tuple(
            (m, _number(a.alpha), _interval(a.low, a.high), _percent(a.same), str(a.events)) for m, a in result.agreement.items()
        )
        header = ("judgement", "Krippendorff's α", "95% interval", "same", "events judged twice")
        found.append(Table("agreement", "Agreement between coders", header, rows, (1, 2, 3, 4)))
    rows = tuple(
        (coder, question.removesuffix("_right"), str(none), str(unsure))
        for coder, questions in result.missing.items()
        for question, (none, unsure) in questions.items()
        if none
    )
    if rows:
        found.append(Table("missing", "Judgements missing", ("coder", "question", "missing", "of these unsure"), rows, (2, 3)))
    return found


def notes(result: Validation) -> list[str]:
    """What must be said with the tables."""
    coders = f"{len(result.coders)} coder{'s' if len(result.coders) > 1 else ''} ({', '.join(result.coders)})"
    said = [
        f"{result.drawn} events drawn from {result.population}, judged by {coders}.",
        "Precision is weighted back to all events of the table (events of a stratum over its judged events); right and judged are plain "
        "counts. Intervals: Wilson, on the effective sample size of the weights.",
    ]
    if len(result.coders) > 1:
        said.append(
            "Where coders differ an event counts by the mean of their judgements. Alpha is nominal, its interval from 1,000 bootstrap "
            "samples of events; a dash means that it is not defined (no two different judgements, or fewer than two events judged twice)."
        )
    if result.uncovered:
        strata = ", ".join(f"{name} ({n} events)" for name, n in result.uncovered.items())
        said.append(f"Not covered, as no event of theirs was judged: {strata}. The figures do not speak for them.")
    said.append("Precision alone: what the coder missed cannot be seen in a sample of what it found.")
    return said


def _cells(p: Precision) -> tuple[str, str, str, str]:
    return _number(p.value), _interval(p.low, p.high), f"{p.right:g}", str(p.judged)


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _interval(low: float | None, high: float | None) -> str:
    return "—" if low is None or high is None else f"[{low:.2f}, {high:.2f}]"


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.0f}%"


def render(result: Validation, form: str, labels: Mapping[str, str] | None = None) -> str:
    """All tables in one text.

    Args:
        form: text, csv, md or tex.
        labels: root code → what it stands for.
    """
    found = tables(result, labels)
    if form == "csv":
        return _csv(result, labels or {})
    if form == "md":
        return _markdown(found, notes(result))
    if form == "tex":
        return _latex(found, notes(result))
    return _text(found, notes(result))


def _text(found: Sequence[Table], said: Sequence[str]) -> str:
    lines: list[str] = []
    for table in found:
        grid = [table.header, *table.rows]
        widths = [max(len(row[i]) for row in grid) for i in range(len(table.header))]
        lines += [table.title, ""]
        for row in grid:
            cells = (c.rjust(w) if i in table.numbers else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
            lines.append("  " + "  ".join(cells).rstrip())
        lines.append("")
    return "\n".join([*lines, *said]) + "\n"


def _markdown(found: Sequence[Table], said: Sequence[str]) -> str:
    lines: list[str] = []
    for table in found:
        lines += [f"**{table.title}**", ""]
        lines += markdown.table(table.header, [[markdown.escape(c) for c in row] for row in table.rows], right=table.numbers)
    return "\n".join([*lines, *(f"{note}\n" for note in map(markdown.escape, said))]).rstrip() + "\n"


def _latex(found: Sequence[Table], said: Sequence[str]) -> str:
    """Tables for the package booktabs; nothing else is needed."""
    lines = ["% needs \\usepackage{booktabs}"]
    for table in found:
        columns = "".join("r" if i in table.numbers else "l" for i in range(len(table.header)))
        lines += ["\\begin{table}", "\\centering", f"\\caption{{{_tex(table.title)}}}", f"\\label{{tab:validation-{table.name}}}"]
        lines += [f"\\begin{{tabular}}{{{columns}}}", "\\toprule", " & ".join(map(_tex, table.header)) + " \\\\", "\\midrule"]
        lines += [" & ".join(map(_tex, row)) + " \\\\" for row in table.rows]
        lines += ["\\bottomrule", "\\end{tabular}"]
        if table is found[0]:
            lines += ["", "\\smallskip", "\\footnotesize " + " ".join(map(_tex, said))]
        lines += ["\\end{table}", ""]
    return "\n".join(lines)


def _tex(text: str) -> str:
    text = " ".join(text.translate(_TEX).split())
    for plain, tex in _TEX_WORDS.items():
        text = text.replace(plain, tex)
    return text


def _csv(result: Validation, labels: Mapping[str, str]) -> str:
    """One figure a row, unrounded, for plots and further work."""
    from coder.validation.sheet import guard

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("table", "group", "label", "measure", "coder", "value", "low", "high", "right", "judged", "events"))

    def write(table: str, group: str, label: str, measure: str, coder: str, p: Precision) -> None:
        figures = [p.value, p.low, p.high, p.right, p.judged, p.population]
        writer.writerow([guard(c) for c in (table, group, label, measure, coder)] + ["" if f is None else repr(f) for f in figures])

    for measure, p in result.overall.items():
        write("precision", "", "", measure, "", p)
    for coder, figures in result.by_coder.items():
        for measure, p in figures.items():
            write("precision by coder", "", "", measure, coder, p)
    for code, p in result.by_code.items():
        write("precision by root code", code, labels.get(code, ""), MAIN, "", p)
    for name, p in result.by_stratum.items():
        write("precision by stratum", name, "", MAIN, "", p)
    for measure, a in result.agreement.items():
        cells = [a.alpha, a.low, a.high, None, a.events, None]
        writer.writerow(["krippendorff alpha", "", "", measure, ""] + ["" if c is None else repr(c) for c in cells])
    return stream.getvalue()
