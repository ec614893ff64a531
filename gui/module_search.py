"""Which modules answer a query: the one matching of palette and search box."""

from __future__ import annotations

from collections.abc import Iterable

from graph import Module
from gui import fuzzy

# The order in which one builds; groups of other packages follow.
GROUPS = (
    "Sources",
    "Arithmetic",
    "Linear algebra",
    "Layers",
    "Activations",
    "Losses",
    "Reductions",
    "Shape",
)
WORD, BEGINNING = 30.0, 10.0  # what a search word counts, and the beginning of one


def find_modules(query: str, modules: Iterable[type[Module]]) -> list[type[Module]]:
    """The modules that answer a query, the best first; all of them where it is empty.

    A name matches letter by letter; a search word by its beginning; what is said of a module
    word by word, behind all others.
    """
    scored = [(score_of(query, module), module) for module in modules]
    found = [(value, module) for value, module in scored if value is not None]
    if query.split():
        found.sort(key=lambda pair: -pair[0])
    return [module for _, module in found]


def score_of(query: str, module: type[Module]) -> float | None:
    """How well a module answers a query; None where it does not."""
    scores = (fuzzy.score(query, module.name), _score_of_words(query, module))
    best = max((value for value in scores if value is not None), default=None)
    return best if best is not None else _score_of_texts(query, module)


def first_sentence(text: str) -> str:
    """The first sentence of a declaration's text, on one line."""
    line = " ".join(text.split("\n\n")[0].split())
    return line.split(". ")[0].rstrip(".") + "." if line else ""


def group_rank(group: str) -> int:
    """Where a group stands among the others."""
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)


def _score_of_words(query: str, module: type[Module]) -> float | None:
    wanted = " ".join(query.casefold().split())
    words = [word.casefold() for word in module.words]
    if wanted in words:
        return WORD
    return BEGINNING if any(f" {wanted}" in f" {word}" for word in words) else None


def _score_of_texts(query: str, module: type[Module]) -> float | None:
    texts = f"{module.group} {first_sentence(module.doc)}".casefold()
    return 0.0 if all(word in texts for word in query.casefold().split()) else None
