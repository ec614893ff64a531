"""Predicting: what a run asks, how answers are judged, and hints that never give them away."""

from __future__ import annotations

import math

import numpy as np
import pytest

from graph import Graph, load
from gui.examples import examples
from runtime import Engine
from runtime.explaining.writing import line_text
from runtime.practice import (
    Mark,
    Question,
    Score,
    Unreadable,
    asked_by,
    hints_to,
    judge,
    judge_shape,
    shape_choices,
    sheet_of,
)
from runtime.practice.judging import fault
from runtime.practice.sheet import BLANK, GIVEN
from runtime.practice.typed import read_number, read_numbers
from runtime.trace import Trace

EXAMPLES = {path.stem: path for path in examples()}


def trace_of(name: str) -> Trace:
    return Engine(load(EXAMPLES[name])).run()


def questions(trace: Trace) -> list[Question]:
    return [found for step in trace.steps for found in asked_by(trace, step)]


def scalar(answer: float, scale: float = 0.0, dtype: str = "float64") -> Question:
    from graph import PortRef

    return Question("value", "n", PortRef("n", "y"), "n", np.array(answer, dtype), scale)


@pytest.mark.parametrize(
    ("text", "value"),
    [("2/3", 2 / 3), ("-0.67", -0.67), ("−0.67", -0.67), (" +.5 ", 0.5), ("3.", 3.0),
     ("1e-3", 1e-3), ("-1 / 4", -0.25), ("−2⁄−4", 0.5), ("1.5/0.5", 3.0), ("-inf", -math.inf),
     ("∞", math.inf), ("true", 1.0), ("00012", 12.0)],
)  # fmt: skip
def test_a_number_is_read_as_people_type_it(text: str, value: float):
    (found,) = read_numbers(text)
    assert found.value == pytest.approx(value, rel=1e-12)


def test_several_numbers_are_read_with_any_sign_between():
    for text in ("1, -2/3; 4", "[1, -2/3, 4]", "1 -2/3 4", "(1,-2 / 3,4)"):
        assert [each.value for each in read_numbers(text)] == [1.0, -2 / 3, 4.0]


