"""PETRARCH's configuration file: the options that change what is coded.

>>> read_config(Path("PETR_config.ini"))
{'legacy': LegacyOptions(...), 'monadic': False}
"""

from __future__ import annotations

from collections.abc import Mapping
from configparser import ConfigParser
from configparser import Error as ConfigError
from pathlib import Path
from typing import Any

from coder.errors import OptionsError
from coder.legacy.text import read_text
from coder.options import LegacyOptions

NUMBERS = tuple(LegacyOptions.model_fields)
_FALSE = frozenset({"false", "no", "off", "0"})
_TRUE = frozenset({"true", "yes", "on", "1"})


def coding_options(given: Mapping[str, Any], where: str | Path = "") -> dict[str, Any]:
    """PETRARCH's options as arguments of `Options`: `legacy`, and `monadic` where require_dyad is given.

    An option that is not given keeps its default: clauses between commas are left out only where a comma_*max says so.

    Args:
        given: names and values as a configuration file or a validation record has them; other names mean nothing here.
        where: the file, for messages.

    Raises:
        OptionsError: a value means nothing.
    """
    numbers: dict[str, int] = {}
    for name in NUMBERS:
        if name in given:
            text = str(given[name]).strip()
            if not text.isdecimal() or len(text) > 9:
                raise OptionsError(f"{name} = {text}: not a number", hint="write a whole number, 0 for none", path=where)
            numbers[name] = int(text)
    found: dict[str, Any] = {"legacy": LegacyOptions(**numbers)}
    if "require_dyad" in given:
        text = str(given["require_dyad"]).strip().lower()
        if text not in _FALSE | _TRUE:
            raise OptionsError(f"require_dyad = {text}: neither true nor false", hint="write True or False", path=where)
        found["monadic"] = text in _FALSE
    return found


def read_config(path: Path) -> dict[str, Any]:
    """The section [Options] of a PETRARCH configuration file as arguments of `Options`.

    Args:
        path: PETR_config.ini; what it says of files and parsers is left aside.

    Raises:
        InputError: the file cannot be read.
        OptionsError: it is no configuration file, or a value means nothing.
    """
    parser = ConfigParser(interpolation=None, strict=False, inline_comment_prefixes=("#", ";"))
    try:
        parser.read_string(read_text(path), source=str(path))
    except ConfigError as error:
        message = " ".join(str(error).split())
        raise OptionsError(f"not a configuration file: {message}", hint="write name = value under [Options]", path=path) from error
    if not parser.has_section("Options"):
        raise OptionsError("no section [Options]", hint="give PETRARCH's PETR_config.ini", path=path)
    return coding_options(dict(parser.items("Options")), path)
