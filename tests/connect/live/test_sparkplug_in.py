"""An edge node that others wrote is heard, asked for its birth, ended with -9 and heard again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.connect.brokers import Broker, needs_mosquitto
from tests.connect.listening import Listening
from tests.connect.live.sparkplug_edge import sparkplug_edge
from tests.connect.test_sparkplug_live import source

pytestmark = [pytest.mark.live, needs_mosquitto]


def test_another_ones_edge_is_heard_until_it_is_killed(tmp_path: Path) -> None:
    broker = Broker(tmp_path).start()
    try:
        with sparkplug_edge(broker.address) as edge:
            edge.until_born()
            with Listening(source(broker)) as listening:
                assert listening.until(lambda s: s.meaning == "state", "it is born again").value == "RUNNING"
                assert listening.until(lambda s: s.meaning == "good", "its count").value == 0
                edge.say("DOWN")
                down = listening.until(lambda s: s.meaning == "state" and s.value == "DOWN", "its word")
                assert down.at == pytest.approx(down.received, abs=5.0)
                assert listening.until(lambda s: s.meaning == "good", "its count").value == 1
                edge.kill()
                assert listening.until(lambda s: s.lost, "its death").machine == "lathe"
                with sparkplug_edge(broker.address) as other:
                    other.until_born()
                    assert listening.until(lambda s: s.value == "RUNNING", "the next session").machine == "lathe"
    finally:
        broker.kill()
