"""Learning by doing: what of a run can be asked, whether an answer is right, and what helps.

| file | what is in it |
|---|---|
| `asking` | the questions of a step: values forward, sums and parts of gradients in reverse |
| `typed` | numbers as a person types them: `2/3`, `-0.67`, `1e-3` |
| `judging` | whether what was typed, or the shape that was picked, is right |
| `hints` | three hints to a question: the rule, the symbols, the numbers |
| `score` | how it went |
| `sheet` | all questions of a run in a row, for paper |
"""

from typing import TYPE_CHECKING

from graph.late import late

if TYPE_CHECKING:
    from runtime.practice.asking import (
        MOST_TYPED,
        Question,
        asked_by,
        asked_of_instance,
        sum_at,
    )
    from runtime.practice.hints import Hint, hints_to
    from runtime.practice.judging import Judgement, judge, judge_shape, shape_choices
    from runtime.practice.score import Mark, Score
    from runtime.practice.sheet import Sheet, sheet_of
    from runtime.practice.typed import Unreadable

_HOMES = {
    "asking": (
        "MOST_TYPED",
        "Question",
        "asked_by",
        "asked_of_instance",
        "sum_at",
    ),
    "hints": (
        "Hint",
        "hints_to",
    ),
    "judging": (
        "Judgement",
        "judge",
        "judge_shape",
        "shape_choices",
    ),
    "score": (
        "Mark",
        "Score",
    ),
    "sheet": (
        "Sheet",
        "sheet_of",
    ),
    "typed": ("Unreadable",),
}

__all__ = [
    "MOST_TYPED",
    "Hint",
    "Judgement",
    "Mark",
    "Question",
    "Score",
    "Sheet",
    "Unreadable",
    "asked_by",
    "asked_of_instance",
    "hints_to",
    "judge",
    "judge_shape",
    "shape_choices",
    "sheet_of",
    "sum_at",
]

__getattr__ = late(__name__, _HOMES)
