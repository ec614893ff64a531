"""Pictures and the command line of the program with a window."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib.metadata import version
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from gui import main as command
from gui.examples import examples
from gui.theme import TOKENS

BY_HAND = str(next(path for path in examples() if path.stem == "backprop_by_hand"))
SVG = "{http://www.w3.org/2000/svg}"


def texts_of(path: Path) -> list[str]:
    return ["".join(node.itertext()).strip() for node in ET.parse(path).iter(f"{SVG}text")]


def draw(qapp, out: Path, *options: str) -> int:
    return command.main(["render", BY_HAND, "--out", str(out), *options])


def test_texts_of_an_svg_stay_texts(qapp, tmp_path):
    out = tmp_path / "picture.svg"
    assert draw(qapp, out) == 0
    texts = texts_of(out)
    assert {"x1", "Multiply", "loss_val", "∂ 2", "×2", "−3"} <= set(texts)
    assert not ET.parse(out).findall(f".//{SVG}image")


def test_a_step_can_be_chosen(qapp, tmp_path):
    out = tmp_path / "picture.svg"
    assert draw(qapp, out, "--step", "0") == 0
    assert not any(text.startswith("∂") for text in texts_of(out))
    assert draw(qapp, out, "--step", "5") == 0
    assert [text for text in texts_of(out) if text.startswith("∂")] == ["∂ −1", "∂ 1"]


@pytest.mark.parametrize("options", [(), ("--dark",)])
def test_a_png_is_twice_as_large_and_in_the_right_colours(qapp, tmp_path, options):
    out = tmp_path / "picture.png"
    assert draw(qapp, out, *options) == 0
    image = QImage(str(out))
    assert image.width() > 2000
    assert image.pixelColor(3, 3).name().upper() == TOKENS["canvas"][bool(options)]


def test_a_pdf_is_one_page(qapp, tmp_path):
    out = tmp_path / "picture.pdf"
    assert draw(qapp, out) == 0
    content = out.read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") == 1
    assert b"/Subtype /Type0" in content or b"/FontFile2" in content  # fonts, not outlines
    assert b"/Subtype /Image" not in content


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.gradwire", "--out", "p.svg"], "none.gradwire"),
        ([BY_HAND, "--out", "p.gif"], ".gif"),
        ([BY_HAND, "--out", "no/such/folder/p.svg"], "folder"),
        ([BY_HAND, "--out", "p.svg", "--step", "9"], "from 0 to 8"),
        ([BY_HAND], "--out"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_line(
    qapp, capsys, monkeypatch, tmp_path, arguments, said
):
    monkeypatch.chdir(tmp_path)
    assert command.main(["render", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("gradwire: error: ")
    assert said in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "opens"),
    [
        ([], True),
        (["file.gradwire"], True),
        (["run"], False),
        (["render"], False),
        (["--help"], False),
        (["run", "file.gradwire"], False),
        (["file.gradwire", "--json"], False),
    ],
)
def test_which_arguments_open_the_window(monkeypatch, arguments, opens):
    opened = []
    monkeypatch.setattr(command, "open_window", lambda path: opened.append(path) or 0)
    monkeypatch.setattr(command, "invoke", lambda group, argv: 0)
    assert command.main(arguments) == 0
    assert bool(opened) is opens
    assert opened in ([], [None], ["file.gradwire"])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a screen")
def test_without_a_screen_it_says_so(monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert command.main(["a.gradwire"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("gradwire: error: found no screen")
    assert "gradwire run a.gradwire" in error


def test_the_version_is_told(capsys):
    assert command.main(["--version"]) == 0
    assert capsys.readouterr().out == f"gradwire {version('gradwire')}\n"


def test_headless_commands_import_no_qt():
    code = (
        "import sys; from gui.main import main; status = main({0}); "
        "heavy = [n for n in ('PySide6', 'networkx', 'scipy', 'numpy') if n in sys.modules]; "
        "print(status, heavy, file=sys.stderr)"
    )
    for arguments, loaded in ((["--help"], "0 []"), (["run", BY_HAND], None)):
        found = subprocess.run(
            [sys.executable, "-c", code.format(arguments)],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
        )
        said = found.stderr.strip()
        assert said.startswith("0 ")
        assert "PySide6" not in said
        assert loaded is None or said == loaded


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a screen")
def test_a_screen_that_does_not_answer_is_none(monkeypatch, capsys):
    for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for display in (":4711", "unix:4711.0", ""):
        monkeypatch.setenv("DISPLAY", display)
        assert command.main(["some.gradwire"]) == 2
        assert "found no screen" in capsys.readouterr().err
    for display in ("localhost:10.0", "far:0"):  # as ssh -X has it
        monkeypatch.setenv("DISPLAY", display)
        assert command.has_screen()
