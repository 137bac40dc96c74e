"""What B2MML documents say, as CloudEvents: reports of the floor, and orders.

Nothing of a document counts where one of its elements cannot be understood. An event's id is made of what it says, so
the same document twice tells nothing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, TypeAlias

from lxml import etree

from scheduler.b2mml.documents import NAMESPACE, read
from scheduler.domain.minutes import Minute, iso, parse_minute
from scheduler.domain.plant import PlantState
from scheduler.errors import BadRequest

CloudEvent: TypeAlias = dict[str, Any]
PRODUCED = ("Produced", "Material Produced", "Yield Produced")
OVER = ("Completed", "Closed")
STILL = ("Paused", "Held", "Suspended")
AT_WORK = ("Running", "Waiting", "Ready", "Other", "")


def events_of(content: bytes, state: PlantState, source: str) -> list[CloudEvent]:
    """The events that a document comes to, the plant being as it is; none: it says nothing new.

    OperationsPerformance, WorkPerformance, JobResponse and JobResponseList report work; an OperationsSchedule brings
    orders. source : of the events.   Raises BadRequest with the line at fault.
    """
    root = read(content)
    name = etree.QName(root).localname
    if name == "OperationsSchedule":
        return list(_orders(root, state, source))
    if name == "JobList":
        raise BadRequest.of(
            "document", "a JobList", "a report or an OperationsSchedule", "what runs where and when is planned here"
        )
    tag = "SegmentResponse" if name == "OperationsPerformance" else "JobResponse"
    found = (event for job in root.iter(_tag(tag)) for event in _reports(job, state, source))
    return sorted(found, key=lambda event: str(event["time"]))


# -- reports ----------------------------------------------------------------------------------------------------------


def _reports(job: etree._Element, state: PlantState, source: str) -> Iterator[CloudEvent]:
    """Of one job or segment: its start, and what it has come to since."""
    order, operation = _named(job)
    about: dict[str, Any] = {"order": order, "operation": operation}
    machine = _text(job, "EquipmentActual/EquipmentID") or _text(job, "EquipmentActual/ID")
    started = _moment(job, ("ActualStartTime", "StartTime"), state)
    ended = _moment(job, ("ActualEndTime", "EndTime"), state)
    says = _text(job, "SegmentState") or _text(job, "JobState")
    here = {**about, "machine": machine} if machine else about
    if started is not None:
        if not machine:
            raise _lacks(job, "the machine that it began on (EquipmentActual/EquipmentID)")
        yield _event("operation.started", started, here, source, state)
    pieces = _pieces(job)
    told = ended if ended is not None else _published(job, state)
    if says in OVER:
        if told is None:
            raise _lacks(job, "the moment at which it ended")
        yield _event("operation.finished", told, here | pieces, source, state)
        return
    if pieces:
        if told is None:
            raise _lacks(job, "the moment that its quantities speak of (PublishedDate)")
        yield _event("operation.progressed", told, here | pieces, source, state)
    if says in AT_WORK:
        return
    if told is None:
        raise _lacks(job, f"the moment since which it is {says}")
    yield _event("operation.paused" if says in STILL else "operation.put_aside", told, about, source, state)


def _named(job: etree._Element) -> tuple[str, int]:
    """Order and operation, from `ORDER/OPERATION` or from the request and the segment apart."""
    said = _text(job, "JobOrderID") or _text(job, "SegmentRequirementID")
    order, slash, number = said.rpartition("/")
    if not slash:
        parent = job.getparent()
        above = _text(parent, "OperationsRequestID") if parent is not None else ""
        order = _text(job, "OperationsRequestID") or above
        number = said or _text(job, "OperationsSegmentID") or _text(job, "ProcessSegmentID")
    if not order or not (number.isascii() and number.isdigit()):
        raise _lacks(job, "its job order as ORDER/OPERATION (JobOrderID or SegmentRequirementID)")
    return order, int(number)


def _pieces(job: etree._Element) -> dict[str, float]:
    found: dict[str, float] = {}
    for actual in job.findall(_tag("MaterialActual")):
        use = actual.find(_tag("MaterialUse"))
        word = (use.text or "").strip() if use is not None else ""
        scrap = use is not None and word == "Other" and (use.get("OtherValue") or "").strip().lower() == "scrap"
        if scrap or word in PRODUCED:
            field = "quantity_scrap" if scrap else "quantity_good"
            found[field] = found.get(field, 0.0) + _quantity(actual)
    return found


# -- orders -----------------------------------------------------------------------------------------------------------


def _orders(root: etree._Element, state: PlantState, source: str) -> Iterator[CloudEvent]:
    """A request whose order is not known makes one, any other changes what differs."""
    when = _moment(root, ("PublishedDate",), state)
    for request in root.findall(_tag("OperationsRequest")):
        name = _text(request, "ID")
        known = state.orders.get(name)
        says = _text(request, "RequestState")
        if says in OVER:
            continue
        if says == "Forecast":
            firm = "an order that is firm"
            raise BadRequest.of("document", "a Forecast", firm, "leave it out", place=_place(request))
        if says in ("Cancelled", "Aborted"):
            if known is not None and not known.cancelled:
                yield _event("order.cancelled", when, {"order": name}, source, state)
            continue
        made = [m for m in request.iter(_tag("MaterialRequirement")) if _text(m, "MaterialUse") in PRODUCED]
        due = _moment(request, ("EndTime",), state)
        if not made or due is None:
            raise _lacks(request, "what it makes (a MaterialRequirement that is Produced)" if due else "its EndTime")
        material, quantity = _text(made[-1], "MaterialDefinitionID"), _quantity(made[-1])
        priority, release = _text(request, "Priority"), _moment(request, ("StartTime",), state)
        said: dict[str, Any] = {"quantity": quantity, "due": iso(due, state.zone)}
        said |= {"priority": _number(request, "Priority", priority)} if priority else {}
        said |= {"status": "hold"} if says in ("Held", "Suspended") else {"status": "released"} if says else {}
        said |= {"release": iso(release, state.zone)} if release is not None else {}
        if known is None:
            routing = _text(request, "OperationsDefinitionID")
            data = {"order": name, "material": material} | ({"routing": routing} if routing else {}) | said
            yield _event("order.created", when, data, source, state)
            continue
        if material != known.material:
            expected = f"'{known.material}', which order '{name}' is for"
            raise BadRequest.of("document", f"material '{material}'", expected, place=_place(request))
        stands: dict[str, Any] = {"quantity": known.quantity, "due": iso(known.due, state.zone)}
        stands |= {"priority": known.priority, "status": "hold" if known.status == "hold" else "released"}
        stands |= {"release": iso(known.release, state.zone)} if known.release is not None else {}
        changed = {field: value for field, value in said.items() if stands.get(field) != value}
        if changed:
            yield _event("order.changed", when, {"order": name} | changed, source, state)


# -- elements ---------------------------------------------------------------------------------------------------------


def _event(type: str, at: Minute | None, data: dict[str, Any], source: str, state: PlantState) -> CloudEvent:
    """at None: the plant's now."""
    time = iso(state.now if at is None else at, state.zone)
    said = repr((type, time, sorted(data.items())))
    return {
        "specversion": "1.0",
        "id": f"b2mml-{hashlib.sha256(said.encode()).hexdigest()[:32]}",
        "source": source,
        "type": type,
        "time": time,
        "data": data,
    }


