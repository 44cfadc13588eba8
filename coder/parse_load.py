"""Stanza's processors, out of the files of a model folder or an installed package. Imported only when a model is loaded."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import stanza
from stanza.models.common import utils
from stanza.models.common.bert_embedding import load_bert, load_tokenizer
from stanza.models.common.foundation_cache import BertRecord, FoundationCache
from stanza.models.depparse.model import GraphParser
from stanza.models.depparse.trainer import GraphTrainer
from stanza.models.lemma.trainer import Trainer as LemmaTrainer
from stanza.models.lemma.vocab import MultiVocab as LemmaVocab
from stanza.models.mwt.trainer import Trainer as MWTTrainer
from stanza.models.mwt.vocab import Vocab as MWTVocab
from stanza.models.pos.model import Tagger
from stanza.models.pos.tag_columns import tag_columns_from_config
from stanza.models.pos.trainer import Trainer as TaggerTrainer
from stanza.models.pos.vocab import MultiVocab
from stanza.models.tokenization.trainer import Trainer as TokenizerTrainer
from stanza.models.tokenization.vocab import Vocab as TokenizerVocab
from stanza.pipeline.depparse_processor import DepparseProcessor
from stanza.pipeline.lemma_processor import LemmaProcessor
from stanza.pipeline.mwt_processor import MWTProcessor
from stanza.pipeline.pos_processor import POSProcessor
from stanza.pipeline.tokenize_processor import TokenizeProcessor

from coder.bert_parts import BertParts, NoFirstValues, WordPieceTokenizer, encoder_config
from coder.casing import CASE_TABLE, with_cases
from coder.errors import ModelError
from coder.model_files import ENCODER, PARTS, REINSTALL, Checkpoint, is_packed, read_encoder, read_part


def folder_processors(folder: Path, device: str = "cpu", parts: Sequence[str] = PARTS) -> dict[str, Any]:
    """The processors of a model folder, in the order in which they run.

    Args:
        folder: of a model.
        device: where they compute.
        parts: fewer than all, of a packed folder.

    Raises:
        ModelError: naming the file of a packed folder that does not fit. Of other folders, whatever Stanza raises.
    """
    _quiet_transformers()
    if not is_packed(folder):
        processors: dict[str, Any] = _pipeline(folder, device).processors
        return processors
    return _processors(folder, device, parts, _read(folder / ENCODER, partial(_encoder, folder, device)))


def processors_to_share(folder: Path, device: str = "cpu") -> dict[str, Any] | None:
    """The processors of a packed folder for `coder.parse_heads.SharedHeads`, which computes tagger and parser itself.

    They are loaded in half the time, and those two do not run by themselves. None where the encoder is of another kind.

    Raises:
        ModelError: as `folder_processors`.
    """
    if not is_packed(folder):
        return None
    encoder = _read(folder / ENCODER, partial(_encoder_parts, folder, device))
    return encoder and _processors(folder, device, PARTS, encoder)


def _processors(folder: Path, device: str, parts: Sequence[str], encoder: tuple[Any, Any]) -> dict[str, Any]:
    return {part: _read(folder / f"{part}.json", partial(_processor, folder, part, device, *encoder)) for part in parts}


def stanza_document(processors: Mapping[str, Any], text: str) -> Any:
    """Stanza's `Document` of a text, from one processor after another, as its `Pipeline` runs them."""
    document: Any = text
    for processor in processors.values():
        document = processor.process(document)
    return document


def package_pipeline(language: str, package: str | None, folder: Path | None, device: str = "cpu") -> Any:
    """The pipeline of an installed package of Stanza's, or of a resources folder."""
    _quiet_transformers()
    options: dict[str, Any] = {"dir": str(folder)} if folder else {}
    if package:
        options["package"] = package
    return stanza.Pipeline(
        language,
        processors=",".join(PARTS),
        download_method=None,
        device=device,
        logging_level="ERROR",
        **options,
    )


def _quiet_transformers() -> None:
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]


def _pipeline(folder: Path, device: str) -> Any:
    """The pipeline of a folder of NAME.pt files."""
    cache = FoundationCache()
    if (folder / ENCODER).is_dir():
        bert, tokenizer = load_bert(str(folder / ENCODER), local_files_only=True)
        if (cases := read_encoder(folder).get(CASE_TABLE)) is not None:
            bert, tokenizer = with_cases(bert, tokenizer, cases)
        cache.bert[ENCODER] = BertRecord(bert, tokenizer, {})
    paths = {f"{p}_model_path": str(folder / f"{p}.pt") for p in PARTS}
    with tempfile.TemporaryDirectory() as resources:
        Path(resources, "resources.json").write_text("{}", encoding="utf-8")
        return stanza.Pipeline(
            "en",
            dir=resources,
            foundation_cache=cache,
            processors=",".join(PARTS),
            package=None,
            download_method=None,
            allow_unknown_language=True,
            device=device,
            logging_level="ERROR",
            **paths,
        )


# Packed folders ------------------------------------------------------------------------------------------------------
#
# Stanza's trainers load files of their own format only, so their models are made here from settings and vocabularies,
# as the trainers do when they begin to train, and then given their weights.


def _read(path: Path, make: Callable[[], Any]) -> Any:
    """What `make` gives; whatever settings provoke that are not those of the weights becomes an error that names the file."""
    try:
        return make()
    except ModelError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise ModelError(f"settings and weights do not make a model: {reason}", path=path, hint=REINSTALL) from error


