"""Tells a screen reader what changes: where the keys are, what is selected, steps and refusals."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent

from graph import edits as e
from gui.accessible import words
from gui.accessible.factory import places_of
from gui.accessible.places import PlaceInterface
from gui.announcing import announce
from gui.canvas.touched import touched_nodes
from gui.canvas.view import CanvasView
from gui.canvas.ways import Place
from gui.sentence import sentence_of

Event = QAccessible.Event


class Teller(QObject):
    """Listens to one canvas and its document; silent as long as nobody listens to it.

    `said` is emitted with each sentence that was announced, and whether it was urgent.
    """

    said = Signal(str, bool)

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._document = view, view.document
        self._places = places_of(view)
        self._focused: Place | None = None
        self._urgent: dict[tuple[str | None, str], str] = {}
        document = self._document
        view.focus.changed.connect(self._tell_focus)
        document.selection_changed.connect(self._tell_selection)
        document.playhead_moved.connect(self._tell_step)
        document.edited.connect(self._after_edit)
        document.replaced.connect(self._start_anew)
        document.traced.connect(self._tell_numbers)
        document.checked.connect(self._tell_problems)
        view.marking.told.connect(self.say)
        view.framing.told.connect(self.say)
        view.bends.told.connect(self.say)
        document.refused.connect(self._tell_refusal)
        document.failed.connect(self._tell_refusal)

    def say(self, sentence: str, assertive: bool = False) -> None:
        """Have a sentence read."""
        if sentence and QAccessible.isActive():
            announce(self._view, sentence, assertive)
            self.said.emit(sentence, assertive)

    # --- what changed --------------------------------------------------------------------

    def _tell_focus(self) -> None:
        place = self._view.canvas.focused
        if place == self._focused:
            return
        self._focused = place
        if place is not None and QAccessible.isActive():
            _send(self._places.of(place), Event.Focus)

    def _tell_selection(self) -> None:
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleEvent(self._view, Event.SelectionWithin))

    def _tell_step(self) -> None:
        if QAccessible.isActive():
            self.say(str(sentence_of(self._document)))

    def _tell_refusal(self, sentence: str) -> None:
        self.say(sentence, assertive=True)

    def _tell_numbers(self) -> None:
        """Values are read when asked; where the keys are they are new now."""
        if self._focused is not None and QAccessible.isActive():
            _send(self._places.known(self._focused), Event.DescriptionChanged)

    def _tell_problems(self) -> None:
        """What has gone wrong since the last check; the rest was said already."""
        before, self._urgent = self._urgent, words.urgent(self._view.canvas)
        for key in self._urgent.keys() - before.keys():
            self.say(self._urgent[key], assertive=True)

    def _after_edit(self, edit: e.Edit) -> None:
        if not QAccessible.isActive():
            self._places.prune()
            return
        scene = self._view.canvas
        for id_ in touched_nodes(edit):
            known = self._places.known(id_)
            if id_ in scene.items_by_id:
                _send(known or self._places.of(id_), _news(edit, known))
            elif known is not None:
                _send(known, Event.ObjectDestroyed)
        self._places.prune()

    def _start_anew(self) -> None:
        self._focused, self._urgent = None, {}
        self._places.clear()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleEvent(self._view, Event.ObjectReorder))


def _news(edit: e.Edit, known: PlaceInterface | None) -> QAccessible.Event:
    if known is None:
        return Event.ObjectCreated
    is_name = isinstance(edit, e.SetNode) and "label" in edit.values
    return Event.NameChanged if is_name else Event.DescriptionChanged


def _send(about: PlaceInterface | None, what: QAccessible.Event) -> None:
    if about is not None:
        QAccessible.updateAccessibility(QAccessibleEvent(about, what))
