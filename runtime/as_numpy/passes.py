"""The two passes as lines of a program: each node forward, then back in the opposite order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from graph.port import PortRef, PortType
from graph.records import Edge
from runtime.as_numpy.anatomy import Anatomy, Stage
from runtime.as_numpy.literals import literal
from runtime.as_numpy.names import Names
from runtime.as_numpy.place import Place, Written
from runtime.as_numpy.rules import LEADING_OUT, rule_of
from runtime.as_numpy.saying import backward_words, forward_words

STEP = "    "


class Passes:
    """Writes the lines of both passes. What is inside time is a list with an entry per step."""

    def __init__(self, anatomy: Anatomy, names: Names) -> None:
        self.anatomy, self._names = anatomy, names
        self.values: dict[PortRef, str] = {}
        self.gradients: dict[PortRef, str] = {}
        self._brought: dict[PortRef, str] = {}
        self._kept: dict[str, tuple[str, str]] = {}
        self._arrived: set[PortRef] = set()
        self._zeroed: set[PortRef] = set()
        self._name_all()

    # --- names -----------------------------------------------------------------------------

    def _name_all(self) -> None:
        anatomy, take = self.anatomy, self._names.take
        for id_ in anatomy.order:
            word = id_.replace("/", "_")
            outs = anatomy.module(id_).output_names
            for name in outs:
                ref = PortRef(id_, name)
                self.values[ref] = take(word if len(outs) == 1 else f"{word}_{name}")
        for ref in anatomy.owned:
            if ref not in self.values:
                self.values[ref] = take(f"{ref.node.replace('/', '_')}_{ref.port}")
        for ref, name in self.values.items():
            if ref in anatomy.reached or ref in anatomy.leaves:
                self.gradients[ref] = take(f"d_{name}")
        for id_ in anatomy.order:
            word = id_.replace("/", "_")
            self._kept[id_] = take(f"{word}_kept"), take(f"{word}_part")
            for port, edge in anatomy.graph.arriving(id_).items():
                if edge.delay:
                    self._brought[PortRef(id_, port)] = take(f"{word}_{port}")

    def _read(self, id_: str, port: str) -> str:
        """What a port reads, as an expression where the node stands."""
        edge = self.anatomy.edge(id_, port)
        if edge is None:
            return self.values[self.anatomy.owner(id_, port)]
        if edge.delay:
            return f"{self._brought[edge.target]}[t]"
        inside = self.anatomy.in_time(edge.source) and self.anatomy.is_inside(id_)
        return self.values[edge.source] + ("[t]" if inside else "")

    def _place(self, id_: str) -> Place:
        anatomy, module = self.anatomy, self.anatomy.module(id_)
        at = "[t]" if anatomy.is_inside(id_) else ""
        outs = {name: PortRef(id_, name) for name in module.output_names}
        names = {port: self._read(id_, port) for port in anatomy.reads(id_)}
        names |= {name: self.values[ref] + at for name, ref in outs.items()}
        types: dict[str, PortType] = {}
        exact: set[str] = set()
        for port in names:
            types[port], is_exact = anatomy.type(PortRef(id_, port))
            exact.update({port} if is_exact else ())
        kept, temp = self._kept[id_]
        return Place(
            id_,
            module,
            names,
            {name: self.gradients[r] + at for name, r in outs.items() if r in anatomy.reached},
            types,
            frozenset(exact),
            frozenset(anatomy.need(id_)),
            f'f"{id_}@{{t}}"' if at else f'"{id_}"',
            kept + at,
            temp,
        )

    def _written(self, id_: str) -> Written:
        place = self._place(id_)
        if self.anatomy.is_bypassed(id_):
            (port,) = self.anatomy.reads(id_)
            back = {port: place.g} if place.gradients else {}
            return Written((f"{place.y} = {place[port]}",), back)
        if not place.gradients:  # what is not needed is written all the same, and left out
            stand_ins = dict.fromkeys(place.module.output_names, "g")
            place = replace(place, gradients=stand_ins)
        return rule_of(place.module, id_)(place)

    # --- forward ---------------------------------------------------------------------------

    def forward(self) -> Iterator[str]:
        """Every value, in an order in which it can be computed."""
        for stage in self.anatomy.stages:
            if not stage.loops:
                for id_ in stage.ids:
                    yield from self._forward_of(id_)
                continue
            yield "# T steps in time, one after the other."
            yield from self._lists(stage)
            yield "for t in range(T):"
            for id_ in stage.ids:
                yield from (STEP + line for line in self._forward_of(id_))

    def _lists(self, stage: Stage) -> Iterator[str]:
        for id_ in stage.ids:
            written = "\n".join(self._written(id_).forward)
            names = [self.values[PortRef(id_, n)] for n in self.anatomy.module(id_).output_names]
            kept = self._kept[id_][0]
            names += [kept] if f"{kept}[t]" in written else []
            names += [
                self._brought[PortRef(id_, port)]
                for port in self.anatomy.reads(id_)
                if PortRef(id_, port) in self._brought
            ]
            for name in names:
                yield f"{name} = [None] * T"

    def _forward_of(self, id_: str) -> Iterator[str]:
        yield f"# {forward_words(self.anatomy, id_)}"
        if self.anatomy.leads_out(id_):
            yield self._lead_out(id_)
            return
        for port in self.anatomy.reads(id_):
            edge = self.anatomy.edge(id_, port)
            if edge is not None and edge.delay:
                yield self._bring(edge)
        yield from self._written(id_).forward

    def _lead_out(self, id_: str) -> str:
        module = self.anatomy.module(id_)
        (source,) = self.anatomy.sources(id_, module.wired_names[0])
        x, y = self.values[source], self.values[PortRef(id_, module.output_names[0])]
        return f"{y} = {LEADING_OUT[module.name](module).format(x=x)}"

    def _bring(self, edge: Edge) -> str:
        """The line that reads an earlier step, or what stands before the first."""
        name, before = self._brought[edge.target], self._before(edge)
        earlier = f"{self.values[edge.source]}[t - {edge.delay}]"
        return f"{name}[t] = {earlier} if t >= {edge.delay} else {before}"

    def _before(self, edge: Edge) -> str:
        if edge.initial is not None:
            return self.values[edge.initial]
        kept = self.anatomy.graph.tensors.get(edge.target)
        if kept is not None and self.anatomy.check.types:
            return f"{literal(kept)}[t]"
        type_, _ = self.anatomy.type(edge.target)
        return f"np.zeros({self._shape(type_.shape)}, FLOAT)"

    def _shape(self, shape: tuple[int | str, ...]) -> str:
        sizes = [str(n) if isinstance(n, int) else self._size(n) for n in shape]
        return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"

    def _size(self, name: str) -> str:
        """A named size, read from an input that has it."""
        anatomy = self.anatomy
        for ref in anatomy.fed:
            shape = anatomy.type(ref)[0].shape
            if name in shape:
                axis = shape.index(name) + anatomy.in_time(ref)
                return f"{self.values[ref]}.shape[{axis}]"
        return str(anatomy.check.sizes[name])

    # --- reverse ---------------------------------------------------------------------------

    def reverse(self) -> Iterator[str]:
        """Every gradient that is needed, from the target back."""
        anatomy = self.anatomy
        if anatomy.target is None or anatomy.target not in anatomy.reached:
            return
        for ref in self.values:
            if ref in anatomy.reached and anatomy.in_time(ref):
                yield self._zeros(ref)
        yield from self._seed(anatomy.target)
        for stage in reversed(anatomy.stages):
            if not stage.loops:
                for id_ in reversed(stage.ids):
                    yield from self._reverse_of(id_)
                continue
            if not any(anatomy.need(id_) for id_ in stage.ids):
                continue
            yield from self._outside(stage)
            yield "for t in reversed(range(T)):"
            for id_ in reversed(stage.ids):
                yield from (STEP + line for line in self._reverse_of(id_))
        for ref in sorted(anatomy.leaves - self._arrived, key=list(self.values).index):
            yield f"{self.gradients[ref]} = np.zeros_like({self.values[ref]})"

    def _zeros(self, ref: PortRef) -> str:
        name, value = self.gradients[ref], self.values[ref]
        self._arrived.add(ref)
        self._zeroed.add(ref)
        if self.anatomy.is_source(ref.node):
            return f"{name} = np.zeros_like({value})"
        return f"{name} = [np.zeros_like(each) for each in {value}]"

    def _outside(self, stage: Stage) -> Iterator[str]:
        """What a loop adds to, but is outside it, begins at zero."""
        for id_ in stage.ids:
            for port in self.anatomy.need(id_):
                for ref in self.anatomy.sources(id_, port):
                    if ref in self.anatomy.needed and ref not in self._arrived:
                        self._arrived.add(ref)
                        self._zeroed.add(ref)
                        yield f"{self.gradients[ref]} = np.zeros_like({self.values[ref]})"

    def _seed(self, target: PortRef) -> Iterator[str]:
        value, name = self.values[target], self.gradients[target]
        at = "[-1]" if self.anatomy.is_inside(target.node) else ""
        seed = self.anatomy.flat.origin.seed_gradient
        self._arrived.add(target)
        yield f"# The derivative of {target} by itself is 1."
        if seed is None:
            yield f"{name}{at} = np.ones_like({value}{at})"
        elif isinstance(seed, int | tuple):
            yield f"{name}{at} = np.zeros_like({value}{at})"
            yield f"{name}{at}[{seed}] = 1"
        else:
            yield f"{name}{at} = {literal(seed)}"

    def _reverse_of(self, id_: str) -> Iterator[str]:
        need = self.anatomy.need(id_)
        if not need:
            return
        yield from (f"# {line}" for line in backward_words(self.anatomy, id_, need))
        if self.anatomy.leads_out(id_):
            yield from self._led_out(id_)
            return
        written = self._written(id_)
        yield from written.shared if not self.anatomy.is_bypassed(id_) else ()
        for port in need:
            gradient = written.reverse[port]
            if port in written.copied:
                gradient = f"sum_to({gradient}, np.shape({self._read(id_, port)}))"
            edge = self.anatomy.edge(id_, port)
            if edge is not None and edge.delay:
                yield from self._carry_back(edge, gradient)
            else:
                source = self.anatomy.sources(id_, port)[0]
                yield self._add(source, gradient, self.anatomy.in_time(source))

    def _led_out(self, id_: str) -> Iterator[str]:
        module = self.anatomy.module(id_)
        (source,) = self.anatomy.sources(id_, module.wired_names[0])
        arrived, name = self.gradients[PortRef(id_, module.output_names[0])], self.gradients[source]
        if module.name == "AllSteps":
            yield "for t in range(T):"
            yield f"{STEP}{name}[t] += {arrived}[t]"
        else:
            yield f"{LEADING_OUT[module.name](module).format(x=name)} += {arrived}"

    def _carry_back(self, edge: Edge, gradient: str) -> Iterator[str]:
        """Over a delay: to the earlier step, or to what stood before the first."""
        needed, delay = self.anatomy.needed, edge.delay
        branch = "if"
        if edge.initial is not None and edge.initial in needed:
            yield f"if t < {delay}:"
            yield STEP + self._add(edge.initial, gradient, inside=False)
            branch = "elif"
        if edge.source in needed:
            length = self.anatomy.check.time.truncate
            cut = f"(T - 1 - t) // {length} == (T - 1 - t + {delay}) // {length}"
            yield f"{branch} t >= {delay}{f' and {cut}' if length else ''}:"
            yield f"{STEP}{self.gradients[edge.source]}[t - {delay}] += {gradient}"

    def _add(self, source: PortRef, gradient: str, inside: bool) -> str:
        name = self.gradients[source]
        if inside:
            return f"{name}[t] += {gradient}"
        if source in self._zeroed:
            return f"{name} += {gradient}"
        if source in self._arrived:
            return f"{name} = {name} + {gradient}"
        self._arrived.add(source)
        return f"{name} = {gradient}"
