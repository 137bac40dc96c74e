"""receipt.changed, receipt.arrived, material.counted, and the stock that work takes and makes."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.events import Event
from scheduler.domain.folding.lookup import find_material, moment_in, refuse, refuse_name
from scheduler.domain.orders import Material, Receipt
from scheduler.domain.plant import PlantState
from scheduler.errors import did_you_mean


def receipt_changed(state: PlantState, event: Event) -> PlantState:
    """A delivery slips, comes early, shrinks or (quantity 0) fails; a new name with a material is a new delivery.

    A delivery whose time has passed stays one: it adds to stock from now on. When it is there, `receipt.arrived`
    says so.
    """
    name = event.data["receipt"]
    expected = moment_in(event.data, "expected", state)
    quantity = event.data.get("quantity")
    known = state.receipts.get(name)
    if known is None:
        if not event.data.get("material"):
            raise refuse_name(event, "receipt", name, state.receipts, more="a new one names its material")
        material = find_material(state, event)
        if expected is None or quantity is None:
            missing = "expected" if expected is None else "quantity"
            message = f"receipt '{name}' is new and needs its {missing}"
            raise refuse(event, message, missing, "nothing", f"its {missing}")
        receipt = Receipt(name, material.name, float(quantity), expected)
    else:
        if event.data.get("material") not in (None, known.material):
            raise refuse(
                event,
                f"receipt '{name}' brings '{known.material}', not '{event.data['material']}'; "
                "give the other a name of its own",
                "material",
                f"'{event.data['material']}'",
                f"'{known.material}'",
            )
        receipt = replace(
            known,
            expected=known.expected if expected is None else expected,
            quantity=known.quantity if quantity is None else float(quantity),
        )
    return replace(state, receipts={**state.receipts, name: receipt})


def receipt_arrived(state: PlantState, event: Event) -> PlantState:
    """What came is in stock. The delivery is gone, or waits for its rest where `complete` is false."""
    name, quantity = event.data["receipt"], float(event.data["quantity"])
    known = state.receipts.get(name)
    if known is None:
        raise refuse(
            event,
            f"no receipt '{name}' is expected in the plant; {did_you_mean(name, state.receipts)} "
            "(one that nobody announced comes by receipt.changed first)",
            "receipt",
            f"'{name}'",
            "a receipt that is expected",
        )
    rest = 0.0 if event.data.get("complete", True) else max(0.0, known.quantity - quantity)
    receipts = {n: r for n, r in state.receipts.items() if n != name or rest}
    if rest:
        receipts[name] = replace(known, quantity=rest)
    return put_in_stock(replace(state, receipts=receipts), known.material, quantity)


def material_counted(state: PlantState, event: Event) -> PlantState:
    """Stock is what was counted."""
    material = replace(find_material(state, event), on_hand=float(event.data["on_hand"]))
    return replace(state, materials={**state.materials, material.name: material})


def asked_by(state: PlantState, order: str, number: int) -> dict[str, tuple[float, float]]:
    """By component: what a piece of the operation asks for in all, and what of that was issued ahead."""
    operation, asked = state.operation(order, number), dict[str, tuple[float, float]]()
    for component in operation.components if operation else ():
        before, _ = asked.get(component.material, (0.0, 0.0))
        asked[component.material] = before + component.quantity_per_unit, 0.0
    for issue in state.issued:
        if (issue.order, issue.operation) == (order, number):
            asked[issue.material] = issue.quantity_per_unit, issue.quantity
    return asked


def take_components(state: PlantState, order: str, number: int) -> PlantState:
    """Stock after the operation has taken the components of all its pieces; those it took before are not taken again,
    nor what was issued ahead. Below 0, owed, where it took more than the books had.
    """
    asked, work = asked_by(state, order, number), state.progress[order, number]
    if not asked:
        return state
    pieces = state.quantity_of(order, number)
    taken = pieces if work.pieces_taken is None else work.pieces_taken
    if pieces <= taken:
        return state
    progress = {**state.progress, (order, number): replace(work, pieces_taken=pieces)}
    materials = dict(state.materials)
    for name, (each, issued) in asked.items():
        stock = materials.get(name, Material(name))
        more = max(issued, each * pieces) - max(issued, each * taken)
        materials[name] = replace(stock, on_hand=stock.on_hand - more)
    return replace(state, materials=materials, progress=progress)


def put_in_stock(state: PlantState, material: str, quantity: float) -> PlantState:
    """Stock after so many good pieces have come (a correction may be negative)."""
    if not quantity:
        return state
    stock = state.materials.get(material, Material(material))
    return replace(state, materials={**state.materials, material: replace(stock, on_hand=stock.on_hand + quantity)})
