"""The breakpoints of a document: reading them, and the edits that set and remove them."""

from __future__ import annotations

from dataclasses import replace

from graph.marks import Breakpoint, Condition
from gui.breakpoints.words import place_name
from gui.marked import Marked
from gui.places import chosen_addresses


class Breakpoints(Marked):
    """The breakpoints of a document, by address."""

    kind = "breakpoints"

    def at(self, address: str) -> Breakpoint | None:
        """The one at a node or input port, by its address in the document."""
        return next((mark for mark in self.all if mark.at == address), None)

    @property
    def has_chosen(self) -> bool:
        """Whether everything that is selected has a breakpoint."""
        chosen = chosen_addresses(self._document) if self.all else ()
        return bool(chosen) and all(self.at(address) is not None for address in chosen)

    def toggle(self) -> None:
        """Set breakpoints at what is selected; remove them where all of it has one."""
        chosen = chosen_addresses(self._document)
        if not chosen:
            return
        if self.has_chosen:
            self.remove(chosen)
            return
        new = tuple(Breakpoint(at) for at in chosen if self.at(at) is None)
        self.become((*self.all, *new), self._words(self.tr("Set a breakpoint at {0}"), new))

    def remove(self, addresses: tuple[str, ...]) -> None:
        """Remove those at these addresses."""
        gone = tuple(mark for mark in self.all if mark.at in addresses)
        left = tuple(mark for mark in self.all if mark.at not in addresses)
        if gone:
            self.become(left, self._words(self.tr("Remove the breakpoint at {0}"), gone))

    def remove_all(self) -> None:
        """Remove every breakpoint of the document."""
        if self.all:
            self.become((), self.tr("Remove all breakpoints"))

    def switch(self, address: str, on: bool) -> None:
        """Let one have effect or not; it stays where it is."""
        text = self.tr("Switch the breakpoint on") if on else self.tr("Switch the breakpoint off")
        self._change(address, text, off=not on)

    def set_condition(self, address: str, when: Condition | None) -> None:
        """Let one hold under a condition alone, or always."""
        known = self.at(address)
        if known is not None and known.when != when:
            self._change(address, self.tr("Change when the breakpoint holds"), when=when)

    # --- inside ---------------------------------------------------------------------------

    def _change(self, address: str, text: str, **values: object) -> None:
        changed = (replace(x, **values) if x.at == address else x for x in self.all)
        self.become(tuple(changed), text)

    def _words(self, text: str, marks: tuple[Breakpoint, ...]) -> str:
        if len(marks) > 1:
            return text.format(self.tr("{0} places").format(len(marks)))
        return text.format(place_name(self._document.root, marks[0].at))
