"""What is shown of a set before it is trained on."""

from __future__ import annotations

import numpy as np

from runtime.data.preview import preview
from runtime.modules.sources import Data


def look(folder=None, **settings):
    return preview(Data(**settings).settings, 0, folder)


def test_a_set_of_numbers_and_classes():
    found = look(source="builtin:iris", validation=0.2, batch=None)
    assert found.sentence == "120 samples as one full batch: 1 update an epoch"
    assert found.parts == {"train": 120, "validation": 30, "test": 0}
    assert found.counts == {"setosa": 50, "versicolor": 50, "virginica": 50}
    assert found.points.shape == (150, 4)
    assert found.labels.tolist() == found.data.arrays["t"].tolist()
    assert found.rows[0][-1] == "setosa"
    assert (found.images, found.file_columns) == (None, ())


def test_numbers_that_are_learned_are_columns_too():
    found = look(source="builtin:line")
    assert found.columns == ("x[0]", "t")
    data = found.data.arrays
    assert np.array_equal(found.points, np.concatenate([data["x"], data["t"]], 1))
    assert (found.labels, found.counts) == (None, {})


def test_sequences_say_so_and_have_no_columns():
    found = look(source="builtin:adding")
    assert found.ports == ("x float64 [50, 2], over time", "t float64 [1]")
    assert (found.columns, found.points, found.rows) == ((), None, ())


def test_images_with_their_classes():
    found = look(source="builtin:digits")
    assert found.images.shape == (24, 1, 8, 8)
    assert found.titles[:3] == ("0", "1", "2")


def test_columns_of_a_file_are_told_chosen_or_not(tmp_path):
    (tmp_path / "a.csv").write_text("a,b,name,c\n1,2,u,1\n3,4,v,x\n5,6,u,3\n")
    facts = {"gives": ["x float64 [1]", "t int64 []"], "samples": 3}
    found = look(tmp_path, source="a.csv", x_columns=["b"], t_columns=["name"], **facts)
    assert [(c.name, c.is_number, c.is_text) for c in found.file_columns] == [
        ("a", True, False), ("b", True, False), ("name", False, True), ("c", False, False),
    ]  # fmt: skip
    assert found.columns == ("b",)
