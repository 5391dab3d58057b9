"""Squares and bars as SVG."""

from __future__ import annotations

from xml.etree import ElementTree

from ui.figures.charts import COLOURS
from ui.figures.run import shapes
from ui.figures.run.shapes import Bar, Square


def rectangles(svg: str) -> list[dict[str, str]]:
    """The rectangles of a drawing, which is well-formed XML."""
    return [element.attrib for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("rect")]


def square(bytes_: float, *lines: str) -> Square:
    return Square("teacher", bytes_, bytes_, lines or ("teacher",))


def test_squares_stay_inside_the_drawing_and_two_groups_share_a_row() -> None:
    groups = [[square(9), square(1)], [square(36), square(4)], [square(1), square(1)]]
    height = float(shapes.squares(groups).split('viewBox="0 0 300 ')[1].split('"')[0])
    drawn = rectangles(shapes.squares(groups))[::2]
    for shown in drawn:
        left, top, side = (float(shown[name]) for name in ("x", "y", "width"))
        assert left >= 0 and left + side <= shapes.WIDTH and top >= 0 and top + side <= height
    grounds = [round(float(shown["y"]) + float(shown["height"]), 1) for shown in drawn]
    assert grounds[0] == grounds[1] == grounds[2] == grounds[3] < grounds[4] == grounds[5]


def test_several_groups_have_room_for_two_lines_below_a_square() -> None:
    lines = ("A teacher", "9 MB", "3 MB without zeros")
    assert "without zeros" in shapes.squares([[square(9, *lines)]])
    assert "without zeros" not in shapes.squares([[square(9, *lines)]] * 2)


def test_a_bar_that_is_not_to_be_compared_is_hollow_and_dashed() -> None:
    plain = Bar("teacher", "teacher", 5, 4, 6, "5 ms", "5 ms (4 to 6)")
    (full, hollow) = rectangles(shapes.bars([plain, plain._replace(hollow=True)], 6))
    assert float(full["fill-opacity"]) > 0 and "stroke-dasharray" not in full
    assert float(hollow["fill-opacity"]) == 0 and "stroke-dasharray" in hollow
    assert full["stroke"] == hollow["stroke"] == COLOURS["teacher"]


def test_texts_are_escaped() -> None:
    text = "<b> & 5"
    assert "<b>" not in shapes.bars([Bar(text, "teacher", 1, 1, 1, text, text)], 1) + shapes.squares(
        [[square(1, text)]]
    )
