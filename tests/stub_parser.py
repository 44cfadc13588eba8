"""A parser that takes no time, for tests of everything around it: the real one but for tokenizer, tagger and tree.

    model = StubModel()
    build(corpus, output, resources, model)

Sentences end at full stops; a tree hangs on the first verb of a small list, names and nouns before it are its subject,
those after it its object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from coder.parse import Analysis, Parser
from coder.pipeline import Model
from coder.segment import Segment, Token

VERBS = {
    "condemned": "condemn", "bombed": "bomb", "praised": "praise", "sent": "send", "expelled": "expel", "urged": "urge",
    "visited": "visit", "threatened": "threaten", "met": "meet", "accused": "accuse", "was": "be", "sanctioned": "sanction",
}  # fmt: skip
PREPOSITIONS = frozenset("to in on at of with by from against for".split())
_TOKEN = re.compile(r"\w+(?:['’]\w+)?|[^\w\s]")


class StubStages:
    """The steps of a chunk, as `coder.parse` calls them."""

    max_size = 10**9

    def sizes(self, forms: Sequence[str]) -> list[int]:
        return [1] * len(forms)

    def tokenize(self, found: Sequence[Segment]) -> list[list[list[Token]]]:
        return [self._sentences(segment) for segment in found]

    def _sentences(self, segment: Segment) -> list[list[Token]]:
        sentences: list[list[Token]] = [[]]
        for match in _TOKEN.finditer(segment.text):
            start, end = segment.offsets[match.start()], segment.offsets[match.end() - 1] + 1
            sentences[-1].append(Token(match.group(), start, end))
            if match.group() in ".!?":
                sentences.append([])
        return [s for s in sentences if s]

    def expand(self, texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
        return {}

    def analyse(self, sentences: Sequence[list[str]]) -> list[Analysis]:
        return [_analysis(forms) for forms in sentences]


def _analysis(forms: list[str]) -> Analysis:
    root = next((i for i, form in enumerate(forms) if form.lower() in VERBS), 0)
    lemmas, upos, heads, deprels = [], [], [], []
    waiting: list[int] = []  # prepositions and articles before their noun
    for i, form in enumerate(forms):
        lower = form.lower()
        lemmas.append(VERBS.get(lower, form if form[:1].isupper() else lower))
        if i == root:
            upos.append("VERB" if lower in VERBS else "NOUN")
            heads.append(-1)
            deprels.append("root")
            continue
        heads.append(root)
        if not form[:1].isalnum():
            upos.append("PUNCT")
            deprels.append("punct")
        elif lower in PREPOSITIONS:
            upos.append("ADP")
            deprels.append("case")
            waiting.append(i)
        elif lower in ("the", "a", "an"):
            upos.append("DET")
            deprels.append("det")
            waiting.append(i)
        else:
            upos.append("PROPN" if form[:1].isupper() else "NOUN")
            oblique = any(forms[w].lower() in PREPOSITIONS for w in waiting)
            deprels.append("nsubj" if i < root else "obl" if oblique else "obj")
            for w in waiting:
                heads[w] = i
            waiting = []
    feats = tuple("Tense=Past|VerbForm=Fin" if tag == "VERB" else "" for tag in upos)
    return Analysis(tuple(lemmas), tuple(upos), ("",) * len(forms), feats, tuple(heads), tuple(deprels))


class StubModel(Model):
    """`coder.pipeline.Model` with the stub in place of Stanza."""

    def __init__(self, *_: Any) -> None:
        super().__init__()
        stages: Any = StubStages()
        self._parser = Parser(stages, model_name="stub", model_hash="5" * 64)
        self._digest = ("stub", "5" * 64)
