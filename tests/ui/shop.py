"""A shop of five machines as a scenario folder: small enough to plan in a second, rich enough for every screen."""

from __future__ import annotations

import io
import zipfile

PLANT = """name = "Corner Shop"
timezone = "Europe/Zurich"
now = 2026-03-02T06:00:00
horizon_days = 30
frozen_minutes = 30
default_repair_minutes = 120

[objective]
tardiness = 1.0
setup = 0.1
flow = 0.001
"""

MACHINES = ("saw-1", "mill-1", "mill-2", "turn-1", "turn-2")
PRODUCTS = ("shaft", "flange", "bracket")


def files(orders: int = 14) -> dict[str, str]:
    """Sawing, then turning or milling in two families, then milling; bar stock that a delivery on Tuesday renews."""
    due = [f"2026-03-{2 + 1 + i // 3:02d}T{8 + 2 * (i % 5):02d}:00" for i in range(orders)]
    lines = [
        f"A-{100 + i},{PRODUCTS[i % 3]},{10 + 5 * (i % 4)},{due[i]},{1 + i % 3},Kunde {i % 4}" for i in range(orders)
    ]
    routings, machines, bom = [], [], []
    for n, product in enumerate(PRODUCTS):
        routings += [
            f"{product},10,saw {product},bar",
            f"{product},20,turn {product},{'soft' if n % 2 else 'hard'}",
            f"{product},30,mill {product},",
        ]
        machines += [f"{product},10,saw-1,5,{6 + n}"]
        machines += [f"{product},20,turn-{i},0,{14 + 2 * n + i}" for i in (1, 2)]
        machines += [f"{product},30,mill-{i},10,{16 + 3 * n - i}" for i in (1, 2)]
        bom += [f"{product},10,bar-40,1"]
    days = "\n".join(f"shift,{d},06:00,22:00" for d in ("mon", "tue", "wed", "thu", "fri"))
    centers = "\n".join(f"{m},{m.split('-')[0]},shift" for m in MACHINES)
    return {
        "plant.toml": PLANT,
        "calendars.csv": f"calendar,weekday,start,end\n{days}\n",
        "machines.csv": f"machine,work_center,calendar\n{centers}\n",
        "materials.csv": "material,description,unit,on_hand\nbar-40,Round bar 40 mm,pc,60\n",
        "receipts.csv": "receipt,material,quantity,expected\nPO-7,bar-40,200,2026-03-03T10:00\n",
        "orders.csv": "order,material,quantity,due,priority,customer\n" + "\n".join(lines) + "\n",
        "routings.csv": "routing,operation,description,setup_family\n" + "\n".join(routings) + "\n",
        "routing_machines.csv": "routing,operation,machine,setup_minutes,run_minutes_per_unit\n"
        + "\n".join(machines)
        + "\n",
        "bom.csv": "routing,operation,component,quantity_per_unit\n" + "\n".join(bom) + "\n",
        "setup_matrix.csv": "work_center,from_family,to_family,minutes\n"
        "turn,soft,hard,30\nturn,hard,soft,20\nturn,*,*,20\n",
    }


def as_zip(contents: dict[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as folder:
        for name, text in (contents or files()).items():
            folder.writestr(name, text)
    return out.getvalue()
