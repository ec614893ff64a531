"""Where one looks: along which directions, and from which entries or seed."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from graph import PortRef
from graph.naming import name_of
from gui.inspector.buttons import Button
from gui.inspector.fields import ChoiceField
from gui.inspector.geometry.coordinates import IndexField
from gui.inspector.labels import Label
from gui.theme import Theme
from gui.training.landscape.question import Asked, Kind, Scene
from gui.training.landscape.words import explained, kind_name, tr
from runtime.training.landscape.objective import Entry

INDEX = 60  # pixels of an index
Names = dict[PortRef, str]
Shapes = dict[PortRef, tuple[int, ...]]
KINDS: tuple[Kind, ...] = ("entries", "gradient", "random", "main")


class EntryField(QWidget):
    """One number of the parameters: which tensor, and where in it."""

    changed = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shapes: Shapes = {}
        self.tensor = ChoiceField(theme, [], self)
        self.tensor.setFont(theme.font(12))
        self.tensor.setAccessibleName(tr("{0}: parameter").format(name))
        self.index = IndexField(theme, tr("{0}: entry").format(name), self)
        self.index.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.index.setFixedWidth(INDEX)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.tensor, 1)
        row.addWidget(self.index)
        self.tensor.committed.connect(self._turn)
        self.index.valueChanged.connect(lambda _: self.changed.emit())

    @property
    def entry(self) -> Entry | None:
        """The chosen one; None for none."""
        ref = self.tensor.read()
        if ref is None:
            return None
        shape, rest, found = self._shapes[ref], max(self.index.value(), 0), []
        for size in reversed(shape):
            rest, at = divmod(rest, size)
            found.append(at)
        return Entry(ref, tuple(reversed(found)))

    @property
    def name(self) -> str:
        """What the chosen one is called: `hidden.weight[0, 1]`."""
        entry = self.entry
        if entry is None:
            return ""
        at = ", ".join(map(str, entry.index))
        return f"{self.tensor.currentText()}[{at}]" if at else self.tensor.currentText()

    def offer(self, names: Names, shapes: Shapes, *, may_be_none: bool) -> None:
        """Put the parameters up for choice; what was chosen stays where it can."""
        before, at = self.tensor.read(), self.index.value()
        self._shapes = shapes
        choices = [(names[ref], ref) for ref in shapes]
        self.tensor.offer([(tr("none"), None), *choices] if may_be_none else choices)
        if before in shapes:
            self.tensor.show_value(before)
        self._fit()
        self._put(at if before in shapes else 0)

    def choose(self, entry: Entry | None, position: int = 0) -> None:
        """Show an entry, which stands so far into its tensor."""
        self.tensor.show_value(entry.port if entry is not None else None)
        self._fit()
        self._put(position)

    def _put(self, at: int) -> None:
        self.index.blockSignals(True)
        self.index.setValue(at)
        self.index.blockSignals(False)

    def _turn(self) -> None:
        self._fit()
        self._put(0)
        self.changed.emit()

    def _fit(self) -> None:
        shape = self._shapes.get(self.tensor.read(), ())
        self.index.blockSignals(True)
        self.index.set_shape(shape, may_be_none=False)
        self.index.blockSignals(False)
        self.index.setVisible(math.prod(shape) > 1)


class Controls(QWidget):
    """The column beside the picture; `changed` says that one looks elsewhere."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.seed = 0
        self._has_chosen = False
        self.kind = ChoiceField(theme, [(kind_name(kind), kind) for kind in KINDS], self)
        self.kind.setAccessibleName(tr("Where to look"))
        self.about = Label(theme, size=12, ink="muted", wrap=True, parent=self)
        self.first = EntryField(theme, tr("Across"), self)
        self.second = EntryField(theme, tr("Up"), self)
        self.draw = Button(
            theme,
            tr("Other directions"),
            tr("Draw two other random directions"),
            self._draw,
            icon_name="random",
            parent=self,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (self.kind, self.first, self.second, self.draw, self.about):
            column.addWidget(part)
        self.kind.committed.connect(self._turn)
        for field in (self.first, self.second):
            field.changed.connect(self._choose)
        self._show_parts()

    @property
    def asked(self) -> Asked:
        """Where one looks, in whatever window."""
        kind: Kind = self.kind.read()
        if kind != "entries":
            return Asked(kind, seed=self.seed)
        found = {x.entry: x.name for x in (self.first, self.second) if x.entry is not None}
        return Asked(kind, tuple(found), tuple(found.values()))

    def look(self, kind: Kind) -> None:
        """Look along other directions."""
        self.kind.show_value(kind)
        self._turn()

    def offer(self, scene: Scene, graph) -> None:
        """Offer the parameters of a graph; at first the first two numbers."""
        shapes = dict(scene.objective.parameters.shapes)
        names = {ref: _called(graph, ref) for ref in shapes}
        is_new = self.first.tensor.read() not in shapes
        self.first.offer(names, shapes, may_be_none=False)
        self.second.offer(names, shapes, may_be_none=True)
        if is_new or not self._has_chosen:
            self._choose_first(scene)
        has_way = scene.way is not None
        self._offer_kinds(has_way=has_way, is_plane=scene.objective.size > 1)

    # --- inside ----------------------------------------------------------------------------

    def _choose_first(self, scene: Scene) -> None:
        objective = scene.objective
        self._has_chosen = False
        for field, place in ((self.first, 0), (self.second, 1)):
            if place >= objective.size:
                field.choose(None)
                continue
            entry = objective.entry(place)
            start = objective.parameters.stretches[entry.port].start
            field.choose(entry, place - start)

    def _offer_kinds(self, *, has_way: bool, is_plane: bool) -> None:
        """Only what can be looked along."""
        before = self.kind.read()
        offered = [
            kind
            for kind in KINDS
            if (kind != "main" or has_way) and (kind not in ("random", "main") or is_plane)
        ]
        self.kind.offer([(kind_name(kind), kind) for kind in offered])
        self.kind.show_value(before if before in offered else offered[0])
        self._show_parts()

    def _choose(self) -> None:
        self._has_chosen = True
        self.changed.emit()

    def _turn(self) -> None:
        self._show_parts()
        self.changed.emit()

    def _draw(self) -> None:
        self.seed += 1
        self.changed.emit()

    def _show_parts(self) -> None:
        kind = self.kind.read()
        for field in (self.first, self.second):
            field.setVisible(kind == "entries")
        self.draw.setVisible(kind == "random")
        self.about.say(explained(kind))


def _called(graph, ref: PortRef) -> str:
    """A parameter as one calls it: a source by its node alone."""
    name = name_of(graph, ref.node)
    return name if ref.port == "y" else f"{name}.{ref.port}"
