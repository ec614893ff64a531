"""Fuzzy matching, and which modules a query finds."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import default_catalogue
from gui import fuzzy
from gui.module_search import find_modules
from tests.effort import tries


def found(query: str) -> list[str]:
    return [module.name for module in find_modules(query, default_catalogue())]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("cel", "CrossEntropyLoss"),
        ("mm", "MatMul"),
        ("matmul", "MatMul"),
        ("bcewl", "BCEWithLogitsLoss"),
        ("relu", "ReLU"),
        ("lsmax", "LogSoftmax"),
        ("mse", "MSELoss"),
        ("sum", "Sum"),
        ("+", "Add"),
        ("*", "Multiply"),
        ("@", "MatMul"),
        ("dense", "Linear"),
        ("fc", "Linear"),
        ("  FC ", "Linear"),
    ],
)
def test_the_best_answer_stands_first(query, best):
    assert found(query)[0] == best


def test_words_match_one_by_one():
    assert found("bce lo") == ["BCELoss", "BCEWithLogitsLoss"]


def test_a_run_inside_a_word_is_found_behind_beginnings():
    answers = found("elu")
    assert answers[0] == "ELU"
    assert {"ReLU", "SELU", "GELU", "PReLU", "LeakyReLU"} <= set(answers)


def test_what_is_said_of_a_module_is_searched_last():
    answers = found("probabilities")
    assert answers[0] == "Softmax"
    assert "BCELoss" in answers


def test_scattered_letters_are_no_answer():
    assert "BCELoss" not in found("eo")  # neither a hump nor a run begins there
    assert found("qqq") == []


def test_nothing_typed_leaves_all_in_their_order():
    assert found(" ") == list(default_catalogue().names())
    assert fuzzy.rank("", ["b", "a"]) == [0, 1]


def test_rank_gives_numbers_best_first_and_equals_in_their_order():
    texts = ["Zoom to fit", "Find a module", "Fit", "Zoom in", "Zoom on"]
    assert fuzzy.rank("fit", texts) == [2, 0]
    assert fuzzy.rank("zo", texts) == [3, 4, 0]
    assert fuzzy.rank("x", texts) == []


def test_hostile_queries_are_short_work():
    fuzzy.score("a" * 100_000, "a" * 200)
    assert fuzzy.score("İ", "İnput") is not None


def test_no_text_that_answers_is_left_out_of_the_candidates():
    draw = random.Random(0)
    texts = ["".join(draw.choices("aBc1 _é.İ", k=draw.randrange(10))) for _ in range(800)]
    for query in ("ab", "b 1", "é", "c1 a", "(", "1a_", "", "İ"):
        found = set(fuzzy.candidates(query, texts))
        answers = {row for row, text in enumerate(texts) if fuzzy.score(query, text) is not None}
        assert answers <= found
        assert len(found) <= 1.5 * len(answers) + 1


@settings(max_examples=tries(300, 20_000))
@given(
    st.text("aAbB1 2._-\u00e9\u0130", max_size=6),
    st.lists(st.text("aAbBcC123 ._-/\u00e9\u0130\u00c9\u0307", max_size=12)),
)
def test_texts_that_are_alike_to_a_query_have_one_score(query, texts):
    table = fuzzy.alike(query)
    for text in texts:
        assert fuzzy.score(query, text.translate(table)) == fuzzy.score(query, text)


def test_names_that_differ_where_nobody_looks_are_alike():
    names = [f"n{number}" for number in range(1000)]
    assert len({name.translate(fuzzy.alike("n7")) for name in names}) == 2 + 4 + 8
