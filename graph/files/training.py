"""The entry `training` of a file: read into a record, and written from one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from graph.errors import BadSetting, FileError, sentence
from graph.files.document import shown
from graph.files.schema import TrainingRecord
from graph.records import MAX_NAME
from graph.rules import OPTIMIZERS, SCHEDULES, Adam, Clip, Rule, Schedule, Stop, declared
from graph.suggest import did_you_mean
from graph.training import Training

WHERE = "$.training"
Ruled = TypeVar("Ruled", bound=Rule)
Recorded = Callable[..., tuple[Any, Mapping[str, Any]]]
Refused = Callable[[str, str], FileError]


def read_training(entry: dict[str, Any], record: Recorded, refused: Refused) -> Training:
    """The record of an entry; `record` and `refused` are the reader's.

    Whether the nodes that it names exist is for the graph. Raises `FileError`.
    """
    found, notes = record(TrainingRecord, entry, WHERE)
    extra = {"": notes} if notes else {}

    def rule(part: str, kind: type[Ruled]) -> Ruled:
        settings = {key: x for key, x in getattr(found, part).items() if key != "name"}
        try:
            made, kept = record(kind, settings, f"{WHERE}.{part}")
        except BadSetting as error:
            raise refused(str(error), f"{WHERE}.{part}") from None
        if kept:
            extra[part] = kept
        assert isinstance(made, kind)
        return made

    def named(part: str, kinds: Mapping[str, type[Ruled]], usual: str) -> Ruled:
        name = getattr(found, part).get("name", usual)
        if name in kinds:
            return rule(part, kinds[name])
        text = shown(name) if isinstance(name, str) else "no text"
        mend = did_you_mean(name, kinds) if isinstance(name, str) and len(name) < MAX_NAME else ""
        reason = sentence("", text, f"one of {', '.join(kinds)}", mend)
        raise refused(reason, f"{WHERE}.{part}.name")

    return Training(
        found.epochs,
        named("optimizer", OPTIMIZERS, Adam.name),
        named("schedule", SCHEDULES, Schedule.name),
        rule("clip", Clip),
        tuple(found.frozen),
        found.lr_factors,
        tuple(found.metrics),
        rule("stop", Stop),
        extra,
    )


def written_training(training: Training) -> dict[str, Any]:
    """The entry of a record: how long and by which rule, then what is not the default."""
    optimizer, schedule = training.optimizer, training.schedule
    parts: dict[str, Any] = {
        "optimizer": {"name": optimizer.name, "lr": short(optimizer.lr)} | _differing(optimizer),
        "schedule": ({} if schedule == Schedule() else {"name": schedule.name})
        | _differing(schedule),
        "clip": _differing(training.clip),
        "frozen": list(training.frozen),
        "lr_factors": {at: short(share) for at, share in training.lr_factors.items()},
        "metrics": list(training.metrics),
        "stop": _differing(training.stop),
    }
    for part, notes in training.extra.items():
        if part:
            parts[part] |= notes
    entry = {key: value for key, value in parts.items() if value}
    return {"epochs": training.epochs} | entry | dict(training.extra.get("", {}))


def _differing(rule: Rule) -> dict[str, Any]:
    """The settings of a rule that are not its defaults."""
    usual = {name: default for name, (default, _) in declared(type(rule)).items()}
    settings = {name: getattr(rule, name) for name in usual}
    return {name: _plain(x) for name, x in settings.items() if x != usual[name]}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [short(x) for x in value]
    return short(value) if isinstance(value, float) else value


def short(number: float) -> int | float:
    """A number as it stands in a file: whole ones without a point."""
    is_whole = float(number).is_integer() and abs(number) < 2**53
    return int(number) if is_whole else float(number)