def _published(job: etree._Element, state: PlantState) -> Minute | None:
    """When it was told: by itself, or by the nearest document around it."""
    at: etree._Element | None = job
    while at is not None:
        moment = _moment(at, ("PostingDate", "PublishedDate"), state)
        if moment is not None:
            return moment
        at = at.getparent()
    return None


def _moment(element: etree._Element, names: tuple[str, ...], state: PlantState) -> Minute | None:
    """Of the first of these children that is there, a local time being the plant's."""
    for name in names:
        text = _text(element, name)
        if text:
            try:
                return parse_minute(text, state.zone, state.now)
            except (ValueError, OverflowError):
                raise BadRequest.of("document", f"{name} '{text}'", "a moment", place=_place(element)) from None
    return None


def _quantity(element: etree._Element) -> float:
    found = element.findall(f"{_tag('Quantity')}/{_tag('QuantityString')}")
    if len(found) != 1:
        raise _lacks(element, "its one Quantity")
    return _number(element, "Quantity", (found[0].text or "").strip())


def _number(element: etree._Element, name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadRequest.of("document", f"{name} '{text}'", "a number", place=_place(element)) from None


def _text(element: etree._Element, path: str) -> str:
    found = element.find("/".join(_tag(step) for step in path.split("/")))
    return (found.text or "").strip() if found is not None else ""


def _lacks(element: etree._Element, what: str) -> BadRequest:
    return BadRequest.of("document", "nothing", what, place=_place(element))


def _place(element: etree._Element) -> str:
    return f"document, line {element.sourceline}, {etree.QName(element).localname}"


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
