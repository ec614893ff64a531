"""Where commands and problems lead: a part of the window, or a node, brought into sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from graph import PortRef, Problem
from graph.addresses import node_at
from gui.origins import go_on_to_origin
from gui.places import chosen_addresses
from runtime.origin.wording import NOT_FINITE

if TYPE_CHECKING:
    from gui.window import Window


class Leading(QObject):
    """Opens the docks that are needed and gives the keys to what was asked for."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window

    def find_module(self) -> None:
        """Search the palette, which is in the workspace Build."""
        window = self._window
        window.workspaces.build()
        if not window.workspaces.is_left_shown:
            window.workspaces.toggle_left()
        window.palette_panel.start_search()

    def show_graph(self) -> None:
        """Show the graph itself in the inspector."""
        self._window.document.selection.clear()
        self._open_inspector()
        self._window.panes.enter(self._window.inspector)

    def show_training(self) -> None:
        """Show how the graph is trained in the inspector."""
        self._window.document.selection.clear()
        self._open_inspector()
        self._window.inspector.show_training()

    def show_pictures(self) -> None:
        """Show what the graph does with its samples in the drawer."""
        self._show_training_page("pictures")

    def show_landscape(self) -> None:
        """Show the loss over the parameters in the drawer."""
        self._show_training_page("landscape")

    def show_sweep(self) -> None:
        """Show the sweep of learning rates in the drawer."""
        self._show_training_page("sweep")

    def show_units(self) -> None:
        """Show the units of the selected layer."""
        self._open_inspector()
        self._window.inspector.show_units()

    def show_geometry(self) -> None:
        """Show the derivative of the selected edge as a picture."""
        self._open_inspector()
        self._window.inspector.show_geometry()

    def edit_note(self) -> None:
        """Write the note of the selected node, or of the graph."""
        self._open_inspector()
        self._window.inspector.edit_note()

    def go_to(self, problem: Problem) -> None:
        """Show and select what a problem is about, and go to the field that mends it.

        Of a number that is not finite, the step is shown that made it.
        """
        self.show_problem(problem)
        if problem.code == NOT_FINITE:
            go_on_to_origin(self._window.document)
        if problem.node is None or not self._window.inspector.open_field(problem):
            self._window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_problem(self, problem: Problem) -> None:
        """Show and select what a problem is about."""
        document = self._window.document
        if problem.node is None or node_at(document.root, problem.node) is None:
            document.selection.clear()
            return
        # The node, not its edge: its page says the problem and has what mends it.
        self._window.composites.go_to(problem.node)

    def go_to_place(self, address: str) -> None:
        """Show and select the node at an address of the document, or the edge at its port."""
        node, _, port = address.partition(".")
        document, canvas = self._window.document, self._window.canvas
        if node_at(document.root, node) is None:
            return
        if not port:
            self._window.composites.go_to(node)
            return
        place, _, id_ = node.rpartition("/")
        if place != document.place:
            canvas.entering.go(place)
        document.selection.set_edge(PortRef(id_, port))  # at once: each selection makes a page
        canvas.reveal(id_)

    def edit_breakpoint(self) -> None:
        """Set a breakpoint at what is selected where there is none, and open its form."""
        window = self._window
        (address,) = chosen_addresses(window.document)
        if window.breakpoints.at(address) is None:
            window.breakpoints.toggle()
        window.drawer.show_tab("breakpoints")
        window.drawer.panel("breakpoints").choose(address)

    def _show_training_page(self, id_: str) -> None:
        drawer = self._window.drawer
        drawer.show_tab("training")
        panel = drawer.panel("training")
        panel.show_page(id_)
        panel.page(id_).setFocus()

    def _open_inspector(self) -> None:
        if not self._window.workspaces.is_right_shown:
            self._window.workspaces.toggle_right()
