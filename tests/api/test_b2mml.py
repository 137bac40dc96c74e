"""ISA-95 documents over HTTP: out, valid by the published schema, and in, as events."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lxml import etree

from scheduler.b2mml.documents import NAMESPACE, read
from tests.api.served import load_tiny, planned

B2MML = {"b": NAMESPACE}


def _document(root: str, inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">{inside}</{root}>'.encode()


def _job(order: str, said: str, state: str, machine: str = "saw") -> str:
    at = f"<EquipmentActual><ID>{machine}</ID><EquipmentID>{machine}</EquipmentID></EquipmentActual>"
    return (
        f"<JobResponse><ID>r-{order}</ID>{said}<JobOrderID>{order}</JobOrderID><JobState>{state}</JobState>{at}"
        "</JobResponse>"
    )


def _pieces(quantity: float, use: str = "<MaterialUse>Produced</MaterialUse>") -> str:
    amount = f"<Quantity><QuantityString>{quantity}</QuantityString></Quantity>"
    return f"<MaterialActual><ID>m</ID>{use}{amount}</MaterialActual></JobResponse>"


SCRAP = '<MaterialUse OtherValue="Scrap">Other</MaterialUse>'
BEGUN = _document(
    "JobResponseList",
    "<ID>shift-1</ID><PublishedDate>2026-03-02T07:30:00</PublishedDate>"
    + _job("SHAFT-1/10", "<StartTime>2026-03-02T06:30:00</StartTime>", "Running").replace(
        "</JobResponse>", _pieces(4.0)
    ),
)
REQUEST = """<ID>week-10</ID><PublishedDate>{published}</PublishedDate><OperationsRequest><ID>{order}</ID>
  <EndTime>{due}</EndTime><Priority>3</Priority><RequestState>{state}</RequestState>
  <OperationsDefinitionID>pin</OperationsDefinitionID>
  <SegmentRequirement><ID>1</ID><ProcessSegmentID>1</ProcessSegmentID><OperationsDefinitionID>pin</OperationsDefinitionID>
    <OperationsSegmentID>1</OperationsSegmentID>
    <MaterialRequirement><ID>m</ID><MaterialDefinitionID>pin</MaterialDefinitionID><MaterialUse>Produced</MaterialUse>
      <Quantity><QuantityString>6</QuantityString></Quantity></MaterialRequirement></SegmentRequirement>
