"""The drawer: what is wrong with the graph, as a list. A click goes there."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph import Problem
from gui.document import Document
from gui.icons import icon
from gui.theme import Theme

HEAD = 32
HEIGHT = 160
PROBLEM = Qt.ItemDataRole.UserRole
ORDER = {"error": 0, "warning": 1, "hint": 2}


class ProblemsModel(QAbstractListModel):
    """The check's problems, errors first, and the failure of the run before all."""

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._theme = document, theme
        self.problems: tuple[Problem, ...] = ()
        document.checked.connect(self.follow)
        document.traced.connect(self.follow)
        document.replaced.connect(self.follow)

    def follow(self) -> None:
        """Read the document's check anew."""
        problems = problems_of(self._document)
        if problems != self.problems:
            self.beginResetModel()
            self.problems = problems
            self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """One row a problem."""
        return 0 if parent.isValid() else len(self.problems)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole):
        """The sentence, and a drawing of how severe it is."""
        if not index.isValid() or index.row() >= len(self.problems):
            return None
        problem = self.problems[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return problem.message
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{problem.severity}: {problem.message}"
        if role == Qt.ItemDataRole.DecorationRole:
            ink = self._theme.color("error" if problem.severity == "error" else "text")
            return icon(problem.severity, ink)
        return problem if role == PROBLEM else None


class Drawer(QWidget):
    """The panel under the timeline. It is closed until somebody opens it."""

    chosen = Signal(object)  # the problem to go to
    closed = Signal()

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.model = ProblemsModel(document, theme, self)
        self.list = QListView(self)
        self.list.setObjectName("flat")
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(16, 16))
        self.list.setAccessibleName(self.tr("Problems"))
        self.list.clicked.connect(self._choose)
        self.list.activated.connect(self._choose)
        self.title = QLabel(self.tr("Problems"), self)
        self.title.setFont(theme.font(12, 600))
        self._empty = QLabel(self.tr("Nothing is wrong with this graph."), self, objectName="muted")
        self._empty.setContentsMargins(12, 0, 0, 0)
        self._lay_out()
        self.model.modelReset.connect(self._follow)
        self._follow()

    def _lay_out(self) -> None:
        self.close_button = QToolButton(self, objectName="flat")
        self.close_button.setToolTip(self.tr("Close the list of problems."))
        self.close_button.setAccessibleName(self.tr("Close problems"))
        self.close_button.clicked.connect(self.closed)
        self._theme.changed.connect(self._dye)
        self._dye()
        head = QHBoxLayout()
        head.setContentsMargins(12, 0, 8, 0)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._empty)
        column.addWidget(self.list, 1)
        self.close_button.setFixedSize(HEAD - 4, HEAD - 4)
        self.setFixedHeight(HEIGHT)
        self.setFocusProxy(self.list)

    def _dye(self) -> None:
        self.close_button.setIcon(icon("close", self._theme.color("text")))

    def _follow(self) -> None:
        self._empty.setVisible(not self.model.problems)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(PROBLEM))


def problems_of(document: Document) -> tuple[Problem, ...]:
    """All that is wrong now, the worst first."""
    found = list(document.check.problems) if document.check else []
    target = document.check.target_problem if document.check else None
    if target is not None and target not in found and document.graph.nodes:
        found.append(target)
    failure = document.trace.failure if document.trace and document.is_fresh else None
    if failure is not None:
        found.insert(0, Problem("error", "failed", failure.node, None, failure.message))
    return tuple(sorted(found, key=lambda problem: ORDER[problem.severity]))


def severe(problems: tuple[Problem, ...]) -> tuple[int, int]:
    """How many errors and how many warnings; hints do not count."""
    words = [problem.severity for problem in problems]
    return words.count("error"), words.count("warning")
