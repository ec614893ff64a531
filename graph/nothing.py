"""The mapping that holds nothing, one for all: of most things most records say nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn


class Nothing(dict[str, Any]):
    """An empty dictionary that stays empty; copied or pickled, it is still the same one.

    A read-only proxy could be neither pickled nor deeply copied, nor could what holds it.
    """

    __slots__ = ()

    def __reduce__(self) -> str:
        return "NOTHING"

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("found an entry for the mapping that is shared, expected none.")

    __setitem__ = setdefault = update = __ior__ = _refuse


NOTHING: Mapping[str, Any] = Nothing()
