"""What a planner does on the screens, over HTTP alone: `python docs/acts.py http://127.0.0.1:8000 shop`.

The plant is loaded and planned (README). Each act prints a line; one that fails ends the script in the server's words.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx

WHO = {"by": "m.keller", "reason": "docs/acts.py"}
SECONDS = 2.0
FINAL = ("done", "stopped", "failed")


class Planner:
    def __init__(self, address: str, plant: str) -> None:
        self._http, self._plant = httpx.Client(timeout=60), f"{address}/v1/plants/{plant}"

    def get(self, path: str = "", **params: Any) -> Any:
        return self._answer(self._http.get(self._plant + path, params=params))

    def post(self, path: str, body: Any = None) -> Any:
        return self._answer(self._http.post(self._plant + path, json=body or {}))

    def patch(self, path: str, body: Any) -> Any:
        return self._answer(self._http.patch(self._plant + path, json=body))

    def delete(self, path: str) -> Any:
        return self._answer(self._http.delete(self._plant + path))

    def _answer(self, answer: httpx.Response) -> Any:
        if answer.is_error:
            raise SystemExit(f"{answer.request.method} {answer.request.url}: {answer.text}")
        return answer.json() if "json" in answer.headers["content-type"] else answer.content

    def happens(self, type: str, **data: Any) -> None:
        """An event, and the plan that answers it."""
        event = {"specversion": "1.0", "id": f"act-{time.time_ns()}", "source": "/acts", "type": type, "data": data}
        done = self.post("/events", event | {"time": self.get()["now"]})
        if done["rejected"]:
            raise SystemExit(f"{type}: {done['rejected'][0]['reason']}")
        until(lambda: self.get()["plan_is_current"], f"a plan that knows of {type}")

    def later(self, **time: float) -> str:
        return (dt.datetime.fromisoformat(self.get()["now"]) + dt.timedelta(**time)).isoformat()

    def what_if(self, name: str, *events: tuple[str, dict[str, Any]], **how: Any) -> Any:
        """Planned, with doing nothing beside it."""
        lines = [{"type": type, "data": data} for type, data in events]
        effort = how or {"time_limit_seconds": SECONDS}
        asked = self.post("/what-ifs", {"name": name, "events": lines, "mode": "full", **effort})
        path = f"/what-ifs/{asked['id']}"
        done = until(lambda: (w := self.get(path))["state"] in FINAL and w, name)
        if done["error"]:
            raise SystemExit(f"{name}: {done['error']}")
        return done

    def adopt(self, idea: Any) -> Any:
        path = f"/what-ifs/{idea['id']}"
        return self.post(f"{path}/adopt", WHO | {"preview": self.get(f"{path}/preview")["preview"]})

    def late(self) -> Any:
        """The order that is most late; None: all are in time."""
        orders = [o for o in self.get("/orders")["orders"] if (o["late_minutes"] or 0) > 0 and o["progress"] != "done"]
        return max(orders, key=lambda o: o["late_minutes"], default=None)


def until(true: Callable[[], Any], what: str, seconds: float = 120.0) -> Any:
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        if answer := true():
            return answer
        time.sleep(0.1)
    raise SystemExit(f"waited {seconds:.0f} s in vain: {what}")


def said(words: str) -> None:
    print(words, flush=True)


def disturbances(planner: Planner) -> None:
    """A rush order, a breakdown, a late delivery: each tried, the first adopted, taken back, and adopted again."""
    product = planner.get("/orders")["orders"][0]["material"]
    rush = {"order": f"RUSH-{time.time_ns()}", "material": product, "quantity": 5, "due": planner.later(days=3)}
    idea = planner.what_if("a rush order", ("order.created", rush | {"priority": 5}))
    said(f"rush order: {len(idea['against_do_nothing']['newly_late'])} orders newly late beside doing nothing")
    planner.adopt(idea)
    said(f"adopted: plan {planner.get()['plan_in_force']} is in force")
    path = f"/what-ifs/{idea['id']}/take-back"
    back = planner.post(path, WHO | {"preview": planner.get(path)["change"]["preview"]})
    said(f"taken back; left: {back['left'] or 'nothing'}")
    machine = planner.get("/machines")["machines"][0]["machine"]
    planner.happens("machine.down", machine=machine, expected_up=planner.later(hours=6))
    said(f"{machine} is down: plan {planner.get()['plan_in_force']}")
    coming = [r for m in planner.get("/materials")["materials"] for r in m["receipts"] if r["quantity"] > 0]
    if coming:
        planner.happens("receipt.changed", receipt=coming[0]["receipt"], expected=planner.later(days=4))
        said(f"delivery {coming[0]['receipt']} is late")


def scenarios(planner: Planner) -> None:
    """Two what-ifs named and held against each other; one is duplicated, and a comment says which was better."""
    machine = planner.get("/machines")["machines"][0]["machine"]
    down = ("machine.down", {"machine": machine, "expected_up": planner.later(hours=6)})
    tonight = {"machine": machine, "start": planner.later(hours=20), "end": planner.later(hours=22)}
    ideas = [
        planner.what_if("nothing else", down),
        planner.what_if("overtime", down, ("calendar.changed", tonight | {"kind": "open", "reason": "overtime"})),
    ]
    planner.patch(f"/what-ifs/{ideas[0]['id']}", {"name": "without overtime"})
    again = planner.post(f"/what-ifs/{ideas[1]['id']}/duplicate")
    until(lambda: planner.get(f"/what-ifs/{again['id']}")["state"] in FINAL, "the duplicate")
    for idea in (planner.get(f"/what-ifs/{i['id']}") for i in (*ideas, again)):
        late = idea["columns"]["what_if"]["promises"]["late"]
        said(f"{idea['name']}: {late} orders late, {idea['overtime_minutes']} min of overtime")
    plan = planner.get()["plan_in_force"]
    planner.post(f"/plans/{plan}/comments", {"by": WHO["by"], "text": "overtime was looked at"})
    said(f"plan {plan}: {planner.get(f'/plans/{plan}/comments')['comments'][0]['text']}")


def pins(planner: Planner) -> None:
    plan = planner.get()["plan_in_force"]
    last = max(planner.get(f"/plans/{plan}/operations")["operations"], key=lambda o: o["start"])
    planner.happens(
        "operation.pinned", order=last["order"], operation=last["operation"], not_before=last["start"], **WHO
    )
    said(f"{last['order']}/{last['operation']} is pinned: not before {last['start']}")


def help_for_the_latest(planner: Planner) -> None:
    order = planner.late()
    if order is None:
        return said("no order is late")
    plan, name = planner.get()["plan_in_force"], order["order"]
    said(planner.get(f"/plans/{plan}/orders/{name}/lateness")["sentence"])
    found = planner.post(f"/orders/{name}/fixes", {"time_limit_seconds": 10})
    said(found["sentence"])
    helps = [fix for fix in found["fixes"] if fix["on_time"] and fix["events"]]
    if helps:
        events = [(e["type"], e["data"]) for e in helps[0]["events"]]
        planner.adopt(planner.what_if(helps[0]["words"], *events, iterations=found["iterations"]))
        said(f"adopted: {helps[0]['words']}")
    return None


def promise(planner: Planner) -> None:
    product = planner.get("/orders")["orders"][0]["material"]
    ask = {"material": product, "quantity": 2, "priority": 2}
    found = planner.post("/promises", ask | {"reserve": {"until": planner.later(days=2), "by": WHO["by"]}})
    if found["date"] is None:
        return said(f"no date: {found['reason']}")
    said(f"{found['sentence']} Reserved as {found['reservation']}.")
    order = {"material": product, "quantity": 2, "priority": 2, "due": found["date"]}
    planner.happens("order.created", order=f"SO-{time.time_ns()}", reservation=found["reservation"], **order)
    said("the order has come and stands where the place was kept")
    return None


def plans(planner: Planner) -> None:
    """A search that is stopped, its plan released, and the one before brought back."""
    before = planner.get()["plan_in_force"]
    job = planner.post("/plans", {"time_limit_seconds": 30})
    until(lambda: planner.get(f"/jobs/{job['id']}")["progress"], "a first plan of the search")
    planner.delete(f"/jobs/{job['id']}")
    done = until(lambda: (j := planner.get(f"/jobs/{job['id']}"))["state"] in FINAL and j, "the stopped search")
    preview = planner.get(f"/plans/{done['plan']}/preview")
    planner.post(f"/plans/{done['plan']}/release", WHO | {"preview": preview["preview"]})
    said(f"stopped and released: plan {planner.get()['plan_in_force']}")
    planner.post(f"/plans/{before}/roll-back", WHO)
    said(f"rolled back to plan {before}: plan {planner.get()['plan_in_force']}")


def main(address: str, plant: str) -> None:
    planner = Planner(address, plant)
    for act in (disturbances, scenarios, pins, help_for_the_latest, promise, plans):
        act(planner)
    said(f"printed: {len(planner.get('/dispatch-lists.pdf', paper='A3')):,} bytes of PDF")


if __name__ == "__main__":
    main(*sys.argv[1:3])
