"""Reading a document's records one after the other, and saying where one of them is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graph.errors import FileError, GraphError, sentence
from graph.files.document import shown, step
from graph.files.schema import FOREIGN, Misfit, Record, all_typed, fields_of, typed
from graph.nothing import NOTHING
from graph.port import PortRef
from graph.records import MAX_NAME, bad_character
from graph.suggest import did_you_mean


class RecordReader:
    """Turns plain entries into typed records, names and ports.

    It remembers where it is, for the refusals: each is a `FileError` with the path of the fault.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._path, self._index = "$", -1  # the index in a list, else -1
        self._names: dict[str, str] = {}
        self._ports: dict[str, PortRef] = {}
        self._kept: dict[str, str] = {}

    @property
    def where(self) -> str:
        """The path of what is being read."""
        return self._path if self._index < 0 else step(self._path, self._index)

    @where.setter
    def where(self, path: str) -> None:
        self._path, self._index = path, -1

    def records(
        self, kind: type[Record], entries: list[dict[str, Any]], where: str
    ) -> Iterator[tuple[Record, Mapping[str, Any]]]:
        """The records of a list, each when the reader has come to it.

        All are converted at once. Where that fails they are read one by one, which names the
        fault, and keeps what belongs to other programs.
        """
        try:
            known = all_typed(kind, entries)
        except Misfit:
            for index, entry in enumerate(entries):
                yield self.record(kind, entry, step(where, index))
            return
        for index, record in enumerate(known):
            self._path, self._index = where, index
            yield record, NOTHING

    def record(
        self, kind: type[Record], entry: Any, where: str
    ) -> tuple[Record, Mapping[str, Any]]:
        """A typed record, and the keys beginning with `x-` that stood beside it."""
        self.where = where
        known, extra = fields_of(kind), NOTHING
        if isinstance(entry, dict) and not entry.keys() <= known:
            extra = {key: value for key, value in entry.items() if key.startswith(FOREIGN)}
            entry = {key: value for key, value in entry.items() if key not in extra}
            for key in entry:
                if key not in known:
                    mend = did_you_mean(key, sorted(known)) if len(key) <= MAX_NAME else ""
                    found = f"the unknown field {shown(key)}"
                    expected = "fields of the format, or keys that begin with x-"
                    raise self.refused(sentence("", found, expected, mend))
        try:
            return typed(kind, entry), extra
        except Misfit as error:
            raise self.refused(
                sentence("", error.found, error.expected, ""), where + error.path
            ) from None

    def port(self, text: str, inside: str = "") -> PortRef:
        """The port that a text names; `inside` leads on from where the reader is."""
        ref = self._ports.get(text)
        if ref is None:
            self.check_name(text, 2 * MAX_NAME + 1, inside)
            try:
                node, name = PortRef.parse(text)
            except GraphError as error:
                raise self.refused(str(error), self.where + inside) from None
            ref = self._ports[text] = PortRef(self.kept(node), self.kept(name))
        return ref

    def kept(self, text: str) -> str:
        """The same text, which is held once however often it stands in the file."""
        return self._kept.setdefault(text, text)

    def kept_name(self, text: str, inside: str) -> str:
        """A name that stands many times, checked once and kept once."""
        if text not in self._names:
            self.check_name(text, MAX_NAME, inside)
            self._names[text] = text
        return self._names[text]

    def check_name(self, text: str, most: int, inside: str = "") -> None:
        """Refuse a name that is empty, too long, or has characters that do not show."""
        if not text or len(text) > most:
            expected = f"a name of 1 to {most}"
            refused = sentence("", f"{len(text)} characters", expected, "")
            raise self.refused(refused, self.where + inside)
        if reason := bad_character(text):
            refused = sentence("", reason, "a name of plain characters", "")
            raise self.refused(refused, self.where + inside)

    def check_count(self, key: str, count: int, most: int) -> None:
        """Refuse a list at `$.key` that is too long."""
        if count > most:
            raise self.refused(sentence("", f"{count} {key}", f"at most {most}", ""), f"$.{key}")

    def refused(self, reason: str, where: str | None = None) -> FileError:
        """The error for a path, by default for where the reader is."""
        return FileError(self.name, self.where if where is None else where, reason)
