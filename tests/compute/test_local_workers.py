"""Plans are made in other processes: they tell how they go, stop when asked, and survive a killed worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.compute.local import LocalWorkers, factory_path
from scheduler.compute.pool import ProcessExecutor
from scheduler.compute.task_channel import current_channel
from scheduler.compute.worker import NICENESS
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.errors import BadRequest, InternalFault, InvalidScenario, Issue, StalePlan, WorkersClosed
from scheduler.ports import OnProgress, PlanRequest, ShouldStop, SolveProgress, Workers
from tests.builders import tiny_plan, tiny_plant

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")


class FakePlanner:
    """Plans as the name of the plant says. The engine of its plan is the process that made it."""

    def plan(
        self,
        state: PlantState,
        request: PlanRequest,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Plan:
        del request
        assert on_progress is not None
        assert should_stop is not None
        match state.name.split(" ", 1):
            case ["until", "stopped"]:
                on_progress(SolveProgress(0.0, 9.0, None, str(os.getpid())))
                while not should_stop():
                    time.sleep(0.005)
            case ["die", "always"]:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["die", file]:
                if not os.path.exists(file):
                    Path(file).write_text(str(os.getpid()))
                    time.sleep(600)
            case ["late"]:
                raise StalePlan("the world has moved on")
            case ["faulty"]:
                raise InvalidScenario([Issue("orders.csv", 2, "due", "'x'", "a date", "write one")])
            case _:
                for seconds, cost in ((0.1, 30.0), (0.2, 20.0), (0.3, 10.0)):
                    on_progress(SolveProgress(seconds, cost, 5.0, "fake"))
        return replace(tiny_plan(), engine=str(os.getpid()))

    def repair(self, state: PlantState) -> Plan:
        return replace(tiny_plan(), operations=state.plan)


@pytest.fixture(scope="module")
def workers() -> Iterator[LocalWorkers]:
    two = LocalWorkers(FakePlanner, 2)
    yield two
    two.close()


def wait_until(true: Callable[[], bool], what: str) -> None:
    for _ in range(9000):
        if true():
            return
        time.sleep(0.01)
    pytest.fail(f"never: {what}")


def status_of(pid: int) -> list[str]:
    """State and parent as the kernel tells them; nothing where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return []


def alive(pid: int) -> bool:
    """A process that has ended and that nobody has asked about yet (Z) is not alive."""
    return status_of(pid)[:1] not in ([], ["Z"])


def parent_of(pid: int) -> int:
    return int(status_of(pid)[1])


def plant(name: str) -> PlantState:
    return tiny_plant(name=name)


def test_they_are_the_workers_that_the_product_asks_for(workers: LocalWorkers) -> None:
    asked_for: Workers = workers
    assert asked_for.submit(plant("x"), PlanRequest()).result(30).operations == tiny_plan().operations


def test_a_plan_comes_from_another_process_and_tells_how_it_goes(workers: LocalWorkers) -> None:
    told: list[SolveProgress] = []
    handle = workers.submit(plant("x"), PlanRequest(), told.append)
    plan = handle.result(30)
    assert int(plan.engine) != os.getpid()
    assert [p.cost for p in told] == [30.0, 20.0, 10.0]
    assert handle.done()


@pytest.mark.skipif(sys.platform == "win32", reason="has no nice")
def test_workers_yield_to_the_process_that_answers() -> None:
    one = LocalWorkers(FakePlanner, 1)
    try:
        pid = int(one.submit(plant("x"), PlanRequest()).result(30).engine)
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(19, ours + NICENESS)
    finally:
        one.close()


def test_a_stop_ends_a_plan_that_runs(workers: LocalWorkers) -> None:
    begun = threading.Event()
    handle = workers.submit(plant("until stopped"), PlanRequest(), lambda _: begun.set())
    assert begun.wait(30)
    assert not handle.done()
    with pytest.raises(TimeoutError):
        handle.result(0.01)
    handle.stop()
    assert handle.result(30).operations == tiny_plan().operations


