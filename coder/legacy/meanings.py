"""CAMEO's composition, as PETRARCH2 reads it: what the negation of a code is.

With an internal coding ontology among the files its arithmetic decides; otherwise the table below.
"""

from __future__ import annotations

from coder.legacy.model import LegacyDictionaries

NEGATION = 0xFFFF

# Refusing or ending what the positive code does. Disapproval undone is diplomatic cooperation, coercion undone its
# endorsing form; both as the arithmetic of the internal codes gives them.
_NEGATED = {
    "01": "120", "02": "120", "03": "120", "04": "125", "05": "120", "06": "121", "07": "122", "08": "124", "09": "120",
    "10": "120", "061": "1211", "062": "1212", "071": "1221", "072": "1222", "073": "1223", "074": "1224",
    "083": "123", "0831": "1231", "0832": "1232", "0833": "1233", "0834": "1234", "081": "1241", "082": "1242",
    "0811": "1241", "0812": "1241", "0813": "1241", "0814": "1241", "084": "1242", "0841": "1242", "0842": "1242",
    "085": "1244", "086": "1245", "0861": "1245", "0862": "1245", "0863": "1245", "087": "1246", "0871": "1246",
    "0872": "1246", "0873": "1246", "0874": "1246", "045": "126", "110": "050", "170": "057", "010": "011", "015": "016",
}  # fmt: skip


def negate(code: str, legacy: LegacyDictionaries) -> str | None:
    """The code of not doing what a code stands for; None where CAMEO has none.

    Args:
        code: one code, no pair.
    """
    if legacy.meanings:
        value = legacy.meanings.get(code)
        if value is None and code[:2].isdigit():
            value = legacy.meanings.get(code[:3]) or legacy.meanings.get(code[:2] + "0")
        if value:
            wanted = value - NEGATION
            for known, meaning in legacy.meanings.items():
                if meaning == wanted and known != "---":
                    return known
    for length in (4, 3, 2):
        if code[:length] in _NEGATED and len(code) >= length:
            return _NEGATED[code[:length]]
    return None


# What asking for, meaning and demanding an action code to, by the kind of action.
_ACTIONS = {
    "06": "1", "061": "11", "062": "12", "064": "14", "05": "2", "07": "3", "071": "31", "072": "32", "073": "33", "074": "34",
    "083": "4", "0831": "41", "0832": "42", "0833": "43", "0834": "44", "08": "5", "081": "51", "082": "52", "0841": "53",
    "0842": "53", "085": "54", "086": "55", "087": "56", "04": "6", "044": "6", "046": "6", "057": "7", "045": "8",
}  # fmt: skip
_STANCES = {"020": "02", "030": "03", "100": "10"}
_SHIFTED = {"03": {"8": "9"}}


def compose(stance: str, action: str) -> str | None:
    """The code of asking for (020), meaning (030) or demanding (100) an action; None where CAMEO has none.

    Args:
        stance: the outer code, bare.
        action: the inner code.
    """
    root = _STANCES.get(stance)
    if root is None:
        return None
    for length in (4, 3, 2):
        kind = _ACTIONS.get(action[:length]) if len(action) >= length else None
        if kind is not None:
            return root + _SHIFTED.get(root, {}).get(kind, kind)
    return None
