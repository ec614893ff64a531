"""The step's sentence, word by word."""

import pytest
from PySide6.QtWidgets import QWidget

from graph import Graph, Tensor
from graph import edits as e
from graph.port import PortRef
from gui.answers import run_now
from gui.document import Document
from gui.sentence import SentenceBar, sentence_of
from gui.theme import Theme
from gui.wording import plain_formula, put_in, short_factor


def give(graph, id_, shape, values, module="Input"):
    graph.add(module, id_, shape=shape, at=(0, 0))
    graph.apply(e.SetTensor(PortRef(id_, "y"), Tensor.of_values("float64", shape, values)))


def open_graph(graph):
    document = Document()
    document.replace(graph, None)
    run_now(document)
    return document


@pytest.fixture
def by_hand(qapp):
    """x1 = w x, x2 = x1 + b, d = t - x2, loss = |d|"""
    graph = Graph()
    for id_, value in (("x", 2.0), ("w", 3.0), ("b", 1.0), ("t", 4.0)):
        give(graph, id_, (), [value])
    wires = {
        "x1": ("Multiply", {"a": "w.y", "b": "x.y"}),
        "x2": ("Add", {"a": "x1.y", "b": "b.y"}),
        "d": ("Subtract", {"a": "t.y", "b": "x2.y"}),
        "loss": ("Abs", {"x": "d.y"}),
    }
    for id_, (module, inputs) in wires.items():
        graph.add(module, id_, at=(0, 0))
        for port, source in inputs.items():
            graph.connect(source, f"{id_}.{port}")
    return open_graph(graph)


def told(document):
    """All sentences from the start to the end."""
    sentences = [sentence_of(document).text]
    while not document.playhead.is_at_end:
        document.playhead.next()
        sentences.append(sentence_of(document).text)
    return sentences


def test_every_step_is_told_in_words_and_numbers(by_hand):
    assert told(by_hand) == [
        "4 forward and 4 reverse steps lie ahead. Page Down takes the next one.",
        "x1 (Multiply): y = a × b = 3 × 2 = 6",
        "x2 (Add): y = a + b = 6 + 1 = 7",
        "d (Subtract): y = a − b = 4 − 7 = −3",
        "loss (Abs): y = |x| = |−3| = 3",
        "loss (Abs): gradient of x = gradient of y × sign(x) = 1 × −1 = −1",
        "d (Subtract): gradient of a = gradient of y × 1 = −1 × 1 = −1; of b = −1 × −1 = 1",
        "x2 (Add): gradient of a = gradient of y × 1 = 1 × 1 = 1; of b = 1 × 1 = 1",
        "x1 (Multiply): gradient of a = gradient of y × b = 1 × 2 = 2; of b = 1 × 3 = 3",
    ]


def test_the_lead_counts(by_hand):
    head = by_hand.playhead
    assert sentence_of(by_hand).lead == "Start"
    head.next()
    assert str(sentence_of(by_hand)).startswith("Forward, step 1 of 8 x1")
    head.last()
    assert sentence_of(by_hand).lead == "Reverse, step 8 of 8"
    assert sentence_of(by_hand).phase == "reverse"


def test_a_reverse_step_is_told_in_parts(by_hand):
    head = by_hand.playhead
    head.end_forward()
    head.next_part()
    found = sentence_of(by_hand)
    assert found.lead == "Reverse, step 5 of 8, part 1 of 2"
    assert found.text == "loss (Abs): gradient of y = 1, for it is the target"
    head.next()
    head.next()
    head.next_part()
    assert sentence_of(by_hand).text == "x2 (Add): gradient of y = 1"
    head.next_part()
    text = "x2 (Add): gradient of a = gradient of y × 1 = 1 × 1 = 1"
    assert sentence_of(by_hand).text == text


def test_what_arrives_over_several_edges_is_summed(qapp):
    graph = Graph()
    give(graph, "x", (), [2.0])
    graph.add("Negate", "n", at=(0, 0))
    graph.add("Multiply", "m", at=(0, 0))
    graph.connect("x.y", "n.x")
    graph.connect("n.y", "m.a")
    graph.connect("n.y", "m.b")
    document = open_graph(graph)
    head = document.playhead
    head.go(3)
    head.next_part()
    assert sentence_of(document).text == "n (Negate): gradient of y = (−2) + (−2) = −4"


def test_one_step_lies_ahead_and_several_lie(qapp):
    graph = Graph()
    give(graph, "x", (2,), [1.0, 2.0])
    told = []
    for id_, source in (("a", "x"), ("b", "a")):
        graph.add("Negate", id_, at=(0, 0))
        graph.connect(f"{source}.y", f"{id_}.x")
        graph.configure(target="nothing")
        told.append(sentence_of(open_graph(graph)).text)
    assert told[0].startswith("1 forward step lies ahead and no reverse one")
    assert told[1].startswith("2 forward steps lie ahead and no reverse one")


def test_tensors_are_told_by_shape_and_norm(qapp):
    graph = Graph()
    give(graph, "x", (3, 2), [1.0, 0, 0, 1, 1, 1])
    graph.add("Linear", "h", out_features=4, label="hidden", at=(0, 0))
    graph.add("Sum", "s", at=(0, 0))
    graph.connect("x.y", "h.x")
    graph.connect("h.y", "s.x")
    sentences = told(open_graph(graph))
    assert sentences[1].startswith("hidden (Linear): y [3, 4] ‖")
    assert sentences[1].endswith("from x [3, 2], weight [4, 2], bias [4]")
    assert sentences[2].startswith("s (Sum): y ")
    assert "gradient of x" in sentences[-1]
    assert "of weight = [4, 2] ‖" in sentences[-1]
    assert sentences[-1].endswith("of bias = [4] ‖6‖")


def test_nothing_to_tell_yet(qapp):
    document = Document()
    assert "Drag a module" in sentence_of(document).text
    give(document.graph, "x", (), [1.0])
    assert "F5" in sentence_of(document).text
    run_now(document)
    assert "wire a module" in sentence_of(document).text


def test_a_node_that_was_removed_is_not_told(by_hand):
    by_hand.playhead.last()
    by_hand.do(e.RemoveNode("x1"), "Delete")
    assert sentence_of(by_hand).text == "x1"


def test_a_long_sentence_is_cut_and_kept_whole_in_the_tooltip(by_hand, qtbot):
    theme = Theme("light")
    window = QWidget()
    qtbot.addWidget(window)
    bar = SentenceBar(by_hand, theme, window)
    bar.resize(300, 32)
    window.show()
    by_hand.playhead.last()
    assert bar.text.text().endswith("…")
    assert bar.text.toolTip() == sentence_of(by_hand).text
    assert "gradient of a" in bar.accessibleName()


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"y = a \cdot b", "a × b"),
        (r"y = \frac{a}{b}", "a / b"),
        (r"y = x^2", "x²"),
        (r"y = a^{b}", "a^b"),
        (r"y = \max(a, b)", "max(a, b)"),
        (r"y = \sqrt{x}", "√x"),
        (r"y = -x", "−x"),
        (r"y = \frac{1}{n} \sum_i (p_i - t_i)^2", None),
        (r"h = x", None),
        ("", None),
    ],
)
def test_formulas_in_plain_text(latex, plain):
    assert plain_formula(latex) == plain


def test_numbers_in_formulas():
    assert put_in("a − b", {"a": "−1", "b": "−2"}) == "−1 − (−2)"
    assert put_in("max(a, b)", {"a": "1", "b": "−2"}) == "max(1, −2)"
    assert short_factor("1 / b") == "(1 / b)"
    assert short_factor("1 where a > b, else 0") is None
