"""Pages that are made from the top down, the rest of them while one looks at them already.

A page is some 150 widgets. Made at once they would hold the window up at each selection; so the
first ones are, and each of the others has a turn of the event loop to itself, while it is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.inspector.section import Section
from gui.inspector.subject import shown_subject
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document

Made = TypeVar("Made")
Put = TypeVar("Put", bound=QWidget)
MARGIN = 16
CHOSEN = Qt.WidgetAttribute.WA_WState_ExplicitShowHide


class part(Generic[Made]):
    """A part of a page, made when it is first asked for, or when its turn has come.

    The parts above it are made before it, so that Tab goes through them in their order. The
    function puts into the page what is seen; it gives None where a page has no such part.
    """

    def __init__(self, make: Callable[[Any], Made]) -> None:
        self.make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, page: None, owner: type) -> part[Made]: ...

    @overload
    def __get__(self, page: UnfoldingPage, owner: type) -> Made: ...

    def __get__(self, page: UnfoldingPage | None, owner: type) -> Any:
        if page is None:
            return self
        page.unfold(self._name)  # it is found in the page's own dictionary from now on
        return page.__dict__[self._name]


class UnfoldingPage(QWidget):
    """A column of parts, in the order in which a class declares them; of what `subject` names."""

    parts: tuple[str, ...] = ()
    subject: tuple[str, Any]

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls.parts = tuple(name for name, value in vars(cls).items() if isinstance(value, part))

    def __init__(
        self, document: Document, theme: Theme, parent: QWidget, spacing: int = 12
    ) -> None:
        super().__init__(parent)
        self.document, self._theme = document, theme
        self._left = list(reversed(self.parts))
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._take_turn)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.column.setSpacing(spacing)
        self.column.addStretch(1)

    def unfold(self, down_to: str = "") -> None:
        """Make the parts down to one of them, or all; they can be clicked at once."""
        while self._left and down_to not in self.__dict__:
            self._make_next()
        if self.isVisible():
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)

    def is_made(self, name: str) -> bool:
        """Whether a part is there by now."""
        return name in self.__dict__

    def made(self) -> Iterator[Any]:
        """The parts that are there by now."""
        found = (self.__dict__.get(name) for name in self.parts)
        return (made for made in found if made is not None)

    def refresh(self) -> None:
        """Show the graph as it is now."""
        for made in self.made():
            if hasattr(made, "refresh"):
                made.refresh()
        self._go_on()

    def follow(self) -> None:
        """Show the numbers as the playhead has them now."""
        for made in self.made():
            if hasattr(made, "follow"):
                made.follow()

    def put(self, widget: Put, section: Section | None = None) -> Put:
        """Have a widget below all others of the page, or of a section."""
        if section is not None:
            section.column.addWidget(widget)
        else:
            self.column.insertWidget(self.column.count() - 1, widget)
        if self.isVisible() and not widget.testAttribute(CHOSEN):
            widget.show()  # a layout does it only later
        return widget

    def put_section(self, title: str, *widgets: QWidget) -> Section:
        """Have widgets below all others, under a title."""
        return self.put(Section(self._theme, title, *widgets, parent=self))

    def showEvent(self, event) -> None:
        """Go on while one looks."""
        super().showEvent(event)
        self._go_on()

    def hideEvent(self, event) -> None:
        """What nobody sees need not be made."""
        super().hideEvent(event)
        self._turn.stop()

    def _go_on(self) -> None:
        if self._left and self.isVisible():
            self._turn.start()

    def _take_turn(self) -> None:
        """Make the next part that this page has, unless another page is to come in its place."""
        is_current = self.subject == shown_subject(self.document)
        while self._left and is_current and self._make_next() is None:
            pass
        if not (self._left and is_current):
            self._turn.stop()

    def _make_next(self) -> object:
        name = self._left.pop()
        self.__dict__[name] = None  # what it makes may ask whether it is there
        made = self.__dict__[name] = getattr(type(self), name).make(self)
        return made
