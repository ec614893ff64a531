"""Draw the pictures of this folder with the program itself. Needs no screen.

    python docs/make_pictures.py [FOLDER | --small]

Writes the window (light, dark; 100 and 200 %; both workspaces; the smallest size; the examples),
for the pages of this folder and for whoever wants to see what has changed; and the small pictures
of the examples, which the program shows (`--small` writes these alone).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "pictures"


@dataclass(frozen=True)
class Shot:
    """One picture of the window."""

    name: str
    example: str = "backprop_by_hand"
    workspace: str = "step"
    steps: int | None = None  # None: all
    edge: str = ""
    node: str = ""
    theme: str = "light"
    size: tuple[int, int] = (1280, 800)
    zoom: float | None = None  # None: fitted
    is_scaled: bool = False  # whether it is drawn at 200 % too
    is_panel: bool = False  # whether the inspector alone is drawn
    place: str = ""  # the composite whose inside is shown
    commands: tuple[str, ...] = ()  # that are given before the picture is taken
    t: int = 0  # the time step that is shown
    tab: int | None = None  # of an edge's page; None: as it is left
    is_unrolled: bool = False
    tangent: str = ""  # the port from which one is pushed
    checkpoints: tuple[str, ...] = ()  # with which the panel of memory is shown
    is_presented: bool = False
    hints: int | None = None  # that are shown in predict mode; None: it is off
    nudged: str = ""  # the number that is nudged in the panel of modes
    path: int | None = None  # the row that is chosen in the drawer's table of paths
    by: str = ""  # of a geometry: the port from which all edges count
    of: str = ""  # and the port whose derivative it is
    point: tuple[float, ...] = ()  # to which its point is dragged

    acts: Callable | None = None  # what is done in the window before the picture is taken


def hold_at_breakpoint(window) -> None:
    """Set breakpoints of three kinds and continue to the one with a condition."""
    from graph import edits
    from graph.marks import Breakpoint, Condition, Marks

    high = Condition("value", "norm above", 2.5)
    marks = (Breakpoint("x2.a"), Breakpoint("difference", high), Breakpoint("loss", off=True))
    window.document.do(edits.SetMarks(Marks(marks)), "Set breakpoints")
    window.drawer.show_tab("breakpoints")
    window.canvas.zoom_to_fit()
    for _ in range(2):
        window.holding.go_on()
        until(lambda: not window.holding.is_busy)


def watch_ports(window) -> None:
    """Watch what fans out, and what it becomes."""
    from graph import PortRef, edits
    from graph.marks import Marks

    ports = tuple(PortRef(id_, "y") for id_ in ("x", "sin", "product"))
    window.document.do(edits.SetMarks(Marks(watches=ports)), "Watch")
    window.drawer.show_tab("watch")
    until(lambda: not window.drawer.panel("watch").histories.is_busy)
    window.canvas.zoom_to_fit()


def compare_runs(window) -> None:
    """Pin a run, change an input, and list what differs."""
    from graph import PortRef, Tensor, edits

    window.comparing.pin()
    edit = edits.SetTensor(PortRef("x", "y"), Tensor.scalar(3.0))
    window.document.do(edit, "Set x")
    until(lambda: window.document.is_fresh and not window.comparing.is_busy, 400)
    window.drawer.show_tab("compare")
    window.document.playhead.last()
    window.canvas.zoom_to_fit()


PANEL = (1280, 1170)  # the inspector shows its whole page
SHOTS = (
    Shot("window-light", edge="x1.a", is_scaled=True),
    Shot("window-dark", edge="x1.a", theme="dark", is_scaled=True),
    Shot("window-start", steps=0),
    Shot("seeing-forward", steps=4),
    Shot("seeing-nudge", nudged="w.y"),
    Shot("seeing-reverse", steps=6),
    Shot("seeing-reverse-graph", commands=("reverse_graph",)),
    Shot("seeing-geometry", edge="loss.x", tab=3, of="loss.y", point=(1.5,)),
    Shot("window-build", workspace="build", steps=4, node="w"),
    Shot("window-smallest", workspace="build", size=(1024, 640)),
    Shot("window-xor", "xor", edge="hidden.x"),
    Shot("window-softmax", "softmax_classifier", edge="probabilities.x"),
    Shot("window-softmax-dark", "softmax_classifier", edge="probabilities.x", theme="dark"),
    Shot("window-fan-out", "fan_out", edge="sin.x"),
    Shot("edges-close", "softmax_classifier", zoom=1.6),
    Shot("composite-closed", "transformer_block"),
    Shot("composite-open", "transformer_block", place="transformer_block"),
    Shot("composite-deep", "transformer_block", place="transformer_block/attend"),
    Shot("forward-mode", node="x1", steps=6, tangent="w.y"),
    Shot("modes", "xor", commands=("modes", "zoom_fit")),
    Shot("time-loop", "rnn", node="kept"),
    Shot("memory", "lstm", steps=9, checkpoints=("cell",)),
    Shot("predict", steps=7, hints=2),
    Shot("time-page", "lstm", edge="cell.c", t=3, tab=4),
    Shot("time-unrolled", "rnn", node="state", t=2, zoom=0.75, is_unrolled=True),
    Shot("reverse-graph", "fan_out", commands=("reverse_graph",)),
    Shot("presenting", steps=6, commands=("reverse_graph",), is_presented=True),
    Shot("chain-rule", steps=8, commands=("chain_rule", "zoom_fit")),
    Shot("paths", "fan_out", commands=("paths", "zoom_fit"), path=2),
    Shot("breakpoints", steps=0, acts=hold_at_breakpoint),
    Shot("watch", "fan_out", acts=watch_ports),
    Shot("compare", acts=compare_runs),
    Shot("diagnose-vanishing", "vanishing", workspace="diagnose", commands=("zoom_fit",)),
    Shot("diagnose-nan", "nan", workspace="diagnose", node="log", commands=("zoom_fit",)),
    Shot("jacobian-convolution", "convolution", edge="conv.x", size=PANEL, is_panel=True),
    Shot("jacobian-softmax", "batch", edge="p.x", size=PANEL, is_panel=True),
    Shot("geometry", edge="x1.a", tab=3, of="loss.y", point=(4.5,)),
    Shot(
        "geometry-contour",
        "xor",
        edge="hidden.weight",
        size=PANEL,
        is_panel=True,
        tab=3,
        of="loss.y",
        point=(3.0, 1.0),
    ),
    Shot(
        "geometry-grid",
        "polar",
        edge="radius.x",
        size=PANEL,
        is_panel=True,
        tab=3,
        by="p.y",
        of="point.y",
        point=(1.6, 1.0),
    ),
    Shot("activation", "vanishing", node="sigmoid1_act", size=(1280, 1000), is_panel=True),
)
SCALES = (1, 2)


def main(folder: Path = FOLDER) -> None:
    """One process per scale, for Qt reads it when it starts."""
    folder.mkdir(parents=True, exist_ok=True)
    for scale in SCALES:
        with tempfile.TemporaryDirectory() as home:
            settings = {f"XDG_{kind}_HOME": home for kind in ("CONFIG", "STATE", "CACHE", "DATA")}
            qt = {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(scale)}
            command = [sys.executable, __file__, str(folder), str(scale)]
            subprocess.run(command, check=True, env=os.environ | settings | qt)


def draw_all(folder: Path, scale: int) -> None:
    """All pictures at one scale."""
    from PySide6.QtWidgets import QApplication

    from gui.app import make_windows

    app = QApplication(["gradwire"])
    window = make_windows(app).new()
    for shot in (shot for shot in SHOTS if scale == 1 or shot.is_scaled):
        draw(window, shot)
        suffix = "" if scale == 1 else f"@{scale}x"
        seen = window.inspector if shot.is_panel else window
        seen.grab().save(str(folder / f"{shot.name}{suffix}.png"))
    window.leave()


def draw(window, shot: Shot) -> None:
    """Bring the window into the state of a picture."""
    from gui.inspector.edge_page import EdgePage

    window.presenting.leave()
    window.reverse_graph.leave()
    window.drawer.close_drawer()
    window.theme.choose(shot.theme)
    window.resize(*shot.size)
    window.document.replace(graph_of(shot.example), None)
    window.workspaces.show(shot.workspace)
    until(lambda: window.document.report is not None)
    window.canvas.zoom_to_fit()
    if shot.zoom is not None:
        window.canvas.zoom_to(shot.zoom)
    if shot.place:
        window.document.show_place(shot.place)
        until(lambda: window.document.check is not None, 400)
        window.canvas.zoom_to_fit()
    if shot.tangent:
        push_tangent(window, shot)
    window.document.playhead.go(99_999 if shot.steps is None else shot.steps)
    window.document.playhead.show_time(shot.t)
    if shot.is_unrolled:
        unroll(window, shot)
    if shot.tab is not None:
        EdgePage.chosen_tab = shot.tab
    if shot.edge:
        window.document.selection.set_edge(shot.edge)
    elif shot.node:
        window.document.selection.set_nodes({shot.node})
    else:
        window.document.selection.clear()
    for command in shot.commands:
        window.commands.by_id[command].trigger()
        until(lambda: True, 600)
    if shot.checkpoints:
        show_memory(window, shot)
    if shot.hints is not None:
        predict(window, shot)
    if shot.nudged:
        nudge(window, shot)
    if shot.path is not None:
        choose_path(window, shot)
    if shot.of:
        explore(window, shot)
    if shot.acts is not None:
        shot.acts(window)
    if shot.is_presented:
        present(window, shot)
    window.status.clearMessage()
    until(lambda: not window.live.is_busy, 600)
    if shot.is_panel and shot.edge:
        page = window.inspector.page
        until(lambda: not (page.geometry if shot.of else page.jacobian).is_busy)


def push_tangent(window, shot: Shot) -> None:
    """Push ones from a port."""
    from graph import PortRef
    from runtime.tangents import Seed

    window.document.seeding.choose(Seed(PortRef.parse(shot.tangent)))
    until(lambda: window.document.whole_trace.push is not None)


def predict(window, shot: Shot) -> None:
    """Ask for what the next step shows, with some hints."""
    window.predicting.toggle()
    for _ in range(shot.hints):
        window.predicting.hint()
    window.canvas.zoom_to_fit()


def show_memory(window, shot: Shot) -> None:
    """Open the drawer's panel of memory, with these checkpoints."""
    window.checkpoints.choose(shot.checkpoints)
    window.drawer.show_tab("memory")
    until(lambda: window.drawer.panel("memory").found is not None)
    window.canvas.zoom_to_fit()


