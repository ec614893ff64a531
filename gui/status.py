"""The status bar: problems, target, counts, dtype, device, verdict, live state, zoom."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStatusBar, QToolButton, QWidget

from graph import Module, PortRef
from graph.initialise import trained
from graph.naming import output_name
from gui.document import Document
from gui.drawer.problems import counted, problems_of
from gui.dress import dress
from gui.live import Live
from gui.numbers import format_count, format_number
from gui.theme import Theme

if TYPE_CHECKING:
    from graph import Check
    from runtime.gradient_check import GradientReport

HEIGHT = 24
SAID_FOR = 8_000  # milliseconds
BUSY_AFTER = 250
FIELDS = ("target", "counts", "dtype", "device", "verdict", "live", "folded")


class StatusBar(QStatusBar):
    """One line of facts; sentences for the person stand over them for a while."""

    problems_wanted = Signal()

    def __init__(
        self, document: Document, live: Live, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._live, self._theme = document, live, theme
        self.setFixedHeight(HEIGHT)
        self.setSizeGripEnabled(False)
        dress(self, theme, "status")
        self.problems = QToolButton(self, objectName="flat")
        self.problems.setToolTip(self.tr("Problems: show what is wrong with the graph."))
        self.problems.clicked.connect(self.problems_wanted)
        self._facts = QWidget(self)  # in one piece, for sentences hide it
        self._row = QHBoxLayout(self._facts)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.problems)
        self.addWidget(self._facts)
        self.fields = {name: self._field() for name in FIELDS}
        # What cannot be told from its place alone is named where it is read aloud.
        self._spoken = {"dtype": self.tr("dtype: {0}"), "device": self.tr("Device: {0}")}
        self.progress = QProgressBar(self, textVisible=False)
        self.progress.setRange(0, 0)
        self.progress.setFixedSize(96, 8)
        self.progress.setAccessibleName(self.tr("Busy"))
        self.progress.hide()
        self.zoom = QLabel(self)
        self.zoom.setFont(theme.font(11))
        self.problems.setFont(theme.font(11))
        self.setFont(theme.font(11))
        self.addPermanentWidget(self.progress)
        self.addPermanentWidget(self.zoom)
        self._busy = QTimer(self, singleShot=True, interval=BUSY_AFTER)
        self._busy.timeout.connect(self.progress.show)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.follow)
        self._folded = 0
        self._saved = ""  # the sentence that a file was written
        self._refused = ""  # the sentence why something was not done
        self._counted: tuple[object, tuple[int, int]] = (None, (0, 0))
        self._judged: tuple[object, object, str] = (None, None, "")
        self._listen()
        self.follow()

    def say(self, sentence: str) -> None:
        """Show a sentence for a while."""
        self.showMessage(sentence, SAID_FOR)

    def unsay(self, sentence: str) -> None:
        """Take a sentence away before its time, for it is no longer true."""
        if sentence and self.currentMessage() == sentence:
            self.clearMessage()

    def say_saved(self, path: Path) -> None:
        """Tell that a file was written, for as long as it holds what is shown."""
        self._saved = self.tr("Saved {0}").format(path)
        self.say(self._saved)

    def _say_refused(self, sentence: str) -> None:
        self._refused = sentence
        self.say(sentence)

    def _unsay_refused(self) -> None:
        """Another edit has worked: what was refused before it is over."""
        self.unsay(self._refused)

    def _unsay_saved(self) -> None:
        if not self._document.is_saved:
            self.unsay(self._saved)

    def show_zoom(self, zoom: float) -> None:
        """Say how large the canvas is drawn; 1 is 100 %."""
        self.zoom.setText(f"{round(zoom * 100)}%")
        self.zoom.setAccessibleName(self.tr("Zoom: {0}").format(self.zoom.text()))

    def show_folded(self, count: int) -> None:
        """Say how many nodes are folded away."""
        self._folded = count
        self.follow()

    def texts(self) -> dict[str, str]:
        """What it says, by field."""
        return {name: label.text() for name, label in self.fields.items()} | {
            "problems": self.problems.text(),
            "zoom": self.zoom.text(),
        }

    def follow(self) -> None:
        """Read everything anew."""
        self.problems.setText(self._problems_text())
        for name, label in self.fields.items():
            text = getattr(self, f"_{name}_text")()
            label.setText(text)
            label.setAccessibleName(self._spoken.get(name, "{0}").format(text))
            label.setVisible(bool(text))
        self.fields["counts"].setToolTip(self._counts_tip())

    def show_busy(self, is_busy: bool) -> None:
        """Show that something is under way, if it takes longer than a moment."""
        if not is_busy:
            self._busy.stop()
            self.progress.hide()
        elif not self._busy.isActive() and not self.progress.isVisible():
            self._busy.start()

    def _listen(self) -> None:
        document = self._document
        for signal in (
            document.edited,
            document.replaced,
            document.checked,
            document.traced,
            document.reported,
            document.playhead_moved,
        ):
            signal.connect(self._soon.start)
        self._live.changed.connect(self._soon.start)
        self._live.changed.connect(lambda: self.show_busy(self._live.is_busy))
        document.opened.connect(self.clearMessage)  # it was about the graph before
        document.saved_changed.connect(self._unsay_saved)
        document.refused.connect(self._say_refused)
        document.edited.connect(self._unsay_refused)
        document.failed.connect(self.say)

    def _field(self) -> QLabel:
        label = QLabel(self)
        label.setFont(self._theme.font(11))
        self._row.addWidget(label)
        return label

    # --- the words ------------------------------------------------------------------------

    def _problems_text(self) -> str:
        counts = counted(problems_of(self._document))
        words = (
            (self.tr("1 error"), self.tr("{0} errors")),
            (self.tr("1 warning"), self.tr("{0} warnings")),
            (self.tr("1 hint"), self.tr("{0} hints")),
        )
        parts = [
            one if count == 1 else many.format(count)
            for count, (one, many) in zip(counts, words, strict=True)
            if count
        ]
        return ", ".join(parts) or self.tr("No problems")

    def _target_text(self) -> str:
        found = self._document.whole_check
        if found is None or not self._document.root.nodes:
            return ""
        if found.target is None:
            several = len(found.candidates) > 1
            return self.tr("Target: choose one") if several else self.tr("No target")
        target = found.target
        name = output_name(self._document.root, target)
        reading = self._document.whole_shown.value(target)
        if reading.array is None or reading.array.size != 1:
            return self.tr("Target: {0}").format(name)
        number = format_number(reading.array.reshape(-1)[0])
        return self.tr("Target: {0} = {1}").format(name, number)

    def _counts_text(self) -> str:
        graph = self._document.graph
        nodes, edges = len(graph.nodes), len(graph.edges)
        parts = [
            self.tr("1 node") if nodes == 1 else self.tr("{0} nodes").format(format_count(nodes)),
            self.tr("1 edge") if edges == 1 else self.tr("{0} edges").format(format_count(edges)),
        ]
        numbers, tensors = self._parameters()
        if tensors:
            one, many = self.tr("1 parameter"), self.tr("{0} parameters")
            parts.append(one if numbers == 1 else many.format(format_count(numbers)))
        return ", ".join(parts)

    def _counts_tip(self) -> str:
        numbers, tensors = self._parameters()
        text = self.tr("{0} trainable numbers in {1} tensors.")
        return text.format(format_count(numbers), format_count(tensors))

    def _parameters(self) -> tuple[int, int]:
        """How many trainable numbers and tensors, as far as shapes are known."""
        key = (self._document.root, self._document.whole_check, self._document.place)
        if key != self._counted[0]:
            self._counted = (key, count_parameters(self._document))
        return self._counted[1]

    def _dtype_text(self) -> str:
        return self._document.graph.dtype

    def _device_text(self) -> str:
        trace = self._document.trace
        device = trace.device if trace is not None else "cpu"
        return "CPU" if device == "cpu" else device.upper().replace("CUDA:", "GPU ")

    def _verdict_text(self) -> str:
        """The verdict of finite differences, put together once for a report."""
        report, check = self._document.whole_report, self._document.whole_check
        if report is not self._judged[0] or check is not self._judged[1]:
            self._judged = (report, check, self._judge(report, check))
        return self._judged[2]

    def _judge(self, report: GradientReport | None, check: Check | None) -> str:
        """The wired edges, and whatever else does not agree."""
        if report is None or check is None:
            return ""
        graph = check.flat.graph
        wired = [v.word for ref, v in report.edges.items() if graph.incoming(ref) is not None]
        owned = [v.word for ref, v in report.edges.items() if graph.incoming(ref) is None]
        owned += [verdict.word for verdict in report.leaves.values()]
        judged = [word for word in wired if word in ("agrees", "disagrees")]
        parts = []
        if judged:
            text = self.tr("{0} of {1} edges agree")
            parts.append(text.format(judged.count("agrees"), len(judged)))
        if "kink" in wired:
            parts.append(self.tr("{0} at a kink").format(wired.count("kink")))
        if "not finite" in wired:
            parts.append(self.tr("{0} not finite").format(wired.count("not finite")))
        if "disagrees" in owned:
            parts.append(self.tr("{0} leaves disagree").format(owned.count("disagrees")))
        return ", ".join(parts)

    def _folded_text(self) -> str:
        """How many nodes are not drawn, and why."""
        count = self._folded
        if not count:
            return ""
        text = self.tr("1 node hidden, without a path to the target")
        many = self.tr("{0} nodes hidden, without a path to the target")
        return text if count == 1 else many.format(format_count(count))

    def _live_text(self) -> str:
        return "" if self._live.is_on else self.tr("Live: off")


def count_parameters(document: Document) -> tuple[int, int]:
    """Trainable numbers and tensors of what is shown, as far as shapes are known."""
    check = document.whole_check
    graph, types = document.root, check.types if check else {}
    ties: Mapping[PortRef, PortRef] = {}
    if check is not None and check.flat.instances:
        graph, ties = check.flat.graph, check.flat.ties
    # Most modules own nothing: asking the class once keeps large graphs quick.
    may_own = {kind.name: _may_own(kind) for kind in graph.catalogue}
    start = f"{document.place}/" if document.place else ""
    numbers = tensors = 0
    for id_, node in graph.nodes.items():
        is_shown = id_.startswith(start) and may_own.get(node.module)
        module = graph.module(id_) if is_shown else None
        for name in trained(module) if module is not None else ():
            ref = PortRef(id_, name)
            type_ = types.get(ref)
            is_own = graph.incoming(ref) is None and ref not in ties
            if type_ is not None and type_.is_known and is_own:
                numbers, tensors = numbers + math.prod(type_.shape), tensors + 1
    return numbers, tensors


def _may_own(kind: type[Module]) -> bool:
    return bool(kind.parameters) or kind.outline() == "source"