@pytest.mark.parametrize(
    "text",
    ["", "  ", "abc", "1/0", "1/2/3", "1e9999", "0x10", "2*3", "__import__('os')", "1..2", "-", ".",
     "e5", "1_000", "½", "١", "9" * 401, "1e-99999", "/3", "3/"],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_what_is_expected(text: str):
    with pytest.raises(Unreadable, match="expected"):
        read_numbers(text)


@pytest.mark.parametrize(
    ("typed", "true", "expected"),
    [
        ("2/3", 2 / 3, ""), ("-0.67", -2 / 3, ""), ("0.67", -2 / 3, "wrong sign"),
        ("0.7", 2 / 3, ""), ("0.6", 2 / 3, "close"), ("0.72", 2 / 3, "close"), ("6", 6.0, ""),
        ("6.05", 6.0, ""), ("6.1", 6.0, "close"), ("-6", 6.0, "wrong sign"), ("0", 6.0, "wrong"),
        ("0", 0.0, ""), ("0.0", 0.0, ""), ("0.001", 0.0, "wrong"), ("-0", 0.0, ""),
        ("0", 0.0004, "wrong"), ("0.00", 0.0004, "wrong"), ("0.0004", 0.00043, ""),
        ("1e-3", -0.001, "wrong sign"), ("1.2e5", 123_456.0, ""), ("1e400", 1.0, "wrong"),
        ("nan", math.nan, ""), ("1", math.nan, "wrong"), ("nan", 1.0, "wrong"),
        ("inf", math.inf, ""), ("-inf", math.inf, "wrong sign"), ("1e300", math.inf, "wrong"),
        ("1/3", 0.335, ""), ("1/3", 0.34, "close"),
    ],
)  # fmt: skip
def test_an_answer_is_right_within_a_hundredth_or_to_the_digits_typed(typed, true, expected):
    assert fault(read_number(typed), true) == expected


def test_zero_is_right_where_only_rounding_makes_it_something_else():
    rounded = 0.1 + 0.2 - 0.3
    assert rounded != 0
    assert judge(scalar(rounded, scale=0.3), "0").is_right
    assert not judge(scalar(rounded, scale=0.0), "0").is_right
    assert not judge(scalar(1e-9, scale=0.3), "0").is_right


def test_indices_must_be_met_exactly():
    assert judge(scalar(500, dtype="int64"), "500").is_right
    assert not judge(scalar(500, dtype="int64"), "501").is_right
    assert judge(scalar(1, dtype="bool"), "true").is_right


def test_of_several_numbers_it_is_said_which_one_is_not_right():
    asked = next(q for q in questions(trace_of("xor")) if q.text == "∂L/∂output")
    assert judge(asked, "-0.015, -0.025, -0.065, -0.07").is_right
    found = judge(asked, "-0.015, -0.025, 0.065, -0.07")
    assert not found.is_right
    assert found.words == "3 of 4 are right. At [2, 0]: The sign is wrong."
    assert judge(asked, "1").words == "Found 1 number, expected 4."


def test_the_hand_worked_example_asks_every_value_and_every_part():
    found = [(q.text, q.answer.item()) for q in questions(trace_of("backprop_by_hand"))]
    assert found == [
        ("x1", 6), ("x2", 7), ("difference", -3), ("loss_val", 3), ("∂L/∂difference", -1),
        ("∂L/∂y_true", -1), ("∂L/∂x2", 1), ("∂L/∂x1", 1), ("∂L/∂b", 1), ("∂L/∂w", 2), ("∂L/∂x", 3),
    ]  # fmt: skip


def test_a_sum_is_asked_where_gradients_add_up_and_only_there():
    graph = Graph(dtype="float64")
    graph.add("Input", "x", shape=())
    graph.set_tensor("x.y", np.array(2.0))
    for id_, module in (("h", "Square"), ("a", "Exp"), ("b", "Sin"), ("out", "Add")):
        graph.add(module, id_)
    for ends in (
        ("x.y", "h.x"),
        ("h.y", "a.x"),
        ("h.y", "b.x"),
        ("a.y", "out.a"),
        ("b.y", "out.b"),
    ):
        graph.connect(*ends)
    (asked,) = [q for q in questions(Engine(graph).run()) if q.kind == "sum"]
    assert asked.text == "∂L/∂h"
    assert asked.answer == pytest.approx(math.exp(4) + math.cos(4))


@pytest.mark.parametrize("name", ["backprop_by_hand", "xor", "rnn", "digits", "transformer_block"])
def test_every_hint_leaves_the_answer_to_be_found(name: str):
    trace = trace_of(name)
    for asked in questions(trace)[:60]:
        rule, symbols, numbers = hints_to(trace, asked)
        assert rule.words.endswith(".")
        assert not rule.lines
        assert not any(line.numbers or line.result is not None for line in symbols.lines)
        assert all(line.result is None for line in numbers.lines)
        if asked.by_shape:
            assert not numbers.lines
            assert numbers.words.startswith("The shapes that go in: ")


def test_hints_lead_from_the_rule_to_the_numbers():
    trace = trace_of("backprop_by_hand")
    asked = questions(trace)[-2]  # dL/dw
    rule, symbols, numbers = hints_to(trace, asked)
    assert rule.words == "What came back, ∂L/∂y, times the local derivative ∂y/∂a = b."
    assert line_text(symbols.lines[0]) == "∂L/∂w = ∂L/∂x1 · ∂x1/∂w = ∂L/∂x1 · x"
    assert line_text(numbers.lines[0]) == "∂L/∂w = 1 · 2 = ?"


def test_every_answer_is_right_and_its_opposite_wrong():
    for name in ("xor", "rnn", "attention_head", "cancelling", "vanishing"):
        for asked in questions(trace_of(name)):
            if asked.by_shape:
                assert judge_shape(asked, asked.answer.shape).is_right
                continue
            numbers = asked.answer.reshape(-1)
            assert judge(asked, ", ".join(f"{n:.3g}" for n in numbers)).is_right
            if np.abs(numbers).min() > 1e-12:
                assert not judge(asked, ", ".join(f"{-n:.3g}" for n in numbers)).is_right


def test_shapes_to_choose_from_hold_the_right_one_once_in_an_order_that_tells_nothing():
    places = set()
    for asked in questions(trace_of("transformer_block")) + questions(trace_of("digits")):
        choices = shape_choices(asked)
        assert choices.count(asked.answer.shape) == 1
        assert len(choices) == len(set(choices)) >= 2
        places.add(choices.index(asked.answer.shape))
    assert len(places) > 1


def test_the_score_counts_tries_hints_and_what_was_shown():
    score = Score()
    assert score.words == "Nothing was asked yet."
    for mark in (Mark("x1"), Mark("x2", tries=2, hints=1), Mark("x3", is_shown=True)):
        score = score.with_mark(mark)
    assert score.words == "2 of 3 right, 1 at the first try; 1 hint, 1 shown."
    words = [mark.words for mark in score.marks]
    assert words == ["right", "right after 2 wrong tries and 1 hint", "shown"]


@pytest.mark.parametrize("name", ["backprop_by_hand", "fan_out", "xor", "rnn", "transformer_block"])
def test_a_sheet_asks_every_question_once_and_gives_no_answer_before_the_key(name: str):
    trace = trace_of(name)
    sheet = sheet_of(trace)
    count = len(questions(trace))
    assert count <= sheet.blanks <= count + len(sheet.given.lines)  # sums at leaves besides
    numbers = [f"({number})" for number in range(1, sheet.blanks + 1)]
    asked = [line for exercise in sheet.exercises for line in exercise.lines]
    key = [line for each in sheet.key for line in each.lines]
    assert [line.words for line in asked if line.words.startswith("(")] == numbers
    assert [line.words for line in key] == numbers
    to_do = [line for line in asked if line.words != GIVEN]
    assert all(line.result is None and set(line.numbers) <= {BLANK} for line in to_do)
    assert not any(BLANK in line.numbers for line in key)
    assert [each.words for each in sheet.exercises] == [each.words for each in sheet.key]


def test_the_key_of_the_hand_worked_example():
    sheet = sheet_of(trace_of("backprop_by_hand"))
    assert line_text(sheet.exercises[-1].lines[0]).endswith("= ∂L/∂x1 · x = ________________")
    assert [line_text(line) for line in sheet.key[-1].lines] == [
        "∂L/∂w = 1 · 2 = 2",
        "∂L/∂x = 1 · 3 = 3",
    ]
    given = [line_text(line) for line in sheet.given.lines]
    assert given == ["x = 2", "w = 3", "b = 1", "y_true = 4"]


def test_where_values_fan_out_from_an_input_the_sheet_asks_for_the_sum():
    sheet = sheet_of(trace_of("fan_out"))
    assert sheet.exercises[-1].words == "In the end, x"
    assert line_text(sheet.key[-1].lines[0]) == "∂L/∂x = −0.8323 + 0.9093 + 1 = 1.077"


def test_numbers_of_which_the_shape_alone_was_asked_are_given_where_they_are_needed():
    sheet = sheet_of(trace_of("xor"))
    (loss,) = [each for each in sheet.exercises if each.words.startswith("Forward, step 4")]
    assert [line.words for line in loss.lines] == [GIVEN, "(4)"]
    assert line_text(loss.lines[0]).startswith("         ⎡−0.03⎤")
    for each in sheet_of(trace_of("backprop_by_hand")).exercises:
        assert all(line.words != GIVEN for line in each.lines)
