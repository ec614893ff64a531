"""What the commands about composites do: group, ungroup, open, leave, make unique, step in and out.

The palette lists the document's definitions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtWidgets import QMessageBox

from graph import GradwireError
from graph import edits as e
from graph.expanding import can_expand, expand_edit
from graph.fragment import read_text, write_text
from graph.free_ids import free_definition_name
from graph.grouping import group_edit, ungroup_edit
from graph.inside_expanding import expand_inside
from graph.inside_grouping import group_inside, ungroup_inside
from graph.naming import name_of
from gui.breadcrumb import Breadcrumb
from gui.told import told_error
from gui.unique import make_unique

if TYPE_CHECKING:
    from gui.document import Document
    from gui.window import Window

STEM = "Composite"  # of the name of a new definition


class Composites(QObject):
    """The commands about composites, and what follows the document's definitions."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._document = window, window.document
        self.breadcrumb = Breadcrumb(window.canvas, window.commands.by_id["make_unique"])
        window.canvas.entry_dropped.connect(self.place_entry)
        window.canvas.fragment_dropped.connect(self.place_fragment)
        window.palette_panel.tree.carried = carried_by(window.document)
        window.windows.library.changed.connect(self._follow)
        window.windows.library.look()
        self._document.edited.connect(self._follow)
        self._document.replaced.connect(self._follow)
        self._follow()

    # --- what rows of the table of actions call -------------------------------------------

    @property
    def chosen(self) -> str | None:
        """The selected composite, where it is all that is selected."""
        node, graph = self._document.selection.node, self._document.graph
        is_one = node in graph and graph.nodes[node].module in graph.definitions
        return node if is_one else None

    @property
    def can_make_unique(self) -> bool:
        """Whether the chosen composite, or the one that is open, has others of its definition."""
        graph, node = self._document.graph, self.chosen
        if node is None:
            return self._document.instances > 1
        return self._document.instances_of(graph.nodes[node].module) > 1

    def group(self) -> None:
        """Make the selected nodes the inside of one composite node."""
        document, ids = self._document, self._document.selection.nodes
        name = free_definition_name(document.root, STEM)
        made: list[str] = []

        def edit() -> e.Edit:
            grouped = (
                group_inside(document.root, document.place, ids, name)
                if document.place
                else group_edit(document.root, ids, name)
            )
            made.append(grouped.id)
            return grouped.edit

        if self._do(edit, self.tr("Group {0} nodes").format(len(ids))):
            document.selection.set_nodes(made)

    def ungroup(self) -> None:
        """Put the inside of the selected composite in its place."""
        id_, graph = self.chosen, self._document.graph
        if id_ is None:
            return
        before = frozenset(graph.nodes)
        text = self.tr("Ungroup {0}").format(name_of(graph, id_))
        if self._do(lambda: self._ungrouping(id_), text):
            self._document.selection.set_nodes(set(self._document.graph.nodes) - before)

    @property
    def can_expand(self) -> bool:
        """Whether the selected node is a layer that is made of simpler modules."""
        node, graph = self._document.selection.node, self._document.graph
        return node in graph and can_expand(graph.module(node))

    def expand(self) -> None:
        """Make the selected layer a composite of its primitives, with the same numbers."""
        id_, graph = self._document.selection.node, self._document.graph
        if id_ is not None:
            text = self.tr("Expand {0}").format(name_of(graph, id_))
            self._do(lambda: self._expanding(id_), text)

    def open(self) -> None:
        """Show the inside of the selected composite."""
        if self.chosen is not None:
            self._window.canvas.entering.enter(self.chosen)

    def leave(self) -> None:
        """Show what is around the composite that is open."""
        self._window.canvas.entering.leave()

    def make_unique(self) -> None:
        """Give the selected composite, or else the one that is open, a definition of its own."""
        document, id_ = self._document, self.chosen
        place = document.place
        if id_ is None:
            place, _, id_ = place.rpartition("/")
        make_unique(document, place, id_)
        self._window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def keep(self) -> None:
        """Write the selected composite into the library, after a question where one is there."""
        library, graph, id_ = self._window.windows.library, self._document.graph, self.chosen
        if id_ is None:
            return
        name = graph.nodes[id_].module
        if library.path(name).exists() and not self._may_replace(name):
            return
        try:
            library.keep(graph, id_)
        except (GradwireError, OSError) as error:
            self._window.notices.tell(str(error))
            return
        self._window.say(self.tr("{0} is in the library now.").format(name))

    def place_entry(self, name: str, point: QPointF) -> None:
        """Add what the library has under a name, with its numbers, at a canvas point."""
        try:
            fragment = self._window.windows.library.load(name)
        except GradwireError as error:
            self._window.notices.tell(str(error))
            return
        text = self.tr("Add {0} of the library").format(name)
        self._window.clipboard.insert(fragment, point, text)

    def place_fragment(self, text: str, point: QPointF) -> None:
        """Add a composite that was dragged out of another window's palette, at a canvas point."""
        try:
            fragment = read_text(text, self.tr("The other window"), self._document.root.scope.base)
        except GradwireError as error:
            self._window.notices.tell(str(error))
            return
        self._window.clipboard.insert(fragment, point, self.tr("Add a composite"))

    def step_into(self) -> None:
        """Open the composite whose step is next, with the playhead before its first step."""
        head, canvas = self._document.playhead, self._window.canvas
        id_ = head.composite
        if id_ is None:
            self._window.stepping.next()
            return
        self._window.stepping.player.stop()
        head.begin_next()
        canvas.entering.enter(id_)

    def step_out(self) -> None:
        """Finish the step of the composite that is open, and show what is around it."""
        self._window.stepping.player.stop()
        id_ = self._document.place.rpartition("/")[2]
        self._window.canvas.entering.leave()
        self._document.playhead.finish(id_)

    def go_to(self, address: str) -> None:
        """Show and select a node of the document, wherever it is."""
        place, _, id_ = address.rpartition("/")
        self._window.canvas.entering.go(place, (id_,))
        self._window.canvas.reveal(id_)

    # --- inside ---------------------------------------------------------------------------

    def _may_replace(self, name: str) -> bool:
        text = self.tr("Replace {0} in the library?").format(name)
        buttons = QMessageBox.StandardButton
        chosen = buttons.Yes | buttons.Cancel
        title = self.tr("Save to the library")
        return QMessageBox.question(self._window, title, text, chosen) == buttons.Yes

    def _expanding(self, id_: str) -> e.Edit:
        root, place = self._document.root, self._document.place
        return expand_inside(root, place, id_) if place else expand_edit(root, id_)

    def _ungrouping(self, id_: str) -> e.Edit:
        """Ungroup; a definition that nothing is made of any more goes with its last instance."""
        root, place = self._document.root, self._document.place
        name = self._document.graph.nodes[id_].module
        edit = ungroup_inside(root, place, id_) if place else ungroup_edit(root, id_)
        if self._document.instances_of(name) > 1:
            return edit
        return e.Batch((edit, e.Undefine(name)))

    def _do(self, make: Callable[[], e.Edit], text: str) -> bool:
        """Apply an edit of the whole document, or say why there is none."""
        document = self._document
        try:
            edit = make()
        except GradwireError as error:
            document.refuse(told_error(document.graph, error))
            return False
        document.turning.emit()
        done = document.do_at("", edit, text)
        self._window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        return done

    def _follow(self) -> None:
        entries = self._window.windows.library.entries
        self._window.palette_panel.follow(self._document.graph.catalogue, entries)


def carried_by(document: Document) -> Callable[[str], str | None]:
    """What a drag of a definition carries into other windows: one node of it, as a text.

    That is the first node of it with its numbers, or a new one.
    """

    def text(name: str) -> str | None:
        root = document.root.copy()
        if name not in root.definitions:
            return None
        made = [node.id for node in root.nodes.values() if node.module == name]
        return write_text(root, made[:1] or [root.add(name, at=(0.0, 0.0))])

    return text
