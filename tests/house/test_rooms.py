"""The picture of planning's rooms says what the imports say."""

from __future__ import annotations

from docs.rooms import BOXES, PICTURE, drawing
from tests.house.files import own_files


def test_the_picture_is_up_to_date() -> None:
    assert PICTURE.read_text() == drawing(), "draw it again: python docs/rooms.py"


def test_every_room_and_module_of_planning_stands_in_the_picture() -> None:
    shown = {module for box in BOXES.values() for module in box.modules}
    files = (path.parts[path.parts.index("planning") + 1] for path in own_files("scheduler/planning/*.py"))
    assert {name.removesuffix(".py") for name in files} - {"__init__"} == shown
