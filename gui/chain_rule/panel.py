"""The drawer's tab: what is explained is chosen at the left, and written out at the right."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from graph import GradwireError
from gui.background import SMALL, Background
from gui.chain_rule.copying import open_menu
from gui.chain_rule.light import choose, overlay_of
from gui.chain_rule.seen import Sight, seen
from gui.chain_rule.sheet import Sheet, formula_size
from gui.chain_rule.subject import PairSubject, PathSubject, Subject, current_step, selected
from gui.chain_rule.typeset import Typeset, typeset
from gui.formula.face import family
from gui.inspector.buttons import Button
from gui.inspector.fields import ChoiceField
from gui.inspector.labels import Label
from gui.port_field import EndFields
from gui.theme import Theme
from gui.told import told_error

if TYPE_CHECKING:
    from gui.canvas.overlay import Overlays
    from gui.document import Document
    from runtime.explaining import Of
    from runtime.trace import Trace

SIDE = 184  # pixels of the left column
KEPT = 64  # explanations that are at hand when one steps back and forth
SOON_MS = 150  # what takes longer hides what was shown before
KEY = "chain rule"  # of the overlay
STEP, SELECTION, PAIR, PATH = "step", "selection", "pair", "path"


class ChainRulePanel(QWidget):
    """Follows the playhead, the selection and the run while it is in sight."""

    def __init__(
        self, document: Document, theme: Theme, overlays: Overlays, parent: QWidget | None = None
    ) -> None:
        """`overlays` are those of the canvas: the line that is pointed at lights its edge there."""
        super().__init__(parent)
        self._document, self._theme, self._overlays = document, theme, overlays
        self._subject: Subject | None = None
        self._path: PathSubject | None = None  # the one that was written out last
        self._trace: Trace | None = None
        self._all: tuple[Typeset, ...] = ()
        self._kept: dict[Subject, tuple[Typeset, ...]] = {}
        family()  # read by the window's thread, before another one measures
        self._work = Background(self)
        self._work.answered.connect(self._take)
        self._work.refused.connect(self._refuse)
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(lambda: self._say(self.tr("Working it out")))
        self._make(theme)
        self._lay_out()
        self._listen()

    def write_path(self, path: PathSubject) -> None:
        """Write one path out; it stays among the choices."""
        if self.choice.findData(PATH) < 0:
            self.choice.addItem(self.tr("One path"), PATH)
        self._path = path
        self.choice.show_value(PATH)
        self._follow()

    @property
    def is_busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._work.is_busy

    def showEvent(self, event) -> None:
        """Catch up with what happened out of sight."""
        super().showEvent(event)
        self._follow_run()

    def hideEvent(self, event) -> None:
        """Nobody waits for an answer."""
        super().hideEvent(event)
        self._work.drop()
        self._subject = None
        self._light(None)

    # --- making ---------------------------------------------------------------------------

    def _make(self, theme: Theme) -> None:
        choices = [
            (self.tr("The current step"), STEP),
            (self.tr("What is selected"), SELECTION),
            (self.tr("Two ports"), PAIR),
        ]
        self.choice = ChoiceField(theme, choices, self)
        self.choice.setAccessibleName(self.tr("What is written out"))
        self.choice.setToolTip(self.tr("What is written out"))
        self.ends = EndFields(self._document, theme, self)
        self.copy = Button(
            theme,
            self.tr("Copy…"),
            self.tr("Copy what is written out, as LaTeX, as Markdown or as a picture"),
            self._open_menu,
            icon_name="copy",
            parent=self,
        )
        self.sheet = Sheet(theme, self)
        self.nothing = Label(theme, size=13, ink="muted", wrap=True, parent=self)
        self.nothing.setContentsMargins(16, 12, 16, 0)

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        side.setContentsMargins(12, 8, 4, 8)
        side.setSpacing(8)
        for part in (self.choice, self.ends, self.copy):
            part.setFixedWidth(SIDE)
            side.addWidget(part)
        side.addStretch(1)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.addWidget(self.nothing)
        right.addWidget(self.sheet, 1)
        right.addStretch(0)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(side)
        row.addLayout(right, 1)
        self.setFocusProxy(self.choice)
        self.ends.hide()

    def _listen(self) -> None:
        document = self._document
        document.traced.connect(self._follow_run)
        document.replaced.connect(self._follow_run)
        document.playhead_moved.connect(self._follow)
        document.playhead.limited.connect(self._follow)
        document.selection_changed.connect(self._follow)
        self.choice.committed.connect(self._follow)
        self.ends.changed.connect(self._follow)
        self.sheet.is_linked = True
        self.sheet.pointed.connect(self._light)
        self.sheet.chosen.connect(partial(choose, document))
        self.sheet.menu_wanted.connect(self._open_menu_at)
        self._theme.changed.connect(self._follow_theme)

    # --- following ------------------------------------------------------------------------

    def _follow_run(self) -> None:
        if self.isVisible():
            self.ends.follow()
            self._follow()

    def _follow_theme(self) -> None:
        """Another size of text is another layout; other inks are the sheet's business."""
        self._kept.clear()
        self._subject = None
        self._follow()

    def _follow(self) -> None:
        if not self.isVisible():
            return
        self.ends.setVisible(self.choice.read() == PAIR)
        self.ends.follow_selection()
        trace = self._document.whole_trace
        if trace is not self._trace:
            self._trace, self._subject = trace, None
            self._kept.clear()
        subject = self._wanted()
        if subject is None or trace is None:
            self._subject = None
            self._work.drop()
            self._soon.stop()
            self._say(self._why_nothing())
        elif subject == self._subject:
            self._show()
        else:
            self._ask(subject, trace)

    def _wanted(self) -> Subject | None:
        choice, document = self.choice.read(), self._document
        if document.whole_trace is None:
            return None
        if choice == STEP:
            return current_step(document)
        if choice == SELECTION:
            return selected(document)
        if choice == PATH:
            return self._path
        ends = self.ends.moments
        return None if ends is None else PairSubject(*ends)

    def _ask(self, subject: Subject, trace: Trace) -> None:
        self._subject = subject
        if subject in self._kept:
            self._work.drop()
            self._take((subject, self._kept[subject]))
            return
        size = formula_size(self._theme)
        self._soon.start()
        if isinstance(subject, PairSubject | PathSubject):  # a total derivative may take a while
            self._work.ask_long(lambda _: (subject, typeset(subject.explain(trace), size)))
        else:
            self._work.ask(lambda: (subject, typeset(subject.explain(trace), size)), SMALL + 1)

    # --- showing --------------------------------------------------------------------------

    def _take(self, answer: tuple[Subject, tuple[Typeset, ...]]) -> None:
        self._soon.stop()
        subject, self._all = answer
        while len(self._kept) >= KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[subject] = self._all
        self._show()

    def _show(self) -> None:
        if self._work.is_busy:
            return
        sight, subject = Sight(self._document), self._subject
        is_known = True
        if isinstance(subject, PairSubject | PathSubject):
            is_known = sight.derives(subject.source, subject.target)
        empty = self.tr("Open the composite: what is inside it is written out step by step.")
        self._say("" if self._all else empty)
        self.sheet.show_all(seen(self._all, sight, is_known=is_known))

    def _say(self, text: str) -> None:
        """A sentence in place of formulas; without one the formulas are there."""
        self.nothing.say(text)
        self.nothing.setVisible(bool(text))
        self.sheet.setVisible(not text)
        self.copy.setEnabled(not text)

    def _why_nothing(self) -> str:
        if self._document.whole_trace is None:
            return self.tr("The graph has not run yet.")
        if self.choice.read() == STEP:
            return self.tr("The playhead is at the start: take a step, and its rule stands here.")
        if self.choice.read() == SELECTION:
            return self.tr("Select a node or an edge.")
        return self.tr("The run has no floating ports.")

    def _refuse(self, error: Exception) -> None:
        self._soon.stop()
        if not isinstance(error, GradwireError | MemoryError):
            raise error
        self._say(told_error(self._document.root, error))

    def _light(self, of: Of | None) -> None:
        overlay = None if of is None else overlay_of(self._document, of)
        if overlay is None:
            self._overlays.take_away(KEY)
        else:
            self._overlays.put(KEY, overlay)

    def _open_menu(self) -> None:
        self._open_menu_at(self.copy.mapToGlobal(QPoint(0, self.copy.height())))

    def _open_menu_at(self, place: QPoint) -> None:
        open_menu(self.sheet, self, place)
