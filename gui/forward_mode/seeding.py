"""Which tangent is pushed through the runs of a document. It is not in the file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from graph import PortRef
from graph.addresses import node_at
from gui.consequences import renames
from gui.places import address_of
from runtime import tangents

if TYPE_CHECKING:
    from gui.document import Document
    from runtime.tangents import Seed


class Seeding(QObject):
    """The seed of a document's forward mode, by its address; None where none was chosen.

    It follows renamed nodes and goes with removed ones. `refusal` says why the last run could
    not push it. When the first run with a seed arrives, the playhead comes to where its tangents
    can be seen.
    """

    changed = Signal()  # another seed, or none
    told = Signal()  # `refusal` is new

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._document = document
        self._is_new = False
        self.seed: Seed | None = None
        self.refusal = ""
        document.changed.connect(self._follow)
        document.opened.connect(self.clear)
        document.traced.connect(self._arrive)

    @property
    def selected(self) -> PortRef | None:
        """Where a tangent would enter at what is selected, by its address; None if it cannot."""
        document, trace = self._document, self._document.whole_trace
        edge, node = document.selection.edge, document.selection.node
        module = document.graph.module(node) if node in document.graph.nodes else None
        outputs = [] if module is None else [PortRef(node, p.name) for p in module.output_ports]
        for port in outputs if edge is None else [edge]:
            address = address_of(document.place, port)
            if trace is not None and tangents.can_seed(trace.plan, address):
                return address
        return None

    def push(self) -> None:
        """Push a tangent of ones from what is selected."""
        port = self.selected
        if port is not None:
            self.choose(tangents.Seed(port))

    def choose(self, seed: Seed) -> None:
        """Push this tangent through every run from now on; not while gradients are predicted.

        It would tell them: the tangent of the target is the gradient along the seed.
        """
        if self._document.playhead.limit is not None:
            text = self.tr("A tangent would tell the gradients. End predicting to push one.")
            self._document.refuse(text)
            return
        self._is_new = True
        self._take(seed)

    def clear(self) -> None:
        """Push none."""
        if self.seed is not None:
            self._take(None)

    def tell(self, refusal: str) -> None:
        """Note why a run could not push the seed, or that it could."""
        if refusal != self.refusal:
            self.refusal = refusal
            self.told.emit()

    def _take(self, seed: Seed | None) -> None:
        self.seed = seed
        self.tell("")
        self.changed.emit()

    def _follow(self, edit: object) -> None:
        seed = self.seed
        if seed is None:
            return
        head, slash, rest = seed.port.node.partition("/")
        for renamed in renames(edit):
            if renamed.old == head:
                head = renamed.new
        port = PortRef(f"{head}{slash}{rest}", seed.port.port)
        if node_at(self._document.root, port.node) is None:
            self.clear()
        elif port != seed.port:
            self._take(replace(seed, port=port))

    def _arrive(self) -> None:
        if not self._is_new:
            return
        trace, head = self._document.trace, self._document.playhead
        if trace is not None and trace.push is not None:
            self._is_new = False
            ends = [at for at, step in enumerate(head.steps, 1) if step.phase == "tangent"]
            if ends and head.position < ends[-1]:
                head.go(ends[-1])
