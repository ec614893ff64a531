"""The table of colours recomputed, the palette, and the project's own drawings."""

import itertools
import math
import re
from importlib.resources import files

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QProxyStyle, QStyle, QTableWidget, QTreeWidget

from gui import icons
from gui.borders import outline
from gui.theme import ROLES, TOKENS, Theme, contrast

# token: (on canvas, on node) light, (on canvas, on node) dark; the published table.
RATIOS = {
    "line": ((4.2, 4.6), (5.9, 4.7)),
    "text": ((15.2, 16.5), (15.0, 12.0)),
    "muted": ((5.9, 6.4), (8.3, 6.6)),
    "forward": ((5.1, 5.5), (6.1, 4.8)),
    "reverse": ((4.9, 5.3), (6.2, 5.0)),
    "tangent": ((10.1, 10.9), (10.5, 8.4)),
    "error": ((8.9, 9.6), (8.4, 6.7)),
    "negative": ((6.2, 6.7), (6.5, 5.2)),
    "positive": ((6.1, 6.7), (6.5, 5.2)),
}
# Simulated colour-vision deficiency: Machado, Oliveira, Fernandes 2009, severity 1.
VISION = {
    "normal": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_LMS = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
TO_LAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]


def linear(color: str) -> np.ndarray:
    part = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def distance(one: str, other: str, vision: str) -> float:
    """Euclidean distance in OKLab x 100, as that eye sees the two colours."""
    labs = []
    for color in (one, other):
        seen = np.clip(np.array(VISION[vision]) @ linear(color), 0, 1)
        labs.append(np.array(TO_LAB) @ np.cbrt(np.array(TO_LMS) @ seen))
    return 100 * float(np.linalg.norm(labs[0] - labs[1]))


def cut(ratio: float) -> float:
    """One decimal, cut and not rounded: a ratio must not read better than it is."""
    return math.floor(ratio * 10) / 10


@pytest.mark.parametrize("token", RATIOS)
@pytest.mark.parametrize("dark", [0, 1], ids=["light", "dark"])
def test_contrast_is_what_the_table_says(token, dark):
    for ground, expected in zip(("canvas", "node"), RATIOS[token][dark], strict=True):
        ratio = contrast(TOKENS[token][dark], TOKENS[ground][dark])
        assert cut(ratio) == expected, (token, ground)


def test_grid_stays_faint():
    assert [round(contrast(TOKENS["grid"][d], TOKENS["canvas"][d]), 1) for d in (0, 1)] == [
        1.2,
        1.3,
    ]


@pytest.mark.parametrize("dark", [0, 1], ids=["light", "dark"])
def test_directions_of_flow_are_told_apart_by_every_eye(dark):
    flows = [TOKENS[name][dark] for name in ("forward", "reverse", "tangent")]
    for one, other in itertools.combinations(flows, 2):
        assert min(distance(one, other, vision) for vision in VISION) >= 15


@pytest.mark.parametrize("dark", [0, 1], ids=["light", "dark"])
def test_picture_ends_are_apart_and_equally_bright(dark):
    minus, plus = TOKENS["negative"][dark], TOKENS["positive"][dark]
    assert round(min(distance(minus, plus, vision) for vision in VISION)) >= 19
    assert contrast(minus, plus) < 1.02


def test_both_palettes_fill_every_role(qapp):
    for choice in ("light", "dark"):
        theme = Theme(choice)
        palette = theme.palette()
        for role, token in ROLES.items():
            assert palette.color(getattr(QPalette.ColorRole, role)) == theme.color(token), role


def test_choosing_tells_everyone_once(qtbot):
    theme = Theme("light")
    with qtbot.waitSignal(theme.changed):
        theme.choose("dark")
    assert theme.is_dark
    assert theme.color("canvas") == QColor("#15181D")
    with qtbot.assertNotEmitted(theme.changed):
        theme.choose("dark")


