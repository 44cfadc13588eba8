"""YAML files of users to plain lists and mappings that know their lines; whatever a file holds, a fault and no crash.

>>> faults: list[Fault] = []
>>> content = read_yaml(Path("actors.yaml"), faults, b"- name: Zubia")
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from coder.errors import Fault

MAX_DEPTH = 60
"""Levels of lists and mappings in one another; far fewer than exhaust the stack of the C parser."""

_BRACKET = re.compile(r"[\[\]{}]")
_INDENT = re.compile(rf"^[ ?:-]{{{MAX_DEPTH}}}", re.MULTILINE)


class LineLoader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """Safe YAML that remembers the line of every mapping and refuses doubled keys."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, TypeError, OverflowError) as error:  # "2020-13-45", a number of 5,000 digits
            raise yaml.constructor.ConstructorError(None, None, f"no value that can be read ({error})", node.start_mark) from error


def _construct_mapping(loader: Any, node: yaml.MappingNode) -> dict[str, Any]:
    own = {id(key) for key, _ in node.value}
    loader.flatten_mapping(node)
    mapping: dict[str, Any] = {}
    given: set[str] = set()
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key that is no word", key_node.start_mark)
        key = loader.construct_object(key_node, deep=True)
        if key is True:  # YAML 1.1 reads a bare `on` as a truth value; ours is the preposition
            key = "on"
        elif key is False:
            key = "off"
        if id(key_node) in own:
            if key in given:
                raise yaml.constructor.ConstructorError(None, None, f'"{key}" is given twice', key_node.start_mark)
            given.add(key)
        elif key in mapping:
            continue
        mapping[key] = loader.construct_object(value_node, deep=True)
    mapping["__line__"] = node.start_mark.line + 1
    return mapping


LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)
# "on", "off", "yes" and "no" are words here, never truth values
LineLoader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in pairs if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, pairs in LineLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path, faults: list[Fault], raw: bytes) -> Any:
    """The content of a YAML file, a list or a mapping; None where it is empty, or cannot be read, with a fault recorded.

    Args:
        raw: the bytes of the file.
    """
    try:
        text = raw.decode("utf-8")
        refuse_depth(text)
        content = yaml.load(text, Loader=LineLoader)  # noqa: S506 (a safe loader)
    except UnicodeDecodeError as error:
        faults.append(Fault(str(path), 0, f"not UTF-8 at byte {error.start}", "save the file as UTF-8"))
        return None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        faults.append(Fault(str(path), mark.line + 1 if mark else 0, f"not YAML: {problem}", "check indent and quotes"))
        return None
    if content is None or isinstance(content, (list, dict)):
        return content
    faults.append(Fault(str(path), 0, f"expected entries, found {str(content)[:60]!r}", "begin each entry with `- `"))
    return None


def refuse_depth(text: str) -> None:
    """Raise where lists and mappings nest beyond `MAX_DEPTH`: the parser's own recursion would crash the process."""
    level = 0
    for bracket in _BRACKET.finditer(text):
        level += 1 if bracket[0] in "[{" else -1
        if level > MAX_DEPTH:
            break
    if level <= MAX_DEPTH and not _INDENT.search(text):
        return
    level = 0  # brackets may stand in quotes and a wide indent mean little: ask the parser, which does not recurse
    for event in yaml.parse(text, Loader=LineLoader):
        level += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if level > MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, f"lists and mappings nest {MAX_DEPTH} deep", event.start_mark)  # type: ignore[arg-type]
