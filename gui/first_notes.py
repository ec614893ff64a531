"""The four notes of the first start: press Next, read an edge, change w, wire a node.

Each stands beside what it speaks about, goes when one has done what it says, and is remembered
as dismissed. They belong to the first example; Help > Show the first notes brings them back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtWidgets import QToolButton, QWidget

from graph import PortRef
from graph import edits as e
from gui.actions.keys import keys_text
from gui.actions.rows import row_of
from gui.callout import Callout, Pointers, Ring
from gui.callout_places import Ground, best_place, is_good, pointer
from gui.canvas.levels import OVERVIEW
from gui.dress import dress
from gui.examples import first_example

if TYPE_CHECKING:
    from gui.canvas.placing import Box
    from gui.window import Window

A = "FirstNotes"
MOST_POINTS = 1000  # of wires that the notes keep away from
MARGIN = 8  # pixels of the canvas's rim that stay free
CORNER = 12  # pixels from the canvas's corner to the button for all
HALO = 7  # pixels around a port that is pointed at
PARAMETER, EDGE, PORT = "w", PortRef("x1", "b"), PortRef("y_true", "y")  # of the first example


@dataclass(frozen=True, slots=True)
class Note:
    """What one note says, what it points at (in pixels of the canvas), and when it is done."""

    id: str
    lead: str
    sentence: str
    with_keys: str  # what is added where `command` has keys
    command: str
    anchor: Callable[[Window], Box | None]
    is_done: Callable[[Window, e.Edit | None], bool]


class FirstNotes(QObject):
    """Shows the notes over a window's canvas while its graph is the first example."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._view = window, window.canvas
        self.shown: dict[str, Callout] = {}
        self._offsets: dict[str, QPoint] = {}  # from what a note points at to the note
        self.pointers = Pointers(window.theme, self._view)
        self.ring = Ring(window.theme, window)
        self.all_button = self._make_all_button()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._place)
        self._listen()

    def begin(self) -> None:
        """Show the notes that were not dismissed, where there is what they speak about."""
        if not self._is_at_home():
            return
        for note in NOTES:
            if note.id not in self._window.settings.dismissed_notes and note.id not in self.shown:
                self._show(note)
        self._soon.start()

    def show_again(self) -> None:
        """Show all of them, on the first example at its start."""
        self._window.settings.dismissed_notes = []
        home: Window | None = self._window
        if not self._is_at_home():
            home = self._window.windows.open_example(first_example(), self._window)
        if home is not None:
            home.first_notes.start_over()

    def start_over(self) -> None:
        """Step from the beginning, with the focus in the first note."""
        self._window.workspaces.step()
        self._window.stepping.first()
        self.begin()
        if self._first is not None:
            self._first.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def dismiss_all(self) -> None:
        """Take all of them away, for good."""
        for id_ in list(self.shown):
            self._dismiss(id_)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The canvas has another size."""
        if event.type() == QEvent.Type.Resize and self.shown:
            self._soon.start()
        return False

    # --- inside ---------------------------------------------------------------------------

    def _make_all_button(self) -> QToolButton:
        button = dress(QToolButton(self._view), self._window.theme, "key")
        button.setText(self.tr("Dismiss all notes"))
        button.setFont(self._window.theme.font(12))
        button.setToolTip(self.tr("Help > Show the first notes brings them back."))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setFixedSize(button.sizeHint().width() + 16, 28)
        button.clicked.connect(self.dismiss_all)
        button.hide()
        return button

    def _listen(self) -> None:
        document, view = self._window.document, self._view
        document.replaced.connect(self._leave)
        document.edited.connect(self._look_at_edit)
        document.playhead_moved.connect(self._look)
        document.selection_changed.connect(self._look)
        for signal in (
            document.traced,
            view.canvas.content_changed,
            view.zoom_changed,
            view.horizontalScrollBar().valueChanged,
            view.verticalScrollBar().valueChanged,
        ):
            signal.connect(self._follow)
        view.installEventFilter(self)
        self._window.settings.changed.connect(self._spell_keys)

    def _is_at_home(self) -> bool:
        graph = self._window.document.graph
        return all(id_ in graph for id_ in (PARAMETER, EDGE.node, PORT.node))

    def _sentence(self, note: Note) -> str:
        keys = note.command and keys_text(row_of(note.command), self._window.settings)
        return f"{tr(note.sentence)} {tr(note.with_keys).format(keys) if keys else ''}".rstrip()

    def _spell_keys(self, _changed: str) -> None:
        for note in NOTES:
            if note.id in self.shown:
                self.shown[note.id].say(self._sentence(note))
        self._soon.start()

    def _show(self, note: Note) -> None:
        callout = Callout(self._window.theme, tr(note.lead), self._sentence(note), self._view)
        callout.setObjectName(note.id)
        callout.dismissed.connect(self._dismiss_sender)
        callout.hide()
        self.shown[note.id] = callout

    @property
    def _first(self) -> Callout | None:
        """The note to be read first of those that are left."""
        return next((self.shown[n.id] for n in NOTES if n.id in self.shown), None)

    def _dismiss_sender(self) -> None:
        self._dismiss(self.sender().objectName())

    def _dismiss(self, id_: str) -> None:
        settings = self._window.settings
        settings.dismissed_notes = [*settings.dismissed_notes, id_]
        self._drop(id_)
        self._soon.start()

    def _drop(self, id_: str) -> None:
        callout = self.shown.pop(id_)
        self._offsets.pop(id_, None)
        heir = next((other for other in self.shown.values() if other.isVisible()), None)
        self._hide(callout, self._view if heir is None else heir.close_button)
        callout.deleteLater()

    def _hide(self, callout: Callout, heir: QWidget) -> None:
        """Hide it after the focus has gone elsewhere, for Qt would go on as Tab does."""
        if callout.isAncestorOf(self._window.focusWidget() or self._window):
            heir.setFocus(Qt.FocusReason.OtherFocusReason)
        callout.hide()

    def _leave(self) -> None:
        """Another graph: they wait until the example is opened again."""
        for id_ in list(self.shown):
            self._drop(id_)
        self._place()

    def _follow(self) -> None:
        if self.shown:
            self._soon.start()

    def _look(self) -> None:
        self._look_at_edit(None)

    def _look_at_edit(self, edit: e.Edit | None) -> None:
        """Take away what has been done."""
        for note in NOTES:
            if note.id in self.shown and note.is_done(self._window, edit):
                self._dismiss(note.id)
        self._follow()

    # --- placing --------------------------------------------------------------------------

    def _place(self) -> None:
        self._place_all_button()
        lines, is_next_shown = [], False
        ground = self._ground() if self.shown else Ground((0, 0, 0, 0))
        for note in sorted(NOTES, key=lambda note: PLACED.index(note.id)):
            callout = self.shown.get(note.id)
            if callout is None:
                continue
            anchor = self._anchor(note)
            box = anchor and self._box(note.id, anchor, callout, ground)
            if box is None:
                self._hide(callout, self._view)
                continue
            callout.show()
            callout.move(round(box[0]), round(box[1]))
            ground = ground.with_box(box)
            lines.append(pointer(box, anchor))
            is_next_shown = is_next_shown or note.id == "next"
        self.pointers.show_lines(lines)
        self.pointers.raise_()
        for callout in self.shown.values():
            callout.raise_()
        self._surround_next(is_next_shown)

    def _place_all_button(self) -> None:
        """In the upper right corner, while there are several."""
        button = self.all_button
        button.setVisible(len(self.shown) > 1)
        button.move(self._view.width() - button.width() - CORNER, CORNER)

    def _anchor(self, note: Note) -> Box | None:
        """What a note points at, as long as it is in sight."""
        anchor = note.anchor(self._window)
        if anchor is None or self._view.zoom < OVERVIEW:
            return None
        seen = self._view.viewport().rect().adjusted(0, 0, 1, 1)
        middle = QPoint(round((anchor[0] + anchor[2]) / 2), round((anchor[1] + anchor[3]) / 2))
        return anchor if seen.contains(middle) else None

    def _box(self, id_: str, anchor: Box, callout: Callout, ground: Ground) -> Box | None:
        """Where it stood beside its anchor, as long as that is free; else the best place."""
        size = callout.fit().toTuple()
        corner = QPoint(round(anchor[0]), round(anchor[1]))
        if id_ in self._offsets:
            left, top = (corner + self._offsets[id_]).toTuple()
            box = (left, top, left + size[0], top + size[1])
            if is_good(box, anchor, ground):
                return box
        box = best_place(anchor, size, ground)
        if box is not None:
            self._offsets[id_] = QPoint(round(box[0]), round(box[1])) - corner
        return box

    def _ground(self) -> Ground:
        """What lies on the canvas now, in its pixels."""
        view, scene = self._view, self._view.canvas
        rim = view.viewport().rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        seen = view.mapToScene(view.viewport().rect()).boundingRect()
        boxes = [scene.boxes.array.reshape(-1, 4)]
        boxes.append(np.array([p.bounds for p in scene.plates(seen, view.zoom)]).reshape(-1, 4))
        over = (view.zoom_bar, view.minimap, self._window.notices, self.all_button)
        fixed = [widget for widget in over if widget.isVisible()]
        corners = np.vstack(boxes).reshape(-1, 2)
        wires = scene.wires.lines(np.arange(len(scene.wires))).reshape(-1, 2)
        return Ground(
            rim.getCoords(),
            np.vstack(
                (
                    self._to_pixels(corners).reshape(-1, 4),
                    np.array([w.geometry().getCoords() for w in fixed]).reshape(-1, 4),
                )
            ),
            self._to_pixels(wires[:: len(wires) // MOST_POINTS + 1]),
        )

    def _to_pixels(self, points: np.ndarray) -> np.ndarray:
        origin = self._view.viewportTransform().map(0.0, 0.0)
        return points * self._view.zoom + np.array(origin)

    def _surround_next(self, is_shown: bool) -> None:
        button = next_button(self._window)
        if is_shown and button is not None:
            self.ring.surround(QRect(button.mapTo(self._window, QPoint()), button.size()))
        else:
            self.ring.hide()


# --- what they point at ---------------------------------------------------------------------


def next_button(window: Window) -> QToolButton | None:
    """The button that takes a step."""
    action = window.commands.by_id["next"]
    buttons = window.timeline.findChildren(QToolButton)
    return next((b for b in buttons if b.defaultAction() is action and b.isVisible()), None)


def _above_next(window: Window) -> Box | None:
    """The rim of the canvas above the button, for the sentence lies between."""
    button, view = next_button(window), window.canvas
    if button is None:
        return None
    x = view.mapFromGlobal(button.mapToGlobal(button.rect().center())).x()
    bottom = view.viewport().height()
    return (x - 1, bottom - 2, x + 1, bottom - 1)


def _at_edge(window: Window) -> Box | None:
    """The value at the start of an edge; the start itself where no number is drawn."""
    view = window.canvas
    if EDGE not in view.canvas.wires:
        return None
    source = view.canvas.wires.source_of(EDGE)
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    for plate in view.canvas.plates(seen, view.zoom):
        if plate.kind == "value" and plate.port == source:
            return _in_pixels(window, plate.bounds)
    return _around_port(window, source)


def _at_parameter(window: Window) -> Box | None:
    item = window.canvas.canvas.items_by_id.get(PARAMETER)
    return None if item is None else _in_pixels(window, item.box())


def _at_port(window: Window) -> Box | None:
    return _around_port(window, PORT)


def _around_port(window: Window, port: PortRef) -> Box | None:
    place = window.canvas.canvas.port_place(port)
    if place is None:
        return None
    x, y, _, _ = _in_pixels(window, (*place, *place))
    return (x - HALO, y - HALO, x + HALO, y + HALO)


def _in_pixels(window: Window, box: Box) -> Box:
    start = window.canvas.mapFromScene(box[0], box[1]).toTuple()
    return (*start, *window.canvas.mapFromScene(box[2], box[3]).toTuple())


# --- when they are done -----------------------------------------------------------------------


def _has_stepped(window: Window, _edit: e.Edit | None) -> bool:
    return not window.document.playhead.is_at_start


def _has_read(window: Window, _edit: e.Edit | None) -> bool:
    return window.document.selection.edge is not None


def _has_changed(_window: Window, edit: e.Edit | None) -> bool:
    return any(isinstance(p, e.SetTensor) and p.port.node == PARAMETER for p in _parts(edit))


def _has_wired(_window: Window, edit: e.Edit | None) -> bool:
    return any(isinstance(part, e.Connect) for part in _parts(edit))


def _parts(edit: e.Edit | None) -> list[e.Edit]:
    if isinstance(edit, e.Batch):
        return [part for inner in edit.edits for part in _parts(inner)]
    return [] if edit is None else [edit]


def tr(text: str) -> str:
    """A text of the notes in the user's language."""
    return QCoreApplication.translate(A, text)


# fmt: off
NOTES = (
    Note("next", N(A, "Press Next"),
         N(A, "Each step is one node: its value first, its gradient later."),
         N(A, "{0} does the same."), "next", _above_next, _has_stepped),
    Note("edge", N(A, "Read an edge"),
         N(A, "Click it to see the value that flows, and later the gradient that comes back."),
         "", "", _at_edge, _has_read),
    Note("w", N(A, "Change w"),
         N(A, "Click w, then type another value in the inspector. Every number follows."),
         "", "", _at_parameter, _has_changed),
    Note("wire", N(A, "Wire a node"),
         N(A, "Drag from this port to a port of another node."),
         N(A, "{0} adds a node."), "add", _at_port, _has_wired),
)
# fmt: on
PLACED = ("w", "edge", "next", "wire")  # the later ones find a place more easily
