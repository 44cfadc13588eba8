"""Documents to dependency parses, many documents at a time. With `parse_load`, the only module that imports Stanza.

In: `Document`s. Out: `ParsedDocument`s in the same order, with rejects for what could not be parsed as it stood.

    parser = Parser.load()
    for parsed in parser.parse([Document("d1", "Ankara and Damascus held talks on Tuesday.")]):
        print(parsed.sentences[0].draw())

Plain Stanza runs one document through five models in turn. Here the documents of a chunk share every step: one
tokenizer run over all segments, one run of the transformer for tagger and parser (they share an encoder),
sentences sorted by length, labels scored for the chosen arcs alone, lemmas and multiword tokens looked up once a word
form. Models of another make (an installed Stanza package) go through Stanza's own processors, chunk by chunk.
Words and trees are those of plain Stanza but for sentence repairs (see `segment`) and float rounding.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coder.deferred import load_stanza
from coder.device import check_device, choose_device, load_torch
from coder.errors import ModelError
from coder.memory import release_memory
from coder.model_files import CHECKSUMS, REINSTALL, file_hash, missing_files, model_files, verify_model
from coder.records import Document, ParsedDocument, Reject, RejectReason, Sentence
from coder.segment import Segment, Token, cuts, hyphens, language_fault, rejoin, segments, separate

if TYPE_CHECKING:
    from coder.parse_heads import SharedHeads

log = logging.getLogger(__name__)

PARSER_VERSION = "3"
"""Goes up whenever the same text and model may parse otherwise; part of the parse store's key."""

BUNDLED_MODEL = Path(__file__).parent / "models" / "en"
BUNDLED_NAME = "eventcoder-en"

MAX_DOCUMENT_CHARACTERS = 2_000_000
MAX_SENTENCE_WORDS = 250
CHUNK_DOCUMENTS = 64
CHUNK_CHARACTERS = 400_000
MAX_CACHED = 500_000

_MADE_UP_FROM = 7  # shorter forms ("went", "better", "eldest") may have a lemma that begins otherwise
_MAX_TRAINED_FORM = 60  # longer forms (addresses, encoded data) are their own lemma and one token


@dataclass(frozen=True, slots=True)
class Analysis:
    """What tagger, lemmatizer and parser say of one sentence; parallel tuples, heads as in `Sentence`."""

    lemmas: tuple[str, ...]
    upos: tuple[str, ...]
    xpos: tuple[str, ...]
    feats: tuple[str, ...]
    heads: tuple[int, ...]
    deprels: tuple[str, ...]


@dataclass(slots=True)
class _Words:
    """The syntactic words of a sentence before analysis."""

    forms: list[str]
    starts: list[int]
    ends: list[int]


@dataclass(slots=True)
class _Draft:
    """A document on its way through a chunk."""

    document: Document
    segments: list[Segment]
    sentences: list[_Words]
    rejects: list[Reject]


