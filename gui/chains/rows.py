"""The paths as a Qt table: the strongest first; while their numbers lie ahead, by their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from gui.chains.words import share_words, size_text, spoken

if TYPE_CHECKING:
    from gui.chains.question import Answer
    from gui.theme import Theme
    from runtime.chains import ChainPath

BAR = Qt.ItemDataRole.UserRole + 1  # (share of the widest bar, with its sign), or None
NUMBER, PATH, SIZE, SHARE, PAIR = range(5)


@dataclass(frozen=True, slots=True, eq=False)
class PathRow:
    """One path; `place` is its place among the found ones, `cells` what stands in the columns,
    `whole` all ports that it goes through, `product` its factors where they are few numbers.
    """

    path: ChainPath
    place: int
    cells: tuple[str, ...]
    bar: float | None
    whole: str
    product: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it the same path in another run."""
        return tuple((hop.port, hop.output, hop.t, hop.read_t) for hop in self.path.hops)


class PathModel(QAbstractTableModel):
    """What was found, as far as the playhead lets one see it."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows: tuple[PathRow, ...] = ()
        self.spells_products = False  # whether there is room for their factors
        self._size, self._share = self.tr("Product"), self.tr("Share")

    def show(self, answer: Answer | None, *, is_known: bool) -> None:
        """Show other paths, or none."""
        self.beginResetModel()
        self.rows = ()
        if answer is not None:
            self._size = self.tr("Product") if answer.is_number else self.tr("Norm")
            self._share = self.tr("Side") if answer.found.cancels else self.tr("Share")
            self.rows = tuple(self._known(answer) if is_known else self._ahead(answer))
        self.endResetModel()

    @property
    def has_products(self) -> bool:
        """Whether there are factors to spell out."""
        return any(row.product for row in self.rows)

    def names(self) -> list[str]:
        """The titles of the columns."""
        return ["#", self.tr("Path"), self._size, self._share, self.tr("Cancels")]

    def _known(self, answer: Answer) -> list[PathRow]:
        paths, is_zero = answer.found.paths, answer.found.cancels
        measures = answer.signed if is_zero else [path.share or 0.0 for path in paths]
        widest = max((abs(each) for each in measures), default=0.0) or 1.0
        rows = []
        for place, path in enumerate(paths):
            number = path.norm if path.number is None else path.number
            size = size_text(number, is_number=path.number is not None)
            share = share_words(path.share)
            if is_zero:
                share = "+" if answer.signed[place] > 0 else "−" if answer.signed[place] < 0 else ""
            partner = ""
            if path.cancels_with is not None:
                partner = self.tr("with {0}").format(path.cancels_with + 1)
            cells = (str(place + 1), answer.routes[place].short, size, share, partner)
            bar = measures[place] / widest
            rows.append(
                PathRow(path, place, cells, bar, answer.routes[place].whole, answer.products[place])
            )
        return rows

    def _ahead(self, answer: Answer) -> list[PathRow]:
        """In an order that tells nothing of their strength."""
        named = list(enumerate(answer.routes))
        named.sort(key=lambda each: (len(each[1].whole), each[1].whole))
        paths = answer.found.paths
        return [
            PathRow(paths[at], at, (str(row), route.short, "", "", ""), None, route.whole)
            for row, (at, route) in enumerate(named, 1)
        ]

    # --- as Qt asks -----------------------------------------------------------------------

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.names())

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(PATH if section == SHARE else section)
        return self.names()[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            is_product = column == SIZE and self.spells_products
            return (is_product and row.product) or row.cells[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.FontRole:
            return self._theme.font(12)
        if role == Qt.ItemDataRole.ToolTipRole and column == PATH:
            return row.whole
        if role == Qt.ItemDataRole.ToolTipRole and column == SIZE:
            return row.product
        if role == Qt.ItemDataRole.AccessibleTextRole:
            told = (*row.cells[:PATH], row.whole, *row.cells[SIZE:])
            return spoken(told, self.names()) if column == PATH else row.cells[column]
        return row.bar if role == BAR and column == SHARE else None


def _alignment(column: int) -> Qt.AlignmentFlag:
    is_left = column in (PATH, PAIR)
    side = Qt.AlignmentFlag.AlignLeft if is_left else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
