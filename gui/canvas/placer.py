"""Placing modules by the search box: where it opens, and where the choice comes to stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Qt

from gui.canvas import geometry as geo
from gui.search_box import SearchBox

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView
    from gui.settings import Settings

COLUMN = 144  # between the columns of a graph
MOST_REMEMBERED = 5
STEP_ASIDE = 32  # how far a node steps aside, down and right, from one that stands there


class Placer(QObject):
    """Opens the search box, one at a time, and adds what is chosen.

    `used_last` are the modules placed last, the newest first.
    """

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self._settings: Settings | None = None
        self.used_last: list[str] = []
        self.box: SearchBox | None = None
        self._point = QPointF()
        view.document.edited.connect(self.close)
        view.document.replaced.connect(self.close)

    def keep_in(self, settings: Settings) -> None:
        """Remember between two starts what was used last."""
        self._settings = settings
        self.used_last = settings.used_modules[:MOST_REMEMBERED]

    def add(self) -> None:
        """Open the search box by keyboard: right of what is selected, else in the middle."""
        self.open(self._free_place(self._place_for_keys()))

    def open(self, point: QPointF) -> None:
        """Open the search box at a canvas point; what is chosen gets its middle there."""
        self.close()
        view = self._view
        self._point = point
        modules = tuple(view.document.graph.catalogue)
        box = SearchBox(modules, self.used_last, view.theme, view)
        box.chosen.connect(self._place)
        box.closed.connect(self._leave)
        self.box = box
        box.open_at(view.mapFromScene(point) + QPoint(4, 4), view.viewport().rect())

    def close(self) -> None:
        """Close the search box, if it is open."""
        if self.box is not None:
            self.box.close_box()

    def note_use(self, name: str) -> None:
        """A module was placed, by whatever way."""
        others = [other for other in self.used_last if other != name]
        self.used_last = [name, *others][:MOST_REMEMBERED]
        if self._settings is not None:
            self._settings.used_modules = self.used_last

    def free_middle(self) -> QPointF:
        """A place for a node's middle near the middle of the view."""
        return self._free_place(self._view.camera.centre)

    # --- inside --------------------------------------------------------------------------

    def _place(self, name: str) -> None:
        self.box = None
        view = self._view
        id_ = view.add_module_at(name, self._point)
        view.setFocus(Qt.FocusReason.PopupFocusReason)
        if id_ is not None:
            view.reveal(id_)

    def _leave(self, returns_focus: bool) -> None:
        self.box = None
        if returns_focus:
            self._view.setFocus(Qt.FocusReason.PopupFocusReason)
        self._view.viewport().update()

    def _place_for_keys(self) -> QPointF:
        """A column to the right of what is selected, else the middle of the view."""
        view = self._view
        items = view.canvas.items_by_id
        boxes = [items[id_].box() for id_ in view.document.selection.nodes if id_ in items]
        if not boxes:
            return view.camera.centre
        right = max(box[2] for box in boxes)
        top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
        return QPointF(right + COLUMN + geo.COMPACT[0] / 2, (top + bottom) / 2)

    def _free_place(self, point: QPointF) -> QPointF:
        """The point, or one aside of it, where a small node covers no other."""
        width, height = geo.COMPACT
        boxes = self._view.canvas.boxes.array
        place = QPointF(point)
        while True:
            left, top = place.x() - width / 2, place.y() - height / 2
            if not len(geo.meeting(boxes, (left, top, left + width, top + height))):
                return place
            place += QPointF(STEP_ASIDE, STEP_ASIDE)
