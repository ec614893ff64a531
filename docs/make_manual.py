"""Write the manual of the modules, docs/modules/, from their declarations.

    python docs/make_manual.py

One page and a few pictures a module, and an index. Pages hold what the classes say; nothing is
written by hand, and a test fails where they are stale.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from graph import Graph, default_catalogue
from graph.catalogue import GROUPS
from graph.module import Example, Module
from gui.module_card.facts import brief, ports_of
from gui.module_card.pictures import curves, formula_picture, is_curve, svg
from runtime import Engine
from runtime.maps import LinearMap
from runtime.modules.door import Differentiable

FOLDER = Path(__file__).parent / "modules"
PLUS, MINUS, INK, MUTED = "#0A6B1D", "#8E29B3", "#1A1F26", "#55606D"
MOST_CELLS = 40  # a Jacobian with more rows or columns is said in words


def main(folder: Path = FOLDER) -> None:
    """Write everything, and remove what no module has any more."""
    files = dict(manual())
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    print(f"{folder}: {len(files)} files")


def manual() -> Iterator[tuple[str, str]]:
    """(file name, text) of the whole manual."""
    kinds = list(default_catalogue())
    yield "README.md", index(kinds)
    for kind in kinds:
        yield from module_files(kind)


def index(kinds: list[type[Module]]) -> str:
    """The list of all modules by group."""
    lines = ["# Modules", "", "Made from the modules' declarations by docs/make_manual.py.", ""]
    others = sorted({kind.group for kind in kinds} - set(GROUPS))
    for group in (*GROUPS, *others):
        own = sorted((kind for kind in kinds if kind.group == group), key=lambda kind: kind.name)
        rows = [f"| [{kind.name}]({kind.name}.md) | {flat(brief(kind))} |" for kind in own]
        if rows:
            lines += [f"## {group}", "", "| module | what it does |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def module_files(kind: type[Module]) -> Iterator[tuple[str, str]]:
    """The page of one module, and its pictures."""
    pictures = dict(module_pictures(kind))
    yield f"{kind.name}.md", page(kind, pictures)
    yield from pictures.items()


def module_pictures(kind: type[Module]) -> Iterator[tuple[str, str]]:
    """Formula, curves of an elementwise module, Jacobians of the first example."""
    if kind.formula:
        yield f"{kind.name}-formula.svg", formula_picture(kind.formula)
    if is_curve(kind):
        yield f"{kind.name}-curves.svg", curves(kind)
    for port, made in jacobians(kind):
        if made.rows * made.columns > 1 and max(made.rows, made.columns) <= MOST_CELLS:
            yield f"{kind.name}-jacobian-{port}.svg", cells(made)


def page(kind: type[Module], pictures: dict[str, str]) -> str:
    """The page in Markdown."""
    doc = kind.doc.partition("\n\n")
    lines = [f"# {kind.name}", "", f"{kind.group}. {flat(doc[0])}", ""]
    if kind.formula:
        lines += [f"![The formula of {kind.name}]({kind.name}-formula.svg)", ""]
    if doc[2]:
        lines += [flat(part) + "\n" for part in doc[2].split("\n\n")]
    lines += ["## Ports", "", *ports_table(kind), ""]
    if kind.attributes:
        lines += ["## Attributes", "", *attributes_table(kind), ""]
    if f"{kind.name}-curves.svg" in pictures:
        lines += [
            "## f and its derivative",
            "",
            f"![f solid, f' dashed]({kind.name}-curves.svg)",
            "",
        ]
    lines += [*jacobian_section(kind, pictures), *example_section(kind)]
    return "\n".join(lines).rstrip() + "\n"


def ports_table(kind: type[Module]) -> list[str]:
    """One row a port, as the signature has it."""
    rows = ["| port | what | kind | shape |", "|---|---|---|---|"]
    for port in ports_of(kind):
        rows.append(f"| `{port.name}` | {port.role} | {port.kind} | {port.shape} |")
    return rows


def attributes_table(kind: type[Module]) -> list[str]:
    """One row an attribute."""
    rows = ["| attribute | default | what | takes |", "|---|---|---|---|"]
    for spec in kind.attributes.values():
        default = "none" if spec.default is None else shown(spec.default)
        rows.append(f"| `{spec.name}` | {default} | {spec.doc} | {spec.expected()} |")
    return rows


def jacobian_section(kind: type[Module], pictures: dict[str, str]) -> list[str]:
    """Structure in words and as a small picture, for each input that carries a gradient."""
    found = jacobians(kind)
    if not found:
        return []
    lines = ["## Jacobian", ""]
    for port, made in found:
        local = kind.local.get(port, kind.local.get(re.sub(r"\d+$", "", port), ""))
        words = f"{made.structure} ({made.describe()})"
        words = made.structure if made.describe() == made.structure else words
        size = f"{made.rows} × {made.columns}, {made.stored} stored"
        lines += [
            f"By `{port}`: {local + '; ' if local else ''}in the example {words}, {size}.",
            "",
        ]
        name = f"{kind.name}-jacobian-{port}.svg"
        if name in pictures:
            lines += [f"![The Jacobian by {port}]({name})", ""]
    return lines


def example_section(kind: type[Module]) -> list[str]:
    """The first example, as one would write it."""
    if not kind.examples or not kind.sig.inputs:
        return []
    example = kind.examples[0]
    given = "".join(f", {name}={value!r}" for name, value in example.attributes.items())
    module = kind(**example.attributes)
    lines = ["## Example", "", "```python", "graph = Graph()"]
    lines.append(f'graph.add("{kind.name}", "it"{given})')
    for port, shape in example.shapes.items():
        if module.ports[port].role == "input":
            kinds = {"integer": ', dtype="int64"', "boolean": ', dtype="bool"'}
            dtype = kinds.get(module.ports[port].kind, "")
            time = ", sequence=True" if kind.leads_out else ""
            lines.append(f'graph.add("Input", "{port}", shape={tuple(shape)}{dtype}{time})')
            lines.append(f'graph.connect("{port}.y", "it.{port}")')
    lines.append("```")
    shapes = ", ".join(f"`{port}` {list(shape)}" for port, shape in made_shapes(kind, example))
    return [*lines, "", f"gives {shapes}."]


def made_shapes(kind: type[Module], example: Example) -> list[tuple[str, tuple[int, ...]]]:
    """The output shapes of an example."""
    trace = Engine(example_graph(kind, example)).run(phase="forward")
    ports = kind(**example.attributes).output_ports
    return [(port.name, trace.value(f"it.{port.name}").shape) for port in ports]


def jacobians(kind: type[Module]) -> list[tuple[str, LinearMap]]:
    """The Jacobian of the first floating output by each floating input, in the first example."""
    if not kind.examples or not issubclass(kind, Differentiable):
        return []
    trace = Engine(example_graph(kind, kind.examples[0])).run(phase="forward")
    names = [port.name for port in kind(**kind.examples[0].attributes).wired_ports]
    found = [(name, trace.jacobian(f"it.{name}")) for name in names]
    return [(name, made) for name, made in found if made is not None]


def example_graph(kind: type[Module], example: Example) -> Graph:
    """A graph with the module as node `it`, and numbers that are the same each time."""
    graph = Graph()
    graph.add(kind.name, "it", **example.attributes)
    module = kind(**example.attributes)
    for place, port in enumerate(module.wired_ports):
        if port.role != "input":
            continue
        shape = tuple(example.shapes[port.name])
        values = example.values.get(port.name)
        dtype = {"integer": "int64", "boolean": "bool"}.get(port.kind, "float64")
        low, high = module.domain.get(port.name, (-2.0, 2.0))
        drawn = np.random.RandomState(place).uniform(max(low, -9.0), min(high, 9.0), shape)
        array = np.asarray(drawn if values is None else values, dtype).reshape(shape)
        given = None if dtype == "float64" else dtype
        graph.add("Input", port.name, shape=shape, dtype=given, sequence=kind.leads_out)
        graph.set_tensor(f"{port.name}.y", array)
        graph.connect(f"{port.name}.y", f"it.{port.name}")
    return graph


# --- pictures ---------------------------------------------------------------------------------


def cells(made: LinearMap) -> str:
    """The matrix: a square an entry, green above 0, purple below, nothing at 0."""
    matrix = made.dense()
    limit = np.abs(matrix[np.isfinite(matrix)]).max(initial=0.0) or 1.0
    side = 12 if max(matrix.shape) <= 16 else 6
    rows, columns = matrix.shape
    frame = f'<path class="m" d="M.5.5H{columns * side + 0.5:g}V{rows * side + 0.5:g}H.5z"/>'
    lines = [frame]
    for row, column in zip(*np.nonzero(matrix), strict=True):
        share = abs(matrix[row, column]) / limit
        strength = round(0.2 + 0.8 * (round(share * 8) / 8), 2)
        colour = PLUS if matrix[row, column] > 0 else MINUS
        place = f'x="{column * side + 1}" y="{row * side + 1}"'
        size = f'width="{side - 1}" height="{side - 1}"'
        lines.append(f'<rect {place} {size} fill="{colour}" fill-opacity="{strength:g}"/>')
    return svg(columns * side + 1, rows * side + 1, lines)


def flat(text: str) -> str:
    """A paragraph in one line."""
    return " ".join(text.split()).replace("*", r"\*")


def shown(value: object) -> str:
    """A default as it is typed in."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(list(value)) if isinstance(value, tuple) else f"{value}"


if __name__ == "__main__":
    main()
