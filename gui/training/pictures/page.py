"""The page Pictures: what the graph does with its samples, at the newest parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.announcing import announce
from gui.inspector.fields import ChoiceField
from gui.inspector.labels import Label
from gui.training.pages import tr
from gui.training.pictures.asking import Answer, Asking
from gui.training.pictures.card import Card, offer
from gui.training.pictures.confusion_view import ConfusionView
from gui.training.pictures.filter_view import FilterView
from gui.training.pictures.plane_view import HiddenView, PlaneView
from gui.training.pictures.sample_view import SampleView, is_image
from gui.training.pictures.series_view import SeriesView, is_series
from gui.training.pictures.words import sample_text, summary_text

if TYPE_CHECKING:
    from gui.window import Window
    from runtime.training.pictures.studio import Studio
    from runtime.training.pictures.verdicts import Verdicts

WORST, GIVEN = "worst", "given"
ORDER_FOR = 1_000  # milliseconds that an order of samples stays while it trains


class PicturesPage(QWidget):
    """Cards beside each other; those that are possible for the graph are shown.

    One sample is read at a time, in all cards.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._theme = window, window.theme
        self.answer: Answer | None = None
        self.sample: int | None = None
        self._ordered = QElapsedTimer()
        self.asking = Asking(window, self)
        self.asking.answered.connect(self._take)
        window.document.opened.connect(self._forget)
        self._make_cards()
        self.loss = self._choice(tr("The loss whose comparison is shown"))
        self.loss.committed.connect(lambda: self.asking.choose_loss(self.loss.read()))
        self.part = self._choice(tr("The part of the set that is shown"))
        self.part.committed.connect(lambda: self.asking.choose_part(self.part.read()))
        self.summary = Label(self._theme, size=12, ink="muted", parent=self)
        self.reading = Label(self._theme, size=12, parent=self)
        words = tr("The pictures are being drawn.")
        self.empty = Label(self._theme, words, ink="muted", wrap=True, parent=self)
        self._lay_out()
        self._rest()
        self.setFocusProxy(self.plane.view)

    @property
    def cards(self) -> tuple[Card, ...]:
        """All cards, in their order."""
        return (
            self.plane, self.series, self.hidden, self.confusion, self.samples, self.filters,
        )  # fmt: skip

    def showEvent(self, event) -> None:
        """Catch up with what happened out of sight."""
        super().showEvent(event)
        self.asking.wake()

    def hideEvent(self, event) -> None:
        """Nobody waits for pictures."""
        super().hideEvent(event)
        self.asking.rest()

    def read(self, sample: int | None) -> None:
        """Read a sample in all cards; None goes back to none."""
        self.sample = sample
        for card in self.cards:
            card.view.show_sample(sample)
        if sample is not None and self.filters.isVisibleTo(self):
            self.asking.choose(sample=sample)
        self._say()

    # --- answers ----------------------------------------------------------------------------

    def _take(self, answer: Answer) -> None:
        self.answer = answer
        if answer.studio is None or answer.drawn is None:
            self._refuse(answer.refusal)
            return
        studio, drawn = answer.studio, answer.drawn
        self._offer(studio, drawn.verdicts)
        self.pages.setCurrentWidget(self._area)
        for card in self.cards:
            if card.isVisibleTo(self._row):
                card.view.show_drawn(studio, drawn)
        if drawn.hidden is not None:
            self.asking.remember(drawn.hidden)
        self.plane.say(drawn.refused.get("plane", ""))
        self.hidden.say(drawn.refused.get("hidden", ""))
        self.filters.say(drawn.refused.get("filters", self.filters.view.cut))
        if self.sample is not None and self.sample >= studio.count:
            self.read(None)
        self.summary.say(summary_text(studio, drawn.verdicts))
        if not self._ordered.isValid() or self._ordered.hasExpired(ORDER_FOR):
            self._put_in_order()
        self._say()

    def _offer(self, studio: Studio, verdicts: Verdicts) -> None:
        """Show the cards that the graph has, and put up what can be chosen about them."""
        has_classes = studio.reading.classes > 0
        self.plane.setVisible(studio.coordinates > 0)
        self.plane.title.say(self._plane_title(studio))
        self.series.setVisible(is_series(studio, verdicts))
        self.hidden.setVisible(bool(studio.hidden_ports))
        self.confusion.setVisible(has_classes)
        self.samples.setVisible(is_image(studio.inputs))
        self.filters.setVisible(bool(studio.convolutions))
        names = {"train": tr("training"), "validation": tr("validation"), "test": tr("test")}
        parts = [(names[part], part) for part in studio.samples.parts]
        offer(self.part, parts, studio.samples.part)
        losses = [(loss, loss) for loss in studio.subject.losses]
        offer(self.loss, losses, studio.subject.loss)
        ports = [(str(ref), ref) for ref in studio.hidden_ports]
        nodes = [(node, node) for node in studio.convolutions]
        wanted = self.asking.wanted
        port = offer(self.port, ports, wanted.port, studio.hidden_port)
        node = offer(self.node, nodes, wanted.node, next(iter(studio.convolutions), ""))
        cards = {"plane": self.plane, "hidden": self.hidden, "filters": self.filters}
        pictures = frozenset(n for n, card in cards.items() if card.isVisibleTo(self._row))
        self.asking.choose(pictures=pictures, port=port, node=node or "")

    def _forget(self) -> None:
        """Another document: what was seen is of none of its graphs."""
        self.answer = None
        self.asking.choose_loss("")
        self._ordered.invalidate()
        self.read(None)
        self._refuse(tr("The pictures are being drawn."))

    def _refuse(self, sentence: str) -> None:
        self.empty.say(sentence)
        self.pages.setCurrentWidget(self.empty)
        self.summary.say("")
        self._rest()

    def _put_in_order(self) -> None:
        """The samples that are shown as tiles, in the order that was chosen."""
        if self.answer is None:
            return
        self._ordered.restart()
        verdicts = self.answer.drawn.verdicts
        order = verdicts.worst_first if self.order.read() == WORST else range(len(verdicts))
        cell = self.confusion.view.cell
        if cell is not None and verdicts.reading.classes:
            truth, found = verdicts.true, verdicts.found
            order = [s for s in order if (truth[s], found[s]) == cell]
        self.samples.view.show_order(order)

    # --- inside -----------------------------------------------------------------------------

    def _choice(self, name: str) -> ChoiceField:
        """A choice at the foot; hidden until there is something to choose."""
        field = ChoiceField(self._theme, [], self)
        field.setAccessibleName(name)
        field.setToolTip(name)
        field.setFont(self._theme.font(12))
        field.setMinimumContentsLength(9)
        field.hide()
        return field

    def _make_cards(self) -> None:
        theme, row = self._theme, QWidget(self)
        self._row = row
        self.plane = Card(theme, tr("Decisions"), PlaneView(theme), row)
        self.series = Card(theme, tr("Sequence"), SeriesView(theme), row)
        self.hidden = Card(theme, tr("Hidden space"), HiddenView(theme), row)
        self.port = self.hidden.add_choice(tr("The port that is shown"))
        self.port.committed.connect(lambda: self.asking.choose(port=self.port.read()))
        self.confusion = Card(theme, tr("Confusion"), ConfusionView(theme), row)
        self.confusion.view.picked.connect(self._pick)
        self.samples = Card(theme, tr("Samples"), SampleView(theme), row, scrolls=True)
        self.order = self.samples.add_choice(tr("The order of the samples"))
        self.order.offer([(tr("worst first"), WORST), (tr("as they come"), GIVEN)])
        self.order.committed.connect(self._reorder)
        self.filters = Card(theme, tr("Filters"), FilterView(theme), row, scrolls=True)
        self.node = self.filters.add_choice(tr("The convolution that is shown"))
        self.node.committed.connect(lambda: self.asking.choose(node=self.node.read()))
        for card in self.cards:
            card.hide()
            card.view.pointed.connect(self._point)
            card.view.chosen.connect(self._choose)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self._row)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(24)
        for card in self.cards:
            row.addWidget(card, 1 if card is self.samples else 0)
        row.addStretch(0)
        self._area = QScrollArea(self, widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(self._row)
        self._area.viewport().setAutoFillBackground(False)
        self._row.setAutoFillBackground(False)
        self.empty.setMargin(16)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self._area)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 2, 12, 6)
        foot.setSpacing(16)
        foot.addWidget(self.reading, 1)
        foot.addWidget(self.summary)
        foot.addWidget(self.loss)
        foot.addWidget(self.part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.pages, 1)
        column.addLayout(foot)

    def _plane_title(self, studio: Studio) -> str:
        if studio.coordinates == 1:
            return tr("Curve")
        return tr("Decisions") if studio.reading.classes else tr("Surface")

    def _pick(self, cell: tuple[int, int] | None) -> None:
        self._put_in_order()
        if cell is not None:
            text = self.confusion.view.words(cell)
            self.reading.say(text)
            announce(self.confusion.view, text)
        else:
            self._say()

    def _reorder(self) -> None:
        if self.answer is not None and self.answer.drawn is not None:
            self._put_in_order()

    def _point(self, sample: int | None) -> None:
        """What is under the pointer is told; what was chosen stays read."""
        self._say(sample)

    def _choose(self, sample: int) -> None:
        self.read(sample)
        announce(self, self.reading.said)

    def _say(self, pointed: int | None = None) -> None:
        sample = self.sample if pointed is None else pointed
        answer = self.answer
        drawn = None if answer is None else answer.drawn
        if sample is None or drawn is None or sample >= len(drawn.verdicts):
            self._rest()
            return
        self.reading.say(sample_text(answer.studio, drawn.verdicts, sample))

    def _rest(self) -> None:
        has_some = self.answer is not None and self.answer.studio is not None
        self.reading.say(tr("Point at a sample to read it.") if has_some else "")
