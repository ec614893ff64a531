"""The canvas: a view on the scene that turns mouse, wheel and keys into gestures and edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from graph import PortRef
from gui.canvas import menus, overview, printing, tips, ways
from gui.canvas.aligning import Aligning
from gui.canvas.autopan import AutoPan
from gui.canvas.bends import Bends
from gui.canvas.bypassing import toggle_bypass
from gui.canvas.camera import Camera
from gui.canvas.carrying import Carrying
from gui.canvas.cut_stroke import CutStroke, is_stroke
from gui.canvas.deleting import delete_and_reconnect, delete_selection
from gui.canvas.dragging import Dragging
from gui.canvas.drops import Drops
from gui.canvas.entering import Entering
from gui.canvas.extent import EXTENT
from gui.canvas.focus import KeyFocus
from gui.canvas.frame_gestures import Hit, frame_at
from gui.canvas.framing import Framing
from gui.canvas.gestures import Pan
from gui.canvas.inline_edit import InlineEdits
from gui.canvas.keys import press_key
from gui.canvas.levels import OVERVIEW, PORTS_FROM
from gui.canvas.marking import Marking
from gui.canvas.minimap import Minimap
from gui.canvas.navigation import Navigation
from gui.canvas.placer import Placer
from gui.canvas.pressing import cursor_at, edge_at, gesture_at, open_at
from gui.canvas.refusals import Refusals
from gui.canvas.scene import CanvasScene
from gui.canvas.zoom_bar import ZoomBar

if TYPE_CHECKING:
    from gui.document import Document
    from gui.theme import Theme

EDGE = 12  # pixels that are kept between what is revealed and the view's edge


class CanvasView(QGraphicsView):
    """Shows a document's graph and edits it with the mouse.

    `zoom_changed` tells the zoom, 1 being 100 %.
    """

    zoom_changed = Signal(float)
    entry_dropped = Signal(str, QPointF)  # an entry of the library, and where
    fragment_dropped = Signal(str, QPointF)  # a composite of another window, and where
    menu_wanted = Signal(str, QPointF, QPoint, bool)  # of what, where (canvas, screen), by key

    scene_type = CanvasScene

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document, self.theme = document, theme
        # QGraphicsView does not keep its scene alive.
        self.canvas = self.scene_type(document, theme, self)
        self.camera = Camera(self)
        self.dragging = Dragging(self)
        self.navigation = Navigation(self)
        self.autopan = AutoPan(self)
        self.overlays: list[Callable[[QPainter], None]] = []  # what others paint above the nodes
        self.drops = Drops(self)
        self.placer = Placer(self)
        self._set_up()
        self.focus = KeyFocus(self)
        self.marking = Marking(self)
        self.aligning = Aligning(self)
        self.framing = Framing(self)
        self.bends = Bends(self)
        self.carrying = Carrying(self)
        tips.PlaceTips(self)
        self.refusals = Refusals(self)
        self.inline = InlineEdits(self)
        self.entering = Entering(self)
        self.minimap = Minimap(self)
        self.zoom_bar = ZoomBar(self)

    def _set_up(self) -> None:
        self.setScene(self.canvas)
        self.setSceneRect(-EXTENT, -EXTENT, 2 * EXTENT, 2 * EXTENT)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(
            QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing  # items bring their margin
        )
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Canvas"))
        self.viewport().setAccessibleName(self.tr("Over the canvas"))
        self.document.replaced.connect(self._start_anew)
        self.document.traced.connect(self.camera.fit_again)  # numbers stand beside the target
        # Gestures end before their edit; an edit during one (undo by key) calls it off.
        self.document.edited.connect(self.cancel_gesture)
        self.document.edited.connect(self.camera.unfit)

    # --- what others ask for -------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """The zoom; 1 is 100 %."""
        return self.camera.zoom

    def zoom_to_fit(self) -> None:
        """Show the whole graph, at most at 100 %."""
        self.camera.fit(self.canvas.content_rect())

    def zoom_by(self, factor: float) -> None:
        """Zoom around the middle of the view."""
        self.camera.zoom_at(factor, self.viewport().rect().center())

    def zoom_to(self, zoom: float) -> None:
        """Set the zoom around the middle of the view."""
        middle = self.viewport().rect().center()
        self.camera.zoom_at(zoom / self.zoom, middle, catches=False)

    def reveal(self, what: str | PortRef) -> None:
        """Bring a node or a port into sight, and no further than needed."""
        if ways.node_of(what) in self.canvas.folding.hidden:
            self.canvas.folding.show_all()
        box = ways.box_of(self.canvas, what)
        if box is None:
            return
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        least = PORTS_FROM if isinstance(what, PortRef) else OVERVIEW
        edge = EDGE / self.zoom
        if not seen.contains(box.adjusted(-edge, -edge, edge, edge)) or self.zoom < least:
            self.camera.look_at(box.center(), max(self.zoom, 0.7))

    def add_module_at(self, name: str, point: QPointF) -> str | None:
        """Add a node with its middle at a canvas point; its id, or None where refused."""
        return self.placer.place(self.document.graph.catalogue.require(name), point)

    def delete_selection(self) -> None:
        """Remove the selected nodes or frame, or cut the edge that is selected or has the keys."""
        if self.canvas.frames.current is not None:
            self.framing.remove()
        elif not (self.bends.remove() or self.focus.cut()):
            delete_selection(self.document)

    def delete_and_reconnect(self) -> None:
        """Remove the selected nodes, and wire past them what shapes allow."""
        delete_and_reconnect(self.document)

    def toggle_bypass(self) -> None:
        """Bypass the selected nodes, or let them compute again."""
        toggle_bypass(self.document)

    def edge_at(self, point: QPointF) -> PortRef | None:
        """The target of the edge that lies under a canvas point."""
        return edge_at(self, point)

    def frame_at(self, point: QPointF) -> Hit | None:
        """The frame whose title or edge lies under a canvas point."""
        return frame_at(self.canvas, point, self.zoom)

    def select_all(self) -> None:
        """Select every node that is drawn."""
        nodes = self.document.graph.nodes
        self.document.selection.set_nodes(id_ for id_ in nodes if not self.canvas.hides(id_))

    def ask_menu(self) -> None:
        """Ask for the menu of what is selected."""
        kind, pixel = menus.look_at_selection(self)
        screen = self.viewport().mapToGlobal(pixel)
        self.menu_wanted.emit(kind, self.mapToScene(pixel), screen, True)

    def ask_target(self, candidates: Sequence[PortRef]) -> None:
        """Ask at the canvas which output is the target; the answer becomes an edit."""
        menus.ask_target(self, candidates)

    def graph_rect(self) -> QRectF:
        """The part of the canvas that an exported picture shows, in canvas units."""
        return printing.graph_rect(self.canvas)

    def paint_graph(
        self,
        painter: QPainter,
        rect: QRectF | None = None,
        pause: Callable[[], None] | None = None,
    ) -> None:
        """Paint the graph as it is shown, without selection, into `rect` of the painter."""
        printing.paint_graph(self.canvas, painter, rect, pause)

    # --- mouse ---------------------------------------------------------------------------

    def mousePressEvent(self, event) -> None:
        """Start a gesture; a second button during one calls it off."""
        self.focus.let_go()
        if self.cancel_gesture():
            return
        pixel = event.position().toPoint()
        point = self.mapToScene(pixel)
        is_left = event.button() == Qt.MouseButton.LeftButton
        is_middle = event.button() == Qt.MouseButton.MiddleButton
        if is_middle or (is_left and self.navigation.is_space_held):
            self.dragging.begin(Pan(self, pixel), pixel, at_once=True)
        elif is_left:
            self.dragging.begin(gesture_at(self, point, event.modifiers()), pixel)
        elif event.button() == Qt.MouseButton.RightButton and is_stroke(event):
            self.dragging.begin(CutStroke(self, point), pixel)

    def mouseMoveEvent(self, event) -> None:
        """Go on with the gesture; without one the cursor tells what a press would begin."""
        if self.dragging.gesture is not None:
            self.dragging.move(event)
        else:
            self._hover(self.mapToScene(event.position().toPoint()))

    def mouseReleaseEvent(self, event) -> None:
        """End the gesture."""
        self.dragging.release(event)

    def mouseDoubleClickEvent(self, event) -> None:
        """With the left button what lies there is opened; else it is a press."""
        point = self.mapToScene(event.position().toPoint())
        is_left = event.button() == Qt.MouseButton.LeftButton
        if not is_left or not open_at(self, point, event.modifiers()):
            self.mousePressEvent(event)

    def cancel_gesture(self) -> bool:
        """Leave the gesture under way without an edit; False where there is none."""
        return self.dragging.cancel()

    def _hover(self, point: QPointF) -> None:
        shape = cursor_at(self, point)
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)

    # --- wheel, touchpad, keys -----------------------------------------------------------

    def wheelEvent(self, event) -> None:
        """Zoom or pan."""
        self.navigation.wheel(event)

    def viewportEvent(self, event) -> bool:
        """Gestures of a touchpad; tooltips tell what is under the pointer."""
        if event.type() == QEvent.Type.NativeGesture:
            if self.navigation.gesture(event):
                return True
        elif event.type() == QEvent.Type.ToolTip:
            tips.show_tip(self, event.pos(), event.globalPos())
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event) -> None:
        """Esc, arrows and space; the rest goes to the window's actions."""
        self.dragging.hold_modifiers(event)
        is_own = self.hasFocus()  # else it comes from what lies over the canvas
        if not is_own or not (self.navigation.press_key(event) or press_key(self, event)):
            event.ignore()

    def keyReleaseEvent(self, event) -> None:
        """Space released: panning ends with its drag."""
        self.dragging.hold_modifiers(event)
        if not self.navigation.release_key(event):
            event.ignore()

    def focusInEvent(self, event) -> None:
        """Show where the keys go."""
        super().focusInEvent(event)
        self.focus.enter(event.reason())

    def focusOutEvent(self, event) -> None:
        """The keys go elsewhere."""
        super().focusOutEvent(event)
        self.navigation.let_go()
        self.focus.leave()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through nodes and ports, then on; what lies over the canvas asks too."""
        if self.hasFocus() and self.focus.step(forward):
            return True
        return super().focusNextPrevChild(forward)

    def contextMenuEvent(self, event) -> None:
        """A right click asks for the menu of what lies there, the key for that of the selection."""
        if isinstance(self.dragging.gesture, CutStroke):
            return  # the right button draws it
        self.cancel_gesture()
        if event.reason() == event.Reason.Keyboard:
            self.ask_menu()
            return
        kind = menus.look_under(self, event.pos())
        self.menu_wanted.emit(kind, self.mapToScene(event.pos()), event.globalPos(), False)

    # --- a module dragged from the palette -------------------------------------------------

    def dragEnterEvent(self, event) -> None:
        """Take modules, nothing else."""
        self.drops.move(event)

    def dragMoveEvent(self, event) -> None:
        """Draw where the node would stand."""
        self.drops.move(event)

    def dragLeaveEvent(self, event) -> None:
        """The drag went elsewhere."""
        self.drops.leave()

    def dropEvent(self, event) -> None:
        """Add the node at the pointer."""
        self.drops.drop(event)

    # --- painting ------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """Copy what is seen; above it goes what lies in the hand, or what stands out from afar."""
        painter = QPainter(self.viewport())
        self.canvas.picture.paint(painter, self, event.region())
        painter.setRenderHints(self.renderHints())
        painter.setClipRegion(event.region())  # so that what is painted above it can ask
        painter.setWorldTransform(self.viewportTransform())
        if self.zoom < OVERVIEW:
            overview.paint_above(painter, self)
        else:
            self.canvas.hand.paint(painter, self.viewport(), self.zoom)
        self.drawForeground(painter, self.mapToScene(self.viewport().rect()).boundingRect())
        painter.end()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """What a gesture or a drag is about to do."""
        self.dragging.paint(painter)
        self.drops.paint(painter)
        self.placer.paint(painter)
        self.marking.paint(painter)
        for paint in self.overlays:
            paint(painter)

    def resizeEvent(self, event) -> None:
        """Keep the overlays in their corner, and a fitted graph fitted."""
        super().resizeEvent(event)
        self.camera.refit()
        self.minimap.place()
        self.zoom_bar.place()
        self.placer.keep_inside()

    def _start_anew(self) -> None:
        self.cancel_gesture()
        self.zoom_to_fit()
