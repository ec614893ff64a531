"""All commands of the window, as rows of one table."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import QCoreApplication

A = "Actions"  # the context of the texts


def tr(text: str) -> str:
    """A text of the table in the user's language."""
    return QCoreApplication.translate(A, text)


@dataclass(frozen=True, slots=True)
class Row:
    """One command.

    `does` is the method to call, as a path from the window; `enabled` and `checked` name rows of
    `WHEN`. `after_gap` puts a line above it in its menu; `fills` makes it a submenu that this
    method fills; `within` puts it into a submenu with others. `canvas_only` keys belong to the
    canvas, for text fields use them too; single letters, Home, Del and their like do so by
    themselves.
    """

    id: str
    title: str
    keys: str
    menu: str
    does: str
    tip: str = ""
    enabled: str = "always"
    checked: str = ""
    group: str = ""
    icon: str = ""
    after_gap: bool = False
    canvas_only: bool = False
    fills: str = ""
    within: str = ""


MENUS = (
    ("file", N(A, "&File")),
    ("edit", N(A, "&Edit")),
    ("view", N(A, "&View")),
    ("graph", N(A, "&Graph")),
    ("run", N(A, "&Run")),
    ("help", N(A, "&Help")),
)
# Submenus of which each row is a command: by `within`.
INNER = {"align": N(A, "A&lign and distribute"), "frames": N(A, "F&rames")}

