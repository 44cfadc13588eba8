"""Grammatical functions over trees written out here: construction, tree, predicate, function, expected words."""

from __future__ import annotations

import pytest

from coder.grammar import Tree
from coder.records import Sentence


def tree(rows: str) -> Tree:
    """A tree from lines "form lemma upos head deprel [feats]"; heads count from 1, 0 is the root."""
    cells = [line.split() for line in rows.strip().splitlines()]
    forms = tuple(c[0] for c in cells)
    starts = tuple(sum(len(f) + 1 for f in forms[:i]) for i in range(len(forms)))
    return Tree(
        Sentence(
            document_id="d", index=0, text=" ".join(forms), start=0, end=len(" ".join(forms)), forms=forms,
            lemmas=tuple(c[1] for c in cells), upos=tuple(c[2] for c in cells), xpos=("_",) * len(cells),
            feats=tuple(c[5] if len(c) > 5 else "" for c in cells), heads=tuple(int(c[3]) - 1 for c in cells),
            deprels=tuple(c[4] for c in cells), starts=starts,
            ends=tuple(s + len(f) for s, f in zip(starts, forms, strict=True)),
        )
    )  # fmt: skip


PART = "Tense=Past|VerbForm=Part"
FIN = "Tense=Past|VerbForm=Fin"
ACTIVE = f"France France PROPN 2 nsubj\nattacked attack VERB 0 root {FIN}\nMali Mali PROPN 2 obj"
PASSIVE = (
    "Mali Mali PROPN 3 nsubj:pass\nwas be AUX 3 aux:pass\n"
    f"attacked attack VERB 0 root {PART}|Voice=Pass\nby by ADP 5 case\nFrance France PROPN 3 obl:agent"
)
RELATIVE = (
    "rebels rebel NOUN 6 nsubj\nwho who PRON 3 nsubj\n"
    f"attacked attack VERB 1 acl:relcl {FIN}\nMali Mali PROPN 3 obj\nwere be AUX 6 aux\nfled flee VERB 0 root {FIN}"
)
REDUCED = (
    "town town NOUN 5 nsubj\n"
    f"attacked attack VERB 1 acl {PART}|Voice=Pass\nby by ADP 4 case\nFrance France PROPN 2 obl:agent\nfell fall VERB 0 root {FIN}"
)
CONTROL = (
    f"France France PROPN 2 nsubj\nurged urge VERB 0 root {FIN}\nMali Mali PROPN 2 obj\nto to PART 5 mark\n"
    "attack attack VERB 2 xcomp VerbForm=Inf\nChad Chad PROPN 5 obj"
)
PROMISE = CONTROL.replace("urged urge", "promised promise")
COORDINATION = (
    f"France France PROPN 2 nsubj\nattacked attack VERB 0 root {FIN}\nMali Mali PROPN 2 obj\nand and CCONJ 5 cc\n"
    f"condemned condemn VERB 2 conj {FIN}\nChad Chad PROPN 5 obj"
)
SUBJECTS = (
    "Peru Peru PROPN 4 nsubj\nand and CCONJ 3 cc\nChile Chile PROPN 1 conj\n"
    f"attacked attack VERB 0 root {FIN}\nBolivia Bolivia PROPN 4 obj"
)
NOMINAL = (
    "Peru Peru PROPN 3 nmod:poss\n's 's PART 1 case\nattack attack NOUN 6 nsubj\non on ADP 5 case\nChile Chile PROPN 3 nmod\n"
    f"ended end VERB 0 root {FIN}"
)
PATIENT = (
    "ordered order VERB 0 root\nthe the DET 4 det\ntanker tanker NOUN 4 nmod:poss\nrelease release NOUN 1 obj"
)
PREPOSITION = (
    f"Peru Peru PROPN 2 nsubj\nheld hold VERB 0 root {FIN}\ntalks talk NOUN 2 obj\nin in ADP 5 case\nRome Rome PROPN 3 nmod\n"
    "with with ADP 7 case\nChile Chile PROPN 5 nmod"
)
GERUND = (
    f"Peru Peru PROPN 2 nsubj\ndenied deny VERB 0 root {FIN}\nattacking attack VERB 4 amod VerbForm=Ger\nChile Chile PROPN 2 obj"
)