def nudge(window, shot: Shot) -> None:
    """Move a number both ways, and bring the form into sight."""
    from graph import PortRef

    window.drawer.show_tab("modes")
    panel = window.drawer.panel("modes")
    until(lambda: not panel.is_busy, 600)
    panel.nudge.leaf.show_value(PortRef.parse(shot.nudged))
    panel.nudge.step.show_value(0.1)
    panel.nudge.nudge()
    until(lambda: not panel.nudge.is_busy)
    panel.ensureWidgetVisible(panel.nudge)
    window.canvas.zoom_to_fit()


def choose_path(window, shot: Shot) -> None:
    """Choose a row of the table of paths."""
    panel = window.drawer.panel("paths")
    until(lambda: not panel.is_busy)
    panel.table.selectRow(shot.path)


def explore(window, shot: Shot) -> None:
    """Drag the point of an edge's geometry, between the ports that are wanted."""
    panel = window.inspector.page.geometry
    until(lambda: not panel.is_busy)
    for field, port in ((panel.source.field, shot.by), (panel.output.field, shot.of)):
        if port:
            field.show_value(port)
            field.committed.emit()
            until(lambda: not panel.is_busy)
    panel.picture.moved.emit(np.array(shot.point))
    until(lambda: not panel.is_busy)


def polar():
    """From radius and angle to a point of the plane."""
    from graph import Graph

    graph = Graph(title="Polar coordinates", target="loss")
    graph.add("Input", "p", shape=(2,), at=(0, 96))
    for start, name in enumerate(("radius", "angle")):
        graph.add("Slice", name, axis=0, start=start, stop=start + 1, at=(144, 192 * start))
    for row, name in enumerate(("Cos", "Sin")):
        graph.add(name, name.lower(), at=(288, 144 + 96 * row))
        graph.add("Multiply", "xy"[row], at=(432, 96 * row))
        graph.connect("angle.y", f"{name.lower()}.x")
        graph.connect("radius.y", f"{'xy'[row]}.a")
        graph.connect(f"{name.lower()}.y", f"{'xy'[row]}.b")
    graph.add("Concat", "point", axis=0, at=(576, 48))
    graph.add("Norm", "loss", at=(720, 48))
    for edge in ("p.y radius.x", "p.y angle.x", "x.y point.x0", "y.y point.x1", "point.y loss.x"):
        graph.connect(*edge.split())
    graph.set_tensor("p.y", np.array([1.2, 0.5]))
    return graph


