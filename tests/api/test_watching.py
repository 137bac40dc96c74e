"""The dashboard and the alert rules name figures that there are, and the figures of age say how old things are."""

from __future__ import annotations

import json
import re

import httpx
import pytest
import yaml

from tests.api.served import down, load_tiny, planned, wait_until
from tests.connect.receiver import receiving
from tests.house.files import ROOT

FIGURE = re.compile(r"\brejig_[a-z_]+")
OF_CONNECTIONS = {"waiting_messages", "dead_letters", "rejected_rows", "failing", "data_at_seconds"}


@pytest.fixture(scope="module")
def figures(client: httpx.Client) -> str:
    """What a server shows whose plant was disturbed, and has told it to a webhook."""
    path = load_tiny(client, "watched", "auto")
    planned(client, path)
    with receiving() as mes:
        client.post(f"{path}/webhooks", json={"url": mes.url, "types": ["plan.released"]})
        client.post(f"{path}/events", json=down("d", "saw"))
        started = {"order": "SHAFT-1", "operation": 10, "machine": "saw"}
        client.post(f"{path}/events", json={**down("s", "saw"), "type": "operation.started", "data": started})
        wait_until(lambda: client.get(path).json()["plan_is_current"])
        wait_until(lambda: mes.got)
        wait_until(lambda: "rejig_webhook_delivery_seconds_sum" in client.get("/metrics").text)
        return client.get("/metrics").text


def expressions() -> dict[str, list[str]]:
    rules = yaml.safe_load((ROOT / "deploy/alerts.yaml").read_text())["groups"][0]["rules"]
    board = json.loads((ROOT / "deploy/grafana.json").read_text())
    return {
        "alerts": [rule["expr"] for rule in rules],
        "board": [target["expr"] for panel in board["panels"] for target in panel["targets"]],
    }


@pytest.mark.parametrize("where", ["alerts", "board"])
def test_every_figure_that_is_named_is_shown(figures: str, where: str) -> None:
    shown = set(re.findall(r"^(rejig_[a-z_]+)", figures, re.MULTILINE))
    shown |= {f"rejig_connection_{name}" for name in OF_CONNECTIONS}  # shown where there are connections
    named = {name for expression in expressions()[where] for name in FIGURE.findall(expression)}
    assert len(named) >= 8
    assert named - shown == set()


def test_figures_of_connections_are_those_that_the_server_would_show() -> None:
    source = (ROOT / "api/metrics.py").read_text()
    assert all(f'"{name}": (' in source for name in OF_CONNECTIONS)


def test_every_rule_says_for_how_long_and_what_is_wrong() -> None:
    rules = yaml.safe_load((ROOT / "deploy/alerts.yaml").read_text())["groups"][0]["rules"]
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 8
    for rule in rules:
        assert re.fullmatch(r"\d+[mhd]", rule["for"])
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"]["summary"]
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_plan_and_sources_have_an_age(figures: str) -> None:
    age = re.search(r'rejig_plan_age_seconds{plant="watched"} ([\d.e+-]+)', figures)
    assert age is not None
    assert 0 <= float(age[1]) < 600
    assert re.search(r'rejig_source_quiet_minutes{plant="watched",source="mes"} \d', figures)
    assert 'rejig_source_silent{plant="watched",source="mes"} 0.0' in figures
