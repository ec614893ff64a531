"""The functions that a program carries with it: found by the names that its text uses."""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections.abc import Mapping
from types import ModuleType

from runtime.as_numpy.functions import cells, entrywise, layers, products, reducing, windows

_CALLED = re.compile(r"\b(\w+)\(")
HOMES: tuple[ModuleType, ...] = (entrywise, reducing, products, windows, layers, cells)


@functools.cache
def functions() -> Mapping[str, str]:
    """The text of each function that can be carried, by name, in order, without type hints."""
    found = {}
    for home in HOMES:
        source = inspect.getsource(home)
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] = _without_hints(source, node)
    return found


def carried(text: str) -> list[str]:
    """The texts of all functions that a text calls, and of those that they call, in order."""
    known = functions()
    wanted: set[str] = set()
    waiting = [text]
    while waiting:
        for name in _names(waiting.pop()) & set(known) - wanted:
            wanted.add(name)
            waiting.append(known[name])
    return [known[name] for name in known if name in wanted]


def _names(text: str) -> set[str]:
    return set(_CALLED.findall(text))


def _without_hints(source: str, function: ast.FunctionDef) -> str:
    """A function's lines, with its signature on one line that names the arguments alone."""
    lines = source.splitlines()
    first = function.body[0].lineno - 1
    arguments = ", ".join(argument.arg for argument in function.args.args)
    if function.args.defaults:
        default = ast.unparse(function.args.defaults[-1])
        arguments += f"={default}"
    head = f"def {function.name}({arguments}):"
    body = [_plain(line) for line in lines[first : function.end_lineno]]
    return "\n".join([head, *body])


def _plain(line: str) -> str:
    """A line without the hint of a variable, as in `sizes: dict[str, int] = {}`."""
    statement = line.strip()
    if not statement.endswith("= {}") or ":" not in statement:
        return line
    return line[: len(line) - len(statement)] + f"{statement.partition(':')[0]} = {{}}"
