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
from pathlib import Path

import numpy as np

from resting import until
from shots import SHOTS, Shot

FOLDER = Path(__file__).parent / "pictures"
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
    if window.compiling.is_on:
        window.compiling.toggle()
    window.drawer.close_drawer()
    window.theme.choose(shot.theme)
    window.resize(*shot.size)
    window.document.replace(graph_of(shot.example), None)
    window.workspaces.show(shot.workspace)
    until(lambda: window.document.report is not None or not shot.is_verified)
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
    if name == "compiled":
        return what_is_compiled()
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


def what_is_compiled():
    """A classifier with a node for each fate: kept, fused, shared, folded and removed."""
    from graph import Graph

    graph = Graph(title="What the compiler does", target="loss")
    rows = (
        ("Input", "x", (0, 96), {"shape": (4, 3)}, ()),
        ("Linear", "logits", (168, 96), {"out_features": 3}, ("x.y > x",)),
        ("Constant", "heat", (0, 312), {"shape": ()}, ()),
        ("Reciprocal", "sharpness", (168, 312), {}, ("heat.y > x",)),
        ("Multiply", "left", (336, 48), {}, ("logits.y > a", "sharpness.y > b")),
        ("Multiply", "right", (336, 168), {}, ("logits.y > a", "sharpness.y > b")),
        ("Add", "both", (504, 96), {}, ("left.y > a", "right.y > b")),
        ("LogSoftmax", "logarithms", (672, 96), {}, ("both.y > x",)),
        ("Softmax", "probabilities", (672, 312), {}, ("both.y > x",)),
        ("Input", "classes", (672, 216), {"shape": (4,), "dtype": "int64"}, ()),
        ("NLLLoss", "loss", (864, 144), {}, ("logarithms.y > prediction", "classes.y > target")),
    )
    for module, id_, at, settings, reads in rows:
        graph.add(module, id_, at=at, **settings)
        for source, _, port in (read.partition(" > ") for read in reads):
            graph.connect(source, f"{id_}.{port}")
    numbers = np.random.RandomState(0).standard_normal((4, 3))
    for id_, value in (("x", numbers), ("heat", np.array(2.0)), ("classes", np.arange(4) % 3)):
        graph.set_tensor(f"{id_}.y", value)
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


if __name__ == "__main__":
    if len(sys.argv) == 3:
        draw_all(Path(sys.argv[1]), int(sys.argv[2]))
    elif "--small" in sys.argv:
        draw_small()
    else:
        main(*map(Path, sys.argv[1:]))
        subprocess.run([sys.executable, __file__, "--small"], check=True)