</OperationsRequest>"""


def _request(published: str, due: str, order: str = "PIN-9", state: str = "Released") -> bytes:
    return _document("OperationsSchedule", REQUEST.format(published=published, due=due, order=order, state=state))


def _post(client: httpx.Client, path: str, document: bytes) -> dict[str, Any]:
    answer = client.post(f"{path}/b2mml", content=document, headers={"content-type": "application/xml"})
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    assert found["rejected"] == []
    return found


def test_the_plan_the_lists_and_what_was_reported_go_out_as_documents_that_the_schema_accepts(
    client: httpx.Client,
) -> None:
    path = load_tiny(client, "b2mml-out", mode="auto")
    planned(client, path)
    nothing = client.get(f"{path}/b2mml/operations-performance")
    assert (nothing.status_code, nothing.content) == (204, b"")
    _post(client, path, BEGUN)
    plan = client.get(f"{path}/plans/current/operations").json()

    schedule = read(client.get(f"{path}/b2mml/operations-schedule").content)
    segments = schedule.findall("b:OperationsRequest/b:SegmentRequirement", B2MML)
    machines = {s.findtext("b:ID", "", B2MML): s.findtext(".//b:EquipmentID", "", B2MML) for s in segments}
    assert machines == {f"{o['order']}/{o['operation']}": o["machine"] for o in plan["operations"]}

    listed = client.get(f"{path}/dispatch-lists/lathe").json()
    jobs = read(client.get(f"{path}/b2mml/job-lists/lathe").content)
    assert [j.findtext("b:ID", "", B2MML) for j in jobs.findall("b:JobOrder", B2MML)] == [
        f"{row['order']}/{row['operation']}" for row in listed["lines"]
    ]
    assert jobs.findtext("b:Version", "", B2MML) == listed["version"]

    performed = read(client.get(f"{path}/b2mml/operations-performance").content)
    assert performed.findtext(".//b:SegmentState", "", B2MML) == "Running"
    responses = read(client.get(f"{path}/b2mml/job-responses").content)
    assert responses.findtext(".//b:QuantityString", "", B2MML) == "4"


def test_a_report_becomes_events_and_the_same_again_none(client: httpx.Client) -> None:
    path = load_tiny(client, "b2mml-in")
    assert len(_post(client, path, BEGUN)["accepted"]) == 2
    again = _post(client, path, BEGUN)
    assert (again["accepted"], len(again["duplicates"])) == ([], 2)
    ended = _job("SHAFT-1/10", "<EndTime>2026-03-02T08:00:00</EndTime>", "Completed").replace(
        "</JobResponse>", _pieces(9.0).replace("</JobResponse>", _pieces(1.0, SCRAP))
    )
    _post(client, path, _document("JobResponseList", f"<ID>shift-2</ID>{ended}"))
    log = client.get(f"{path}/events").json()["events"]
    assert [e["event"]["type"] for e in log] == ["operation.started", "operation.progressed", "operation.finished"]
    assert log[-1]["event"]["data"] == {
        "order": "SHAFT-1",
        "operation": 10,
        "machine": "saw",
        "quantity_good": 9.0,
        "quantity_scrap": 1.0,
    }


def test_what_goes_out_can_come_in_elsewhere(client: httpx.Client) -> None:
    here, there = load_tiny(client, "b2mml-here"), load_tiny(client, "b2mml-there")
    _post(client, here, BEGUN)
    for document in ("operations-performance", "job-responses"):
        _post(client, there, client.get(f"{here}/b2mml/{document}").content)
    states = [client.get(f"{path}/scenario").status_code for path in (here, there)]
    assert states == [200, 200]
    said = [read(client.get(f"{path}/b2mml/job-responses").content) for path in (here, there)]
    jobs = [[etree.tostring(j) for j in root.findall("b:JobResponse", B2MML)] for root in said]
    assert jobs[0] == jobs[1]


def test_a_schedule_brings_orders_changes_them_and_takes_them_out(client: httpx.Client) -> None:
    path = load_tiny(client, "b2mml-orders")
    made = _request("2026-03-02T06:00:00", "2026-03-04T14:00:00")
    assert len(_post(client, path, made)["accepted"]) == 1
    later = _request("2026-03-02T06:10:00", "2026-03-05T14:00:00")
    assert len(_post(client, path, later)["accepted"]) == 1
    log = client.get(f"{path}/events").json()["events"]
    assert [e["event"]["type"] for e in log] == ["order.created", "order.changed"]
    assert set(log[1]["event"]["data"]) == {"order", "due"}
    same = _request("2026-03-02T06:20:00", "2026-03-05T14:00:00")
    assert _post(client, path, same)["accepted"] == []
    _post(client, path, _request("2026-03-02T06:30:00", "2026-03-05T14:00:00", state="Cancelled"))
    assert "PIN-9" not in {o["order"] for o in client.get(f"{path}/orders").json()["orders"]}


LATE = _document("JobResponse", "<ID>r</ID><JobOrderID>SHAFT-1/10</JobOrderID><JobState>Completed</JobState>")
NAMELESS = _document("JobResponse", "<ID>r</ID><JobState>Running</JobState>")
ENTITY = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><JobResponse xmlns="%s"><ID>&e;</ID></JobResponse>'


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"", "no XML"),
        (b"<a", "no XML at line 1"),
        (b"<a/>", "found <a>, expected one of OperationsSchedule"),
        (ENTITY % NAMESPACE.encode(), "leave it out"),
        (_document("JobResponse", "<JobOrderID>SHAFT-1/10</JobOrderID>"), "line 2: Element 'JobOrderID'"),
        (_document("JobList", "<ID>saw</ID><JobOrder><ID>SHAFT-1/10</ID></JobOrder>"), "planned here"),
        (LATE, "line 2, JobResponse: found nothing, expected the moment at which it ended"),
        (NAMELESS, "ORDER/OPERATION"),
        (_request("2026-03-02T06:00:00", "2026-03-04T14:00:00", order="SHAFT-1"), "found material 'pin'"),
    ],
)
def test_a_document_that_cannot_be_understood_is_refused_with_its_line_and_changes_nothing(
    client: httpx.Client, document: bytes, said: str
) -> None:
    path = load_tiny(client, "b2mml-odd")
    answer = client.post(f"{path}/b2mml", content=document, headers={"content-type": "application/xml"})
    assert answer.status_code == 422, answer.text
    assert said in answer.json()["detail"]
    assert client.get(f"{path}/events").json()["events"] == []


def test_requests_that_are_over_or_held_or_only_foreseen_are_not_planned_as_firm_ones(client: httpx.Client) -> None:
    path = load_tiny(client, "b2mml-states")
    over = _request("2026-03-02T06:00:00", "2026-03-04T14:00:00", order="PIN-7", state="Completed")
    assert _post(client, path, over)["accepted"] == []
    held = _request("2026-03-02T06:00:00", "2026-03-04T14:00:00", order="PIN-8", state="Held")
    _post(client, path, held.replace(b">6<", b"><!-- was 60 -->6<"))
    (event,) = (e["event"] for e in client.get(f"{path}/events").json()["events"])
    assert (event["data"]["status"], event["data"]["quantity"]) == ("hold", 6.0)
    foreseen = _request("2026-03-02T06:00:00", "2026-03-04T14:00:00", order="PIN-9", state="Forecast")
    answer = client.post(f"{path}/b2mml", content=foreseen, headers={"content-type": "application/xml"})
    assert (answer.status_code, "a Forecast" in answer.json()["detail"]) == (422, True)
