"""Signs for LaTeX's commands, and how much room stands between kinds of signs."""

from __future__ import annotations

from typing import Literal

Kind = Literal["ordinary", "function", "binary", "relation", "open", "close", "comma"]

GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho"
    " varsigma sigma tau upsilon varphi chi psi omega"
)
_SLANTED_ALPHA = 0x1D6FC
_SLANTED = {name: chr(_SLANTED_ALPHA + place) for place, name in enumerate(GREEK.split())}
_SLANTED |= {"epsilon": "𝜖", "phi": "𝜙", "varepsilon": "𝜀"}
_CAPITALS = ("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega")
_UPRIGHT = dict(zip(_CAPITALS, "ΓΔΘΛΞΠΣΦΨΩ", strict=True))
_SIGNS = {
    "partial": "𝜕", "top": "⊤", "infty": "∞", "dots": "…", "ldots": "…", "cdots": "⋯",
    "vdots": "⋮", "ddots": "⋱", "sum": "∑", "prod": "∏", "cdot": "·", "odot": "⊙",
    "times": "×", "pm": "±", "ast": "∗", "circ": "∘", "oplus": "⊕", "otimes": "⊗", "le": "≤",
    "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "in": "∈",
    "to": "→", "sim": "∼", "equiv": "≡", "{": "{", "}": "}", "|": "‖", "lfloor": "⌊",
    "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "ell": "ℓ", "nabla": "∇", "backslash": "\\",
    "%": "%", "_": "_", "&": "&", "#": "#", "$": "$", "prime": "′", "wedge": "∧",
}  # fmt: skip
FUNCTIONS = frozenset({
    "max", "min", "ln", "log", "exp", "sin", "cos", "tan", "tanh", "sinh", "cosh", "arg", "det",
    "lim", "sup", "inf",
})  # fmt: skip
SPACES = {"quad": 1.0, "qquad": 2.0, ";": 5 / 18, ":": 4 / 18, ",": 3 / 18, "!": -3 / 18, " ": 0.25}
LARGE = frozenset("∑∏")
WITH_LIMITS = LARGE | {"max", "min", "lim", "sup", "inf"}

_BINARY = frozenset("+−·⊙×±∗∘⊕⊗/")
_RELATION = frozenset("=<>≤≥≠≈∈→∼≡:")
PAIRS = {"(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉"}

# In eighteenths of an em, by the kinds at both sides; what is not named stands close.
_ROOM: dict[tuple[str, str], int] = {
    ("ordinary", "function"): 3, ("function", "ordinary"): 3, ("function", "function"): 3,
    ("close", "function"): 3,
    **{(side, "binary"): 4 for side in ("ordinary", "close", "function")},
    **{("binary", side): 4 for side in ("ordinary", "open", "function")},
    **{(side, "relation"): 5 for side in ("ordinary", "close", "function")},
    **{("relation", side): 5 for side in ("ordinary", "open", "function")},
    **{("comma", side): 3 for side in ("ordinary", "open", "function", "relation", "comma")},
}  # fmt: skip


def sign(latex: str) -> str:
    """What stands for a letter, a sign or a command of LaTeX; an unknown command is its name."""
    if latex.startswith("\\"):
        name = latex[1:]
        if name in FUNCTIONS:
            return name
        return _SLANTED.get(name) or _UPRIGHT.get(name) or _SIGNS.get(name, name)
    if latex == "-":
        return "−"
    if latex.endswith("'"):
        return slanted(latex[:-1]) + "′"
    return slanted(latex)


def is_known(latex: str) -> bool:
    """Whether a command has a sign of its own."""
    name = latex.removeprefix("\\")
    known = (_SLANTED, _UPRIGHT, _SIGNS, FUNCTIONS, SPACES)
    return not latex.startswith("\\") or any(name in names for names in known)


def slanted(letter: str) -> str:
    """A single Latin letter as formulas have it; anything else as it is."""
    if letter == "h":
        return "ℎ"
    if len(letter) == 1 and letter.isascii() and letter.isalpha():
        start = 0x1D434 - ord("A") if letter.isupper() else 0x1D44E - ord("a")
        return chr(start + ord(letter))
    return letter


def bold(text: str) -> str:
    """Latin letters in bold."""
    return "".join(
        chr((0x1D400 - ord("A") if x.isupper() else 0x1D41A - ord("a")) + ord(x))
        if x.isascii() and x.isalpha()
        else x
        for x in text
    )


def kind_of(text: str) -> Kind:
    """What a sign is to its neighbours."""
    if text in _BINARY:
        return "binary"
    if text in _RELATION:
        return "relation"
    if text in PAIRS:
        return "open"
    if text in PAIRS.values():
        return "close"
    if text in (",", ";"):
        return "comma"
    return "function" if text in FUNCTIONS or text in LARGE else "ordinary"


def room(before: Kind | None, after: Kind) -> float:
    """Between two kinds, in ems. Knuth, The TeXbook, 1984, page 170, in display style."""
    return 0.0 if before is None else _ROOM.get((before, after), 0) / 18


def settled(kinds: list[Kind]) -> list[Kind]:
    """A plus or minus that has nothing to its left, or nothing to its right, is a mere sign."""
    found: list[Kind] = []
    for place, kind in enumerate(kinds):
        after = kinds[place + 1] if place + 1 < len(kinds) else None
        before = found[-1] if found else None
        alone = before in (None, "binary", "relation", "open", "comma", "function")
        alone = alone or after in (None, "relation", "close", "comma")
        found.append("ordinary" if kind == "binary" and alone else kind)
    return found