class Parser:
    """A loaded model that parses documents; make one with `Parser.load`.

    Args:
        model_name: for people.
        model_hash: SHA-256 over the model's files.
        device: where it computes, "cpu", "cuda" or "cuda:1".
    """

    def __init__(self, stages: _StanzaStages, *, model_name: str, model_hash: str, device: str = "cpu") -> None:
        self._stages = stages
        self.device = device
        self.model_name = model_name
        self.model_hash = model_hash

    @classmethod
    def load(cls, model: str | Path | None = None, threads: int | None = None, device: str | None = None) -> Parser:
        """Load a model.

        Args:
            model: None for the bundled English model; a folder laid out like it; a Stanza resources folder (the one
                that `stanza.download` fills); or the name of an installed Stanza package, "en" or "en:ewt".
            threads: for the models' arithmetic; None leaves it to OMP_NUM_THREADS or the number of cores.
            device: as `coder.device.choose_device` takes it; None is a GPU where there is one.

        Raises:
            ModelError: the model is missing, corrupted or of another kind; there is no such device.
        """
        if threads is not None and threads < 1:
            raise ModelError(f"{threads} threads", hint="give 1 or more")
        device = choose_device(device)
        check_device(device)
        torch = load_torch()
        if threads is not None:
            torch.set_num_threads(threads)
        if device != "cpu":
            torch.backends.cudnn.allow_tf32 = False  # float32 as on the CPU, in Stanza's LSTMs too
        if model is None:
            return cls._load_folder(BUNDLED_MODEL, BUNDLED_NAME, device)
        folder = Path(model)
        if folder.is_dir():
            if model_files(folder) or (folder / CHECKSUMS).is_file():
                return cls._load_folder(folder, folder.name, device)
            if (folder / "resources.json").is_file():
                return cls._load_package("en", None, folder, device)
            raise ModelError(
                "neither a model folder nor a Stanza resources folder",
                path=folder,
                hint="a model folder holds tokenize.safetensors (or .pt) and its companions, a resources folder resources.json",
            )
        name = str(model)
        language, _, package = name.partition(":")
        if os.sep in name or not language.isalpha():
            raise ModelError("no such model folder", path=folder, hint="give a folder, or a name such as en or en:ewt")
        return cls._load_package(language, package or None, None, device)

    @classmethod
    def _load_folder(cls, folder: Path, name: str, device: str) -> Parser:
        digest = verify_model(folder)
        if missing := missing_files(folder):
            raise ModelError("model file is missing", path=folder / missing[0], hint=REINSTALL)
        load_stanza()
        from coder.parse_load import folder_processors, processors_to_share

        try:
            quick = processors_to_share(folder, device)
            stages = (quick and _shared_stages(quick)) or _stages(folder_processors(folder, device))
        except ModelError:
            raise
        except Exception as error:
            raise ModelError(f"the model cannot be loaded: {error}", path=folder, hint=REINSTALL) from error
        return cls(stages, model_name=name, model_hash=digest, device=device)

    @classmethod
    def _load_package(cls, language: str, package: str | None, folder: Path | None, device: str) -> Parser:
        name = f"stanza {language}:{package or 'default'}"
        options = f", package={package!r}" if package else ""
        where = f", model_dir={str(folder)!r}" if folder else ""
        hint = f"install it with: python -c 'import stanza; stanza.download(\"{language}\"{options}{where})'"
        from coder.parse_load import package_pipeline

        try:
            pipeline = package_pipeline(language, package, folder, device)
        except Exception as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise ModelError(f"the Stanza package {name} cannot be loaded: {reason}", hint=hint, path=folder) from error
        return cls(_stages(pipeline.processors), model_name=name, model_hash=_pipeline_hash(pipeline), device=device)

    def parse(self, documents: Iterable[Document]) -> Iterator[ParsedDocument]:
        """Parse documents, in their order, a fixed number at a time.

        Nothing that a text holds stops the run: what cannot be parsed comes back with a reject.

        Args:
            documents: read as needed, never all at once.
        """
        for chunk in parse_chunks(documents):
            yield from self._parse_chunk(chunk)

    def _parse_chunk(self, documents: list[Document]) -> list[ParsedDocument]:
        try:
            return self._parse_together(documents)
        except Exception as error:  # whatever a text provokes, the run goes on
            if len(documents) == 1:
                document = documents[0]
                log.warning("%s: parse failed: %s", document.id, error)
                detail = f"{type(error).__name__}: {error}"
                return [ParsedDocument(document, (), (_reject(document, RejectReason.PARSE_FAILED, detail),))]
            log.info("a chunk of %d documents failed (%s): one by one", len(documents), error)
            return [parsed for document in documents for parsed in self._parse_chunk([document])]

    def _parse_together(self, documents: Sequence[Document]) -> list[ParsedDocument]:
        drafts = [_draft(document) for document in documents]
        tokens = self._stages.tokenize([s for d in drafts for s in d.segments])
        release_memory()
        sentences_of = iter([separate(rejoin(hyphens(sentences))) for sentences in tokens])
        by_draft = [[s for _ in d.segments for s in next(sentences_of)] for d in drafts]
        expansions = self._stages.expand({t.text for ss in by_draft for s in ss for t in s if t.multiword})
        for draft, sentences in zip(drafts, by_draft, strict=True):
            for sentence in sentences:
                self._add_sentence(draft, _words(sentence, expansions))
        analyses = iter(self._stages.analyse([s.forms for d in drafts for s in d.sentences]))
        return [_finish(draft, [next(analyses) for _ in draft.sentences]) for draft in drafts]

    def _add_sentence(self, draft: _Draft, words: _Words) -> None:
        """Add a sentence to the draft, in parts and with a note where it is too long."""
        sizes = self._stages.sizes(words.forms)
        parts = cuts(words.forms, sizes, MAX_SENTENCE_WORDS, self._stages.max_size)
        if len(parts) > 1:
            detail = f"sentence of {len(words.forms)} words parsed in {len(parts)} parts"
            index = len(draft.sentences)
            draft.rejects.append(_reject(draft.document, RejectReason.TOO_LONG, detail, index))
        for start, end in parts:
            draft.sentences.append(_Words(words.forms[start:end], words.starts[start:end], words.ends[start:end]))