def test_a_stop_is_remembered_before_the_work_has_begun() -> None:
    one = LocalWorkers(FakePlanner, 1)
    first = one.submit(plant("until stopped"), PlanRequest())
    second = one.submit(plant("until stopped"), PlanRequest())
    second.stop()
    assert not second.done()
    first.stop()
    assert second.result(30).operations == tiny_plan().operations
    one.close()


def test_a_stop_of_one_plan_leaves_the_next_alone(workers: LocalWorkers) -> None:
    stopped = workers.submit(plant("x"), PlanRequest())
    stopped.result(30)
    stopped.stop()
    running = [workers.submit(plant("until stopped"), PlanRequest()) for _ in range(2)]
    time.sleep(0.1)
    assert not any(handle.done() for handle in running)
    for handle in running:
        handle.stop()
        handle.result(30)


def test_what_the_planner_raises_is_raised_here_with_where_it_happened(workers: LocalWorkers) -> None:
    with pytest.raises(StalePlan, match="the world has moved on") as fault:
        workers.submit(plant("late"), PlanRequest()).result(30)
    assert "in plan_task" in fault.value.__notes__[0]


def test_a_fault_that_cannot_travel_is_told_in_words(workers: LocalWorkers) -> None:
    with pytest.raises(
        InternalFault, match=r"InvalidScenario in a worker: 1 fault in the scenario:\n  orders.csv row 2"
    ):
        workers.submit(plant("faulty"), PlanRequest()).result(30)


def test_a_listener_that_fails_does_not_hurt_the_plan(workers: LocalWorkers) -> None:
    def fail(progress: SolveProgress) -> None:
        raise ZeroDivisionError(progress.cost)

    assert workers.submit(plant("x"), PlanRequest(), fail).result(30).operations == tiny_plan().operations


def test_a_killed_worker_costs_one_retry_on_a_fresh_one(workers: LocalWorkers, tmp_path: Path) -> None:
    before = workers.pids()
    note = tmp_path / "pid"
    handle = workers.submit(plant(f"die {note}"), PlanRequest())
    wait_until(lambda: note.exists() and note.read_text() != "", "the worker has begun")
    killed = int(note.read_text())
    assert killed in before
    os.kill(killed, signal.SIGKILL)
    assert int(handle.result(30).engine) not in before
    assert killed not in workers.pids()
    assert len(workers.pids()) == 2


def test_a_stop_is_remembered_over_the_death_of_a_worker(workers: LocalWorkers) -> None:
    pids: list[int] = []
    handle = workers.submit(plant("until stopped"), PlanRequest(), lambda p: pids.append(int(p.engine)))
    wait_until(lambda: bool(pids), "the worker has begun")
    os.kill(pids[0], signal.SIGSTOP)  # it hears nothing more
    handle.stop()
    os.kill(pids[0], signal.SIGKILL)
    assert int(handle.result(30).engine) != pids[0]


def test_a_task_that_kills_its_worker_twice_is_given_up_in_words(workers: LocalWorkers) -> None:
    with pytest.raises(InternalFault, match=r"died 2 times over the same task \(the last was killed by SIGKILL"):
        workers.submit(plant("die always"), PlanRequest()).result(30)
    assert workers.submit(plant("x"), PlanRequest()).result(30).operations == tiny_plan().operations


def test_a_fresh_worker_is_there_in_less_time_than_its_imports_take(workers: LocalWorkers) -> None:
    """A worker that ran its imports itself would have another parent than the one that did it for all."""
    parents = {parent_of(pid) for pid in workers.pids()}
    assert len(parents) == 1
    assert os.getpid() not in parents


def test_close_ends_every_worker_and_tells_who_waits() -> None:
    two = LocalWorkers(FakePlanner, 2)
    handles = [two.submit(plant("until stopped"), PlanRequest()) for _ in range(4)]
    wait_until(lambda: len(two.pids()) == 2, "both workers are there")
    pids = two.pids()
    two.close()
    assert not any(alive(pid) for pid in pids)
    assert two.pids() == []
    for handle in handles:
        with pytest.raises(WorkersClosed):
            handle.result(0)
    with pytest.raises(WorkersClosed):
        two.submit(plant("x"), PlanRequest())
    two.close()


