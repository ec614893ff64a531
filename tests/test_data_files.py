"""Sets in files: what is read, what is refused and how, and that nothing outside is opened."""

from __future__ import annotations

import gzip
import os
import pickle
import struct
import zipfile

import numpy as np
import pytest

from runtime.data.feeding import Feeder
from runtime.data.files.sizes import ask_room
from runtime.data.opening import open_set
from runtime.errors import DataError
from runtime.modules.sources import Data
from tests.data_cases import described_graph, idx

FLOWERS = "length;width;name\n1,5;2;rose\n2,5;3;tulip\n3,5;4;rose\n4,5;5;aster\n"


def opened(folder, source, **settings):
    return open_set(Data(source=source, **settings).settings, 0, folder).data


def refusal(folder, source, **settings) -> str:
    with pytest.raises(DataError) as found:
        opened(folder, source, **settings)
    return str(found.value)


# --- tables ----------------------------------------------------------------------------------


def test_a_table_has_numbers_as_x_and_its_last_column_as_t(tmp_path):
    (tmp_path / "flowers.csv").write_text(FLOWERS)
    data = opened(tmp_path, "flowers.csv")
    assert data.arrays["x"].tolist() == [[1.5, 2], [2.5, 3], [3.5, 4], [4.5, 5]]
    assert (data.features, data.classes) == (("length", "width"), ("aster", "rose", "tulip"))
    assert data.arrays["t"].tolist() == [1, 2, 1, 0]
    assert data.class_counts() == {"aster": 1, "rose": 2, "tulip": 1}


def test_columns_are_chosen_by_name(tmp_path):
    (tmp_path / "flowers.csv").write_text(FLOWERS)
    data = opened(
        tmp_path, "flowers.csv", x_columns=["width"], t_columns=["length", "width"], t_is="numbers"
    )
    assert data.arrays["x"].tolist() == [[2], [3], [4], [5]]
    assert data.arrays["t"].tolist() == [[1.5, 2], [2.5, 3], [3.5, 4], [4.5, 5]]
    assert "one of length, width, name" in refusal(tmp_path, "flowers.csv", x_columns=["height"])
    found = refusal(tmp_path, "flowers.csv", t_columns=["name"], t_is="numbers")
    assert 'found "rose" in row 2, column "name", expected a number' in found


@pytest.mark.parametrize(
    ("values", "kind", "classes"),
    [
        ("3 1 3 2", "auto", ("1", "2", "3")),
        ("0.5 1 1 2", "auto", ()),
        ("3 1 3 2", "numbers", ()),
        ("0.5 1 1 2", "classes", ("0.5", "1", "2")),
        (" ".join(map(str, range(40))), "auto", ()),
    ],
)
def test_targets_are_classes_or_numbers(tmp_path, values, kind, classes):
    rows = "".join(f"{i}\t{value}\n" for i, value in enumerate(values.split()))
    (tmp_path / "a.tsv").write_text(f"x\tt\n{rows}")
    data = opened(tmp_path, "a.tsv", t_is=kind)
    assert data.classes == classes
    assert data.arrays["t"].ndim == (1 if classes else 2)


COLOURS = "size,colour,t\n1,red,0.5\n2,blue,1.5\n3, red,2.5\n4,?,3.5\n5,green,4.5\n"


@pytest.mark.parametrize(
    ("texts", "rows", "features", "note"),
    [
        (
            "one-hot",
            [[0, 0, 1, 1], [1, 0, 0, 2], [0, 0, 1, 3], [0, 1, 0, 5]],
            ("colour = blue", "colour = green", "colour = red", "size"),
            "colour is given as 3 columns, one for each class: blue, green, red.",
        ),
        (
            "codes",
            [[2, 1], [0, 2], [2, 3], [1, 5]],
            ("colour", "size"),
            "colour is given as codes: 0 is blue, 1 is green, 2 is red.",
        ),
    ],
)
def test_texts_in_x_become_a_column_for_each_class_or_codes(tmp_path, texts, rows, features, note):
    (tmp_path / "a.csv").write_text(COLOURS)
    chosen = {"x_columns": ["colour", "size"], "missing": "leave out", "x_texts": texts}
    data = opened(tmp_path, "a.csv", **chosen)
    assert data.arrays["x"].tolist() == rows
    assert data.features == features
    assert data.notes == ("Rows left out for missing values: 1.", note)


def test_texts_are_in_x_only_where_they_are_chosen(tmp_path):
    (tmp_path / "a.csv").write_text(COLOURS)
    assert opened(tmp_path, "a.csv").features == ("size",)


def test_a_slip_among_numbers_is_no_class(tmp_path):
    (tmp_path / "a.csv").write_text("a,t\n1,1.5\n2,2.5\n3x,3.5\n4,4.5\n")
    said = refusal(tmp_path, "a.csv", x_columns=["a"])
    assert '"3x" in row 4, column "a"' in said