def unroll(window, shot: Shot) -> None:
    """Turn to the unrolled graph, with the copies around a time step in sight."""
    window.unrolling.toggle()
    view = window.unrolling.view
    view.zoom_to(shot.zoom)
    view.reveal(f"{shot.node}_t{shot.t}")


def present(window, shot: Shot) -> None:
    """Show the graph alone, on a screen as large as the picture."""
    from PySide6.QtCore import Qt

    window.presenting.toggle()
    window.setWindowState(Qt.WindowState.WindowNoState)
    window.resize(*shot.size)
    until(lambda: True, 300)


def graph_of(name: str):
    """An example by its file's name, or a graph that is made for its Jacobian's picture."""
    from graph import Graph
    from gui.examples import examples
    from gui.reading import read

    if name == "polar":
        return polar()
    if name == "nan":
        return where_nan_begins()
    shapes = {"convolution": (1, 16, 32, 32), "batch": (128, 10)}
    if name not in shapes:
        path = next((path for path in examples() if path.stem == name), None)
        if path is None:
            raise SystemExit(f"{name}: found no such example.")
        return read(path)
    graph = Graph(title=name.capitalize(), target="loss")
    graph.add("Input", "x", shape=shapes[name])
    if name == "convolution":
        graph.add("Conv2d", "conv", out_channels=16, kernel_size=(3, 3))
    else:
        graph.add("Softmax", "p")
    node = next(id_ for id_ in graph.nodes if id_ != "x")
    graph.add("Square", "squares")
    graph.add("Sum", "loss")
    for source, target in (("x.y", f"{node}.x"), (f"{node}.y", "squares.x")):
        graph.connect(source, target)
    graph.connect("squares.y", "loss.x")
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal(shapes[name]) * 2)
    return graph


