"""The Python door: a graph is drawn by calls, each of which applies one edit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from graph import edits as e
from graph.errors import BadTensor, GraphError
from graph.port import PortRef
from graph.reading import Reading
from graph.records import Edge, Node, Place, id_stem
from graph.tensor import Tensor


class Door(Reading, ABC):
    """The part of a graph that is called by hand; everything goes in through `apply`."""

    @abstractmethod
    def apply(self, edit: e.Edit) -> e.Edit:
        """Apply an edit and return the inverse."""

    @abstractmethod
    def attribute_edit(self, id_: str, attributes: Mapping[str, Any]) -> e.Edit:
        """The edit that sets attributes."""

    @abstractmethod
    def rename_edit(self, old: str, new: str) -> e.Edit:
        """The edit that gives a node another id."""

    def add(
        self,
        module: str,
        id: str | None = None,  # noqa: A002 - the field's word, fixed by the Python door
        *,
        label: str | None = None,
        note: str | None = None,
        at: Place | None = None,
        **attributes: Any,
    ) -> str:
        """Place a module and return the node's id, made from the module's name if not given.

        Raises `UnknownModule`, `BadId`, `DuplicateId` or `BadAttribute`.
        """
        kind = self.catalogue.require(module)
        settings = kind(**attributes).settings
        kept = {name: settings[name] for name in attributes}
        node = Node(id or self.free_id(module), module, kept, label, note, at)
        self.apply(e.AddNode(node))
        return node.id

    def free_id(self, module: str) -> str:
        """An id for a new node: `matmul`, `matmul2`, ..."""
        stem = id_stem(module)
        count, id_ = 1, stem
        while self.store.has(id_):
            count += 1
            id_ = f"{stem}{count}"
        return id_

    def connect(
        self,
        source: str | PortRef,
        target: str | PortRef,
        *,
        replace: bool = False,
        delay: int = 0,
        initial: str | PortRef | None = None,
    ) -> None:
        """Draw an edge; raises the `WiringError` that names both ports where it is refused.

        With `delay` it carries the value of so many time steps before; `initial` is the output
        port that stands for the steps before the first.
        """
        start, end = self.resolve(source), self.resolve(target)
        first = None if initial is None else self.resolve(initial)
        edit: e.Edit = e.Connect(Edge(start, end).delayed(delay, first))
        if replace and self.incoming(end) is not None:
            edit = e.Batch((e.Disconnect(end), edit))
        try:
            self.apply(edit)
        except GraphError as error:
            error.add_note(f"edge {start} -> {end}")
            raise

    def disconnect(self, target: str | PortRef) -> None:
        """Remove the edge that ends at an input port."""
        self.apply(e.Disconnect(self.resolve(target)))

    def set_delay(
        self, target: str | PortRef, delay: int, initial: str | PortRef | None = None
    ) -> None:
        """Change delay and initial port of the edge that ends at `target`; 0 makes it ordinary."""
        first = None if initial is None else self.resolve(initial)
        self.apply(e.SetDelay(self.resolve(target), delay, first))

    def remove(self, id_: str) -> None:
        """Remove a node with its edges and tensors."""
        self.apply(e.RemoveNode(id_))

    def set(self, id_: str, **attributes: Any) -> None:
        """Set attributes of a node; edges at ports that go away are removed."""
        self.apply(self.attribute_edit(id_, attributes))

    def set_tensor(self, port: str | PortRef, values: Any) -> None:
        """Keep a tensor at a port: a `Tensor`, an array, or None to remove it."""
        ref = self.resolve(port)
        try:
            tensor = values if values is None or isinstance(values, Tensor) else Tensor.of(values)
        except BadTensor as error:
            found, expected = error.found, error.expected
            raise BadTensor(node=ref.node, port=ref.port, found=found, expected=expected) from None
        self.apply(e.SetTensor(ref, tensor))

    def move(self, id_: str, at: Place) -> None:
        """Place a node at x, y in canvas units."""
        self.apply(e.Move({id_: at}))

    def configure(self, **fields: Any) -> None:
        """Set `title`, `dtype`, `seed`, `mode`, `target`, `note`, `time` or `training`."""
        self.apply(e.SetGraph(fields))

    def rename(self, old: str, new: str) -> None:
        """Give a node another id; parameters that its address initialised are written out first."""
        self.apply(self.rename_edit(old, new))
