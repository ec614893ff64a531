"""Drawing parameters anew: a small window that stays open, so that seeds can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout

from graph import GradwireError
from graph import edits as e
from graph.naming import name_of
from gui.background import Background
from gui.inspector.buttons import Button
from gui.inspector.fields import ChoiceField, WholeField
from gui.inspector.labels import Label, Sentence
from gui.places import chosen_addresses
from gui.told import told_error
from runtime.training.initialising import OWN, SCHEMES, reinitialise

if TYPE_CHECKING:
    from gui.window import Window

SIZE = QSize(400, 240)
WHOLE, CHOSEN = "whole", "chosen"
NAMED = 3  # nodes that are called by their names


class InitialiseWindow(QDialog):
    """What is drawn, by which scheme, from which seed. Each press is one undo entry."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.setWindowTitle(self.tr("Draw parameters anew"))
        self._document, self._theme = window.document, window.theme
        self._asked: tuple[int, str] = (0, "")
        self.what = ChoiceField(window.theme, [], self)
        self.scheme = ChoiceField(window.theme, [(self._called(x), x) for x in SCHEMES], self)
        self.seed = WholeField(window.theme, 0, False, self)
        self.seed.show_value(self._document.root.seed)
        self.about = Label(window.theme, size=12, ink="muted", wrap=True, parent=self)
        self.problem = Sentence(window.theme, "error", self)
        self.draw = self._button(self.tr("Draw"), self.tr("Give them new numbers"), self._draw)
        self.next = self._button(
            self.tr("Draw with the next seed"),
            self.tr("Raise the seed by one and give them new numbers"),
            self._draw_next,
        )
        self._work = Background(self)
        self._work.answered.connect(self._apply)
        self._work.refused.connect(self._refuse)
        self.scheme.committed.connect(self._explain)
        self._document.selection_changed.connect(self._offer)
        self._document.replaced.connect(self._offer)
        self._lay_out()
        self._offer()
        self.what.show_value(CHOSEN if self.what.count() > 1 else WHOLE)
        self._explain()

    @property
    def is_busy(self) -> bool:
        """Whether numbers are being drawn."""
        return self._work.is_busy

    # --- inside ----------------------------------------------------------------------------

    def _draw(self) -> None:
        try:
            seed = int(self.seed.read() or 0)
        except GradwireError as error:
            self._refuse(error)
            return
        self.problem.say("")
        document = self._document
        graph, scheme = document.root.copy(), self.scheme.read()
        nodes = chosen_addresses(document) if self.what.read() == CHOSEN else None
        text = self.tr("Draw parameters: {0}, seed {1}").format(self._called(scheme), seed)
        self._asked = document.root.revision, text
        self._work.ask_long(lambda progress: reinitialise(graph, scheme, seed, nodes))

    def _draw_next(self) -> None:
        self.seed.show_value(int(self.seed.read() or 0) + 1)
        self._draw()

    def _apply(self, edit: e.Edit) -> None:
        revision, text = self._asked
        if revision != self._document.root.revision:
            self.problem.say(self.tr("The graph has changed meanwhile. Press again."), "warning")
            return
        self._document.do_at("", edit, text)

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, GradwireError):
            raise error
        self.problem.say(told_error(self._document.root, error), "error")

    def _offer(self) -> None:
        """The whole, or what is selected."""
        before, document = self.what.read(), self._document
        offered = [(self.tr("All parameters"), WHOLE)]
        if document.selection.nodes:
            addresses = chosen_addresses(document)
            names = [name_of(document.root, address) for address in addresses[:NAMED]]
            names += ["…"] if len(addresses) > NAMED else []
            offered.append((self.tr("Only of {0}").format(", ".join(names)), CHOSEN))
        self.what.offer(offered)
        self.what.show_value(before if before in [x for _, x in offered] else WHOLE)

    def _explain(self) -> None:
        self.about.say(self._explained(self.scheme.read()))

    def _called(self, scheme: str) -> str:
        return self.tr("own rules") if scheme == OWN else scheme.replace("_", " ")

    def _explained(self, scheme: str) -> str:
        kind = scheme.partition("_")[0]
        return {
            OWN: self.tr("Each module draws by its own rule."),
            "normal": self.tr("Weights with mean 0 and standard deviation 1; biases are 0."),
            "uniform": self.tr("Weights evenly from 0 to 1; biases are 0."),
            "xavier": self.tr(
                "Weights with variance 2 / (inputs + outputs), as tanh wants them; biases are 0."
            ),
            "kaiming": self.tr(
                "Weights with variance 2 / inputs, as ReLU wants them; biases are 0."
            ),
        }.get(kind) or self.tr(
            "All units of a layer begin alike. They get the same gradient, so that they stay alike:"
            " the layer is worth one unit."
        )

    def _button(self, text: str, name: str, then) -> Button:
        return Button(self._theme, text, name, then, parent=self)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        rows = (
            (self.tr("What"), self.what),
            (self.tr("Scheme"), self.scheme),
            (self.tr("Seed"), self.seed),
        )
        for row, (name, field) in enumerate(rows):
            label = Label(self._theme, name, size=12, ink="muted", parent=self)
            label.setBuddy(field)
            field.setAccessibleName(name)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        keys = QHBoxLayout()
        keys.setSpacing(8)
        keys.addWidget(self.draw)
        keys.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(grid)
        column.addWidget(self.about)
        column.addWidget(self.problem)
        column.addStretch(1)
        column.addLayout(keys)
        self.resize(SIZE)


class Initialising(QObject):
    """Opens the window, once in each window of a document."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.opened: InitialiseWindow | None = None

    def open(self) -> None:
        """Choose how parameters are drawn anew."""
        if self.opened is None:
            self.opened = InitialiseWindow(self._window)
            self.opened.finished.connect(self._forget)
        self.opened.show()
        self.opened.raise_()
        self.opened.activateWindow()
        self.opened.scheme.setFocus()

    def _forget(self) -> None:
        self.opened.deleteLater()
        self.opened = None
