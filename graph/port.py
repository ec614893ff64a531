"""Ports: their names, their declaration, and the type of what they carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from graph.errors import UnknownPort
from graph.tensor import FLOATING, kind_of

Role = Literal["input", "parameter", "state", "output"]
Kind = Literal["floating", "integer", "boolean", "any"]
Dim = int | str
Shape = tuple[Dim, ...]


class PortRef(NamedTuple):
    """The address of a port; `str()` gives `node.port`."""

    node: str
    port: str

    def __str__(self) -> str:
        return f"{self.node}.{self.port}"

    @classmethod
    def parse(cls, text: str | PortRef) -> PortRef:
        """Read `node.port`; raises `UnknownPort` where the text has another form."""
        if isinstance(text, PortRef):
            return text
        node, dot, port = text.partition(".")  # no id has a dot
        if not (node and dot and port):
            raise UnknownPort(
                found=repr(text), expected="NODE.PORT", mend="Write the port behind a dot."
            )
        return cls(node, port)


@dataclass(frozen=True, slots=True)
class Port:
    """A port as its module declares it."""

    name: str
    role: Role
    kind: Kind
    dims: tuple[str, ...]  # the signature's size terms, e.g. ("*s", "k")


@dataclass(frozen=True, slots=True)
class PortType:
    """What a port carries: `dtype`, and `shape` whose entries are sizes or symbolic names."""

    dtype: str
    shape: Shape

    @property
    def is_floating(self) -> bool:
        """Whether gradients can flow."""
        return self.dtype in FLOATING

    @property
    def kind(self) -> str:
        """`floating`, `integer` or `boolean`."""
        return kind_of(self.dtype)

    @property
    def is_known(self) -> bool:
        """Whether every size is a number."""
        return not self.shape or all(isinstance(size, int) for size in self.shape)

    def __str__(self) -> str:
        return f"{self.dtype} {show_shape(self.shape)}"


def show_shape(shape: Shape) -> str:
    """`(2, "B")` as `[2, B]`."""
    return "[" + ", ".join(str(size) for size in shape) + "]"
