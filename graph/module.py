"""What a module declares: ports, attributes, shape rule, texts.

A module is one class in one family file. Everything that speaks about it (palette, inspector,
file, checks, manual) reads that class; the mathematics is added by the layer above.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from graph import signature
from graph.advice import Advice
from graph.attributes import AttributeSpec, collect
from graph.errors import BadAttribute, GraphError, KindMismatch, ShapeMismatch
from graph.port import Kind, Port, PortType, Role, Shape, show_shape
from graph.signature import Misfit, Signature, Sizes
from graph.suggest import did_you_mean
from graph.tensor import Tensor

if TYPE_CHECKING:
    from graph.recipe import Recipe

Outline = Literal["source", "operator", "layer", "loss", "composite", "unknown"]
MAX_RUN = 256


@dataclass(frozen=True, slots=True)
class Example:
    """A case that serves tests, manual page and preview.

    `shapes` gives the shape of each input port; `attributes` the settings; `values` fixed
    nested lists for ports whose numbers matter (indices, probabilities).
    """

    shapes: Mapping[str, tuple[int, ...]]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


class Module:
    """A kind of node. Subclass it with `sig=` and `group=`, declare attributes in the body.

    Class level: `name`, `group`, `doc`, `formula` (LaTeX), `icon`, `sig`, `attributes`,
    `examples`, `domain` (port -> least and greatest sensible number), `local` (port -> the local
    derivative in plain text), `pullback` (port -> LaTeX of its gradient, in terms of g, the
    output's), `letters` (LaTeX that these formulas write for a port or an attribute whose name it
    is not -> that name), `at_kink` (what the derivative is where it jumps), `parameters` and
    `states` (names of ports that own a tensor),
    `is_random` (whether its forward draws from `ctx.stream`, so that the seed changes it),
    `aliases` (other name -> port, for wiring), `words` (what else one may search it by),
    `advice` (classic mistakes before its inputs), `only_reshapes` (whether its output
    holds its input's numbers in their order),
    `pairs_entries` (whether its inputs belong together entry by entry, so that [B] against [B, 1]
    is a mistake although it broadcasts), `leads_out` (whether it runs once and reads its input at
    all time steps, time being axis 0), `keeps_values` (of a source: whether the graph may keep a
    tensor for it, or its numbers lie elsewhere).
    An instance is the module with its settings, reachable as `self.axis`; it never changes.
    """

    name: ClassVar[str] = ""
    group: ClassVar[str] = ""
    doc: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    icon: ClassVar[str] = ""
    sig: ClassVar[Signature]
    attributes: ClassVar[Mapping[str, AttributeSpec]] = {}
    examples: ClassVar[tuple[Example, ...]] = ()
    domain: ClassVar[Mapping[str, tuple[float, float]]] = {}
    local: ClassVar[Mapping[str, str]] = {}
    pullback: ClassVar[Mapping[str, str]] = {}
    letters: ClassVar[Mapping[str, str]] = {}
    at_kink: ClassVar[str] = ""
    parameters: ClassVar[tuple[str, ...]] = ()
    states: ClassVar[tuple[str, ...]] = ()
    is_random: ClassVar[bool] = False
    aliases: ClassVar[Mapping[str, str]] = {}
    words: ClassVar[tuple[str, ...]] = ()
    advice: ClassVar[tuple[Advice, ...]] = ()
    only_reshapes: ClassVar[bool] = False
    pairs_entries: ClassVar[bool] = False
    keeps_values: ClassVar[bool] = True
    _plain: ClassVar[Module | None] = None
    leads_out: ClassVar[bool] = False

    def __init_subclass__(cls, *, sig: str = "", group: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.attributes = {**cls.attributes, **collect(cls)}
        if not sig:
            return
        cls.name = cls.__name__
        cls.group = group
        cls.doc = inspect.cleandoc(cls.__doc__ or "")
        cls.icon = cls.__dict__.get("icon", "") or cls.__name__
        cls.sig = signature.parse(sig)

    def __init__(self, /, **settings: Any) -> None:
        """Raises `BadAttribute` for an unknown attribute or a value that does not fit."""
        for name in settings:
            if name not in self.attributes:
                raise BadAttribute(
                    port=name,
                    found="an attribute that does not exist",
                    expected=f"one of {', '.join(self.attributes) or 'none'}",
                    mend=did_you_mean(name, self.attributes),
                )
        self.settings: dict[str, Any] = {
            name: spec.check(settings[name]) if name in settings else spec.default
            for name, spec in self.attributes.items()
        }
        self.validate()
        absent = self.absent()
        self.input_ports: tuple[Port, ...] = self._ports(self.sig.inputs, "input", absent)
        self.output_ports: tuple[Port, ...] = self._ports(self.sig.outputs, "output", absent)
        self.ports: dict[str, Port] = {p.name: p for p in (*self.input_ports, *self.output_ports)}

    def __getattr__(self, name: str) -> Any:
        settings = self.__dict__.get("settings", {})
        if name in settings:
            return settings[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    @classmethod
    def made(cls, settings: Mapping[str, Any]) -> Module:
        """A module with these settings; raises as the class does."""
        return cls(**settings)

    def validate(self) -> None:
        """Refuse settings that contradict each other; raises `BadAttribute`."""

    def absent(self) -> frozenset[str]:
        """Ports that these settings take away: by default those of a false attribute's name."""
        return frozenset(name for name, value in self.settings.items() if value is False)

    def count(self, run: str) -> int:
        """How many ports the run `run` has: by default the attribute `inputs`."""
        return cast(int, self.settings["inputs"])

    def more_inputs(self, given: PortType | None) -> Mapping[str, Any] | None:
        """The settings under which its run of inputs has one port more, which takes `given`.

        By default the attribute `inputs` counts them; None where nothing can be added.
        """
        inputs = self.settings.get("inputs")
        return None if inputs is None else {"inputs": inputs + 1}

    @functools.cached_property
    def wired_ports(self) -> tuple[Port, ...]:
        """Input ports, parameters included; states excluded."""
        return tuple(port for port in self.input_ports if port.role != "state")

    @functools.cached_property
    def wired_names(self) -> tuple[str, ...]:
        """The names of `wired_ports`."""
        return tuple(port.name for port in self.wired_ports)

    @functools.cached_property
    def output_names(self) -> tuple[str, ...]:
        """The names of `output_ports`."""
        return tuple(port.name for port in self.output_ports)

    @functools.cached_property
    def parameter_ports(self) -> tuple[Port, ...]:
        """Ports that own a trainable tensor until they are wired."""
        return tuple(port for port in self.input_ports if port.role == "parameter")

    @functools.cached_property
    def state_ports(self) -> tuple[Port, ...]:
        """Ports whose tensor training updates without a gradient."""
        return tuple(port for port in self.input_ports if port.role == "state")

    @classmethod
    def outline(cls) -> Outline:
        """Which outline a node of this module is drawn with."""
        if not cls.sig.inputs:
            return "source"
        if cls.group == "Losses":
            return "loss"
        return "layer" if cls.parameters or cls.group == "Layers" else "operator"

    def declared(self) -> Mapping[str, Shape]:
        """Of a source: the shape of what each output is given, time included."""
        shape = self.settings.get("shape")
        return {} if shape is None else {self.output_names[0]: shape}

    def brings(self) -> Mapping[str, tuple[str, tuple[int, ...]]]:
        """Of a source that has numbers of its own: dtype and shape of what it gives unfed."""
        return {}

    @property
    def over_time(self) -> frozenset[str]:
        """Of a source: the outputs that give one part after the other along axis 0."""
        return frozenset(self.output_names[:1] if self.settings.get("sequence") else ())

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        """Types of outputs, parameters and states from those of the inputs that are known.

        `dtype` is the run's floating dtype. A port whose shape depends on an unknown input is
        left out. Raises `ShapeMismatch` or `KindMismatch` naming the port.
        """
        sizes = self.match(types)
        found: dict[str, PortType] = {}
        for port in (*self.parameter_ports, *self.state_ports, *self.output_ports):
            shape = sizes.fill(port.dims)
            port_dtype = self.dtype_of(port, types, dtype)
            if shape is not None and port_dtype is not None and port.name not in types:
                found[port.name] = PortType(port_dtype, shape)
        return found

    def match(self, types: Mapping[str, PortType]) -> Sizes:
        """Bind the signature's names to the given input types; raises as `infer` does."""
        sizes = Sizes(
            {
                name: value
                for name, value in self.settings.items()
                if isinstance(value, int) and not isinstance(value, bool)
            }
        )
        for port in self.input_ports:
            if port.name in types:
                self._match_port(port, types[port.name], sizes)
        return sizes

    def spread(self, port: str, types: Mapping[str, PortType]) -> Shape | None:
        """The shape to which what arrives at a port is broadcast; None where it stays as it is.

        Raises as `infer` does.
        """
        declared = self.ports.get(port)
        if declared is None or port not in types or not any(d[0] == "&" for d in declared.dims):
            return None
        shape = self.match(types).fill(declared.dims)
        return None if shape == types[port].shape else shape

    def dtype_of(self, port: Port, types: Mapping[str, PortType], dtype: str) -> str | None:
        """The dtype of an output, parameter or state; None while an input decides it."""
        if port.kind == "any":
            inputs = (p for p in self.input_ports if p.kind == "any" and p.name in types)
            first = next(inputs, None)
            return types[first.name].dtype if first else None
        return {"floating": dtype, "integer": "int64", "boolean": "bool"}[port.kind]

    def misfit(self, port: str, shape: Shape, expected: str, mend: str = "") -> ShapeMismatch:
        """The error to raise where `port` received a shape that cannot be."""
        return ShapeMismatch(port=port, found=show_shape(shape), expected=expected, mend=mend)

    def owned(self) -> tuple[str, ...]:
        """Ports whose tensor the node owns and a rule initialises: its parameters and states."""
        return tuple(port.name for port in (*self.parameter_ports, *self.state_ports))

    def starts_at_zero(self, port: str) -> bool:
        """Whether the rule fills an owned port with zeros."""
        return False

    def initial(
        self,
        port: str,
        shape: tuple[int, ...],
        dtype: str,
        *,
        seed: int,
        address: str,
        shapes: Mapping[str, tuple[int, ...]],
    ) -> Tensor:
        """The first tensor of an owned port, from the stream keyed by seed, address and port.

        `shapes` are those of all owned ports, for a rule that reads another's (a bias its weight).
        The rules are mathematics, so the layer above declares them.
        """
        raise GraphError(port=port, found="no rule that initialises it", expected="a tensor")

    def primitives(self, recipe: Recipe) -> bool:
        """Draw this module from simpler ones into the recipe; False where these settings cannot.

        A module that overrides it can be expanded in place into a composite of its primitives.
        """
        return False

    @classmethod
    def primitives_are_known(cls) -> bool:
        """Whether the class says how it is drawn from simpler modules."""
        return cls.primitives is not Module.primitives

    def _match_port(self, port: Port, given: PortType, sizes: Sizes) -> None:
        if port.kind not in ("any", given.kind):
            raise KindMismatch(
                port=port.name, found=f"{given.kind} ({given.dtype})", expected=port.kind
            )
        try:
            sizes.match(port.dims, given.shape)
        except Misfit as error:
            detail = f" ({error.detail})" if error.detail else ""
            raise ShapeMismatch(
                port=port.name, found=show_shape(given.shape), expected=error.expected + detail
            ) from None

    def _counted(self, run: str) -> int:
        count = self.count(run)
        if count > MAX_RUN:
            found, expected = f"{count} ports {run}0, {run}1, …", f"at most {MAX_RUN}"
            raise BadAttribute(port="inputs", found=found, expected=expected)
        return count

    def _ports(
        self, terms: tuple[signature.PortTerm, ...], role: Role, absent: frozenset[str]
    ) -> tuple[Port, ...]:
        ports = []
        for term in terms:
            if term.name in absent:
                continue
            own: Role = role
            if term.name in self.parameters:
                own = "parameter"
            elif term.name in self.states:
                own = "state"
            count = self._counted(term.name) if term.run else 1
            names = [f"{term.name}{i}" for i in range(count)] if term.run else [term.name]
            ports += [Port(name, own, cast(Kind, term.kind), term.dims) for name in names]
        return tuple(ports)


def plain(kind: type[Module]) -> Module:
    """A module with its default settings: instances never change, so all who ask share it."""
    found: Module | None = kind.__dict__.get("_plain")
    if found is None:
        found = kind()
        kind._plain = found  # on the class, so that a definition's class is freed with it
    return found
