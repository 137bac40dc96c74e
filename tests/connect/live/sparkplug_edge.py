"""An edge node that is not ours: npm's sparkplug-client, in a process of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.connect.live.npm import npm_folder

VERSION = "3.2.4"
SCRIPT = """
const client = require("sparkplug-client").newClient({
  serverUrl: process.argv[2], username: "", password: "", groupId: "G", edgeNode: "N", clientId: "edge",
  version: "spBv1.0",
});
let good = 0, state = "RUNNING";
const metrics = () => [
  { name: "State", value: state, type: "String", timestamp: Date.now() },
  { name: "Good", value: good, type: "Int32", timestamp: Date.now() },
];
client.on("birth", () => {
  client.publishNodeBirth({ timestamp: Date.now(), metrics: [
    { name: "Node Control/Rebirth", type: "Boolean", value: false } ] });
  client.publishDeviceBirth("lathe", { timestamp: Date.now(), metrics: metrics() });
  console.log("born");
});
client.on("ncmd", (payload) => {
  if (payload.metrics.some((m) => m.name === "Node Control/Rebirth" && m.value)) client.emit("birth");
});
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  good += 1; state = line.trim();
  client.publishDeviceData("lathe", { timestamp: Date.now(), metrics: metrics() });
});
"""


class SparkplugEdge:
    """Its device `lathe` says what it is told to."""

    def __init__(self, folder: Path, address: str) -> None:
        script = folder / "edge.js"
        script.write_text(SCRIPT)
        self.process = subprocess.Popen(
            ["node", str(script), address], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def say(self, state: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{state}\n")
        self.process.stdin.flush()

    def until_born(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.strip() == "born":
                return
        raise AssertionError("the edge has ended")

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def sparkplug_edge(address: str) -> Iterator[SparkplugEdge]:
    edge = SparkplugEdge(npm_folder(f"sparkplug-client-{VERSION}", f"sparkplug-client@{VERSION}"), address)
    try:
        yield edge
    finally:
        edge.kill()
