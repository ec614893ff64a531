"""What an explanation is: words, and lines of a derivation. How it is written is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from graph.port import PortRef
from runtime.explaining.expression import Expression
from runtime.feeds import Host


@dataclass(frozen=True, slots=True)
class Of:
    """What numbers tell of a port, by its address in the run.

    Its value; the Jacobian at an input port; the gradient of the edge that ends there; the sum of
    what came back to an output port; its tangent; what an update does to a parameter.
    """

    told: Literal["value", "jacobian", "gradient", "sum", "tangent", "update"]
    port: PortRef


@dataclass(frozen=True, slots=True)
class Line:
    """One equation: `left` is equal to each of `symbols`, then to each of `numbers`.

    `words` says what is done in it, if that needs words. `result` is the array that the last of
    `numbers` shows, uncut; None where the line ends in symbols. `of` says what the numbers tell, so
    that they can be held back until then; None where they are of no single port.
    """

    left: Expression
    symbols: tuple[Expression, ...] = ()
    numbers: tuple[Expression, ...] = ()
    words: str = ""
    result: Host | None = field(default=None, compare=False)
    of: Of | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One thing explained: a sentence, the lines of its derivation, and what to know besides.

    `about` says what of: a phase and a node, an edge, or a pair of ports. All texts are plain;
    names in them come from files. `lead` is what of `words` says the step of the run, such as
    "Reverse, step 7 of 8, ": not for who shows steps of a part of the run.
    """

    about: dict[str, str]
    words: str
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    lead: str = ""
