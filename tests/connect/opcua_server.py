"""An OPC UA server in a process of its own; each line of its standard input changes it.

`python -m tests.connect.opcua_server PORT NODES`: a lathe with a state (a localized text) and a count, besides NODES
numbers. Lines: `state WORD`, `good NUMBER`, `bad`.
"""

from __future__ import annotations

import asyncio
import sys

from asyncua import Server, ua

URI = "http://maker.example/line"
OTHER = "http://maker.example/other"


async def serve(port: int, nodes: int) -> None:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    await server.register_namespace(OTHER)  # so that the index is not the first
    index = await server.register_namespace(URI)
    lathe = await server.nodes.objects.add_object(ua.NodeId("Lathe", index), "Lathe")
    state = await lathe.add_variable(ua.NodeId("Lathe.State", index), "State", ua.LocalizedText("Executing"))
    good = await lathe.add_variable(ua.NodeId("Lathe.Good", index), "Good", 0, ua.VariantType.Int64)
    for number in range(nodes):
        await lathe.add_variable(ua.NodeId(f"N{number}", index), f"N{number}", float(number))
    async with server:
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            word, _, rest = line.strip().partition(" ")
            if word == "state":
                await state.write_value(ua.LocalizedText(rest))
            elif word == "good":
                await good.write_value(int(rest), ua.VariantType.Int64)
            elif word == "bad":
                bad = ua.StatusCode(ua.StatusCodes.BadDeviceFailure)
                await state.write_value(ua.DataValue(ua.Variant(ua.LocalizedText("OutOfService")), bad))


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