def test_fonts_have_figures_of_one_width(qapp):
    from PySide6.QtGui import QFontMetricsF

    metrics = QFontMetricsF(Theme("light").font(12, 600))
    widths = {round(metrics.horizontalAdvance(figure), 2) for figure in "0123456789"}
    assert len(widths) == 1


def test_every_drawing_is_vectors_on_the_grid(qapp):
    for name in icons.names():
        text = (files("assets") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        assert 'viewBox="0 0 16 16"' in text, name
        assert 'stroke-width="1.5"' in text, name
        assert "<text" not in text, name
        assert not re.search(r"#[0-9a-fA-F]{3,6}", text), f"{name} has an ink of its own"


def test_every_drawing_leaves_ink(qapp):
    for name in icons.names():
        image = icons.icon_image(name, "#000000", 32)
        alpha = np.array(image.constBits()).reshape(32, 32, 4)[..., 3]
        assert alpha.max() > 200, name


def test_modules_find_their_drawing_by_class_name():
    for module in ("MSELoss", "LeakyReLU", "MatMul", "BCEWithLogitsLoss", "Input"):
        assert icons.has_icon(module), module
    assert not icons.has_icon("NoSuchModule")


def test_unknown_drawings_get_the_plain_box(qapp):
    image = QImage(16, 16, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    icons.paint_icon(painter, "no_such_drawing", QRectF(0, 0, 16, 16), QColor("#123456"))
    painter.end()
    assert np.array(image.constBits()).any()


def drawn(name: str) -> np.ndarray:
    """How dark each of 16x16 pixels is, from 0 to 1."""
    image = icons.icon_image(name, "#000000", 16)
    return np.array(image.constBits()).reshape(16, 16, 4)[..., 3] / 255


def test_every_module_of_the_catalogue_has_a_drawing():
    from graph import default_catalogue

    catalogue = default_catalogue()
    icon_names = [catalogue.get(name).icon for name in catalogue.names()]
    assert [name for name in icon_names if not icons.has_icon(name)] == []


def test_no_two_modules_of_a_family_look_the_same_at_16_pixels(qapp):
    from graph import default_catalogue

    for kinds in default_catalogue().groups().values():
        for one, other in itertools.combinations(kinds, 2):
            a, b = drawn(one.icon), drawn(other.icon)
            unlike = np.abs(a - b).sum() / max(a.sum(), b.sum())
            assert unlike > 0.25, f"{one.name} and {other.name}"


class Still(QProxyStyle):
    """A desktop whose animations are turned off."""

    def styleHint(self, hint, option=None, widget=None, returned=None):
        if hint == QStyle.StyleHint.SH_Widget_Animation_Duration:
            return 0
        return super().styleHint(hint, option, widget, returned)


def test_motion_is_off_where_the_person_or_the_desktop_wants_none(qapp, monkeypatch):
    from gui import theme as module

    monkeypatch.setattr(module, "_is_headless", lambda: False)
    theme = Theme("light")
    theme.allow_motion(True)
    assert theme.duration("state") == 120
    theme.allow_motion(False)
    assert theme.duration("state") == 0
    still = Still("Fusion")
    monkeypatch.setattr(QApplication, "style", staticmethod(lambda: still))
    theme.allow_motion(True)
    assert theme.duration("camera") == 0


@pytest.mark.parametrize("kind", [QTableWidget, QTreeWidget])
@pytest.mark.parametrize("choice", ["light", "dark"])
def test_tables_and_trees_have_a_border_that_can_be_seen(qtbot, kind, choice):
    theme = Theme(choice)
    view = kind(1, 1) if kind is QTableWidget else kind()
    qtbot.addWidget(view)
    outline(view, theme)
    view.resize(80, 60)
    view.show()
    seen = view.grab().toImage()
    for place in ((0, 30), (79, 30), (40, 0), (40, 59)):
        assert seen.pixelColor(*place) == theme.color("line")
    head = view.horizontalHeader() if kind is QTableWidget else view.header()
    assert seen.pixelColor(20, head.geometry().center().y()) != theme.color("line")
