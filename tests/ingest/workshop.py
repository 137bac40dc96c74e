"""A workshop of two lathes and a mill, as the text of its files; tests change a file and read it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from scheduler.errors import InvalidScenario, Issue
from scheduler.ingest import Scenario, read_scenario

FILES: Mapping[str, str] = {
    "plant.toml": 'name = "Workshop"\ntimezone = "Europe/Zurich"\nnow = 2026-03-02T06:00:00\n',
    "calendars.csv": "calendar,weekday,start,end\nday,mon,07:00,16:00\nday,tue,07:00,16:00\nnight,fri,22:00,06:00\n",
    "machines.csv": (
        "machine,work_center,calendar,efficiency,initial_setup\n"
        "lathe-1,turning,day,1.0,brass\nlathe-2,turning,day,0.8,\nmill-1,milling,day,,\n"
    ),
    "orders.csv": "order,material,quantity,due\nMO-1,shaft,10,2026-03-03T16:00\nMO-2,flange,4,2026-03-03T12:00+01:00\n",
    "routings.csv": (
        "routing,operation,description,predecessors,setup_family,pausable,min_wait,max_wait\n"
        "shaft,10,turn,,steel,yes,,\nshaft,20,mill,,,no,15.2,90.9\nflange,10,turn,,brass,,,\nflange,30,mill,-,,,,\n"
    ),
    "routing_machines.csv": (
        "routing,operation,machine,setup_minutes,run_minutes_per_unit,run_minutes_fixed\n"
        "shaft,10,lathe-1,10,2.5,5\nshaft,10,lathe-2,,3,\nshaft,20,mill-1,5.9,4,\n"
        "flange,10,lathe-1,,6,\nflange,30,mill-1,,6,\n"
    ),
    "setup_matrix.csv": "work_center,from_family,to_family,minutes\nturning,brass,steel,30\nturning,*,brass,20\n",
    "materials.csv": "material,description,unit,on_hand\nbar-20,bar 20 mm,m,12\n",
    "bom.csv": "routing,operation,component,quantity_per_unit\nshaft,10,bar-20,0.5\n",
}


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def read(**changed: str | bytes | None) -> Scenario:
    """The workshop with some files changed (`orders="…"`), or without them (None)."""
    return read_scenario(zipped(workshop(**changed)))


def workshop(**changed: str | bytes | None) -> dict[str, str | bytes]:
    named = {
        ("plant.toml" if n == "plant" else "events.jsonl" if n == "events" else f"{n}.csv"): t
        for n, t in changed.items()
    }
    return {name: text for name, text in {**FILES, **named}.items() if text is not None}


def faults(**changed: str | bytes | None) -> tuple[Issue, ...]:
    """What is wrong with the workshop so changed; () where nothing is."""
    try:
        read(**changed)
    except InvalidScenario as error:
        return error.issues
    return ()


def fault(**changed: str | bytes | None) -> Issue:
    """The only thing that is wrong."""
    found = faults(**changed)
    assert len(found) == 1, [str(i) for i in found]
    return found[0]
