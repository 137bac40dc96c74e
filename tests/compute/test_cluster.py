"""The same work on a real Dask cluster: a scheduler and two workers in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.compute.cluster import ClusterExecutor
from scheduler.compute.local import PlanWorkers
from scheduler.compute.task_channel import current_channel
from scheduler.errors import BadRequest, InternalFault, InvalidScenario, StalePlan, WorkersClosed
from scheduler.ports import PlanRequest, SolveProgress, Workers
from tests.api.processes import ROOT, alive
from tests.builders import tiny_plan
from tests.compute.test_local_workers import FakePlanner, plant, wait_until

pytestmark = pytest.mark.filterwarnings("default")  # Dask's own are not ours to mend


class Cluster:
    """`dask scheduler` and workers without nannies, so that a killed one stays dead."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "scheduler.json"
        self._log = (folder / "dask.log").open("w")
        self.processes: list[subprocess.Popen[bytes]] = []
        self._start("dask_scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1")
        wait_until(lambda: self._file.exists() and "address" in self._file.read_text(), "the scheduler is there")
        self.address: str = json.loads(self._file.read_text())["address"]
        for _ in range(2):
            self.hire()

    def hire(self) -> None:
        self._start("dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60")

    def _start(self, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file", str(self._file), *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.processes.append(subprocess.Popen(command, stdout=self._log, stderr=self._log, env=environment, cwd=ROOT))

    def close(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        self._log.close()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    opened = Cluster(tmp_path_factory.mktemp("dask"))
    yield opened
    opened.close()


@pytest.fixture
def workers(cluster: Cluster) -> Iterator[PlanWorkers]:
    opened = PlanWorkers(FakePlanner, ClusterExecutor(cluster.address))
    yield opened
    opened.close()


def test_a_plan_comes_from_another_process_and_tells_how_it_goes(workers: Workers, cluster: Cluster) -> None:
    told: list[SolveProgress] = []
    plan = workers.submit(plant("x"), PlanRequest(), told.append).result(60)
    assert plan == replace(tiny_plan(), engine=plan.engine)
    assert int(plan.engine) in {process.pid for process in cluster.processes[1:]}
    wait_until(lambda: [p.cost for p in told] == [30.0, 20.0, 10.0], "each better plan is told of, in order")


def test_a_task_that_runs_is_stopped_and_keeps_its_best(workers: Workers) -> None:
    begun = threading.Event()
    handle = workers.submit(plant("until stopped"), PlanRequest(), lambda _progress: begun.set())
    assert begun.wait(60)
    with pytest.raises(TimeoutError):
        handle.result(0.3)
    assert not handle.done()
    handle.stop()
    assert handle.result(30).operations == tiny_plan().operations


def test_a_stop_is_remembered_before_the_work_has_begun(workers: Workers) -> None:
    handles = [workers.submit(plant("until stopped"), PlanRequest()) for _ in range(4)]  # of two workers
    for handle in handles:
        handle.stop()
    for handle in handles:
        handle.result(60)


def test_a_killed_worker_costs_one_retry_on_another(workers: Workers, cluster: Cluster, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    handle = workers.submit(plant(f"die {note}"), PlanRequest())
    wait_until(lambda: note.exists() and note.read_text() != "", "a worker has begun")
    killed = int(note.read_text())
    os.kill(killed, signal.SIGKILL)
    assert int(handle.result(60).engine) != killed
    cluster.hire()


def test_a_task_that_kills_whoever_takes_it_is_given_up_in_words(workers: Workers, cluster: Cluster) -> None:
    handle = workers.submit(plant("die always"), PlanRequest())
    for _ in range(5):
        cluster.hire()
    with pytest.raises(InternalFault, match="workers of the cluster died over the same task"):
        handle.result(90)
    cluster.hire()
    assert workers.submit(plant("x"), PlanRequest()).result(60).operations == tiny_plan().operations


def test_what_the_planner_raises_is_raised_here(workers: Workers) -> None:
    with pytest.raises(StalePlan, match="the world has moved on"):
        workers.submit(plant("late"), PlanRequest()).result(60)
    with pytest.raises((InvalidScenario, InternalFault), match=r"orders.csv row 2"):
        workers.submit(plant("faulty"), PlanRequest()).result(60)


def note_the_end(file: str) -> None:
    """Runs until nobody wants it any more, then says so."""
    channel = current_channel()
    Path(file).write_text("begun")
    while not channel.should_stop():
        time.sleep(0.01)
    Path(file).write_text("stopped")


def test_what_nobody_waits_for_any_more_ends(cluster: Cluster, tmp_path: Path) -> None:
    """Dask calls the task of a caller that is gone cancelled, and lets it run on; we do not."""
    executor = ClusterExecutor(cluster.address)
    note = tmp_path / "note"
    task = executor.start(note_the_end, str(note))
    wait_until(lambda: note.exists() and note.read_text() == "begun", "the task has begun")
    executor.close()
    wait_until(lambda: note.read_text() == "stopped", "the task has ended")
    with pytest.raises(WorkersClosed):
        task.result(10)
    with pytest.raises(WorkersClosed):
        executor.start(note_the_end, str(note))


def test_where_no_scheduler_answers_it_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.compute.cluster.CONNECT_SECONDS", 0.5)
    with pytest.raises(BadRequest, match=r"REJIG_DASK_SCHEDULER: no Dask scheduler answers at 'tcp://127.0.0.1:9'"):
        ClusterExecutor("tcp://127.0.0.1:9")


def test_a_server_plans_and_asks_what_if_in_the_cluster(cluster: Cluster, tmp_path: Path) -> None:
    """The front door, with a cluster behind it; a worker dies while it works for us."""
    from scheduler.settings import Settings
    from tests.api.served import final, load_tiny, planned, serving

    with serving(Settings(data=tmp_path, dask_scheduler=cluster.address)) as client:
        path = load_tiny(client, "clustered", mode="auto")
        assert planned(client, path)["cause"] == "planned: first plan"
        wish = {"events": [{"type": "machine.down", "data": {"machine": "saw"}}], "time_limit_seconds": 1}
        place = client.post(f"{path}/what-ifs", json=wish).headers["location"]
        wait_until(lambda: final(client, place) is not None, "the what-if has ended")
        ended = client.get(place).json()
        assert (ended["state"], ended["error"]) == ("done", None)
        assert ended["progress"]
    assert all(alive(p.pid) for p in cluster.processes[:1])
