"""The section of a node's page that draws its activation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph import Module, PortRef
from gui.announcing import announce
from gui.background import Background
from gui.inspector.geometry.curve_picture import SINGLE, Acting, CurvePicture
from gui.inspector.labels import Label
from gui.numbers import format_count, format_number, format_percent
from gui.places import address_of, run_of
from gui.theme import Theme
from runtime.geometry.entrywise import ACTING, entrywise, record_of
from runtime.modules.door import Elementwise

if TYPE_CHECKING:
    from gui.document import Document
    from runtime.trace import Trace

PASSES = 4  # over the inputs: the function, its slope, the kinks, a count


class CurveView(QWidget):
    """f and its slope with the present inputs, live. Its section hides where there is no curve."""

    def __init__(self, document: Document, theme: Theme, id_: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._id = document, id_
        self._seen: tuple[object, int | None] | None = None
        self.picture = CurvePicture(theme, self)
        self.picture.setAccessibleName(self.tr("Curve and slope"))
        self.reading = Label(theme, size=12, wrap=True, parent=self)
        self.saturation = Label(theme, size=12, wrap=True, parent=self)
        self.kink = Label(theme, size=12, wrap=True, parent=self)
        self.legend = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        self._work = Background(self)
        self._work.answered.connect(self._take)
        self.picture.pointed.connect(self._read)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.picture, self.reading, self.saturation, self.kink, self.legend):
            column.addWidget(part)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._work.is_busy

    def follow(self) -> None:
        """Show the numbers as the playhead has them now."""
        shown = self._document.shown
        if shown.trace is None or shown.is_ahead(self._id):
            self._hide()
            return
        whole, t = run_of(shown.trace)
        if self._seen == (whole, t):
            return
        self._seen = whole, t
        address = address_of(self._document.place, PortRef(self._id, "")).node
        record = record_of(whole, address, t)
        size = record.ins[0].size if record is not None else 0
        self._work.ask(lambda: _acting(whole, address, t), size * PASSES)

    def _take(self, acting: Acting | None) -> None:
        section = self.parentWidget()
        if section is not None:
            section.setVisible(acting is not None)
        if acting is None:
            return
        self.picture.show_acting(acting)
        self._read(self.picture.at)
        self._say(acting)

    def _hide(self) -> None:
        self._seen = None
        self._work.drop()
        section = self.parentWidget()
        if section is not None:
            section.hide()

    def _say(self, acting: Acting) -> None:
        found, curve = acting.entrywise, acting.curve
        flat, count = int(found.flattened(curve).sum()), found.inputs.size
        self.saturation.say(self._saturated(flat, count) if curve.flat else "")
        self.saturation.setVisible(bool(curve.flat))
        at_kink = found.record.step.module.at_kink
        self.kink.say(self.tr("At a kink: {0}.").format(at_kink))
        self.kink.setVisible(bool(curve.kinks and at_kink))
        marks = self.tr("Dots: the inputs of this run.")
        if count > SINGLE:
            marks = self.tr("Bars: how many of this run's {0} inputs are there.")
            marks = marks.format(format_count(count))
        legend = self.tr("Hatched: the slope is below 5% of its greatest.")
        self.legend.say(f"{marks} {legend}" if curve.flat else marks)
        told = (self.saturation.said, self.legend.said)
        self.picture.setAccessibleDescription(" ".join(filter(None, told)))

    def _saturated(self, flat: int, count: int) -> str:
        if not flat:
            return self.tr("None of {0} inputs is saturated.").format(format_count(count))
        text = self.tr(
            "Saturated: {0} of {1} inputs ({2}). Hardly any gradient gets through there."
        )
        return text.format(format_count(flat), format_count(count), format_percent(flat / count))

    def _read(self, at: int | None) -> None:
        acting = self.picture.acting
        if acting is None or at is None:
            self.reading.say(self.tr("Point at the curve to read it."))
            return
        curve = acting.curve
        numbers = (format_number(float(part[at])) for part in (curve.x, curve.y, curve.slope))
        self.reading.say(self.tr("x = {0}: f = {1}, slope {2}").format(*numbers))
        if self.picture.hasFocus():
            announce(self.picture, self.reading.said)


def may_be_curve(kind: type[Module] | None) -> bool:
    """Whether nodes of a module may act on each number by itself; a run tells for sure."""
    return kind is not None and (issubclass(kind, Elementwise) or kind.group == ACTING)


def _acting(trace: Trace, address: str, t: int | None) -> Acting | None:
    found = entrywise(trace, address, t)
    return None if found is None else Acting.of(found)
