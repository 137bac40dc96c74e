"""A server that is not of the library that reads: npm's node-opcua-server, in a process of its own, ended with -9."""

from __future__ import annotations

import pytest

from tests.connect.live.npm import npm_folder
from tests.connect.test_opcua_live import PlcServer, values_and_losses

pytestmark = pytest.mark.live
VERSION = "2"
PARTS = ("server", "variant", "data-model", "status-code", "nodesets")
SCRIPT = """
const { OPCUAServer } = require("node-opcua-server");
const { Variant, DataType } = require("node-opcua-variant");
const { StatusCodes } = require("node-opcua-status-code");
const { LocalizedText } = require("node-opcua-data-model");
(async () => {
  const server = new OPCUAServer({ port: Number(process.argv[2]), resourcePath: "" });
  await server.initialize();
  const space = server.engine.addressSpace;
  space.registerNamespace("http://maker.example/other");
  const own = space.registerNamespace("http://maker.example/line");
  const lathe = own.addObject({ organizedBy: space.rootFolder.objects, browseName: "Lathe", nodeId: "s=Lathe" });
  const variable = (name, dataType) =>
    own.addVariable({ componentOf: lathe, browseName: name, nodeId: `s=Lathe.${name}`, dataType });
  const state = variable("State", "LocalizedText"), good = variable("Good", "Int32");
  const say = (text, status) => state.setValueFromSource(
    new Variant({ dataType: DataType.LocalizedText, value: new LocalizedText({ text }) }), status || StatusCodes.Good);
  const count = (value) => good.setValueFromSource(new Variant({ dataType: DataType.Int32, value }));
  say("Executing");
  count(0);
  await server.start();
  console.log("ready");
  require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const [word, rest] = line.split(" ");
    if (word === "state") say(rest);
    if (word === "good") count(Number(rest));
    if (word === "bad") say("OutOfService", StatusCodes.BadDeviceFailure);
  });
})();
"""


def test_another_ones_server_is_heard_until_it_is_killed() -> None:
    folder = npm_folder(f"node-opcua-{VERSION}", *(f"node-opcua-{part}@{VERSION}" for part in PARTS))
    (folder / "server.js").write_text(SCRIPT)
    plc = PlcServer(command=("node", "server.js"), folder=folder)
    try:
        values_and_losses(plc)
    finally:
        plc.kill()
