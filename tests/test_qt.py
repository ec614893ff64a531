"""What the installed Qt must be able to do."""

from PySide6.QtWidgets import QGraphicsRectItem


def test_many_void_calls_do_not_abort_the_process(qapp):
    """PySide6 6.12.0 on Python 3.11 aborts after some 5,000 calls that return nothing."""
    item = QGraphicsRectItem(0, 0, 1, 1)
    for i in range(20_000):
        item.setPos(i, i)
    assert item.pos().x() == 19_999
