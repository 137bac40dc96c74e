"""receipt.changed, material.counted, and the stock that work takes and makes."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.events import Event
from scheduler.domain.folding.lookup import find_material, moment_in, refuse
from scheduler.domain.orders import Material, Receipt
from scheduler.domain.plant import PlantState
from scheduler.errors import did_you_mean


def receipt_changed(state: PlantState, event: Event) -> PlantState:
    """A delivery slips, comes early, shrinks or (quantity 0) fails; a new name with a material is a new delivery.

    A delivery whose time has passed stays one: it adds to stock from now on. When it is booked in, the ERP says so by
    quantity 0 and `material.counted`.
    """
    name = event.data["receipt"]
    expected = moment_in(event.data, "expected", state)
    quantity = event.data.get("quantity")
    known = state.receipts.get(name)
    if known is None:
        if not event.data.get("material"):
            raise refuse(
                event,
                f"no receipt '{name}' in the plant; {did_you_mean(name, state.receipts)} "
                "(a new one names its material)",
                "receipt",
            )
        material = find_material(state, event)
        if expected is None or quantity is None:
            missing = "expected" if expected is None else "quantity"
            raise refuse(event, f"receipt '{name}' is new and needs its {missing}", missing)
        receipt = Receipt(name, material.name, float(quantity), expected)
    else:
        if event.data.get("material") not in (None, known.material):
            raise refuse(
                event,
                f"receipt '{name}' brings '{known.material}', not '{event.data['material']}'; "
                "give the other a name of its own",
                "material",
            )
        receipt = replace(
            known,
            expected=known.expected if expected is None else expected,
            quantity=known.quantity if quantity is None else float(quantity),
        )
    return replace(state, receipts={**state.receipts, name: receipt})


def material_counted(state: PlantState, event: Event) -> PlantState:
    """Stock is what was counted."""
    material = replace(find_material(state, event), on_hand=float(event.data["on_hand"]))
    return replace(state, materials={**state.materials, material.name: material})


def take_components(state: PlantState, order: str, number: int) -> PlantState:
    """Stock after the operation has taken the components of all its pieces; those it took before are not taken again.

    Stock is never below 0, whatever the count said.
    """
    operation, work = state.operation(order, number), state.progress[order, number]
    if operation is None or not operation.components:
        return state
    pieces = state.quantity_of(order, number)
    more = pieces - (pieces if work.pieces_taken is None else work.pieces_taken)
    if more <= 0:
        return state
    progress = {**state.progress, (order, number): replace(work, pieces_taken=pieces)}
    materials = dict(state.materials)
    for component in operation.components:
        stock = materials.get(component.material, Material(component.material))
        left = stock.on_hand - component.quantity_per_unit * more
        materials[stock.name] = replace(stock, on_hand=max(0.0, left))
    return replace(state, materials=materials, progress=progress)


def put_in_stock(state: PlantState, material: str, quantity: float) -> PlantState:
    """Stock after so many good pieces have come (a correction may be negative; never below 0)."""
    if not quantity:
        return state
    stock = state.materials.get(material, Material(material))
    return replace(
        state, materials={**state.materials, material: replace(stock, on_hand=max(0.0, stock.on_hand + quantity))}
    )
