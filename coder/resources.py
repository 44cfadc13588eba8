"""What coding needs besides the text: dictionaries, ontology and options, loaded once and passed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coder.dictionary.load import Dictionaries, load_dictionaries
from coder.errors import InputError
from coder.ontology import Ontology, load_ontology
from coder.options import Options


@dataclass(frozen=True, slots=True)
class Resources:
    """Loaded dictionaries, ontology and options."""

    dictionaries: Dictionaries
    ontology: Ontology
    options: Options
    ontology_folder: Path


def shipped_dictionaries() -> Path:
    """The folder of the shipped dictionaries: of the source tree, else inside the installed package.

    Raises:
        InputError: neither is there.
    """
    package = Path(__file__).resolve().parent
    for folder in (package.parent / "dictionaries", package / "_dictionaries"):
        if (folder / "ontology").is_dir():
            return folder
    raise InputError("the shipped dictionaries are missing", hint="install the package again, or give --dictionaries")


def load_resources(
    dictionaries: Sequence[Path] = (), added: Sequence[Path] = (), options: Options | None = None
) -> Resources:
    """Load everything coding needs.

    Args:
        dictionaries: files or folders in place of the shipped dictionaries; the shipped ontology stands in where
            they bring none of their own.
        added: folders laid over them.
        options: coding options.

    Raises:
        DictionaryError, OntologyError: with every fault, each with file and line.
    """
    options = options or Options()
    shipped = shipped_dictionaries()
    bases = list(dictionaries) or [shipped]
    ontology_folder = shipped / "ontology"
    if dictionaries:
        own = [path / "ontology" for path in dictionaries if (path / "ontology" / "cameo.csv").is_file()]
        if own:
            ontology_folder = own[-1]
        else:
            bases = [shipped / "ontology", *bases]
    ontology = load_ontology(ontology_folder, scores=options.scores, quad=options.quad_classes)
    loaded = load_dictionaries(bases, added, gazetteer=options.gazetteer)
    return Resources(loaded, ontology, options, ontology_folder)
