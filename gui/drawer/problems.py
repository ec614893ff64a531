"""What is wrong with the graph, as a list. A click goes there, a button mends it."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtWidgets import (
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from graph import Problem
from gui.document import Document
from gui.dress import dress, mute
from gui.icons import icon
from gui.mend_buttons import MendButtons
from gui.mending import mend_now
from gui.origins import origin_problem
from gui.theme import Theme
from gui.told import told

ROW = 32
MAX_BUTTONS = 64  # rows that get buttons; the rest is mended from the nodes' own pages
PROBLEM = Qt.ItemDataRole.UserRole
ORDER = {"error": 0, "warning": 1, "hint": 2}
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ProblemsModel(QAbstractListModel):
    """The check's problems, errors first, and the failure of the run before all."""

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._theme = document, theme
        self.problems: tuple[Problem, ...] = ()
        self._sentences: tuple[str, ...] = ()
        document.checked.connect(self.follow)
        document.traced.connect(self.follow)
        document.edited.connect(self.follow)
        document.replaced.connect(self.follow)
        document.playhead_moved.connect(self._follow_playhead)
        self.follow()

    def follow(self) -> None:
        """Read the document's check anew; another label is another sentence."""
        problems = problems_of(self._document)
        sentences = tuple(told(self._document.root, problem) for problem in problems)
        if problems != self.problems or sentences != self._sentences:
            self.beginResetModel()
            self.problems, self._sentences = problems, sentences
            self.endResetModel()

    def _follow_playhead(self) -> None:
        """Where NaN comes from is told in full when the playhead has come there."""
        trace = self._document.whole_trace
        if trace is not None and trace.origin is not None:
            self.follow()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """One row a problem."""
        return 0 if parent.isValid() else len(self.problems)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole):
        """The sentence, and a drawing of how severe it is."""
        if not index.isValid() or index.row() >= len(self.problems):
            return None
        problem, sentence = self.problems[index.row()], self._sentences[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return sentence
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{problem.severity}: {sentence}"
        if role == Qt.ItemDataRole.DecorationRole:
            ink = self._theme.color("error" if problem.severity == "error" else "text")
            return icon(problem.severity, ink)
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, ROW)
        return problem if role == PROBLEM else None


class _Sentences(QStyledItemDelegate):
    """A sentence is cut off before the buttons of its row, not under them."""

    def paint(self, painter, option, index) -> None:
        own = QStyleOptionViewItem(option)
        self.initStyleOption(own, index)
        view = own.widget
        style = view.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, own, painter, view)
        buttons = view.indexWidget(index)
        if buttons is not None:
            own.rect.setRight(own.rect.right() - buttons.sizeHint().width() - 8)
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, own, painter, view)


class ProblemsPanel(QWidget):
    """The list, and a sentence where it is empty."""

    chosen = Signal(object)  # the problem to go to
    shown = Signal(object)  # the problem that the arrows came to: the focus stays here

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._theme = document, theme
        self.model = ProblemsModel(document, theme, self)
        self.list = dress(QListView(self), theme, "rows")
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Sentences(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(16, 16))
        self.list.setAccessibleName(self.tr("Problems"))
        self.list.clicked.connect(self._choose)
        self.list.activated.connect(self._choose)
        self.list.installEventFilter(self)
        self._empty = mute(QLabel(self.tr("Nothing is wrong with this graph."), self))
        self._empty.setContentsMargins(12, 0, 0, 0)
        self._lay_out()
        self._row, self._is_following = 0, False
        self.model.modelAboutToBeReset.connect(self._remember)
        self.model.modelReset.connect(self._follow)
        self.list.selectionModel().currentChanged.connect(self._show)
        self._follow()

    def buttons(self, row: int) -> MendButtons | None:
        """The buttons of a row, where its problem can be mended for sure."""
        return self.list.indexWidget(self.model.index(row, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter mends the current problem, Right goes to its buttons."""
        if event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        index = self.list.currentIndex()
        if event.key() in ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return self._mend(index)
        if event.key() == Qt.Key.Key_Right and index.isValid():
            return self._enter_buttons(index)
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._empty)
        column.addWidget(self.list, 1)
        self.setFocusProxy(self.list)

    def _remember(self) -> None:
        self._row = max(self.list.currentIndex().row(), 0)

    def _follow(self) -> None:
        self._empty.setVisible(not self.model.problems)
        mended = [row for row, problem in enumerate(self.model.problems) if problem.mends]
        for row in mended[:MAX_BUTTONS]:
            self.list.setIndexWidget(self.model.index(row, 0), self._row_of_buttons(row))
        if self.model.problems:
            row = min(self._row, len(self.model.problems) - 1)
            self._is_following = True
            self.list.setCurrentIndex(self.model.index(row, 0))
            self._is_following = False

    def _row_of_buttons(self, row: int) -> MendButtons:
        buttons = MendButtons(self._document, self._theme, self.list.viewport())
        buttons.align_right()
        buttons.offer(self.model.problems[row].mends)
        buttons.left.connect(self.list.setFocus)
        return buttons

    def _enter_buttons(self, index: QModelIndex) -> bool:
        buttons = self.buttons(index.row())
        if buttons is None:
            return False
        buttons.buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _mend(self, index: QModelIndex) -> bool:
        problem = index.data(PROBLEM)
        if problem is not None and problem.mends:
            mend_now(self._document, problem.mends[0])
        return True

    def _show(self, index: QModelIndex) -> None:
        if self.list.hasFocus() and index.isValid() and not self._is_following:
            self.shown.emit(index.data(PROBLEM))

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(PROBLEM))


def problems_of(document: Document) -> tuple[Problem, ...]:
    """All that is wrong now anywhere in the document, the worst first."""
    check, trace = document.whole_check, document.whole_trace
    found = list(check.problems) if check else []
    target = check.target_problem if check else None
    if target is not None and target not in found and document.root.nodes:
        found.append(target)
    failure = trace.failure if trace and document.is_fresh else None
    if failure is not None:
        found.insert(0, Problem("error", "failed", failure.node, None, failure.message))
    origin = origin_problem(document)
    if origin is not None:
        found.insert(0, origin)
    return tuple(sorted(found, key=lambda problem: ORDER[problem.severity]))


def counted(problems: tuple[Problem, ...]) -> tuple[int, int, int]:
    """How many errors, warnings and hints."""
    words = [problem.severity for problem in problems]
    return words.count("error"), words.count("warning"), words.count("hint")
