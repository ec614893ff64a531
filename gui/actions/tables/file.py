"""The commands of the menu File."""

from __future__ import annotations

from gui.actions.row import A, N, Row

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
    Row("handout", N(A, "Export &handout…"), "", "file", "files.export_handout",
        N(A, "Write the steps as exercises with blanks, and their key, as a PDF to be printed."),
        "may_hand_out"),
    Row("close", N(A, "&Close"), "Ctrl+W", "file", "close", N(A, "Close this window."),
        after_gap=True),
    Row("quit", N(A, "&Quit"), "Ctrl+Q", "file", "windows.quit", N(A, "Close all windows.")),
)
# fmt: on
