"""The transformer of a packed folder as `coder.encoder` reads it: weights in their places, and its tokenizer.

`transformers` has both, and takes longer to load than a report takes to parse. These have its names, and no arithmetic.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tokenizers import Tokenizer
from torch import nn
from torch.overrides import TorchFunctionMode

from coder.encoder import Encoder

TOKENIZER = "tokenizer.json"
_TOKENIZER_SETTINGS = "tokenizer_config.json"
_PLAIN_CLASSES = ("BertTokenizer", "BertTokenizerFast")


def encoder_config(folder: Path) -> SimpleNamespace | None:
    """The settings of an encoder's folder; None where the encoder or its tokenizer must be left to `transformers`.

    Raises:
        OSError, ValueError: a file cannot be read.
    """
    config = _settings(folder / "config.json")
    plain = (folder / TOKENIZER).is_file() and (folder / _TOKENIZER_SETTINGS).is_file()
    if not plain or _settings(folder / _TOKENIZER_SETTINGS).get("tokenizer_class") not in _PLAIN_CLASSES:
        return None
    found = SimpleNamespace(**config)
    return found if Encoder.fits(found) else None


def _settings(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path.name}: no settings")
    return found


class NoFirstValues(TorchFunctionMode):  # type: ignore[misc]
    """Under it parameters get no first values, which would only be replaced.

    Parameters without memory ("meta") would do as well, but torch takes a second to load what it calculates with them.
    """

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(function, "__module__", None) == nn.init.__name__:
            return None
        return function(*args, **(kwargs or {}))


class BertParts(nn.Module):  # type: ignore[misc]
    """The weights of a BERT model under the names that `transformers.BertModel` has for them.

    Args:
        config: from `encoder_config`.
        weights: by name, all of them and no others.

    Raises:
        AttributeError, RuntimeError: settings and weights do not fit together.
    """

    def __init__(self, config: SimpleNamespace, weights: Mapping[str, Any]) -> None:
        super().__init__()
        self.config = config
        width, inner = int(config.hidden_size), int(config.intermediate_size)

        def norm() -> nn.LayerNorm:
            return nn.LayerNorm(width, eps=float(config.layer_norm_eps))

        def layer() -> nn.Module:
            own = _parts(**{name: nn.Linear(width, width) for name in ("query", "key", "value")})
            attention = _parts(self=own, output=_parts(dense=nn.Linear(width, width), LayerNorm=norm()))
            up, down = nn.Linear(width, inner), nn.Linear(inner, width)
            return _parts(attention=attention, intermediate=_parts(dense=up), output=_parts(dense=down, LayerNorm=norm()))

        with NoFirstValues():
            self.embeddings = _parts(
                word_embeddings=nn.Embedding(int(config.vocab_size), width),
                position_embeddings=nn.Embedding(int(config.max_position_embeddings), width),
                token_type_embeddings=nn.Embedding(int(config.type_vocab_size), width),
                LayerNorm=norm(),
            )
            self.encoder = _parts(layer=nn.ModuleList(layer() for _ in range(int(config.num_hidden_layers))))
        self.load_state_dict(weights, strict=True, assign=True)


def _parts(**modules: nn.Module) -> nn.Module:
    whole = nn.Module()
    for name, module in modules.items():
        whole.add_module(name, module)
    return whole


class WordPieceTokenizer:
    """The tokenizer of an encoder's folder.

    Args:
        folder: of the encoder.

    Raises:
        Exception: what `tokenizers` raises where its file cannot be read.
    """

    is_fast = True

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.cls_token_id = self._number("[CLS]")
        self.sep_token_id = self._number("[SEP]")

    def _number(self, mark: str) -> int:
        number = self._tokenizer.token_to_id(mark)
        if number is None:
            raise ValueError(f"{TOKENIZER}: no {mark}")
        return int(number)

    def __call__(self, texts: Sequence[str], *, add_special_tokens: bool = False) -> Any:
        """The numbers of the pieces of texts, as `input_ids`, with the marks if asked."""
        found = self._tokenizer.encode_batch(list(texts), add_special_tokens=add_special_tokens)
        return SimpleNamespace(input_ids=[encoding.ids for encoding in found])
