"""The tensor editor in a window of its own, for a layer's parameters and large tables."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from graph.naming import output_name
from gui.inspector.kept_tensor import KeptTensor
from gui.inspector.labels import Label
from gui.inspector.tensor_editor import TensorEditor
from gui.theme import Theme


class TensorWindow(QDialog):
    """Stays open beside the graph and follows it; closes when the port is gone."""

    def __init__(self, theme: Theme, tensor: KeptTensor, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(
            self.tr("Tensor {0}").format(output_name(tensor.document.graph, tensor.ref))
        )
        self.resize(560, 480)
        self.editor = TensorEditor(theme, tensor, height=0, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(Label(theme, str(tensor.ref), size=15, weight=600, parent=self))
        column.addWidget(self.editor, 1)
        document = tensor.document
        document.edited.connect(self._follow)
        document.checked.connect(self._follow)
        document.traced.connect(self._follow)
        document.replaced.connect(self.close)

    def _follow(self) -> None:
        if self.editor.tensor.exists:
            self.editor.refresh()
        else:
            self.close()
