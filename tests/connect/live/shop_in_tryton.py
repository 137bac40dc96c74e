"""The tiny plant in a Tryton that has only its modules, made by the calls of a client: saw, lathe, bars, shafts, pins.

A raw `create` runs no on_change, so what a client would fill in is sent along.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from scheduler.connect.tryton_rpc import TrytonRefuses, TrytonServer

ROUTINGS = {"shaft": ("saw", "lathe"), "pin": ("lathe",)}
CATEGORIES = {"saw": "sawing", "lathe": "turning", "lathe-2": "turning"}


class Shop:
    """Tryton as the people of the tiny plant see it."""

    def __init__(self, server: TrytonServer) -> None:
        self.server = server
        (self.warehouse,) = server.read(
            "stock.location",
            [["type", "=", "warehouse"]],
            ["storage_location", "production_location", "input_location"],
        )

    def create(self, model: str, **values: Any) -> int:
        (number,) = self.server.call(f"model.{model}.create", [values])
        return int(number)

    def id_of(self, model: str, name: str) -> int:
        (found,) = self.server.read(model, [["name", "=", name]], ["id"])
        return int(found["id"])

    def product(self, code: str) -> int:
        (found,) = self.server.read("product.product", [["code", "=", code]], ["id"])
        return int(found["id"])

    def center(self, name: str) -> int:
        return self.id_of("production.work.center", name)

    def stock(self, code: str) -> float:
        here = {"locations": [self.warehouse["storage_location"]], "stock_date_end": dt.date.today()}
        (found,) = self.server.read("product.product", [["code", "=", code]], ["quantity"], context=here)
        return float(found["quantity"])

    def put_in_stock(self, code: str, quantity: float) -> None:
        (lost,) = self.server.read("stock.location", [["type", "=", "lost_found"]], ["id"])
        move = self.create(
            "stock.move", product=self.product(code), unit=self.unit, quantity=quantity, company=self.company,
            from_location=lost["id"], to_location=self.warehouse["storage_location"],
        )  # fmt: skip
        self.server.call("model.stock.move.do", [move])

    @property
    def unit(self) -> int:
        return self.id_of("product.uom", "Unit")

    @property
    def company(self) -> int:
        return int(self.server.read("company.company", [], ["id"])[0]["id"])

    def order(self, material: str, quantity: float, due: dt.date) -> int:
        """A production with its bill of material and routing, waiting, as a click on "Wait" leaves it."""
        (bom,) = self.server.read("production.bom", [["name", "=", material]], ["id"]) or [{"id": None}]
        product, production = self.product(material), self.warehouse["production_location"]
        storage = self.warehouse["storage_location"]
        both = {"unit": self.unit, "company": self.company}
        output = {"product": product, "quantity": quantity, "from_location": production, "to_location": storage}
        output |= {"unit_price": Decimal(0), "currency": self.server.read("currency.currency", [], ["id"])[0]["id"]}
        inputs = []
        if bom["id"]:
            bar = {"product": self.product("bar"), "quantity": quantity, "from_location": storage}
            inputs = [["create", [bar | both | {"to_location": production}]]]
        number = self.create(
            "production", type="assembly", product=product, unit=self.unit, quantity=quantity, company=self.company,
            warehouse=self.warehouse["id"], location=production, bom=bom["id"],
            routing=self.id_of("production.routing", material), work_center=self.center("shop"),
            planned_date=due, planned_start_date=due, inputs=inputs, outputs=[["create", [output | both]]],
        )  # fmt: skip
        self.server.call("model.production.wait", [number])
        return number

    def production(self, number: int, *fields: str) -> dict[str, Any]:
        (found,) = self.server.read("production", [["id", "=", number]], fields)
        return found

    def works(self, production: int) -> list[dict[str, Any]]:
        asked = ["sequence", "state", "work_center.name"]
        return self.server.read("production.work", [["production", "=", production]], asked, [("sequence", "ASC")])

    def purchased(self, code: str, quantity: float, expected: dt.date) -> int:
        """What a supplier will bring: the move of a delivery without its purchase."""
        (supplier,) = self.server.read("stock.location", [["type", "=", "supplier"]], ["id"])
        return self.create(
            "stock.move", product=self.product(code), unit=self.unit, quantity=quantity, company=self.company,
            from_location=supplier["id"], to_location=self.warehouse["input_location"], planned_date=expected,
            unit_price=Decimal(1), currency=self.server.read("currency.currency", [], ["id"])[0]["id"],
        )  # fmt: skip

    def receive(self, move: int) -> None:
        """It has come; yes, without a purchase."""
        try:
            self.server.call("model.stock.move.do", [move])
        except TrytonRefuses as asked:
            (me,) = self.server.read("res.user", [["login", "=", "admin"]], ["id"])
            self.create("res.user.warning", user=me["id"], name=asked.warning)
            self.server.call("model.stock.move.do", [move])


def set_up(server: TrytonServer) -> None:
    """The company and the plant's own data."""
    call = server.call

    def make(model: str, **values: Any) -> int:
        return int(call(f"model.{model}.create", [values])[0])

    party = make("party.party", name="Tiny Works")
    currency = make("currency.currency", name="Euro", symbol="€", code="EUR", digits=2, rounding=Decimal("0.01"))
    company = make("company.company", party=party, currency=currency)
    (me,) = server.read("res.user", [["login", "=", "admin"]], ["id"])
    call("model.res.user.write", [me["id"]], {"companies": [["add", [company]]], "company": company})
    server.log_in()
    shop = Shop(server)
    unit = shop.unit
    for code in ("bar", "shaft", "pin"):
        # The code of a product is made of its template's and its own.
        make(
            "product.template", name=f"A {code}", type="goods", default_uom=unit, producible=code != "bar",
            products=[["create", [{"suffix_code": code, "cost_price": Decimal(2)}]]], cost_price_method="fixed",
        )  # fmt: skip
    one = {"unit": unit, "quantity": 1.0}
    bar, pin = ([["create", [{"product": shop.product(code), **one}]]] for code in ("bar", "pin"))
    bom = make("production.bom", name="pin", inputs=bar, outputs=pin)
    top = make("production.work.center", name="shop", warehouse=shop.warehouse["id"], company=company)
    categories = {name: make("production.work.center.category", name=name) for name in set(CATEGORIES.values())}
    for name, category in CATEGORIES.items():
        make(
            "production.work.center", name=name, parent=top, category=categories[category], company=company,
            warehouse=shop.warehouse["id"], cost_method="hour", cost_price=Decimal(60),
        )  # fmt: skip
    operations = {
        name: make("production.routing.operation", name=name, work_center_category=categories[CATEGORIES[name]])
        for name in ("saw", "lathe")
    }
    for name, steps in ROUTINGS.items():
        rows = [{"sequence": 10 * n, "operation": operations[step]} for n, step in enumerate(steps, start=1)]
        make("production.routing", name=name, steps=[["create", rows]], boms=[["add", [bom] if name == "pin" else []]])
    shop.put_in_stock("bar", 100)
