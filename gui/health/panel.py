"""The drawer's tab Health: what is wrong in words, the layers' gradients, and thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from graph import PortRef
from graph.naming import name_of
from gui.health.bars import Bar, BarStrip, bar_of
from gui.health.check_line import CheckLine
from gui.health.findings import FindingsList, Row
from gui.health.threshold_form import ThresholdForm
from gui.health.words import ICONS, ORDER, brief, layer_text, origin_text, sentence, summary, tr
from gui.inspector.buttons import Button
from gui.inspector.labels import Label
from gui.origins import origin_of
from gui.places import address_of
from gui.told import told
from runtime.health import Finding, Layer
from runtime.origin import problem_of

if TYPE_CHECKING:
    from gui.window import Window

LEFT, RIGHT = (208, 296), (208, 216)  # pixels, least and most


class HealthPanel(QWidget):
    """Reads the diagnosis while it is visible, and asks for one."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._diagnosis = window, window.diagnosis
        theme = window.theme
        self.summary = Label(theme, size=13, weight=600, wrap=True, parent=self)
        self.findings = FindingsList(theme, self)
        self.to_end = Button(
            theme, tr("Go to the end"), tr("Take all steps, so that every gradient is there"),
            self._go_to_end, icon_name="last", parent=self,
        )  # fmt: skip
        self.bars = BarStrip(theme, self._tell, self)
        self.thresholds = ThresholdForm(self._diagnosis, theme, self)
        self.check = CheckLine(window, self)
        self._lay_out(theme)
        self.findings.followed.connect(window.leading.go_to_place)
        self.bars.chosen.connect(window.leading.go_to_place)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._follow)
        document = window.document
        for signal in (self._diagnosis.changed, document.edited):
            signal.connect(self._follow_soon)
        for signal in (window.live.changed, document.reported):
            signal.connect(self._follow_check)
        document.selection_changed.connect(self._follow_selection)
        self.setFocusProxy(self.findings)

    def showEvent(self, event) -> None:
        """From now on figures are wanted."""
        super().showEvent(event)
        self._diagnosis.follow_panel(True)
        self._follow_check()
        self._follow()

    def hideEvent(self, event) -> None:
        """And no longer."""
        super().hideEvent(event)
        self._diagnosis.follow_panel(False)

    # --- inside ----------------------------------------------------------------------------

    def _lay_out(self, theme) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(self.summary)
        left.addWidget(self.to_end, 0, Qt.AlignmentFlag.AlignLeft)
        left.addWidget(self.findings, 1)
        left.setSpacing(4)
        right.addWidget(self.check)
        right.addWidget(self.thresholds)
        right.addStretch(1)
        right.setSpacing(8)
        area = QScrollArea(self, widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.bars)
        area.viewport().setAutoFillBackground(False)
        self.bars.setAutoFillBackground(False)
        title = Label(theme, tr("Gradient norm by layer"), size=11, ink="muted", parent=self)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(title)
        middle.addWidget(area, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 8)
        row.setSpacing(16)
        for part, (least, most) in ((left, LEFT), (right, RIGHT)):
            holder = QWidget(self)
            holder.setMinimumWidth(least)
            holder.setMaximumWidth(most)
            part.setContentsMargins(0, 0, 0, 0)
            holder.setLayout(part)
            row.addWidget(holder, 2 if part is left else 1)
        row.insertLayout(1, middle, 3)

    def _go_to_end(self) -> None:
        """The key goes then, and what is found comes where it was."""
        self.findings.setFocus()
        self._window.stepping.last()

    def _follow_soon(self, *_: object) -> None:
        if self.isVisible():
            self._soon.start()

    def _follow_check(self) -> None:
        if self.isVisible():
            self.check.follow()

    def _follow(self) -> None:
        """Read everything anew."""
        if not self.isVisible():
            return
        self.thresholds.follow()
        health, graph = self._diagnosis.health, self._window.document.root
        if health is None:
            has_run = self._window.document.whole_trace is not None
            text = tr("The run is being measured.") if has_run else tr("Nothing has run yet.")
            self.summary.say(text)
            self.findings.show_rows(())
            self.bars.empty = ""
            self.bars.show_bars((), self._diagnosis.scale)
            self.to_end.hide()
            return
        seen = self._diagnosis.seen_findings()
        found = tuple(finding for some in seen.values() for finding in some)
        waiting = [layer for layer in health.layers if not self._diagnosis.has_come(layer)]
        is_finite = origin_of(self._window.document) is None
        self.summary.say(summary(health, found, graph, len(waiting), is_finite=is_finite))
        self.to_end.setVisible(bool(waiting) and health.has_reverse)
        self.findings.show_rows(self._rows(found))
        self.bars.empty = tr("No node of this graph owns a trainable tensor.")
        bars = [self._bar(layer, seen.get(layer.node, ())) for layer in health.layers]
        self.bars.show_bars(bars, self._diagnosis.scale)

    def _follow_selection(self) -> None:
        """The bar of the node that is selected is the current one."""
        node = self._window.document.selection.node
        if node is not None and self.isVisible():
            self.bars.go_to(address_of(self._window.document.place, PortRef(node, "")).node)

    def _rows(self, findings: tuple[Finding, ...]) -> list[Row]:
        """Where NaN comes from first, then the findings, the worst first."""
        document, health = self._window.document, self._diagnosis.health
        rows = []
        origin = origin_of(document)
        if origin is not None:
            whole = told(document.root, problem_of(origin))
            rows.append(Row("warning", origin_text(origin, document.root), whole, origin.node))
        for finding in sorted(findings, key=lambda found: ORDER.index(found.trouble)):
            text = brief(finding, health, document.root)
            whole = sentence(finding, health, document.root)
            rows.append(Row(ICONS[finding.trouble], text, whole, finding.node))
        return rows

    def _bar(self, layer: Layer, findings: Sequence[Finding]) -> Bar:
        has_come = self._diagnosis.has_come(layer)
        name = name_of(self._window.document.root, layer.node)
        short = name.rpartition("/")[2]  # inside composites the last part
        mark = ICONS[findings[0].trouble] if findings else ""
        return bar_of(layer, short, mark, has_come=has_come)

    def _tell(self, node: str) -> str:
        """A layer in words: its figures, as far as they have come, and what is wrong with it."""
        graph, health = self._window.document.root, self._diagnosis.health
        layer = health.layer(node) if health is not None else None
        if layer is None:
            return ""
        text = layer_text(layer, graph, has_come=self._diagnosis.has_come(layer))
        found = self._diagnosis.seen_findings().get(node, ())
        return " ".join([text, *(sentence(finding, health, graph) for finding in found)])