def where_nan_begins():
    """A logarithm behind a ReLU: what the ReLU cuts off becomes infinite, and then NaN."""
    import itertools

    import numpy as np

    from graph import Graph

    graph = Graph(title="Where NaN begins", target="loss")
    modules = ("Input", "Linear", "ReLU", "Log", "Linear", "Mean")
    ids = ("x", "hidden", "relu", "log", "output", "loss")
    settings = {"x": {"shape": (4, 2)}, "hidden": {"out_features": 3}}
    for place, (module, id_) in enumerate(zip(modules, ids, strict=True)):
        graph.add(module, id_, at=(216 * place, 0), **settings.get(id_, {}))
    for source, target in itertools.pairwise(ids):
        graph.connect(f"{source}.y", f"{target}.x")
    graph.set_tensor("x.y", np.array([[1.0, 0.5], [2.0, 0.5], [0.5, 3.0], [1.0, 1.0]]))
    graph.set_tensor("hidden.weight", np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, 0.5]]))
    graph.set_tensor("hidden.bias", np.zeros(3))
    return graph


def draw_small() -> None:
    """The pictures beside the examples."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QApplication

    from gui.examples import examples
    from gui.miniatures import draw_miniature, picture_of

    app = QApplication(["gradwire"])
    for path in examples():
        picture_of(path).write_bytes(draw_miniature(path))
    app.quit()


def until(is_done: Callable[[], bool], least: int = 100) -> None:
    """Let the window work, `least` milliseconds and until `is_done`, but 20 s at most."""
    from PySide6.QtCore import QElapsedTimer, QEventLoop, QTimer

    clock = QElapsedTimer()
    clock.start()
    while clock.elapsed() < least or not is_done():
        if clock.elapsed() > 20_000:
            raise SystemExit("the window did not come to rest.")
        loop = QEventLoop()
        QTimer.singleShot(20, loop.quit)
        loop.exec()


if __name__ == "__main__":
    if len(sys.argv) == 3:
        draw_all(Path(sys.argv[1]), int(sys.argv[2]))
    elif "--small" in sys.argv:
        draw_small()
    else:
        main(*map(Path, sys.argv[1:]))
        subprocess.run([sys.executable, __file__, "--small"], check=True)