PARENT = """
import sys, time
from scheduler.compute.local import LocalWorkers
from scheduler.ports import PlanRequest
from tests.builders import tiny_plant
if __name__ == "__main__":
    workers = LocalWorkers("tests.compute.test_local_workers:FakePlanner", 2)
    begun = []
    for _ in range(2):
        workers.submit(tiny_plant(name="until stopped"), PlanRequest(), begun.append)
    while len(begun) < 2:
        time.sleep(0.01)
    print(*workers.pids(), flush=True)
    time.sleep(float(sys.argv[1]))
"""


@pytest.mark.parametrize("kill", [True, False])
def test_no_worker_outlives_its_parent(kill: bool, tmp_path: Path) -> None:
    """Neither a killed parent's nor one's that ends without closing."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    command = [sys.executable, str(script), "600" if kill else "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        helpers = {int(status[1]) for status in map(status_of, pids) if status}  # they may be gone already
        if kill:
            parent.kill()
        try:
            parent.wait(30)
        finally:
            parent.kill()
    wait_until(lambda: not any(map(alive, [*pids, *helpers])), "all processes are gone")


IMPORTING = """
import sys, time
from multiprocessing import forkserver
from pathlib import Path
from scheduler.compute.pool import ProcessExecutor
if __name__ == "__main__":
    ProcessExecutor(1, preload=["takes_long"])
    while not Path("importing").exists():
        time.sleep(0.01)
    print(forkserver._forkserver._forkserver_pid, flush=True)
    time.sleep(600)
"""


def test_a_fork_server_that_is_still_importing_ends_with_its_parent(tmp_path: Path) -> None:
    (tmp_path / "parent.py").write_text(IMPORTING)
    (tmp_path / "takes_long.py").write_text("import time; open('importing', 'w').close(); time.sleep(600)")
    command = [sys.executable, "parent.py"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
    wait_until(lambda: not alive(pid), "the fork server is gone")


def spin_with_the_interpreter_locked(milliseconds: int) -> None:
    """Compiled code that never lets another thread of its process run."""
    current_channel().report(os.getpid())
    import ctypes

    ctypes.PyDLL(None).usleep(milliseconds * 1000)


BUSY_PARENT = """
import sys, time
from scheduler.compute.pool import ProcessExecutor
from tests.compute.test_local_workers import spin_with_the_interpreter_locked
if __name__ == "__main__":
    begun = []
    ProcessExecutor(1).start(spin_with_the_interpreter_locked, 100_000, on_report=begun.append)
    while not begun:
        time.sleep(0.01)
    print(begun[0], flush=True)
    time.sleep(600)
"""


def test_a_worker_that_hears_nothing_ends_with_its_parent_too(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(BUSY_PARENT)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        time.sleep(0.2)
        parent.kill()
    wait_until(lambda: not alive(pid), "the worker is gone")


def test_it_is_an_executor_like_any_other() -> None:
    with ProcessExecutor(2) as executor:
        assert list(executor.map(abs, [-1, 2, -3])) == [1, 2, 3]
        assert executor.submit(int, "ff", base=16).result(30) == 255


def test_a_task_called_plainly_has_a_channel_that_leads_nowhere() -> None:
    channel = current_channel()
    channel.report("nobody hears this")
    assert not channel.should_stop()


def test_a_factory_that_no_other_process_could_import_is_refused() -> None:
    assert factory_path(FakePlanner) == "tests.compute.test_local_workers:FakePlanner"
    with pytest.raises(BadRequest, match="another process cannot import"):
        factory_path(lambda: FakePlanner())
    with pytest.raises(BadRequest, match=r"expected 'package\.module:name'"):
        factory_path("FakePlanner")