# fmt: off
ROWS = (
    Row("new", N(A, "&New"), "Ctrl+N", "file", "files.new",
        N(A, "Open a window with an empty graph.")),
    Row("open", N(A, "&Open…"), "Ctrl+O", "file", "files.open", N(A, "Open graphs from files.")),
    Row("recent", N(A, "Open &recent"), "", "file", "", fills="files.fill_recent"),
    Row("examples", N(A, "&Examples…"), "", "file", "gallery.open",
        N(A, "Choose an example by its picture.")),
    Row("save", N(A, "&Save"), "Ctrl+S", "file", "files.save",
        N(A, "Write the graph to its file."), after_gap=True),
    Row("save_as", N(A, "Save &as…"), "Ctrl+Shift+S", "file", "files.save_as",
        N(A, "Write the graph to another file.")),
    Row("export", N(A, "Export &picture…"), "Ctrl+E", "file", "files.export",
        N(A, "Write the canvas as SVG, PNG or PDF."), "has_nodes"),
    Row("close", N(A, "&Close"), "Ctrl+W", "file", "close", N(A, "Close this window."),
        after_gap=True),
    Row("quit", N(A, "&Quit"), "Ctrl+Q", "file", "windows.quit", N(A, "Close all windows.")),

    Row("undo", N(A, "&Undo"), "Ctrl+Z", "edit", "undoing.undo",
        N(A, "Take the last change back."), "can_undo", icon="undo"),
    Row("redo", N(A, "&Redo"), "Ctrl+Shift+Z; Ctrl+Y", "edit", "undoing.redo",
        N(A, "Make the change again."), "can_redo", icon="redo"),
    Row("add", N(A, "A&dd a module…"), "Shift+A", "edit", "canvas.placer.add",
        N(A, "Search a module and place it at the selection."), after_gap=True, canvas_only=True),
    Row("cut", N(A, "Cu&t"), "Ctrl+X", "edit", "clipboard.cut",
        N(A, "Remove the selected nodes and put them on the clipboard."), "chosen_nodes",
        icon="cut", after_gap=True, canvas_only=True),
    Row("copy", N(A, "&Copy"), "Ctrl+C", "edit", "clipboard.copy",
        N(A, "Put the selected nodes on the clipboard, as text."), "chosen_nodes", icon="copy",
        canvas_only=True),
    Row("copy_picture", N(A, "Copy as p&icture"), "Ctrl+Shift+C", "edit", "files.copy_picture",
        N(A, "Put the canvas on the clipboard, as SVG and in pixels."), "has_nodes"),
    Row("paste", N(A, "&Paste"), "Ctrl+V", "edit", "clipboard.paste",
        N(A, "Add the nodes on the clipboard."), "clipboard_text", icon="paste",
        canvas_only=True),
    Row("duplicate", N(A, "D&uplicate"), "Ctrl+D", "edit", "clipboard.duplicate",
        N(A, "Add the selected nodes once more, with the edges between them."), "chosen_nodes",
        canvas_only=True),
    Row("delete", N(A, "&Delete"), "Del; Backspace", "edit", "canvas.delete_selection",
        N(A, "Remove what is selected."), "can_delete", canvas_only=True),
    Row("delete_reconnect", N(A, "Delete and reconne&ct"), "Ctrl+Del", "edit",
        "canvas.delete_and_reconnect",
        N(A, "Remove the selected nodes and wire what fed them to what they fed."),
        "chosen_nodes", canvas_only=True),
    Row("bypass", N(A, "&Bypass"), "B", "edit", "canvas.toggle_bypass",
        N(A, "Let the first input of the selected nodes through unchanged, or stop that."),
        "chosen_nodes", checked="is_bypassed", canvas_only=True),
    Row("select_all", N(A, "Select &all"), "Ctrl+A", "edit", "canvas.select_all",
        N(A, "Select every node."), "has_nodes", canvas_only=True),
    Row("select_ancestors", N(A, "Select a&ncestors"), "A", "edit",
        "canvas.canvas.lineage.select_ancestors",
        N(A, "Add to the selection all that it depends on."), "selected", canvas_only=True),
    Row("select_descendants", N(A, "Select d&escendants"), "D", "edit",
        "canvas.canvas.lineage.select_descendants",
        N(A, "Add to the selection all that depends on it."), "selected", canvas_only=True),
    Row("edit_label", N(A, "Edit the &label"), "F2", "edit", "canvas.inline.label_selected",
        N(A, "Name the selected node where it stands."), "one_node"),
    Row("edit_value", N(A, "Edit the &value"), "Return; Enter", "edit",
        "canvas.inline.value_selected",
        N(A, "Type the value of the selected source or parameter where it stands."), "has_value",
        canvas_only=True),
    Row("toggle_selected", N(A, "&Take into the selection"), "Ctrl+Space", "edit",
        "canvas.focus.toggle", N(A, "Add the node that the keys are on, or take it out."),
        "has_nodes", canvas_only=True),
    Row("context_menu", N(A, "Me&nu of the selection"), "Shift+F10", "edit",
        "context_menus.of_selection", N(A, "Open the menu that a right click opens."),
        canvas_only=True),
    Row("find", N(A, "&Find…"), "Ctrl+F", "edit", "find_bar.open",
        N(A, "Find nodes by label, id, module and problems."), "has_nodes", after_gap=True),
    Row("find_next", N(A, "Find ne&xt"), "F3", "edit", "find_bar.next",
        N(A, "Go to the next node that was found."), "has_found"),
    Row("find_previous", N(A, "Find pre&vious"), "Shift+F3", "edit", "find_bar.previous",
        N(A, "Go to the node that was found before."), "has_found"),
    Row("find_module", N(A, "Find a &module"), "Ctrl+Shift+F", "edit", "leading.find_module",
        N(A, "Search the palette.")),
    Row("command_palette", N(A, "Co&mmand palette"), "Ctrl+Shift+P", "edit",
        "command_palette.open", N(A, "Find a command by a few letters of its name.")),

    Row("settings", N(A, "Settin&gs…"), "Ctrl+,", "edit", "settings_dialog.open",
        N(A, "Choose colours, what wheel and touchpad do, and keys."), after_gap=True),

    Row("build", N(A, "&Build"), "Ctrl+1", "view", "workspaces.build",
        N(A, "Palette and outline beside the canvas."), checked="in_build", group="workspace"),
    Row("step", N(A, "&Step"), "Ctrl+2", "view", "workspaces.step",
        N(A, "More room to follow the numbers."), checked="in_step", group="workspace"),
    Row("left", N(A, "&Palette and outline"), "", "view", "workspaces.toggle_left",
        N(A, "Show or hide the left side."), checked="left_shown", after_gap=True),
    Row("right", N(A, "&Inspector"), "", "view", "workspaces.toggle_right",
        N(A, "Show or hide the right side."), checked="right_shown"),
    Row("problems", N(A, "P&roblems"), "Ctrl+Shift+M", "view", "drawer.shows.problems",
        N(A, "Show or hide what is wrong with the graph."), checked="problems_shown"),
    Row("chain_rule", N(A, "Chain ru&le"), "Ctrl+Shift+L", "view", "drawer.shows.chain_rule",
        N(A, "Write the chain rule out: of the step, of what is selected, of two ports."),
        checked="chain_rule_shown"),
    Row("breakpoints", N(A, "Brea&kpoints"), "Ctrl+Shift+B", "view", "drawer.shows.breakpoints",
        N(A, "Show or hide the list of breakpoints."), checked="breakpoints_shown"),
    Row("memory", N(A, "Memor&y"), "", "view", "drawer.shows.memory",
        N(A, "Show or hide what a run keeps, and what checkpoints save."), checked="memory_shown"),
    Row("next_pane", N(A, "&Next pane"), "F6", "view", "panes.next",
        N(A, "Take the keys to the next part of the window."), after_gap=True),
    Row("previous_pane", N(A, "Pre&vious pane"), "Shift+F6", "view", "panes.previous",
        N(A, "Take the keys to the part before.")),
    Row("zoom_in", N(A, "Zoom &in"), "Ctrl++; Ctrl+=", "view", "appearance.zoom_in",
        N(A, "Draw the canvas larger."), after_gap=True),
    Row("zoom_out", N(A, "Zoom &out"), "Ctrl+-", "view", "appearance.zoom_out",
        N(A, "Draw the canvas smaller.")),
    Row("zoom_fit", N(A, "Zoom to &fit"), "Home; Ctrl+9", "view", "unrolling.current.zoom_to_fit",
        N(A, "Show the whole graph.")),
    Row("zoom_100", N(A, "Zoom to &100 %"), "Ctrl+0", "view", "appearance.zoom_100",
        N(A, "Draw the canvas at its own size.")),
    Row("highlight", N(A, "&Highlight ancestors and descendants"), "H", "view",
        "canvas.canvas.lineage.toggle",
        N(A, "Dim what the selection neither depends on nor reaches."),
        checked="is_highlighting", after_gap=True, canvas_only=True),
    Row("fold_away", N(A, "Fold &away what leads nowhere"), "Shift+H", "view",
        "canvas.canvas.folding.toggle",
        N(A, "Hide the nodes without a path to the target, or show all."), "has_nodes",
        checked="is_folded_away", canvas_only=True),
    Row("unroll", N(A, "&Unrolled over time"), "Ctrl+U", "view", "unrolling.toggle",
        N(A, "Show a copy of the graph for each time step, read-only, or the graph itself."),
        "has_time", checked="is_unrolled"),
    Row("reverse_graph", N(A, "Re&verse graph"), "Ctrl+R", "view", "reverse_graph.toggle",
        N(A, "Show the graph of the reverse pass beside the forward one, edges turned."),
        "has_nodes", checked="is_reverse_shown"),
    Row("present", N(A, "&Present"), "F11", "view", "presenting.toggle",
        N(A, "Show the canvas alone, large, on the whole screen."), "has_nodes",
        checked="is_presenting"),
    Row("spotlight", N(A, "Spotlight at the pointer"), "L", "view", "presenting.toggle_spotlight",
        N(A, "While presenting, light what is around the pointer, or stop that."),
        "is_presenting", checked="has_spotlight", canvas_only=True),
    Row("theme_system", N(A, "Colours of the s&ystem"), "", "view", "appearance.theme_system",
        N(A, "Light or dark as the system is."), checked="theme_system", group="theme",
        after_gap=True),
    Row("theme_light", N(A, "&Light"), "", "view", "appearance.theme_light", N(A, "Light colours."),
        checked="theme_light", group="theme"),
    Row("theme_dark", N(A, "&Dark"), "", "view", "appearance.theme_dark", N(A, "Dark colours."),
        checked="theme_dark", group="theme"),

    Row("arrange", N(A, "&Arrange nodes"), "Ctrl+L", "graph", "canvas.aligning.arrange",
        N(A, "Lay the selected nodes out in columns, or all."), "has_nodes"),
    Row("align_left", N(A, "Align &left edges"), "", "graph", "canvas.aligning.left",
        N(A, "Put the left edges of the selected nodes in one line."), "several_nodes",
        within="align"),
    Row("align_centre", N(A, "Align &centres"), "", "graph", "canvas.aligning.centre",
        N(A, "Put the middles of the selected nodes in one upright line."), "several_nodes",
        within="align"),
    Row("align_right", N(A, "Align &right edges"), "", "graph", "canvas.aligning.right",
        N(A, "Put the right edges of the selected nodes in one line."), "several_nodes",
        within="align"),
    Row("align_top", N(A, "Align &top edges"), "", "graph", "canvas.aligning.top",
        N(A, "Put the top edges of the selected nodes in one line."), "several_nodes",
        within="align"),
    Row("align_middle", N(A, "Align &middles"), "", "graph", "canvas.aligning.middle",
        N(A, "Put the middles of the selected nodes in one level line."), "several_nodes",
        within="align"),
    Row("align_bottom", N(A, "Align &bottom edges"), "", "graph", "canvas.aligning.bottom",
        N(A, "Put the bottom edges of the selected nodes in one line."), "several_nodes",
        within="align"),
    Row("distribute_across", N(A, "Distribute &horizontally"), "", "graph",
        "canvas.aligning.across",
        N(A, "Leave equal gaps from left to right."), "three_nodes", after_gap=True,
        within="align"),
    Row("distribute_down", N(A, "Distribute &vertically"), "", "graph", "canvas.aligning.down",
        N(A, "Leave equal gaps from top to bottom."), "three_nodes",
        within="align"),
    Row("frame_selection", N(A, "&Frame the selection"), "F", "graph", "canvas.framing.add",
        N(A, "Draw a box with a title behind the selected nodes."), "chosen_nodes",
        canvas_only=True, within="frames"),
    Row("next_frame", N(A, "&Next frame"), "Shift+F", "graph", "canvas.framing.next",
        N(A, "Select the next frame and show it."), "has_frames", canvas_only=True,
        within="frames"),
    Row("fold_frame", N(A, "F&old or unfold the frame"), "Shift+G", "graph",
        "canvas.framing.toggle_fold",
        N(A, "Draw the frame and all in it as one box, or as they are."), "one_frame",
        checked="is_folded_frame", canvas_only=True, within="frames"),
    Row("frame_title", N(A, "Edit the &title"), "Shift+F2", "graph", "canvas.framing.edit_title",
        N(A, "Name the frame where it stands."), "one_frame", within="frames"),
    Row("fit_frame", N(A, "Fit the frame to its no&des"), "", "graph", "canvas.framing.fit",
        N(A, "Draw the frame close around the nodes in it."), "one_frame", within="frames"),
    Row("remove_frame", N(A, "&Remove the frame"), "", "graph", "canvas.framing.remove",
        N(A, "Remove the frame and leave the nodes in it."), "one_frame", within="frames"),
    Row("target", N(A, "Make it the &target"), "Ctrl+T", "graph", "stepping.make_target",
        N(A, "Differentiate the selected node's output."), "one_node"),
    Row("target_by_itself", N(A, "&Find the target by itself"), "", "graph",
        "stepping.forget_target", N(A, "Differentiate the only scalar output."), "has_target"),
    Row("checkpoint", N(A, "&Keep as a checkpoint"), "K", "graph", "checkpoints.toggle",
        N(A, "Keep the outputs of the selected nodes; what lies between is computed again."),
        "chosen_nodes", checked="is_checkpoint", canvas_only=True),
    Row("group", N(A, "&Group into a composite"), "Ctrl+G", "graph", "composites.group",
        N(A, "Make the selected nodes the inside of one node."), "chosen_nodes",
        after_gap=True),
    Row("ungroup", N(A, "&Ungroup"), "Ctrl+Shift+G", "graph", "composites.ungroup",
        N(A, "Put the inside of the selected composite in its place."), "one_composite"),
    Row("expand", N(A, "E&xpand into simpler modules"), "", "graph", "composites.expand",
        N(A, "Make the selected layer a composite of simpler modules, with the same numbers."),
        "expandable"),
    Row("unfold", N(A, "Show the inside in &place"), "E", "graph", "canvas.canvas.unfolding.toggle",
        N(A, "Draw what is inside the selected composite within it, or close it again."),
        "one_composite", checked="is_unfolded", canvas_only=True),
    Row("open_inside", N(A, "&Open the inside"), "Ctrl+Return", "graph", "composites.open",
        N(A, "Show and edit what is inside the selected composite."), "one_composite",
        canvas_only=True),
    Row("leave_inside", N(A, "Lea&ve the inside"), "Ctrl+Backspace", "graph",
        "composites.leave", N(A, "Show what is around the composite that is open."), "inside",
        canvas_only=True),
    Row("make_unique", N(A, "Make uni&que"), "", "graph", "composites.make_unique",
        N(A, "Give this composite a definition of its own, so that edits change it alone."),
        "one_of_many"),
    Row("keep_composite", N(A, "Save to the li&brary"), "", "graph", "composites.keep",
        N(A, "Keep the selected composite with its numbers for other documents."),
        "one_composite"),
    Row("go_to_source", N(A, "Go to the &source of the edge"), "", "graph",
        "edge_ends.go_to_source", N(A, "Select the node that the edge comes from."), "one_edge",
        after_gap=True),
    Row("go_to_target", N(A, "Go to the &end of the edge"), "", "graph",
        "edge_ends.go_to_target", N(A, "Select the node that the edge goes to."), "one_edge"),
    Row("delay", N(A, "Carry to the next time step"), "Shift+T", "graph",
        "canvas.carrying.toggle",
        N(A, "Let the selected edge carry the value of one time step before, in a loop, or not."),
        "one_edge", checked="is_delayed", icon="clock", canvas_only=True),
    Row("bend", N(A, "&Bend the edge"), "R", "graph", "canvas.bends.add",
        N(A, "Put a point into the edge that it is drawn through, to be dragged."), "one_edge",
        canvas_only=True),
    Row("straighten", N(A, "Strai&ghten the edge"), "Shift+R", "graph", "canvas.bends.straighten",
        N(A, "Take all bends of the selected edge away."), "has_bends", canvas_only=True),
    Row("mark", N(A, "&Mark a port for wiring"), "M", "graph", "canvas.marking.press",
        N(A, "Mark a port; mark another one to wire the two."), "has_nodes", canvas_only=True),
    Row("show_units", N(A, "Show the &units"), "U", "graph", "leading.show_units",
        N(A, "Draw the units and weights of the selected layer in the inspector."), "has_units",
        canvas_only=True),
    Row("edit_note", N(A, "Edit &note"), "", "graph", "leading.edit_note",
        N(A, "Write a note on the selected node, or on the graph."), "can_have_note",
        icon="note"),
    Row("rename", N(A, "Graph &properties"), "", "graph", "leading.show_graph",
        N(A, "Show title, dtype and seed in the inspector."), after_gap=True),

    Row("live", N(A, "&Live"), "", "run", "toggle_live",
        N(A, "Run after every edit, in the background."), checked="is_live"),
    Row("run", N(A, "&Run"), "F5", "run", "stepping.run",
        N(A, "Run all steps and show the end."), "has_nodes", icon="run_all"),
    Row("forward", N(A, "&Forward pass"), "F7", "run", "stepping.forward",
        N(A, "Show the whole forward pass and nothing of the reverse one."), "has_steps",
        icon="forward_pass"),
    Row("to_node", N(A, "Run to the &node"), "F8", "run", "stepping.to_node",
        N(A, "Go on to the next step of the selected node."), "node_and_steps", icon="run_to"),
    Row("first", N(A, "To the &start"), "Ctrl+PgUp", "run", "stepping.first",
        N(A, "Go back before the first step."), "not_at_start", icon="first", after_gap=True),
    Row("previous", N(A, "&Previous step"), "PgUp", "run", "stepping.previous",
        N(A, "Take the playhead one step back."), "not_at_start", icon="previous"),
    Row("next", N(A, "Ne&xt step"), "PgDown", "run", "stepping.next",
        N(A, "Take the playhead one step on; a composite is one step."), "may_step",
        icon="next"),
    Row("next_part", N(A, "Next p&art of the step"), "Shift+PgDown", "run", "stepping.next_part",
        N(A, "Take a reverse step part by part: the sum, then each input."), "may_step"),
    Row("step_into", N(A, "Step &into"), "Alt+PgDown", "run", "composites.step_into",
        N(A, "Open the composite whose step is next; else take the next step."), "may_step"),
    Row("step_out", N(A, "Step o&ut"), "Alt+PgUp", "run", "composites.step_out",
        N(A, "Finish the step of the open composite, and show what is around it."), "inside"),
    Row("last", N(A, "To the &end"), "Ctrl+PgDown", "run", "stepping.last",
        N(A, "Go behind the last step."), "has_steps", icon="last"),
    Row("previous_time", N(A, "Previous time step"), "Ctrl+Shift+PgUp", "run",
        "stepping.previous_time", N(A, "Show the numbers of one time step before."),
        "has_time", after_gap=True),
    Row("next_time", N(A, "Next time step"), "Ctrl+Shift+PgDown", "run", "stepping.next_time",
        N(A, "Show the numbers of one time step on."), "has_time"),
    Row("play", N(A, "Pla&y"), "F9", "run", "stepping.play",
        N(A, "Take steps by itself, or stop."), "has_steps", icon="play"),
    Row("predict", N(A, "Pre&dict"), "Ctrl+P", "run", "predicting.toggle",
        N(A, "Type what the next step shows before it is shown, from here or from the start."),
        "has_steps", checked="is_predicting", icon="question", after_gap=True),
    Row("continue", N(A, "Continue to the next &breakpoint"), "F4", "run", "holding.go_on",
        N(A, "Go on until a breakpoint holds, or to the end."), "may_step", after_gap=True),
    Row("continue_back", N(A, "Continue bac&kwards"), "Shift+F4", "run", "holding.go_back",
        N(A, "Go back until a breakpoint holds, or to the start."), "not_at_start"),
    Row("breakpoint", N(A, "Breakpoint at the s&election"), "Shift+B", "run",
        "breakpoints.toggle",
        N(A, "Set breakpoints at the selected nodes or edge, or remove them."), "selected",
        checked="has_breakpoint", canvas_only=True),
    Row("condition", N(A, "Breakpoint with a &condition…"), "", "run", "leading.edit_breakpoint",
        N(A, "Choose when the breakpoint at the selected node or edge holds."), "one_place"),
    Row("verify", N(A, "&Check gradients"), "Ctrl+K", "run", "live.verify",
        N(A, "Hold every edge against finite differences."), "has_nodes", after_gap=True),

    Row("shortcuts", N(A, "&Keys and gestures"), "F1", "help", "shortcut_list.open",
        N(A, "List what the keys and the mouse do.")),
    Row("first_notes", N(A, "Show the first &notes"), "", "help", "first_notes.show_again",
        N(A, "Open the first example with its four notes.")),
    Row("about", N(A, "&About Gradwire"), "", "help", "about",
        N(A, "Version and licence.")),
)
# fmt: on

_BY_ID = {row.id: row for row in ROWS}


def row_of(id_: str) -> Row:
    """The row of a command."""
    return _BY_ID[id_]


def plain_title(row: Row) -> str:
    """A command's title without the mark of its letter."""
    return tr(row.title).replace("&", "")
