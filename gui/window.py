"""The main window: canvas in the middle, everything else around it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDockWidget,
    QLabel,
    QLayout,
    QMainWindow,
    QMessageBox,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from graph import default_catalogue
from gui.accessible import Teller
from gui.actions import Actions
from gui.actions.context_menus import ContextMenus
from gui.actions.keys import how_to
from gui.appearance import Appearance
from gui.autosave import Autosave
from gui.breakpoints import BreakpointMarks, Breakpoints, Holding
from gui.canvas.view import CanvasView
from gui.checkpoints import Checkpoints, ShownCheckpoints
from gui.clipboard import Clipboard
from gui.command_palette import CommandPalette
from gui.comparing import Comparing, DifferenceMarks
from gui.compiling import Compiling
from gui.composites import Composites
from gui.data.dropping import DataDrops
from gui.data.watching import FileWatch
from gui.document import Document
from gui.drawer import Drawer
from gui.drawer.by_workspace import DrawerByWorkspace
from gui.dress import dress, mute
from gui.dropped_files import DroppedFiles
from gui.edge_ends import EdgeEnds
from gui.files import Files
from gui.find import FindBar
from gui.first_notes import FirstNotes
from gui.freezing.freezing import Freezing
from gui.freezing.overlay import FrozenMarks
from gui.gallery import Gallery
from gui.hairlines import DockLines, Splitter
from gui.health import Diagnosis
from gui.initialising import Initialising
from gui.inspector import Inspector
from gui.inspector.geometry.what_if import WhatIf
from gui.leading import Leading
from gui.library import entry_of
from gui.live import Live
from gui.notices import Notices
from gui.outline import Outline
from gui.palette import Palette
from gui.panes import Panes
from gui.predict import Predicting
from gui.preferences import Preferences
from gui.presenting import Presenting
from gui.reverse_graph import ReverseGraph
from gui.sentence import SentenceBar
from gui.settings_dialog import SettingsDialog
from gui.shortcut_list import ShortcutList
from gui.status import StatusBar
from gui.stepping import Stepping
from gui.theme import Theme
from gui.timeline import Timeline
from gui.title_bar import TitleBar
from gui.training.compared import Compared
from gui.training.counting import Counting
from gui.training.diagnosing import Diagnosing
from gui.training.running import Running
from gui.training.transport import Transport
from gui.travelling import Travelling
from gui.undoing import Undoing
from gui.unrolled import Unrolling
from gui.updating.batches import Batches
from gui.watches import Watches
from gui.welcome import Welcome
from gui.workspaces import NAMES, Workspaces

if TYPE_CHECKING:
    from gui.windows import Windows

SIZE, LEAST = QSize(1280, 800), QSize(1024, 640)
LEFT, RIGHT = 216, 320


class Window(QMainWindow):
    """One document and its views. It owns no state of the graph."""

    def __init__(self, document: Document, windows: Windows) -> None:
        super().__init__()
        self.document, self.windows = document, windows
        self.setStyle(DockLines(self))
        self.theme, self.settings = theme, settings = windows.theme, windows.settings
        document.setParent(self)
        self.how_to = partial(how_to, settings=settings)
        self._may_leave = False  # an answer about unsaved changes was given
        self.live = Live(document, self)
        self.running = Running(document, self)
        self.canvas = CanvasView(document, theme, self)
        self.canvas.placer.keep_in(settings)
        self.undoing = Undoing(document, self.canvas, self)
        self.stepping = Stepping(document, self.live, self.canvas, self, self.how_to)
        self.edge_ends = EdgeEnds(self.canvas)
        self._make_tools()
        self.commands = Actions(self)
        self._lay_out()
        self._make_views()
        self._listen()
        self.appearance = Appearance(self)
        self._name_window()
        self.preferences = Preferences(self)
        self.command_palette = CommandPalette(self)
        self.welcome = Welcome(self)
        self.context_menus = ContextMenus(self)
        self.settings_dialog = SettingsDialog(self)
        self.shortcut_list = ShortcutList(self)
        self.first_notes = FirstNotes(self)
        self.commands.refresh()

    def _make_tools(self) -> None:
        """What commands act on, and what says whether they can."""
        document, theme, settings = self.document, self.theme, self.settings
        self.breakpoints = Breakpoints(document, self)
        self.holding = Holding(self)
        self.watches = Watches(document, self)
        self.travelling = Travelling(self)
        self.comparing = Comparing(document, self)
        self.notices = Notices(self.canvas, theme)
        self.find_bar = FindBar(self)
        self.clipboard = Clipboard(document, self.canvas, self.notices, self)
        self.autosave = Autosave(document, settings, self)
        self.files = Files(self, document, settings)
        self.data_drops = DataDrops(self)
        self.file_watch = FileWatch(self)
        self.dropped_files = DroppedFiles(self)
        self.gallery = Gallery(self)
        self.status = StatusBar(document, self.live, theme, self)
        self.leading = Leading(self)
        self.transport = Transport(self)
        self.counting = Counting(document, self)
        self.compared = Compared(self.running, self)
        self.drawer = Drawer(self)
        self.checkpoints = Checkpoints(document, self)
        self.batches = Batches(self)
        self.diagnosing = Diagnosing(self)
        self.freezing = Freezing(document, self)
        self.initialising = Initialising(self)

    def _make_views(self) -> None:
        """What shows or tells more of what the parts of the window hold."""
        self.shown_checkpoints = ShownCheckpoints(self)
        self.composites = Composites(self)
        self.workspaces = Workspaces(self, self.settings, self.left, self.right)
        self.predicting = Predicting(self)
        self.workspaces.turning.connect(self.presenting.leave)
        self.diagnosis = Diagnosis(self)
        self.compiling = Compiling(self)
        self.drawer_by_workspace = DrawerByWorkspace(self)
        self.panes = Panes(self)
        self.teller = Teller(self.canvas)
        self.composites.breadcrumb.moved.connect(self.teller.say)

    # --- what rows of the table of actions call -------------------------------------------

    def toggle_live(self) -> None:
        """Run after every edit, or only when asked."""
        self.live.switch(not self.live.is_on)

    def about(self) -> None:
        """Version and licence."""
        from importlib.metadata import version

        text = self.tr(
            "Gradwire {0}\nSee how a neural network learns: value, gradient and Jacobian of every "
            "edge.\nMIT licence."
        )
        QMessageBox.about(self, self.tr("About Gradwire"), text.format(version("gradwire")))

    # --- for others -----------------------------------------------------------------------

    def say(self, sentence: str) -> None:
        """Show a sentence in the status bar for a while."""
        self.status.say(sentence)

    def place_module(self, name: str) -> None:
        """Add a module right of what is selected, else in the middle of what is seen."""
        if (entry := entry_of(name)) is not None:
            self.composites.place_entry(entry, self.canvas.placer.free_place())
            return
        id_ = self.canvas.add_module_at(name, self.canvas.placer.free_place())
        if id_ is not None:
            self.canvas.reveal(id_)

    def leave(self) -> None:
        """Close without a question about unsaved changes: it has been asked."""
        self._may_leave = True
        self.close()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round the panes in the order in which one reads them."""
        return self.panes.tab(forward)

    def keyPressEvent(self, event) -> None:
        """Esc that nobody else wanted ends presenting, or goes back to the canvas."""
        is_escape = event.key() == Qt.Key.Key_Escape
        if not (is_escape and (self.presenting.leave() or self.panes.escape())):
            super().keyPressEvent(event)

    def closeEvent(self, event) -> None:
        """Ask about unsaved changes, remember the docks, end the background."""
        if not (self._may_leave or self.files.may_leave()):
            event.ignore()
            return
        if self.presenting.is_on:
            self.hide()  # what comes back is not to be laid out once more
            self.presenting.leave()
        self.workspaces.keep()
        self.settings.keep_bytes("geometry", self.saveGeometry())
        self.shut_down()
        self.windows.forget(self)
        event.accept()

    def dragEnterEvent(self, event) -> None:
        """Take files; what comes here nobody else wanted."""
        self.dropped_files.move(event)

    def dropEvent(self, event) -> None:
        """Open them."""
        self.dropped_files.drop(event)

    def shut_down(self) -> None:
        """End what runs in the background."""
        self.stepping.player.stop()
        self.live.close()
        self.running.close()
        self.autosave.close()

    # --- making ---------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.setMinimumSize(LEAST)
        self.resize(SIZE)
        bar = dress(self.menuBar(), self.theme, "menus")
        bar.setNativeMenuBar(False)
        bar.setFont(self.theme.font(12))
        bar.setFixedHeight(24)
        self.commands.fill(bar)
        self._add_title_bar()
        self.unrolling = Unrolling(self)
        self.reverse_graph = ReverseGraph(self)
        self.presenting = Presenting(self)
        self.setCentralWidget(self.presenting.stage)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.BottomDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self.left = self._dock("left", self._make_left(), Qt.DockWidgetArea.LeftDockWidgetArea)
        self.inspector = Inspector(self.document, self.theme, self)
        self.right = self._dock("right", self.inspector, Qt.DockWidgetArea.RightDockWidgetArea)
        self.steps = self._make_steps()
        bottom = self._dock("steps", self.steps, Qt.DockWidgetArea.BottomDockWidgetArea)
        # Nothing draws these titles; they are read aloud.
        self.left.setWindowTitle(self.tr("Palette and outline"))
        self.right.setWindowTitle(self.tr("Inspector"))
        bottom.setWindowTitle(self.tr("Steps"))
        self.status.setAccessibleName(self.tr("Status"))
        self.resizeDocks([self.left, self.right], [LEFT, RIGHT], Qt.Orientation.Horizontal)
        self.setStatusBar(self.status)

    def _add_title_bar(self) -> None:
        self.title_bar = TitleBar(self.document, self.theme, self.commands.by_id, NAMES, self)
        holder = dress(QToolBar(self.tr("Title bar"), self, movable=False), self.theme, "title")
        holder.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        holder.addWidget(self.title_bar)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, holder)

    def _make_left(self) -> QWidget:
        catalogue = self.document.graph.catalogue or default_catalogue()
        self.palette_panel = Palette(catalogue, self.theme, self)
        self.outline = Outline(self.document, self.theme, self, self._is_building)
        splitter = Splitter(Qt.Orientation.Vertical, self)
        splitter.setHandleWidth(1)
        parts = ((self.tr("Palette"), self.palette_panel), (self.tr("Outline"), self.outline))
        for title, widget in parts:
            splitter.addWidget(_titled(title, widget, self.theme))
        splitter.setSizes([400, 200])
        splitter.setChildrenCollapsible(False)
        return splitter

    def _is_building(self) -> bool:
        """Whether the canvas is still being made; what it shows is looked at first."""
        return not self.canvas.canvas.building.is_done

    def _make_steps(self) -> QWidget:
        panel = QWidget(self)
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)  # the dock follows it
        self.sentence = SentenceBar(self.document, self.theme, self, self.how_to)
        self.timeline = Timeline(
            self.document, self.stepping.player, self.theme, self.commands.by_id, self.running, self
        )
        for widget in (self.sentence, self.timeline, self.drawer):
            column.addWidget(widget)
        return panel

    def _dock(self, name: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(self, objectName=name)
        dock.setTitleBarWidget(QWidget(dock))  # no title: the window's parts do not move
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    # --- listening ------------------------------------------------------------------------

    def _listen(self) -> None:
        document = self.document
        self.commands.listen()
        document.opened.connect(self.compared.forget)
        self.live.changed.connect(self._show_busy)
        self.workspaces.changed.connect(self._follow_workspace)
        self._follow_workspace()
        document.saved_changed.connect(self._name_window)
        self.canvas.canvas.folding.changed.connect(self._tell_folded)
        self.canvas.zoom_changed.connect(self.status.show_zoom)
        self.status.show_zoom(self.canvas.zoom)
        self.status.problems_wanted.connect(self.drawer.shows.problems)
        self.palette_panel.chosen.connect(self.place_module)
        self.outline.went.connect(self.canvas.reveal)
        self.outline.entered.connect(self.canvas.focus.enter_at)
        self.title_bar.renaming.connect(self.leading.show_graph)
        self.canvas.zoom_bar.take(self.commands.by_id)
        WhatIf(self.canvas.canvas, self.inspector)
        BreakpointMarks(self.canvas.canvas, self.breakpoints, self.holding)
        FrozenMarks(self.canvas.canvas, self.freezing)
        DifferenceMarks(self.canvas.canvas, self.comparing)

    def _follow_workspace(self) -> None:
        self.inspector.put_training_first(self.workspaces.current == "train")

    def _show_busy(self) -> None:
        self.canvas.canvas.waiting.show_busy(self.live.is_busy)

    def _tell_folded(self) -> None:
        self.status.show_folded(len(self.canvas.canvas.folding.hidden))
        self.commands.refresh()

    def _name_window(self) -> None:
        name = self.document.name or self.tr("Untitled")
        self.setWindowTitle(f"{name}[*] - Gradwire")
        self.setWindowModified(not self.document.is_saved)
        path = self.document.path
        self.setWindowFilePath(str(path) if path else "")


def _titled(title: str, widget: QWidget, theme: Theme) -> QWidget:
    panel = QWidget()
    label = mute(QLabel(title, panel))
    label.setContentsMargins(12, 8, 12, 0)
    label.setFont(theme.font(12, 600))
    label.setBuddy(widget)
    column = QVBoxLayout(panel)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(label)
    column.addWidget(widget, 1)
    return panel
