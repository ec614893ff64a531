import pytest

from graph.errors import BadAttribute, KindMismatch, ShapeMismatch
from graph.module import Module
from graph.port import PortType
from graph.signature import Misfit, Sizes, broadcast, parse, unify
from tests.conftest import Dense, Join, Pick, Plus, Product


def types(**shapes):
    return {port: PortType("float64", shape) for port, shape in shapes.items()}


@pytest.mark.parametrize(
    "text", ["x[*s]", "x[*s, *t] -> y[]", "x[1.5] -> y[]", "x(3) -> y[]", "x:real[] -> y[]"]
)
def test_a_misspelt_signature_is_refused(text):
    with pytest.raises(ValueError, match="signature"):
        parse(text)


@pytest.mark.parametrize(
    ("a", "b", "y"),
    [
        (("B", 3), (3, 4), ("B", 4)),
        ((3,), (3, 4), (4,)),
        ((2, 3), (3,), (2,)),
        ((3,), (3,), ()),
        ((5, 1, 2, 3), (7, 3, 4), (5, 7, 2, 4)),
    ],
)
def test_optional_sizes_follow_vectors(a, b, y):
    assert Product().infer(types(a=a, b=b), "float64") == types(y=y)


def test_a_size_that_another_port_has_cannot_be_left_out():
    sizes = Sizes()
    dims = ("n?", "k")
    sizes.match(dims, (2, 3))
    with pytest.raises(Misfit) as caught:
        sizes.match(dims, (3,))
    assert caught.value.expected == "[2, 3]"


def test_names_of_integer_attributes_are_their_values():
    found = Dense(out_features=4).infer(types(x=("B", 8)), "float32")
    assert found["weight"] == PortType("float32", (4, 8))
    assert found["bias"] == PortType("float32", (4,))
    assert found["y"] == PortType("float32", ("B", 4))


def test_what_an_unknown_input_decides_is_left_out():
    assert Dense(out_features=4).infer({}, "float32") == {"bias": PortType("float32", (4,))}


def test_a_misfit_names_port_found_and_expected():
    with pytest.raises(ShapeMismatch) as caught:
        Dense(out_features=4).infer(types(x=(2, 8), weight=(4, 6)), "float64")
    assert (caught.value.port, caught.value.found) == ("weight", "[4, 6]")
    assert "should be 8, found 6" in caught.value.expected


def test_too_few_axes_are_a_misfit():
    with pytest.raises(ShapeMismatch, match="at least 1 axes"):
        Dense(out_features=4).infer(types(x=()), "float64")


def test_broadcasting_refuses_sizes_that_differ():
    assert Plus().infer(types(a=(3, 1), b=(4,)), "float64") == types(y=(3, 4))
    with pytest.raises(ShapeMismatch, match="broadcasts with"):
        Plus().infer(types(a=(3, 2), b=(4,)), "float64")


def test_kinds_are_kept_apart():
    with pytest.raises(KindMismatch, match="index"):
        Pick().infer(types(x=(3,), index=()), "float64")
    index = {"index": PortType("int64", ())}
    assert Pick().infer(types(x=(3,)) | index, "float64") == types(y=())


def test_a_run_of_ports_is_counted_by_its_attribute():
    assert [p.name for p in Join(inputs=3).input_ports] == ["x0", "x1", "x2"]
    with pytest.raises(BadAttribute, match="at least 1"):
        Join(inputs=0)


def test_a_false_attribute_takes_the_port_of_its_name_away():
    assert [p.name for p in Dense(bias=False).input_ports] == ["x", "weight"]


@pytest.mark.parametrize(
    ("a", "b", "joined"),
    [((2, 1), (3,), (2, 3)), (("B", 1), (4,), ("B", 4)), (("B",), (4,), (4,)), ((2,), (3,), None)],
)
def test_broadcast_of_names_and_numbers(a, b, joined):
    assert broadcast(a, b) == joined


def test_a_name_gives_way_to_a_number():
    assert unify("B", 3) == unify(3, "B") == 3
    assert unify(2, 3) is None


def test_names_bind_across_ports():
    sizes = Sizes()
    sizes.match(("n",), ("B",))
    sizes.match(("n",), (5,))
    assert sizes.fill(("n", "n")) == (5, 5)
    assert sizes.fill(("k",)) is None


class Classes(Module, sig="scores[n?, c], chosen:integer[n?] -> y[]", group="Toys"):
    """A class for each row of scores."""


@pytest.mark.parametrize(("scores", "chosen"), [((5, 4), ()), ((4,), (5,)), (("B", 4), ())])
def test_a_size_that_one_port_has_no_other_leaves_out(scores, chosen):
    arriving = {"scores": PortType("float64", scores), "chosen": PortType("int64", chosen)}
    with pytest.raises(ShapeMismatch, match="chosen: found"):
        Classes().infer(arriving, "float64")


@pytest.mark.parametrize(("scores", "chosen"), [((5, 4), (5,)), ((4,), ()), (("B", 4), (5,))])
def test_a_size_is_left_out_by_all_or_none(scores, chosen):
    arriving = {"scores": PortType("float64", scores), "chosen": PortType("int64", chosen)}
    assert Classes().infer(arriving, "float64")["y"].shape == ()
