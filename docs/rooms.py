"""Draws the rooms of planning and who imports whom, as they are, into docs/rooms.svg: `python docs/rooms.py`.

Boxes have their places here; arrows are read from the sources. A new arrow may cross a box until it has a place too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "rooms.svg"
PLANNING = "scheduler.planning"


class Box(NamedTuple):
    """A room, or several modules that stand together. `modules` is empty where it is only a ground for others."""

    x: int
    y: int
    width: int
    height: int
    title: str
    says: str
    modules: tuple[str, ...] = ()


BOXES = {
    "search": Box(30, 20, 440, 54, "solving, replanning", "search for plans, repair them", ()),
    "serve": Box(490, 20, 440, 54, "use cases, commands", "store plans, release and show them", ()),
    "makes": Box(30, 110, 440, 330, "makes a plan", "", ()),
    "reads": Box(490, 110, 440, 330, "judges it and reads it", "", ()),
    "builder": Box(60, 145, 380, 56, "builder", "a Problem in, timed plans out", ("builder",)),
    "tables": Box(60, 250, 175, 56, "tables", "state to arrays and back", ("tables",)),
    "kernels": Box(265, 250, 175, 56, "kernels", "compiled inner loops", ("kernels",)),
    "problem": Box(60, 355, 380, 56, "problem, layout", "the plant as numbers", ("problem", "layout")),
    "lists": Box(520, 145, 380, 56, "lists", "dispatch list, pegging, drift, comparison", ("lists",)),
    "judge": Box(520, 250, 380, 56, "judge", "rules, figures, excuses, the fast check", ("judge",)),
    "shared": Box(
        30, 470, 900, 54, "arrays, identity_cache, reread", "below all rooms", ("arrays", "identity_cache", "reread")
    ),
    "domain": Box(30, 540, 900, 54, "domain", "below all floors: orders, routings, calendars, plans, the state", ()),
}
FLOORS = {
    "search": ("scheduler/solving", "scheduler/replanning"),
    "serve": ("scheduler/usecases", "scheduler/commands"),
}
GROUNDS = {"makes": ("builder", "tables", "kernels", "problem"), "reads": ("judge", "lists")}
TRACKS = {
    ("builder", "tables"): 125,
    ("tables", "builder"): 165,
    ("builder", "kernels"): 350,
    ("builder", "problem"): 250,
    ("tables", "problem"): 145,
    ("kernels", "problem"): 350,
    ("lists", "judge"): 710,
    ("search", "makes"): 250,
    ("serve", "reads"): 710,
}
"""Where an arrow that goes straight up or down stands; others go from middle to middle."""
STYLE = """  <style>
    text { font: 15px sans-serif; fill: #1c2733 } .says { font-size: 12px; fill: #55616d }
    rect { fill: #fff; stroke: #7b8794; rx: 6 } .ground { fill: #f0f4f8; stroke: none }
    line { stroke: #334e68; stroke-width: 1.4; marker-end: url(#tip) }
  </style>
  <defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">
    <path d="M0 0 L8 4 L0 8 z" fill="#334e68"/></marker></defs>"""


def imports(folder: Path) -> set[str]:
    """The modules and rooms right below planning that the files of a folder, or one file, import."""
    found = set()
    for path in [folder] if folder.suffix else folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(PLANNING):
                continue
            below = (node.module or "").removeprefix(PLANNING).lstrip(".")
            found |= {below.split(".")[0]} if below else {alias.name for alias in node.names}
    return found


def arrows() -> Iterator[tuple[str, str]]:
    """Who uses whom, of the boxes; what all rooms use has no arrows."""
    rooms = {name: box for name, box in BOXES.items() if box.modules and name != "shared"}
    for name, box in rooms.items():
        there = [ROOT / "scheduler" / "planning" / module for module in box.modules]
        used = set().union(*(imports(path if path.is_dir() else path.with_suffix(".py")) for path in there))
        yield from ((name, other) for other, o in rooms.items() if other != name and used & set(o.modules))
    for name, folders in FLOORS.items():
        used = set().union(*(imports(ROOT / folder) for folder in folders))
        for ground, inside in GROUNDS.items():
            if used & {module for room in inside for module in BOXES[room].modules}:
                yield name, ground


def line(start: str, end: str) -> str:
    """From the edge of one box to the edge of the other."""
    a, b = BOXES[start], BOXES[end]
    if a.y == b.y:
        right = a.x < b.x
        x1, x2 = (a.x + a.width, b.x) if right else (a.x, b.x + b.width)
        y1 = y2 = a.y + a.height // 2
    else:
        down = a.y < b.y
        y1, y2 = (a.y + a.height, b.y) if down else (a.y, b.y + b.height)
        track = TRACKS.get((start, end))
        x1, x2 = (track, track) if track else (a.x + a.width // 2, b.x + b.width // 2)
    return f'  <line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def drawn(name: str, box: Box) -> str:
    kind = ' class="ground"' if name in GROUNDS else ""
    rect = f'  <rect{kind} x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}"/>'
    title = f'  <text x="{box.x + 14}" y="{box.y + 23}">{box.title}</text>'
    says = f'  <text class="says" x="{box.x + 14}" y="{box.y + 42}">{box.says}</text>' if box.says else ""
    return "\n".join(part for part in (rect, title, says) if part)


def drawing() -> str:
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 614" width="960" height="614">'
    boxes = [drawn(name, box) for name, box in BOXES.items()]
    return "\n".join([head, STYLE, *boxes, *(line(*arrow) for arrow in sorted(arrows())), "</svg>", ""])


if __name__ == "__main__":
    PICTURE.write_text(drawing())