CASES = [
    ("active", ACTIVE, "attacked", "subject", "France"),
    ("active", ACTIVE, "attacked", "object", "Mali"),
    ("passive", PASSIVE, "attacked", "subject", "France"),
    ("passive", PASSIVE, "attacked", "object", "Mali"),
    ("relative clause", RELATIVE, "attacked", "subject", "rebels"),
    ("relative clause", RELATIVE, "attacked", "object", "Mali"),
    ("reduced relative", REDUCED, "attacked", "subject", "France"),
    ("reduced relative", REDUCED, "attacked", "object", "town"),
    ("object control", CONTROL, "attack", "subject", "Mali"),
    ("subject control", PROMISE, "attack", "subject", "France"),
    ("complement", CONTROL, "urged", "complement", "attack"),
    ("shared subject", COORDINATION, "condemned", "subject", "France"),
    ("own object", COORDINATION, "condemned", "object", "Chad"),
    ("coordinated subjects", SUBJECTS, "attacked", "subject", "Peru Chile"),
    ("possessor of a noun", NOMINAL, "attack", "subject", "Peru"),
    ("preposition of a noun", NOMINAL, "attack", "on", "Chile"),
    ("possessor suffers", PATIENT, "release", "object", "tanker"),
    ("possessor does not act", PATIENT, "release", "subject", ""),
    ("preposition further along", PREPOSITION, "held", "with", "Chile"),
    ("mended gerund", GERUND, "denied", "complement", "attacking"),
    ("mended gerund", GERUND, "attacking", "object", "Chile"),
    ("mended gerund", GERUND, "attacking", "subject", "Peru"),
]


@pytest.mark.parametrize(("construction", "rows", "predicate", "function", "expected"), CASES)
def test_function(construction: str, rows: str, predicate: str, function: str, expected: str) -> None:
    found = tree(rows)
    index = found.forms.index(predicate)
    words = [found.forms[t] for t in found.function(index, function)]
    assert words == expected.split(), f"{construction}\n{found.sentence.draw()}"


@pytest.mark.parametrize(
    "heads",
    [(2, 3, 1), (1, 1, 1), (9, 0, 2), (0, 0, 0), (2, 1, 2)],
    ids=["cycle of three", "self", "out of range", "three roots", "cycle of two"],
)
def test_broken_trees_do_not_hang(heads: tuple[int, ...]) -> None:
    rows = "\n".join(f"w{i} w{i} VERB {h} conj" for i, h in enumerate(heads))
    found = tree(rows)
    for i in range(3):
        for name in ("subject", "object", "complement", "with", "indirect", "owner"):
            assert len(found.function(i, name)) <= 3
    assert found.sentence.draw()


# Slips of the parser -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "word", "relation", "head"),
    [
        (f"Aid aid NOUN 2 nsubj:pass\npoured pour VERB 0 root {PART}\nin in ADV 2 advmod\n. . PUNCT 2 punct", "Aid", "nsubj", "poured"),
        (f"Two two NUM 2 nsubj:pass\nkilled kill VERB 0 root {PART}\nin in ADP 4 case\nMali Mali PROPN 2 obl", "Two", "nsubj:pass", "killed"),
        (PASSIVE + "\n. . PUNCT 3 punct", "Mali", "nsubj:pass", "attacked"),
        (f"Peru Peru PROPN 2 nsubj\nforgave forgive VERB 0 root {FIN}\nthe the DET 4 det\ndebt debt NOUN 2 obl", "debt", "obj", "forgave"),
        (f"Peru Peru PROPN 2 nsubj\nattacked attack VERB 0 root {FIN}\nMonday Monday PROPN 2 obl", "Monday", "obl", "attacked"),
        (f"Peru Peru PROPN 2 nsubj\nattacked attack VERB 0 root {FIN}\nin in ADP 4 case\nMali Mali PROPN 2 obl", "Mali", "obl", "attacked"),
        (
            f"Mali Mali PROPN 3 nsubj:pass\nwas be AUX 3 aux:pass\ngiven give VERB 0 root {PART}\ntanks tank NOUN 3 xcomp\n"
            "by by ADP 6 case\nPeru Peru PROPN 4 nmod",
            "Peru",
            "obl:agent",
            "given",
        ),
        (f"Mali Mali PROPN 2 nsubj\nbecame become VERB 0 root {FIN}\nChad Chad PROPN 2 xcomp", "Chad", "xcomp", "became"),
        (
            f"Peru Peru PROPN 2 nsubj\nmet meet VERB 0 root {FIN}\nin in ADP 5 case\nSan San PROPN 2 obl\nJosé José PROPN 4 flat",
            "in",
            "case",
            "San",
        ),
        (
            "Costa Costa PROPN 2 compound\nRica Rica PROPN 5 nsubj\nand and CCONJ 4 cc\nPeru Peru PROPN 1 conj\n"
            f"met meet VERB 0 root {FIN}",
            "Peru",
            "conj",
            "Rica",
        ),
        (
            f"Peru Peru PROPN 4 nsubj\non on ADP 3 case\nTuesday Tuesday PROPN 1 nmod\ninvited invite VERB 0 root {FIN}\nMali Mali PROPN 4 obj",
            "Tuesday",
            "obl",
            "invited",
        ),
    ],
)  # fmt: skip
def test_slips_are_mended(rows: str, word: str, relation: str, head: str) -> None:
    found = tree(rows)
    i = found.forms.index(word)
    assert (found.deprels[i], found.forms[found.heads[i]]) == (relation, head)
    assert i in found.children[found.heads[i]]


def test_no_name_is_in_small_letters() -> None:
    found = tree(f"Peru Peru PROPN 2 nsubj\nattacked attack VERB 0 root {FIN}\nwarplanes warplane PROPN 2 obj")
    assert found.upos == ("PROPN", "VERB", "NOUN")