def test_classes_without_end_get_no_column_each(tmp_path):
    rows = "".join(f"name {i},{i}.5\n" for i in range(1001))
    (tmp_path / "a.csv").write_text(f"who,t\n{rows}")
    said = refusal(tmp_path, "a.csv", x_columns=["who"])
    assert '1,001 classes in column "who"' in said
    assert "x_texts" in said
    codes = opened(tmp_path, "a.csv", x_columns=["who"], x_texts="codes")
    assert codes.arrays["x"].shape == (1001, 1)
    assert codes.notes[0].endswith("and 993 more.")


def test_missing_values_are_named_with_row_and_column(tmp_path):
    (tmp_path / "a.csv").write_text("a,b,t\n1,2,u\n\n3,NA,v\n4,,u\n5,6,v\n")
    found = refusal(tmp_path, "a.csv")
    assert 'no value in row 4, column "b" (and 1 more) of a.csv' in found
    data = opened(tmp_path, "a.csv", missing="leave out")
    assert data.arrays["x"].tolist() == [[1, 2], [5, 6]]
    assert data.notes == ("Rows left out for missing values: 2.",)


def test_a_table_without_header_has_numbered_columns(tmp_path):
    (tmp_path / "a.csv").write_text("1,2,0\n3,4,1\n")
    assert opened(tmp_path, "a.csv").features == ("column 1", "column 2")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,b\n1,2\n3\n", "found 1 cells in row 3 of a.csv, expected 2"),
        (b"", "without rows"),
        (b"a,b\n1,\xff\n", "byte 0xff, expected UTF-8"),
        (b'a,b\n"1,2\n', "in row 2 of a.csv"),
        (b"a,b\n1\x00,2\n", "a.csv"),
        (b"t\n1\n", "one column"),
        (b"a,t\n1e999,1\n", "a.csv"),
    ],
)
def test_tables_that_are_none_are_refused(tmp_path, data, message):
    (tmp_path / "a.csv").write_bytes(data)
    assert message in refusal(tmp_path, "a.csv")


# --- arrays ----------------------------------------------------------------------------------


def test_arrays_of_a_file_are_x_t_and_more(tmp_path):
    x, weight = np.arange(12.0).reshape(6, 2), np.ones(6)
    np.savez(tmp_path / "a.npz", X=x, y=np.arange(6) % 3, weight=weight, other=np.ones(4))
    data = opened(tmp_path, "a.npz")
    assert list(data.arrays) == ["x", "t", "weight"]
    assert np.array_equal(data.arrays["x"], x)
    assert data.classes == ("0", "1", "2")
    np.save(tmp_path / "b.npy", np.asfortranarray(x).astype(">f4"))
    assert np.array_equal(opened(tmp_path, "b.npy").arrays["x"], x)


def test_keras_archives_bring_their_own_test_part(tmp_path):
    x, t = np.arange(10 * 30, dtype=np.uint8).reshape(10, 5, 6), np.arange(10) % 2
    np.savez_compressed(
        tmp_path / "mnist.npz", x_train=x[:7], y_train=t[:7], x_test=x[7:], y_test=t[7:]
    )
    data = opened(tmp_path, "mnist.npz")
    assert (data.arrays["x"].shape, data.tested) == ((10, 1, 5, 6), 3)
    graph = described_graph(tmp_path, "mnist.npz")
    feeder = Feeder.of(graph)
    assert (feeder.length("train"), feeder.length("test")) == (7, 3)
    assert np.allclose(feeder.all("test")["data.x"][:, 0], x[7:] / 255)


def test_channels_last_are_turned_and_it_is_said(tmp_path):
    x = np.random.default_rng(0).integers(0, 256, (4, 8, 6, 3), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", x=x, t=np.arange(4))
    data = opened(tmp_path, "a.npz")
    assert np.array_equal(data.arrays["x"], x.transpose(0, 3, 1, 2))
    assert "[8, 6, 3] (height, width, channel) are given as [3, 8, 6]" in data.notes[0]
    np.savez(tmp_path / "b.npz", x=x.transpose(0, 3, 1, 2), t=np.arange(4))
    assert (opened(tmp_path, "b.npz").arrays["x"].shape, opened(tmp_path, "b.npz").notes) == (
        (4, 3, 8, 6),
        (),
    )


class Trap:
    """Would run code where a pickle is read."""

    def __reduce__(self):
        return (os.mkdir, ("trapped",))


def test_pickles_are_never_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez(tmp_path / "a.npz", x=np.array([Trap()], dtype=object), t=np.arange(1))
    np.save(tmp_path / "b.npy", np.array([Trap()], dtype=object))
    (tmp_path / "c.npy").write_bytes(pickle.dumps(Trap()))
    assert "without pickles" in refusal(tmp_path, "a.npz")
    assert "without pickles" in refusal(tmp_path, "b.npy")
    assert "header cannot be read" in refusal(tmp_path, "c.npy")
    assert not (tmp_path / "trapped").exists()


def test_sizes_are_judged_before_memory_is_taken(tmp_path):
    head = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }"
    lie = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode()
    (tmp_path / "a.npy").write_bytes(lie)
    assert "expected at most" in refusal(tmp_path, "a.npy")
    small = lie.replace(b"(1000000, 1000000)", b"(1000, 10)        ")
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", small)
    assert "which claims 80,000 bytes" in refusal(tmp_path, "a.npz")
    (tmp_path / "b.npy").write_bytes(small + b"12345678")
    assert "ends after 8 bytes, expected 80,000 bytes" in refusal(tmp_path, "b.npy")
    with pytest.raises(DataError, match="expected at most"):
        ask_room(1 << 50, "a set")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.ones(3, complex), "complex128"),
        (np.array([[1.0], [np.nan], [np.inf]]), r"NaN or infinity in sample 1 \(and 1 more\)"),
        (np.array([2**63], np.uint64), "uint64"),
        (np.zeros((0, 2)), "without samples"),
    ],
)
def test_arrays_that_cannot_be_fed_are_refused(tmp_path, array, message):
    import re

    np.save(tmp_path / "a.npy", array)
    assert re.search(message, refusal(tmp_path, "a.npy"))


