"""Where data lies: beside the document, elsewhere, missing, changed, in the system."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from graph import Graph, check, load, save
from graph.edits import Batch
from runtime import Engine
from runtime.data import consent
from runtime.data.feeding import Feeder
from runtime.data.files.places import digest, find
from runtime.data.knowing import know_files
from runtime.data.system import SYSTEM_SETS
from runtime.errors import CheckFailed, DataError
from tests.data_cases import described_graph, idx

FLOWERS = "length;width;name\n1,5;2;rose\n2,5;3;tulip\n3,5;4;rose\n4,5;5;aster\n"


def test_only_what_lies_in_the_folder_is_opened(tmp_path):
    home, secret = tmp_path / "home", tmp_path / "secret.csv"
    home.mkdir()
    secret.write_text(FLOWERS)
    (home / "link.csv").symlink_to(secret)
    (home / "inside.csv").symlink_to(home / "real.csv")
    (home / "real.csv").write_text(FLOWERS)
    for source in ("../secret.csv", str(secret), "link.csv", "x/../../secret.csv"):
        with pytest.raises(DataError, match="elsewhere, expected a file in the document's folder"):
            find(source, home)
        assert find(source, home, is_trusted=True) == secret
    assert find("inside.csv", home) == home / "real.csv"
    assert find(str(home / "real.csv"), home) == home / "real.csv"
    for source, message in (
        ("none.csv", 'no file "none.csv"'),
        (".", "which is no file"),
        ("a\0b", "source"),
    ):
        with pytest.raises(DataError, match=message):
            find(source, home)
    with pytest.raises(DataError, match="without a folder"):
        find("real.csv", None)


def test_what_the_person_allows_is_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(consent, "_allowed", set())
    home, other = tmp_path / "home", tmp_path / "other.csv"
    home.mkdir()
    other.write_text(FLOWERS)
    consent.allow([other])
    assert find(str(other), home) == other
    assert consent.allowed() == {str(other)}


def test_a_missing_file_does_not_lose_the_graph(tmp_path):
    (tmp_path / "flowers.csv").write_text(FLOWERS)
    graph = described_graph(tmp_path, "flowers.csv", batch=2)
    graph.add("Linear", "out", out_features=3)
    graph.add("Abs", "apart")
    graph.add("Constant", "c")
    graph.set_tensor("c.y", np.array(-2.0))
    graph.connect("data.x", "out.x")
    graph.connect("c.y", "apart.x")
    save(graph, tmp_path / "a.gradwire")
    (tmp_path / "flowers.csv").unlink()
    again = load(tmp_path / "a.gradwire")
    found = check(again)
    assert found.types[again.resolve("out.y")].shape == (2, 3)
    checked = Engine(again, partial=True).check()
    (problem,) = checked.errors
    assert (problem.node, problem.code) == ("data", "data")
    assert 'no file "flowers.csv"' in problem.message
    trace = Engine(again, partial=True).run()
    assert trace.value("apart.y") == 2
    with pytest.raises(CheckFailed, match="data: found no file"):
        Engine(again).run(phase="forward")
    fed = Engine(again).run({"data": np.ones((1, 2))}, phase="forward")
    assert fed.value("out.y").shape == (1, 3)


def test_a_changed_file_is_said_and_taken_by_its_mend(tmp_path):
    path = tmp_path / "flowers.csv"
    path.write_text(FLOWERS)
    graph = described_graph(tmp_path, "flowers.csv")
    assert Engine(graph).check().problems == ()
    path.write_text(FLOWERS.replace("1,5", "9,5"))
    (problem,) = Engine(graph).check().problems
    assert problem.severity == "warning"
    assert problem.found == "flowers.csv with another content than before"
    assert Engine(graph).run(phase="forward").value("data.x").max() == 9.5
    path.write_text(FLOWERS + "5,5;6;lily\n")
    (problem,) = Engine(graph, partial=True).check().problems
    assert problem.severity == "error"
    assert "with 5 samples of x float64 [2]" in problem.message
    graph.apply(problem.mends[0].edit)
    assert Engine(graph).check().problems == ()
    assert graph.module("data").settings["hash"] == digest(path)


def test_the_command_lines_file_stands_in_for_the_graphs(tmp_path):
    (tmp_path / "flowers.csv").write_text(FLOWERS)
    graph = described_graph(tmp_path, "flowers.csv")
    other = tmp_path / "other"
    other.mkdir()
    (other / "more.csv").write_text(FLOWERS * 1 + "9,5;9;rose\n")
    feeder = Feeder.of(graph, overrides={"data": str(other / "more.csv")})
    assert feeder.length("train") == 5


def test_a_set_of_the_system_is_found_or_said_how_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADWIRE_DATASETS", str(tmp_path))
    monkeypatch.setattr("runtime.data.system.DEBIAN", str(tmp_path / "none"))
    graph = Graph()
    graph.add("Data", "data", source="system:fashion-mnist", batch=128)
    assert check(graph).types[graph.resolve("data.x")].shape == (128, 1, 28, 28)
    (problem,) = Engine(graph, partial=True).check().errors
    assert "sudo apt-get install dataset-fashion-mnist" in problem.message
    folder = tmp_path / "fashion-mnist"
    folder.mkdir()
    for part, count in (("train", 5), ("t10k", 2)):
        images = np.zeros((count, 28, 28), np.uint8)
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images)))
        labels = gzip.compress(idx(np.full(count, 9, np.uint8)))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(labels)
    feeder = Feeder.of(graph)
    assert (feeder.length("train"), feeder.length("test")) == (5, 2)
    assert feeder.sets["data"].data.classes[9] == "Ankle boot"


@pytest.mark.skipif(
    SYSTEM_SETS["fashion-mnist"].path is None, reason="dataset-fashion-mnist is not installed"
)
def test_the_real_images_are_as_they_are_known():
    graph = Graph()
    graph.add("Data", "data", source="system:fashion-mnist", batch=128, scale="standardise")
    feeder = Feeder.of(graph)
    assert feeder.sentence(5).endswith("469 updates an epoch, 2,345 in 5 epochs")
    assert feeder.length("test") == 10_000
    assert set(feeder.sets["data"].data.class_counts().values()) == {7000}
    batch = feeder.batch(0, 0)["data.x"]
    assert batch.shape == (128, 1, 28, 28)
    assert abs(batch.mean()) < 0.1
    assert abs(batch.std() - 1) < 0.1


def test_a_node_that_names_its_file_alone_is_told_what_it_holds(tmp_path):
    (tmp_path / "flowers.csv").write_text(FLOWERS)
    graph = Graph()
    graph.add("Data", "data", source="flowers.csv", x_columns=["width"])
    graph.folder = tmp_path
    (problem,) = Engine(graph, partial=True).check().errors
    assert "not read so far" in problem.message
    edit = know_files(graph)
    assert edit == Batch((problem.mends[0].edit,))
    graph.apply(edit)
    assert graph.module("data").facts.texts() == ("x float64 [1]", "t int64 []")
    assert Engine(graph).run(phase="forward").value("data.x").shape == (4, 1)
    assert know_files(graph) is None
    graph.add("Data", "lost", source="none.csv")
    with pytest.raises(DataError, match="lost: found no file"):
        know_files(graph)


def test_links_that_are_allowed_go_to_other_processes_as_overrides(tmp_path, monkeypatch):
    monkeypatch.setattr(consent, "_allowed", set())
    home, other = tmp_path / "home", tmp_path / "other.csv"
    home.mkdir()
    other.write_text(FLOWERS)
    graph = described_graph(tmp_path, "other.csv")
    graph.set("data", source=str(other))
    graph.folder = home
    assert consent.links_of(graph) == {}
    consent.allow([other])
    assert consent.links_of(graph) == {"data": str(other)}
    consent._allowed.clear()
    assert Feeder.of(graph, home, overrides={"data": str(other)}).length("train") == 4
