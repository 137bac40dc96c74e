"""A real OPC UA server, its values, its bad status, and its end."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from benchmarks.killing import CHECKOUT
from scheduler.connect.sources.mapping import Item
from scheduler.connect.sources.opcua import OpcUaSource
from scheduler.signals.codes import MACHINERY, decode
from scheduler.signals.signal import Signal
from scheduler.source_ports import SourceSetup
from tests.connect.listening import Listening

pytest.importorskip("asyncua", reason="needs asyncua: pip install 'rejig[opcua]'")
URI = "nsu=http://maker.example/line"
OURS = (sys.executable, "-W", "ignore", "-m", "tests.connect.opcua_server")
LATHE = Item("", "lathe", {"state": f"{URI};s=Lathe.State", "good": f"{URI};s=Lathe.Good"})


class PlcServer:
    """command : what serves, the port behind it, which stays the same when it is started again."""

    def __init__(self, nodes: int = 0, command: Sequence[str] = OURS, folder: Path = CHECKOUT) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.command, self.folder, self.nodes = command, folder, nodes
        self.process = self.start()

    def start(self) -> subprocess.Popen[str]:
        self.process = subprocess.Popen(
            [*self.command, str(self.port), str(self.nodes)], cwd=self.folder,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        assert any(line.strip() == "ready" for line in self.process.stdout), "it ended before it was ready"
        return self.process

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def source(self, *items: Item) -> OpcUaSource:
        return OpcUaSource(SourceSetup("plc", "opcua", "tiny", f"opc.tcp://127.0.0.1:{self.port}"), items)


@pytest.fixture
def plc() -> Iterator[PlcServer]:
    running = PlcServer()
    yield running
    running.kill()


def of(meaning: str, value: object) -> Callable[[Signal], bool]:
    def says(signal: Signal) -> bool:
        return signal.meaning == meaning and signal.value == value and signal.quality == "good"

    return says


def test_values_come_with_their_time_and_bad_ones_and_a_lost_session_are_unknown(plc: PlcServer) -> None:
    values_and_losses(plc)


def values_and_losses(plc: PlcServer) -> None:
    """Its lathe is heard: a stop, a count, a bad status, and the server's end."""
    with Listening(plc.source(LATHE)) as listening:
        first = listening.until(of("state", "Executing"), "its state")
        assert first.machine == "lathe"
        plc.say("state OutOfService")
        down = listening.until(of("state", "OutOfService"), "its stop")
        known = decode(MACHINERY, down.value)
        assert known is not None
        assert known.state == "DOWN"
        assert down.at == pytest.approx(down.received, abs=5.0)
        plc.say("good 12")
        listening.until(of("good", 12), "its count")
        plc.say("bad")
        listening.until(lambda s: s.meaning == "state" and s.quality == "bad", "its bad status")
        plc.kill()
        plc.start()
        listening.until(of("state", "Executing"), "the next session")
        assert any("the session is lost" in fault for fault in listening.away)


def test_a_node_or_namespace_that_is_not_there_keeps_no_other_back(plc: PlcServer) -> None:
    items = [
        Item("", "mill", {"state": f"{URI};s=Mill.State"}),
        Item("", "saw", {"state": "nsu=http://other.example/;s=Saw.State"}),
        LATHE,
    ]
    with Listening(plc.source(*items)) as listening:
        listening.until(lambda s: s.machine == "mill" and s.quality == "bad", "the node that is not there")
        plc.say("state NotExecuting")
        listening.until(of("state", "NotExecuting"), "the node that is")
    assert "saw" not in {s.machine for s in listening.heard}


def test_two_thousand_nodes_are_heard() -> None:
    plc = PlcServer(nodes=2000)
    items = [Item("", f"M{n}", {"good": f"{URI};s=N{n}"}) for n in range(2000)]
    try:
        with Listening(plc.source(*items)) as listening:
            listening.until(lambda s: s.machine == "M1999" and s.value == 1999.0, "the last")
            assert listening.source.machines == {f"M{n}" for n in range(2000)}
    finally:
        plc.kill()
