"""The commands of the menu Train."""

from __future__ import annotations

from gui.actions.row import A, N, Row

# fmt: off
ROWS = (
    Row("train_run", N(A, "&Train"), "Ctrl+F5", "train", "transport.toggle",
        N(A, "Begin a training, let it stand still, or go on with it."), "can_train",
        icon="play"),
    Row("train_batch", N(A, "One &batch"), "Ctrl+F7", "train", "transport.one_batch",
        N(A, "Make one update, then stand still."), "can_step_training"),
    Row("train_epoch", N(A, "One &epoch"), "Ctrl+F8", "train", "transport.one_epoch",
        N(A, "Go on to the end of the epoch, then stand still."), "can_step_training"),
    Row("train_stop", N(A, "&Stop the training"), "Shift+F5", "train", "transport.stop",
        N(A, "End the run at the end of its step; its newest moment is kept."), "is_training"),
    Row("train_kill", N(A, "Stop at &once"), "", "train", "running.kill",
        N(A, "End the run in the middle of its step, however long that takes."), "is_training"),
    Row("train_anew", N(A, "Train a&new"), "Ctrl+Shift+F5", "train", "transport.restart",
        N(A, "Begin a new run with the graph and its settings as they are now."), "can_train"),
    Row("previous_moment", N(A, "&Previous moment"), "Ctrl+Alt+PgUp", "train",
        "transport.previous_moment",
        N(A, "Show the parameters as they were at the kept moment before."), "has_moments",
        after_gap=True),
    Row("next_moment", N(A, "Ne&xt moment"), "Ctrl+Alt+PgDown", "train", "transport.next_moment",
        N(A, "Show the kept moment after it, or the newest state."), "is_travelling"),
    Row("branch", N(A, "B&ranch from here"), "", "train", "transport.branch",
        N(A, "Train on from the moment that is shown, as a new run."), "has_moments"),
    Row("take_over", N(A, "Take &over the training"), "", "train", "transport.take_over",
        N(A, "Write the parameters that are shown into the graph, as one edit."), "has_learned"),
    Row("open_batch", N(A, "&Open this batch in the stepper"), "Ctrl+F9", "train",
        "batches.open",
        N(A, "Step through the batch at which the training stands, while it goes on."),
        "has_run", after_gap=True),
    Row("close_batch", N(A, "&Close the batch"), "", "train", "batches.close",
        N(A, "Show the graph's own numbers again."), "has_batch"),
    Row("training_settings", N(A, "Settings o&f the training"), "", "train",
        "leading.show_training", N(A, "Show optimizer, epochs and metrics in the inspector."),
        after_gap=True),
)
# fmt: on