def test_arrays_of_other_lengths_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.ones((3, 2)), t=np.ones(4))
    assert "x with 3, t with 4 samples, expected equally many" in refusal(tmp_path, "a.npz")


def mutated(data: bytes, random) -> bytes:
    """The same with a few bytes changed, lost or put in."""
    found = bytearray(data)
    for _ in range(random.randint(1, 6)):
        at = random.randint(0, len(found))
        kind = random.random_sample()
        if kind < 0.6:
            found[at] = random.choice([0, 10, 34, 44, 255])
        elif kind < 0.8:
            del found[at : at + random.randint(1, min(20, len(found) - 8))]
        else:
            found[at:at] = random.bytes(random.randint(1, 8))
    return bytes(found)


@pytest.mark.parametrize("name", ["a.npz", "a.npy", "a.idx", "a.idx.gz", "a.csv"])
def test_broken_files_are_refused_and_never_fail_otherwise(tmp_path, name):
    array = np.arange(50, dtype=np.uint8).reshape(2, 5, 5)
    if name.endswith(".npz"):
        np.savez(tmp_path / name, x=array, t=np.arange(2), classes=np.array(["a", "b"]))
    elif name.endswith(".npy"):
        np.save(tmp_path / name, array)
    else:
        plain = FLOWERS.encode() if name.endswith(".csv") else idx(array)
        (tmp_path / name).write_bytes(gzip.compress(plain) if name.endswith(".gz") else plain)
    whole, random = (tmp_path / name).read_bytes(), np.random.RandomState(0)
    refused = 0
    for _ in range(60):
        (tmp_path / name).write_bytes(mutated(whole, random))
        try:
            opened(tmp_path, name)
        except DataError:
            refused += 1
    assert refused


# --- IDX -------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx_sets_are_read_whole(tmp_path, suffix):
    pack = gzip.compress if suffix else bytes
    images = np.arange(6 * 25, dtype=np.uint8).reshape(6, 5, 5)
    labels = np.arange(6, dtype=np.uint8)
    for part, where in (("train", slice(4)), ("t10k", slice(4, 6))):
        (tmp_path / f"{part}-images-idx3-ubyte{suffix}").write_bytes(pack(idx(images[where])))
        (tmp_path / f"{part}-labels-idx1-ubyte{suffix}").write_bytes(pack(idx(labels[where])))
    for named in ("images-idx3", "labels-idx1"):  # whichever of them one dropped
        data = opened(tmp_path, f"train-{named}-ubyte{suffix}")
        assert np.array_equal(data.arrays["x"][:, 0], images)
        assert (data.arrays["t"].tolist(), data.tested) == ([0, 1, 2, 3, 4, 5], 2)
    fed = data.feeds(np.array([1]))["x"]
    assert np.array_equal(fed, images[1:2, None] / 255)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x00\x00\x08", "ends in its header"),
        (b"\x01\x00\x08\x01" + bytes(8), "does not begin as IDX does"),
        (b"\x00\x00\x07\x01" + bytes(8), "does not begin as IDX does"),
        (struct.pack(">HBBI", 0, 8, 1, 9) + b"123", "ends after 3 bytes, expected 9 bytes"),
        (struct.pack(">HBBI", 0, 8, 1, 2) + b"123", "more than its header tells"),
        (struct.pack(">HBB3I", 0, 14, 3, *[2**32 - 1] * 3), "expected at most"),
    ],
)
def test_idx_files_that_lie_are_refused(tmp_path, data, message):
    (tmp_path / "a.idx").write_bytes(data)
    assert message in refusal(tmp_path, "a.idx")


def test_a_compressed_bomb_is_not_unpacked(tmp_path):
    claim = struct.pack(">HBBI", 0, 8, 1, 500_000_000)
    (tmp_path / "a.idx.gz").write_bytes(gzip.compress(claim + bytes(100)))
    assert "which claims 500,000,000 bytes" in refusal(tmp_path, "a.idx.gz")
    (tmp_path / "b.idx.gz").write_bytes(gzip.compress(idx(np.ones(9, np.uint8)) + bytes(10**6)))
    assert "more than its header tells" in refusal(tmp_path, "b.idx.gz")
    (tmp_path / "c.idx.gz").write_bytes(b"\x1f\x8b broken")
    assert "cannot be read" in refusal(tmp_path, "c.idx.gz")
