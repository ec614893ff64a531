"""The pictures of this folder, as rows of a table: which state of the window each one shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from resting import until


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

    is_verified: bool = True  # whether finite differences are waited for; a large graph's take long
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


def look_at_set(window) -> None:
    """Let the inspector read the set of the chosen node, and show it from its counts on."""
    section = window.inspector.page.data
    until(lambda: section.preview is not None and not section.is_busy, 600)


def compile_step(window) -> None:
    """Show what the compiler makes of every node."""
    window.compiling.toggle()
    until(lambda: window.compiling.report is not None)
    window.canvas.zoom_to_fit()
    until(lambda: True, 300)


def step_the_update(window) -> None:
    """Let Adam update the parameters, and write the last of its steps out."""
    from graph import edits
    from graph.rules import Adam
    from graph.training import Training

    document = window.document
    document.do(edits.SetGraph({"training": Training(optimizer=Adam(lr=0.1))}), "Train by Adam")
    document.updating.toggle()
    until(lambda: document.trace is not None and document.trace.update is not None)
    document.playhead.last()
    window.drawer.show_tab("chain_rule")
    window.canvas.zoom_to_fit()


def train(window, page: str) -> None:
    """Train to the end, and turn to a page of the panel; its histograms are all there."""
    running, panel = window.running, window.drawer.panel("training")
    window.drawer.show_tab("training")
    window.transport.restart()
    until(lambda: running.state == "ended")
    panel.show_page(page)
    until(lambda: panel.page(page).page is not None, 1000)
    shown = panel.page(page).page
    until(lambda: page != "parameters" or shown.survey.is_complete, 400)
    window.notices.dismiss_all()
    window.canvas.zoom_to_fit()


def train_and_read(window) -> None:
    """Put the cursor of the curves in the middle of a run."""
    train(window, "curves")
    page = window.drawer.panel("training").page("curves").page
    page.set_cursor(page.records[-1].per_epoch * 20)


def train_and_go_back(window) -> None:
    """Look at the parameters as they were in the middle of a run."""
    train(window, "parameters")
    moments = window.running.moments
    window.running.travel(moments[len(moments) // 3])
    until(lambda: window.running.travelled is not None, 400)


def train_by_two_rates(window) -> None:
    """Train, branch from the middle, and train anew with another learning rate."""
    from dataclasses import replace

    from graph import edits

    train(window, "curves")
    running, document = window.running, window.document
    running.travel(running.moments[len(running.moments) // 3])
    until(lambda: running.travelled is not None)

    def set_rate(lr: float) -> None:
        training = document.root.training
        training = replace(training, optimizer=replace(training.optimizer, lr=lr))
        document.do(edits.SetGraph({"training": training}), "Set the learning rate")

    set_rate(0.001)
    window.transport.branch()
    until(lambda: len(running.runs) == 2 and running.state == "ended")
    set_rate(0.2)
    train(window, "runs")


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


def race_in_the_valley(window) -> None:
    """Let the optimizers race, from a point that stands where the parameters do."""
    window.commands.by_id["landscape"].trigger()
    page = window.drawer.panel("training").page("landscape")
    until(lambda: page.seen is not None and not page.is_busy)
    page.race.begin()
    until(lambda: bool(page.race.courses) and not page.is_busy)
    window.canvas.zoom_to_fit()


def look_along_a_run(window) -> None:
    """Train to the end, and look along the directions of the way that led there."""
    window.commands.by_id["landscape"].trigger()
    page = window.drawer.panel("training").page("landscape")
    window.transport.restart()
    until(lambda: window.running.state == "ended")
    until(lambda: page.seen is not None and page.seen.way is not None and not page.is_busy, 600)
    page.controls.look("main")
    until(lambda: page.seen.asked.kind == "main" and not page.is_busy)
    window.notices.dismiss_all()
    window.canvas.zoom_to_fit()


def sweep_rates(window) -> None:
    """Train with sixteen learning rates by plain SGD, and read the best."""
    from dataclasses import replace

    from graph import edits
    from graph.rules import SGD

    training = replace(window.document.root.training, optimizer=SGD())
    window.document.do(edits.SetGraph({"training": training}), "Train by SGD")
    window.commands.by_id["sweep"].trigger()
    page = window.drawer.panel("training").page("sweep")
    page.begin()
    until(lambda: page.sweep is not None and not page.is_busy)
    window.canvas.zoom_to_fit()


def show_pictures(window) -> None:
    """Turn to the page Pictures, and wait until all of it is drawn finely."""
    window.settings.keep_bytes("drawer/height/training", 460)
    window.drawer.show_tab("training")
    panel = window.drawer.panel("training")
    panel.show_page("pictures")
    until(lambda: panel.page("pictures").page is not None)
    page = panel.page("pictures").page
    until(lambda: page.answer is not None and not page.asking.is_busy, 600)
    window.canvas.zoom_to_fit()


def train_and_show_pictures(window) -> None:
    """Train the graph as it says, take the result over, and show what it does now."""
    from runtime.training.session import Session

    session = Session(window.document.root.copy())
    while not session.is_over:
        session.step()
    window.document.do(session.trainer.edit(), "Take over the training")
    show_pictures(window)


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
    Shot(
        "training-pictures",
        "learned_features",
        workspace="train",
        size=(1280, 960),
        acts=show_pictures,
    ),
    Shot(
        "training-pictures-spirals",
        "learn_spirals",
        workspace="train",
        size=(1280, 960),
        acts=train_and_show_pictures,
    ),
    Shot(
        "training-pictures-digits",
        "digits_mlp",
        workspace="train",
        theme="dark",
        size=(1280, 960),
        is_verified=False,
        acts=train_and_show_pictures,
    ),
    Shot("update", acts=step_the_update, size=(1280, 960)),
    Shot("data-section", "learn_iris", "build", node="data", size=(1280, 960), acts=look_at_set),
    Shot("training", "learn_iris", "train", steps=0, acts=train_and_read),
    Shot("landscape", "ball_in_the_valley", "train", acts=race_in_the_valley),
    Shot("landscape-run", "learn_xor", "train", 0, theme="dark", acts=look_along_a_run),
    Shot("sweep", "linear_regression", "train", acts=sweep_rates),
    Shot("training-dark", "learn_iris", "train", 0, theme="dark", acts=train_and_read),
    Shot("training-parameters", "learn_iris", "train", steps=0, acts=train_and_go_back),
    Shot("training-runs", "learn_iris", "train", steps=0, acts=train_by_two_rates),
    Shot("diagnose-vanishing", "vanishing", workspace="diagnose", commands=("zoom_fit",)),
    Shot("diagnose-nan", "nan", workspace="diagnose", node="log", commands=("zoom_fit",)),
    Shot("compiled", "compiled", "build", size=(1440, 800), acts=compile_step),
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
