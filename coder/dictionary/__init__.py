"""Dictionaries: the YAML format (schema), loading and compiling (load), checks (check)."""

from coder.dictionary.load import Dictionaries, load_dictionaries

__all__ = ["Dictionaries", "load_dictionaries"]
