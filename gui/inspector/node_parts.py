"""The small parts of a node's page: its name, its bypass, its verdict and its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from graph.bypassing import through
from graph.edits import SetGraph
from graph.naming import name_of
from gui.icons import icon_of
from gui.inspector.buttons import Button
from gui.inspector.editing import attempt
from gui.inspector.labels import Sentence
from gui.inspector.section import Heading
from gui.inspector.verdicts import node_verdict
from gui.theme import Theme
from gui.unique import make_unique

if TYPE_CHECKING:
    from gui.document import Document


class NodeHeading(Heading):
    """What the node `id_` is called and what it does."""

    def __init__(self, document: Document, theme: Theme, id_: str, parent: QWidget) -> None:
        self._document, self._id = document, id_
        kind = document.graph.catalogue.get(document.graph.nodes[id_].module)
        super().__init__(theme, icon_of(kind) if kind else "unknown", parent)
        self.refresh()

    def refresh(self) -> None:
        """Show the graph as it is now."""
        node = self._document.graph.nodes[self._id]
        kind = self._document.graph.catalogue.get(node.module)
        module = node.module if kind else self.tr("{0}, unknown").format(node.module)
        doc = kind.doc.split("\n\n")[0].replace("\n", " ") if kind else self._unknown()
        self.say(node.label or node.id, f"{module}: {doc}" if doc else module)

    def _unknown(self) -> str:
        return self.tr("no module of that name is installed; all its data is kept.")


class BypassSentence(Sentence):
    """That the node lets its input through, if it does."""

    def __init__(self, document: Document, theme: Theme, id_: str, parent: QWidget) -> None:
        super().__init__(theme, parent=parent)
        self._document, self._node = document, id_
        self.refresh()

    def refresh(self) -> None:
        """Show the graph as it is now."""
        graph = self._document.graph
        ports = through(graph, self._node) if graph.nodes[self._node].bypassed else None
        text = self.tr("Bypassed: {0} goes through unchanged.")
        self.say(text.format(ports[0].port) if ports is not None else "")


class NodeVerdict(Sentence):
    """What the check against finite differences says of the node."""

    def __init__(self, document: Document, theme: Theme, id_: str, parent: QWidget) -> None:
        super().__init__(theme, parent=parent)
        self._document, self._node = document, id_
        self.follow()

    def follow(self) -> None:
        """Show it as it is now."""
        self.say(*node_verdict(self._document, self._node))


class TargetButton(Button):
    """Differentiates the node's output from now on; hidden where that means nothing."""

    def __init__(self, document: Document, theme: Theme, id_: str, parent: QWidget) -> None:
        super().__init__(theme, "", "", self.make_target, parent=parent)
        self._document, self._id = document, id_
        self.setToolTip(self.tr("The target is what is differentiated"))
        self.refresh()

    def refresh(self) -> None:
        """Show whether it is the target."""
        graph, check = self._document.graph, self._document.check
        module = graph.module(self._id)
        outputs = module.output_ports if module is not None else ()
        has_floating = any(port.kind in ("floating", "any") for port in outputs)
        target = check.target if check is not None else None
        is_target = target is not None and target.node == self._id
        chosen = (graph.target or "").partition(".")[0] == self._id
        text = self.tr("This is the target") if is_target else self.tr("Make this the target")
        self.setText(text)
        self.setAccessibleName(text)
        is_source = module is not None and module.outline() == "source"
        self.setVisible(has_floating and not is_source)
        self.setEnabled(not is_target and not chosen)

    def make_target(self) -> None:
        """Differentiate this node's output from now on."""
        document, id_ = self._document, self._id
        text = self.tr("Make {0} the target").format(name_of(document.graph, id_))
        attempt(document, lambda: SetGraph({"target": id_}), text)


class UniqueButton(Button):
    """Gives a composite a definition of its own; hidden where it has one."""

    def __init__(self, document: Document, theme: Theme, id_: str, parent: QWidget) -> None:
        super().__init__(theme, self.tr("Make unique"), "", self.make_unique, parent=parent)
        self._document, self._id = document, id_
        name = self.tr("Make unique: give this node a definition of its own")
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.refresh()

    def refresh(self) -> None:
        """Show whether others are of the same definition."""
        document = self._document
        module = document.graph.nodes[self._id].module
        self.setVisible(document.instances_of(module) > 1)

    def make_unique(self) -> None:
        """Give this composite a definition of its own."""
        make_unique(self._document, self._document.place, self._id)
