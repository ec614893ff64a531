"""When a command can be done, and when it is ticked: rows of a table, read by name.

What changes that stands here too, by the names of signals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from gui.actions.rows import A, N
from gui.inspector.units.reading import sizes_of

if TYPE_CHECKING:
    from gui.window import Window

# What tells, from a window on, that other commands may be possible now.
CHANGES = (
    "document.edited",
    "document.replaced",
    "document.traced",
    "document.selection_changed",
    "document.saved_changed",
    "live.changed",
    "stepping.player.changed",
    "workspaces.changed",
    "diagnosis.layers_changed",
    "compiling.changed",
    "drawer.changed",
    "predicting.changed",
    "clipboard.changed",
    "checkpoints.changed",
    "freezing.changed",
    "document.updating.changed",
    "find_bar.changed",
    "unrolling.changed",
    "reverse_graph.changed",
    "breakpoints.changed",
    "watches.changed",
    "comparing.changed",
    "presenting.changed",
    "running.state_changed",
    "canvas.canvas.frames.chosen",
)
# What does so often, for the commands of one menu.
STEPS = ("document.playhead_moved",)
TRAINING = ("running.changed", "document.checked")


def _all_bypassed(w: Window) -> bool:
    chosen, nodes = w.document.selection.nodes, w.document.graph.nodes
    return bool(chosen) and all(nodes[id_].bypassed for id_ in chosen if id_ in nodes)


def _is_folded_frame(w: Window) -> bool:
    number = w.canvas.framing.number
    return number is not None and w.document.graph.frames[number].folded


WHEN: Mapping[str, Callable[[Window], bool]] = {
    "always": lambda w: True,
    "has_nodes": lambda w: bool(w.document.graph.nodes),
    "can_undo": lambda w: w.document.history.undo_text is not None,
    "can_redo": lambda w: w.document.history.redo_text is not None,
    "selected": lambda w: w.document.selection.kind != "graph",
    "chosen_nodes": lambda w: bool(w.document.selection.nodes),
    "can_delete": lambda w: WHEN["selected"](w) or w.canvas.canvas.frames.current is not None,
    "has_frames": lambda w: bool(w.document.graph.frames),
    "one_frame": lambda w: w.canvas.framing.number is not None,
    "is_folded_frame": _is_folded_frame,
    "several_nodes": lambda w: len(w.document.selection.nodes) > 1,
    "three_nodes": lambda w: len(w.document.selection.nodes) > 2,
    "is_bypassed": _all_bypassed,
    "clipboard_text": lambda w: w.clipboard.has_text,
    "can_have_note": lambda w: w.document.selection.kind in ("node", "graph"),
    "one_composite": lambda w: w.composites.chosen is not None,
    "expandable": lambda w: w.composites.can_expand,
    "one_of_many": lambda w: w.composites.can_make_unique,
    "inside": lambda w: bool(w.document.place),
    "one_node": lambda w: w.document.selection.node is not None,
    "has_value": lambda w: w.canvas.inline.value_place is not None,
    "one_edge": lambda w: w.edge_ends.has_edge,
    "chosen_edge": lambda w: w.document.selection.edge is not None,
    "has_found": lambda w: w.find_bar.isVisible() and bool(w.find_bar.matches),
    "has_units": lambda w: sizes_of(w.document.graph, w.document.selection.node or "") is not None,
    "has_bends": lambda w: w.document.selection.edge in w.canvas.canvas.wires.routes,
    "is_delayed": lambda w: w.document.selection.edge in w.canvas.canvas.wires.delays,
    "has_target": lambda w: w.document.graph.target is not None,
    "has_steps": lambda w: bool(w.document.playhead.steps),
    "can_push": lambda w: w.document.seeding.selected is not None,
    "has_seed": lambda w: w.document.seeding.seed is not None,
    "has_run": lambda w: w.batches.can_open,
    "has_batch": lambda w: w.document.updating.batch is not None,
    "is_updating": lambda w: w.document.updating.is_on,
    "can_train": lambda w: w.transport.can_train,
    "can_step_training": lambda w: w.transport.can_train and w.running.state != "starting",
    "is_training": lambda w: w.running.is_live,
    "has_moments": lambda w: bool(w.running.moments),
    "is_travelling": lambda w: w.running.travelled is not None,
    "has_learned": lambda w: w.running.position is not None,
    "has_time": lambda w: w.document.playhead.t is not None,
    "node_and_steps": lambda w: WHEN["one_node"](w) and WHEN["has_steps"](w),
    "not_at_start": lambda w: not w.document.playhead.is_at_start,
    "may_step": lambda w: not w.document.playhead.is_at_end or w.stepping.may_ask,
    "in_build": lambda w: w.workspaces.current == "build",
    "in_step": lambda w: w.workspaces.current == "step",
    "in_diagnose": lambda w: w.workspaces.current == "diagnose",
    "in_train": lambda w: w.workspaces.current == "train",
    "training_shown": lambda w: w.drawer.current == "training",
    "health_shown": lambda w: w.drawer.current == "health",
    "shows_widths": lambda w: w.diagnosis.shows_widths,
    "shows_compiled": lambda w: w.compiling.is_on,
    "shows_badges": lambda w: w.diagnosis.shows_badges,
    "left_shown": lambda w: w.workspaces.is_left_shown,
    "right_shown": lambda w: w.workspaces.is_right_shown,
    "problems_shown": lambda w: w.drawer.current == "problems",
    "paths_shown": lambda w: w.drawer.current == "paths",
    "chain_rule_shown": lambda w: w.drawer.current == "chain_rule",
    "modes_shown": lambda w: w.drawer.current == "modes",
    "breakpoints_shown": lambda w: w.drawer.current == "breakpoints",
    "watch_shown": lambda w: w.drawer.current == "watch",
    "is_watched": lambda w: w.watches.has_chosen,
    "compare_shown": lambda w: w.drawer.current == "compare",
    "is_pinned": lambda w: w.comparing.is_pinned,
    "has_breakpoint": lambda w: w.breakpoints.has_chosen,
    "place_and_steps": lambda w: WHEN["one_place"](w) and WHEN["has_steps"](w),
    "one_place": lambda w: w.document.selection.kind in ("node", "edge"),
    "memory_shown": lambda w: w.drawer.current == "memory",
    "is_checkpoint": lambda w: w.checkpoints.has_chosen,
    "can_freeze": lambda w: w.freezing.can_freeze,
    "is_frozen": lambda w: w.freezing.has_chosen,
    "theme_system": lambda w: w.theme.choice == "system",
    "theme_light": lambda w: w.theme.choice == "light",
    "theme_dark": lambda w: w.theme.choice == "dark",
    "is_unfolded": lambda w: w.canvas.canvas.unfolding.has(w.document.selection.node or ""),
    "is_highlighting": lambda w: w.canvas.canvas.lineage.is_lit,
    "is_folded_away": lambda w: w.canvas.canvas.folding.is_on,
    "is_unrolled": lambda w: w.unrolling.is_on,
    "is_reverse_shown": lambda w: w.reverse_graph.is_on,
    "may_hand_out": lambda w: WHEN["has_steps"](w) and w.document.playhead.limit is None,
    "is_predicting": lambda w: w.predicting.is_on,
    "is_presenting": lambda w: w.presenting.is_on,
    "has_spotlight": lambda w: w.presenting.has_spotlight,
    "is_live": lambda w: w.live.is_on,
}

# Why a command cannot be done now, where a sentence helps.
WHY: Mapping[str, str] = {
    "has_nodes": N(A, "The graph has no nodes yet."),
    "can_undo": N(A, "There is nothing to undo."),
    "can_redo": N(A, "There is nothing to redo."),
    "selected": N(A, "Select a node or an edge first."),
    "place_and_steps": N(A, "Select one node or one edge of a graph that ran."),
    "one_place": N(A, "Select one node or one edge first."),
    "chosen_nodes": N(A, "Select a node first."),
    "can_freeze": N(A, "Select a node with parameters, or the pin of one."),
    "can_delete": N(A, "Select a node, an edge or a frame first."),
    "has_frames": N(A, "The graph has no frames. Select nodes and press F."),
    "one_frame": N(A, "Select a frame, or a node in one."),
    "several_nodes": N(A, "Select several nodes first."),
    "three_nodes": N(A, "Select three nodes or more first."),
    "clipboard_text": N(A, "The clipboard holds no text."),
    "can_have_note": N(A, "Select one node, or nothing for a note on the graph."),
    "one_composite": N(A, "Select one composite first."),
    "expandable": N(A, "Select a layer that is made of simpler modules."),
    "one_of_many": N(A, "Select a composite whose definition others have too."),
    "inside": N(A, "No composite is open."),
    "one_node": N(A, "Select one node first."),
    "has_value": N(A, "Select a source, or the pin of a parameter."),
    "one_edge": N(A, "Select an edge first."),
    "chosen_edge": N(A, "Select an edge, or the pin of a parameter."),
    "has_found": N(A, "Find something first."),
    "has_units": N(A, "Select a Linear of at most 16 inputs and 16 outputs."),
    "has_bends": N(A, "Select an edge with bends."),
    "has_target": N(A, "No target was chosen."),
    "has_steps": N(A, "There is no step yet. Run the graph first."),
    "can_push": N(A, "Select a node or an edge of a graph that ran, with floating numbers."),
    "has_run": N(A, "Nothing has been trained yet."),
    "has_batch": N(A, "No batch of a training is open."),
    "has_seed": N(A, "No tangent is pushed."),
    "may_hand_out": N(A, "Run the graph first; while you predict, its key would tell."),
    "can_train": N(A, "The graph has no target yet, which a training makes small."),
    "can_step_training": N(A, "The graph has no target yet, which a training makes small."),
    "is_training": N(A, "Nothing is being trained."),
    "has_moments": N(A, "No moment of a training is kept yet."),
    "is_travelling": N(A, "The newest state of the training is shown."),
    "has_learned": N(A, "Nothing has been trained yet."),
    "has_time": N(A, "Nothing in this graph runs over time."),
    "node_and_steps": N(A, "Select one node of a graph that ran."),
    "not_at_start": N(A, "The playhead is at the start."),
    "is_presenting": N(A, "It works while one presents."),
    "may_step": N(A, "The playhead is at the end."),
}