def _encoder(folder: Path, device: str) -> tuple[Any, Any]:
    """The transformer and its tokenizer."""
    from transformers import BertConfig, BertModel

    where = str(folder / ENCODER)
    config = BertConfig.from_pretrained(where, local_files_only=True)
    weights = read_encoder(folder)
    cases = weights.pop(CASE_TABLE, None)
    options = {"config": config, "state_dict": weights, "add_pooling_layer": False}
    model, loading = BertModel.from_pretrained(None, output_loading_info=True, **options)
    if faults := {k: sorted(map(str, v)) for k, v in loading.items() if v}:
        raise ValueError(f"{faults}")
    tokenizer = load_tokenizer(where, tokenizer_kwargs={"trust_remote_code": False}, local_files_only=True)
    if cases is not None:
        model, tokenizer = with_cases(model, tokenizer, cases)
    return model.to(device), tokenizer


def _encoder_parts(folder: Path, device: str) -> tuple[Any, Any] | None:
    """The same without `transformers`, its weights in their places alone; None where it needs that package."""
    where = folder / ENCODER
    config = encoder_config(where)
    if config is None:
        return None
    weights = read_encoder(folder)
    cases = weights.pop(CASE_TABLE, None)
    model, tokenizer = BertParts(config, weights), WordPieceTokenizer(where)
    if cases is not None:
        return with_cases(model.to(device), tokenizer, cases.to(device))
    return model.to(device), tokenizer


class _TaggerTrainer(TaggerTrainer):  # type: ignore[misc]
    """Stanza's, of a model at hand; it tags and does not train."""

    def __init__(self, args: dict[str, Any], vocab: Any, model: Any) -> None:
        self.args, self.vocab, self.model = args, vocab, model


def _processor(folder: Path, part: str, device: str, encoder: Any, tokenizer: Any) -> Any:
    stored = read_part(folder, part)
    if part in ("pos", "depparse"):
        trainer = _HEADS[part](stored, device, encoder, tokenizer)
    else:
        with _no_optimizer():
            trainer = _TRAINERS[part](stored, device)
        trainer.model.load_state_dict(stored["model"])

    def set_up(self: Any, config: dict[str, Any], pipeline: Any, device: str) -> None:
        self._trainer = trainer
        for name, value in _ATTRIBUTES.get(part, {}).items():
            setattr(self, name, value)

    processor = type("Processor", (_PROCESSORS[part],), {"_set_up_model": set_up})  # Stanza's would read a file
    return processor({"lang": "en", "mode": "predict", "check_requirements": False}, None, device)


@contextmanager
def _no_optimizer() -> Iterator[None]:
    """Stanza's trainers make themselves an optimizer even when they load a model, and torch takes a second to load the first one."""
    make = utils.get_optimizer
    utils.get_optimizer = lambda *_, **__: None
    try:
        yield
    finally:
        utils.get_optimizer = make


def _tokenizer_trainer(stored: Checkpoint, device: str) -> Any:
    return TokenizerTrainer(args=stored["config"], vocab=TokenizerVocab.load_state_dict(stored["vocab"]), device=device)


def _mwt_trainer(stored: Checkpoint, device: str) -> Any:
    trainer = MWTTrainer(args=stored["config"], vocab=MWTVocab.load_state_dict(stored["vocab"]), device=device)
    trainer.expansion_dict = stored["dict"]
    return trainer


def _lemma_trainer(stored: Checkpoint, device: str) -> Any:
    trainer = LemmaTrainer(args=stored["config"], vocab=LemmaVocab.load_state_dict(stored["vocab"]), device=device)
    trainer.pos_dict = stored["dicts"]
    return trainer


def _tagger_trainer(stored: Checkpoint, device: str, encoder: Any, tokenizer: Any) -> Any:
    args, vocab = stored["config"], MultiVocab.load_state_dict(stored["vocab"])
    args["tag_columns"] = tag_columns_from_config(args.get("tag_columns"))
    options = {"share_hid": args["share_hid"], "bert_model": encoder, "bert_tokenizer": tokenizer}
    return _TaggerTrainer(args, vocab, _filled(lambda: Tagger(args, vocab, **options), stored["model"]).to(device))


def _parser_trainer(stored: Checkpoint, device: str, encoder: Any, tokenizer: Any) -> Any:
    args, vocab = stored["config"], MultiVocab.load_state_dict(stored["vocab"])
    options = {"bert_model": encoder, "bert_tokenizer": tokenizer}
    model = _filled(lambda: GraphParser(args, vocab, **options), stored["model"]).to(device)
    return GraphTrainer(args=args, vocab=vocab, model=model, device=device, build_optimizer=False)


def _filled(make: Callable[[], Any], weights: dict[str, Any]) -> Any:
    """A model with its weights, none of which is made up first only to be replaced."""
    with NoFirstValues():
        model = make()
    found = model.load_state_dict(weights, strict=False, assign=True)
    lacking = [name for name in found.missing_keys if not name.startswith("bert_model.")]
    if lacking or found.unexpected_keys:
        raise ValueError(f"weights without a value: {lacking}; without a place: {found.unexpected_keys}")
    return model


_TRAINERS = {"tokenize": _tokenizer_trainer, "mwt": _mwt_trainer, "lemma": _lemma_trainer}
_HEADS = {"pos": _tagger_trainer, "depparse": _parser_trainer}
_PROCESSORS = {
    "tokenize": TokenizeProcessor,
    "mwt": MWTProcessor,
    "pos": POSProcessor,
    "lemma": LemmaProcessor,
    "depparse": DepparseProcessor,
}
_ATTRIBUTES: dict[str, dict[str, Any]] = {  # what the processors note besides when they load a file
    "tokenize": {"_postprocessor": None, "_speaker_opener": None, "_speaker_closer": None},
    "pos": {"_tqdm": False},
    "lemma": {"_use_identity": False, "store_results": False},
}
