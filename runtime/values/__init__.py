"""Values as text: a small grammar that is parsed and never evaluated, tables, and what is written.

| written | shape |
|---|---|
| `2`, `-1.5e3`, `nan`, `inf`, `true` | [] |
| `1 2 3` or `1, 2, 3` | [3] |
| `1 2; 3 4`, or two lines | [2, 2] |
| `[1, 2; 3, 4]`, `[[1, 2], [3, 4]]` | [2, 2] |
| `[]` | [0] |
| `zeros(2)`, `ones(3, 4)`, `randn(4, 3)`, `rand(5)` | as written |
| `full(2, 3; 0.5)` | [2, 3], all 0.5 |
| `eye(3)`, `eye(2, 3)` | [3, 3], [2, 3] |
| `arange(5)`, `arange(2, 8)`, `arange(0, 1, 0.25)` | [5], [6], [4] |
| `linspace(0, 1, 5)` | [5], both ends among them |

Commas and spaces part numbers, a semicolon parts rows. A true minus is read like `-`. Sizes are
checked before memory is taken.
"""

from typing import TYPE_CHECKING

from graph.late import late

if TYPE_CHECKING:
    from runtime.values.calls import filled
    from runtime.values.numbers import BadValue, check_size
    from runtime.values.tables import parse_table, write_number, write_table, write_value
    from runtime.values.text import MAX_BYTES, Value, parse_value

_HOMES = {
    "calls": ("filled",),
    "numbers": (
        "BadValue",
        "check_size",
    ),
    "tables": (
        "parse_table",
        "write_number",
        "write_table",
        "write_value",
    ),
    "text": (
        "MAX_BYTES",
        "Value",
        "parse_value",
    ),
}

__all__ = [
    "MAX_BYTES",
    "BadValue",
    "Value",
    "check_size",
    "filled",
    "parse_table",
    "parse_value",
    "write_number",
    "write_table",
    "write_value",
]

__getattr__ = late(__name__, _HOMES)
