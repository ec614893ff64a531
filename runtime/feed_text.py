"""Feeds as they are typed on the command line: `x=[1, 2]` or `x=@file.npy`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from runtime.errors import FeedError
from runtime.feeds import Host

_MAGIC = b"\x93NUMPY"
_WORDS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def parse_feeds(texts: Iterable[str]) -> dict[str, Host]:
    """Feeds by node id; raises `FeedError` naming the node where one cannot be read."""
    found: dict[str, Host] = {}
    for text in texts:
        id_, equals, value = text.partition("=")
        if not equals or not id_:
            raise FeedError(f'--feed: found "{text}", expected ID=JSON or ID=@FILE.npy.')
        if id_ in found:
            raise FeedError(f"{id_}: found two feeds, expected one.", node=id_)
        found[id_] = _from_file(id_, value[1:]) if value[:1] == "@" else _from_json(id_, value)
    return found


def _from_json(id_: str, text: str) -> Host:
    try:
        array = np.asarray(_worded(json.loads(text, parse_constant=_refuse)))
    except RecursionError:
        raise FeedError(f"{id_}: found lists nested too deep.", node=id_) from None
    except (ValueError, OverflowError) as error:
        reason = " ".join(str(error).split())
        raise FeedError(
            f"{id_}: found no JSON array ({reason}), expected numbers in lists of equal lengths.",
            node=id_,
        ) from None
    if array.dtype.kind not in "fib":
        raise FeedError(f"{id_}: found {_shorten(text)}, expected numbers.", node=id_)
    return array


def _from_file(id_: str, path: str) -> Host:
    """A .npy file, mapped: a header that claims more than the file holds is refused."""
    try:
        with open(path, "rb") as file:
            is_array = file.read(len(_MAGIC)) == _MAGIC
        if is_array:
            return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        reason = "another kind of file"
    except OSError as error:
        reason = error.strerror or "no array"
    except (ValueError, EOFError, SyntaxError, OverflowError, MemoryError) as error:
        reason = " ".join(str(error).split())
    raise FeedError(f"{id_}: {path}: found {reason}, expected a .npy array.", node=id_)


def _worded(value: Any) -> Any:
    """Lists with the words for non-finite numbers read as what they mean."""
    if isinstance(value, list):
        return [_worded(entry) for entry in value]
    return _WORDS.get(value, value) if isinstance(value, str) else value


def _refuse(word: str) -> float:
    raise ValueError(f'write "{word}" in quotes')


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
