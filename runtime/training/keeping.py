"""A training on the disk, `NAME.run/`: what it needs to go on, to the bit.

`manifest.json` holds counters, figures and settings, and names the file with the arrays, an npz
without pickles. A new arrays file is written beside the old one before the manifest takes its
place, so that whatever happens the folder holds the one moment or the other. What is read may have
been written by anybody: it is data only, and sizes are checked before memory is taken.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from graph.errors import FileError, sentence
from graph.files import disk
from graph.files.document import parse
from graph.files.schema import Misfit, typed
from graph.files.training import written_training
from runtime.feeds import Host
from runtime.report import worded
from runtime.training.arrays import read_arrays, write_arrays
from runtime.training.history import Epoch
from runtime.training.kept_place import MANIFEST
from runtime.training.machine import blas_threads, versions
from runtime.training.moment import Moment, Position

if TYPE_CHECKING:
    from runtime.training.session import Session

FORMAT = 1
_ARRAYS = re.compile(r"arrays-[0-9]{1,20}(-[0-9]{1,6})?\.npz")
_GROUPS = ("parameters", "state", "memory", "kept")


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of a kept training beside its moment.

    `first_batch` is SHA-256 of the first batch: other samples, or another order of them, have
    another one.
    """

    seed: int = 0
    device: str = "cpu"
    dtype: str = "float64"
    blas_threads: int = 1
    first_batch: str = ""
    versions: dict[str, str] = {}
    training: dict[str, Any] = {}


class TensorEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """dtype and shape of an array."""

    dtype: str
    shape: list[int]


class EpochEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of `epochs`; numbers that are not finite stand as words."""

    number: int
    updates: int
    rate: float
    figures: dict[str, dict[str, float | str]]


class PlateauEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a schedule that waits for a figure remembers."""

    factor: float
    best: float | str | None
    waited: int


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole manifest."""

    gradwire_run: int
    told: Told
    epoch: int
    batch: int
    update: int
    schedule: PlateauEntry | None
    losses: float
    best: int
    best_figure: float | str | None
    why_ended: str
    epochs: list[EpochEntry]
    file: str
    tensors: dict[str, TensorEntry]


def make(folder: Path) -> None:
    """Make the folder where there is none; raises `FileError` where nothing can be kept in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, "")
    except OSError as error:
        mend = "Copy the file to another place."
        raise disk.refusal(error, folder, "a place that can be written", mend) from None


def write(folder: Path, moment: Moment, told: Told | None = None, *, lasts: bool = True) -> None:
    """Keep a moment in a folder, in the place of what it kept; raises `FileError`.

    `lasts` is that of `disk.write`: whether it has to outlive a power cut.
    """
    make(folder)
    arrays = _named(moment)
    file = _free_name(folder, moment.position.update)
    write_arrays(folder / file, arrays, lasts=lasts)
    manifest = _manifest(moment, told or Told(), file, arrays)
    disk.write(folder / MANIFEST, _json(manifest), lasts=lasts)
    for old in folder.glob("arrays-*.npz"):
        if old.name != file and _ARRAYS.fullmatch(old.name):
            with contextlib.suppress(OSError):
                old.unlink()


def told_of(session: Session) -> Told:
    """What a session's numbers depend on beside its moment."""
    trainer = session.trainer
    return Told(
        trainer.graph.seed,
        trainer.device,
        trainer.dtype,
        blas_threads(),
        _digest(session.feeder.batch(0, 0)),
        versions(),
        written_training(session.training),
    )


