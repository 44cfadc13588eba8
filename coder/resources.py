"""What coding needs besides the text: dictionaries, ontology and options, loaded once and passed in."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from coder.dictionary.load import Dictionaries, load_dictionaries
from coder.errors import InputError
from coder.files import printable
from coder.ontology import SCORE_COLUMNS, Ontology, load_ontology
from coder.options import Options

if TYPE_CHECKING:
    from coder.legacy.load import LegacyFile

log = logging.getLogger(__name__)

SHIPPED = "shipped: "  # before the names of shipped dictionaries, in place of the path of the installation


@dataclass(frozen=True, slots=True)
class Resources:
    """Loaded dictionaries, ontology and options.

    Args:
        given: the paths that `load_resources` was called with, for another process to load the same.
    """

    dictionaries: Dictionaries
    ontology: Ontology
    options: Options
    ontology_folder: Path
    given: tuple[tuple[Path, ...], tuple[Path, ...]] | None = None


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


def dictionary_names(resources: Resources) -> dict[str, Path]:
    """Every dictionary and ontology file, and a user's scores, by a name without the path of the installation."""
    shipped = shipped_dictionaries()
    files = [*resources.dictionaries.files, *sorted(resources.ontology_folder.glob("*.csv"))]
    if resources.options.scores not in SCORE_COLUMNS:
        files.append(Path(resources.options.scores))
    return {
        f"{SHIPPED}{p.relative_to(shipped).as_posix()}" if p.is_relative_to(shipped) else printable(p.as_posix()): p for p in files
    }


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
    given = tuple(p.resolve() for p in dictionaries), tuple(p.resolve() for p in added)
    if dictionaries or added:
        from coder.legacy.load import legacy_files

        legacy = legacy_files((*dictionaries, *added))
        if legacy:
            return replace(load_mixed(legacy, dictionaries, added, options), given=given)
    bases, ontology_folder = base_folders(dictionaries)
    ontology = load_ontology(ontology_folder, scores=options.scores, quad=options.quad_classes)
    loaded = load_dictionaries(bases, added, gazetteer=options.gazetteer)
    return Resources(loaded, ontology, options, ontology_folder, given)


def base_folders(dictionaries: Sequence[Path]) -> tuple[list[Path], Path]:
    """The native files and folders to load and the ontology's folder: the last that brings one, else the shipped one.

    Args:
        dictionaries: given in place of the shipped ones; none: the shipped.
    """
    shipped = shipped_dictionaries()
    own = [path / "ontology" for path in dictionaries if (path / "ontology" / "cameo.csv").is_file()]
    if own or not dictionaries:
        return list(dictionaries) or [shipped], own[-1] if own else shipped / "ontology"
    return [shipped / "ontology", *dictionaries], shipped / "ontology"


def load_mixed(legacy_given: Sequence[LegacyFile], dictionaries: Sequence[Path], added: Sequence[Path], options: Options) -> Resources:
    """Legacy dictionaries, alone or with native ones.

    With legacy verbs these do the coding, and native actors and agents are laid under the legacy ones; without, the
    legacy actors and agents are converted and laid over the native dictionaries.

    Args:
        legacy_given: the legacy files among the others, as read.
        dictionaries, added, options: as of `load_resources`.

    Raises:
        DictionaryError, OntologyError: native files with faults; faults of legacy files are logged.
    """
    from coder.legacy.convert import import_files, write_imported
    from coder.legacy.load import load_legacy
    from coder.legacy.native import add_native

    taken = {file.path for file in legacy_given}
    native = [p for p in dictionaries if p not in taken]
    above = [p for p in added if p not in taken]
    legacy = load_legacy(legacy_given)
    for fault in legacy.faults:
        log.log(logging.WARNING if fault.level == "error" else logging.INFO, "%s", fault)
    if legacy.faults:
        errors = sum(f.level == "error" for f in legacy.faults)
        log.warning("legacy dictionaries: %d lines not used, %d mended (--verbose lists all)", errors, len(legacy.faults) - errors)
    if native or not dictionaries:
        bases, ontology_folder = base_folders(native)
    else:
        ontology_folder = shipped_dictionaries() / "ontology"
        bases = [ontology_folder]
    ontology = load_ontology(ontology_folder, scores=options.scores, quad=options.quad_classes)
    if legacy.has_verbs:
        loaded = load_dictionaries(bases, above, gazetteer=False)
        add_native(legacy, loaded)
        legacy.use_ontology(frozenset(ontology.codes))
        if legacy.own_codes:
            log.warning("the legacy verbs use a code list of their own: codes are kept as written")
        loaded.legacy = legacy
    else:
        with tempfile.TemporaryDirectory(prefix="eventcoder-") as folder:
            write_imported(import_files(legacy_given, frames=True), Path(folder))
            loaded = load_dictionaries(bases, [*above, Path(folder)], gazetteer=options.gazetteer)
        loaded.legacy_issues = legacy if legacy.issues else None
        loaded.files = [f for f in loaded.files if f.exists()]
    loaded.files += [file.path for file in legacy_given]
    loaded.sha256 = hashlib.sha256(f"{loaded.sha256}{legacy.sha256}".encode()).hexdigest()
    return Resources(loaded, ontology, options, ontology_folder)