def parse_chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Documents by the number that is parsed together, fewer where they are long."""
    chunk: list[Document] = []
    characters = 0
    for document in documents:
        chunk.append(document)
        characters += min(len(document.text), MAX_DOCUMENT_CHARACTERS)
        if len(chunk) == CHUNK_DOCUMENTS or characters >= CHUNK_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def _reject(document: Document, reason: RejectReason, detail: str, sentence_index: int | None = None) -> Reject:
    return Reject(document.id, "parse", reason, detail, path=document.path, sentence_index=sentence_index)


def _draft(document: Document) -> _Draft:
    """The document's segments, or none and a reject."""
    text = document.text
    if len(text) > MAX_DOCUMENT_CHARACTERS:
        detail = f"{len(text):,} characters, more than {MAX_DOCUMENT_CHARACTERS:,}"
        return _Draft(document, [], [], [_reject(document, RejectReason.TOO_LONG, detail)])
    found = list(segments(text, document.furniture))
    if not found:
        detail = "nothing but furniture" if text.strip() else "no text"
        return _Draft(document, [], [], [_reject(document, RejectReason.EMPTY, detail)])
    fault = language_fault("\n".join(s.text for s in found))
    if fault:
        return _Draft(document, [], [], [_reject(document, RejectReason.NOT_ENGLISH, fault)])
    return _Draft(document, found, [], [])


def _words(tokens: Sequence[Token], expansions: dict[str, tuple[str, ...]]) -> _Words:
    words = _Words([], [], [])
    for token in tokens:
        parts = expansions.get(token.text, (token.text,)) if token.multiword else (token.text,)
        # Parts that spell out the token have their own offsets; others ("won't": "wo", "n't" do, "will not" don't) its.
        exact = "".join(parts) == token.text and token.end - token.start == len(token.text)
        start = token.start
        for part in parts:
            words.forms.append(part)
            words.starts.append(start)
            words.ends.append(start + len(part) if exact else token.end)
            start += len(part) if exact else 0
    return words


def _finish(draft: _Draft, analyses: Sequence[Analysis]) -> ParsedDocument:
    document = draft.document
    sentences = []
    for index, (words, analysis) in enumerate(zip(draft.sentences, analyses, strict=True)):
        start, end = words.starts[0], max(words.ends)
        sentences.append(
            Sentence(
                document_id=document.id,
                index=index,
                text=document.text[start:end],
                start=start,
                end=end,
                forms=tuple(words.forms),
                lemmas=analysis.lemmas,
                upos=analysis.upos,
                xpos=analysis.xpos,
                feats=analysis.feats,
                heads=analysis.heads,
                deprels=analysis.deprels,
                starts=tuple(words.starts),
                ends=tuple(words.ends),
                publication_date=document.publication_date,
            )
        )
    return ParsedDocument(document, tuple(sentences), tuple(draft.rejects))


