"""Labels and ids: an id that was made by itself follows the label, one set by hand stays."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING

from graph import edits as e
from graph.initialise import owned_ports
from graph.records import id_stem

if TYPE_CHECKING:
    from graph.model import Graph

MAX_STEM = 48  # characters of an id that is made from a label
MAX_WRITTEN = 1_000_000  # numbers that a renaming may write into the document by the way


def label_edit(graph: Graph, id_: str, label: str) -> e.Edit:
    """The edit that labels a node; the empty text takes the label away.

    The id is renamed with it unless it was set by hand: unless it is neither the kind of id that
    the module's name gives nor the one that the label before gave. A layer whose many initial
    numbers would have to be written down for that keeps its id.
    """
    label = label.strip()
    set_label = e.SetNode(id_, {"label": label or None})
    if not is_automatic(graph, id_) or _written(graph, id_) > MAX_WRITTEN:
        return set_label
    stem = identifier(label)
    new = free(graph, stem, id_) if stem else _automatic(graph, id_)
    if new == id_:
        return set_label
    return e.Batch((set_label, graph.rename_edit(id_, new)))


def is_automatic(graph: Graph, id_: str) -> bool:
    """Whether an id was made from the module's name or from the label, and not by hand."""
    node = graph.nodes[id_]
    stems = {id_stem(node.module), identifier(node.label or "")} - {""}
    return any(re.fullmatch(rf"{re.escape(stem)}\d*", id_) for stem in stems)


def identifier(text: str) -> str:
    """`hidden_layer` for `Hidden layer`; empty where no letter or digit has a plain form."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9_]+", "_", plain.lower()).strip("_")[:MAX_STEM]
    return f"n{stem}" if stem[:1].isdigit() else stem


def free(graph: Graph, stem: str, own: str) -> str:
    """The stem, with a number behind it where another node has that id."""
    count, id_ = 1, stem
    while id_ in graph and id_ != own:
        count += 1
        id_ = f"{stem}{count}"
    return id_


def _automatic(graph: Graph, id_: str) -> str:
    """The id that the module's name gives: the present one, if it is of that kind."""
    stem = id_stem(graph.nodes[id_].module)
    return id_ if re.fullmatch(rf"{re.escape(stem)}\d*", id_) else free(graph, stem, id_)


def _written(graph: Graph, id_: str) -> int:
    """How many initial numbers a renaming would write down."""
    types = (graph.types.of(ref) for ref in owned_ports(graph, id_) if ref not in graph.tensors)
    return sum(
        math.prod(size for size in type_.shape if isinstance(size, int)) for type_ in types if type_
    )