def _digest(feeds: Mapping[str, Host]) -> str:
    digest = hashlib.sha256()
    for name, array in feeds.items():
        digest.update(f"{name} {array.dtype.name} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def differences(told: Told, session: Session) -> list[str]:
    """What is no longer as it was when a training was kept: from here on it is another one.

    That it has more or fewer epochs now is no difference.
    """
    now, then = (msgspec.to_builtins(x) for x in (told_of(session), told))
    for known in (now, then):
        known |= {f"{name} version": text for name, text in known.pop("versions").items()}
        known |= {f"training.{key}": x for key, x in known.pop("training").items()}
        known.pop("training.epochs", None)
    return [
        f"{_brief(name)[1:-1].replace('_', ' ')}: found {_brief(now.get(name))}, when it was kept"
        f" {_brief(then.get(name))}"
        for name in dict.fromkeys((*now, *then))
        if now.get(name) != then.get(name)
    ]


def _brief(value: Any) -> str:
    """A value of a manifest as it can stand in a line of a terminal."""
    text = "nothing" if value is None else json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def read(folder: Path) -> Moment:
    """The moment that a folder keeps; raises `FileError`."""
    return read_all(folder)[0]


def read_all(folder: Path) -> tuple[Moment, Told]:
    """The moment that a folder keeps, and what is known beside it; raises `FileError`."""
    path = folder / MANIFEST
    document = parse(disk.read(path), str(path))
    found = document.get("gradwire_run")
    if found != FORMAT:
        mend = "It may be of a newer Gradwire." if isinstance(found, int) else ""
        reason = sentence("", f"format {json.dumps(found)[:40]}", f"format {FORMAT}", mend)
        raise FileError(str(path), "$.gradwire_run", reason)
    try:
        manifest = typed(Manifest, document)
    except Misfit as error:
        reason = sentence("", error.found, error.expected, "")
        raise FileError(str(path), f"${error.path}", reason) from None
    if not _ARRAYS.fullmatch(manifest.file):
        reason = sentence("", "another name", "a file of arrays beside the manifest", "")
        raise FileError(str(path), "$.file", reason)
    kinds = {name: (x.dtype, tuple(x.shape)) for name, x in manifest.tensors.items()}
    arrays = read_arrays(folder / manifest.file, kinds)
    return _moment(manifest, arrays, str(path)), manifest.told


# --- writing ---------------------------------------------------------------------------------


def _named(moment: Moment) -> dict[str, Any]:
    groups = {name: getattr(moment, name) for name in _GROUPS}
    return {f"{name}/{key}": array for name, own in groups.items() for key, array in own.items()}


def _free_name(folder: Path, update: int) -> str:
    """A name for the arrays that is not taken: the old ones stay until the manifest is new."""
    name, count = f"arrays-{update}.npz", 0
    while (folder / name).exists():
        count += 1
        name = f"arrays-{update}-{count}.npz"
    return name


def _manifest(moment: Moment, told: Told, file: str, arrays: Mapping[str, Host]) -> dict[str, Any]:
    epoch, batch, update = moment.position
    return {
        "gradwire_run": FORMAT,
        "told": msgspec.to_builtins(told),
        "epoch": epoch,
        "batch": batch,
        "update": update,
        "schedule": _plateau(moment.schedule),
        "losses": moment.losses,
        "best": moment.best,
        "best_figure": None if moment.best_figure is None else worded(moment.best_figure),
        "why_ended": moment.why_ended,
        "epochs": [_epoch(found) for found in moment.epochs],
        "file": file,
        "tensors": {
            name: {"dtype": array.dtype.name, "shape": list(array.shape)}
            for name, array in arrays.items()
        },
    }


def _plateau(kept: Mapping[str, Any]) -> dict[str, Any] | None:
    if not kept:
        return None
    return {**kept, "best": None if kept["best"] is None else worded(kept["best"])}


def _epoch(epoch: Epoch) -> dict[str, Any]:
    figures = {
        part: {name: worded(x) for name, x in own.items()} for part, own in epoch.figures.items()
    }
    return {
        "number": epoch.number,
        "updates": epoch.updates,
        "rate": epoch.rate,
        "figures": figures,
    }


def _json(manifest: Mapping[str, Any]) -> bytes:
    """One key a line, one epoch and one tensor a line."""
    lines = []
    for key, value in manifest.items():
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        if value and key == "epochs":
            inside = ",\n".join(f"    {json.dumps(entry, allow_nan=False)}" for entry in value)
            text = f"[\n{inside}\n  ]"
        elif value and key == "tensors":
            rows = (f"    {json.dumps(name)}: {json.dumps(x)}" for name, x in value.items())
            text = "{\n" + ",\n".join(rows) + "\n  }"
        lines.append(f"  {json.dumps(key)}: {text}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("utf-8")


# --- reading ---------------------------------------------------------------------------------


def _moment(manifest: Manifest, arrays: Mapping[str, Host], path: str) -> Moment:
    groups: dict[str, dict[str, Host]] = {name: {} for name in _GROUPS}
    for name, array in arrays.items():
        group, _, key = name.partition("/")
        if group not in groups:
            raise FileError(path, "$.tensors", sentence("", name[:60], "an array of a moment", ""))
        groups[group][key] = array
    if min(manifest.epoch, manifest.batch, manifest.update, manifest.best) < 0:
        raise FileError(path, "$.epoch", sentence("", "a negative count", "0 or more", ""))
    try:
        epochs = tuple(map(_epoch_of, manifest.epochs))
        best = _figure(manifest.best_figure)
        waiting = manifest.schedule
        schedule = {} if waiting is None else msgspec.structs.asdict(waiting)
        if waiting is not None:
            schedule["best"] = _figure(waiting.best)
    except ValueError:
        found = sentence("", "a text", "a number, NaN, Infinity or -Infinity", "")
        raise FileError(path, "$.epochs", found) from None
    if len(epochs) != manifest.epoch:
        reason = sentence("", f"{len(epochs)} epochs", str(manifest.epoch), "")
        raise FileError(path, "$.epochs", reason)
    return Moment(
        Position(manifest.epoch, manifest.batch, manifest.update),
        groups["parameters"],
        groups["state"],
        groups["memory"],
        schedule,
        manifest.losses,
        epochs,
        manifest.best,
        best,
        groups["kept"],
        manifest.why_ended,
    )


def _figure(written: float | str | None) -> float | None:
    return None if written is None else float(written)


def _epoch_of(entry: EpochEntry) -> Epoch:
    figures: dict[Any, dict[str, float]] = {
        part: {name: float(x) for name, x in own.items()} for part, own in entry.figures.items()
    }
    return Epoch(entry.number, entry.updates, entry.rate, figures)