# Loading ------------------------------------------------------------------------------------------------------------


def _pipeline_hash(pipeline: Any) -> str:
    """One hash over every file that the pipeline was loaded from."""
    paths = {Path(v) for k, v in pipeline.config.items() if k.endswith("_path") and isinstance(v, str)}
    total = hashlib.sha256()
    for path in sorted(p for p in paths if p.is_file()):
        total.update(f"{file_hash(path)}  {path.name}\n".encode())
    return total.hexdigest()


def _stages(processors: dict[str, Any]) -> _StanzaStages:
    return _shared_stages(processors) or _StanzaStages(processors)


def _shared_stages(processors: dict[str, Any]) -> _SharedEncoderStages | None:
    from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root

    from coder.parse_heads import SharedHeads  # loads torch

    heads = SharedHeads.of(
        processors["pos"]._trainer.model,
        processors["depparse"]._trainer.model,
        spanning_tree=chuliu_edmonds_one_root,
        repairs=bool(processors["depparse"].config.get("resolve_head_constraints", True)),
    )
    return _SharedEncoderStages(processors, heads) if heads else None


# Stages -------------------------------------------------------------------------------------------------------------


class _StanzaStages:
    """The steps of a chunk through Stanza's own processors: right for every Stanza model.

    Args:
        processors: the five of a `stanza.Pipeline`, by name (mwt may be missing).
    """

    max_size = 10**9

    def __init__(self, processors: dict[str, Any]) -> None:
        from coder.parse_tokens import CharacterTokenizer  # loads torch

        self._processors = processors
        self._lemmas: dict[tuple[str, str], str] = {}
        self._expansions: dict[str, tuple[str, ...]] = {}
        self._tokenizer = CharacterTokenizer.of(self._processors["tokenize"])

    def sizes(self, forms: Sequence[str]) -> list[int]:
        """What each word takes of `max_size`, the most that the encoder takes at once."""
        return [1] * len(forms)

    def tokenize(self, found: Sequence[Segment]) -> list[list[list[Token]]]:
        """Sentences of tokens, by segment."""
        if self._tokenizer:
            return self._tokenizer.tokenize(found)
        return [self._tokenize_one(s) for s in found]

    def _tokenize_one(self, segment: Segment) -> list[list[Token]]:
        parsed = self._processors["tokenize"].process(segment.text)
        return [
            [
                Token(
                    t.text,
                    segment.offsets[t.start_char],
                    segment.offsets[t.end_char - 1] + 1,
                    "MWT=Yes" in (t.misc or ""),
                )
                for t in sentence.tokens
            ]
            for sentence in parsed.sentences
        ]

    def expand(self, texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The syntactic words of multiword tokens."""
        wanted = sorted(set(texts))
        new = [t for t in wanted if t not in self._expansions and len(t) <= _MAX_TRAINED_FORM]
        if "mwt" in self._processors and new:
            from stanza.models.common.doc import Document as StanzaDocument

            rows = [[{"id": (1,), "text": t, "misc": "MWT=Yes", "start_char": 0, "end_char": len(t)}] for t in new]
            expanded = self._processors["mwt"].process(StanzaDocument(rows))
            if len(self._expansions) > MAX_CACHED:
                self._expansions.clear()
            for text, sentence in zip(new, expanded.sentences, strict=True):
                self._expansions[text] = tuple(w.text for w in sentence.words)
        return {t: self._expansions.get(t, (t,)) for t in wanted}

    def analyse(self, sentences: Sequence[list[str]]) -> list[Analysis]:
        """Tags, lemmas and trees of sentences of words."""
        if not sentences:
            return []
        from stanza.models.common.doc import Document as StanzaDocument

        document = StanzaDocument([[{"id": (i,), "text": f} for i, f in enumerate(s, 1)] for s in sentences])
        for name in ("pos", "lemma", "depparse"):
            self._processors[name].process(document)
        return [
            Analysis(
                lemmas=tuple(w.lemma or w.text for w in s.words),
                upos=tuple(w.upos or "X" for w in s.words),
                xpos=tuple(w.xpos or "" for w in s.words),
                feats=tuple(w.feats or "" for w in s.words),
                heads=tuple(w.head - 1 for w in s.words),
                deprels=tuple(w.deprel for w in s.words),
            )
            for s in document.sentences
        ]

    def lemmatize(self, words: Sequence[tuple[str, str]]) -> list[str]:
        """Lemmas of (form, upos) pairs: they do not depend on the sentence, so each is worked out once.

        A word in small letters is looked up as a noun where the tagger has it for a name.
        """
        words = [(form, "NOUN" if tag == "PROPN" and form.islower() else tag) for form, tag in words]
        new = sorted({w for w in words if w not in self._lemmas and len(w[0]) <= _MAX_TRAINED_FORM})
        if new:
            from stanza.models.common.doc import Document as StanzaDocument

            if len(self._lemmas) > MAX_CACHED:
                self._lemmas.clear()
                new = sorted({w for w in words if len(w[0]) <= _MAX_TRAINED_FORM})
            rows = [{"id": (i,), "text": form, "upos": upos} for i, (form, upos) in enumerate(new, 1)]
            document = self._processors["lemma"].process(StanzaDocument([rows]))
            for word, row in zip(new, document.sentences[0].words, strict=True):
                self._lemmas[word] = plausible_lemma(word[0], row.lemma)
        return [self._lemmas.get(w, w[0]) for w in words]


def plausible_lemma(form: str, lemma: str | None) -> str:
    """The lemma, or the form itself where the sequence model has made up another word ("warplanes": "Larplane")."""
    if not lemma:
        return form
    if lemma[0].lower() != form[0].lower() and len(form) >= _MADE_UP_FROM:
        return form
    lower = lemma.lower()
    if len(lemma) > 4 and form.lower() == lower + "s" and lower.endswith("ie") and lower not in _SINGULAR_IN_IE:
        return lemma[:-2] + "y"  # "navies": "navie"
    if form.lower()[:-3] + "y" == lower and form.lower()[:-1] in _SINGULAR_IN_IE:
        return form[:-1]  # "sorties": "sorty"
    return lemma


_SINGULAR_IN_IE = frozenset(
    "sortie movie zombie prairie calorie cookie rookie hoodie selfie genie brownie junkie groupie eyrie reverie menagerie camaraderie "
    "boogie bookie cutie foodie goalie hippie indie newbie pixie smoothie veggie yuppie talkie walkie-talkie budgie collie "
    "birdie bogie caddie coterie eerie freebie magpie necktie townie".split()
)


class _SharedEncoderStages(_StanzaStages):
    """Tagger and parser on one run of the transformer."""

    def __init__(self, processors: dict[str, Any], heads: SharedHeads) -> None:
        super().__init__(processors)
        for name in ("pos", "depparse"):
            del processors[name]  # the heads have laid their weights out anew; the old ones are let go of
        self._heads = heads
        self.max_size = heads.max_pieces

    def sizes(self, forms: Sequence[str]) -> list[int]:
        return self._heads.piece_counts(forms)

    def analyse(self, sentences: Sequence[list[str]]) -> list[Analysis]:
        trees = self._heads.analyse(sentences)
        lemmas = iter(
            self.lemmatize([w for s, t in zip(sentences, trees, strict=True) for w in zip(s, t.upos, strict=True)])
        )
        return [
            Analysis(tuple(next(lemmas) for _ in s), t.upos, t.xpos, t.feats, t.heads, t.deprels)
            for s, t in zip(sentences, trees, strict=True)
        ]
