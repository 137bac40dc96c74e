"""The main road on each kind of database: in, planned, disturbed, repaired, promoted, adopted, taken back."""

from __future__ import annotations

from pathlib import Path

from scheduler.settings import Settings
from scheduler.solving.warm import warm_kernels
from tests.api.served import down, final, load_tiny, planned, serving, wait_until


def test_the_road_is_the_same_on_sqlite_and_postgresql(database_url: str, tmp_path: Path) -> None:
    warm_kernels()
    with serving(Settings(data=tmp_path, database_url=database_url, workers=1)) as client:
        path = load_tiny(client, "road", mode="auto")
        planned(client, path)
        assert client.post(f"{path}/events", json=down("d", "lathe", until="2026-03-02T10:00Z")).status_code == 202
        wait_until(lambda: client.get(path).json()["plan_is_current"])
        assert planned(client, path)["cause"] == "repaired after lathe down: its work is delayed or moved"
        wish = {"events": [{"type": "machine.down", "data": {"machine": "saw"}}], "time_limit_seconds": 0.5}
        place = client.post(f"{path}/what-ifs", json=wish).headers["location"]
        assert wait_until(lambda: final(client, place))["mode"] == "full"
        assert client.post(f"{place}/promote").json()["accepted"] == 1
        wait_until(lambda: client.get(path).json()["plan_is_current"])
        assert [d["here"] for d in client.get("/readyz").json()["desks"]] == [True]
        # SHAFT-1 cannot start before the saw is up: 2 hours from 06:05 is assumed.
        saw = client.get(f"{path}/dispatch-lists/saw").json()["lines"]
        assert saw[0]["start"] == "2026-03-02T08:05+00:00"
        wish = {"events": [{"type": "machine.speed", "data": {"machine": "lathe", "efficiency": 0.5}}]}
        place = client.post(f"{path}/what-ifs", json={**wish, "time_limit_seconds": 0.5}).headers["location"]
        wait_until(lambda: final(client, place))
        who = {"by": "m.keller", "reason": "a worn chuck"}
        seen = client.get(f"{place}/preview").json()["preview"]
        adopted = client.post(f"{place}/adopt", json={**who, "preview": seen}).json()
        assert (adopted["accepted"], adopted["plan"]["decided_by"]) == (1, "m.keller")
        back = client.post(f"{place}/take-back", json={**who, "reason": "it was changed"}).json()
        assert (back["accepted"], back["left"], back["plan"]["feasible"]) == (1, [], True)
        again = client.post(f"{path}/plans/{adopted['plan']['id']}/roll-back", json=who).json()
        assert (again["status"], again["made_from"]) == ("released", adopted["plan"]["id"])
