"""What the floor has reported, into Tryton: operations as cycles of works, stock as moves of the production.

Tryton would book what the bill of material says. Here it books what was reported: at the first report the planned moves
go, and each movement of ours becomes a move of the production, done at once. Nothing but its own start may book what
goes into a production, so it is put back to waiting for that and started again. A production is done when all its works
are finished and its outputs are as many as its last work has reported good, whichever message comes last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from scheduler.connect.tryton_notes import Notes, totals_in, totals_note
from scheduler.connect.tryton_rpc import Record, TrytonServer
from scheduler.connect_ports import Outgoing
from scheduler.messages import NotDelivered

CLOSE = 1e-6
UNBOOKED = ("staging", "draft", "assigned")


class FloorWriter:
    """warehouse : the one that the connection is of, as its adapter reads it.   today : Tryton takes no later day."""

    def __init__(
        self, server: TrytonServer, notes: Notes, warehouse: Callable[[], Record], today: Callable[[], dt.date]
    ) -> None:
        self._server = server
        self._notes = notes
        self._warehouse = warehouse
        self._today = today

    def confirm(self, message: Outgoing) -> str:
        """What has happened to an operation. Raises NotDelivered, ConnectionAway, TrytonRefuses."""
        body = message.body
        production = self._production(body["order"])
        if production is None:
            return f"Tryton has no production {body['order']}"
        if self._notes.find(message.lasting_key, "production.work") is None:
            over = production["state"] == "done" and body["what"] in ("started", "reopened")
            if over or production["state"] == "cancelled":
                said = f"production {body['order']} is {production['state']} in Tryton; change that there, or drop this"
                raise NotDelivered(said, gone=True)
            self._run(production)
            work = self._work(production, int(body["operation"]))
            match body["what"]:
                case "started":
                    self._start(work, message.lasting_key, body["at"])
                case "finished":
                    self._finish(work, message.lasting_key, body["at"])
                case "reopened":
                    self._reopen(work, message.lasting_key, body["at"])
            told = totals_note(body["what"], float(body["total_good"]), float(body["total_scrap"]), body["at"])
            self._notes.leave(message.lasting_key, "production.work", work["id"], told)
        self._end(production["id"])
        return f"production {body['order']}, work {body['operation']}"

    def book(self, message: Outgoing) -> str:
        """A movement of stock, as one move. Raises NotDelivered, ConnectionAway, TrytonRefuses."""
        body = message.body
        if body["cause"] == "receipt.arrived":
            return "Tryton books a delivery when it is received there"
        production = self._production(body["order"]) if body["order"] else None
        # Where it went before, it goes again, though the production may be done meanwhile.
        found = self._notes.find(message.lasting_key, "stock.move")
        rows = self._server.read("stock.move", [["id", "=", found[0]]], ["state"]) if found else []
        shipped = [] if rows else self._shipment(message.lasting_key)
        if production is None or shipped or not (rows or self._is_a_move_of(production, body)):
            return self._ship(message, shipped)
        if not rows:
            self._run(production)
            move = self._create("stock.move", self._move(body, production))
            text = f"{body['quantity']:+g} {body['material']}, {body['order']}, {body['cause']}"
            self._notes.leave(message.lasting_key, "stock.move", move, text)
            rows = [{"id": move, "state": "draft"}]
        if rows[0]["state"] in UNBOOKED and body["quantity"] > 0:
            self._server.call("model.stock.move.do", [rows[0]["id"]])
        # What goes in is booked as the production starts, so it starts once more; and on, where it stopped in between.
        self._run(production, again=rows[0]["state"] in UNBOOKED and body["quantity"] < 0)
        self._end(production["id"])
        return f"move {rows[0]['id']}"

    def _is_a_move_of(self, production: Record, body: Any) -> bool:
        """Tryton lets nothing into a production that is done; and one with two kinds of outputs wants list prices."""
        if body["quantity"] < 0:
            return production["state"] not in ("done", "cancelled")
        return bool(
            production["state"] != "cancelled" and self._product(body["material"])["id"] == production["product"]
        )

    def _shipment(self, key: str) -> list[Record]:
        return self._server.read("stock.shipment.internal", [["reference", "=", key]], ["state"])

    def _ship(self, message: Outgoing, found: list[Record]) -> str:
        """A movement of no production, as an internal shipment from or to lost and found; its reference is the key."""
        body, warehouse = message.body, self._warehouse()
        if not found:
            lost = warehouse["lost_found_location"]
            lost = lost or self._server.read("stock.location", [["type", "=", "lost_found"]], ["id"])[0]["id"]
            places = (lost, warehouse["storage_location"])[:: 1 if body["quantity"] > 0 else -1]
            way = {"from_location": places[0], "to_location": places[1], "company": self._server.company}
            moves = [["create", [self._moved(body) | way]]]
            number = self._create("stock.shipment.internal", {"reference": message.lasting_key, "moves": moves, **way})
            found = [{"id": number, "state": "draft"}]
        left = {"draft": 0, "waiting": 1, "assigned": 2}.get(found[0]["state"], 3)
        for step in ("wait", "assign_force", "do")[left:]:
            self._server.call(f"model.stock.shipment.internal.{step}", [found[0]["id"]])
        return f"internal shipment {found[0]['id']}"

    def _production(self, order: str) -> Record | None:
        shape = [["number", "=", order], ["warehouse", "=", self._warehouse()["id"]]]
        fields = ["number", "state", "product", "location", "company", "company.currency"]
        found = self._server.read("production", shape, fields)
        return found[0] if found else None

    def _run(self, production: Record, again: bool = False) -> None:
        """To running, without moves that were only planned, from wherever it stands; again: though it runs."""
        number, state = production["id"], production["state"]
        if state in ("done", "cancelled") or (state == "running" and not again):
            return
        if state != "waiting":
            self._server.call("model.production.wait", [number])
        self._drop_planned(number)
        for step in ("assign_force", "run"):
            self._server.call(f"model.production.{step}", [number])
        production["state"] = "running"

    def _drop_planned(self, production: int) -> bool:
        """Delete moves that count for nothing yet; whether none is left. Those with a note of ours are on their way."""
        shape = [["production", "=", production], ["state", "in", list(UNBOOKED)]]
        planned = [row["id"] for row in self._server.read("stock.move", shape, ["state"])]
        ours = self._notes.newest("stock.move", planned)
        if idle := [number for number in planned if number not in ours]:
            self._server.call("model.stock.move.delete", idle)
        return not ours

    def _work(self, production: Record, operation: int) -> Record:
        shape = [["production", "=", production["id"]], ["sequence", "=", operation]]
        found = self._server.read("production.work", shape, ["state"])
        if len(found) == 1:
            return found[0]
        raise NotDelivered(
            f"production {production['number']} has {len(found)} works of sequence {operation}; give each step of its "
            "routing in Tryton the number of our operation as its sequence",
            gone=True,
        )

    def _cycles(self, work: Record) -> list[tuple[int, str, dt.datetime | None]]:
        """(id, state, since when by our note)."""
        rows = self._server.read("production.work.cycle", [["work", "=", work["id"]]], ["state"])
        notes = self._notes.newest("production.work.cycle", [row["id"] for row in rows])
        return [(row["id"], row["state"], _since(notes.get(row["id"], ""))) for row in rows]

    def _cycle(self, work: Record, key: str, at: str) -> int:
        """A draft one of that key."""
        if (found := self._notes.find(key, "production.work.cycle")) is not None:
            return found[0]
        number = self._create("production.work.cycle", {"work": work["id"]})
        self._notes.leave(key, "production.work.cycle", number, f"since {at}")
        return number

    def _start(self, work: Record, key: str, at: str) -> None:
        number = self._cycle(work, key, at)
        if (number, "draft") in [(cycle, state) for cycle, state, _ in self._cycles(work)]:
            self._server.call("model.production.work.cycle.run", [number])

    def _finish(self, work: Record, key: str, at: str) -> None:
        """End what runs; where nothing ever ran, as the start was never reported, a cycle without length."""
        if not any(state in ("running", "done") or since for _, state, since in self._cycles(work)):
            self._cycle(work, key, at)
        moment = dt.datetime.fromisoformat(at)
        for number, state, since in self._cycles(work):
            if state == "draft" and since is None:
                self._server.call("model.production.work.cycle.cancel", [number])
            elif state in ("draft", "running"):
                if state == "draft":
                    self._server.call("model.production.work.cycle.run", [number])
                lasted = max(moment - (since or moment), dt.timedelta())
                self._server.call("model.production.work.cycle.write", [number], {"duration": lasted})
                self._server.call("model.production.work.cycle.do", [number])

    def _reopen(self, work: Record, key: str, at: str) -> None:
        """What runs never did; what was done is to be gone on with."""
        again, was_done = self._notes.find(key, "production.work.cycle"), False
        for number, state, _ in self._cycles(work):
            was_done |= state == "done"
            if state in ("draft", "running") and (again is None or number != again[0]):
                self._server.call("model.production.work.cycle.cancel", [number])
        if was_done:
            self._cycle(work, key, at)

    def _end(self, production: int) -> None:
        """Done, where all is reported and booked."""
        (row,) = self._server.read("production", [["id", "=", production]], ["state", "product"])
        works = self._server.read("production.work", [["production", "=", production]], ["state", "sequence"])
        if row["state"] != "running" or not works or any(work["state"] != "finished" for work in works):
            return
        last = max(works, key=lambda work: work["sequence"] or 0)
        good = totals_in(self._notes.newest("production.work", [last["id"]]).get(last["id"], ""))
        shape = [["production", "=", production], ["product", "=", row["product"]], ["state", "=", "done"]]
        moves = self._server.read("stock.move", shape, ["production_output", "internal_quantity"])
        booked = sum(m["internal_quantity"] * (1 if m["production_output"] else -1) for m in moves)
        if good is not None and abs(booked - good) <= CLOSE and self._drop_planned(production):
            self._server.call("model.production.do", [production])

    def _move(self, body: Any, production: Record) -> Record:
        warehouse, inward = self._warehouse(), body["quantity"] > 0
        shelf = warehouse["production_output_location" if inward else "production_picking_location"]
        places = (production["location"], shelf or warehouse["storage_location"])[:: 1 if inward else -1]
        move = self._moved(body) | {"from_location": places[0], "to_location": places[1]}
        move |= {"production_output" if inward else "production_input": production["id"]}
        if inward:
            move |= {"unit_price": Decimal(0), "currency": production["company."]["currency"]}
        return move | {"company": production["company"]}

    def _moved(self, body: Any) -> Record:
        product = self._product(body["material"])
        on = min(dt.datetime.fromisoformat(body["at"]).date(), self._today())
        quantity = abs(float(body["quantity"]))
        return {"product": product["id"], "unit": product["default_uom"], "quantity": quantity, "effective_date": on}

    def _product(self, material: str) -> Record:
        shape = ["OR", ["code", "=", material], [["code", "in", [None, ""]], ["name", "=", material]]]
        found = self._server.read("product.product", shape, ["default_uom"])
        if len(found) == 1:
            return found[0]
        raise NotDelivered(f"Tryton has {len(found)} products '{material}'", gone=True)

    def _create(self, model: str, values: Record) -> int:
        (number,) = self._server.call(f"model.{model}.create", [values])
        return int(number)


def _since(text: str) -> dt.datetime | None:
    word, _, moment = text.partition(" ")
    return dt.datetime.fromisoformat(moment) if word == "since" else None
