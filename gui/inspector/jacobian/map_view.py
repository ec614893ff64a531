"""A Jacobian to look at: picture, legend, where one is, and the ways in and out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.announcing import announce
from gui.inspector.buttons import Button
from gui.inspector.heat_map import HEIGHT, WIDTH, HeatMap, extent, greatest
from gui.inspector.jacobian.names import Names
from gui.inspector.jacobian.picture import HIGH, WIDE, Cells, ZoomPicture
from gui.inspector.jacobian.region import Region
from gui.inspector.jacobian.sight import Sight
from gui.inspector.jacobian.zoom import STEP, Zoom
from gui.inspector.labels import Label
from gui.numbers import format_count, format_number
from gui.theme import Theme

ROOMY, TALL = 72, 28  # pixels of a cell with a number, where there is room


class MapPicture(HeatMap):
    """The heat map with a picture that zooms; its line has room for long indices."""

    picture_class = ZoomPicture

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._theme = theme
        self.readout.setWordWrap(True)
        self.readout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.readout.setMinimumHeight(2 * self.readout.fontMetrics().lineSpacing())

    def _read(self, row: int, column: int) -> None:
        super()._read(row, column)
        self.readout.dye("text")
        self.readout.setFont(self._theme.font(12, mono=True))

    def _rest(self) -> None:
        """Say what can be done here while nothing is pointed at."""
        self.readout.say(self.tr("Point at a cell to read it; drag a rectangle to zoom in."))
        self.readout.dye("muted")
        self.readout.setFont(self._theme.font(12))


class MapView(QWidget):
    """Shows a sight; whatever the person does moves the `Zoom`, whose owner computes the next."""

    def __init__(self, theme: Theme, zoom: Zoom, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._zoom = theme, zoom
        self._sight: Sight | None = None
        self._names: Names | None = None
        self._entry: tuple[int, int] | None = None  # where the keys' cursor is
        self.heat_map = MapPicture(theme, self)
        self.place = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        self._buttons = QWidget(self)
        self._add_buttons()
        picture = self.heat_map.picture
        picture.zoomed.connect(self._zoom_at)
        picture.chosen.connect(self._choose)
        picture.pushed.connect(self._push)
        picture.asked.connect(self._ask)
        picture.pointed.connect(self._remember)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.heat_map, self._buttons, self.place):
            column.addWidget(part)

    @property
    def region(self) -> Region:
        """What is drawn now, whatever has been asked for since."""
        return self._sight.region

    def show_sight(self, sight: Sight, names: Names) -> None:
        """Draw what was computed for a region."""
        self._sight, self._names = sight, names
        picture, rows, columns = self.heat_map.picture, *sight.region.size
        picture.writes_numbers = sight.drawing.cells.shape == (rows, columns)
        size = _extent(rows, columns) if sight.entries is not None else extent(rows, columns)
        self.heat_map.show_drawing(sight.drawing, size, self._read)
        words = self.tr("{0}; arrow keys move, plus and minus zoom, Backspace goes back")
        picture.setAccessibleDescription(words.format(self._told_place()))
        self.place.say("\n".join(filter(None, (self._told_place(), sight.why))))
        self._find_again()
        self.follow()

    def _add_buttons(self) -> None:
        theme, zoom = self._theme, self._zoom
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        zoom_in, zoom_out = (lambda: zoom.by(STEP)), (lambda: zoom.by(1 / STEP))
        self.smaller = Button(
            theme, "", self.tr("Zoom out"), zoom_out, icon_name="zoom_out", parent=self
        )
        self.larger = Button(
            theme, "", self.tr("Zoom in"), zoom_in, icon_name="zoom_in", parent=self
        )
        self.back = Button(
            theme, self.tr("Back"), self.tr("Go back to the rows and columns before"), zoom.back
        )
        self.whole = Button(
            theme, self.tr("Show all"), self.tr("Show all rows and columns"), zoom.whole
        )
        for button in (self.smaller, self.larger, self.back, self.whole):
            row.addWidget(button)

    def follow(self) -> None:
        """Offer what can be done from where the zoom is."""
        zoom = self._zoom
        self.larger.setEnabled(zoom.can_zoom_in)
        self.smaller.setEnabled(not zoom.is_whole)
        self.whole.setEnabled(not zoom.is_whole)
        self.back.setEnabled(zoom.can_go_back)
        has_choice = zoom.can_zoom_in or not zoom.is_whole
        self._buttons.setVisible(has_choice)
        self.place.setVisible(has_choice)

    def _told_place(self) -> str:
        region, (rows, columns) = self._zoom.region, self._zoom.size
        text = self.tr("Rows {0} of {1}\ncolumns {2} of {3}")
        return text.format(
            _told_span(region.top, region.bottom), format_count(rows),
            _told_span(region.left, region.right), format_count(columns),
        )  # fmt: skip

    # --- reading -------------------------------------------------------------------------

    def _read(self, row: int, column: int) -> str:
        """What the drawn cell at a place is."""
        sight, names = self._sight, self._names
        if sight.entries is None:
            most = format_number(sight.drawing.cells[row, column].item(), 4)
            words = self.tr("{0}: at most {1}")
            return words.format(names.group(*sight.group(row, column)), most)
        down, right = greatest(sight.entries, sight.drawing.cells.shape, row, column)
        number = format_number(sight.entries[down, right].item(), 6)
        return f"{names.entry(sight.region.top + down, sight.region.left + right)} = {number}"

    def _spoken(self, row: int, column: int) -> str:
        sight, names = self._sight, self._names
        if sight.entries is None:
            return self._read(row, column)
        down, right = greatest(sight.entries, sight.drawing.cells.shape, row, column)
        name = names.spoken(sight.region.top + down, sight.region.left + right)
        return f"{name}: {format_number(sight.entries[down, right].item(), 6)}"

    def _remember(self, row: int, column: int) -> None:
        rows, columns = self._sight.group(row, column)
        down, right = self.heat_map.picture.place()  # so that the last entry is reached as well
        self._entry = (
            rows[0] + round(down * (rows[1] - 1 - rows[0])),
            columns[0] + round(right * (columns[1] - 1 - columns[0])),
        )
        if self.heat_map.picture.hasFocus():
            announce(self.heat_map.picture, self._spoken(row, column))

    def _find_again(self) -> None:
        """Put the keys' cursor where it was, if that is in sight."""
        picture = self.heat_map.picture
        cell = self._sight.cell_of(*self._entry) if self._entry and picture.hasFocus() else None
        if cell is not None:
            picture.point(*cell)

    # --- moving --------------------------------------------------------------------------

    def _zoom_at(self, factor: float, down: float, right: float) -> None:
        self._zoom.by(factor, (down, right))

    def _choose(self, cells: Cells) -> None:
        """Look at the entries below a rectangle of cells."""
        top, bottom, left, right = cells
        rows = self._sight.group(top, left)[0][0], self._sight.group(bottom - 1, left)[0][1]
        columns = self._sight.group(top, left)[1][0], self._sight.group(top, right - 1)[1][1]
        self._zoom.go(Region(*rows, *columns))

    def _push(self, down: int, right: int) -> None:
        """An arrow went over the border: half a picture further, and the cursor by one entry."""
        height, width = self._zoom.region.size
        rows, columns = self._zoom.size
        if self._entry is not None:
            row = min(max(self._entry[0] + down, 0), rows - 1)
            self._entry = row, min(max(self._entry[1] + right, 0), columns - 1)
        self._zoom.move(down * max(height // 2, 1), right * max(width // 2, 1))

    def _ask(self, word: str) -> None:
        {"whole": self._zoom.whole, "back": self._zoom.back}[word]()


def _told_span(start: int, stop: int) -> str:
    if stop - start == 1:
        return format_count(start)
    return f"{format_count(start)} … {format_count(stop - 1)}"


def _extent(rows: int, columns: int) -> tuple[int, int]:
    """As other heat maps; but few cells are so large that their numbers can stand in them."""
    if columns * WIDE <= WIDTH and rows * HIGH <= HEIGHT:
        return columns * min(ROOMY, WIDTH // columns), rows * min(TALL, HEIGHT // rows)
    return extent(rows, columns)
