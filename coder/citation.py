"""How to cite the software: the one place for the words; CITATION.cff says the same."""

from __future__ import annotations

TITLE = "EventCoder: political event data from news text"
AUTHORS = "The EventCoder authors"
URL = "https://github.com/eventcoder/eventcoder"


def citation(version: str) -> list[str]:
    """Lines of Markdown: a reference and a BibTeX entry, and what to cite besides.

    Args:
        version: of the software that coded the data.
    """
    return [
        f"> {AUTHORS}. *{TITLE}*. Version {version}. {URL}",
        "",
        "```bibtex",
        "@software{eventcoder,",
        f"  author  = {{{{{AUTHORS}}}}},",
        f"  title   = {{{TITLE}}},",
        f"  version = {{{version}}},",
        f"  url     = {{{URL}}}",
        "}",
        "```",
        "",
        "Give the version and the three hashes of the run (model, dictionaries, corpus): they say exactly what coded the data. "
        "Cite the ontology too: Gerner, Schrodt and Yilmaz, CAMEO: Conflict and Mediation Event Observations.",
        "",
    ]
